"""Features for a model: formulas over the rows of a table become the columns of a matrix.

cells      cells of a table -> words or numbers, and what becomes of those that are neither
maker      blocks of cells -> blocks of features: `Maker`
spool      blocks on the disk, so that a run can be gone on with
writing    a spool -> npy, npz, Parquet, CSV
table      columns in memory -> `Features`, the Python function
run        a stream of rows -> a file, the command's work
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vecalc.arrays import Floats, Numbers

Unknown: TypeAlias = Literal["error", "skip", "zero", "mean", "nan"]
OnNoValue: TypeAlias = Literal["error", "skip", "nan"]
Type: TypeAlias = Literal["float32", "float64"]
Format: TypeAlias = Literal["npy", "npz", "parquet", "csv", "tsv"]
UNKNOWN: tuple[Unknown, ...] = get_args(Unknown)  # what becomes of a word that its space lacks
NO_VALUE: tuple[OnNoValue, ...] = get_args(OnNoValue)  # and of a formula that has no value in some row
TYPES: tuple[Type, ...] = get_args(Type)


class Policy(NamedTuple):
    """What to do about rows that are not whole.

    error: stop; skip: leave the row out; nan: the features concerned are NaN; zero and mean: an unknown word
    is the zero vector (at every norm), or the mean of its space's vectors as the file has them, which is then
    brought to the norm in force like a word's (`center` takes off the mean of vectors at the norm).
    """

    unknown: Unknown = "error"
    no_value: OnNoValue = "error"


class FeatureBlock(NamedTuple):
    """The features of some rows [k, w], and which of the rows [r] they are: ascending, from 0."""

    values: Floats
    rows: Numbers


class Features(NamedTuple):
    """Features of a table's rows.

    `names` of the columns [w]; `values` [k, w]; `rows` [k]: which row of the table each is, from 0, because
    rows may be left out; `notes` on how words were read, and on what was left out or filled in.
    """

    names: tuple[str, ...]
    values: NDArray[np.floating]
    rows: Numbers
    notes: tuple[str, ...] = ()
