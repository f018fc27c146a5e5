"""A text taken apart before anybody parses it: its runs without blanks, its brackets, the names it binds.

The parser can't do it: what is in a run may be no syntax at all (`</s>`, `C++`), and only a vocabulary says
whether it has to be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["blank", "end", "comment", "quote", "number", "name", "where", "sign", "other"]

OPENING = frozenset("([")
PAIRS = {")": "(", "]": "["}
BRACKETS = "()[]"
OPERATORS = frozenset({*"+-−–*×∘⊙/÷@·⋅^", "**"})
FACTORS = OPERATORS - {*"+-−–"}  # what binds tighter than a sum
SIGNS = "".join(sign for sign in sorted(OPERATORS) if len(sign) == 1) + "?,;:=" + BRACKETS
_APART: frozenset[Kind] = frozenset({"blank", "end", "comment"})
_QUOTED = {'"': r'"(?:\\.|[^"\\])*"', "'": r"'(?:\\.|[^'\\])*'"}


class Item(NamedTuple):
    """A piece of a text that is taken as one."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return self.start + len(self.text)

    def is_sign(self, signs: str | frozenset[str]) -> bool:
        """Whether it is one of some signs."""
        return self.kind == "sign" and self.text in signs


@cache
def _pattern(name: str, number: str, quotes: str) -> re.Pattern[str]:
    signs = re.escape(SIGNS)
    quoted = "|".join(_QUOTED[quote] for quote in quotes) or r"(?!)"
    return re.compile(
        rf"(?P<end>\n)|(?P<blank>[^\S\n]+)|(?P<comment>(?<!\S)#(?!\ufe0f?\u20e3)[^\n]*)|(?P<quote>{quoted})"
        rf"|(?P<name>{name})|(?P<number>{number})|(?P<where>where(?![\w'’]))"
        rf"|(?P<sign>=>|::|\*\*|[{signs}])|(?P<other>[\"']|[^\s\"'{signs}]+)",
        re.DOTALL,
    )


def items(text: str, terminals: Mapping[str, str]) -> list[Item]:
    """The items of a text, without gaps; `terminals` are the regular expressions of the grammar.

    A quotation mark that nothing closes is a character like others.
    """
    found: list[Item] = []
    at, quotes = 0, "\"'"
    while at < len(text):
        match = _pattern(terminals["NAME"], terminals["NUMBER"], quotes).match(text, at)
        assert match is not None  # noqa: S101 - the pattern takes whatever there is
        if match[0] in _QUOTED:  # looked for once: what follows is not searched for its end again
            quotes = quotes.replace(match[0], "")
        found.append(Item(match.lastgroup, match[0], at))  # type: ignore[arg-type]  # the groups are the kinds
        at = match.end()
    return found


class Structure:
    """The items of a text, which bracket belongs to which, and the names that the text binds."""

    def __init__(self, text: str, terminals: Mapping[str, str]) -> None:
        self.text = text
        self.items = items(text, terminals)
        self.signs = [item.text if item.kind == "sign" else "" for item in self.items]
        self._tight = [item.kind not in _APART for item in self.items]
        self.partner: dict[int, int] = {}  # of the brackets that have one, both ways
        self.around: list[int] = []  # the bracket that an item stands in, -1 for none
        self.open: list[int] = []  # brackets that nothing closes
        for i, sign in enumerate(self.signs):
            self.around.append(self.open[-1] if self.open else -1)
            if sign in OPENING:
                self.open.append(i)
            elif sign in PAIRS and self.open and self.signs[self.open[-1]] == PAIRS[sign]:
                self.partner[i] = self.open[-1]
                self.partner[self.open.pop()] = i
        self.bound = frozenset(self._bound())

    def is_tight(self, i: int) -> bool:
        """Whether there is an item i, and no blank."""
        return 0 <= i < len(self.items) and self._tight[i]

    def run_end(self, i: int) -> int:
        """Behind the last item of a run."""
        while self.is_tight(i):
            i += 1
        return i

    def item(self, i: int) -> Item | None:
        """The item i, if there is one."""
        return self.items[i] if 0 <= i < len(self.items) else None

    def next(self, i: int, step: int = 1) -> Item | None:
        """The first item from i on that is no blank; with step -1, going back."""
        while 0 <= i < len(self.items) and self.items[i].kind == "blank":
            i += step
        return self.item(i)

    def callee(self, bracket: int) -> str | None:
        """What an open bracket belongs to: the name of a function, `[`, or None."""
        if bracket < 0:
            return None
        before = self.items[bracket - 1] if bracket > 0 else None
        if self.items[bracket].text == "[":
            return "["
        return before.text if before is not None and before.kind == "name" else None

    def _bound(self) -> list[str]:
        """Names before `=`, but for the keywords of calls; and the parameters of definitions."""
        found: list[str] = []
        if "=" not in self.signs:
            return found
        for i, item in enumerate(self.items):
            if item.kind != "name":
                continue
            behind, around = self.next(i + 1), self.around[i]
            becomes = behind is not None and behind.is_sign("=")
            if self.callee(around) is None:
                if becomes:
                    found.append(item.text)
            elif self._is_header(around):
                before = self.next(i - 1, -1)
                found += [item.text] if before is not None and before.is_sign("(,") else []
        return found

    def _is_header(self, bracket: int) -> bool:
        """Whether a bracket is that of `f(a, b)` in `f(a, b) = ...`."""
        if self.items[bracket].text == "[" or bracket not in self.partner:
            return False
        behind = self.next(self.partner[bracket] + 1)
        return behind is not None and behind.is_sign("=")
