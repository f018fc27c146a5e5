"""A phrase taken apart: its words, which a vocabulary and lists know, and its punctuation.

From the left, longest first: an entry of the lists has its role; several words that are one token of the
vocabulary (`new york`, as new_york or New-York) are that word, unless one of them negates, or the first or
last falls away: `without a ball` is not without an a-ball. A word that is unknown but for an affix
(non-american, sugar-free) is negated; with hyphens or slashes, it is its parts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from typing import Literal, NamedTuple, TypeAlias

from vecalc.errors import Span
from vecalc.lang.phrase_lists import PhraseLists, Role, folded

Mark: TypeAlias = Literal["", "comma", "open", "stop"]
FindToken: TypeAlias = Callable[[str], str | None]  # the token that a text is; blanks stand for what joins it

MOST_JOINED = 6  # words of one token that are looked for
FARTHEST = 12  # pieces that the halves of an entry may be apart: rather ... than
LEAST_STEM = 4  # letters that an affix without a hyphen leaves: "unesco" is not un-esco
_RUN = re.compile(r"[^\s—]+|—+")  # a long dash parts words as blanks do
_SEPARATOR = re.compile(r"([-‐/])")
_OPENING = "([{\"'“‘«¿¡"
_CLOSING = ")]}\"'”’»,;:!?…"
_MARKS: dict[str, Mark] = {",": "comma", "(": "open", "[": "open"}  # all others are stops
_QUOTES = "\"'“”‘’«»"


class PhrasePiece(NamedTuple):
    """A word of a phrase, or punctuation, which has none: where it stands, and what it does there."""

    text: str
    place: Span
    role: Role | None = None  # None: it says something
    negated: bool = False  # by an affix
    mark: Mark = ""


def pieces(text: str, lists: PhraseLists, find_token: FindToken) -> list[PhrasePiece]:
    """The pieces of a phrase, in its order."""
    splitter = _Splitter(lists, find_token, capitals=text.isupper())
    apart = [piece for run in _RUN.finditer(text) for piece in splitter.run(run[0], run.start())]
    return list(_joined(_with_halves(apart, lists), lists, find_token))


class _Splitter:
    """Runs without blanks become pieces."""

    def __init__(self, lists: PhraseLists, find_token: FindToken, *, capitals: bool) -> None:
        self.lists = lists
        self.find_token = find_token
        self.capitals = capitals  # all of the phrase is in them

    def run(self, run: str, start: int) -> Iterator[PhrasePiece]:
        """The pieces of a run."""
        if self._is_punctuation(run):
            yield from _marks(run, start)
            return
        word = run.lstrip(_OPENING)
        at = start + len(run) - len(word)
        word = word.rstrip(_CLOSING)
        if self._role(word) is None and self.find_token(word) is None:
            if self.find_token(run) is not None:
                yield PhrasePiece(run, Span(start, start + len(run)))
                return
            word = word.rstrip(".") or word
        yield from _marks(run[: at - start], start)
        yield from self._word(word, at)
        yield from _marks(run[at - start + len(word) :], at + len(word))

    def _is_punctuation(self, run: str) -> bool:
        """Whether a run has only signs that neither a vocabulary nor the lists have for a word."""
        plain = all(char.isascii() or unicodedata.category(char)[0] == "P" for char in run)
        return plain and not any(map(str.isalnum, run)) and self._role(run) is None

    def _role(self, word: str) -> Role | None:
        """The role of a word; what is a word in capitals has none where it falls away: US, IT."""
        role = self.lists.role(word)
        said = not self.capitals and len(word) > 1 and word.isupper() and self.find_token(word) == word
        return None if said and role in (Role.STOP, Role.END, Role.PRONOUN) else role

    def _word(self, word: str, at: int) -> Iterator[PhrasePiece]:
        place = Span(at, at + len(word))
        role = self._role(word)
        if role is not None or self.find_token(word) is not None:
            yield PhrasePiece(word, place, role)
            return
        for stem, behind in self._stems(word):
            yield PhrasePiece(stem, Span(at + behind, at + behind + len(stem)), negated=True)
            return
        parts = _SEPARATOR.split(word)
        if len(parts) > 1 and all(map(self._is_said, parts[::2])):
            yield from self._parts(parts, at)
            return
        owner = folded(word).removesuffix("'s")
        known = self.find_token(word[: len(owner)]) is not None
        yield PhrasePiece(word[: len(owner)] if known else word, place)

    def _parts(self, parts: Sequence[str], at: int) -> Iterator[PhrasePiece]:
        """The words between hyphens and slashes; one that negates, before a hyphen, negates these: no-fat."""
        first = self._role(parts[0])
        negates = first is not None and first.negates and "/" not in parts
        for i, part in enumerate(parts):
            if part == "/":
                yield PhrasePiece(part, Span(at, at + 1), Role.OR)
            elif not _SEPARATOR.fullmatch(part) and (i or not negates):
                for piece in self._word(part, at):
                    yield piece._replace(negated=piece.negated ^ negates) if piece.role is None else piece
            at += len(part)

    def _is_said(self, part: str) -> bool:
        return self._role(part) is not None or self.find_token(part) is not None

    def _stems(self, word: str) -> Iterator[tuple[str, int]]:
        """What affixes that negate leave of a word, and where it begins; what is joined to them is known."""
        for prefix in self.lists.prefixes:
            if folded(word).startswith(prefix):
                rest = word[len(prefix) :]
                stem = rest.lstrip("-‐−")
                if self._is_stem(stem, apart=stem != rest or not prefix.isalpha()):
                    yield self._known(stem), len(word) - len(stem)
        for suffix in self.lists.suffixes:
            if folded(word).endswith(suffix):
                rest = word[: len(word) - len(suffix)]
                stem = rest.rstrip("-‐−")
                if self._is_stem(stem, apart=stem != rest):
                    yield self._known(stem), 0

    def _is_stem(self, stem: str, *, apart: bool) -> bool:
        if apart:
            return any(map(str.isalnum, stem))
        return len(stem) >= LEAST_STEM and self.find_token(stem) is not None

    def _known(self, stem: str) -> str:
        """The stem; of one with hyphens, the token that it is with others (new-york, new_york)."""
        if self.find_token(stem) is not None:
            return stem
        return self.find_token(stem.replace("-", " ")) or stem


def _marks(signs: str, at: int) -> Iterator[PhrasePiece]:
    """The punctuation of some signs: one comma, opening bracket or stop; quotes are none."""
    found = [sign for sign in signs if sign not in _QUOTES]
    if found:
        kinds = {_MARKS.get(sign, "stop") for sign in found}
        yield PhrasePiece("", Span(at, at + len(signs)), mark=kinds.pop() if len(kinds) == 1 else "stop")


# --- several words --------------------------------------------------------------------------


def _joined(apart: Sequence[PhrasePiece], lists: PhraseLists, find_token: FindToken) -> Iterator[PhrasePiece]:
    """The pieces with those of several words that are one entry, or one token, in place of these."""
    i = 0
    while i < len(apart):
        most = next((n for n, piece in enumerate(apart[i : i + MOST_JOINED]) if piece.mark), MOST_JOINED)
        group = apart[i : i + max(most, lists.longest)]
        one = _entry(group, lists) or _token(group[:most], find_token) or _free(group, lists)
        count, piece = one or (1, apart[i])
        yield piece
        i += count


def _with_halves(apart: Sequence[PhrasePiece], lists: PhraseLists) -> list[PhrasePiece]:
    """The pieces; of an entry both of whose halves are there the first falls away, the last has its role."""
    found = list(apart)
    words = [folded(piece.text) for piece in apart]
    starts = {first[0] for first, _ in lists.halves if first}
    for i in (i for i, word in enumerate(words) if word in starts):
        for (first, last), role in lists.halves.items():
            behind = i + len(first)
            if tuple(words[i:behind]) != first:
                continue
            sentence = takewhile(
                lambda k: apart[k].mark != "stop", range(behind, min(behind + FARTHEST, len(apart)))
            )
            k = next((k for k in sentence if words[k] == last and k > behind), None)
            if k is not None:
                found[i:behind] = [piece._replace(role=Role.STOP) for piece in found[i:behind]]
                found[k] = found[k]._replace(role=role)
                break
    return found


def _entry(group: Sequence[PhrasePiece], lists: PhraseLists) -> tuple[int, PhrasePiece] | None:
    """The entry of several words that a group begins with, and how many they are."""
    for count in range(min(lists.longest, len(group)), 1, -1):
        some = group[:count]
        role = lists.roles.get(tuple(folded(piece.text) for piece in some))
        if role is not None and not any(piece.negated for piece in some):
            return count, PhrasePiece(_text(some), some[0].place.to(some[-1].place), role)
    return None


def _free(group: Sequence[PhrasePiece], lists: PhraseLists) -> tuple[int, PhrasePiece] | None:
    """The word that a suffix behind a blank negates, where the two are an entry: fat free."""
    some = group[:2]
    if folded(_text(some)) not in lists.suffixes or some[0].role is not None:
        return None
    return 2, some[0]._replace(negated=not some[0].negated)


def _token(group: Sequence[PhrasePiece], find_token: FindToken) -> tuple[int, PhrasePiece] | None:
    """The token of several words that a group begins with, and how many they are."""
    plain = next(
        (
            n
            for n, piece in enumerate(group)
            if piece.negated or (piece.role is not None and piece.role.negates)
        ),
        len(group),
    )
    for count in range(plain, 1, -1):
        some = group[:count]
        if some[0].role is not None or some[-1].role is not None:
            continue
        if (token := find_token(_text(some))) is not None:
            return count, PhrasePiece(token, some[0].place.to(some[-1].place))
    return None


def _text(some: Sequence[PhrasePiece]) -> str:
    return " ".join(piece.text for piece in some)
