"""Who is at a conversation at this moment."""

from __future__ import annotations

from django.db import models

from morfx.tenancy.rows import Owned

from .conversations import Conversation


class Typing(Owned):
    """A member writes in a conversation, until a moment a few seconds ahead."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey("workspaces.User", models.CASCADE, related_name="+", db_index=False)
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "conversation", "user"], name="typing_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id} until {self.until}"
