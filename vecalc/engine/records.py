"""Conditions on the metadata of a space, and the columns that are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vecalc.answers import Answer, Cell, Ranking, Scored
from vecalc.conditions import WHERE, Condition, MetadataColumn, WordColumn, column_named, settled
from vecalc.errors import UsageError
from vecalc.space import VectorSpace

SHOW = "--show"
EVERYTHING = "*"
_HAVE_SOME = "tables with further columns (Parquet, CSV, JSON lines) and databases have some"


def condition_in(space: VectorSpace, text: str) -> Condition:
    """A condition as a space takes it. Raises `UsageError` where it has no metadata, or `ExpressionError`."""
    from vecalc.lang.condition_parse import parse_condition

    condition = parse_condition(text)
    if space.metadata is None:
        raise without_metadata(space, WHERE)
    return settled(condition, space.metadata.columns, text)


def without_metadata(space: VectorSpace, where: str) -> UsageError:
    """What is asked of metadata, of a space that has none."""
    return UsageError(f"{space.name or 'the model'} has no metadata", where=where, hint=_HAVE_SOME)


def columns_shown(spaces: Iterable[VectorSpace], names: Sequence[str], where: str = SHOW) -> tuple[str, ...]:
    """The names of the columns to show, of those that some spaces have; `*` are all of them but those
    that give the words.

    Raises `UsageError`, with `where` as the place, for one that none has.
    """
    if not names:
        return ()
    spaces = list(spaces)
    there = {column.name: column for space in spaces for column in columns_in(space)}
    if not there:
        raise without_metadata(spaces[0], where)
    others = [name for name, column in there.items() if not isinstance(column, WordColumn)]
    try:
        wanted = [
            others if name == EVERYTHING else [column_named(name, [*there.values()]).name] for name in names
        ]
    except UsageError as problem:
        raise problem.at(where=where) from None
    return tuple(dict.fromkeys(name for some in wanted for name in some))


def times_among(spaces: Iterable[VectorSpace], names: Sequence[str]) -> tuple[str, ...]:
    """Those of some columns that hold times, in all the spaces that have them."""
    found = [column for space in spaces for column in columns_in(space)]
    others = {column.name for column in found if column.kind != "time"}
    times = {column.name for column in found} - others
    return tuple(name for name in names if name in times)


def columns_in(space: VectorSpace) -> Sequence[MetadataColumn]:
    """The columns of metadata that a space has."""
    return () if space.metadata is None else space.metadata.columns


def without_blanks(answer: Answer, space: VectorSpace) -> Answer:
    """A ranking for people without columns of metadata where the space it is of has none of them."""
    result, shown = answer.result, answer.asked.show
    if not isinstance(result, (Ranking, Scored)) or {*shown} & {column.name for column in columns_in(space)}:
        return answer
    bare = tuple(near.with_record(()) for near in result.neighbours)
    asked = answer.asked._replace(show=())
    return answer._replace(asked=asked, result=result._replace(neighbours=bare))


def records_of(space: VectorSpace, rows: Sequence[int], names: Sequence[str]) -> list[tuple[Cell, ...]]:
    """The values of some columns for each of some rows; None where the space has none."""
    own = {column.name for column in columns_in(space)}
    known = [name for name in names if name in own]
    if space.metadata is None or not known or not rows:
        return [(None,) * len(names)] * len(rows)
    found = [dict(zip(known, record, strict=True)) for record in space.metadata.records(rows, known)]
    return [tuple(map(record.get, names)) for record in found]
