from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "morfx.api"
    label = "api"
    verbose_name = "API"
