"""`vecalc import`: a file of vectors becomes a store under a name, ready in a millisecond ever after."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any

import click

from vecalc.answers import Stored
from vecalc.shell.options import EMBED, QUIET, READING, TYPE
from vecalc.shell.registry import command


def _name_of(file: str) -> str:
    """What a model is called by its file: without suffixes; by the file of an archive, and with the part."""
    rest, _, part = file.partition("#")
    _, archive, member = rest.partition(".zip:")
    name = PurePath(member).stem if archive else rest.split(".")[0]
    return f"{name}.{part}" if part else name


@command(
    "vecalc import FILE [--name NAME]",
    "  vecalc import vectors.bin --name news     then -m news\n"
    "  vecalc import reviews.txt --name docs --embed MODEL\n",
)
@click.argument("file")
@click.option("--name", metavar="NAME", help="What -m calls it; the file's name without its suffix.")
@EMBED
@TYPE
@READING
@QUIET
def run(file: str, name: str | None, embed: str, kind: Stored, quiet: bool, **reading: Any) -> int:
    """Reads a file of vectors once and keeps it as a model: vecalc -m NAME opens it in a millisecond."""
    # What reads files loads numpy; the options don't need it.
    from vecalc.formats.load import how
    from vecalc.library.catalogue import Entry, absolute, without_prefix
    from vecalc.shell.models.import_file import import_and_tell

    name = _name_of(Path(without_prefix(file)[0]).absolute().name) if name is None else name
    own = Entry(embed=absolute(embed) or None)
    import_and_tell(file, name, kind, how(**reading), quiet=quiet, own=own)
    return 0
