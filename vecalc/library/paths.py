"""Where vecalc keeps what belongs to the user: configuration, history, cache; and every file that is kept.

A kept file is read whole, if it is a regular file of a size that makes sense, and changed by one process at a
time, so that of many changes none is lost.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from vecalc import bounded
from vecalc.errors import FileProblem, StorageProblem

APP = "vecalc"


def config_folder() -> Path:
    """`VECALC_CONFIG`, or the platform's folder for configuration."""
    return _folder("VECALC_CONFIG", "config", "XDG_CONFIG_HOME", ".config")


def cache_folder() -> Path:
    """`VECALC_CACHE_DIR`, or the platform's folder for caches."""
    return _folder("VECALC_CACHE_DIR", "cache", "XDG_CACHE_HOME", ".cache")


def models_folder() -> Path:
    """`VECALC_MODELS`, or `models` in the platform's folder for data: what was imported by name."""
    return _folder("VECALC_MODELS", "data", "XDG_DATA_HOME", ".local/share", "models")


def history_file() -> Path:
    """`VECALC_HISTORY`, or `history` in the platform's folder for state."""
    if given := os.environ.get("VECALC_HISTORY"):
        return Path(given)
    from platformdirs import user_state_path

    return user_state_path(APP, appauthor=False) / "history"


def _folder(variable: str, kind: str, xdg: str, usual: str, within: str = "") -> Path:
    """What a variable says, or else the platform's folder of a kind, and a place in it."""
    if given := os.environ.get(variable):
        return Path(given)
    if sys.platform == "linux":
        # The XDG rule is one line; importing platformdirs for it costs a tenth of a whole start.
        return Path(os.environ.get(xdg) or _home() / usual) / APP / within
    import platformdirs

    folder: Path = getattr(platformdirs, f"user_{kind}_path")(APP, appauthor=False)
    return folder / within


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a container's user without an entry in the table of users
        raise StorageProblem(
            "no home directory: HOME is not set, and this user has none",
            hint="set HOME, or VECALC_CONFIG, VECALC_CACHE_DIR and VECALC_MODELS",
        ) from None


# --- files ------------------------------------------------------------------------------------


class Kept(NamedTuple):
    """A file that is there from run to run."""

    what: str  # as messages call it, where its name alone would not say
    path: Callable[[], Path]
    most: int  # bytes; none that was written for a purpose has a tenth of it

    def read(self) -> bytes | None:
        """Its bytes; None where there is none. Raises `FileProblem` for what is not a file, or too large."""
        try:
            return bounded.read_if_there(self.path(), self.most)
        except OSError as problem:
            from vecalc.space.files import unreadable

            told = unreadable(self.path(), problem)
            told.message = f"{self.what} can't be read: {told.message}".lstrip()
            raise told from None

    def text(self) -> str:
        """Its text, none where there is no file. Raises `FileProblem`."""
        return as_text(self.read() or b"", self.path())

    def change(self, change: Callable[[bytes | None], bytes]) -> None:
        """Write what becomes of its bytes, or of None where there is none, for its owner alone.

        Meanwhile no other process changes it. Raises `FileProblem`, `StorageProblem`, and what `change` does.
        """
        from vecalc.space.atomic import new_file
        from vecalc.space.files import unwritable
        from vecalc.space.locks import alone

        path = self.path()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place = path.resolve()  # a link stays a link
            with alone(place.parent):
                fresh = change(self.read())
                with new_file(place, private=True) as stream:
                    stream.write(fresh)
        except OSError as problem:
            raise unwritable(path, problem) from None


SETTINGS = Kept("the settings", lambda: config_folder() / "config.toml", 1 << 18)
PROJECT = Kept("the settings", lambda: Path("vecalc.toml"), 1 << 18)
PRELUDE = Kept("", lambda: config_folder() / "prelude.vec", 1 << 24)
STARTUP = Kept("", lambda: config_folder() / "startup.txt", 1 << 24)
CATALOGUE = Kept("the catalogue", lambda: config_folder() / "models.json", 1 << 24)
FAVOURITES = Kept("", lambda: config_folder() / "favourites.vec", 1 << 24)
HISTORY = Kept("the history", history_file, 1 << 24)
KEPT = (SETTINGS, PROJECT, PRELUDE, STARTUP, CATALOGUE, FAVOURITES, HISTORY)


def text_of(path: Path) -> str:
    """The text of a file of definitions. Raises `FileProblem`."""
    try:
        data = bounded.read(path, PRELUDE.most)
    except OSError as problem:
        raise FileProblem(f"can't be read: {problem.strerror}", where=str(path)) from None
    return as_text(data, path)


def as_text(data: bytes, path: Path) -> str:
    """UTF-8 with or without a byte-order mark. Raises `FileProblem`."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        message = f"byte {problem.start + 1} is not UTF-8"
        raise FileProblem(message, where=str(path), hint="save the file as UTF-8") from None


def keep_tables() -> None:
    """Keep the parser's tables in the cache folder between runs."""
    from vecalc.lang.grammar import keep_tables_in

    keep_tables_in(cache_folder(), _written)


def _written(path: Path, data: bytes) -> None:
    """Write a file that can be made again, whole, for its owner alone. Raises `OSError`."""
    from vecalc.space.atomic import new_file

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with new_file(path, private=True) as stream:
        stream.write(data)
