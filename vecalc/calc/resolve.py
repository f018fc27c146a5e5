"""Words meet the vocabulary: all of an expression at once, and never silently.

A word is looked for exactly, then in another case, then with its blanks as `_` or `-`; then it gets the
vector of its subwords, where the space has them. What was not found exactly is told in a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from vecalc.answers import Oov
from vecalc.arrays import Floats
from vecalc.errors import LimitExceeded, NoValue, UnknownName
from vecalc.lang.nodes import Node, SpaceName, Text, Where, Word, fold, walk, with_parts
from vecalc.space import VectorSpace


class Key(NamedTuple):
    """A token of a space, or a text that its encoder reads."""

    space: str
    word: str
    is_text: bool = False


class Resolved(NamedTuple):
    """A tree whose words are all tokens of their spaces, and their vectors as the files hold them."""

    tree: Node
    vectors: Mapping[Key, Floats]
    rows: Mapping[Key, int]
    notes: tuple[str, ...]

    @property
    def texts(self) -> list[str]:
        """The texts in it."""
        return [key.word for key in self.vectors if key.is_text]


def resolve(
    tree: Node,
    spaces: Mapping[str, VectorSpace],
    default: str,
    *,
    exact: bool,
    oov: Oov,
    most: int,
    several: bool = False,
    reader: str | None = None,
) -> Resolved:
    """Look up every word of an expanded tree: `most` different ones, or only `exact`ly as written.

    With `several` spaces loaded, an error says which of them lacks a word. `reader` is the space that reads
    texts which name none; the default one without it.

    Raises `UnknownWords` for all unknown words together, `UnknownName` for an unknown space, and
    `LimitExceeded` for more different words than the limit.
    """
    lookup = _Lookup(spaces, default, default if reader is None else reader, exact)
    tree = fold(tree, lookup.read)
    missing = (Key(node.space, node.text) for node, _ in lookup.missing)
    if len({*lookup.rows, *lookup.composed, *lookup.texts, *missing}) > most:
        raise LimitExceeded.of("words", f"more than {most:,} different words")
    if lookup.missing and oov == "skip":
        tree = _drop_unknown(tree, lookup)
    if lookup.missing:
        from vecalc.calc.unknown import unknown_words  # what is spelled like a word is of no use to an answer

        raise unknown_words(lookup.missing, several=several)
    return Resolved(tree, lookup.vectors(), lookup.rows, tuple(dict.fromkeys(lookup.notes)))


def find_row(space: VectorSpace, word: str, *, exact: bool = False, quoted: bool = False) -> int | None:
    """The row of a word by the whole chain: exact, other case, blanks as `_` or `-`.

    Where tokens are pieces of words, a word that is not `quoted` is the piece that begins one: `▁king`.
    """
    row = space.row(word)
    if exact:
        return row
    mark = space.initial
    if mark and word and not (row is not None and (quoted or word.startswith(mark))):
        word = mark + word
        row = space.row(word)
    if row is not None:
        return row
    for spelling in dict.fromkeys((word, word.replace(" ", "_"), word.replace(" ", "-"))):
        row = space.row(spelling)
        if row is not None:
            return row
        if variants := space.variants(spelling):
            return variants[0]
    return None


class _Lookup:
    """One expression's words: what was found, what was not, and what to tell."""

    def __init__(self, spaces: Mapping[str, VectorSpace], default: str, reader: str, exact: bool) -> None:
        self.spaces = spaces
        self.default = default
        self.reader = reader  # of texts that name no space
        self.exact = exact
        self.rows: dict[Key, int] = {}
        self.composed: dict[Key, Floats] = {}  # words without a row
        self.texts: dict[Key, Text] = {}
        self.missing: list[tuple[Word, VectorSpace]] = []
        self.notes: list[str] = []

    def read(self, node: Node, below: Sequence[Node]) -> Node:
        """The same node with a token in place of a word."""
        match node:
            case Word():
                return self._word(node)
            case Text():
                from vecalc.calc.space_names import reader_of

                name, notes = reader_of(node, self.spaces, self.reader)
                self.notes += notes
                return self._text(replace(node, space=name))
            case SpaceName(text, span):
                from vecalc.calc.space_names import named

                return SpaceName(named(text, span, self.spaces), span)
            case Where():
                raise AssertionError("expand leaves no where")
            case _:
                return with_parts(node, below)

    def _space(self, node: Word) -> tuple[str, VectorSpace]:
        name = node.space or self.default
        if name not in self.spaces:
            from vecalc.near import did_you_mean

            known = ", ".join(sorted(filter(None, self.spaces))) or "none"
            meant = did_you_mean(name, filter(None, self.spaces))
            hint = f"load it with -m {name}=FILE (loaded: {known}); an analogy needs blanks around ':'"
            raise UnknownName(f"there is no space '{name}'", span=node.span, hint=f"{meant} {hint}".lstrip())
        return name, self.spaces[name]

    def _word(self, node: Word) -> Word | Text:
        name, space = self._space(node)
        quoted = node.quoted and not node.is_cell
        row = find_row(space, node.text, exact=self.exact, quoted=quoted)
        if row is None:
            return self._without_row(node, name, space)
        token = space.word(row)
        if token != node.text:
            self.notes.append(f"{node.text} read as {token}")
        self.rows[Key(name, token)] = row
        return node if (token, name) == (node.text, node.space) else replace(node, text=token, space=name)

    def _without_row(self, node: Word, name: str, space: VectorSpace) -> Word | Text:
        """A word by its subwords, or as a text; what is neither is missing."""
        vector = None if self.exact else space.compose(node.text)
        if vector is None and space.encoder is not None and not self.exact:
            from vecalc.calc.texts import read_as_text

            reader = name if node.space else self.reader
            encoder = self.spaces[reader].encoder or space.encoder
            if note := read_as_text(node.text, encoder):
                self.notes.append(note)
                return self._text(Text(node.text, reader, node.span, node.norm))
        if vector is None:
            self.missing.append((node, space))
            return node
        self.notes.append(f"{node.text} read by its subwords")
        self.composed[Key(name, node.text)] = vector
        return replace(node, space=name)

    def _text(self, node: Text) -> Text:
        self.texts[key_of(node)] = node
        return node

    def vectors(self) -> dict[Key, Floats]:
        """The vectors of all words; rows are read in row order, a space at a time."""
        found = dict(self.composed)
        check_finite(found, found.values())
        for name in dict.fromkeys(key.space for key in self.rows):
            keys = sorted((key for key in self.rows if key.space == name), key=self.rows.__getitem__)
            matrix = self.spaces[name].vectors([self.rows[key] for key in keys])
            check_finite(keys, matrix)
            found.update(zip(keys, matrix, strict=True))
        if self.texts:
            from vecalc.calc.texts import encoded

            vectors = encoded(self.texts.values(), self.spaces)
            check_finite(self.texts, vectors)
            found.update(zip(self.texts, vectors, strict=True))
        return found


def words_of(tree: Node) -> frozenset[Key]:
    """The words and texts of a resolved tree."""
    return frozenset(key_of(node) for node in walk(tree) if isinstance(node, Word | Text))


def key_of(node: Word | Text) -> Key:
    """What a word or text of a resolved tree is."""
    return Key(node.space, node.text, isinstance(node, Text))


def check_finite(keys: Iterable[Key], vectors: Iterable[Floats]) -> None:
    """Raises `NoValue` for the first word whose vector has an infinity or a NaN."""
    for key, vector in zip(keys, vectors, strict=True):
        if not np.isfinite(vector).all():
            raise NoValue(f"the vector of '{key.word}' is not finite")


def _drop_unknown(tree: Node, lookup: _Lookup) -> Node:
    """The tree without unknown terms; a word in any other place stays missing and is an error."""
    from vecalc.calc.prune import without_terms

    result = without_terms(tree, frozenset(id(node) for node, _ in lookup.missing))
    if result is None:
        return tree
    left = {id(node) for node in walk(result)}
    dropped = [node.text for node, _ in lookup.missing if id(node) not in left]
    lookup.missing = [(node, space) for node, space in lookup.missing if id(node) in left]
    lookup.notes += [f"{word} is unknown and was left out" for word in dropped]
    return result
