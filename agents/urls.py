"""The agents' pages, under /<workspace>/."""

from __future__ import annotations

from django.urls import path

from .views import home, models, panel, why

app_name = "agents"

urlpatterns = [
    path("agents/", home.home, name="home"),
    path("agents/models/", models.models, name="models"),
    path("agents/models/alarms/", models.banner, name="model_alarms"),
    path("agents/models/try/", models.try_again, name="try_model"),
    path("agents/<str:agent>/set/", home.change, name="set"),
    path("agents/<str:agent>/switch/", home.switch, name="switch"),
    path("agents/why/<uuid:message>/", why.why, name="why"),
    path("agents/panel/<uuid:conversation>/", panel.panel, name="panel"),
]
