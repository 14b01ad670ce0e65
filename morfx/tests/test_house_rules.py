"""The house rules that can be executed; each failure says what to do instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

BASE: Path = settings.BASE_DIR
APPS = ("crm", "inbox", "agents", "automations")
PACKAGES = ("morfx", *APPS)

WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create",
          "update_or_create"}  # fmt: skip
NOT_FOR_WRITES = ("views", "lookups", "reactions", "forms", "topics", "facts", "urls")
"""Modules and packages of an app that change things only by calling operations."""

MAY_WRITE: dict[str, str] = {}
"""Files of those that write all the same, each with its reason; may only shrink."""

LINES_OF_MODULE, LINES_OF_TEMPLATE, LINES_OF_FUNCTION = 300, 150, 30

LONG: dict[str, str] = {
    "crm/views/order.py:_shown": "2026-11-20: one dictionary, field by field",
    "inbox/operations/handover.py:hand_over": "2026-11-20: two lines over",
    "inbox/operations/receiving.py:receive": "2026-11-20: two lines over",
    "inbox/operations/sending.py:plan": "2026-11-20: two lines over",
}
"""Dated permissions to be longer than the budget: `path` or `path:function`; may only shrink."""


def modules(*, tests: bool = False) -> Iterator[Path]:
    """Yield our Python files, without migrations; without tests unless asked for."""
    for package in PACKAGES:
        for path in sorted((BASE / package).rglob("*.py")):
            parts = path.relative_to(BASE).parts
            if "migrations" not in parts and (tests or "tests" not in parts):
                yield path


def name(path: Path) -> str:
    """Return a file's name as failures show it."""
    return str(path.relative_to(BASE))


def tree(path: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(path.read_text(), str(path))


def templates() -> list[Path]:
    """Return every template."""
    return sorted((BASE / "templates").rglob("*.html"))


def _is_write(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    if node.func.attr not in WRITES or _calls_an_operation(node):
        return False
    receiver = ast.unparse(node.func.value)
    if node.func.attr in {"save", "delete"}:
        return not re.search(r"session|cookie|storage|cache|form|file", receiver, re.IGNORECASE)
    return "objects" in receiver or node.func.attr.startswith(("bulk_", "get_or", "update_or"))


def _calls_an_operation(call: ast.Call) -> bool:
    """Tell whether somebody is named who does it: an operation's first argument is its actor."""
    return bool(call.args) and ast.unparse(call.args[0]).endswith("actor")


def test_only_operations_write() -> None:
    found = []
    for path in modules():
        parts = path.relative_to(BASE).with_suffix("").parts
        if (
            parts[0] in APPS
            and set(parts[1:]) & set(NOT_FOR_WRITES)
            and name(path) not in MAY_WRITE
        ):
            writes = [node for node in ast.walk(tree(path)) if _is_write(node)]
            found += [f"{name(path)}:{w.lineno} {ast.unparse(w)[:60]}" for w in writes]  # type: ignore[attr-defined]
    assert not found, "make each an operation, and call it:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("code", "write"),
    [
        ("order.save()", True),
        ("Order.objects.filter(x=1).update(y=2)", True),
        ("Order.objects.create()", True),
        ("Tag.objects.get_or_create()", True),
        ("context.update(x=1)", False),
        ("request.session.save()", False),
        ("tags.create(actor, name='x')", False),
        ("notes.delete(request.actor, note=row)", False),
    ],
)
def test_the_rule_knows_a_write(code: str, write: bool) -> None:
    assert any(_is_write(node) for node in ast.walk(ast.parse(code))) is write


def test_modules_keep_their_budget() -> None:
    sizes = {name(path): len(path.read_text().splitlines()) for path in modules()}
    over = {path: size for path, size in sizes.items() if size > LINES_OF_MODULE}
    unexpected = {path: size for path, size in over.items() if path not in LONG}
    assert not unexpected, f"split where a reader would look: {unexpected}"


def test_functions_keep_their_budget() -> None:
    over = {}
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or 0) - node.body[0].lineno + 1
                if ast.get_docstring(node):
                    lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
                if lines > LINES_OF_FUNCTION:
                    over[f"{name(path)}:{node.name}"] = lines
    unexpected = {function: lines for function, lines in over.items() if function not in LONG}
    assert not unexpected, f"name the parts and call them: {unexpected}"


def test_templates_keep_their_budget() -> None:
    sizes = {name(path): len(path.read_text().splitlines()) for path in templates()}
    over = {path: n for path, n in sizes.items() if n > LINES_OF_TEMPLATE and path not in LONG}
    assert not over, f"move a part to templates/parts or to a fragment of its own: {over}"


def test_permissions_to_be_long_are_dated_and_used() -> None:
    for item, reason in LONG.items():
        assert re.match(r"\d{4}-\d\d-\d\d: \w", reason), f"{item}: give the date and the reason"
        assert (BASE / item.partition(":")[0]).exists(), f"{item} is gone; remove it from LONG"
    for item in MAY_WRITE:
        assert (BASE / item).exists(), f"{item} is gone; remove it from MAY_WRITE"


def test_nothing_is_printed() -> None:
    found = []
    for path in modules():
        if "commands" in path.parts:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
                found.append(f"{name(path)}:{node.lineno}")
    assert not found, f"log it with structlog, or say it in a command: {found}"


def test_templates_carry_no_queries() -> None:
    found = [
        f"{name(path)}:{number} {line.strip()[:80]}"
        for path in templates()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\.objects\b|\.(all|filter|exists)\b *(\||%}|}})|_set\b", line)
        and re.search(r"{[{%]", line)
    ]
    assert not found, "load it in the view, with a `for_…` method:\n" + "\n".join(found)


def test_http_clients_refuse_inside_operations() -> None:
    """Whoever imports `requests` to call out asks first whether an operation is running."""
    found = []
    for path in modules():
        text = path.read_text()
        if "simulator" in path.parts or "testing" in name(path) or "bench" in path.parts:
            continue
        calls = re.search(r"\brequests\.(get|post|put|delete|request|Session)\b", text)
        if calls and "refuse_inside_operation" not in text:
            found.append(name(path))
    assert not found, f"call morfx.operations.network.refuse_inside_operation() first: {found}"


def test_modules_have_honest_names() -> None:
    drawers = {"utils", "helpers", "common", "misc", "lib", "util", "helper"}
    found = [name(path) for path in modules(tests=True) if set(path.with_suffix("").parts) & drawers
             and set(path.relative_to(BASE).with_suffix("").parts) & drawers]  # fmt: skip
    assert not found, f"say what is in it: {found}"


def test_no_path_of_somebodys_machine() -> None:
    pattern = re.compile(r"(?<![\w.])/(?:home|root|Users|work|workspace)/[\w.-]+")
    kept = [*modules(tests=True), *templates(), *(BASE / "bin").iterdir(), *BASE.glob("*.toml")]
    found = [
        f"{name(path)}:{number}"
        for path in kept
        if path.is_file() and path.name != "test_house_rules.py"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, f"find it from the project's folder instead: {found}"
