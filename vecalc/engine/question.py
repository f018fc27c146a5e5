"""What a calculator is asked, under which conditions, and what it makes of it before it searches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from vecalc.answers import Answer, Exclude, Metric, Norm, Oov
from vecalc.calc.evaluate import Evaluated, Values
from vecalc.calc.resolve import Resolved
from vecalc.calc.values import Scalar
from vecalc.errors import VecalcError
from vecalc.lang.limits import DEFAULT_LIMITS, Limits
from vecalc.lang.nodes import Node, Number, Statement


class Options(NamedTuple):
    """How expressions are read and ranked; see `vecalc --help` for each."""

    k: int = 10
    norm: Norm = "rms"
    metric: Metric = "cos"
    exclude: Exclude = "inputs"
    first: int | None = None  # neighbours are among the first words,
    among: tuple[str, ...] | None = None  # these words,
    match: str | None = None  # those that match a pattern,
    where: str | None = None  # and those whose metadata meet a condition
    show: tuple[str, ...] = ()  # columns of metadata that neighbours are shown with; * for all
    min_score: float | None = None
    exact: bool = False
    oov: Oov = "error"
    words: bool = False  # every text is one word, and nothing is parsed
    phrase_words: str = ""  # the lists by which phrases are read, as a file has them; "": the English ones
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


NO_TREE = Number(0.0)
NO_WORDS = Resolved(NO_TREE, {}, {}, ())
NO_VALUE = Evaluated(Scalar(0.0))
NO_VALUES: Values = {}


class Computed(NamedTuple):
    """A statement on its way: its answer without a result, and what each stage makes of it.

    A batch forgets `tree`, `resolved` and `values`, which say how it came to its value.
    """

    answer: Answer
    statement: Statement = NO_TREE
    tree: Node = NO_TREE  # with all names replaced
    afar: Node | None = None  # the same for other texts, where the answer is remembered
    resolved: Resolved = NO_WORDS
    evaluated: Evaluated = NO_VALUE
    values: Values = NO_VALUES  # what every node was worth at a norm
    space: str = ""  # where its neighbours are sought,
    excluded: frozenset[int] = frozenset()  # and the rows that may not be among them


def as_name(column: str) -> str:
    """A column's name in expressions: what can't be in a name is `_`."""
    name = re.sub(r"\W+", "_", column.strip())
    return f"_{name}" if name[:1].isdigit() else name
