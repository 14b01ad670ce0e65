"""A bare answer to a question for data: a few words without a label, and the field they fill.

`la flora` after the agent asked for the data is a neighbourhood, not a riddle. A bare answer fills
what is missing; it changes nothing that is known, unless the customer says that it was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agents.llm.embedded.spelling import one_edit_apart, plain

from .names import PARTICLES, given_names, spoken_words, surnames
from .page import SMALL_WORDS, Clause, Page, titled, trimmed
from .places import Place, find, given, is_major, misspelled_city

_CORRECTS = re.compile(
    r"\b(?:me equivo\w+|equivocad[oa]|mejor|perdon\w*|disculp\w+|corrij\w+|corregi\w*|correccion"
    r"|(?:envi|mand|despach)[a-z]+ (?:a|para|hasta)|cambi\w+|quise decir|quiero decir"
    r"|era|es)\b|^\s*no\s*,"
)
_BARE = re.compile(r"\s*[a-z0-9][a-z0-9 ']*[. ]*")
_HEADS = frozenset(
    [
        "el", "la", "los", "las", "san", "santa", "santo", "santos", "villa", "villas",
        "ciudad", "ciudadela", "altos", "alto", "prados", "portal", "jardines",
        "urbanizacion", "conjunto", "quintas", "brisas", "bosques", "nueva", "nuevo",
        "vereda", "comuna",
    ]
)  # fmt: skip
"""Words with which neighbourhoods begin, and people hardly ever."""

_AREAS = _HEADS | frozenset(
    [
        "centro", "norte", "sur", "oriente", "occidente", "oriental", "occidental", "bajo",
        "alta", "baja", "real", "parque", "plaza", "estacion", "loma", "lomas", "campo",
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
        "septiembre", "octubre", "noviembre", "diciembre", "primero", "bello", "bella",
        "vista", "paz", "luz", "sol", "flor", "mar", "rio",
    ]
)  # fmt: skip
"""Words that are also said of other things, but name neighbourhoods when they stand alone."""

_DOING = re.compile(r"[a-z]{3,}(?:ando|endo)")
_MOST = 4


def corrects(page: Page) -> bool:
    """Tell whether a message says that what was said before is to be changed."""
    return _CORRECTS.search(page.plain) is not None


def take_answer(page: Page, known: Mapping[str, str]) -> dict[str, str]:
    """Take a message that is nothing but a neighbourhood, when that is still to be told."""
    clauses = page.clauses()
    if len(clauses) != 1 or known.get("barrio"):
        return {}
    clause = clauses[0]
    said = page.plain[clause.start : clause.end]
    if not _names_something(page, clause) or _fills_another(said, known):
        return {}
    return {"barrio": titled(trimmed(page.take(clause.start, clause.end)))}


def take_word_after(page: Page, address_end: int, known: Mapping[str, str]) -> dict[str, str]:
    """Take what follows an address: the city that ends the message, or one unknown word.

    A word that is in the lists of names is left to whoever reads names.
    """
    clauses = page.clauses()
    for clause in clauses:
        between = page.plain[address_end : clause.start]
        said = page.plain[clause.start : clause.end].strip(" .")
        if clause.start < address_end or between.strip(" ,|"):
            continue
        places = find(page.plain, clause.start, clause.end)
        if len(clauses) == 1 and not known.get("ciudad") and [said] == _written(page, places):
            page.take(clause.start, clause.end)
            return given(places)
        listed = said in given_names() or said in surnames() or misspelled_city(said)
        if " " in said or len(said) < 4 or listed or places:
            return {}
        if not _names_something(page, clause):
            return {}
        return {"barrio": titled(trimmed(page.take(clause.start, clause.end)))}
    return {}


def _written(page: Page, places: Sequence[Place]) -> list[str]:
    return [page.plain[place.start : place.end] for place in places]


def _names_something(page: Page, clause: Clause) -> bool:
    """Tell whether a clause is a few words that customers use for nothing but a name."""
    said = page.plain[clause.start : clause.end]
    if clause.asks_from < clause.end or not _BARE.fullmatch(said):
        return False
    tokens = said.replace(".", " ").split()
    own = [t for t in tokens if t not in SMALL_WORDS and t not in PARTICLES and t.isalpha()]
    if not own or len(tokens) > _MOST or not any(len(t) > 2 for t in tokens):
        return False
    return not any(_is_spoken(t, alone=len(tokens) == 1) for t in own)


def _is_spoken(word: str, *, alone: bool) -> bool:
    """Tell whether a word is an ordinary one; a lone one may be misspelled by a letter."""
    if word in _AREAS or word in surnames() or word in given_names():
        return False
    if word in spoken_words() or plain(word) in spoken_words() or _DOING.fullmatch(word):
        return True
    if not alone or len(word) < 6 or find(word, 0, len(word)):
        return False
    return any(one_edit_apart(word, spoken) for spoken in spoken_words() if len(spoken) > 5)


def _fills_another(said: str, known: Mapping[str, str]) -> bool:
    """Tell whether a bare answer fits another field better: a city, a surname or a name."""
    tokens = said.replace(".", " ").split()
    places = find(said, 0, len(said))
    if places and (not known.get("ciudad") or len(places) > 1 or is_major(said.strip(" ."))):
        return True
    if places and places[0].department and places[0].department == known.get("departamento"):
        return True
    if not places and misspelled_city(said):
        return True
    if tokens[0] in _HEADS:
        return False
    if not known.get("nombre"):
        named = any(t in given_names() or t in surnames() for t in tokens)
        return named or not known.get("direccion")
    if tokens[0] == known["nombre"].lower().split()[0]:
        return True
    surname = tokens[0] in surnames() and all(t in surnames() or t in PARTICLES for t in tokens)
    if surname and not known.get("apellido"):
        return True
    return not (known.get("direccion") or places)
