"""Long batches that can be stopped: what was answered stays, and the same command goes on from there.

    OUT.part       the answers so far
    OUT.resume     the note of how many they are, how many bytes, and of what

Both lie beside the output and vanish when it is complete; the bytes are those of an unbroken run.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from vecalc.engine import identity
from vecalc.engine.calculator import Calculator
from vecalc.errors import UsageError
from vecalc.library.catalogue import file_at, known, split_model
from vecalc.shell.opening import refuse_overwriting
from vecalc.shell.request import Request
from vecalc.space.unfinished import Unfinished
from vecalc.space.work_files import Places, in_file

KEPT_BACK = 1 << 16  # characters of answers that are written at a time, unless a note is due
MADE_OF = "input, models or options"  # how a note calls what `about` is a digest of
# What an answer does not depend on.
INDIFFERENT = (
    "output", "quiet", "color", "debug", "resume", "require_cache", "no_wait", "verify", "notes", "beside",
    "unset", "store_timeout", "cluster", "insecure_cluster",
)  # fmt: skip


class Noted(NamedTuple):
    """What a batch had done when it was last noted."""

    answers: int = 0
    code: int = 0  # the exit code so far


class ResumableBatch:
    """A batch under way: `stream` takes its answers. Raises `StorageProblem`, as `Unfinished` does."""

    def __init__(self, places: Places, about: str) -> None:
        self._work = Unfinished(places, {MADE_OF: about})
        self._part = places.files[0].name
        self.noted = Noted(**self._work.facts)
        self.done = self._work.done
        self.stream = io.StringIO(newline="\n")

    def note(self, answers: int, code: int) -> None:
        """So many answers are whole, and are noted from time to time."""
        if self._work.due or self.stream.tell() >= KEPT_BACK:
            self._write()
            self.noted = Noted(answers, code)
            self._work.note(self.noted._asdict())

    def finish(self, answers: int, code: int) -> None:
        """Nothing is missing: the answers become the output."""
        self._write()
        self._work.publish(Noted(answers, code)._asdict())

    def _write(self) -> None:
        text = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate()
        if text:
            self._work.append(self._part, text.encode("utf-8", "backslashreplace"))

    def close(self) -> None:
        """Let go of what is done; it stays for a later run."""
        self._work.close()


def batch_for(request: Request, typed: Sequence[str], name: str, calculator: Calculator) -> ResumableBatch:
    """The batch of a request. Raises `UsageError` for one that can't go on later, `StorageProblem`."""
    hint = "vecalc -f questions.txt -o answers.jsonl --resume"
    if request.output is None or request.output == "-" or name == "npy":
        raise UsageError("only a batch written to a file of text can go on", where="--resume", hint=hint)
    if "-" in (*request.file, request.csv) or not (request.file or request.csv):
        raise UsageError("only a batch from files can go on", where="--resume", hint=hint)
    return ResumableBatch(places_for(request, hint), about(request, typed, name, calculator))


def places_for(request: Request, hint: str) -> Places:
    """Where the answers to a request with an output lie until they are complete. Raises `UsageError`."""
    output = Path(request.output or "")
    if output.exists() and not output.is_file():
        raise UsageError("is not a file", where=f"-o {output}", hint=hint)
    places = in_file(output, "answers")
    for written in places.all:
        refuse_overwriting(request._replace(output=str(written)))
    return places


def about(request: Request, typed: Sequence[str], name: str, calculator: Calculator) -> str:
    """What the answers depend on, as a digest: the program, the options, the texts, the models."""
    options = request._replace(**{name: Request._field_defaults[name] for name in INDIFFERENT})
    texts = [
        identity.of_file(path)
        for path in (*request.file, *filter(None, (request.csv, request.among, request.phrase_words)))
    ]
    files = []
    for model in request.model:
        with suppress(OSError, ValueError):
            status = file_at(known(Path(split_model(model)[1]))).stat()
            files.append((status.st_size, status.st_mtime_ns))
    parts = [name, list(typed), options, texts, files, identity.of_calculator(calculator)]
    return identity.of_text(json.dumps(parts))
