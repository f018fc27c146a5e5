"""A rectangle of a terminal's cells: text, and dots in between, eight to a cell, or one in ASCII."""

from __future__ import annotations

from collections.abc import Iterator

from vecalc.render import Style
from vecalc.render.paint import COLORS, colored
from vecalc.render.width import columns

_BRAILLE = 0x2800
# Bits of a cell's dots, by row and column (Unicode 16, block 2800: dots 7 and 8 came later).
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
ACROSS, DOWN = 2, 4  # dots of a cell


def painted(text: str, how: str, style: Style) -> str:
    """A text in the colours of a role of `render.paint`, or by SGR codes. It must be visible already."""
    return colored(text, COLORS[style.theme].get(how, how), style)


class Canvas:
    """Cells, the first row at the top. What is drawn later covers what was there; text covers dots."""

    def __init__(self, width: int, height: int, style: Style) -> None:
        self.width = width
        self.height = height
        self._style = style
        self._text: dict[tuple[int, int], tuple[str, str]] = {}  # "" behind a wide character
        self._dots: dict[tuple[int, int], tuple[int, str]] = {}

    def write(self, x: int, y: int, text: str, how: str = "") -> None:
        """A text that is visible already, from a cell on to the right; what leaves the canvas is lost."""
        for char in text:
            wide = columns(char)
            if not wide:  # it combines with the one before it
                before, painted = self._text.get((x - 1, y), ("", how))
                self._put(x - 1, y, before + char, painted)
                continue
            self._put(x, y, char, how)
            for more in range(1, wide):
                self._put(x + more, y, "", how)
            x += wide

    def _put(self, x: int, y: int, text: str, how: str) -> None:
        if 0 <= x < self.width and 0 <= y < self.height:
            self._text[x, y] = text, how

    def dot(self, x: float, y: float, how: str = "") -> None:
        """A dot at a place in cells: 0.5, 0.5 is in the middle of the first one."""
        across, down = int(x * ACROSS), int(y * DOWN)
        cell = across // ACROSS, down // DOWN
        if 0 <= cell[0] < self.width and 0 <= cell[1] < self.height:
            bits = self._dots.get(cell, (0, ""))[0]
            self._dots[cell] = bits | _BITS[down % DOWN][across % ACROSS], how

    def line(self, start: tuple[float, float], end: tuple[float, float], how: str = "") -> None:
        """Dots from one place to another."""
        steps = max(1, round(max(ACROSS * abs(end[0] - start[0]), DOWN * abs(end[1] - start[1]))))
        for step in range(steps + 1):
            share = step / steps
            self.dot(start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share, how)

    def dotted(self) -> set[tuple[int, int]]:
        """The cells that have dots."""
        return set(self._dots)

    def lines(self) -> Iterator[str]:
        """The rows as text, each with its line end, without blanks behind."""
        for y in range(self.height):
            cells = [self._cell(x, y) for x in range(self.width)]
            while cells and cells[-1][0] == " ":
                cells.pop()
            yield "".join(self._painted(cells)) + "\n"

    def _cell(self, x: int, y: int) -> tuple[str, str]:
        if (found := self._text.get((x, y))) is not None:
            return found
        bits, how = self._dots.get((x, y), (0, ""))
        if not bits:
            return " ", ""
        return "." if self._style.ascii else chr(_BRAILLE + bits), how

    def _painted(self, cells: list[tuple[str, str]]) -> Iterator[str]:
        """Cells in a row that look alike as one."""
        run, look = "", ""
        for text, how in cells:
            if how != look and run:
                yield painted(run, look, self._style)
                run = ""
            run, look = run + text, how
        yield painted(run, look, self._style)
