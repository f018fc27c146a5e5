"""What `vecalc models` changes: names, defaults, what a model carries, what is there no more."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeAlias

import click
from click.core import ParameterSource

from vecalc.answers import METRICS, NORMS, Metric, Norm, Stored
from vecalc.errors import FileProblem, UsageError
from vecalc.library import catalogue
from vecalc.library.catalogue import Catalogue, Entry
from vecalc.library.missing import refuse_missing
from vecalc.library.paths import models_folder
from vecalc.near import did_you_mean
from vecalc.shell.display import confirm, remark, say, say_exactly
from vecalc.shell.options import EMBED, QUIET, READING, TYPE, YES, choice, flag, group, offer
from vecalc.shell.registry import command
from vecalc.shell.settings import default_model
from vecalc.texts import FORCED

Forget: TypeAlias = Literal["none"]
OwnNorm: TypeAlias = Norm | Forget
OwnMetric: TypeAlias = Metric | Forget
FORGET: Forget = "none"  # takes back what was set
OWN = group(
    choice("--norm", "own_norm", "What --norm is for this model.", of=(*NORMS, FORGET)),
    choice("--metric", "own_metric", "What --metric is for it.", of=(*METRICS, FORGET)),
)


@command(
    "vecalc models add NAME PATH|!CMD|ADDRESS",
    "  vecalc models add news ~/vectors/news.bin --norm unit\n"
    "  vecalc models add clip '!python3 clip_texts.py'\n"
    "  vecalc models add docs 'postgresql://reader@host/db#docs'\n",
)
@click.argument("name")
@click.argument("path")
@flag("--import", "copied", "Keep a copy, as `vecalc import` does.")
@OWN
@EMBED
@TYPE
@READING
@QUIET
def add(name: str, path: str, copied: bool, embed: str, kind: Stored, quiet: bool, **options: Any) -> int:
    """Gives a file, folder, command or store's address a name: -m NAME opens it. Nothing is copied."""
    own_norm, own_metric = options.pop("own_norm"), options.pop("own_metric")
    catalogue.check_name(name, "vecalc models add")
    _unless_copied(copied, ("kind", *options))
    _unless_taken(catalogue.read(), name)
    if path.startswith(catalogue.COMMAND):
        return _add_command(name, path, copied, embed, _with(Entry(path), own_norm, own_metric))
    is_address = catalogue.address_named(path) == path
    if is_address and not copied:
        return _add_address(name, path, embed, _with(Entry(path), own_norm, own_metric))
    file, prefix = catalogue.without_prefix(path)
    if not is_address:
        refuse_missing(file)
    place = Path(file).absolute()
    own = _with(Entry(embed=catalogue.absolute(embed) or None), own_norm, own_metric)
    if copied:
        from vecalc.formats.load import how
        from vecalc.shell.models.import_file import import_and_tell

        whole = path if is_address else path.replace(file, str(place))
        import_and_tell(whole, name, kind, how(**options), quiet=quiet, own=own)
        return 0
    if prefix == FORCED:
        hint = "add --import to keep them, or leave it out: what holds no vectors is read as texts"
        raise UsageError("an alias is a file, and has no prefix", where=path, hint=hint)
    if not catalogue.file_at(place).exists():
        raise FileProblem("no such file", where=path, hint="check the spelling of the path")
    if prefix:
        from vecalc.library.meant import meant
        from vecalc.sources import Reading

        meant(path, Reading())  # a file of another format is told now
    entry = own._replace(path=str(place))
    catalogue.change(lambda found: _unless_taken(found, name).put(name, entry))
    say(f"{name}: {place}")
    return 0


def _add_command(name: str, command: str, copied: bool, embed: str, entry: Entry) -> int:
    """Give a command a name. Raises `UsageError` for options that are for files."""
    if copied or embed:
        option = "--import" if copied else "--embed"
        raise UsageError("a command encodes texts itself, and has none to keep", where=option)
    if not command.removeprefix(catalogue.COMMAND).strip():
        raise UsageError("there is no command behind the !", where=f"vecalc models add {name}")
    catalogue.change(lambda found: _unless_taken(found, name).put(name, entry))
    say(f"{name}: {command}")
    return 0


def _add_address(name: str, address: str, embed: str, entry: Entry) -> int:
    """Give a store on a server a name; nobody asks whether it is there. Raises `UsageError`."""
    from vecalc.stores.addresses import address_of

    shown = address_of(address).shown
    if embed:
        raise UsageError("a store holds vectors, there is nothing to embed", where=f"--embed {embed}")
    catalogue.change(lambda found: _unless_taken(found, name).put(name, entry))
    say(f"{name}: {shown}")
    return 0


def _unless_copied(copied: bool, names: Iterable[str]) -> None:
    """Raises `UsageError` for options that say how to read, which an alias would lose."""
    context = click.get_current_context()
    typed = [name for name in names if context.get_parameter_source(name) == ParameterSource.COMMANDLINE]
    if typed and not copied:
        option = next(one.opts[0] for one in context.command.params if one.name == typed[0])
        hint = "add --import to keep a copy that is read so; or give the option with each -m"
        message = "it says how to read, and an alias is read anew each time"
        raise UsageError(message, where=option, hint=hint)


@command("vecalc models default [NAME]")
@click.argument("name", required=False, shell_complete=offer("named"))
def make_default(name: str | None) -> int:
    """Shows the model that answers without -m, or makes another one the default; `starter` is built in."""
    if name is None:
        say(catalogue.as_shown(default_model()))
        return 0
    _existing(name, catalogue.read())
    default = None if name == catalogue.STARTER else name
    catalogue.change(lambda found: _existing(name, found)._replace(default=default))
    say(f"default: {name}")
    if (now := default_model()) != name:
        say(
            f"note: {catalogue.as_shown(now)} still comes first, by the settings; "
            "`vecalc config show` tells which",
            sys.stderr,
        )
    return 0


@command("vecalc models set NAME [--norm NORM] [--metric METRIC]", "  vecalc models set news --norm raw\n")
@click.argument("name", shell_complete=offer("named"))
@OWN
def set_(name: str, own_norm: OwnNorm | None, own_metric: OwnMetric | None) -> int:
    """Sets a model's default norm and metric; `none` forgets."""
    if own_norm is None and own_metric is None:
        hint = "--norm raw, or --norm none to forget"
        raise UsageError("there is nothing to set", where="vecalc models set", hint=hint)
    _existing(name, catalogue.read())
    entry = Entry()

    def edited(found: Catalogue) -> Catalogue:
        nonlocal entry
        entry = _with(_existing(name, found).entries.get(name, entry), own_norm, own_metric)
        return found.put(name, entry)

    catalogue.change(edited)
    say(f"{name}: norm {entry.norm or 'as usual'}, metric {entry.metric or 'as usual'}")
    return 0


@command("vecalc models remove NAME")
@click.argument("name", shell_complete=offer("named"))
@YES
def remove(name: str, yes: bool) -> int:
    """Forgets an alias (its file stays), or deletes an imported model."""
    from vecalc.space.atomic import sweep

    if (folder := catalogue.imported(name)).parent == models_folder():
        sweep(folder)  # a run that removed it may have been killed on the way
    found = _existing(name, catalogue.read())
    if name == catalogue.STARTER:
        hint = "`vecalc models default NAME` makes another one the default"
        raise UsageError("the starter can't be removed", where="vecalc models remove", hint=hint)
    entry = found.entries.get(name)
    is_alias = bool(entry and entry.path)
    if not is_alias:
        confirm(f"Delete {folder}?", yes, "vecalc models remove")
    catalogue.change(lambda found: found.without(name))  # first: what comes later must not inherit from it
    if not is_alias:
        from vecalc.library.conversions import remove_from_disk

        remove_from_disk(folder)
    say(f"removed {name}")
    if found.default == name:
        remark(f"{name} was the default; it is the starter now")
    return 0


@command("vecalc models path NAME")
@click.argument("name", shell_complete=offer("named"))
def path(name: str) -> int:
    """Where a model lies: an alias's file, a store's folder or address; of a command itself."""
    from vecalc.library.inventory import place_of

    found = _existing(name, catalogue.read())
    elsewhere = (
        catalogue.command_of(name, found) is not None or catalogue.address_named(name, found) is not None
    )
    if elsewhere:
        say_exactly(catalogue.as_shown(str(found.entries[name].path)))
        return 0
    say_exactly(str(place_of(name)))
    return 0


# --- helpers --------------------------------------------------------------------------------


def _unless_taken(found: Catalogue, name: str) -> Catalogue:
    """The catalogue, unless a model has this name."""
    entry = found.entries.get(name)
    if (entry and entry.path) or catalogue.exists(name):
        hint = f"`vecalc models remove {name}` makes room"
        raise UsageError(f"there is a model '{name}' already", where="vecalc models add", hint=hint)
    return found


def _existing(name: str, found: Catalogue) -> Catalogue:
    """The catalogue, in which there is this model."""
    if not catalogue.exists(name):
        meant = did_you_mean(name[:100], catalogue.names())
        hint = f"{meant} there are {', '.join(catalogue.names())}".lstrip()
        raise UsageError(f"there is no model '{name[:100]}'", where="vecalc models", hint=hint)
    return found


def _with(entry: Entry, norm: OwnNorm | None, metric: OwnMetric | None) -> Entry:
    """The entry with what is said, and without what is to be forgotten."""
    if norm is not None:
        entry = entry._replace(norm=None if norm == "none" else norm)
    if metric is not None:
        entry = entry._replace(metric=None if metric == "none" else metric)
    return entry
