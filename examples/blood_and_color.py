"""Does thing * color find the thing's color where thing + color does not?

python examples/blood_and_color.py NORMS.csv[.gz] [MODEL...]

NORMS is the table of feature norms of McRae et al. (2005), CONCS_FEATS_concstats_brm.csv: what people list
for a thing, such as is_red for a tomato. For every thing that has a color in it and stands in the model,
each formula of the thing and the word `color` ranks the color words (and, for `in 10`, all words; `by others`
is the same with the colors of other things, dealt at random: what it finds without knowing the thing). MRR is
the mean of 1 / (rank of the first right color); `better` and `worse` count things whose right color comes
earlier or later than by the sum at the same norm; p is of a paired sign-flip test on 1 / rank, corrected for
the number of formulas of the table (Holm). `chance` is the MRR of colors in random order. Colors, formulas
and the rule for things were fixed before anything was measured.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
from functools import cache
from pathlib import Path

import numpy as np
from judging import holm, mean_interval, paired_p, print_table

import vecalc

COLORS = ("red", "green", "blue", "yellow", "orange", "brown", "black", "white", "pink", "purple", "gray")
SPELLED = {"grey": "gray"}
FORMULAS = {
    "A + B": "A + B",
    "A": "A",
    "B": "B + 0*A",
    "A*B": "A*B",
    "0.5*(A*B + A + B)": "combined(A, B)",
    "A + B + 2*A*B": "combined(A, B, 1, 1, 2)",
    "A + 0.5*B": "A + 0.5*B",
    "0.5*A + B": "0.5*A + B",
    "A + A*B": "A + A*B",
    "min(A, B)": "min(A, B)",
    "max(A, B)": "max(A, B)",
    "bind(A, B)": "bind(A, B)",
    "dilate(A, B)": "dilate(A, B)",
}
SEED, SHUFFLES = 1, 200  # of the colors of other things
NORMS = ("rms", "unit", "raw")


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


def measure(space: vecalc.VectorSpace, colors_of: dict[str, set[str]]) -> None:
    """Print a table for one model."""
    colors = [color for color in COLORS if space.row(color) is not None]
    known = [t for t in colors_of if space.row(t) is not None and colors_of[t] & set(colors)]
    chance = np.mean([by_chance(len(colors), len(colors_of[thing] & set(colors))) for thing in known])
    share = f"{len(known)} of {len(colors_of)} things"
    print(f"\n{space.name}: {share}, {len(colors)} colors, chance {chance:.3f}\n")
    right = np.array([[color in colors_of[thing] for color in colors] for thing in known])
    rows, ps = [], []
    for norm in NORMS:
        calculate = vecalc.Calculator(space, vecalc.Options(norm=norm, exact=True))
        calculate.define("B = color")
        usual = None
        for name, formula in FORMULAS.items():
            made = vecalc.features(calculate, [formula], {"A": known}, kind="float64")
            by_color, by_word = ranks(space, known, made.values, colors)
            among, everywhere = first_right(by_color, right), first_right(by_word, right)
            usual = among if usual is None else usual
            gain = 1 / among - 1 / usual
            ps.append(paired_p(gain) if gain.any() else 1.0)
            rows.append(
                [
                    norm,
                    f"`{name}`",
                    str(mean_interval(1 / among)),
                    f"{(among == 1).mean():.1%}",
                    f"{(everywhere <= 10).mean():.1%}",
                    f"{of_other_things(by_word, right):.1%}",
                    f"{(among < usual).sum()}",
                    f"{(among > usual).sum()}",
                ]
            )
    for row, p in zip(rows, holm(ps), strict=True):
        row.append(f"{p:.4f}")
    print_table(
        ["norm", "formula", "MRR [95 %]", "first", "in 10", "by others", "better", "worse", "p"], rows
    )


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


def of_other_things(everywhere: np.ndarray, right: np.ndarray) -> float:
    """How many things have a right color of another thing among their ten words, by chance."""
    random = np.random.default_rng(SEED)
    orders = [random.permutation(len(right)) for _ in range(SHUFFLES)]
    return float(np.mean([(first_right(everywhere, right[order]) <= 10).mean() for order in orders]))


def main(norms: str, models: list[str]) -> None:
    """Measure the built-in space and every model given."""
    colors_of = things(Path(norms))
    for space in (vecalc.starter(), *(vecalc.load(model).space for model in models)):
        measure(space, colors_of)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
