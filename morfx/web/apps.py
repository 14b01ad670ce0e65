from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "morfx.web"
    label = "web"
    verbose_name = "Web"
