"""The error for words that a vocabulary lacks: which, where, and what may be meant."""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping, Sequence
from itertools import islice

from vecalc.errors import NOWHERE, MissingWord, UnknownWords
from vecalc.lang.nodes import Word
from vecalc.lang.show import quote, shorten
from vecalc.space import VectorSpace
from vecalc.space.affixes import carried
from vecalc.space.patterns import LONGEST_GLOB, pattern
from vecalc.space.spelling import LONGEST, SHORTEST, fold

# Unknown words that get near spellings: each takes a look through the whole vocabulary, and nobody reads
# more than a few.
HELPED = 10
SHOWN = 3  # words that begin with an unknown one
_BARE = re.compile(r"[^\W\d][\w'’-]*")  # what can be typed without quotes


def unknown_words(missing: Sequence[tuple[Word, VectorSpace]], *, several: bool = False) -> UnknownWords:
    """The error, in the text's order, with words that may be meant, likeliest first, and their ranks.

    With `several` spaces loaded, it says which of them lacks a word.
    """
    in_order = sorted(missing, key=lambda pair: (pair[0].span == NOWHERE, pair[0].span))
    asked = {(node.text, id(space)): space for node, space in in_order}
    near = {key: _near(space, key[0]) for key, space in islice(asked.items(), HELPED)}
    found = [
        MissingWord(
            node.text,
            node.span,
            tuple(near.get((node.text, id(space)), ())),
            (node.space or space.name) if several else "",
        )
        for node, space in in_order
    ]
    return UnknownWords(found, hint=_meant(in_order, near))


def _near(space: VectorSpace, word: str) -> Sequence[str]:
    """The words that are spelled like one, or else begin with it: a film without its year."""
    found = space.near(word)
    if found or len(word) < SHORTEST:
        return found
    begun = pattern(f"{glob.escape(word)}*") if len(word) <= LONGEST_GLOB // 4 else None
    return [space.word(int(row)) for row in space.matching(begun)[:SHOWN]] if begun else ()


def _meant(missing: Sequence[tuple[Word, VectorSpace]], near: Mapping[tuple[str, int], Sequence[str]]) -> str:
    """What to do about unknown words: those near to each [by word and space], and what most look like."""
    alone = len({node.text for node, _ in missing}) == 1
    spaces = {id(space): space for _, space in missing}
    hints = []
    for (text, space), words in near.items():
        ranks = [(_typed(word), spaces[space].row(word)) for word in words]
        options = [word if row is None else f"{word} (rank {row + 1:,})" for word, row in ranks]
        if options:
            close = " or ".join([", ".join(options[:-1]), options[-1]] if len(options) > 1 else options)
            hints.append(f"did you mean {close}?" if alone else f"{text}: {close}?")
        elif not text:
            hints.append("it is empty: a cell without a word, or quotes with nothing between them")
        elif len(parts := text.split()) > 1 and all(spaces[space].row(part) is not None for part in parts):
            hints.append(f"{quote(text)} is not one word here; its words are: {' + '.join(parts)}")
    one = len(spaces) == 1
    looks = dict.fromkeys(filter(None, (_look(spaces[space], text, one) for text, space in near)))
    if hints:
        return " ".join([*dict.fromkeys(hints), *looks])
    return "; ".join(filter(None, [_nothing_near([text for text, _ in near], alone, one), *looks]))


def _typed(word: str) -> str:
    """A word as it can be typed: in quotes where it needs them."""
    return word if _BARE.fullmatch(word) else quote(word)


def _look(space: VectorSpace, word: str, one: bool) -> str:
    """What most words of a space begin or end with, where this one does not; of a piece, that it is one."""
    if space.initial:
        return "" if space.row(word) is None else f"{quote(word)} in quotes is the piece within words"
    prefix, ending, is_tag = carried(space)
    begins = f"begin with {prefix}" if prefix and not word.startswith(prefix) else ""
    kind = "a tag such as " if is_tag else ""
    ends = f"end with {kind}{ending}" if ending and not word.endswith(ending) else ""
    look = " and ".join(filter(None, (begins, ends)))
    whose = "this vocabulary" if one else space.name
    return f"most words of {whose} {look}" if look else ""


def _nothing_near(asked: Sequence[str], alone: bool, one: bool) -> str:
    """That no word is near, of those words for which near ones were sought."""
    sought = [word for word in asked if SHORTEST <= len(fold(word)) <= LONGEST]
    if not sought:
        longer = any(len(fold(word)) > LONGEST for word in asked)
        return f"near spellings are sought for words of up to {LONGEST} letters" if longer else ""
    them = "it" if alone else " or ".join(f"'{shorten(word)}'" for word in dict.fromkeys(sought))
    whose = "this vocabulary" if one else "their vocabularies"
    return f"no word of {whose} is spelled like {them}"
