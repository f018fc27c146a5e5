"""Stores on servers, searched where they are: one module a kind of server, found by its scheme.

A module of this folder is a store when it has

    SCHEMES: tuple[str, ...]                           the schemes of its addresses ("postgresql")
    connect(address: Address, patience: Patience) -> Connection      to read from

and models can be published to it when it has

    target(address: Address, patience: Patience) -> Target           to write to

What a `Connection` does is little, and the same for all: words to rows, queries to rows that may be the
nearest, rows to vectors. `served.py` makes a space of it, scores what was found again in float64, and sees to
ties, exclusions and fewer rows than there must be. Whatever a server's library raises becomes a
`RemoteProblem` in the module of that server: `Unreachable` where asking again may help.

    addresses     what a person types, the secrets in it, which store it is of
    retries       asking again, within a time limit
    keys          a server's keys <-> rows from 0
    served        a connection as a `VectorSpace`
    publishing    a model written as a new version, tried by canaries, then put in force
    versions      what versions are called
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from vecalc.answers import Cell, Metric
from vecalc.arrays import Numbers, Singles
from vecalc.conditions import Condition, MetadataColumn
from vecalc.errors import RemoteProblem

if TYPE_CHECKING:
    from vecalc.stores.addresses import Address


class Patience(NamedTuple):
    """How long a server is waited for, in seconds."""

    connect: float = 5.0
    answer: float = 60.0  # to one call; asking again included


class Unreachable(RemoteProblem):
    """The connection is lost, or the server is not ready: the same question may have an answer soon."""


class ServedFacts(NamedTuple):
    """What a server says of a table of vectors before the first question."""

    rows: int  # n
    width: int  # d
    columns: tuple[MetadataColumn, ...] = ()
    metric: Metric | None = None  # the only one that it can search by; None: any
    exact: bool = True  # False: an index that may miss some neighbours is asked
    most: int = 0  # rows that it gives for one query; 0: any number
    many: int = 0  # queries from which on reading all vectors once is faster than asking it; 0: none are
    initial: str = ""  # see `VectorSpace.initial`
    fingerprint: str = ""  # of the version that is in force: the same as long as no row changes
    notes: tuple[str, ...] = ()  # what was taken for what: the word's column, the key, the index
    renamed: tuple[str, ...] = ()  # notes on columns called otherwise there, for whoever publishes it


class FoundRows(NamedTuple):
    """The rows that a server finds nearest to one query, by its own reckoning, best first."""

    rows: Numbers  # [c] at most as many as were asked for
    complete: bool  # whether there are no more than these


class Connection(Protocol):
    """A table of vectors on a server; rows are whole numbers from 0 in the order of its key.

    Every method raises `RemoteProblem`, within the time that `Patience` allows. Words and values are data:
    whatever they hold, they are found or not, and do nothing else.
    """

    @property
    def facts(self) -> ServedFacts:
        """What was found out when it was connected to."""

    def find(self, words: Sequence[str]) -> Mapping[str, int]:
        """The rows of exactly these words; those that are missing are absent. Of equal words the first."""

    def variants(self, words: Sequence[str]) -> Mapping[str, Sequence[int]]:
        """The rows of the same words in any case or composition (`space.spelling.fold`), ascending."""

    def near(self, queries: Singles, k: int, by: Metric, condition: Condition | None) -> Sequence[FoundRows]:
        """The k rows nearest to each query [q, d], of those that meet a settled condition.

        `by` is cos, or dot or l2 of the vectors as they are; `facts.metric`, where it is given.
        """

    def fetch(self, rows: Sequence[int]) -> tuple[list[str], Singles]:
        """The words and vectors [r, d] of some rows, in their order."""

    def stream(self, *, vectors: bool = True) -> Iterator[tuple[list[str], Singles]]:
        """All words and vectors [b, d] in the order of rows, some thousand at a time; or [b, 0]."""

    def matching(self, condition: Condition) -> Numbers:
        """The rows that meet a settled condition, ascending."""

    def records(self, rows: Sequence[int], names: Sequence[str]) -> list[tuple[Cell, ...]]:
        """The values of some columns for each of some rows, in their order; None where one is missing."""

    def close(self) -> None:
        """Let go of the server; nothing is asked afterwards."""


class Server(Protocol):
    """What a module must have to be a store."""

    SCHEMES: tuple[str, ...]

    def connect(self, address: Address, patience: Patience) -> Connection:
        """Connect to the table of an address, and check what it says of itself. Raises `RemoteProblem`."""


class NewRows(NamedTuple):
    """Some rows of a model on their way to a server."""

    first: int  # the row of the first
    words: Sequence[str]  # [b]
    folded: Sequence[str]  # [b] as `space.spelling.fold` has them
    vectors: Singles  # [b, d]
    records: Sequence[tuple[Cell, ...]]  # [b] a value for each column


class Published(NamedTuple):
    """What a new version is to say of itself."""

    model: str
    rows: int
    width: int
    columns: tuple[MetadataColumn, ...]  # without that of the words
    metric: Metric
    initial: str
    fingerprint: str
    words: str = ""  # what the column of the words is called (`WordColumn`); "": it is none to be asked for


class Target(Protocol):
    """A place for the versions of one model, of which one is in force under the model's own name.

    Every method can be done again after it was interrupted: rows are put by their number, not added.
    Raises `RemoteProblem`.
    """

    def begin(self, told: Published) -> str:
        """Make an empty version beside those that there are; its name."""

    def put(self, version: str, rows: NewRows) -> None:
        """Write some rows; those that are there already are replaced."""

    def finish(self, version: str) -> None:
        """Make what searching needs (indexes), and see that all is on the server's disk."""

    def count(self, version: str) -> int:
        """How many rows it has, as the server counts them."""

    def connection(self, version: str) -> Connection:
        """The version as a store, to try it before it is in force."""

    def switch(self, version: str) -> None:
        """Put a version in force, in one step: whoever asks gets the old one or this one."""

    def drop_others(self, keep: Sequence[str]) -> list[str]:
        """Remove all versions but these, also what interrupted runs left; their names."""

    def in_force(self) -> str:
        """The version that is in force; "" where there is none."""

    def close(self) -> None:
        """Let go of the server."""
