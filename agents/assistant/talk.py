"""One answer of the assistant: by a model where there is one, by the grammar where there is not.

When the models fail before anything was changed, the grammar is asked the same; when it does not
know the sentence either, a clear one says so, and what was said is kept all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from agents.llm.protocol import Usage
from agents.models import AssistantLine
from morfx.operations.actor import Actor

from . import model, telling
from .answering import ANSWERS
from .changing import CHANGES
from .grammar.reading import wishes
from .grammar.wish import Wish
from .hands import Hands
from .loop import Ended
from .subject import Finder, Subject, Unclear
from .values import Step

EMBEDDED = "embedded"
SPENT = ["budget: budget"]
CHANGED = ("done", "proposed", "shown")


@dataclass(kw_only=True)
class Reply:
    """What the assistant answers, how it came to it, and what that cost."""

    text: str
    source: str
    steps: list[Step] = field(default_factory=list)
    usages: list[Usage] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        """Return all tokens used, in and out."""
        return sum(usage.tokens for usage in self.usages)

    @property
    def cost(self) -> Decimal:
        """Return what all calls cost together, in US dollars."""
        return sum((usage.cost for usage in self.usages), Decimal(0))


def answer(actor: Actor, line: AssistantLine) -> Reply:
    """Answer what a member said, carrying out what they may and what can be undone."""
    with transaction.atomic():
        subject = Subject.of(line.talk)
    hands = Hands(actor=actor, line=line)
    if not model.is_at_hand():
        return _by_grammar(hands, subject) or _lost(hands)
    if not model.is_affordable():
        return _by_grammar(hands, subject) or _by_model(hands, Ended(why="models", failures=SPENT))
    ended = model.ask(hands, subject, line.text)
    if ended.why == "models" and not any(step.came in CHANGED for step in hands.steps):
        helped = Hands(actor=actor, line=line)
        if reply := _by_grammar(helped, subject):
            reply.usages, reply.failures = ended.usages, ended.failures
            return reply
    return _by_model(hands, ended)


def _by_model(hands: Hands, ended: Ended) -> Reply:
    usage = ended.usages[-1] if ended.usages else None
    source = f"{usage.client}:{usage.model}" if usage else ""
    return Reply(
        text=_words(hands, ended),
        source=source,
        steps=hands.steps,
        usages=ended.usages,
        failures=ended.failures,
    )


def _words(hands: Hands, ended: Ended) -> str:
    """Return the model's words; ours where it has none, or did not come to its end."""
    made = telling.told(step for step in hands.steps if step.came in CHANGED)
    if ended.why == "said":
        return ended.text or made or _("Done.")
    if ended.why == "steps":
        stopped = _("I stopped here: this took too many steps. Say it in smaller parts.")
        return f"{made}\n{stopped}".strip()
    failed = _failure(ended.failures[-1].partition(": ")[2] if ended.failures else "")
    kept = _("What is shown above was done before.") if made else _("Nothing was changed.")
    return "\n".join(part for part in (made, f"{failed} {kept}") if part)


def _failure(code: str) -> str:
    """Say in one sentence why a model did not answer."""
    known = {
        "refused": _("The model declines to answer this."),
        "cut_short": _("The answer got too long. Ask for less at once."),
        "unknown_tool": _("The model asked for something that does not exist here."),
        "wrong_input": _("The model did not say clearly enough what to do."),
        "budget": _("What the workspace may spend on models is used up."),
        "bad_output": _("The model gave no usable answer."),
    }
    return known.get(code) or _("The model cannot be reached at the moment.")


def _by_grammar(hands: Hands, subject: Subject) -> Reply | None:
    """Answer by rules; None when they do not know what was said."""
    found = wishes(hands.line.text)
    if not found:
        return None
    finder = Finder(hands=hands, subject=subject)
    texts = []
    for wish in found:
        try:
            texts.append(_fulfilled(finder, wish))
        except Unclear as unclear:
            texts.append(str(unclear))
            break
    return Reply(text="\n".join(dict.fromkeys(texts)), source=EMBEDDED, steps=hands.steps)


def _fulfilled(finder: Finder, wish: Wish) -> str:
    if wish.kind == "help":
        return help_text()
    tell: Callable[[Finder, Wish], str] | None = ANSWERS.get(wish.kind)
    if tell is not None:
        return tell(finder, wish)
    return telling.told([finder.hands.call(CHANGES[wish.kind](finder, wish))])


def _lost(hands: Hands) -> Reply:
    return Reply(
        text=f"{_('I did not understand that.')} {help_text()}",
        source=EMBEDDED,
        steps=hands.steps,
    )


def help_text() -> str:
    """Say what can be said to the assistant."""
    lines = [
        _("Here is what you can say:"),
        _("· move the order to dispatched"),
        _("· what did she buy last time"),
        _("· tag her VIP"),
        _("· note: prefers to be called in the morning"),
        _("· task tomorrow at 3 pm: call her"),
        _("· change her city to Cali"),
        _("· tell her: your order is on its way"),
    ]
    return "\n".join(lines)
