"""What is said to PostgreSQL: every statement, by the process that said it, from its own log."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

from .installation import Installation, superuser

MARK = "STATEMENT-OF|"
LINE = re.compile(
    r"^STATEMENT-OF\|(?P<part>[^|]*)\|(?P<pid>\d+)\|(?P<at>[^|]*)\|LOG:  "
    r"(?:statement|execute [^:]*): (?P<words>.*)$",
    re.DOTALL | re.MULTILINE,
)
VALUES = re.compile(r"'(?:[^']|'')*'|\$\d+|\b\d+\b|%s")
KEPT = 170


class Statements:
    """Logs every statement for as long as the block runs."""

    def __init__(self, running: Installation) -> None:
        self._running = running
        self._from = self._to = 0
        self.found: list[tuple[str, str, str, str]] = []
        """Part, process, moment and words of each statement."""

    def __enter__(self) -> Self:
        with superuser(self._running) as link:
            link.execute(f"ALTER SYSTEM SET log_line_prefix = '{MARK}%a|%p|%m|'")
            link.execute("ALTER SYSTEM SET log_statement = 'all'")
            link.execute("SELECT pg_reload_conf()")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with superuser(self._running) as link:
            link.execute("ALTER SYSTEM RESET log_statement")
            link.execute("ALTER SYSTEM RESET log_line_prefix")
            link.execute("SELECT pg_reload_conf()")
        with self._running.postgres.log.open("rb") as log:
            log.seek(self._from)
            text = log.read(self._to - self._from).decode(errors="replace")
        for entry in re.split(rf"^(?={re.escape(MARK)})", text, flags=re.MULTILINE):
            if line := LINE.match(entry.rstrip()):
                words = " ".join(line["words"].split())
                self.found.append((line["part"], line["pid"], line["at"], words))

    def begin(self) -> None:
        """Count from here."""
        self._from = self._running.postgres.log.stat().st_size

    def end(self) -> None:
        """Count to here."""
        self._to = self._running.postgres.log.stat().st_size

    @property
    def total(self) -> int:
        """Return how many statements there were, ours of the benchmark left out."""
        return sum(self.by_part().values())

    def by_part(self) -> Counter[str]:
        """Return how many statements each part said; processes that only differ in id are one."""
        parts = (re.sub(r" \d+$", "", part) for part, *_ in self.found)
        return Counter(part for part in parts if part not in ("", "psql", "[unknown]"))

    def write(self, folder: Path, name: str, messages: int) -> None:
        """Write two files: statements by frequency, and all of them in their order."""
        counted = Counter((part, VALUES.sub("?", words)[:KEPT]) for part, _, _, words in self.found)
        lines = [
            f"{number / messages:7.2f}  {part:<20} {words}"
            for (part, words), number in counted.most_common()
        ]
        (folder / f"{name}.counted.txt").write_text("\n".join(lines) + "\n")
        lines = [f"{at} {pid} {part:<18} {words[:400]}" for part, pid, at, words in self.found]
        (folder / f"{name}.in-order.txt").write_text("\n".join(lines) + "\n")
