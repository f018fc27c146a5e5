"""MurmurHash64A of many texts at once: what spaCy calls a word by.

Source: Austin Appleby's MurmurHash2.cpp (public domain); spaCy's strings.pyx takes the UTF-8 of a text and
the seed 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vecalc.arrays import Hashes

SEED = 1
_BLOCK = 8  # bytes
_M = np.uint64(0xC6A4A7935BD1E995)
_R = np.uint64(47)


def hashes(texts: Sequence[bytes]) -> Hashes:
    """The hash of each text [n]. Memory: some 30 bytes a text, and the texts once more.

    The blocks of all texts are taken in step: the first of each, then the second of those that have one.
    """
    sizes = np.fromiter(map(len, texts), np.uint64, len(texts))
    padded = b"".join(text + bytes(-len(text) % _BLOCK) for text in texts)
    data = np.frombuffer(padded, "<u8").astype(np.uint64, copy=False)
    blocks = (sizes // np.uint64(_BLOCK)).astype(np.int64)  # whole ones
    starts = np.concatenate(([0], np.cumsum(-(-sizes.astype(np.int64) // _BLOCK))))[:-1]
    found = np.uint64(SEED) ^ sizes * _M
    order = np.argsort(-blocks, kind="stable")
    lengths = -blocks[order]  # rising
    for step in range(int(blocks.max(initial=0))):
        longer = order[: int(np.searchsorted(lengths, -step))]
        k = data[starts[longer] + step] * _M
        found[longer] = (found[longer] ^ (k ^ k >> _R) * _M) * _M
    rest = np.flatnonzero(sizes % np.uint64(_BLOCK))
    found[rest] = (found[rest] ^ data[starts[rest] + blocks[rest]]) * _M
    found = (found ^ found >> _R) * _M
    return found ^ found >> _R
