"""What was put up with on the way, counted, with the first examples; kept with an unfinished run."""

from __future__ import annotations

from typing import Any

EXAMPLES = 3  # nobody reads more


class Tally:
    """Counts of remarks."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, list[str]] = {}

    def add(self, what: str, count: int = 1, example: str = "") -> None:
        """So many more; `what` has a `#` where their number goes, or is a remark that needs none."""
        self._counts[what] = self._counts.get(what, 0) + count
        examples = self._examples.setdefault(what, [])
        if example and len(examples) <= EXAMPLES and example not in examples:
            examples.append(example)

    def notes(self) -> tuple[str, ...]:
        """A line for each remark."""
        return tuple(
            what.replace("#", f"{count:,}", 1) + _shown(examples)
            for (what, count), examples in zip(self._counts.items(), self._examples.values(), strict=True)
        )

    def state(self) -> dict[str, Any]:
        """All of it, for `restore`."""
        return {"counts": self._counts, "examples": self._examples}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._counts, self._examples = dict(state["counts"]), dict(state["examples"])


def _shown(examples: list[str]) -> str:
    more = ", ..." if len(examples) > EXAMPLES else ""
    return f" ({', '.join(examples[:EXAMPLES])}{more})" if examples else ""
