"""Bring chat Spanish to one spelling, so that what differs only in typing compares as equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

ABBREVIATIONS: dict[str, str] = {
    "q": "que", "k": "que", "ke": "que", "qe": "que", "qu": "que", "x": "por", "pa": "para",
    "xq": "porque", "pq": "porque", "xk": "porque", "porq": "porque", "xque": "porque",
    "porfa": "por favor", "porfis": "por favor", "xfa": "por favor", "xfavor": "por favor",
    "pls": "por favor", "plis": "por favor", "pf": "por favor", "tb": "tambien",
    "tmb": "tambien", "tbn": "tambien", "tmbn": "tambien", "d": "de", "bn": "bien",
    "info": "informacion", "infor": "informacion", "gcias": "gracias", "grax": "gracias",
    "grcias": "gracias", "grasias": "gracias", "thx": "gracias", "dnd": "donde",
    "cmo": "como", "cm": "como", "cdo": "cuando", "ud": "usted", "uds": "ustedes",
    "kiero": "quiero", "qiero": "quiero", "kuanto": "cuanto", "cuant": "cuanto",
    "cnto": "cuanto", "cto": "cuanto", "ctos": "cuantos", "nesecito": "necesito",
    "promo": "promocion", "promos": "promociones", "dcto": "descuento", "dto": "descuento",
    "desc": "descuento", "msj": "mensaje", "toy": "estoy", "stoy": "estoy", "ta": "esta",
    "aser": "hacer", "ola": "hola", "hla": "hola", "holi": "hola", "holis": "hola",
    "bno": "bueno", "bna": "buena", "bnas": "buenas", "okey": "ok", "okay": "ok", "oki": "ok",
    "okis": "ok", "oka": "ok", "okok": "ok", "vdd": "verdad", "t": "te", "m": "me", "s": "es",
    "pz": "pues", "ps": "pues", "pss": "pues", "tiee": "tiene", "tine": "tiene",
    "haci": "asi", "asia": "hacia", "haber": "ver", "aver": "ver", "enbio": "envio",
    "embio": "envio", "invio": "envio", "presio": "precio", "vaje": "vale", "conprar": "comprar",
    "comprat": "comprar", "direcion": "direccion", "celu": "celular", "wpp": "whatsapp",
    "wsp": "whatsapp", "wasap": "whatsapp", "whats": "whatsapp",
}  # fmt: skip
"""What people type for speed, with what it stands for."""

REALLY_DOUBLED = frozenset(["lee", "lees", "cree", "crees", "provee", "provees", "posee", "posees"])
"""Words that are written with a letter twice."""

_LAUGH = re.compile(r"\b(?:[ja]{4,}|[je]{4,}|[ji]{4,}|[ha]{4,}|x+d+|lo+l)\b")
_HUM = re.compile(r"\b(?:u*h+m+|u*m{2,})\b")
_APART = re.compile(r"\b(contra) (?=indicaci|entrega)")
"""Words that are often written as two."""

_REPEAT = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED = re.compile(r"([a-z])\1+\b")
_STRETCHED = re.compile(r"([aiu])\1+|([eo])\2+(?=s\b)")
_WORD = re.compile(r"[a-z0-9]+")


def fold(text: str) -> str:
    """Lower-case and drop accents, keeping every character at its place.

    The answer has exactly as many characters as `text`, so positions found in one hold in the
    other.
    """
    return "".join(map(_fold_one, text))


def plain(text: str) -> str:
    """Reduce a message to lower-case words: no accents, signs, emoji or stretched letters."""
    flat = _REPEAT.sub(r"\1", _HUM.sub("aja", _LAUGH.sub("jaja", fold(text))))
    words = (ABBREVIATIONS.get(word, _unstretched(word)) for word in _WORD.findall(flat))
    return _APART.sub(r"\1", " ".join(words))


def words(text: str) -> list[str]:
    """Return the words of `plain(text)`."""
    return plain(text).split()


def one_letter_off(word: str) -> Iterable[str]:
    """Yield `word` and each form of it with one letter left out (for finding typing mistakes)."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def one_edit_apart(left: str, right: str) -> bool:
    """Tell whether one letter added, lost, changed or swapped with its neighbour is all."""
    if abs(len(left) - len(right)) > 1:
        return False
    if len(left) != len(right):
        short, long = sorted((left, right), key=len)
        return any(form == short for form in one_letter_off(long))
    places = [at for at, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
    swapped = len(places) == 2 and places[1] == places[0] + 1
    return len(places) <= 1 or (swapped and left[places[0]] == right[places[1]])


def _unstretched(word: str) -> str:
    """Take back doubled letters (`holaa`, `tardess`, `tardees`), but leave words such as `lee`."""
    if word in REALLY_DOUBLED:
        return word
    return _DOUBLED.sub(r"\1", _STRETCHED.sub(r"\1\2", word))


def _fold_one(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    lowered = base.lower()
    return lowered if len(lowered) == 1 else base
