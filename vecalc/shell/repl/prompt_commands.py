"""What can be typed at the prompt besides expressions: a function here, and an entry in the table.

A line is a command when its first word is one and no operator follows; `"help"` in quotes is the word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

import click

from vecalc.engine.as_typed import read
from vecalc.engine.candidates import candidates
from vecalc.engine.question import Options
from vecalc.errors import ExpressionError, SyntaxProblem, UsageError
from vecalc.lang.nodes import ListOf
from vecalc.lang.show import show
from vecalc.render.visible import visible
from vecalc.shell.display import FOR_PEOPLE, style
from vecalc.shell.repl import (
    favourites,
    habits,
    history,
    outputs,
    prompt_help,
    prompt_models,
    prompt_names,
    prompt_options,
)
from vecalc.shell.repl.prompt_command import EXPRESSIONS, PromptCommand

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

SHOWN = 40  # words of one `find`
LAST_LINES = 20  # of `history`
SPELLINGS = {"favorite": "favourite"}  # what is typed in another spelling

# What makes a formula of a command's name. Without the blank it may be a path or a pattern: find *ing.
_FORMULA = re.compile(r"[-+*/@^]+\s+\S|[=:]")


def is_quit(line: str) -> bool:
    """Whether a line ends the session."""
    text = line.strip()
    return text in habits.QUIT or (text[:1] in ("\\", "/", ":") and text[1:] in ("quit", "exit", "q"))


def run(session: Session, line: str) -> bool:
    """Run the command of a line; False when the line is none. Raises `VecalcError`."""
    if not session.where and (kept := history.kept(line)):
        session.typed.append(kept)
    found = command_of(line) or command_of(_meant(session, line))
    if found is None:
        return False
    name, argument = found
    command = COMMANDS[name]
    if command.takes in EXPRESSIONS:
        with session.for_one_line(argument) as argument:
            command.run(session, argument)
    else:
        command.run(session, argument)
    return True


def command_of(line: str) -> tuple[str, str] | None:
    """The name of a line's command and what follows it; None where the line is none."""
    name, _, argument = line.strip().partition(" ")
    name, argument = SPELLINGS.get(name, name), argument.strip()
    return None if name not in COMMANDS or _FORMULA.match(argument) else (name, argument)


def _meant(session: Session, line: str) -> str:
    """The line that is meant by one that another program takes."""
    calculator = session.calculator
    if calculator.options.words:
        return line
    space = calculator.spaces[calculator.default]

    def values(name: str) -> Sequence[str] | None:
        setting = prompt_options.SETTINGS.get(name)
        return setting and setting.choices(session)

    known = habits.AtPrompt(
        COMMANDS,
        values,
        lambda text: text in calculator.scope.names or space.row(text) is not None,
        calculator.reads_texts(),
    )
    return habits.meant(line, known)


# --- the commands ---------------------------------------------------------------------------


def _help(session: Session, argument: str) -> None:
    argument = SPELLINGS.get(argument, argument)
    look = style(session.request, several=False)
    text = prompt_help.on(session, argument, COMMANDS) if argument else prompt_help.overview(COMMANDS, look)
    session.show(text)


def _find(session: Session, argument: str) -> None:
    calculator = session.calculator
    space = calculator.spaces[calculator.default]
    rows, _ = candidates(space, Options(match=argument or "*"))
    assert rows is not None  # noqa: S101 - a pattern always gives rows
    shown = [f"{row + 1:>8,}  {visible(space.word(int(row)))}\n" for row in islice(rows, SHOWN)]
    more = f"and {len(rows) - SHOWN:,} more\n" if len(rows) > SHOWN else ""
    session.show("".join(shown) + more or f"no word matches {argument}\n")


def _history(session: Session, argument: str) -> None:
    """What was typed last; a block counts as one and is shown in its lines. What is private is left out."""
    if argument and not argument.isdecimal():
        raise UsageError(f"'{argument}' is no number of lines", where="history", hint="history 50")
    most = int(argument or LAST_LINES)
    earlier, why = history.load()
    session.tell([why] if why else [])
    entries = [*earlier, *session.typed][-most:] if most else []
    lines = (line for entry in entries for line in entry.split("\n"))
    session.show("".join(f"{visible(line)}\n" for line in lines) or "nothing was typed yet\n")
    _tell_of_word(session, "history", argument)


def _clear(session: Session, argument: str) -> None:
    if argument:
        raise UsageError("it takes nothing", where="clear", hint="del NAME forgets a name")
    click.clear()
    _tell_of_word(session, "clear", argument)


def _reset(session: Session, argument: str) -> None:
    prompt_options.reset(session, argument)
    _tell_of_word(session, "reset", argument)


def _tell_of_word(session: Session, name: str, argument: str) -> None:
    """Say once how the word is written that a command takes the place of, which may have been meant."""
    calculator = session.calculator
    if (
        not argument
        and name not in session.told
        and calculator.spaces[calculator.default].row(name) is not None
    ):
        session.told.add(name)
        session.tell([f'{name} is a command; the word is "{name}", in quotes'])


def _explain(session: Session, argument: str) -> None:
    from vecalc.studies.explain.explanation import explain as explained

    if not argument:
        raise UsageError("an expression is missing", where="explain", hint="explain king - man + woman")
    try:
        answer, sheets = explained(session.calculator, argument, for_people=session.format in FOR_PEOPLE)
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


_FILE = "The suffix chooses the format: .json .jsonl .csv .tsv .md .txt .npy\n"
_ASKED = "Before a file is replaced you are asked, unless this session wrote or loaded it."
COMMANDS = {
    "explain": PromptCommand(
        "answers", "EXPR", "how it is read, where its answer comes from", _explain, "expression"
    ),
    "compare": PromptCommand("", "A, B", "sum, product and other formulas of two", _compare, "pair"),
    "plot": PromptCommand(
        "", "EXPR [-o FILE]", "draw it here, or as .png, .svg, .pdf, .html", _plot, "expression"
    ),
    "set": PromptCommand(
        "settings",
        "[NAME [VALUE]]",
        "show all or one, or change one: set norm unit",
        prompt_options.change,
        "setting",
        "Without a name all are shown, without a value the one and what it can be.\n"
        "The value `default` is what was in force when the prompt opened.\n"
        "For one line alone: king -k 3",
    ),
    "reset": PromptCommand("", "[NAME]", "settings as when the prompt opened", _reset, "setting"),
    "vars": PromptCommand("names", "", "what is bound and defined: A = king", prompt_names.listed, "nothing"),
    "del": PromptCommand("", "NAME", "forget a name", prompt_names.forget, "name"),
    "save": PromptCommand("", "FILE", "names and functions to a file", prompt_names.save, "file", _ASKED),
    "load": PromptCommand("", "FILE", "read them again", prompt_names.load, "file"),
    "favourite": PromptCommand(
        "",
        "[NAME = EXPR]",
        "list, answer or keep expressions",
        favourites.favourite,
        "favourite",
        "favourite royal = king - man + woman   keeps one, from session to session\n"
        "favourite royal                        answers it\n"
        "favourite royal =                      forgets it",
    ),
    "find": PromptCommand("models", "GLOB|/REGEX/", "words that match, most frequent first", _find, "word"),
    "models": PromptCommand("", "", "the loaded models", prompt_models.models, "nothing"),
    "use": PromptCommand(
        "",
        "[NAME=]MODEL",
        "load a model, or go to a loaded one",
        prompt_models.use,
        "model",
        "MODEL is a file, a name of `vecalc models`, or a loaded model.\n"
        "What is loaded stays: after `use news.bin`, starter:king is the word of the\n"
        "starter, and `use starter` goes back to it.\n"
        "use docs=lines.txt --embed MODEL makes vectors of the lines of a file.",
    ),
    "once": PromptCommand(
        "files", "FILE", "the next answer goes to a file", outputs.once, "file", _FILE + _ASKED
    ),
    "tee": PromptCommand(
        "",
        "[FILE]",
        "answers go to a file as well, until `tee`",
        outputs.tee,
        "file",
        f"{_FILE}A .txt, .jsonl, .csv or .tsv that is there is gone on with.\n{_ASKED}",
    ),
    "help": PromptCommand("prompt", "[NAME]", "this, or help on anything: help cos", _help, "topic"),
    "history": PromptCommand(
        "", "[N]", "the last lines typed", _history, "nothing", "A line that begins with a blank is not kept."
    ),
    "clear": PromptCommand("", "", "clear the screen", _clear, "nothing"),
}


# --- helpers --------------------------------------------------------------------------------


def _two(session: Session, argument: str) -> tuple[str, str]:
    """The two expressions before and behind a comma. Raises `UsageError`, or what is wrong with one."""
    try:
        (found,) = read(session.calculator, f"[{argument}]")[0]
    except SyntaxProblem:
        found = None
    if isinstance(found, ListOf) and len(found.items) == 2:
        first, second = map(show, found.items)
        return first, second
    if len(words := argument.split()) == 2 and not {",", ";"} & {*argument}:  # as it is written in a shell
        return words[0], words[1]
    read(session.calculator, argument.replace(",", ";"))  # a bracket may be open, or an expression wrong
    raise UsageError("two expressions are compared", where="compare", hint="compare blood, color")
