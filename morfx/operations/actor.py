"""Who acts, through what, and because of what: the first parameter of every operation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol, Self
from uuid import UUID

SYSTEM = "system"
"""The permission of what only the system does to itself; no role, key or door has it."""


class Cause(Protocol):
    """An event that makes somebody act."""

    pk: UUID
    workspace_id: UUID
    depth: int


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody or something that acts in a workspace.

    `who` is `kind:id` (`user:…`, `agent:somnio-sales-v1`, `automation:…`, `key:…`, `system:…`);
    `via` the door (`page`, `api`, `agent`, `automation`, `webhook`, `command`, `job`);
    `operations`, when given, is an allow-list of names on top of the permissions.
    """

    workspace_id: UUID
    who: str
    via: str
    permissions: frozenset[str] = frozenset()
    user_id: int | None = None
    name: str = ""
    role: str = ""
    cause: UUID | None = None
    depth: int = 0
    operations: frozenset[str] | None = field(default=None)

    def may(self, permission: str) -> bool:
        """Tell whether the actor has a permission; the system has them all."""
        return permission in self.permissions or SYSTEM in self.permissions

    def allowed(self, name: str) -> bool:
        """Tell whether the allow-list, if any, names an operation or lookup."""
        return self.operations is None or name in self.operations

    def because(self, cause: Cause) -> Self:
        """Return the same actor acting on an event: one step deeper in the chain of causes."""
        return replace(self, cause=cause.pk, depth=cause.depth + 1)

    @classmethod
    def system(
        cls, workspace_id: UUID, name: str, *, via: str = "job", permissions: Iterable[str] = ()
    ) -> Self:
        """Return the system itself under a name, such as `system:delivery`."""
        return cls(
            workspace_id=workspace_id,
            who=f"system:{name}",
            via=via,
            name=name,
            permissions=frozenset({SYSTEM, *permissions}),
        )

    @property
    def kind(self) -> str:
        """Return what sort of actor this is: the part of `who` before the colon."""
        return self.who.partition(":")[0]
