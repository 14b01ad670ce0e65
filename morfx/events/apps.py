from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "morfx.events"
    label = "events"
    verbose_name = "Events"
