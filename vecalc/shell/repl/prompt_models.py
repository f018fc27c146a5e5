"""`models` and `use`: what is loaded, from which file, and which of them is the default."""

from __future__ import annotations

from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from vecalc.errors import UsageError, VecalcError
from vecalc.library import catalogue
from vecalc.render.visible import visible
from vecalc.shell.opening import Opened

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session


def models(session: Session, _: str) -> None:
    """List the loaded models."""
    calculator = session.calculator
    rows = [
        (visible(calculator.caption(name)), f"{len(space):,} words × {space.dim}", _source(session, name))
        for name, space in calculator.spaces.items()
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    for (name, size, source), key in zip(rows, calculator.spaces, strict=True):
        default = "  (default)" if key == calculator.default else ""
        session.write_fitted(f"{name:<{widths[0]}}  {size:<{widths[1]}}  {visible(source)}{default}")


def use(session: Session, argument: str) -> None:
    """Load a model, or make a loaded one the default; what is loaded stays. Raises `VecalcError`."""
    calculator = session.calculator
    if not argument:
        hint = "use [NAME=]FILE [--embed MODEL], or the name of a loaded one; `models` lists these"
        raise UsageError("a model is missing", where="use", hint=hint)
    name = _loaded(session, argument)
    if name is None:
        name = _load(session, argument)
    try:
        session.tell(calculator.candidate_notes([name]))
    except VecalcError as problem:
        raise session.as_set(problem) from None
    calculator.use(name)
    session.take_up_own()
    models(session, "")


def called(session: Session, name: str) -> str:
    """What `use` takes for a loaded model."""
    return name or catalogue.as_shown(session.files.get(name, "")) or session.calculator.spaces[name].name


def _loaded(session: Session, argument: str) -> str | None:
    """The name of a loaded model that is called so, by its name or by its file's where it has none."""
    spaces = session.calculator.spaces
    if argument in spaces:
        return argument
    own = session.files.get("", "")
    return "" if "" in spaces and argument in (own, catalogue.as_shown(own)) else None


def _load(session: Session, argument: str) -> str:
    """Load a model beside the others; the name that it has."""
    calculator = session.calculator
    argument, _, embed = map(str.strip, argument.partition(" --embed "))
    name, path = catalogue.split_model(argument)
    name = name or _name(session, path)
    # What the command line trusts is its own model, not whatever is opened later; so what it embeds by.
    asked = session.request._replace(model=(f"{name}={path}",), embed=embed, output=None, trust_pickle=False)
    opened = Opened(asked, calculator.spaces)
    found = opened.spaces
    if "" in calculator.spaces:
        _give_name(session)
    if session.files.get(name, path) != path:
        session.tell([f"{name} was {catalogue.as_shown(session.files[name])}"])
    calculator.add(found)
    session.own |= catalogue.own_settings(asked.model)
    session.files[name] = path
    session.prefixes.pop(name, None)
    session.request = session.request._replace(
        model=(*session.request.model, *asked.model), beside=opened.request.beside
    )
    return name


def _give_name(session: Session) -> None:
    """Call the model that needed no name so far by its file's, now that there is another."""
    source = session.files.pop("", "") or session.calculator.spaces[""].name
    name = _name(session, source)
    session.calculator.rename("", name)
    session.files = {name: source, **session.files}
    session.prefixes.pop("", None)
    session.own[name] = session.own.pop("", catalogue.Entry())
    session.tell([f"{name} stays loaded: {name}:king is its word, `use {name}` goes back to it"])


def _name(session: Session, path: str) -> str:
    """What a model is called by its file; the same file again has the same name."""
    stem = catalogue.split_model(catalogue.named([path])[0])[0]
    taken = {name for name, file in session.files.items() if file != path}
    return next(name for name in chain([stem], (f"{stem}_{i}" for i in count(2))) if name not in taken)


def _source(session: Session, name: str) -> str:
    path = session.files.get(name, "")
    if path == catalogue.STARTER:
        return "built in"
    if (address := catalogue.address_named(path)) is not None:
        return catalogue.as_shown(address)
    return str(catalogue.known(Path(path))) if path else ""
