"""Which columns of a table hold words, and which their numbers.

Words stand in a column of text, or else in one of integers, whose decimals they are then; numbers in a column
of lists, or else in columns of numbers side by side, in their order. Of several, usual names are taken first.
Side by side they are the columns that are numbered (d0, d1, ... or 1, 2, ...), or else all of one type, but
for what usually stands beside vectors (a count, a year). FILE#NAME names the column of vectors or that of
words, FILE#NAME,NAME both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vecalc.errors import FileProblem, NotVectors
from vecalc.formats.arrow_metadata import OtherColumn, others_of
from vecalc.formats.columns import NARROWEST, stands_apart
from vecalc.formats.other_columns import ColumnNames, words_from
from vecalc.sources import MAX_WIDTH, Source
from vecalc.sources.column_names import IDS, VECTORS, WORDS
from vecalc.sources.extras import extra
from vecalc.sources.parts import LONGEST_NAME, FilePart, chosen, listed
from vecalc.sources.word_text import shown

TEXT, LISTS, WHOLE, NUMBERS, NEITHER = "text", "lists", "integers", "numbers", "neither"
WHOLE_LISTS = "lists of integers"
_NUMBERED = re.compile(r"(.*?)(0|[1-9][0-9]{0,5})")
_WORDS = "column of words"
_LISTED = 5  # columns that a remark names
_HINT = "have one column of words and one of lists of numbers; call them word and vector"


class TableColumns(NamedTuple):
    """Which columns to read: of the word, and of its numbers, one of lists or several."""

    word: str
    numbers: list[str]
    lists: bool
    others: Sequence[OtherColumn] = ()  # which become metadata
    called: str = ""  # the column of the words among these; "" where there are no others

    @property
    def names(self) -> list[str]:
        """All columns to read, as the table calls them."""
        return [self.word, *self.numbers, *(other.name for other in self.others)]


def arrow(path: Path, what: str, module: str = "pyarrow") -> Any:
    """A module of pyarrow; FileProblem that names the extra where it is not installed."""
    return extra(module, "parquet", what, path)


def columns_of(schema: Any, source: Source) -> TableColumns:
    """The columns of an Arrow schema that hold words and vectors, and all others.

    FileProblem where it is not clear which are which.
    """
    columns = _words_and_vectors(schema, source)
    names = ColumnNames(source, columns.word)
    others = others_of(schema, columns.names, names, source)
    return columns._replace(others=others, called=names.words if others else "")


def _words_and_vectors(schema: Any, source: Source) -> TableColumns:
    kinds = {field.name: _kind(field.type, arrow(source.path, "a table").types) for field in schema}
    if len(kinds) < len(schema):
        raise FileProblem("two columns have the same name", where=str(source.path), hint=_HINT)
    parts = [FilePart(name, kind) for name, kind in kinds.items()]
    wanted = _wanted(parts, kinds, source)
    lists = [kind for kind in (LISTS, WHOLE_LISTS) if kind in kinds.values()]
    if lists:
        of = lists if "vector" in wanted else lists[:1]
        vector = _one(parts, of, VECTORS, "column of vectors", wanted.get("vector", ""), source)
        return TableColumns(_word_column(parts, kinds, wanted, source), [vector], True)
    word = _word_column(parts, kinds, wanted, source)
    types = {field.name: str(field.type) for field in schema}
    return TableColumns(word, _side_by_side(word, kinds, types, source), False)


def _wanted(parts: Sequence[FilePart], kinds: Mapping[str, str], source: Source) -> dict[str, str]:
    """What the user names, by what it is to be: "word" or "vector"."""
    part = source.reading.part
    if not part:
        return {}
    names = [part] if part in kinds or "," not in part else part.split(",")
    wanted: dict[str, str] = {}
    for name in names:
        # FileProblem where there is none, and for the question which there are
        named = source._replace(reading=source.reading._replace(part=name))
        found = chosen(parts, named, what="column", known=(), fits=lambda _: False)
        role = {TEXT: "word", WHOLE: "word", LISTS: "vector", WHOLE_LISTS: "vector"}.get(found.what, "")
        if not role or role in wanted:
            message = f"{listed([found])} can't be a column of words, nor one of vectors"
            if role:
                message = f"two columns of {role}s are named: {shown(part, LONGEST_NAME)}"
            raise FileProblem(message, where=str(source.path), hint=f"{source.path.name}#WORDS,VECTORS")
        wanted[role] = found.name
    return wanted


def _word_column(
    parts: Sequence[FilePart], kinds: Mapping[str, str], wanted: Mapping[str, str], source: Source
) -> str:
    """The column of words; integers are words where there is no text, or where they are named."""
    named = wanted.get("word", "")
    kind = kinds[named] if named else TEXT if TEXT in kinds.values() else WHOLE
    if kind == TEXT:
        return _one(parts, [TEXT], WORDS, _WORDS, named, source)
    ids = [name for name, kind in kinds.items() if kind == WHOLE and name.lower().endswith("_id")]
    found = _one(parts, [WHOLE], (*IDS, *ids), _WORDS, named, source)
    source.tally.remarks[f"the words are the numbers of the column {listed([FilePart(found, WHOLE)])}"] = None
    return found


def _one(
    parts: Sequence[FilePart],
    kinds: Sequence[str],
    known: Sequence[str],
    what: str,
    name: str,
    source: Source,
) -> str:
    """The column that is named, or is of some kinds and a usual name, or the only one of these kinds."""
    named = source._replace(reading=source.reading._replace(part=name))
    fits, remark = (lambda part: part.what in kinds), words_from if what == _WORDS else None
    return chosen(parts, named, what=what, known=known, fits=fits, hint=_HINT, remark=remark).name


def _side_by_side(word: str, kinds: Mapping[str, str], types: Mapping[str, str], source: Source) -> list[str]:
    """The columns of numbers that make up the vector, one for each component."""
    able = [name for name, kind in kinds.items() if kind in (WHOLE, NUMBERS) and name != word]
    found = _numbered(able) or [name for name in able if not stands_apart(name)]
    if any(kinds[name] == NUMBERS for name in found):
        found = [name for name in found if kinds[name] == NUMBERS]
    held = {types[name] for name in found}
    if len(found) < NARROWEST:
        message = f"{'one column' if found else 'no column'} of numbers that may be a vector's"
        everything = listed([FilePart(name, kind) for name, kind in kinds.items()])
        raise NotVectors(f"{message}: {everything}", where=str(source.path), hint=_HINT)
    if len(held) > 1 or len(found) > MAX_WIDTH:
        message = f"it is not clear which of {len(found):,} columns are the vector, they hold {_some(held)}"
        hint = "keep only the word and its numbers, of one type"
        raise FileProblem(message, where=str(source.path), hint=hint)
    return found


def _numbered(names: Sequence[str]) -> list[str]:
    """The columns that are called alike but for a number, from 0 or 1 on without a gap, if most are."""
    matches = {name: match for name in names if (match := _NUMBERED.fullmatch(name))}
    stems = Counter(match[1] for match in matches.values())
    stem = max(stems, key=lambda stem: stems[stem], default="")
    found = [name for name, match in matches.items() if match[1] == stem]
    numbers = sorted(int(matches[name][2]) for name in found)
    without_gap = numbers and numbers[0] in (0, 1) and numbers[-1] - numbers[0] == len(numbers) - 1
    return found if without_gap and 2 * len(found) > len(names) else []


def _kind(kind: Any, types: Any) -> str:
    """What a column of this type may be."""
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return TEXT
    if types.is_binary(kind) or types.is_large_binary(kind):
        return TEXT
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        of = kind.value_type
        return LISTS if types.is_floating(of) else WHOLE_LISTS if types.is_integer(of) else NEITHER
    if types.is_floating(kind):
        return NUMBERS
    return WHOLE if types.is_integer(kind) else NEITHER


def _some(names: Iterable[str]) -> str:
    names = sorted(names)
    return ", ".join(names[:_LISTED]) + (" and more" if len(names) > _LISTED else "")
