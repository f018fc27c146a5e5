"""From models' paths or names to spaces: the doors of the library.

A store of a file lies in the cache folder (see `cache`). What is imported by name lies in the models folder
and needs its file no longer. Files of vectors are `vector_models`, those of texts `text_models`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from vecalc.answers import Stored
from vecalc.errors import FileProblem, NotVectors, UsageError
from vecalc.formats.folders import main_file
from vecalc.formats.load import Loaded, how
from vecalc.library.cache import CacheUse
from vecalc.library.catalogue import (
    STARTER,
    address_named,
    as_shown,
    check_name,
    command_of,
    imported,
    own,
    split_model,
    starter,
)
from vecalc.library.kept_stores import Watch, unwatched
from vecalc.library.meant import may_be_texts, meant
from vecalc.library.vector_models import load_vectors, write_vectors
from vecalc.sources import Reading
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from vecalc.library.embedders import Embed, OpenedEmbedder
    from vecalc.space.store_files import Written

AS_TEXTS = "--embed MODEL reads its lines as texts"  # a hint


def load(
    path: str | os.PathLike[str],
    *,
    name: str = "",
    watch: Watch = unwatched,
    cache: CacheUse = CacheUse(),  # noqa: B008 - immutable
    embed: Embed | None = None,
    **reading: Any,
) -> Loaded:
    """The space at a path: a store, or a file of any format in `vecalc.formats`; or of a name that is known.

    A file of a megabyte or more is converted on first use; that takes the file's size and a fourth of it on
    the disk, little memory, and is told to `watch`. `name` captions it, the file's own name by default.
    `reading` are fields of `sources.Reading`: what is wanted of the file, what to put up with. `cache` says
    what is asked of the cache; where it can't be written, a note says so and the file is read into memory.

    With `embed` (a textual model's name or path, or a space that has an encoder) a file without vectors is
    one of texts: a row for each line, or for each cell of FILE#COLUMN; see `text_models`. A model that was
    named with an embedder has it already. A store on a server is connected to by its address.
    Raises `FileProblem`, `StorageProblem`, `UsageError`, `RemoteProblem`.
    """
    if (address := address_named(str(path))) is not None:
        from vecalc.library.served_models import open_served

        return open_served(address, name, cache, how(**reading))
    what = meant(str(path), how(**reading))
    embed = embed or own(str(path)).embed
    if embed is None:
        with proposing(AS_TEXTS):
            return load_vectors(what.place, what.reading, name, watch, cache)
    from vecalc.library.embedders import embedder_of
    from vecalc.library.text_models import load_by, nothing_to_embed

    with _needed_by(str(path)):
        found = embedder_of(embed, {}, watch, cache)
    loaded, embedded = load_by(what, found.embedder, name, watch, cache)
    if not embedded:
        raise nothing_to_embed(f"{path} holds vectors")
    return Loaded(loaded.space, (*found.notes, *loaded.notes)).of(*found.files, *loaded.files)


@contextmanager
def proposing(hint: str) -> Iterator[None]:
    """Meanwhile a text without vectors in it is a problem with this hint, too."""
    try:
        yield
    except NotVectors as problem:
        problem.hint = f"{hint}; {problem.hint}" if problem.hint else hint
        raise


@contextmanager
def _needed_by(path: str) -> Iterator[None]:
    """Meanwhile a file that can't be read is the embedder of a model that was named with one."""
    try:
        yield
    except FileProblem as problem:
        if embed := own(path).embed:
            problem.hint = f"{embed} embedded the texts of {path}; {problem.hint}"
        raise


class OpenedModels(NamedTuple):
    """Spaces by name (the default first), notes on what was put up with, and the files (stores) read."""

    spaces: dict[str, VectorSpace]
    notes: tuple[str, ...]
    files: tuple[Path, ...] = ()


def open_spaces(
    models: Sequence[str],
    watch: Watch = unwatched,
    cache: CacheUse = CacheUse(),  # noqa: B008 - immutable
    embed: str = "",
    loaded: Mapping[str, VectorSpace] = MappingProxyType({}),
    **reading: Any,
) -> OpenedModels:
    """The spaces of `-m [NAME=]FILE ...`. `watch` sees long files being read.

    FILE may be a name that `catalogue` knows. A space without a name is the default one; otherwise the first
    is. Files of texts are embedded by `embed`, or else by the only other model that is textual, of these or
    of those that are `loaded` already.
    Raises `UsageError` for a name given twice, and for an embedder that is not used; `FileProblem` for a file
    that can't be read.
    """
    paths = paths_of(models)
    opened = open_named(paths, watch, cache, embed, loaded, **reading)
    return opened._replace(spaces={name: opened.spaces[name] for name in sorted(paths, key=bool)})


def paths_of(models: Sequence[str]) -> dict[str, str]:
    """The files of `-m [NAME=]FILE ...` by the names of their spaces.

    Raises `UsageError` for a name given twice.
    """
    paths: dict[str, str] = {}
    for model in models:
        name, path = split_model(model)
        if name in paths:
            again = f"the name '{name}' is given twice" if name else "two models without a name"
            raise UsageError(
                again, where=f"-m {as_shown(model)}", hint="name them: -m users=FILE -m movies=FILE"
            )
        paths[name] = path
    return paths


def open_named(
    paths: Mapping[str, str],
    watch: Watch = unwatched,
    cache: CacheUse = CacheUse(),  # noqa: B008 - immutable
    embed: str = "",
    loaded: Mapping[str, VectorSpace] = MappingProxyType({}),
    **reading: Any,
) -> OpenedModels:
    """The same of names and files that stand apart, in their order: = may be part of a file's name."""
    opening = _Opening(how(**reading), watch, cache, embed, loaded)
    texts = {name: path for name, path in paths.items() if not opening.opened(name, path)}
    for name, path in texts.items():
        opening.embed(name, path)
    opening.refuse_unused()
    spaces = {name: opening.spaces[name] for name in paths}
    return OpenedModels(spaces, tuple(opening.notes), tuple(opening.files))


class _Opening:
    """The models of a command line, those of vectors first: one of them may embed the texts of the others."""

    def __init__(
        self,
        reading: Reading,
        watch: Watch,
        cache: CacheUse,
        embed: str,
        loaded: Mapping[str, VectorSpace],
    ) -> None:
        self.reading, self.watch, self.cache = reading, watch, cache
        self.wanted = embed
        self.is_used = False
        self.found: dict[str, OpenedEmbedder | None] = {}  # embedders, by what was typed
        self.loaded = loaded
        self.spaces: dict[str, VectorSpace] = {}
        self.notes: list[str] = []
        self.files: list[Path] = []

    def opened(self, name: str, path: str) -> bool:
        """Whether a model has vectors, and is open now; otherwise it waits until all others are."""
        if path == STARTER and not Path(path).exists():
            self.spaces[name] = starter()
            return True
        if (command := command_of(path)) is not None:
            from vecalc.library.commands import command_space

            self.spaces[name] = command_space(command, name, self.cache)
            return True
        if (address := address_named(path)) is not None:
            from vecalc.library.served_models import open_served

            served = open_served(address, name, self.cache, self.reading)
            self._take(name, served.space.name, served)
            return True
        what = meant(path, self.reading)
        if own(path).embed or may_be_texts(what):
            return False
        try:
            loaded = load_vectors(
                what.place, what.reading, name or Path(path).name or path, self.watch, self.cache
            )
        except NotVectors:
            return False
        self._take(name, path, loaded)
        return True

    def embed(self, name: str, path: str) -> None:
        """Open a model that may be one of texts. Raises `NotVectors` where nothing can embed them."""
        what, called = meant(path, self.reading), name or Path(path).name or path
        with _needed_by(path):
            found = self._embedder(self.wanted or own(path).embed or "")
        if found is None:
            if what.forced:
                raise UsageError(
                    "there is no model that could embed its lines", where=f"-m {path}", hint=AS_TEXTS
                )
            with proposing(AS_TEXTS):
                loaded = load_vectors(what.place, what.reading, called, self.watch, self.cache)
        else:
            from vecalc.library.text_models import load_by

            loaded, embedded = load_by(what, found.embedder, called, self.watch, self.cache)
            self.is_used = self.is_used or embedded
            path = name or path if embedded else path
        self._take(name, path, loaded)

    def refuse_unused(self) -> None:
        """Raises `UsageError` where `--embed` was given, and no model is one of texts."""
        if self.wanted and not self.is_used:
            from vecalc.library.text_models import nothing_to_embed

            raise nothing_to_embed("all models are vectors")

    def _embedder(self, wanted: str) -> OpenedEmbedder | None:
        if wanted not in self.found:
            from vecalc.library.embedders import embedder_of, only_textual

            able = {**self.loaded, **self.spaces}
            found = embedder_of(wanted, able, self.watch, self.cache) if wanted else only_textual(able)
            self.found[wanted] = found
            if found:
                self.notes += found.notes
                self.files += found.files
        return self.found[wanted]

    def _take(self, name: str, called: str, loaded: Loaded) -> None:
        self.spaces[name] = loaded.space
        self.notes += [f"{called}: {note}" for note in loaded.notes]
        self.files += loaded.files


def import_model(
    path: str,
    name: str,
    kind: Stored,
    reading: Reading,
    watch: Watch = unwatched,
    embed: str = "",
    cache: CacheUse = CacheUse(),  # noqa: B008 - immutable
) -> tuple[Path, Written]:
    """Convert a file into the models folder under a name; the folder, and what went into it.

    With `embed` its texts, by the model of this name or path. A store on a server is copied.
    """
    if (address := address_named(path)) is not None:
        from vecalc.library.served_models import copy_served

        return copy_served(address, imported(check_name(name)), name, kind, watch, cache)
    folder, what = imported(check_name(name)), meant(path, reading)
    if embed:
        from vecalc.library.embedders import embedder_of
        from vecalc.library.text_models import import_by

        found = embedder_of(embed, {}, watch, CacheUse())
        return folder, import_by(what, found.embedder, folder, name, kind, watch)
    with proposing(AS_TEXTS):
        return folder, write_vectors(*main_file(what.place, what.reading), folder, name, watch, kind)
