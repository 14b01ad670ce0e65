"""What people write down about a contact."""

from __future__ import annotations

from django.db import models

from morfx.tenancy.rows import Owned

from .contacts import Contact


class Note(Owned):
    """A remark about a contact; every member sees it."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="notes", db_index=False)
    content = models.TextField()
    author = models.TextField()
    """Who wrote it, as actors are called: `user:7`, `agent:somnio-sales-v1`."""
    author_name = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "contact", "-id"], name="note_of_contact")]

    def __str__(self) -> str:
        return self.content[:80]

    def as_answer(self) -> dict[str, object]:
        """Return the note as answers show it."""
        return {
            "id": self.pk,
            "contact_id": self.contact_id,
            "content": self.content,
            "author": self.author,
            "created_at": self.created_at,
        }
