"""Base forms of words by WordNet's own rules and exception lists (morphy(7WN))."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from starter.wordnet import WordNet

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
# An inflected form is taken to be used this often for each use of its base form.
_FORM_SHARE = 0.2
_USUAL_SHARE = 0.1


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

    def is_lemma(self, word: str) -> bool:
        """Tell whether WordNet has the word as it is; of single letters only `a` and `i` count as words."""
        return word in self.uses and (len(word) > 1 or word in "ai")

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
        if not rated and not self.is_usual_form(word):
            return []
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
