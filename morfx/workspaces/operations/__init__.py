"""Everything that changes workspaces, members and keys."""

from . import invitations, jobs, keys, members, workspaces

__all__ = ["invitations", "jobs", "keys", "members", "workspaces"]
