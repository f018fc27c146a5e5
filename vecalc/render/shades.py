"""What bars and shades of a table of numbers are measured by, and the colours of the shades.

Background and text are coloured together, so that every cell can be read. Colours are among the 256 of xterm.
"""

from __future__ import annotations

from typing import NamedTuple

from vecalc.answers import Tabled
from vecalc.render import Theme

# Numbers from -1 to 1 are measured by 1, as cosines are, unless all are small, as the weights of many keys.
_SMALL = 0.25
_DIGITS = 12  # the cosine of a vector with itself may be a last bit more than 1
# Text and background of growing shares: from dark grey to yellow, and to bright blue below zero.
_HOT = (
    (250, 235), (252, 52), (254, 88), (255, 124), (231, 130),
    (16, 166), (16, 172), (16, 208), (16, 214), (16, 220),
)  # fmt: skip
_COLD = (
    (250, 235), (252, 17), (254, 18), (255, 19), (255, 25),
    (255, 26), (16, 32), (16, 38), (16, 44), (16, 51),
)  # fmt: skip

# The same from white to dark, for a light background.
_HOT_ON_WHITE = (
    (238, 255), (16, 230), (16, 229), (16, 222), (16, 216),
    (16, 209), (231, 160), (231, 124), (231, 88), (231, 52),
)  # fmt: skip
_COLD_ON_WHITE = (
    (238, 255), (16, 195), (16, 159), (16, 153), (16, 117),
    (16, 75), (231, 26), (231, 25), (231, 19), (231, 17),
)  # fmt: skip
RAMPS = {"dark": (_HOT, _COLD), "light": (_HOT_ON_WHITE, _COLD_ON_WHITE)}


class Scale(NamedTuple):
    """The least and the largest number of a table."""

    low: float
    high: float

    @classmethod
    def between(cls, low: float, high: float) -> Scale:
        """The scale of a table, without the last bits of its ends."""
        return cls(float(f"{low:.{_DIGITS}g}"), float(f"{high:.{_DIGITS}g}"))

    @classmethod
    def of(cls, table: Tabled) -> Scale:
        """The scale of a table with at least one number."""
        return cls.between(table.values.min(), table.values.max())

    @property
    def largest(self) -> float:
        """The largest number, whatever its sign."""
        return max(-self.low, self.high)

    def share(self, value: float) -> float:
        """A number as a part, from -1 to 1, of 1 or of the largest number."""
        full = 1.0 if _SMALL <= self.largest <= 1 else self.largest
        return max(-1.0, min(1.0, value / full)) if full else 0.0

    def shade(self, value: float, theme: Theme = "dark") -> str:
        """The colours of a number, for `paint.colored`.

        Positive numbers beyond 1, such as distances, are shaded from the least to the largest of them.
        """
        share = self.share(value)
        if self.largest > 1 and 0 <= self.low < self.high:
            share = max(0.0, min(1.0, (value - self.low) / (self.high - self.low)))
        hot, cold = RAMPS[theme]
        ramp = hot if share >= 0 else cold
        text, back = ramp[round(abs(share) * (len(ramp) - 1))]
        return f"38;5;{text};48;5;{back}"
