"""Run the simulator as a process of its own: `python -m inbox.simulator --database FILE`."""

import argparse
import logging
import os
import signal
import sqlite3
import sys
import threading
from pathlib import Path

from inbox.simulator.server import Server


def main() -> None:
    """Serve until SIGTERM or SIGINT; print the address once it can be used."""
    parser = argparse.ArgumentParser(prog="inbox.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free port")
    parser.add_argument("--database", type=Path, required=True, help="the file of its world")
    parser.add_argument("--workers", type=int, default=8, help="webhooks delivered side by side")
    options = parser.parse_args()
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "WARNING"))
    options.database.parent.mkdir(parents=True, exist_ok=True)
    done = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: done.set())
    try:
        server = Server(options.database, options.port, options.workers)
    except (OSError, sqlite3.OperationalError) as error:
        parser.exit(1, f"The simulator cannot start: {error}\n")
    server.start()
    sys.stdout.write(f"simulator {server.url}\n")
    sys.stdout.flush()
    done.wait()
    server.stop()


if __name__ == "__main__":
    main()
