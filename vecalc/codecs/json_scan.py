"""The values of a JSON text one after the other: a text of any size, of which one piece is held.

Python's own decoder reads each value, which has a limit; what is around the values, objects and lists of
any length, is gone through here.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import Any

from vecalc.codecs.text_lines import LONGEST
from vecalc.codecs.word2vec_header import BYTE_ORDER_MARK
from vecalc.errors import FileProblem
from vecalc.sources import DAMAGED, Source

PIECE = 1 << 18  # bytes read at a time
LONGEST_INTEGER = 20  # digits; Python takes quadratic time for very many
_STRING = rb'"(?:[^"\\]|\\.)*+"'
# How JSON begins that may hold vectors, or is known not to. A word of GloVe text may begin with a bracket,
# too, but not go on like this.
_NUMBER = rb"[ \t]*+-?[0-9][0-9.eE+-]*+[ \t]*+"
_ROW = rb"%b(?:,%b)++\][ \t\r]*+(?:\n|\Z)" % (_NUMBER, _NUMBER)  # a line of numbers alone
_BEGINNING = re.compile(
    rb"\s*+(?:\{\s*+%b\s*+:|\[\s*+(?:\{\s*+%b\s*+:|%b\s*+[,\]]|\[\s*+(?:%b\s*+,|\[|-?[0-9][0-9.eE+-]*+\s*+,)|%b))"
    % (_STRING, _STRING, _STRING, _STRING, _ROW)
)
_BLANKS = re.compile(r"[ \t\r\n]*")
_NEARLY = 16  # characters before the end of a piece: what is wrong there may only be cut off


class _TooLong(FileProblem):
    """A value beyond the limit."""


def is_json(data: bytes) -> bool:
    """Whether a file begins as an object or a list of JSON does."""
    return _BEGINNING.match(data.removeprefix(BYTE_ORDER_MARK)) is not None


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)


class JsonScan:
    """A place in a JSON text. FileProblem with the line where it is no JSON."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._decoder = JSONDecoder(parse_int=_integer)
        self._characters = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._at = 0
        self._line = 1  # of the beginning of the text at hand
        self._ended = False
        self._began = 0  # the value that was read last
        self._more()
        self._text = self._text.removeprefix("\ufeff")
        self.beginning = self._text[:PIECE]

    def peek(self) -> str:
        """The next character that is no blank, "" at the end."""
        while True:
            match = _BLANKS.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def inner(self) -> str:
        """The first character in the object or list that begins here."""
        self.peek()
        while True:
            match = _BLANKS.match(self._text, self._at + 1)
            if match and match.end() < len(self._text):
                return self._text[match.end()]
            if not self._more():
                return ""

    def take(self, wanted: str) -> bool:
        """Go past a character if it is the next one."""
        found = self.peek() == wanted
        self._at += found
        return found

    def expect(self, wanted: str) -> None:
        """Go past a character, which must be the next one."""
        if not self.take(wanted):
            raise self.problem(f"'{wanted}' is expected")

    def value(self) -> Any:
        """The next value, whole, and go past it."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except JSONDecodeError as error:
                endless = error.msg.startswith("Unterminated")  # a string, which says where it begins
                cut = endless or error.pos >= len(self._text) - _NEARLY
                further = (len(self._text) if endless else error.pos) - self._at
                if cut and self._more():
                    continue
                what = error.msg[:1].lower() + error.msg[1:]
                raise self.problem(what, self._at + further) from None
            except RecursionError:
                raise self.problem("lists or objects in one another too deeply") from None
            if end < len(self._text) or not self._more():  # a number may go on
                self._began, self._at = self._at, end
                return value

    def whole(self) -> Any:
        """The next value, and go past it; None, and stay, where it is too long for one."""
        try:
            return self.value()
        except _TooLong:
            return None

    def again(self) -> None:
        """Go back to where the value began that was read last, with nothing read since."""
        self._at = self._began

    def members(self) -> Iterator[str]:
        """The names in the object that begins here; after each its value is to be taken."""
        self.expect("{")
        if self.take("}"):
            return
        while True:
            if self.peek() != '"':
                raise self.problem("a name in quotes is expected")
            name = self.value()
            self.expect(":")
            yield name
            if self.take("}"):
                return
            self.expect(",")

    def elements(self) -> Iterator[None]:
        """The places of the elements of the list that begins here; at each its value is to be taken."""
        self.expect("[")
        if self.take("]"):
            return
        while True:
            yield
            if self.take("]"):
                return
            self.expect(",")

    @property
    def where(self) -> str:
        """The file and the line of this place."""
        return self._place(self._at)

    def _place(self, at: int) -> str:
        return f"{self._source.path}:{self._line + self._text.count(chr(10), 0, at)}"

    def problem(self, what: str, at: int | None = None) -> FileProblem:
        """A problem here, or at another place of the text at hand."""
        if not self.peek() or (at is not None and self._ended and at >= len(self._text)):
            return FileProblem("JSON that is cut short", where=self.where, hint=DAMAGED)
        where = self._place(self._at if at is None else at)
        return FileProblem(f"not sound JSON: {what}", where=where, hint=DAMAGED)

    def _more(self) -> bool:
        """More text behind that at hand; what was gone past is let go of. False at the end."""
        if len(self._text) - self._at > LONGEST:
            message = f"a value of more than {LONGEST:,} characters"
            raise _TooLong(message, where=self.where, hint="the file is damaged, or of another kind")
        pieces = [self._text[self._at :]]
        wanted = max(PIECE, len(pieces[0]))  # twice as much each time: what is cut off is read again
        self._line += self._text.count("\n", 0, self._at)
        self._at = 0
        while wanted > 0 and (data := self._source.stream.read(wanted)):
            pieces.append(self._characters.decode(data))
            wanted -= len(data)
        if wanted > 0 and not self._ended:
            self._ended = True
            pieces.append(self._characters.decode(b"", final=True))
        self._text = "".join(pieces)
        return len(pieces) > 1 and any(pieces[1:])
