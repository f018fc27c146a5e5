"""Versions of a model in Milvus: a collection each, and an alias, the model's name, for the one in force.

A version has an index without losses (FLAT). It is made when all rows are in, and waited for: before that,
the server answers from an interim index that leaves rows out.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from vecalc.answers import Cell
from vecalc.conditions import NO_TEXT, Kind, MetadataColumn, instant
from vecalc.errors import RemoteProblem
from vecalc.stores import Connection, NewRows, Published
from vecalc.stores.milvus_calls import MilvusCalls
from vecalc.stores.milvus_layout import (
    FOLDED,
    INDEXED_BY,
    KEY,
    VECTOR,
    WHOLE,
    WORD,
    MilvusColumn,
    columns_of_published,
    description,
    published,
)
from vecalc.stores.versions import VERSION, new_version

LONGEST = 65_535  # bytes of a text
COLUMNS = 30  # of metadata: a collection has 64 fields
AT_ONCE = 16 << 20  # bytes that are sent at once
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_INDEX = {by: name for name, by in INDEXED_BY.items()}
_EMPTY: dict[Kind, Cell] = {"number": 0.0, "flag": False}  # what stands where a value is missing; else ""


class MilvusTarget:
    """See `Target`."""

    def __init__(self, calls: MilvusCalls, name: str, connected: Callable[[str], Connection]) -> None:
        self._calls = calls
        self._name = name
        self._connected = connected
        self._columns: dict[str, tuple[MetadataColumn, ...]] = {}

    def begin(self, told: Published) -> str:
        """See `Target.begin`. Nothing is made where the name, or the columns, can't be."""
        if not _NAME.fullmatch(self._name):
            message = f"{self._name} can't be the name of a collection"
            raise self._calls.problem(
                message, "it has letters of English, digits and _, up to 200, no digit first"
            )
        if len(told.columns) > COLUMNS:
            message = f"{len(told.columns)} columns of metadata are more than the {COLUMNS} that there can be"
            raise self._calls.problem(message)
        if self._stands_for() == self._name:
            message = (
                f"there is a collection {self._name}, where the name of the versions in force would stand"
            )
            raise self._calls.problem(message, "choose another name")
        version = new_version(self._name)
        self._calls("create_collection", version, schema=_schema(told))
        return version

    def put(self, version: str, rows: NewRows) -> None:
        """See `Target.put`. Raises before any of them is sent, if one can't be."""
        made = columns_of_published(self._columns_of(version))
        sent = [self._row(rows, place, list(made.values())) for place in range(len(rows.words))]
        for some in _pieces(sent, rows.vectors.shape[1]):
            self._calls("upsert", version, some)

    def finish(self, version: str) -> None:
        """See `Target.finish`. Afterwards it is loaded, and searched without losses."""
        calls = self._calls
        told = self._told(version)
        calls("flush", version)
        _, params = _library()
        params.add_index(VECTOR, index_type="FLAT", metric_type=_INDEX[told.metric])
        for field in (WORD, FOLDED):
            params.add_index(field, index_type="Trie")
        calls("create_index", version, params, sync=False)
        for field in (VECTOR, WORD, FOLDED):
            self._wait_for_index(version, field)
        calls("load_collection", version, _async=True)
        calls.waited(
            lambda: self._loading(version) is None, lambda: self._loading(version), f"loading {version}"
        )

    def count(self, version: str) -> int:
        """See `Target.count`."""
        return self._calls.count(version)

    def connection(self, version: str) -> Connection:
        """See `Target.connection`."""
        return self._connected(version)

    def switch(self, version: str) -> None:
        """See `Target.switch`."""
        method = "alter_alias" if self.in_force() else "create_alias"
        self._calls(method, version, self._name)

    def drop_others(self, keep: Sequence[str]) -> list[str]:
        """See `Target.drop_others`. Only what vecalc has made is removed."""
        others = [
            name
            for name in self._calls("list_collections")
            if self._is_version(name) and name not in keep and self._described(name)
        ]
        for name in others:
            self._calls("drop_collection", name)
        return others

    def in_force(self) -> str:
        """See `Target.in_force`."""
        found = self._stands_for()
        return "" if found == self._name else found

    def close(self) -> None:
        """See `Target.close`."""
        self._calls.close()

    # --- versions ---------------------------------------------------------------------------

    def _stands_for(self) -> str:
        """The collection that the name is, or is an alias of; "" where there is none."""
        if not self._calls("has_collection", self._name):
            return ""
        return str(self._calls("describe_collection", self._name)["collection_name"])

    def _is_version(self, name: str) -> bool:
        behind = name.removeprefix(self._name)
        return behind != name and VERSION.fullmatch(behind) is not None

    def _described(self, version: str) -> Published | None:
        return published(self._calls("describe_collection", version).get("description", ""))

    def _told(self, version: str) -> Published:
        if told := self._described(version):
            return told
        raise self._calls.problem(f"{version} is no version that vecalc has made")

    def _columns_of(self, version: str) -> tuple[MetadataColumn, ...]:
        if version not in self._columns:
            self._columns[version] = self._told(version).columns
        return self._columns[version]

    def _wait_for_index(self, version: str, field: str) -> None:
        name = self._calls("list_indexes", version, field_name=field)[0]

        def left() -> int:
            said = self._calls("describe_index", version, name)
            return 0 if said["state"] == "Finished" else max(1, int(said["pending_index_rows"]))

        self._calls.waited(lambda: not left(), left, f"the index on {field} of {version}")

    def _loading(self, version: str) -> object:
        """How far it is; None when it is done."""
        said = self._calls("get_load_state", version)
        return None if said["state"].name == "Loaded" else said.get("progress", 0)

    # --- rows -------------------------------------------------------------------------------

    def _row(self, rows: NewRows, place: int, columns: Sequence[MilvusColumn]) -> dict[str, Any]:
        number = rows.first + place
        made: dict[str, Any] = {KEY: number, WORD: rows.words[place], FOLDED: rows.folded[place]}
        for column, cell in zip(columns, rows.records[place] if columns else (), strict=True):
            value = _value(cell, column.field.kind)
            made[column.output] = _EMPTY.get(column.field.kind, "") if value is None else value
            made[column.known] = value is not None
        for name, value in made.items():
            if reason := _unfit(value, name == KEY):
                raise self._unfit(number, rows.words[place], reason)
        made[VECTOR] = rows.vectors[place]
        return made

    def _unfit(self, row: int, word: str, reason: str) -> RemoteProblem:
        shown = word if len(word) <= 40 else f"{word[:40]}…"
        return self._calls.problem(f"row {row + 1:,}, '{shown}', can't be published: {reason}")


def _value(cell: Cell, kind: Kind) -> Cell:
    """A cell as its field keeps it; None where there is no value."""
    match kind, cell:
        case _, None:
            return None
        case "number", float():
            return None if math.isnan(cell) else cell
        case "number", int():
            return cell if abs(cell) > WHOLE else float(cell)
        case "flag", _:
            return bool(cell)
        case "time", _:
            return instant(str(cell))
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)


def _unfit(value: object, is_key: bool) -> str:
    """Why a value can't be sent; "" where it can."""
    if isinstance(value, str):
        if found := NO_TEXT.search(value):
            return f"no text of Milvus has the character U+{ord(found[0]):04X} in it"
        size = len(value.encode())
        return f"a text of {size:,} bytes, of which Milvus keeps {LONGEST:,}" if size > LONGEST else ""
    if isinstance(value, int) and not isinstance(value, bool) and not is_key:
        return f"{value} is a whole number beyond 2^53, and numbers are float64 there"
    return ""


def _pieces(rows: Sequence[dict[str, Any]], width: int) -> Iterator[list[dict[str, Any]]]:
    """As many rows at once as are sent at once."""
    some: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        own = 4 * width + 64 + sum(len(value) * 4 for value in row.values() if isinstance(value, str))
        if some and size + own > AT_ONCE:
            yield some
            some, size = [], 0
        some.append(row)
        size += own
    if some:
        yield some


def _library() -> tuple[Any, Any]:
    """The types of fields, and parameters of indexes to be filled."""
    from pymilvus import DataType, MilvusClient

    return DataType, MilvusClient.prepare_index_params()


def _schema(told: Published) -> Any:
    from pymilvus import MilvusClient

    types, _ = _library()
    schema = MilvusClient.create_schema(
        auto_id=False, enable_dynamic_field=False, description=description(told)
    )
    schema.add_field(KEY, types.INT64, is_primary=True)
    schema.add_field(VECTOR, types.FLOAT_VECTOR, dim=told.width)
    for name in (WORD, FOLDED):
        schema.add_field(name, types.VARCHAR, max_length=LONGEST)
    for column in columns_of_published(told.columns).values():
        kept: dict[Kind, Any] = {"number": types.DOUBLE, "flag": types.BOOL}
        kind = kept.get(column.field.kind, types.VARCHAR)
        schema.add_field(column.output, kind, **({"max_length": LONGEST} if kind == types.VARCHAR else {}))
        schema.add_field(column.known, types.BOOL)
    return schema
