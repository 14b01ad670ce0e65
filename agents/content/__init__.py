"""What agents say and go by: versions of their content, as rows that people edit."""

from .values import Content
from .versions import at, current, draft, load, own

__all__ = ["Content", "at", "current", "draft", "load", "own"]
