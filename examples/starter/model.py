"""From the two parts to the vectors: WordNet's meanings and GloVe's use, side by side, then cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.linalg

from starter.algebra import Matrix, centre, main_axes, unit_rows
from starter.morphology import FORMS, Morphology
from starter.vocabulary import Vocabulary

WIDTH = 192
_FLATTEN = 0.5
# How much GloVe's part counts in the squared length of a vector, against 1 for WordNet's.
_USE_SHARE = 0.5
_FORM_SIZE = 1.5
_RARITY_SHARE, _RARITY_RANK = 0.3, 20_000.0
# WordNet's part of a word that only GloVe has: guessed, and so shorter than one that is known.
_RIDGE, _GUESS_SIZE = 10.0, 0.7
# A name whose parts agree less than this is mostly used for another bearer than WordNet's.
_AGREEMENT, _LEAST_TRUST = 0.086, 0.3


@dataclass(frozen=True)
class Known:
    """What WordNet says of each word: meaning [n, d] of length one or nothing, grammatical form [n, 6]."""

    meaning: Matrix
    forms: Matrix

    @property
    def has(self) -> npt.NDArray[np.bool_]:
        """Tell for each word whether WordNet has a meaning for it."""
        return np.asarray(self.meaning.any(axis=1))


def vectors(known: Known, use: Matrix, named: npt.NDArray[np.bool_], width: int = WIDTH) -> Matrix:
    """Compute one row for each word, from WordNet's part, GloVe's rows [n, 50], and which words are names."""
    used = centre(use)
    meaning = complete(known.meaning, known.has, used, named)
    rows = unit_rows(np.hstack([meaning, np.sqrt(_USE_SHARE) * used]))
    full = np.hstack([mark_rare(rows), _FORM_SIZE * known.forms])
    return main_axes(full, known.has, width, _FLATTEN)


def assemble(meaning: Matrix, morphology: Morphology, vocabulary: Vocabulary) -> Known:
    """Give each word the meaning of its base forms, and note its grammatical form."""
    place = {word: at for at, word in enumerate(vocabulary.bases)}
    rows = np.zeros((len(vocabulary.words), meaning.shape[1]))
    forms = np.zeros((len(vocabulary.words), len(FORMS)))
    for row, word in enumerate(vocabulary.words):
        analyses = morphology.analyses(word)
        for analysis in analyses:
            rows[row] += analysis.share * meaning[place[analysis.base]]
            if analysis.form:
                forms[row, FORMS.index(analysis.form)] += analysis.share
        if not analyses and word in place:
            rows[row] = meaning[place[word]]
    return Known(unit_rows(rows), forms)


def complete(
    meaning: Matrix, has: npt.NDArray[np.bool_], used: Matrix, named: npt.NDArray[np.bool_]
) -> Matrix:
    """Guess WordNet's part where there is none, and shorten it where it is of somebody else.

    The guess is a ridge regression from GloVe's part, learned from all words that have both. Where the
    meaning of a name hardly agrees with the guess, as that of `bush` (a shrub), `toyota` (a city) or
    `nike` (a goddess), texts speak of something else and GloVe's part must count for more.
    """
    seen = used[has]
    slope = scipy.linalg.solve(
        seen.T @ seen + _RIDGE * np.eye(used.shape[1]), seen.T @ meaning[has], assume_a="pos"
    )
    guess = unit_rows(used @ slope)
    agreement = (guess * meaning).sum(axis=1)
    trust = np.clip(agreement / _AGREEMENT, _LEAST_TRUST, 1.0) ** 2
    whole = np.where(has & named, trust, 1.0)[:, None] * meaning
    whole[~has] = _GUESS_SIZE * guess[~has]
    return np.asarray(whole)


def mark_rare(rows: Matrix) -> Matrix:
    """Give rare words one component in common, so that they do not crowd round common ones.

    Trained embeddings have such a direction by themselves. Common words have next to nothing of
    it, so the angles among them stay as they are.
    """
    rank = np.arange(len(rows), dtype=np.float64)
    rarity = rank**2 / (rank**2 + _RARITY_RANK**2)
    return np.asarray(unit_rows(np.hstack([rows, np.sqrt(_RARITY_SHARE * rarity)[:, None]])))
