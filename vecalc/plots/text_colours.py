"""What colours stand for in a terminal; where there are none, digits and letters take their place."""

from __future__ import annotations

from collections import Counter
from string import ascii_letters

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.plots import Colouring
from vecalc.plots.canvas import painted
from vecalc.render import Style
from vecalc.render.cells import tidy
from vecalc.render.visible import visible
from vecalc.render.width import columns, wrapped

# Of the 256 of xterm: from blue to orange by way of green, and seven that differ for every kind of sight,
# after Okabe and Ito (2008).
RAMP = (27, 33, 38, 43, 77, 143, 179, 208)
APART = (33, 208, 35, 175, 178, 38, 160)
_DIGITS = 3  # of the ends of a scale
_NONE = -1


class Colours:
    """The colour, or the letter, of each point."""

    def __init__(self, colouring: Colouring | None, style: Style) -> None:
        self._style = style
        self._name = "" if colouring is None else visible(colouring.name)
        self._names: list[tuple[str, int]] = []  # the most frequent ones
        self._ends = (0.0, 0.0)
        self._missing = 0  # points without a name, or a number
        self._steps: Numbers | None = None  # of each point, its place in the ramp or among the names
        if colouring is not None:
            values = colouring.values
            if isinstance(values, tuple):
                self._take_names(values)
            else:
                self._take_numbers(np.asarray(values, dtype=np.float64))

    def _take_names(self, values: tuple[str, ...]) -> None:
        self._missing = values.count("")
        most = len(APART) if self._style.color else len(ascii_letters)
        self._names = Counter(filter(None, values)).most_common(most)
        place = {name: i for i, (name, _) in enumerate(self._names)}
        self._steps = np.array([place.get(name, _NONE) for name in values])

    def _take_numbers(self, values: Floats) -> None:
        finite = np.isfinite(values)
        self._missing = int((~finite).sum())
        if not finite.any():
            self._steps = np.full(len(values), _NONE)
            return
        low, high = float(values[finite].min()), float(values[finite].max())
        self._ends = low, high
        steps = len(RAMP) if self._style.color else 10
        share = (np.where(finite, values, low) - low) / ((high - low) or 1.0)
        self._steps = np.where(finite, np.minimum(share * steps, steps - 1), _NONE).astype(np.int64)

    def paint(self, point: int) -> str:
        """How a point is painted; "" where it has no colour of its own."""
        if self._steps is None or not self._style.color:
            return ""
        step = int(self._steps[point])
        return "aside" if step == _NONE else f"38;5;{(APART if self._names else RAMP)[step]}"

    def letter(self, point: int) -> str:
        """What marks a point where there are no colours; "" where it is marked as usual."""
        if self._steps is None or self._style.color or (step := int(self._steps[point])) == _NONE:
            return ""
        return ascii_letters[step] if self._names else str(step)

    def legend(self, width: int) -> list[str]:
        """What they stand for, in lines of at most so many columns where their words allow it."""
        if self._steps is None:
            return []
        if self._names:
            return self._of_names(width)
        low, high = (tidy(end, _DIGITS) for end in self._ends)
        if not self._style.color:
            none = f"; {self._grey()} none ({self._missing:,})" if self._missing else ""
            return wrapped(f"{self._name}: from 0, which is {low}, to 9, which is {high}{none}", width)
        return [*self._of_numbers(low, high, width), *self._of_missing()]

    def _of_numbers(self, low: str, high: str, width: int) -> list[str]:
        """The scale between its ends."""
        lines = wrapped(f"{self._name}:", width)
        scale = f"{low} {self._scale()} {high}"
        if columns(lines[-1]) + len(low) + len(RAMP) + len(high) + 3 > width:
            return [*lines, scale]
        return [*lines[:-1], f"{lines[-1]} {scale}"]

    def _of_names(self, width: int) -> list[str]:
        """Marks and names, as many in a line as there is room for."""
        lines, room = [f"{self._name}:"], width - columns(self._name) - 1
        texts = [(self._sign(i), f"{visible(name)} ({n:,})") for i, (name, n) in enumerate(self._names)]
        if self._missing:
            texts.append((self._grey(), f"none ({self._missing:,})"))
        for sign, text in texts:
            shown = f"{sign} {text}"
            if (wide := columns(text) + 4) > room:
                lines.append(shown)
                room = width - wide
            else:
                lines[-1] += f"  {shown}"
                room -= wide
        return lines

    def _of_missing(self) -> list[str]:
        return [f"{self._grey()} none ({self._missing:,})"] if self._missing else []

    def _grey(self) -> str:
        """The mark of a point that has nothing to be coloured by."""
        return painted("o" if self._style.ascii else "●", "aside", self._style)

    def _scale(self) -> str:
        block = "#" if self._style.ascii else "█"
        return "".join(painted(block, f"38;5;{color}", self._style) for color in RAMP)

    def _sign(self, place: int) -> str:
        if not self._style.color:
            return ascii_letters[place]
        return painted("o" if self._style.ascii else "●", f"38;5;{APART[place]}", self._style)
