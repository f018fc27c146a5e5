"""What `vecalc models` tells and fetches: the list, one model, its faults, what can be had, what is stale."""

from __future__ import annotations

import sys
from typing import Any

import click

from vecalc.app.cli.options import FORMAT, QUIET, TOLERANCE, TYPE, request_of
from vecalc.app.commands import command
from vecalc.app.models.asking import YES, confirm, default_model, say
from vecalc.errors import FileProblem

WRONG = 1  # the exit code of a check that found something
TIMEOUT = 20.0  # seconds of silence after which a server counts as frozen
LONGEST_TIMEOUT = 3600.0  # more is a mistake


def _seconds(_: click.Context, __: click.Parameter, value: float) -> float:
    if not 0 < value <= LONGEST_TIMEOUT:  # nor is nan
        raise click.BadParameter(f"{value:g} is not between 0 and {LONGEST_TIMEOUT:g} seconds")
    return value


@command("vecalc models list")
@FORMAT
@QUIET
def list_(**options: Any) -> int:
    """Every model with a name, and the files that the cache keeps converted."""
    from vecalc.app.cli.showing import show_sheets
    from vecalc.app.models.listing import sheets

    show_sheets(sheets(default_model()), request_of(options))
    return 0


@command("vecalc models info NAME|FILE")
@click.argument("name")
@FORMAT
@TOLERANCE
@QUIET
def info(name: str, **options: Any) -> int:
    """One model: its size, where it comes from, what it carries, its first words."""
    from functools import partial

    from vecalc.app import catalogue
    from vecalc.app.cli.meter import watched
    from vecalc.app.cli.opening import begin
    from vecalc.app.cli.showing import show_sheets
    from vecalc.app.models.listing import details
    from vecalc.app.spaces import starter
    from vecalc.app.stores import load
    from vecalc.formats.load import Loaded

    request = begin(request_of(options, model=(name,)))
    if name == catalogue.STARTER:
        opened = Loaded(starter(), ())
    else:
        opened = load(
            name,
            watch=partial(watched, quiet=request.quiet),
            skip_bad_rows=request.skip_bad_rows,
            allow_trailing=request.allow_trailing,
            encoding_errors=request.encoding_errors,
        )
    request = request._replace(beside=tuple(map(str, opened.files)))
    show_sheets(details(name, opened.space, opened.notes), request)
    return 0


@command("vecalc models check NAME|FILE", "  vecalc models check vectors.bin --words words.txt\n")
@click.argument("name")
@click.option("--words", metavar="FILE", help="How many of these words the model has; one a line.")
@click.option("--sample", type=click.IntRange(min=2), default=5000, metavar="N", help="Rows to sample.")
@click.option("--seed", type=int, default=0, metavar="N", help="Which rows are drawn.")
@FORMAT
@QUIET
def check(name: str, words: str | None, sample: int, seed: int, **options: Any) -> int:
    """Examines a model: what is wrong with its rows and words, and how its vectors lie. 1 if it is wrong."""
    from functools import partial

    from vecalc.app.cli.meter import watched
    from vecalc.app.cli.opening import begin
    from vecalc.app.cli.showing import show_sheets
    from vecalc.app.doctor.check import examine
    from vecalc.app.doctor.report import sheets
    from vecalc.app.models.listing import place_of

    request = begin(request_of(options, model=(name,), file=(words,) if words else ()))
    found = examine(place_of(name), words, sample, seed, partial(watched, quiet=request.quiet))
    show_sheets(sheets(found), request._replace(beside=tuple(map(str, found.files))))
    return WRONG if found.is_wrong else 0


@command("vecalc models pull [NAME]", "  vecalc models pull glove-twitter-25\n")
@click.argument("name", required=False)
@click.option("--as", "called", metavar="NAME", help="What -m is to call it.")
@click.option("--timeout", type=float, default=TIMEOUT, callback=_seconds, metavar="S", help="Seconds.")
@TYPE
@YES
@FORMAT
@QUIET
def pull(name: str | None, called: str | None, timeout: float, kind: str, yes: bool, **options: Any) -> int:
    """Fetches a model of the gensim-data collection and imports it; without a name, lists them."""
    from functools import partial

    from vecalc.app import catalogue
    from vecalc.app.cli.meter import watched
    from vecalc.app.cli.opening import begin
    from vecalc.app.cli.showing import show_sheets
    from vecalc.app.models import pulling

    request = begin(request_of(options))
    if name is None:
        show_sheets([pulling.sheet(pulling.offers(timeout))], request)
        return 0
    called = catalogue.not_an_alias(catalogue.check_name(called or name, "vecalc models pull"))
    one = pulling.offer(name, timeout)
    licence = f", licence: {one.license}" if one.license else ""
    say(f"{one.name}: {one.size / 1e6:,.1f} MB{licence}", sys.stderr)
    for url, checksum in one.parts:
        say(f"  {url}  md5 {checksum}", sys.stderr)
    confirm("Fetch it?", yes, "vecalc models pull")
    file = pulling.fetch(one, partial(watched, quiet=request.quiet), timeout)
    from vecalc.app.models.importing import import_and_tell
    from vecalc.formats import Tolerance

    try:
        import_and_tell(file, called, kind, Tolerance(), quiet=request.quiet)
    except FileProblem:  # nor would it be a model the next time
        file.unlink(missing_ok=True)
        raise
    file.unlink(missing_ok=True)
    return 0


@command("vecalc models prune [--all]")
@click.option("--all", "everything", is_flag=True, help="Also what is of use; it is made again when needed.")
@FORMAT
@QUIET
def prune(everything: bool, **options: Any) -> int:
    """Removes from the cache what is of no use: files that changed or are gone, leftovers of killed runs."""
    from vecalc.app.cli.showing import show_sheets
    from vecalc.app.models.pruning import prune

    show_sheets([prune(everything=everything)], request_of(options))
    return 0
