"""Addresses of the inbox and of the simulated phone; mounted under the workspace's."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import (
    acts,
    channels,
    composing,
    envelopes,
    files,
    listing,
    phone,
    screen,
    stopped,
    template_settings,
    templates,
)

app_name = "inbox"
urlpatterns: list[URLPattern] = [
    path("inbox/", listing.conversations, name="list"),
    path("inbox/count/", listing.count, name="count"),
    path("inbox/availability/", listing.set_availability, name="availability"),
    path("inbox/<uuid:pk>/", screen.conversation, name="conversation"),
    path("inbox/<uuid:pk>/thread/", screen.thread, name="thread"),
    path("inbox/<uuid:pk>/header/", screen.header, name="header"),
    path("inbox/<uuid:pk>/panel/", screen.panel, name="panel"),
    path("inbox/<uuid:pk>/send/", composing.send, name="send"),
    path("inbox/<uuid:pk>/typing/", composing.typing, name="typing"),
    path("inbox/<uuid:pk>/messages/<uuid:message>/retry/", composing.retry, name="retry"),
    path("inbox/<uuid:pk>/messages/<uuid:message>/media/", files.media, name="media"),
    path("inbox/<uuid:pk>/take-over/", acts.take_over, name="take_over"),
    path("inbox/<uuid:pk>/give-back/", acts.give_back, name="give_back"),
    path("inbox/<uuid:pk>/bot/", acts.switch_bot, name="bot"),
    path("inbox/<uuid:pk>/assign/", acts.assign, name="assign"),
    path("inbox/<uuid:pk>/archive/", acts.archive, name="archive"),
    path("inbox/<uuid:pk>/unread/", acts.mark_unread, name="unread"),
    path("inbox/<uuid:pk>/templates/", templates.choose, name="templates"),
    path("inbox/<uuid:pk>/templates/<uuid:template>/", templates.use, name="template"),
    path("inbox/<uuid:pk>/templates/<uuid:template>/look/", templates.look, name="template_look"),
    path("settings/templates/", template_settings.overview, name="template_settings"),
    path("settings/templates/sync/", template_settings.sync, name="templates_sync"),
    path("settings/channels/", channels.channels, name="channels"),
    path("inbox/stopped/", stopped.stopped, name="stopped"),
    path("settings/channels/<uuid:pk>/resume/", stopped.resume, name="channel_resume"),
    path("settings/channels/connect/", channels.connect, name="channel_connect"),
    path("settings/deliveries/", envelopes.deliveries, name="deliveries"),
    path("settings/deliveries/replay/", envelopes.replay_dead, name="replay_dead"),
    path("settings/deliveries/<uuid:pk>/", envelopes.delivery, name="delivery"),
    path("settings/deliveries/<uuid:pk>/replay/", envelopes.replay, name="replay"),
    path("phone/", phone.phone, name="phone"),
    path("phone/new/", phone.new, name="phone_new"),
    path("phone/<str:key>/", phone.phone, name="phone_customer"),
    path("phone/<str:key>/send/", phone.send, name="phone_send"),
]
