"""What is made of a phrase with a negation: "I want non american food", "music but not jazz"?

python examples/negation.py MODEL... [starter]

negated_phrases.toml has phrases, the things that each wants and does not want (written before anything was
measured), and its content words: P those it asks for, N those it negates, H the noun of P, E three unwanted
things as examples, which are not ranked. Each formula ranks the wanted and the unwanted things of each
phrase. AUC is how likely a wanted one comes before an unwanted one; `first ten` is the share of wanted ones
among the first ten; `and far` is the same where the things of all other topics are ranked, too: what it finds
that is neither wanted nor unwanted counts against a formula. Where a model has fewer than ten wanted things
it is the first as many. Intervals are bootstrap intervals over phrases, `minus P` are paired differences to P
alone: the phrase without its negation and what that governs. The last table has the AUC of each kind of
negation.

A phrase counts if the model has its content words, an example, and five things of either side; a model or a
kind of negation, if there are five phrases. In a model of words a thing is a word, in a textual one a text.
`random` is what any order gives on average.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from judging import auc, mean_interval, print_table

import vecalc

PHRASES = Path(__file__).with_name("negated_phrases.toml")
EXAMPLES = 3  # unwanted things that one points at
LEAST = 5  # things of either side that a phrase needs, and phrases that a table needs
TEN = 10
USUAL = "P"
HEADER = ["formula", "AUC [95 %]", "minus P", "first ten [95 %]", "minus P", "and far [95 %]", "minus P"]

# X is the thing that is ranked.
OF_WORDS = {
    "P - N": "cos(X, P - N)",
    "raw(P - N)": "cos(X, raw(P - N))",
    "without(P, N)": "cos(X, without(P, N))",
    "cos(?, P) - cos(?, N)": "cos(X, P) - cos(X, N)",
    "P": "cos(X, P)",
    "P + N": "cos(X, P + N)",
    "H": "cos(X, H)",
    "-N": "-cos(X, N)",
    "P - mean(E)": "cos(X, P - mean(E))",
    "without(P, E)": "cos(X, without(P, E))",
    "-mean(E)": "-cos(X, mean(E))",
}
# T is the whole phrase as a text, D the same without the negation.
OF_TEXTS = {
    "T": "cos(text(X), T)",
    "T - N": "cos(text(X), T - N)",
    "T - mean(E)": "cos(text(X), T - mean(E))",
    "without(T, N)": "cos(text(X), without(T, N))",
    "D": "cos(text(X), D)",
    **{name: formula.replace("X", "text(X)") for name, formula in OF_WORDS.items() if "raw" not in name},
}


class Phrase(NamedTuple):
    """A phrase, its content words, and things: examples of unwanted ones, and those that are ranked."""

    kind: str
    text: str
    positive: list[str]
    negative: list[str]
    head: str
    examples: list[str]
    wanted: list[str]
    unwanted: list[str]
    far: list[str]

    def known(self, has: Callable[[str], bool]) -> Phrase | None:
        """What of it a model has; None if that is too little."""
        examples, wanted, unwanted, far = (
            [thing for thing in things if has(thing)]
            for things in (self.examples, self.wanted, self.unwanted, self.far)
        )
        words = all(has(word) for word in (*self.positive, *self.negative, self.head))
        if not words or not examples or min(len(wanted), len(unwanted)) < LEAST:
            return None
        return self._replace(examples=examples, wanted=wanted, unwanted=unwanted, far=far)

    def names(self, textual: bool) -> str:
        """The definitions of P, N, H and E in the language, for texts of T and D besides."""
        if not textual:
            sums = {"P": " + ".join(self.positive), "N": " + ".join(self.negative), "H": self.head}
            return _defined(sums | {"E": f"[{', '.join(self.examples)}]"})
        texts = {
            "T": self.text,
            "D": " ".join((*self.positive, *self.negative)),
            "P": " ".join(self.positive),
            "N": " ".join(self.negative),
            "H": self.head,
        }
        return _defined(
            {name: _text(words) for name, words in texts.items()}
            | {"E": f"[{', '.join(map(_text, self.examples))}]"}
        )


def _text(words: str) -> str:
    return f'text("{words}")'


def _defined(names: dict[str, str]) -> str:
    return "; ".join(f"{name} = {value}" for name, value in names.items())


def phrases(path: Path = PHRASES) -> list[Phrase]:
    """The phrases of a file."""
    held = tomllib.loads(path.read_text(encoding="utf-8"))
    topics = held["things"]
    sets = {name: things for topic in topics.values() for name, things in topic.items()}
    return [_phrase(entry, sets, topics) for entry in held["phrase"]]


def _phrase(
    entry: dict[str, list[str]], sets: dict[str, list[str]], topics: dict[str, dict[str, list[str]]]
) -> Phrase:
    wanted, unwanted = (
        [thing for name in entry[side] for thing in sets[name]] for side in ("wanted", "unwanted")
    )
    own = {topic for topic, named in topics.items() if {*entry["wanted"], *entry["unwanted"]} & {*named}}
    near = {thing for topic in own for things in topics[topic].values() for thing in things}
    far = {thing for things in sets.values() for thing in things} - near
    words = {field: entry[field] for field in ("kind", "text", "positive", "negative", "head")}
    return Phrase(
        **words,
        examples=unwanted[:EXAMPLES],
        wanted=wanted,
        unwanted=unwanted[EXAMPLES:],
        far=sorted(far),
    )


class Scores(NamedTuple):
    """How well one formula does for each phrase [phrases]: AUC, and the shares of the first ten."""

    auc: npt.NDArray[np.float64]
    near: npt.NDArray[np.float64]
    all: npt.NDArray[np.float64]


def scored(calculate: vecalc.Calculator, formulas: dict[str, str], known: list[Phrase]) -> dict[str, Scores]:
    """Every formula's scores of every phrase."""
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in formulas}
    textual = calculate.spaces[""].encoder is not None
    for phrase in known:
        calculate.define(phrase.names(textual))
        things = [*phrase.wanted, *phrase.unwanted, *phrase.far]
        near = len(phrase.wanted) + len(phrase.unwanted)
        right = np.arange(len(things)) < len(phrase.wanted)
        made = vecalc.features(calculate, list(formulas.values()), {"X": things}, kind="float64").values
        for name, values in zip(formulas, made.T, strict=True):
            first, of_all = share(values[:near], right[:near]), share(values, right)
            found[name].append((auc(values[:near], right[:near]), first, of_all))
    return {name: Scores(*np.array(rows).T) for name, rows in found.items()}


def share(scores: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> float:
    """The share of right ones among the first ten, or the first as many as there are right ones."""
    first = np.argsort(-scores, kind="stable")[: min(TEN, int(right.sum()))]
    return float(right[first].mean())


def by_chance(known: list[Phrase]) -> Scores:
    """What a random order is worth on average."""
    counts = np.array([[len(p.wanted), len(p.unwanted), len(p.far)] for p in known], float)
    near, of_all = counts[:, :2].sum(1), counts.sum(1)
    return Scores(np.full(len(known), 0.5), counts[:, 0] / near, counts[:, 0] / of_all)


def measure(space: vecalc.VectorSpace, written: list[Phrase]) -> None:
    """Print the tables of one model."""
    calculate = vecalc.Calculator(space)
    textual = space.encoder is not None
    known = [phrase for one in written if (phrase := one.known(_vocabulary(calculate, textual)))]
    if len(known) < LEAST:
        print(f"\n{space.name}: {len(known)} of {len(written)} phrases: too few for a table")
        return
    found = scored(calculate, OF_TEXTS if textual else OF_WORDS, known)
    found["random"] = by_chance(known)
    things = round(float(np.mean([len(phrase.wanted) + len(phrase.unwanted) for phrase in known])))
    caption = f"{space.name}: {len(known)} of {len(written)} phrases, {things} things each"
    print_table(caption, HEADER, [_row(name, scores, found[USUAL]) for name, scores in found.items()])
    kinds = {phrase.kind: np.array([other.kind == phrase.kind for other in known]) for phrase in known}
    kinds = {kind: of for kind, of in kinds.items() if of.sum() >= LEAST}
    if kinds:
        print_table(
            f"{space.name}: AUC by the kind of negation",
            ["formula", *(f"{kind}, {of.sum()} phrases" for kind, of in kinds.items())],
            [
                [f"`{name}`", *(str(mean_interval(scores.auc[of])) for of in kinds.values())]
                for name, scores in found.items()
            ],
        )


def _row(name: str, scores: Scores, usual: Scores) -> list[str]:
    cells = [f"`{name}`"]
    for values, others in zip(scores, usual, strict=True):
        cells += [str(mean_interval(values)), str(mean_interval(values - others)) if name != USUAL else ""]
    return cells


def _vocabulary(calculate: vecalc.Calculator, textual: bool) -> Callable[[str], bool]:
    """Whether a model has a word, in this case or another; a textual one has any."""

    @cache
    def has(word: str) -> bool:
        try:
            calculate.value(word)
        except vecalc.VecalcError:
            return textual
        return True

    return has


def main(models: list[str]) -> None:
    """Measure every model given; `starter` is the built-in one."""
    written = phrases()
    for model in models:
        measure(vecalc.starter() if model == "starter" else vecalc.load(model).space, written)


if __name__ == "__main__":
    main(sys.argv[1:])
