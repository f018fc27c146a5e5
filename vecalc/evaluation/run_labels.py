"""How tables call runs: by their formulas, and by their models where there are several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import PurePath
from typing import Protocol, TypeVar

from vecalc.answers import Column


class Named(Protocol):
    """A formula with a model."""

    @property
    def model(self) -> str:
        """What tables call the model."""

    @property
    def formula(self) -> str:
        """What tables call the formula."""


R = TypeVar("R", bound=Named)


class Names:
    """The names of some runs over one file."""

    def __init__(self, path: str, runs: Iterable[Named]) -> None:
        models = list(dict.fromkeys(run.model for run in runs))
        self._several = len(models) > 1
        self._subject = PurePath(path).name if self._several else f"{PurePath(path).name}, {models[0]}"

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that say which run a row is about."""
        return Column.all("text", "model", "formula") if self._several else (Column("formula"),)

    def of(self, run: Named) -> tuple[str, ...]:
        """The cells of those columns."""
        return (run.model, run.formula) if self._several else (run.formula,)

    def title(self, what: str) -> str:
        """The title of a sheet: what it shows, of which file, and by which model if it is one."""
        return f"{what}: {self._subject}"

    def pair(self, a: Named, b: Named) -> tuple[str, str]:
        """Two runs in a comparison: what tells them apart, and what they share in brackets."""
        if not self._several:
            return a.formula, b.formula
        if a.model == b.model:
            return f"{a.formula} ({a.model})", f"{b.formula} ({b.model})"
        return f"{a.model} ({a.formula})", f"{b.model} ({b.formula})"


def comparable(runs: Sequence[R]) -> list[tuple[R, R]]:
    """The pairs of runs that differ in the formula or in the model, not in both."""
    return [(a, b) for a, b in combinations(runs, 2) if (a.model == b.model) != (a.formula == b.formula)]
