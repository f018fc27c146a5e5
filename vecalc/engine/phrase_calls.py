"""`phrase("…")` stands for an expression: calls of it become trees, before their words are looked up.

read       a tree whose names are replaced, with its phrases read
as_read    a statement as it is shown, with the phrases read whose texts are in it
meant_by   what a text that is several words and no expression is as a phrase
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TypeGuard, cast

from vecalc.calc.functions import FUNCTIONS
from vecalc.calc.resolve import find_row
from vecalc.calc.signature import match_by_name
from vecalc.engine.ranker import Ranker
from vecalc.errors import NOWHERE, LimitExceeded, NoValue, Span, TypeMismatch, VecalcError
from vecalc.lang.nodes import (
    PHRASE,
    Bind,
    Call,
    Define,
    Expectation,
    Node,
    Number,
    Statement,
    Where,
    Word,
    at_norm,
    fold,
    walk,
    with_parts,
)
from vecalc.lang.phrase_lists import SPEECH, phrase_lists
from vecalc.lang.phrase_pieces import FindToken
from vecalc.lang.phrases import WAYS, Phrase, read_phrase, said_analogy
from vecalc.lang.show import quote, show, show_number
from vecalc.space import VectorSpace

EXAMPLE = f'{PHRASE}("non american food")'
MOST_KEPT = 256  # readings: a phrase is read when it is shown, and when it is computed
LONGEST_HINT = 100  # characters of a phrase that a hint repeats
_SEVERAL = re.compile(r"[^\W\d][\w'’-]*(?:,?\s+(?!where\b)[^\W\d][\w'’-]*)+[.!?]?")
_LACKS_QUOTES = re.compile(rf"\s*{PHRASE}\(([^()\"=]*)\)\s*$")


def read(ranker: Ranker, tree: Node, columns: Collection[str] = ()) -> tuple[Node, tuple[str, ...]]:
    """The tree with what its phrases stand for in their place, and notes on how they are read.

    `columns` are spaces whose words are columns of a table. Raises `TypeMismatch` for what is not a text,
    `NoValue` for a phrase of which nothing is left, `LimitExceeded`.
    """
    notes: dict[str, None] = {}

    def put_in(node: Node, below: Sequence[Node]) -> Node:
        if not _is_phrase(node):
            return with_parts(node, below)
        text = _text_of(node, columns)
        found = _read_call(ranker, node, text)
        if (reading := show(found.tree)) != text.text:
            notes[f"read as: {reading}"] = None
        notes.update(dict.fromkeys(found.notes))
        return found.tree if node.norm is None else at_norm(found.tree, node.norm, {})

    return fold(tree, put_in), tuple(notes)


def as_read(ranker: Ranker, statement: Statement, names: Collection[str]) -> Statement:
    """The statement with the phrases read whose texts are in it, in quotes; their words are never `names`."""
    defined = [node.name for node in walk(statement) if isinstance(node, Bind | Define)]
    if PHRASE in defined:  # a function of one's own
        return statement
    bound = {*names, *defined}

    def put_in(node: Node, below: Sequence[Node]) -> Node:
        if isinstance(node, Where):  # which has no parts
            return cast("Node", as_read(ranker, node, bound))
        if not _is_phrase(node):
            return with_parts(node, below)
        try:
            text = _text_of(node)
            return _in_quotes(_read_call(ranker, node, text).tree, bound) if text.quoted else node
        except VecalcError:  # it is said where its value is wanted
            return node

    match statement:
        case Bind(_, value):
            return replace(statement, value=fold(value, put_in))
        case Define(_, _, body) | Expectation(body):
            return replace(statement, body=fold(body, put_in))
        case Where(body, bindings):
            read_ones = tuple(as_read(ranker, binding, bound) for binding in bindings)
            return replace(
                statement, body=fold(body, put_in), bindings=cast("tuple[Bind | Define, ...]", read_ones)
            )
        case _:
            return fold(statement, put_in)


def meant_by(ranker: Ranker, text: str) -> tuple[str, bool]:
    """What a text of several words is as a phrase, for a hint ("" for what is none), and whether it looks so.

    Where the space has an encoder, such a text is meant as a whole.
    """
    lacks_quotes = _LACKS_QUOTES.match(text)
    words = (lacks_quotes[1] if lacks_quotes else text).strip()
    if analogy := said_analogy(words[:LONGEST_HINT]):
        return analogy, True
    space, options = ranker.spaces[ranker.default], ranker.options
    if len(words) > LONGEST_HINT or not _SEVERAL.fullmatch(words) or (space.encoder and not lacks_quotes):
        return "", False
    find_token = _tokens(space, exact=options.exact)
    try:
        found = read_phrase(words, phrase_lists(options.phrase_words), find_token)
    except NoValue:
        return "", False
    said = f"{PHRASE}({quote(words)})"
    known = all(find_token(node.text) is not None for node in walk(found.tree) if isinstance(node, Word))
    likely = lacks_quotes is not None or not found.roles.isdisjoint(SPEECH)
    if not likely and (not known or "," in words):  # a list, perhaps
        return "", False
    return (f"{said} is read as {show(found.tree)}" if known else f"as a phrase it is {said}"), likely


# --- one call -------------------------------------------------------------------------------


def _is_phrase(node: Statement) -> TypeGuard[Call]:
    return isinstance(node, Call) and node.name == PHRASE


def _text_of(call: Call, columns: Collection[str] = ()) -> Word:
    """The text of a phrase, as a word of the space that it is read for."""
    argument = _given(call)["text"]
    place = call.span if argument.span == NOWHERE else argument.span
    if isinstance(argument, Number):  # a cell of a table, which may be one
        return Word(show_number(argument.value), span=place)
    hint = f"in quotes: {EXAMPLE}"
    if not isinstance(argument, Word):
        raise TypeMismatch(f"{PHRASE} reads a text, and this is none", span=place, hint=hint)
    if argument.space in columns:
        what = f"{PHRASE}: {argument.text} is a column, and a formula is read once for all rows"
        raise TypeMismatch(what, span=place, hint="vecalc --csv reads the phrase of each row")
    return replace(argument, span=place)


def _given(call: Call) -> dict[str, Node]:
    """The arguments of a call by its parameters. Raises `TypeMismatch`."""
    function = FUNCTIONS[PHRASE]
    try:
        return match_by_name(function, function.parameters, call.arguments, call.keywords)
    except TypeMismatch as problem:
        raise problem.at(call.span) from None


def _read_call(ranker: Ranker, call: Call, text: Word) -> Phrase:
    """How the phrase of a call is read, its words in the space of its text."""
    if len(text.text.encode("utf-8", "replace")) > (most := ranker.options.limits.size):
        raise LimitExceeded.of("size", f"the phrase is longer than {most:,} bytes", text.span)
    chosen = _given(call).get("negate")
    way = next((way for way in WAYS if chosen is None or getattr(chosen, "text", "") == way), None)
    if way is None:
        raise TypeMismatch(f"{PHRASE}: negate must be {' or '.join(WAYS)}", span=call.span)
    key = (text.text, text.space or ranker.default, way, ranker.options.exact, ranker.options.phrase_words)
    found = ranker.readings.get(key)
    if found is None:
        find_token = _tokens(ranker.spaces.get(text.space or ranker.default), exact=ranker.options.exact)
        try:
            found = read_phrase(text.text, phrase_lists(ranker.options.phrase_words), find_token, way)
        except NoValue as problem:
            raise problem.at(text.span) from None
        if len(ranker.readings) >= MOST_KEPT:
            ranker.readings.clear()
        ranker.readings[key] = found
    return found._replace(tree=_in_call(found.tree, text))


def _in_call(tree: Node, text: Word) -> Node:
    """The expression of a phrase, where its words stand in the expression around it, and in their space."""

    def put(node: Node, below: Sequence[Node]) -> Node:
        if isinstance(node, Word):
            return replace(node, space=text.space, span=_place(text, node.span))
        return with_parts(node, below, partial(_place, text))

    return fold(tree, put)


def _place(text: Word, piece: Span) -> Span:
    """Where a piece of a phrase stands: in its quotes, or, where these have escapes, all of the text."""
    start, end = text.span
    has_quotes = start >= 0 and end - start == len(text.text) + len('""')
    if not has_quotes or piece == (0, len(text.text)):
        return text.span
    return Span(start + 1 + piece.start, start + 1 + piece.end)


def _tokens(space: VectorSpace | None, *, exact: bool) -> FindToken:
    """The tokens of a space: as words are found in it, and several words with what joins them there."""

    @cache
    def find_token(text: str) -> str | None:
        if space is None:
            return None
        if exact:
            rows = map(space.row, dict.fromkeys((text, text.replace(" ", "_"), text.replace(" ", "-"))))
            row = next((found for found in rows if found is not None), None)
        else:
            row = find_row(space, text)
        return None if row is None else space.word(row)

    return find_token


def _in_quotes(tree: Node, names: Collection[str]) -> Node:
    """The tree with words in quotes that are called like a name."""

    def put(node: Node, below: Sequence[Node]) -> Node:
        if isinstance(node, Word):
            return replace(node, quoted=node.quoted or node.text in names)
        return with_parts(node, below)

    return fold(tree, put)
