"""Defaults for options: environment > project file > user file > catalogue > built in. Flags beat them all.

A file is TOML with the long names of options as keys: `norm = "unit"`, `top = 5`,
`model = ["vectors.bin"]`. The project's file is `vecalc.toml` in the current folder, the user's
`config.toml` in the configuration folder. The catalogue of models names the default one, and holds what
each model carries (`catalogue`). A variable is `VECALC_` and the name: `VECALC_TOP=5`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

from vecalc.errors import FileProblem
from vecalc.library import catalogue
from vecalc.library.paths import PROJECT, SETTINGS, Kept

# What may be set outside the command line, and of what type. Nothing here writes a file or relaxes how files
# are read, so a project file from a stranger can change answers' looks and conditions, and no more.
KEYS: dict[str, type] = {
    "model": list,
    "top": int,
    "format": str,
    "norm": str,
    "metric": str,
    "exclude": str,
    "first": int,
    "match": str,
    "min-score": float,
    "oov": str,
    "exact": bool,
    "words": bool,
    "phrase-words": str,
    "precision": int,
    "color": str,
    "theme": str,
    "header": bool,
    "quiet": bool,
    "store-timeout": float,
}
MOST_DOTS = 1_000  # in a line: tomllib takes the square of them for a key, and no setting has any
_CALLED = {
    list: "a list of texts",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
}


class Setting(NamedTuple):
    """A value, and where it comes from."""

    value: Any
    origin: str


def load_settings() -> dict[str, Setting]:
    """The settings of files and variables, by name. Raises `FileProblem` for a broken or unknown entry."""
    found: dict[str, Setting] = {}
    for kept in (SETTINGS, PROJECT):
        found.update(_read(kept))
    for key in KEYS:
        variable = variable_of(key)
        if value := os.environ.get(variable):
            found[key] = Setting([value] if key == "model" else value, f"environment {variable}")
    return found


def variable_of(key: str) -> str:
    """The variable of a setting."""
    return f"VECALC_{key.upper().replace('-', '_')}"


def with_default_model() -> dict[str, Setting]:
    """The settings in force, and the catalogue's default model, which comes after them."""
    found = load_settings()
    if "model" not in found and (default := catalogue.read().default):
        found["model"] = Setting([default], f"{catalogue.file()}: vecalc models default")
    return found


def default_model() -> str:
    """What -m would be."""
    models = with_default_model().get("model")
    return str(models.value[0]) if models and models.value else catalogue.STARTER


def _read(kept: Kept) -> dict[str, Setting]:
    if (data := kept.read()) is None:
        return {}
    import tomllib

    path, hint = kept.path(), "`vecalc config init` shows how"
    if any(line.count(b".") > MOST_DOTS for line in data.splitlines()):
        raise FileProblem(f"a line of it has more than {MOST_DOTS:,} dots", where=str(path), hint=hint)
    try:
        entries = tomllib.loads(data.decode())
    except UnicodeDecodeError as problem:
        raise FileProblem(f"the settings can't be read: {problem}", where=str(path)) from None
    except ValueError as problem:  # TOMLDecodeError is one, and an integer of thousands of digits
        raise FileProblem(f"not TOML: {problem}", where=str(path), hint=hint) from None
    except RecursionError:
        raise FileProblem("its values are nested too deeply", where=str(path), hint=hint) from None
    return {key: Setting(_checked(key, value, path), str(path)) for key, value in entries.items()}


def _checked(key: str, value: object, path: Path) -> object:
    """The value, if it is of the key's type; an integer is also a number, and one model a list of one."""
    if key not in KEYS:
        raise FileProblem(
            f"there is no setting '{key}'", where=str(path), hint=f"there are {', '.join(KEYS)}"
        )
    wanted = KEYS[key]
    if wanted is list and isinstance(value, str):
        value = [value]
    if wanted is float and type(value) is int:
        value = float(value)
    if key == "model" and path == PROJECT.path() and isinstance(value, list):
        _refuse_strangers(value, path)
    if type(value) is not wanted or (isinstance(value, list) and not all(type(v) is str for v in value)):
        raise FileProblem(f"'{key}' must be {_CALLED[wanted]}", where=str(path))
    return value


def _refuse_strangers(models: list[Any], path: Path) -> None:
    """Raises `FileProblem` for a project that would run a program of its own, or show a server of its choice
    the user's password: it may be a stranger's.
    """
    named = [catalogue.split_model(str(model))[1] for model in models]
    hint = f"name it with `vecalc models add`, on the command line or in {SETTINGS.path()}"
    if any(model.startswith(catalogue.COMMAND) for model in named):
        raise FileProblem("a project's settings run no commands", where=str(path), hint=hint)
    if any(catalogue.ON_SERVER in model for model in named):
        raise FileProblem("a project's settings connect to no servers", where=str(path), hint=hint)


TEMPLATE = """\
# vecalc settings. Remove the # before a line to set it; flags and VECALC_... variables beat this file.

# model = ["vectors.bin"]     # or ["users=users.bin", "movies=movies.bin"]; the first is the default space
# store-timeout = 60          # seconds that a store on a server may take for an answer
# top = 10                    # neighbours shown
# norm = "rms"                # rms | unit | raw: the length of word vectors
# metric = "cos"              # cos | dot | l2
# exclude = "inputs"          # inputs | variants | none
# first = 30000               # rank among the most frequent words only
# oov = "error"               # error | skip
# words = false               # true: every argument, line or cell is one word, whatever is in it
# phrase-words = "english"    # or a file of lists by which phrase("...") is read
# format = "table"            # table | plain | tsv | csv | json | jsonl | markdown | junit | vector
# precision = 4
# color = "auto"              # auto | always | never
# theme = "dark"              # dark | light: what colours are to be read on
"""
