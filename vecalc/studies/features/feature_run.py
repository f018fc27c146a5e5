"""A stream of rows becomes a file of features; what was done is kept until the file is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from vecalc.engine import identity
from vecalc.engine.calculator import Calculator
from vecalc.errors import FileProblem, NoValue, StorageProblem, UsageError, VecalcError
from vecalc.studies.features import Format, Policy, Type
from vecalc.studies.features.feature_files import write
from vecalc.studies.features.in_memory import as_type
from vecalc.studies.features.maker import Maker
from vecalc.studies.features.spool import Spool
from vecalc.tables.question_rows import TableRow


class Order(NamedTuple):
    """What is wanted: formulas over which names, under which policy, and where it goes."""

    formulas: tuple[str, ...]
    bind: tuple[str, ...]
    keep: tuple[str, ...]
    policy: Policy
    kind: Type
    format: Format
    output: Path
    csv_safe: bool = False  # texts that a spreadsheet would compute get an apostrophe


class Made(NamedTuple):
    """What came of it."""

    rows: int
    columns: int
    notes: tuple[str, ...]


def make_features(
    calculator: Calculator,
    order: Order,
    table: Iterable[TableRow],
    *,
    source: tuple[str, str],
    resume: bool = False,
    watch: Callable[[], None] = lambda: None,
) -> Made:
    """Write the features of a table's rows.

    `source` is the table's name and digest; `watch` is called after each block. An interrupted run leaves its
    folder, from which `resume` goes on: the file's bytes are those of an unbroken run. A mistake in the table
    or in a formula leaves nothing. Raises `VecalcError`.
    """
    rows = iter(table)
    first = next(rows, None)
    if first is None:
        raise FileProblem("has no rows", where=source[0])
    _check_kept(first, order, source[0])
    maker = Maker(calculator, order.formulas, first.cells, order.bind, order.policy)
    spool = Spool(order.output, _identity(calculator, order, source[1]), resume=resume)
    try:
        _fill(spool, maker, order, chain([first], rows), source[0], watch)
        write(spool, order.output, order.format, csv_safe=order.csv_safe)
    except StorageProblem:
        spool.close()
        raise
    except VecalcError:
        spool.remove()
        raise
    except BaseException:
        spool.close()
        raise
    spool.remove()
    return Made(spool.rows, len(spool.names), maker.tally.notes())


def _check_kept(first: TableRow, order: Order, where: str) -> None:
    for column in order.keep:
        if column not in first.cells:
            raise UsageError(
                f"{where} has no column '{column}'", where="--keep", hint=f"it has {', '.join(first.cells)}"
            )
    if order.keep and order.format == "npy":
        raise UsageError(
            "an array has no place for other columns", where="--keep", hint="-o features.npz has"
        )
    if len(set(order.keep)) < len(order.keep):
        raise UsageError("a column is named twice", where="--keep")


def _fill(
    spool: Spool, maker: Maker, order: Order, rows: Iterator[TableRow], where: str, watch: Callable[[], None]
) -> None:
    """Append what the spool lacks."""
    if spool.state:
        maker.restore(spool.state)
    if spool.rows_read:
        next(islice(rows, spool.rows_read - 1, None), None)  # they are done
    while some := list(islice(rows, maker.rows_at_once)):
        _append(spool, maker, order, some, where)
        spool.commit(spool.rows_read + len(some), maker.names, maker.state())
        watch()
    if not spool.rows:
        raise NoValue("no row has features", where=where, hint="all of them were left out")


def _append(spool: Spool, maker: Maker, order: Order, some: Sequence[TableRow], where: str) -> None:
    for row in some:
        if row.problem is not None:
            raise row.problem.at(where=f"{where}:{row.number}")
    cells = {column: [row.cells[column] for row in some] for column in some[0].cells}
    block = maker.block(cells, lambda i: f"{where}:{some[i].number}")
    for name in set(maker.names).intersection(order.keep):
        raise UsageError(
            f"a feature and a kept column are both called '{name}'", hint="name formulas: -e 'prod = u*v'"
        )
    done = [some[i] for i in block.rows.tolist()]
    try:
        values = as_type(block.values, order.kind)
    except NoValue as problem:
        raise problem.at(where=f"{where}:{some[0].number}") from None
    # As every format can hold them: lone surrogates, which JSON lines may have, as escapes.
    cells_kept = ([row.cells[column] for column in order.keep] for row in done)
    kept = ([cell.encode("utf-8", "backslashreplace").decode() for cell in row] for row in cells_kept)
    spool.add(values, [row.number for row in done], kept)


def _identity(calculator: Calculator, order: Order, table: str) -> dict[str, Any]:
    """All that the features depend on, by the names under which it is told that they changed."""
    options = calculator.options
    return {
        "input": table,
        "formulas": list(order.formulas),
        "bind": list(order.bind),
        "keep": list(order.keep),
        "policy": list(order.policy),
        "type": order.kind,
        "norm": options.norm,
        "exact": options.exact,
        "phrase words": identity.of_text(options.phrase_words),
        **identity.of_calculator(calculator),
    }
