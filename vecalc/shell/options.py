"""The options of all commands, in groups by what they are for, and what their values can be.

A command takes the groups it needs: `@MODEL`, `@RANKING`, ... above its own options. What a group holds are
the fields of `Request` of the same names, so `request_of` makes a request of any command's options.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from vecalc.answers import ENCODINGS, EXCLUSIONS, METRICS, NORMS, OOVS
from vecalc.errors import UsageError
from vecalc.render import THEMES
from vecalc.shell.request import COLORS, ENGLISH, Request

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from vecalc.engine.question import Options
    from vecalc.lang.limits import Limits
    from vecalc.lang.phrase_lists import PhraseLists
    from vecalc.shell.offered import Kind

    _Choice = click.Choice[str]
    _ParamType = click.ParamType[Any]
else:  # whose older versions are not generic
    _Choice, _ParamType = click.Choice, click.ParamType

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


class OneOf(_Choice):
    """One of some words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word itself. Raises click's error, with the word that may be meant."""
        if value not in self.choices:
            from vecalc.shell.usage import not_one_of

            self.fail(not_one_of(str(value), self.choices), param, ctx)
        return str(value)


class WholeNumber(_ParamType):
    """A whole number, from `least` to `most`."""

    name = "integer"

    def __init__(self, least: int | None = None, most: int | None = None) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. Raises click's error for what is none, or out of these bounds."""
        try:
            found = int(value)
        except (ValueError, OverflowError):
            found = None
        low = found is not None and self.least is not None and found < self.least
        if found is None or low or (self.most is not None and found > self.most):
            bounds = "" if self.least is None else f" from {self.least:,}"
            bounds += "" if self.most is None else f" to {self.most:,}"
            self.fail(f"'{value}' is not a whole number{bounds}", param, ctx)
        return found


class RealNumber(_ParamType):
    """A number."""

    name = "float"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number. Raises click's error for what is none."""
        try:
            return float(value)
        except ValueError:
            self.fail(f"'{value}' is not a number", param, ctx)


def flag(*told: str) -> Callable[[F], F]:
    """A switch: its names, and its help."""
    return click.option(*told[:-1], is_flag=True, help=told[-1])


def choice(*told: str, of: Iterable[str], default: str | None = None) -> Callable[[F], F]:
    """One of some words: the option's names, and its help."""
    return click.option(*told[:-1], type=OneOf(of), default=default, help=told[-1])


def several(*told: str, **more: Any) -> Callable[[F], F]:
    """An option that may be repeated: its names, what its value is, and its help."""
    return click.option(*told[:-2], multiple=True, metavar=told[-2], help=told[-1], **more)


def count(*told: str, default: int | None = None) -> Callable[[F], F]:
    """A whole number from 1: the option's names, and its help."""
    return click.option(*told[:-1], type=WholeNumber(1), default=default, metavar="N", help=told[-1])


def seconds(_: click.Context, __: click.Parameter, value: float) -> float:
    """A time limit, as an option's callback."""
    if not 0 < value <= LONGEST_TIME:  # nor is nan
        raise click.BadParameter(f"{value:g} is not between 0 and {LONGEST_TIME:,} seconds")
    return value


def offer(
    kind: Kind, *, files: bool = False
) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """What completes a value of a kind (see `vecalc.shell.offered`); `files`, or else one of those."""

    def complete(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
        from vecalc.shell import offered

        found = offered.values(kind, context, typed)
        return [*found, offered.files(offered.space_before(typed))] if files else found

    return complete


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
    "-m",
    "--model",
    "[NAME=]FILE",
    "Vectors to use, a file or the address of a store; several with names.",
    shell_complete=offer("models", files=True),
)

EMBED = click.option(
    "--embed",
    default="",
    metavar="MODEL",
    help="What makes vectors of the lines of a model that has none, or of FILE#COLUMN.",
    shell_complete=offer("models", files=True),
)

STORE_TIMEOUT = click.option(
    "--store-timeout",
    type=RealNumber(),
    callback=seconds,
    default=60.0,
    metavar="S",
    help="Seconds that a store on a server may take for an answer. [60]",
)

MODEL = group(
    MODEL_FILE,
    EMBED,
    click.option(
        "--embed-timeout",
        type=RealNumber(),
        callback=seconds,
        default=60.0,
        metavar="S",
        help="Seconds that one call of a command may take. [60]",
    ),
    STORE_TIMEOUT,
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


def _all_of(_: click.Context, __: click.Parameter, conditions: tuple[str, ...]) -> str | None:
    """The condition that all hold, as an option's callback; one alone as it was typed."""
    if len(conditions) < 2:
        return next(iter(conditions), None)
    return " and ".join(f"({one})" for one in map(as_utf8, conditions))


def _columns_of_all(_: click.Context, __: click.Parameter, lists: tuple[str, ...]) -> str | None:
    """The columns of all lists as one list, as an option's callback."""
    return ",".join(lists) if lists else None


def condition_option(*name: str) -> Callable[[F], F]:
    """`--where`, under a name inside where settings must not reach it."""
    told = "Only words whose metadata meet it: 'price < 10 and lang = \"en\"'; repeated, all of them."
    return several("--where", *name, "CONDITION", told, callback=_all_of)


WHERE = condition_option()
SHOW = several("--show", "COLUMNS", "Show metadata beside words: title,price or *.", callback=_columns_of_all)
METRIC = choice("--metric", "Similarity measure.", of=METRICS, default="cos")
RANKING = group(
    count("-k", "--top", "Neighbours to show.", default=10),
    METRIC,
    choice("--exclude", "Words to leave out of the results.", of=EXCLUSIONS, default="inputs"),
    count("--first", "Only the N most frequent words."),
    click.option("--among", metavar="FILE|WORDS", help="Only these words: a file of them, or a,b,c."),
    click.option("--match", metavar="GLOB|/REGEX/", help="Only words that match."),
    WHERE,
    click.option(
        "--min-score",
        type=RealNumber(),
        metavar="S",
        help="Only scores of at least S (for l2: distances of at most S).",
    ),
    click.option(
        "--in",
        "within",
        metavar="NAME",
        help="Search this model for neighbours.",
        shell_complete=offer("spaces"),
    ),
)

EXPRESSIONS = several("-e", "expression_option", "EXPR", "An expression; may be repeated.")
FILES = several("-f", "--file", "FILE", "Expressions, one a line; - is standard input.")
LET = several("--let", "NAME=EXPR", "Bind a name first; may be repeated.")

FORMAT = group(
    click.option(
        "--format",
        metavar="FORMAT",
        help="table, plain, tsv, csv, json, jsonl, markdown, junit, vector. [table on a terminal]",
        shell_complete=offer("formats"),
    ),
    flag("--json", "The same as --format json."),
    click.option("-o", "--output", metavar="FILE", help="Write here; .npy takes the vectors as an array."),
    click.option("--precision", type=WholeNumber(0, 17), metavar="N", help="Decimals of scores, 0 to 17."),
    click.option("--header/--no-header", "header", default=True, help="Print a header row."),
    flag("--csv-safe", "Escape cells that a spreadsheet would run as formulas."),
    choice("--color", "When to colour: on a terminal (auto), always or never.", of=COLORS, default="auto"),
    choice("--theme", "Colours for a dark or a light background.", of=THEMES, default="dark"),
)

ROWS = group(
    click.option("--csv", metavar="FILE", help="Compute -e for each row of a .csv, .tsv or .jsonl file."),
    flag("--headerless", "The table of --csv has no header: its columns are c1, c2, ..."),
)
BATCH = group(
    flag("--resume", "Resume an interrupted batch (with -o FILE)."),
    click.option(
        "--cluster", metavar="ADDRESS", help="Share a batch (-f, -o) among a dask cluster, or local:N."
    ),
    flag("--insecure-cluster", "Let --cluster go to another machine without TLS."),
    flag("--line-buffered", "Answer each line at once, for programs that wait."),
    flag("--bail", "Stop at the first error."),
    several(
        "--limit",
        "NAME=N",
        "Raise a limit: size, nesting, words, values, work, score, rankings.",
        shell_complete=offer("limits"),
    ),
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
        where=None if request.where is None else as_utf8(request.where),
        show=_columns(request.show),
        phrase_words=lists_of(request.phrase_words),
        limits=_limits(request.limit),
        rank=request.format not in ("vector", "npy"),
    )


def _columns(text: str | None) -> tuple[str, ...]:
    """The columns that `--show` names."""
    if not text:
        return ()
    from vecalc.conditions import column_list

    return column_list(as_utf8(text))


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


def as_utf8(argument: str) -> str:
    """An expression as it was typed, also under a locale (C, POSIX) that could not decode it."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:
        return argument
