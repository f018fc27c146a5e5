"""A token wins over an expression: in `24-hour`, `km/h`, `C++` or `10,000`, without blanks, the longest
tokens of the vocabulary win, from the left. What is none means what it says: `king-man` is a subtraction.

Only a vocabulary can tell, so it is asked before the text is parsed: at each place where an operand may
begin, for the longest piece of the run that ends at an operator, a bracket or the run's end. The parser gets
the places of the tokens (`parse`). Some things a token can't be: a plain name or number, a piece with a bound
name in it, arguments with the commas between them, `?`, a comment, a text whose bracket is open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from vecalc.errors import Span
from vecalc.lang.runs import BRACKETS, FACTORS, OPERATORS, PAIRS, Structure
from vecalc.lang.show import quote

# Parts of a token that is looked for inside a run: `state-of-the-art` has four. Without a limit, a text of
# nothing but hyphens would take time cubic in its length. Longer tokens can be quoted.
MOST_PARTS = 12

_WORD, _NUMBER = r"[^\W\d][\w'’]*+", r"[0-9]++(?:\.[0-9]++)?+"
# Texts in which nothing stands so close that it could be a token: words, numbers and signs between blanks,
_APART = re.compile(rf"(?:\s*+(?:{_WORD}|{_NUMBER}|[-+*/@^?=])(?!\S))*+\s*+")
# and the call of a function with words.
_CALL = re.compile(rf"{_WORD}\(\s*+(?:{_WORD}|\?)(?:\s*+,\s*+(?:{_WORD}|\?))*+\s*+\)")
# What is in the runs of most other formulas, between brackets, blanks and commas: two operands at most;
_PIECE = re.compile(rf"(?:{_WORD}|{_NUMBER})?([*/^@+](?:{_WORD}|{_NUMBER})?)?|[-−?=]")
# and what they hold none of: brackets without a blank, commas that may be part of a token.
_CLOSE = re.compile(r"[(\[][^\s()\[\]]*+[)\]]|,\S|,\s*$")
_BETWEEN = re.compile(r"[\s()\[\],]+")
_PART = re.compile(r"[\w'’]+")  # of a word with hyphens

IsToken = Callable[[str, str], bool]  # (space, word) -> is it in that vocabulary?


class Token(NamedTuple):
    """A token that is typed without quotes, and is no name: its space, if it is named, and its place."""

    text: str
    space: str
    span: Span


class Asked(NamedTuple):
    """What is asked about the pieces of a text."""

    is_token: IsToken
    spaces: Collection[str] = ()  # that can be named
    takes_numbers: Callable[[str], bool] = lambda function: True
    names: Collection[str] = ()  # that are bound before this text


class Settled(NamedTuple):
    """The tokens of a text, in its order, and notes on the readings."""

    tokens: tuple[Token, ...] = ()
    notes: tuple[str, ...] = ()


NOTHING = Settled()


def settle(text: str, asked: Asked, terminals: Callable[[], Mapping[str, str]]) -> Settled:
    """Which runs of a text are tokens; `terminals` are the regular expressions of the grammar."""
    if _APART.fullmatch(text) and text.strip() not in OPERATORS:
        return NOTHING
    if _CALL.fullmatch(text):
        is_one = " " not in text and asked.is_token("", text)
        return _alone(text, 0) if is_one else NOTHING
    if _is_usual(text, asked.is_token):
        return NOTHING
    asked = asked._replace(is_token=cache(asked.is_token))
    reading = _Reading(Structure(text, terminals()), asked)
    return reading.whole() or reading.parts()


def _is_usual(text: str, is_token: IsToken) -> bool:
    """Whether a short look says that no piece of a text is a token."""
    if _CLOSE.search(text) or len(text.split(maxsplit=1)) == 1:
        return False
    for piece in _BETWEEN.split(text):
        match = _PIECE.fullmatch(piece)
        if match is None or (match[1] and len(piece) > 1 and is_token("", piece)):
            return False
    return True


def read_as_number(written: str) -> str:
    """The note on a number that is also a word."""
    return f"{written} is a number here; the word is {quote(written)}"


def _alone(text: str, at: int) -> Settled:
    token = Token(text, "", Span(at, at + len(text)))
    return Settled((token,), (f"{text} read as one word",))


class _Atom(NamedTuple):
    """An operand of a run with hyphens."""

    label: str
    first: int  # of its items
    behind: int
    joined: bool


class _Reading:
    """One text, read from the left."""

    def __init__(self, structure: Structure, asked: Asked) -> None:
        self.structure = structure
        self.items = structure.items
        self.asked = asked
        self.bound = structure.bound.union(asked.names)
        self.tokens: list[Token] = []
        self.notes: list[str] = []
        self.hyphened: list[_Atom] = []  # with hyphens between them, without blanks

    # --- the whole text ---------------------------------------------------------------------

    def whole(self) -> Settled | None:
        """The text as one token, whatever is in it; None if it is none."""
        first = next((i for i in range(len(self.items)) if self.structure.is_tight(i)), len(self.items))
        end = self.structure.run_end(first)
        more = (item.kind in ("blank", "end", "comment") for item in self.items[end:])
        text = self._text(first, end)
        if not text or self.structure.open or self._is_plain(first, end, alone=True) or not all(more):
            return None
        if self._names(first, end) & {*self.asked.names} or self._named_space(first) is not None:
            return None
        if text == "?" or not self.asked.is_token("", text):
            return None
        return _alone(text, self.items[first].start)

    # --- from the left ----------------------------------------------------------------------

    def parts(self) -> Settled:
        """The longest tokens, from the left."""
        i, wanted = 0, True  # an operand
        while i < len(self.items):
            item = self.items[i]
            if item.kind in ("blank", "comment"):
                i += 1
                continue
            behind = self._operand(i) if wanted and item.kind != "end" else None
            if behind is not None:
                i, wanted = behind, False
                continue
            i += 1
            wanted = item.kind in ("end", "where") or (item.kind == "sign" and item.text not in "?)]")
        self._flush()
        return Settled(tuple(self.tokens), tuple(dict.fromkeys(self.notes)))

    def _operand(self, i: int) -> int | None:
        """Take the operand that begins at an item; behind it, or None where a sign or a call begins."""
        if self._stands_apart(i):
            self._atom(i, i + 1)
            return i + 1
        item = self.items[i]
        space = self._named_space(i)
        at = i if space is None else i + 2
        behind = next((j for j in self._longest_first(at) if self._is_token(space or "", at, j)), None)
        if behind is not None:
            self.tokens.append(self._token(space or "", at, behind, i))
            self._atom(i, behind, joined=True)
        elif space is not None:
            behind = at + 1
            self._atom(i, behind)
        elif item.kind in ("sign", "where") or (item.kind == "name" and self._is_sign_at(i + 1, "(")):
            return None
        else:
            behind = i + 1
            self._as_it_is(i)
        if space is not None and self.asked.is_token("", whole := self._text(i, behind)):
            self.notes.append(
                f"{whole} read as {self._text(at, behind)} of {space}; the word is {quote(whole)}"
            )
        return behind

    def _stands_apart(self, i: int) -> bool:
        """Whether a name can be no part of a token; of most texts all are so."""
        if self.items[i].kind != "name":
            return False
        behind = self.structure.signs[i + 1] if self.structure.is_tight(i + 1) else " "
        if behind == ",":
            return self._separates(i) and not self.structure.is_tight(i + 2)
        return behind == " " or (behind in PAIRS and i + 1 in self.structure.partner)

    def _as_it_is(self, i: int) -> None:
        """A name, a number, what is quoted, or what can't be read."""
        item = self.items[i]
        if item.kind == "quote" and self.asked.is_token("", item.text):
            self.notes.append(f"{item.text} is a word in quotes; with its quotes it is {quote(item.text)}")
        self._apart_at_commas(i)
        factor = item.kind == "number" and i > 0 and self.items[i - 1].is_sign(FACTORS)
        if (_PART.fullmatch(item.text) or item.kind == "name") and not factor:
            self._atom(i, i + 1)
        else:
            self._flush()

    def _apart_at_commas(self, i: int) -> None:
        """The note on a token that is several arguments here, and not all of them words."""
        if not self._separates(i) or self._is_sign_at(i - 1, ","):
            return
        for behind in self._longest_first(i, separates=False):
            piece = self.items[i:behind]
            words = all(item.kind in ("name", "quote", "sign") for item in piece)
            text = self._text(i, behind)
            if words or text.endswith(",") or not any(item.is_sign(",") for item in piece):
                continue
            if self.asked.is_token("", text):
                self.notes.append(f"{text} is taken apart at its commas here; the word is {quote(text)}")
                return

    # --- pieces -----------------------------------------------------------------------------

    def _longest_first(self, i: int, *, separates: bool = True) -> list[int]:
        """The ends of pieces that begin at an item; in a call or list commas are no part of them."""
        separates = separates and self._separates(i)
        return list(self._ends(i, separates=separates))[::-1]

    def _separates(self, i: int) -> bool:
        """Whether an item stands in the brackets of a call or list, where commas separate."""
        return self.structure.callee(self.structure.around[i]) is not None

    def _ends(self, i: int, *, separates: bool) -> Iterator[int]:
        """Where a piece that begins at an item may end, its brackets closed."""
        begins_run = not self.structure.is_tight(i - 1)
        depth = parts = 0
        j = i
        while self.structure.is_tight(j):
            item = self.items[j]
            if item.kind == "quote" and (j == i or any(map(str.isspace, item.text))):
                return
            if item.kind == "sign":
                parts += j > i
                if parts > MOST_PARTS and not begins_run:
                    return
                if j > i and depth == 0 and parts <= MOST_PARTS:
                    yield j
                step = self._depth(i, j, depth, separates=separates)
                if step is None:
                    return
                depth += step
            j += 1
        if depth == 0:
            yield j

    def _depth(self, i: int, j: int, depth: int, *, separates: bool) -> int | None:
        """How much deeper a sign leads inside a piece; None where the piece can't go on with it."""
        sign, partner = self.items[j].text, self.structure.partner.get(j)
        if sign in "([":
            return None if partner is None else 1
        if sign in ")]":
            return 0 if partner is None else None if partner < i else -1
        outside = depth == 0 and (
            (sign == "," and separates) or ("=" in sign and self.items[i].kind == "name")
        )
        return None if outside else 0

    def _is_token(self, space: str, i: int, behind: int) -> bool:
        if space:
            item = self.items[i]
            if behind == i + 1 and (item.kind == "name" or re.fullmatch(r"\w+", item.text)):
                return False  # the grammar has it
        elif self._is_plain(i, behind) or self._is_arithmetic(i, behind):
            return False
        if self.items[behind - 1].is_sign(",;") and not self._separates_nothing(i, behind):
            return False
        return self.bound.isdisjoint(self._names(i, behind)) and self.asked.is_token(
            space, self._text(i, behind)
        )

    def _is_plain(self, i: int, behind: int, *, alone: bool = False) -> bool:
        """Whether a piece is one name or number, a number with its sign, what is quoted, or signs of syntax.

        Signs that are `alone` in their text can mean nothing.
        """
        first, last = self.items[i], self.items[behind - 1]
        if behind == i + 1 and first.kind not in ("other", "sign"):
            return True
        if behind == i + 2 and first.is_sign("+-−") and last.kind == "number":
            return True
        signs = (item.kind == "sign" and item.text not in BRACKETS for item in self.items[i:behind])
        return not alone and all(signs)

    def _is_arithmetic(self, i: int, behind: int) -> bool:
        """Whether a piece is a number that is computed, such as `1/2`, where a number may be meant.

        That is beside a product or a power, and where a function takes numbers.
        """
        for item in self.items[i:behind]:
            if item.kind != "number" and not item.is_sign(OPERATORS):
                return False
        sums = any(item.is_sign("+-−") for item in self.items[i:behind])
        before, after = (
            (self.structure.item(i - 1), self.structure.item(behind))
            if sums
            else (self.structure.next(i - 1, -1), self.structure.next(behind))
        )
        if any(item is not None and item.is_sign(FACTORS) for item in (before, after)):
            return True
        callee = self.structure.callee(self.structure.around[i])
        return callee not in (None, "[") and self.asked.takes_numbers(callee)

    def _separates_nothing(self, i: int, behind: int) -> bool:
        """Whether a comma or semicolon before an item separates nothing."""
        if self.structure.around[i] >= 0:
            return self.items[behind - 1].text == ";"
        item = self.structure.next(behind)
        return item is None or item.kind in ("end", "comment")

    def _named_space(self, i: int) -> str | None:
        """The space of `fr:roi` that is loaded; None where there is none."""
        if i + 2 >= len(self.items) or self.items[i].kind != "name" or not self._is_sign_at(i + 1, ":"):
            return None
        named = self.items[i].text in self.asked.spaces
        return self.items[i].text if named and self.items[i + 2].kind in ("name", "number", "other") else None

    def _token(self, space: str, i: int, behind: int, first: int) -> Token:
        return Token(self._text(i, behind), space, Span(self.items[first].start, self.items[behind - 1].end))

    def _is_sign_at(self, i: int, signs: str) -> bool:
        return 0 <= i < len(self.items) and self.structure.signs[i] != "" and self.structure.signs[i] in signs

    def _text(self, i: int, behind: int) -> str:
        return self.structure.text[self.items[i].start : self.items[behind - 1].end] if i < behind else ""

    def _names(self, i: int, behind: int) -> set[str]:
        return {item.text for item in self.items[i:behind] if item.kind == "name"}

    # --- notes ------------------------------------------------------------------------------

    def _atom(self, i: int, behind: int, *, joined: bool = False) -> None:
        """An operand that may stand between hyphens: they are told together, how many there are."""
        follows = self.hyphened and self.hyphened[-1].behind == i - 1 and self.items[i - 1].is_sign("-")
        if not follows or self._named_space(i) is not None:
            self._flush()
        self.hyphened.append(_Atom(self._text(i, behind), i, behind, joined))

    def _flush(self) -> None:
        """The note on operands with hyphens between them."""
        atoms, self.hyphened = self.hyphened, []
        if len(atoms) == 1 or any(self._names(atom.first, atom.behind) & self.bound for atom in atoms):
            self.notes += [f"{atom.label} read as one word" for atom in atoms if atom.joined]
        elif any(atom.joined or not atom.label.isdecimal() for atom in atoms):
            run = self._text(atoms[0].first, atoms[-1].behind)
            self.notes.append(f"{run} read as {' - '.join(atom.label for atom in atoms)}")
