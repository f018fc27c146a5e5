"""Which words get a vector, in which order, and which base forms they are forms of."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from starter.sources import SCOWL
from starter.wordnet import WordNet

LEMMAS = 30_000
INFLECTED = 10_000

FORMS = ("plural", "present", "past", "gerund", "comparative", "superlative")
# Ending, what stands in its place in the base form, part of speech, name of the form (morphy(7WN)).
_RULES = (
    ("s", "", "n", "plural"), ("ses", "s", "n", "plural"), ("xes", "x", "n", "plural"),
    ("zes", "z", "n", "plural"), ("ches", "ch", "n", "plural"), ("shes", "sh", "n", "plural"),
    ("men", "man", "n", "plural"), ("ies", "y", "n", "plural"),
    ("s", "", "v", "present"), ("ies", "y", "v", "present"), ("es", "e", "v", "present"),
    ("es", "", "v", "present"), ("ed", "e", "v", "past"), ("ed", "", "v", "past"),
    ("ing", "e", "v", "gerund"), ("ing", "", "v", "gerund"),
    ("er", "", "a", "comparative"), ("est", "", "a", "superlative"),
    ("er", "e", "a", "comparative"), ("est", "e", "a", "superlative"),
)  # fmt: skip
# How much one counted use says, by the commonness class that SCOWL gives the word. The classes
# are rough frequency bands; the numbers are about the ratio of the bands' mean frequencies.
_CLASS_WEIGHT = {10: 60.0, 20: 12.0, 35: 3.0, 40: 1.5, 50: 1.0, 55: 0.7, 60: 0.4}
_UNLISTED_WEIGHT = 0.05
# SCOWL begins its lists of names at class 35 and puts most into 50, however common they are.
_NAME_WEIGHT = 5.0
# A dictionary's definitions speak of "genus" and "relating" more than people do.
_DEFINITION_SHARE = 0.2
_LINK_SHARE = 0.1
# An inflected form is taken to be used this often for each use of its base form.
_FORM_SHARE = 0.2
_USUAL_SHARE = 0.1
_PLAIN = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Analysis:
    """One reading of a word: the base form, the form's name ("" for itself) and a share."""

    base: str
    form: str
    share: float


class Morphology:
    """Base forms by WordNet's own rules and exception lists."""

    def __init__(self, net: WordNet) -> None:
        self._net = net
        self.uses = {lemma: sum(s.count for s in senses) for lemma, senses in net.senses.items()}
        self._part_uses: Counter[tuple[str, str]] = Counter()
        for lemma, senses in net.senses.items():
            for sense in senses:
                self._part_uses[lemma, sense.part] += sense.count
        self._parts = {(lemma, s.part) for lemma, senses in net.senses.items() for s in senses}
        self._base: dict[str, str] = {}

    def readings(self, word: str) -> list[tuple[str, str, str]]:
        """List (base, part, form) of every way to read the word as an inflected form."""
        listed = self._net.exceptions.get(word)
        if listed:
            found = [(base, part, _irregular_form(word, part)) for part, base in listed]
        else:
            found = [
                (word.removesuffix(end) + new, part, form)
                for end, new, part, form in _RULES
                if word.endswith(end) and len(word) > len(end) + 1
            ]
            found = [item for item in found if _adds_es(item[0]) or word != item[0] + "es"]
        kept = {item for item in found if (item[0], item[1]) in self._parts and item[0] != word}
        return sorted(kept)

    def base(self, word: str) -> str:
        """Give the base form with most uses; the word itself where it is one or has none."""
        if word not in self._base:
            rated = {base: self.uses[base] + 0.25 for base, _, _ in self.readings(word)}
            if word in self.uses:
                rated[word] = self.uses[word] + 0.5
            self._base[word] = min(rated, key=lambda name: (-rated[name], name)) if rated else word
        return self._base[word]

    def is_usual_form(self, word: str) -> bool:
        """Tell whether the word is a form of a base in one of its usual parts of speech.

        `manning` is not: `man` is all but always a noun, and a vector is per base, not per part.
        """
        return any(
            self._part_uses[base, part] + 0.5 >= _USUAL_SHARE * self.uses[base]
            for base, part, _ in self.readings(word)
        )

    def analyses(self, word: str) -> list[Analysis]:
        """Share a word out over itself (where it is a lemma) and what it is a form of.

        `men` is a lemma of its own ("work force") but nearly always the plural of `man`.
        """
        rated = [(word, "", self.uses[word] + 1.0)] if word in self.uses else []
        for base, part, form in self.readings(word):
            rated.append((base, form, _FORM_SHARE * (self._part_uses[base, part] + 0.5)))
        total = sum(weight for _, _, weight in rated)
        return [Analysis(base, form, weight / total) for base, form, weight in rated]


def _adds_es(base: str) -> bool:
    """Tell whether a base form takes -es, not -s: `boxes`, `goes`, but not `runes` from `run`."""
    return base.endswith(("s", "x", "z", "ch", "sh", "o"))


def _irregular_form(word: str, part: str) -> str:
    if part == "n":
        return "plural"
    if part == "v":
        return "gerund" if word.endswith("ing") else "present" if word.endswith("s") else "past"
    return "superlative" if word.endswith("st") else "comparative"


@dataclass(frozen=True)
class Vocabulary:
    """The words in order of frequency, and the base words that vectors are computed for."""

    words: list[str]
    bases: list[str]


def choose_words(net: WordNet, morphology: Morphology, scowl: Path) -> Vocabulary:
    """Rank all candidate words and keep the commonest of each kind."""
    classes, weights = _read_classes(scowl)
    uses = _count_uses(net)
    candidates = {word for word in [*net.senses, *uses] if _PLAIN.fullmatch(word)}
    score = {word: (uses[word] + 5) * weights.get(word, _UNLISTED_WEIGHT) for word in candidates}
    ranked = sorted(candidates, key=lambda word: (-score[word], word))
    lemmas = [word for word in ranked if word in net.senses and (len(word) > 1 or word in "ai")]
    others = [word for word in ranked if word not in net.senses]
    inflected = [word for word in others if morphology.is_usual_form(word)][:INFLECTED]
    # Pronouns, prepositions and the like, which WordNet does not list but its glosses use.
    function = [w for w in others if not morphology.readings(w) and classes.get(w, 99) <= 20]
    bases = {*lemmas[:LEMMAS], *function}
    words = [*bases, *(w for w in inflected if any(a.base in bases for a in morphology.analyses(w)))]
    by_rank = {word: place for place, word in enumerate(ranked)}
    return Vocabulary(sorted(words, key=by_rank.__getitem__), sorted(bases, key=by_rank.__getitem__))


def _read_classes(root: Path) -> tuple[dict[str, int], dict[str, float]]:
    """Map each word of the SCOWL lists to its smallest (commonest) class, and to its weight."""
    classes: dict[str, int] = {}
    weights: dict[str, float] = {}
    for name in SCOWL.names:
        kind, level = name.rsplit(".", 1)
        factor = 1.0 if kind.endswith("-words") else _NAME_WEIGHT
        weight = min(factor * _CLASS_WEIGHT[int(level)], max(_CLASS_WEIGHT.values()))
        for line in (root / name).read_text(encoding="latin-1").splitlines():
            word = line.strip().lower()
            classes[word] = min(int(level), classes.get(word, int(level)))
            weights[word] = max(weight, weights.get(word, weight))
    return classes, weights


def _count_uses(net: WordNet) -> Counter[str]:
    """Estimate, in tenths, how often each form is used: sense tags, examples, definitions, links."""
    uses: Counter[str] = Counter()
    weights: dict[str, float] = {}
    for synset in net.synsets.values():
        uses.update(synset.examples)
        for word in synset.definition:
            weights[word] = weights.get(word, 0.0) + _DEFINITION_SHARE
    for lemma, senses in net.senses.items():
        uses[lemma] += sum(sense.count for sense in senses)
        links = sum(min(10, len(net.synsets[sense.synset].links)) for sense in senses)
        weights[lemma] = weights.get(lemma, 0.0) + _LINK_SHARE * links
    rounded = {word: round(weight * 10) for word, weight in weights.items()}
    return Counter({w: 10 * uses[w] + rounded.get(w, 0) for w in sorted({*uses, *rounded})})
