"""A model written to a server as a new version, tried, and only then put in force.

The version is a table or collection of its own. When its rows are in and counted, canaries are sent: the
exact neighbours of some rows are known from the model, and the server has to find all of them, and words,
lengths and values as they were sent. Servers say that an index is ready before it is; so they are asked again
for a while. Interrupted at any moment, the version that was in force still is; the next run removes what is
left of this one.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from vecalc.answers import Metric
from vecalc.arrays import AnyArray
from vecalc.conditions import Condition, MetadataColumn, Relation, Sign, WordColumn, settled
from vecalc.errors import RemoteProblem
from vecalc.search.exact import search
from vecalc.space import Filtered, Measure, VectorSpace
from vecalc.space.spelling import fold_all
from vecalc.stores import NewRows, Published, Target
from vecalc.stores.served import ServedSpace

CANARIES = 16  # rows that are looked for
NEIGHBOURS = 10  # of each
AT_ONCE = 2_000  # rows that are sent
NEAR_ENOUGH = 1e-5  # of a length or a score
PATIENCE = 90.0  # seconds that a server may take until it finds all neighbours
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
SEED = 20  # of the canaries
STOPPED = "what was in force still is; the next `vecalc publish` removes what is left of this version"


class Publication(NamedTuple):
    """What came of it."""

    version: str
    rows: int
    before: str  # the version that was in force; "" where there was none
    removed: list[str]
    notes: tuple[str, ...]


def publish(
    space: VectorSpace,
    name: str,
    target: Target,
    metric: Metric = "cos",
    tap: Callable[[int], None] | None = None,
) -> Publication:
    """Write a space as a new version, try it, and put it in force. `tap` hears of rows that are written.

    Raises `RemoteProblem`; then what was in force still is. So it is where a person stops it: what is raised
    then has a note of it, unless that is while it is put in force.
    """
    try:
        made = _made(space, name, target, metric, tap)
    except (KeyboardInterrupt, SystemExit) as stopped:
        stopped.add_note(STOPPED)
        raise
    target.switch(made.version)
    return made


def _made(
    space: VectorSpace, name: str, target: Target, metric: Metric, tap: Callable[[int], None] | None
) -> Publication:
    """A new version that answers as the space does, not yet in force."""
    words = [column.name for column in _columns(space, words=True)]
    told = Published(
        name, len(space), space.dim, _columns(space), metric, space.initial, secrets.token_hex(16), *words
    )
    version = target.begin(told)  # from here on no other run publishes under the name
    before = target.in_force()
    removed = target.drop_others((version, before))
    for rows in _rows(space):
        target.put(version, rows)
        if tap:
            tap(len(rows.words))
    target.finish(version)
    if (count := target.count(version)) != len(space):
        raise RemoteProblem(f"it counts {count:,} rows, {len(space):,} were sent", where=version)
    return Publication(version, count, before, removed, _tried(space, target, version))


def _columns(space: VectorSpace, *, words: bool = False) -> tuple[MetadataColumn, ...]:
    """The columns of a space besides that of its words, which are there anyway; or that one."""
    columns = space.metadata.columns if space.metadata else ()
    return tuple(column for column in columns if isinstance(column, WordColumn) is words)


def _rows(space: VectorSpace) -> Iterator[NewRows]:
    words, metadata = space.words(), space.metadata
    names = [column.name for column in _columns(space)]
    for first, vectors, _ in space.blocks():
        for start in range(0, len(vectors), AT_ONCE):
            some = vectors[start : start + AT_ONCE]
            own, at = list(islice(words, len(some))), first + start
            records = metadata.records(range(at, at + len(own)), names) if metadata else []
            yield NewRows(at, own, fold_all(own), some, records)


# --- canaries -------------------------------------------------------------------------------


class _Canary(NamedTuple):
    """What the server is asked, and what it has to find."""

    what: str
    is_right: Callable[[ServedSpace], bool]


def _tried(space: VectorSpace, target: Target, version: str) -> tuple[str, ...]:
    """See that a version answers as the model does; what is to be said about it. Raises `RemoteProblem`."""
    connection, pending = target.connection(version), _canaries(space)
    end, pause = time.monotonic() + PATIENCE, FIRST_PAUSE
    while True:
        served = ServedSpace(connection, version, lambda _: None)
        pending = [canary for canary in pending if not canary.is_right(served)]
        if not pending:
            return (*connection.facts.notes, *connection.facts.renamed)
        if time.monotonic() > end:
            what = f"{pending[0].what} are not those of the model, after {PATIENCE:.0f} s"
            raise RemoteProblem(what, where=version, hint="what was in force still is")
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _canaries(space: VectorSpace) -> list[_Canary]:
    drawn = np.sort(np.random.default_rng(SEED).choice(len(space), min(CANARIES, len(space)), replace=False))
    space.vectors(drawn)  # and so their words, where a server has them
    words = [space.word(int(row)) for row in drawn]
    places = [space.row(word) for word in words]
    lengths = space.lengths(drawn)
    found = [
        _Canary("words", lambda served: [served.row(word) for word in words] == places),
        _Canary("lengths", lambda served: bool(np.allclose(served.lengths(drawn), lengths, NEAR_ENOUGH))),
    ]
    if len(usable := drawn[lengths > 0]):
        queries = space.vectors(usable)
        found.append(_neighbours(space, queries, None))
        found += [_neighbours(space, queries, condition) for condition in _conditions(space, drawn)]
    return found


def _neighbours(space: VectorSpace, queries: AnyArray, condition: Condition | None) -> _Canary:
    measure, among, rows = Measure("cos"), None, None
    if condition is not None:
        assert space.metadata is not None  # noqa: S101 - whose condition it is
        among, rows = Filtered(condition), space.metadata.matching(condition)
    right = search(space, queries, NEIGHBOURS, measure, rows)

    def are_found(served: ServedSpace) -> bool:
        try:
            hits = served.search(queries, NEIGHBOURS, measure, among)
        except RemoteProblem:  # also where some queries get fewer rows than others
            return False
        return hits.rows.shape == right.rows.shape and bool(
            np.allclose(hits.scores, right.scores, atol=NEAR_ENOUGH)
        )

    return _Canary("neighbours" if condition is None else "neighbours with a condition", are_found)


def _conditions(space: VectorSpace, drawn: AnyArray) -> Iterator[Condition]:
    """A condition on the first column of numbers, texts or flags, with a value that occurs."""
    metadata = space.metadata
    for column in _columns(space):
        if metadata is None or column.kind not in ("number", "text", "flag"):
            continue
        values = [value for (value,) in metadata.records(drawn.tolist(), [column.name]) if value is not None]
        if values:
            sign: Sign = "<=" if column.kind == "number" else "="
            value = bool(values[0]) if column.kind == "flag" else values[len(values) // 2]
            yield settled(Relation(column.name, sign, value), metadata.columns)
            return
