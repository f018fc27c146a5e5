"""What embeds texts: a model that `--embed` names, or the only textual one among those of `-m`."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from shlex import quote
from typing import NamedTuple, TypeAlias

from vecalc.errors import NotVectors, UsageError
from vecalc.library.cache import CacheUse
from vecalc.library.catalogue import STARTER, command_of
from vecalc.library.kept_stores import Watch
from vecalc.library.meant import meant
from vecalc.library.vector_models import load_vectors
from vecalc.sources import Reading
from vecalc.space import VectorSpace
from vecalc.texts.embedding import Embedder

Embed: TypeAlias = "str | PathLike[str] | VectorSpace"  # what a caller may name
PROGRAMS = {".py": "python3", ".sh": "sh", ".js": "node", ".pl": "perl", ".rb": "ruby"}
TEXTUAL = "a textual model has a tokenizer beside its rows, as those of model2vec and WordLlama have"


class OpenedEmbedder(NamedTuple):
    """An embedder, what had to be put up with to load it, and the files read."""

    embedder: Embedder
    notes: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()


def embedder_of(
    embed: Embed, spaces: Mapping[str, VectorSpace], watch: Watch, cache: CacheUse
) -> OpenedEmbedder:
    """The embedder that is named: one of the loaded spaces, a model, a file, or a space itself.

    Raises `UsageError` for one that is not textual, and as `load_vectors` does.
    """
    if not isinstance(embed, str | PathLike):
        return OpenedEmbedder(_of_space(embed, embed.name))
    called = str(embed)
    if called in spaces:
        return OpenedEmbedder(_of_space(spaces[called], called))
    if (command := command_of(called)) is not None:
        from vecalc.library.commands import command_encoder

        return OpenedEmbedder(Embedder(command_encoder(command, cache), called))
    if called == STARTER:
        raise _not_textual(called)
    what = meant(called, Reading())
    name = Path(called).name
    try:
        loaded = load_vectors(what.place, what.reading, name, watch, cache)
    except NotVectors as problem:
        if language := PROGRAMS.get(what.place.suffix):
            problem.hint = f"a program is run by a command: --embed {quote(f'!{language} {called}')}"
        raise
    notes = tuple(f"{called}: {note}" for note in loaded.notes)
    return OpenedEmbedder(_of_space(loaded.space, name), notes, loaded.files)


def only_textual(spaces: Mapping[str, VectorSpace]) -> OpenedEmbedder | None:
    """The only encoder that some spaces have; None where there is none. UsageError for several."""
    readers: dict[str, str] = {}  # of one encoder the first that has it
    for name, space in spaces.items():
        if space.encoder:
            readers.setdefault(space.encoder.identity, name)
    able = list(readers.values())
    if len(able) > 1:
        message = f"several models could embed the texts: {', '.join(able)}"
        raise UsageError(message, hint=f"--embed {able[0]} chooses one")
    return OpenedEmbedder(_of_space(spaces[able[0]], able[0] or spaces[able[0]].name)) if able else None


def _of_space(space: VectorSpace, name: str) -> Embedder:
    if space.encoder is None:
        raise _not_textual(name)
    return Embedder(space.encoder, name)


def _not_textual(name: str) -> UsageError:
    return UsageError(f"{name} is not a textual model: it can't embed texts", where="--embed", hint=TEXTUAL)
