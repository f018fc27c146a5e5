"""What a prompt remembers between lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vecalc.answers import NOTHING_LEFT, Answer, Sheet
from vecalc.conditions import WHERE
from vecalc.engine.calculator import Calculator
from vecalc.engine.last_answer import explain_unknown, words_of_earlier
from vecalc.engine.question import Question
from vecalc.engine.records import without_blanks
from vecalc.errors import UnknownWords, UsageError, VecalcError
from vecalc.library.catalogue import STARTER, Entry, own_settings, split_model
from vecalc.render.paint import paint
from vecalc.render.visible import visible
from vecalc.render.width import hanging
from vecalc.shell.display import (
    FOR_PEOPLE,
    columns,
    complain,
    document,
    is_terminal,
    renderer,
    report,
    show,
    style,
    tell,
    usual_format,
    wants_color,
)
from vecalc.shell.meter import metered
from vecalc.shell.repl import habits, outputs, prompt_options
from vecalc.shell.repl.themes import usual_theme
from vecalc.shell.request import Request

if TYPE_CHECKING:
    from vecalc.space import VectorSpace
    from vecalc.space.prefixes import Prefixes

LIMITS = ("match", "where", "first", "min-score")  # settings that can leave no candidate
_HANG = 2  # blanks before the further lines of a line that is too long


class Session:
    """A calculator, which remembers its last answer, and how answers are shown."""

    calculator: Calculator
    request: Request
    format: str
    keys: str

    def __init__(self, calculator: Calculator, request: Request) -> None:
        self.calculator = calculator
        self.request = request._replace(theme=usual_theme()) if "theme" in request.unset else request
        self.format = request.format or usual_format()
        self.own = own_settings(request.model)  # what each loaded model carries, by the name of its space
        self.files = dict(map(split_model, request.model)) or {"": STARTER}  # where each model is from
        self.typed: list[str] = []  # the lines of this session, but for private ones
        self.told: set[str] = set()  # what is said once
        self.prefixes: dict[str, Prefixes] = {}  # what completes the words of each model
        self.keys = "emacs"
        self.use_keys: Callable[[str], None] = lambda keys: None  # what the editor of the line does about it
        self.live = True  # answers are shown while one types
        self.menu = False  # completions are shown while one types, not only after Tab
        self.pages = True  # what is taller than the screen goes through a pager
        self.once = ""  # the file for the next answer
        self.tee: outputs.Tee | None = None
        self._waiting = ExitStack()  # the meter of what somebody waits for
        self.known_files: set[Path] = set()  # written or loaded here, so that they may be replaced
        self.where = ""  # file and line, where nobody types
        renderer(self.format)  # a name that is none is told now, not at every answer
        calculator.remember = True
        self.unset_at_start = frozenset(request.unset)
        self.at_start = {name: prompt_options.typed(self, name) for name in prompt_options.SETTINGS}

    @contextmanager
    def at_work(self, doing: str) -> Iterator[None]:
        """Meanwhile a meter says so, if it takes long, until there is something to see, or to be asked."""
        with ExitStack() as self._waiting:
            self._waiting.enter_context(metered(doing, None, quiet=self.request.quiet))
            yield

    def answer(self, text: str) -> None:
        """Answer a line and print it."""
        names = self.calculator.scope.names
        with self.for_one_line(text) as expression:
            self._answer(expression)
        self._tell_of_names(names)

    @contextmanager
    def for_one_line(self, text: str) -> Iterator[str]:
        """The line without the `-k N` at its end, which holds meanwhile; `_1` of earlier is told of."""
        calculator = self.calculator
        usual = calculator.options.k
        text, top = self.own_top(text)
        said = words_of_earlier(text, calculator.scope, calculator.worded)
        self.tell([said] if said else [])
        try:
            calculator.set(k=usual if top is None else top)
            yield text
        finally:
            calculator.set(k=usual)

    def own_top(self, text: str) -> tuple[str, int | None]:
        """A line without the `-k N` at its end, and N. Raises `UsageError` for another option there."""
        as_words = self.calculator.options.words  # of which these may be a part
        return (text, None) if as_words else habits.own_top(text, prompt_options.SETTINGS)

    def _answer(self, text: str) -> None:
        held: list[Answer] = []
        for answer in self.calculator.answers([Question(text)]):
            if isinstance(answer.error, UnknownWords):
                explain_unknown(answer.error, self.calculator.scope, self.calculator.worded)
            if answer.error is not None:
                self.as_set(answer.error)
            report(answer._replace(notes=self._notes(answer)), self.request, self.where)
            if self.once and answer.error is None:
                held.append(answer)
            elif answer.error is None:
                self._show(answer)
        self.tell(self.calculator.told())
        if held:
            self._write_once(held)

    def _notes(self, answer: Answer) -> tuple[str, ...]:
        """The notes; where nothing is left, which a table says itself, also what may have left nothing."""
        if self.once or self.format not in FOR_PEOPLE:
            return answer.notes
        limits = [
            name for name in LIMITS if prompt_options.typed(self, name) not in ("all", "*", "none", "off")
        ]
        if NOTHING_LEFT not in answer.notes or not limits:
            return answer.notes_beside()
        told = ", ".join(f"{name} {prompt_options.typed(self, name)}" for name in limits)
        return (*answer.notes_beside(), f"in force: {told}; reset {limits[0]} lifts it")

    def _tell_of_names(self, before: Mapping[str, object]) -> None:
        """Say once of a name that was bound that it hides a word, and how the word is written."""
        calculator = self.calculator
        for name in calculator.scope.names:
            if name in before or name in self.told:
                continue
            if not name.startswith("_") and calculator.spaces[calculator.default].row(name) is not None:
                self.told.add(name)
                self.tell([f'{name} is a name now; the word is "{name}", in quotes'])

    @property
    def may_ask(self) -> bool:
        """Whether somebody is there to answer, which nobody is for the lines of the start-up file."""
        return is_terminal(sys.stdin) and not self.where

    def confirm(self, question: str) -> bool:
        """Ask a person; no is the answer of nobody, of an empty line, of Ctrl-C and Ctrl-D."""
        if not self.may_ask:
            return False
        self._waiting.close()
        try:
            return input(f"{visible(question)} [y/N] ").strip().lower() in ("y", "yes")
        except (EOFError, KeyboardInterrupt):
            self.write("\n")
            return False

    def as_set(self, error: VecalcError) -> VecalcError:
        """A problem with a condition, at the setting that it is of: nobody typed an option here."""
        if error.where == WHERE and self.calculator.options.where is not None:
            error.where, error.hint = "set where", "set where off lifts it"
        return error

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
        fitting = without_blanks(answer, self._ranked_in(answer)) if self.format in FOR_PEOPLE else answer
        self.show(head + document([fitting], renderer(self.format), look))
        self._copy([answer])

    def _ranked_in(self, answer: Answer) -> VectorSpace:
        """The space whose words are the neighbours."""
        calculator, called = self.calculator, answer.asked.ranked_in
        name = next((name for name in calculator.spaces if calculator.caption(name) == called), None)
        return calculator.spaces[calculator.default if name is None else name]

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
        self._waiting.close()  # not over a pager
        if self.pages:
            outputs.page(text, wants_color(self.request.color, sys.stdout))
        else:
            self.write(text)

    def write_fitted(self, line: str) -> None:
        """Print a line; on a terminal it goes on in the next at a blank, not within a word."""
        lines = hanging(line, columns(), _HANG) if is_terminal(sys.stdout) else [line]
        self.write("".join(f"{one.rstrip()}\n" for one in lines))

    def write(self, text: str) -> None:
        """Print to standard output, at once."""
        show(text)
