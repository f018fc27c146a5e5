"""What a product of two word vectors is: how long, how near the sum, and what a rotation does to it.

python examples/product_geometry.py [MODEL...]

Over pairs of words drawn from the 2,000 most frequent. First table: at each norm, the length of A*B as a
share of the length of A, and the cosine of 0.5*(A*B + A + B) with A + B. Second table: the share of the ten
nearest words that stays when the whole space is rotated (10 random rotations); nothing that was learned
changes by that, only the axes do.
"""

from __future__ import annotations

import sys

import numpy as np
from judging import mean_interval, print_table

import vecalc
from vecalc.space.matrix import MatrixSpace

PAIRS = 500
FREQUENT = 2000
ROTATIONS = 10
ROTATED_PAIRS = 25
NEAR = 10
COMPARED = ("A + B", "A*B", "0.5*(A*B + A + B)", "bind(A, B)", "without(A, B)")


def drawn(space: vecalc.VectorSpace, count: int) -> dict[str, list[str]]:
    """Pairs of different frequent words."""
    random = np.random.default_rng(1)
    rows = [random.choice(min(FREQUENT, len(space)), 2, replace=False) for _ in range(count)]
    return {"A": [space.word(int(a)) for a, _ in rows], "B": [space.word(int(b)) for _, b in rows]}


def disguise(space: vecalc.VectorSpace) -> list[list[str]]:
    """How long a product is and how far the combined formula is from the sum, at each norm."""
    pairs, rows = drawn(space, PAIRS), []
    formulas = ["norm(A*B) / norm(A)", "cos(0.5*(A*B + A + B), A + B)"]
    for norm in ("rms", "unit", "raw"):
        calculate = vecalc.Calculator(space, vecalc.Options(norm=norm, exact=True))
        values = vecalc.features(calculate, formulas, pairs, kind="float64").values
        low, middle, high = np.percentile(values[:, 1], [5, 50, 95])
        rows.append([norm, f"{np.median(values[:, 0]):.3f}", f"{middle:.4f} [{low:.4f}, {high:.4f}]"])
    return rows


def rotated(space: vecalc.VectorSpace) -> list[list[str]]:
    """The share of the nearest words that stays under random rotations."""
    matrix = space.vectors(range(len(space)))
    words = [space.word(row) for row in range(len(space))]
    pairs = drawn(space, ROTATED_PAIRS)
    usual = nearest(space, pairs)
    shares: dict[str, list[float]] = {formula: [] for formula in COMPARED}
    random = np.random.default_rng(2)
    for _ in range(ROTATIONS):
        q, r = np.linalg.qr(random.normal(size=(space.dim, space.dim)))
        # Rotations uniformly at random need the signs of R's diagonal (Mezzadri 2007).
        turned = MatrixSpace(words, (matrix @ (q * np.sign(np.diag(r)))).astype(np.float32))
        for formula, found in nearest(turned, pairs).items():
            kept = [len(a & b) / NEAR for a, b in zip(found, usual[formula], strict=True)]
            shares[formula].append(float(np.mean(kept)))
    return [[f"`{formula}`", str(mean_interval(np.array(shares[formula])))] for formula in COMPARED]


def nearest(space: vecalc.VectorSpace, pairs: dict[str, list[str]]) -> dict[str, list[set[str]]]:
    """The nearest words of each formula for each pair."""
    calculate = vecalc.Calculator(space, vecalc.Options(k=NEAR, exact=True))
    quoted = [(vecalc.quote(a), vecalc.quote(b)) for a, b in zip(pairs["A"], pairs["B"], strict=True)]
    found = {}
    for formula in COMPARED:
        texts = (vecalc.Question(f"{formula} where A = {a}, B = {b}") for a, b in quoted)
        answers = [answer.result for answer in calculate.answers(texts)]
        found[formula] = [{neighbour.word for neighbour in answer.neighbours} for answer in answers]
    return found


def main(models: list[str]) -> None:
    """Measure the built-in space and every model given."""
    for space in (vecalc.starter(), *(vecalc.load(model).space for model in models)):
        print(f"\n{space.name}: {len(space):,} words x {space.dim}\n")
        print_table(
            ["norm", "length of A*B / length of A", "cosine with A + B, median [5 %, 95 %]"], disguise(space)
        )
        print()
        print_table(["formula", f"of {NEAR} nearest words stay [95 %]"], rotated(space))


if __name__ == "__main__":
    main(sys.argv[1:])
