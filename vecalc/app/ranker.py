"""Where neighbours are sought: the loaded spaces, under the options in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vecalc.answers import Asked
from vecalc.app.asking import Options, Question
from vecalc.app.candidates import Limits, candidate_rows, excluded_rows
from vecalc.calc.resolve import Key
from vecalc.calc.values import List, Scalar, Value, Vector
from vecalc.errors import NoValue, TypeMismatch
from vecalc.search import Measure
from vecalc.search.exact import search
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Ranker:
    """Spaces by name, which of them is the default, and the options for searching them."""

    def __init__(self, spaces: VectorSpace | Mapping[str, VectorSpace], options: Options) -> None:
        self.spaces = dict(spaces) if isinstance(spaces, Mapping) else {"": spaces}
        self.default = next(iter(self.spaces))
        self.options = options
        self._candidates: dict[tuple[str, Limits, bool], NDArray[np.int64] | None] = {}

    def set(self, **changes: Any) -> None:
        """Change options from now on: `set(norm="unit", k=5)`; the names are those of `Options`."""
        self.options = self.options._replace(**changes)

    def add(self, spaces: Mapping[str, VectorSpace]) -> None:
        """Take up further spaces, or others under old names."""
        self.spaces |= spaces
        self._candidates.clear()

    def use(self, name: str) -> None:
        """Make a loaded space the default one."""
        self.default = name

    def asked(self, question: Question) -> Asked:
        """A question with the conditions in force."""
        space, options = self.spaces[self.default], self.options
        names = [key or found.name for key, found in self.spaces.items()]
        return Asked(
            question.id,
            question.text.rstrip(),
            options.norm,
            options.metric,
            ", ".join(names),
            len(space),
            space.dim,
            question.where,
        )

    @property
    def measure(self) -> Measure:
        """What near means under these options."""
        return Measure(self.options.metric, self.options.norm)

    def candidates(self, space: str) -> NDArray[np.int64] | None:
        """The rows of a space that may be neighbours; None for all of them."""
        key = (space, self.options.candidates, self.options.exact)
        if key not in self._candidates:
            self._candidates[key] = candidate_rows(
                self.spaces[space], self.options.candidates, exact=self.options.exact
            )
        return self._candidates[key]

    def home(self, value: Value) -> str:
        """The name of the space that a value is ranked in: its words' own, or the default one."""
        if isinstance(value, Scalar) or len(value.spaces) != 1:
            return self.default
        return next(iter(value.spaces))

    def excluded(self, name: str, inputs: Sequence[int]) -> frozenset[int]:
        """The rows of a space that may not be neighbours of an expression with these words."""
        return excluded_rows(self.spaces[name], inputs, self.options.exclude)

    def nearest(self, vector: Vector, k: int, forbidden: frozenset[Key]) -> List:
        """The function `nearest`: the k nearest words as a list, without the words of its argument."""
        name = self.home(vector)
        space = self.spaces[name]
        if len(vector.components) != space.dim:
            raise TypeMismatch(
                f"nearest: the vector has {len(vector.components)} components, the space {space.dim}"
            )
        if not vector.components.any():
            raise NoValue("nearest: the zero vector has no direction")
        inputs = [row for key in forbidden if (row := self.spaces[key.space].row(key.word)) is not None]
        excluded = self.excluded(name, inputs)
        hits = search(space, vector.components[None], k + len(excluded), self.measure, self.candidates(name))
        rows = [int(row) for row in hits.rows[0] if int(row) not in excluded][:k]
        if not rows:
            raise NoValue("nearest: no candidate is left")
        labels = tuple(space.word(row) for row in rows)
        words = vectors_at(space, rows, self.options.norm)
        return List(words, labels, frozenset({name}))


def vectors_at(space: VectorSpace, rows: list[int], norm: str) -> NDArray[np.float64]:
    """The vectors of rows [r, d] at a norm."""
    vectors = space.vectors(rows)
    if norm == "raw":
        return vectors
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(float).tiny)
    return vectors / lengths * (np.sqrt(space.dim) if norm == "rms" else 1.0)
