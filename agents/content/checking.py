"""What a version's content must be like; each refusal is a sentence that names the text at fault.

The limits of a message are WhatsApp's (Cloud API, messages: text.body 4096, image caption 1024).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from agents.engine.registry import AgentDefinition
from agents.engine.values import Product
from agents.llm.embedded.spelling import plain
from morfx.operations.errors import Refused

from .documents import Document, TextRow

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_PAUSE = 60.0
"""Seconds before one bubble."""

MOST_TEXTS = 10
"""Bubbles of one answer."""

LONGEST_EXAMPLE = 300
MOST_EXAMPLES = 300
LONGEST_NOTE = 300
LONGEST_WAIT = 86_400.0
"""Seconds a timer may wait."""

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def check(agent: AgentDefinition, content: Document, products: Mapping[str, Product]) -> None:
    """Refuse a content that the agent could not work with."""
    known = variables(agent, products)
    for intent in dict.fromkeys(row["intent"] for row in content["texts"]):
        check_texts(agent, intent, [r for r in content["texts"] if r["intent"] == intent], known)
    said = {row["intent"] for row in content["texts"]}
    for intent in dict.fromkeys(text.intent for text in agent.texts):
        if intent not in said:
            _refuse_empty(agent, intent)
    for intent in content["examples"]:
        check_examples(agent, intent, content["examples"])
    check_thresholds(content["thresholds"])


def check_texts(
    agent: AgentDefinition, intent: str, rows: Sequence[TextRow], known: AbstractSet[str]
) -> None:
    """Refuse texts that cannot be said: unknown intent or variable, bad pause, nothing in them."""
    if intent not in text_intents(agent):
        raise Refused(
            _("The agent says nothing under “%(intent)s”.") % {"intent": intent}, field="intent"
        )
    if not any(row["visit"] == "first" for row in rows):
        _refuse_empty(agent, intent)
    if len(rows) > 2 * MOST_TEXTS or len({row["key"] for row in rows}) < len(rows):
        raise Refused(
            _("An answer has at most %(most)s messages, each once.") % {"most": MOST_TEXTS},
            field="texts",
        )
    for row in rows:
        _check_pause(agent, row)
        _check_words(agent, row)
        _check_variables(agent, row, known)


def check_examples(
    agent: AgentDefinition, intent: str, examples: Mapping[str, Sequence[str]]
) -> None:
    """Refuse examples that teach nothing, or teach two meanings for the same words."""
    if intent not in example_intents(agent):
        raise Refused(
            _("The agent knows no intent “%(intent)s”.") % {"intent": intent}, field="intent"
        )
    mine = examples[intent]
    if not mine or len(mine) > MOST_EXAMPLES:
        raise Refused(
            _("“%(name)s” needs 1 to %(most)s examples.")
            % {"name": agent.title(intent), "most": MOST_EXAMPLES},
            field="examples",
        )
    others = {plain(text): name for name, texts in examples.items() if name != intent
              for text in texts}  # fmt: skip
    for text in mine:
        _check_example(agent, text, others)


def check_fields(agent: AgentDefinition, fields: Mapping[str, str]) -> None:
    """Refuse notes of fields there are none of, or that say nothing."""
    for name, note in fields.items():
        if name not in agent.fields:
            raise Refused(
                _("The agent collects no field “%(name)s”.") % {"name": name}, field="fields"
            )
        if not note.strip() or len(note) > LONGEST_NOTE:
            raise Refused(
                _("The note of “%(name)s” must have 1 to %(most)s characters.")
                % {"name": agent.words.field(name), "most": LONGEST_NOTE},
                field="fields",
            )


def check_thresholds(steps: Mapping[str, int]) -> None:
    """Refuse thresholds that contradict each other."""
    if not 100 >= steps["proceed"] >= steps["reanalyse"] >= steps["clarify"] >= 0:
        raise Refused(
            _("An agent must be surer to go on than to look again, and surer of that than to ask."),
            field="thresholds",
        )


def check_timers(agent: AgentDefinition, timers: Mapping[str, Mapping[str, float]]) -> None:
    """Refuse waits for presets or levels there are none of, and waits that are none."""
    for preset, levels in timers.items():
        own = agent.presets.get(preset)
        if own is None:
            raise Refused(
                _("The agent has no timers called “%(preset)s”.") % {"preset": preset},
                field="timers",
            )
        for level, seconds in levels.items():
            if not level.isdecimal() or int(level) not in own:
                raise Refused(
                    _("The agent has no timer of level “%(level)s”.") % {"level": level},
                    field="timers",
                )
            if not math.isfinite(seconds) or not 1 <= seconds <= LONGEST_WAIT:
                raise Refused(
                    _("A timer waits 1 to %(most)s seconds.") % {"most": int(LONGEST_WAIT)},
                    field="timers",
                )


def variables(agent: AgentDefinition, products: Mapping[str, Product]) -> AbstractSet[str]:
    """Return every variable a text may use: what the agent fills now, and what its own texts use
    (a price is filled once its product is there)."""
    used = (name for text in agent.texts for name in VARIABLE.findall(text.text))
    return agent.editing.variables(products) | frozenset(used)


def text_intents(agent: AgentDefinition) -> list[str]:
    """Return everything the agent has something to say to, in its own order."""
    return list(dict.fromkeys(text.intent for text in agent.texts))


def example_intents(agent: AgentDefinition) -> list[str]:
    """Return every intent examples can teach, in the order of the agent's own."""
    return list(dict.fromkeys(example.intent for example in agent.language.examples))


def _refuse_empty(agent: AgentDefinition, intent: str) -> None:
    raise Refused(
        _("“%(name)s” would have no answer: the first time, something must be said.")
        % {"name": agent.title(intent)},
        field="texts",
    )


def _check_pause(agent: AgentDefinition, row: TextRow) -> None:
    if not math.isfinite(row["delay"]) or not 0 <= row["delay"] <= LONGEST_PAUSE:
        raise Refused(
            _("The pause before a message is 0 to %(most)s s; one of “%(name)s” has %(delay)s.")
            % {
                "most": int(LONGEST_PAUSE),
                "name": agent.title(row["intent"]),
                "delay": f"{row['delay']:g}",
            },
            field="texts",
        )


def _check_words(agent: AgentDefinition, row: TextRow) -> None:
    name = agent.title(row["intent"])
    if not row["text"].strip():
        raise Refused(_("A message of “%(name)s” is empty.") % {"name": name}, field="texts")
    words, most = row["text"], LONGEST_TEXT
    if row["kind"] == "image":
        address, _bar, words = row["text"].partition("|")
        most = LONGEST_CAPTION
        if not is_address(address.strip()):
            raise Refused(
                _("A picture needs an address that begins with https://; “%(address)s” is none.")
                % {"address": address.strip()[:80]},
                field="texts",
            )
    if len(words) > most:
        raise Refused(
            _("A message of “%(name)s” has %(long)s characters; WhatsApp takes %(most)s.")
            % {"name": name, "long": len(words), "most": most},
            field="texts",
        )


def is_address(address: str) -> bool:
    """Tell whether a picture can be fetched from an address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and " " not in address


def _check_variables(agent: AgentDefinition, row: TextRow, known: AbstractSet[str]) -> None:
    for name in VARIABLE.findall(row["text"]):
        if name not in known:
            raise Refused(
                _("“%(text)s” uses {{%(variable)s}}, which is no variable.")
                % {"text": agent.title(row["intent"]), "variable": name},
                field="texts",
                suggestion=_("There are: %(known)s.")
                % {"known": ", ".join(f"{{{{{one}}}}}" for one in sorted(known))},
            )


def _check_example(agent: AgentDefinition, text: str, others: Mapping[str, str]) -> None:
    if not plain(text) or len(text) > LONGEST_EXAMPLE:
        raise Refused(
            _("An example is words, at most %(most)s characters; “%(text)s” is not.")
            % {"most": LONGEST_EXAMPLE, "text": text[:60]},
            field="examples",
        )
    if plain(text) in others:
        raise Refused(
            _("“%(text)s” is an example of “%(other)s” already.")
            % {"text": text[:60], "other": agent.title(others[plain(text)])},
            field="examples",
        )
