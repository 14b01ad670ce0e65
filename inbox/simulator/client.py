"""Python's way to the control side of a running simulator: for the phone page, tests, benchmarks.

Talks to it over HTTP only, like any program outside.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, cast
from urllib.parse import quote

import requests

from inbox.simulator.answers import (
    Chat,
    Counters,
    Entry,
    FaultsShown,
    Handshake,
    Json,
    ListedPerson,
    Page,
    Person,
    Said,
)


class SimulatorRefused(Exception):
    """The simulator said no, in a sentence; `status` is the HTTP status."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


class SimulatorClient:
    """The control side of one simulator; one instance serves many threads.

    Every method raises SimulatorRefused with a sentence, or requests.RequestException when the
    simulator is not there.
    """

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._sessions = threading.local()

    def register_number(
        self,
        phone_number_id: str,
        *,
        display_phone_number: str,
        token: str,
        app_secret: str,
        webhook_url: str,
        **settings: object,
    ) -> Json:
        """Register a number, or change it: `numbers.Number` lists the settings.

        Only webhooks on this machine are accepted.
        """
        body = {
            "display_phone_number": display_phone_number,
            "token": token,
            "app_secret": app_secret,
            "webhook_url": webhook_url,
            **settings,
        }
        return self._call("PUT", f"/numbers/{phone_number_id}", body)

    def numbers(self) -> list[Json]:
        """List the registered numbers."""
        return cast(list[Json], self._call("GET", "/numbers")["numbers"])

    def handshake(self, phone_number_id: str) -> Handshake:
        """Verify the webhook of a number with a challenge, as Meta does."""
        return cast(Handshake, self._call("POST", f"/numbers/{phone_number_id}/handshake"))

    def customers(self, phone_number_id: str) -> list[ListedPerson]:
        """List the customers of a number, the latest chat first."""
        answer = self._call("GET", f"/numbers/{phone_number_id}/customers")
        return cast(list[ListedPerson], answer["customers"])

    def customer(self, phone_number_id: str, key: str, **profile: object) -> Person:
        """Add a customer or change one: `customers.Profile` lists what can be set."""
        return cast(Person, self._call("PUT", _customer(phone_number_id, key), profile))

    def set_online(self, phone_number_id: str, key: str, online: bool) -> Person:
        """Switch a customer's phone on or off."""
        return self.customer(phone_number_id, key, online=online)

    def say(
        self,
        phone_number_id: str,
        key: str,
        text: str | None = None,
        *,
        message: Mapping[str, object] | None = None,
        reply_to: str | None = None,
        name: str | None = None,
        at: float | None = None,
    ) -> Said:
        """Let a customer (wa_id or BSUID) say a text, or send any message object."""
        body = {
            "text": text,
            "message": None if message is None else dict(message),
            "reply_to": reply_to,
            "name": name,
            "at": at,
        }
        return cast(Said, self._call("POST", _customer(phone_number_id, key) + "/say", body))

    def chat(self, phone_number_id: str, key: str, *, limit: int = 200) -> Chat:
        """Show a chat as the customer's phone does."""
        path = f"{_customer(phone_number_id, key)}/chat?limit={limit}"
        return cast(Chat, self._call("GET", path))

    def mark_read(self, phone_number_id: str, key: str) -> int:
        """Let the customer open the chat; give how many messages that made read."""
        answer = self._call("POST", _customer(phone_number_id, key) + "/read")
        return cast(int, answer["read"])

    def add_media(self, phone_number_id: str, content: bytes, mime_type: str) -> str:
        """Keep a file for a customer to send by id."""
        path = f"/numbers/{phone_number_id}/media"
        return str(self._call("POST", path, raw=content, mime_type=mime_type)["id"])

    def set_faults(self, phone_number_id: str, **faults: object) -> FaultsShown:
        """Replace what a number does wrong; without arguments it behaves. See `faults.Faults`."""
        body = {"phone_number_id": phone_number_id, **faults}
        return cast(FaultsShown, self._call("PUT", "/faults", body))

    def faults(self, phone_number_id: str) -> FaultsShown:
        """Show what a number does wrong, and what is left of each rule."""
        return cast(FaultsShown, self._call("GET", f"/faults?phone_number_id={phone_number_id}"))

    def deliver_raw(
        self,
        phone_number_id: str,
        body: Mapping[str, object] | str,
        *,
        signature: Literal["good", "wrong", "none"] = "good",
    ) -> int | None:
        """Deliver a body once, now, and give the webhook's HTTP status (None: no answer)."""
        content = body if isinstance(body, str) else dict(body)
        sent = {"phone_number_id": phone_number_id, "body": content, "signature": signature}
        return cast(int | None, self._call("POST", "/deliver", sent)["http"])

    def queue_raw(self, phone_number_id: str, body: Mapping[str, object]) -> int:
        """Deliver a body in the background, with retries and faults; give the delivery's id."""
        sent = {"phone_number_id": phone_number_id, "body": dict(body), "queued": True}
        return cast(int, self._call("POST", "/deliver", sent)["delivery"])

    def journal(
        self, after: int = 0, *, limit: int = 1000, kind: str = "", number: str = ""
    ) -> Page:
        """Read a page of the journal."""
        query = f"after={after}&limit={limit}&kind={quote(kind)}&phone_number_id={quote(number)}"
        return cast(Page, self._call("GET", f"/journal?{query}"))

    def entries(self, kind: str = "", *, after: int = 0, number: str = "") -> Iterator[Entry]:
        """Walk the whole journal, page by page."""
        more = True
        while more:
            page = self.journal(after, kind=kind, number=number)
            yield from page["entries"]
            after, more = page["next"], page["more"]

    def counters(self) -> Counters:
        """Count what happened and what is still under way."""
        return cast(Counters, self._call("GET", "/counters"))

    def settle(self, seconds: float = 10.0) -> Counters:
        """Wait until every webhook was taken and nothing more is planned.

        Raises TimeoutError with the counters when that takes longer.
        """
        return self.wait_until(lambda now: not now["pending"] and not now["planned"], seconds)

    def wait_until(self, reached: Callable[[Counters], bool], seconds: float = 10.0) -> Counters:
        """Wait until the counters satisfy a condition, or raise TimeoutError with them."""
        deadline = time.monotonic() + seconds
        while not reached(now := self.counters()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"After {seconds} s: {now}")
            time.sleep(0.005)
        return now

    def healthy(self) -> bool:
        """Tell whether the simulator is there."""
        try:
            return self._call("GET", "/health")["ok"] is True
        except requests.RequestException:
            return False

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


def _customer(phone_number_id: str, key: str) -> str:
    return f"/numbers/{phone_number_id}/customers/{quote(key, safe='')}"
