"""What runs beside what, in which order it starts and stops, and what is done when a part ends.

Order of starting: PostgreSQL, migrations, simulator and demo, web, job clusters. Order of
stopping: web, clusters, simulator, PostgreSQL.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from morfx.parent_death import die_with_parent
from morfx.postgres import Postgres, PostgresError

from .child import Child
from .heartbeats import Heartbeats

BASE = Path(__file__).resolve().parent.parent.parent
QUEUES = ("quick", "turns", "sends")
STOP_WITHIN = {"web": 4.0, "cluster": 6.0, "simulator": 1.0}
"""Seconds each part may take to finish its work; PostgreSQL has what is left of 15."""
READY_WITHIN = 90.0
REQUIRED_STEADY = 3
"""Ends in a row of the web server before it first answers, after which we give up."""


class CannotStart(Exception):
    """Something that everything else needs does not work; the message says what, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was asked for."""

    port: int
    data: Path
    demo: bool
    host: str = "127.0.0.1"
    web_processes: int = 1

    @property
    def address(self) -> str:
        """Return where a browser on this machine finds the application."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{host}:{self.port}"


class Supervisor:
    """Starts, watches and stops the processes of one data folder."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        self.plan, self.say = plan, say
        self.logs = plan.data / "logs"
        self.postgres = None if os.environ.get("DATABASE_URL") else Postgres(plan.data)
        self.stopping = False
        self.demo_made = False
        self.environment = {
            "MORFX_DATA": str(plan.data),
            "MORFX_LOCAL_URL": plan.address,
            "MORFX_DRAIN_SECONDS": str(STOP_WITHIN["cluster"] - 1.5),
            "MALLOC_ARENA_MAX": "2",
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "morfx.settings",
        }
        self.simulator = self._simulator() if plan.demo else None
        self.listening = listening_socket(plan.host)
        self.web = [self._web(number) for number in range(1, plan.web_processes + 1)]
        self.cluster = self._python("job cluster", "jobs", str(BASE / "manage.py"), "qcluster")
        url = os.environ.get("DATABASE_URL") or Postgres(plan.data).url()
        self.heartbeats = [Heartbeats(url, queue) for queue in QUEUES]

    # -- starting ------------------------------------------------------------------------------

    def start(self) -> None:
        """Start everything and wait until it serves. Raises CannotStart with a sentence."""
        if self.postgres is not None:
            self.postgres.start()
        self._manage("migrate", "--noinput", needed="The database could not be migrated.")
        if self.simulator is not None:
            self.simulator.start()
            self._await_port(int(self.simulator.words[-1]))
            self.demo_made = self._manage("demo")
        self.listening.bind((self.plan.host, self.plan.port))
        self.listening.listen(1024)
        for child in (*self.web, self.cluster):
            child.start()
        self._await_ready()

    def _manage(self, *words: str, needed: str = "") -> bool:
        """Run a command of manage.py; a failure ends the start when it is `needed`."""
        log = self.logs / "setup.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            ended = subprocess.run(
                [sys.executable, str(BASE / "manage.py"), *words],
                stdout=output,
                stderr=output,
                env={**os.environ, **self.environment},
                preexec_fn=die_with_parent(signal.SIGKILL),
                check=False,
            )
        if ended.returncode == 0:
            return True
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-6:])
        if needed:
            raise CannotStart(f"{needed} The end of {log}:\n{tail}")
        self.say(f"`manage.py {words[0]}` failed; going on without it. The end of {log}:\n{tail}")
        return False

    def _await_port(self, port: int) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            self.watch()
            time.sleep(0.1)
        self.say("The WhatsApp simulator does not answer yet; going on.")

    def _await_ready(self) -> None:
        """Wait for /healthz, then for /readyz; without the first there is nothing to show."""
        deadline = time.monotonic() + READY_WITHIN
        healthy = False
        while time.monotonic() < deadline and not self.stopping:
            healthy = healthy or self._answers("/healthz")
            if healthy and self._answers("/readyz"):
                return
            self.watch()
            if not healthy and self.web[0].ends >= REQUIRED_STEADY:
                break
            time.sleep(0.2)
        if self.stopping:
            return
        if not healthy:
            web = self.web[0]
            raise CannotStart(f"The web server does not start. The end of {web.log}:\n{web.tail()}")
        self.say(f"Something is not in order yet; see {self.plan.address}/readyz")

    def _answers(self, path: str) -> bool:
        opener = build_opener(ProxyHandler({}))
        try:
            with opener.open(self.plan.address + path, timeout=3) as response:
                return bool(response.status == 200)
        except (URLError, HTTPException, OSError):
            return False

    # -- watching ------------------------------------------------------------------------------

    def run(self) -> None:
        """Watch until somebody asks to stop."""
        while not self.stopping:
            self.watch()
            time.sleep(0.5)

    def watch(self) -> None:
        """Start again what has ended, and replace clusters that run but do no work."""
        if self.postgres is not None and self.postgres.died():
            self.say(f"PostgreSQL ended; starting it again. Its log: {self.postgres.log}")
            try:
                self.postgres.start()
            except PostgresError as error:
                self.say(str(error))
                return
        for child in self._children():
            if news := child.watch():
                self.say(news)
        for heartbeats in self.heartbeats:
            if self.cluster.alive and heartbeats.stalled(self.cluster):
                self.say(f"The job cluster does no “{heartbeats.queue}” work; replacing it.")
                self.cluster.kill()

    # -- stopping ------------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop everything, each part after those that need it."""
        self._stop(self.web, STOP_WITHIN["web"])
        self.listening.close()
        self._stop([self.cluster], STOP_WITHIN["cluster"])
        if self.simulator is not None:
            self._stop([self.simulator], STOP_WITHIN["simulator"])
        if self.postgres is not None:
            self.postgres.stop()

    def _stop(self, children: list[Child], seconds: float) -> None:
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + seconds
        for child in children:
            child.await_end(deadline)

    # -- the parts -----------------------------------------------------------------------------

    def _children(self) -> list[Child]:
        return [*([self.simulator] if self.simulator else []), *self.web, self.cluster]

    def _python(self, title: str, log: str, *words: str, **environment: str) -> Child:
        everything = {**self.environment, "PYTHONPATH": _python_path(), **environment}
        return Child(title, [sys.executable, *words], self.logs / f"{log}.log", everything)

    def _web(self, number: int) -> Child:
        """Return a web process; all of them share one log and one listening socket."""
        alone = self.plan.web_processes == 1
        file = self.listening.fileno()
        child = self._python(
            "web server" if alone else f"web server {number}", "web",
            "-m", "morfx.processes.web", str(file),
        )  # fmt: skip
        child.files = (file,)
        return child

    def _simulator(self) -> Child:
        port = remembered_port(self.plan.data / "simulator.port")
        self.environment["MORFX_SIMULATOR_URL"] = f"http://127.0.0.1:{port}"
        return self._python(
            "WhatsApp simulator", "simulator", "-m", "inbox.simulator",
            "--database", str(self.plan.data / "simulator.sqlite3"), "--port", str(port),
        )  # fmt: skip


def remembered_port(file: Path) -> int:
    """Return the port kept in a file while it is free, else a free one that is kept from now on."""
    try:
        port = int(file.read_text())
        if port_is_free("127.0.0.1", port):
            return port
    except (OSError, ValueError):
        pass
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    file.write_text(str(port))
    return port


def listening_socket(host: str) -> socket.socket:
    """Return a socket to listen with; bound only once there is somebody to answer."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


def port_is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen there."""
    family: Any = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _python_path() -> str:
    inherited = os.environ.get("PYTHONPATH", "")
    return f"{BASE}{os.pathsep}{inherited}" if inherited else str(BASE)
