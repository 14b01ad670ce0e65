"""Whose webhook is it."""

import hashlib
import hmac

import pytest

from inbox.providers.presets import CLOUD, DIALOG360, KAPSO
from inbox.providers.signatures import genuine, handshake, sign

RAW = '{"text":"¡Hola! 🚚"}'.encode()
SECRET = "s3cr3t-ñ"
HEX = hmac.new(SECRET.encode(), RAW, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    "signature", [f"sha256={HEX}", HEX, f"SHA256={HEX.upper()}", f" sha256={HEX} "]
)
@pytest.mark.parametrize(
    ("preset", "header"), [(CLOUD, "X-Hub-Signature-256"), (KAPSO, "x-webhook-signature")]
)
def test_a_signature_over_these_bytes_is_genuine(preset, header, signature):
    assert genuine(preset, {header: signature}, RAW, SECRET)


@pytest.mark.parametrize("preset", [CLOUD, KAPSO])
@pytest.mark.parametrize(
    ("signature", "raw", "secret"),
    [
        ("", RAW, SECRET),
        ("sha256=", RAW, SECRET),
        ("sha256=" + "0" * 64, RAW, SECRET),
        (f"sha256={HEX[:-1]}", RAW, SECRET),
        (f"sha1={HEX}", RAW, SECRET),
        (f"sha256={HEX}", RAW + b" ", SECRET),
        (f"sha256={HEX}", RAW, "another"),
        ("sha256=ñandú", RAW, SECRET),
        ("sha256=\ud800", RAW, SECRET),
        (f"sha256={sign(RAW, '')}", RAW, ""),
    ],
)
def test_anything_else_is_not(preset, signature, raw, secret):
    headers = {"X-Hub-Signature-256": signature, "X-Webhook-Signature": signature}
    assert not genuine(preset, headers, raw, secret)


def test_no_header_is_not_genuine():
    assert not genuine(CLOUD, {}, RAW, SECRET)
    assert not genuine(KAPSO, {"X-Hub-Signature-256": f"sha256={HEX}"}, RAW, SECRET)


def test_360dialog_is_known_by_its_secret_address_or_by_a_shared_secret():
    assert genuine(DIALOG360, {}, RAW, "")
    assert not genuine(DIALOG360, {}, RAW, SECRET)
    assert not genuine(DIALOG360, {"X-Webhook-Secret": "wrong"}, RAW, SECRET)
    assert genuine(DIALOG360, {"X-Webhook-Secret": SECRET}, RAW, SECRET)
    assert genuine(DIALOG360, {"X-360Dialog-Signature": HEX}, RAW, SECRET)
    assert genuine(DIALOG360, {"X-Hub-Signature-256": f"sha256={HEX}"}, RAW, SECRET)


def test_the_handshake_answers_only_who_knows_the_token():
    asked = {"hub.mode": "subscribe", "hub.verify_token": "v", "hub.challenge": "1158201444"}
    assert handshake(asked, "v") == "1158201444"
    assert handshake(asked, "other") is None
    assert handshake(asked, "") is None
    assert handshake({**asked, "hub.mode": "unsubscribe"}, "v") is None
    assert handshake({}, "v") is None
