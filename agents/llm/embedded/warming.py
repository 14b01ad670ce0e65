"""Make an agent's language ready before the first customer waits for it."""

from __future__ import annotations

from agents.engine.values import Question, State

from .client import Embedded
from .language import AgentLanguage

SENTENCES = (
    "Hola, soy Ana María Pérez, vivo en la calle 10 # 20-30 apto 301, barrio El Prado, Cali",
    "mi cel es 3001234567 y el correo ana@correo.com, sin mas datos, ¿cuanto vale el envio?",
    "dejelo en porteria con el vigilante, quiero 2 frascos porfavor grasias",
)
"""Enough of everything to have every table of a reader read."""


def warm(language: AgentLanguage) -> None:
    """Count the examples and load what reading a message needs; harmless to do again."""
    model = Embedded()
    for mode in ("", *sorted(language.asking_modes)):
        for sentence in SENTENCES:
            model.comprehend(Question(text=sentence, state=State(mode=mode)), language)
