"""The blocks of tests/cases/*.txt, which test_cases.py explains, and the spaces that they are asked of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from textual import textual

import vecalc

# Words of space.txt that are tokens of the textual model, too; others it spells.
WHOLE = ("king", "queen", "man", "woman", "food", "bread", "wine", "red", "Paris", "France")
FOLDER = Path(__file__).parent / "cases"


FILES = sorted(path for path in FOLDER.glob("*.txt") if not path.stem.startswith("space"))


class Block(NamedTuple):
    """An expression and its answer, as they stand in a file."""

    file: str
    line: int  # of the expression, from 1
    flags: str
    text: str
    answer: str

    def label(self) -> str:
        return f"{self.file}:{self.line}"


def read_blocks(path: Path) -> Iterator[Block]:
    lines = path.read_text(encoding="utf-8").split("\n")
    at = 0
    while at < len(lines):
        if not lines[at].startswith("> "):
            at += 1
            continue
        start = at
        while lines[at].startswith("> "):
            at += 1
        end = lines.index("", at)
        text = "\n".join(line[2:] for line in lines[start:at])
        above = lines[start - 1] if start else ""
        flags = above.removeprefix("# ") if above.startswith("# -") else ""
        yield Block(path.stem, start + 1, flags, text, "\n".join(lines[at:end]))
        at = end


@cache
def spaces() -> dict[str, vecalc.VectorSpace]:
    files = {"": "space.txt", "fr": "space-fr.txt", "films": "space-films.txt"}
    return {name: vecalc.load(FOLDER / file).space for name, file in files.items()}


@cache
def textual_spaces() -> dict[str, vecalc.VectorSpace]:
    """Pieces of words with a tokenizer; and the space of words, as `words`."""
    words = spaces()[""]
    return {"": textual(words, WHOLE), "words": words}


@cache
def films() -> dict[str, vecalc.VectorSpace]:
    """Films with metadata; and words without, as `words`."""
    file = FOLDER.parents[1] / "examples" / "rated_films.csv"
    return {"": vecalc.load(file).space, "words": spaces()[""]}


def spaces_of(block: Block) -> dict[str, vecalc.VectorSpace]:
    """Those that a block is asked of: in texts.txt a textual model and words, in conditions.txt films with
    metadata and words.
    """
    others = {"texts": textual_spaces, "conditions": films}
    return others.get(block.file, spaces)()


every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
