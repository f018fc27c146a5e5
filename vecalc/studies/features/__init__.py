"""Features for a model: formulas over the rows of a table become the columns of a matrix.

formulas   texts -> named formulas, and the names of their columns
cells      cells of a table -> words or numbers, and what becomes of those that are neither
maker      blocks of cells -> blocks of features: `Maker`
spool      blocks on the disk, so that a run can be gone on with
writing    a spool -> npy, npz, Parquet, CSV
table      columns in memory -> `Features`, the Python function
run        a stream of rows -> a file, the command's work
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN = ("error", "skip", "zero", "mean", "nan")  # what becomes of a word that its space lacks
NO_VALUE = ("error", "skip", "nan")  # and of a formula that has no value in some row
TYPES = ("float32", "float64")


class Policy(NamedTuple):
    """What to do about rows that are not whole.

    error: stop; skip: leave the row out; nan: the features concerned are NaN; zero and mean: an unknown word
    is the zero vector (at every norm), or the mean of its space's vectors (taken like a word's).
    """

    unknown: str = "error"
    no_value: str = "error"


class Block(NamedTuple):
    """The features of some rows [k, w], and which of the rows [r] they are: ascending, from 0."""

    values: NDArray[np.float64]
    rows: NDArray[np.int64]


class Features(NamedTuple):
    """Features of a table's rows.

    `names` of the columns [w]; `values` [k, w]; `rows` [k]: which row of the table each is, from 0, because
    rows may be left out; `notes` on how words were read, and on what was left out or filled in.
    """

    names: tuple[str, ...]
    values: NDArray[np.floating]
    rows: NDArray[np.int64]
    notes: tuple[str, ...] = ()
