"""A Messages API that mostly understands and otherwise fails in every way it can.

python -m morfx.bench.soak.model SEED; prints its address, then what it did when told to stop.
One line on standard input spends the month's money: every answer is the spend limit from then on.
"""

from __future__ import annotations

import json
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from agents.tests import messages_answers as answers
from agents.tests.messages_answers import Answer
from agents.tests.messages_api import messages_api
from agents.tests.messages_brain import brain

HANGS = 33.0
"""Seconds of silence: beyond the 30 s that our client waits."""

FAILURES: tuple[tuple[str, float, Callable[[], Answer]], ...] = (
    ("overloaded 529", 2.0, answers.overloaded),
    ("rate limited 429", 1.5, answers.rate_limited),
    ("rate limited 429, retry after 1 s", 1.5, lambda: answers.rate_limited(1)),
    ("rate limited 429, retry after 5 s", 0.3, lambda: answers.rate_limited(5)),
    ("server error 500", 2.0, lambda: answers.error(500, "api_error")),
    ("gateway timeout 504", 0.5, lambda: answers.error(504, "timeout_error")),
    ("too large 413", 0.3, lambda: answers.error(413, "request_too_large")),
    ("invalid request 400", 0.3, lambda: answers.error(400, "invalid_request_error")),
    ("connection cut before the answer", 1.0, answers.silence),
    ("connection cut in the answer", 1.0, answers.cut_off),
    ("truncated JSON", 1.0, answers.truncated),
    ("HTML page", 0.5, answers.page),
    ("empty answer", 0.5, answers.empty),
    ("error in a 200", 0.5, answers.error_after_200),
    ("event stream", 0.5, answers.event_stream),
    ("refusal", 1.0, answers.refusal),
    ("max_tokens", 1.0, answers.cut_short),
    ("not JSON", 0.5, lambda: answers.says("Claro que sí.")),
    ("wrong schema", 1.0, lambda: answers.says({"intent": 7})),
    ("unknown intent", 0.5, lambda: answers.understood("ninguna_de_esas")),
    ("timeout", 0.2, lambda: Answer(silent=True, late=HANGS)),
    ("answer drips", 0.2, lambda: answers.dripping(0.3)),
)
GOOD = 82.0
"""The weight of a good answer, beside those of the failures (percent, about)."""


class Mood:
    """Decides how each call is answered; counts by what happened."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a die, not a secret
        self._lock = threading.Lock()
        self.spent = False
        self.counts: Counter[str] = Counter()

    def answer(self, body: dict[str, Any]) -> Answer:
        """Answer one request."""
        weights = [GOOD, *(weight for _, weight, _ in FAILURES)]
        with self._lock:
            drawn = self._random.choices(range(len(weights)), weights)[0]
            late = self._random.uniform(0.02, 0.4)
            name = "spend limit" if self.spent else "good"
            name = name if self.spent or not drawn else FAILURES[drawn - 1][0]
            self.counts[name] += 1
        if self.spent:
            return answers.spend_limit()
        given = FAILURES[drawn - 1][2]() if drawn else brain(body)
        given.late = given.late or late
        return given


def main(seed: int) -> None:
    """Serve until standard input ends; then print the counts."""
    mood = Mood(seed)
    with messages_api(mood.answer) as api:
        _say(api.url)
        for _ in sys.stdin:
            mood.spent = True
    _say(json.dumps(mood.counts))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
