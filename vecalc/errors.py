"""What can go wrong, as data: a message, its place, and what to do about it.

Every error a user can cause is a `VecalcError`; anything else that escapes is a bug in vecalc.
The stages raise them, a stage that knows more adds it on the way out (`VecalcError.at`), and only
the outermost shell turns them into text, colour and an exit code.

    VecalcError                  1
     |- UsageError               2   options and arguments that make no sense together
     |- ExpressionError          3   a formula has no answer
     |   |- SyntaxProblem            it does not parse
     |   |   `- UnfinishedText           a bracket is still open
     |   |- LimitExceeded            it is larger than a stated limit
     |   |- UnknownWords             words that the vocabulary lacks
     |   |- UnknownName              a function or a space that does not exist
     |   |- TypeMismatch             values that do not fit together
     |   `- NoValue                  arithmetic without a result: zero vector, division by zero
     |- FileProblem              4   a model or input file can't be read
     |   `- NotVectors               it holds no vectors: it may be texts
     |- EncoderProblem           4   what encodes texts gives no vectors
     |- StorageProblem           5   output, cache, disk
     |   |- NotWritable              a place that this user may not write
     |   `- NoSpace                  the disk is full
     `- RemoteProblem            6   a server that can't be reached, or answers wrongly
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple, Self


class Span(NamedTuple):
    """Half-open range of characters in the text of an expression."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The range from the start of this one to the end of the other."""
        return Span(self.start, other.end)

    def place(self, text: str) -> tuple[int, int]:
        """Line and column, from 1, where it begins in the text."""
        return text.count("\n", 0, self.start) + 1, self.start - text.rfind("\n", 0, self.start)


NOWHERE = Span(-1, -1)  # the place of a node that stands in another text (a definition, an earlier line)


class VecalcError(Exception):
    """A problem with what the user gave.

    `message` says what and why, `hint` what to do; `span` is the range of the expression, when there
    is one; `where` names a file, a line or an option; `suggestions` are near spellings. As text it is one
    line, the one that the command line prints.
    """

    exit_code: ClassVar[int] = 1
    kind: ClassVar[str] = "error"
    text: str = ""  # the expression that `span` is a range of, where it is at hand

    def __init__(
        self,
        message: str,
        *,
        span: Span | None = None,
        hint: str = "",
        where: str = "",
        suggestions: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.span = span if span != NOWHERE else None
        self.hint = hint
        self.where = where
        self.suggestions = tuple(suggestions)

    def at(self, span: Span | None = None, where: str = "") -> Self:
        """Add a place, unless a more precise one is known already."""
        if self.span is None and span != NOWHERE:
            self.span = span
        self.where = self.where or where
        return self

    def __str__(self) -> str:
        place = self.where
        if self.span is not None and self.text:
            line, column = self.span.place(self.text)
            place = f"{place}:{line}:{column}" if place else f"{line}:{column}"
        hint = f"; {self.hint}" if self.hint else ""
        return _printable(f"{place}: {self.message}{hint}" if place else f"{self.message}{hint}")

    def __reduce__(self) -> tuple[Any, ...]:
        # Python would call the class with the message, which is not what each of them is made of.
        return _unpickled, (type(self), self.args), self.__dict__

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of the frames, none of which the user wrote."""
        return [f"{type(self).__name__}: {self}", *getattr(self, "__notes__", ())]


def _unpickled(kind: type[VecalcError], args: tuple[object, ...]) -> VecalcError:
    return kind.__new__(kind, *args)


def _printable(text: str) -> str:
    """On one line, and nothing in it that a terminal obeys: tracebacks are printed as they are."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class VecalcWarning(UserWarning):
    """What had to be put up with to open a model, or to read a list of words."""


class UsageError(VecalcError):
    """Options or arguments that make no sense."""

    exit_code = 2
    kind = "usage"


class ExpressionError(VecalcError):
    """A formula that has no answer."""

    exit_code = 3
    kind = "expression"


class SyntaxProblem(ExpressionError):
    """Text that the grammar does not accept."""

    kind = "syntax"


class UnfinishedText(SyntaxProblem):
    """A bracket is open where the text ends: at a prompt, the next line goes on."""


class LimitExceeded(ExpressionError):
    """An expression larger than a stated limit; the message names the limit and how to raise it."""

    kind = "limit"

    @classmethod
    def of(cls, limit: str, message: str, span: Span | None = None) -> Self:
        """The error of a limit that `--limit` raises."""
        return cls(message, span=span, hint=f"--limit {limit}=N raises the limit")


class UnknownName(ExpressionError):
    """A function or a space that does not exist."""

    kind = "unknown name"


class TypeMismatch(ExpressionError):
    """Values whose types or widths do not fit together; the message names both sides."""

    kind = "type"


class NoValue(ExpressionError):
    """Arithmetic without a result: a zero vector, a division by zero, an overflow."""

    kind = "value"


class MissingWord(NamedTuple):
    """A word that the vocabulary lacks: where it stands and what is spelled like it."""

    word: str
    span: Span
    suggestions: tuple[str, ...]
    space: str = ""  # whose vocabulary it is, where several are loaded


class UnknownWords(ExpressionError):
    """All words of an expression that the vocabulary lacks, reported together."""

    kind = "unknown word"

    def __init__(self, missing: Sequence[MissingWord], *, hint: str = "") -> None:
        self.missing = tuple(missing)
        spaces = {m.space for m in self.missing}
        one = f" in {next(iter(spaces))}" if len(spaces) == 1 and "" not in spaces else ""
        places = (f" in {m.space}" if m.space and not one else "" for m in self.missing)
        words = list(dict.fromkeys(f"'{m.word}'{in_}" for m, in_ in zip(self.missing, places, strict=True)))
        super().__init__(
            f"unknown word{'s' if len(words) > 1 else ''} {', '.join(words)}{one}",
            span=self.missing[0].span,
            hint=hint,
            suggestions=list(dict.fromkeys(s for m in self.missing for s in m.suggestions)),
        )


class FileProblem(VecalcError):
    """A model or input file that can't be read; `where` holds its path (and line or byte)."""

    exit_code = 4
    kind = "file"


class NotVectors(FileProblem):
    """A file of text without vectors in it: its lines, or the cells of a column, may be meant as texts."""


class EncoderProblem(VecalcError):
    """A program of the user's that gives no vectors of texts: it fails, hangs, or writes something else."""

    exit_code = 4
    kind = "encoder"


class StorageProblem(VecalcError):
    """Output that can't be written: disk full, cache not writable, lock held."""

    exit_code = 5
    kind = "storage"


class NotWritable(StorageProblem):
    """A folder that can't be made or written to: what is only kept there can be done without."""


class NoSpace(StorageProblem):
    """The disk is full; so many bytes of the whole, which is made of `wanted`, were `written` by then."""

    written: int = 0
    wanted: int = 0  # 0: of all


class RemoteProblem(VecalcError):
    """A server that can't be reached, or that sends something other than it promised.

    `status` is the number it answers with, 0 where there was none.
    """

    exit_code = 6
    kind = "remote"
    status: int = 0
