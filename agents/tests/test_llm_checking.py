"""Inputs against a tool's schema."""

import pytest

from agents.llm.checking import DEEPEST, problems

SCHEMA = {
    "type": "object",
    "$defs": {"Line": {"type": "object", "properties": {"sku": {"type": "string"}},
                       "required": ["sku"], "additionalProperties": False}},
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 5},
        "count": {"type": "integer", "minimum": 1, "exclusiveMaximum": 10},
        "price": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "kind": {"enum": ["a", "b"]},
        "fixed": {"const": 7},
        "on": {"type": "boolean"},
        "lines": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Line"}},
        "tags": {"type": "object", "additionalProperties": {"type": "string"}},
        "either": {"type": ["string", "null"]},
        "all": {"allOf": [{"type": "string"}, {"maxLength": 2}]},
    },
    "required": ["name"],
    "additionalProperties": False,
}  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [
        {}, {"count": 3}, {"count": 3.0}, {"price": 2}, {"price": None}, {"kind": "a"},
        {"fixed": 7}, {"on": True}, {"lines": [{"sku": "x"}]}, {"tags": {"x": "y"}},
        {"either": None}, {"all": "ab"},
    ],
)  # fmt: skip
def test_what_is_of_the_schema_passes(more):
    assert problems({"name": "Ana", **more}, SCHEMA) == []


@pytest.mark.parametrize(
    ("inputs", "place"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "Marta Lucía"}, "name"),
        ({"name": None}, "name"),
        ({"name": "A", "count": 0}, "count"),
        ({"name": "A", "count": 10}, "count"),
        ({"name": "A", "count": True}, "count"),
        ({"name": "A", "count": 1.5}, "count"),
        ({"name": "A", "price": "2"}, "price"),
        ({"name": "A", "kind": "c"}, "kind"),
        ({"name": "A", "fixed": 8}, "fixed"),
        ({"name": "A", "lines": []}, "lines"),
        ({"name": "A", "lines": [{"sku": "x"}, {}]}, "lines[1].sku"),
        ({"name": "A", "lines": [{"sku": "x", "y": 1}]}, "lines[0].y"),
        ({"name": "A", "tags": {"x": 1}}, "tags.x"),
        ({"name": "A", "all": "abc"}, "all"),
        ({"name": "A", "unknown": 1}, "unknown"),
        ([], "inputs"),
        ("{", "inputs"),
    ],
)
def test_what_is_not_is_named_by_its_place(inputs, place):
    [problem] = problems(inputs, SCHEMA)
    assert problem.startswith(f"{place}: ")


def test_what_has_no_end_is_refused():
    endless = {"$defs": {"A": {"properties": {"a": {"$ref": "#/$defs/A"}}}}, "$ref": "#/$defs/A"}
    deep: dict[str, object] = {}
    for _ in range(2 * DEEPEST):
        deep = {"a": deep}
    assert any("too deep" in problem for problem in problems(deep, endless))
    assert problems({"a": 1}, {"$ref": "#/$defs/Gone"}) == []
