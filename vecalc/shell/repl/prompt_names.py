"""`vars`, `del`, `save`, `load`: the names and functions of a session."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vecalc.calc.expand import Definition, expand
from vecalc.engine.last_answer import is_neighbour
from vecalc.errors import UsageError, VecalcError
from vecalc.lang.nodes import Bind, Define, Node, Where, Word, fold, walk, with_parts
from vecalc.lang.show import show
from vecalc.library.paths import text_of
from vecalc.render.visible import visible
from vecalc.shell.repl import outputs
from vecalc.space.atomic import written_whole
from vecalc.stores.addresses import without_passwords

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

SHOWN = 20  # names that `load` tells of


def listed(session: Session, _: str) -> None:
    """Show what is bound and defined, and whose words `_1`, `_2`, ... are."""
    scope = session.calculator.scope
    lines = [show(statement) for statement in _statements(session, lambda name: not is_neighbour(name))]
    count, of = sum(map(is_neighbour, scope.names)), session.calculator.worded
    if count and of is not None:
        last = "" if of.is_last else "; the last answer had none"
        lines.append(f"# _1{f' ... _{count}' if count > 1 else ''}: the words of {of.asked}{last}")
    session.write("".join(f"{visible(line)}\n" for line in lines) or "nothing is bound\n")


def forget(session: Session, argument: str) -> None:
    """Forget a name or function. Raises `UsageError` for what is none."""
    scope = session.calculator.scope
    if argument not in scope.names and argument not in scope.functions:
        raise UsageError(f"'{argument}' is not bound", where="del", hint="`vars` shows what is")
    names = {name: tree for name, tree in scope.names.items() if name != argument}
    functions = {name: found for name, found in scope.functions.items() if name != argument}
    session.calculator.scope = scope._replace(names=names, functions=functions)


def load(session: Session, argument: str) -> None:
    """Take up the names and functions of a file. Raises `VecalcError`."""
    if not argument:
        raise UsageError("a file is missing", where="load", hint="load FILE; save FILE writes one")
    path = Path(argument).expanduser()
    before = session.calculator.scope
    session.calculator.define(text_of(path), where=argument)
    after = session.calculator.scope
    session.known_files.add(path.resolve())
    names = [name for name, tree in after.names.items() if before.names.get(name) is not tree]
    functions = [name for name, found in after.functions.items() if before.functions.get(name) is not found]
    functions = [name for name in functions if name not in session.calculator.shipped]
    found = [*names, *(f"{name}()" for name in functions)]
    more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    session.tell([f"read {path}: {', '.join(found[:SHOWN]) or 'nothing'}{more}"])


def save(session: Session, argument: str) -> None:
    """Write names and functions to a file. Raises `UsageError`, `StorageProblem`."""
    if not argument:
        raise UsageError("a file is missing", where="save", hint="save FILE; load FILE reads it again")
    path = outputs.new_file(session, argument)
    statements = _statements(session, lambda name: not name.startswith("_"))
    with written_whole(path) as stream:
        stream.write("".join(f"{without_passwords(show(statement))}\n" for statement in statements).encode())
    outputs.wrote(session, path)


def _statements(session: Session, wanted: Callable[[str], bool]) -> Iterator[Bind | Define]:
    """The names and functions of a session, each with all that it saw when it was typed.

    So they mean the same in any order and beside any other names: a function has the values that names had
    for it, and a word that is called like a name is in quotes.
    """
    scope = session.calculator.scope
    for name, tree in scope.names.items():
        if wanted(name):
            yield Bind(name, _alone(tree, {}, scope.names))
    for found in own_functions(session):
        function, own = found.function, found.scope
        hidden: dict[str, Node] = {name: Word(name) for name, _ in function.parameters}
        body = function.body
        if any(isinstance(node, Where) for node in walk(body)):  # whose names hide others, too
            with suppress(VecalcError):  # a parameter that has to be a list is none yet
                body = expand(body, own.with_names(hidden))
        else:
            body = _alone(body, {**own.names, **hidden}, scope.names.keys() - hidden.keys())
        yield replace(function, body=body)


def _alone(tree: Node, given: Mapping[str, Node], others: Collection[str]) -> Node:
    """A tree with what names stood for in it, and with quotes around words that are called like others."""

    def put_in(node: Node, below: Sequence[Node]) -> Node:
        if not isinstance(node, Word) or node.quoted:
            return with_parts(node, below) if below else node
        if node.text in given:
            return given[node.text]
        return replace(node, quoted=True) if node.text in others else node

    return fold(tree, put_in)


def own_functions(session: Session) -> Iterator[Definition]:
    """What the user has defined."""
    shipped = session.calculator.shipped
    return (found for name, found in session.calculator.scope.functions.items() if found != shipped.get(name))
