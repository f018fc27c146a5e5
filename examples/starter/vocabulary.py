"""Which words get a vector, and which base forms WordNet's part is computed for."""

from __future__ import annotations

import html.entities
import re
from dataclasses import dataclass
from pathlib import Path

from starter.glove import Glove
from starter.morphology import Morphology
from starter.sources import SCOWL
from starter.wordnet import WordNet

# The lowest rank in GloVe's list, which is in order of frequency, at which a word is still taken, by
# the SCOWL class: news and encyclopaedias seldom have `sulky`, though everybody knows it.
_EVERYDAY_CLASS, _EVERYDAY_RANK = 35, 250_000
_LISTED_RANK = 90_000
_OTHER_RANK = 55_000
# Unlisted words of three letters are mostly codes and cut-off words; `bbc` and `sri` are common.
_SHORT_RANK = 20_000
_FUNCTION_CLASS = 20
_PLAIN = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Vocabulary:
    """The words in order of frequency, and the base words that WordNet's part is computed for."""

    words: list[str]
    bases: list[str]


def choose_words(net: WordNet, morphology: Morphology, scowl: Path, glove: Glove) -> Vocabulary:
    """Take the common words of the dictionaries, and the very common ones of no dictionary: names."""
    classes = _read_classes(scowl)
    words = [
        word
        for rank, word in enumerate(glove.words)
        if _PLAIN.fullmatch(word) and rank < _lowest_rank(word, morphology, classes)
    ]
    return Vocabulary(words, _bases(words, morphology, classes))


def _lowest_rank(word: str, morphology: Morphology, classes: dict[str, int]) -> int:
    """Say how far down GloVe's list the word may stand."""
    in_wordnet = morphology.is_lemma(word) or morphology.is_usual_form(word)
    if len(word) == 1:
        return _OTHER_RANK if word in "ai" else 0
    if word in classes:
        return _EVERYDAY_RANK if classes[word] <= _EVERYDAY_CLASS else _LISTED_RANK
    if in_wordnet:
        return _OTHER_RANK
    if word in html.entities.name2codepoint:
        return 0
    return _OTHER_RANK if len(word) > 3 else _SHORT_RANK if len(word) == 3 else 0


def _bases(words: list[str], morphology: Morphology, classes: dict[str, int]) -> list[str]:
    """List what WordNet's part is computed for: lemmas, function words, and bases of inflected forms.

    WordNet has no pronouns and prepositions, but its glosses use them.
    """
    bases: dict[str, None] = {}
    for word in words:
        found = [analysis.base for analysis in morphology.analyses(word)]
        if not found and classes.get(word, 99) <= _FUNCTION_CLASS:
            found = [word]
        bases.update(dict.fromkeys(found))
    return list(bases)


def _read_classes(root: Path) -> dict[str, int]:
    """Map each word of the SCOWL lists to its smallest (commonest) class."""
    classes: dict[str, int] = {}
    for name in SCOWL.names:
        level = int(name.rsplit(".", 1)[1])
        for line in (root / name).read_text(encoding="latin-1").splitlines():
            word = line.strip().lower()
            classes[word] = min(level, classes.get(word, level))
    return classes
