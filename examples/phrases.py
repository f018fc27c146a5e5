"""Which composition of two words comes nearest to what people say about phrases?

python examples/phrases.py ANNOTATIONS.csv [MODEL...]

ANNOTATIONS has pairs of adjective-noun phrases and a human similarity: columns Pair ("angry bark,angry
crowd") and Sem_Sim, as in SemSim-AudSim (Nazir and Sadrzadeh 2023). Each formula makes a vector of each
phrase; the cosines of the pairs are compared with the human judgements by Spearman's rank correlation, on
the pairs whose words the model has, with a bootstrap interval over pairs. Beside it the difference to A + B
at the same norm, from the same resamples, and what the formula finds without knowing the adjectives: the mean
where those of other pairs are dealt to it at random. In that set the two phrases of a pair nearly always
share their adjective; the few pairs that don't are left out, and the noun alone is the baseline to beat.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from compositions import FORMULAS, NORMS
from judging import Interval, merged, print_table, samples

import vecalc

SEED, DEALS = 1, 5  # of the adjectives of other pairs


def read(path: Path) -> list[tuple[list[str], float]]:
    """The four words of each pair of phrases, and the human similarity."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [
            (row["Pair"].replace(",", " ").split(), float(row["Sem_Sim"])) for row in csv.DictReader(stream)
        ]
    return [(words, score) for words, score in rows if len(words) == 4]


def ranked(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Ranks in samples, of how often each value is in each of them [s, n]; equal values share theirs.

    As rows of mean 0 and length 1, a value that is there twice counting twice: the product of two rows is
    Spearman's rank correlation.
    """
    order = np.argsort(values)
    _, starts, where = np.unique(values[order], return_index=True, return_inverse=True)
    counts = np.add.reduceat(times[:, order], starts, axis=1)
    ranks = np.cumsum(counts, axis=1) - counts / 2 - len(values) / 2
    ranks /= np.sqrt((counts * ranks**2).sum(axis=1, keepdims=True))
    return ranks[:, where[np.argsort(order)]] * np.sqrt(times)


def spearman(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Spearman's rank correlation in each sample, of ranks."""
    return np.einsum("sn,sn->s", a, b)


def measure(space: vecalc.VectorSpace, judged: list[tuple[list[str], float]]) -> None:
    """Print a table for one model."""
    known = [
        (words, score)
        for words, score in judged
        if words[0] == words[2] and all(space.row(word) is not None for word in words)
    ]
    human = np.array([score for _, score in known])
    pairs = [words for words, _ in known]
    times = samples(len(known))
    rightly = ranked(human, times)
    rows = []
    for norm in NORMS:
        calculate = vecalc.Calculator(space, vecalc.Options(norm=norm, exact=True))
        usual = None
        for name, formula in FORMULAS.items():
            cosines = similar(calculate, formula, pairs)
            if not np.ptp(cosines):
                rows.append([norm, f"`{name}`", "none: the same for all pairs", "", ""])
                continue
            found = spearman(ranked(cosines, times), rightly)
            usual = found if usual is None else usual
            gain = str(Interval.of(found - usual)) if name != "A + B" else ""
            dealt = [similar(calculate, formula, deal) for deal in deals(pairs)]
            other = np.mean([spearman(ranked(some, times[:1]), rightly[:1])[0] for some in dealt])
            rows.append([norm, f"`{name}`", str(Interval.of(found)), gain, f"{other:.3f}"])
    print_table(
        f"{space.name}: {len(known):,} of {len(judged):,} pairs, those with one adjective",
        ["norm", "formula", "Spearman [95 %]", "minus that of A + B [95 %]", "other adjectives"],
        merged(rows),
    )


def deals(pairs: list[list[str]]) -> Iterator[list[list[str]]]:
    """The same pairs of nouns with the adjectives of other pairs."""
    random = np.random.default_rng(SEED)
    for _ in range(DEALS):
        others = [pairs[at] for at in random.permutation(len(pairs))]
        yield [
            [other[0], noun, other[2], second]
            for (_, noun, _, second), other in zip(pairs, others, strict=True)
        ]


def similar(calculate: vecalc.Calculator, formula: str, pairs: list[list[str]]) -> np.ndarray:
    """The cosines of the pairs of phrases under a formula."""
    adjectives, nouns, others, seconds = (list(words) for words in zip(*pairs, strict=True))
    a, b = (
        vecalc.features(calculate, [formula], side, kind="float64").values
        for side in ({"A": adjectives, "B": nouns}, {"A": others, "B": seconds})
    )
    cosines = np.einsum("rd,rd->r", a, b) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return np.round(cosines, 9)  # the same phrase twice is a tie, not rounding noise


def main(annotations: str, models: list[str]) -> None:
    """Measure the built-in space and every model given."""
    judged = read(Path(annotations))
    for space in (vecalc.starter(), *(vecalc.load(model).space for model in models)):
        measure(space, judged)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
