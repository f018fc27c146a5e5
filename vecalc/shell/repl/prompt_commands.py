"""What can be typed at the prompt besides expressions: a function here, and an entry in the table.

A line is a command when its first word is one and no operator follows; `"help"` in quotes is the word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vecalc.calc.expand import Definition
from vecalc.calc.functions import FUNCTIONS
from vecalc.engine.as_typed import read
from vecalc.engine.candidates import candidates
from vecalc.engine.last_answer import is_neighbour
from vecalc.engine.question import Options
from vecalc.errors import ExpressionError, SyntaxProblem, UnfinishedText, UsageError
from vecalc.lang.nodes import Bind, Define, ListOf
from vecalc.lang.show import show
from vecalc.library import catalogue
from vecalc.library.paths import text_of
from vecalc.render.visible import visible
from vecalc.render.width import wrapped
from vecalc.shell import help_topics
from vecalc.shell.display import FOR_PEOPLE, columns
from vecalc.shell.opening import Opened
from vecalc.shell.repl import favourites, outputs, prompt_options
from vecalc.space.atomic import written_whole

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

SHOWN = 40  # words of one `find`
_NAMES = 24  # columns of the names of commands in `help`


SPELLINGS = {"favorite": "favourite"}  # what is typed in another spelling

# What makes a formula of a command's name. Without the blank it may be a path or a pattern: find *ing.
_FORMULA = re.compile(r"[-+*/@^]+\s+\S|[=:]")


class PromptCommand(NamedTuple):
    """A command: what follows its name, what it does, and the function that does it."""

    argument: str
    summary: str
    run: Callable[[Session, str], None]


def is_quit(line: str) -> bool:
    """Whether a line ends the session."""
    return line.strip() in ("quit", "exit", ":q")


def run(session: Session, line: str) -> bool:
    """Run the command of a line; False when the line is none."""
    name, _, argument = line.strip().partition(" ")
    name, argument = SPELLINGS.get(name, name), argument.strip()
    if name not in COMMANDS or _FORMULA.match(argument):
        return False
    COMMANDS[name].run(session, argument)
    return True


def offered(session: Session, before: Sequence[str]) -> Sequence[str]:
    """What Tab offers behind the parts of a line: commands, or what a command takes."""
    match list(before):
        case []:
            return tuple(COMMANDS)
        case ["set"]:
            return prompt_options.NAMES
        case ["help"]:
            return (*help_topics.TOPICS, *FUNCTIONS, *session.calculator.shipped)
        case ["favourite" | "favorite"]:
            return favourites.names()
        case ["use"]:
            return (*filter(None, session.calculator.spaces), *catalogue.names())
        case ["del"]:
            return (
                *session.calculator.scope.names,
                *(found.function.name for found in _own_functions(session)),
            )
        case _:
            return ()


# --- the commands ---------------------------------------------------------------------------


def _help(session: Session, argument: str) -> None:
    if argument:
        session.write(help_topics.topic(argument))
        return
    screen = columns()
    lines = wrapped(
        "Type an expression: king - man + woman.   _ is the last answer, _1 its first word.", screen
    )
    for name, command in COMMANDS.items():
        lines += _described(f"{name} {command.argument}", command.summary, screen)
    lines += _described("quit", "leave (also Ctrl-D)", screen)
    lines += wrapped(f"help on: {', '.join(help_topics.TOPICS)}, or a function", screen)
    session.write("\n".join(lines) + "\n")


def _described(name: str, summary: str, screen: int) -> Iterator[str]:
    """A line of help; a long name stands above what it does."""
    first, *more = wrapped(summary, screen - _NAMES - 4)
    if len(name) > _NAMES:
        yield f"  {name}"
        name = ""
    yield f"  {name:<{_NAMES}}  {first}"
    yield from (f"  {'':<{_NAMES}}  {line}" for line in more)


def _vars(session: Session, _: str) -> None:
    scope = session.calculator.scope
    lines = [f"{name} = {show(tree)}" for name, tree in scope.names.items() if not is_neighbour(name)]
    lines += [show(found.function) for found in _own_functions(session)]
    session.write("".join(f"{visible(line)}\n" for line in lines) or "nothing is bound\n")


def _del(session: Session, argument: str) -> None:
    scope = session.calculator.scope
    if argument not in scope.names and argument not in scope.functions:
        raise UsageError(f"'{argument}' is not bound", where="del", hint="`vars` shows what is")
    names = {name: tree for name, tree in scope.names.items() if name != argument}
    functions = {name: found for name, found in scope.functions.items() if name != argument}
    session.calculator.scope = scope._replace(names=names, functions=functions)


def _find(session: Session, argument: str) -> None:
    calculator = session.calculator
    space = calculator.spaces[calculator.default]
    rows, _ = candidates(space, Options(match=argument or "*"))
    assert rows is not None  # noqa: S101 - a pattern always gives rows
    shown = [f"{row + 1:>8,}  {visible(space.word(int(row)))}\n" for row in islice(rows, SHOWN)]
    more = f"and {len(rows) - SHOWN:,} more\n" if len(rows) > SHOWN else ""
    session.show("".join(shown) + more or f"no word matches {argument}\n")


def _models(session: Session, _: str) -> None:
    calculator = session.calculator
    for name, space in calculator.spaces.items():
        default = "  (default)" if name == calculator.default else ""
        shown = f"{name}: {space.name}" if name else space.name
        session.write(f"{visible(shown)}  {len(space):,} words × {space.dim}{default}\n")


def _use(session: Session, argument: str) -> None:
    calculator = session.calculator
    if argument not in calculator.spaces or not argument:
        if not argument:
            raise UsageError(
                "a model is missing",
                where="use",
                hint="use [NAME=]FILE [--embed MODEL], or the name of a loaded one",
            )
        argument, _, embed = map(str.strip, argument.partition(" --embed "))
        # What the command line trusts is its own model, not whatever is opened later; so what it embeds by.
        asked = session.request._replace(model=(argument,), embed=embed, output=None, trust_pickle=False)
        opened = Opened(asked, calculator.spaces)
        calculator.add(opened.spaces)
        session.own |= catalogue.own_settings([argument])
        session.request = session.request._replace(
            model=(*session.request.model, argument), beside=opened.request.beside
        )
        argument = next(iter(opened.spaces))
    session.tell(calculator.candidate_notes([argument]))
    calculator.use(argument)
    session.take_up_own()
    _models(session, "")


def _load(session: Session, argument: str) -> None:
    if not argument:
        raise UsageError("a file is missing", where="load", hint="load FILE; save FILE writes one")
    path = Path(argument).expanduser()
    session.calculator.define(text_of(path), where=argument)
    session.known_files.add(path.resolve())
    session.tell([f"read {path}; `vars` shows what is bound now"])


def _save(session: Session, argument: str) -> None:
    if not argument:
        raise UsageError("a file is missing", where="save", hint="save FILE; load FILE reads it again")
    path = outputs.new_file(session, argument)
    scope = session.calculator.scope
    statements: list[Bind | Define] = [found.function for found in _own_functions(session)]
    statements += [Bind(name, tree) for name, tree in scope.names.items() if not name.startswith("_")]
    with written_whole(path) as stream:
        stream.write("".join(f"{show(statement)}\n" for statement in statements).encode())
    outputs.wrote(session, path)


def _explain(session: Session, argument: str) -> None:
    from vecalc.studies.explain.explanation import explain as explained

    if not argument:
        raise UsageError("an expression is missing", where="explain", hint="explain king - man + woman")
    try:
        answer, sheets = explained(session.calculator, argument, for_people=session.format in FOR_PEOPLE)
    except UnfinishedText:
        raise
    except ExpressionError as problem:
        session.complain(problem, argument)
        return
    session.tell(answer.notes)
    session.show_sheets(sheets)


def _compare(session: Session, argument: str) -> None:
    from vecalc.studies.compare.compare_sheets import sheets
    from vecalc.studies.compare.comparison import compare as compared
    from vecalc.studies.compare.comparison import notes, operand
    from vecalc.studies.compare.formulas import FORMULAS

    operands = [operand(session.calculator, text) for text in _two(session, argument)]
    comparison = compared(session.calculator, operands, FORMULAS)
    session.tell(notes([comparison]))
    session.show_sheets(sheets([comparison], for_people=session.format in FOR_PEOPLE))


def _plot(session: Session, argument: str) -> None:
    from vecalc.shell.repl.prompt_plot import draw

    draw(session, argument)


COMMANDS = {
    "help": PromptCommand("[TOPIC]", "this, or help on a topic or function", _help),
    "set": PromptCommand(
        "[NAME VALUE]", "show or change options: norm, top, metric, exclude, ...", prompt_options.change
    ),
    "explain": PromptCommand("EXPR", "how it is read, where its answer comes from, how sure it is", _explain),
    "compare": PromptCommand("A, B", "sum, product and other formulas of two expressions", _compare),
    "plot": PromptCommand("EXPR [-o FILE]", "draw it here, or as .png, .svg, .pdf, .html", _plot),
    "vars": PromptCommand("", "what is bound and defined", _vars),
    "del": PromptCommand("NAME", "forget a name", _del),
    "find": PromptCommand("GLOB|/REGEX/", "words that match, most frequent first", _find),
    "models": PromptCommand("", "the loaded models", _models),
    "use": PromptCommand(
        "[NAME=]FILE|NAME [--embed MODEL]", "load a model, or make a loaded one the default", _use
    ),
    "once": PromptCommand(
        "FILE", "the next answer goes to a file, in the format of its suffix", outputs.once
    ),
    "tee": PromptCommand("[FILE]", "answers go to a file as well; without one, no longer", outputs.tee),
    "favourite": PromptCommand(
        "[NAME [= EXPR]]", "list, answer or keep expressions; NAME = forgets one", favourites.favourite
    ),
    "save": PromptCommand("FILE", "write names and functions to a file", _save),
    "load": PromptCommand("FILE", "read them again", _load),
}


# --- helpers --------------------------------------------------------------------------------


def _own_functions(session: Session) -> Iterator[Definition]:
    shipped = session.calculator.shipped
    return (found for name, found in session.calculator.scope.functions.items() if found != shipped.get(name))


def _two(session: Session, argument: str) -> tuple[str, str]:
    """The two expressions before and behind a comma. Raises `UsageError`, or what is wrong with one."""
    try:
        (found,) = read(session.calculator, f"[{argument}]")[0]
    except SyntaxProblem:
        found = None
    if isinstance(found, ListOf) and len(found.items) == 2:
        first, second = map(show, found.items)
        return first, second
    read(session.calculator, argument.replace(",", ";"))  # a bracket may be open, or an expression wrong
    raise UsageError("two expressions are compared", where="compare", hint="compare blood, color")
