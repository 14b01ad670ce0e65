"""What is under test, and its surroundings: bin/dev, WhatsApp, the model; all in one folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psycopg
import requests

from inbox.simulator.client import SimulatorClient
from morfx.bench.installation import NO_PROXY, NotReady, free_port
from morfx.bench.machine import BASE
from morfx.parent_death import die_with_parent
from morfx.postgres import Postgres

PROVIDERS = ("cloud", "360dialog", "kapso")
AGENT = "somnio-sales-v1"
READY_WITHIN = 120.0
PAIR_SECONDS = "1"
"""Customers here write more often than any real one; WhatsApp's 6 s would make them wait."""


@dataclass(frozen=True)
class Shop:
    """One workspace with its number at one seller, and an owner's API key."""

    provider: str
    slug: str
    number: str
    webhook: str
    secret: str
    key: str


class World:
    """Starts all of it, gives the way to each part, and ends it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.data, self.folder = folder / "data", folder
        self.postgres = Postgres(self.data)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.shops: list[Shop] = []
        self.starts = 0
        self._started: list[subprocess.Popen[str]] = []
        self._model = self._run("morfx.bench.soak.model", str(seed), talk=True)
        self._model_url = self._line(self._model)
        words = ("--database", str(folder / "simulator.sqlite3"), "--workers", "16")
        self.simulator_url = self._line(self._run("inbox.simulator", *words)).split()[-1]
        self.simulator = SimulatorClient(self.simulator_url)
        self.supervisor: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        with ThreadPoolExecutor(len(PROVIDERS)) as pool:
            self.shops += pool.map(self._open_shop, range(len(PROVIDERS)), PROVIDERS)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self.supervisor is not None and self.supervisor.poll() is None:
                self.supervisor.send_signal(signal.SIGTERM)
                self.supervisor.wait(timeout=40)
        finally:
            for process in self._started:
                process.kill()
                process.wait()

    # -- the product ---------------------------------------------------------------------------

    @property
    def _environment(self) -> dict[str, str]:
        gone = ("DATABASE_URL", "REDIS_URL", "MORFX_ENV", "MORFX_SIMULATOR_URL", "DEBUG")
        kept = {name: value for name, value in os.environ.items() if name not in gone}
        return {
            **kept,
            **NO_PROXY,
            "MORFX_DATA": str(self.data),
            "ANTHROPIC_API_KEY": "soak",
            "ANTHROPIC_BASE_URL": self._model_url,
            "MORFX_WEB_PROCESSES": "2",
            "MORFX_PAIR_SECONDS": PAIR_SECONDS,
            "DEBUG": "0",
            "LOG_LEVEL": "WARNING",
        }

    def start(self) -> None:
        """Start bin/dev, as an operator would, and wait until it is ready. Call in one thread."""
        self.starts += 1
        port = self.url.rpartition(":")[2]
        words = ["--port", port, "--data", str(self.data), "--no-demo"]
        self.data.mkdir(exist_ok=True)
        with (self.folder / "bin-dev.log").open("ab") as log:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-m", "morfx.processes", *words],
                stdout=log,
                stderr=log,
                cwd=BASE,
                env=self._environment,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        deadline = time.monotonic() + READY_WITHIN
        while not self._ready():
            if self.supervisor.poll() is not None or time.monotonic() > deadline:
                raise NotReady((self.folder / "bin-dev.log").read_text()[-3000:])
            time.sleep(0.2)

    def _ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    @property
    def top(self) -> int:
        """Return the supervisor's process id."""
        assert self.supervisor is not None
        return self.supervisor.pid

    def manage(self, *words: str) -> str:
        """Run a manage.py command; return the last line it printed."""
        done = subprocess.run(
            [sys.executable, str(BASE / "manage.py"), *words],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotReady(done.stderr[-2000:])
        return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""

    def _open_shop(self, place: int, provider: str) -> Shop:
        slug = self.manage(
            "create_workspace", f"Soak {provider}", "--owner", f"owner{place}@soak.test"
        )
        mine = ("--workspace", slug)
        key = self.manage("create_api_key", *mine, "--name", "soak", "--role", "owner")
        number, secret, token = f"10655550000{place}", f"secret-{place}", f"token-{place}"
        base = self.simulator_url + ("/meta/whatsapp" if provider == "kapso" else "")
        path = self.manage(
            "connect_whatsapp", *mine, "--provider", provider, "--phone-number-id", number,
            "--token", token, "--app-secret", secret, "--verify-token", "soak",
            "--base-url", base, "--waba-id", f"20655550000{place}",
        )  # fmt: skip
        self.manage(
            "set_agent", *mine, "--agent", AGENT, "--on", "--speed", "0",
            "--timer-preset", "rapido", "--quiet-seconds", ("0.3", "0.6", "1.0")[place],
        )  # fmt: skip
        shop = Shop(provider, slug, number, self.url + path, secret, key)
        self.simulator.register_number(
            number,
            display_phone_number=f"57311000000{place}",
            token=token,
            webhook_url=shop.webhook,
            app_secret=secret,
            waba_id=f"20655550000{place}",
            dialect=provider,
            webhook_kind="kapso" if provider == "kapso" else "meta",
            read_after=2.0,
            retry_most=4.0,
        )
        return shop

    # -- the surroundings ----------------------------------------------------------------------

    def spend_the_money(self) -> None:
        """Let the model answer with the spend limit from now on."""
        assert self._model.stdin is not None
        self._model.stdin.write("\n")
        self._model.stdin.flush()

    def model_counts(self) -> dict[str, int]:
        """End the model and return how often it answered in each way."""
        assert self._model.stdin is not None
        self._model.stdin.close()
        counts: dict[str, int] = json.loads(self._line(self._model))
        return counts

    def database(self) -> psycopg.Connection[Any]:
        """Connect past the row policies."""
        name = "user=postgres dbname=morfx connect_timeout=5"
        return psycopg.connect(f"{name} host={self.postgres.socket}", autocommit=True)

    def rows(self, sql: str, *values: object, seconds: float = 60.0) -> list[tuple[Any, ...]]:
        """Ask the database until it answers: it may have been killed."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                with self.database() as link:
                    answer = link.execute(sql, values)
                    return list(answer.fetchall()) if answer.description else []
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _run(self, module: str, *words: str, talk: bool = False) -> subprocess.Popen[str]:
        with (self.folder / f"{module}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *words],
                stdin=subprocess.PIPE if talk else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=BASE,
                env={**os.environ, **NO_PROXY},
                preexec_fn=die_with_parent(signal.SIGKILL),
            )
        self._started.append(process)
        return process

    @staticmethod
    def _line(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        if not line:
            raise NotReady(f"{process.args!r} said nothing.")
        return line
