"""Contacts, how they can be reached, and their tags."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db import models

from morfx.tenancy.rows import Owned


def fold(text: str) -> str:
    """Return text as search compares it: lower case, no accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


class Tag(Owned):
    """A label; `applies_to` says where it is offered."""

    class Scope(models.TextChoices):
        CONTACTS = "contacts"
        ORDERS = "orders"
        CONVERSATIONS = "conversations"
        ALL = "all"

    name = models.CharField(max_length=40)
    color = models.CharField(max_length=7, default="#6366f1")
    applies_to = models.TextField(choices=Scope.choices, default=Scope.ALL)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="tag_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def as_answer(self) -> dict[str, object]:
        """Return the tag as answers show it."""
        return {"id": self.pk, "name": self.name, "color": self.color}


class Contact(Owned):
    """A person. May have no phone: a sender can be known by a business-scoped id alone."""

    name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, null=True)
    """E.164, or nothing."""
    email = models.CharField(max_length=254, blank=True)
    address = models.CharField(max_length=500, blank=True)
    city = models.CharField(max_length=100, blank=True)
    department = models.CharField(max_length=100, blank=True)
    custom_fields = models.JSONField(default=dict, blank=True)
    tags = models.ManyToManyField(Tag, through="ContactTag", related_name="contacts")
    last_activity_at = models.DateTimeField(null=True)
    search = models.TextField(default="", editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "phone"],
                name="contact_phone_once",
                condition=models.Q(phone__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="contact_recent"),
            models.Index(fields=["workspace", "name", "id"], name="contact_by_name"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """Return the name, else the phone, else a neutral word."""
        return self.name or self.phone or "—"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, keeping the folded text that search looks at."""
        parts = (self.name, self.phone or "", self.email, self.city)
        self.search = fold(" ".join(parts))
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search", "updated_at"}
        super().save(*args, **kwargs)

    def as_answer(self) -> dict[str, object]:
        """Return the contact as answers show it."""
        return {
            "id": self.pk,
            "name": self.name,
            "phone": self.phone,
            "email": self.email,
            "address": self.address,
            "city": self.city,
            "department": self.department,
            "tags": [tag.name for tag in self.tags.all()],
            "custom_fields": self.custom_fields,
            "identities": list(self.identities.all()),
            "created_at": self.created_at,
        }


class ContactTag(Owned):
    """A tag on a contact."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "tag"], name="contact_tag_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.contact_id}"


class ContactIdentity(Owned):
    """One way a channel knows a contact.

    `account` is whose id it is: empty for a phone number, which is the world's; the business
    account for a business-scoped user id (BSUID), which means nothing elsewhere.
    """

    class Kind(models.TextChoices):
        PHONE = "phone"
        BSUID = "bsuid"
        USERNAME = "username"

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="identities")
    account = models.TextField(default="", blank=True)
    kind = models.TextField(choices=Kind.choices)
    value = models.TextField()
    verified = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True)
    """Since when a phone number is no longer this person's; somebody else may have it now."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "kind", "value", "account"],
                name="identity_once",
                condition=models.Q(retired_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "value"],
                name="identity_retired",
                condition=models.Q(retired_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    def as_answer(self) -> dict[str, object]:
        """Return the identity as answers show it."""
        return {
            "kind": self.kind,
            "value": self.value,
            "verified": self.verified,
            "retired_at": self.retired_at,
        }
