"""What may stand as the value of an option or argument, for a shell that asks when Tab is pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Literal, TypeAlias

import click
from click.shell_completion import CompletionItem

from vecalc.errors import VecalcError
from vecalc.library import catalogue

Kind: TypeAlias = Literal["models", "named", "pull", "spaces", "formats", "limits", "written"]


def values(kind: Kind, context: click.Context, typed: str) -> list[CompletionItem]:
    """The values of a kind that begin as it is typed; behind those of `models`, files."""
    with suppress(VecalcError):  # a damaged catalogue completes nothing
        return [CompletionItem(value) for value in _VALUES[kind](context, typed) if value.startswith(typed)]
    return []


def files(prefix: str = "") -> CompletionItem:
    """The files and folders that begin with what is typed behind a prefix; the shell knows them."""
    return CompletionItem(prefix, type="file")


def _models(_: click.Context, typed: str) -> Iterable[str]:
    """Names of models, behind `a=` too."""
    space = space_before(typed)
    return (space + name for name in catalogue.names())


def space_before(typed: str) -> str:
    """The `a=` that stands before a model, and `sqlite:` or the like behind it."""
    space, equals, file = typed.rpartition("=")
    prefix = next((prefix for prefix in catalogue.PREFIXES if file.startswith(prefix)), "")
    return space + equals + prefix


def _named(_: click.Context, __: str) -> Iterable[str]:
    return catalogue.names()


def _pull(_: click.Context, __: str) -> Iterable[str]:
    from vecalc.library.missing import COLLECTION

    return COLLECTION


def _spaces(context: click.Context, _: str) -> Iterator[str]:
    """The spaces of the -m that stand before, by their names, or their files' where they have none."""
    for model in context.params.get("model") or ():
        name, path = catalogue.split_model(model)
        yield name or catalogue.as_shown(path)


def _formats(_: click.Context, __: str) -> Iterable[str]:
    from vecalc.shell.display import formats

    return [*formats(), "npy"]


def _limits(_: click.Context, __: str) -> Iterable[str]:
    from vecalc.lang.limits import Limits

    return (f"{name}=" for name in Limits._fields)


def _written(_: click.Context, __: str) -> Iterable[str]:
    """The formats that `vecalc convert` writes."""
    from vecalc.formats.save import spoken, writers

    return map(spoken, writers())


_VALUES: dict[Kind, Callable[[click.Context, str], Iterable[str]]] = {
    "models": _models,
    "named": _named,
    "pull": _pull,
    "spaces": _spaces,
    "formats": _formats,
    "limits": _limits,
    "written": _written,
}
