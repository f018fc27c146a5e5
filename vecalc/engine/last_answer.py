"""The last answer as names: `_` is its expression, `_1`, `_2`, ... the words of the last one that had any."""

from __future__ import annotations

import re
from typing import NamedTuple

from vecalc.answers import Answer, Neighbour, Ranking, Scored
from vecalc.calc.expand import Scope
from vecalc.errors import UnknownWords
from vecalc.lang.nodes import Node, Word
from vecalc.lang.show import show

LAST = "_"
_OF_LAST = re.compile(r"_\d*")
_NEIGHBOUR = re.compile(r"_\d+")
_USED = re.compile(r"(?<!\w)_\d+(?!\w)")
_QUOTED = re.compile(r"""\"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", re.DOTALL)


class Worded(NamedTuple):
    """The answer whose words are `_1`, `_2`, ...: the last one that had any."""

    asked: str  # its expression, as it was typed
    is_last: bool = True


def with_answer(scope: Scope, tree: Node, answer: Answer) -> Scope:
    """The names in force after an answer to a tree; its words, if it has any, take the place of others."""
    names: dict[str, Node] = {**scope.names, LAST: tree}
    if words := _words(answer):
        names = {name: bound for name, bound in names.items() if not is_neighbour(name)}
        names |= {f"_{near.rank}": Word(near.word, quoted=True) for near in words}
    return scope._replace(names=names)


def worded(before: Worded | None, answer: Answer) -> Worded | None:
    """Whose words `_1`, `_2`, ... are after an answer, and whose they were before it."""
    if _words(answer):
        return Worded(answer.asked.expr)
    return before and before._replace(is_last=False)


def words_of_earlier(text: str, scope: Scope, worded: Worded | None) -> str:
    """What is to be said of a text with a name such as `_1`, where the last answer had no words; else ""."""
    if worded is None or worded.is_last:
        return ""
    used = [name for name in _USED.findall(_QUOTED.sub("", text)) if name in scope.names]
    if not used:
        return ""
    return (
        f"{used[0]} is {show(scope.names[used[0]])}, of the answer to {worded.asked}: the last had no words"
    )


def _words(answer: Answer) -> tuple[Neighbour, ...]:
    return answer.result.neighbours if isinstance(answer.result, Ranking | Scored) else ()


def is_neighbour(name: str) -> bool:
    """Whether a name is one of `_1`, `_2`, ..."""
    return _NEIGHBOUR.fullmatch(name) is not None


def explain_unknown(error: UnknownWords, scope: Scope, worded: Worded | None) -> None:
    """Say in the hint of an error what the last answer has, where a name of it is what is unknown."""
    if not any(_OF_LAST.fullmatch(missing.word) for missing in error.missing):
        return
    count = sum(map(is_neighbour, scope.names))
    if LAST not in scope.names:
        error.hint = "there is no answer yet"
    elif worded is None:
        error.hint = "no answer has had neighbours yet"
    else:
        whose = "the last answer" if worded.is_last else f"the last one with neighbours, to {worded.asked},"
        error.hint = f"{whose} has {count} neighbour{'' if count == 1 else 's'}"
