"""Which names a member may listen to; asked when a page subscribes, and again when a role changes.

    @topic("conversation-")
    def may_follow(member: Member, rest: str) -> bool: ...

A name without an authoriser (`inbox`, `orders`…) is open to every member of the workspace: it
only says that something changed, and what changed is fetched with the member's own permissions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID


class Member(Protocol):
    """Somebody who belongs to a workspace, as far as authorising needs it."""

    workspace_id: UUID
    user_id: int
    role: str

    def actor(self, via: str = ...) -> Any:
        """Return the member as one who acts."""


Authoriser = Callable[[Any, str], bool]

authorisers: dict[str, Authoriser] = {}


def topic(prefix: str) -> Callable[[Authoriser], Authoriser]:
    """Register who may listen to a name, or to the names that begin with `prefix`.

    The function gets the member and the rest of the name; the workspace is current.
    """

    def register(function: Authoriser) -> Authoriser:
        if prefix in authorisers:
            raise ValueError(f"Two authorisers for the topic {prefix}.")
        authorisers[prefix] = function
        return function

    return register


def allowed(member: Member, name: str) -> bool:
    """Tell whether a member may listen to a name; the longest registered prefix decides."""
    for prefix in sorted(authorisers, key=len, reverse=True):
        if name == prefix or (prefix.endswith("-") and name.startswith(prefix)):
            return authorisers[prefix](member, name.removeprefix(prefix))
    return True
