"""What a prompt remembers between lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from vecalc.answers import Answer, Sheet
from vecalc.engine.calculator import Calculator
from vecalc.engine.last_answer import explain_unknown
from vecalc.engine.question import Question
from vecalc.errors import UnknownWords, UsageError, VecalcError
from vecalc.library.catalogue import Entry, own_settings
from vecalc.render.paint import paint
from vecalc.render.visible import visible
from vecalc.shell.display import (
    complain,
    document,
    renderer,
    report,
    show,
    style,
    tell,
    usual_format,
    wants_color,
)
from vecalc.shell.repl import outputs
from vecalc.shell.repl.themes import usual_theme
from vecalc.shell.request import Request


class Session:
    """A calculator, which remembers its last answer, and how answers are shown."""

    def __init__(self, calculator: Calculator, request: Request) -> None:
        self.calculator = calculator
        self.request = request
        self.format = request.format or usual_format()
        self.own = own_settings(request.model)  # what each loaded model carries, by the name of its space
        self.keys = "emacs"
        self.use_keys: Callable[[str], None] = lambda keys: None  # what the editor of the line does about it
        self.live = True  # answers are shown while one types
        self.menu = False  # completions are shown while one types, not only after Tab
        self.theme = usual_theme()  # the colours of what is typed
        self.pages = True  # what is taller than the screen goes through a pager
        self.once = ""  # the file for the next answer
        self.tee: outputs.Tee | None = None
        self.known_files: set[Path] = set()  # written or loaded here, so that they may be replaced
        self.where = ""  # file and line, where nobody types
        renderer(self.format)  # a name that is none is told now, not at every answer
        calculator.remember = True

    def answer(self, text: str) -> None:
        """Answer a line and print it."""
        held: list[Answer] = []
        for answer in self.calculator.answers([Question(text)]):
            if isinstance(answer.error, UnknownWords):
                explain_unknown(answer.error, self.calculator.scope)
            report(answer, self.request, self.where)
            if self.once and answer.error is None:
                held.append(answer)
            elif answer.error is None:
                self._show(answer)
        self.tell(self.calculator.told())
        if held:
            self._write_once(held)

    def complain(self, error: VecalcError, text: str = "") -> None:
        """Print a problem."""
        complain(text, error, self.request, self.where)

    def take_up_own(self) -> None:
        """Take the default model's own norm and metric, unless the user said what they are to be."""
        own = self.own.get(self.calculator.default, Entry())
        for name in {"norm", "metric"}.intersection(self.request.unset):
            self.calculator.set(**{name: getattr(own, name) or Request._field_defaults[name]})

    def tell(self, notes: Iterable[str]) -> None:
        """Print remarks."""
        tell(notes, self.request)

    def close(self) -> None:
        """Complete what is written to. Raises `OSError`."""
        if self.tee is not None:
            self.tee.close()

    def show_sheets(self, sheets: Iterable[Sheet]) -> None:
        """Print tables. Raises `UsageError` for a format that is for vectors only."""
        sheets = list(sheets)
        if self.once:
            self._write_once(sheets)
            return
        module = renderer(self.format)
        if not hasattr(module, "sheet"):
            raise UsageError(f"'{self.format}' is for vectors, this is a table", hint="set format table")
        self.show(document(sheets, module, style(self.request, several=False)))
        self._copy(sheets)

    def _show(self, answer: Answer) -> None:
        look = style(self.request, several=False)
        head = ""
        # Said only where the canonical form differs from what was typed by more than blanks.
        otherwise = "".join(answer.parsed.split()) != "".join(answer.asked.expr.split())
        if self.format == "table" and not self.request.quiet and otherwise:
            head = paint(f"= {visible(answer.parsed)}", "aside", look) + "\n"
        self.show(head + document([answer], renderer(self.format), look))
        self._copy([answer])

    def _write_once(self, shown: Sequence[outputs.Shown]) -> None:
        path, self.once = self.once, ""
        outputs.write_once(self, path, shown)

    def _copy(self, shown: Sequence[outputs.Shown]) -> None:
        """Write to the file of `tee`, which a failure ends."""
        if self.tee is None:
            return
        tee, self.tee = self.tee, None
        for one in shown:
            tee.write(one)
        self.tee = tee

    def show(self, text: str) -> None:
        """Print what may be long."""
        if self.pages:
            outputs.page(text, wants_color(self.request.color, sys.stdout))
        else:
            self.write(text)

    def write(self, text: str) -> None:
        """Print to standard output, at once."""
        show(text)
