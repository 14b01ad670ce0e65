from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkspacesConfig(AppConfig):
    name = "morfx.workspaces"
    label = "workspaces"
    verbose_name = "Workspaces"

    def ready(self) -> None:
        """Protect every owned table after each migrate."""
        from morfx.tenancy.policies import protect

        post_migrate.connect(protect, dispatch_uid="row policies")
