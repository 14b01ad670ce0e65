"""Every sentence an agent can keep is declared, so that pages can say it in Spanish."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from morfx.web import sentences

PLACES = ("catalogue/somnio", "engine", "llm/embedded", "sandbox")
NAMED = {"reason", "silent_because", "why"}
CALLED = {"hand_over", "append", "extend", "_nothing", "Refused", "_Guess"}
CODES = {"handoff", "inactivity", "interrupted", "error", "handed_over"}
"""Reasons that are read by programs, not by people."""
ARROW = " → "
"""Marks how the mode changed; the page shows that by itself."""


def test_every_kept_sentence_is_declared() -> None:
    found = {text: where for where, text in written()}
    assert len(found) > 50
    assert {t: w for t, w in found.items() if not sentences.template_of(t)} == {}


def written() -> Iterator[tuple[str, str]]:
    """Return the sentences in the agents' sources, with where each is."""
    for place in PLACES:
        for path in sorted((Path(settings.BASE_DIR) / "agents" / place).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                for value in kept(node):
                    for text in texts(value):
                        if " " in text and text not in CODES and ARROW not in text:
                            yield f"{path.name}:{value.lineno}", text


def kept(node: ast.AST) -> Iterator[ast.expr]:
    """Return the expressions a node keeps as a sentence."""
    if isinstance(node, ast.keyword) and node.arg in NAMED:
        yield node.value
    elif isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in CALLED:
            yield from node.args
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            name = getattr(target, "attr", getattr(target, "id", ""))
            if name in {"quiet", "unanswered", "why", "reason"}:
                yield node.value
    elif isinstance(node, ast.Return) and any(t.count(" ") > 1 for t in texts(node.value)):
        yield from filter(None, [node.value])


def texts(value: ast.expr | None) -> Iterator[str]:
    """Return the texts an expression may be, with a value wherever it takes one."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.JoinedStr):
        parts = (
            str(part.value) if isinstance(part, ast.Constant) else "x" for part in value.values
        )
        yield "".join(parts)
    elif isinstance(value, ast.BoolOp):
        for part in value.values:
            yield from texts(part)
    elif isinstance(value, ast.IfExp):
        yield from texts(value.body)
        yield from texts(value.orelse)
    elif isinstance(value, ast.Tuple):
        for part in value.elts:
            yield from texts(part)
