"""A program of the user's is run by the shell: bytes go in, bytes come out, within a time and a size.

It may write before it has read all: both ends of it are served at once. It has a session of its own, so that
whatever it started ends with it, and so that Ctrl-C reaches us first.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from vecalc.errors import EncoderProblem

if TYPE_CHECKING:
    from subprocess import Popen

PIECE = 1 << 16  # bytes read or written at once
SAID = 4_096  # bytes kept of the end of what it says on standard error
SHOWN_LINES, SHOWN = 3, 400  # lines, and characters, of that in a message
LOOK = 0.05  # seconds between two looks whether it has ended, while something that it started goes on
GRACE = 0.5  # seconds that it has to end by itself, once it is told to


class Ended(NamedTuple):
    """A run that came to its end: the exit status, below 0 for a signal, and what was written."""

    status: int
    output: bytes
    said: str  # on standard error, the end of it in one line


def run(command: str, sent: bytes, seconds: float, most: int) -> Ended:
    """What a command makes of some bytes.

    Raises `EncoderProblem` when it can't be started, takes longer than `seconds`, or writes more than `most`
    bytes; then, and after any other interruption, none of its processes is left.
    """
    if sys.platform == "win32":
        hint = "run vecalc within WSL"
        raise EncoderProblem("commands are run by a POSIX shell, which Windows does not have", hint=hint)
    with _started(command) as child:
        exchange = _Exchange(child, sent, time.monotonic() + seconds, most)
        try:
            exchange.serve()
        except TimeoutError:
            message = f"no answer within {seconds:g} s{told(exchange.words)}"
            raise EncoderProblem(message, hint="--embed-timeout S gives it more time") from None
        return Ended(child.returncode, bytes(exchange.output), exchange.words)


def told(said: str) -> str:
    """What a program said, as a message ends with it."""
    return f"; it says: {said}" if said else ""


@contextmanager
def _started(command: str) -> Iterator[Popen[bytes]]:
    """A process of the shell; it and all its children have ended afterwards, unless it ended by itself."""
    from subprocess import PIPE, Popen

    try:
        child = Popen(  # noqa: S603 - the user's own command, see catalogue.command_of
            ["/bin/sh", "-c", command],
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            bufsize=0,
            start_new_session=True,
        )
    except (OSError, ValueError) as problem:  # ValueError: a NUL in it
        raise EncoderProblem(f"it can't be started: {problem}") from None
    try:
        yield child
    finally:
        if child.returncode is None:
            _end(child)
        for stream in (child.stdin, child.stdout, child.stderr):
            with suppress(OSError):
                if stream:
                    stream.close()


def _end(child: Popen[bytes]) -> None:
    """End a process with all of its group: gently, then not."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGTERM)
        until = time.monotonic() + GRACE
        # Not reaped meanwhile: as long as it is there, the number is the group's and nobody else's.
        while os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            if time.monotonic() > until:
                break
            time.sleep(LOOK / 10)
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


class _Exchange:
    """What goes to a process and comes from it, until it has ended."""

    def __init__(self, child: Popen[bytes], sent: bytes, until: float, most: int) -> None:
        self.child = child
        self.left = memoryview(sent)
        self.until = until
        self.most = most
        self.output = bytearray()
        self.said = bytearray()

    @property
    def words(self) -> str:
        """The last lines that it said."""
        lines = [" ".join(line.split()) for line in self.said.decode(errors="replace").splitlines()]
        shown = " | ".join([line for line in lines if line][-SHOWN_LINES:])
        return shown if len(shown) <= SHOWN else f"...{shown[-SHOWN:]}"

    def serve(self) -> None:
        """Serve all three pipes, and see the end. Raises `TimeoutError`, `EncoderProblem`."""
        import selectors

        child = self.child
        work = {child.stdout: self._heard, child.stderr: self._overheard, child.stdin: self._feed}
        with selectors.DefaultSelector() as waiting:
            for stream, step in work.items():
                if stream is None:  # never: all three are pipes
                    continue
                os.set_blocking(stream.fileno(), False)
                event = selectors.EVENT_WRITE if stream is child.stdin else selectors.EVENT_READ
                waiting.register(stream, event, step)
            while any(key.events == selectors.EVENT_READ for key in waiting.get_map().values()):
                ready = waiting.select(min(self._remaining(), LOOK))
                if not ready and child.poll() is not None:
                    return  # what holds the pipes open was left behind by it
                for key, _ in ready:
                    if not key.data(key.fd):
                        waiting.unregister(key.fileobj)
                        key.fileobj.close()  # type: ignore[union-attr]
        while child.poll() is None:
            time.sleep(min(self._remaining(), LOOK / 10))

    def _remaining(self) -> float:
        """Seconds that are left. Raises `TimeoutError`."""
        remaining = self.until - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining

    def _feed(self, number: int) -> bool:
        """Send a piece; whether there is more to send, and somebody who reads."""
        with suppress(BlockingIOError):
            try:
                self.left = self.left[os.write(number, self.left[:PIECE]) :]
            except BrokenPipeError:
                return False
        return bool(self.left)

    def _heard(self, number: int) -> bool:
        """Take a piece of its output; whether there may be more."""
        data = os.read(number, PIECE)
        self.output += data
        if len(self.output) > self.most:
            raise EncoderProblem(f"it writes more than {self.most:,} bytes{told(self.words)}")
        return bool(data)

    def _overheard(self, number: int) -> bool:
        """Take a piece of what it says."""
        data = os.read(number, PIECE)
        self.said += data
        del self.said[:-SAID]
        return bool(data)
