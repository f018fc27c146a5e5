"""Which columns of an Arrow table are the word and its numbers.

The word is the column called word, token, term or key, or the only one of text. The numbers are the column
called vector or embedding, or the only one of lists; where no column holds lists, they are all columns of
numbers, in their order, which must then be of one type.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vecalc.errors import FileProblem
from vecalc.formats import MAX_WIDTH
from vecalc.formats.extras import extra
from vecalc.formats.word_text import shown

EXTRA = "parquet"  # what brings pyarrow, for Arrow files as well
_WORDS = ("word", "token", "term", "key", "words", "tokens")
_VECTORS = ("vector", "embedding", "vectors", "embeddings")
_HINT = "have one column of words and one of lists of numbers; call them word and vector"


class Columns(NamedTuple):
    """Which columns to read: of the word, and of its numbers, one of lists or several."""

    word: str
    numbers: list[str]
    lists: bool


def arrow(path: Path, what: str, module: str = "pyarrow") -> Any:
    """A module of pyarrow; FileProblem that names the extra where it is not installed."""
    return extra(module, EXTRA, what, path)


def columns_of(schema: Any, path: Path) -> Columns:
    """The columns that hold words and vectors; FileProblem where that is not clear."""
    pa = arrow(path, "a table")
    kinds = {field.name: _kind(field.type, pa.types) for field in schema}
    if len(kinds) < len(schema):
        raise FileProblem("two columns have the same name", where=str(path), hint=_HINT)
    word = _one(kinds, "text", _WORDS, "words", path)
    lists = [name for name, kind in kinds.items() if kind == "lists"]
    if lists:
        return Columns(word, [_one(kinds, "lists", _VECTORS, "vectors", path)], True)
    numbers = [name for name, kind in kinds.items() if kind == "numbers"]
    types = {str(schema.field(name).type) for name in numbers}
    if not numbers:
        raise FileProblem(f"no column of numbers: {_listed(kinds)}", where=str(path), hint=_HINT)
    if len(types) > 1 or len(numbers) > MAX_WIDTH:
        message = (
            f"it is not clear which of {len(numbers):,} columns are the vector, they hold {_some(types)}"
        )
        raise FileProblem(message, where=str(path), hint="keep only the word and its numbers, of one type")
    return Columns(word, numbers, False)


def _kind(kind: Any, types: Any) -> str:
    """What a column of this type may be."""
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return "text"
    if types.is_binary(kind) or types.is_large_binary(kind):
        return "text"
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return "lists" if _is_number(kind.value_type, types) else ""
    return "numbers" if _is_number(kind, types) else ""


def _is_number(kind: Any, types: Any) -> bool:
    return bool(types.is_floating(kind) or types.is_integer(kind))


def _one(kinds: dict[str, str], kind: str, names: Sequence[str], what: str, path: Path) -> str:
    """The column of one of these names, or the only one of its kind."""
    found = [name for name in kinds if kinds[name] == kind]
    named = [name for wanted in names for name in found if name.lower() == wanted]
    if len(found) != 1 and not named:
        message = f"it is not clear which column holds the {what}" if found else f"no column of {what}"
        raise FileProblem(f"{message}: {_listed(kinds)}", where=str(path), hint=_HINT)
    return named[0] if named else found[0]


def _listed(kinds: dict[str, str]) -> str:
    listed = [f"{shown(name)} ({kind or 'neither'})" for name, kind in kinds.items()]
    return _some(listed) if listed else "there is no column at all"


def _some(names: Iterable[str]) -> str:
    names = sorted(names)
    return ", ".join(names[:5]) + (" and more" if len(names) > 5 else "")
