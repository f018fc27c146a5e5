"""The models that have a name: the starter, what was imported, and aliases of files; what each one carries.

The catalogue is one JSON file in the configuration folder, its owner's alone:

    {"format": 1, "default": "news", "models": {"news": {"path": "/data/news.bin", "norm": "raw"}}}

An entry without a path holds what was set for an imported model or for the starter. A name can be used
wherever a file can; a file or folder of that name in the current folder comes first.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import vecalc
from vecalc.answers import METRICS, NORMS, Metric, Norm
from vecalc.errors import FileProblem, UsageError
from vecalc.library.paths import CATALOGUE, models_folder
from vecalc.texts import FORCED

if TYPE_CHECKING:
    from vecalc.space import VectorSpace

_NAMED = re.compile(r"([^\W\d][\w'’]*)=(.+)", re.DOTALL)
CALLED = 12  # characters of a name made of a file's: columns are to fit on a screen
FORMAT = 1
STARTER = "starter"
DATABASES = ("sqlite:", "duckdb:", "lance:")  # before a file of this format
PREFIXES = (FORCED, *DATABASES)
COMMAND = "!"  # before a program of the user's that encodes texts
ON_SERVER = "://"  # in the address of a store, and in no absolute path
FOR_SHELLS = "$`;&!'"  # would do something, where a name is pasted without quotes
LONGEST_NAME = 100  # characters; with room for 4 bytes each, and a suffix, below what file systems take


class Entry(NamedTuple):
    """What the catalogue knows of a name: its path, or command with its !, or address of a store; the model's
    own norm and metric, and the model that embeds its texts.
    """

    path: str | None = None
    norm: Norm | None = None
    metric: Metric | None = None
    embed: str | None = None


class Catalogue(NamedTuple):
    """The default model's name, and the entries."""

    default: str | None = None
    entries: Mapping[str, Entry] = {}

    def put(self, name: str, entry: Entry) -> Catalogue:
        """The catalogue with this entry; one that says nothing is none."""
        rest = {key: value for key, value in self.entries.items() if key != name}
        return self._replace(entries=rest if entry == Entry() else {**rest, name: entry})

    def without(self, name: str) -> Catalogue:
        """The catalogue without a name, also as default."""
        return self.put(name, Entry())._replace(default=None if self.default == name else self.default)


# --- names ------------------------------------------------------------------------------------


def check_name(name: str, where: str = "--name") -> str:
    """The name, if it can be a model's: what can be a file's name and nothing else anywhere.

    Raises `UsageError` for all others, whatever they hold, so that no name leads out of its folder.
    """
    unfit = not name or name[0] in ".-" or len(name) > LONGEST_NAME
    if unfit or any(c in FOR_SHELLS or c in '/\\:=\0"<>|?*' or not c.isprintable() for c in name):
        shown = name if len(name) <= LONGEST_NAME else f"{name[:20]}..."
        hint = f"use letters, digits, _; at most {LONGEST_NAME} characters"
        raise UsageError(f"'{shown}' can't be a model's name", where=where, hint=hint)
    if name == STARTER:
        raise UsageError(
            f"'{STARTER}' is the model inside the package", where=where, hint="choose another name"
        )
    return name


def not_an_alias(name: str) -> str:
    """The name, if an imported model can have it. Raises `UsageError` for an alias's."""
    if (entry := read().entries.get(name)) and entry.path:
        hint = f"`vecalc models remove {name}` makes room"
        raise UsageError(f"'{name}' is an alias of {as_shown(entry.path)}", where="--name", hint=hint)
    return name


def forget_what_is_gone(name: str) -> None:
    """See that what was set for an imported model that is there no more does not count for the next."""

    def without(found: Catalogue) -> Catalogue:
        entry = found.entries.get(name, Entry())
        return found if entry.path or _is_imported(name) else found.put(name, Entry())

    if name in read().entries and not _is_imported(name):
        change(without)


def imported(name: str) -> Path:
    """The folder of an imported model of this name, whether there is one or not."""
    return models_folder() / name


def known(path: Path, found: Catalogue | None = None) -> Path:
    """The path itself, or what is known by this name: an alias's file, an imported model's folder.

    `NAME#PART` is a part of what is known by the name.
    """
    name, sign, part = str(path).rpartition("#")
    whole = _known(path, found)
    if whole == path and sign and name and not os.path.lexists(path):
        whole = Path(f"{_known(Path(name), found)}#{part}")
    return whole


def _known(path: Path, found: Catalogue | None) -> Path:
    name = str(path)
    if os.path.lexists(name) or path.name != name or len(name) > LONGEST_NAME or not name.isprintable():
        return path
    if (entry := (found or read()).entries.get(name)) and entry.path:
        return path if entry.path.startswith(COMMAND) or ON_SERVER in entry.path else Path(entry.path)
    return imported(name) if _is_imported(name) else path


def command_of(model: str, found: Catalogue | None = None) -> str | None:
    """The command that a model of `-m` is, by `!CMD` or by name; None for all others."""
    if not model.startswith(COMMAND):
        model = own(model, found).path or ""
    return model.removeprefix(COMMAND) if model.startswith(COMMAND) else None


def address_named(model: str, found: Catalogue | None = None) -> str | None:
    """The address of a store that a model of `-m` is, as such or by name; None for all others."""
    if ON_SERVER not in model:
        model = own(model, found).path or ""
    if ON_SERVER not in model:
        return None
    from vecalc.stores.addresses import is_address

    return model if is_address(model) else None


def as_shown(model: str) -> str:
    """A model as it was typed, without the password that an address may hold."""
    if ON_SERVER not in model:
        return model
    from vecalc.stores.addresses import without_password

    return without_password(model)


def file_at(path: Path) -> Path:
    """The file that is meant by FILE, FILE#PART or FILE.zip:MEMBER, or the folder."""
    text = str(path).lower()
    if os.path.lexists(path) or not ("#" in text or ".zip" in text):
        return path
    from vecalc.sources import Reading
    from vecalc.sources.reference import located

    return located(path, Reading())[0]


def exists(name: str) -> bool:
    """Whether a model has this name."""
    entry = read().entries.get(name)
    return name == STARTER or bool(entry and entry.path) or _is_imported(name)


def imported_names() -> list[str]:
    """The names of the imported models, sorted."""
    try:
        return sorted(path.name for path in models_folder().iterdir() if _is_imported(path.name))
    except OSError:
        return []


def names() -> list[str]:
    """All names there are."""
    aliases = {name for name, entry in read().entries.items() if entry.path}
    return [STARTER, *sorted({*aliases, *imported_names()})]


def _is_imported(name: str) -> bool:
    from vecalc.space.store import is_store

    return name[:1] != "." and is_store(imported(name))


# --- models of -m ------------------------------------------------------------------------------


def starter() -> VectorSpace:
    """The space inside the package: real vectors of English words, so that a fresh install answers."""
    from vecalc.space.store import open_store

    return open_store(starter_folder(), "starter")


def starter_folder() -> Path:
    """Where it lies."""
    return Path(vecalc.__file__).parent / "starter"


def split_model(model: str) -> tuple[str, str]:
    """`users=FILE` as name and path; a path that exists as written has no name."""
    match = _NAMED.fullmatch(model)
    if match is None or os.path.exists(model):  # noqa: PTH110 - no error for a name too long
        return "", model
    return match[1], match[2]


def without_prefix(model: str) -> tuple[str, str]:
    """`lines:FILE` or `sqlite:FILE` as the file, and the prefix; a path that exists as written has none."""
    prefix = next((prefix for prefix in PREFIXES if model.startswith(prefix)), "")
    if not prefix or os.path.lexists(model):
        return model, ""
    return model.removeprefix(prefix), prefix


def absolute(embed: str) -> str:
    """A model's path, as it is found from any folder; what is known by a name, or a command, stays."""
    if embed.startswith(COMMAND) or not os.path.lexists(embed):
        return embed
    return os.path.abspath(embed)  # noqa: PTH100 - links stay


def named(models: Iterable[str]) -> tuple[str, ...]:
    """The models of `-m`, each with a name: one without is called by its file's, without folder and suffix.

    Raises `UsageError` for a name given twice.
    """
    named: dict[str, str] = {}
    for model in models:
        name, path = split_model(model)
        file = "command" if path.startswith(COMMAND) else _file_called(path)
        stem = name or re.sub(r"\W", "_", file.split(".")[0])[:CALLED]
        stem = f"_{stem}" if not stem[:1].isalpha() else stem
        unique = next(n for n in chain([stem], (f"{stem}_{i}" for i in count(2))) if name or n not in named)
        if unique in named:
            raise UsageError(f"the name '{unique}' is given twice", where=f"-m {as_shown(model)}")
        named[unique] = path
    return tuple(f"{name}={path}" for name, path in named.items())


def _file_called(path: str) -> str:
    if (address := address_named(path)) is None:
        return Path(without_prefix(path)[0]).name
    from vecalc.stores.addresses import address_of

    return path if path != address else address_of(address).called


def own_settings(models: Sequence[str], found: Catalogue | None = None) -> dict[str, Entry]:
    """What is set for the models of `-m` themselves, by the names of their spaces; the default one first."""
    named = dict(split_model(model) for model in models) or {"": STARTER}
    return {name: own(named[name], found) for name in sorted(named, key=bool)}


def files_of(models: Sequence[str], found: Catalogue | None = None) -> list[Path]:
    """The files, or folders, that the models of `-m` are; without any, the starter's. Commands and stores on
    servers are none.
    """
    named = [split_model(model)[1] for model in models] or [STARTER]
    local = [name for name in named if command_of(name, found) is None and address_named(name, found) is None]
    files = [without_prefix(name)[0] for name in local]
    folders = [starter_folder()] if STARTER in named else []
    return [*(file_at(known(Path(name), found)) for name in files), *folders]


def own(model: str, found: Catalogue | None = None) -> Entry:
    """What is set for the model that `-m` names in this way; nothing for other files and commands."""
    if Path(model).name != model or (model != STARTER and os.path.lexists(model)):
        return Entry()
    return (found or read()).entries.get(model, Entry())


# --- the file ---------------------------------------------------------------------------------


def file() -> Path:
    """Where the catalogue is."""
    return CATALOGUE.path()


def read() -> Catalogue:
    """The catalogue; an empty one when there is none. Raises `FileProblem` when it is damaged."""
    return _catalogue(CATALOGUE.read())


def _catalogue(text: bytes | None) -> Catalogue:
    if text is None:
        return Catalogue()
    path = file()
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise _damaged(path, "it is not JSON") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise _damaged(path, f"it is not of format {FORMAT}")
    default, models = told.get("default"), told.get("models", {})
    if not isinstance(default, str | None) or not isinstance(models, dict):
        raise _damaged(path, "'default' must be a name, 'models' a table")
    return Catalogue(default, {name: _entry(name, entry, path) for name, entry in models.items()})


def _entry(name: str, told: Any, path: Path) -> Entry:
    if not isinstance(told, dict) or not all(isinstance(told.get(key), str | None) for key in Entry._fields):
        raise _damaged(path, f"the entry of '{name}' is not a table of texts")
    entry = Entry(*(told.get(key) for key in Entry._fields))
    if entry.norm not in (None, *NORMS) or entry.metric not in (None, *METRICS):
        raise _damaged(path, f"'{name}' has a norm or a metric that does not exist")
    if not all(_can_be_a_name(text) for text in (name, entry.path or "", entry.embed or "")):
        raise _damaged(path, "it names what can't be the name of a file")
    return entry


def _can_be_a_name(text: str) -> bool:
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:  # half of a pair of surrogates
        return False


def _damaged(path: Path, what: str) -> FileProblem:
    return FileProblem(f"the catalogue is damaged: {what}", where=str(path), hint="mend it, or remove it")


def change(edit: Callable[[Catalogue], Catalogue]) -> None:
    """Write what becomes of the catalogue, whole or not at all, for its owner alone.

    Of changes that are made at once none is lost. Raises `FileProblem`, `StorageProblem`, and as `edit` does.
    """
    CATALOGUE.change(lambda text: _text(edit(_catalogue(text))))


def _text(catalogue: Catalogue) -> bytes:
    entries = ((name, entry._asdict()) for name, entry in sorted(catalogue.entries.items()))
    models = {name: {k: v for k, v in entry.items() if v is not None} for name, entry in entries}
    told = {"format": FORMAT, "models": models}
    if catalogue.default:
        told["default"] = catalogue.default
    return (json.dumps(told, indent=2) + "\n").encode()
