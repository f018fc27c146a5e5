"""Functions whose arguments count as words and not only as vectors: `odd` names one, `rank` places one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vecalc.calc.operators import label_of
from vecalc.calc.resolve import Key, words_of
from vecalc.calc.signature import check_given, match_by_name
from vecalc.calc.values import ONE_SEARCH, List, Scalar, Surroundings, Vector, array, spaces
from vecalc.errors import TypeMismatch
from vecalc.lang.nodes import Call, Node, Word

if TYPE_CHECKING:
    from vecalc.calc.functions import Function
    from vecalc.calc.values import Budget


def odd(function: Function, node: Call, given: Any) -> List:
    """A list of the one vector that does not match the others, labelled as what it is."""
    origin = check_given(function, [given])
    if isinstance(given, List):
        row = function.apply(given.vectors)
        return List(given.vectors[[row]], (given.labels[row],), origin)
    vectors = np.stack([array(value) for value in given])
    row = function.apply(vectors)
    return List(vectors[[row]], (label_of(node.arguments[row]),), spaces(given[row]))


def rank(function: Function, node: Call, vector: Vector, around: Surroundings, budget: Budget) -> Scalar:
    """The place of a word among the neighbours of a vector, whose own words are left out as ever."""
    parts: dict[str, Node] = match_by_name(function, function.parameters, node.arguments, node.keywords)
    word, of = parts["word"], parts["x"]
    if not isinstance(word, Word):
        raise TypeMismatch(
            f"rank: {label_of(word) or 'a formula'} is not a word, and only words have a place",
            hint=f"it is {function.shown()}, such as rank(queen, king)",
        )
    budget.work(ONE_SEARCH)
    return Scalar(around.rank(Key(word.space, word.text), vector, words_of(of)))
