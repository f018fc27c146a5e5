"""Columns of a table as names of formulas: what is likely to be meant for one is never taken for a word.

A formula sees a column as a space of its own, whose words are the default space's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vecalc.calc.expand import expand, expand_from_afar
from vecalc.calc.formula import COLUMNS, Formula
from vecalc.calc.resolve import Reading, find_row, resolve
from vecalc.errors import NOWHERE, TypeMismatch, UnknownName, VecalcError
from vecalc.lang.nodes import Bind, Define, Expectation, Node, Word, walk
from vecalc.space.matrix import MatrixSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.resolve import Key
    from vecalc.calc.values import List, Spaces, Vector
    from vecalc.engine.calculator import Calculator
    from vecalc.engine.ranker import Ranker
    from vecalc.lang.limits import Limits

LISTED = 20  # columns that a message names
WIDTH = 1  # of the vectors in the space of the names, which nobody looks at


class Columns:
    """The names of a table's columns."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._space = column_space(self.names, WIDTH)

    def stand_ins(self) -> dict[str, Node]:
        """Each name and what stands for its column in a tree that is only looked at."""
        return {name: Word(name, quoted=True, space=COLUMNS) for name in self.names}

    def check(self, tree: Node, knows: Callable[[str], bool] = lambda _: True) -> None:
        """Raises `UnknownName` for a word of an expanded tree that is likely meant for a column.

        That is one that differs from a column by case or is spelled like one, or that the model lacks. A word
        in quotes or of a named space is meant as a word; and so is one of a definition (--let), which knows
        no columns, unless it is called like one.
        """
        for node in _free_words(tree):
            if node.span == NOWHERE:
                self._check_defined(node.text)
                continue
            meant = self._meant(node.text)
            if meant or not knows(node.text):
                what = "a column" if meant else "a column or a word of the model"
                near = f"did you mean {' or '.join(meant)}? " if meant else ""
                cure = f'; "{node.text}" in quotes is the word' if meant else ""
                raise UnknownName(
                    f"'{node.text}' is not {what}",
                    span=node.span,
                    hint=f"{near}the columns are {self._listed()}{cure}",
                    suggestions=meant,
                )

    def _check_defined(self, text: str) -> None:
        if same := self._same(text):
            raise UnknownName(
                f"'{text}' in a definition is a word, and a column is called {same[0]}",
                hint=f'use the column in the formula itself, or put the word in quotes: "{text}"',
                suggestions=same,
            )

    def _meant(self, text: str) -> list[str]:
        return self._same(text) or list(self._space.near(text))

    def _same(self, text: str) -> list[str]:
        """The columns that are called like that but for case."""
        return [self.names[row] for row in self._space.variants(text)]

    def _listed(self) -> str:
        more = len(self.names) - LISTED
        return ", ".join(self.names[:LISTED]) + (f" and {more:,} more" if more > 0 else "")


def formula(calculator: Calculator, text: str, columns: Sequence[str]) -> Formula:
    """See `Calculator.formula`."""
    known = Columns(columns)
    names = known.stand_ins()
    statements, _ = calculator._read(text, names)
    if len(statements) != 1 or isinstance(statements[0], Bind | Define | Expectation):
        raise TypeMismatch("one expression is wanted", hint="--let binds names, or `where` does")
    options, spaces = calculator.options, calculator.spaces
    blank = column_space(columns, spaces[calculator.default].dim)
    reading = Reading(options.exact, max_words=options.limits.words)
    tree = expand(statements[0], calculator.scope.with_names(names))
    known.check(tree)
    resolved = resolve(tree, {**spaces, COLUMNS: blank}, calculator.default, reading)
    return Formula(text.strip(), resolved.tree, resolved.vectors, options.norm, RowSurroundings(calculator))


def depends_on_row(calculator: Calculator, text: str, columns: Sequence[str]) -> bool:
    """Whether an expression that is asked for each row of a table depends on the row.

    Raises `UnknownName` for what is likely meant for a column and is not one; what else is wrong with the
    text is a problem of each row.
    """
    known = Columns(columns)
    names = known.stand_ins()
    scope, trees, expected = calculator.scope.with_names(names), [], []
    try:
        for statement in calculator._read(text, names)[0]:
            match statement:
                case Define():
                    scope = scope.with_function(statement)
                case Bind(name, value):
                    trees.append(expand(value, scope))
                    scope = scope.with_names({name: expand_from_afar(value, scope)})
                case Expectation():
                    trees.append(expand(statement.body, scope))
                    expected.append(expand(statement.word, scope))
                case _:
                    trees.append(expand(statement, scope))
    except VecalcError:
        return True

    def knows(word: str) -> bool:
        space, options = calculator.spaces[calculator.default], calculator.options
        row = find_row(space, word, exact=options.exact)
        return options.oov == "skip" or row is not None or space.compose(word) is not None

    for tree in (*trees, *expected):
        known.check(tree, knows)
    return not trees or any(map(_uses_columns, (trees[-1], *expected)))


def _uses_columns(tree: Node) -> bool:
    """Whether a tree over stand-ins has one of them."""
    return any(isinstance(node, Word) and node.space == COLUMNS for node in walk(tree))


def same_in_every_row(formula: str) -> str:
    """The note on a formula without a column."""
    return f"{formula} has no column of the table: it is the same in every row"


def _free_words(tree: Node) -> Iterator[Word]:
    words = (node for node in walk(tree) if isinstance(node, Word))
    return (word for word in words if not (word.quoted or word.space))


# --- columns as a space ----------------------------------------------------------------------


class RowSurroundings:
    """`Surroundings` for formulas over columns; see there."""

    def __init__(self, ranker: Ranker) -> None:
        self._ranker = ranker
        self._home = ranker.default

    @property
    def limits(self) -> Limits:
        """See `Surroundings`."""
        return self._ranker.limits

    def nearest(self, vector: Vector, k: int, forbidden: frozenset[Key], norm: str) -> List:
        """See `Surroundings`; which words must not be found would be other ones in each row."""
        raise TypeMismatch("nearest can't be computed over columns")

    def size(self, origin: Spaces) -> int:
        """See `Surroundings`."""
        return self._ranker.size(frozenset({self._home}))

    def ranked_in(self, origin: Spaces) -> str:
        """See `Surroundings`; candidates are the words of the model that is evaluated."""
        return self._home

    def width(self, space: str) -> int:
        """See `Surroundings`."""
        return self._ranker.width(self._real(space))

    def mean(self, space: str, norm: str) -> NDArray[np.float64]:
        """See `Surroundings`."""
        return self._ranker.mean(self._real(space), norm)

    def rotation(self, source: str, target: str) -> NDArray[np.float64]:
        """See `Surroundings`."""
        return self._ranker.rotation(self._real(source), self._real(target))

    def _real(self, space: str) -> str:
        return self._home if space == COLUMNS else space


def column_space(columns: Sequence[str], dim: int) -> MatrixSpace:
    """A space whose words are the columns, in which `resolve` finds them; their vectors come row by row."""
    return MatrixSpace(list(columns), np.zeros((len(columns), dim), np.float32))
