"""What the engine returns: answers as plain values, ready for any renderer.

A command that answers something other than expressions (models, an evaluation) returns a `Sheet`.

Answer = Outcome for one expression: what was asked, how it was read, and one of
         Ranking (a vector's neighbours) | Scored (the best words of a score) | Number (a scalar)
         | Rows (a list, a row a vector) | Tabled (a table of numbers)
         or the error that took its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from vecalc.arrays import Floats
from vecalc.errors import VecalcError

Norm: TypeAlias = Literal["rms", "unit", "raw"]  # how long word vectors are taken
Metric: TypeAlias = Literal["cos", "dot", "l2"]  # what near means
Exclude: TypeAlias = Literal["inputs", "variants", "none"]  # which words may not be neighbours
Oov: TypeAlias = Literal["error", "skip"]  # what becomes of unknown words in sums and lists
# How words that are not UTF-8 are taken: a few are escaped and counted, none, or any number.
Encoding: TypeAlias = Literal["few", "strict", "surrogateescape"]
Stored: TypeAlias = Literal["int8", "float16", "float32"]  # how a store keeps its numbers
NORMS: tuple[Norm, ...] = get_args(Norm)
METRICS: tuple[Metric, ...] = get_args(Metric)
EXCLUSIONS: tuple[Exclude, ...] = get_args(Exclude)
OOVS: tuple[Oov, ...] = get_args(Oov)
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
STORED: tuple[Stored, ...] = get_args(Stored)

# What a ranking without neighbours says: what is made for people says it in the table, with what is known of
# the reason in a note; for programs all of it is a note.
NOTHING_LEFT = "no candidate is left"

# Plain values, no numpy number: as text it may spell its type, and mypy takes a float64 for a float.
Cell: TypeAlias = str | int | float | None

SCHEMA = 1  # version of the JSON record; raised when a field changes its meaning


class _Ranked(NamedTuple):
    rank: int
    word: str
    score: float


class Neighbour(_Ranked):
    """A word of the vocabulary, its rank from 1, and its score (similarity, or distance for l2).

    It unpacks to these three; `record` is the metadata that is shown, a value for each of `Asked.show`.
    """

    record: tuple[Cell, ...] = ()

    def with_record(self, record: tuple[Cell, ...]) -> Neighbour:
        """The same, with its metadata."""
        found = Neighbour(*self)
        found.record = record
        return found

    def _asdict(self) -> dict[str, Any]:
        return {**super()._asdict(), "record": self.record}


class Ranking(NamedTuple):
    """The neighbours of a vector, best first, without the excluded words.

    `excluded` are the words of the expression that would have stood among these neighbours, each with
    the rank it would have had if nothing were excluded.
    """

    neighbours: tuple[Neighbour, ...]
    excluded: tuple[Neighbour, ...]
    vector: Floats  # [d]


class Scored(NamedTuple):
    """The candidates of a score (an expression with `?`), highest number first, without the excluded words.

    `excluded` as in a `Ranking`.
    """

    neighbours: tuple[Neighbour, ...]
    excluded: tuple[Neighbour, ...]


class Number(NamedTuple):
    """A scalar."""

    value: float


class Row(NamedTuple):
    """One vector of a list: its label, its length, its nearest words."""

    label: str
    length: float
    weight: float | None  # of an attention, where the list comes from one
    neighbours: tuple[Neighbour, ...]


class Rows(NamedTuple):
    """A list of vectors [n, d], a labelled row each."""

    rows: tuple[Row, ...]
    vectors: Floats


class Tabled(NamedTuple):
    """Numbers [n] with a label each, or [n, m] with labels of rows and columns ('' where there is none)."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]  # none of numbers [n]
    values: Floats

    def named(self) -> Iterator[tuple[str, float]]:
        """Each number, row by row, with what it is of: `king`, or `king, man`; a place where no label is."""
        rows = (label or str(place) for place, label in enumerate(self.rows, start=1))
        columns = [label or str(place) for place, label in enumerate(self.columns, start=1)]
        names = (", ".join(filter(None, (row, column))) for row in rows for column in columns or [""])
        return zip(names, self.values.ravel().tolist(), strict=True)


class Weights(NamedTuple):
    """Attention weights of a query over labelled keys; they sum to 1."""

    labels: tuple[str, ...]
    values: tuple[float, ...]
    query: str = ""  # its label, where there are several


class Expected(NamedTuple):
    """The outcome of `EXPR => WORD @K`: passed when the word's rank is at most `at`.

    `rank` is the word's actual rank among the candidates, None where it is not a candidate.
    """

    word: str
    at: int
    rank: int | None

    @property
    def passed(self) -> bool:
        """Whether the word came early enough."""
        return self.rank is not None and self.rank <= self.at


class Asked(NamedTuple):
    """The question: text as typed, its place, and the conditions it was answered under."""

    id: int | str  # 1, 2, ... in a command; the line number in a file
    expr: str
    norm: Norm
    metric: Metric
    model: str
    size: int  # words in the space that is ranked in, by default the default one
    width: int  # components of its vectors
    where: str = ""  # file and line that the text comes from
    ranked_in: str = ""  # that space, where several are loaded and it is not the default one
    only: tuple[str, ...] = ()  # what leaves fewer candidates: "first 1,000", "where price < 10"
    show: tuple[str, ...] = ()  # columns of metadata that neighbours are shown with
    times: tuple[str, ...] = ()  # those of them that hold times, as ISO text in UTC


Result: TypeAlias = Ranking | Scored | Number | Rows | Tabled


class Answer(NamedTuple):
    """Everything there is to say about one expression.

    Exactly one of `result` and `error` is set. `parsed` is the canonical form (empty when it did not
    parse), `notes` tell how words were read.
    """

    asked: Asked
    parsed: str = ""
    notes: tuple[str, ...] = ()
    result: Result | None = None
    error: VecalcError | None = None
    expected: Expected | None = None
    attention: tuple[Weights, ...] = ()
    row: dict[str, str] | None = None  # the input row, when the expression ran over a CSV file

    @property
    def ok(self) -> bool:
        """Whether there is a result, and the expectation, if any, was met."""
        return self.error is None and (self.expected is None or self.expected.passed)

    def notes_beside(self) -> tuple[str, ...]:
        """The notes for where the answer is shown, too: without what its table says itself."""
        notes = (
            note.removeprefix(NOTHING_LEFT).lstrip(": ") if note.startswith(NOTHING_LEFT) else note
            for note in self.notes
        )
        return tuple(filter(None, notes))


Kind: TypeAlias = Literal["text", "path", "count", "score", "percent", "size", "value"]


# What the cells of a column mean, for colours: more or less than nothing; right or wrong; new, with a "+" at
# the end; a part of the largest, drawn as a bar; a number among those of its column, drawn as a shade.
Tone: TypeAlias = Literal["", "signed", "verdict", "new", "bar", "heat"]


class Column(NamedTuple):
    """A column of a sheet: its name, what kind its cells are of, and what they mean.

    text; path: a text that people may get without folders in its middle; count: a whole number; score: a
    number with some decimals; percent: a share from 0 to 1, shown as
    percentage to people and as it is to programs; size: bytes, shown with a unit to people; value: whatever
    a model's metadata hold, as it is.
    """

    name: str
    kind: Kind = "text"
    tone: Tone = ""

    @classmethod
    def all(cls, kind: Kind, *names: str) -> tuple[Column, ...]:
        """Columns of one kind."""
        return tuple(cls(name, kind) for name in names)


Part: TypeAlias = Literal["whole", "first", "next"]


class Sheet(NamedTuple):
    """A table: columns, rows with a cell for each (None: nothing to say), and remarks below it.

    `name` is what programs call it (unique in a document), `title` its heading for people. The first `keys`
    columns say what a row is; where a terminal is too narrow for all others, these stand in several tables
    below each other, each with the keys, and `together` of them are never parted. Without keys, texts fold.

    A long table comes in parts: the first has the names of the columns, the next ones only rows. `lead` are
    rows of the parts before, by which a table for people is as wide as these are.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    remarks: tuple[str, ...] = ()
    keys: int = 0
    together: int = 1
    part: Part = "whole"
    lead: tuple[tuple[Cell, ...], ...] = ()
