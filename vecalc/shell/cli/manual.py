"""What is told of the program: `--generate` (manual page, shells' completion scripts) and `--version`."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Iterator, Mapping

import click

import vecalc
from vecalc.shell import registry
from vecalc.shell.help_topics import EXIT_CODES, usages

DESCRIPTION = """\
Computes with words as vectors, and shows the words that are nearest to the result. With expressions, they
are answered; with a file or something piped in, every line is; with neither, on a terminal, a prompt opens.
"""
_FILES = {
    "config.toml": "options that hold in every call; `vecalc config init` writes one with comments",
    "vecalc.toml": "the same, in the current folder, for a project",
    "prelude.vec": "functions and names of your own",
    "startup.txt": "what is done first at the prompt",
}
PARTS = (
    "blake3", "click", "gensim", "lark", "numkong", "numpy", "platformdirs", "prompt-toolkit",
    "rapidfuzz", "regex", "rich", "threadpoolctl",
)  # fmt: skip
OPTIONAL = {  # and what installs them
    "distributed": "cluster",
    "duckdb": "duckdb",
    "lancedb": "lance",
    "matplotlib": "plot",
    "onnxruntime": "fast",
    "psycopg": "postgres",
    "pyarrow": "parquet",
    "pymilvus": "milvus",
    "safetensors": "safetensors",
    "scikit-learn": "tsne",
    "tokenizers": "text",
    "zstandard": "zstd",
}
WITHOUT_ZSTANDARD = (3, 14)  # this Python and later ones read zstd themselves


def generated(kind: str, command: click.Command, sections: Mapping[str, Iterable[str]], examples: str) -> str:
    """`man`, `bash`, `zsh`, `fish` or `schema`, for a command whose options stand in sections."""
    if kind == "man":
        return "".join(f"{line}\n" for line in _page(command, sections, examples))
    if kind == "schema":
        from importlib.resources import files

        return files("vecalc.render").joinpath("record.schema.json").read_text("utf-8")
    from vecalc.shell.cli.completion_scripts import SCRIPTS

    return SCRIPTS[kind]


def _page(command: click.Command, sections: Mapping[str, Iterable[str]], examples: str) -> Iterator[str]:
    """The lines of the manual page, in the macros of man(7)."""
    yield f'.TH VECALC 1 "" "vecalc {vecalc.__version__}" "User Commands"'
    yield from (".SH NAME", "vecalc \\- the calculator for embeddings", ".SH SYNOPSIS", ".nf")
    yield from map(_text, usages())
    yield from (".fi", ".SH DESCRIPTION")
    yield from map(_text, DESCRIPTION.splitlines())
    yield from (".SH EXAMPLES", ".nf", *map(_text, examples.splitlines()), ".fi", ".SH OPTIONS")
    context = click.Context(command)
    options = {option.name: option for option in command.params}
    for title, names in sections.items():
        yield f'.SS "{title}"'
        records = (options[name].get_help_record(context) for name in names if name in options)
        yield from _terms(record for record in records if record)
    yield ".SH COMMANDS"
    commands = ((name, registry.find(name)) for name in registry.names())
    yield from _terms((f"vecalc {name}", found.get_short_help_str(200)) for name, found in commands if found)
    yield ".SH FILES"
    yield _text("`vecalc config path` tells where.")
    yield from _terms(_FILES.items())
    yield ".SH EXIT STATUS"
    yield from _terms((str(code), meaning) for code, meaning in EXIT_CODES.items())
    yield from (".SH SEE ALSO", "vecalc help syntax, vecalc help functions, vecalc COMMAND \\-\\-help")


def _terms(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, text in pairs:
        yield from (".TP", f"\\fB{_text(term)}\\fR", _text(text))


_ROFF = str.maketrans({"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"})


def _text(line: str) -> str:
    """A line that roff shows as it is: nothing in it is a command, an escape, or made prettier."""
    escaped = line.translate(_ROFF)
    return f"\\&{escaped}" if escaped.startswith(".") else escaped


# --- versions ---------------------------------------------------------------------------------


def versions() -> str:
    """Versions of vecalc, Python, the libraries, optional ones too, and the BLAS numpy multiplies with."""
    from vecalc.search.products import told

    lines = [f"vecalc {vecalc.__version__}", f"Python {platform.python_version()} on {platform.platform()}"]
    lines += [f"{name} {_version(name) or 'not installed'}" for name in PARTS]
    lines += [f"{name} {_version(name) or _lacking(name)} (optional)" for name in OPTIONAL]
    return "\n".join([*lines, f"BLAS {_blas()}", f"products of batches {told()}"]) + "\n"


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _lacking(name: str) -> str:
    if name == "zstandard" and sys.version_info >= WITHOUT_ZSTANDARD:
        return "not needed, Python reads zstd itself"
    return f"not installed, pip install 'vecalc[{OPTIONAL[name]}]'"


def _blas() -> str:
    import numpy as np

    config = np.show_config(mode="dicts") or {}
    blas = config.get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()
