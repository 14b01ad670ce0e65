"""The agents' pages, under /<workspace>/."""

from __future__ import annotations

from django.urls import include, path

from . import urls_content
from .views import (
    assistant,
    configuration,
    dashboard,
    models,
    opened,
    panel,
    session,
    sessions,
    silence,
    why,
)
from .views.sandbox import urls as sandbox

app_name = "agents"

urlpatterns = [
    path("sandbox/", include(sandbox.urlpatterns)),
    path("agents/", dashboard.dashboard, name="home"),
    path("agents/orders/", opened.orders, name="orders"),
    path("agents/answers/", opened.answers, name="answers"),
    path("agents/sessions/", sessions.sessions, name="sessions"),
    path("agents/sessions/<uuid:pk>/", session.session, name="session"),
    path("agents/sessions/<uuid:pk>/export/", session.export, name="session_export"),
    path("agents/configuration/", configuration.configuration, name="configuration"),
    path("agents/numbers/<uuid:channel>/", configuration.choose, name="channel"),
    path("agents/helper/", configuration.helper, name="helper"),
    path("agents/silence/<uuid:message>/", silence.silence, name="silence"),
    path("agents/assistant/", assistant.assistant, name="assistant"),
    path("agents/assistant/ask/", assistant.ask, name="assistant_ask"),
    path("agents/assistant/turn/", assistant.switch, name="assistant_switch"),
    path("agents/assistant/<uuid:proposal>/<str:act>/", assistant.decide, name="assistant_decide"),
    path("agents/models/", models.models, name="models"),
    path("agents/models/alarms/", models.banner, name="model_alarms"),
    path("agents/models/try/", models.try_again, name="try_model"),
    path("agents/<str:agent>/set/", configuration.change, name="set"),
    path("agents/<str:agent>/switch/", configuration.switch, name="switch"),
    path("agents/why/<uuid:message>/", why.why, name="why"),
    path("agents/panel/<uuid:conversation>/", panel.panel, name="panel"),
    *urls_content.urlpatterns,
]
