"""The models that there are, as sheets."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from vecalc.answers import Cell, Column, Sheet
from vecalc.conditions import Missing
from vecalc.errors import FileProblem
from vecalc.formats.folders import main_file
from vecalc.library import catalogue
from vecalc.library.cache import folder_of
from vecalc.library.conversions import CURRENT, TOUCHED, conversions, facts_of, size_of
from vecalc.library.meant import meant
from vecalc.library.missing import refuse_missing
from vecalc.library.text_models import texts_folder
from vecalc.sources import Reading
from vecalc.space import VectorSpace
from vecalc.space.store import Facts

SHAPE, SIZE = (Column("words", "count"), Column("width", "count"), Column("type")), Column("size", "size")
CARRIED = (Column("norm"), Column("metric"))
COLUMNS = (
    Column("name"),
    Column("kind"),
    *SHAPE,
    *CARRIED,
    SIZE,
    Column("default"),
    Column("source", "path"),
)
CACHED = (Column("source", "path"), *SHAPE, SIZE, Column("state"))
MODEL = (Column("name"), *SHAPE, *CARRIED, SIZE, Column("path"))
FIRST = 8  # words shown of a model


def place_of(name: str) -> Path:
    """Where a model lies: the starter's folder, an imported model's, or an alias's file.

    FileProblem for an address, and for what is not there where something like it is.
    """
    if name == catalogue.STARTER:
        return catalogue.starter_folder()
    place = catalogue.known(Path(catalogue.without_prefix(name)[0]))
    refuse_missing(str(place))
    return place


def sheets(default: str) -> Iterator[Sheet]:
    """All models with a name, and what the cache keeps; `default` is what `-m` would be without it."""
    rows = tuple(_row(name, default) for name in catalogue.names())
    kind = "file" if catalogue.address_named(default) is None else "store"
    known = default in catalogue.names()
    remarks = () if known else (f"the default is the {kind} {catalogue.as_shown(default)}",)
    yield Sheet("models", COLUMNS, rows, "Models", remarks)
    if kept := list(conversions()):
        total = f"{sum(one.size for one in kept) / 1e6:,.1f} MB; `vecalc models prune` removes what is stale"
        rows = tuple(
            (f"{one.called or one.folder}{_by(one.facts)}", *_shape(one.facts), one.size, one.state)
            for one in kept
        )
        yield Sheet("cache", CACHED, rows, "Converted files in the cache", (total,))


def _shape(facts: Facts | None) -> tuple[Cell, Cell, Cell]:
    return (facts.rows, facts.width, facts.type) if facts else (None, None, None)


def _by(facts: Facts | None) -> str:
    """What to say of the embedder of texts; nothing for words."""
    told = facts.rest.get("embedder") if facts else None
    return f", texts by {told.get('name')}" if isinstance(told, dict) else ""


def _row(name: str, default: str) -> tuple[Cell, ...]:
    entry = catalogue.read().entries.get(name, catalogue.Entry())
    is_default = "yes" if name == default else ""
    if catalogue.command_of(name) is not None:
        return (name, "command", None, None, None, entry.norm, entry.metric, None, is_default, entry.path)
    if (address := catalogue.address_named(name)) is not None:  # which is not asked: servers may be away
        shown = catalogue.as_shown(address)
        return (name, "store", None, None, None, entry.norm, entry.metric, None, is_default, shown)
    place = place_of(name)
    file = catalogue.file_at(place)
    facts, size, source = facts_of(place), size_of(file), ""
    kind = "built in" if name == catalogue.STARTER else "alias" if entry.path else "imported"
    if entry.path:
        source = f"{place}, texts by {entry.embed}" if entry.embed else str(place)
        facts = facts or _converted(name)
    elif facts:
        told = facts.rest.get("source")
        source = (str(told.get("path", "")) if isinstance(told, dict) else str(told or "")) + _by(facts)
    if kind == "alias" and not file.exists():
        kind = "alias of nothing"
    return (name, kind, *_shape(facts), entry.norm, entry.metric, size, is_default, source)


def _converted(name: str) -> Facts | None:
    """What the cache has of a model's file as it is now, or of its texts by the model's own embedder."""
    embed = catalogue.own(name).embed or ""
    try:
        what = meant(name, Reading())
        folder = folder_of(*main_file(what.place, what.reading))
    except FileProblem:  # which is told by whoever opens it
        return None
    for one in conversions():
        if one.facts is None or one.state not in (CURRENT, TOUCHED):
            continue
        told = one.facts.rest.get("embedder") if embed else None
        if isinstance(told, dict) and told.get("name") in (embed, Path(embed).name):
            folder = texts_folder(what, str(told.get("identity")))
        if one.folder.name == folder.name and bool(told) == bool(embed):
            return one.facts
    return None


def details(name: str, space: VectorSpace, notes: Iterable[str]) -> Iterator[Sheet]:
    """One model: what the list says, and what its store and its words tell."""
    entry, address = catalogue.own(name), catalogue.address_named(name)
    shape: tuple[Cell, ...] = (len(space), space.dim)
    if address is None:
        place = place_of(name)
        facts = facts_of(place) or _converted(name)
        shape = (*shape, facts.type if facts else "float32")
        lies: tuple[Cell, Cell] = (size_of(catalogue.file_at(place)), str(place))
        kept = [*_of_store(facts), *_of_metadata(space)]
    else:
        name, lies = catalogue.as_shown(name), (None, catalogue.as_shown(address))
        shape, kept = (*shape, "float32"), [*_of_server(space)]
    yield Sheet("model", MODEL, ((name, *shape, entry.norm, entry.metric, *lies),), "Model")
    first = range(min(FIRST, len(space)))
    space.vectors(first)  # and so the words of these rows, where asking for each would take its time
    told = [("first words", ", ".join(map(space.word, first))), *kept]
    told += [("note", note) for note in notes]
    yield Sheet("details", (Column("what"), Column("value")), tuple(told), "Details")


def _of_server(space: VectorSpace) -> Iterator[tuple[str, str]]:
    yield "kept", "no: its server is asked"
    if space.metadata is not None:
        yield "columns", ", ".join(f"{column.name} ({column.kind})" for column in space.metadata.columns)


def _of_metadata(space: VectorSpace) -> Iterator[tuple[str, str]]:
    """The columns of a local space, and how many rows lack a value: all rows are looked at."""
    known = space.metadata
    for name, kind in known.columns if known else ():
        missing = len(known.matching(Missing(name))) if known else 0
        yield "column", f"{name} ({kind})" + (f", {missing:,} missing" if missing else "")


def _of_store(facts: Facts | None) -> Iterator[tuple[str, str]]:
    if facts is None:
        yield "kept", "no: it is read when it is used"
        return
    source = facts.rest.get("source")
    if isinstance(source, dict):
        yield "source", str(source.get("path"))
        if moment := _moment(source.get("mtime_ns")):
            yield "source's time", moment
        yield "source's digest", str(source.get("digest"))
    elif source:
        yield "source", str(source)
    if isinstance(told := facts.rest.get("embedder"), dict):
        yield "texts by", f"{told.get('name')} ({told.get('identity')})"
    digests = facts.rest.get("digests")
    has_codes = isinstance(digests, dict) and "codes.npy" in digests
    yield "search index", "1 byte per dimension" if has_codes else "none"
    if isinstance(digests, dict) and "tokenizer.json" in digests:
        yield "texts", "read by its tokenizer"
    if (loss := facts.rest.get("loss")) and isinstance(loss, float):
        yield "loss", f"at most {loss:.1e} of a vector's length"


def _moment(nanoseconds: object) -> str:
    """A time as people write it; nothing for what is none."""
    if not isinstance(nanoseconds, int):
        return ""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(nanoseconds // 10**9))
    except (OverflowError, OSError, ValueError):
        return ""
