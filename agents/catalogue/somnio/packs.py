"""Which pack a customer names: `2x`, `el de dos`, `el segundo`, `me llevo tres`."""

from __future__ import annotations

import re

from agents.engine.values import Alternative
from agents.llm.embedded.language import Ruling

_NUMBER = {
    "1": r"(?:1|uno?|una)", "2": r"(?:2|dos)", "3": r"(?:3|tres)",
}  # fmt: skip
_JAR = (
    r"(?:frasc\w+|tarr\w+|unidad(?:es)?|caja\w*|pote\w*|envase\w*|elixir\w*|producto\w*|pack\w*"
    r"|combo\w*"
    r"|paquete\w*|botell\w+|bote\w*|melatonina\w*)"
)
_PACK = r"(?:pack|combo|paquete|promocion|promo|oferta|opcion|kit|numero|plan)"
_TAKE = (
    r"(?:quiero|quisiera|dame|deme|denme|regal[ae]me|mand[ae]n?me|envi[ae]n?me|llevo|llevar"
    r"|llevare|pido|prefiero"
    r"|escojo|elijo|tomo|compro|comprar|deseo|me quedo con|voy (?:por|con)|vamos con|ponme"
    r"|despach[ae]me|anot[ae]me"
    r"|apunt[ae]me|separ[ae]me|pedir|serian|seria|empiezo con|quedo con|mejor|sean|que sean"
    r"|cambi(?:o|emos|[ae]me(?:lo|la)?|[ae](?:lo|la)?|ar(?:lo|la|me)?)|pong[ae]me(?:lo)?"
    r"|dej(?:emos(?:lo)?|[ae]me(?:lo)?) en)"
)

_NAMED = {
    "1": (
        r"\b(?:1x|x1|(?:nada|no) mas (?:uno?|1)\b|uno solo|una sola|una unidad"
        r"|el (?:de )?(?:uno|1)\b|la (?:de )?(?:uno|1|una)\b|individual|sol[oa](?:mente)? "
        r"(?:un[oa]?|1)|sencillo|unitario|un solo (?:frasco|tarro|producto))"
    ),
    "2": (
        r"\b(?:2x(?!1)|x2|dos unidades|los dos|los 2|las dos|el (?:de )?(?:dos|2)\b"
        r"|la (?:de )?(?:dos|2)\b|(?<!el )doble"
        r"|el doble|duo|un par|el par|otro para mi|parejita)\b"
    ),
    "3": (
        r"\b(?:3x|x3|tres unidades|los tres|los 3|las tres|el (?:de )?(?:tres|3)\b"
        r"|la (?:de )?(?:tres|3)\b|el triple|triple|triplet\w+)"
    ),
}
_POINTED = {
    "1": r"\b(?:primer[oa]?|primera opcion|mas (?:pequen\w+|chiquit\w+|barat\w+|economic\w+))\b",
    "2": r"\b(?:segund[oa]|(?:el|la) (?:de la )?mitad|(?:el|la) del medio|intermedi[oa])\b",
    "3": r"\b(?:tercer[oa]?|mas grande|ultim[oa]|mas complet[oa]|mas ahorro|grande)\b",
}
_BARE = {
    n: rf"^(?:si |ok |listo |bueno |dale |entonces |pues |claro |mejor |ah |las |los |de |a "
    rf"|con |el |la |que sean |serian )*{w}"
    r"(?: (?:por favor|no mas|nomas|gracias|amiga|senorita|senora|pues|mejor|esta bien"
    r"|estaria bien|x|solamente|entonces))*$"
    for n, w in _NUMBER.items()
}
_RULES = {
    n: re.compile(
        rf"{_NAMED[n]}|\b{_PACK} (?:de |del |x ?|numero |por )?(?:los |las )?{w}\b(?! (?:mes"
        rf"|dia|noche))"
        rf"|\b{_TAKE}(?: llevar| comprar| pedir| de| el de| la de| los| las| el| la| a| solo"
        rf"| solamente| ya| por(?: el| los)?(?: de)?)*"
        rf" {w}\b(?:(?= {_JAR})| (?:por favor|no mas|mejor|gracias|pues|para)|$)"
        rf"|^{w} {_JAR}\b"
    )
    for n, w in _NUMBER.items()
}
_OFFERED = {n: re.compile(f"{_POINTED[n]}|{_BARE[n]}") for n in _NUMBER}
_ASKING = re.compile(
    r"\b(?:cuant\w+|precio\w*|vale|valen|cuest\w+|costo|sale|salen|dura|rinde|trae|traen"
    r"|diferencia|contiene"
    r"|como|cual|cuales|tienen|hay|si llevo|si compro|descuento|que|puedo tomar\w*|tomar\w*|dia"
    r"|dias|meses|mes|anos"
    r"|a las? (?:[1-3]|una|dos|tres)|hora|horas|noche|noches|hijos|veces|semanas?)\b"
)
_AT_ONCE = re.compile(r"\bde una\b(?! (?:unidad|sola))")
"""`De una` means at once, not one."""

_INSTEAD = re.compile(r"\b(?:mejor|cambi\w+|en vez|ya no|no el|perdon|corrijo|sino|entonces)\b")
_REFUSING = re.compile(r"\b(?:no|ni|tampoco)\b(?!.*\b(?:mejor|sino|pero|mas|dej\w+ en|cambi\w+)\b)")


def chosen_pack(words: str, *, offered: bool) -> Ruling | None:
    """Return the pack that plain words choose, or None.

    `offered` says that the packs are on the table, so that a bare number or an ordinal is a
    choice. A question about a pack chooses nothing. Two packs in one message are a doubt, unless
    one replaces the other.
    """
    words = _AT_ONCE.sub(" ", words)
    if _ASKING.search(words) or _REFUSING.search(words):
        return None
    places = {n: at for n in _RULES if (at := _place(n, words, offered)) >= 0}
    if not places:
        return None
    ranked = sorted(places, key=lambda n: -places[n])
    if len(ranked) == 1 or _INSTEAD.search(words):
        return Ruling(
            intent=f"resumen_{ranked[0]}x", confidence=94 if offered else 90, reason="names a pack"
        )
    return Ruling(
        intent=f"resumen_{ranked[0]}x",
        confidence=55,
        alternatives=tuple(Alternative(intent=f"resumen_{n}x", confidence=50) for n in ranked[1:]),
        reason="names more than one pack",
    )


def _place(number: str, words: str, offered: bool) -> int:
    """Return where the pack is last named, or -1."""
    rules = (_RULES[number], _OFFERED[number]) if offered else (_RULES[number],)
    return max((m.start() for rule in rules for m in rule.finditer(words)), default=-1)
