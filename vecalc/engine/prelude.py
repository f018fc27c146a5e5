"""The functions that are shipped as definitions in the language, and what definitions must fulfil."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from vecalc.calc.expand import Definition, Scope, unknown_function
from vecalc.calc.functions import FUNCTIONS
from vecalc.errors import Span, TypeMismatch
from vecalc.lang.nodes import Call, Define, Statement, Where, walk
from vecalc.lang.parse import parse

_SIGNATURE = re.compile(r"^(\w+)\([^)]*\)(?= *=)", re.MULTILINE)


def text() -> str:
    """The shipped `prelude.vec`."""
    return (pkgutil.get_data("vecalc", "prelude.vec") or b"").decode("utf-8")


@cache
def signatures() -> Mapping[str, str]:
    """The shipped functions, each as it is called: `twice(x, n=2)`. Nothing is parsed for it."""
    return {match[1]: match[0] for match in _SIGNATURE.finditer(text())}


def functions() -> Mapping[str, Definition]:
    """The shipped definitions by name; each sees those before it."""
    scope = Scope()
    for statement in parse(text()):
        if isinstance(statement, Define):
            lists = frozenset(name for name, _ in statement.parameters if name.isupper())
            made = Definition(statement, scope, lists)
            scope = scope._replace(functions={**scope.functions, statement.name: made})
    return scope.functions


def may_be_needed(statements: Iterable[Statement]) -> bool:
    """Whether something is called that is not built in; parsing the prelude costs a fast start too much."""
    return any(call.name not in FUNCTIONS for call in _calls(statements))


def check_calls(definition: Define, scope: Scope) -> None:
    """See that a definition calls nothing unknown, so that its author hears of it and not its user.

    Raises `UnknownName`, or `TypeMismatch` for a function that calls itself.
    """
    local = {node.name for node in walk(definition.body) if isinstance(node, Where) for node in node.bindings}
    known = {*FUNCTIONS, *scope.functions, *local}
    for call in _calls((definition.body,)):
        if call.name in known:
            continue
        if call.name == definition.name:
            start = call.span.start
            raise TypeMismatch(f"{call.name} can't call itself", span=Span(start, start + len(call.name)))
        raise unknown_function(call, scope)


def _calls(statements: Iterable[Statement]) -> Iterator[Call]:
    return (node for tree in statements for node in walk(tree) if isinstance(node, Call))
