"""The points of a map: the words of expressions, what these come to, and neighbours as context."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.calc.resolve import Key, key_of
from vecalc.calc.values import List, Value, Vector
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Computed
from vecalc.engine.ranker import vectors_at
from vecalc.errors import LimitExceeded, NoValue, TypeMismatch
from vecalc.lang.nodes import Chain, Node, Op, Text, Word, walk
from vecalc.plots import Role
from vecalc.search.exact import search
from vecalc.studies.plot.plan import PlotPlan

MOST = 100_000  # points of a map
MOST_NUMBERS = 1 << 27  # of their vectors: a gigabyte
NO_ROW = -1
_PAIRED = 3  # terms of a - b + c
_AT_ONCE = 256  # vectors whose neighbours are looked for together


class Points(NamedTuple):
    """Points [n] before they have places: their vectors [n, d] at the norm in force, and their rows [n]
    in the space that is named, NO_ROW where they are no word of it.
    """

    space: str
    labels: tuple[str, ...]
    vectors: Floats
    roles: tuple[Role, ...]
    rows: Numbers
    arrows: tuple[tuple[int, int], ...] = ()

    def __len__(self) -> int:
        return len(self.labels)


def points_of(calculator: Calculator, made: Sequence[tuple[str, Computed]], plan: PlotPlan) -> Points:
    """The points of some texts and what they came to, and of all candidates if the plan says so.

    Raises `TypeMismatch` for vectors of different widths, `LimitExceeded`, and `NoValue` without any point.
    """
    values = [one.evaluated.value for _, one in made]
    homes = [calculator.home(value) for value in values]
    space = homes[0] if homes else calculator.ranked_in(frozenset({calculator.default}))
    gathered = _Gathered(calculator, space)
    for text, one in made:
        gathered.take(text, one)
    around = calculator.options.k if plan.context is None else plan.context
    gathered.surround(around, everybody=plan.context is not None)
    if plan.everything:
        gathered.take_all()
    return gathered.points()


def points_of_words(calculator: Calculator, space: str, words: Sequence[str]) -> Points:
    """Some words of a space as points. Raises `NoValue` where there is none."""
    gathered = _Gathered(calculator, space)
    rows = (gathered.space.row(word) for word in words)
    gathered.take_rows(row for row in rows if row is not None)
    return gathered.points()


class _Gathered:
    """Points as they come: each word once, in the part that it has first."""

    def __init__(self, calculator: Calculator, space: str) -> None:
        self.calculator = calculator
        self.name = space
        self.space = calculator.spaces[space]
        self.norm = calculator.options.norm
        self.labels: list[str] = []
        self.vectors: list[Floats] = []  # [d], or blocks [b, d]
        self.roles: list[Role] = []
        self.rows: list[int] = []
        self.arrows: list[tuple[int, int]] = []
        self.computed: list[int] = []  # places of vectors that have neighbours for context of themselves
        self._place: dict[object, int] = {}

    # --- what an expression holds -------------------------------------------------------------

    def take(self, text: str, one: Computed) -> None:
        """The points of an expression's value."""
        value = one.evaluated.value
        if isinstance(value, List):
            if value.found:
                self._words(one)
            named = {key.word for key in one.resolved.vectors}
            for label, vector in zip(value.labels, value.vectors, strict=True):
                role: Role = "context" if value.found else "given" if label in named else "result"
                self._add(label, vector, role, self._row_like(label, vector))
            return
        if not isinstance(value, Vector):  # beside all words (--all), which are points
            raise TypeMismatch(f"{text} is not a vector or list, so it has no point", hint="leave --all out")
        tree = one.resolved.tree
        if isinstance(tree, Word | Text):
            self._add(tree.text, value.components, "given", self._row(one, key_of(tree)))
            return
        places = self._words(one)
        result = self._add(text, value.components, "result", NO_ROW)
        self.computed.append(result)
        self.arrows += _arrows(tree, places, result)

    def _words(self, one: Computed) -> dict[Key, int]:
        """The words of an expression, and the places that they get."""
        found: dict[Key, int] = {}
        for node in walk(one.resolved.tree):
            if isinstance(node, Word | Text) and key_of(node) not in found:
                value: Value | None = one.values.get(id(node))
                if isinstance(value, Vector):
                    key = key_of(node)
                    found[key] = self._add(node.text, value.components, "given", self._row(one, key))
        return found

    def _row(self, one: Computed, key: Key) -> int:
        return one.resolved.rows.get(key, NO_ROW) if key.space == self.name else NO_ROW

    def _row_like(self, label: str, vector: Floats) -> int:
        """The row of a label whose vector this is."""
        row = self.space.row(label) if label else None
        if row is None or len(vector) != self.space.dim:
            return NO_ROW
        return row if np.allclose(vectors_at(self.space, [row], self.norm)[0], vector) else NO_ROW

    def _add(self, label: str, vector: Floats, role: Role, row: int) -> int:
        if self.labels and len(vector) != self._width():
            what = f"vectors of {self._width()} and of {len(vector)} components"
            raise TypeMismatch(f"{what} have no map in common")
        key: object = row if row != NO_ROW else (label, vector.tobytes())
        if key not in self._place:
            self._place[key] = len(self.labels)
            self.labels.append(label or f"{len(self.labels) + 1}")
            self.vectors.append(vector[None])
            self.roles.append(role)
            self.rows.append(row)
        return self._place[key]

    def _width(self) -> int:
        return int(self.vectors[0].shape[1])

    # --- what is beside it --------------------------------------------------------------------

    def surround(self, k: int, *, everybody: bool) -> None:
        """The k nearest words of each computed vector, or of all points."""
        places = list(range(len(self.labels))) if everybody else self.computed
        queries = [place for place in places if self.calculator.has_neighbours(self.vectors[place])]
        if not k or not queries or self._width() != self.space.dim:
            return
        own = len(self.labels)
        here, candidates = self.calculator.measure, self.calculator.candidates(self.name)
        inputs = {row for row in self.rows if row != NO_ROW}
        for start in range(0, len(queries), _AT_ONCE):
            asked = np.concatenate([self.vectors[place] for place in queries[start : start + _AT_ONCE]])
            hits = search(self.space, asked, k + min(len(inputs), own), here, candidates)
            for rows in hits.rows.tolist():
                self.take_rows([row for row in rows if row not in inputs][:k])

    def take_all(self) -> None:
        """Every candidate."""
        rows = self.calculator.candidates(self.name)
        wanted = np.arange(len(self.space)) if rows is None else rows
        _refuse_many(len(wanted) + len(self.labels), self.space.dim)
        self.take_rows(wanted.tolist())

    def take_rows(self, rows: Iterable[int]) -> None:
        """Some words of the space, but those that are points already."""
        new = [row for row in dict.fromkeys(rows) if row not in self._place]
        if not new:
            return
        if self.labels and self._width() != self.space.dim:
            what = f"vectors of {self._width()} and of {self.space.dim} components"
            raise TypeMismatch(f"{what} have no map in common")
        self._place.update((row, len(self.labels) + i) for i, row in enumerate(new))
        self.labels += map(self.space.word, new)
        self.vectors.append(vectors_at(self.space, new, self.norm))
        self.roles += ["context"] * len(new)
        self.rows += new

    def points(self) -> Points:
        """All of them. Raises `NoValue` where there is none, `LimitExceeded`."""
        if not self.labels:
            raise NoValue("there is nothing to draw", hint="no word is within these limits")
        _refuse_many(len(self.labels), self._width())
        vectors = np.concatenate(self.vectors)
        rows = np.array(self.rows, dtype=np.int64)
        return Points(
            self.name, tuple(self.labels), vectors, tuple(self.roles), rows, tuple(dict.fromkeys(self.arrows))
        )


def _refuse_many(count: int, width: int) -> None:
    most = min(MOST, MOST_NUMBERS // max(width, 1))
    if count > most:
        what = f"a map of {count:,} points; {most:,} are drawn at most"
        raise LimitExceeded(what, hint=f"--first {most // 2} draws the most frequent words")


# --- arrows -------------------------------------------------------------------------------------


def _arrows(tree: Node, places: dict[Key, int], result: int) -> Iterator[tuple[int, int]]:
    """The two equal arrows of a - b + c, from b to a and from c to the result; the one of a - b."""
    terms = _terms(tree)
    if len(terms) not in (2, _PAIRED) or any(key not in places for key, _ in terms):
        return
    plus = [places[key] for key, sign in terms if sign > 0]
    minus = [places[key] for key, sign in terms if sign < 0]
    if len(minus) != 1 or len({*plus, *minus}) < len(terms):
        return
    before = max((at for at, (_, sign) in enumerate(terms) if sign < 0), default=0) - 1
    near = places[terms[max(before, 0)][0]]  # what it is taken from: the term before it
    yield minus[0], near
    yield from ((other, result) for other in plus if other != near)


def _terms(tree: Node) -> list[tuple[Key, int]]:
    """The words of a sum and their signs; none where anything else stands in it."""
    if not isinstance(tree, Chain):
        return []
    found = [(tree.first, 1)]
    for op, node in tree.rest:
        if op not in (Op.PLUS, Op.MINUS):
            return []
        found.append((node, 1 if op is Op.PLUS else -1))
    words = [(key_of(node), sign) for node, sign in found if isinstance(node, Word | Text) and not node.norm]
    return words if len(words) == len(found) else []
