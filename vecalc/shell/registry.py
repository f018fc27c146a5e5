"""The commands that there are, found in their folder (`vecalc.shell.commands`), and what makes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from inspect import cleandoc
from typing import Any

import click

from vecalc import finder

FOLDER = "vecalc.shell.commands"


class Command(click.Command):
    """A command whose help is its usage, what it does, examples, and its options."""

    usage: str
    examples: str
    actions: Mapping[str, click.Command] = {}  # commands of its own, by the word that calls them

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help, in that order."""
        formatter.write(
            "".join(
                f"{'Usage:' if not i else '      '} {line}\n"
                for i, line in enumerate(self.usage.splitlines())
            )
        )
        formatter.write(f"\n{cleandoc(self.help or '')}\n")
        if self.examples:
            formatter.write(f"\nExamples:\n{self.examples}")
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = [record for param in options if (record := param.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(records)


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


def one_of(words: Iterable[str]) -> Callable[[click.Context, click.Parameter, str], list[Any]]:
    """What completes an argument whose first word is one of some."""

    def complete(context: click.Context, param: click.Parameter, typed: str) -> list[Any]:
        first = not context.params.get(param.name or "")
        return [word for word in words if first and word.startswith(typed)]

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
