"""How answers, remarks and problems of a request are shown, and where."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from vecalc import finder
from vecalc.answers import Answer, Sheet
from vecalc.errors import UsageError, VecalcError
from vecalc.render import Style
from vecalc.shell.output import BY_SUFFIX, ArraySink, Sink, TextSink, text_of
from vecalc.shell.request import Request
from vecalc.shell.terminal import (
    columns,
    error_style,
    is_terminal,
    only_ascii,
    remark,
    show_traceback,
    wants_color,
)


def show_problem(answer: Answer, error: VecalcError, request: Request) -> None:
    """Print the error that stands in an answer's place."""
    complain(answer.asked.expr, error, request, answer.asked.where)


def complain(text: str, error: VecalcError, request: Request, where: str = "") -> None:
    """Print what is wrong with an expression, with a mark below its place."""
    sys.stdout.flush()  # what came before it is seen before it
    if request.debug:
        show_traceback(error)
    from vecalc.render.problem import problem

    sys.stderr.write(problem(error, text, error_style(request.color), where=where))


def tell(notes: Iterable[str], request: Request) -> None:
    """Print remarks, unless nobody wants them."""
    for text in () if request.quiet else notes:
        remark(text, request.color)


def format_name(request: Request) -> str:
    """`--format`, or what the output file's suffix says, plain without one, or the usual one.

    Raises `UsageError` for a suffix that names no format: nobody wants text in a spreadsheet's file.
    """
    if request.format:
        return request.format
    if request.output is None or request.output == "-":
        return usual_format()
    suffix = Path(request.output).suffix.lower()
    if suffix and suffix not in BY_SUFFIX:
        hint = f"there are {', '.join(sorted(BY_SUFFIX))}; --format writes any of them under any name"
        raise UsageError("the suffix names no format", where=request.output, hint=hint)
    return BY_SUFFIX.get(suffix, "plain")


def usual_format() -> str:
    """Table on a terminal and plain elsewhere."""
    return "table" if is_terminal(sys.stdout) else "plain"


def renderer(name: str) -> ModuleType:
    """The module of an output format. Raises `UsageError` for a name that is none."""
    if name in finder.names("vecalc.render"):
        module = finder.module("vecalc.render", name)
        if hasattr(module, "answer"):
            return module
    known = [n for n in finder.names("vecalc.render") if hasattr(finder.module("vecalc.render", n), "answer")]
    raise UsageError(f"there is no format '{name}'", where="--format", hint=f"there are {', '.join(known)}")


def style(request: Request, *, several: bool, file: IO[Any] | None = None) -> Style:
    """How answers look on standard output, or in a file."""
    to_file = file is not None
    return Style(
        color=wants_color("never" if to_file else request.color, sys.stdout),
        width=columns(),
        header=request.header,
        precision=request.precision,
        csv_safe=request.csv_safe,
        several=several,
        ascii=not to_file and only_ascii(sys.stdout),
        terminal=is_terminal(file or sys.stdout),
    )


@contextlib.contextmanager
def sink_for(request: Request, *, several: bool) -> Iterator[tuple[Sink, str]]:
    """Where the answers of a request go, and the name of their format. Raises `UsageError`."""
    name = format_name(request)
    if request.output is None or request.output == "-":
        if name == "npy":
            raise UsageError("an array needs a file", where="--format npy", hint="-o vectors.npy")
        flush = request.line_buffered or is_terminal(sys.stdout)
        sink: Sink = TextSink(renderer(name), style(request, several=several), sys.stdout, flush=flush)
        yield sink, name
        sink.close()
        return
    from vecalc.shell.file_guard import refuse_overwriting
    from vecalc.space.aside import refuse_busy
    from vecalc.space.atomic import written_whole

    refuse_overwriting(request)
    refuse_busy(Path(request.output))
    with written_whole(Path(request.output)) as stream:
        if name == "npy":
            sink = ArraySink(stream, request.output)
            yield sink, name
            sink.close()
            return
        text = text_of(stream)
        sink = TextSink(renderer(name), style(request, several=several, file=stream), text)
        yield sink, name
        sink.close()
        text.detach()


def show_sheets(sheets: Iterable[Sheet], request: Request) -> None:
    """Write the sheets of a command to where its request wants them, in its format. Raises `UsageError`."""
    with sink_for(request, several=False) as (sink, name):
        if not isinstance(sink, TextSink) or not hasattr(sink.renderer, "sheet"):
            raise UsageError(f"'{name}' is for vectors, this is a table", where="--format")
        for sheet in sheets:
            sink.write_sheet(sheet)
