"""One web process: `python -m morfx.processes.web FD`, on a socket that somebody else listens on.

The supervisor keeps the socket, so that a connection made while a web process is being replaced
waits for the next one instead of being refused. (uvicorn's own `--fd` takes every socket for a
Unix socket, and leaves Nagle's delays on.)
"""

from __future__ import annotations

import socket
import sys

import uvicorn


def main() -> int:
    """Serve until SIGTERM; return 3 when the application refuses to start."""
    listening = socket.socket(fileno=int(sys.argv[1]))
    config = uvicorn.Config(
        "morfx.asgi:application", access_log=False, timeout_graceful_shutdown=3, proxy_headers=True
    )
    server = uvicorn.Server(config)
    server.run(sockets=[listening])
    return 0 if server.started else 3


if __name__ == "__main__":
    sys.exit(main())
