"""A phrase becomes an expression: `I want non american food` is want + food - american.

What an entry of the lists does (`phrase_lists`), for words that a negation governs:

- `non` governs the next word: non american food is food - american.
- `not`, `never`, `isn't`, ... the next word, and what `or` joins to it: not red or green. They pass a verb:
  don't want sugar is want - sugar, and go on as `without` does.
- `without`, `no`, `except`, `but not`, ... the words up to one that ends it (`but`, `with`, `for`), or to a
  full stop, over `and`, `or` and the commas of a list: without whole milk, cream or sugar.
- Two negations with nothing between them cancel: not without sugar is sugar.

There is no syntax behind it: `without milk and bread` takes away both, whatever was meant. So how a phrase
was read is always said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Literal, NamedTuple, TypeAlias, get_args

from vecalc.errors import NoValue, Span
from vecalc.lang.nodes import Call, Chain, Negate, Node, Op, Word
from vecalc.lang.phrase_lists import PhraseLists, Role
from vecalc.lang.phrase_pieces import FindToken, PhrasePiece, pieces
from vecalc.lang.show import is_bare

Way: TypeAlias = Literal["minus", "without"]
WAYS: tuple[Way, ...] = get_args(Way)

_NAME = re.compile(r"(?!where$)[^\W\d][\w'’]*")
_ANALOGY = re.compile(r"\b(\w+) is to (\w+) (?:as|like|what) (\w+) is to\b", re.IGNORECASE)


class Phrase(NamedTuple):
    """How a phrase is read: its expression, remarks, and what of it has a role in the lists."""

    tree: Node
    notes: tuple[str, ...]
    roles: frozenset[Role]


def read_phrase(
    text: str,
    lists: PhraseLists,
    find_token: FindToken,
    way: Way = "minus",
) -> Phrase:
    """The expression that a phrase stands for: what is wanted, in its order, then what is not.

    With the way `without`, the negated are taken away together. Its nodes have their places in the phrase.
    Raises `NoValue` where nothing is left of it.
    """
    found = pieces(text, lists, find_token)
    reading = _Reading(found)
    wanted, unwanted, notes = reading.wanted, reading.unwanted, reading.notes
    if not wanted and not unwanted:
        wanted = [piece for piece in found if piece.text and find_token(piece.text) is not None]
        wanted = [piece for piece in wanted if piece.role is None or not piece.role.negates]
        notes.append("only stop words are left of the phrase: they are read as words")
    if not wanted and not unwanted:
        spoken = next((piece.text for piece in found if piece.text), None)
        hint = f'a word in quotes is the word itself: "{spoken}"' if spoken else "it is empty"
        raise NoValue("nothing is left of the phrase", hint=hint)
    if not wanted:
        notes.append("only what is not wanted is left of the phrase: the answer is opposed to it")

    def words(some: Sequence[PhrasePiece]) -> list[Node]:
        return [_word(piece, find_token) for piece in some]

    if analogy := said_analogy(text):
        notes.append(analogy)
    tree = _tree(words(wanted), words(unwanted), way, Span(0, len(text)))
    return Phrase(tree, tuple(notes), frozenset(piece.role for piece in found if piece.role is not None))


def said_analogy(text: str) -> str:
    """How an analogy in words is typed; "" for what is none."""
    match = _ANALOGY.search(text)
    return f"an analogy is written {match[1]} : {match[2]} :: {match[3]} : ?" if match else ""


# --- what a negation governs ----------------------------------------------------------------


class _Reading:
    """The words of a phrase, by whether an odd number of negations governs them."""

    def __init__(self, phrase: Sequence[PhrasePiece]) -> None:
        self.phrase = phrase
        self.wanted: list[PhrasePiece] = []
        self.unwanted: list[PhrasePiece] = []
        self.notes: list[str] = []
        self._once = False  # the next word is negated,
        self._whole = False  # the noun phrase is, and what is joined to it
        self._again = False  # the last word was negated by itself
        self._waiting: PhrasePiece | None = None  # a negation that governs nothing so far
        for i, piece in enumerate(phrase):
            self._take(piece, i)
        self._stop()

    def _take(self, piece: PhrasePiece, i: int) -> None:
        if piece.mark:
            if piece.mark == "open" and self._waiting:
                return  # not (red or green)
            if piece.mark == "stop" or self._waiting or not self._is_list(i + 1):
                self._stop()
            elif self._again:
                self._negate_next(piece)
            return
        match piece.role:
            case None:
                self._term(piece)
            case Role.VERB:
                self._verb(piece)
            case Role.NON | Role.NOT | Role.WITHOUT:
                self._negation(piece, piece.role)
            case Role.OR if self._again:
                self._negate_next(piece)
            case Role.END | Role.PRONOUN if not self._waiting:
                self._stop()
            case _:
                pass

    def _term(self, piece: PhrasePiece) -> None:
        negative = self._once ^ self._whole ^ piece.negated
        (self.unwanted if negative else self.wanted).append(piece)
        self._again, self._once, self._waiting = self._once, False, None

    def _verb(self, piece: PhrasePiece) -> None:
        """A verb is a word; a negation of it passes to what follows."""
        if not self._once or self._whole:
            self._term(piece)
            return
        self.wanted.append(piece)
        self._once, self._whole = False, True

    def _negation(self, piece: PhrasePiece, role: Role) -> None:
        waits = self._waiting is not None
        if role is Role.WITHOUT:
            self._whole = not (waits and self._once ^ self._whole)
            self._once = False
        else:
            if role is Role.NOT and not waits:
                self._whole = False
            self._once = not self._once
        self._again, self._waiting = False, self._waiting or piece

    def _negate_next(self, joint: PhrasePiece) -> None:
        self._once, self._again = True, False
        self._waiting = joint

    def _stop(self) -> None:
        """Nothing is negated any more."""
        if self._waiting is not None and self._waiting.role is not None and self._waiting.role.negates:
            self.notes.append(f'"{self._waiting.text}" negates nothing in the phrase')
        self._once = self._whole = self._again = False
        self._waiting = None

    def _is_list(self, i: int) -> bool:
        """Whether what follows a comma, up to where a negation would end, has an `and` or `or`."""
        if not (self._whole or self._again):
            return False
        joints = (Role.OR,) if self._again else (Role.AND, Role.OR)
        ends = (Role.END, Role.PRONOUN, Role.NOT, Role.WITHOUT)
        rest = takewhile(lambda one: one.mark != "stop" and one.role not in ends, self.phrase[i:])
        return any(piece.role in joints for piece in rest)


# --- the tree -------------------------------------------------------------------------------


def _word(piece: PhrasePiece, find_token: FindToken) -> Word:
    text = piece.text
    bare = _NAME.fullmatch(text) or (is_bare(text) and find_token(text) is not None)
    return Word(text, quoted=not bare, span=piece.place)


def _tree(wanted: list[Node], unwanted: list[Node], way: Way, span: Span) -> Node:
    if not wanted:
        return _sum([Negate(unwanted[0], unwanted[0].span)], unwanted[1:], span)
    if way == "without" and unwanted:
        return Call("without", (_sum(wanted, [], span), *unwanted), span=span)
    return _sum(wanted, unwanted, span)


def _sum(added: list[Node], taken: list[Node], span: Span) -> Node:
    rest = (*((Op.PLUS, node) for node in added[1:]), *((Op.MINUS, node) for node in taken))
    return Chain(added[0], rest, (span,) * len(rest), span) if rest else added[0]
