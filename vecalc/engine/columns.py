"""Columns of a table as names of formulas: what is likely to be meant for one is never taken for a word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from vecalc.calc.formula import COLUMNS
from vecalc.engine.column_space import column_space
from vecalc.errors import NOWHERE, UnknownName
from vecalc.lang.nodes import Node, Word, walk

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


def uses_columns(tree: Node) -> bool:
    """Whether a tree over stand-ins has one of them."""
    return any(isinstance(node, Word) and node.space == COLUMNS for node in walk(tree))


def same_in_every_row(formula: str) -> str:
    """The note on a formula without a column."""
    return f"{formula} has no column of the table: it is the same in every row"


def _free_words(tree: Node) -> Iterator[Word]:
    words = (node for node in walk(tree) if isinstance(node, Word))
    return (word for word in words if not (word.quoted or word.space))
