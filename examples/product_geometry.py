"""What a product of two word vectors is: how long, how near the sum, and what a rotation does to it.

python examples/product_geometry.py [MODEL...]

Over pairs of words drawn from the 2,000 most frequent. First table: at each norm, the length of each formula
as a share of the length of A, and its cosine with A + B. Second table: the share of the ten nearest words
that stays when the whole space is rotated (10 random rotations, over which the interval is); nothing that was
learned changes by that, only the axes do.
"""

from __future__ import annotations

import sys

import numpy as np
from compositions import FORMULAS, NORMS
from judging import mean_interval, merged, print_table

import vecalc
from vecalc.space.matrix import MatrixSpace

PAIRS = 500
FREQUENT = 2000
ROTATIONS = 10
ROTATED_PAIRS = 25
NEAR = 10
COMPARED = FORMULAS | {"without(A, B)": "without(A, B)"}


def drawn(space: vecalc.VectorSpace, count: int) -> dict[str, list[str]]:
    """Pairs of different frequent words."""
    random = np.random.default_rng(1)
    rows = [random.choice(min(FREQUENT, len(space)), 2, replace=False) for _ in range(count)]
    return {"A": [space.word(int(a)) for a, _ in rows], "B": [space.word(int(b)) for _, b in rows]}


def disguise(space: vecalc.VectorSpace) -> list[list[str]]:
    """How long each formula is and how far from the sum, at each norm."""
    pairs, rows = drawn(space, PAIRS), []
    for norm in NORMS:
        calculate = vecalc.Calculator(space, vecalc.Options(norm=norm, exact=True))
        for name, formula in COMPARED.items():
            measures = [f"norm({formula}) / norm(A)", f"cos({formula}, A + B)"]
            values = vecalc.features(calculate, measures, pairs, kind="float64").values
            low, middle, high = np.percentile(values[:, 1], [5, 50, 95])
            length = f"{np.median(values[:, 0]):.3f}"
            rows.append([norm, f"`{name}`", length, f"{middle:.4f} [{low:.4f}, {high:.4f}]"])
    return merged(rows)


def rotated(space: vecalc.VectorSpace) -> list[list[str]]:
    """The share of the nearest words that stays under random rotations, at each norm."""
    matrix = space.vectors(range(len(space)))
    words = [space.word(row) for row in range(len(space))]
    pairs = drawn(space, ROTATED_PAIRS)
    usual = nearest(space, pairs)
    shares: dict[tuple[str, str], list[float]] = {key: [] for key in usual}
    random = np.random.default_rng(2)
    for _ in range(ROTATIONS):
        q, r = np.linalg.qr(random.normal(size=(space.dim, space.dim)))
        # Rotations uniformly at random need the signs of R's diagonal (Mezzadri 2007).
        turned = MatrixSpace(words, (matrix @ (q * np.sign(np.diag(r)))).astype(np.float32))
        for key, found in nearest(turned, pairs).items():
            kept = [len(a & b) / NEAR for a, b in zip(found, usual[key], strict=True)]
            shares[key].append(float(np.mean(kept)))
    rows = [[norm, f"`{name}`", str(mean_interval(np.array(kept)))] for (norm, name), kept in shares.items()]
    return merged(rows)


def nearest(space: vecalc.VectorSpace, pairs: dict[str, list[str]]) -> dict[tuple[str, str], list[set[int]]]:
    """The rows nearest to each formula of each pair, but those of the pair, by norm and formula."""
    rows = space.vectors(range(len(space)), np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-300)
    inputs = np.array([[space.row(word) for word in words] for words in zip(*pairs.values(), strict=True)])
    found = {}
    for norm in NORMS:
        calculate = vecalc.Calculator(space, vecalc.Options(norm=norm, exact=True))
        made = vecalc.features(calculate, list(COMPARED.values()), pairs, kind="float64").values
        for name, vectors in zip(COMPARED, np.split(made, len(COMPARED), axis=1), strict=True):
            cosines = vectors.astype(np.float32) @ rows.T
            np.put_along_axis(cosines, inputs, -np.inf, axis=1)
            found[norm, name] = [set(near) for near in np.argpartition(cosines, -NEAR)[:, -NEAR:].tolist()]
    return found


def main(models: list[str]) -> None:
    """Measure the built-in space and every model given."""
    for space in (vecalc.starter(), *(vecalc.load(model).space for model in models)):
        name = f"{space.name}, {len(space):,} words x {space.dim}"
        header = ["norm", "formula", "length / length of A", "cosine with A + B, median [5 %, 95 %]"]
        print_table(f"{name}: {PAIRS} pairs of words", header, disguise(space))
        stays = f"of {NEAR} nearest words stay [95 %]"
        caption = f"{name}: {ROTATIONS} rotations, {ROTATED_PAIRS} pairs of words"
        print_table(caption, ["norm", "formula", stays], rotated(space))


if __name__ == "__main__":
    main(sys.argv[1:])
