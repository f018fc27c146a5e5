"""A token wins over an expression: in `24-hour`, `km/h`, `C++` or `10,000`, without blanks, the longest
tokens of the vocabulary win, from the left. What is none means what it says: `king-man` is a subtraction.

Only a vocabulary can tell, so it is asked before the text is parsed: at each place where an operand may
begin, for the longest piece of the run that ends at an operator, a bracket or the run's end. The parser gets
the places of the tokens (`parse`). Some things a token can't be: a plain name or number, a piece with a bound
name in it, arguments with the commas between them, `?`, a comment, a text whose bracket is open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from vecalc.errors import Span
from vecalc.lang.parse import ATOM
from vecalc.lang.pieces import IsToken, Lexicon, Pieces
from vecalc.lang.runs import FACTORS, Structure
from vecalc.lang.show import quote

# The call of a function with words: no token, unless all of it is one.
_WORD = r"[^\W\d][\w'’]*+"
_CALL = re.compile(rf"{_WORD}\(\s*+(?:{_WORD}|\?)(?:\s*+,\s*+(?:{_WORD}|\?))*+\s*+\)")
# What is in the runs of most formulas, between brackets, blanks and commas: two operands at most;
_PIECE = re.compile(rf"{ATOM}?([*/^@+]{ATOM}?)?|[-−–?=]")
# and what they hold none of: brackets without a blank, or with an operator before the closing one, and
# commas that may be part of a token.
_CLOSE = re.compile(r"[(\[][^\s()\[\]]*+[)\]]|[-−–=*/^@+][)\]]|,\S|,\s*$")
_BETWEEN = re.compile(r"[\s()\[\],]+")
_PART = re.compile(r"[\w'’]+")  # of a word with hyphens


class Token(NamedTuple):
    """A token that is typed without quotes, and is no name: its space, if it is named, and its place."""

    text: str
    space: str
    span: Span


class Settled(NamedTuple):
    """The tokens of a text, in its order, and notes on the readings."""

    tokens: tuple[Token, ...] = ()
    notes: tuple[str, ...] = ()


NOTHING = Settled()


def settle(text: str, lexicon: Lexicon, terminals: Callable[[], Mapping[str, str]]) -> Settled:
    """Which runs of a text are tokens; `terminals` are the regular expressions of the grammar."""
    if _CALL.fullmatch(text):
        is_one = " " not in text and lexicon.is_token("", text)
        return _alone(text, 0) if is_one else NOTHING
    if _is_usual(text, lexicon.is_token):
        return NOTHING
    lexicon = lexicon._replace(is_token=cache(lexicon.is_token))
    reading = _Reading(Structure(text, terminals()), lexicon)
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

    def __init__(self, structure: Structure, lexicon: Lexicon) -> None:
        self.structure = structure
        self.items = structure.items
        self.lexicon = lexicon
        self.pieces = Pieces(structure, lexicon)
        self.tokens: list[Token] = []
        self.notes: list[str] = []
        self.hyphened: list[_Atom] = []  # with hyphens between them, without blanks

    # --- the whole text ---------------------------------------------------------------------

    def whole(self) -> Settled | None:
        """The text as one token, whatever is in it; None if it is none."""
        first = next((i for i in range(len(self.items)) if self.structure.is_tight(i)), len(self.items))
        end = self.structure.run_end(first)
        more = [item.kind in ("blank", "end", "comment") for item in self.items[end:]]
        text = self.pieces.text(first, end)
        if not text or self.structure.open or self.pieces.is_plain(first, end, alone=True) or not all(more):
            return None
        if (
            self.pieces.names(first, end) & {*self.lexicon.names}
            or self.pieces.named_space(first) is not None
        ):
            return None
        if text == "?" or not self.lexicon.is_token("", text):
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
        if self.pieces.stands_apart(i):
            self._atom(i, i + 1)
            return i + 1
        item = self.items[i]
        space = self.pieces.named_space(i)
        at = i if space is None else i + 2
        behind = next(
            (j for j in self.pieces.longest_first(at) if self.pieces.is_token(space or "", at, j)), None
        )
        if behind is not None:
            self.tokens.append(self._token(space or "", at, behind, i))
            self._atom(i, behind, joined=True)
        elif space is not None:
            behind = at + 1
            self._atom(i, behind)
        elif item.kind in ("sign", "where") or (item.kind == "name" and self.pieces.is_sign_at(i + 1, "(")):
            return None
        else:
            behind = i + 1
            self._as_it_is(i)
        if space is not None and self.lexicon.is_token("", whole := self.pieces.text(i, behind)):
            self.notes.append(
                f"{whole} read as {self.pieces.text(at, behind)} of {space}; the word is {quote(whole)}"
            )
        return behind

    def _as_it_is(self, i: int) -> None:
        """A name, a number, what is quoted, or what can't be read."""
        item = self.items[i]
        if item.kind == "quote" and self.lexicon.is_token("", item.text):
            self.notes.append(f"{item.text} is a word in quotes; with its quotes it is {quote(item.text)}")
        self._apart_at_commas(i)
        factor = item.kind == "number" and i > 0 and self.items[i - 1].is_sign(FACTORS)
        if (_PART.fullmatch(item.text) or item.kind == "name") and not factor:
            self._atom(i, i + 1)
        else:
            self._flush()

    def _apart_at_commas(self, i: int) -> None:
        """The note on a token that is several arguments here, and not all of them words."""
        pieces = self.pieces
        if not pieces.separates(i):
            return
        if pieces.is_sign_at(i - 1, ",") and self.items[i - 2].kind != "name":
            return  # told with the number before it
        for behind in self.pieces.longest_first(i, separates=False):
            piece = self.items[i:behind]
            words = all(item.kind in ("name", "quote", "sign") for item in piece)
            text = self.pieces.text(i, behind)
            if words or text.endswith(",") or not any(item.is_sign(",") for item in piece):
                continue
            if self.lexicon.is_token("", text):
                self.notes.append(f"{text} is taken apart at its commas here; the word is {quote(text)}")
                return

    def _token(self, space: str, i: int, behind: int, first: int) -> Token:
        return Token(
            self.pieces.text(i, behind), space, Span(self.items[first].start, self.items[behind - 1].end)
        )

    # --- notes ------------------------------------------------------------------------------

    def _atom(self, i: int, behind: int, *, joined: bool = False) -> None:
        """An operand that may stand between hyphens: they are told together, how many there are."""
        follows = self.hyphened and self.hyphened[-1].behind == i - 1 and self.items[i - 1].is_sign("-")
        if not follows or self.pieces.named_space(i) is not None:
            self._flush()
        self.hyphened.append(_Atom(self.pieces.text(i, behind), i, behind, joined))

    def _flush(self) -> None:
        """The note on operands with hyphens between them."""
        atoms, self.hyphened = self.hyphened, []
        if len(atoms) == 1 or any(
            self.pieces.names(atom.first, atom.behind) & self.pieces.bound for atom in atoms
        ):
            self.notes += [f"{atom.label} read as one word" for atom in atoms if atom.joined]
        elif any(atom.joined or not atom.label.isdecimal() for atom in atoms):
            run = self.pieces.text(atoms[0].first, atoms[-1].behind)
            self.notes.append(f"{run} read as {' - '.join(atom.label for atom in atoms)}")
