"""WEAT on the words of Google News it was published with, against numpy, itertools and the paper.

The word lists are those of Caliskan, Bryson and Narayanan, Semantics derived automatically from language
corpora contain human-like biases (2017); `published` is the effect size that their supplement gives for
word2vec.
"""

from __future__ import annotations

import gzip
from functools import cache
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np
import pytest
from data import data_file, needs_data

import vecalc
from vecalc.answers import Number, Tabled

pytestmark = needs_data

FILE = "googlenews-weat-347x300/weat_w2v.txt.gz"

PLEASANT = (
    "caress freedom health love peace cheer friend heaven loyal pleasure diamond gentle honest lucky "
    "rainbow diploma gift honor miracle sunrise family happy laughter paradise vacation"
)
UNPLEASANT = (
    "abuse crash filth murder sickness accident death grief poison stink assault disaster hatred "
    "pollute tragedy divorce jail poverty ugly cancer kill rotten vomit agony prison"
)
FLOWERS = (
    "aster clover hyacinth marigold poppy azalea crocus iris orchid rose bluebell daffodil lilac pansy "
    "tulip buttercup daisy lily peony violet carnation gladiola magnolia petunia zinnia"
)
INSECTS = (
    "ant caterpillar flea locust spider bedbug centipede fly maggot tarantula bee cockroach gnat "
    "mosquito termite beetle cricket hornet moth wasp blackfly dragonfly horsefly roach weevil"
)
INSTRUMENTS = (
    "bagpipe cello guitar lute trombone banjo clarinet harmonica mandolin trumpet bassoon drum harp "
    "oboe tuba bell fiddle harpsichord piano viola bongo flute horn saxophone violin"
)
WEAPONS = (  # without "axe", which the file lacks
    "arrow club gun missile spear dagger harpoon pistol sword blade dynamite hatchet rifle tank bomb "
    "firearm knife shotgun teargas cannon grenade mace slingshot whip"
)


class Association(NamedTuple):
    """Target words X and Y, attribute words A and B, and the effect size in the paper."""

    targets: tuple[str, str]
    attributes: tuple[str, str]
    published: float

    def lists(self) -> list[list[str]]:
        return [words.split() for words in (*self.targets, *self.attributes)]


TESTS = {
    "flowers": Association((FLOWERS, INSECTS), (PLEASANT, UNPLEASANT), 1.54),
    "instruments": Association((INSTRUMENTS, WEAPONS), (PLEASANT, UNPLEASANT), 1.63),
    "names": Association(
        ("John Paul Mike Kevin Steve Greg Jeff Bill", "Amy Joan Lisa Sarah Diana Kate Ann Donna"),
        (
            "executive management professional corporation salary office business career",
            "home parents children family cousins marriage wedding relatives",
        ),
        1.89,
    ),
    "math": Association(
        (
            "math algebra geometry calculus equations computation numbers addition",
            "poetry art dance literature novel symphony drama sculpture",
        ),
        ("male man boy brother he him his son", "female woman girl sister she her hers daughter"),
        0.97,
    ),
    "science": Association(
        (
            "science technology physics chemistry Einstein NASA experiment astronomy",
            "poetry art Shakespeare dance literature novel symphony drama",
        ),
        (
            "brother father uncle grandfather son he his him",
            "sister mother aunt grandmother daughter she hers her",
        ),
        1.24,
    ),
}
SMALL = ("names", "math", "science")  # of which all 12,870 divisions can be gone through

every_test = pytest.mark.parametrize("name", TESTS)
small_tests = pytest.mark.parametrize("name", SMALL)


# --- the same without vecalc ----------------------------------------------------------------


@cache
def unit_rows() -> dict[str, np.ndarray]:
    """The words of the file with their vectors, of length 1."""
    with gzip.open(data_file(FILE), "rt", encoding="utf-8") as file:
        next(file)
        rows = {word: np.array(row, "f4").astype(float) for word, *row in (line.split() for line in file)}
    return {word: row / np.linalg.norm(row) for word, row in rows.items()}


def associations(words: list[str], a: list[str], b: list[str]) -> np.ndarray:
    """s(w, A, B) of each word."""
    rows = unit_rows()
    return np.array(
        [np.mean([rows[w] @ rows[x] for x in a]) - np.mean([rows[w] @ rows[x] for x in b]) for w in words]
    )


def effect_size(name: str) -> float:
    x, y, a, b = TESTS[name].lists()
    both = associations(x + y, a, b)
    return float((both[: len(x)].mean() - both[len(x) :].mean()) / both.std(ddof=1))


def exact_p(name: str) -> float:
    """The share of divisions into halves whose difference is at least the one found."""
    x, y, a, b = TESTS[name].lists()
    both = associations(x + y, a, b)
    found, total = both[: len(x)].sum(), both.sum()
    sums = [both[list(half)].sum() for half in combinations(range(len(both)), len(x))]
    return sum(2 * one - total >= 2 * found - total - 1e-12 for one in sums) / len(sums)


# --- with it ---------------------------------------------------------------------------------


@cache
def calculator() -> vecalc.Calculator:
    return vecalc.Calculator(vecalc.load(data_file(FILE)).space)


def asked(function: str, name: str, more: str = "") -> vecalc.Answer:
    lists = ", ".join(f"[{', '.join(words)}]" for words in TESTS[name].lists())
    return calculator()(f"{function}({lists}{more})")


def number(answer: vecalc.Answer) -> float:
    assert isinstance(answer.result, Number), answer.error
    return answer.result.value


@every_test
def test_effect_size(name: str) -> None:
    found = number(asked("weat", name))
    assert found == pytest.approx(effect_size(name), abs=1e-12)
    assert round(found, 2) == TESTS[name].published


@every_test
def test_associations_of_the_words(name: str) -> None:
    x, y, a, b = TESTS[name].lists()
    words = x + y
    lists = ", ".join(f"[{', '.join(some)}]" for some in (words, a, b))
    table = calculator()(f"association({lists})").result
    assert isinstance(table, Tabled)
    assert table.rows == tuple(words)
    np.testing.assert_allclose(table.values, associations(words, a, b), rtol=0, atol=1e-14)


@small_tests
def test_exact_p(name: str) -> None:
    answer = asked("weat_p", name, ", draws=20000")
    assert number(answer) == pytest.approx(exact_p(name), abs=1e-15)
    assert answer.notes == (f"permutation: exact, all {comb(16, 8):,} divisions",)


@small_tests
def test_drawn_p_is_near_the_exact_one(name: str) -> None:
    """By five standard deviations of a share of 10,000 draws; the seed is fixed, so it is always the same."""
    drawn = number(asked("weat_p", name))
    p = exact_p(name)
    assert abs(drawn - p) < 5 * (p * (1 - p) / 10_000) ** 0.5 + 1e-4
    assert drawn == number(asked("weat_p", name))


def test_p_of_large_sets_is_as_small_as_draws_can_tell() -> None:
    assert number(asked("weat_p", "flowers", ", draws=999")) == 1 / 1000


def test_sides_turn_the_sign() -> None:
    x, y, a, b = ("[" + ", ".join(words) + "]" for words in TESTS["math"].lists())
    size = number(asked("weat", "math"))
    assert number(calculator()(f"weat({y}, {x}, {a}, {b})")) == pytest.approx(-size, abs=1e-12)
    assert number(calculator()(f"weat({x}, {y}, {b}, {a})")) == pytest.approx(-size, abs=1e-12)
