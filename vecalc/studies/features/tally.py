"""What was put up with on the way, counted, with the first examples; kept with an unfinished run."""

from __future__ import annotations

from typing import Any

EXAMPLES = 3  # nobody reads more


class Tally:
    """Counts of remarks."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, list[str]] = {}
        self._cells: dict[str, list[int]] = {}  # of a column: those read as words, those read as numbers

    def add(self, what: str, count: int = 1, example: str = "") -> None:
        """So many more; `what` has a `#` where their number goes, or is a remark that needs none."""
        self._counts[what] = self._counts.get(what, 0) + count
        self._show(what, example)

    def add_cells(self, column: str, count: int, *, number: str = "") -> None:
        """So many cells of a column, read as words, or as the `number`: a remark where it has both."""
        self._cells.setdefault(column, [0, 0])[bool(number)] += count
        self._show(f"cells {column}", number)

    def _show(self, what: str, example: str) -> None:
        examples = self._examples.setdefault(what, [])
        if example and len(examples) <= EXAMPLES and example not in examples:
            examples.append(example)

    def notes(self) -> tuple[str, ...]:
        """A line for each remark."""
        counted = [
            what.replace("#", f"{count:,}", 1) + _shown(self._examples[what])
            for what, count in self._counts.items()
        ]
        mixed = [
            f"column {column}: cells read as numbers {numbers:,}{_shown(self._examples[f'cells {column}'])}, "
            f"as words {words:,}"
            for column, (words, numbers) in self._cells.items()
            if words and numbers
        ]
        return (*counted, *mixed)

    def state(self) -> dict[str, Any]:
        """All of it, for `restore`."""
        return {"counts": self._counts, "examples": self._examples, "cells": self._cells}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._counts, self._examples = dict(state["counts"]), dict(state["examples"])
        self._cells = dict(state["cells"])


def _shown(examples: list[str]) -> str:
    more = ", ..." if len(examples) > EXAMPLES else ""
    return f" ({', '.join(examples[:EXAMPLES])}{more})" if examples else ""
