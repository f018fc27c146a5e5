"""The options of all commands, in groups by what they are for, and how a command line is read by them.

A command takes the groups it needs: `@MODEL`, `@RANKING`, ... above its own options. What a group holds are
the fields of `Request` of the same names, so `request_of` makes a request of any command's options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from vecalc.answers import EXCLUSIONS, METRICS, NORMS, OOVS
from vecalc.errors import UsageError, VecalcError
from vecalc.shell.arguments import mark_expressions, options_with_value
from vecalc.shell.request import COLORS, ENCODINGS, Request
from vecalc.shell.settings import Setting

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from vecalc.engine.question import Options
    from vecalc.lang.limits import Limits

MOST_DIGITS = 18  # of a limit: Python reads no number of thousands of them

F = TypeVar("F", bound=Callable[..., Any])


def group(*options: Callable[[Any], Any]) -> Callable[[F], F]:
    """Several options as one decorator, in the order given."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def _complete_model(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """The names of models, behind `a=` too; and files."""
    from click.shell_completion import CompletionItem

    from vecalc.library import catalogue

    space, equals, name = typed.rpartition("=")
    found = [CompletionItem(typed, type="file")]
    with suppress(VecalcError):  # a damaged catalogue completes nothing
        found += [CompletionItem(space + equals + n) for n in catalogue.names() if n.startswith(name)]
    return found


TOLERANCE = group(
    click.option("--skip-bad-rows", is_flag=True, help="Leave out rows of a model that are not numbers."),
    click.option("--allow-trailing", is_flag=True, help="Accept data behind the last row of a model."),
    click.option(
        "--encoding-errors",
        type=click.Choice(ENCODINGS),
        default="strict",
        help="What to do with words that are not UTF-8.",
    ),
    click.option(
        "--trust-pickle",
        is_flag=True,
        help="Let gensim load a pickled model, which runs whatever code the file names.",
    ),
)

MODEL_FILE = click.option(
    "-m",
    "--model",
    multiple=True,
    metavar="[NAME=]FILE",
    help="Vectors to use; several with names.",
    shell_complete=_complete_model,
)

MODEL = group(
    MODEL_FILE,
    click.option("--norm", type=click.Choice(NORMS), default="rms", help="How long word vectors are taken."),
    TOLERANCE,
    click.option(
        "--require-cache", is_flag=True, help="Fail where a model can't be kept in the cache (exit code 5)."
    ),
    click.option(
        "--no-wait", is_flag=True, help="Fail where another vecalc is converting the model (exit code 5)."
    ),
    click.option("--verify", is_flag=True, help="Compare a kept model with its digests, and its file's."),
)

WORDS = group(
    click.option("--exact", is_flag=True, help="Find words only exactly as written."),
    click.option(
        "--oov",
        type=click.Choice(OOVS),
        default="error",
        help="Unknown words in sums and lists.",
    ),
)

RANKING = group(
    click.option(
        "-k", "--top", type=click.IntRange(min=1), default=10, metavar="N", help="Neighbours to show."
    ),
    click.option("--metric", type=click.Choice(METRICS), default="cos", help="What near means."),
    click.option(
        "--exclude", type=click.Choice(EXCLUSIONS), default="inputs", help="Words that are no neighbours."
    ),
    click.option("--first", type=click.IntRange(min=1), metavar="N", help="Only the N most frequent words."),
    click.option("--among", metavar="FILE|WORDS", help="Only these words: a file of them, or a,b,c."),
    click.option("--match", metavar="GLOB|/REGEX/", help="Only words that match."),
    click.option(
        "--min-score", type=float, metavar="S", help="Only scores from S (for l2, distances up to S)."
    ),
    click.option("--in", "within", metavar="NAME", help="Seek neighbours in this loaded space."),
)

EXPRESSIONS = click.option(
    "-e", "expression_option", multiple=True, metavar="EXPR", help="An expression; may be repeated."
)
FILES = click.option(
    "-f", "--file", multiple=True, metavar="FILE", help="Expressions, one a line; - is standard input."
)
LET = click.option("--let", multiple=True, metavar="NAME=EXPR", help="Bind a name first; may be repeated.")

FORMAT = group(
    click.option(
        "--format",
        metavar="FORMAT",
        help="table, plain, tsv, csv, json, jsonl, markdown, vector. [table on a terminal]",
    ),
    click.option("--json", "json", is_flag=True, help="The same as --format json."),
    click.option("-o", "--output", metavar="FILE", help="Write here; .npy takes the vectors as an array."),
    click.option("--precision", type=click.IntRange(0, 17), metavar="N", help="Decimals of scores."),
    click.option("--header/--no-header", "header", default=True, help="The line with the names of columns."),
    click.option("--csv-safe", is_flag=True, help="Keep spreadsheets from taking words for formulas."),
    click.option("--color", type=click.Choice(COLORS), default="auto", help="Colours."),
)

TYPE = click.option(
    "--type",
    "kind",
    type=click.Choice(["float32", "float16"]),
    default="float32",
    help="float16 takes half the space; what it loses is told.",
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="No notes on standard error.")
DEBUG = click.option("--debug", is_flag=True, help="Show the traceback of an error.")


def request_of(options: Mapping[str, Any], **more: Any) -> Request:
    """The request that the options of a command make; what is no field of it is the command's own."""
    options = {**options, **more}
    known = {name: value for name, value in options.items() if name in Request._fields}
    form = options.get("format") or None
    if Path(options.get("output") or "").suffix and "format" not in more and not _is_given("format"):
        form = None  # that of the settings is for what is shown: a file's name says what it holds
    return Request(**known)._replace(
        format="json" if options.get("json") and not form else form,
        unset=tuple(sorted(name for name in known if _is_unset(name))),
    )


def _is_unset(name: str) -> bool:
    """Whether an option of the command that is running has its built-in value because nobody set it."""
    return _source(name) is ParameterSource.DEFAULT


def _is_given(name: str) -> bool:
    """Whether an option stands on the command line."""
    return _source(name) is ParameterSource.COMMANDLINE


def _source(name: str) -> ParameterSource | None:
    context = click.get_current_context(silent=True)
    return context.get_parameter_source(name) if context else None


# --- what a calculator is told ---------------------------------------------------------------


def conditions(request: Request) -> Options:
    """What a calculator is told of a request. Raises `UsageError`, `FileProblem`."""
    # A calculator's options load numpy; those of the command line are shown without.
    from vecalc.engine.question import Options

    if request.min_score is not None and isnan(request.min_score):
        raise UsageError("nan is no score", where="--min-score")
    among = None
    if request.among is not None:
        from vecalc.shell.questions import words

        among = words(request.among)
    return Options(
        k=request.top,
        norm=request.norm,
        metric=request.metric,
        exclude=request.exclude,
        first=request.first,
        among=among,
        match=request.match,
        min_score=request.min_score,
        within=request.within,
        exact=request.exact,
        oov=request.oov,
        limits=_limits(request.limit),
        rank=request.format not in ("vector", "npy"),
    )


def _limits(given: Iterable[str]) -> Limits:
    from vecalc.lang.limits import Limits

    limits = Limits()
    for text in given:
        name, _, value = text.partition("=")
        if name not in Limits._fields or not value.isdecimal() or len(value) > MOST_DIGITS:
            raise UsageError(
                f"'{text}' is no limit",
                where="--limit",
                hint=f"its name is one of {', '.join(Limits._fields)}, its value below 10^{MOST_DIGITS}",
            )
        limits = limits._replace(**{name: int(value)})
    return limits


# --- reading a command line ------------------------------------------------------------------


def read(command: click.Command, path: str, arguments: Sequence[str], settings: Mapping[str, Setting]) -> Any:
    """What a command returns for some arguments. Raises `UsageError` for arguments that don't fit it.

    `path` is what the command is called by; `settings` are the defaults of options that have one.
    """
    names = {param.name for param in command.params if isinstance(param, click.Option)}
    defaults = {name.replace("-", "_"): setting.value for name, setting in settings.items()}
    try:
        context = command.make_context(  # not main: it swallows closed pipes
            path,
            mark_expressions(arguments, options_with_value(command)),
            default_map={name: value for name, value in defaults.items() if name in names},
        )
        with context:
            return command.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as problem:
        from vecalc.shell.usage import usage_error

        raise usage_error(problem, arguments, settings) from None
    except click.Abort:
        raise KeyboardInterrupt from None
