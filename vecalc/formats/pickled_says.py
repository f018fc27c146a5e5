"""What a pickle holds that can't be read, in words, and the line that makes something of it that can."""

from __future__ import annotations

from typing import Any

from vecalc.codecs.pickled_arrays import plain, plan_of, shape_of
from vecalc.codecs.pickled_machine import Inert
from vecalc.codecs.pickled_names import TORCH
from vecalc.errors import FileProblem
from vecalc.sources import Source

_TORCH_BEGINS = 0x1950A86A20F9469CFC6C  # the first thing that torch.save pickled before it wrote zip archives


def unread(value: Any, source: Source, hint: str) -> FileProblem:
    """The problem of a pickle whose value has no words and rows."""
    if value == _TORCH_BEGINS:
        return FileProblem("tensors of PyTorch, as torch.save wrote them", where=str(source.path), hint=TORCH)
    return FileProblem(
        f"a pickle of {described(value)}: no words and rows", where=str(source.path), hint=hint
    )


def described(value: Any) -> str:
    """What a value is: "a dict of 12 int -> str"."""
    value = plain(value)
    if type(value) is dict:
        key, item = next(iter(value.items()), (None, None))
        return f"a dict of {len(value):,}" + (f" {_kind(key)} -> {_kind(item)}" if value else "")
    if isinstance(value, list | tuple | set | frozenset):
        kind = type(value).__name__
        return f"a {kind} of {len(value):,}" + (f" {_kind(next(iter(value)))}" if value else "")
    if plan_of(value):
        return f"an array {list(shape_of(value))}"
    if isinstance(value, Inert):
        return f"a {value.name}"
    return "None" if value is None else f"a single {_kind(value)}"


def _kind(value: Any) -> str:
    value = plain(value)
    if plan_of(value):
        return "array"
    return value.name.name if isinstance(value, Inert) else type(value).__name__.replace("NoneType", "None")
