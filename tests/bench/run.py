"""vecalc and its peers on the same work in the same run: a table of medians and ratios, and JSON.

    python tests/bench/run.py [--rows 1000000] [--large] [--folder build/bench]

Test spaces are made on first use, in the folder. `--large` adds what takes a space of 3,000,000 rows: 20 GB
of disk and half an hour. A ratio says how many times faster vecalc is; the machine is not alone in the world,
so look at ratios, and at more than one run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import keystrokes
import peers
import spaces
import startup
from measure import VECALC, machine, peer, process

LARGE = 3_000_000
BATCH = 10_000
SMALL = 30_000
LINES = 100_000
SHOWN = Path(__file__).parents[2] / "build" / "bench.json"


class Row(NamedTuple):
    """A line of the table: what was done, vecalc's figure, the peer's, their ratio, the target for it."""

    what: str
    ours: str
    peer: str
    ratio: float | None
    target: str


def main(arguments: argparse.Namespace) -> None:
    """Measure everything, print it, write it."""
    folder: Path = arguments.folder
    found: dict[str, Any] = {"machine": machine(), "rows": []}
    parts = [
        starting,
        lambda: importing(folder),
        lambda: searching(folder, arguments.rows),
        lambda: prompting(folder, arguments.rows),
        lambda: small(folder),
        lambda: texts(folder),
    ]
    if arguments.large:
        parts.append(lambda: large(folder))
    for part in parts:
        for row in part():
            found["rows"].append(row._asdict())
            print(line(row), flush=True)
    found["growth"] = growth(folder, arguments.rows)
    found["limits"] = peer("limits", stored(folder, arguments.rows))
    print(json.dumps({name: found[name] for name in ("growth", "limits", "machine")}, indent=1))
    SHOWN.parent.mkdir(exist_ok=True)
    SHOWN.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(f"written to {SHOWN}")


def line(row: Row) -> str:
    """A line of a Markdown table."""
    ratio = "" if row.ratio is None else f"{row.ratio:.1f} x"
    return f"| {row.what} | {row.ours} | {row.peer} | {ratio} | {row.target} |"


def ms(seconds: float) -> str:
    """Seconds, in the unit that suits them."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.3g} ms"


def mb(size: float) -> str:
    """Bytes."""
    return f"{size / 1e6:,.0f} MB"


# --- the parts -------------------------------------------------------------------------------


def starting() -> Iterator[Row]:
    """One-shot answers on the starter against starting Python with the same libraries."""
    times = startup.measured(21)
    base, _ = times[startup.BASELINE]
    seconds, ratio = times["vecalc EXPR (table)"]
    what = "one-shot on the starter, table; peer: Python with click, lark, numpy, rich"
    yield Row(what, ms(seconds), ms(base), 1 / ratio, f"at most 1.4 x the time (it is {ratio:.2f} x)")


def importing(folder: Path) -> Iterator[Row]:
    """A file becomes a store; gensim loads it and saves it."""
    for kind, path, target in (
        ("binary, 1,000,000 x 300", spaces.binary(folder, 1_000_000), "2.5 x"),
        ("text, 100,000 x 300", spaces.text(folder, 100_000), "6 x"),
    ):
        theirs = peer("gensim_import", path, folder / "import.kv")
        ours = imported(folder, path)
        memory = f"{mb(ours.private)} of its own; gensim {mb(theirs['private'])}"
        yield Row(
            f"import of word2vec {kind}; peer: gensim load + save ({memory})",
            ms(ours.seconds), ms(theirs["seconds"]), theirs["seconds"] / ours.seconds, target,
        )  # fmt: skip


def imported(folder: Path, path: Path) -> Any:
    """`vecalc import` of a file, as a process."""
    command = [VECALC, "import", str(path), "--name", path.stem, "--quiet"]
    return process(command, VECALC_MODELS=str(folder / "models"))


def stored(folder: Path, rows: int) -> Path:
    """A test space as a store, made on first use."""
    path = spaces.binary(folder, rows)
    place = folder / "models" / path.stem
    if not place.exists():
        imported(folder, path)
    return place


def searching(folder: Path, rows: int) -> Iterator[Row]:
    """One query at a time, and ten thousand expressions in a file."""
    path, store = spaces.binary(folder, rows), stored(folder, rows)
    model = gensim_model(folder, rows)
    size = f"{rows:,} x 300"
    ours = peer("vecalc_search", store, 1)["seconds"]
    for name, task, argument, target in (
        ("gensim, warm", "gensim_loop", model, "3 x at 3,000,000"),
        ("faiss flat", "faiss_flat", path, "4 x at 3,000,000"),
        ("usearch exact", "usearch_exact", path, ""),
        ("numpy float32", "numpy_blocks", path, ""),
    ):
        seconds = peer(task, argument, 20 if task == "gensim_loop" else 1)["seconds"]
        yield Row(f"one query, warm, {size}; peer: {name}", ms(ours), ms(seconds), seconds / ours, target)
    batch = answered(folder, rows, BATCH)
    each = batch.seconds / BATCH
    for name, task, argument, count, target in (
        ("gensim in a loop", "gensim_loop", model, 50, "80 x"),
        ("faiss flat", "faiss_flat", path, 1024, "2.5 x the best"),
        ("usearch exact", "usearch_exact", path, 256, "2.5 x the best"),
        ("numpy blocks", "numpy_blocks", path, 1024, "2.5 x the best"),
    ):
        theirs = peer(task, argument, count)
        setting = f" ({theirs['setting']})" if "setting" in theirs else ""
        what = f"batch of {BATCH:,} expressions, {size}, per expression, whole process; peer: {name}{setting}"
        yield Row(what, ms(each), ms(theirs["seconds"]), theirs["seconds"] / each, target)


def answered(folder: Path, rows: int, count: int) -> Any:
    """`vecalc -f` over so many different expressions, as a process."""
    questions, store = peers.questions(folder, rows, count), stored(folder, rows)
    output = ["--format", "jsonl", "-o", str(folder / "answers.jsonl")]
    return process([VECALC, "-m", str(store), "-f", str(questions), *output])


def prompting(folder: Path, rows: int) -> Iterator[Row]:
    """How soon a key shows at the prompt, and the live answer to a line that is typed fast."""
    usual = ("king", "queen", "man", "woman", "blood", "water", "house", "river")
    made = tuple(spaces.word(row) for row in range(100, 900, 100))
    for what, model, words in (
        ("the starter", "starter", usual),
        (f"{rows:,} x 300", str(stored(folder, rows)), made),
    ):
        found = keystrokes.measured(model, words)
        echo = f"{found['echo_p99']} ms (median {found['echo_p50']} ms)"
        yield Row(f"a key at the prompt shows, 20 a second, {what}: 99 of 100", echo, "", None, "20 ms")
        answer = f"{found['answer_max']} ms (median {found['answer_p50']} ms)"
        yield Row(
            f"its live answer is there behind the last key, {what}: at most", answer, "", None, "150 ms"
        )


def gensim_model(folder: Path, rows: int) -> Path:
    """A test space as gensim's own file, for its mapped start."""
    path = folder / f"space-{rows}x300.kv"
    if not path.exists():
        peer("gensim_import", spaces.binary(folder, rows), path)
    return path


def small(folder: Path) -> Iterator[Row]:
    """What is left when the search is cheap: reading, parsing, writing."""
    count = 80_000
    batch = answered(folder, SMALL, count)
    rate = f"{count / batch.seconds:,.0f} a second"
    yield Row(
        f"batch of {count:,} expressions on {SMALL:,} words, to JSON lines", rate, "", None, "8,000 a second"
    )


def texts(folder: Path) -> Iterator[Row]:
    """Lines of a file become a store; the peers only embed them, and save the array."""
    path, models = spaces.sentences(folder, LINES), str(folder / "models")
    llama = str(spaces.wordllama())
    process([VECALC, "words", "-m", llama, "-k", "1"], VECALC_CACHE_DIR=str(folder / "cache"))  # converts it
    command = [VECALC, "import", str(path), "--name", path.stem, "--embed", llama, "--quiet"]
    ours = process(command, VECALC_MODELS=models, VECALC_CACHE_DIR=str(folder / "cache"))
    for name, task in (("WordLlama's own embed", "wordllama_embed"), ("model2vec", "model2vec_encode")):
        theirs = peer(task, path)
        rate, other = (f"{LINES / seconds:,.0f} a second" for seconds in (ours.seconds, theirs["seconds"]))
        what = f"{LINES:,} lines become a store, whole process; peer: {name} ({mb(theirs['private'])})"
        yield Row(what, rate, other, theirs["seconds"] / ours.seconds, "30,000 a second")
    yield Row("its own memory meanwhile", mb(ours.private), "", None, "under 300 MB")


def large(folder: Path) -> Iterator[Row]:
    """Three million rows, as the Google News vectors have."""
    path = spaces.binary(folder, LARGE)
    theirs = peer("gensim_import", path, folder / f"space-{LARGE}x300.kv")
    ours = imported(folder, path)
    yield Row("import of word2vec binary, 3,000,000 x 300; peer: gensim load + save", ms(ours.seconds),
              ms(theirs["seconds"]), theirs["seconds"] / ours.seconds, "2.5 x")  # fmt: skip
    yield Row("its own memory meanwhile", mb(ours.private), mb(theirs["private"]), None, "under 700 MB")
    store, model = stored(folder, LARGE), folder / f"space-{LARGE}x300.kv"
    words = [spaces.word(row) for row in peers.triples(LARGE, 1)[0]]
    expression = "{} - {} + {}".format(*words)
    one = [process([VECALC, "-m", str(store), expression]) for _ in range(6)][1:]
    other = [
        process([sys.executable, peers.__file__, "gensim_one_shot", str(model), *words]) for _ in range(4)
    ][1:]
    ours_, theirs_ = (sorted(p.seconds for p in some)[len(some) // 2] for some in (one, other))
    yield Row("one-shot, whole process, 3,000,000 x 300; peer: gensim, mapped .kv", ms(ours_), ms(theirs_),
              theirs_ / ours_, "12 x")  # fmt: skip
    yield Row("its own memory meanwhile", mb(max(p.private for p in one)),
              mb(max(p.private for p in other)), None, "under 300 MB")  # fmt: skip
    warm = peer("vecalc_search", store, 1)["seconds"]
    for name, task, argument, count, target in (
        ("gensim, warm", "gensim_loop", model, 10, "3 x"),
        ("faiss flat", "faiss_flat", path, 1, "4 x"),
    ):
        seconds = peer(task, argument, count)["seconds"]
        yield Row(
            f"one query, warm, 3,000,000 x 300; peer: {name}", ms(warm), ms(seconds), seconds / warm, target
        )


def growth(folder: Path, rows: int) -> dict[str, dict[str, float]]:
    """Milliseconds per query of the engine as rows, width, batch and k grow."""
    store = stored(folder, rows)
    widths = {}
    for width in (50, 100, 300, 600):
        path = spaces.binary(folder, 100_000, width)
        if not (folder / "models" / path.stem).exists():
            imported(folder, path)
        widths[str(width)] = peer("vecalc_search", folder / "models" / path.stem, 256)["seconds"] * 1e3
    counts = [SMALL, 100_000, 300_000, rows]
    return {
        "rows, 1 query": {
            f"{n}": peer("vecalc_search", stored(folder, n), 1)["seconds"] * 1e3 for n in counts
        },
        "rows, 256 queries": {
            f"{n}": peer("vecalc_search", stored(folder, n), 256)["seconds"] * 1e3 for n in counts
        },
        "width, 256 queries, 100,000 rows": widths,
        "queries at once": {
            f"{n}": peer("vecalc_search", store, n)["seconds"] * 1e3 for n in (1, 2, 4, 16, 64, 256, 1024)
        },
        "k, 64 queries": {
            f"{k}": peer("vecalc_search", store, 64, k)["seconds"] * 1e3 for k in (1, 10, 100, 1000)
        },
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="vecalc against its peers")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--large", action="store_true", help="add a space of 3,000,000 rows")
    parser.add_argument("--folder", type=Path, default=Path("build") / "bench")
    main(parser.parse_args())
