"""Measure a space with the evaluation sets that gensim's package carries."""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

_SUMS = (
    ("king - man + woman", {"king": 1, "man": -1, "woman": 1}),
    ("paris - france + italy", {"paris": 1, "france": -1, "italy": 1}),
    ("blood + color", {"blood": 1, "color": 1}),
    ("eat + food - american", {"eat": 1, "food": 1, "american": -1}),
)
_NEAR = ("king", "queen", "man", "woman", "dog", "cat", "paris", "run", "happy", "computer", "red", "dogs")


def report(words: list[str], rounded: npt.NDArray[np.int8], more: list[Path]) -> None:
    """Print similarity scores (of gensim's sets and of `more`), sums, neighbours and analogy accuracy."""
    unit = rounded.astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    place = {word: at for at, word in enumerate(words)}
    for path in (_data("wordsim353.tsv"), _data("simlex999.txt"), *more):
        score, known, total = similarity(unit, place, path)
        print(f"{path.name}: Spearman {score:.4f} on {known} of {total} pairs")
    for label, terms in _SUMS:
        target = np.sum([sign * unit[place[word]] for word, sign in terms.items()], axis=0)
        print(f"{label}: {_nearest(unit, words, target, {*terms})}")
    a, b = (unit[place[word]] * np.sqrt(unit.shape[1]) for word in ("blood", "color"))
    print(f"0.5*(A*B + A + B): {_nearest(unit, words, 0.5 * (a * b + a + b), {'blood', 'color'})}")
    for word in _NEAR:
        print(f"  {word}: {_nearest(unit, words, unit[place[word]], {word})}")
    analogies(unit, place)


def _data(name: str) -> Path:
    """Find one of gensim's packaged files without importing gensim."""
    spec = find_spec("gensim")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("--evaluate needs gensim installed")
    return Path(spec.submodule_search_locations[0]) / "test" / "test_data" / name


def similarity(unit: npt.NDArray[np.float32], place: dict[str, int], path: Path) -> tuple[float, int, int]:
    """Give Spearman's rank correlation with people's ratings, the known pairs and all pairs."""
    lines = path.read_text(encoding="utf-8").lower().splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    known = [(unit[place[a]] @ unit[place[b]], float(r)) for a, b, r, *_ in rows if {a, b} <= place.keys()]
    ours, theirs = zip(*known, strict=True)
    return float(spearmanr(ours, theirs).statistic), len(known), len(rows)


def _nearest(unit: npt.NDArray[np.float32], words: list[str], target: npt.NDArray[np.float32],
             without: set[str]) -> str:  # fmt: skip
    order = (words[at] for at in np.argsort(-(unit @ target), kind="stable")[:20])
    return " ".join([word for word in order if word not in without][:10])


def analogies(unit: npt.NDArray[np.float32], place: dict[str, int]) -> None:
    """Print how often b - a + c has d as its first neighbour, per section (Mikolov et al. 2013)."""
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    listed: Counter[str] = Counter()
    section, known = "", []
    for line in _data("questions-words.txt").read_text(encoding="utf-8").lower().splitlines():
        if line.startswith(":"):
            section = line[2:]
            continue
        listed[section] += 1
        if all(word in place for word in line.split()):
            known.append((section, [place[word] for word in line.split()]))
    for at in range(0, len(known), 500):
        block = known[at : at + 500]
        asks = np.array([numbers for _, numbers in block])
        scores = (unit[asks[:, 1]] - unit[asks[:, 0]] + unit[asks[:, 2]]) @ unit.T
        for column in range(3):
            scores[np.arange(len(block)), asks[:, column]] = -9.0
        for (name, _), hit in zip(block, scores.argmax(axis=1) == asks[:, 3], strict=True):
            asked[name] += 1
            right[name] += int(hit)
    for name, total in listed.items():
        print(f"  {name}: {right[name]} of {asked[name]} asked, {total} listed")
    print(f"analogies: {right.total()} of {asked.total()} asked, {listed.total()} listed")
