"""Columns of a table as names of formulas: what is likely to be meant for one is never taken for a word.

`read` is how --csv, features and eval read a text over columns; `formula_of` makes it one for many rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vecalc.calc.column_formula import ColumnFormula, ColumnSurroundings
from vecalc.calc.expand import Scope, expand, expand_from_afar
from vecalc.calc.resolve import Key
from vecalc.engine import as_typed, prelude
from vecalc.engine.question import as_name
from vecalc.errors import NOWHERE, TypeMismatch, UnknownName, VecalcError
from vecalc.lang.nodes import (
    Bind,
    Define,
    Expectation,
    Node,
    Statement,
    Text,
    Word,
    fold,
    walk,
    with_parts,
)
from vecalc.space import VectorSpace
from vecalc.space.matrix import MatrixSpace
from vecalc.space.spelling import Near
from vecalc.space.words import WordList

if TYPE_CHECKING:
    from vecalc.engine.calculator import Calculator

ALL = "\0columns"  # the space of columns whose words all come from the default one; no name that can be typed
LISTED = 20  # columns that a message names
NEAR = 3  # of them, as spelled like a word


class Columns:
    """Columns by name, as words of spaces of their own; `homes` are the spaces that those stand for."""

    def __init__(self, keys: Iterable[Key], homes: Mapping[str, str]) -> None:
        columns = tuple(keys)
        self.keys = (*columns, *map(text_of, columns))
        self.homes = {**homes, **{text_of(Key(space, "")).space: home for space, home in homes.items()}}
        self.names = tuple(key.word for key in columns)
        self.stand_ins: dict[str, Node] = {
            key.word: Word(key.word, quoted=True, space=key.space) for key in columns
        }
        self._by_name = _space_of(self.names)
        self._near = Near(WordList(self.names))

    @classmethod
    def of(cls, names: Iterable[str], home: str) -> Columns:
        """Columns whose words come from one space."""
        return cls((Key(ALL, name) for name in names), {ALL: home})

    def spaces(self) -> dict[str, VectorSpace]:
        """Spaces in which `resolve` finds the columns; their vectors come row by row."""
        names: dict[str, list[str]] = {space: [] for space in self.homes}
        for key in self.keys:
            names[key.space].append(key.word)
        return {space: _space_of(found) for space, found in names.items()}

    def are_in(self, tree: Node) -> bool:
        """Whether a tree has one of them."""
        return any(isinstance(node, Word | Text) and node.space in self.homes for node in walk(tree))

    def with_texts(self, tree: Node, spaces: Mapping[str, VectorSpace]) -> Node:
        """The tree with a column of its own in place of the text of one. Raises `TypeMismatch`."""

        def put_in(node: Node, below: Sequence[Node]) -> Node:
            if not isinstance(node, Text) or node.space not in self.homes:
                return with_parts(node, below)
            home = self.homes[node.space]
            if spaces[home].encoder is None:
                message = f"{home or spaces[home].name} is not a textual model, so it can't read {node.text}"
                raise TypeMismatch(message, span=node.span, hint="a textual model has a tokenizer")
            key = text_of(Key(node.space, node.text))
            return Word(key.word, quoted=True, space=key.space, span=node.span, norm=node.norm)

        return fold(tree, put_in)

    def check(self, tree: Node, knows: Callable[[str], bool] = lambda _: True) -> None:
        """Raises `UnknownName` for a word of an expanded tree that is likely meant for a column.

        That is one that differs from a column by case or is spelled like one, or that the model lacks. A word
        in quotes or of a named space is meant as a word; and so is one of a definition (--let), which knows
        no columns, unless it is called like one.
        """
        words = [node for node in walk(tree) if isinstance(node, Word)]
        for node in words:
            called = as_name(node.text)
            meant_so = node.quoted and not node.space and called != node.text and called in self.stand_ins
            if meant_so and not knows(node.text):
                raise UnknownName(
                    f"'{node.text}' is a column, which an expression calls {called}",
                    span=node.span,
                    hint=f"write {called}, without quotes",
                    suggestions=[called],
                )
        for node in (word for word in words if not (word.quoted or word.space)):
            if node.span == NOWHERE:
                if same := self._same(node.text):
                    raise UnknownName(
                        f"'{node.text}' in a definition is a word, and a column is called {same[0]}",
                        hint="use the column in the formula itself, or put the word in quotes: "
                        f'"{node.text}"',
                        suggestions=same,
                    )
                continue
            meant = self._same(node.text) or [self.names[row] for row in self._near.to(node.text, NEAR)]
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

    def _same(self, text: str) -> list[str]:
        """The columns that are called like that but for case."""
        return [self.names[row] for row in self._by_name.variants(text)]

    def _listed(self) -> str:
        more = len(self.names) - LISTED
        return ", ".join(self.names[:LISTED]) + (f" and {more:,} more" if more > 0 else "")


def text_of(column: Key) -> Key:
    """What stands for the texts of a column: a column of another space."""
    return Key(f"{column.space} as text", f"text({column.word})")


def _space_of(names: Sequence[str]) -> MatrixSpace:
    return MatrixSpace(list(names), np.zeros((len(names), 1), np.float32))


# --- texts over columns ---------------------------------------------------------------------


class Read(NamedTuple):
    """A text over columns: its statements, the trees of what they compute and expect, the names it binds."""

    statements: tuple[Statement, ...]
    trees: list[Node]  # of all but definitions
    expected: list[Node]
    scope: Scope  # behind the text
    notes: tuple[str, ...]

    def check(self, columns: Columns, knows: Callable[[str], bool] = lambda _: True) -> None:
        """Raises `UnknownName` for what is likely meant for a column and is not one."""
        for tree in (*self.trees, *self.expected):
            columns.check(tree, knows)


def read(calculator: Calculator, text: str, columns: Columns) -> Read:
    """Read a text in which columns are names; the calculator's stay as they are. Raises `VecalcError`."""
    statements, notes = calculator._read(text, columns.stand_ins)
    scope = calculator.scope.with_names(columns.stand_ins)
    trees, expected = [], []
    for statement in statements:
        if isinstance(statement, Define):
            prelude.check_calls(statement, scope)
            scope = scope.with_function(statement)
            continue
        if isinstance(statement, Expectation):
            expected.append(expand(statement.word, scope))
            statement = statement.body  # noqa: PLW2901 - what is computed
        trees.append(expand(statement.value if isinstance(statement, Bind) else statement, scope))
        if isinstance(statement, Bind):
            bound = {statement.name: expand_from_afar(statement.value, scope)}
            scope = scope.with_names({**bound, **columns.stand_ins})
    return Read(statements, trees, expected, scope, notes)


def formula(calculator: Calculator, text: str, names: Sequence[str]) -> ColumnFormula:
    """See `Calculator.formula`."""
    columns = Columns.of(names, calculator.default)
    found = read(calculator, text, columns)
    if len(found.statements) != 1 or isinstance(found.statements[0], Bind | Define | Expectation):
        raise TypeMismatch("one expression is wanted", hint="--let binds names, or `where` does")
    found.check(columns)
    return formula_of(calculator, text.strip(), found.trees[0], columns)[0]


def formula_of(
    calculator: Calculator, text: str, tree: Node, columns: Columns
) -> tuple[ColumnFormula, tuple[str, ...]]:
    """The formula of a tree that was read, and notes on its words; they are those of the default space."""
    tree = columns.with_texts(tree, calculator.spaces)
    resolved = calculator._resolve(tree, {**calculator.spaces, **columns.spaces()})
    around = ColumnSurroundings(calculator, columns.homes)
    formula = ColumnFormula(text, resolved, columns.keys, calculator.options.norm, around)
    return formula, resolved.notes


class Dependence(NamedTuple):
    """Whether an expression depends on the row of a table, and the bare words in it that are no columns."""

    on_row: bool
    words: tuple[str, ...] = ()


def dependence(calculator: Calculator, text: str, names: Sequence[str]) -> Dependence:
    """How an expression that is asked for each row of a table depends on the row.

    Raises `UnknownName` for what is likely meant for a column and is not one; what else is wrong with the
    text is a problem of each row.
    """
    columns = Columns.of(names, calculator.default)
    space = calculator.spaces[calculator.default]

    def knows(word: str) -> bool:
        skipped = calculator.options.oov == "skip"
        known = skipped or as_typed.is_known(calculator, "", word) or space.compose(word) is not None
        return known or (space.encoder is not None and not calculator.options.exact)

    try:
        found = read(calculator, text, columns)
    except VecalcError:
        return Dependence(True)
    found.check(columns, knows)
    on_row = not found.trees or any(map(columns.are_in, (found.trees[-1], *found.expected)))
    words = [node for tree in found.trees for node in walk(tree) if isinstance(node, Word)]
    bare = [node.text for node in words if not (node.quoted or node.space) and node.span != NOWHERE]
    return Dependence(on_row, tuple(dict.fromkeys(bare)))


def taken_as_words(words: Sequence[str], names: Sequence[str]) -> str:
    """The note on bare words beside columns."""
    which = (
        "is not a column: it is taken as the word" if len(words) == 1 else "are not columns: they are words"
    )
    return f"{', '.join(words)} {which}; the columns are {', '.join(names[:LISTED])}"


def same_in_every_row(formula: str) -> str:
    """The note on a formula without a column."""
    return f"{formula} has no column of the table: it is the same in every row"
