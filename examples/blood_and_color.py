"""Does thing * color find the thing's color where thing + color does not?

python examples/blood_and_color.py NORMS.csv[.gz] [MODEL...]

NORMS is the table of feature norms of McRae et al. (2005), CONCS_FEATS_concstats_brm.csv: what people list
for a thing, such as is_red for a tomato. First the one case, the rank of red for blood and color among all
words. Then, for every thing that has a color in the norms and stands in the model, each formula of the thing
and the word `color` ranks the color words, and for `in 10` all words. MRR is the mean of 1 / (rank of the
first right color); `by others` is the same number with the colors of other things, dealt at random: what a
formula finds without knowing the thing. `better` and `worse` count things whose right color comes earlier or
later than by the sum at the same norm; p is of a paired sign-flip test on 1 / rank, corrected for the number
of tests of the table (Holm). `chance` is the MRR of colors in random order.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from compositions import FORMULAS, NORMS
from judging import holm, mean_interval, merged, paired_p, print_table

import vecalc

COLORS = ("red", "green", "blue", "yellow", "orange", "brown", "black", "white", "pink", "purple", "gray")
SPELLED = {"grey": "gray"}
SEED, DEALS = 1, 200  # of the colors of other things
CASE, ITS_COLOR = "blood", "red"
USUAL = "A + B"
HEADER = ["norm", "formula", "MRR [95 %]", "by others", "first [95 %]", "in 10 [95 %]", "by others"]
HEADER += ["better", "worse", "p"]


def things(path: Path) -> dict[str, set[str]]:
    """Each thing and the colors that people list for it; ambiguous names (bat_(animal)) are left out."""
    data = path.read_bytes()
    text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    found: dict[str, set[str]] = {}
    for row in csv.DictReader(io.StringIO(text.decode("latin-1"))):
        color = re.fullmatch(r"is_([a-z]+)", row["Feature"])
        if color and "(" not in row["Concept"] and SPELLED.get(color[1], color[1]) in COLORS:
            found.setdefault(row["Concept"], set()).add(SPELLED.get(color[1], color[1]))
    return found


def one_case(space: vecalc.VectorSpace) -> None:
    """Print at which place each formula has red for blood and color, and what comes first."""
    if any(space.row(word) is None for word in (CASE, ITS_COLOR)):
        return
    rows = []
    for norm in NORMS:
        calculate = vecalc.Calculator(space, vecalc.Options(norm=norm, exact=True))
        calculate.define("B = color")
        for name, formula in FORMULAS.items():
            (vector,) = vecalc.features(calculate, [formula], {"A": [CASE]}, kind="float64").values
            cosines = directions(space) @ vector
            cosines[[space.row(CASE), space.row("color")]] = -np.inf
            rank = 1 + np.count_nonzero(cosines > cosines[space.row(ITS_COLOR)])
            rows.append([norm, f"`{name}`", f"{rank:,}", space.word(int(np.argmax(cosines)))])
    caption = f"{space.name}: {ITS_COLOR} among {len(space) - 2:,} words, A = {CASE}, B = color"
    print_table(caption, ["norm", "formula", f"rank of {ITS_COLOR}", "first"], merged(rows))


def measure(space: vecalc.VectorSpace, colors_of: dict[str, set[str]]) -> None:
    """Print a table of all things for one model."""
    colors = [color for color in COLORS if space.row(color) is not None]
    known = [t for t in colors_of if space.row(t) is not None and colors_of[t] & set(colors)]
    chance = np.mean([by_chance(len(colors), len(colors_of[thing] & set(colors))) for thing in known])
    right = np.array([[color in colors_of[thing] for color in colors] for thing in known])
    rows, ps = [], {}
    for norm in NORMS:
        calculate = vecalc.Calculator(space, vecalc.Options(norm=norm, exact=True))
        calculate.define("B = color")
        usual = None
        for name, formula in FORMULAS.items():
            made = vecalc.features(calculate, [formula], {"A": known}, kind="float64")
            by_color, by_word = ranks(space, known, made.values, colors)
            among = first_right(by_color, right)
            usual = among if usual is None else usual
            row = [norm, f"`{name}`", *told(by_color, by_word, right)]
            if name != USUAL:
                ps[norm, row[1]] = paired_p(1 / among - 1 / usual) if (among != usual).any() else 1.0
                row += [f"{(among < usual).sum()}", f"{(among > usual).sum()}"]
            rows.append(row + [""] * (len(HEADER) - 1 - len(row)))
    rows = merged(rows)
    tests = [key for row in rows if (key := (row[0].split(", ")[0], row[1])) in ps]
    corrected = dict(zip(tests, holm([ps[key] for key in tests]), strict=True))
    for row in rows:
        p = corrected.get((row[0].split(", ")[0], row[1]))
        row.append("" if p is None else f"{p:.4f}")
    share = f"{len(known)} of {len(colors_of)} things"
    print_table(f"{space.name}: {share}, {len(colors)} colors, chance {chance:.3f}", HEADER, rows)


def told(by_color: np.ndarray, by_word: np.ndarray, right: np.ndarray) -> list[str]:
    """How early the right colors come, each measure beside the same of other things' colors."""

    def reciprocal(flags: np.ndarray) -> np.ndarray:
        return 1 / first_right(by_color, flags)

    def near(flags: np.ndarray) -> np.ndarray:
        return (first_right(by_word, flags) <= 10).astype(float)

    return [
        str(mean_interval(reciprocal(right))),
        f"{of_other_things(reciprocal, right):.3f}",
        mean_interval((reciprocal(right) == 1).astype(float)).percent,
        mean_interval(near(right)).percent,
        f"{of_other_things(near, right):.1%}",
    ]


def by_chance(count: int, right: int) -> float:
    """The expected 1 / rank of the first of some right ones in a random order."""
    left, found = 1.0, 0.0  # left: the probability that none was right yet
    for rank in range(1, count - right + 2):
        hit = right / (count - rank + 1)
        found += left * hit / rank
        left *= 1 - hit
    return found


@cache
def directions(space: vecalc.VectorSpace) -> np.ndarray:
    """All words at length 1 [n, d]."""
    words = space.vectors(range(len(space)))
    return words / np.maximum(np.linalg.norm(words, axis=1, keepdims=True), 1e-300)


def ranks(
    space: vecalc.VectorSpace, known: list[str], vectors: np.ndarray, colors: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Of each color for each thing [things, colors]: its rank among colors, and among all but the inputs."""
    cosines = directions(space) @ vectors.T  # [n, things]; a thing's own length does not matter to the order
    where = np.array([space.row(color) for color in colors])
    among, everywhere = [], []
    for i, thing in enumerate(known):
        others = np.delete(cosines[:, i], [space.row(thing), space.row("color")])
        own = cosines[where, i]
        among.append([1 + np.count_nonzero(own > color) for color in own])
        everywhere.append([1 + np.count_nonzero(others > color) for color in own])
    return np.array(among), np.array(everywhere)


def first_right(ranked: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The rank of each thing's first right color [things], of ranks and flags [things, colors]."""
    return np.where(right, ranked, np.iinfo(int).max).min(axis=1)


def of_other_things(measure: Callable[[np.ndarray], np.ndarray], right: np.ndarray) -> float:
    """The mean of a measure where each thing has the colors of another one, dealt at random."""
    random = np.random.default_rng(SEED)
    deals = [random.permutation(len(right)) for _ in range(DEALS)]
    return float(np.mean([measure(right[deal]).mean() for deal in deals]))


def main(norms: str, models: list[str]) -> None:
    """Measure the built-in space and every model given."""
    colors_of = things(Path(norms))
    for space in (vecalc.starter(), *(vecalc.load(model).space for model in models)):
        one_case(space)
        measure(space, colors_of)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
