"""The conversations of the reference that are a dialogue: 1 to 16, by name."""

from __future__ import annotations

from collections.abc import Mapping

from agents.tests.reference_selling import SELLING
from agents.tests.reference_steps import Case
from agents.tests.reference_turning import TURNING

CASES: Mapping[str, Case] = {**SELLING, **TURNING}
"""By the number and the name it has there; 17 and 18 are about WhatsApp alone."""
