"""`vecalc convert`: a model, or a part of it, becomes a file of another format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vecalc.answers import NORMS
from vecalc.shell.model_part import PART, chosen_part
from vecalc.shell.options import (
    EMBED,
    QUIET,
    READING,
    STORE_TIMEOUT,
    choice,
    flag,
    offer,
    request_of,
)
from vecalc.shell.registry import command

if TYPE_CHECKING:
    from vecalc.formats.save import Saved
    from vecalc.space.selection import Selection

EXAMPLES = """\
  vecalc convert vectors.bin vectors.txt
  vecalc convert starter small.bin --first 1000       its thousand most frequent words
  vecalc convert vectors.bin unit.txt.gz --norm unit  vectors of length 1
"""


# The norm, too, has a name of its own inside (see PART).
@command("vecalc convert IN OUT [--to FORMAT] [--first N]", EXAMPLES)
@click.argument("model", metavar="IN", shell_complete=offer("models", files=True))
@click.argument("out", metavar="OUT")
@click.option(
    "--to",
    "form",
    metavar="FORMAT",
    default="",
    help="The format, where OUT's suffix won't do.",
    shell_complete=offer("written"),
)
@flag("--gzip", "Pack the file, as with a name that ends with .gz.")
@flag("--force", "Replace OUT if it exists.")
@PART
@choice("--norm", "scaled", "How long vectors are written. [raw]", of=NORMS, default="raw")
@EMBED
@STORE_TIMEOUT
@READING
@QUIET
def run(model: str, out: str, form: str, **options: Any) -> int:
    """Converts a model, or part of it, to another format; words and numbers stay the same.

    IN is whatever -m takes: a file, an imported name, starter. OUT's suffix says what to write.
    """
    # What writes files loads numpy; the options don't need it.
    from vecalc.formats.save import form_of, save
    from vecalc.shell.display import say
    from vecalc.shell.meter import metered
    from vecalc.shell.opening import Opened, Outcome, perform

    form = form_of(Path(out), form)  # before a long model is read
    request = request_of(options, model=(model,), among=options["listed"], output=out, format=form)

    def converted(opened: Opened) -> Outcome:
        space = next(iter(opened.spaces.values()))
        part, more = chosen_part(space, options, options["scaled"])
        opened.tell(*more)
        with metered(f"writing {Path(out).name}", len(part), quiet=opened.request.quiet) as meter:
            tap, kept = meter.add if meter else None, [Path(path) for path in opened.request.beside]
            saved = save(part, out, form, force=options["force"], gzip=options["gzip"], tap=tap, never=kept)
        for line in _report(saved, part):
            say(line)
        opened.tell(*(f"{Path(out).name}: {note}" for note in saved.notes))
        return Outcome()

    return perform(request, converted, "converting")


def _report(saved: Saved, part: Selection) -> list[str]:
    """What was written, in a line for each file."""
    from vecalc.formats.save import spoken

    loss = "exact"
    if part.norm != "raw":
        length = "1" if part.norm == "unit" else f"√{part.dim}"
        loss = f"every length is {length} now; rounding changes no vector by more than {part.loss:.1e} of it"
        if zeros := part.zeros():
            loss += f"; zero vectors, which stay zero: {zeros:,}"
    size = f"{saved.size / 1e6:,.1f} MB" if saved.size >= 1e5 else f"{saved.size:,} bytes"
    what = f"{len(part):,} words x {part.dim}, {spoken(saved.form)}, {size}; {loss}"
    return [f"{saved.files[0]}: {what}", *(f"{path}: belongs to it" for path in saved.files[1:])]
