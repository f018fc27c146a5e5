"""How every command begins and ends, in one place, so that none forgets a part.

    Opened     no input is read twice or overwritten, the format is known, models' own settings count; then,
               when they are first wanted, its models, and a calculator with the user's own names
    perform    a command: opened, its own work, what was noted, what is wrong with its text, its tables
    sink_for   where answers and tables go

A request has to name all that its command reads: models, `file`, `csv`, `among`; what lies beside a model is
found out when it is opened. Nothing else opens models or output files for a command.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from vecalc.answers import Sheet
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Question
from vecalc.errors import ExpressionError, UsageError
from vecalc.library import catalogue
from vecalc.library.paths import KEPT, PRELUDE, keep_tables
from vecalc.shell.display import (
    FOR_PEOPLE,
    Sink,
    TextSink,
    complain,
    format_name,
    is_terminal,
    renderer,
    say,
    show,
    style,
    tell,
)
from vecalc.shell.options import as_utf8, conditions
from vecalc.shell.request import Request
from vecalc.space import VectorSpace
from vecalc.space.store import is_store

if TYPE_CHECKING:
    from vecalc.library.cache import CacheUse
    from vecalc.library.kept_stores import Watch
    from vecalc.tables.question_lines import LineStream


class Opened:
    """What a command works with: its request as it is by now, and what is opened when it is first wanted.

    `loaded` are spaces that are open already, and may embed texts. Raises `UsageError` for a request that
    would lose something.
    """

    def __init__(self, request: Request, loaded: Mapping[str, VectorSpace] = MappingProxyType({})) -> None:
        self._loaded = loaded
        _refuse_sharing(request)
        found = catalogue.read()
        if not request.model and "model" in request.unset and found.default:
            request = request._replace(model=(found.default,))
        request = request._replace(format=format_name(request))
        self.request = _as_model_has_it(request, found)
        self.reads(catalogue.files_of(request.model, found))

    def reads(self, files: Iterable[Path]) -> None:
        """Take up files that belong to the models. Raises `UsageError` where one is the output."""
        self.request = self.request._replace(beside=(*self.request.beside, *map(str, files)))
        refuse_overwriting(self.request)

    def tell(self, *notes: str) -> None:
        """Print remarks, unless they are not wanted."""
        tell(notes, self.request)

    @property
    def for_people(self) -> bool:
        """Whether tables are set for people, side by side; otherwise for programs."""
        return self.request.format in FOR_PEOPLE

    @property
    def watch(self) -> Watch:
        """What sees long files being read."""
        from vecalc.shell.meter import watched

        return partial(watched, quiet=self.request.quiet)

    @property
    def reading(self) -> dict[str, Any]:
        """How its models are to be read: the options that are fields of `vecalc.sources.Reading`."""
        from vecalc.sources import Reading

        return {name: value for name, value in self.request._asdict().items() if name in Reading._fields}

    @property
    def cache_use(self) -> CacheUse:
        """What is asked of the cache, and of what is waited for."""
        from vecalc.library.cache import CacheUse

        request = self.request
        return CacheUse(
            request.require_cache,
            not request.no_wait,
            request.verify,
            self._tell_now,
            request.embed_timeout,
            request.store_timeout,
        )

    @cached_property
    def spaces(self) -> dict[str, VectorSpace]:
        """The models, read as the request says, by the names of their spaces."""
        request = self.request
        if not request.model and request.embed:
            from vecalc.library.text_models import nothing_to_embed

            raise nothing_to_embed("the starter holds vectors")
        if not request.model:  # nothing is read, converted or watched
            return {"": catalogue.starter()}
        from vecalc.library.open_model import open_spaces

        opened = open_spaces(
            request.model,
            watch=self.watch,
            cache=self.cache_use,
            embed=request.embed,
            loaded=self._loaded,
            **self.reading,
        )
        self.tell(*opened.notes)
        self.reads(opened.files)
        return opened.spaces

    @cached_property
    def calculator(self) -> Calculator:
        """A calculator over the models, with the parser's tables and the user's own definitions."""
        keep_tables()
        calculator = Calculator(self.spaces, conditions(self.request))
        self.tell(*calculator.candidate_notes())
        _define(calculator, self.request.let)
        self.tell(*calculator.told())
        return calculator

    def typed(self, *names: str) -> list[str]:
        """The expressions of the command line; how a shell's words are put together is told.

        Where the spaces of these names, or the default one, read texts, a phrase is a text, as in quotes.
        """
        request = self.request
        if request.said and self.calculator.reads_texts(*names):
            request = request._replace(expressions=(request.said,), notes=())
        self.tell(*request.notes)
        return [as_utf8(text) for text in (*request.expression_option, *request.expressions)]

    def questions(self, typed: Iterable[str]) -> Iterator[Question]:
        """Those of the command line, numbered from 1; then the lines of its files, numbered as these are.

        Over several files a line is known by the file's name, too.
        """
        as_words = self.request.words  # blanks and signs may be part of them
        for number, text in enumerate(typed, start=1):
            yield Question(text if as_words else text.strip(), number)
        if not self.request.file:
            return
        from vecalc.tables import question_lines

        alone = len(self.request.file) == 1
        for path in self.request.file:
            with question_lines.opened(path) as stream:
                yield from from_lines(stream, path, self.calculator, alone=alone)

    def _tell_now(self, text: str) -> None:
        self.tell(text)
        sys.stderr.flush()


def from_lines(
    stream: LineStream, path: str, calculator: Calculator, *, alone: bool, first: int = 1
) -> Iterator[Question]:
    """The lines of a file or of a part of it, numbered from `first`; known by the file's name, too, unless it
    is `alone`.
    """
    from vecalc.tables import question_lines

    as_words = calculator.options.words  # blanks and signs may be part of them
    # A line may have more bytes than the expression in it, for blanks and a comment.
    longest = max(question_lines.LINE_LIMIT, 2 * calculator.options.limits.size)
    name = "standard input" if path == "-" else path
    for line in question_lines.lines(stream, longest, comments=not as_words, first=first):
        place = f"{name}:{line.number}"
        yield Question(line.text, line.number if alone else place, problem=line.problem, where=place)


class Outcome(NamedTuple):
    """What a command has to show: remarks, tables or a file's bytes, its exit code."""

    sheets: Iterable[Sheet] | None = None
    notes: Iterable[str] = ()
    code: int = 0
    data: bytes | None = None


def perform(request: Request, work: Callable[[Opened], Outcome], doing: str = "") -> int:
    """Do the work of a command, and show what comes of it; the exit code.

    `doing` is what a person who waits for it is told, such as "comparing"; nothing without it.
    """
    if not doing:
        return _performed(request, work)
    from vecalc.shell.meter import metered

    with metered(doing, None, quiet=request.quiet):
        return _performed(request, work)


def _performed(request: Request, work: Callable[[Opened], Outcome]) -> int:
    opened = Opened(request)
    try:
        outcome = work(opened)
    except InText as wrong:
        complain(wrong.text, wrong.problem, opened.request, wrong.where)
        return wrong.problem.exit_code
    opened.tell(*outcome.notes)
    if outcome.sheets is not None:
        show_sheets(outcome.sheets, opened.request)
    if outcome.data is not None:
        put(outcome.data, opened.request)
    return outcome.code


class InText(Exception):
    """A text of the command line has no answer: the text, and the problem whose place is in it."""

    def __init__(self, text: str, problem: ExpressionError, where: str = "") -> None:
        super().__init__(problem.message)
        self.text = text
        self.problem = problem
        self.where = where


@contextlib.contextmanager
def about(text: str) -> Iterator[None]:
    """What has no answer meanwhile is this text. Raises `InText`."""
    try:
        yield
    except ExpressionError as problem:
        raise InText(text, problem) from None


# --- where it goes --------------------------------------------------------------------------


@contextlib.contextmanager
def sink_for(request: Request, *, several: bool) -> Iterator[Sink]:
    """Where the answers of a request go, in its format. Raises `UsageError`."""
    name = request.format or format_name(request)
    if request.output is None or request.output == "-":
        if name == "npy":
            raise UsageError("an array needs a file", where="--format npy", hint="-o vectors.npy")
        flush = request.line_buffered or is_terminal(sys.stdout)
        sink: Sink = TextSink(renderer(name), style(request, several=several), sys.stdout, flush=flush)
        yield sink
        sink.close()
        return
    with _output(request) as stream:
        if name == "npy":
            from vecalc.shell.array_sink import ArraySink

            sink = ArraySink(stream, request.output)
            yield sink
            sink.close()
            return
        text = io.TextIOWrapper(stream, encoding="utf-8", errors="backslashreplace", newline="\n")
        sink = TextSink(renderer(name), style(request, several=several, file=stream), text)
        yield sink
        sink.close()
        text.detach()


@contextlib.contextmanager
def _output(request: Request) -> Iterator[IO[bytes]]:
    """The file of a request, which gets its name when it is complete. Raises `UsageError`."""
    from vecalc.space.atomic import written_whole
    from vecalc.space.work_files import refuse_busy

    assert request.output is not None  # noqa: S101 - asked before
    refuse_overwriting(request)
    refuse_busy(Path(request.output))
    with written_whole(Path(request.output)) as stream:
        yield stream


def put(data: bytes, request: Request) -> None:
    """Write bytes to where a request wants them; a text to standard output. Raises `UsageError`."""
    if request.output is None or request.output == "-":
        show(data.decode("utf-8"))
        return
    with _output(request) as stream:
        stream.write(data)
    size = f"{len(data) / 1e3:,.0f} kB" if len(data) >= 1e4 else f"{len(data):,} bytes"
    say(f"{request.output}: {size}")


def show_sheets(sheets: Iterable[Sheet], request: Request) -> None:
    """Write the sheets of a command to where its request wants them, in its format. Raises `UsageError`."""
    with sink_for(request, several=False) as sink:
        if not isinstance(sink, TextSink):
            raise UsageError("'npy' is for vectors, this is a table", where="--format")
        for sheet in sheets:
            sink.write(sheet)


# --- what must not be lost ------------------------------------------------------------------


def _refuse_sharing(request: Request) -> None:
    """Raises `UsageError` where standard input is to be read twice."""
    batch = "the batch" if "file" in request.unset else "-f"
    reads = [*((batch, file) for file in request.file), ("--csv", request.csv), ("--among", request.among)]
    takers = [taker for taker, path in reads if path == "-"]
    if len(takers) > 1:
        what = f"{takers[0]} and {takers[1]} can't both read standard input"
        raise UsageError(what, where=takers[1], hint="give one of them the name of a file")


def refuse_overwriting(request: Request) -> None:
    """Raises `UsageError` when the output of a request is one of the files that it reads, by any name.

    A standard output that goes to a file is an output, too: with `>> questions.txt` a batch would never end.
    """
    target = _status(sys.stdout if request.output in (None, "-") else request.output)
    if target is None or not stat.S_ISREG(target.st_mode):  # nothing that could be lost
        return
    if any(status and os.path.samestat(target, status) for status in map(_status, _read_by(request))):
        where = request.output or "standard output"
        raise UsageError(
            "input and output are the same file", where=where, hint="choose another name for the output"
        )


def _read_by(request: Request) -> Iterator[str | IO[str]]:
    """Every file of a request: what it asks about, its models and what belongs to them, the user's own."""
    for path in (*request.file, request.csv, request.among, request.phrase_words):
        if path:
            yield sys.stdin if path == "-" else path
    for place in map(Path, request.beside):
        yield str(place)
        if is_store(place):
            yield from map(str, place.iterdir())
    yield from (str(kept.path()) for kept in KEPT)


def _status(file: str | IO[str]) -> os.stat_result | None:
    try:
        return os.stat(file if isinstance(file, str) else file.fileno())  # noqa: PTH116 - of a stream, too
    except (OSError, ValueError):  # there is none of this name, or no name could be like this
        return None


# --- the calculator -------------------------------------------------------------------------


def _as_model_has_it(request: Request, found: catalogue.Catalogue) -> Request:
    """The request with the default model's own norm and metric, where nothing else was said."""
    own = next(iter(catalogue.own_settings(request.model, found).values()))
    if own.norm and "norm" in request.unset:
        request = request._replace(norm=own.norm)
    if own.metric and "metric" in request.unset:
        request = request._replace(metric=own.metric)
    return request


def _define(calculator: Calculator, bindings: Iterable[str]) -> None:
    """Take up the user's prelude, if there is one, and the names of `--let`."""
    if PRELUDE.path().exists():
        calculator.define(PRELUDE.text(), where=str(PRELUDE.path()))
    for binding in map(as_utf8, bindings):
        if "=" not in binding:
            raise UsageError(f"'{binding}' binds nothing", where="--let", hint="write --let 'A = blood'")
        calculator.define(binding, where="--let")
