"""One port over real HTTP: pages, the API, webhooks and sockets each find their way."""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
import types
from typing import Any
from unittest import mock

import uvicorn
from a2wsgi import WSGIMiddleware
from asgiref.testing import ApplicationCommunicator
from django.db import transaction
from django.test import Client, SimpleTestCase, TransactionTestCase, override_settings
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from morfx import asgi
from morfx.events.poke import poke
from morfx.testing.cast import open_shop
from morfx.workspaces import health
from morfx.workspaces.health import Finding
from morfx.workspaces.operations import keys
from morfx.workspaces.roles import Role


class Served(threading.Thread):
    """uvicorn on a free port, in this process."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        config = uvicorn.Config(asgi.application, port=0, log_level="warning")
        self.server = uvicorn.Server(config)

    def run(self) -> None:
        """Serve until told to stop."""
        self.server.run()

    def __enter__(self) -> str:
        self.start()
        while not self.server.started:
            assert self.is_alive(), "the server did not start"
            time.sleep(0.01)
        host, port = self.server.servers[0].sockets[0].getsockname()
        return f"{host}:{port}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.join(10)


class OnePortTest(TransactionTestCase):
    def setUp(self) -> None:
        with transaction.atomic():
            self.shop = open_shop("lucia", "ana", "beto")
            self.key = str(keys.create(self.shop.owner, name="Site", role=Role.OWNER)["key"])
        served = Served()
        self.address = served.__enter__()
        self.addCleanup(served.__exit__)

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Send one request; return its status and body."""
        link = http.client.HTTPConnection(self.address, timeout=10)
        headers = {"Authorization": f"Bearer {self.key}"}
        link.request(method, path, body, headers, **options)
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return answer.status, text

    def test_everything_answers(self) -> None:
        call = json.dumps({"inputs": {"name": "Till"}}).encode()
        with self.subTest("a page"):
            self.assertEqual(self.ask("GET", "/healthz"), (200, "ok"))
        with self.subTest("an operation"):
            status, text = self.ask("POST", "/api/v1/operations/system.apikey.create", call)
            self.assertEqual((status, json.loads(text)["ok"]), (200, True), text)
        with self.subTest("a body that comes in chunks, without its length"):
            chunks = iter([call[:7], call[7:]])
            status, text = self.ask(
                "POST", "/api/v1/operations/system.apikey.create", chunks, encode_chunked=True
            )
            self.assertEqual(status, 200, text)
        with self.subTest("an endless body"), mock.patch.object(asgi, "LONGEST_CHUNKED_BODY", 10):
            status, _ = self.ask("POST", "/api/v1/operations/x", iter([call]), encode_chunked=True)
            self.assertEqual(status, 413)
        with self.subTest("a webhook"):
            status, _ = self.ask("POST", "/webhooks/whatsapp/nobody", b"{}")
            self.assertEqual(status, 404)
        with self.subTest("a page of a workspace, in a thread that leaves nothing behind"):
            self.assertEqual(self.ask("GET", "/lucia/")[0], 302)
            self.assertEqual(self.ask("GET", "/api/v1/lookups/events.list")[0], 200)

    def test_a_poke_reaches_a_page(self) -> None:
        client = Client()
        client.force_login(self.shop.agent_user)
        cookie = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
        url = f"ws://{self.address}/lucia/live"
        with connect(url, additional_headers=cookie, origin=None) as socket:
            socket.send(json.dumps({"subscribe": ["inbox"]}))
            self.assertEqual(json.loads(socket.recv(5)), {"subscribed": ["inbox"]})
            poke(self.shop.workspace.pk, "inbox")
            self.assertEqual(json.loads(socket.recv(5)), {"poke": "inbox"})
        with self.assertRaises(InvalidStatus) as refused:
            connect(url)
        self.assertEqual(refused.exception.response.status_code, 403)


class DispatchTest(SimpleTestCase):
    async def test_webhooks_do_not_wait_for_pages(self) -> None:
        async def webhook(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 299, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        fake = types.ModuleType("inbox.webhook")
        fake.webhook = webhook  # type: ignore[attr-defined]
        scope = {"type": "http", "path": "/webhooks/whatsapp/1", "method": "POST", "headers": []}
        with mock.patch.dict(sys.modules, {"inbox.webhook": fake}):
            communicator = ApplicationCommunicator(asgi.application, scope)
            await communicator.send_input({"type": "http.request", "body": b""})
            self.assertEqual((await communicator.receive_output(5))["status"], 299)

    async def test_half_a_form_is_not_a_form(self) -> None:
        bodies: list[bytes] = []

        def page(environ: Any, start_response: Any) -> list[bytes]:
            bodies.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            return []

        scope = {
            "type": "http",
            "path": "/x/",
            "method": "POST",
            "query_string": b"",
            "http_version": "1.1",
            "headers": [(b"content-length", b"8")],
        }
        with mock.patch.object(asgi, "_threads", WSGIMiddleware(page)):
            communicator = ApplicationCommunicator(asgi.application, scope)
            await communicator.send_input(
                {"type": "http.request", "body": b"a=1", "more_body": True}
            )
            await communicator.send_input({"type": "http.disconnect"})
            with self.assertRaises(ConnectionAbortedError):
                await communicator.wait(5)
        self.assertEqual(bodies, [])

    async def start(self) -> Any:
        communicator = ApplicationCommunicator(asgi.application, {"type": "lifespan"})
        await communicator.send_input({"type": "lifespan.startup"})
        answer = await communicator.receive_output(5)
        if answer["type"] == "lifespan.startup.complete":
            await communicator.send_input({"type": "lifespan.shutdown"})
            await communicator.receive_output(5)
        return answer

    def questions(self, **answers: Finding) -> Any:
        fine = Finding("", True, "")
        names = ("database", "migrations", "role")
        given = {name: mock.Mock(return_value=answers.get(name, fine)) for name in names}
        return mock.patch.multiple(health, **given)

    async def test_it_starts_when_all_is_in_order(self) -> None:
        with self.questions():
            self.assertEqual((await self.start())["type"], "lifespan.startup.complete")

    async def test_it_does_not_start_without_migrations(self) -> None:
        with self.questions(migrations=Finding("migrations", False, "Run migrate.")):
            answer = await self.start()
        self.assertEqual(answer, {"type": "lifespan.startup.failed", "message": "Run migrate."})

    async def test_a_role_above_the_policies_is_refused_in_production_only(self) -> None:
        with self.questions(role=Finding("role", False, "A superuser.")):
            self.assertEqual((await self.start())["type"], "lifespan.startup.complete")
            with override_settings(PROD=True):
                self.assertEqual((await self.start())["message"], "A superuser.")
