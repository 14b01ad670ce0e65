"""1,000 rehearsals by the embedded model, and again in another process: the same, bit for bit?"""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from .frame import Report
from .installation import Installation, superuser
from .options import Options
from .rehearsals import scripts
from .shops import AGENT, open_shops

REHEARSALS, QUICKLY = 1000, 5
THREE_DAYS = 3 * 24 * 3600.0


def run(running: Installation, options: Options) -> Report:
    """Play the scripts by the operations, replay them elsewhere, and add up what is different."""
    from .programs import started

    shop, report = open_shops(1)[0], Report("replay")
    played = scripts(QUICKLY if options.quick else REHEARSALS)
    tester = Tester(shop["workspace"])
    began = time.perf_counter()
    sessions = [tester.play(script) for script in played]
    seconds = time.perf_counter() - began
    again = started.result_of(
        started.start("replayed", {"workspace": shop["workspace"], "sessions": sessions})
    )
    report.add("rehearsals", len(sessions))
    report.add("turns that went otherwise", again["different"], "turns", most=1)
    report.add("played", again["turns"] / seconds, "turns/s")
    report.add("replayed", again["turns"] / again["seconds"], "turns/s")
    report.add("a kept turn", _bytes_of_a_turn(running), "bytes")
    report.add("a sale of three days", tester.sell_in_three_days(), "s", most=5.0)
    report.note("Each script is played by the operations, and replayed by another process.")
    return report


class Tester:
    """Somebody who rehearses in this process."""

    def __init__(self, workspace: str) -> None:
        from morfx.operations.actor import Actor

        self._actor = Actor.system(UUID(workspace), "bench", via="command")

    def play(self, script: list[dict[str, Any]]) -> str:
        """Play a script from its beginning; return the rehearsal."""
        session = str(self._do("start", agent=AGENT, speed=1.0, timer_preset="real")["session"])
        for step in script:
            inputs = {name: value for name, value in step.items() if name != "do"}
            self._do(step["do"], session=session, **inputs)
        return session

    def sell_in_three_days(self) -> float:
        """Return for how many seconds a sale took that lasts three days on its own clock."""
        began = time.perf_counter()
        data = "Jose Romero 3001234567 cra 10 # 20-30 barrio Chapinero Bogota jose@example.com"
        script: list[dict[str, Any]] = []
        for text in ("hola, cuanto vale?", data, "el de 2"):
            script.append({"do": "say", "text": text})
            script += [{"do": "advance", "seconds": 3600.0}] * int(THREE_DAYS / 3600 / 3)
        self.play([*script, {"do": "say", "text": "si, confirmo"}])
        return time.perf_counter() - began

    def _do(self, action: str, **inputs: Any) -> Any:
        from morfx.operations.catalogue import find

        operation = find(f"agents.sandbox.{action}")
        assert operation is not None
        return operation.submit(self._actor, inputs).data


def _bytes_of_a_turn(running: Installation) -> float:
    """Return what a kept turn takes in its table, on average."""
    asked = "SELECT avg(pg_column_size(kept)) FROM agents_sandboxturn"
    return float(superuser(running).execute(asked).fetchone()[0])
