"""Long batches that can be stopped: what was answered stays, and the same command goes on from there.

    OUT.part       the answers so far
    OUT.resume     how many they are, how many bytes, and of what (JSON)

Both lie beside the output and vanish when it is complete. What came after the last note is cut off when the
batch goes on, so the bytes are those of an unbroken run.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

import vecalc
from vecalc.app.catalogue import known
from vecalc.app.cli.request import Request
from vecalc.app.spaces import split_model
from vecalc.errors import StorageProblem, UsageError
from vecalc.space import digest

EVERY = 1.0  # seconds between two notes: what is lost at most
# What an answer does not depend on.
INDIFFERENT = {
    "output": None,
    "quiet": False,
    "color": "auto",
    "debug": False,
    "resume": False,
    "bail": False,
    "require_cache": False,
    "no_wait": False,
    "verify": False,
    "beside": (),
    "unset": (),
}


class Noted(NamedTuple):
    """What a batch had done when it was last noted."""

    answers: int = 0
    size: int = 0  # bytes of the answers
    code: int = 0  # the exit code so far


class Journal:
    """The note of a batch under way."""

    def __init__(self, output: Path, about: str) -> None:
        self.path = output.with_name(output.name + ".resume")
        self.about = about
        self.noted = self._read()
        self.next_note = time.monotonic() + EVERY

    def _read(self) -> Noted:
        """The note of an earlier run, or of none. Raises `StorageProblem` when it is of another batch."""
        try:
            found = json.loads(self.path.read_text("utf-8"))
            note = Noted(*(int(found[name]) for name in Noted._fields))
        except FileNotFoundError:
            return Noted()
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise self._problem("the note of an unfinished batch is damaged") from None
        if found.get("about") != self.about:
            raise self._problem("the unfinished batch had other input, models or options")
        return note

    def _problem(self, message: str) -> StorageProblem:
        hint = "remove this file to start anew, or give the same command"
        return StorageProblem(message, where=str(self.path), hint=hint)

    def note(self, answers: int, stream: IO[bytes], code: int, *, now: bool = False) -> None:
        """Note what is done, from time to time."""
        if not now and time.monotonic() < self.next_note:
            return
        stream.flush()
        os.fsync(stream.fileno())
        self.noted = Noted(answers, stream.tell(), code)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.write_text(json.dumps({"about": self.about, **self.noted._asdict()}) + "\n", "utf-8")
        fresh.replace(self.path)
        self.next_note = time.monotonic() + EVERY


@contextlib.contextmanager
def part_of(output: Path, journal: Journal) -> Iterator[IO[bytes]]:
    """The answers so far, to be gone on with; they take the name of the output when the block ends well."""
    part = output.with_name(output.name + ".part")
    try:
        with part.open("r+b" if journal.noted.answers else "wb") as stream:
            stream.truncate(journal.noted.size)
            stream.seek(journal.noted.size)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(output)
        journal.path.unlink(missing_ok=True)
    except FileNotFoundError as problem:
        hint = f"remove {journal.path} to start anew"
        raise StorageProblem("the answers so far are gone", where=str(part), hint=hint) from problem
    except OSError as problem:
        raise StorageProblem(f"can't be written: {problem.strerror}", where=str(part)) from None


def journal_for(request: Request, typed: Sequence[str], name: str) -> Journal:
    """The journal of a request. Raises `UsageError` for one that can't go on later, `StorageProblem`."""
    hint = "vecalc -f questions.txt -o answers.jsonl --resume"
    if request.output is None or request.output == "-" or name == "npy":
        raise UsageError("only a batch written to a file of text can go on", where="--resume", hint=hint)
    if "-" in (*request.file, request.csv) or not (request.file or request.csv):
        raise UsageError("only a batch from files can go on", where="--resume", hint=hint)
    return Journal(Path(request.output), _about(request, typed, name))


def _about(request: Request, typed: Sequence[str], name: str) -> str:
    """What the answers depend on, as a digest: the program, the options, the texts, the models."""
    told = digest.running()
    options = request._replace(**INDIFFERENT)  # type: ignore[arg-type]  # the names are its fields
    told.update(json.dumps([vecalc.__version__, name, list(typed), options]).encode())
    for path in (*request.file, *filter(None, (request.csv, request.among))):
        if Path(path).is_file():
            told.update(digest.of_file(Path(path)).encode())
    for model in request.model:
        with contextlib.suppress(OSError, ValueError):
            status = known(Path(split_model(model)[1])).stat()
            told.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    return digest.noted(told)
