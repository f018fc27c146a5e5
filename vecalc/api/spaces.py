"""What may be given for a model, and how it becomes a space: a name, a path, or what is loaded already."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypedDict, TypeGuard, Unpack, overload
from weakref import WeakKeyDictionary

from vecalc.answers import Encoding
from vecalc.api.telling import Tell, warned
from vecalc.formats.keyed_vectors import from_keyed_vectors
from vecalc.library.cache import CacheUse
from vecalc.library.catalogue import STARTER, Entry, own
from vecalc.library.open_model import open_named
from vecalc.space import VectorSpace


class KeyedVectorsLike(Protocol):
    """gensim's KeyedVectors, as far as it matters here."""

    key_to_index: Any
    index_to_key: Any
    vectors: Any


class _HasVectors(Protocol):
    """A model of gensim's, which has its KeyedVectors as `.wv`."""

    wv: Any


Place: TypeAlias = "str | os.PathLike[str]"
Model: TypeAlias = "Place | VectorSpace | tuple[VectorSpace, Sequence[str]] | KeyedVectorsLike | _HasVectors"

_SPACE = ("dim", "row", "word", "vectors", "blocks")  # what a space has, and nothing else that is a model
_TAKES = (
    "a model's name or path, a space, what vecalc.load returns, a gensim KeyedVectors, "
    "or a mapping of names to these"
)

# What the catalogue says of a space that was opened by a name: its own norm and metric.
_OWN: WeakKeyDictionary[VectorSpace, Entry] = WeakKeyDictionary()


class HowToOpen(TypedDict, total=False):
    """How models are to be read, and what is asked of the cache: the options of the command line."""

    embed: Place
    embed_timeout: float
    store_timeout: float
    words_file: Place
    encoding: str
    encoding_errors: Encoding
    strict: bool
    skip_bad_rows: bool
    allow_trailing: bool
    trust_pickle: bool
    require_cache: bool
    no_wait: bool
    verify: bool


@overload
def open(  # noqa: A001 - as a user calls it: vecalc.open
    model: Place, /, *, notes: Tell = warned, **how: Unpack[HowToOpen]
) -> VectorSpace: ...
@overload
def open(  # noqa: A001
    model: Mapping[str, Model], /, *, notes: Tell = warned, **how: Unpack[HowToOpen]
) -> dict[str, VectorSpace]: ...
def open(  # noqa: A001
    model: Place | Mapping[str, Model], /, *, notes: Tell = warned, **how: Unpack[HowToOpen]
) -> VectorSpace | dict[str, VectorSpace]:
    """The space of a model, by what `-m` opens: "starter", the name of a model that was imported or has an
    alias, a path, FILE#PART, lines:FILE, !COMMAND, the address of a store on a server. A mapping opens
    several, by the names of their spaces.

    >>> len(vecalc.open("starter")) > 1000
    True

    A large file is converted into the cache on first use, and mapped from then on. The options are those of
    the command line: `embed` (the model that makes vectors of texts), `encoding`, `strict`, `verify`, ...
    What had to be put up with is told to `notes`; each is a `VecalcWarning` by default. Raises `FileProblem`,
    `StorageProblem`, `UsageError`, `RemoteProblem`.
    """
    if isinstance(model, Mapping):
        return spaces_of(model, notes, **how)
    return spaces_of({"": model}, notes, **how)[""]


def spaces_of(
    models: Mapping[str, Model], notes: Tell = warned, **how: Unpack[HowToOpen]
) -> dict[str, VectorSpace]:
    """The spaces of some models, in their order. Raises `TypeError` for what is none, and as `open`."""
    ready = {name: _ready(model, notes) for name, model in models.items() if not _is_path(model)}
    paths = {name: os.fspath(model) for name, model in models.items() if _is_path(model)}
    opened = _opened(paths, ready, notes, how) if paths else {}
    return {name: (opened if name in opened else ready)[name] for name in models}


def own_settings(space: VectorSpace) -> dict[str, str]:
    """The norm and the metric that a space, if it was opened by a name, has of its own."""
    entry = _OWN.get(space, Entry())
    return {name: value for name in ("norm", "metric") if (value := getattr(entry, name))}


def _opened(
    paths: Mapping[str, str], ready: Mapping[str, VectorSpace], notes: Tell, how: HowToOpen
) -> dict[str, VectorSpace]:
    reading: dict[str, Any] = {**how}
    embed = os.fspath(reading.pop("embed", ""))
    required, no_wait = reading.pop("require_cache", False), reading.pop("no_wait", False)
    verify, usual = reading.pop("verify", False), CacheUse()
    patience = reading.pop("embed_timeout", usual.patience)
    store_patience = reading.pop("store_timeout", usual.store_patience)

    def tell(note: str) -> None:
        notes(note)

    cache = CacheUse(required, not no_wait, verify, tell, patience, store_patience)
    if "words_file" in reading:
        reading["words_file"] = os.fspath(reading["words_file"])
    if unknown := reading.keys() - HowToOpen.__annotations__.keys():
        options = ", ".join(HowToOpen.__annotations__)
        raise TypeError(f"vecalc.open has no option {sorted(unknown)[0]!r}; there are {options}, notes")
    opened = open_named(paths, cache=cache, embed=embed, loaded=ready, **reading)
    for note in opened.notes:
        notes(note)
    for name, space in opened.spaces.items():
        _OWN[space] = own(paths[name])
    return opened.spaces


def _ready(model: Any, notes: Tell) -> VectorSpace:
    """The space that is loaded already. Raises `TypeError`."""
    if isinstance(model, tuple) and len(model) == 2 and _is_space(model[0]):
        for note in model[1]:
            notes(f"{model[0].name}: {note}" if model[0].name else note)
        return model[0]
    if _is_space(model):
        return model
    if hasattr(getattr(model, "wv", model), "key_to_index"):
        return from_keyed_vectors(model)
    raise TypeError(f"{type(model).__name__} is no model: it takes {_TAKES}")


def _is_path(model: object) -> TypeGuard[Place]:
    return isinstance(model, str | os.PathLike)


def _is_space(model: object) -> TypeGuard[VectorSpace]:
    return all(hasattr(model, name) for name in _SPACE)


def as_mapping(model: Model | Mapping[str, Model]) -> Mapping[str, Model]:
    """Models by the names of their spaces; one alone has none."""
    if isinstance(model, Mapping):
        if not model:
            raise TypeError(f"an empty mapping names no model: it takes {_TAKES}")
        return model
    return {"": model}


DEFAULT: Place = STARTER  # what is calculated with where nothing is named
