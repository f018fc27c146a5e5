"""WordNet's part of the vectors: four views of the words, put together and drawn to related words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from starter.algebra import Matrix, associate, centre, condense, scale_rows, share_out, unit_rows
from starter.counts import Tables

_VIEW_WIDTH = 300
# How much each view counts in the squared length of a vector.
_VIEW_SHARES = {"defined": 1.0, "joint": 1.3, "text": 0.7, "walk": 0.5}


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


def meanings(tables: Tables) -> Matrix:
    """Compute one row of length one for each base word."""
    parts = [
        np.sqrt(_VIEW_SHARES[name]) * centre(condense(table, _VIEW_WIDTH)) for name, table in views(tables)
    ]
    return pull_together(unit_rows(np.hstack(parts)), tables.kin)


def pull_together(rows: Matrix, kin: Any) -> Matrix:
    """Move each row towards the rows of related words: one round of retrofitting.

    Faruqui et al. (2015), with weights by relation; wholes are among them, so that a city takes
    on something of its country.
    """
    return np.asarray(unit_rows(rows + kin @ rows))
