"""The console entry: whatever happens becomes a message and an exit code."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import signal
import sys
from types import FrameType
from typing import Any

INTERRUPTED, CLOSED_PIPE = 130, 141  # 128 + SIGINT, 128 + SIGPIPE
SHORTLY = 0.01  # seconds, until a callback is over


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.disable()  # loading modules makes next to no garbage; `command.invoke` switches it on again
    sys.unraisablehook = _once_more
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of a command line; see `vecalc help exit-codes`."""
    try:
        code = _outcome(arguments)
        _let_go_of_streams()
    except KeyboardInterrupt:  # before or behind the work
        code = INTERRUPTED
    return code


def _outcome(arguments: list[str]) -> int:
    _end_cleanly_on_signals()
    _prepare_streams()
    try:
        from vecalc.shell.cli.command import invoke

        code = invoke(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        code = CLOSED_PIPE
    except KeyboardInterrupt:
        code = INTERRUPTED
    except SystemExit as leaving:  # by a signal
        code = int(leaving.code or 0)
    except Exception as problem:
        code = _report(problem, arguments)
    return code


def _report(problem: Exception, arguments: list[str]) -> int:
    from vecalc.render.problem import problem as draw
    from vecalc.shell.display import error_style, look_of, show_traceback
    from vecalc.shell.exceptions import as_problem

    told = as_problem(problem)
    with contextlib.suppress(OSError):  # stderr itself may be full or closed; the code still tells
        if "--debug" in arguments:
            show_traceback(problem)
        sys.stderr.write(draw(told, "", error_style(*look_of(arguments))))
        sys.stderr.flush()
    return told.exit_code


# --- streams and signals --------------------------------------------------------------------


def _prepare_streams() -> None:
    """What is piped or written to a file is UTF-8 in any locale; a terminal gets what it can show.

    Characters that a terminal's encoding lacks come out as escapes. Streams that are closed are
    replaced: from a missing stdin nothing is read, and nobody is told on a missing stderr. But an answer
    that is lost must not count as given: writing to a missing stdout fails (EBADF). Nor must the rest of one
    that the system took a part of; Python forgets it where it is unbuffered (-u, PYTHONUNBUFFERED).
    """
    access = {"stdin": ("r", os.O_RDONLY), "stdout": ("w", os.O_RDONLY), "stderr": ("w", os.O_WRONLY)}
    for name, (mode, flags) in access.items():
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8"))
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper) and isinstance(stream.buffer, io.RawIOBase):
            setattr(sys, name, _written_whole(stream))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
        if not sys.stdout.isatty():
            sys.stdout.reconfigure(encoding="utf-8")


class _AtOnce(io.BufferedWriter):
    """Hands on what it is given at once, and all of it."""

    def write(self, data: Any, /) -> int:
        count = super().write(data)
        self.flush()
        return count


def _written_whole(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    """The same stream, as prompt, but it goes on where the system takes a part of a text only."""
    raw = io.FileIO(stream.fileno(), "wb", closefd=False)
    return io.TextIOWrapper(_AtOnce(raw), stream.encoding, stream.errors, write_through=True)


def _let_go_of_streams() -> None:
    """Flush what is left; if that can't be done, keep the interpreter's last flush from complaining."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _end_cleanly_on_signals() -> None:
    """SIGTERM and SIGHUP unwind the stack, so that temporary files are removed: 143, 129."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _leave)


def _leave(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def _once_more(dropped: sys.UnraisableHookArgs) -> None:
    """Raise again what a signal raised in a callback, of which imports have some: Python drops it there."""
    problem = dropped.exc_value
    if not isinstance(problem, SystemExit | KeyboardInterrupt) or not hasattr(signal, "setitimer"):
        sys.__unraisablehook__(dropped)
        return

    def leave(_: int, __: FrameType | None) -> None:
        raise problem

    signal.signal(signal.SIGALRM, leave)
    signal.setitimer(signal.ITIMER_REAL, SHORTLY)


if __name__ == "__main__":
    main()
