"""What went out: nothing twice, in order, nothing of the bot's after a person, nothing unsaid."""

from __future__ import annotations

from collections import Counter, defaultdict

from .evidence import Evidence, Row
from .judge_in import by_position
from .people import Taking
from .report import Line, line

TICKS = {"sent": ("sent",), "delivered": ("delivered",), "read": ("read", "delivered"),
         "failed": ("failed", "queued", "sending")}  # fmt: skip
"""How the thread may show what a phone shows; a failed bubble may be under way again."""


def once(found: Evidence) -> Line:
    """No bubble was accepted twice, none stands twice on a phone."""
    wrong = [
        f"{ref} was accepted {len(lines)} times"
        for ref, lines in found.accepted.items()
        if len(lines) > 1
    ]
    on_phones = Counter[str]()
    for who, bubbles in found.phones.items():
        for bubble in bubbles:
            if bubble["direction"] == "out" and bubble["on_phone"]:
                ref = str(bubble["body"].get("biz_opaque_callback_data"))
                send = found.send.get(ref)
                if send is None:
                    wrong.append(f"{who} has a message that we do not know: {ref}")
                    continue
                on_phones[f"{send['plan']}:{send['position']}:{send['message_id']}"] += 1
    wrong += [f"{which} stands {many} times on a phone" for which, many in on_phones.items()
              if many > 1]  # fmt: skip
    detail = f"{len(found.accepted)} accepted, {on_phones.total()} on phones"
    return line("No bubble twice at the simulator", wrong, detail)


def order(found: Evidence) -> Line:
    """Bubbles of a plan were accepted in the order of their positions."""
    wrong: list[str] = []
    for plan, sends in found.plans.items():
        firsts = []
        for position, attempts in sorted(by_position(sends).items()):
            sequences = [
                one["sequence"]
                for row in attempts
                for one in found.accepted.get(str(row["id"]), [])
            ]
            firsts += [(min(sequences), position)] if sequences else []
        if firsts != sorted(firsts):
            wrong.append(f"{plan}: {firsts}")
    return line("Bubbles of an answer arrive in order", wrong, f"{len(found.plans)} answers")


def person(found: Evidence, takings: list[Taking]) -> tuple[Line, int]:
    """After a person's commit nothing planned before it is claimed; what was on the wire counts."""
    agents: dict[str, list[Row]] = defaultdict(list)
    for row in found.sends:
        if row["sender"] == "agent" and row["claimed_at"]:
            agents[str(row["conversation_id"])].append(row)
    wrong: list[str] = []
    on_the_wire = 0
    acknowledged = {taking.message: taking for taking in takings}
    for row in found.sends:
        if row["sender"] != "user":
            continue
        older = [one for one in agents[str(row["conversation_id"])] if one["epoch"] < row["epoch"]]
        wrong += [
            f"{one['id']} (epoch {one['epoch']}) was claimed after {row['id']} ({row['epoch']})"
            for one in older
            if one["claimed_at"] > row["created_at"]
        ]
        if taking := acknowledged.get(str(row["message_id"])):
            posted = [
                line["at"] for one in older for line in found.accepted.get(str(one["id"]), [])
            ]
            on_the_wire += sum(at > taking.acknowledged_at for at in posted)
    detail = f"{len(takings)} takings; {on_the_wire} bubbles were on the wire at the API's 200"
    promise = "After a person's commit no bubble planned before it is claimed"
    return line(promise, wrong, detail), on_the_wire


def people(found: Evidence, takings: list[Taking], refused: list[str]) -> Line:
    """What the API acknowledged to a person stands in the thread once, and went out or failed."""
    texts = Counter(row["text"] for row in found.messages if row["sender"] == "user")
    wrong = list(refused)
    for taking in takings:
        row = found.message.get(taking.message)
        if texts[taking.text] != 1 or row is None:
            wrong.append(f"{taking.text!r} stands in the thread {texts[taking.text]} times")
        elif row["status"] in ("queued", "sending"):
            wrong.append(f"{taking.text!r} is still {row['status']}")
    again = sum(taking.tries > 1 for taking in takings)
    detail = f"{again} calls were repeated under their idempotency key"
    return line("A person's messages stand in the thread once", wrong, detail)


def unknown(found: Evidence, many: int) -> Line:
    """What stays unknown never reached WhatsApp, and people were told."""
    wrong: list[str] = []
    left = [row for row in found.sends if row["state"] == "unknown"]
    for row in left:
        if str(row["id"]) in found.accepted:
            wrong.append(f"{row['id']} is unknown, though WhatsApp had it and reported on it")
        if row["reported_at"] is None:
            wrong.append(f"{row['id']} is unknown, and nobody was told")
    dropped = len(found.entries("answer_dropped"))
    detail = (
        f"{dropped} answers were lost after acceptance, all settled by reports; {len(left)} "
        f"never left and are shown to a person ({many} of them aged by eleven minutes for that)"
    )
    return line("What nobody can vouch for is settled by a report, or shown", wrong, detail)


def ticks(found: Evidence) -> Line:
    """The thread shows of each message what the phone does."""
    wrong: list[str] = []
    seen = 0
    for bubbles in found.phones.values():
        for bubble in bubbles:
            ref = str(bubble["body"].get("biz_opaque_callback_data"))
            send = found.send.get(ref)
            if bubble["direction"] != "out" or send is None or bubble["at"] > found.taken_at - 5:
                continue
            message = found.message[str(send["message_id"])]
            seen += 1
            replaced = found.attempts_of[str(send["message_id"])] > send["attempt"]
            if message["status"] not in TICKS[bubble["status"]] and not replaced:
                wrong.append(f"{ref}: {bubble['status']} there, {message['status']} here")
    return line("The thread's ticks are the phones'", wrong, f"{seen} messages")
