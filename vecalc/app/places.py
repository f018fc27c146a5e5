"""Where vecalc keeps what belongs to the user: configuration, history, cache."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from vecalc.errors import StorageProblem

APP = "vecalc"


def config_folder() -> Path:
    """`VECALC_CONFIG`, or the platform's folder for configuration."""
    if given := os.environ.get("VECALC_CONFIG"):
        return Path(given)
    if sys.platform == "linux":
        # The XDG rule is one line; importing platformdirs for it costs a tenth of a whole start.
        return Path(os.environ.get("XDG_CONFIG_HOME") or _home() / ".config") / APP
    from platformdirs import user_config_path

    return user_config_path(APP, appauthor=False)


def cache_folder() -> Path:
    """`VECALC_CACHE_DIR`, or the platform's folder for caches."""
    if given := os.environ.get("VECALC_CACHE_DIR"):
        return Path(given)
    if sys.platform == "linux":
        return Path(os.environ.get("XDG_CACHE_HOME") or _home() / ".cache") / APP
    from platformdirs import user_cache_path

    return user_cache_path(APP, appauthor=False)


def models_folder() -> Path:
    """`VECALC_MODELS`, or `models` in the platform's folder for data: what was imported by name."""
    if given := os.environ.get("VECALC_MODELS"):
        return Path(given)
    if sys.platform == "linux":
        return Path(os.environ.get("XDG_DATA_HOME") or _home() / ".local" / "share") / APP / "models"
    from platformdirs import user_data_path

    return user_data_path(APP, appauthor=False) / "models"


def history_file() -> Path:
    """`VECALC_HISTORY`, or `history` in the platform's folder for state."""
    if given := os.environ.get("VECALC_HISTORY"):
        return Path(given)
    from platformdirs import user_state_path

    return user_state_path(APP, appauthor=False) / "history"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a container's user without an entry in the table of users
        raise StorageProblem(
            "no home directory: HOME is not set, and this user has none",
            hint="set HOME, or VECALC_CONFIG, VECALC_CACHE_DIR and VECALC_MODELS",
        ) from None
