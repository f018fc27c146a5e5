"""Which formats there are."""

from __future__ import annotations

from typing import cast

from vecalc import finder
from vecalc.formats import Format


def formats() -> dict[str, Format]:
    """The formats that can be read, by the names of their modules."""
    modules = {name: finder.module("vecalc.formats", name) for name in finder.names("vecalc.formats")}
    return {name: cast(Format, module) for name, module in modules.items() if hasattr(module, "recognise")}
