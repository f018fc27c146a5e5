"""What a command line asks for, done: open the spaces, take the questions, write the answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from vecalc.answers import Answer
from vecalc.engine.calculator import CHUNK, Calculator
from vecalc.engine.question import Question
from vecalc.errors import UnknownWords, UsageError
from vecalc.shell import questions
from vecalc.shell.arguments import as_utf8
from vecalc.shell.display import format_name, renderer, show_problem, sink_for, style, tell
from vecalc.shell.opening import open_calculator
from vecalc.shell.output import Sink, TextSink
from vecalc.shell.request import FAILED, Request
from vecalc.shell.terminal import is_terminal

# Seconds after which Python lets another thread have its turn: the searching ones need it often and briefly,
# and would wait for the writing one most of the time at Python's own 5 ms.
TURN = 0.0002


def execute(request: Request) -> int:
    """Do what the command line asks for; the exit code."""
    if request.expressions == ("-",):  # the same as -f -
        unset = tuple(name for name in request.unset if name != "file")
        request = request._replace(expressions=(), file=(*request.file, "-"), unset=unset)
    elif "-" in request.expressions:  # an expression without its quotes, which would wait for input
        hint = "put the whole expression in quotes, as in 'king - man'; standard input is -f -"
        raise UsageError("a - between expressions", hint=hint)
    typed = [as_utf8(text) for text in (*request.expression_option, *request.expressions)]
    if request.csv is not None and (request.file or not typed):
        what = "its expressions can't come from a file" if request.file else "an expression is missing"
        raise UsageError(what, where="--csv", hint="vecalc --csv pairs.csv -e '0.5*(A*B + A + B)'")
    batch = bool(request.file) or request.csv is not None
    prompt = not typed and not batch and is_terminal(sys.stdin)
    if prompt and request.output:
        raise UsageError("the prompt answers on the terminal", where="-o", hint="give an expression")
    if not typed and not batch and not prompt:
        request = request._replace(file=("-",))
    calculator, request = open_calculator(request)
    calculator.remember = request.interactive  # what is answered before the prompt is its last answer, too
    code = 0
    if typed or request.file:
        code = _answer_all(request, calculator, typed)
    if prompt or request.interactive:
        from vecalc.shell.repl.prompt import converse

        return converse(calculator, request)
    return code


# --- answers --------------------------------------------------------------------------------


def _answer_all(request: Request, calculator: Calculator, typed: list[str]) -> int:
    """Answer every question; 0, FAILED, or the code of an expression's error."""
    batch = bool(request.file) or request.csv is not None
    asked = _Asked(request, calculator, typed, batch, batch or len(typed) > 1)
    if request.resume:
        return _answer_resumably(asked)
    with sink_for(request, several=asked.several) as (sink, name):
        code, answered = 0, False
        for code in _answer_into(sink, name, asked):  # noqa: B007 - the last one counts
            answered = True
    if typed and not answered:
        tell(["there is nothing to show: the text only binds names"], request)
    return code


class _Asked(NamedTuple):
    """Everything about the answering of one command line."""

    request: Request
    calculator: Calculator
    typed: list[str]
    batch: bool
    several: bool


def _answer_into(sink: Sink, name: str, asked: _Asked, skip: int = 0, code: int = 0) -> Iterator[int]:
    """Write the answers, the first `skip` of which are written already; the exit code after each."""
    request, batch = asked.request, asked.batch
    chunk = 1 if request.line_buffered else CHUNK
    if batch:
        sys.setswitchinterval(TURN)
    questions = _questions(request, asked.typed, asked.calculator)
    with _progress(asked, skip) as count:
        for answer in asked.calculator.answers(questions, chunk, skip):
            count(1)
            tell(answer.notes, request)
            if answer.error is not None:
                show_problem(answer, answer.error, request)
                _tell_of_commands(answer, asked)
            if answer.error is None or asked.several or name in ("json", "jsonl", "npy"):
                sink.write(answer)
            if not answer.ok:
                code = code or (FAILED if batch or answer.error is None else answer.error.exit_code)
            yield code
            if not answer.ok and request.bail:
                return


def _tell_of_commands(answer: Answer, asked: _Asked) -> None:
    """`vecalc modles` is read as a word; it may have been a command."""
    if asked.typed[:1] == [answer.asked.expr] and isinstance(answer.error, UnknownWords):
        from vecalc.shell.usage import near_command

        if near := near_command(answer.asked.expr):
            tell([f"if a command is meant: vecalc {near}"], asked.request)


@contextmanager
def _progress(asked: _Asked, done: int) -> Iterator[Callable[[int], None]]:
    """Counts answers of a batch, in sight of whoever waits for it and does not see the answers themselves."""
    request = asked.request
    seen = request.output is None and is_terminal(sys.stdout)
    regular = bool(request.file) and all(Path(path).is_file() for path in request.file)
    hidden = request.quiet or seen or not asked.batch
    if hidden:
        yield lambda amount: None
        return
    from vecalc.shell.meter import metered
    from vecalc.tables import question_lines

    total = sum(map(question_lines.count_lines, request.file)) if regular else None
    with metered("answering", total, quiet=hidden) as meter:
        if meter is None:
            yield lambda amount: None
            return
        meter.add(done)
        yield meter.add


def _answer_resumably(asked: _Asked) -> int:
    """The same into a file that an interrupted run leaves for the next."""
    from vecalc.shell.resume import batch_for

    request, name = asked.request, format_name(asked.request)
    with closing(batch_for(request, asked.typed, name, asked.calculator)) as batch:
        before = batch.noted
        code = before.code
        if before.answers:
            tell([f"{before.answers:,} answers are there already"], request)
        if batch.done:
            batch.finish(*before)
            return code
        look = style(request, several=asked.several, file=batch.stream)
        sink = TextSink(renderer(name), look, batch.stream, index=before.answers)
        try:
            if not (code and request.bail):  # it has stopped already
                for code in _answer_into(sink, name, asked, *before):
                    batch.note(sink.index, code)
        except (KeyboardInterrupt, SystemExit):
            done = batch.noted.answers
            tell([f"stopped after {done:,} answers; the same command goes on from there"], request)
            raise
        sink.close()
        batch.finish(sink.index, code)
    return code


def _questions(request: Request, typed: list[str], calculator: Calculator) -> Iterator[Question]:
    if request.csv is not None:
        return questions.from_rows(request.csv, typed, calculator, lambda note: tell([note], request))
    return chain(questions.typed(typed), questions.from_files(request.file, calculator.options.limits.size))
