"""The addresses under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from . import views

app_name = "api"
urlpatterns: list[URLPattern] = [
    path("openapi.json", views.openapi, name="openapi"),
    path("docs", views.docs, name="docs"),
    path("operations/<str:name>", views.operation, name="operation"),
    path("lookups/<str:name>", views.lookup, name="lookup"),
    path("<path:rest>", views.nothing),
]
