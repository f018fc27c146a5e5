"""What `vecalc models` tells and fetches: the list, one model, its faults, what can be had, what is stale."""

from __future__ import annotations

import sys
from typing import Any

import click

from vecalc.answers import Stored
from vecalc.errors import FileProblem
from vecalc.library import catalogue
from vecalc.shell.display import confirm, say
from vecalc.shell.options import (
    EMBED,
    FORMAT,
    QUIET,
    READING,
    STORE_TIMEOUT,
    TYPE,
    YES,
    RealNumber,
    WholeNumber,
    flag,
    offer,
    request_of,
    seconds,
)
from vecalc.shell.registry import command
from vecalc.shell.settings import default_model

WRONG = 1  # the exit code of a check that found something
TIMEOUT = 20.0  # seconds of silence after which a server counts as frozen
PULL = "vecalc models pull"  # where it goes wrong


@command("vecalc models list")
@FORMAT
@QUIET
def list_(**options: Any) -> int:
    """Every model with a name, and the files that the cache keeps converted."""
    from vecalc.library.inventory import sheets
    from vecalc.shell.opening import Outcome, perform

    return perform(request_of(options), lambda _: Outcome(sheets(default_model())))


@command("vecalc models info NAME|FILE")
@click.argument("name", shell_complete=offer("models", files=True))
@EMBED
@STORE_TIMEOUT
@FORMAT
@READING
@QUIET
def info(name: str, **options: Any) -> int:
    """One model: its size, where it comes from, what it carries, its first words."""
    from vecalc.formats.load import Loaded
    from vecalc.library.inventory import details
    from vecalc.library.open_model import load
    from vecalc.shell.opening import Opened, Outcome, perform

    def told(opened: Opened) -> Outcome:
        found = Loaded(catalogue.starter(), ())
        if name != catalogue.STARTER:
            by = opened.request.embed or None
            found = load(name, watch=opened.watch, cache=opened.cache_use, embed=by, **opened.reading)
        opened.reads(found.files)
        return Outcome(details(name, found.space, found.notes))

    return perform(request_of(options, model=(name,)), told, "reading")


@command("vecalc models check NAME|FILE", "  vecalc models check vectors.bin --words words.txt\n")
@click.argument("name", shell_complete=offer("models", files=True))
@click.option("--words", metavar="FILE", help="How many of these words the model has; one a line.")
@click.option("--sample", type=WholeNumber(2), default=5000, metavar="N", help="Rows to sample. [5000]")
@click.option("--seed", type=WholeNumber(), default=0, metavar="N", help="Random seed. [0]")
@STORE_TIMEOUT
@READING
@FORMAT
@QUIET
def check(name: str, words: str | None, sample: int, seed: int, **options: Any) -> int:
    """Examines a model: what is wrong with its rows and words, and how its vectors lie.

    Exits with 1 if anything is wrong.
    """
    from vecalc.library.inventory import place_of
    from vecalc.shell.opening import Opened, Outcome, perform
    from vecalc.studies.check.check_sheets import sheets
    from vecalc.studies.check.model_check import examine

    def examined(opened: Opened) -> Outcome:
        on_server = catalogue.address_named(name) is not None
        model = next(iter(opened.spaces.values())) if on_server else place_of(name)
        found = examine(model, words, sample, seed, opened.watch, **opened.reading)
        opened.reads(found.files)
        return Outcome(sheets(found), code=WRONG if found.is_wrong else 0)

    return perform(request_of(options, model=(name,), file=(words,) if words else ()), examined, "checking")


@command(
    "vecalc models pull [NAME|hf:OWNER/NAME]",
    "  vecalc models pull glove-twitter-25\n  vecalc models pull hf:minishlab/potion-base-8M --as pot\n",
)
@click.argument("name", required=False, shell_complete=offer("pull"))
@click.option("--as", "called", metavar="NAME", help="What -m is to call it.")
@click.option(
    "--timeout",
    type=RealNumber(),
    default=TIMEOUT,
    callback=seconds,
    metavar="S",
    help="Seconds to wait for the server. [20]",
)
@TYPE
@YES
@FORMAT
@QUIET
def pull(
    name: str | None, called: str | None, timeout: float, kind: Stored, yes: bool, **options: Any
) -> int:
    """Fetches a model and imports it: of the gensim-data collection (without a name, lists them), or
    hf:OWNER/NAME[@REVISION] of the Hugging Face hub.
    """
    from vecalc.library import gensim_data, hub
    from vecalc.library.conversions import remove_from_disk
    from vecalc.library.offers import fetch
    from vecalc.shell.models.import_file import import_and_tell
    from vecalc.shell.opening import Opened, Outcome, perform
    from vecalc.sources import Reading

    def pulled(opened: Opened) -> Outcome:
        if name is None:
            return Outcome([gensim_data.sheet(gensim_data.offers(timeout))])
        offers = hub if name.startswith(hub.PREFIX) else gensim_data
        model = catalogue.not_an_alias(catalogue.check_name(called or offers.called(name), PULL))
        one = offers.offer(name, timeout)
        for line in one.told():
            say(line, sys.stderr)
        confirm("Fetch it?", yes, PULL)
        quiet = opened.request.quiet
        folder = fetch(one, opened.watch, timeout, (lambda _: None) if quiet else _say_aside)
        try:
            import_and_tell(str(folder / one.main), model, kind, Reading(), quiet=quiet)
        except FileProblem:  # nor would it be a model the next time
            remove_from_disk(folder)
            raise
        remove_from_disk(folder)
        return Outcome()

    return perform(request_of(options), pulled)


def _say_aside(line: str) -> None:
    say(line, sys.stderr)


@command("vecalc models prune [--all]")
@flag("--all", "everything", "Also what is of use; it is made again when needed.")
@FORMAT
@QUIET
def prune(everything: bool, **options: Any) -> int:
    """Removes from the cache what is of no use: files that changed or are gone, leftovers of killed runs."""
    from vecalc.library.conversions import prune
    from vecalc.shell.opening import Outcome, perform

    return perform(request_of(options), lambda _: Outcome([prune(everything=everything)]))
