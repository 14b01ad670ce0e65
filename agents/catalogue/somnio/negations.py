"""What customers say they do not have or will not give. It counts as an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .page import Page

NOT_GIVEN = "N/A"
"""What stands in a field that the customer declined to give."""

DECLINABLE = ("correo", "telefono", "barrio")

_FIELD: Mapping[str, str] = {
    "correo": r"(?:correos?(?: electronicos?)?|e-?mails?|mails?|gmail|hotmail)",
    "telefono": (
        r"(?:telefonos?|celular(?:es)?|cel|numero(?: de (?:telefono|celular|contacto"
        r"|cel))?(?! de)|tel)(?! fijo)"
    ),
    "barrio": r"(?:barrios?)",
}
_ANY = "|".join(_FIELD.values())
_NO = (
    r"(?:no,? (?:tengo|tenemos|uso|usamos|manejo|manejamos|utilizo|cuento con|poseo|hay"
    r"|dispongo de|me acuerdo(?: de(?:l)?)?|recuerdo|se|lo se|sabria|conozco"
    r"|quiero (?:dar|darle|poner|compartir)|doy|deseo (?:dar|compartir)|me se|comparto"
    r"|puedo dar|voy a dar|existe|aplica|tiene|lleva|sirve)|sin|ningun|ni"
    r"|ni (?:me )?(?:lo )?(?:se|tengo|recuerdo|uso)|no me (?:lo )?se|prefiero no (?:dar|decir"
    r"|darle|compartir|poner|entregar)?|mejor no (?:doy|pongo)|no)"
)
_BETWEEN = (
    r"(?:\s+(?:el|la|mi|un|una|de|del|nombre|ni|cual|es|bien|ahora|ese|como|se|llama"
    r"|ningun|lo|su|tampoco|nada|dar)){0,5}\s+"
)
_BEFORE = re.compile(
    rf"\b{_NO}{_BETWEEN}({_ANY})\b((?:\s*(?:,|/|ni|y|o)\s*(?:de |el |tampoco )?(?:{_ANY})\b)*)"
)
_AFTER = re.compile(
    rf"\b(?:de |el |mi )?({_ANY})\b[\s:=,-]*(?:electronico[\s:=,-]*)?(?:pues |ahi |si |ese "
    rf"|la verdad )*"
    r"(?:no (?:tengo|tenemos|uso|manejo|lo se|se|recuerdo|me acuerdo|aplica|hay|lo recuerdo"
    r"|cuento|poseo|lo tengo|lo uso|utilizo|tiene)|ninguno|ningun[oa]?\b|n/?a\b"
    r"|prefiero no|no$|no(?=\s*[\n,.;|])|no(?: por)?(?= gracias)|n\.a\b|no tiene|sin correo"
    r"|nada\b|-+(?=\s*(?:$|\n)))"
)
_BARE = re.compile(
    r"(?:^|[\n,.;|])\s*(?:pues |ah |ay |la verdad |eso |ese |de eso )*(?:no (?:lo )?(?:recuerdo"
    r"|tengo|uso|se|manejo|me acuerdo)|ni (?:me )?(?:lo )?(?:se|tengo|recuerdo|uso)"
    r"|no me (?:lo )?se|prefiero no (?:darlo|decirlo|decir|dar|compartirlo)?"
    r"|no aplica|n/?a|ninguno|no me (?:lo )?se)(?: de eso| eso| ahora| uno| ninguno"
    r"| cual es)?\s*(?=$|[\n,.;|])"
)


_REFUSAL = re.compile(
    rf"\s*(?:pues |ah |la verdad )?(?:{_NO}(?: eso| uno| cual es| la verdad| de eso| ninguno"
    rf"| {_ANY})*"
    r"|n/?\.?a|ninguno|ninguna|nada|-+|x+|no aplica)\s*[.!]*\s*"
)


def refuses(folded: str) -> bool:
    """Tell whether a folded value after a label is a refusal."""
    return _REFUSAL.fullmatch(folded) is not None


def take_negations(page: Page, known: Mapping[str, str], *, asked: bool) -> dict[str, str]:
    """Take refusals out and answer "N/A" for what they name.

    A refusal that names nothing ("no recuerdo") belongs to the one declinable field still open,
    when data have been asked for and only one is.
    """
    declined: dict[str, str] = {}
    for pattern in (_BEFORE, _AFTER):
        for match in list(pattern.finditer(page.plain)):
            if _only_asks(page, match):
                continue
            for name in DECLINABLE:
                if re.search(rf"\b{_FIELD[name]}\b", match[0]):
                    declined[name] = NOT_GIVEN
            page.take(*match.span())
    open_fields = [name for name in ("correo", "barrio") if not known.get(name)]
    bare = _BARE.search(page.plain) if asked and not declined and len(open_fields) == 1 else None
    if bare is not None:
        page.take(*bare.span())
        declined[open_fields[0]] = NOT_GIVEN
    return declined


def _only_asks(page: Page, match: re.Match[str]) -> bool:
    """Tell a bare `no` before a word ("no, correo: …") and a value after it from a refusal."""
    rest = page.plain[match.end() : match.end() + 30]
    return re.match(r"\s*(?::|es\b|=)\s*\S", rest) is not None or "@" in rest.split("\n")[0]
