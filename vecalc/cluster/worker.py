"""What a worker does with a part: read it, answer it, write the answers, and give a receipt.

A worker keeps its calculator between the parts of a batch. It works on one part at a time: what a calculator
keeps is not made for several threads.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from vecalc.answers import Answer
from vecalc.cluster import freed_memory
from vecalc.cluster.ranges import Bound, LinePart, RangeOf
from vecalc.engine import identity
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Question
from vecalc.errors import RemoteProblem
from vecalc.render import Style
from vecalc.render.problem import note, problem
from vecalc.shell.display import TextSink, renderer
from vecalc.shell.exceptions import as_problem
from vecalc.shell.opening import Opened, from_lines
from vecalc.shell.request import FAILED, Request
from vecalc.space import digest
from vecalc.space.atomic import new_file
from vecalc.space.threads import on_one_core
from vecalc.tables.question_lines import opened

_ONE_AT_A_TIME = Lock()
MODELS = 2  # calculators that a worker keeps, of the batches that came last


class Job(NamedTuple):
    """What all parts of a batch have in common."""

    request: Request  # with the names of files as every machine knows them
    identity: str  # JSON: of the calculator, as `told_apart` writes it
    style: Style  # of the answers,
    told: Style  # and of what is said on standard error,
    quiet: bool  # errors alone, or notes, too
    folder: str  # where the parts' answers go
    name: str  # how they begin: those of no other batch do


class Receipt(NamedTuple):
    """What came of a part."""

    file: str  # of its answers, in the folder of the job
    digest: str  # of that,
    size: int  # and its bytes
    answers: int
    code: int  # the exit code: 0 or FAILED
    said: str  # what is said of them on standard error
    untold: tuple[str, ...]  # notes on lines that bind names, which have no answer that tells them

    def is_sound(self, folder: Path) -> bool:
        """Whether the answers are there as they were written."""
        try:
            return digest.of_file(folder / self.file) == self.digest
        except OSError:
            return False


class Overwhelmed(Exception):
    """A part takes more memory than the worker has."""


def told_apart(calculator: Calculator) -> str:
    """What makes a worker's answers those of this machine: program, names, models."""
    return json.dumps(identity.of_calculator(calculator), sort_keys=True)


def answered(job: Job, part: LinePart) -> Receipt:
    """Answer a part. Raises `Overwhelmed`, and `VecalcError`: `RemoteProblem` where this is another program,
    model or file.
    """
    with _ONE_AT_A_TIME:
        try:
            return _answered(job, part)
        except MemoryError:
            raise Overwhelmed from None
        except Exception as fault:
            told = as_problem(fault)
            told.where = ": ".join(filter(None, (_address(), told.where)))
            raise told from None


def _address() -> str:
    """Where this worker is."""
    from distributed import get_worker

    return str(get_worker().address)


def _answered(job: Job, part: LinePart) -> Receipt:
    calculator = _models(job.request, job.identity).behind(part.bound or ())
    path = Path(job.folder) / f"{job.name}-{part.file}"
    if not path.parent.is_dir():
        raise RemoteProblem(
            "there is no such folder there",
            where=job.folder,
            hint="share the folder of -o among all machines",
        )
    said, code = io.StringIO(), 0
    with new_file(path, private=True) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", errors="backslashreplace", newline="\n")
        sink = TextSink(renderer(job.request.format or ""), job.style, text, index=int(not part.begins))
        with on_one_core():  # a worker for each
            for answer in calculator.answers(_questions(part, calculator)):
                sink.write(answer)
                said.write(_said(answer, job))
                code = code or (0 if answer.ok else FAILED)
        text.flush()
        size = stream.tell()
        text.detach()
    answers = sink.index - int(not part.begins)
    return Receipt(
        path.name, digest.of_file(path), size, answers, code, said.getvalue(), tuple(calculator.told())
    )


class _Models:
    """The models of a batch, and the names that are bound where the last part began."""

    def __init__(self, calculator: Calculator) -> None:
        self._opened = self._bound = calculator
        self._lines: list[Bound] = []

    def behind(self, lines: Sequence[Bound]) -> Calculator:
        """A calculator that knows what some lines bind; those of the last part are not read again."""
        if list(lines[: len(self._lines)]) != self._lines:
            self._bound, self._lines = self._opened, []
        bound = self._bound = self._bound.anew()
        for line in lines[len(self._lines) :]:
            for _ in bound.stages(Question(line.text, where=line.where)):
                pass  # what it comes to is answered in its own part
            self._lines.append(line)
        return bound.anew()


@lru_cache(MODELS)
def _models(request: Request, wanted: str) -> _Models:
    """The models of a batch. Raises `RemoteProblem` unless they and the program are those that are wanted."""
    freed_memory.keep()
    calculator = Opened(request).calculator
    ours, theirs = json.loads(told_apart(calculator)), json.loads(wanted)
    for what, called in (("vecalc", "vecalc"), ("model", "the model"), ("names", "the user's definitions")):
        if ours[what] != theirs[what]:
            raise RemoteProblem(f"{called} is {_shown(ours[what])} there and {_shown(theirs[what])} here")
    calculator.soon = False
    return _Models(calculator)


def _shown(found: object) -> str:
    """A version, or the digests of models, as text."""
    return ", ".join(map(str, found.values())) if isinstance(found, dict) else str(found)


def _questions(part: LinePart, calculator: Calculator) -> Iterator[Question]:
    """The lines of a part, or what is wrong with its only one. Raises `RemoteProblem`."""
    with opened(part.path) as stream:
        if digest.of_spans(stream, [(part.start, part.end)]) != part.digest:
            raise RemoteProblem(
                "has other bytes there than here", where=part.path, hint="share the folder of -f"
            )
        stream.seek(part.start)
        lines = RangeOf(stream, part.end - part.start)
        for question in from_lines(lines, part.name, calculator, alone=part.alone, first=part.first):
            if part.fatal:
                yield question._replace(problem=_fatal(part.fatal))
            else:
                yield question


def _fatal(workers: int) -> RemoteProblem:
    count = f"{workers} workers, one after the other" if workers > 1 else "its worker"
    return RemoteProblem(f"this line ended {count}", hint="it may take more memory than they have")


def _said(answer: Answer, job: Job) -> str:
    """What standard error is told of an answer, as `report` does it."""
    notes = [] if job.quiet else [note(text, job.told) for text in answer.notes]
    if answer.error is not None:
        notes.append(problem(answer.error, answer.asked.expr, job.told, where=answer.asked.where))
    return "".join(notes)
