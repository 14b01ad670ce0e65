"""What servers send, read by our own parsers: no bytes and no shape break them."""

import json
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.llm.loose_json import object_in
from agents.llm.metering import LONGEST_REST, Asked, wait_of
from agents.llm.openai_reading import (
    BrokenOffError,
    Reply,
    Told,
    heard,
    streamed_reply,
    whole_reply,
)
from agents.llm.sse import data_of
from agents.llm.streaming_text import Teller

PIECES = st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1))


@given(PIECES, st.integers(1, 9), st.sampled_from(["\n", "\r\n"]))
@settings(deadline=None)
def test_events_are_the_same_however_their_bytes_are_cut(pieces, size, end):
    raw = "".join(f": x{end}id: 1{end}data: {piece}{end}{end}" for piece in pieces).encode()
    chunks = [raw[start : start + size] for start in range(0, len(raw), size)]
    assert list(data_of(chunks)) == pieces


@given(st.binary(max_size=300), st.integers(1, 9))
def test_no_bytes_break_the_reading_of_events(raw, size):
    chunks = [raw[start : start + size] for start in range(0, len(raw), size)]
    assert all(isinstance(data, str) for data in data_of(chunks))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(
        ["choices", "delta", "message", "content", "usage", "error", "tool_calls", "function",
         "arguments", "index", "finish_reason", "model", "id", "text", "prompt_tokens"]), inner,
        max_size=5),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
@settings(deadline=None)
def test_no_shape_of_a_reply_breaks_its_reading(body):
    asked = Asked(client="c", model="m", prompt_characters=9, max_tokens=9, seconds=1, started=0)
    Told.by(body)
    heard(body)
    reply = whole_reply(body) or Reply()
    assert reply.used(asked, "").tokens >= 0
    reply.completion(())
    reply.failure()
    with suppress(BrokenOffError):
        streamed_reply([f"data: {json.dumps(body)}\n\n".encode()], Reply(), Teller(None))


WRAPPING = st.text(st.characters(exclude_characters="{<", codec="utf-8"), max_size=40)
OBJECTS = st.dictionaries(
    st.text(max_size=8),
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    max_size=6,
)


@given(OBJECTS, WRAPPING, WRAPPING, st.booleans())
def test_an_object_is_found_whatever_stands_around_it(found, before, after, thinks):
    thoughts = '<think>maybe {"a": 1}?</think>' if thinks else ""
    assert object_in(f"{thoughts}{before}{json.dumps(found)}{after}") == found


@given(st.text(st.sampled_from('{}[]",:a1 \\<think>'), max_size=200))
def test_looking_for_an_object_finds_one_or_says_so(said):
    with suppress(ValueError):
        assert isinstance(object_in(said), dict)


@given(st.text(max_size=40) | st.floats().map(str) | st.integers().map(str))
def test_a_wish_to_wait_is_seconds_or_none(written):
    found = wait_of({"retry-after": written})
    assert found is None or 0 <= found <= LONGEST_REST


def test_wishes_to_wait_are_read_in_every_spelling():
    assert wait_of({"retry-after": "1.5"}) == 1.5
    assert wait_of({"retry-after-ms": "250", "retry-after": "1"}) == 0.25
    assert wait_of({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert wait_of({"retry-after": "Wed, 21 Oct 2126 07:28:00 GMT"}) == LONGEST_REST
    assert wait_of({"retry-after": "inf"}) == LONGEST_REST
    assert wait_of({"retry-after": "soon"}) is None
    assert wait_of({}) is None
