"""Commands as models: `!CMD`, or a name of the catalogue that stands for one.

A person names them: on the command line, in the settings of the user's own, in the catalogue. Nothing that
comes with data does, and `load` runs none.
"""

from __future__ import annotations

from pathlib import Path

from vecalc.errors import StorageProblem, UsageError
from vecalc.library.cache import CacheUse, private_folder
from vecalc.library.paths import cache_folder
from vecalc.texts.command_encoder import CommandEncoder, shown
from vecalc.texts.encoder_space import EncoderSpace
from vecalc.texts.kept_vectors import TEXTS

_NAME = 32  # characters of an identity: below what file systems take


def command_encoder(command: str, use: CacheUse) -> CommandEncoder:
    """What a command encodes with. Encoding raises `StorageProblem` where what must be kept can't be.

    Raises `UsageError` for an empty command.
    """
    if not command.strip():
        raise UsageError("there is no command behind the !", where="-m !", hint="-m img='!CMD'")

    def kept(identity: str) -> Path | None:
        try:
            return private_folder(cache_folder() / TEXTS) / identity.partition(":")[2][:_NAME]
        except StorageProblem as problem:
            if use.required:
                raise
            use.tell(f"{shown(command)}: its vectors can't be kept: {problem.where}: {problem.message}")
            return None

    return CommandEncoder(command, kept, seconds=use.patience, tell=use.tell)


def command_space(command: str, name: str, use: CacheUse) -> EncoderSpace:
    """A space of no words, whose texts a command encodes; `name` captions it."""
    return EncoderSpace(command_encoder(command, use), name or shown(command))
