"""What a start loads, by modules and not by the clock: nobody waits for what they do not use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from running import FAMILY, PATIENCE, loaded

HEAVY = {"gensim", "scipy"}
CLIENTS = {  # of stores and clusters
    *["psycopg", "pymilvus", "grpc", "duckdb", "lancedb", "sqlite3", "sqlite_vec", "distributed", "pyarrow"],
    *["socket", "ssl", "vecalc.stores"],
}
NOT_FOR_A_LINE = {
    *HEAVY,
    *CLIENTS,
    "rich",
    "rapidfuzz",
    "regex",
    "platformdirs",
    "numpy.typing",
    "asyncio",
    "csv",
    "prompt_toolkit",
    "readline",
    "gzip",
}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["help"], ["help", "models"], ["config", "path"], ["--generate", "man"]]
)
def test_help_loads_no_numbers(arguments: list[str]) -> None:
    modules = loaded(*arguments)
    assert "click" in modules
    assert modules.isdisjoint({"numpy", "lark", *NOT_FOR_A_LINE})
    assert "vecalc.engine.calculator" not in modules


@pytest.mark.parametrize("form", ["plain", "json", "vector"])
def test_an_answer_loads_click_lark_and_numpy(form: str) -> None:
    modules = loaded("king - man + woman", "--format", form)
    assert modules >= {"click", "lark", "numpy"}
    assert modules.isdisjoint(NOT_FOR_A_LINE)


def test_a_number_needs_no_search() -> None:
    assert loaded("cos(king, queen)").isdisjoint(NOT_FOR_A_LINE)


def test_a_function_of_the_prelude_loads_nothing_more() -> None:
    assert loaded("combined(king, queen)", "--format", "plain").isdisjoint(NOT_FOR_A_LINE)


def test_only_a_table_loads_rich() -> None:
    modules = loaded("king - man + woman", "--format", "table")
    assert modules & NOT_FOR_A_LINE == {"rich"}
    assert loaded("cos(king, queen)", "--format", "table").isdisjoint(NOT_FOR_A_LINE)


def test_a_batch_loads_no_more_than_a_line() -> None:
    modules = loaded("--format", "jsonl", stdin="king\nqueen - woman\n")
    assert modules.isdisjoint(NOT_FOR_A_LINE)


def test_a_word2vec_file_is_read_without_gensim() -> None:
    modules = loaded("-m", FAMILY, "king - man + woman")
    assert "vecalc.formats.word2vec_text" in modules
    assert modules.isdisjoint({*HEAVY, "rich", "platformdirs", "numpy.typing", "csv", "readline"})


def test_the_version_is_told_without_loading_what_it_names() -> None:
    assert loaded("--version").isdisjoint({*HEAVY, "lark", "rich", "rapidfuzz"})


def test_the_package_alone_loads_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, vecalc; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    ours = {name for name in done.stdout.split() if name.startswith("vecalc")}
    assert ours == {"vecalc"}
    assert {"numpy", "lark", "click"}.isdisjoint(done.stdout.split())


# --- files on the way of an answer ----------------------------------------------------------

COUNTER = Path(__file__).parent / "bench" / "entered.py"
ENTERED = 35
MORE_FOR_A_BATCH = 3


def entered(*arguments: str | Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, COUNTER, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    count, *files = done.stderr.splitlines()
    assert count.startswith(f"{len(files)} files, ")
    return {line.partition(":")[0] for line in files}


def test_an_answer_passes_through_few_files(tmp_path: Path) -> None:
    """Each is one that a reader has to open, to follow it."""
    entered("king")  # makes the parser's tables, which are kept from then on
    one = entered("king - man + woman")
    assert one >= {"__main__.py", "engine/calculator.py", "search/exact.py"}
    assert len(one) <= ENTERED, sorted(one)
    batch = tmp_path / "questions.txt"
    batch.write_text("king - man + woman\nqueen\nking + woman\n")
    assert len(entered("-f", batch) - one) <= MORE_FOR_A_BATCH
