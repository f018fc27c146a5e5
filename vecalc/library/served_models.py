"""Stores on servers as models: opened where they are, or copied into the models folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vecalc.answers import Stored
from vecalc.arrays import Singles
from vecalc.errors import UsageError
from vecalc.formats.load import Loaded
from vecalc.library.cache import CacheUse
from vecalc.library.catalogue import address_named, as_shown
from vecalc.library.kept_stores import Watch
from vecalc.sources import Reading
from vecalc.space import VectorSpace
from vecalc.space.store_writer import write_store
from vecalc.stores import Patience
from vecalc.stores.addresses import Address, address_of, servers
from vecalc.stores.publishing import Publication, publish
from vecalc.stores.served import ServedSpace

if TYPE_CHECKING:
    from vecalc.space.metadata_writer import Known
    from vecalc.space.store_files import Written

OF_A_NUMBER = 4  # bytes


class Place(NamedTuple):
    """Where a model is to be published."""

    address: Address

    @property
    def called(self) -> str:
        """The name that the model has there."""
        return self.address.called

    def publish(self, space: VectorSpace, use: CacheUse, tap: Callable[[int], None] | None) -> Publication:
        """Publish a space there; see `stores.publishing`. Raises `RemoteProblem`."""
        server = servers()[self.address.scheme]
        target = server.target(self.address, Patience(answer=use.store_patience))  # type: ignore[attr-defined]
        try:
            return publish(space, space.name, target, tap=tap)
        finally:
            target.close()


def place_to_publish(target: str, *, index: str = "", force: bool = False) -> Place:
    """The place that an address, or an alias of one, names; what is wanted besides are options of it.

    Raises `UsageError` for what is none, or takes no models.
    """
    address = address_named(target)
    if address is None:
        hint = f"there are {', '.join(f'{scheme}://' for scheme in servers())}"
        raise UsageError("this is no address of a store", where=as_shown(target), hint=hint)
    place = address_of(address)
    if not hasattr(servers()[place.scheme], "target"):
        raise UsageError("nothing can be published there", where=place.shown)
    wanted = {"index": index, "force": "yes" if force else ""}
    for name, value in wanted.items():
        if value and name not in getattr(servers()[place.scheme], "FOR_TARGETS", ()):
            raise UsageError(f"there is no such choice for {place.scheme}://", where=f"--{name}")
    options = {**place.options, **{name: value for name, value in wanted.items() if value}}
    return Place(place._replace(options=options))


def open_served(address: str, name: str, use: CacheUse, reading: Reading = Reading()) -> Loaded:  # noqa: B008 - immutable
    """The space at an address; `name` captions it, or else the address without its password.

    What of `reading` is for files alone has no use here, which a note says.

    Raises `UsageError` for what is no address, `RemoteProblem` for what can't be connected to.
    """
    place = address_of(address)
    server = servers()[place.scheme]
    connection = server.connect(place, Patience(answer=use.store_patience))
    notes = (*connection.facts.notes, *_unused(reading))
    return Loaded(ServedSpace(connection, name or place.shown, use.tell), notes)


def _unused(reading: Reading) -> Iterator[str]:
    """A note on what was said of a file, and this is none."""
    usual = Reading()
    given = [name for name in Reading._fields if getattr(reading, name) != getattr(usual, name)]
    if given:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        yield f"{options}: for files, and not used of a server"


def copy_served(
    address: str, folder: Path, name: str, kind: Stored, watch: Watch, use: CacheUse
) -> tuple[Path, Written]:
    """Write all that there is at an address as a store at `folder`, streaming; it, and what went into it.

    Raises as `open_served` and `write_store` do; nothing is left behind then.
    """
    space, notes = open_served(address, "", use)
    facts = {"source": space.name, "notes": list(notes)}
    known: Known | None = None
    with watch(f"reading {space.name}", len(space) * space.dim * OF_A_NUMBER) as tap:

        def rows() -> Iterator[tuple[Sequence[str], Singles]]:
            nonlocal known
            words = space.words()
            for first, vectors, _ in space.blocks():
                known = _known(space, range(first, first + len(vectors)))
                yield list(islice(words, len(vectors))), vectors
                tap(vectors.tobytes())

        written = write_store(folder, rows(), name=name, kind=kind, facts=facts, metadata=lambda: known)
        return folder, written


def _known(space: VectorSpace, rows: range) -> Known | None:
    """The metadata of some rows, a list for each column."""
    if space.metadata is None:
        return None
    columns = space.metadata.columns
    records = space.metadata.records(rows, [column.name for column in columns])
    return dict(zip(columns, map(list, zip(*records, strict=True)), strict=True))
