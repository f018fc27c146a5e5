"""`vecalc import`: a file of vectors becomes a store under a name, ready in a millisecond ever after."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any

import click

from vecalc.answers import Stored
from vecalc.shell.options import EMBED, QUIET, READING, STORE_TIMEOUT, TYPE
from vecalc.shell.registry import command


def _name_of(file: str) -> str:
    """What a model is called by its file: without suffixes; by the file of an archive, and with the part."""
    rest, _, part = file.partition("#")
    _, archive, member = rest.partition(".zip:")
    name = PurePath(member).stem if archive else rest.split(".")[0]
    return f"{name}.{part}" if part else name


def _called(file: str) -> str:
    """The same of any model: a store on a server is called by its table."""
    from vecalc.library.catalogue import address_named, without_prefix

    if (address := address_named(file)) is None:
        return _name_of(Path(without_prefix(file)[0]).absolute().name)
    from vecalc.stores.addresses import address_of

    return address_of(address).called


@command(
    "vecalc import FILE|ADDRESS [--name NAME]",
    "  vecalc import vectors.bin --name news     then -m news\n"
    "  vecalc import reviews.txt --name docs --embed MODEL\n",
)
@click.argument("file")
@click.option("--name", metavar="NAME", help="What -m calls it; the file's name without its suffix.")
@EMBED
@STORE_TIMEOUT
@TYPE
@READING
@QUIET
def run(
    file: str, name: str | None, embed: str, store_timeout: float, kind: Stored, quiet: bool, **reading: Any
) -> int:
    """Reads a file of vectors once and keeps it as a model: vecalc -m NAME opens it in a millisecond."""
    # What reads files loads numpy; the options don't need it.
    from vecalc.formats.load import how
    from vecalc.library.cache import CacheUse
    from vecalc.library.catalogue import Entry, absolute
    from vecalc.shell.models.import_file import import_and_tell

    name = _called(file) if name is None else name
    own, use = Entry(embed=absolute(embed) or None), CacheUse(store_patience=store_timeout)
    import_and_tell(file, name, kind, how(**reading), quiet=quiet, own=own, use=use)
    return 0
