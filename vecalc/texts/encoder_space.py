"""A space without words: texts have vectors in it, by its encoder, and nothing can be ranked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from vecalc.arrays import AnyArray, Floats, Numbers, Singles
from vecalc.space.patterns import Pattern
from vecalc.texts.command_encoder import CommandEncoder


class EncoderSpace:
    """A `VectorSpace` of no words, whose texts a command encodes.

    `dim` is 0 as long as the width is not known, which only the first text shows.
    """

    codes = None
    initial = ""
    metadata = None
    seeker = None

    def __init__(self, encoder: CommandEncoder, name: str) -> None:
        self.encoder = encoder
        self.name = name

    def __repr__(self) -> str:
        name = self.name if self.name.isprintable() else ascii(self.name)
        return f"<{name or 'space'}: an encoder of texts>"

    @property
    def dim(self) -> int:
        """Components of a vector, d; 0 before there is one."""
        return self.encoder.width

    def __len__(self) -> int:
        return 0

    def row(self, word: str) -> int | None:
        """None: there are no words."""
        return None

    def word(self, row: int) -> str:
        """Raises `IndexError`: there are no rows."""
        raise IndexError(row)

    def words(self) -> Iterator[str]:
        """None."""
        return iter(())

    def vectors(self, rows: Numbers | Sequence[int], kind: type[Any] = np.float64) -> AnyArray:
        """The vectors of no rows [0, d]; raises `IndexError` for others."""
        return np.empty((0, self.dim), kind)[np.asarray(rows, np.int64)]

    def blocks(self) -> Iterator[tuple[int, Singles, Floats]]:
        """None."""
        return iter(())

    def lengths(self, rows: Numbers | Sequence[int]) -> Floats:
        """Those of no rows [0]; raises `IndexError` for others."""
        return np.empty(0)[np.asarray(rows, np.int64)]

    def variants(self, word: str) -> Sequence[int]:
        """None."""
        return ()

    def compose(self, word: str) -> Floats | None:
        """None: a text is encoded, not made of subwords."""
        return None

    def matching(self, pattern: Pattern) -> Numbers:
        """None."""
        return np.empty(0, np.int64)

    def near(self, word: str, limit: int = 3) -> Sequence[str]:
        """None."""
        return ()
