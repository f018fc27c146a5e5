"""For the tests of pictures: a calculator over the family, drawings of every kind."""

from __future__ import annotations

import numpy as np
from rendering import NASTY_WORDS
from running import FAMILY

import vecalc
from vecalc import finder
from vecalc.answers import Tabled
from vecalc.engine.calculator import Calculator
from vecalc.plots import Bars, Colouring, Drawing, Heat, Histogram, Neighbourhoods, Role, Scatter

MODULES = [finder.module("vecalc.plots", name) for name in finder.names("vecalc.plots")]
DRAWERS = {suffix: module for module in MODULES for suffix in getattr(module, "SUFFIXES", ())}
NASTY = (
    *NASTY_WORDS,
    "</script><b>",
    "$x^2$",
    "$\\frac$",
    "שלום",
    "مرحبا",
    "",
    "x" * 300,
    "&lt;",
    "]]>",
    "{{x}}",
)


def family() -> Calculator:
    return Calculator(vecalc.load(FAMILY).space)


def cloud(labels: tuple[str, ...], seed: int = 7) -> Scatter:
    """Some points with everything that a map may have."""
    n = len(labels)
    random = np.random.default_rng(seed)
    parts: tuple[Role, ...] = ("given", "result", "context")
    rows = np.array([[(i + 1) % n, -1] for i in range(n)])
    return Scatter(
        labels[0], (labels[-1], labels[0]), labels, random.normal(size=(n, 2)),
        tuple(parts[min(i, 2)] for i in range(n)), np.linspace(0, 1, n), ((0, 1),) if n > 1 else (),
        Neighbourhoods(labels, rows, np.where(rows < 0, np.nan, 0.5)), None, labels[:2],
    )  # fmt: skip


def drawings(labels: tuple[str, ...]) -> dict[str, Drawing]:
    """A drawing of every kind with these labels everywhere."""
    n = len(labels)
    points = cloud(labels)
    numbers = np.where(np.arange(n) % 5 == 4, np.nan, np.arange(n, dtype=float))
    square = np.cos(np.arange(n * n, dtype=float)).reshape(n, n)
    return {
        "map": points,
        "map with numbers": points._replace(colouring=Colouring(labels[0], numbers)),
        "map with names": points._replace(colouring=Colouring(labels[-1], (*labels[1:], ""))),
        "one point": cloud(labels[:1])._replace(kept=np.array([np.nan]), remarks=()),
        "no spread": points._replace(places=np.zeros((n, 2)), arrows=()),
        "heat": Heat(labels[0], Tabled(labels, labels, square), labels[:1]),
        "heat above zero": Heat(labels[0], Tabled(labels, labels, abs(square)), labels[:1]),
        "bars": Bars(labels[0], labels[-1], labels, np.linspace(-1, 1, n), labels[:1]),
        "histogram": Histogram(
            labels[0], labels[-1], np.linspace(0, 1, 41), np.arange(40.0),
            ((labels[-1], 0.9), (labels[0], 0.1)), labels[:1],
        ),
    }  # fmt: skip
