"""Models given on the command line become named spaces."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import vecalc
from vecalc.errors import UsageError
from vecalc.library import catalogue
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from vecalc.library.cache import CacheUse
    from vecalc.library.open_model import Watch

CALLED = 12  # characters of a name made of a file's: columns are to fit on a screen
_NAMED = re.compile(r"([^\W\d][\w'’]*)=(.+)", re.DOTALL)


class Opened(NamedTuple):
    """Spaces by name (the default first), notes on what was put up with, and the files (stores) read."""

    spaces: dict[str, VectorSpace]
    notes: tuple[str, ...]
    files: tuple[Path, ...] = ()


def starter() -> VectorSpace:
    """The space inside the package: real vectors of English words, so that a fresh install answers."""
    from vecalc.space.store import open_store

    return open_store(starter_folder(), "starter")


def starter_folder() -> Path:
    """Where it lies."""
    return Path(vecalc.__file__).parent / "starter"


def open_spaces(
    models: Sequence[str],
    watch: Watch | None = None,
    cache: CacheUse | None = None,
    **tolerance: bool | str,
) -> Opened:
    """The spaces of `-m [NAME=]FILE ...`; without any, the starter. `watch` sees long files being read.

    FILE may be a name that `catalogue` knows. A space without a name is the default one; otherwise the first
    is. Raises `UsageError` for a name given twice, `FileProblem` for a file that can't be read.
    """
    if not models:
        return Opened({"": starter()}, ())
    from vecalc.library.cache import CacheUse
    from vecalc.library.open_model import load, unwatched

    how = {"watch": watch or unwatched, "cache": cache or CacheUse(), **tolerance}

    spaces: dict[str, VectorSpace] = {}
    notes: list[str] = []
    files: list[Path] = []
    for model in models:
        name, path = split_model(model)
        if name in spaces:
            again = f"the name '{name}' is given twice" if name else "two models without a name"
            raise UsageError(again, where=f"-m {model}", hint="name them: -m users=FILE -m movies=FILE")
        if path == catalogue.STARTER and not Path(path).exists():
            spaces[name] = starter()
            continue
        loaded = load(path, name=name or _shown(path), **how)  # type: ignore[arg-type]
        spaces[name] = loaded.space
        notes += [f"{path}: {note}" for note in loaded.notes]
        files += loaded.files
    return Opened({name: spaces[name] for name in sorted(spaces, key=bool)}, tuple(notes), tuple(files))


def split_model(model: str) -> tuple[str, str]:
    """`users=FILE` as name and path; a path that exists as written has no name."""
    match = _NAMED.fullmatch(model)
    if match is None or os.path.exists(model):  # noqa: PTH110 - no error for a name too long
        return "", model
    return match[1], match[2]


def named(models: Iterable[str]) -> tuple[str, ...]:
    """The models of `-m`, each with a name: one without is called by its file's, without folder and suffix.

    Raises `UsageError` for a name given twice.
    """
    named: dict[str, str] = {}
    for model in models:
        name, path = split_model(model)
        stem = name or re.sub(r"\W", "_", Path(path).name.split(".")[0])[:CALLED]
        stem = f"_{stem}" if not stem[:1].isalpha() else stem
        unique = next(n for n in chain([stem], (f"{stem}_{i}" for i in count(2))) if name or n not in named)
        if unique in named:
            raise UsageError(f"the name '{unique}' is given twice", where=f"-m {model}")
        named[unique] = path
    return tuple(f"{name}={path}" for name, path in named.items())


def own_settings(models: Sequence[str]) -> dict[str, catalogue.Entry]:
    """What is set for the models of `-m` themselves, by the names of their spaces; the default one first."""
    found = dict(split_model(model) for model in models) or {"": catalogue.STARTER}
    return {name: catalogue.own(found[name]) for name in sorted(found, key=bool)}


def _shown(path: str) -> str:
    """A model's caption: the file's name without its folders."""
    return Path(path).name or path
