"""Everything that changes workspaces, members and keys."""

from . import jobs, keys, members, workspaces

__all__ = ["jobs", "keys", "members", "workspaces"]
