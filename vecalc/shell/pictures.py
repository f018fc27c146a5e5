"""Where drawings go: which module draws for a file's suffix, how it is to look, who hears of long work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from vecalc import finder
from vecalc.errors import UsageError
from vecalc.plots import Drawing, Look, Theme
from vecalc.shell.display import BY_SUFFIX, columns, style
from vecalc.shell.request import Request

if TYPE_CHECKING:
    from vecalc.shell.opening import Opened
    from vecalc.studies.plot import Around

_FOLDER = "vecalc.plots"
_TERMINAL = "terminal"


def with_picture(request: Request) -> tuple[Request, ModuleType | None]:
    """The request, and what draws its file; None where it is for a terminal, or a table.

    Raises `UsageError` for a suffix that names neither.
    """
    if request.format or request.output in (None, "-"):
        return request, None
    suffix = Path(request.output or "").suffix.lower()
    found = drawers()
    if suffix in found:
        return request._replace(format="table"), found[suffix]
    if suffix and suffix not in BY_SUFFIX:
        hint = f"pictures: {', '.join(sorted(found))}; their numbers: {', '.join(sorted(BY_SUFFIX))}"
        raise UsageError("the suffix names no format", where=request.output or "", hint=hint)
    return request, None


def drawers() -> dict[str, ModuleType]:
    """What draws, by the suffixes of its files."""
    modules = (finder.module(_FOLDER, name) for name in finder.names(_FOLDER))
    return {suffix: module for module in modules for suffix in getattr(module, "SUFFIXES", ())}


def picture(
    drawing: Drawing, drawer: ModuleType | None, request: Request, theme: Theme
) -> tuple[bytes, tuple[str, ...]]:
    """A drawing as a file, or as text for the terminal, and what is to be told of it."""
    module = drawer or finder.module(_FOLDER, _TERMINAL)
    to_file = request.output not in (None, "-")
    here = style(request, several=False)
    look = Look(
        Path(request.output or "").suffix.lower(),
        theme,
        columns(),
        here.color and not to_file,
        here.ascii and not to_file,
    )
    notes = module.notes(drawing, look) if hasattr(module, "notes") else ()
    return module.draw(drawing, look), notes


def of_table(colour: str) -> str | None:
    """The file of a colouring by a column, which must not be written over."""
    path, hash_, _ = colour.rpartition("#")
    return path if hash_ and Path(path).is_file() else None


def around(opened: Opened) -> Around:
    """Who hears of a plot: notes are printed, errors are shown in their text, a meter says how far it is."""
    from vecalc.shell.opening import about
    from vecalc.studies.plot import Around

    return Around(opened.tell, about, watching(opened.request))


def watching(request: Request) -> Callable[[str, int], AbstractContextManager[Callable[[int], None]]]:
    """Shows a meter for long work."""
    from vecalc.shell.meter import metered

    @contextmanager
    def watch(what: str, total: int) -> Iterator[Callable[[int], None]]:
        with metered(what, total, quiet=request.quiet) as meter:
            yield meter.add if meter is not None else (lambda amount: None)

    return watch
