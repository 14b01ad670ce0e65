from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "morfx.jobs"
    label = "jobs"
    verbose_name = "Jobs"
