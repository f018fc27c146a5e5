"""Test spaces for benchmarks: seeded, as word vectors are, written in blocks, kept between runs.

Word vectors are not random points: they lie in clusters of all sizes, share a common direction, have most of
their variance in few components, and lengths that spread (Mimno and Thompson 2017; Mu, Bhat and
Viswanath 2018).
Random points would be kinder to bounds on cosines than any real model: their neighbours stand out less.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np

CLUSTERS = 2_000
BLOCK = 10_000
SEED = 7
DECAY = 0.35  # of the variance of a component with its number: the 300th has a tenth of the first's
WITHIN = 0.75  # how far a word is from the centre of its cluster, against 1 for the centre
COMMON = 0.6  # the length of what all vectors share
SYLLABLES = [first + second for first in "bcdfghjklmnprstvwz" for second in "aeiou"]


def word(number: int) -> str:
    """A pronounceable name for a row: letters alone, different for each number."""
    syllables = []
    number += len(SYLLABLES)
    while number:
        number, last = divmod(number, len(SYLLABLES))
        syllables.append(SYLLABLES[last])
    return "".join(reversed(syllables))


def blocks(rows: int, width: int) -> Iterator[tuple[list[str], np.ndarray]]:
    """Words and vectors [b, width] float32, the same for every run."""
    random = np.random.default_rng(SEED)
    spread = ((1 + np.arange(width)) ** -DECAY).astype(np.float32)
    turn = np.linalg.qr(random.standard_normal((width, width)))[0].astype(np.float32)
    centres = random.standard_normal((CLUSTERS, width), dtype=np.float32) * spread
    common = random.standard_normal(width, dtype=np.float32)
    common *= COMMON * np.linalg.norm(spread) / np.linalg.norm(common)
    for first in range(0, rows, BLOCK):
        count = min(BLOCK, rows - first)
        # A few clusters hold many words, most hold few.
        cluster = (CLUSTERS * random.random(count) ** 2).astype(np.int64)
        points = centres[cluster] + WITHIN * spread * random.standard_normal((count, width), dtype=np.float32)
        lengths = random.lognormal(0.6, 0.25, count).astype(np.float32)
        vectors = (points + common) @ turn
        vectors *= (lengths / np.linalg.norm(vectors, axis=1))[:, None]
        yield [word(first + i) for i in range(count)], vectors


def binary(folder: Path, rows: int, width: int = 300) -> Path:
    """The space as a word2vec binary file in a folder, made unless it is there."""
    path = folder / f"space-{rows}x{width}.bin"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as stream:
            stream.write(f"{rows} {width}\n".encode())
            for words, vectors in blocks(rows, width):
                lines = zip(words, vectors, strict=True)
                stream.write(b"".join(w.encode() + b" " + v.tobytes() for w, v in lines))
        part.rename(path)
    return path


def text(folder: Path, rows: int, width: int = 300) -> Path:
    """The same as a word2vec text file with six decimals, as word2vec.c writes it."""
    path = folder / f"space-{rows}x{width}.txt"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as stream:
            stream.write(f"{rows} {width}\n")
            for words, vectors in blocks(rows, width):
                for name, vector in zip(words, vectors.tolist(), strict=True):
                    stream.write(f"{name} {' '.join([f'{x:.6f}' for x in vector])}\n")
        part.rename(path)
    return path


def wordllama() -> Path:
    """The folder of the package WordLlama, which holds its model."""
    spec = importlib.util.find_spec("wordllama")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def sentences(folder: Path, count: int) -> Path:
    """A file of different lines, 8 to 32 words of the starter each, frequent ones more often (Zipf 1935)."""
    path = folder / f"sentences-{count}.txt"
    if not path.exists():
        import vecalc

        folder.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(SEED)
        words = list(vecalc.starter().words())
        shares = 1 / np.arange(1, len(words) + 1)
        drawn = random.choice(len(words), 32 * count, p=shares / shares.sum()).reshape(count, 32)
        sizes = random.integers(8, 33, count)
        lines = (" ".join([words[i] for i in row[:size]]) for row, size in zip(drawn, sizes, strict=True))
        part = path.with_suffix(".part")
        part.write_text("".join(f"{line} {i}\n" for i, line in enumerate(lines)), "utf-8")
        part.rename(path)
    return path
