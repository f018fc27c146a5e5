"""`help` at the prompt: its commands in groups; and on a name all that is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from vecalc.calc.functions import FUNCTIONS
from vecalc.engine import prelude
from vecalc.errors import UsageError
from vecalc.lang.show import quote, show
from vecalc.near import did_you_mean
from vecalc.render import Style
from vecalc.render.paint import paint
from vecalc.render.visible import visible
from vecalc.render.width import wrapped
from vecalc.shell import help_topics
from vecalc.shell.display import fitted_help
from vecalc.shell.registry import names as shell_commands
from vecalc.shell.repl import prompt_options
from vecalc.shell.repl.habits import HERE
from vecalc.shell.repl.prompt_command import PromptCommand

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

_GROUP, _NAME = 9, 23  # columns of the groups and of the names
INTRODUCTION = "Type an expression: king - man + woman. Then _ is it, _1 its first neighbour."
LEAVE = "Ctrl-D does the same"


def overview(commands: Mapping[str, PromptCommand], style: Style) -> str:
    """All commands, on a screen of 24 lines and 80 columns."""
    screen = style.width
    lines = wrapped(INTRODUCTION, screen)
    for name, command in commands.items():
        lines += _described(command.group, f"{name} {command.argument}".rstrip(), command.summary, style)
    lines += _described("", "quit, exit", f"leave; {LEAVE}", style)
    lines += wrapped(
        f"help NAME or NAME? explains a command, setting, function, word, or {', '.join(help_topics.TOPICS)}",
        screen,
    )
    return "\n".join(lines) + "\n"


def on(session: Session, name: str, commands: Mapping[str, PromptCommand]) -> str:
    """All that is known of a name: command, setting, topic, function, bound name, word.

    Raises `UsageError`, with what may have been meant, where nothing is.
    """
    name = name.strip()
    parts = [*_here(session, name, commands), *_there(name, commands)]
    if of := prompt_options.of_value(session, name):
        parts.append(f"{name} is a value of {of}\n{prompt_options.described(session, of)}")
    parts += _as_word(session, name)
    if not parts:
        known = {*commands, *prompt_options.SETTINGS, *help_topics.TOPICS, *FUNCTIONS, *prelude.signatures()}
        hint = f"{did_you_mean(name, known)} `help` lists the commands and topics".lstrip()
        raise UsageError(f"there is no help on '{name}'", where="help", hint=hint)
    request = session.request
    return fitted_help("\n".join(parts), (request.color, request.theme))


def _described(group: str, name: str, summary: str, style: Style) -> Iterator[str]:
    """A line of help; on a narrow screen what it does stands below the name."""
    beside = style.width - _GROUP - _NAME - 2
    front = paint(group, "title", style) + " " * (_GROUP - len(group)) + paint(name, "term", style)
    if beside < _NAME:
        yield front
        yield from (f"{'':<{_GROUP}}  {line}" for line in wrapped(summary, style.width - _GROUP - 2))
        return
    first, *more = wrapped(summary, beside)
    yield f"{front}{'':<{_NAME - len(name)}}  {first}"
    yield from (f"{'':<{_GROUP + _NAME}}  {line}" for line in more)


def _here(session: Session, name: str, commands: Mapping[str, PromptCommand]) -> Iterator[str]:
    """What a name is at the prompt."""
    if name in commands:
        command = commands[name]
        text = f"{name} {command.argument}".rstrip() + f"\n    {command.summary}\n"
        yield text + "".join(f"    {line}\n" for line in command.more.splitlines())
    if name in ("quit", "exit"):
        yield f"quit, exit\n    leave; {LEAVE}\n"
    if name == "set":
        told = (f"  {one:<13} {setting.what}\n" for one, setting in prompt_options.SETTINGS.items())
        yield "".join(["settings\n", *told])
    setting = name.removeprefix("--")
    if setting in prompt_options.SETTINGS:
        yield prompt_options.described(session, setting)


def _there(name: str, commands: Mapping[str, PromptCommand]) -> Iterator[str]:
    """What a name is in the shell's help; of a command that the prompt has its own kind of, only the rest."""
    here = f"; at the prompt: {HERE[name]}" if name in HERE else ""
    if name not in commands and name not in prompt_options.SETTINGS:
        if name in shell_commands():
            yield f"{name} is a command of the shell{here}\n"
        try:
            yield help_topics.topic(name)
        except UsageError:
            return
        return
    if name in help_topics.TOPICS:
        yield help_topics.TOPICS[name]()
    elif name in FUNCTIONS or name in prelude.signatures():
        yield help_topics.function_help(name)
    if name in shell_commands():
        yield f"The command of the shell has options: vecalc {name} --help{here}\n"


def _as_word(session: Session, name: str) -> Iterator[str]:
    """What a name is as a word: of which models, and how frequent; or bound."""
    calculator = session.calculator
    scope = calculator.scope
    if (tree := scope.names.get(name)) is not None:
        yield f"{name} = {visible(show(tree))}\n    a bound name; the word is {quote(name)}, in quotes\n"
    elif name in scope.functions and name not in calculator.shipped:
        yield f"{visible(show(scope.functions[name].function))}\n    defined here\n"
    ranks = [
        f"    {visible(calculator.caption(space))}: word {row + 1:,} of {len(found):,}\n"
        for space, found in calculator.spaces.items()
        if (row := found.row(name)) is not None
    ]
    if ranks:
        yield f"{visible(quote(name))}, by frequency\n" + "".join(ranks)
