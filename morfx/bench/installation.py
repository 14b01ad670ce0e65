"""A whole MorfX in a temporary folder: database, web server, job clusters; gone at the end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from morfx.parent_death import die_with_parent
from morfx.postgres import Postgres
from morfx.processes.child import Child

from .machine import BASE, cpu_seconds

NO_PROXY = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
PROFILING = Path(__file__).resolve().parent / "profiling"


class NotReady(Exception):
    """A process of the benchmark does not do what it should; the message says which."""


@dataclass
class Installation:
    """The running parts of a benchmark, each a session of its own."""

    data: Path
    postgres: Postgres
    profile: Path | None = None
    """Folder for the profiles of all processes, when asked for."""
    children: dict[str, Child] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    def database_url(self, name: str) -> str:
        """Return the database's address for a process that PostgreSQL shall know by name."""
        return f"{self.postgres.url()}&application_name={quote(name)}"

    def python(self, name: str, *words: str, **environment: str) -> Child:
        """Start a Python process and keep it as `name`."""
        path = os.pathsep.join([*([str(PROFILING)] if self.profile else []), str(BASE)])
        everything = {
            "MORFX_DATA": str(self.data),
            "DATABASE_URL": self.database_url(name),
            "PYTHONPATH": path,
            "PYTHONUNBUFFERED": "1",
            "LOG_LEVEL": "WARNING",
            "DEBUG": "0",
            **({"MORFX_PROFILE": f"{self.profile}/{name}"} if self.profile else {}),
            **NO_PROXY,
            **self.environment,
            **environment,
        }
        log = self.data / "logs" / f"{name}.log"
        child = Child(name, [sys.executable, *words], log, everything)
        child.start()
        self.children[name] = child
        return child

    def web(self, *, workers: int = 1) -> int:
        """Start the web server; return its port once it serves."""
        port = free_port()
        words = ["-m", "uvicorn", "morfx.asgi:application", "--port", str(port)]
        words += ["--no-access-log", "--workers", str(workers)]
        self.python("web", *words)
        self.await_port("web", port)
        return port

    def cluster(self, name: str, queues: str, **environment: str) -> None:
        """Start a job cluster for some queues, separated by commas."""
        self.python(name, str(BASE / "manage.py"), "qcluster", "-n", queues, **environment)

    def own_cluster(self, name: str, **environment: str) -> None:
        """Start a job cluster that knows the benchmark's own jobs too."""
        self.python(name, "-m", "morfx.bench.cluster", name, **environment)

    def await_port(self, name: str, port: int, seconds: float = 60.0) -> None:
        """Wait until a process listens. Raises NotReady with the end of its log."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.children[name].alive:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise NotReady(f"{name} does not listen:\n{self.children[name].tail()}")

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds of each part so far."""
        return {name: cpu_seconds(process) for name, process in self.processes().items()}

    def processes(self) -> dict[str, int]:
        """Return each part's first process."""
        found = {name: one.process.pid for name, one in self.children.items() if one.process}
        found["postgres"] = int((self.postgres.cluster / "postmaster.pid").read_text().split()[0])
        return found

    def stop(self) -> None:
        """Stop every process, the clusters with a little time to finish."""
        for child in self.children.values():
            child.ask_to_stop()
        deadline = time.monotonic() + 8
        for child in self.children.values():
            child.await_end(deadline)
        self.children.clear()


@contextmanager
def installation(data: Path, *, profile: Path | None = None) -> Iterator[Installation]:
    """Make a migrated database in `data` and set Django up on it; stop everything at the end."""
    postgres = Postgres(data)
    os.environ.update({"MORFX_DATA": str(data), "LOG_LEVEL": "WARNING", "DEBUG": "0", **NO_PROXY})
    os.environ.update({"DJANGO_SETTINGS_MODULE": "morfx.settings", "DATABASE_URL": postgres.url()})
    for name in ("MORFX_ENV", "REDIS_URL", "ANTHROPIC_API_KEY", "MORFX_SIMULATOR_URL"):
        os.environ.pop(name, None)
    running = Installation(data, postgres, profile)
    try:
        postgres.start()
        migrate()
        import django

        django.setup()
        yield running
    finally:
        running.stop()
        postgres.stop()


def migrate() -> None:
    """Bring the database of this process's environment up to date."""
    subprocess.run(
        [sys.executable, str(BASE / "manage.py"), "migrate", "--noinput", "-v", "0"],
        check=True,
        preexec_fn=die_with_parent(9),
        cwd=BASE,
    )


def superuser(running: Installation, **options: Any) -> Any:
    """Connect past the row policies, to fill tables and read statistics."""
    import psycopg

    name = "user=postgres dbname=morfx"
    return psycopg.connect(f"{name} host={running.postgres.socket}", autocommit=True, **options)


def free_port() -> int:
    """Return a port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def remove(folder: Path) -> None:
    """Remove a temporary data folder, whoever owns its parts."""
    shutil.rmtree(folder, ignore_errors=True)
