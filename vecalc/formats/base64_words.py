"""Words as DL4J writes them: `B64:` and the base64 of their bytes, so that a word may hold a blank.

Source: `encodeB64` and `decodeB64` of Deeplearning4j's `WordVectorSerializer` and `ReadHelper`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator

from vecalc.formats import Block
from vecalc.sources import Source
from vecalc.sources.word_text import decode

_MARK = "B64:"
_REMARK = f"words are decoded: they are base64 behind {_MARK}, as DL4J writes them"


def decoded(blocks: Iterable[Block], source: Source) -> Iterator[Block]:
    """The same blocks, their words decoded where the first is marked; one that can't be stays as it is."""
    marked = None
    for block in blocks:
        if marked is None and block.words:
            marked = block.words[0].startswith(_MARK)
            if marked:
                source.tally.remarks[_REMARK] = None
        yield _decoded(block, source) if marked else block


def _decoded(block: Block, source: Source) -> Block:
    def place(i: int) -> str:
        return f"{source.path}: row {block.numbers[i]:,}"

    return block._replace(words=decode([_bytes(word) for word in block.words], source, place))


def _bytes(word: str) -> bytes:
    try:
        if word.startswith(_MARK):
            return base64.b64decode(word.removeprefix(_MARK), validate=True)
    except (binascii.Error, ValueError):
        pass
    return word.encode("utf-8", "surrogateescape")
