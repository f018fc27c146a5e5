"""The commands that there are, found in their folder (`vecalc.shell.commands`), one made, one called."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from inspect import cleandoc
from itertools import takewhile, zip_longest
from typing import Any, NamedTuple

import click

from vecalc import finder
from vecalc.errors import UsageError
from vecalc.shell.settings import Setting

# What an expression with a leading minus looks like, and no option does: a blank after the first word,
# an operator or a bracket. `-king` alone could be `-k ing`; it needs `-e -king` or `-- -king`.
_EXPRESSION = re.compile(r"-[^-\s].*[\s*/+^@(]|-[(\"'0-9.\[]|--?\s|--[^-\s=]+\s", re.DOTALL)
FOLDER = "vecalc.shell.commands"
_NAME = re.compile(r"[a-z]+")
_OPERATOR = re.compile(r"(?:[-+*/^@:]|::|=>)(?:\s.*)?", re.DOTALL)
_LONGEST = 60  # characters of an expression that a hint repeats


# The options that commands share, by what they are for; an option of one command alone stands before them.
SECTIONS = {
    "What to compute": ("expression_option", "file", "csv", "headerless", "let", "interactive"),
    "Many machines": ("cluster", "insecure_cluster"),
    "The model": (
        "model", "embed", "embed_timeout", "store_timeout", "norm", "words_file", "encoding", "strict",
        "skip_bad_rows", "allow_trailing", "encoding_errors", "trust_pickle", "require_cache", "no_wait",
        "verify",
    ),
    "Words": ("words", "exact", "oov", "phrase_words"),
    "Ranking": ("top", "metric", "exclude", "first", "among", "match", "where", "min_score", "within"),
    "Output": (
        "show", "format", "json", "output", "resume", "precision", "header", "csv_safe", "color", "theme",
        "line_buffered", "quiet",
    ),
    "When something is wrong": ("bail", "limit", "debug"),
    "Help": ("short_help", "help", "_click_default_help", "version", "generate"),  # click's own, of commands
}  # fmt: skip


def usage_of(ways: Iterable[str]) -> str:
    """The ways to call something, a line each."""
    return "".join(f"{'      ' if i else 'Usage:'} {way}\n" for i, way in enumerate(ways))


class Command(click.Command):
    """A command whose help is its usage, what it does, examples, and its options."""

    usage: str
    examples: str
    actions: Mapping[str, click.Command] = {}  # commands of its own, by the word that calls them

    def get_help(self, ctx: click.Context) -> str:
        """The help, on a terminal as it fits there."""
        text = self.help_text(ctx)
        if not sys.stdout.isatty():
            return text
        from vecalc.shell.display import fitted_help

        return fitted_help(text)

    def help_text(self, ctx: click.Context) -> str:
        """The help as it is before it is fitted to a terminal, for those who fit it with more beside it."""
        return super().get_help(ctx)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help, in that order."""
        formatter.write(usage_of(self.usage.splitlines()))
        formatter.write(f"\n{cleandoc(self.help or '')}\n")
        if self.examples:
            formatter.write(f"\nExamples:\n{self.examples}")
        write_options(self, ctx, formatter)


def write_options(command: click.Command, context: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the options of a command in sections, first those that are its own."""
    options = {param.name: param for param in command.get_params(context) if isinstance(param, click.Option)}
    shared = {name for names in SECTIONS.values() for name in names}
    own = tuple(name for name in options if name not in shared)
    for title, names in {"Options": own, **SECTIONS}.items():
        records = [options[name].get_help_record(context) for name in names if name in options]
        if found := [record for record in records if record]:
            with formatter.section(title):
                formatter.write_dl(found)


def command(usage: str, examples: str = "") -> Callable[[Callable[..., int]], Command]:
    """Make a function a command: its docstring is the help, `usage` its line in the list of all commands.

    Usage is a line for each way to call it, such as `vecalc compare A B [OPTIONS]`; examples are indented
    by two.
    """

    def decorate(function: Callable[..., Any]) -> Command:
        # It is the entry (`vecalc.__main__`) that looks for --debug.
        with_debug = click.option(
            "--debug", is_flag=True, expose_value=False, help="Show the traceback of an error."
        )
        context = {"max_content_width": 100, "help_option_names": ["-h", "--help"]}
        made = click.command(cls=Command, context_settings=context)(with_debug(function))
        made.usage, made.examples = usage, examples
        return made

    return decorate


def one_of(
    words: Iterable[str] | Callable[[], Iterable[str]],
) -> Callable[[click.Context, click.Parameter, str], list[Any]]:
    """What completes an argument whose first word is one of some; a function says which when it is asked."""

    def complete(context: click.Context, param: click.Parameter, typed: str) -> list[Any]:
        first = not context.params.get(param.name or "")
        known = words() if callable(words) else words
        return [word for word in known if first and word.startswith(typed)]

    return complete


def names() -> tuple[str, ...]:
    """The commands there are."""
    return tuple(name.removesuffix("_") for name in finder.names(FOLDER))


def find(name: str) -> Command | None:
    """The command of a name, or None; loads its module alone."""
    for module in (name, f"{name}_"):
        if module in finder.names(FOLDER):
            found: Command = finder.module(FOLDER, module).run
            return found
    return None


def near_command(text: str) -> str:
    """The command that an expression of one unknown word may have meant, or ''."""
    from vecalc.near import near

    return next(iter(near(text, names(), cutoff=0.75)), "")


# --- the command of a line -------------------------------------------------------------------


class CommandCall(NamedTuple):
    """A command, and its arguments: those from before its name, and those behind it."""

    name: str
    command: Command
    before: Sequence[str]
    behind: Sequence[str]


def call_of(arguments: Sequence[str], program: click.Command) -> CommandCall | None:
    """The call of a command, or None where there are expressions, or only options of the program.

    The first word that is neither an option nor its value is a command if there is one of that name. Behind
    options it is none when an operator follows, as at the prompt.
    """
    at = first_word(arguments, program)
    if at is None or not _NAME.fullmatch(arguments[at]) or "--version" in arguments[:at]:
        return None
    if at and _goes_on(arguments[at + 1 :]):
        return None
    command = find(arguments[at])
    return CommandCall(arguments[at], command, arguments[:at], arguments[at + 1 :]) if command else None


def with_doubt(problem: UsageError, call: CommandCall) -> UsageError:
    """The problem of a call, with how an expression is written where one may have been meant."""
    doubt = ""
    if _goes_on(call.behind):
        text = " ".join([call.name, *takewhile(lambda a: not re.match(r"-\S", a), call.behind)])
        quoted = f"in quotes: vecalc {shlex.quote(text)}" if len(text) <= _LONGEST else "in quotes"
        doubt = f"an expression is written {quoted}"
    elif call.before:
        doubt = f"as a word, {call.name} is written -e {call.name}"
    problem.hint = "; ".join(filter(None, (problem.hint, doubt)))
    return problem


def _goes_on(arguments: Sequence[str]) -> bool:
    """Whether what follows a name makes it the beginning of an expression.

    A minus sign alone may be standard input, unless a word follows.
    """
    return any(
        _OPERATOR.fullmatch(argument) and (argument != "-" or not following.startswith("-"))
        for argument, following in zip_longest(arguments, arguments[1:], fillvalue="-")
    )


def wants_value(argument: str, valued: Collection[str]) -> bool:
    """Whether the value of an option is the next argument: --top, -k and -qk, but not --top=5 and -k5."""
    if argument[:1] != "-" or argument.startswith("--"):
        return argument in valued
    letters = [i for i, letter in enumerate(argument[1:], start=1) if f"-{letter}" in valued]
    return letters[:1] == [len(argument) - 1]


def first_word(arguments: Sequence[str], program: click.Command) -> int | None:
    """Where the first argument stands that is no option of the program, nor the value of one."""
    valued = options_with_value(program)
    awaited = False
    for at, argument in enumerate(mark_expressions(arguments, valued)):
        if awaited:
            awaited = False
        elif argument == "--":
            return None
        elif argument[:1] != "-" or argument == "-":
            return at
        else:
            awaited = wants_value(argument, valued)
    return None


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


def read(command: click.Command, path: str, arguments: Sequence[str], settings: Mapping[str, Setting]) -> Any:
    """What a command returns for some arguments. Raises `UsageError` for arguments that don't fit it.

    `path` is what the command is called by; `settings` are the defaults of options that have one.
    """
    names = {param.name for param in command.params if isinstance(param, click.Option)}
    takes_value = options_with_value(command)
    defaults = {name.replace("-", "_"): setting.value for name, setting in settings.items()}
    if any(len(argument) > 2 and argument[0] == "-" and argument[1:3].isalpha() for argument in arguments):
        from vecalc.shell.usage import refuse_one_dash

        refuse_one_dash(command, arguments, takes_value)
    typed = [argument.partition("=")[0] for argument in arguments if argument.startswith("--")]
    if len(set(typed)) < len(typed):
        from vecalc.shell.usage import refuse_twice

        refuse_twice(command, arguments, takes_value)
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
