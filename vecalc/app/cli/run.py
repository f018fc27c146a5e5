"""What a command line asks for, done: open the spaces, take the questions, write the answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from math import isnan
from pathlib import Path
from typing import Any, NamedTuple

from vecalc.answers import Answer
from vecalc.app.asking import CacheUse, Options, Question
from vecalc.app.candidates import Limits as CandidateLimits
from vecalc.app.cli import inputs, questions
from vecalc.app.cli.arguments import as_utf8
from vecalc.app.cli.output import Sink, TextSink, text_of
from vecalc.app.cli.request import Request
from vecalc.app.cli.showing import format_name, renderer, show_problem, sink_for, style, tell
from vecalc.app.cli.terminal import is_terminal
from vecalc.app.pipeline import CHUNK, Calculator
from vecalc.app.places import cache_folder, config_folder
from vecalc.app.spaces import Opened, open_spaces, own_settings, split_model
from vecalc.errors import UnknownWords, UsageError
from vecalc.lang.grammar import keep_tables_in
from vecalc.lang.parse import Limits

# Seconds after which Python lets another thread have its turn: the searching ones need it often and briefly,
# and would wait for the writing one most of the time at Python's own 5 ms.
TURN = 0.0002
FAILED = 1  # a batch finished with failed lines, or an expectation was missed


def execute(request: Request) -> int:
    """Do what the command line asks for; the exit code."""
    keep_tables_in(cache_folder())
    if request.expressions == ("-",):  # the same as -f -
        request = request._replace(expressions=(), file=(*request.file, "-"))
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
    files = request.file or (() if typed or prompt else ("-",))
    inputs.refuse_sharing(
        [
            ("--csv", request.csv),
            *(("-f" if request.file else "the batch", file) for file in files),
            ("--among", request.among),
        ]
    )
    refuse_overwriting(request, files)
    request = as_models_have_it(request)
    calculator = open_calculator(request)
    code = 0
    if typed or files:
        code = _answer_all(request, calculator, typed, files)
    if prompt or request.interactive:
        from vecalc.app.repl.prompt import converse

        return converse(calculator, request)
    return code


def refuse_overwriting(request: Request, files: Iterable[str]) -> None:
    """Raises `UsageError` when the output of a request is one of the files that it reads."""
    if request.output is None:
        return
    from vecalc.app.catalogue import known

    output = Path(request.output)
    models = [str(known(Path(split_model(model)[1]))) for model in request.model]
    read = [*files, *models, *filter(None, (request.csv, request.among))]
    if output.is_file() and any(Path(path).is_file() and output.samefile(path) for path in read):
        raise UsageError("input and output are the same file", where=request.output)


# --- the calculator -------------------------------------------------------------------------


def open_calculator(request: Request) -> Calculator:
    """A calculator over the models of a request, under its options, with the user's own definitions."""
    spaces, notes = opened_spaces(request)
    tell(notes, request)
    calculator = Calculator(spaces, _options(as_models_have_it(request)))
    _define(calculator, request.let)
    return calculator


def opened_spaces(request: Request) -> Opened:
    """The models of a request, read as it says."""
    if not request.model:  # the starter: nothing is read, converted or watched
        return open_spaces(())
    from vecalc.app.cli.meter import watched

    return open_spaces(
        request.model,
        watch=partial(watched, quiet=request.quiet),
        cache=cache_use(request),
        skip_bad_rows=request.skip_bad_rows,
        allow_trailing=request.allow_trailing,
        encoding_errors=request.encoding_errors,
        trust_pickle=request.trust_pickle,
    )


def cache_use(request: Request) -> CacheUse:
    """What a request asks of the cache."""
    tell_now = partial(_tell_now, request=request)
    return CacheUse(request.require_cache, not request.no_wait, request.verify, tell_now)


def _tell_now(text: str, request: Request) -> None:
    tell([text], request)
    sys.stderr.flush()


def as_models_have_it(request: Request) -> Request:
    """The request with the default model's own norm and metric, where nothing else was said."""
    own = next(iter(own_settings(request.model).values()))
    said: dict[str, Any] = {"norm": own.norm, "metric": own.metric}
    return request._replace(**{name: said[name] for name in said if said[name] and name in request.unset})


def _define(calculator: Calculator, bindings: Iterable[str]) -> None:
    """Take up the user's prelude, if there is one, and the names of `--let`."""
    prelude = config_folder() / "prelude.vec"
    if prelude.exists():
        calculator.define(inputs.text(prelude), where=str(prelude))
    for binding in map(as_utf8, bindings):
        if "=" not in binding:
            raise UsageError(f"'{binding}' binds nothing", where="--let", hint="write --let 'A = blood'")
        calculator.define(binding, where="--let")


def _options(request: Request) -> Options:
    if request.min_score is not None and isnan(request.min_score):
        raise UsageError("nan is no score", where="--min-score")
    return Options(
        k=request.top,
        norm=request.norm,
        metric=request.metric,
        exclude=request.exclude,
        candidates=CandidateLimits(request.first, questions.words(request.among), request.match),
        min_score=request.min_score,
        within=request.within,
        exact=request.exact,
        oov=request.oov,
        limits=_limits(request.limit),
        rank=format_name(request) not in ("vector", "npy"),
    )


def _limits(given: Iterable[str]) -> Limits:
    limits = Limits()
    for text in given:
        name, _, value = text.partition("=")
        if name not in Limits._fields or not value.isdecimal():
            raise UsageError(
                f"'{text}' is no limit", where="--limit", hint="size=BYTES, nesting=N or words=N"
            )
        limits = limits._replace(**{name: int(value)})
    return limits


# --- answers --------------------------------------------------------------------------------


def _answer_all(request: Request, calculator: Calculator, typed: list[str], files: Sequence[str]) -> int:
    """Answer every question; 0, FAILED, or the code of an expression's error."""
    batch = bool(files) or request.csv is not None
    asked = _Asked(request, calculator, typed, files, batch, batch or len(typed) > 1)
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
    files: Sequence[str]
    batch: bool
    several: bool


def _answer_into(sink: Sink, name: str, asked: _Asked, skip: int = 0, code: int = 0) -> Iterator[int]:
    """Write the answers, the first `skip` of which are written already; the exit code after each."""
    request, batch = asked.request, asked.batch
    chunk = 1 if request.line_buffered else CHUNK
    if batch:
        sys.setswitchinterval(TURN)
    questions = _questions(request, asked.typed, asked.files, asked.calculator)
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
        from vecalc.app.cli.usage import near_command

        if near := near_command(answer.asked.expr):
            tell([f"if a command is meant: vecalc {near}"], asked.request)


@contextmanager
def _progress(asked: _Asked, done: int) -> Iterator[Callable[[int], None]]:
    """Counts answers of a batch, in sight of whoever waits for it and does not see the answers themselves."""
    request = asked.request
    seen = request.output is None and is_terminal(sys.stdout)
    regular = bool(asked.files) and all(Path(path).is_file() for path in asked.files)
    hidden = request.quiet or seen or not asked.batch
    if hidden:
        yield lambda amount: None
        return
    from vecalc.app.cli.meter import metered

    total = sum(map(inputs.count_lines, asked.files)) if regular else None
    with metered("answering", total, quiet=hidden) as meter:
        if meter is None:
            yield lambda amount: None
            return
        meter.add(done)
        yield meter.add


def _answer_resumably(asked: _Asked) -> int:
    """The same into a file that an interrupted run leaves for the next."""
    from vecalc.app.cli.resuming import journal_for, part_of

    request, name = asked.request, format_name(asked.request)
    journal = journal_for(request, asked.typed, name)
    before = journal.noted
    if before.answers:
        tell([f"{before.answers:,} answers are there already"], request)
    code = before.code
    with part_of(Path(request.output or ""), journal) as stream:
        text = text_of(stream, at_once=True)
        look = style(request, several=asked.several, to_file=True)
        sink = TextSink(renderer(name), look, text, index=before.answers)
        try:
            for code in _answer_into(sink, name, asked, before.answers, before.code):
                journal.note(sink.index, stream, code)
        except (KeyboardInterrupt, SystemExit):
            journal.note(sink.index, stream, code, now=True)
            tell([f"stopped after {sink.index:,} answers; the same command goes on from there"], request)
            raise
        sink.close()
        text.detach()
    return code


def _questions(
    request: Request, typed: list[str], files: Sequence[str], calculator: Calculator
) -> Iterator[Question]:
    if request.csv is not None:
        return questions.from_rows(request.csv, typed, calculator)
    return chain(questions.typed(typed), questions.from_files(files, calculator.options.limits.size))
