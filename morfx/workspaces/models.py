"""Who: users, workspaces, memberships with roles, invitations, API keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.answers import Once
from morfx.tenancy.rows import Owned, new_id
from morfx.web.initials import hue, initials

from .roles import Role, permissions_of


class Users(BaseUserManager["User"]):
    """Makes users, who are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Make a user; the address is kept in lower case."""
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Make the platform's owner."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> User:
        """Find a user by e-mail address in any case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in; may belong to many workspaces."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(max_length=8, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """Return the name, or the e-mail's first part when there is none."""
        return self.name or self.email.partition("@")[0]

    def get_full_name(self) -> str:
        """Return the name to show, under the method Django's own templates ask."""
        return self.display_name

    @property
    def initials(self) -> str:
        """Return the letters that stand for the user."""
        return initials(self.display_name)

    @property
    def hue(self) -> int:
        """Return the number of the user's colour."""
        return hue(self.pk)


class Workspace(models.Model):
    """One business: every other row belongs to one."""

    OWNER_COLUMN = "id"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=60, unique=True)
    business_type = models.CharField(max_length=60, blank=True)
    time_zone = models.CharField(max_length=60, default="America/Bogota")
    currency = models.CharField(max_length=3, default="COP")
    settings = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name

    def as_answer(self) -> dict[str, object]:
        """Return the workspace as answers show it."""
        return {
            "id": self.pk,
            "name": self.name,
            "slug": self.slug,
            "business_type": self.business_type,
            "time_zone": self.time_zone,
            "currency": self.currency,
            "created_at": self.created_at,
        }

    @property
    def initials(self) -> str:
        """Return the letters that stand for the workspace."""
        return initials(self.name)

    @property
    def hue(self) -> int:
        """Return the number of the workspace's colour."""
        return hue(self.pk)


class Membership(Owned):
    """A user's place in a workspace: a role, and permissions that differ from it."""

    if TYPE_CHECKING:
        workspace: models.ForeignKey[Workspace]

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.TextField(choices=Role.choices, default=Role.AGENT)
    permissions = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"

    def actor(self, via: str = "page") -> Actor:
        """Return the member as one who acts."""
        return Actor(
            workspace_id=self.workspace_id,
            who=f"user:{self.user_id}",
            via=via,
            user_id=self.user_id,
            name=self.user.display_name,
            role=self.role,
            permissions=permissions_of(self.role, self.permissions),
        )

    def acting_alone(self) -> Actor:
        """Return the member as one who acts on their own place, whatever their role allows."""
        return replace(self.actor(), permissions=frozenset({SYSTEM}))

    def as_answer(self) -> dict[str, object]:
        """Return the member as answers show them."""
        return {
            "id": self.pk,
            "user_id": self.user_id,
            "name": self.user.display_name,
            "email": self.user.email,
            "role": self.role,
        }


class Invitation(Owned):
    """An offer to join, good for seven days, bound to an e-mail address."""

    if TYPE_CHECKING:
        workspace: models.ForeignKey[Workspace]

    email = models.EmailField()
    role = models.TextField(choices=Role.choices)
    token = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "email"], name="invitation_email")]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"

    @property
    def path(self) -> str:
        """Return the path of the page that accepts it."""
        return f"/accounts/invite/{self.token}/"

    def as_answer(self) -> dict[str, object]:
        """Return the invitation as answers show it; its path is a secret, shown once."""
        return {
            "id": self.pk,
            "email": self.email,
            "role": self.role,
            "expires_at": self.expires_at,
            "path": Once(self.path),
        }


class ApiKey(Owned):
    """A key for other programs; only its SHA-256 and first characters are kept."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    role = models.TextField(choices=Role.choices)
    allowed = models.JSONField(null=True)
    """Names of operations and lookups it may call; null for all that its role may."""
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def as_answer(self) -> dict[str, object]:
        """Return what may be known of a key."""
        return {
            "id": self.pk,
            "name": self.name,
            "prefix": self.prefix,
            "role": self.role,
            "revoked_at": self.revoked_at,
        }

    def actor(self) -> Actor:
        """Return the key as one who acts."""
        return Actor(
            workspace_id=self.workspace_id,
            who=f"key:{self.pk}",
            via="api",
            name=self.name,
            role=self.role,
            permissions=permissions_of(self.role),
            operations=frozenset(self.allowed) if self.allowed is not None else None,
        )
