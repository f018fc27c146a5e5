"""The last answer as names: `_` is its expression, `_1`, `_2`, ... the words of its ranking."""

from __future__ import annotations

import re

from vecalc.answers import Answer, Ranking, Scored
from vecalc.calc.expand import Scope
from vecalc.errors import UnknownWords
from vecalc.lang.nodes import Node, Word

LAST = "_"
_OF_LAST = re.compile(r"_\d*")
_NEIGHBOUR = re.compile(r"_\d+")


def with_answer(scope: Scope, tree: Node, answer: Answer) -> Scope:
    """The names in force after an answer to a tree; those of the answer before it are gone."""
    names: dict[str, Node] = {name: bound for name, bound in scope.names.items() if not is_neighbour(name)}
    names[LAST] = tree
    if isinstance(answer.result, Ranking | Scored):
        names |= {f"_{near.rank}": Word(near.word, quoted=True) for near in answer.result.neighbours}
    return scope._replace(names=names)


def is_neighbour(name: str) -> bool:
    """Whether a name is one of `_1`, `_2`, ..."""
    return _NEIGHBOUR.fullmatch(name) is not None


def explain_unknown(error: UnknownWords, scope: Scope) -> None:
    """Say in the hint of an error what the last answer has, where a name of it is what is unknown."""
    if not any(_OF_LAST.fullmatch(missing.word) for missing in error.missing):
        return
    count = sum(map(is_neighbour, scope.names))
    if LAST not in scope.names:
        error.hint = "there is no answer yet"
    else:
        error.hint = f"the last answer has {count or 'no'} neighbour{'' if count == 1 else 's'}"
