"""Street addresses as Colombians write them, and one way of writing them all.

The convention: abbreviations in full, words in title case, `#`, `No.`, `Nro` before a number as
`Numero`, and house numbers joined: `cra 10 # 20 - 30 apto 4` is `Carrera 10 Numero 20-30
Apartamento 4`. `No` never means Norte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.llm.embedded.spelling import fold

from .page import titled, trimmed

ABBREVIATIONS: Mapping[str, str] = {
    "cll": "Calle", "cl": "Calle", "clle": "Calle", "call": "Calle", "cale": "Calle",
    "cra": "Carrera", "cr": "Carrera", "crra": "Carrera", "kra": "Carrera", "kr": "Carrera",
    "krr": "Carrera", "carr": "Carrera", "cara": "Carrera", "carera": "Carrera", "crr": "Carrera",
    "av": "Avenida", "avda": "Avenida", "ave": "Avenida", "avd": "Avenida",
    "ak": "Avenida Carrera", "ac": "Avenida Calle", "dg": "Diagonal", "diag": "Diagonal",
    "dig": "Diagonal", "tv": "Transversal", "trans": "Transversal", "trv": "Transversal",
    "transv": "Transversal", "tranv": "Transversal", "tr": "Transversal", "tvs": "Transversal",
    "apto": "Apartamento", "apt": "Apartamento", "ap": "Apartamento", "apta": "Apartamento",
    "aptº": "Apartamento", "aparta": "Apartamento", "ed": "Edificio", "edif": "Edificio",
    "edf": "Edificio", "cs": "Casa", "loc": "Local", "ofc": "Oficina", "of": "Oficina",
    "nro": "Numero", "num": "Numero", "#": "Numero", "nº": "Numero", "n°": "Numero",
    "mz": "Manzana", "mza": "Manzana", "mnz": "Manzana", "mzn": "Manzana", "manz": "Manzana",
    "int": "Interior", "bl": "Bloque", "blq": "Bloque", "bloq": "Bloque", "conj": "Conjunto",
    "urb": "Urbanizacion", "vda": "Vereda", "km": "Kilometro", "kilom": "Kilometro",
    "lt": "Lote", "circ": "Circular", "autop": "Autopista", "tor": "Torre", "trr": "Torre",
    "et": "Etapa", "esq": "Esquina", "corr": "Corregimiento", "supermz": "Supermanzana",
    "smz": "Supermanzana", "psj": "Pasaje",
}  # fmt: skip
"""What stands for what in an address."""

_SMALL = frozenset({"de", "del", "y", "con"})


def normalise_address(text: str) -> str:
    """Write an address the one way described above. Doing it twice changes nothing."""
    spaced = re.sub(r"#", " # ", re.sub(r"[|,;\n]", " ", text))
    spaced = re.sub(r"(?i)\bn(?:[°º]|o\.|ro\.|um\.)\s*(?=\d)", " # ", spaced)
    spaced = re.sub(r"(?i)(?<=\s)(?:no|n)\s+(?=\d)", " # ", f" {spaced}")
    spaced = re.sub(r"(?i)\b([a-z]{2,6})\.(?=\s|\d|$)", r"\1 ", spaced)
    spaced = re.sub(r"(?i)\b(" + "|".join(_glued()) + r")(?=\d)", r"\1 ", spaced)
    spaced = re.sub(r"(?<=\d)\s*[-–]\s*(?=\d)", "-", spaced)
    spaced = re.sub(r"(?i)(# +\d+[a-z]?) +(?=\d{1,3}(?:\s|$))", r"\1-", spaced)
    words = [_written(word) for word in trimmed(spaced).split()]
    once = [w for at, w in enumerate(words) if not (at and w == words[at - 1] == "Numero")]
    return trimmed(" ".join(once))


def _glued() -> list[str]:
    short = {"calle", "carrera", "torre", "casa", "manzana", "piso", *ABBREVIATIONS} - {
        "#",
        "nº",
        "n°",
        "aptº",
    }
    return sorted(short, key=lambda word: (-len(word), word))


def _written(word: str) -> str:
    full = ABBREVIATIONS.get(fold(word).rstrip("."))
    if full is not None:
        return full
    if re.fullmatch(r"(?i)\d+(?:r[ao]|d[ao]|t[ao]|m[ao]|v[ao])", word):
        return word.lower()
    if re.fullmatch(
        r"\d+[A-Za-z]{1,2}(?:-\d+[A-Za-z]?)*|\d+[A-Za-z]?-\d+[A-Za-z]?(?:-\d+)*|[A-Za-z]\d+", word
    ):
        return word.upper()
    if len(word) == 1:
        return (
            word.upper()
            if word.isascii() and word.lower() != "y"
            else word.lower()
            if word.isascii()
            else word
        )
    return word.lower() if fold(word) in _SMALL else titled(word)
