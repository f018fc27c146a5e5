"""What `run.py` measured, as the tables of docs/performance.md.

python tests/bench/report.py          puts the tables of build/bench.json between the marks in the document
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from run import SHOWN, Row, line

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
MARKED = re.compile(r"(<!-- measured -->\n).*(<!-- end of what is measured -->)", re.DOTALL)


def tables(found: dict[str, Any]) -> Iterator[str]:
    """The parts of the document that are numbers."""
    told = found["machine"]
    yield f"{told['processor']}; {told['system']}.\n"
    versions = [f"{name} {told[name]}" for name in told if name not in ("processor", "system")]
    yield ", ".join(versions) + ".\n"
    yield "| what | vecalc | peer | ratio | target |\n|---|---:|---:|---:|---|"
    yield "\n".join(line(Row(**row)) for row in found["rows"]) + "\n"
    yield "### How the cost of a query grows\n"
    yield "Milliseconds per query of the engine alone: ten neighbours and the inputs, 300 components.\n"
    for name, cost in found["growth"].items():
        numbers = " | ".join(f"{milliseconds:.3g}" for milliseconds in cost.values())
        yield f"| {name} | {' | '.join(cost)} |\n|---|{'---:|' * len(cost)}\n| ms | {numbers} |\n"
    yield "### What the machine can do at most\n"
    limits = found["limits"]
    yield f"- memory read by all cores: {limits['bytes'] / 1e9:.1f} GB a second"
    yield f"- float32 products (BLAS): {limits['float32'] / 1e9:,.0f} billion operations a second"
    yield f"- int8 products (codes, 256 queries): {limits['int8'] / 1e9:,.0f} billion operations a second\n"


if __name__ == "__main__":
    text = "\n".join(tables(json.loads(SHOWN.read_text("utf-8"))))
    old = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(MARKED.sub(lambda marks: f"{marks[1]}\n{text}\n{marks[2]}", old), "utf-8")
