"""A space on a server, over a server that is played here: honest in its way, or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stores import expressions
from stores.asking import RANKINGS, told
from stores.model import model
from stores.parquet import filled

import vecalc
from vecalc.answers import Cell, Metric
from vecalc.arrays import Numbers, Singles
from vecalc.conditions import Condition
from vecalc.engine.question import Options
from vecalc.errors import RemoteProblem
from vecalc.space import VectorSpace
from vecalc.space.spelling import fold
from vecalc.stores import FoundRows, ServedFacts
from vecalc.stores.served import ServedSpace

NEAR = 1e-6
SETTINGS = (
    *RANKINGS,
    Options(exclude="none", k=2_500, oov="skip"),
    Options(first=100, match="k*", exclude="none"),
    Options(where="year < 200 and stocked = true", k=30),
    Options(where="price is null", metric="l2", norm="raw"),
    Options(where="year = 3 or year = 5"),
)


class Played:
    """A `Connection` to a table that is here: it reckons in float32, and leaves ties in any order."""

    def __init__(self, metadata: Any, *, most: int = 0, many: int = 0, metric: Metric | None = None) -> None:
        self._vectors = model().vectors
        self._rows = {word: row for row, word in enumerate(model().words)}
        self._metadata = metadata
        self._folded: dict[str, list[int]] = {}
        for word, row in self._rows.items():
            self._folded.setdefault(fold(word), []).append(row)
        self._chance = np.random.default_rng(3)
        n, d = self._vectors.shape
        self.facts = ServedFacts(n, d, tuple(metadata.columns), metric=metric, most=most, many=many)

    def find(self, words: Sequence[str]) -> Mapping[str, int]:
        return {word: self._rows[word] for word in words if word in self._rows}

    def variants(self, words: Sequence[str]) -> Mapping[str, Sequence[int]]:
        return {word: self._folded[fold(word)] for word in words if fold(word) in self._folded}

    def near(self, queries: Singles, k: int, by: Metric, condition: Condition | None) -> Sequence[FoundRows]:
        among = np.arange(len(self._vectors)) if condition is None else self.matching(condition)
        vectors = self._vectors[among]
        lengths = np.linalg.norm(vectors, axis=1)
        if by == "cos":
            among, vectors, lengths = among[lengths > 0], vectors[lengths > 0], lengths[lengths > 0]
        return [self._nearest(query, among, vectors, lengths, k, by) for query in queries]

    def _nearest(
        self, query: Singles, among: Numbers, vectors: Singles, lengths: Singles, k: int, by: Metric
    ) -> FoundRows:
        far = {
            "cos": lambda: -(vectors @ query) / lengths,
            "dot": lambda: -(vectors @ query),
            "l2": lambda: np.linalg.norm(vectors - query, axis=1),
        }[by]()
        order = np.lexsort((self._chance.random(len(far)), far))
        return FoundRows(among[order[:k]], len(among) <= k)

    def fetch(self, rows: Sequence[int]) -> tuple[list[str], Singles]:
        return [model().words[row] for row in rows], self._vectors[list(rows)]

    def stream(self, *, vectors: bool = True) -> Iterator[tuple[list[str], Singles]]:
        for first in range(0, len(self._vectors), 700):
            block = self._vectors[first : first + 700]
            yield list(model().words[first : first + 700]), block if vectors else block[:, :0]

    def matching(self, condition: Condition) -> Numbers:
        found: Numbers = self._metadata.matching(condition)
        return found

    def records(self, rows: Sequence[int], names: Sequence[str]) -> list[tuple[Cell, ...]]:
        found: list[tuple[Cell, ...]] = self._metadata.records(rows, names)
        return found

    def close(self) -> None: ...


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The model in a file, with its metadata: what all is compared with."""
    return opened_file(tmp_path_factory.mktemp("model"))


def opened_file(folder: Path) -> VectorSpace:
    return vecalc.open(filled(model(), folder), notes=lambda _: None)


def served(connection: Any) -> ServedSpace:
    return ServedSpace(connection, "model", lambda _: None)


def test_answers_are_those_of_the_same_model_here(local: Any) -> None:
    """Ties by row though the server has none; all that is left out; conditions; more rows than it gives.

    Also where all vectors are read instead, for two queries or more.
    """
    spaces = [
        served(Played(local.metadata, most=most, many=many)) for most, many in ((0, 0), (60, 0), (0, 2))
    ]
    for number, options in enumerate(SETTINGS):
        texts = expressions()
        if number:
            texts = texts[number % 3 :: 30 if options.k > len(local) else 3]
        wanted = told(local, texts, options)
        for space in spaces:
            for text, here, there in zip(texts, wanted, told(space, texts, options), strict=True):
                assert here[0] == there[0], (text, options)
                assert np.allclose(here[1], there[1], rtol=NEAR, atol=NEAR, equal_nan=True), (text, options)


class LeavesOut(Played):
    """It has lost every second neighbour, as an index that isn't ready."""

    def near(self, *question: Any) -> Sequence[FoundRows]:
        return [FoundRows(one.rows[::2], complete=False) for one in super().near(*question)]


def test_80_fewer_rows_than_there_must_be_are_an_error(local: Any) -> None:
    space = served(LeavesOut(local.metadata))
    with pytest.raises(RemoteProblem, match="fewer"):
        told(space, ["king"], Options(k=1_500))


def test_79_an_index_by_another_metric_is_refused(local: Any) -> None:
    space = served(Played(local.metadata, metric="dot"))
    with pytest.raises(RemoteProblem, match="ranks by dot, not by cos"):
        told(space, ["king"], Options())
    assert told(space, ["king"], Options(metric="dot", norm="raw"))
