"""`vecalc.Answer` and `vecalc.Answers`: the engine's answers, which show themselves."""

from __future__ import annotations

import sys
from copy import copy
from typing import TYPE_CHECKING, Any, Self, Unpack

from vecalc import answers
from vecalc.errors import UsageError
from vecalc.render import Style
from vecalc.render.summary import NOTHING, summary
from vecalc.shell.display import columns, only_ascii

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from vecalc.api.asking import PythonCalculator
    from vecalc.api.drawn import Plot, PlotOptions

_ASK = "calculate(text).plot(), or calculate.plot(text)"


class PythonAnswer(answers.Answer):
    """Everything there is to say about one expression: `asked`, `parsed`, `notes`, and `result` or `error`.

    Printed it is the table of the command line; a notebook shows it as HTML.
    """

    _calculator: PythonCalculator | None = None  # as it was when it gave the answer: for pictures

    @classmethod
    def of(cls, answer: answers.Answer, calculator: PythonCalculator) -> Self:
        """The same answer, with the calculator that gave it; its error knows the text that it is about."""
        if answer.error is not None and answer.error.span is not None:
            answer.error.text = answer.error.text or answer.asked.expr
        made = cls._make(answer)
        made._calculator = calculator
        return made

    def __repr__(self) -> str:
        return f"<Answer {summary(self)}>"

    def __str__(self) -> str:
        return _as_text(self, several=False)

    def __getstate__(self) -> None:
        """Nothing but its fields: a calculator may be gigabytes, or a program that runs."""

    def __copy__(self) -> Self:
        return self

    def _repr_html_(self) -> str:
        from vecalc.render import hypertext

        return hypertext.of_answer(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython shows where there is no HTML: the table, but inside of something else a few words."""
        printer.text(repr(self) if cycle or printer.indentation else str(self))

    def plot(self, **options: Unpack[PlotOptions]) -> Plot:
        """Its picture: a map of vectors, a heat map of a table, a histogram of a score; options as of
        `Calculator.plot`.

        It is computed anew, under the options and the names that the answer was given under. Raises
        `UsageError` where these are not at hand (of an answer that was pickled), or where what it is computed
        of has changed since; `VecalcError` for what can't be drawn.
        """
        if self.error is not None:
            raise self.error
        if self._calculator is None:
            raise UsageError("this answer has lost its calculator", hint=f"ask again: {_ASK}")
        again = copy(self._calculator)(self.asked.expr)
        if _told(again) != _told(self):
            raise UsageError("the names in it stand for something else by now", hint=f"ask again: {_ASK}")
        return self._calculator.plot(self.asked.expr, **options)

    def to_dict(self) -> dict[str, object]:
        """The record of `--format json`, of plain values."""
        from vecalc.render.record import record

        return record(self)

    def to_pandas(self) -> pd.DataFrame:
        """A data frame: of a ranking `rank`, `word`, `score`; of a list a row for each neighbour of each
        vector; of a table its numbers under its labels; of a number `value`.

        Raises the error that stands in place of a result, `ImportError` where pandas is not installed.
        """
        from vecalc.api import frames

        return frames.one_to_pandas(self)

    def to_polars(self) -> pl.DataFrame:
        """The same for polars, which has no index: a table's rows are named in a column `label`."""
        from vecalc.api import frames

        return frames.one_to_polars(self)

    def to_arrow(self) -> pa.Table:
        """The same as an Arrow table."""
        from vecalc.api import frames

        return frames.one_to_arrow(self)


class Answers(list[PythonAnswer]):
    """Some answers, which show themselves one below the other: `vecalc.Answers(calculate.answers(texts))`."""

    def __str__(self) -> str:
        return "\n\n".join(_as_text(one, several=True) for one in self)

    def _repr_html_(self) -> str:
        from vecalc.render import hypertext

        return hypertext.of_answers(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("Answers(...)" if cycle else str(self))

    def to_pandas(self) -> pd.DataFrame:
        """One long data frame; see `vecalc.to_pandas`."""
        from vecalc.api import frames

        return frames.to_pandas(self)

    def to_polars(self) -> pl.DataFrame:
        """The same for polars."""
        from vecalc.api import frames

        return frames.to_polars(self)

    def to_arrow(self) -> pa.Table:
        """The same as an Arrow table."""
        from vecalc.api import frames

        return frames.to_arrow(self)


def _told(answer: PythonAnswer) -> object:
    """What an answer comes to, as values that can be compared."""
    told = answer.to_dict()
    return {
        name: told.get(name) for name in ("parsed", "type", "results", "value", "rows", "columns", "values")
    }


def _as_text(answer: answers.Answer, *, several: bool) -> str:
    """An answer with its notes, and an error in its place, as a terminal of this width shows them."""
    from vecalc.render.problem import note, problem
    from vecalc.render.table import answer as table

    look = Style(color=False, width=columns(), several=several, ascii=only_ascii(sys.stdout))
    if answer.error is not None:
        return problem(answer.error, answer.asked.expr, look, where=answer.asked.where).rstrip("\n")
    shown = table(answer, look, 0) if answer.result is not None else f"{NOTHING}\n"
    return "".join([shown, *(note(text, look) for text in answer.notes_beside())]).rstrip("\n")


Answer = PythonAnswer
