"""The loop: read a line, do it, forget nothing, and never die of a mistake."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from functools import partial

import vecalc
from vecalc.engine.calculator import Calculator
from vecalc.errors import UnfinishedText, VecalcError
from vecalc.library.paths import STARTUP
from vecalc.shell.display import is_terminal
from vecalc.shell.exceptions import as_problem
from vecalc.shell.repl import line_editor, prompt_commands
from vecalc.shell.repl.session import Session
from vecalc.shell.request import Request

PROMPT, CONTINUED = "vecalc> ", "   ...> "


def converse(calculator: Calculator, request: Request) -> int:
    """Talk until Ctrl-D or `quit`; the exit code."""
    session = Session(calculator, request)
    if not request.quiet and is_terminal(sys.stdin):
        session.write(banner(calculator))
    with line_editor.line_editor(session), closing(session):
        _start(session)
        while (line := _read(PROMPT)) is not None and not prompt_commands.is_quit(line):
            try:
                _take(session, line, partial(_read, CONTINUED))
            except KeyboardInterrupt:
                sys.stderr.write("interrupted\n")
    return 0


def banner(calculator: Calculator) -> str:
    """One line: program, model, size, how to get help."""
    space = calculator.spaces[calculator.default]
    size = f"{len(space):,} words × {space.dim}"
    return f"vecalc {vecalc.__version__} · {space.name} · {size} · 'help' for help, Ctrl-D to leave\n"


def _start(session: Session) -> None:
    """Do the lines of the user's start-up file, as if they were typed."""
    path = STARTUP.path()
    try:
        text = STARTUP.text()
    except VecalcError as problem:
        session.complain(problem)
        return
    lines = enumerate(text.splitlines(), start=1)
    for number, line in lines:
        session.where = f"{path}:{number}"
        _take(session, line, lambda: next(lines, (0, None))[1])
    session.where = ""


def _read(prompt: str) -> str | None:
    """A line; '' after Ctrl-C, None at the end of input. Without a terminal there is nobody to prompt."""
    asks = is_terminal(sys.stdin)
    try:
        line = input(prompt if asks else "")
        line_editor.remember(line)
    except KeyboardInterrupt:
        sys.stdout.write("\n")
        return ""
    except EOFError:
        sys.stdout.write("\n" if asks else "")
        return None
    except UnicodeDecodeError:
        sys.stderr.write("vecalc: that line is not UTF-8\n")
        return ""
    return line


def _take(session: Session, text: str, ask: Callable[[], str | None]) -> None:
    """Do a line; while a bracket or quote is open, ask for more."""
    while True:
        try:
            if text.strip() and not text.lstrip().startswith("#") and not prompt_commands.run(session, text):
                session.answer(text)
        except UnfinishedText as problem:
            more = ask()
            if more:
                text = f"{text}\n{more}"
                continue
            session.complain(problem, text)  # an empty line, Ctrl-C or Ctrl-D gives up
        except BrokenPipeError:
            raise
        except Exception as problem:  # whatever it was, the session and its names live on
            session.complain(as_problem(problem))
        return
