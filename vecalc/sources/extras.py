"""Packages that only some formats need: loaded on use, their absence explained."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from vecalc.errors import FileProblem


def extra(module: str, name: str, what: str, path: Path) -> Any:
    """A module of the optional extra `name`; FileProblem where it is not installed.

    `what` is the file that needs it: "a parquet table".
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        message = f"{what} needs the package {package}, which is not installed"
        raise FileProblem(message, where=str(path), hint=f"pip install 'vecalc[{name}]'") from None
