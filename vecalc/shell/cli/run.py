"""What a command line asks for, done: take the questions, write the answers, or open the prompt."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vecalc.answers import Answer
from vecalc.engine.calculator import CHUNK
from vecalc.engine.question import Question
from vecalc.errors import UnknownWords, UsageError
from vecalc.shell.display import FOR_PEOPLE, Sink, TextSink, is_terminal, renderer, report, style
from vecalc.shell.opening import Opened, Outcome, perform, sink_for
from vecalc.shell.registry import near_command
from vecalc.shell.request import FAILED, Request
from vecalc.shell.shell_words import called

if TYPE_CHECKING:
    from vecalc.shell.row_sink import RowSink

# Seconds after which Python lets another thread have its turn: the searching ones need it often and briefly,
# and would wait for the writing one most of the time at Python's own 5 ms.
TURN = 0.0002
FOR_EVERY_LINE = ("json", "jsonl", "junit", "npy")  # formats in which an error takes the place of an answer


def execute(request: Request) -> int:
    """Do what the command line asks for; the exit code."""
    if request.expressions == ("-",):  # the same as -f -
        unset = tuple(name for name in request.unset if name != "file")
        request = request._replace(expressions=(), file=(*request.file, "-"), unset=unset)
    if request.cluster is not None:
        from vecalc.cluster import batch

        batch.refuse(request)
    typed = bool(request.expression_option or request.expressions)
    if request.csv is not None and (request.file or not typed):
        what = "its expressions can't come from a file" if request.file else "an expression is missing"
        raise UsageError(what, where="--csv", hint="vecalc --csv pairs.csv -e '0.5*(A*B + A + B)'")
    prompt = not typed and not _is_batch(request) and is_terminal(sys.stdin)
    if prompt and request.output:
        raise UsageError("the prompt answers on the terminal", where="-o", hint="give an expression")
    if not typed and not _is_batch(request) and not prompt:
        request = request._replace(file=("-",))
    typing = is_terminal(sys.stdin) and "-" in (*request.file, request.csv, request.among)
    doing = "" if prompt or request.interactive or typing or not is_terminal(sys.stderr) else "answering"
    return perform(request, partial(_answer_all, prompt=prompt), doing)


def _is_batch(request: Request) -> bool:
    return bool(request.file) or request.csv is not None


# --- answers --------------------------------------------------------------------------------


def _answer_all(opened: Opened, prompt: bool) -> Outcome:
    """Answer every question, and go on at the prompt where it is asked for.

    The exit code is 0, FAILED, or the code of an expression's error.
    """
    calculator, request, typed = opened.calculator, opened.request, opened.typed()
    calculator.remember = request.interactive  # what is answered before the prompt is its last answer, too
    code = 0
    if request.cluster is not None:
        from vecalc.cluster import batch

        with _progress(request, 0) as count:
            code = batch.answer(opened, count)
    elif request.resume and not prompt:
        code = _answer_resumably(opened, typed)
    elif not prompt:
        answered = False
        with sink_for(request, several=_are_several(request, typed)) as sink:
            for code in _answer_into(sink, opened, typed):  # noqa: B007 - the last one counts
                answered = True
        if typed and not answered:
            opened.tell("nothing to show: names were only assigned")
    if prompt or request.interactive:
        from vecalc.shell.repl.prompt import converse

        code = converse(calculator, request)
    return Outcome(code=code)


def _are_several(request: Request, typed: list[str]) -> bool:
    return _is_batch(request) or len(typed) > 1


def _answer_into(sink: Sink, opened: Opened, typed: list[str], skip: int = 0, code: int = 0) -> Iterator[int]:
    """Write the answers, the first `skip` of which are written already; the exit code after each."""
    request, batch = opened.request, _is_batch(opened.request)
    chunk = 1 if request.line_buffered else CHUNK
    if batch:
        sys.setswitchinterval(TURN)
    questions = opened.questions(typed)
    rows: RowSink | None = None
    if request.csv is not None:
        questions, rows = _over_rows(sink, opened, typed)
    shown = rows is None and request.output is None and request.format in FOR_PEOPLE
    told = _telling(request, shown=shown)
    with _progress(request, skip) as count:
        for answer in opened.calculator.answers(questions, chunk, skip):
            count(1)
            told(answer)
            word = typed[:1] == [answer.asked.expr] and isinstance(answer.error, UnknownWords)
            if word and (call := called(typed)):  # `vecalc cos king queen`
                opened.tell(call)
            elif word and (near := near_command(answer.asked.expr)):  # `vecalc modles`
                opened.tell(f"if a command is meant: vecalc {near}")
            if answer.error is None or _are_several(request, typed) or request.format in FOR_EVERY_LINE:
                (rows or sink).write(answer)
            if not answer.ok:
                code = code or (FAILED if batch or answer.error is None else answer.error.exit_code)
            yield code
            if not answer.ok and request.bail:
                break
    if rows:
        rows.finish()
    opened.tell(*opened.calculator.told())


def _telling(request: Request, *, shown: bool) -> Callable[[Answer], None]:
    """Reports answers, which are `shown` on the screen, too; what is the same of several formulas in a row of
    a table only once.
    """
    place, told = "", set[str]()

    def tell(answer: Answer) -> None:
        nonlocal place, told
        notes, error = answer.notes_beside() if shown else answer.notes, answer.error
        if answer.row is not None:
            if answer.asked.where != place:
                place, told = answer.asked.where, set()
            notes = tuple(note for note in notes if note not in told)
            error = None if error is None or error.message in told else error
            told.update(notes, [error.message] if error else [])
        report(answer._replace(notes=notes, error=error), request)

    return tell


def _over_rows(sink: Sink, opened: Opened, typed: list[str]) -> tuple[Iterator[Question], RowSink | None]:
    """The questions of a table's rows, and what makes one table of the answers in a format that has them."""
    from vecalc.engine.row_formulas import RowFormula
    from vecalc.shell import row_sink
    from vecalc.shell.questions import from_rows

    request, formulas = opened.request, list[RowFormula]()
    if request.show and request.format in row_sink.FORMATS:
        opened.tell(f"--show: {request.format} has the table's own columns; --format jsonl has the metadata")
    questions = from_rows(
        request.csv or "", typed, opened.calculator, opened.tell, formulas, headerless=request.headerless
    )
    if not isinstance(sink, TextSink) or request.format not in row_sink.FORMATS:
        return questions, None
    plan = row_sink.planned(questions, formulas, opened.calculator, request.format)
    terminal = request.output is None and is_terminal(sys.stdout)
    return plan.questions, row_sink.RowSink(sink, plan, request, terminal=terminal)


@contextmanager
def _progress(request: Request, done: int) -> Iterator[Callable[[int], None]]:
    """Counts answers of a batch, in sight of a person who waits for it and does not see the answers."""
    seen = request.output is None and is_terminal(sys.stdout)
    if request.quiet or seen or not _is_batch(request) or not is_terminal(sys.stderr):
        yield lambda amount: None
        return
    from vecalc.shell.meter import metered
    from vecalc.tables import question_lines

    regular = bool(request.file) and all(Path(path).is_file() for path in request.file)
    total = sum(map(question_lines.count_lines, request.file)) if regular else None
    with metered("answering", total, quiet=False) as meter:
        if meter is not None:
            meter.add(done)
        yield meter.add if meter else (lambda amount: None)


def _answer_resumably(opened: Opened, typed: list[str]) -> int:
    """The same into a file that an interrupted run leaves for the next; the exit code."""
    from vecalc.shell.resume import batch_for

    request, name = opened.request, opened.request.format or ""
    with closing(batch_for(request, typed, name, opened.calculator)) as batch:
        before = batch.noted
        code = before.code
        if before.answers:
            opened.tell(f"{before.answers:,} answers are there already")
        if batch.done:
            batch.finish(*before)
            return code
        look = style(request, several=_are_several(request, typed), file=batch.stream)
        sink = TextSink(renderer(name), look, batch.stream, index=before.answers)
        try:
            if not (code and request.bail):  # it has stopped already
                for code in _answer_into(sink, opened, typed, *before):
                    batch.note(sink.index, code)
        except (KeyboardInterrupt, SystemExit):
            done = batch.noted.answers
            opened.tell(f"stopped after {done:,} answers; the same command goes on from there")
            raise
        sink.close()
        batch.finish(sink.index, code)
    return code
