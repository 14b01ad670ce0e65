"""The REST door: answers, errors and statuses to the letter of the contract."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, ClassVar
from unittest import mock

from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from morfx.operations import catalogue, rates
from morfx.operations.models import RememberedAnswer
from morfx.tenancy import within
from morfx.testing.case import CafeTest
from morfx.workspaces.models import ApiKey
from morfx.workspaces.operations import keys
from morfx.workspaces.roles import Role


class ApiTest(CafeTest):
    """The café has a key of each kind."""

    owners: ClassVar[str]
    agents: ClassVar[str]

    @classmethod
    def furnish(cls) -> None:
        cls.owners = str(keys.create(cls.ana, name="Shop site", role=Role.OWNER)["key"])
        cls.agents = str(keys.create(cls.ana, name="Counter", role=Role.AGENT)["key"])

    def call(self, name: str, body: Any = None, *, key: str | None = "", **headers: str) -> Any:
        """Call an operation; with the owner's key unless another, or None, is given."""
        data = body if isinstance(body, (str, bytes)) else json.dumps(body or {})
        return Client(headers=self.headers(key, headers)).post(
            f"/api/v1/operations/{name}", data=data, content_type="application/json"
        )

    def look(self, name: str, /, key: str | None = "", **query: Any) -> Any:
        """Ask a lookup."""
        return Client(headers=self.headers(key, {})).get(f"/api/v1/lookups/{name}", query)

    def headers(self, key: str | None, more: dict[str, str]) -> dict[str, str]:
        bearer = {} if key is None else {"Authorization": f"Bearer {key or self.owners}"}
        return bearer | {name.replace("_", "-"): value for name, value in more.items()}

    def assertError(self, response: Any, status: int, code: str) -> dict[str, Any]:
        """Assert an error's status, code and shape; return it."""
        self.assertEqual((response.status_code, response.json()["ok"]), (status, False))
        error: dict[str, Any] = response.json()["error"]
        self.assertEqual(error["code"], code)
        self.assertTrue(error["message"])
        self.assertIsInstance(error["retryable"], bool)
        return error


class OperationsTest(ApiTest):
    def test_it_works_and_says_what_happened(self) -> None:
        response = self.call("system.apikey.create", {"inputs": {"name": "Till"}})
        self.assertEqual(response.status_code, 200)
        answer = response.json()
        self.assertEqual(set(answer), {"ok", "data", "events"})
        self.assertRegex(answer["data"]["key"], r"^mfx_[0-9a-f]{32}$")
        (event,) = answer["events"]
        self.assertEqual(set(event), {"id", "name", "facts"})
        self.assertEqual(event["name"], "apikey.created")
        owner = ApiKey.objects.get(name="Shop site")
        self.assertHappened("apikey.created", by=owner.actor(), title="Till")

    def test_a_dry_run_changes_nothing(self) -> None:
        call = {"inputs": {"name": "Till"}, "dry_run": True}
        response = self.call("system.apikey.create", call)
        self.assertEqual(response.json()["events"][0]["name"], "apikey.created")
        self.assertFalse(ApiKey.objects.filter(name="Till").exists())

    def test_a_repeat_under_a_key_happens_once(self) -> None:
        call = {"inputs": {"key": str(ApiKey.objects.get(name="Counter").pk)}}
        first = self.call("system.apikey.revoke", call, Idempotency_Key="k-1")
        again = self.call("system.apikey.revoke", call, Idempotency_Key="k-1")
        self.assertEqual(first.json(), again.json())
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        other = self.call("system.apikey.create", {"inputs": {"name": "X"}}, Idempotency_Key="k-1")
        self.assertError(other, 409, "CONFLICT")
        long = self.call("system.apikey.revoke", call, Idempotency_Key="k" * 256)
        self.assertError(long, 422, "VALIDATION_ERROR")

    def test_a_repeat_does_not_show_or_keep_a_secret(self) -> None:
        call = {"inputs": {"name": "Till"}}
        first = self.call("system.apikey.create", call, Idempotency_Key="k-2").json()
        again = self.call("system.apikey.create", call, Idempotency_Key="k-2").json()
        self.assertTrue(first["data"]["key"])
        self.assertIsNone(again["data"]["key"])
        self.assertEqual(again["data"]["id"], first["data"]["id"])
        kept = str(RememberedAnswer.objects.values_list("answer", flat=True).get())
        self.assertNotIn(first["data"]["key"], kept)

    def test_nobody_without_a_key(self) -> None:
        response = self.call("system.apikey.create", key=None)
        self.assertError(response, 401, "MISSING_API_KEY")
        self.assertEqual(response.headers["WWW-Authenticate"], "Bearer")
        self.assertError(self.call("nothing.at.all", key=None), 401, "MISSING_API_KEY")
        wrong = self.call("system.apikey.create", key="mfx_" + "0" * 32)
        self.assertError(wrong, 401, "INVALID_API_KEY")

    def test_revoked_and_expired_keys_stop_at_once(self) -> None:
        key = ApiKey.objects.get(name="Counter")
        key.expires_at = timezone.now() - timedelta(seconds=1)
        key.save()
        self.assertError(self.look("events.list", self.agents), 401, "INVALID_API_KEY")
        key.expires_at = timezone.now() + timedelta(days=1)
        key.save()
        self.assertEqual(self.look("events.list", self.agents).status_code, 200)
        keys.revoke(self.ana, key=key)
        self.assertError(self.look("events.list", self.agents), 401, "INVALID_API_KEY")

    def test_last_use_is_noted_once_a_minute(self) -> None:
        self.look("events.list", self.agents)
        first = ApiKey.objects.get(name="Counter").last_used_at
        self.look("events.list", self.agents)
        self.assertIsNotNone(first)
        self.assertEqual(ApiKey.objects.get(name="Counter").last_used_at, first)

    def test_what_is_not_json(self) -> None:
        for body in (
            "",
            "{",
            "[]",
            '"x"',
            b'{"inputs": {"name": "\xff"}}',
            "NaN",
            '{"inputs": {"name": "\\ud800"}}',
            "[" * 5000,
        ):
            with self.subTest(body=body[:20]):
                response = self.call("system.apikey.create", body)
                self.assertError(response, 400, "INVALID_JSON")

    def test_nonsense_inputs_are_named(self) -> None:
        error = self.assertError(self.call("system.apikey.create"), 422, "VALIDATION_ERROR")
        self.assertEqual((error["field"], set(error["fields"])), ("name", {"name"}))
        bodies: list[Any] = [{"name": "x"}, {"inputs": []}, {"inputs": {}, "dry_run": "yes"}]
        for body in bodies:
            with self.subTest(body=body):
                response = self.call("system.apikey.create", body)
                self.assertError(response, 422, "VALIDATION_ERROR")
        response = self.call("system.apikey.create", {"inputs": {"name": "x", "shop": "y"}})
        self.assertEqual(self.assertError(response, 422, "VALIDATION_ERROR")["field"], "shop")

    def test_a_nul_does_not_reach_the_database(self) -> None:
        call = {"inputs": {"name": "a\x00b", "allow": ["\x00"]}}
        self.assertError(self.call("system.apikey.create", call), 422, "REFUSED")

    def test_no_operation_of_that_name(self) -> None:
        error = self.assertError(self.call("system.apikey.creat"), 404, "UNKNOWN_OPERATION")
        self.assertIn("system.apikey.create", error["suggestion"])
        self.assertError(self.call("system.member.add"), 404, "UNKNOWN_OPERATION")

    def test_not_permitted(self) -> None:
        response = self.call("system.apikey.create", {"inputs": {"name": "x"}}, key=self.agents)
        self.assertError(response, 403, "PERMISSION_DENIED")
        limited = keys.create(self.ana, name="L", role=Role.OWNER, allow=["events.list"])["key"]
        response = self.call("system.apikey.create", {"inputs": {"name": "x"}}, key=str(limited))
        self.assertError(response, 403, "PERMISSION_DENIED")

    def test_another_shops_row_does_not_exist(self) -> None:
        theirs = keys.create(self.other_shop.owner, name="Theirs")
        call = {"inputs": {"key": str(theirs["id"])}}
        self.assertError(self.call("system.apikey.revoke", call), 404, "NOT_FOUND")
        with within(self.other_shop.workspace.pk):
            self.assertIsNone(ApiKey.objects.get(pk=str(theirs["id"])).revoked_at)

    def test_a_minute_is_full(self) -> None:
        with mock.patch.dict(rates.PER_MINUTE, system=1):
            self.call("system.apikey.create", {"inputs": {"name": "x"}})
            response = self.call("system.apikey.create", {"inputs": {"name": "y"}})
        self.assertTrue(self.assertError(response, 429, "RATE_LIMITED")["retryable"])
        self.assertIn(int(response.headers["Retry-After"]), range(1, 61))

    def test_too_large(self) -> None:
        call = {"inputs": {"name": "x" * 2**20}}
        self.assertError(self.call("system.apikey.create", call), 413, "BODY_TOO_LARGE")

    def test_failures_of_ours(self) -> None:
        broken = mock.patch.object(catalogue, "find", side_effect=ZeroDivisionError("secret"))
        with broken, mock.patch("morfx.api.answers.log.exception") as logged:
            response = self.call("system.apikey.create")
        self.assertNotIn("secret", json.dumps(self.assertError(response, 500, "INTERNAL_ERROR")))
        logged.assert_called_once()
        down = mock.patch.object(catalogue, "find", side_effect=OperationalError("down"))
        with down:
            response = self.call("system.apikey.create")
        self.assertTrue(self.assertError(response, 503, "UNAVAILABLE")["retryable"])

    def test_methods_and_addresses(self) -> None:
        response = Client().get("/api/v1/operations/system.apikey.create")
        self.assertError(response, 405, "METHOD_NOT_ALLOWED")
        self.assertEqual(response.headers["Allow"], "POST")
        self.assertError(Client().post("/api/v1/nowhere"), 404, "UNKNOWN_OPERATION")

    def test_no_csrf_token_is_asked_for(self) -> None:
        strict = Client(enforce_csrf_checks=True, headers=self.headers("", {}))
        response = strict.post(
            "/api/v1/operations/system.apikey.create",
            data=json.dumps({"inputs": {"name": "x"}}),
            content_type="application/json",
        )
        self.assertEqual(response.status_code, 200)


class LookupsTest(ApiTest):
    def test_events_come_in_pages(self) -> None:
        seen: list[str] = []
        cursor = None
        while True:
            query: dict[str, Any] = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = self.look("events.list", **query).json()
            self.assertEqual(set(page), {"items", "next"})
            self.assertLessEqual(len(page["items"]), 2)
            seen += [event["id"] for event in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        self.assertEqual(seen, sorted(set(seen), reverse=True))
        self.assertEqual(len(seen), 5)

    def test_an_event_says_who_and_why(self) -> None:
        (event, _) = self.look("events.list", name="apikey.created").json()["items"]
        self.assertEqual((event["name"], event["actor"]), ("apikey.created", self.ana.who))
        self.assertEqual((event["cause"], event["depth"]), (None, 0))
        self.assertEqual(event["facts"]["title"], "Counter")
        empty = self.look("events.list", cause=event["id"]).json()
        self.assertEqual(empty, {"items": [], "next": None})

    def test_other_shops_events_are_not_there(self) -> None:
        keys.create(self.other_shop.owner, name="Theirs")
        titles = [e["facts"].get("title") for e in self.look("events.list").json()["items"]]
        self.assertNotIn("Theirs", titles)

    def test_nonsense_is_refused(self) -> None:
        for query in (
            {"limit": 0},
            {"limit": "x"},
            {"cause": "x"},
            {"name": ["a", "b"]},
            {"what": 1},
        ):
            with self.subTest(query=query):
                self.assertError(self.look("events.list", **query), 422, "VALIDATION_ERROR")
        self.assertError(self.look("events.list", cursor="zzz"), 422, "REFUSED")
        self.assertError(self.look("events.lists"), 404, "UNKNOWN_OPERATION")
        self.assertError(self.look("events.list", key=None), 401, "MISSING_API_KEY")


class DocumentTest(ApiTest):
    def test_every_operation_and_lookup_is_described(self) -> None:
        document = Client().get("/api/v1/openapi.json").json()
        self.assertEqual(document["openapi"], "3.1.0")
        for name, entry in catalogue.operations.items():
            with self.subTest(name=name):
                path = f"/api/v1/operations/{name}"
                self.assertEqual(path in document["paths"], entry.needs != "system")
        for name in catalogue.lookups:
            self.assertIn("get", document["paths"][f"/api/v1/lookups/{name}"])
        schema = document["components"]["schemas"]["system.apikey.create"]
        self.assertEqual(set(schema["properties"]), {"name", "role", "allow"})
        self.assertEqual(schema["required"], ["name"])

    def test_every_reference_leads_somewhere(self) -> None:
        text = Client().get("/api/v1/openapi.json").content.decode()
        document = json.loads(text)
        known = set(document["components"]["schemas"])
        used = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
        self.assertEqual(used - known, set())

    def test_the_page_lists_them(self) -> None:
        page = Client().get("/api/v1/docs")
        self.assertContains(page, "system.apikey.create")
        self.assertContains(page, "events.list")
        self.assertNotContains(page, "system.member.add")
