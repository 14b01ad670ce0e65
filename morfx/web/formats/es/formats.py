"""Spanish numbers as Colombia writes them: $ 109.900,50. The rest is Django's Spanish."""

from __future__ import annotations

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."
NUMBER_GROUPING = 3
