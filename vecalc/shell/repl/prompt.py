"""The loop: read a line, do it, forget nothing, and never die of a mistake."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from contextlib import closing

import vecalc
from vecalc.engine.calculator import Calculator
from vecalc.errors import VecalcError
from vecalc.library.paths import STARTUP
from vecalc.shell.display import is_terminal
from vecalc.shell.exceptions import as_problem
from vecalc.shell.repl import Editor, prompt_commands
from vecalc.shell.repl.editors import editor
from vecalc.shell.repl.entries import Typed, entries
from vecalc.shell.repl.session import Session
from vecalc.shell.request import Request


def converse(calculator: Calculator, request: Request) -> int:
    """Talk until Ctrl-D or `quit`; the exit code."""
    session = Session(calculator, request)
    if not request.quiet and is_terminal(sys.stdin):
        session.write_fitted(banner(calculator))
    with _editing(session) as editing, closing(session):
        _start(session)
        while (text := editing.read()) is not None:
            try:
                for entry in _complete(session, editing, text):
                    if prompt_commands.is_quit(entry.text):
                        return 0
                    _do(session, entry.text)
            except KeyboardInterrupt:
                sys.stderr.write("interrupted\n")
    return 0


@contextlib.contextmanager
def _editing(session: Session) -> Iterator[Editor]:
    """The editor of the lines, which writes its history in the end."""
    editing = editor(session)
    session.use_keys = editing.use_keys
    try:
        yield editing
    finally:
        if why := editing.close():
            session.tell([why])


def banner(calculator: Calculator) -> str:
    """One line: program, model, size, how to get help."""
    space = calculator.spaces[calculator.default]
    size = f"{len(space):,} words × {space.dim}"
    return f"vecalc {vecalc.__version__} · {space.name} · {size} · 'help' for help, Ctrl-D to leave"


def _start(session: Session) -> None:
    """Do the lines of the user's start-up file, as if they were typed."""
    path = STARTUP.path()
    try:
        text = STARTUP.text()
    except VecalcError as problem:
        session.complain(problem)
        return
    for entry in entries(session, text).entries:
        session.where = f"{path}:{entry.line}"
        _do(session, entry.text)
    session.where = ""


def _complete(session: Session, editing: Editor, text: str) -> tuple[Typed, ...]:
    """The entries of what was typed, and goes on while a bracket is open; it is remembered as one."""
    found = entries(session, text)
    while found.is_open:
        longer = editing.more(text)
        if longer is None:
            return ()
        if longer == text:
            break
        text, found = longer, entries(session, longer)
    editing.remember(text)
    return found.entries


def _do(session: Session, text: str) -> None:
    """Do a line: a command, or an expression."""
    try:
        if not text.strip() or text.lstrip().startswith("#"):
            return
        name, _ = prompt_commands.command_of(text) or ("answering", "")
        with session.at_work(name):
            if not prompt_commands.run(session, text):
                session.answer(text)
    except BrokenPipeError:
        raise
    except Exception as problem:  # whatever it was, the session and its names live on
        session.complain(as_problem(problem))
