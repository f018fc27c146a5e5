"""%vecalc and %%vecalc: expressions in a notebook, with the options of the command line before them."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Any

from vecalc.api.answered import Answers, PythonAnswer
from vecalc.api.asking import PythonCalculator
from vecalc.api.spaces import DEFAULT, spaces_of
from vecalc.api.telling import about
from vecalc.engine.calculator import sound
from vecalc.engine.question import Options, Question
from vecalc.errors import UsageError
from vecalc.library.open_model import paths_of
from vecalc.render import Style
from vecalc.render.problem import note
from vecalc.shell.cli.line_options import KEPT, options_help, read_options
from vecalc.shell.options import conditions
from vecalc.shell.request import Request
from vecalc.tables import question_lines

NAME = "vecalc"
_NAMED = 5  # names that a note lists
_OF_MODEL = (
    "model", "embed", "embed_timeout", "store_timeout", "words_file", "encoding", "strict", "skip_bad_rows",
    "allow_trailing", "encoding_errors", "trust_pickle", "require_cache", "no_wait", "verify",
)  # fmt: skip
_SAYABLE = tuple(name for name in KEPT if name != "let")  # names stay bound by themselves
_CALLED_OTHERWISE = {"top": "k", "limit": "limits"}  # in `Options`
_HELP = """\
Answer an expression, or with %%vecalc an expression on each line of the cell.

    %vecalc king - man + woman
    %vecalc -k 3 --norm unit king - man + woman
    %vecalc -m news.bin -k 5      no expression: for all that follows
    %vecalc royal = king - man    a name, for all that follows

The answer is the value of the line: `answer = %vecalc king`. Options stand before the expression:

"""


class MagicSession:
    """A notebook's calculators, one for each way of naming models, and the options in force."""

    def __init__(self) -> None:
        self.standing = Request(unset=tuple(name for name in Request._fields if name != "unset"))
        self.calculators: dict[tuple[object, ...], tuple[PythonCalculator, Options]] = {}
        self.current: PythonCalculator | None = None

    def line(self, text: str) -> PythonAnswer | Answers | PythonCalculator | None:
        """The answer to a line, or several; without an expression its calculator, whose options stay.

        None where names were bound. Raises `VecalcError`, of several answers none: it stands in its place.
        """
        read = read_options(text, f"%{NAME}")
        request = self._joined(read.request)
        calculator = self._under(request, read.request.let)
        if not read.text:
            self.standing = request
            return calculator
        answers = Answers(calculator.answers([Question(read.text)]))
        _tell(calculator.told())
        if len(answers) > 1:
            return answers
        for answer in answers:
            with about(read.text):
                sound(answer)
            return answer
        return None

    def cell(self, line: str, text: str) -> Answers:
        """The answers to the lines of a cell, in order. Raises `VecalcError` for options that don't fit."""
        read = read_options(line, f"%%{NAME}")
        if read.text:
            raise UsageError("expressions stand below it, one on each line", where=f"%%{NAME}")
        calculator = self._under(self._joined(read.request), read.request.let)
        answers = Answers(calculator.answers(_questions(text)))
        _tell(calculator.told())
        return answers

    def _joined(self, line: Request) -> Request:
        """What is in force, with what a line says otherwise."""
        said = {name: getattr(line, name) for name in _SAYABLE if name not in line.unset}
        return self.standing._replace(
            **said, unset=tuple(name for name in self.standing.unset if name not in said)
        )

    def _under(self, request: Request, bindings: tuple[str, ...]) -> PythonCalculator:
        """The calculator of a request's models, under its options, with some more names."""
        key = tuple(getattr(request, name) for name in _OF_MODEL)
        if key not in self.calculators:
            made = _calculator(request)
            self.calculators[key] = made, made.options
        calculator, own = self.calculators[key]
        if calculator is not self.current:
            _tell(_left_behind(self.current, calculator))
            self.current = calculator
        told = conditions(request)
        said = [_CALLED_OTHERWISE.get(name, name) for name in _SAYABLE if name not in request.unset]
        calculator.options = own
        calculator.set(**{name: getattr(told, name) for name in said if name in Options._fields})
        for binding in bindings:
            calculator.define(binding, where="--let")
        return calculator


def load(ipython: Any) -> None:
    """Give an IPython session the magic, with names and options of its own."""
    from IPython.core.magic import no_var_expand

    session = MagicSession()

    def vecalc(line: str, cell: str | None = None) -> object:
        return session.line(line) if cell is None else session.cell(line, cell)

    vecalc.__doc__ = _HELP + options_help(f"%{NAME}")
    ipython.register_magic_function(no_var_expand(vecalc), "line_cell", NAME)


def unload(ipython: Any) -> None:
    """Take it away again."""
    for kind in ("line", "cell"):
        ipython.magics_manager.magics[kind].pop(NAME, None)


def _calculator(request: Request) -> PythonCalculator:
    """A calculator over the models of a request, which remembers its last answer as `_`."""
    paths = paths_of(request.model) or {"": str(DEFAULT)}
    how: Any = {name: getattr(request, name) for name in _OF_MODEL if name != "model"}
    spaces = spaces_of({name: paths[name] for name in sorted(paths, key=bool)}, **how)
    made = PythonCalculator(spaces)
    made.remember = True
    return made


def _left_behind(before: PythonCalculator | None, now: PythonCalculator) -> list[str]:
    """A note on names of the models asked before, which those asked now don't know."""
    scope = before.scope if before else now.scope
    known = {*now.scope.names, *now.scope.functions}
    names = [name for name in (*scope.names, *scope.functions) if name not in known and name[0] != "_"]
    shipped = before.shipped if before else {}
    names = [name for name in names if name not in shipped]
    told = ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
    return [f"names of other models are not known to these: {told}"] if names else []


def _questions(text: str) -> Iterator[Question]:
    """The lines of a cell, as those of a file of questions."""
    for line in question_lines.lines(io.BytesIO(text.encode("utf-8", "surrogatepass"))):
        yield Question(line.text.strip(), line.number, problem=line.problem)


def _tell(notes: tuple[str, ...] | list[str]) -> None:
    for text in notes:
        sys.stdout.write(note(text, Style(color=False, width=80)))
