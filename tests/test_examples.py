"""Every example runs, and says what it claims."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import vecalc

EXAMPLES = Path(__file__).parent.parent / "examples"


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)


def test_the_api_tour_runs() -> None:
    done = _run(str(EXAMPLES / "api.py"))
    assert done.returncode == 0, done.stderr
    assert "2 kign -> error: 1:1: unknown word 'kign'" in done.stdout
    assert "3 2^10 -> 1024" in done.stdout
    assert done.stdout.endswith("king - man + woman\n")


def test_the_questions_pass_on_the_starter() -> None:
    done = _run("-m", "vecalc", "-f", str(EXAMPLES / "questions.txt"), "--format", "jsonl")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [record["expected"]["passed"] for record in records if "expected" in record] == [True] * 3


def test_the_pairs_become_a_table() -> None:
    done = _run("-m", "vecalc", "--csv", str(EXAMPLES / "pairs.csv"), "-e", "cos(a, b)", "--format", "jsonl")
    values = {tuple(r["row"].values()): r["value"] for r in map(json.loads, done.stdout.splitlines())}
    assert values["coast", "shore"] > values["cat", "car"]


def test_the_prelude_defines_what_it_says() -> None:
    calculate = vecalc.Calculator(vecalc.starter())
    calculate.define((EXAMPLES / "my_prelude.vec").read_text(encoding="utf-8"))
    assert float(calculate.value("cos(between(king, queen, t=1), queen)")) > 0.999999
    assert (
        float(calculate.value("along(king, king, queen)"))
        > 0
        > float(calculate.value("along(queen, king, queen)"))
    )
    assert calculate("product_heavy(blood, color)").result is not None
