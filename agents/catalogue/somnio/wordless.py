"""A message without a word in it, or with nothing but a yes: what it can mean, and when.

An emoji agrees to a question that was asked, at most. It never opens a sale: whose first message is
a thumb, or a "sí" to something nobody asked, is greeted; whoever answers an offer with an emoji is
asked once, in words, whether to begin.
"""

from __future__ import annotations

from agents.catalogue.somnio.draft import Draft
from agents.catalogue.somnio.intents import ESCAPE, GREETING, INFORMATIVE, parts
from agents.catalogue.somnio.prefill import is_known
from agents.catalogue.somnio.transitions import COLLECTING, SUMMARY, TALKING
from agents.engine.values import Comprehension
from agents.llm.embedded.spelling import fold

YES = frozenset(
    [
        *("si", "sii", "siii", "sip", "sisas", "ok", "okay", "oki", "okey", "vale", "dale"),
        *("listo", "lista", "claro", "bueno", "bien", "perfecto", "aja", "correcto", "hagale"),
    ]
)
"""Words that agree, folded."""

BESIDE = frozenset(
    ["senor", "senora", "senorita", "por", "favor", "gracias", "pues", "esta", "eso", "asi"]
)
"""Words that only go along with a yes."""

INVITES = "invitar"
"""The text that asks in words whether to begin."""


def is_wordless(text: str) -> bool:
    """Tell a message of signs alone, as emoji; one that asks with a `?` is not."""
    signs = text.strip()
    return bool(signs) and "?" not in signs and not any(sign.isalnum() for sign in signs)


def is_bare_yes(text: str) -> bool:
    """Tell a message that agrees and says no more."""
    words = set("".join(c if c.isalnum() else " " for c in fold(text)).split())
    return bool(words & YES) and words <= YES | BESIDE


def says_nothing(draft: Draft, text: str, heard: Comprehension) -> bool:
    """Tell whether there is nothing in a message that the conversation so far gives a meaning.

    A yes of which the model is sure answers something said outside this session: a template, or
    somebody of the shop.
    """
    if heard.fields:
        return False
    if not is_wordless(text):
        asked = bool(draft.before.said) or heard.confidence >= draft.limit("proceed")
        return not asked and draft.state.mode == TALKING and is_bare_yes(text)
    lost = heard.confidence < draft.limit("clarify") or ESCAPE in parts(heard.intent)
    return lost or draft.state.mode in (TALKING, COLLECTING)


def meet(draft: Draft, text: str) -> None:
    """Answer a message that says nothing: greet at first, invite once, then wait."""
    if draft.state.mode == SUMMARY and draft.state.selection in draft.world.products:
        draft.say("reconfirmar")
    elif draft.state.mode != TALKING:
        draft.quiet = "A sign that answers nothing."
    elif not draft.before.said:
        if is_wordless(text) and is_known(draft.world.contact):
            draft.quiet = "A sign from somebody known, with nothing asked."
        else:
            draft.see((GREETING,))
            draft.say(GREETING)
    elif _may_be_invited(draft):
        draft.say(INVITES)
    else:
        draft.quiet = "A sign that answers nothing."


def _may_be_invited(draft: Draft) -> bool:
    """Tell whether the newest thing the customer brought up was a question, or a greeting.

    And whether the invitation was not given before.
    """
    seen = draft.before.intents_seen
    invited = any(key.startswith(f"{INVITES}.") for key in draft.before.said)
    return bool(seen) and seen[-1] in INFORMATIVE and not invited and draft.has_text(INVITES)
