"""Read what the sampled processes wrote: CPU by part, by our functions, by innermost function.

python -m morfx.bench.profiling.reading DIR [DIVIDE_BY]
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

OURS = re.compile(r"(^|/)(morfx|inbox|agents|crm|automations)/")
MOST = 40


def read(folder: Path) -> dict[str, Counter[tuple[str, ...]]]:
    """Return, by the part's name, the seconds of each stack."""
    parts: dict[str, Counter[tuple[str, ...]]] = {}
    for file in sorted(folder.glob("*.[0-9]*")):
        stacks = parts.setdefault(file.name.rpartition(".")[0], Counter())
        for line in file.read_text().splitlines():
            names, _, microseconds = line.rpartition(" ")
            stacks[tuple(names.split(";"))] += int(microseconds)
    return parts


def inclusive(stacks: Counter[tuple[str, ...]]) -> Counter[str]:
    """Return each function's time together with what it called."""
    found: Counter[str] = Counter()
    for stack, microseconds in stacks.items():
        for name in set(stack):
            found[name] += microseconds
    return found


def innermost(stacks: Counter[tuple[str, ...]]) -> Counter[str]:
    """Return each function's own time."""
    found: Counter[str] = Counter()
    for stack, microseconds in stacks.items():
        found[stack[-1]] += microseconds
    return found


def main(folder: Path, divide_by: float) -> None:
    """Print a table for each part, in milliseconds (of `divide_by`: per message, say)."""
    for part, stacks in read(folder).items():
        whole = sum(stacks.values()) / 1000 / divide_by
        sys.stdout.write(f"\n== {part}: {whole:.2f} ms\n")
        whole_of = inclusive(stacks)
        ours = Counter({name: spent for name, spent in whole_of.items() if OURS.search(name)})
        tables = {"ours, with callees": ours, "all, with callees": whole_of}
        for title, found in {**tables, "all, alone": innermost(stacks)}.items():
            sys.stdout.write(f"-- {title}\n")
            for name, microseconds in found.most_common(MOST):
                share = microseconds / 1000 / divide_by
                sys.stdout.write(f"{share:9.2f} ms {share / whole:6.1%}  {name}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 1.0)
