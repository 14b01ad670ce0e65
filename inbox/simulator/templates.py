"""Message templates of an account: what there is, and whether a send fits one.

Source: Meta, "Message templates", "Template webhooks", "Error codes". Until an account is given
templates, anything called a template is taken.
"""

import json
import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from inbox.simulator.dialects import Json
from inbox.simulator.errors import GraphError, Refusal
from inbox.simulator.world import Transaction

VARIABLE = re.compile(r"{{\s*(\w+)\s*}}")
SENT_WHILE = {"APPROVED", "FLAGGED", "REINSTATED", "UNARCHIVED"}
REFUSED_AS = {"PAUSED": 132015, "DISABLED": 132016}


class Template(BaseModel):
    """A template in one language, as `GET /<account>/message_templates` shows it."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=512)]
    language: Annotated[str, Field(min_length=1, max_length=15)]
    status: str = "APPROVED"
    category: str = "UTILITY"
    parameter_format: Literal["POSITIONAL", "NAMED"] = "POSITIONAL"
    components: list[dict[str, JsonValue]] = []


def replace(tx: Transaction, waba_id: str, given: list[Template]) -> None:
    """Give an account these templates and no others."""
    tx.run("DELETE FROM templates WHERE waba_id = ?", waba_id)
    for one in given:
        tx.run(
            "INSERT INTO templates (waba_id, name, language, body) VALUES (?, ?, ?, ?)",
            *(waba_id, one.name, one.language, one.model_dump_json()),
        )


def listed(tx: Transaction, waba_id: str) -> list[Json]:
    """List an account's templates, oldest first."""
    rows = tx.all("SELECT id, body FROM templates WHERE waba_id = ? ORDER BY id", waba_id)
    return [{"id": str(row["id"]), "quality_score": {"score": "GREEN"}} | json.loads(row["body"])
            for row in rows]  # fmt: skip


def change_status(tx: Transaction, waba_id: str, name: str, language: str, status: str) -> Json:
    """Change a template's status and give it. Raises Refusal when there is none."""
    for one in listed(tx, waba_id):
        if (one["name"], one["language"]) == (name, language):
            changed = one | {"status": status}
            tx.run("UPDATE templates SET body = ? WHERE id = ?", json.dumps(changed), one["id"])
            return changed
    raise Refusal(f"Account {waba_id} has no template {name} in {language}.", http=404)


def check(tx: Transaction, waba_id: str, sent: Json) -> None:
    """Check a send against the templates of its account.

    Raises GraphError: 132001 for one that does not exist in that language or is not approved,
    132015 and 132016 for a paused and a disabled one, 132000 for a wrong number of values, 132012
    for values under other names.
    """
    known = listed(tx, waba_id)
    if not known:
        return
    name, language = sent.get("name"), sent.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    found = [one for one in known if (one["name"], one["language"]) == (name, code)]
    if not found:
        raise GraphError(132001, f"template name ({name}) does not exist in {code}")
    status = str(found[0]["status"]).upper()
    if status not in SENT_WHILE:
        raise GraphError(REFUSED_AS.get(status, 132001), f"the template is {status.lower()}")
    given = _given(sent)
    for part in ("header", "body"):
        _compare(part, _variables(found[0], part), given.get(part, []))


def _variables(template: Json, part: str) -> list[str]:
    """Name the variables in the text of a part, each once, in their order."""
    names: list[str] = []
    components = template.get("components")
    for one in components if isinstance(components, list) else []:
        if isinstance(one, dict) and str(one.get("type", "")).lower() == part:
            names += VARIABLE.findall(str(one.get("text") or ""))
            if part == "header" and one.get("format") in ("IMAGE", "VIDEO", "DOCUMENT"):
                names.append(str(one["format"]).lower())
    return list(dict.fromkeys(names))


def _given(sent: Json) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    components = sent.get("components")
    for one in components if isinstance(components, list) else []:
        if isinstance(one, dict) and isinstance(parameters := one.get("parameters"), list):
            part = found.setdefault(str(one.get("type", "")).lower(), [])
            part += [each for each in parameters if isinstance(each, dict)]
    return found


def _compare(part: str, wanted: list[str], given: list[Json]) -> None:
    if len(wanted) != len(given):
        raise GraphError(
            132000,
            f"{part}: number of localizable_params ({len(given)}) does not match the expected"
            f" number of params ({len(wanted)})",
        )
    named = [name for name in wanted if not name.isdigit()]
    names = {str(each.get("parameter_name")) for each in given}
    if part == "body" and named and set(named) != names:
        raise GraphError(132012, f"{part}: the parameters must be named {', '.join(named)}")
