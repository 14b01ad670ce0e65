"""`bin/dev` on a data folder of its own: starts, restarts what ends, stops, leaves nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch
from urllib.request import urlopen

import pytest

from morfx.postgres import Postgres
from morfx.processes import child as children
from morfx.processes.child import Child
from morfx.processes.heartbeats import Heartbeats
from morfx.processes.supervisor import BASE, port_is_free, remembered_port

ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in {"DATABASE_URL", "MORFX_DATA", "REDIS_URL"}
}


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is true. Raises AssertionError."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < seconds, f"not within {seconds} s"
        time.sleep(0.05)


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Dev:
    """A running `python -m morfx.processes`, which is what bin/dev becomes."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        self.output = data.parent / f"{data.name}.out"

    def start(self) -> subprocess.Popen[bytes]:
        """Start it; see `up`."""
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*self.words(), "--port", str(self.port), "--data", str(self.data), "--no-demo"],
                stdout=output, stderr=output, env=ENVIRONMENT, cwd=BASE, start_new_session=True,
            )  # fmt: skip
        return self.process

    @staticmethod
    def words() -> list[str]:
        """Return the command."""
        return [sys.executable, "-m", "morfx.processes"]

    def says(self) -> str:
        """Return what it has printed."""
        return self.output.read_text()

    def up(self) -> None:
        """Wait until it says that it runs."""
        until(lambda: "Ctrl-C stops" in self.says() or self.process.poll() is not None, 90)
        assert self.process.poll() is None, self.says()

    def family(self) -> dict[int, str]:
        """Return every living process of this data folder: by its command or its environment."""
        mark, found = str(self.data).encode(), {}
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes()
                ours = mark in words or b"MORFX_DATA=" + mark in (entry / "environ").read_bytes()
                if ours and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                    found[int(entry.name)] = words.replace(b"\0", b" ").decode()
            except (OSError, ValueError):
                continue
        return found

    def one(self, *words: str) -> int:
        """Return the oldest process whose command has all of these words; 0 without one."""
        family = self.family().items()
        return min((pid for pid, line in family if all(w in line for w in words)), default=0)


@pytest.fixture
def dev() -> Iterator[Dev]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        installation = Dev(Path(folder) / "data")
        yield installation
        if installation.process.poll() is None:
            installation.process.kill()
            installation.process.wait()
        until(lambda: not installation.family(), 20)


@pytest.mark.kill
def test_it_starts_mends_itself_and_stops(dev: Dev) -> None:
    dev.start()
    dev.up()
    assert urlopen(f"http://127.0.0.1:{dev.port}/readyz", timeout=10).status == 200
    second = subprocess.run(
        [*dev.words(), "--port", str(free_port()), "--data", str(dev.data)],
        capture_output=True, text=True, env=ENVIRONMENT, cwd=BASE, check=False, timeout=30,
    )  # fmt: skip
    assert second.returncode == 1
    assert f"in use by bin/dev on port {dev.port}" in second.stdout
    other = subprocess.run(
        [*dev.words(), "--port", str(dev.port), "--data", f"{dev.data}-2"],
        capture_output=True, text=True, env=ENVIRONMENT, cwd=BASE, check=False, timeout=30,
    )  # fmt: skip
    assert other.returncode == 1
    assert f"Port {dev.port} is in use" in other.stdout

    for words in (("morfx.processes.web",), ("qcluster",)):
        victim = dev.one(*words)
        os.kill(victim, signal.SIGKILL)
        until(lambda victim=victim, words=words: dev.one(*words) not in (0, victim), 20)  # type: ignore[misc]
    assert "The web server ended (signal SIGKILL); starting it again" in dev.says()
    os.kill(dev.one("postgres", "-D"), signal.SIGKILL)
    until(lambda: "PostgreSQL ended; starting it again" in dev.says(), 10)
    until(lambda: _ready(dev), 60)

    with socket.create_connection(("127.0.0.1", dev.port), timeout=10) as request:
        path = b"/webhooks/whatsapp/01900000-0000-7000-8000-000000000000/"
        head = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
        request.sendall(head + b"ha")
        time.sleep(0.5)
        dev.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        request.sendall(b"lf")
        assert request.recv(100).startswith(b"HTTP/1.1 404"), "a request that runs is answered"
    assert dev.process.wait(timeout=15) == 0
    assert not dev.family()
    assert dev.says().endswith("Stopped.\n")


def _ready(dev: Dev) -> bool:
    try:
        return bool(urlopen(f"http://127.0.0.1:{dev.port}/readyz", timeout=10).status == 200)
    except OSError:
        return False


@pytest.mark.kill
def test_killed_at_any_moment_it_leaves_nothing_and_starts_again(dev: Dev) -> None:
    for moment in (0.3, 1.5, 3.0, 6.0):
        dev.start()
        time.sleep(moment)
        dev.process.kill()
        dev.process.wait()
        until(lambda: not dev.family(), 15)
    dev.start()
    dev.up()
    for pid in sorted(dev.family(), reverse=True):
        if pid in dev.family():
            os.kill(pid, signal.SIGKILL)
    dev.process.wait()
    until(lambda: not dev.family(), 15)
    dev.start()
    dev.up()


def test_a_server_that_ends_is_started_again_later_and_later(tmp_path: Path) -> None:
    child = Child("thing", [sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "thing.log")
    child.start()
    pauses = []
    for _ in range(6):
        until(lambda: not child.alive)
        news = child.watch()
        assert "The thing ended (exit code 3)" in news
        pauses.append(round(child._again_at - time.monotonic(), 1))
        assert child.watch() == ""
        child._again_at = time.monotonic()
        assert child.watch() == ""
    assert pauses == [0.5, 1, 2, 4, 8, 8]
    child.await_end(time.monotonic() + 5)


def test_a_server_that_served_and_is_killed_again_and_again_is_back_soon_each_time(
    tmp_path: Path,
) -> None:
    words = [sys.executable, "-c", "import time; time.sleep(60)"]
    child = Child("thing", words, tmp_path / "thing.log")
    child.start()
    for _ in range(12):
        child._started -= children.SERVED_AFTER + 0.1
        assert child.process is not None
        os.kill(child.process.pid, signal.SIGKILL)
        until(lambda: not child.alive)
        assert "signal SIGKILL" in child.watch()
        assert child._again_at - time.monotonic() <= children.FIRST_PAUSE
        child._again_at = time.monotonic()
        child.watch()
        assert child.alive
    child.kill()
    child.await_end(time.monotonic())


def test_a_cluster_whose_guard_is_killed_again_and_again_is_back_soon_each_time(
    tmp_path: Path,
) -> None:
    child = Child("cluster", [sys.executable, "-c", "pass"], tmp_path / "cluster.log")
    child.start()
    for _ in range(4):
        until(lambda: not child.alive)
        child._started -= children.SERVED_AFTER + 0.1
        assert "exit code 0" in child.watch()
        assert child._again_at - time.monotonic() <= children.FIRST_PAUSE
        child._again_at = time.monotonic()
        child.watch()
    child.kill()
    child.await_end(time.monotonic() + 5)


def test_what_does_not_stop_is_killed_with_all_its_own(tmp_path: Path) -> None:
    stubborn = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "os.fork(); print(os.getpid(), flush=True); time.sleep(60)"
    )
    child = Child("thing", [sys.executable, "-c", stubborn], tmp_path / "thing.log")
    child.start()
    until(lambda: len(child.tail().split()) == 2)
    pids = [int(pid) for pid in child.tail().split()]
    child.ask_to_stop()
    child.await_end(time.monotonic() + 0.5)
    until(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in pids))


def test_only_a_cluster_that_stays_silent_counts_as_stalled(tmp_path: Path) -> None:
    child = Child("thing", [sys.executable, "-c", "input()"], tmp_path / "thing.log")
    child.start()
    listener = Heartbeats("postgresql://nowhere", "quick")
    clock = time.monotonic()
    never = float("inf")
    told: list[float | None] = [1.0, None, 99.0, 99.0, 1.0, 99.0, 99.0, 99.0]
    stalled = []
    with patch.object(
        listener, "_age", side_effect=[never, never, never, *told, never, never, never]
    ):
        for step in range(3):
            with patch("time.monotonic", return_value=clock + 3.5 * step):
                assert not listener.stalled(child), "it is young and has not beaten yet"
        for step in range(1, len(told) + 4):
            with patch("time.monotonic", return_value=clock + 60 + 3.5 * step):
                stalled.append(listener.stalled(child))
    assert stalled == [False] * 7 + [True] * 4
    child.await_end(time.monotonic())


def test_the_simulators_port_is_remembered_while_it_is_free(tmp_path: Path) -> None:
    file = tmp_path / "port"
    port = remembered_port(file)
    assert remembered_port(file) == port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert not port_is_free("127.0.0.1", port)
        assert remembered_port(file) != port


def test_a_pid_file_that_names_a_stranger_is_not_believed(tmp_path: Path) -> None:
    server = Postgres(tmp_path)
    server.cluster.mkdir(parents=True)
    (server.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{server.cluster}\n")
    assert server._running() is None
    server.stop()
