"""Association weights, truncated decompositions, and rounding; all in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse as sp
from scipy.sparse.linalg import LinearOperator, eigsh

Matrix = npt.NDArray[np.float64]

_SMOOTHING = 0.75


def scale_rows(table: Any, power: float) -> Any:
    """Divide each row by its sum to the given power; 1 makes the rows sum to one."""
    sums = np.asarray(table.sum(axis=1)).ravel()
    sums[sums == 0] = 1.0
    return (sp.diags(sums**-power) @ table).tocsr()


def share_out(table: Any) -> Any:
    """Divide a table by its total."""
    return table / table.sum()


def associate(counts: Any, evidence: Any = None, doubt: float = 0.0, shift: float = 0.0) -> Any:
    """Positive pointwise mutual information of rows and columns.

    Context shares are smoothed with the power 3/4 and the whole may be shifted down (Levy,
    Goldberg and Dagan 2015). Where `evidence` (raw counts for the same cells) is given, each
    value is multiplied by c / (c + doubt), which keeps rare meetings from counting as strong
    ones (Pantel and Lin 2002).
    """
    cells = counts.tocoo()
    rows = np.asarray(counts.sum(axis=1)).ravel()
    columns = np.asarray(counts.sum(axis=0)).ravel() ** _SMOOTHING
    values = np.log(cells.data * columns.sum() / (rows[cells.row] * columns[cells.col])) - shift
    table = sp.csr_matrix((np.maximum(values, 0.0), (cells.row, cells.col)), shape=counts.shape)
    table.eliminate_zeros()
    if evidence is None:
        return table
    trust = evidence.tocsr(copy=True)
    trust.data = trust.data / (trust.data + doubt)
    return table.multiply(trust).tocsr()


def unit_rows(table: Any) -> Any:
    """Scale the rows of a dense or sparse table to length one; empty rows stay empty."""
    if sp.issparse(table):
        lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
        lengths[lengths == 0] = 1.0
        return (sp.diags(1.0 / lengths) @ table).tocsr()
    lengths = np.sqrt((table * table).sum(axis=1, keepdims=True))
    lengths[lengths < 1e-9] = 1.0
    return table / lengths


def condense(table: Any, width: int) -> Matrix:
    """Left singular vectors times the square roots of the singular values (Levy et al. 2015).

    The eigenproblem of table @ table.T or its mirror image is solved to machine precision from
    a fixed start, so that the answer depends on neither luck nor the number of threads.
    """
    flipped = table.T.tocsr()
    size = table.shape[0]
    operator = LinearOperator((size, size), matvec=lambda x: table @ (flipped @ x), dtype=np.float64)
    start = np.ones(size) / np.sqrt(size)
    values, vectors = eigsh(operator, k=width, v0=start, tol=0.0, ncv=2 * width + 1)
    order = np.argsort(-values)
    return np.asarray(vectors[:, order] * np.maximum(values[order], 0.0) ** 0.25)


def centre(rows: Matrix) -> Matrix:
    """Unit rows, less their common mean, to unit length again (Mu and Viswanath 2018, in part)."""
    level = unit_rows(rows)
    return np.asarray(unit_rows(level - level.mean(axis=0)))


def main_axes(rows: Matrix, sample: npt.NDArray[np.bool_], width: int, power: float) -> Matrix:
    """Rotate to the principal axes of some of the rows, keep the strongest, flatten them by a power."""
    chosen = rows[sample]
    values, vectors = scipy.linalg.eigh(chosen.T @ chosen)
    order = np.argsort(-values)[:width]
    turned = rows @ vectors[:, order]
    signs = np.where((turned**3).sum(axis=0) < 0.0, -1.0, 1.0)
    return np.asarray(turned * signs * np.sqrt(values[order]) ** (power - 1.0))


def to_bytes(rows: Matrix) -> npt.NDArray[np.int8]:
    """Round each row to whole numbers, its largest component becoming 127 or -127."""
    largest = np.abs(rows).max(axis=1, keepdims=True)
    return np.asarray(np.rint(rows * (127.0 / largest)), dtype=np.int8)
