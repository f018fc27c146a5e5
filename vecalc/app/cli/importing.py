"""`vecalc import`: a file of vectors becomes a store under a name, ready in a millisecond ever after."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from vecalc.app.cli.meter import watched
from vecalc.app.cli.terminal import error_style
from vecalc.render.problem import note
from vecalc.render.visible import visible


@click.command(add_help_option=False)
@click.argument("file")
@click.option("--name", metavar="NAME", help="What -m calls it; the file's name without its suffix.")
@click.option("--type", "kind", type=click.Choice(["float32", "float16"]), default="float32")
@click.option("--skip-bad-rows", is_flag=True)
@click.option("--allow-trailing", is_flag=True)
@click.option("--encoding-errors", type=click.Choice(["strict", "surrogateescape"]), default="strict")
@click.option("-q", "--quiet", is_flag=True)
def _options(**options: Any) -> dict[str, Any]:
    return options


HELP = """\
Usage: vecalc import FILE [--name NAME] [--type float32|float16] [--skip-bad-rows] [--allow-trailing]
                     [--encoding-errors strict|surrogateescape] [--quiet]

Reads a file of vectors once and keeps it as a model: vecalc -m NAME opens it in a millisecond.
float16 takes half the space on the disk; what it loses is told.
"""


def run(arguments: Sequence[str]) -> int:
    """Run `vecalc import FILE [--name NAME]`; the exit code. Raises `click.UsageError`, `VecalcError`."""
    with _options.make_context("vecalc import", list(arguments)) as context:
        asked = _options.invoke(context)
    # What reads files loads numpy; the options don't need it.
    from vecalc.app.stores import import_model
    from vecalc.formats.load import tolerant
    from vecalc.space.store import FACTS, read_facts

    path = Path(asked["file"])
    name = path.name.split(".")[0] if asked["name"] is None else asked["name"]
    tolerance = tolerant(asked["skip_bad_rows"], asked["allow_trailing"], asked["encoding_errors"])
    folder, written = import_model(
        path, name, asked["kind"], tolerance, watch=partial(watched, quiet=asked["quiet"])
    )
    if not asked["quiet"]:
        for text in read_facts(folder / FACTS).rest.get("notes", ()):
            sys.stderr.write(note(str(text), error_style()))
    size = sum(part.stat().st_size for part in folder.iterdir())
    loss = f", the largest loss of a vector {written.loss:.1e} of its length" if written.loss else ""
    what = f"{written.rows:,} words x {written.width}, {asked['kind']}{loss}"
    sys.stdout.write(visible(f"{name}: {what}; {size / 1e6:,.1f} MB in {folder}") + "\n")
    return 0
