"""`bin/dev`: everything on this machine, on one port, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from morfx.data_folder import DataFolder
from morfx.postgres import PostgresError

from .supervisor import BASE, CannotStart, Plan, Supervisor, port_is_free

WHO = "bin/dev"
DEMO_USERS = ("owner@demo.test", "admin@demo.test", "agent@demo.test")
DEMO_PASSWORD = "demo-demo"  # noqa: S105


def main() -> int:
    """Run until asked to stop; return the exit code."""
    plan = _plan()
    folder = DataFolder(plan.data)
    try:
        _take(folder, plan)
        if not port_is_free(plan.host, plan.port):
            raise CannotStart(
                f"Port {plan.port} is in use by another program. "
                f"Stop it, or choose another: bin/dev --port {plan.port + 1}"
            )
        return _run(Supervisor(plan, _say), plan)
    except (CannotStart, PostgresError) as error:
        _say(str(error))
        return 1
    except PermissionError as error:
        _say(f"{error.filename} cannot be written; choose a folder of your own with --data.")
        return 1
    finally:
        folder.release()


def _plan() -> Plan:
    parser = argparse.ArgumentParser(prog="bin/dev", description="Set MorfX up and run it.")
    parser.add_argument("--port", type=int, default=8000, help="default 8000")
    parser.add_argument("--data", type=Path, help="folder of the database and logs; default var/")
    parser.add_argument("--no-demo", action="store_true", help="do not create the demo workspace")
    asked = parser.parse_args()
    return Plan(
        port=asked.port,
        data=(asked.data or Path(os.environ.get("MORFX_DATA") or BASE / "var")).resolve(),
        demo=not asked.no_demo and os.environ.get("MORFX_ENV", "dev") != "prod",
        host=os.environ.get("HOST", "127.0.0.1"),
        web_processes=int(os.environ.get("MORFX_WEB_PROCESSES", "1")),
    )


def _take(folder: DataFolder, plan: Plan) -> None:
    """Become the folder's owner; a manage.py command that has it is waited for."""
    deadline = time.monotonic() + 20
    while not folder.take(f"{WHO} on port {plan.port}"):
        owner = folder.owner()
        if owner.startswith(WHO) or time.monotonic() > deadline:
            raise CannotStart(
                f"The data folder {plan.data} is in use by {owner}. "
                "Stop it, or choose another folder with --data."
            )
        time.sleep(0.2)


def _run(supervisor: Supervisor, plan: Plan) -> int:
    def ask_to_stop(*_: object) -> None:
        supervisor.stopping = True

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    try:
        supervisor.start()
        if not supervisor.stopping:
            _introduce(supervisor, plan)
            supervisor.run()
        return 0
    finally:
        _say("Stopping.")
        supervisor.stop()
        _say("Stopped.")


def _introduce(supervisor: Supervisor, plan: Plan) -> None:
    _say(f"MorfX runs at {plan.address}/")
    if supervisor.demo_made:
        _say(f"Demo workspace: {plan.address}/demo/ — write as a customer: /demo/phone/")
        for user in DEMO_USERS:
            _say(f"  {user}  password {DEMO_PASSWORD}")
    _say(f"Logs: {supervisor.logs}/*.log  Data: {plan.data}")
    _say("Ctrl-C stops everything.")


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
