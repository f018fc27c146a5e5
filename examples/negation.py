"""What is made of a phrase with a negation: "I want non american food", "music but not jazz"?

python examples/negation.py MODEL... [starter]

negated_phrases.toml has phrases, the things that each wants and does not want (written before anything was
measured), and its content words: P those it asks for, N those it negates, H the noun of P, E three unwanted
things as examples, which are not ranked. T is the phrase as it is said, and P + N what is left of it where
the negation is ignored. Each formula ranks the wanted and the unwanted things of each phrase. AUC is how
likely a wanted one comes before an unwanted one; `wanted` is the share of wanted ones among the first ten;
`of all` are the shares of both where the things of all other topics are ranked, too: what a formula finds
that is neither wanted nor unwanted counts against it. Where a model has fewer than ten wanted things it is
the first as many. Intervals are bootstrap intervals over phrases; `minus` columns are paired differences,
those to P alone to the phrase without its negation and what that governs. The second table is about AUC:
the difference to P - N, and each kind of negation.

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
from judging import Floats, auc, mean_interval, merged, print_table

import vecalc
from vecalc.space.matrix import MatrixSpace

PHRASES = Path(__file__).with_name("negated_phrases.toml")
EXAMPLES = 3  # unwanted things that one points at
LEAST = 5  # things of either side that a phrase needs, and phrases that a table needs
TEN = 10
USUAL, SUBTRACTED = "P", "P - N"
MEASURES = ("AUC", "wanted", "of all: wanted", "of all: unwanted")
HEADER = ["formula", *(cell for name in MEASURES for cell in (f"{name} [95 %]", "minus P"))]

# X is the thing that is ranked.
OF_WORDS = {
    "phrase(T)": "cos(X, F)",
    "phrase(T, negate=without)": "cos(X, G)",
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
OF_TEXTS = {
    "T": "cos(X, T)",
    "T - N": "cos(X, T - N)",
    "without(T, N)": "cos(X, without(T, N))",
    "T - mean(E)": "cos(X, T - mean(E))",
    "without(T, E)": "cos(X, without(T, E))",
    **{name: formula for name, formula in OF_WORDS.items() if name[:3] not in ("phr", "raw")},
    "P + N": "cos(X, B)",
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
        """The definitions in the language of what stands in the formulas, of words or of texts."""
        if textual:
            both = " ".join((*self.positive, *self.negative))
            texts = {"P": " ".join(self.positive), "N": " ".join(self.negative), "H": self.head}
            texts |= {"T": self.text, "B": both}
            names = {name: _text(words) for name, words in texts.items()}
            examples = [_text(example) for example in self.examples]
        else:
            names = {"P": " + ".join(self.positive), "N": " + ".join(self.negative), "H": self.head}
            names |= {"F": f'phrase("{self.text}")', "G": f'phrase("{self.text}", negate=without)'}
            examples = self.examples
        names["E"] = f"[{', '.join(examples)}]"
        return "; ".join(f"{name} = {value}" for name, value in names.items())


def _text(words: str) -> str:
    return f'text("{words}")'


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

    auc: Floats
    wanted: Floats
    wanted_of_all: Floats
    unwanted_of_all: Floats


def scored(space: vecalc.VectorSpace, known: list[Phrase]) -> dict[str, Scores]:
    """Each formula's scores of every phrase."""
    textual = space.encoder is not None
    formulas = OF_TEXTS if textual else OF_WORDS
    every = sorted({thing for one in known for thing in (*one.wanted, *one.unwanted, *one.far)})
    rows = vecalc.Calculator(space).value(f"[{', '.join(map(_text, every) if textual else every)}]")
    calculate = vecalc.Calculator({"": space, "things": MatrixSpace(every, rows.vectors)})
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in formulas}
    for phrase in known:
        calculate.define(phrase.names(textual))
        things = {"thing": [*phrase.wanted, *phrase.unwanted, *phrase.far]}
        made = vecalc.features(
            calculate, [*formulas.values()], things, bind=["X=things:thing"], kind="float64"
        )
        for name, scores in zip(formulas, made.values.T, strict=True):
            found[name].append(_scores(scores, len(phrase.wanted), len(phrase.unwanted)))
    return {name: Scores(*np.array(rows).T) for name, rows in found.items()}


def _scores(scores: Floats, wanted: int, unwanted: int) -> tuple[float, ...]:
    """Of the scores of the wanted things, the unwanted ones behind them, and the far ones behind those."""
    ten, near = min(TEN, wanted), scores[: wanted + unwanted]
    first, of_all = (np.argsort(-some, kind="stable")[:ten] for some in (near, scores))
    right = np.arange(len(near)) < wanted
    is_unwanted = (of_all >= wanted) & (of_all < len(near))
    return auc(near, right), (first < wanted).mean(), (of_all < wanted).mean(), is_unwanted.mean()


def by_chance(known: list[Phrase]) -> Scores:
    """What a random order is worth on average."""
    counts = np.array([[len(p.wanted), len(p.unwanted), len(p.far)] for p in known], float)
    wanted, unwanted, every = counts[:, 0], counts[:, 1], counts.sum(axis=1)
    return Scores(np.full(len(known), 0.5), wanted / (wanted + unwanted), wanted / every, unwanted / every)


def measure(space: vecalc.VectorSpace, written: list[Phrase]) -> None:
    """Print the tables of one model."""
    has = _vocabulary(space)
    known = [phrase for one in written if (phrase := one.known(has))]
    if len(known) < LEAST:
        print(f"\n{space.name}: {len(known)} of {len(written)} phrases: too few for a table")
        return
    found = scored(space, known)
    found["random"] = by_chance(known)
    things = round(float(np.mean([len(phrase.wanted) + len(phrase.unwanted) for phrase in known])))
    caption = f"{space.name}: {len(known)} of {len(written)} phrases, {things} things each"
    print_table(caption, HEADER, merged([_row(name, scores, found[USUAL]) for name, scores in found.items()]))
    kinds = {phrase.kind: np.array([other.kind == phrase.kind for other in known]) for phrase in known}
    kinds = {kind: of for kind, of in kinds.items() if of.sum() >= LEAST}
    usual, rows = found[SUBTRACTED].auc, []
    for name, scores in found.items():
        gain = "" if np.array_equal(scores.auc, usual) else str(mean_interval(scores.auc - usual))
        rows.append([f"`{name}`", gain, *(str(mean_interval(scores.auc[of])) for of in kinds.values())])
    header = [f"minus {SUBTRACTED} [95 %]", *(f"{kind}, {of.sum()} phrases" for kind, of in kinds.items())]
    print_table(f"{space.name}: AUC by the kind of negation", ["formula", *header], merged(rows))


def _row(name: str, scores: Scores, usual: Scores) -> list[str]:
    cells = [f"`{name}`"]
    for values, others in zip(scores, usual, strict=True):
        cells += [str(mean_interval(values)), str(mean_interval(values - others)) if name != USUAL else ""]
    return cells


def _vocabulary(space: vecalc.VectorSpace) -> Callable[[str], bool]:
    """Whether a model has a word, in this case or another; a textual one has any."""
    calculate = vecalc.Calculator(space)

    @cache
    def has(word: str) -> bool:
        try:
            calculate.value(word)
        except vecalc.VecalcError:
            return space.encoder is not None
        return True

    return has


def main(models: list[str]) -> None:
    """Measure every model given; `starter` is the built-in one."""
    written = phrases()
    for model in models:
        measure(vecalc.starter() if model == "starter" else vecalc.load(model).space, written)


if __name__ == "__main__":
    main(sys.argv[1:])
