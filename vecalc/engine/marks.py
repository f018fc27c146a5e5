"""What the parts of a text are, for an editor that shows it: words, unknown words, numbers, functions, ...

The text may be unfinished, or wrong: it is read as far as its tokens go, and is not parsed.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from vecalc.calc.functions import FUNCTIONS
from vecalc.calc.resolve import find_row
from vecalc.engine import prelude
from vecalc.engine.as_typed import lexicon_of
from vecalc.engine.calculator import Calculator
from vecalc.errors import Span
from vecalc.lang.parse import terminals, unquote
from vecalc.lang.runs import Item, Structure
from vecalc.lang.tokens import settle

LONGEST = 2_000  # characters; what is longer is not typed but pasted, and stays plain

Mark: TypeAlias = Literal["word", "unknown", "number", "function", "name", "string", "keyword", "comment"]
_TELLING = re.compile(r"\w+(?=\()|[?\[:]")  # functions, candidates, lists, other spaces
_SHIPPED = re.compile(r"^(\w+)\(", re.MULTILINE)


class Marked(NamedTuple):
    """A part of a text, and what it is."""

    mark: Mark
    span: Span


def marked(calculator: Calculator, text: str) -> list[Marked]:
    """The parts of a text that are something, in order."""
    if len(text) > LONGEST:
        return []
    if calculator.options.words:
        word, start = text.strip(), len(text) - len(text.lstrip())
        return [Marked(_of_word(calculator, word), Span(start, start + len(word)))] if word else []
    limits, scope = calculator.options.limits, calculator.scope
    structure = Structure(text, terminals(limits.nesting))
    settled = settle(text, lexicon_of(calculator, scope.names), lambda: terminals(limits.nesting))
    found = [Marked("word", token.span) for token in settled.tokens]
    taken = {place for token in settled.tokens for place in range(*token.span)}
    known = {*scope.names, *structure.bound}
    for i, item in enumerate(structure.items):
        if item.start in taken:
            continue
        if item.kind == "other" and item.text[0] in "\"'":  # not closed yet: what follows is in the word
            found.append(Marked("string", Span(item.start, len(text))))
            break
        mark = _mark(calculator, structure, i, known)
        if mark is not None:
            found.append(Marked(mark, Span(item.start, item.end)))
    return sorted(found, key=lambda one: one.span)


def _mark(calculator: Calculator, structure: Structure, i: int, known: set[str]) -> Mark | None:
    item = structure.items[i]
    match item.kind:
        case "number" | "comment":
            return item.kind
        case "where":
            return "keyword"
        case "quote":
            is_known = _of_word(calculator, unquote(item.text), quoted=True) == "word"
            return "string" if is_known else "unknown"
        case "name":
            return _of_name(calculator, structure, i, known)
        case "other":
            return _of_word(calculator, item.text)
    return None


def _of_name(calculator: Calculator, structure: Structure, i: int, known: set[str]) -> Mark:
    name, behind = structure.items[i].text, structure.item(i + 1)
    if _is(behind, "("):
        functions = {*FUNCTIONS, *shipped(), *calculator.scope.functions, *_defined(structure)}
        return "function" if name in functions else "unknown"
    after = structure.next(i + 1)
    if name in known or (_is(after, "=") and structure.around[i] >= 0):  # `k` of nearest(king, k=3)
        return "name"
    if _is(behind, ":") and name in calculator.spaces:
        return "name"
    return _of_word(calculator, name)


def _of_word(calculator: Calculator, word: str, *, quoted: bool = False) -> Mark:
    """Whether the default space has it, or reads any text."""
    space = calculator.spaces[calculator.default]
    if calculator.reads_texts():
        return "word"
    return (
        "word"
        if find_row(space, word, exact=calculator.options.exact, quoted=quoted) is not None
        else "unknown"
    )


def _is(item: Item | None, sign: str) -> bool:
    return item is not None and item.kind == "sign" and item.text == sign


def _defined(structure: Structure) -> set[str]:
    """The names before brackets that are followed by `=`."""
    found = set()
    for start, end in structure.partner.items():
        if start < end and start and _is(structure.next(end + 1), "="):
            found.add(structure.items[start - 1].text)
    return found


@cache
def shipped() -> frozenset[str]:
    """The names of the functions of the prelude, which need not be parsed for it."""
    return frozenset(_SHIPPED.findall(prelude.text()))


Kinds: TypeAlias = "frozenset[str]"


def kinds(text: str) -> Kinds:
    """What tells texts apart that take differently long: the functions they call, `?`, lists."""
    return frozenset(_TELLING.findall(text))
