"""From tables to vectors: four views of the words, put together and cut to the wanted width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from starter.algebra import (
    Matrix,
    associate,
    centre,
    condense,
    main_axes,
    scale_rows,
    share_out,
    unit_rows,
)
from starter.counts import Tables
from starter.vocabulary import FORMS, Morphology, Vocabulary

WIDTH = 256
_VIEW_WIDTH = 300
# How much each view counts in the squared length of a vector.
_VIEW_SHARES = {"defined": 1.0, "joint": 1.3, "text": 0.7, "walk": 0.5}
_FLATTEN = 0.7
_FORM_SIZE = 1.2
_RARITY_SHARE, _RARITY_RANK = 1.5, 15000.0


def views(tables: Tables) -> Iterator[tuple[str, Any]]:
    """Yield the association table of each view of the base words."""
    defined = (tables.senses @ tables.reach @ tables.glosses).tocsr()
    yield "defined", unit_rows(associate(defined, defined, doubt=0.1))
    said = (tables.spoken @ tables.glosses).tocsr()
    said_once = (tables.spoken @ scale_rows(tables.glosses, 1.0)).tocsr()
    joint = share_out(scale_rows(defined, 0.5)) + 2.0 * share_out(scale_rows(said_once, 0.3))
    yield "joint", associate(joint.tocsr(), (2.0 * defined + said).tocsr(), doubt=1.0)
    yield "text", associate(said_once, said, doubt=2.0, shift=0.5)
    yield "walk", unit_rows(associate((tables.senses @ tables.walk).tocsr()))


def vectors(tables: Tables, morphology: Morphology, vocabulary: Vocabulary, width: int = WIDTH) -> Matrix:
    """Compute one row for each word of the vocabulary."""
    parts = [
        np.sqrt(_VIEW_SHARES[name]) * centre(condense(table, _VIEW_WIDTH)) for name, table in views(tables)
    ]
    meaning = pull_together(unit_rows(np.hstack(parts)), tables.kin)
    return assemble(mark_rare(meaning, vocabulary), morphology, vocabulary, width)


def pull_together(rows: Matrix, kin: Any) -> Matrix:
    """Move each row towards the rows of related words: one round of retrofitting.

    Faruqui et al. (2015), with weights by relation; wholes are among them, so that a city takes
    on something of its country.
    """
    return np.asarray(unit_rows(rows + kin @ rows))


def mark_rare(rows: Matrix, vocabulary: Vocabulary) -> Matrix:
    """Give rare words one component in common, so that they do not crowd round common ones.

    Trained embeddings have such a direction by themselves. Common words have next to nothing of
    it, so the angles among them stay as they are.
    """
    place = {word: at for at, word in enumerate(vocabulary.words)}
    rank = np.array([place[word] for word in vocabulary.bases], dtype=np.float64)
    rarity = rank**2 / (rank**2 + _RARITY_RANK**2)
    return np.asarray(unit_rows(np.hstack([rows, np.sqrt(_RARITY_SHARE * rarity)[:, None]])))


def assemble(meaning: Matrix, morphology: Morphology, vocabulary: Vocabulary, width: int) -> Matrix:
    """Give each word the meaning of its base forms plus components for its grammatical form."""
    place = {word: at for at, word in enumerate(vocabulary.bases)}
    rows = np.zeros((len(vocabulary.words), meaning.shape[1]))
    forms = np.zeros((len(vocabulary.words), len(FORMS)))
    for row, word in enumerate(vocabulary.words):
        known = [a for a in morphology.analyses(word) if a.base in place]
        for analysis in known:
            rows[row] += analysis.share * meaning[place[analysis.base]]
            if analysis.form:
                forms[row, FORMS.index(analysis.form)] += analysis.share
        if not known:
            rows[row] = meaning[place[word]]
    return main_axes(np.hstack([unit_rows(rows), _FORM_SIZE * forms]), width, _FLATTEN)
