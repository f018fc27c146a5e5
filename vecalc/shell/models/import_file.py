"""A file of vectors kept as a model under a name, and what is told of it."""

from __future__ import annotations

from functools import partial

from vecalc.answers import Stored
from vecalc.library import catalogue
from vecalc.library.cache import CacheUse
from vecalc.library.open_model import import_model
from vecalc.shell.display import remark, say
from vecalc.shell.meter import watched
from vecalc.sources import Reading
from vecalc.space.store import FACTS, read_facts


def import_and_tell(
    path: str,
    name: str,
    kind: Stored,
    reading: Reading,
    *,
    quiet: bool,
    own: catalogue.Entry = catalogue.Entry(),  # noqa: B008 - immutable
    use: CacheUse = CacheUse(),  # noqa: B008 - immutable
) -> None:
    """Import a file under a name, and print a line; `own` is what the model is to carry, and what embeds it.

    Raises `UsageError` for a name that is an alias's.
    """
    catalogue.forget_what_is_gone(catalogue.not_an_alias(name))
    older, before = catalogue.exists(name), catalogue.read().entries.get(name, catalogue.Entry())
    try:
        if own != catalogue.Entry():  # first: a model that is there without it would be taken for whole
            catalogue.change(lambda found: found.put(name, own))
        watch = partial(watched, quiet=quiet)
        folder, written = import_model(path, name, kind, reading, watch, own.embed or "", use)
    except BaseException:
        if own != before and older:
            catalogue.change(lambda found: found.put(name, before))
        catalogue.forget_what_is_gone(name)
        raise
    if before.embed and not own.embed:
        catalogue.change(lambda found: found.put(name, before._replace(embed=None)))
    replaced = (f"{name} took the place of an older model of this name",) if older else ()
    for text in () if quiet else (*read_facts(folder / FACTS).rest.get("notes", ()), *replaced):
        remark(str(text))
    size = sum(part.stat().st_size for part in folder.iterdir())
    loss = f", the largest loss of a vector {written.loss:.1e} of its length" if written.loss else ""
    rows = f"texts by {own.embed}" if own.embed else "words"
    what = f"{written.rows:,} {rows} x {written.width}, {kind}{loss}"
    say(f"{name}: {what}; {size / 1e6:,.1f} MB in {folder}")
