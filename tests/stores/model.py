"""The model: 2,000 words of 24 numbers with five columns, the same in every run."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from vecalc.lang.nodes import Word
from vecalc.lang.show import show
from vecalc.space.matrix import MatrixSpace

ROWS, WIDTH, SEED = 2_000, 24, 20_240_501

_KNOWN = """
king queen man woman prince princess boy girl uncle aunt father mother red green blue bread wine food water
apple Paris France Rome Italy Berlin Germany paris NATO Nato it is not and or where the of new york new_york
new-york rock'n'roll C++ km/h 24-hour 1984 3.14 twin Twin other_twin void nothing kings queens King KING
colour color walked walking London Tokyo Japan big bigger small smaller good bad
"""
TWINS = ("twin", "Twin", "other_twin")  # one vector for all of them
ZEROS = ("void", "nothing")

NASTY = (
    *["'", '"', "\\", "`", "--", "%", "_", "$1", "{0}", ":name", "?", "[/]", "NULL"],
    *["x'] or rank >= 0 or word in ['x", "'; drop table words; --", '" or "" = "', "%' or 1=1 --", "a\\'b"],
    *["\x1b[31mred", "\x01\x7f", "tab\tin it", " blank before", "blank after ", "\u00a0", "a\u2028b"],
    *["👑🏽", "\u202eevil\u202c", "שלום", "caf\u00e9", "cafe\u0301", "CAF\u00c9", "日本語", "ﬁne"],
    "x" * 1_000,
)


class Model(NamedTuple):
    """Words, their vectors [n, d], and a value for each row by the names of columns; None: missing."""

    words: tuple[str, ...]
    vectors: np.ndarray
    columns: dict[str, list[Any]]

    def space(self) -> MatrixSpace:
        """The model in memory, by which all others are judged."""
        return MatrixSpace(self.words, self.vectors, "model")

    def records(self) -> list[dict[str, Any]]:
        """The columns by rows."""
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]


@cache
def model() -> Model:
    """The model; the unusual words are spread over its rows."""
    chance = np.random.default_rng(SEED)
    usual = ["".join(pair) for pair in itertools.product(_syllables(), repeat=2)]
    words = [*_KNOWN.split(), *NASTY, *usual][:ROWS]
    assert len(set(words)) == len(words) == ROWS
    order = chance.permutation(ROWS).tolist()
    words = [words[place] for place in order]
    vectors = chance.normal(size=(ROWS, WIDTH)).astype(np.float32)
    vectors *= chance.uniform(0.2, 5, size=(ROWS, 1)).astype(np.float32)
    for twin in TWINS:
        vectors[words.index(twin)] = vectors[words.index(TWINS[0])]
    vectors[[words.index(zero) for zero in ZEROS]] = 0
    return Model(tuple(words), vectors, _columns(chance))


def _syllables() -> list[str]:
    return ["".join(pair) for pair in itertools.product("bdfgklmnprstvz", "aeiou")]


def _columns(chance: np.random.Generator) -> dict[str, list[Any]]:
    """`year` is the row, so `year < 2` holds for .001 of them; a tenth of the prices is missing."""
    first = datetime(2020, 1, 1, tzinfo=UTC)
    prices = chance.uniform(0, 100, size=ROWS).round(2).tolist()
    return {
        "price": [
            None if hit else price for price, hit in zip(prices, chance.random(ROWS) < 0.1, strict=True)
        ],
        "lang": chance.choice(["en", "fr", "it's", 'a "b"', "日本"], size=ROWS).tolist(),
        "year": list(range(ROWS)),
        "stocked": (chance.random(ROWS) < 0.5).tolist(),
        "added": [first + timedelta(hours=int(hours)) for hours in chance.integers(0, 30_000, size=ROWS)],
    }


def quoted(word: str) -> str:
    """A word as an expression, whatever is in it."""
    return show(Word(word, quoted=True))


def sample(words: Sequence[str], number: int) -> list[str]:
    """Some words, spread over all of them."""
    return list(words[:: max(1, len(words) // number)][:number])
