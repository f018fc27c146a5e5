"""The options of the command line. Loads click and nothing heavier until there is work to do."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import click

from vecalc.errors import FileProblem, UsageError, VecalcError
from vecalc.shell.help_topics import EXAMPLES, short_help, usage
from vecalc.shell.options import (
    AS_WORDS,
    BATCH,
    DEBUG,
    EXPRESSIONS,
    FILES,
    FORMAT,
    LET,
    MODEL,
    QUIET,
    RANKING,
    ROWS,
    SHOW,
    WORDS,
    OneOf,
    flag,
    request_of,
)
from vecalc.shell.registry import (
    SECTIONS,
    CommandCall,
    call_of,
    options_with_value,
    read,
    with_doubt,
    write_options,
)
from vecalc.shell.settings import KEYS, Setting, load_settings, variable_of


class _Command(click.Command):
    """Help with examples first, and options by what they are for."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("vecalc, the calculator for embeddings: type an expression, read its neighbours\n\n")
        formatter.write(f"Examples:\n{EXAMPLES}\n")
        formatter.write(usage())
        write_options(self, ctx, formatter)


def _print(ctx: click.Context, option: click.Parameter, value: Any) -> None:
    """Show what an option asks for that only tells something, and end."""
    if not value or ctx.resilient_parsing:  # a shell only asks what comes next
        return
    match option.name:
        case "short_help":
            text = short_help()
        case "help":
            text = f"{ctx.get_help()}\n"
        case "version":
            from vecalc.shell.cli.manual import versions

            text = versions()
        case _:
            from vecalc.shell.cli.manual import generated

            text = generated(value, ctx.command, SECTIONS, EXAMPLES)
    if option.name in ("help", "short_help") and sys.stdout.isatty():
        from vecalc.shell.display import fitted_help

        text = fitted_help(text)
    sys.stdout.write(text)
    ctx.exit()


_telling = partial(click.option, is_eager=True, expose_value=False, callback=_print)
KINDS = ("man", "bash", "zsh", "fish", "schema")


@click.command(cls=_Command, add_help_option=False, context_settings={"max_content_width": 100})
@click.argument("expressions", nargs=-1, metavar="[EXPRESSION]...")
@EXPRESSIONS
@FILES
@ROWS
@LET
@flag("-i", "--interactive", "Then open the prompt.")
@MODEL
@AS_WORDS
@WORDS
@RANKING
@SHOW
@FORMAT
@QUIET
@BATCH
@DEBUG
@_telling("--version", is_flag=True, help="Versions.")
@_telling(
    "--generate",
    type=OneOf(KINDS),
    help="Write the manual page, a shell's completion, or the JSON Schema of records.",
)
@_telling("-h", "short_help", is_flag=True, help="Short help.")
@_telling("--help", is_flag=True, help="This help.")
def vecalc(**options: Any) -> int:
    """Answer expressions."""
    from vecalc.shell.cli.run import execute

    gc.freeze()  # what is loaded now stays: the collector need not look at it again
    gc.enable()
    return execute(request_of(options))


# --- any command line -----------------------------------------------------------------------


def invoke(arguments: Sequence[str]) -> int:
    """Run a command line; the exit code. Raises `VecalcError`, and `OSError` from writing."""
    if (instruction := os.environ.get("_VECALC_COMPLETE")) is not None:  # a shell asks what could be typed
        from vecalc.shell.cli.completion import answer

        return answer(instruction, vecalc)
    call = call_of(arguments, vecalc)
    if not _only_tells(arguments, call):
        _refuse_scarce_memory()
    settings = _settings(arguments, call)
    if call is None:
        try:
            return int(read(vecalc, "vecalc", arguments, settings) or 0)
        except FileProblem as problem:
            raise _with_minus(problem, arguments) from None
    gc.enable()
    try:
        return int(read(call.command, f"vecalc {call.name}", [*call.before, *call.behind], settings) or 0)
    except UsageError as problem:
        raise with_doubt(problem, call) from None


def _with_minus(problem: FileProblem, arguments: Sequence[str]) -> FileProblem:
    """The problem of a model that is not there; where -man was taken for -m an, with how that is typed."""
    if f"-m{problem.where}" in arguments:
        from vecalc.shell.shell_words import taken_for_options

        meant = taken_for_options(arguments, options_with_value(vecalc))
        problem.hint = "; ".join(filter(None, (meant, problem.hint)))
    return problem


_TELLS = {"-h", "--help", "--version"}


def _settings(arguments: Sequence[str], call: CommandCall | None) -> dict[str, Setting]:
    """The settings in force; broken ones are no reason not to show help, or where they stand."""
    _tell_ignored(arguments)
    try:
        return load_settings()
    except VecalcError:
        if not _only_tells(arguments, call):
            raise
        return {}


def _tell_ignored(arguments: Sequence[str]) -> None:
    """Say which variables are called as those of settings are, and are of options that are none."""
    options = {name[2:] for one in vecalc.params for name in one.opts if name.startswith("--")}
    variables = {variable_of(name) for name in options - KEYS.keys()} & os.environ.keys()
    if variables and not {"-q", "--quiet"} & {*arguments}:
        from vecalc.shell.display import look_of, remark

        remark(
            f"no settings: {', '.join(sorted(variables))}; `vecalc config show` lists those that there are",
            *look_of(arguments),
        )


def _only_tells(arguments: Sequence[str], call: CommandCall | None) -> bool:
    """Whether help is wanted, or where settings stand: nothing that takes a model or numbers."""
    return not _TELLS.isdisjoint(arguments) or (call is not None and call.name in ("help", "config"))


# Bytes of address space that numpy and its OpenBLAS take until the first product of matrices, and how many
# more for each core (a stack and a buffer). Measured; where OpenBLAS gets none it ends the process with a
# line and a code of its own, so it has to be known before.
LEAST = 128 << 20
FOR_EACH_CORE = 40 << 20
MOST_CORES = 64  # that OpenBLAS is built for

LIMITS = "/proc/self/limits"  # of Linux; elsewhere nobody limits address space


def _refuse_scarce_memory() -> None:
    """Raises `StorageProblem` where a limit (`ulimit -v`) leaves too little to compute anything."""
    with suppress(OSError, ValueError):
        with open(LIMITS, encoding="utf-8") as stream:  # noqa: PTH123 - at every start
            found = next((line.split() for line in stream if line.startswith("Max address space")), [])
        if not found or found[3] == "unlimited":
            return
        import mmap

        from vecalc.shell.exceptions import not_enough_memory

        needed = LEAST + FOR_EACH_CORE * min(os.cpu_count() or 1, MOST_CORES)
        try:
            mmap.mmap(-1, needed).close()
        except OSError:
            raise not_enough_memory() from None
