"""What can be typed at the prompt besides expressions: a function here, and an entry in the table.

A line is a command when its first word is one and the rest is no formula; `"help"` in quotes is the word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from math import isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vecalc.answers import EXCLUSIONS, METRICS, NORMS
from vecalc.app.candidates import Limits, candidate_rows
from vecalc.app.cli import inputs, topics
from vecalc.app.cli.output import written_whole
from vecalc.app.cli.run import opened_spaces
from vecalc.app.cli.showing import renderer
from vecalc.app.repl import tables
from vecalc.app.spaces import own_settings
from vecalc.calc.expand import Definition
from vecalc.errors import UsageError
from vecalc.lang.nodes import Bind, Define
from vecalc.lang.show import show
from vecalc.render.visible import visible

if TYPE_CHECKING:
    from vecalc.app.repl.session import Session

SHOWN = 40  # words of one `find`


class Command(NamedTuple):
    """A command: what follows its name, what it does, and the function that does it."""

    argument: str
    summary: str
    run: Callable[[Session, str], None]


def is_quit(line: str) -> bool:
    """Whether a line ends the session."""
    return line.strip() in ("quit", "exit", ":q")


def run(session: Session, line: str) -> bool:
    """Run the command of a line; False when the line is none."""
    name, _, argument = line.strip().partition(" ")
    argument = argument.strip()
    if name not in COMMANDS or (re.match(r"[-+*/@^=:]", argument) and not argument.startswith("--")):
        return False
    COMMANDS[name].run(session, argument)
    return True


# --- the commands ---------------------------------------------------------------------------


def _help(session: Session, argument: str) -> None:
    if argument:
        session.write(topics.topic(argument))
        return
    width = max(len(f"{name} {c.argument}") for name, c in COMMANDS.items())
    lines = ["Type an expression: king - man + woman.   _ is the last answer, _1 its first word."]
    lines += [f"  {f'{name} {c.argument}':<{width}}  {c.summary}" for name, c in COMMANDS.items()]
    lines.append(f"  {'quit':<{width}}  leave (also Ctrl-D)")
    lines.append(f"help on: {', '.join(topics.TOPICS)}, or a function")
    session.write("\n".join(lines) + "\n")


def _set(session: Session, argument: str) -> None:
    if not argument:
        session.write("".join(f"{name} = {value}\n" for name, value in _settings(session)))
        return
    name, _, value = argument.removeprefix("--").replace("=", " ").partition(" ")
    if name not in _SETTERS:
        raise UsageError(
            f"there is no setting '{name}'", where="set", hint=f"there are {', '.join(_SETTERS)}"
        )
    _SETTERS[name](session, value.strip())
    unset = tuple(one for one in session.request.unset if one != name)
    session.request = session.request._replace(unset=unset)


def _vars(session: Session, _: str) -> None:
    scope = session.calculator.scope
    lines = [
        f"{name} = {show(tree)}" for name, tree in scope.names.items() if not re.fullmatch(r"_\d+", name)
    ]
    lines += [show(found.function) for found in _own_functions(session)]
    session.write("".join(f"{visible(line)}\n" for line in lines) or "nothing is bound\n")


def _del(session: Session, argument: str) -> None:
    scope = session.calculator.scope
    if argument not in scope.names and argument not in scope.functions:
        raise UsageError(f"'{argument}' is not bound", where="del", hint="`vars` shows what is")
    names = {name: tree for name, tree in scope.names.items() if name != argument}
    functions = {name: found for name, found in scope.functions.items() if name != argument}
    session.calculator.scope = scope._replace(names=names, functions=functions)


def _find(session: Session, argument: str) -> None:
    calculator = session.calculator
    space = calculator.spaces[calculator.default]
    rows = candidate_rows(space, Limits(match=argument or "*"))
    assert rows is not None  # noqa: S101 - a pattern always gives rows
    shown = [f"{row + 1:>8,}  {visible(space.word(int(row)))}\n" for row in islice(rows, SHOWN)]
    more = f"and {len(rows) - SHOWN:,} more\n" if len(rows) > SHOWN else ""
    session.write("".join(shown) + more or f"no word matches {argument}\n")


def _models(session: Session, _: str) -> None:
    calculator = session.calculator
    for name, space in calculator.spaces.items():
        default = "  (default)" if name == calculator.default else ""
        shown = f"{name}: {space.name}" if name else space.name
        session.write(f"{visible(shown)}  {len(space):,} words × {space.dim}{default}\n")


def _use(session: Session, argument: str) -> None:
    calculator = session.calculator
    if argument not in calculator.spaces or not argument:
        if not argument:
            raise UsageError(
                "a model is missing", where="use", hint="use [NAME=]FILE, or the name of a loaded one"
            )
        # What the command line trusts is its own model, not whatever is opened later.
        opened = opened_spaces(session.request._replace(model=(argument,), trust_pickle=False))
        session.tell(opened.notes)
        calculator.add(opened.spaces)
        session.own |= own_settings([argument])
        argument = next(iter(opened.spaces))
    calculator.use(argument)
    session.take_up_own()
    _models(session, "")


def _load(session: Session, argument: str) -> None:
    if not argument:
        raise UsageError("a file is missing", where="load", hint="load FILE; save FILE writes one")
    session.calculator.define(inputs.text(Path(argument).expanduser()), where=argument)


def _save(session: Session, argument: str) -> None:
    if not argument:
        raise UsageError("a file is missing", where="save", hint="save FILE; load FILE reads it again")
    scope = session.calculator.scope
    statements: list[Bind | Define] = [found.function for found in _own_functions(session)]
    statements += [Bind(name, tree) for name, tree in scope.names.items() if not name.startswith("_")]
    with written_whole(Path(argument).expanduser()) as stream:
        stream.write("".join(f"{show(statement)}\n" for statement in statements).encode())


COMMANDS = {
    "help": Command("[TOPIC]", "this, or help on a topic or function", _help),
    "set": Command("[NAME VALUE]", "show or change options: norm, top, metric, exclude, ...", _set),
    "explain": Command("EXPR", "how it is read, where its answer comes from, how sure it is", tables.explain),
    "compare": Command("A, B", "sum, product and other formulas of two expressions", tables.compare),
    "vars": Command("", "what is bound and defined", _vars),
    "del": Command("NAME", "forget a name", _del),
    "find": Command("GLOB|/REGEX/", "words that match, most frequent first", _find),
    "models": Command("", "the loaded models", _models),
    "use": Command("[NAME=]FILE|NAME", "load a model, or make a loaded one the default", _use),
    "save": Command("FILE", "write names and functions to a file", _save),
    "load": Command("FILE", "read them again", _load),
}


# --- helpers --------------------------------------------------------------------------------


def _own_functions(session: Session) -> Iterator[Definition]:
    shipped = session.calculator.shipped
    return (found for name, found in session.calculator.scope.functions.items() if found != shipped.get(name))


def _settings(session: Session) -> Iterator[tuple[str, object]]:
    options = session.calculator.options
    yield from (
        ("norm", options.norm),
        ("top", options.k),
        ("metric", options.metric),
        ("exclude", options.exclude),
    )
    yield from (("first", options.candidates.first or "all"), ("match", options.candidates.match or "*"))
    yield from (
        ("in", options.within),
        ("min-score", options.min_score),
        ("oov", options.oov),
        ("exact", options.exact),
    )
    yield from (("format", session.format), ("precision", session.request.precision))


def _choice(name: str, choices: tuple[str, ...]) -> Callable[[Session, str], None]:
    def change(session: Session, value: str) -> None:
        if value not in choices:
            raise UsageError(f"{name} can't be '{value}'", where="set", hint=f"it is {', '.join(choices)}")
        session.calculator.set(**{name: value})

    return change


def _count(name: str, value: str, least: int) -> int | None:
    """A whole number, or None for `none` and `all`."""
    if value in ("", "none", "all"):
        return None
    if not value.isdecimal() or int(value) < least:
        raise UsageError(
            f"{name} can't be '{value}'", where="set", hint=f"a whole number from {least}, or none"
        )
    return int(value)


def _set_top(session: Session, value: str) -> None:
    session.calculator.set(k=_count("top", value, 1) or 10)


def _set_first(session: Session, value: str) -> None:
    candidates = session.calculator.options.candidates
    session.calculator.set(candidates=candidates._replace(first=_count("first", value, 1)))


def _set_match(session: Session, value: str) -> None:
    candidates = session.calculator.options.candidates
    session.calculator.set(candidates=candidates._replace(match=value or None))


def _set_format(session: Session, value: str) -> None:
    renderer(value)
    session.format = value
    session.calculator.set(rank=value != "vector")


def _set_precision(session: Session, value: str) -> None:
    session.request = session.request._replace(precision=_count("precision", value, 0))


def _set_exact(session: Session, value: str) -> None:
    if value not in ("", "on", "off", "true", "false", "True", "False"):
        raise UsageError(f"exact can't be '{value}'", where="set", hint="it is on or off")
    session.calculator.set(exact=value in ("", "on", "true", "True"))


def _set_min_score(session: Session, value: str) -> None:
    try:
        least = None if value in ("", "none") else float(value)
    except ValueError:
        least = nan
    if least is not None and isnan(least):
        raise UsageError(f"min-score can't be '{value}'", where="set", hint="it is a number or none")
    session.calculator.set(min_score=least)


def _set_within(session: Session, value: str) -> None:
    session.calculator.set(within=None if value in ("", "none") else value)


_SETTERS: dict[str, Callable[[Session, str], None]] = {
    "norm": _choice("norm", NORMS),
    "top": _set_top,
    "metric": _choice("metric", METRICS),
    "exclude": _choice("exclude", EXCLUSIONS),
    "first": _set_first,
    "match": _set_match,
    "min-score": _set_min_score,
    "in": _set_within,
    "oov": _choice("oov", ("error", "skip")),
    "exact": _set_exact,
    "format": _set_format,
    "precision": _set_precision,
}
