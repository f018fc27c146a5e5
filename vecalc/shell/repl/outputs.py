"""Where answers of the prompt go: the screen or a pager, and the files of `once` and `tee`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vecalc.answers import Answer, Sheet
from vecalc.errors import StorageProblem, UsageError
from vecalc.render.cells import HEADER
from vecalc.shell.display import TextSink, format_name, is_terminal, renderer, show, style
from vecalc.shell.opening import refuse_overwriting, sink_for
from vecalc.shell.request import Request
from vecalc.stores.addresses import is_address, without_passwords

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

Shown = Answer | Sheet

GOES_ON = ("plain", "jsonl", "tsv", "csv")  # formats without an end, so that a file can be gone on with


def once(session: Session, argument: str) -> None:
    """Send the next answer to a file. Raises `UsageError`."""
    if not argument:
        raise UsageError("a file is missing", where="once", hint="once answer.json, then an expression")
    path = _target(session.request, argument)
    format_name(session.request._replace(output=str(path), format=None))  # a bad suffix is told now
    agree_to_replace(session, path)
    if not path.parent.is_dir():
        raise UsageError(
            "there is no such folder", where=str(path.parent), hint="make it, or give another name"
        )
    session.once = str(path)
    session.tell([f"the next answer goes to {path}"])


def tee(session: Session, argument: str) -> None:
    """Write answers to a file as well from now on; without a file, no longer. Raises `UsageError`."""
    following = _tee_of(session, argument) if argument else None
    if session.tee is not None:
        session.tee.close()
        session.tell([f"answers no longer go to {session.tee.path}"])
    elif not argument:
        session.tell(["answers go to no file"])
    session.tee = following
    if following is not None:
        session.tell([f"answers {'go on in' if following.begun else 'go to'} {following.path} as well"])


def _tee_of(session: Session, argument: str) -> Tee:
    path, request = _target(session.request, argument), session.request
    goes_on = format_name(request._replace(output=str(path), format=None)) in GOES_ON
    if not goes_on:
        agree_to_replace(session, path)
    elif path.resolve() not in session.known_files:
        _refuse_other_columns(path, request)
        session.known_files.add(path.resolve())
    return Tee(path, request, goes_on=goes_on)


def _refuse_other_columns(path: Path, request: Request) -> None:
    """Raises `UsageError` for a table that answers have no place in: rows of theirs would spoil it."""
    if path.suffix.lower() not in (".csv", ".tsv") or not path.is_file() or not request.header:
        return
    with path.open(encoding="utf-8", errors="replace") as stream:
        first = stream.readline(1 << 12).strip()
    columns = first.split("\t" if path.suffix.lower() == ".tsv" else ",")
    if first and columns[:3] != list(HEADER[:3]):
        hint = "give another name: its rows would have other columns"
        raise UsageError(
            f"it is not a file of answers; it begins with {first[:60]}", where=str(path), hint=hint
        )


def write_once(session: Session, path: str, shown: Sequence[Shown]) -> None:
    """A file of some answers, in the format of its suffix. Raises `UsageError`, `StorageProblem`."""
    request = session.request._replace(output=path, format=None)
    with sink_for(request, several=len(shown) > 1) as sink:
        for one in shown:
            sink.write(one)
    wrote(session, Path(path))


def new_file(session: Session, argument: str) -> Path:
    """A place to write to. Raises `UsageError` where there is a file that is not to be replaced."""
    path = _target(session.request, argument)
    agree_to_replace(session, path)
    return path


def agree_to_replace(session: Session, path: Path) -> None:
    """Ask before a file is lost that this session has neither written nor loaded. UsageError for a no."""
    if not path.is_file() or path.stat().st_size == 0 or path.resolve() in session.known_files:
        return
    if session.may_ask:
        if session.confirm(f"{path} is there: replace it?"):
            session.known_files.add(path.resolve())
            return
        raise UsageError("it was left as it is", where=str(path))
    raise UsageError("there is a file already", where=str(path), hint="give another name, or remove it first")


def wrote(session: Session, path: Path) -> None:
    """Say so, and remember that the file may be replaced."""
    session.known_files.add(path.resolve())
    session.tell([f"wrote {path}"])


class Tee:
    """A file that takes answers as they come, in the format of its suffix."""

    def __init__(self, path: Path, request: Request, *, goes_on: bool) -> None:
        """It `goes_on` behind what the file holds, or replaces it. Raises `UsageError`, `StorageProblem`."""
        self.path = path
        request = request._replace(output=str(path), format=None)
        name = format_name(request)
        try:
            self.begun = goes_on and path.is_file() and path.stat().st_size > 0
            mode = "a" if goes_on else "w"
            self.stream = path.open(mode, encoding="utf-8", errors="backslashreplace", newline="\n")
        except OSError as problem:
            raise StorageProblem(f"can't be written: {problem.strerror}", where=str(path)) from None
        look = style(request, several=True, file=self.stream)
        self.sink = TextSink(renderer(name), look, self.stream, flush=True, index=int(self.begun))

    def write(self, shown: Shown) -> None:
        """Take an answer; no password of an address in what was asked. Raises `OSError`."""
        if isinstance(shown, Answer):
            asked = shown.asked._replace(expr=without_passwords(shown.asked.expr))
            notes = tuple(map(without_passwords, shown.notes))
            shown = shown._replace(asked=asked, parsed=without_passwords(shown.parsed), notes=notes)
        self.sink.write(shown)

    def close(self) -> None:
        """End the document. Raises `OSError`."""
        with self.stream:
            self.sink.close()


def page(text: str, color: bool) -> None:
    """Show a text with $PAGER where it is taller than the terminal, or else print it."""
    if _is_taller(text):
        # It adds a line end. None leaves colours to whether the pager is less, which has to be told of them.
        click.echo_via_pager(text.removesuffix("\n"), color=None if color else False)
    else:
        show(text)


def _is_taller(text: str) -> bool:
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return False
    try:
        lines = os.get_terminal_size(sys.stdout.fileno()).lines
    except OSError:
        return False
    return 0 < lines <= text.count("\n")


def _target(request: Request, argument: str) -> Path:
    if is_address(argument):
        raise UsageError("a store on a server, which is no file", where=without_passwords(argument))
    path = Path(argument).expanduser()
    refuse_overwriting(request._replace(output=str(path)))
    return path
