"""The options of all commands, in groups by what they are for, and how a command line is read by them.

A command takes the groups it needs: `@MODEL`, `@RANKING`, ... above its own options. What a group holds are
the fields of `Request` of the same names, so `request_of` makes a request of any command's options.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from vecalc.answers import ENCODINGS, EXCLUSIONS, METRICS, NORMS, OOVS
from vecalc.errors import UsageError, VecalcError
from vecalc.library import catalogue
from vecalc.render import THEMES
from vecalc.shell.request import COLORS, ENGLISH, Request
from vecalc.shell.settings import Setting

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from vecalc.engine.question import Options
    from vecalc.lang.limits import Limits
    from vecalc.lang.phrase_lists import PhraseLists

# What an expression with a leading minus looks like, and no option does: a blank after the first word,
# an operator or a bracket. `-king` alone could be `-k ing`; it needs `-e -king` or `-- -king`.
_EXPRESSION = re.compile(r"-[^-\s].*[\s*/+^@(]|-[(\"'0-9.\[]|--?\s|--[^-\s=]+\s", re.DOTALL)
LONGEST_TIME = 86_400  # seconds of a limit; more is a mistake
MOST_DIGITS = 18  # of a limit: Python reads no number of thousands of them

F = TypeVar("F", bound=Callable[..., Any])


def group(*options: Callable[[Any], Any]) -> Callable[[F], F]:
    """Several options as one decorator, in the order given."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def flag(*told: str) -> Callable[[F], F]:
    """A switch: its names, and its help."""
    return click.option(*told[:-1], is_flag=True, help=told[-1])


def choice(*told: str, of: Iterable[str], default: str | None = None) -> Callable[[F], F]:
    """One of some words: the option's names, and its help."""
    return click.option(*told[:-1], type=click.Choice(list(of)), default=default, help=told[-1])


def several(*told: str, **more: Any) -> Callable[[F], F]:
    """An option that may be repeated: its names, what its value is, and its help."""
    return click.option(*told[:-2], multiple=True, metavar=told[-2], help=told[-1], **more)


def count(*told: str, default: int | None = None) -> Callable[[F], F]:
    """A whole number from 1: the option's names, and its help."""
    return click.option(*told[:-1], type=click.IntRange(min=1), default=default, metavar="N", help=told[-1])


def seconds(_: click.Context, __: click.Parameter, value: float) -> float:
    """A time limit, as an option's callback."""
    if not 0 < value <= LONGEST_TIME:  # nor is nan
        raise click.BadParameter(f"{value:g} is not between 0 and {LONGEST_TIME:,} seconds")
    return value


def _complete_model(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """The names of models, behind `a=` too; and files."""
    from click.shell_completion import CompletionItem

    space, equals, name = typed.rpartition("=")
    found = [CompletionItem(typed, type="file")]
    with suppress(VecalcError):  # a damaged catalogue completes nothing
        found += [CompletionItem(space + equals + n) for n in catalogue.names() if n.startswith(name)]
    return found


READING = group(
    click.option("--words-file", default="", metavar="FILE", help="The words of a model that has only rows."),
    click.option("--encoding", default="utf-8", metavar="NAME", help="The encoding of its words. [utf-8]"),
    flag("--strict", "Refuse a model with any odd row; a few are left out otherwise."),
    flag("--skip-bad-rows", "Leave out rows that can't be read, however many."),
    flag("--allow-trailing", "Accept data behind the last row of a model."),
    choice("--encoding-errors", "What to do with words that are not UTF-8.", of=ENCODINGS, default="few"),
    flag("--trust-pickle", "Let gensim load a pickled model, which runs whatever code the file names."),
)

MODEL_FILE = several(
    "-m", "--model", "[NAME=]FILE", "Vectors to use; several with names.", shell_complete=_complete_model
)

EMBED = click.option(
    "--embed",
    default="",
    metavar="MODEL",
    help="What makes vectors of the lines of a model that has none, or of FILE#COLUMN.",
    shell_complete=_complete_model,
)

MODEL = group(
    MODEL_FILE,
    EMBED,
    click.option(
        "--embed-timeout",
        type=float,
        callback=seconds,
        default=60.0,
        metavar="S",
        help="Seconds that one call of a command may take. [60]",
    ),
    choice(
        "--norm",
        "Scale word vectors: rms (length sqrt(d)), unit (length 1) or raw (as stored).",
        of=NORMS,
        default="rms",
    ),
    READING,
    flag("--require-cache", "Fail where a model can't be kept in the cache (exit code 5)."),
    flag("--no-wait", "Fail where another vecalc is converting the model (exit code 5)."),
    flag("--verify", "Compare a kept model with its digests, and its file's."),
)

AS_WORDS = flag("--words", "Take every argument, line or cell as one word, whatever is in it.")
EXACT = flag("--exact", "Find words only exactly as written.")
PHRASE_WORDS = click.option(
    "--phrase-words",
    default=ENGLISH,
    metavar="FILE",
    help="How phrase(...) reads: stop words, words that negate.",
)
WORDS = group(
    EXACT, choice("--oov", "Unknown words in sums and lists.", of=OOVS, default="error"), PHRASE_WORDS
)

METRIC = choice("--metric", "Similarity measure.", of=METRICS, default="cos")
RANKING = group(
    count("-k", "--top", "Neighbours to show.", default=10),
    METRIC,
    choice("--exclude", "Words to leave out of the results.", of=EXCLUSIONS, default="inputs"),
    count("--first", "Only the N most frequent words."),
    click.option("--among", metavar="FILE|WORDS", help="Only these words: a file of them, or a,b,c."),
    click.option("--match", metavar="GLOB|/REGEX/", help="Only words that match."),
    click.option(
        "--min-score",
        type=float,
        metavar="S",
        help="Only scores of at least S (for l2: distances of at most S).",
    ),
    click.option("--in", "within", metavar="NAME", help="Search this model for neighbours."),
)

EXPRESSIONS = several("-e", "expression_option", "EXPR", "An expression; may be repeated.")
FILES = several("-f", "--file", "FILE", "Expressions, one a line; - is standard input.")
LET = several("--let", "NAME=EXPR", "Bind a name first; may be repeated.")

FORMAT = group(
    click.option(
        "--format",
        metavar="FORMAT",
        help="table, plain, tsv, csv, json, jsonl, markdown, vector. [table on a terminal]",
    ),
    flag("--json", "The same as --format json."),
    click.option("-o", "--output", metavar="FILE", help="Write here; .npy takes the vectors as an array."),
    click.option("--precision", type=click.IntRange(0, 17), metavar="N", help="Decimals of scores."),
    click.option("--header/--no-header", "header", default=True, help="Print a header row."),
    flag("--csv-safe", "Escape cells that a spreadsheet would run as formulas."),
    choice("--color", "Colours.", of=COLORS, default="auto"),
    choice("--theme", "Colours for a dark or a light background.", of=THEMES, default="dark"),
)

TYPE = choice(
    "--type",
    "kind",
    "float16 takes half the space; what it loses is told.",
    of=("float32", "float16"),
    default="float32",
)
QUIET = flag("-q", "--quiet", "No notes on standard error.")
DEBUG = flag("--debug", "Show the traceback of an error.")
YES = flag("-y", "--yes", "Don't ask.")


def request_of(options: Mapping[str, Any], **more: Any) -> Request:
    """The request that the options of a command make; what is no field of it is the command's own."""
    options = {**options, **more}
    known = {name: value for name, value in options.items() if name in Request._fields}
    unset = tuple(sorted(name for name in known if _source(name) is ParameterSource.DEFAULT))
    if len(known.get("expressions", ())) > 1 and not known.get("words"):
        known |= _as_typed(known)
    form = options.get("format") or None
    typed = "format" in more or _source("format") is ParameterSource.COMMANDLINE
    if Path(options.get("output") or "").suffix and not typed:
        form = None  # that of the settings is for what is shown: a file's name says what it holds
    return Request(**known)._replace(
        format="json" if options.get("json") and not form else form,
        unset=unset,  # what has its built-in value because nobody set it
    )


def _as_typed(options: Mapping[str, Any]) -> dict[str, Any]:
    """The expressions of a command line as they were before a shell took them apart, and notes on it."""
    from vecalc.lang.phrase_lists import phrase_lists
    from vecalc.shell.shell_words import joined

    def lists() -> PhraseLists:
        return phrase_lists(lists_of(options.get("phrase_words", ENGLISH)))

    read = joined(tuple(map(as_utf8, options["expressions"])), lists, bound=bool(options.get("let")))
    return {"expressions": read.texts, "notes": read.notes, "said": read.said}


def _source(name: str) -> ParameterSource | None:
    """What an option of the command that is running has its value from."""
    context = click.get_current_context(silent=True)
    return context.get_parameter_source(name) if context else None


# --- what a calculator is told ---------------------------------------------------------------


def conditions(request: Request) -> Options:
    """What a calculator is told of a request. Raises `UsageError`, `FileProblem`."""
    # A calculator's options load numpy; those of the command line are shown without.
    from vecalc.engine.question import Options

    if request.min_score is not None and isnan(request.min_score):
        raise UsageError("nan is not a score", where="--min-score")
    among = None
    if request.among is not None:
        from vecalc.shell.questions import words

        among = words(request.among)
    same = {name: getattr(request, name) for name in Options._fields if name in Request._fields}
    return Options(**same)._replace(
        k=request.top,
        among=among,
        phrase_words=lists_of(request.phrase_words),
        limits=_limits(request.limit),
        rank=request.format not in ("vector", "npy"),
    )


def lists_of(path: str) -> str:
    """The text of a file of lists that phrases are read by, "" for the English ones. Raises `FileProblem`."""
    if path in ("", ENGLISH):
        return ""
    from vecalc.lang.phrase_lists import phrase_lists
    from vecalc.library.paths import text_of

    text = text_of(Path(path)) or "\n"  # no text at all stands for the English lists
    phrase_lists(text, path)
    return text


def _limits(given: Iterable[str]) -> Limits:
    from vecalc.lang.limits import Limits

    limits = Limits()
    for text in given:
        name, _, value = text.partition("=")
        if name not in Limits._fields or not value.isdecimal() or len(value) > MOST_DIGITS:
            raise UsageError(
                f"'{text}' is not a limit",
                where="--limit",
                hint=f"its name is one of {', '.join(Limits._fields)}, its value below 10^{MOST_DIGITS}",
            )
        limits = limits._replace(**{name: int(value)})
    return limits


# --- reading a command line ------------------------------------------------------------------


def mark_expressions(arguments: Sequence[str], takes_value: Collection[str]) -> list[str]:
    """The arguments with a blank before each expression that begins with a minus sign.

    `takes_value` are the options whose next argument is theirs, whatever it looks like.
    """
    marked: list[str] = []
    previous = ""
    for i, argument in enumerate(arguments):
        if previous not in takes_value:
            if argument == "--":
                return [*marked, *arguments[i:]]
            if _EXPRESSION.match(argument):
                argument = f" {argument}"  # noqa: PLW2901
        marked.append(argument)
        previous = argument if previous not in takes_value else ""
    return marked


def options_with_value(command: click.Command) -> set[str]:
    """The options of a command that take a value, by all their names."""
    options = [param for param in command.params if isinstance(param, click.Option)]
    return {name for option in options if not option.is_flag for name in option.opts}


def as_utf8(argument: str) -> str:
    """An expression as it was typed, also under a locale (C, POSIX) that could not decode it."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:
        return argument


def read(command: click.Command, path: str, arguments: Sequence[str], settings: Mapping[str, Setting]) -> Any:
    """What a command returns for some arguments. Raises `UsageError` for arguments that don't fit it.

    `path` is what the command is called by; `settings` are the defaults of options that have one.
    """
    names = {param.name for param in command.params if isinstance(param, click.Option)}
    takes_value = options_with_value(command)
    defaults = {name.replace("-", "_"): setting.value for name, setting in settings.items()}
    try:
        context = command.make_context(  # not main: it swallows closed pipes
            path,
            mark_expressions(arguments, takes_value),
            default_map={name: value for name, value in defaults.items() if name in names},
        )
        with context:
            return command.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as problem:
        from vecalc.shell.usage import usage_error

        raise usage_error(problem, arguments, settings, takes_value) from None
    except click.Abort:
        raise KeyboardInterrupt from None
