"""`vecalc publish`: a model becomes a table or collection on a server, in force until the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vecalc.shell.model_part import PART, chosen_part
from vecalc.shell.options import (
    EMBED,
    QUIET,
    READING,
    STORE_TIMEOUT,
    flag,
    offer,
    request_of,
)
from vecalc.shell.registry import command

if TYPE_CHECKING:
    from vecalc.library.served_models import Place
    from vecalc.shell.opening import Opened
    from vecalc.space.selection import Selection
    from vecalc.stores.publishing import Publication

EXAMPLES = """\
  vecalc publish films.parquet 'postgresql://writer@host/db#films'
  vecalc publish starter milvus://host:19530/words --first 10000
"""


@command("vecalc publish MODEL TARGET [--first N]", EXAMPLES)
@click.argument("model", metavar="MODEL", shell_complete=offer("models", files=True))
@click.argument("target", metavar="TARGET")
@PART
@click.option("--index", default="", metavar="hnsw", help="Make an index of neighbours, too (Postgres).")
@flag("--force", "Replace a table of this name that vecalc has not made.")
@EMBED
@STORE_TIMEOUT
@READING
@QUIET
def run(model: str, target: str, **options: Any) -> int:
    """Writes a model to a server, tries it by questions whose answers are known, and puts it in force.

    TARGET is the address of a store, with the name that the model is to have there. Until the new version
    answers as the model does, the old one stays in force, whatever happens; afterwards it stays beside it.
    """
    # What publishes loads numpy; the options don't need it.
    from vecalc.library.served_models import place_to_publish
    from vecalc.shell.display import say
    from vecalc.shell.opening import Outcome, perform

    place = place_to_publish(target, index=options["index"], force=options["force"])

    def published(opened: Opened) -> Outcome:
        space = next(iter(opened.spaces.values()))
        part, more = chosen_part(space, options)
        opened.tell(*more)
        made = _published(opened, part, place)
        opened.tell(*made.notes)
        say(f"{place.called}: {made.rows:,} words x {part.dim} are in force, as {made.version}")
        for name in made.removed:
            say(f"{name}: removed")
        return Outcome()

    request = request_of(options, model=(model,), among=options["listed"])
    return perform(request, published, "publishing")


def _published(opened: Opened, part: Selection, place: Place) -> Publication:
    """Publish a space, and let a person see how far it is."""
    from vecalc.shell.meter import metered

    try:
        with metered(f"publishing {place.called}", len(part), quiet=opened.request.quiet) as meter:
            return place.publish(part, opened.cache_use, meter.add if meter else None)
    except (KeyboardInterrupt, SystemExit) as stopped:
        for note in getattr(stopped, "__notes__", ("it was just being put in force",)):
            opened.tell(f"{place.called}: stopped; {note}")
        raise
