"""How an expression was read: its canonical text, its tree with what every part is worth, its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

import numpy as np

from vecalc.answers import Answer, Cell, Column, Sheet
from vecalc.calc import algebra
from vecalc.calc.resolve import key_of
from vecalc.calc.values import Scalar, Score, Value, Vector, describe
from vecalc.engine.question import Computed
from vecalc.engine.ranker import Ranker
from vecalc.lang.nodes import Call, Chain, Choice, ListOf, Negate, Node, SpaceName, Word, walk
from vecalc.lang.show import show
from vecalc.render.cells import verdict
from vecalc.space.text_encoder import TextEncoder

DRAWN = 60  # lines of a tree, and words of an expression: who reads on after those?
LONGEST = 400  # characters of an expression with its names filled in
EVERY_WORD = "for every word"


def sheets(ranker: Ranker, answer: Answer, workings: Computed) -> list[Sheet]:
    """What was typed and how it was read, the tree, the words, the tokens of texts, and the weights of its
    attentions.
    """
    return [
        _expression(answer, workings),
        _tree(workings),
        _words(ranker, workings),
        _tokens(ranker, workings),
        _attention(answer),
    ]


def _expression(answer: Answer, workings: Computed) -> Sheet:
    asked = answer.asked
    rows = [("typed", asked.expr), ("read as", answer.parsed)]
    filled_in = show(workings.resolved.tree)
    if filled_in != answer.parsed and len(filled_in) <= LONGEST:
        rows.append(("filled in", filled_in))
    rows += [("note", note) for note in answer.notes]
    value = workings.evaluated.value
    rows += [("result", "a number for every word" if isinstance(value, Score) else describe(value))]
    if answer.expected is not None:
        rows.append(("expected", verdict(answer.expected)))
    place = f", in {asked.ranked_in}" if asked.ranked_in else ""
    rows += [("model", f"{asked.model}{place}, {asked.size:,} words x {asked.width}")]
    rows += [("norm", asked.norm), ("metric", asked.metric), *(("only", limit) for limit in asked.only)]
    return Sheet("expression", Column.all("text", "item", "value"), tuple(rows), "How it was read")


# --- the tree -------------------------------------------------------------------------------


def _tree(workings: Computed) -> Sheet:
    """A line for each node, below the one that it is a part of; names are filled in."""
    lines = list(islice(_lines(workings), DRAWN + 1))
    remarks = (f"the first {DRAWN} lines",) if len(lines) > DRAWN else ()
    columns = (Column("node"), Column("depth", "count"), Column("type"), Column("value", "score"))
    meaning = "value: the length of a vector, or the number"
    return Sheet("tree", columns, tuple(lines[:DRAWN]), "Tree", (meaning, *remarks))


def _lines(workings: Computed) -> Iterator[tuple[Cell, ...]]:
    stack: list[tuple[str, Node, int]] = [("", workings.resolved.tree, 0)]
    while stack:
        before, node, depth = stack.pop()
        value = workings.values.get(id(node))  # none for what depends on `?`
        is_name = isinstance(node, SpaceName | Choice)
        kind = describe(value) if value is not None else "" if is_name else EVERY_WORD
        yield f"{'  ' * depth}{before}{_name(node)}", depth, kind, _size(value)
        stack += [(sign, part, depth + 1) for sign, part in reversed(parts_of(node))]


def _name(node: Node) -> str:
    match node:
        case Negate():
            return "minus"
        case Chain(_, rest):
            return rest[0][0].run
        case Call(name):
            return f"{name}( )"
        case ListOf(items):
            return f"[ ] of {len(items):,}"
        case _:
            return show(node)


def parts_of(node: Node) -> list[tuple[str, Node]]:
    """The nodes below one, each with the operator or the name before it."""
    match node:
        case Negate(operand):
            return [("", operand)]
        case Chain(first, rest):
            return [("", first), *((f"{op} ", operand) for op, operand in rest)]
        case Call(_, arguments, keywords):
            named = [(f"{name} = ", value) for name, value in keywords]
            return [*(("", argument) for argument in arguments), *named]
        case ListOf(items):
            return [("", item) for item in items]
        case _:
            return []


def _size(value: Value | None) -> float | None:
    match value:
        case Scalar(number):
            return number
        case Vector(components):
            return algebra.length(components)
        case _:
            return None


# --- words ----------------------------------------------------------------------------------


def _words(ranker: Ranker, workings: Computed) -> Sheet:
    resolved = workings.resolved
    uses = Counter(key_of(node) for node in walk(resolved.tree) if isinstance(node, Word))
    several = len(ranker.spaces) > 1
    columns = [Column("word"), Column("frequency rank", "count"), Column("length in the file", "score")]
    columns += [Column("space")] if several else []
    rows: list[tuple[Cell, ...]] = []
    for key in islice(uses, DRAWN):
        home = [key.space or ranker.spaces[key.space].name] if several else []
        row = resolved.rows.get(key)  # a word that is read by its subwords has none
        rank = None if row is None else row + 1
        rows.append((key.word, rank, algebra.length(resolved.vectors[key]), *home))
    remarks = (f"the first {DRAWN} of {len(uses):,}",) if len(uses) > DRAWN else ()
    return Sheet("words", tuple(columns), tuple(rows), "Words", remarks)


def _tokens(ranker: Ranker, workings: Computed) -> Sheet:
    """What each token has to do with the direction of its text: its part of the mean, along the mean."""
    rows: list[tuple[Cell, ...]] = []
    for key in (key for key in workings.resolved.vectors if key.is_text):
        encoder = ranker.spaces[key.space].encoder
        tokens = encoder.tokens(key.word) if isinstance(encoder, TextEncoder) else []
        vectors = np.array([token.row for token in tokens], np.float64)
        whole = vectors.sum(axis=0)  # not zero: the text would have no direction
        for token, vector in zip(tokens, vectors, strict=True):
            share = float(vector @ whole / (whole @ whole))
            rows.append((key.word, token.text, algebra.length(vector), share))
    remarks = ["the shares of a text add up to 1", *([f"the first {DRAWN}"] if len(rows) > DRAWN else [])]
    columns = (Column("text"), Column("token"), *Column.all("score", "length in the file", "share"))
    return Sheet("tokens", columns, tuple(rows[:DRAWN]), "Tokens of texts", tuple(remarks))


def _attention(answer: Answer) -> Sheet:
    rows = [
        (number, weights.query, label, weight)
        for number, weights in enumerate(answer.attention, start=1)
        for label, weight in zip(weights.labels, weights.values, strict=True)
    ]
    columns = (Column("attention", "count"), *Column.all("text", "query", "key"), Column("weight", "score"))
    return Sheet("attention", columns, tuple(rows), "Attention weights")
