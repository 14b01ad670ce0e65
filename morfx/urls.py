"""Every address; the application's own stand under /<workspace>/."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import TemplateView

from morfx.workspaces.views import probes

APPS = ["crm", "inbox", "agents", "automations"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", TemplateView.as_view(template_name="landing.html"), name="landing"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("morfx.api.urls")),
    path("", include("morfx.workspaces.urls")),
    path("accounts/", include("allauth.urls")),
    *[
        path("<slug:slug>/", include(f"{app}.urls"))
        for app in APPS
        if find_spec(f"{app}.urls") is not None
    ],
]
