"""The options of the command line. Loads click and nothing heavier until there is work to do."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from vecalc.answers import EXCLUSIONS, METRICS, NORMS
from vecalc.app.cli import topics
from vecalc.app.cli.arguments import mark_expressions
from vecalc.app.settings import KEYS, Setting, load_settings
from vecalc.errors import UsageError, VecalcError

EXAMPLES = """\
  vecalc 'king - man + woman'
  vecalc '0.5*(A*B + A + B) where A = blood, B = color'
  vecalc -m vectors.bin 'man : king :: woman : ?'      another model
  vecalc 'king - man + woman => queen @3'              a test: exit code 0 or 1
  vecalc -f questions.txt --json                       one expression a line
  vecalc --csv pairs.csv -e 'cos(a, b)'                columns a and b of each row
  vecalc                                               a prompt
"""

SECTIONS = {
    "What to compute": ("expression_option", "file", "csv", "let", "interactive"),
    "The model": ("model", "norm", "skip_bad_rows", "allow_trailing", "encoding_errors"),
    "Words": ("exact", "oov"),
    "Ranking": ("top", "metric", "exclude", "first", "among", "match", "min_score"),
    "Output": (
        "format", "json", "output", "precision", "header", "csv_safe", "color", "line_buffered", "quiet",
    ),
    "When something is wrong": ("bail", "limit", "debug"),
    "Help": ("short_help", "help", "version"),
}  # fmt: skip

SHORT_HELP = f"""\
vecalc, the calculator for embeddings

Usage: vecalc [OPTIONS] [EXPRESSION]...
       vecalc help [TOPIC]        {", ".join(topics.TOPICS)}
       vecalc import FILE --name NAME
       vecalc config [init|path|show]

{EXAMPLES}
  -m FILE  model      -k N  neighbours      --format FORMAT      --norm rms|unit|raw

vecalc --help lists all options.
"""


class _Command(click.Command):
    """Help with examples first, and options by what they are for."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("vecalc, the calculator for embeddings: type an expression, read its neighbours\n\n")
        formatter.write(f"Examples:\n{EXAMPLES}\n")
        formatter.write("Usage: vecalc [OPTIONS] [EXPRESSION]...\n")
        formatter.write(f"       vecalc help [TOPIC]        {', '.join(topics.TOPICS)}\n")
        formatter.write("       vecalc import FILE --name NAME     then -m NAME\n")
        formatter.write("       vecalc config [init|path|show]\n")
        options = {option.name: option for option in self.params}
        for title, names in SECTIONS.items():
            records = [options[name].get_help_record(ctx) for name in names]
            with formatter.section(title):
                formatter.write_dl([record for record in records if record])


def _print_help(ctx: click.Context, option: click.Parameter, value: bool) -> None:
    if value:
        sys.stdout.write(SHORT_HELP if option.name == "short_help" else f"{ctx.get_help()}\n")
        ctx.exit()


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from vecalc.app.cli.version import describe

        sys.stdout.write(describe())
        ctx.exit()


def _option(*names: str, **settings: Any) -> Callable[[Any], Any]:
    return click.option(*names, **settings)


@click.command(cls=_Command, add_help_option=False, context_settings={"max_content_width": 100})
@click.argument("expressions", nargs=-1, metavar="[EXPRESSION]...")
@_option("-e", "expression_option", multiple=True, metavar="EXPR", help="An expression; may be repeated.")
@_option("-f", "--file", multiple=True, metavar="FILE", help="Expressions, one a line; - is standard input.")
@_option("--csv", metavar="FILE", help="Compute -e for each row of a .csv, .tsv or .jsonl file.")
@_option("--let", multiple=True, metavar="NAME=EXPR", help="Bind a name first; may be repeated.")
@_option("-i", "--interactive", is_flag=True, help="Go on at the prompt afterwards.")
@_option("-m", "--model", multiple=True, metavar="[NAME=]FILE", help="Vectors to use; several with names.")
@_option("--norm", type=click.Choice(NORMS), default="rms", help="How long word vectors are taken.")
@_option("--skip-bad-rows", is_flag=True, help="Leave out rows of a model that are not numbers.")
@_option("--allow-trailing", is_flag=True, help="Accept data behind the last row of a model.")
@_option(
    "--encoding-errors",
    type=click.Choice(["strict", "surrogateescape"]),
    default="strict",
    help="What to do with words that are not UTF-8.",
)
@_option("--exact", is_flag=True, help="Find words only exactly as written.")
@_option(
    "--oov", type=click.Choice(["error", "skip"]), default="error", help="Unknown words in sums and lists."
)
@_option("-k", "--top", type=click.IntRange(min=1), default=10, metavar="N", help="Neighbours to show.")
@_option("--metric", type=click.Choice(METRICS), default="cos", help="What near means.")
@_option("--exclude", type=click.Choice(EXCLUSIONS), default="inputs", help="Words that are no neighbours.")
@_option("--first", type=click.IntRange(min=1), metavar="N", help="Only the N most frequent words.")
@_option("--among", metavar="FILE|WORDS", help="Only these words: a file of them, or a,b,c.")
@_option("--match", metavar="GLOB|/REGEX/", help="Only words that match.")
@_option("--min-score", type=float, metavar="S", help="Only scores from S (for l2, distances up to S).")
@_option(
    "--format",
    metavar="FORMAT",
    help="table, plain, tsv, csv, json, jsonl, markdown, vector. [table on a terminal]",
)
@_option("--json", "json", is_flag=True, help="The same as --format json.")
@_option("-o", "--output", metavar="FILE", help="Write here; .npy takes the vectors as an array.")
@_option("--precision", type=click.IntRange(0, 17), metavar="N", help="Decimals of scores.")
@_option("--header/--no-header", "header", default=True, help="The line with the names of columns.")
@_option("--csv-safe", is_flag=True, help="Keep spreadsheets from taking words for formulas.")
@_option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours.")
@_option("--line-buffered", is_flag=True, help="Answer each line at once, for programs that wait.")
@_option("-q", "--quiet", is_flag=True, help="No notes on standard error.")
@_option("--bail", is_flag=True, help="Stop at the first error.")
@_option("--limit", multiple=True, metavar="NAME=N", help="Raise a limit: size, nesting, words.")
@_option("--debug", is_flag=True, help="Show the traceback of an error.")
@_option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Versions."
)
@_option(
    "-h",
    "short_help",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_help,
    help="Short help.",
)
@_option("--help", is_flag=True, is_eager=True, expose_value=False, callback=_print_help, help="This help.")
def vecalc(json: bool, **options: Any) -> dict[str, Any]:
    """The options by name."""
    return {**options, "format": options["format"] or ("json" if json else None)}


# --- other commands -------------------------------------------------------------------------


def _help(arguments: Sequence[str]) -> int:
    if not arguments:
        sys.stdout.write(SHORT_HELP)
        return 0
    if len(arguments) > 1:
        raise UsageError(
            "one topic at a time", where="vecalc help", hint=f"topics: {', '.join(topics.TOPICS)}"
        )
    sys.stdout.write(topics.topic(arguments[0]))
    return 0


def _config(arguments: Sequence[str]) -> int:
    from vecalc.app.cli import config

    return config.run(arguments, settings_in_force)


def _import(arguments: Sequence[str]) -> int:
    from vecalc.app.cli import importing

    if set(arguments) & {"-h", "--help"}:
        sys.stdout.write(importing.HELP)
        return 0
    try:
        return importing.run(arguments)
    except click.UsageError as problem:
        message = " ".join(problem.format_message().split()).rstrip(".")
        hint = "vecalc import FILE --name NAME; -e import is the word"
        raise UsageError(message[:1].lower() + message[1:], where="vecalc import", hint=hint) from None


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {"help": _help, "config": _config, "import": _import}


def invoke(arguments: Sequence[str]) -> int:
    """Run a command line; the exit code. Raises `VecalcError`, and `OSError` from writing."""
    if "_VECALC_COMPLETE" in os.environ:  # a shell asks what could be typed: click answers, and leaves
        vecalc.main(prog_name="vecalc")
    if arguments and arguments[0] in COMMANDS:
        if arguments[0] != "import" and set(arguments[1:]) & {"-h", "--help"}:
            return _help([])
        return COMMANDS[arguments[0]](arguments[1:])
    settings: dict[str, Setting] = {}
    broken = None
    try:
        settings = load_settings()
    except VecalcError as problem:
        broken = problem  # no reason not to show help
    result = _parse(arguments, settings)
    if not isinstance(result, dict):
        return int(result or 0)  # help or a version was shown
    if broken is not None:
        raise broken
    from vecalc.app.cli.request import Request
    from vecalc.app.cli.run import execute

    gc.freeze()  # what is loaded now stays: the collector need not look at it again
    gc.enable()
    return execute(Request(**result))


def _parse(arguments: Sequence[str], settings: Mapping[str, Setting]) -> Any:
    """The options by name, or an exit code. Raises `UsageError`."""
    with_value = {
        name
        for param in vecalc.params
        if isinstance(param, click.Option) and not param.is_flag
        for name in param.opts
    }
    try:
        context = vecalc.make_context(  # not vecalc.main: it swallows closed pipes
            "vecalc",
            mark_expressions(arguments, with_value),
            default_map={_parameter(name): setting.value for name, setting in settings.items()},
        )
        with context:
            return vecalc.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as problem:
        from vecalc.app.cli.usage import usage_error

        raise usage_error(problem, arguments, settings) from None
    except click.Abort:
        raise KeyboardInterrupt from None


def _parameter(setting: str) -> str:
    return setting.replace("-", "_")


def settings_in_force() -> dict[str, Setting]:
    """Every setting that can be made outside the command line, with its origin."""
    found = load_settings()
    built_in = {(param.name or "").replace("_", "-"): param for param in vecalc.params}
    for key, kind in KEYS.items():
        default = {"model": ["starter"], "exact": False, "quiet": False}.get(key, built_in[key].default)
        found.setdefault(key, Setting(default if type(default) is kind else None, "built in"))
    return found
