"""A local OpenAI-compatible server: scripted answers and every way to fail, over real HTTP.

In a test: `with openai_api() as api: api.then(replies({...}), error(500))`. By hand:

    python -m agents.tests.openai_api --port 8098
    MORFX_MODEL_URL=http://127.0.0.1:8098/v1 MORFX_MODEL_NAME=gpt-4.1-mini bin/dev

It refuses what the real one refuses: no key (if it wants one), the wrong name of a limit, a schema
that leaves something open, an answer to a call that nobody made.
"""

from __future__ import annotations

import argparse
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agents.tests import openai_answers as answers
from agents.tests.messages_answers import Answer
from agents.tests.messages_brain import understanding

Brain = Callable[["Call"], Answer]


@dataclass
class Call:
    """One request as it arrived: JSON, or the parts of a form."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any] = field(default_factory=dict)
    form: dict[str, bytes] = field(default_factory=dict)
    file_name: str = ""
    peer: int = 0
    """The caller's port: the same for calls over one connection."""

    @property
    def question(self) -> dict[str, Any]:
        """Return the JSON object of the last user turn."""
        found: dict[str, Any] = json.loads(self.body["messages"][-1]["content"])
        return found


def brain(call: Call) -> Answer:
    """Answer by simple rules: an understanding if a shape is asked for, else one sentence."""
    if call.path.endswith("/audio/transcriptions"):
        usage = {"type": "duration", "seconds": 4}
        return Answer(body={"text": "quiero comprar el de dos", "usage": usage})
    body = call.body
    shape = body.get("response_format", {}).get("json_schema", {}).get("schema")
    written = re.search(r"schema, and nothing else:\n(.*)", str(body["messages"][0]["content"]))
    if shape is None and written:
        shape = json.loads(written[1])
    if shape is None:
        seen = any(isinstance(said["content"], list) for said in body["messages"])
        return answers.replies("Un comprobante de pago." if seen else "Claro.", model=body["model"])
    said = json.loads(body["messages"][-1]["content"])
    return answers.replies(understanding(str(said["message"]), shape), model=body["model"])


class Api:
    """What a test holds: what was asked, and what will be answered."""

    def __init__(self, brain: Brain = brain, key: str = "") -> None:
        self.calls: list[Call] = []
        self.brain = brain
        self.key = key
        self.url = ""
        self._script: list[Answer] = []
        self._lock = threading.Lock()

    def then(self, *given: Answer) -> None:
        """Give these answers next, in order; afterwards the brain answers."""
        with self._lock:
            self._script.extend(given)

    def answer(self, call: Call) -> Answer:
        """Note a request and choose its answer, as a stream if one was asked for."""
        with self._lock:
            self.calls.append(call)
            refusal = self._refused(call)
            answer = refusal or (self._script.pop(0) if self._script else None)
        answer = answer or self.brain(call)
        is_reply = isinstance(answer.body, dict) and "choices" in answer.body
        if call.body.get("stream") and is_reply and isinstance(answer.body, dict):
            if not call.body.get("stream_options", {}).get("include_usage"):
                answer.body.pop("usage", None)
            return answers.streamed(answer.body)
        return answer

    def _refused(self, call: Call) -> Answer | None:
        """Return the error a real server would give this request; None if it would take it."""
        if self.key and call.headers.get("authorization") != f"Bearer {self.key}":
            return answers.error(401, "invalid_request_error", code="invalid_api_key")
        if call.path not in ("/v1/chat/completions", "/v1/audio/transcriptions"):
            return answers.error(404, "invalid_request_error", "Invalid URL")
        if call.form:
            is_named = call.form.get("model") and re.search(r"\.\w{3,4}$", call.file_name)
            return None if is_named else answers.error(400, "invalid_request_error", "file, model")
        return _wrong_body(call.body)


def _wrong_body(body: dict[str, Any]) -> Answer | None:
    for name in ("model", "messages"):
        if not body.get(name):
            return answers.error(400, "invalid_request_error", f"{name} is required", param=name)
    if re.match(r"o\d|gpt-5", body["model"]) and "max_tokens" in body:
        why = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        return answers.error(400, "invalid_request_error", why, param="max_tokens")
    open_calls: set[str] = set()
    for message in body["messages"]:
        if message["role"] == "tool" and message["tool_call_id"] not in open_calls:
            return answers.error(400, "invalid_request_error", "nobody made this call")
        open_calls |= {call["id"] for call in message.get("tool_calls", [])}
    for tool in body.get("tools", []):
        if not re.fullmatch(r"[\w-]{1,64}", tool["function"]["name"]):
            return answers.error(400, "invalid_request_error", "tools: a name")
    shape = body.get("response_format", {}).get("json_schema", {})
    if shape.get("strict") and (problem := _schema_problem(shape["schema"])):
        return answers.error(400, "invalid_request_error", problem, param="tools")
    return None


def _schema_problem(schema: Any) -> str:
    """Say what strict output does not take in a schema."""
    if isinstance(schema, list):
        return next(filter(None, map(_schema_problem, schema)), "")
    if not isinstance(schema, dict):
        return ""
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return "additionalProperties must be false"
        if set(schema.get("required", [])) != set(schema.get("properties", {})):
            return "every property must be required"
    return next(filter(None, map(_schema_problem, schema.values())), "")


@contextmanager
def openai_api(brain: Brain = brain, key: str = "") -> Iterator[Api]:
    """Serve on a free local port for as long as the block runs."""
    api = Api(brain, key)
    server = _server(api, 0)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    api.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()


def _server(api: Api, port: int) -> ThreadingHTTPServer:
    """Bind the HTTP side to `api`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = Call(self.path.split("?")[0], headers, peer=self.client_address[1])
            try:
                if headers.get("content-type", "").startswith("multipart/"):
                    _open_form(call, raw)
                else:
                    call.body = json.loads(raw)
                answer = api.answer(call)
            except ValueError:
                answer = answers.error(400, "invalid_request_error", "not readable")
            try:
                answer.write(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server


def _open_form(call: Call, raw: bytes) -> None:
    """Take a form apart."""
    boundary = re.search(r'boundary="?([^";]+)', call.headers["content-type"])
    if boundary is None:
        raise ValueError("no boundary")
    for part in raw.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        if name:
            call.form[name[1].decode()] = content.removesuffix(b"\r\n")
        if file := re.search(rb'filename="([^"]*)"', head):
            call.file_name = file[1].decode()


def main() -> None:
    """Serve by hand until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A local OpenAI-compatible server.")
    parser.add_argument("--port", type=int, default=8098)
    server = _server(Api(), parser.parse_args().port)
    print(f"MORFX_MODEL_URL=http://127.0.0.1:{server.server_port}/v1", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
