"""`vecalc import`: a file of vectors becomes a store under a name, ready in a millisecond ever after."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from vecalc.app.cli.options import QUIET, TOLERANCE
from vecalc.app.commands import command


@command("vecalc import FILE [--name NAME]", "  vecalc import vectors.bin --name news     then -m news\n")
@click.argument("file")
@click.option("--name", metavar="NAME", help="What -m calls it; the file's name without its suffix.")
@click.option(
    "--type",
    "kind",
    type=click.Choice(["float32", "float16"]),
    default="float32",
    help="float16 takes half the space; what it loses is told.",
)
@TOLERANCE
@QUIET
def run(file: str, name: str | None, kind: str, quiet: bool, **tolerance: Any) -> int:
    """Reads a file of vectors once and keeps it as a model: vecalc -m NAME opens it in a millisecond."""
    # What reads files loads numpy; the options don't need it.
    from vecalc.app.cli.meter import watched
    from vecalc.app.cli.terminal import error_style
    from vecalc.app.stores import import_model
    from vecalc.formats.load import tolerant
    from vecalc.render.problem import note
    from vecalc.render.visible import visible
    from vecalc.space.store import FACTS, read_facts

    path = Path(file)
    name = path.absolute().name.split(".")[0] if name is None else name
    folder, written = import_model(
        path,
        name,
        kind,
        tolerant(**tolerance),
        watch=partial(watched, quiet=quiet),
    )
    if not quiet:
        for text in read_facts(folder / FACTS).rest.get("notes", ()):
            sys.stderr.write(note(str(text), error_style()))
    size = sum(part.stat().st_size for part in folder.iterdir())
    loss = f", the largest loss of a vector {written.loss:.1e} of its length" if written.loss else ""
    what = f"{written.rows:,} words x {written.width}, {kind}{loss}"
    sys.stdout.write(visible(f"{name}: {what}; {size / 1e6:,.1f} MB in {folder}") + "\n")
    return 0
