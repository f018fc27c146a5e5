"""What a prompt remembers between lines."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable
from types import ModuleType

from vecalc.answers import Answer, Ranking, Scored, Sheet
from vecalc.app.asking import Question
from vecalc.app.catalogue import Entry
from vecalc.app.cli.request import Request
from vecalc.app.cli.showing import renderer, style, tell, usual_format
from vecalc.app.cli.terminal import error_style
from vecalc.app.pipeline import Calculator
from vecalc.app.spaces import own_settings
from vecalc.errors import UnfinishedText, UsageError, VecalcError
from vecalc.lang.nodes import Node, Word
from vecalc.render import Style
from vecalc.render.paint import DIM, paint
from vecalc.render.problem import problem
from vecalc.render.visible import visible


class Session:
    """A calculator, how its answers are shown, and the last one as `_` (its words as `_1`, `_2`, ...)."""

    def __init__(self, calculator: Calculator, request: Request) -> None:
        self.calculator = calculator
        self.request = request
        self.format = request.format or usual_format()
        self.own = own_settings(request.model)  # what each loaded model carries, by the name of its space
        renderer(self.format)  # a name that is none is told now, not at every answer
        calculator.remember = True

    def answer(self, text: str) -> None:
        """Answer a line and print it. Raises `UnfinishedText` while a bracket or quote is open."""
        for answer in self.calculator.answers([Question(text)]):
            if isinstance(answer.error, UnfinishedText):
                raise answer.error
            self._show(answer)
            self._remember(answer)

    def complain(self, error: VecalcError, text: str = "") -> None:
        """Print a problem."""
        if self.request.debug:
            traceback.print_exception(error)
        sys.stderr.write(problem(error, text, error_style(self.request.color)))

    def take_up_own(self) -> None:
        """Take the default model's own norm and metric, unless the user said what they are to be."""
        own = self.own.get(self.calculator.default, Entry())
        for name in {"norm", "metric"}.intersection(self.request.unset):
            self.calculator.set(**{name: getattr(own, name) or Request._field_defaults[name]})

    def tell(self, notes: Iterable[str]) -> None:
        """Print remarks."""
        tell(notes, self.request)

    def _show(self, answer: Answer) -> None:
        self.tell(answer.notes)
        if answer.error is not None:
            self.complain(answer.error, answer.asked.expr)
            return
        look = style(self.request, several=False)
        if self.format == "table" and not self.request.quiet and _is_read_otherwise(answer):
            self.write(paint(f"= {visible(answer.parsed)}", DIM, look) + "\n")
        self.write(self._document(answer, look))

    def _document(self, answer: Answer, look: Style) -> str:
        module: ModuleType = renderer(self.format)
        return "".join((module.begin(look), module.answer(answer, look, 0), module.end(look)))

    def show_sheets(self, sheets: Iterable[Sheet]) -> None:
        """Print tables. Raises `UsageError` for a format that is for vectors only."""
        module, look = renderer(self.format), style(self.request, several=False)
        if not hasattr(module, "sheet"):
            raise UsageError(f"'{self.format}' is for vectors, this is a table", hint="set format table")
        shown = [module.sheet(sheet, look, index) for index, sheet in enumerate(sheets)]
        self.write("".join([module.begin(look), *shown, module.end(look)]))

    def write(self, text: str) -> None:
        """Print to standard output, at once."""
        sys.stdout.write(text)
        sys.stdout.flush()

    def _remember(self, answer: Answer) -> None:
        if answer.error is not None or self.calculator.last is None:
            return
        names: dict[str, Node] = {"_": self.calculator.last}
        if isinstance(answer.result, Ranking | Scored):
            names |= {f"_{n.rank}": Word(n.word, quoted=True) for n in answer.result.neighbours}
        self.calculator.scope = self.calculator.scope.with_names(names)


def _is_read_otherwise(answer: Answer) -> bool:
    """Whether the canonical form differs from what was typed by more than blanks."""
    return "".join(answer.parsed.split()) != "".join(answer.asked.expr.split())
