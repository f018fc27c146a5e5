"""A stream of rows becomes a file of features; what was done is kept until the file is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vecalc.app.cli.tables import Row
from vecalc.app.features import Policy
from vecalc.app.features.maker import Maker
from vecalc.app.features.spool import Spool
from vecalc.app.features.table import as_type
from vecalc.app.features.writing import write
from vecalc.app.pipeline import Calculator
from vecalc.errors import FileProblem, NoValue, StorageProblem, UsageError, VecalcError
from vecalc.lang.show import show
from vecalc.space import digest

if TYPE_CHECKING:
    from vecalc.space import VectorSpace

SAMPLED = 256  # rows of a space that tell it from others


class Order(NamedTuple):
    """What is wanted: formulas over which names, under which policy, and where it goes."""

    formulas: tuple[str, ...]
    bind: tuple[str, ...]
    keep: tuple[str, ...]
    policy: Policy
    kind: str  # float32 or float64
    format: str
    output: Path


class Made(NamedTuple):
    """What came of it."""

    rows: int
    columns: int
    notes: tuple[str, ...]


def make_features(
    calculator: Calculator,
    order: Order,
    table: Iterable[Row],
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
    spool = Spool(part_folder(order.output), _identity(calculator, order, source[1]), resume=resume)
    try:
        _fill(spool, maker, order, chain([first], rows), source[0], watch)
        write(spool, order.output, order.format)
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


def part_folder(output: Path) -> Path:
    """Where an unfinished run is kept: beside the file itself, also where the path is a link to it."""
    whole = output.resolve()
    return whole.with_name(f"{whole.name}.part")


def _check_kept(first: Row, order: Order, where: str) -> None:
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
    spool: Spool,
    maker: Maker,
    order: Order,
    rows: Iterator[Row],
    where: str,
    watch: Callable[[], None],
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


def _append(spool: Spool, maker: Maker, order: Order, some: Sequence[Row], where: str) -> None:
    for row in some:
        if row.problem is not None:
            raise row.problem.at(where=f"{where}:{row.number}")
    cells = {column: [row.cells[column] for row in some] for column in some[0].cells}
    block = maker.block(cells, lambda i: f"{where}:{some[i].number}")
    _check_columns(maker.names, order.keep)
    done = [some[i] for i in block.rows.tolist()]
    try:
        values = as_type(block.values, order.kind)
    except NoValue as problem:
        raise problem.at(where=f"{where}:{some[0].number}") from None
    kept = ([_text(row.cells[column]) for column in order.keep] for row in done)
    spool.append(values, [row.number for row in done], kept)


def _check_columns(names: Iterable[str], keep: Sequence[str]) -> None:
    for name in set(names).intersection(keep):
        raise UsageError(
            f"a feature and a kept column are both called '{name}'", hint="name formulas: -e 'prod = u*v'"
        )


def _text(cell: str) -> str:
    """A cell as every format can hold it: lone surrogates, which JSON lines may have, as escapes."""
    return cell.encode("utf-8", "backslashreplace").decode("utf-8")


# --- what makes two runs the same -----------------------------------------------------------


def _identity(calculator: Calculator, order: Order, table: str) -> dict[str, Any]:
    """All that the bytes of the file depend on, by the names under which it is told that they changed."""
    import vecalc

    scope = calculator.scope
    names = [f"{name} = {show(tree)}" for name, tree in scope.names.items()]
    definitions = [show(definition.function) for definition in scope.functions.values()]
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
        "names": _digest(json.dumps([names, definitions]).encode()),
        "model": {name: _digest_of(space) for name, space in calculator.spaces.items()},
        "vecalc": vecalc.__version__,
    }


def file_digest(path: str) -> str:
    """Of a table's bytes; of what can be read once only, nothing. Raises `FileProblem`."""
    if not Path(path).is_file():
        return ""
    try:
        return digest.of_file(Path(path))
    except OSError as problem:
        raise FileProblem(f"can't be read: {problem.strerror}", where=path) from None


def _digest(data: bytes) -> str:
    told = digest.running()
    told.update(data)
    return digest.noted(told)


def _digest_of(space: VectorSpace) -> str:
    """Of a space's size and of some words and vectors from all over it: reading all would take too long."""
    rows = np.unique(np.linspace(0, len(space) - 1, SAMPLED).astype(np.int64))
    words = json.dumps([len(space), space.dim, *(space.word(int(row)) for row in rows)])
    return _digest(words.encode() + space.vectors(rows).tobytes())
