"""Names about a member are for that member alone."""

from __future__ import annotations

from morfx.events.topics import Member, topic


@topic("member-")
def is_me(member: Member, rest: str) -> bool:
    """Let members hear what happens to themselves."""
    return rest == str(member.user_id)
