"""The formulas of two words that the measuring examples compare, at each norm: the same in every table."""

from __future__ import annotations

FORMULAS = {
    "A + B": "A + B",
    "A": "A + 0*B",  # a table needs each of its columns in each formula
    "B": "B + 0*A",
    "A + 0.5*B": "A + 0.5*B",
    "0.5*A + B": "0.5*A + B",
    "A*B": "A*B",
    "0.5*(A*B + A + B)": "combined(A, B)",
    "A + B + 2*A*B": "combined(A, B, 1, 1, 2)",
    "A + A*B": "A + A*B",
    "B + A*B": "B + A*B",
    "min(A, B)": "min(A, B)",
    "max(A, B)": "max(A, B)",
    "dilate(A, B)": "dilate(A, B)",
    "dilate(B, A)": "dilate(B, A)",
    "bind(A, B)": "bind(A, B)",
}
NORMS = ("rms", "unit", "raw")
