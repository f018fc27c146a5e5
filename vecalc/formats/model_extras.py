"""What a model carries besides words and rows, while its blocks pass: n-grams, a tokenizer, metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from vecalc.arrays import Numbers, Singles
from vecalc.formats import Block
from vecalc.formats.other_columns import with_words

if TYPE_CHECKING:
    from vecalc.formats.textual import Textual
    from vecalc.space.metadata_writer import Known
    from vecalc.space.subwords import Subwords
    from vecalc.space.text_encoder import TextRules, TokenRows


class ModelExtras:
    """What the blocks of one model have carried so far."""

    def __init__(self) -> None:
        self.subwords: Subwords | None = None
        self.metadata: Known | None = None  # of the block that came last
        self._textual: Textual | None = None
        self._kept: list[Numbers] = []  # which rows of the file became rows of the space
        self._others: list[tuple[Numbers, Singles]] = []

    def of(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The same blocks; what one of them carries is known before it comes."""
        for block in map(with_words, blocks):
            self.subwords = self.subwords or block.subwords
            self.metadata = block.metadata
            self._textual = self._textual or block.textual
            if self._textual:
                self._kept.append(np.asarray(block.numbers, np.int64) - 1)
                if block.left_out:
                    self._others.append(block.left_out)
            yield block

    def texts(self) -> tuple[TextRules, TokenRows] | None:
        """How the model reads a text, and where its tokens are, once all blocks have come.

        Tokens whose row is no row of the space keep it: a newline is no word, and has a share in a text.
        """
        if not self._textual:
            return None
        from vecalc.space.text_encoder import NO_PLACE, TokenRows

        kept = np.concatenate(self._kept)
        numbers = [np.asarray(numbers, np.int64) - 1 for numbers, _ in self._others]
        others = np.concatenate(numbers) if numbers else np.empty(0, np.int64)
        rows = np.concatenate([rows for _, rows in self._others]) if numbers else np.empty((0, 0), np.float32)
        finite = np.isfinite(rows).all(axis=1)
        others, rows = others[finite], rows[finite]
        places = np.full(int(max(kept.max(initial=-1), others.max(initial=-1))) + 1, NO_PLACE, np.int32)
        places[kept] = np.arange(len(kept))
        places[others] = len(kept) + np.arange(len(others))
        if (unknown := self._textual.unknown) is not None and unknown < len(places):
            places[unknown] = NO_PLACE
        return self._textual.rules, TokenRows(places, rows)
