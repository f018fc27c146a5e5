"""What was found out about a model, as sheets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vecalc.answers import Cell, Column, Sheet
from vecalc.arrays import Floats
from vecalc.studies.check.geometry import Geometry
from vecalc.studies.check.model_check import Examined, Finding
from vecalc.studies.check.word_check import Coverage

BINS = 12  # of the histogram of lengths
SHOWN = 10  # missing words


def sheets(found: Examined) -> Iterator[Sheet]:
    """The model, the findings, the lengths, the geometry, and the words of a list."""
    columns = (
        Column("path"),
        *Column.all("count", "words", "width"),
        Column("type"),
        Column("size", "size"),
        Column("order"),
    )
    row = (found.path, found.words, found.width, found.type, found.size, found.order.guess)
    yield Sheet("model", columns, (row,), "Model", (_of_order(found),))
    yield _findings(found)
    if len(found.lengths):
        yield _lengths(found.lengths)
    if found.geometry:
        yield _geometry(found, found.geometry)
    if found.coverage:
        yield _coverage(found.coverage)


def _of_order(found: Examined) -> str:
    order = found.order
    if order.with_starter is None:
        return f"order: a guess; {order.shared:,} words are the starter's, too few to compare"
    correlation = f"rank correlation {order.with_starter:.2f} with English frequency"
    return f"order: a guess; {correlation} over {order.shared:,} words of the starter"


def _share(one: Finding, words: int) -> float | None:
    return one.found / words if words and one.of_words else None


def _findings(found: Examined) -> Sheet:
    columns = (
        Column("finding"),
        Column("count", "count"),
        Column("share", "percent"),
        Column("verdict", tone="verdict"),
        Column("examples"),
    )
    rows = tuple(
        (one.what, one.found, _share(one, found.words), one.level, one.examples) for one in found.findings
    )
    wrong = sum(one.level == "wrong" for one in found.findings)
    remark = f"{wrong} of {len(rows)} checks found something wrong" if wrong else "nothing is wrong"
    return Sheet("findings", columns, rows, "Findings", (remark,))


def _lengths(lengths: Floats) -> Sheet:
    counts, edges = np.histogram(lengths, bins=BINS)
    columns = (*Column.all("score", "from", "to"), Column("rows", "count"), Column("share", "percent", "bar"))
    rows: list[tuple[Cell, ...]] = [
        (float(low), float(high), int(count), int(count) / len(lengths))
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    ]
    middle = f"mean {lengths.mean():.4g}, median {float(np.median(lengths)):.4g}"
    return Sheet("lengths", columns, tuple(rows), "Lengths of rows", (middle,))


def _geometry(found: Examined, seen: Geometry) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        ("mean cosine of pairs", seen.cosine, "0: directions are spread evenly; 1: all are one"),
        ("skewness of N_10", seen.skewness, "hubness: 0: none is preferred; above 1: there are hubs"),
        ("share of rows that are never a neighbour", seen.orphans, ""),
    ]
    rows += [
        (f"variance in the first {n} component{'s' if n > 1 else ''}", share, "")
        for n, share in seen.shares.items()
    ]
    rows.append(
        ("rank correlation of row and length", found.order.with_length, "strong where lengths tell frequency")
    )
    hubs = ", ".join(f"{word} {count:,}" for word, (_, count) in zip(found.hubs, seen.hubs, strict=True))
    remarks = (
        f"of {seen.rows:,} rows drawn at random, among themselves",
        f"nearest to most others (N_10): {hubs}",
    )
    columns = (Column("measure"), Column("value", "score"), Column("meaning"))
    return Sheet("geometry", columns, tuple(rows), "How the vectors lie", remarks)


def _coverage(seen: Coverage) -> Sheet:
    counts = (("as written", seen.exact), ("in another case", seen.folded), ("missing", len(seen.missing)))
    rows = tuple((what, count, count / seen.asked if seen.asked else None) for what, count in counts)
    missing = ", ".join(seen.missing[:SHOWN])
    more = f" and {len(seen.missing) - SHOWN:,} more" if len(seen.missing) > SHOWN else ""
    remarks = (f"missing: {missing}{more}",) if seen.missing else ()
    columns = (Column("words"), Column("count", "count"), Column("share", "percent"))
    return Sheet("coverage", columns, rows, f"Words of the list: {seen.asked:,}", remarks)
