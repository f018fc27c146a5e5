"""`vecalc eval`: how well formulas answer analogies and predict judged similarity."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from vecalc.errors import UsageError
from vecalc.evaluation import CASES, EXCLUSIONS, UNKNOWN
from vecalc.evaluation.methods import METHODS
from vecalc.evaluation.protocol import ANALOGY_UNKNOWN, PROTOCOLS, SIMILARITY_UNKNOWN, rules_of
from vecalc.near import did_you_mean
from vecalc.shell.options import (
    FORMAT,
    LET,
    METRIC,
    MODEL,
    QUIET,
    OneOf,
    WholeNumber,
    as_utf8,
    choice,
    count,
    flag,
    group,
    request_of,
    several,
)
from vecalc.shell.registry import command, one_of

if TYPE_CHECKING:
    from vecalc.answers import Sheet
    from vecalc.shell.opening import Opened, Outcome
    from vecalc.studies.benchmarks import Wanted

KINDS = ("analogies", "similarity")
_EXAMPLES = """\
  vecalc eval analogies questions-words.txt -m vectors.bin
  vecalc eval analogies questions-words.txt -e 'b - a + c' -e '0.5*(b*c + b + c)' --method lrcos
  vecalc eval similarity wordsim353.tsv -e 'cos(a, b)' -e '-dist(a, b)'
  vecalc eval similarity ratings.csv --bind a=word1 --bind b=word2 --score mean
"""

RULES = group(
    choice(
        "--protocol",
        "Count as this program does; the options below overrule.",
        of=PROTOCOLS,
        default="exact",
    ),
    choice("--case", "How words are compared.", of=CASES),
    count("--first", "cut", "Only the N most frequent words exist."),
    choice(
        "--unknown",
        "Questions with unknown words: left out, wrong; similarity 0, mean vector; an error.",
        of=UNKNOWN,
    ),
    choice("--exclude", "exclusion", "Words of an analogy that can't be its answer.", of=EXCLUSIONS),
    METRIC,
    click.option(
        "--resamples",
        type=WholeNumber(100, 100_000),
        metavar="N",
        help="Bootstrap resamples, 100 to 100,000. [1000]",
    ),
    click.option("--seed", type=WholeNumber(0), metavar="N", help="Random seed. [1]"),
)


@command("vecalc eval analogies FILE... [OPTIONS]\nvecalc eval similarity FILE... [OPTIONS]", _EXAMPLES)
@click.argument("arguments", nargs=-1, metavar="analogies|similarity FILE...", shell_complete=one_of(KINDS))
@several("-e", "expressions", "FORMULA", "Over columns a, b, c; may be repeated.")
@click.option(
    "--method",
    "methods",
    multiple=True,
    type=OneOf(METHODS),
    help="A known way to answer analogies; may be repeated.",
)
@several("--bind", "NAME=COLUMN", "A column of a table; d is the answer.")
@click.option("--score", metavar="COLUMN", help="The column of judgements.")
@RULES
@MODEL
@LET
@flag("--details", "Also every question and what was answered, or every pair and its numbers.")
@FORMAT
@QUIET
def run(arguments: tuple[str, ...], **options: Any) -> int:
    """Measures formulas on analogies, or on pairs that people judged, with the protocol of each number."""
    from vecalc.library.catalogue import named, split_model
    from vecalc.shell.opening import perform
    from vecalc.studies.benchmarks import files_of

    kind, *files = arguments or ("",)
    if kind not in KINDS:
        meant = did_you_mean(kind, KINDS)
        raise UsageError(
            f"there is no evaluation '{kind}'" if kind else "say what to evaluate",
            where="vecalc eval",
            hint=f"{meant} vecalc eval analogies FILE, or vecalc eval similarity FILE".lstrip(),
        )
    if not files:
        raise UsageError("a file is missing", where=f"vecalc eval {kind}", hint=f"vecalc eval {kind} FILE")
    wanted = _wanted(kind, options)
    request = request_of(options)
    if sum(not split_model(model)[0] for model in request.model) > 1:
        request = request._replace(model=named(request.model))
    questions = tuple(name for file in files for name in files_of(file))
    return perform(
        request._replace(file=questions),
        partial(_measure, kind=kind, files=files, wanted=wanted),
        "evaluating",
    )


def _wanted(kind: str, options: dict[str, Any]) -> Wanted:
    """What the options ask for. Raises `UsageError` for some that belong to the other kind."""
    from vecalc.studies.benchmarks import Wanted
    from vecalc.tables.binding import bindings

    others = ("score",) if kind == "analogies" else ("methods", "exclusion")
    for name in others:
        if options[name]:
            option = {"methods": "--method", "exclusion": "--exclude"}.get(name, f"--{name}")
            other = "similarity" if kind == "analogies" else "analogies"
            raise UsageError(f"is an option of vecalc eval {other}", where=f"vecalc eval {kind}: {option}")
    rules = rules_of(
        options["protocol"],
        ANALOGY_UNKNOWN if kind == "analogies" else SIMILARITY_UNKNOWN,
        case=options["case"],
        first=options["cut"],
        unknown=options["unknown"],
        exclude=options["exclusion"],
        resamples=options["resamples"],
        seed=options["seed"],
    )
    formulas = tuple(as_utf8(text).strip() for text in options["expressions"])
    bind = bindings(map(as_utf8, options["bind"]))
    return Wanted(rules, formulas, options["methods"], bind, options["score"], options["details"])


def _measure(opened: Opened, kind: str, files: list[str], wanted: Wanted) -> Outcome:
    """The sheets of every file in which something counts."""
    from vecalc.evaluation.coverage import NothingSeen
    from vecalc.shell.opening import InText, Outcome
    from vecalc.studies.benchmarks import InFormula

    calculator, request = opened.calculator, opened.request
    calculator.set(exact=True)  # a word is found as the rules say, a formula's own words as written
    rules = wanted.rules._replace(norm=request.norm, metric=request.metric)  # as the model has them
    wanted = wanted._replace(rules=rules)
    sheets: list[Sheet] = []
    unseen: list[NothingSeen] = []
    for file in files:
        try:
            sheets += _sheets(kind, file, opened, wanted)
        except NothingSeen as nothing:
            unseen.append(nothing)
        except InFormula as wrong:
            raise InText(wrong.text, wrong.error, "-e") from None
    if not sheets:
        raise unseen[0]
    return Outcome(sheets, [f"{one.where}: {one.message}" for one in unseen])


def _sheets(kind: str, file: str, opened: Opened, wanted: Wanted) -> Iterator[Sheet]:
    from vecalc.shell.meter import metered
    from vecalc.studies import benchmarks

    if kind == "similarity":
        yield from benchmarks.similarity(opened.calculator, file, wanted, opened.tell)
        return
    with metered(f"answering {file}", None, quiet=opened.request.quiet) as meter:
        tick = meter.add if meter else benchmarks.unwatched
        yield from benchmarks.analogies(opened.calculator, file, wanted, tick, opened.tell)
