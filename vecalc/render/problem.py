"""Errors and notes for stderr: one line that says where, what and what to do, then the place itself.

vecalc: 1:8: unknown word 'mann'; did you mean man (rank 20) or many (rank 44)?
    king - mann + woman
           ^^^^
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING

from vecalc.errors import Span, UnknownWords
from vecalc.render.excerpt import excerpts
from vecalc.render.paint import paint
from vecalc.render.visible import visible
from vecalc.render.width import hanging

if TYPE_CHECKING:
    from vecalc.errors import VecalcError
    from vecalc.render import Style

_INDENT = "    "
_HANG = 2  # blanks before the further lines of a message
_NARROWEST = 20  # columns of the expression that are shown in any case
_LONGEST = 1000  # characters of a message; ten thousand unknown words are one error, too
_EXCERPTS = 4  # further places are named in the message
_LINE_KNOWN = re.compile(r"(.*):(\d+)", re.DOTALL)


def problem(error: VecalcError, text: str, style: Style, *, where: str = "") -> str:
    """The error as lines, the last one ended too.

    `text` is what its spans refer to ("" when it is not at hand: no place is shown); `where` is the
    file of that text, or `file:line` with the line that the text begins on.
    """
    text = error.text or text
    spans = _spans(error) if text else []
    place = _place(error, text, spans, where)
    head = "".join(f"{visible(part)}: " for part in place)
    hint = f"; {_shortened(error.hint, style)}" if error.hint else ""
    lines = _lines(f"vecalc: {head}{_shortened(error.message, style)}", hint, style)
    shown = "\n".join(lines).replace("vecalc:", paint("vecalc:", "bad", style), 1)
    if head and (front := head.rstrip()) in lines[0]:
        shown = shown.replace(front, paint(front, "place", style), 1)
    return f"{shown}\n" + "".join(_drawn(text, spans, style))


def _lines(what: str, hint: str, style: Style) -> list[str]:
    """A message and what to do about it in lines of the terminal; elsewhere, one line."""
    whole = what + hint
    lines = _wrapped(whole, style)
    painted, start = [], len(what)  # of the hint
    for line in lines:
        text = line.lstrip(" ")
        cut = len(line) - len(text) + max(min(start, len(text)), 0)
        painted.append(line[:cut] + paint(line[cut:], "hint", style))
        start -= len(text) + 1
    return painted


def drawn(error: VecalcError, text: str, style: Style) -> str:
    """Only the places of an error in its text, each above its carets; nothing where it has none."""
    return "".join(_drawn(text, _spans(error), style))


def _wrapped(text: str, style: Style) -> list[str]:
    """A message in lines of the terminal, what it begins with beside what comes next; elsewhere one line."""
    if not style.terminal:
        return [text]
    front = text.index(" ")
    first, *rest = hanging(f"{text[:front]}_{text[front + 1 :]}", style.width, _HANG)
    return [f"{first[:front]} {first[front + 1 :]}", *rest]


def note(text: str, style: Style) -> str:
    """A remark that is no error, such as how a word was read."""
    whole = f"vecalc: note: {_shortened(text, style)}"
    lines = _wrapped(whole, style)
    return "\n".join(lines).replace("note:", paint("note:", "hint", style), 1) + "\n"


def _spans(error: VecalcError) -> list[Span]:
    if isinstance(error, UnknownWords):
        return sorted(m.span for m in error.missing if m.span.start >= 0)
    return [] if error.span is None else [error.span]


def _place(error: VecalcError, text: str, spans: Sequence[Span], where: str) -> list[str]:
    """What stands before the message: file, line and column of the text, then what the error names itself."""
    base = where or error.where
    if spans:
        line, column = spans[0].place(text)
        if known := _LINE_KNOWN.fullmatch(base):
            base, line = known[1], int(known[2]) + line - 1
        base = f"{base}:{line}:{column}" if base else f"{line}:{column}"
    own = error.where if where and error.where != where else ""
    return [part for part in (base, own) if part]


def _shortened(text: str, style: Style) -> str:
    shown = visible(text)
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + _cut(style)


def _drawn(text: str, spans: Sequence[Span], style: Style) -> Iterator[str]:
    """The lines that the spans begin in, each with its carets under it."""
    room = max(style.width - len(_INDENT) - 1, _NARROWEST)
    for piece, carets in islice(_pieces(text, spans, room, style), _EXCERPTS):
        yield f"{_INDENT}{piece}\n{_INDENT}{paint(carets, 'bad', style)}\n"


def _pieces(text: str, spans: Sequence[Span], room: int, style: Style) -> Iterator[tuple[str, str]]:
    for start, group in groupby(spans, lambda span: text.rfind("\n", 0, span.start) + 1):
        line = text[start:].partition("\n")[0].removesuffix("\r")
        if line.strip():
            inside = [Span(span.start - start, span.end - start) for span in group]
            yield from excerpts(line, inside, room, _cut(style))


def _cut(style: Style) -> str:
    return "..." if style.ascii else "…"
