"""How allauth fits in: sign-up makes a user; where they go next depends on their workspaces."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    """Sends people to their workspace after signing in."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where to go after signing in, when the page asked for nothing else."""
        return reverse("workspaces:home")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Return where to go after signing up."""
        return reverse("workspaces:home")
