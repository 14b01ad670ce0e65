"""Labelled messages that Somnio's embedded model compares with. One line is one message.

The combinations with a greeting are not listed: a greeting and its question are told apart first.
"""

from __future__ import annotations

from collections.abc import Mapping

from agents.engine.values import Example

from .examples_product import PRODUCT
from .examples_purchase import PURCHASE
from .examples_sale import SALE

GREETINGS = """
hola
holaa
hola buenas
buenas
buenos dias
buenas tardes
buenas noches
muy buenos dias
hola buen dia
buen dia
hola q tal
hola como estas
hola como estan
hola, como vas?
que mas
quiubo
q hubo
saludos
hola carolina
hola amiga
hola señorita buenas tardes
hola somnio
hey
hola 👋
buenas, como le va
hola feliz dia
alo
ola k ase
hola buenas noches disculpe la hora
hola hay alguien?
"""


def _listed(texts: Mapping[str, str]) -> tuple[Example, ...]:
    return tuple(
        Example(intent=intent, text=line)
        for intent, lines in texts.items()
        for line in lines.strip().splitlines()
    )


EXAMPLES: tuple[Example, ...] = _listed({"hola": GREETINGS, **SALE, **PRODUCT, **PURCHASE})
