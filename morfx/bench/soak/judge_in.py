"""What came in: nothing that was acknowledged is lost, all is heard, in the order it came."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from .customers import Customer
from .evidence import Evidence, Row
from .report import Line, line

SILENCES = {"person", "bot_off", "deleted", "error"}
"""Why a message may have no answer of its own: people have the word, or it was taken back."""
UNSAID = {"superseded", "bot_off"}
"""Why one may have none although a turn took it up: the answer was withdrawn whole."""
WITHDRAWN = {
    "interrupted", "person", "superseded", "refused", "bot_off", "handed_over", "given_back",
    "arrived",
}  # fmt: skip


def envelopes(found: Evidence) -> Line:
    """Compare what the simulator got a 200 for with what is stored, message by message."""
    acknowledged = Counter(
        _name(one)
        for attempt in found.attempts
        if attempt["http"] == 200
        for one in attempt["about"]
    )
    stored = Counter(_name(one) for _, inside in found.stored for one in inside)
    lost = acknowledged - stored
    more = (stored - acknowledged).total()
    return line(
        "Every webhook that got a 200 is in the ledger",
        [f"{name}: {number} times too few" for name, number in lost.items()],
        f"{acknowledged.total()} messages and reports acknowledged; {more} were stored although "
        "the 200 never arrived",
    )


def _name(one: Row) -> str:
    return f"{one['in']} {one['id']} {one['is']}"


def opened(found: Evidence) -> Line:
    """Each envelope is parsed, or dead with a reason and nothing in it that is missing."""
    wrong, reasons = [], Counter[str]()
    for row, inside in found.stored:
        if row["state"] == "parsed":
            continue
        reasons[row["error"][:60]] += 1
        missing = [
            one for one in inside if one["in"] == "messages" and not found.by_wamid[one["id"]]
        ]
        if row["state"] != "dead" or not row["error"] or missing:
            wrong.append(f"envelope {row['id']} is {row['state']}: {row['error']} {missing}")
    detail = ", ".join(f"{number} dead: {reason}" for reason, number in reasons.items())
    promise = "Every envelope is applied, or dead with its reason"
    return line(promise, wrong, f"{len(found.envelopes)} envelopes; {detail or 'none dead'}")


def heard(found: Evidence) -> tuple[Line, dict[str, int]]:
    """Each message of a customer exists once, and was answered or its silence is explained."""
    wrong: list[str] = []
    histogram = Counter[str]()
    for who in found.customers:
        for wamid in who.written:
            rows = found.by_wamid[wamid]
            if len(rows) != 1:
                wrong.append(f"{wamid} stands in the thread {len(rows)} times")
                continue
            fate = fate_of(found, rows[0])
            histogram[fate.removeprefix("! ")] += 1
            if fate.startswith("! "):
                wrong.append(f"{wamid}: {fate[2:]} (heard by {rows[0]['heard_by'] or 'nobody'})")
    promise = "Every customer's message is there once, and answered or its silence explained"
    return line(promise, wrong, f"{histogram.total()} messages"), dict(histogram)


def fate_of(found: Evidence, message: Row) -> str:
    """Return what became of a customer's message; with `! ` in front what must not be."""
    by = message["heard_by"]
    if not by.startswith("turn:"):
        known = by in SILENCES | UNSAID
        return f"no turn: {by}" if known else f"! no turn: {by or 'nobody took it up'}"
    turn = found.turn.get(by.removeprefix("turn:"))
    if turn is None:
        return "! its turn does not exist"
    trace, sends = turn["trace"], found.plans.get(turn["trace"].get("plan", ""), [])
    if not sends:
        why = trace.get("handed_over") or trace.get("silent_because") or "".join(trace["why"][:1])
        if trace.get("handed_over"):
            return "handed over without a word"
        return f"silent turn: {why[:50]}" if why else "! a turn without answer and without reason"
    fates = [_fate_of_bubble(found, attempts) for attempts in by_position(sends).values()]
    bad = [fate for fate in fates if fate.startswith("! ")]
    if bad:
        return bad[0]
    if "arrived" in fates:
        return "handed over" if trace.get("handed_over") else "answered"
    if fates[0] == "withdrawn: interrupted" and not _went_on(found, message, turn):
        return "! interrupted by the customer, and never taken up again"
    return fates[0]


def _went_on(found: Evidence, message: Row, turn: Row) -> bool:
    """Tell whether a later turn answered what came on top, or people got the conversation."""
    conversation = str(message["conversation_id"])
    later = [*found.turns_of[conversation]]
    for name in ("conversation.handedOver", "conversation.taken"):
        later += found.happened[name, conversation]
    return any(one["created_at"] > turn["created_at"] for one in later)


def by_position(sends: list[Row]) -> dict[int, list[Row]]:
    """Return the attempts of each bubble of a plan."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in sorted(sends, key=lambda row: row["attempt"]):
        found[row["position"]].append(row)
    return found


def _fate_of_bubble(found: Evidence, attempts: list[Row]) -> str:
    last = attempts[-1]
    state, message = last["state"], found.message.get(str(last["message_id"]))
    if state == "withdrawn":
        known = last["reason"] in WITHDRAWN
        return f"{'' if known else '! '}withdrawn: {last['reason'] or 'without a reason'}"
    if state in ("planned", "claimed") or message is None:
        return f"! a bubble is still {state}"
    if state == "unknown":
        return "unknown, a person told" if last["reported_at"] else "! unknown, and nobody was told"
    if message["status"] != "failed":
        return "arrived" if state == "accepted" else f"! {state}, but shown as {message['status']}"
    told = _person_called(found, message)
    return "failed, a person called" if told else "! failed, and no person was called"


def _person_called(found: Evidence, message: Row) -> bool:
    """Tell whether a failure was reported, and people had or got the conversation."""
    conversation = str(message["conversation_id"])
    failed = found.happened["message.failed", conversation]
    told = any(str(event["facts"]["message"]) == str(message["id"]) for event in failed)
    names = ("conversation.handedOver", "conversation.taken")
    return told and any(found.happened[name, conversation] for name in names)


def answered_once(found: Evidence) -> Line:
    """Each turn of an agent answers at least one message, and no message has two turns."""
    heard = {row["heard_by"] for row in found.messages if row["heard_by"]}
    mine = [row for row in found.turns if row["role"] == "customer"]
    wrong = [
        f"turn {row['id']} answers nothing"
        for row in mine
        if f"turn:{row['id']}" not in heard and not _unsaid(found, row)
    ]
    taken: dict[str, str] = {}
    for row in mine:
        for message in row["trace"].get("messages", []):
            if message in taken:
                wrong.append(f"message {message} was taken up by {taken[message]} and {row['id']}")
            taken[message] = row["id"]
    return line("No message has two turns, no turn has no message", wrong, f"{len(mine)} turns")


def _unsaid(found: Evidence, turn: Row) -> bool:
    """Tell whether a turn's answer was withdrawn whole, so that its messages say why instead."""
    asked = [found.message.get(str(one)) for one in turn["trace"].get("messages", [])]
    return bool(asked) and all(one is not None and one["heard_by"] in UNSAID for one in asked)


def order(found: Evidence) -> tuple[Line, int]:
    """In each thread messages stand in the order they came, which is as written if not shuffled."""
    begun, acknowledged = arrivals(found)
    wrong: list[str] = []
    otherwise = pairs = 0
    for who in found.customers:
        thread = [row["provider_id"] for row in thread_of(found, who)]
        latest, whose = 0.0, ""
        for wamid in thread:
            if latest > acknowledged.get(wamid, 0.0):
                wrong.append(f"{wamid} stands after {whose}, which came later")
            if begun.get(wamid, 0.0) > latest:
                latest, whose = begun[wamid], wamid
        pairs += max(0, len(thread) - 1)
        otherwise += sum(one > other for one, other in pairwise(thread))
    detail = (
        f"{otherwise} of {pairs} neighbours were delivered otherwise than written, and stand so"
    )
    return line("In each thread messages stand in the order they came", wrong, detail), otherwise


def thread_of(found: Evidence, who: Customer) -> Iterator[Row]:
    """Return a customer's messages as the thread has them."""
    mine = set(who.written)
    rows = [row for wamid in mine for row in found.by_wamid[wamid]]
    yield from sorted(rows, key=lambda row: str(row["id"]))


def arrivals(found: Evidence) -> tuple[dict[str, float], dict[str, float]]:
    """Return when each message was first posted to us, and when it was last acknowledged.

    Of one that is delivered more than once, copies are opened side by side: it stands where one of
    them came.
    """
    begun: dict[str, float] = {}
    acknowledged: dict[str, float] = {}
    for attempt in found.attempts:
        for one in attempt["about"]:
            if one["in"] != "messages":
                continue
            at = attempt["at"] - attempt["seconds"]
            begun[one["id"]] = min(at, begun.get(one["id"], at))
            if attempt["http"] == 200:
                at = attempt["at"]
                acknowledged[one["id"]] = max(at, acknowledged.get(one["id"], at))
    return begun, acknowledged
