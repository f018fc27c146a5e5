"""A program of the user's as an encoder: it reads texts, one a line, and writes their vectors.

The shell runs it, as git runs a textconv, for those texts only whose vectors are not kept from an earlier
time. What it may write is in `command_output`.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import numpy as np

from vecalc.arrays import Singles
from vecalc.errors import EncoderProblem
from vecalc.space import digest
from vecalc.texts.command_output import vectors_of
from vecalc.texts.command_run import run, told
from vecalc.texts.kept_vectors import KeptVectors, key_of

BATCH = 1_000  # texts that one call is given
TIME_LIMIT = 60.0  # seconds that one call may take
MOST_OF_ONE, MOST_OF_ALL = 4 << 20, 1 << 28  # bytes written for one text, and for a batch
PROBE = "text"  # is encoded where only the width of vectors is wanted
LONGEST = 1 << 16  # characters of a command; Linux takes 131,072 bytes
SHOWN = 60  # characters of a command in messages
SCRIPTS = (".py", ".sh", ".js", ".jl", ".pl", ".rb", ".R")  # ends of the names of programs that others run
# Whatever ends a line for some program.
_LINE_ENDS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


class CommandEncoder:
    """An `Encoder` that runs a command.

    `kept` says where the vectors of an identity are kept, or None; `tell` hears what was read otherwise
    than it was typed, or can't be kept. A call ends after `seconds`.
    """

    def __init__(
        self,
        command: str,
        kept: Callable[[str], Path | None] = lambda _: None,
        *,
        seconds: float = TIME_LIMIT,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.command = command
        self._path = kept
        self._seconds = seconds
        self._tell = tell
        self._width = 0
        self._told: set[str] = set()

    @property
    def dim(self) -> int:
        """Components of a vector, d; where there was no text yet, one is encoded. Raises `EncoderProblem`."""
        return self.width or self.encode([PROBE]).shape[1]

    @property
    def width(self) -> int:
        """The same, but 0 as long as it is not known."""
        return self._width or (self._kept.width if self._kept else 0)

    @cached_property
    def identity(self) -> str:
        """A digest of the command, and of the programs that it names: their paths, sizes and times.

        Raises `EncoderProblem` for a command that no shell takes.
        """
        if len(self.command) > LONGEST:
            what = (
                f"{shown(self.command)}: {len(self.command):,} characters, a command has at most {LONGEST:,}"
            )
            raise EncoderProblem(what, hint="put it into a script")
        hashed = digest.running()
        hashed.update(self.command.encode("utf-8", "surrogateescape"))
        for path, status in _programs_of(self.command):
            hashed.update(os.fsencode(f"\0{path}\0{status.st_size}\0{status.st_mtime_ns}"))
        return digest.noted(hashed)

    def encode(self, texts: Sequence[str]) -> Singles:
        """The vectors [t, d] of some texts; of blank ones zeros. Raises `EncoderProblem`."""
        lines = [self._line(text) for text in texts]
        keys = {line: key_of(self.identity, line) for line in dict.fromkeys(lines) if line}
        known = self._kept.found(keys.values()) if self._kept else {}
        missing = [line for line, key in keys.items() if key not in known]
        for first in range(0, len(missing), BATCH):
            batch = missing[first : first + BATCH]
            vectors = self._made(batch)
            known.update(zip((keys[line] for line in batch), vectors, strict=True))
            self._keep([keys[line] for line in batch], vectors)
        if not known:
            return np.zeros((len(texts), self.dim), np.float32)
        nothing = np.zeros(self.width, np.float32)
        return np.stack([known[keys[line]] if line else nothing for line in lines])

    # --- one call -------------------------------------------------------------------------------

    def _made(self, lines: Sequence[str]) -> Singles:
        """The vectors of some lines, by the program."""
        sent = "".join(f"{line}\n" for line in lines).encode()
        most = min(len(lines) * MOST_OF_ONE, MOST_OF_ALL)
        try:
            vectors = vectors_of(_output(self.command, sent, self._seconds, most), len(lines))
            self._check_width(vectors.shape[1])
        except EncoderProblem as problem:
            problem.message = f"{shown(self.command)}: {problem.message}"
            raise
        self._width = vectors.shape[1]
        return vectors

    def _check_width(self, width: int) -> None:
        if self.width not in (0, width):
            message = f"vectors of {width:,} numbers, and of {self.width:,} before"
            hint = "`vecalc models prune --all` forgets those that are kept"
            raise EncoderProblem(message, hint=hint)

    def _line(self, text: str) -> str:
        """A text as the line that is sent; "" for a blank one."""
        line = _LINE_ENDS.sub(" ", text)
        if line != text:
            self._tell_once("line ends within texts are sent as blanks")
        sound = line.encode("utf-8", "replace").decode()
        if sound != line:
            self._tell_once("characters that are not Unicode are sent as ?")
        return sound if sound.strip() else ""

    # --- what is kept ---------------------------------------------------------------------------

    @cached_property
    def _kept(self) -> KeptVectors | None:
        path = self._path(self.identity)
        return KeptVectors(path) if path else None

    def _keep(self, keys: Sequence[bytes], vectors: Singles) -> None:
        if self._kept is None:
            return
        try:
            self._kept.add(keys, vectors)
        except OSError as problem:
            self._tell_once(f"its vectors can't be kept: {problem.strerror or problem}")

    def _tell_once(self, note: str) -> None:
        if note not in self._told:
            self._told.add(note)
            self._tell(f"{shown(self.command)}: {note}")


def shown(command: str) -> str:
    """A command in messages, as -m takes it."""
    line = " ".join(command[: 4 * SHOWN].split())
    return f"!{line}" if len(line) <= SHOWN else f"!{line[:SHOWN]}..."


def _output(command: str, sent: bytes, seconds: float, most: int) -> bytes:
    """What a command writes, if it succeeds."""
    ended = run(command, sent, seconds, most)
    if ended.status:
        how = f"exit status {ended.status}" if ended.status > 0 else f"signal {-ended.status}"
        raise EncoderProblem(f"it ended with {how}{told(ended.said)}")
    return ended.output


def _programs_of(command: str) -> Iterator[tuple[str, os.stat_result]]:
    """The programs and scripts that a command names by their paths.

    Not what else it names: that may be what it writes to, and another every time.
    """
    try:
        words = shlex.split(command)
    except ValueError:  # a quote that is not closed; the shell will say so
        return
    for word in words:
        with suppress(OSError, ValueError):
            status = os.stat(word)  # noqa: PTH116 - any word at all
            is_program = status.st_mode & stat.S_IXUSR or word.endswith(SCRIPTS)
            if stat.S_ISREG(status.st_mode) and is_program:
                yield os.path.abspath(word), status  # noqa: PTH100 - links stay
