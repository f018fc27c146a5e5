"""What is shown, and how: streams and terminals, remarks and problems, formats, answers as text."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import IO, Any, Protocol, TextIO

from vecalc.answers import Answer, Sheet
from vecalc.errors import UsageError, VecalcError
from vecalc.render import THEMES, Style, Theme
from vecalc.render.visible import visible
from vecalc.shell.request import COLORS, Color, Request

USUAL_WIDTH = 80
BARS = "▁█"
BY_SUFFIX = {
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".md": "markdown",
    ".npy": "npy", ".txt": "plain", ".xml": "junit",
}  # fmt: skip
FOR_PEOPLE = ("table", "markdown")

# --- what a terminal can show -----------------------------------------------------------------


def wants_color(choice: Color, stream: IO[str]) -> bool:
    """`--color always|never`, or else NO_COLOR, FORCE_COLOR, TERM=dumb, and whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def look_of(arguments: Sequence[str]) -> tuple[Color, Theme]:
    """What a command line and the environment say about colours, for errors outside of the options."""
    color, theme = _typed(arguments, "--color"), _typed(arguments, "--theme")
    theme = [*theme, os.environ.get("VECALC_THEME", "")]
    colors = [known for choice in color for known in COLORS if known == choice != "auto"]
    themes = [known for choice in theme for known in THEMES if known == choice]
    return colors[0] if colors else "auto", themes[0] if themes else THEMES[0]


def _typed(arguments: Sequence[str], name: str) -> list[str]:
    """The values of an option on a command line."""
    values = [value for option, value in pairwise(arguments) if option == name]
    return values + [a.removeprefix(f"{name}=") for a in arguments if a.startswith(f"{name}=")]


def is_terminal(stream: IO[str]) -> bool:
    """Whether a stream is an open terminal."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def columns(stream: IO[str] | None = None) -> int:
    """The width of the terminal that a stream, or standard output, goes to; COLUMNS is honoured."""
    if (given := os.environ.get("COLUMNS", "")).isdecimal() and int(given) > 0:
        return int(given)
    try:  # shutil has this function too, and brings every compression module along
        seen = stream or sys.__stdout__
        return os.get_terminal_size(seen.fileno()).columns or USUAL_WIDTH  # type: ignore[union-attr]
    except (OSError, ValueError, AttributeError):
        return USUAL_WIDTH


def only_ascii(stream: TextIO) -> bool:
    """Whether block characters would come out as question marks."""
    try:
        BARS.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return False


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
        theme=request.theme,
        home="" if to_file or not is_terminal(sys.stdout) else os.path.expanduser("~"),  # noqa: PTH111 - as text
    )


def error_style(color: Color = "auto", theme: Theme = "dark") -> Style:
    """How messages look on stderr."""
    return Style(
        color=wants_color(color, sys.stderr),
        width=columns(sys.stderr),
        ascii=only_ascii(sys.stderr),
        terminal=is_terminal(sys.stderr),
        theme=theme,
    )


_before: list[Callable[[], None]] = []


def on_writing(hide: Callable[[], None]) -> None:
    """Call this before anything is written: a line that is not to stay there is removed."""
    if hide not in _before:
        _before.append(hide)


def clear_line() -> None:
    """What is about to be written begins on a line of its own."""
    for hide in _before:
        hide()


# --- messages ---------------------------------------------------------------------------------


def say(text: str, stream: IO[str] | None = None) -> None:
    """Write a line to standard output, or to another stream."""
    clear_line()
    (stream or sys.stdout).write(visible(text) + "\n")


def show(text: str) -> None:
    """Write a text to standard output, at once."""
    clear_line()
    sys.stdout.write(text)
    sys.stdout.flush()


def fitted_help(text: str, look: tuple[Color, Theme] | None = None) -> str:
    """Help as it goes to standard output: on a terminal in lines that fit it, in colours.

    `look` is what is set about colours, unless it is what the command line says.
    """
    if not is_terminal(sys.stdout):
        return text
    from vecalc.render.help_text import help_text

    color, theme = look or look_of(sys.argv)
    return help_text(text, Style(wants_color(color, sys.stdout), columns(), theme=theme))


def say_exactly(text: str) -> None:
    """Write a line from outside to standard output: exact for a program, harmless for a terminal."""
    sys.stdout.write((visible(text) if is_terminal(sys.stdout) else text) + "\n")


def remark(text: str, color: Color = "auto", theme: Theme = "dark") -> None:
    """Print a note on standard error."""
    from vecalc.render.problem import note

    clear_line()
    sys.stderr.write(note(text, error_style(color, theme)))


def tell(notes: Iterable[str], request: Request) -> None:
    """Print remarks, unless they are not wanted."""
    for text in () if request.quiet else notes:
        remark(text, request.color, request.theme)


def complain(text: str, error: VecalcError, request: Request, where: str = "") -> None:
    """Print what is wrong with an expression, with a mark below its place."""
    from vecalc.render.problem import problem

    clear_line()
    sys.stdout.flush()  # what came before it is seen before it
    if request.debug:
        show_traceback(error)
    sys.stderr.write(problem(error, text, error_style(request.color, request.theme), where=where))


def report(answer: Answer, request: Request, where: str = "") -> None:
    """Print what there is to say of an answer: its notes, and the error that stands in its place."""
    tell(answer.notes, request)
    if answer.error is not None:
        complain(answer.asked.expr, answer.error, request, where or answer.asked.where)


def show_traceback(fault: BaseException) -> None:
    """Print where a fault comes from; its message may hold anything."""
    import traceback

    text = "".join(traceback.format_exception(fault))
    sys.stderr.write("\n".join(map(visible, text.split("\n"))))


def confirm(question: str, yes: bool, where: str) -> None:
    """Ask a person; where there is none, say how to do without. Raises `UsageError` for a no."""
    if yes:
        return
    if not is_terminal(sys.stdin):
        raise UsageError("it has to be confirmed", where=where, hint="--yes confirms")
    clear_line()
    sys.stderr.write(f"{visible(question)} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("nothing was done", where=where)


# --- formats ----------------------------------------------------------------------------------


def format_name(request: Request) -> str:
    """`--format`, or what the output file's suffix says, plain without one, or the usual one.

    Raises `UsageError` for a suffix that names no format: text is not wanted in a spreadsheet's file.
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
    if name.isidentifier() and not name.startswith("_"):
        with contextlib.suppress(ModuleNotFoundError):
            module = importlib.import_module(f"vecalc.render.{name}")
            if hasattr(module, "answer"):
                return module
    from vecalc.near import did_you_mean
    from vecalc.shell.usage import CALLED_VALUES

    known = formats()
    meant = did_you_mean(name, known, CALLED_VALUES)
    hint = f"{meant} there are {', '.join(known)}".lstrip()
    raise UsageError(f"there is no format '{name}'", where="--format", hint=hint)


def formats() -> list[str]:
    """The names of the formats of text."""
    from vecalc import finder

    return [n for n in finder.names("vecalc.render") if hasattr(finder.module("vecalc.render", n), "answer")]


class Sink(Protocol):
    """Takes answers or tables, one after another."""

    def write(self, shown: Answer | Sheet) -> None:
        """Take one of them. Raises `UsageError` for what can't be written in this way."""

    def close(self) -> None:
        """Write what comes after the last."""


class TextSink:
    """A document of one format."""

    def __init__(
        self, renderer: ModuleType, style: Style, stream: IO[str], *, flush: bool = False, index: int = 0
    ) -> None:
        self.renderer = renderer
        self.style = style
        self.stream = stream
        self.flush = flush
        self.index = index  # answers that are in the document already

    def write(self, shown: Answer | Sheet) -> None:
        """Write one answer or table, at once if someone is waiting for it. Raises `UsageError`."""
        of_one = getattr(self.renderer, "answer" if isinstance(shown, Answer) else "sheet", None)
        if of_one is None:
            name = self.renderer.__name__.rpartition(".")[2]
            held = getattr(self.renderer, "HOLDS", "vectors")
            raise UsageError(f"'{name}' is for {held}, this is a table", where="--format")
        text = of_one(shown, self.style, self.index)
        clear_line()
        self._begin()
        self.stream.write(text)
        self.index += 1
        if self.flush:
            self.stream.flush()

    def _begin(self) -> None:
        """What comes before the first answer, once there is one: what fails at once writes nothing."""
        if not self.index:
            self.stream.write(self.renderer.begin(self.style))

    def close(self) -> None:
        """Write the end of the document."""
        self._begin()
        self.stream.write(self.renderer.end(self.style))
        self.stream.flush()


def document(shown: Iterable[Answer | Sheet], renderer: ModuleType, style: Style) -> str:
    """Some answers or tables as one text."""
    stream = io.StringIO()
    sink = TextSink(renderer, style, stream)
    for one in shown:
        sink.write(one)
    sink.close()
    return stream.getvalue()
