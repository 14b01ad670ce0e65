"""Python's way to the control side of a running simulator: for the phone page, tests, benchmarks.

Talks to it over HTTP only, like any program outside.
"""

import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
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
    Swallowed,
)
from inbox.simulator.calling import Caller, SimulatorRefused

__all__ = ["SimulatorClient", "SimulatorRefused"]


class SimulatorClient(Caller):
    """The control side of one simulator; one instance serves many threads.

    Every method raises SimulatorRefused with a sentence, or requests.RequestException when the
    simulator is not there.
    """

    def register_number(
        self,
        phone_number_id: str,
        *,
        display_phone_number: str,
        token: str,
        webhook_url: str,
        app_secret: str = "",
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

    def react(self, phone_number_id: str, key: str, wamid: str, emoji: str) -> Said:
        """Let a customer react to a message; an empty emoji takes it back."""
        reaction = {"message_id": wamid, "emoji": emoji}
        message = {"type": "reaction", "reaction": reaction}
        return self.say(phone_number_id, key, message=message)

    def edit(self, phone_number_id: str, key: str, wamid: str, text: str) -> Said:
        """Let a customer rewrite an earlier text."""
        rewritten = {"type": "text", "text": {"body": text}}
        edit = {"original_message_id": wamid, "message": rewritten}
        return self.say(phone_number_id, key, message={"type": "edit", "edit": edit})

    def revoke(self, phone_number_id: str, key: str, wamid: str) -> Said:
        """Let a customer delete an earlier message for everyone."""
        revoke = {"original_message_id": wamid}
        return self.say(phone_number_id, key, message={"type": "revoke", "revoke": revoke})

    def send_file(
        self, phone_number_id: str, key: str, kind: str, content: bytes, mime_type: str, **more: str
    ) -> Said:
        """Let a customer send a file: an image, video, audio, document or sticker."""
        media_id = self.add_media(phone_number_id, content, mime_type)
        digest = b64encode(sha256(content).digest()).decode()
        part = {"id": media_id, "mime_type": mime_type, "sha256": digest, **more}
        return self.say(phone_number_id, key, message={"type": kind, kind: part})

    def echo(self, phone_number_id: str, key: str, text: str) -> Said:
        """Let the business write to a customer on its own phone (coexistence)."""
        path = _customer(phone_number_id, key) + "/echo"
        return cast(Said, self._call("POST", path, {"text": text}))

    def change_number(self, phone_number_id: str, key: str, wa_id: str, **new: str) -> Said:
        """Let a customer change the phone number, and with `user_id` the BSUID too."""
        path = _customer(phone_number_id, key) + "/number"
        return cast(Said, self._call("POST", path, {"wa_id": wa_id, **new}))

    def tell(self, phone_number_id: str, field: str, value: Mapping[str, object]) -> int:
        """Tell the business of a change of any field; give the delivery's id."""
        body = {"field": field, "value": dict(value)}
        answer = self._call("POST", f"/numbers/{phone_number_id}/changes", body)
        return cast(int, answer["delivery"])

    def tell_history(self, phone_number_id: str, key: str, *texts: str) -> int:
        """Tell the business what was written before it was connected (coexistence)."""
        messages = [
            {"from": key, "id": f"wamid.old.{key}.{place}", "timestamp": str(1_700_000_000 + place),
             "type": "text", "text": {"body": text}, "history_context": {"status": "READ"}}
            for place, text in enumerate(texts)
        ]  # fmt: skip
        chunk = {
            "metadata": {"phase": 0, "chunk_order": 1, "progress": 100},
            "threads": [{"id": key, "messages": messages}],
        }
        return self.tell(phone_number_id, "history", {"history": [chunk]})

    def set_templates(self, phone_number_id: str, *given: Mapping[str, object]) -> list[Json]:
        """Give the number's account these templates and no others; see `templates.Template`."""
        body = {"templates": [dict(one) for one in given]}
        answer = self._call("PUT", f"/numbers/{phone_number_id}/templates", body)
        return cast(list[Json], answer["templates"])

    def decide_template(
        self, phone_number_id: str, name: str, language: str, status: str, reason: str = "NONE"
    ) -> int:
        """Change a template's status and tell the business; give the delivery's id."""
        body = {"name": name, "language": language, "status": status, "reason": reason}
        answer = self._call("POST", f"/numbers/{phone_number_id}/template-status", body)
        return cast(int, answer["delivery"])

    def sink(self, phone_number_id: str) -> Swallowed:
        """Show what a number registered with `sink=True` took."""
        return cast(Swallowed, self._call("GET", f"/numbers/{phone_number_id}/sink"))

    def empty_sink(self, phone_number_id: str) -> None:
        """Forget what a sink took."""
        self._call("DELETE", f"/numbers/{phone_number_id}/sink")

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


def _customer(phone_number_id: str, key: str) -> str:
    return f"/numbers/{phone_number_id}/customers/{quote(key, safe='')}"
