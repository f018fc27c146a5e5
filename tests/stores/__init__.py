"""One model in every store, and what is asked of each; `tests/test_store_contract.py` asks it.

A store joins by one file of this folder, which has

    filled(model: Model, place: Any) -> str      a new store of its kind, with the model: what `-m` takes

and perhaps

    METADATA = True        where the columns of the model are in it, too
    SERVER                 the name of the fixture that `place` comes from; else it is an empty folder
    METRIC                 the only metric that it can search by
    PREFIXES_ONLY          where `like` finds no texts but by how they begin
    digest(place, kept: str) -> str    of what is kept there, to see that nothing changes
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from vecalc import finder

from .model import NASTY, Model, quoted

__all__ = ["STORES", "Model", "expressions"]

_HERE = Path(__file__).parent


def _stores() -> Mapping[str, ModuleType]:
    modules = {name: finder.module(__name__, name) for name in finder.names(__name__)}
    return {name: module for name, module in modules.items() if hasattr(module, "filled")}


STORES = _stores()


def expressions() -> list[str]:
    """What is asked: the lines of expressions.txt, and each nasty word, quoted."""
    lines = (_HERE / "expressions.txt").read_text("utf-8").splitlines()
    asked = [line for line in lines if line and not line.startswith("#")]
    return [*asked, *map(quoted, NASTY)]
