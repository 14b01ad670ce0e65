"""Find the street address in a message, and where it ends."""

from __future__ import annotations

import re

from .addresses import normalise_address
from .page import SMALL_WORDS, Page
from .places import find

_STREET = (
    r"calle|cll|clle|cl|call|cale|carrera|carera|cra|crra|crr|cr|kra|krr|kr|carr|cara|avenida"
    r"|avda|avd|ave|av|ak|ac|diagonal"
    r"|diag|dig|dg|transversal|transv|tranv|trans|trv|tvs|tv|tr|circular|circ|autopista|autop"
    r"|pasaje|psj|callejon|troncal"
)
_UNIT = (
    r"manzana|manz|mza|mnz|mzn|mz|casa|cs|lote|lt|apartamento|aparta|apto|apta|apt|ap|torre|tor"
    r"|trr|interior|int|bloque|bloq|blq"
    r"|bl|piso|local|loc|oficina|ofc|of|etapa|et|supermanzana|smz|supermz|kilometro|kilom|km"
    r"|bodega|sector|parcela|entrada"
)
_NAMED = (
    r"edificio|edif|edf|ed|conjunto(?: residencial| cerrado)?|conj|urbanizacion|urb|condominio"
    r"|vereda|vda|finca|hacienda"
    r"|corregimiento|unidad residencial|unidad|parcelacion|torres de|ciudadela|residencias"
    r"|multifamiliares?|agrupacion|villa"
    r"|centro comercial|cc|via|reserva|portal|parque residencial|invasion|inspeccion|resguardo"
    r"|caserio"
)
_LABEL = (
    r"(?:\b(?:mi |la )?dir(?:ecc?ion|ec|eccion)?(?: (?:es|completa|de entrega|de envio"
    r"|de residencia))*[\s:.=-]+)?"
)
_START = re.compile(
    rf"{_LABEL}(?<![\w#])(?:"
    rf"(?:{_STREET})(?![a-z])\.?\s*(?:(?:{_STREET})\.?\s*)?(?:n[o°º]?\.?\s*|nro\.?\s*|#\s*"
    rf"|numero\s*)?(?=\d)"
    rf"|(?:avenida|avda|av|autopista|autop|calle|pasaje)\.?\s+(?=[a-z]{{3,}}[a-z\s]{{0,25}}(?:#"
    rf"|no\.?\s*\d|nro|numero\s*\d|con (?:calle|cra|carrera)))"
    rf"|(?:calle|carrera|avenida) (?:principal|real|larga|ancha)\b"
    rf"|(?:{_UNIT})(?![a-z])\.?\s*(?:n[o°º]?\.?\s*|#\s*|numero\s*)?(?=(?:\d|[a-z]\d"
    rf"|[a-z]\b(?:(?!\s+[a-z]{{2,}})|(?=\s+(?:{_UNIT}|{_STREET})(?![a-z])))))"
    rf"|(?:vereda|vda|finca|hacienda|corregimiento|edificio|conjunto(?: residencial| cerrado)?"
    rf"|conj|condominio|urbanizacion|urb"
    rf"|unidad residencial|parcelacion|caserio|resguardo|ciudadela)\.?\s+(?=[a-z0-9])"
    r"|(?:torres|altos|balcones|portal|mirador|rincon|reserva)\s+de[a-z]*\s+[a-z]+(?:\s+[a-z]+)?"
    r"(?=,?\s+(?:torre|apto|apartamento|apt|casa|bloque|interior|manzana|mz)\b)"
    rf")"
)
_PIECE = re.compile(
    rf"\s*(?:(?:{_STREET}|{_UNIT})(?![a-z])\.?\s*(?=[\d#a-z])"
    r"|\d+\s?-\s?\d+[a-z]?(?:\s?-\s?\d+)?|\d+\s?[a-z]?(?![a-z])(?:\s?bis)?|[a-h]\d{1,3}\b"
    r"|#|n[°º.]\s?(?=\d)|no\.?\s*(?=\d)|n\s?(?=\d)|nro\.?\s*(?=\d)|num\.?\s*(?=\d)"
    r"|numero\s*(?=\d)|-|/"
    r"|(?:bis|sur|norte|este|oeste|oriente|occidente|esquina|esq|principal|primer|segundo"
    r"|tercer|cuarto|quinto) ?(?:piso)?\b"
    r"|con (?=(?:calle|cll|cl|carrera|cra|kra|avenida|av|diagonal|transversal)\b"
    r"|\d{1,3}[a-z]?\b(?! ?(?:anos|dias|hijos|mil|pesos|frascos?)))"
    r"|via (?=[a-z])"
    r"|de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre"
    r"|diciembre)\b|y media\b|[a-h]\b(?!/))"
)
_NAME = re.compile(rf"\s*(?:{_NAMED})\b\.?\s+")
_WORD = re.compile(r"\s*([a-z0-9]+)\b")
_STOP = frozenset(
    [
        "barrio",
        "brr",
        "bario",
        "ciudad",
        "municipio",
        "tel",
        "telefono",
        "cel",
        "celular",
        "correo",
        "email",
        "nombre",
        "apellido",
        "departamento",
        "dpto",
        "depto",
        "soy",
        "me",
        "mi",
        "cuanto",
        "cuando",
        "como",
        "que",
        "quiero",
        "por",
        "favor",
        "gracias",
        "colombia",
        "contacto",
        "whatsapp",
        "numero",
        "a",
        "en",
        "para",
        "frente",
        "cerca",
        "al",
        "junto",
        "diagonal",
        "detras",
        "entregar",
        "dejar",
        "llamar",
        "pago",
        "espero",
        "y",
        "cedula",
        "es",
        "esta",
        "no",
        "se",
    ]
)
_BOUNDARY = re.compile(r"[,;\n.|]\s*")
_LONGEST_NAME = 4


def take_address(
    page: Page, *, asked: bool, labelled: tuple[int, int] | None = None
) -> dict[str, str]:
    """Take the pieces of an address and join them.

    `labelled` is the stretch after an address label: it is believed whatever its form. Streets
    inside a question are left alone, unless data have been asked for.
    """
    pieces: list[tuple[int, str]] = []
    if labelled is not None:
        end = _labelled_end(page, *labelled)
        pieces.append((labelled[0], page.take(labelled[0], end)))
    at = 0
    while (start := _START.search(page.plain, at)) is not None:
        end = _end_of(page.plain, start.end())
        at = max(end, start.end())
        if not _asked_about(page, start.start(), asked=asked) and not _far(
            page, pieces, start.start()
        ):
            begun = _skip_label(page.plain, start.start(), end)
            pieces.append((begun, page.text[begun:end]))
            page.take(start.start(), end)
    address = normalise_address(" ".join(text for _, text in sorted(pieces)))
    return {"direccion": address} if len(address) >= 4 else {}


def _end_of(plain: str, at: int) -> int:
    """Follow an address from its first piece to where something else begins."""
    end = at
    while True:
        piece = _PIECE.match(plain, end) or None
        if piece is not None and piece.end() > end and piece[0].strip() != "y":
            end = piece.end()
            continue
        named = _NAME.match(plain, end)
        if named is not None:
            end = _named_end(plain, named.end())
            continue
        if re.search(rf"\b(?:{_STREET}|{_NAMED})\.?\s*$", plain[max(0, end - 28) : end]):
            after = _named_end(plain, end)
            if after > end:
                end = after
                continue
        boundary = re.match(r"\s*[,;\n.]\s*", plain[end:])
        if boundary and boundary[0] and _continues(plain, end + boundary.end()):
            end += boundary.end()
            continue
        return len(plain[:end].rstrip())


def _continues(plain: str, at: int) -> bool:
    return (
        re.compile(
            rf"(?:(?:{_UNIT}|{_STREET})\.?\s*(?:#|no\.?|n°|nro\.?)?\s*(?:\d|[a-z]\b)|#"
            rf"|no\.?\s*\d|nro\.?\s*\d|numero\s*\d|{_NAMED}\s+[a-z0-9]"
            r"|\d+\s?-\s?\d+\b|(?:primer|segundo|tercer|cuarto) piso)"
        ).match(plain, at)
        is not None
    )


def _named_end(plain: str, at: int) -> int:
    """Follow the name of a building or a road, up to a city, a keyword or a boundary."""
    end, after, count = at, at, 0
    while count < _LONGEST_NAME + 2:
        word = _WORD.match(plain, after)
        if word is None or "\n" in word[0] or (count and _name_stops(plain, after, word)):
            break
        after = word.end()
        if word[1] not in SMALL_WORDS:
            end, count = after, count + 1
    return end


def _name_stops(plain: str, at: int, word: re.Match[str]) -> bool:
    """Tell whether what comes next belongs to something else than the name."""
    if word[1] in _STOP or _city_at(plain, word.start(1)):
        return True
    piece = _PIECE.match(plain, at) or _NAME.match(plain, at)
    return piece is not None and word[1] not in SMALL_WORDS


def _city_at(plain: str, at: int) -> bool:
    stop = _BOUNDARY.search(plain, at)
    places = find(plain, at, stop.start() if stop else len(plain))
    return bool(places) and places[0].start == at


def _labelled_end(page: Page, start: int, end: int) -> int:
    """Return where a labelled address ends: at the barrio or the city that follows it."""
    value = page.plain[start:end]
    barrio = re.search(r"[\s,.;-]+(?:barrio|brr|b/)\b", value)
    if barrio:
        return start + barrio.start()
    for comma in re.finditer(r"[,;.-]\s+", value):
        places = find(page.plain, start + comma.end(), end)
        if places and places[0].start <= start + comma.end() + 1:
            return start + comma.start()
    last = find(page.plain, start, end)
    trailing = last and not page.plain[last[-1].end : end].strip(" .") and re.search(r"\d", value)
    return last[-1].start if trailing and last[-1].start > start + 6 else end


def _asked_about(page: Page, at: int, *, asked: bool) -> bool:
    if asked:
        return False
    return any(c.start <= at < c.end and c.asks_from <= at for c in page.clauses())


def _far(page: Page, pieces: list[tuple[int, str]], at: int) -> bool:
    """Tell whether a further piece has nothing to do with the address already begun."""
    return bool(pieces) and page.plain[:at].count("?") > page.plain[: pieces[0][0]].count("?")


def _skip_label(plain: str, start: int, end: int) -> int:
    label = re.match(_LABEL, plain[start:end])
    return start + (label.end() if label else 0)
