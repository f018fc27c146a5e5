"""Texts as files of vectors, and what they come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vecalc.errors import FileProblem
from vecalc.formats.load import Loaded, load


def read_as(name: str, folder: Path, text: str | bytes, part: str = "", **how: Any) -> Loaded:
    """What a text comes to as a file of this name, or a part of it."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(f"{path}#{part}" if part else path, **how)


def problem_as(name: str, folder: Path, text: str | bytes, part: str = "", **how: Any) -> FileProblem:
    """Its problem, which says where, what and what to do in a line."""
    with pytest.raises(FileProblem) as caught:
        read_as(name, folder, text, part, **how)
    assert caught.value.where.startswith(str(folder / name))
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value
