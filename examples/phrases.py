"""Which composition of two words comes nearest to what people say about phrases?

python examples/phrases.py ANNOTATIONS.csv [MODEL...]

ANNOTATIONS has pairs of adjective-noun phrases and a human similarity: columns Pair ("angry bark,angry
crowd") and Sem_Sim, as in SemSim-AudSim (Nazir and Sadrzadeh 2023). Each formula makes a vector of each
phrase; the cosines of the pairs are compared with the human judgements by Spearman's rank correlation, on
the pairs whose words the model has, with a bootstrap interval over pairs. The last column is the difference
to A + B at the same norm, from the same resamples. In that set the two phrases of a pair nearly always share
their adjective, so the noun alone is the baseline to beat: `same adjective` says in how many pairs.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
from judging import interval, print_table

import vecalc

FORMULAS = {
    "A + B": "A + B",
    "B": "B",
    "A*B": "A*B",
    "0.5*(A*B + A + B)": "combined(A, B)",
    "0.5*A + B": "0.5*A + B",
    "A + 0.5*B": "A + 0.5*B",
    "B + A*B": "B + A*B",
    "dilate(A, B)": "dilate(A, B)",
    "bind(A, B)": "bind(A, B)",
}
NORMS = ("rms", "unit", "raw")


def read(path: Path) -> list[tuple[list[str], float]]:
    """The four words of each pair of phrases, and the human similarity."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [
            (row["Pair"].replace(",", " ").split(), float(row["Sem_Sim"])) for row in csv.DictReader(stream)
        ]
    return [(words, score) for words, score in rows if len(words) == 4]


def ranked(values: np.ndarray) -> np.ndarray:
    """Ranks, equal values sharing theirs."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[where]


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation."""
    return float(np.corrcoef(ranked(a), ranked(b))[0, 1])


def measure(space: vecalc.VectorSpace, judged: list[tuple[list[str], float]]) -> None:
    """Print a table for one model."""
    known = [(words, score) for words, score in judged if all(space.row(word) is not None for word in words)]
    same = sum(words[0] == words[2] for words, _ in known)
    print(f"\n{space.name}: {len(known)} of {len(judged)} pairs, {same} with the same adjective\n")
    human = np.array([score for _, score in known])
    first = {"A": [words[0] for words, _ in known], "B": [words[1] for words, _ in known]}
    second = {"A": [words[2] for words, _ in known], "B": [words[3] for words, _ in known]}
    rows = []
    for norm in NORMS:
        calculate = vecalc.Calculator(space, vecalc.Options(norm=norm, exact=True))
        usual = None
        for name, formula in FORMULAS.items():
            cosines = similar(calculate, formula, first, second)
            usual = cosines if usual is None else usual
            here = interval(lambda at, x=cosines: spearman(x[at], human[at]), len(human))
            gain = interval(
                lambda at, x=cosines, y=usual: spearman(x[at], human[at]) - spearman(y[at], human[at]),
                len(human),
            )
            rows.append([norm, f"`{name}`", str(here), str(gain) if name != "A + B" else ""])
    print_table(["norm", "formula", "Spearman [95 %]", "minus that of A + B [95 %]"], rows)


def similar(
    calculate: vecalc.Calculator, formula: str, first: dict[str, list[str]], second: dict[str, list[str]]
) -> np.ndarray:
    """The cosines of the pairs of phrases under a formula."""
    a, b = (vecalc.features(calculate, [formula], side, kind="float64").values for side in (first, second))
    cosines = np.einsum("rd,rd->r", a, b) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return np.round(cosines, 9)  # the same phrase twice is a tie, not rounding noise


def main(annotations: str, models: list[str]) -> None:
    """Measure the built-in space and every model given."""
    judged = read(Path(annotations))
    for space in (vecalc.starter(), *(vecalc.load(model).space for model in models)):
        measure(space, judged)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
