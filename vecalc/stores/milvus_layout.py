"""What a collection of Milvus consists of: which fields are key, word and vector, and what else is there.

A collection that vecalc has published says all of it in its description. Of any other the names and types of
its fields say it; fields that the schema doesn't know (dynamic ones) are seen in some of its rows.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast, get_args

from vecalc.answers import METRICS, Cell, Metric
from vecalc.conditions import Kind, MetadataColumn, WordColumn
from vecalc.errors import UsageError
from vecalc.sources.column_names import VECTORS, WORDS
from vecalc.stores import Published
from vecalc.stores.milvus_filter import MilvusField, Numeric, quoted

KEY, WORD, FOLDED, VECTOR = "row", "word", "folded", "vector"  # of a published collection
OTHERS = "$meta"  # what a server calls the fields that aren't in the schema
MARK = "vecalc"
FORMAT = 1
INDEXED_BY: dict[str, Metric] = {"COSINE": "cos", "IP": "dot", "L2": "l2"}
OPTIONS = ("word", "vector")
WHOLE = 2**53  # up to which float64 has every whole number

_NUMBERS: dict[str, Numeric] = {
    **dict.fromkeys(("INT8", "INT16", "INT32", "INT64"), "whole"),
    **dict.fromkeys(("FLOAT", "DOUBLE"), "float"),
}
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(_NUMBERS, "number"),
    "BOOL": "flag",
    "VARCHAR": "text",
    "JSON": "other",
    "ARRAY": "other",
}


class MilvusColumn(NamedTuple):
    """A column of metadata: how it is asked for, and where its values are."""

    field: MilvusField
    output: str  # the field that is read
    known: str = ""  # the field that says whether there is a value; "": there is one where it isn't null

    def cell(self, row: Mapping[str, Any], name: str) -> Cell:
        """Its value in a row that was read; None where it is missing."""
        value = row.get(name if self.output == OTHERS else self.output)
        if value is None or (self.known and not row.get(self.known)):
            return None
        if isinstance(value, float) and math.isnan(value):
            return None
        if self.known and isinstance(value, float) and value.is_integer() and abs(value) <= WHOLE:
            return int(value)  # a whole number was made a double when it was published
        return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else cast(Cell, value)


class MilvusLayout(NamedTuple):
    """The fields of a collection."""

    name: str  # its own, no alias
    number: int  # the server's
    key: str
    word: str
    folded: str  # "": words of other cases can be guessed alone
    vector: str
    width: int
    columns: Mapping[str, MilvusColumn]
    published: Published | None = None
    notes: tuple[str, ...] = ()

    @property
    def told_columns(self) -> tuple[MetadataColumn, ...]:
        """The columns as everybody knows them."""
        return tuple(
            (WordColumn if column.output == self.word else MetadataColumn)(name, column.field.kind)
            for name, column in self.columns.items()
        )

    @property
    def fields(self) -> dict[str, MilvusField]:
        """The columns as expressions name them."""
        return {name: column.field for name, column in self.columns.items()}


# --- published collections ------------------------------------------------------------------


def description(told: Published) -> str:
    """What a published collection says of itself."""
    return json.dumps({MARK: FORMAT, **told._asdict()})


def published(said: str) -> Published | None:
    """What it says; None of a collection that vecalc didn't make."""
    try:
        found = json.loads(said)
        if not isinstance(found, dict) or found.pop(MARK, None) != FORMAT:
            return None
        columns = tuple(MetadataColumn(str(name), kind) for name, kind in found.pop("columns"))
        told = Published(**found, columns=columns)
    except (ValueError, TypeError, KeyError):
        return None
    return told if _is_sound(told) else None


def _is_sound(told: Any) -> bool:
    """Whether it says what vecalc writes: anybody may have changed it."""
    kinds = {*get_args(Kind)}
    numbers = all(isinstance(number, int) for number in (told.rows, told.width))
    texts = all(isinstance(text, str) for text in (told.model, told.initial, told.fingerprint, told.words))
    return (
        numbers and texts and told.metric in METRICS and all(column.kind in kinds for column in told.columns)
    )


def columns_of_published(columns: Sequence[MetadataColumn]) -> dict[str, MilvusColumn]:
    """Two fields a column: its values, and whether there is one, for this server has no null."""
    made = {}
    for number, column in enumerate(columns):
        name = f"c{number}"
        known = f"{name}_known"
        made[column.name] = MilvusColumn(MilvusField(name, column.kind, f"({known} == true)"), name, known)
    return made


# --- collections of others ------------------------------------------------------------------


def layout(said: Mapping[str, Any], options: Mapping[str, str]) -> MilvusLayout:
    """What a server says of a collection, understood. Raises `UsageError` for what can't be guessed."""
    fields = {field["name"]: field for field in said["fields"]}
    types = {name: getattr(field["type"], "name", "") for name, field in fields.items()}
    key = next(name for name, field in fields.items() if field.get("is_primary"))
    own, told = {KEY, WORD, FOLDED, VECTOR}, published(said.get("description", ""))
    if told and own <= fields.keys() and not options:
        columns = columns_of_published(told.columns)
        if all(column.output in fields and column.known in fields for column in columns.values()):
            width = _width(fields[VECTOR])
            if told.words:
                columns = {told.words: MilvusColumn(MilvusField(WORD, "text"), WORD), **columns}
            return MilvusLayout(
                said["collection_name"],
                said["collection_id"],
                key,
                WORD,
                FOLDED,
                VECTOR,
                width,
                columns,
                told,
            )
    vectors = [name for name, kind in types.items() if kind == "FLOAT_VECTOR"]
    vector = _chosen("vector", vectors, VECTORS, options)
    word = _chosen("word", [name for name, kind in types.items() if kind == "VARCHAR"], WORDS, options)
    columns = {
        name: MilvusColumn(MilvusField(name, _KINDS[kind], numeric=_NUMBERS.get(kind, "float")), name)
        for name, kind in types.items()
        if kind in _KINDS and name not in (key, word)
    }
    notes = (f"words are in the field {word}, vectors in {vector}, the key is {key}",)
    number = said["collection_id"]
    return MilvusLayout(
        said["collection_name"], number, key, word, "", vector, _width(fields[vector]), columns, None, notes
    )


def _width(field: Mapping[str, Any]) -> int:
    return int(field["params"]["dim"])


def _chosen(what: str, fit: Sequence[str], known: Iterable[str], options: Mapping[str, str]) -> str:
    """The field that the user names, the only one that fits, or the first with a known name."""
    there = f"there are {', '.join(fit)}" if fit else "there is none"
    if wanted := options.get(what):
        if wanted in fit:
            return wanted
        raise UsageError(f"?{what}={wanted}: no such field of {_HOLDS[what]}", hint=there)
    lowered = {name.lower(): name for name in fit}
    found = fit[:1] if len(fit) == 1 else [lowered[name] for name in known if name in lowered]
    if not found:
        hint = f"name it: ?{what}=FIELD; {there}" if fit else there
        raise UsageError(f"which field holds the {what}s?", hint=hint)
    return found[0]


_HOLDS = {"word": "texts", "vector": "vectors of float32"}


def dynamic_columns(rows: Iterable[Mapping[str, Any]], known: Iterable[str]) -> dict[str, MilvusColumn]:
    """The columns that some rows have besides those of the schema, with the kind that their values have."""
    kinds: dict[str, set[Kind]] = {}
    for row in rows:
        for name in row.keys() - {*known}:
            kinds.setdefault(name, set()).add(_kind(row[name]))
    return {
        name: _dynamic(name, found.pop() if len(found) == 1 else "other")
        for name, found in sorted(kinds.items())
    }


def _kind(value: object) -> Kind:
    match value:
        case bool():
            return "flag"
        case int() | float():
            return "number"
        case str():
            return "text"
    return "other"


def _dynamic(name: str, kind: Kind) -> MilvusColumn:
    """JSON is compared with values of its own type alone: that is how one knows that there is one."""
    told = f"{OTHERS}[{quoted(name)}]"
    known = {
        "number": f"({told} >= 0 or {told} < 0)",
        "text": f'({told} >= "")',
        "flag": f"({told} == true or {told} == false)",
    }.get(kind, f"(exists {told})")
    return MilvusColumn(MilvusField(told, kind, known, "any"), OTHERS)
