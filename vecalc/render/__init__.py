"""Answers to text: one module an output format, found by themselves.

A format module is a `Renderer`: three functions whose strings, one after another, are the document.

    begin(style) -> str                    what stands before the first answer
    answer(answer, style, index) -> str    one answer; `index` counts from 0 and tells where separators go
    end(style) -> str                      what stands after the last

and, unless it is for vectors only, a fourth for the tables of commands that answer no expression:

    sheet(sheet, style, index) -> str      one `Sheet`; between `begin` and `end`, like an answer

Nothing is kept between the calls, so a batch of any length streams, and a resumed one goes on at
its index. To add a format, drop a file in here: its name is what `--format` takes. A module without
`answer` is no format but a helper: `visible` makes text safe to show, `cells` is an answer or a
sheet as rows of text, `record` as JSON, `problem` draws errors and notes for stderr,
`hypertext` and `brief` are how a notebook and an interpreter show an answer.

Words, expressions and messages are data. No format lets one of them break its syntax, and the ones
made for people (table, plain, markdown) show control characters as visible escapes. All text can be
encoded as UTF-8; how the stream copes with a poorer encoding is the caller's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias, get_args

if TYPE_CHECKING:
    from vecalc.answers import Answer, Sheet


Theme: TypeAlias = Literal["dark", "light"]  # what colours are to be read on
THEMES: tuple[Theme, ...] = get_args(Theme)


class Style(NamedTuple):
    """How answers are to look. Renderers ask neither the terminal nor the environment."""

    color: bool
    width: int  # columns of the terminal; only table and problem care
    header: bool = True
    precision: int | None = None  # decimals of scores and numbers; None is each format's own default
    csv_safe: bool = False  # csv and tsv: a spreadsheet must not take a word for a formula
    several: bool = False  # more than one expression is answered: say which is which
    ascii: bool = False  # the terminal can't show block characters
    terminal: bool = False  # it is a terminal that gets the text, and would obey what csv leaves as it is
    theme: Theme = "dark"
    home: str = ""  # the user's folder, which paths in tables are shown from as ~; "" for paths as they are


class Renderer(Protocol):
    """What a format module has."""

    def begin(self, style: Style) -> str:
        """What stands before the first answer."""

    def answer(self, answer: Answer, style: Style, index: int) -> str:
        """One answer, the `index`-th of the document from 0."""

    def sheet(self, sheet: Sheet, style: Style, index: int) -> str:
        """One table of a command; a format for vectors only lacks this function."""

    def end(self, style: Style) -> str:
        """What stands after the last answer."""
