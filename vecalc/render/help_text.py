"""Help as a terminal shows it: lines that are too long go on below what they describe, terms are coloured."""

from __future__ import annotations

import re

from vecalc.render import Style
from vecalc.render.paint import paint
from vecalc.render.width import columns, hanging, wrapped

# What stands before a description, up to the last gap of a line: an option, a function, a command.
_TERM = re.compile(r" {2,}\S.* {2,}(?=[^ \[])")  # in square brackets stands a range of numbers
_HEADING = re.compile(r"\S[^.]*:$")
_USAGE = "Usage:"
_ROOM = 24  # columns that a description needs beside its term
_BELOW = 4  # blanks before one that begins on a line of its own
_PROSE = 60  # columns from which on a line of prose goes on in the next


def help_text(text: str, style: Style) -> str:
    """The text for a terminal as wide as the style says."""
    lines = text.split("\n")
    if max(map(columns, lines)) > style.width:
        lines = [part for line in _paragraphs(lines) for part in _in_lines(line, style.width)]
    return "\n".join(_colored(line, style) for line in lines)


def _paragraphs(lines: list[str]) -> list[str]:
    """The lines, with those of prose that go on in the next one joined."""
    joined: list[str] = []
    goes_on = False
    for line in lines:
        prose = line[:1] not in ("", " ")
        if prose and goes_on:
            joined[-1] += f" {line}"
        else:
            joined.append(line)
        goes_on = prose and columns(line) >= _PROSE
    return joined


def _in_lines(line: str, width: int) -> list[str]:
    if columns(line) <= width:
        return [line]
    term = _TERM.match(line)
    margin = len(line) - len(line.lstrip(" "))
    if term is None:
        return _hung(line, width)
    indent = columns(term[0])
    if indent > width - _ROOM:
        return [*_hung(term[0].rstrip(), width), *_behind(margin + _BELOW, line[term.end() :], width)]
    first, *rest = _behind(indent, line[term.end() :], width)
    return [term[0] + first.lstrip(" "), *rest]


def _hung(line: str, width: int) -> list[str]:
    """The line, what goes on further to the right where the line does not begin at the left."""
    margin = len(line) - len(line.lstrip(" "))
    return [" " * margin + part for part in hanging(line[margin:], width - margin, _BELOW if margin else 0)]


def _behind(indent: int, text: str, width: int) -> list[str]:
    return [" " * indent + part for part in wrapped(text, max(width - indent, 1))]


def _colored(line: str, style: Style) -> str:
    if _HEADING.match(line):
        return paint(line, "title", style)
    if line.startswith(_USAGE):
        return paint(_USAGE, "title", style) + line.removeprefix(_USAGE)
    if term := _TERM.match(line):
        text = term[0].strip(" ")
        return line.replace(text, paint(text, "term", style), 1)
    return line
