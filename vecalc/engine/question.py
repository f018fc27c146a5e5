"""What a calculator is asked, under which conditions, and what it makes of it before it searches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from vecalc.answers import Asked, Exclude, Metric, Norm, Oov
from vecalc.calc.evaluate import Evaluated, Values
from vecalc.calc.resolve import Resolved
from vecalc.engine.candidates import Limits as CandidateLimits
from vecalc.errors import VecalcError
from vecalc.lang.limits import DEFAULT_LIMITS, Limits
from vecalc.lang.nodes import Node, Statement


class Options(NamedTuple):
    """How expressions are read and ranked; see `vecalc --help` for each."""

    k: int = 10
    norm: Norm = "rms"
    metric: Metric = "cos"
    exclude: Exclude = "inputs"
    candidates: CandidateLimits = CandidateLimits()
    min_score: float | None = None
    exact: bool = False
    oov: Oov = "error"
    limits: Limits = DEFAULT_LIMITS
    within: str | None = None  # the space where neighbours are sought, by name; None: that of the words
    rank: bool = True  # False: only values are wanted, no neighbours


class Question(NamedTuple):
    """One text to answer: its number, and names that hold for it alone (a row of a file)."""

    text: str
    id: int | str = 1
    names: Mapping[str, Node] | None = None
    row: dict[str, str] | None = None
    problem: VecalcError | None = None  # what is wrong with the line that should have held it
    where: str = ""  # file and line, for messages


class Computed(NamedTuple):
    """A statement on its way: everything but its neighbours."""

    asked: Asked
    parsed: str = ""
    notes: tuple[str, ...] = ()
    error: VecalcError | None = None
    evaluated: Evaluated | None = None
    space: str = ""
    excluded: frozenset[int] = frozenset()
    statement: Statement | None = None
    row: dict[str, str] | None = None


def as_name(column: str) -> str:
    """A column's name in expressions: what can't be in a name is `_`."""
    name = re.sub(r"\W+", "_", column.strip())
    return f"_{name}" if name[:1].isdigit() else name


class Workings(NamedTuple):
    """How a text came to its value: its words, what every node was worth, and where it is ranked."""

    statement: Statement
    resolved: Resolved
    evaluated: Evaluated
    values: Values
    space: str
    excluded: frozenset[int]
