"""One model in every store, and what is asked of each: `tests/test_store_contract.py` asks, and compares with memory.

A store joins by one file of this folder, which has

    make(model: Model, place: Any) -> VectorSpace      the model in a new store of its kind, opened

and perhaps `SERVER`, the name of the fixture that `place` comes from (else it is an empty folder), and
`METADATA = True` where the columns of the model are in it, too. A space that has `close` is closed in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from vecalc import finder

from .model import Model

__all__ = ["STORES", "Model", "expressions"]

_HERE = Path(__file__).parent


def _stores() -> Mapping[str, ModuleType]:
    modules = {name: finder.module(__name__, name) for name in finder.names(__name__)}
    return {name: module for name, module in modules.items() if hasattr(module, "make")}


STORES = _stores()


def expressions() -> list[str]:
    """What is asked: the lines of expressions.txt, and each nasty word, quoted."""
    from .model import NASTY, quoted

    lines = (_HERE / "expressions.txt").read_text("utf-8").splitlines()
    asked = [line for line in lines if line and not line.startswith("#")]
    return [*asked, *map(quoted, NASTY)]
