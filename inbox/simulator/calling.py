"""The way to a simulator over HTTP: a connection per thread, answers read, refusals raised."""

import threading
from collections.abc import Mapping
from typing import cast

import requests

from inbox.simulator.answers import Json


class SimulatorRefused(Exception):
    """The simulator said no, in a sentence; `status` is the HTTP status."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


class Caller:
    """Calls the control side of one simulator; one instance serves many threads."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._sessions = threading.local()

    def close(self) -> None:
        """Close this thread's connection."""
        self._session().close()

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._sessions, "session", None)
        if session is None:
            session = self._sessions.session = requests.Session()
            session.trust_env = False
        return session

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        raw: bytes | None = None,
        mime_type: str = "application/octet-stream",
    ) -> Json:
        response = self._session().request(
            method,
            f"{self.url}/simulator{path}",
            json=body,
            data=raw,
            headers={"Content-Type": mime_type} if raw is not None else None,
            timeout=self._timeout,
        )
        answer: Json = response.json()
        if response.ok:
            return answer
        error = cast(Json, answer.get("error", {}))
        raise SimulatorRefused(str(error.get("message", answer)), response.status_code)
