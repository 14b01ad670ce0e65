"""What a courier must know besides the address: the neighbourhood, and how to hand over."""

from __future__ import annotations

import re

from .names import given_names, surnames
from .page import SMALL_WORDS, Clause, Page, titled, trimmed
from .places import find, is_major

_BARRIO = re.compile(
    r"(?<!\w)(?:en el |el |del |mi )?(?:barrio|brr|bario|varrio|b/|(?<=, )b\.)(?![a-z])\s*"
    r"(?:(?:es|se llama|:|\.)\s*)*(?=[a-z0-9])"
)
_BARRIO_STOP = frozenset(
    [
        "cel",
        "celular",
        "tel",
        "telefono",
        "correo",
        "email",
        "ciudad",
        "municipio",
        "departamento",
        "casa",
        "calle",
        "carrera",
        "cra",
        "apto",
        "apartamento",
        "torre",
        "manzana",
        "mz",
        "conjunto",
        "edificio",
        "frente",
        "cerca",
        "soy",
        "mi",
        "me",
        "en",
        "para",
        "numero",
        "contacto",
        "cll",
        "kra",
        "nombre",
        "por",
        "favor",
        "gracias",
        "cuanto",
        "dejar",
        "entregar",
        "detras",
        "diagonal",
        "vereda",
        "es",
        "no",
        "cuando",
        "como",
        "que",
        "tienen",
        "hacen",
        "llega",
        "quiero",
        "cual",
        "donde",
        "ok",
        "listo",
        "bloque",
        "piso",
    ]
)
_WORD = re.compile(r"[ \t.]*([a-z0-9]+)(?![\w@])")
_LINKS = re.compile(r"(?i)(?:\s+(?:de|del|en|el|la|y))+$")
"""Words that lead on to the city: `barrio Kennedy de Bogotá`."""

_LONGEST = 5

_HAND_OVER = re.compile(
    r"(?:por favor |porfa(?:vor)? |si no (?:estoy|hay nadie) |me lo |se puede |lo |la |puede[ns]? "
    r"|que )*(?:dej(?:ar|[ae]n?)(?:lo|la|me|melo)?|entreg(?:ar|u?e?n?)(?:lo|la)?|llam(?:ar"
    r"|en)(?:me)?"
    r"|timbr(?:ar|en|e)|tocar|pitar|pregunt(?:ar|en)|avis(?:ar|en)(?:me)?)\b"
)
_LANDMARK = re.compile(
    r"(?<!\w)(?:(?:queda |esta |es |y )*(?:frente (?:a|al|de|del)|al frente|al lado"
    r"|diagonal al?(?= [a-z])"
    r"|cerca (?:a|al|de|del)|junto (?:a|al)|detras (?:de|del)|atras (?:de|del)"
    r"|a (?:media|una|dos|tres) cuadras?|casa (?:de color|color|azul|blanca|verde|roja|amarilla"
    r"|esquinera|de (?:dos|tres|2|3) pisos)|porton|puerta (?:negra|blanca|azul|verde|cafe|roja)"
    r"|en (?:toda )?la esquina|por la entrada"
    r"|punto de referencia|referencia|en la porteria|indicaciones?"
    r"|observacion(?:es)?)\b)"
)
_LABEL = re.compile(
    r"(?:indicaciones?|observacion(?:es)?|punto de referencia|referencia)\b[\s:.,-]*"
)
_STREET = re.compile(
    r"\b(?:calle|cll|cl|carrera|cra|kra|kr|cr|avenida|av|transversal|mz|manzana)\.?\s*#?\s*\d"
    r"|#\s*\d"
)


def take_directions(page: Page, *, asked: bool, data: bool) -> dict[str, str]:
    """Take what the customer says about finding the house or handing over the parcel."""
    if not (asked or data):
        return {}
    said = []
    for clause in page.clauses():
        start = _directions_start(page.plain, clause)
        if (
            start is not None
            and start < clause.end
            and page.plain[clause.end : clause.end + 1] != "?"
        ):
            label = _LABEL.match(page.plain, start)
            written = trimmed(page.text[label.end() if label else start : clause.end])
            page.take(start, clause.end)
            said.append(written)
    value = ", ".join(part for part in said if part)
    return {"indicaciones_extra": sentence(value)} if value else {}


def take_barrio(page: Page) -> dict[str, str]:
    """Take a neighbourhood that is called one: `barrio La Esperanza`."""
    for found in _BARRIO.finditer(page.plain):
        end = _barrio_end(page.plain, found.end())
        value = _LINKS.sub("", trimmed(page.text[found.end() : end]))
        if end > found.end() and value:
            page.take(found.start(), end)
            return {"barrio": titled(value)}
    return {}


def take_unnamed_barrio(page: Page, address_end: int) -> dict[str, str]:
    """Take a short clause right after the address that nothing else explains."""
    for clause in page.clauses():
        if clause.start < address_end:
            continue
        value = trimmed(page.text[clause.start : clause.end])
        written = value.split()
        plain = page.plain[clause.start : clause.end]
        fits = 1 <= len(written) <= 4 and len(value) >= 4 and clause.asks_from == clause.end
        if fits and re.fullmatch(r"[a-z0-9 .]+", plain.strip()) and re.search(r"[a-z]{3}", plain):
            page.take(clause.start, clause.end)
            return {"barrio": titled(value)}
        return {}
    return {}


def sentence(value: str) -> str:
    """Begin with a capital, leaving the rest as the customer wrote it."""
    first = value[:1].upper()
    return first + value[1:] if len(first) == 1 else value


def _directions_start(plain: str, clause: Clause) -> int | None:
    lead = re.compile(r"\s*").match(plain, clause.start, clause.end)
    at = lead.end() if lead else clause.start
    if _STREET.search(plain, clause.start, clause.end):
        return None
    if _HAND_OVER.match(plain, at, clause.end):
        return at
    mark = _LANDMARK.search(plain, clause.start, clause.end)
    return mark.start() if mark else None


def _barrio_end(plain: str, at: int) -> int:
    end, count = at, 0
    while count < _LONGEST:
        word = _WORD.match(plain, end)
        if word is None or (
            count and (word[1] in _BARRIO_STOP or _elsewhere(plain, word.start(1)))
        ):
            break
        if count and word[1].isdigit() and len(word[1]) > 2:
            break
        end = word.end()
        count += word[1] not in SMALL_WORDS
    return end


def _elsewhere(plain: str, at: int) -> bool:
    """Tell whether a city that ends its clause, or a person's full name, begins here."""
    stop = re.compile(r"[\n,;|.?]").search(plain, at)
    limit = stop.start() if stop else len(plain)
    places = find(plain, at, limit)
    if places and places[0].start == at:
        last = not plain[places[-1].end : limit].strip(" .-()")
        if last or is_major(plain[at : places[0].end]):
            return True
    if re.search(r"\b(?:san|santa|santo|villa|don|jose|maria)\s*$", plain[:at]):
        return False
    names = re.compile(r"([a-z]+) ([a-z]+)").match(plain, at, limit)
    return bool(names and names[1] in given_names() and names[2] in surnames())
