"""Find the names of people in what customers write: introduced, labelled, or standing alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agents.llm.embedded.spelling import fold, plain, words

from .names import (
    PARTICLES,
    contradicts,
    given_names,
    is_listed,
    never_names,
    normalise_name,
    split_name,
    spoken_words,
    surnames,
)
from .page import Clause, Page, trimmed
from .places import find, is_major

_UNSURE_FIRST = frozenset(
    [
        "luz", "paz", "sol", "mar", "flor", "dulce", "mercedes",
        "rosario", "piedad", "max", "julio", "abril", "angel", "salud", "carmen",
    ]
)  # fmt: skip
_TITLE = r"(?:(?:la|el)\s+)?(?:senor(?:ita|a|es)?|sra?|srta|dona|don|dra?|doctora?|ing)?\.?\s*"
_INTRODUCED = re.compile(
    r"\b(?:mi nombre(?: completo)? es|mi nombre|nombres? y apellidos?(?: es| son)?"
    r"|nombre completo(?: es)?|me llamo|me yamo|mi apellido es"
    r"|a nombre de|a mi nombre|de parte de|(?:le|les|te|los) (?:habla|escribe|saluda)"
    r"|nombres?(?: es)?|apellidos?(?: es| son)?"
    r"|(?:lo |la )?recibe|quien recibe(?: es)?|recibira|registr\w+ a|att|atte|atentamente"
    r"|a cargo de|entregar a|para entregar a"
    rf"|destinatari[oa]|facturar a)\b[\s:,=-]*(?:mi (?:mama|papa|espos[oa]|hij[oa]|herman[oa]"
    rf"|mujer|marido|suegr[oa]|vecin[oa]|ti[oa]|abuel[oa])\b\s*)?{_TITLE}"
)
_SURNAME = re.compile(r"\bapellidos?\b[\s:=]+[a-z]")
_I_AM = re.compile(
    rf"\b(?:yo )?(?:soy(?: yo)?|habla con|hablas con|aqui|con|se llama)\b[\s,:]+{_TITLE}"
)
_LEAD = re.compile(
    r"[\s.:-]*(?:(?:si|ok|listo|bueno|claro|dale|mis|datos|son|los|el|la|estos|senor|senora"
    r"|srta|sr|sra|dona|don|doctora?|es|seria|esta|bien|para"
    r"|ah|perfecto|aqui|van?|ahi|te|le|les|envio|mando|paso|pues|entonces|y|porfavor|con)\b[\s.:-]*)*"
)
_GREETED = re.compile(
    r"[\s.:-]*(?:hola|buenas?|buenos|dias?|tardes|noches|buen|saludos|muy"
    r"|cordial saludo)(?:\b[\s.:-]*(?:hola|buenas?|buenos|dias?|tardes|noches|buen"
    r"|saludos|muy|cordial saludo)\b)*[\s.:-]*"
)
_TOKEN = re.compile(r"[ \t.]*([a-z][a-z']*)(?![\w@])")
_MOST = 7


def take_labelled(page: Page, start: int, end: int, label: str, *, apart: bool) -> dict[str, str]:
    """Read the value after a name label: nombre, apellido, or both.

    `apart` says that the surname has a label of its own, so that nombre holds none.
    """
    run = _run(page.plain, start, end, trusting=True)
    if run <= start:
        return {}
    written = trimmed(page.take(start, run))
    if label == "apellido":
        return {"apellido": normalise_name(written)} if written else {}
    return (
        {"nombre": normalise_name(written)} if apart and label == "nombre" else split_name(written)
    )


def take_name(
    page: Page,
    known: Mapping[str, str],
    *,
    asked: bool,
    data: bool,
    held: Mapping[str, str],
    afresh: bool,
) -> dict[str, str]:
    """Take the customer's own name: introduced, or standing alone where data are given.

    A name that only stands there changes nothing in `held`, unless it is a full name among data
    given `afresh`.
    """
    found = _introduced(page, asked=asked)
    if not found:
        for clause in page.clauses():
            parts = _standing(
                page, clause, known, held, asked=asked, data=data, begun=found, afresh=afresh
            )
            found = {**parts, **found}
            if "nombre" in found and "apellido" in found:
                break
    return found


def _introduced(page: Page, *, asked: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    apart = _SURNAME.search(page.plain) is not None
    for pattern, trusting in ((_INTRODUCED, True), (_I_AM, False)):
        for intro in pattern.finditer(page.plain):
            sure = trusting or _begins_with_given(page, intro.end(), asked=asked)
            run = _run(page.plain, intro.end(), len(page.plain), trusting=sure)
            if run <= intro.end() or not (trusting or _credible(page, intro.end(), run)):
                continue
            if _questioned(page, intro.start()) and not trusting:
                continue
            written = trimmed(page.text[intro.end() : run])
            surname = intro[0].strip().startswith(("apellido", "mi apellido"))
            parts = _introduced_parts(written, surname=surname, apart=apart)
            page.take(intro.start(), run)
            found = {**parts, **found}
    return found


def _introduced_parts(written: str, *, surname: bool, apart: bool) -> dict[str, str]:
    """Part an introduced name, unless the surname is given apart from it."""
    if surname:
        return {"apellido": normalise_name(written)}
    return {"nombre": normalise_name(written)} if apart else split_name(written)


def _begins_with_given(page: Page, at: int, *, asked: bool) -> bool:
    token = _TOKEN.match(page.plain, at)
    if token is None or token[1] not in given_names():
        return False
    return asked or page.text[token.start(1)].isupper()


def _credible(page: Page, start: int, end: int) -> bool:
    """Believe `soy X` when X is a known given name, or an unknown word with a capital."""
    written = page.text[start:end].split()
    first = fold(written[0])
    if first in given_names():
        return True
    return written[0][:1].isupper() and not page.text.isupper() and first not in spoken_words()


def _standing(
    page: Page,
    clause: Clause,
    known: Mapping[str, str],
    held: Mapping[str, str],
    *,
    asked: bool,
    data: bool,
    begun: Mapping[str, str],
    afresh: bool,
) -> dict[str, str]:
    start, greeted = _begin(page.plain, clause)
    run = _run(page.plain, start, clause.end, trusting=asked or data)
    places = (_is_place(page.plain, at, clause.end) for at in (clause.start, start))
    questioned = page.plain[clause.end : clause.end + 1] == "?"
    if run <= start or any(places) or (questioned and not is_listed(page.plain[start:run])):
        return {}
    written = page.text[start:run]
    tokens = [t for t in (fold(w) for w in words(written)) if t not in PARTICLES]
    alone = not page.plain[run : clause.end].strip(" .-:")
    if not tokens or not _believed(
        tokens, alone=alone, greeted=greeted, asked=asked, data=data, known={**known, **begun}
    ):
        return {}
    parts = _placed(trimmed(written), tokens, {**known, **begun}, asked=asked)
    if contradicts(parts, held) and not (afresh and len(parts) > 1):
        return {}
    page.take(start, run)
    return parts


def _believed(
    tokens: Sequence[str],
    *,
    alone: bool,
    greeted: bool,
    asked: bool,
    data: bool,
    known: Mapping[str, str],
) -> bool:
    listed = [t in given_names() or t in surnames() for t in tokens]
    first_given = tokens[0] in given_names()
    if tokens == ["carolina"]:
        return False
    if greeted and (
        tokens[0] == "carolina" or not (data or asked or (len(tokens) > 1 and all(listed)))
    ):
        return False
    if len(tokens) >= 2:
        odd = tokens[0] in surnames() and not all(listed)
        if first_given or ((data or asked) and any(listed) and not odd):
            return alone or data or asked or (all(listed) and tokens[1] in surnames())
        return asked and alone and not any(t in spoken_words() for t in tokens)
    if greeted:
        return False
    if not alone:
        return data and first_given
    if asked:
        return first_given or listed[0] or ("nombre" not in known or "apellido" not in known)
    return first_given and (data or tokens[0] not in _UNSURE_FIRST)


def _placed(
    written: str, tokens: Sequence[str], known: Mapping[str, str], *, asked: bool
) -> dict[str, str]:
    """Decide whether a run is a full name, or the surname that was still missing."""
    surname = tokens[0] in surnames() and tokens[0] not in given_names()
    unknown = tokens[0] not in given_names() and tokens[0] not in surnames()
    if "nombre" in known and "apellido" not in known and (surname or (unknown and asked)):
        return {"apellido": normalise_name(written)}
    if len(tokens) == 1 and surname:
        return {"apellido": normalise_name(written)} if asked else {}
    if len(tokens) == 1 and "nombre" in known and "apellido" in known and not asked:
        return {}
    return split_name(written)


def _begin(plain: str, clause: Clause) -> tuple[int, bool]:
    greeting = _GREETED.match(plain, clause.start, clause.end)
    start = greeting.end() if greeting and greeting[0].strip() else clause.start
    lead = _LEAD.match(plain, start, clause.end)
    return (lead.end() if lead else start), bool(greeting and greeting[0].strip())


def _questioned(page: Page, at: int) -> bool:
    end = re.search(r"[\n?.!|,;]", page.plain[at:])
    return bool(end and end[0] == "?")


def _run(plain: str, start: int, end: int, *, trusting: bool) -> int:
    """Return where a run of name words that begins at `start` ends; `start` if there is none.

    `trusting` accepts words that are in no list, so long as they are no ordinary words.
    """
    stop, at, count = start, start, 0
    while count < _MOST:
        token = _TOKEN.match(plain, at, end)
        if token is None:
            break
        word = token[1]
        if word in PARTICLES and (count or word in {"de", "del"}):
            at = token.end()
            continue
        last = trusting and count > 0 and word in surnames() and _ends(plain, token.end(), end)
        if not (last or _is_name(word, trusting=trusting)) or _is_home(
            plain, token.start(1), end, count
        ):
            break
        at = stop = token.end()
        count += 1
    return stop


def _ends(plain: str, at: int, end: int) -> bool:
    """Tell whether nothing more is said after a place, and nothing asked."""
    after = plain[at:end].lstrip(" .")[:1]
    return after in ("", "\n", ",", "|")


def _is_name(word: str, *, trusting: bool) -> bool:
    if word in never_names() or len(word) < 2:
        return False
    if word in given_names() or word in surnames():
        return True
    if not trusting or len(word) < 3 or is_major(word):
        return False
    return (
        word not in spoken_words()
        and plain(word) not in spoken_words()
        and "jaja" not in plain(word)
    )


def _is_home(plain: str, at: int, end: int, count: int) -> bool:
    """Tell whether a city begins here: well known, or followed by its department."""
    places = find(plain, at, end)
    if not places or places[0].start != at:
        return False
    name = plain[at : places[0].end]
    if is_major(fold(name)) and not (name in given_names() or name in surnames()):
        return True
    followed = len(places) > 1 and not plain[places[0].end : places[1].start].strip(" -/(")
    several_words = " " in name.strip()
    return bool(followed and places[1].department) or (several_words and count > 0)


def _is_place(plain: str, start: int, end: int) -> bool:
    """Tell whether a clause is nothing but a place that is no given name."""
    places = find(plain, start, end)
    if (
        not places
        or plain[start : places[0].start].strip()
        or plain[places[-1].end : end].strip(" .")
    ):
        return False
    return len(places) > 1 or plain[start:end].strip(" .") not in given_names()
