"""Lists the modules of a package folder and loads one of them: the only plug-in mechanism.

A file format, a search backend and an output format are each one module in its folder; nothing
registers them. Listing goes through the package's own loader, so that it works from a checkout, an
installed package and a zipped one alike, and imports none of what it lists.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from vecalc.errors import UsageError


@cache  # a folder is listed once: to look into it for each of its modules took longer than to read a model
def names(package: str) -> tuple[str, ...]:
    """The public modules of a package ("vecalc.formats"), in alphabetical order, not imported."""
    folder = importlib.import_module(package).__path__
    return tuple(sorted(m.name for m in pkgutil.iter_modules(folder) if not m.name.startswith("_")))


def module(package: str, name: str) -> ModuleType:
    """Import one module of a package by its bare name; UsageError when there is none of that name."""
    known = names(package)
    if name not in known:
        raise UsageError(f"{package} has no module '{name}'", hint=f"there are {', '.join(known)}")
    return importlib.import_module(f"{package}.{name}")
