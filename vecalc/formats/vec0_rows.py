"""sqlite-vec's virtual tables (`vec0`), read by the plain tables behind them.

    NAME_rowids (rowid, id, chunk_id, chunk_offset)   a row each; `id` where the key is a text
    NAME_chunks (chunk_id, size, validity, rowids)    `size` places; a bit of each says whether it is taken
    NAME_vector_chunks00 (rowid, vectors)             the places of the first column of vectors, one blob
    NAME_metadatachunks00, NAME_metadatatext00        of the first column of metadata; texts over 12 bytes
    NAME_auxiliary (rowid, value00, ...)              columns with a plus

Rows come chunk by chunk: in the order of their keys, unless some were removed, or there are partitions.
Source: sqlite-vec 0.1 (sqlite-vec.c), whose columns are those of its definition, in their order.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vecalc.formats.sqlite_reading import select
from vecalc.formats.table_held import PlainColumn, Row

if TYPE_CHECKING:
    from sqlite3 import Connection

_USING = re.compile(r"(?is)\s*CREATE\s+VIRTUAL\s+TABLE\s.*?\sUSING\s+vec0\s*\((.*)\)\s*;?\s*")
_NAME = r"""["'`\[]?(\w+)["'`\]]?"""
_VECTOR = re.compile(rf"(?is)\s*{_NAME}\s+(float|f32|int8|i8|bit)\s*\[\s*(\d{{1,6}})\s*\].*")
_KEY = re.compile(rf"(?is)\s*{_NAME}\s+(text|integer|int)\s+primary\s+key\s*")
_PARTITION = re.compile(rf"(?is)\s*{_NAME}\s+(text|integer|int)\s+partition\s+key\s*")
_BESIDE = re.compile(rf"(?is)\s*\+\s*{_NAME}\s+(\w+)\s*")
_METADATA = re.compile(rf"(?is)\s*{_NAME}\s+(text|integer|int|float|double|boolean|bool)\s*")
_TYPES = {"float": ("float32", 4), "f32": ("float32", 4), "int8": ("int8", 1), "i8": ("int8", 1)}
_INLINE = 12  # bytes of a text that stand in the chunk itself
_ASKED_FOR = 500  # rows by their numbers at once
_MOST_PLACES = 1 << 16  # of a chunk; sqlite-vec makes 1,024 unless asked, and never more than 4,096


class _Column(NamedTuple):
    """A column of the definition, and which of its kind it is."""

    column: PlainColumn
    kind: str
    number: int
    size: int = 0  # bytes of a vector


class Vec0:
    """A virtual table of sqlite-vec's, by its definition."""

    def __init__(self, database: Connection, name: str, definition: str) -> None:
        self._database = database
        self._name = name
        self._held = _columns(definition)
        self.columns = [held.column for held in self._held]

    @staticmethod
    def is_one(definition: str) -> bool:
        """Whether the definition of a virtual table is one of sqlite-vec's."""
        return _USING.fullmatch(definition) is not None

    def rows(self) -> Iterator[Row]:
        """The rows, chunk by chunk, their cells in the order of `columns`."""
        cursor = self._database.execute(select("*", self._behind("chunks"), "ORDER BY chunk_id"))
        names = [column[0] for column in cursor.description]
        for values in cursor:
            yield from self._of_chunk(dict(zip(names, values, strict=True)))

    def _behind(self, table: str) -> str:
        return f"{self._name}_{table}"

    def _of_chunk(self, chunk: Mapping[str, Any]) -> Iterator[Row]:
        taken = np.unpackbits(np.frombuffer(_bytes(chunk["validity"]), np.uint8), bitorder="little")
        keys = np.frombuffer(_bytes(chunk["rowids"]), np.uint8)
        keys = keys[: len(keys) // 8 * 8].view("<i8")
        places = np.flatnonzero(taken[: min(len(keys), _MOST_PLACES)])
        rowids = keys[places].tolist()
        cells = [self._cells(held, chunk, places.tolist(), rowids) for held in self._held]
        yield from zip(*cells, strict=True)

    def _cells(
        self, held: _Column, chunk: Mapping[str, Any], places: Sequence[int], rowids: Sequence[int]
    ) -> Sequence[Any]:
        """The cells of a column at some places of a chunk."""
        where = int(chunk["chunk_id"]) if isinstance(chunk["chunk_id"], int) else -1
        match held.kind:
            case "key":
                ids = self._by_rowid("rowids", "id", rowids) if held.column.declared == "text" else {}
                return [ids.get(rowid, rowid) for rowid in rowids]
            case "partition":
                return [chunk.get(f"partition{held.number:02d}")] * len(places)
            case "beside":
                found = self._by_rowid("auxiliary", f"value{held.number:02d}", rowids)
                return [found.get(rowid) for rowid in rowids]
            case "vector":
                data = self._blob(f"vector_chunks{held.number:02d}", "vectors", where)
                return [data[place * held.size : (place + 1) * held.size] for place in places]
        data = self._blob(f"metadatachunks{held.number:02d}", "data", where)
        if held.kind == "text":
            return self._texts(data, held.number, places, rowids)
        return [_METADATA_CELLS[held.kind](data, place) for place in places]

    def _blob(self, table: str, column: str, chunk: int) -> bytes:
        sql = select(column, self._behind(table), "WHERE rowid = ?")
        found = self._database.execute(sql, (chunk,)).fetchone()
        return _bytes(found[0] if found else None)

    def _by_rowid(self, table: str, column: str, rowids: Sequence[int]) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for first in range(0, len(rowids), _ASKED_FOR):
            some = rowids[first : first + _ASKED_FOR]
            where = f"WHERE rowid IN ({', '.join('?' * len(some))})"
            found.update(self._database.execute(select(f"rowid, {column}", self._behind(table), where), some))
        return found

    def _texts(
        self, data: bytes, number: int, places: Sequence[int], rowids: Sequence[int]
    ) -> list[str | None]:
        """Texts: four bytes of their length, and twelve of the text, or of its beginning."""
        size = 4 + _INLINE
        views = [data[place * size : (place + 1) * size].ljust(size, b"\0") for place in places]
        lengths = [int.from_bytes(view[:4], "little") for view in views]
        long = [rowid for rowid, length in zip(rowids, lengths, strict=True) if length > _INLINE]
        whole = self._by_rowid(f"metadatatext{number:02d}", "data", long) if long else {}
        return [
            whole.get(rowid) if length > _INLINE else view[4 : 4 + length].decode("utf-8", "surrogateescape")
            for rowid, length, view in zip(rowids, lengths, views, strict=True)
        ]


def _bytes(value: Any) -> bytes:
    """A blob; empty where a damaged table has something else."""
    return value if isinstance(value, bytes) else b""


def _number(form: str) -> Callable[[bytes, int], Any]:
    def cell(data: bytes, place: int) -> Any:
        return struct.unpack_from(form, data, 8 * place)[0] if len(data) >= 8 * (place + 1) else None

    return cell


def _flag(data: bytes, place: int) -> int | None:
    return data[place // 8] >> place % 8 & 1 if place // 8 < len(data) else None


_METADATA_CELLS = {"integer": _number("<q"), "float": _number("<d"), "boolean": _flag}
_SAME = {"int": "integer", "double": "float", "bool": "boolean"}


def _columns(definition: str) -> list[_Column]:
    """The columns of a definition, the key first."""
    match = _USING.fullmatch(definition)
    found: list[_Column] = []
    key = _Column(PlainColumn("rowid", "integer"), "key", 0)
    counts = dict.fromkeys(("vector", "partition", "beside", "metadata"), 0)

    def take(kind: str, column: PlainColumn, as_kind: str = "", size: int = 0) -> None:
        found.append(_Column(column, as_kind or kind, counts[kind], size))
        counts[kind] += 1

    for text in _divided(match[1]) if match else []:
        if vector := _VECTOR.fullmatch(text):
            name, kind, width = vector[1], vector[2].lower(), int(vector[3])
            declared, size = _TYPES.get(kind, ("bit", 0))
            take("vector", PlainColumn(name, declared), size=size * width)
        elif named := _KEY.fullmatch(text):
            key = _Column(PlainColumn(named[1], named[2].lower()), "key", 0)
        elif named := _PARTITION.fullmatch(text):
            take("partition", PlainColumn(named[1], named[2]))
        elif named := _BESIDE.fullmatch(text):
            take("beside", PlainColumn(named[1], named[2]))
        elif named := _METADATA.fullmatch(text):
            kind = _SAME.get(named[2].lower(), named[2].lower())
            take("metadata", PlainColumn(named[1], kind), kind)
    return [key, *found]


def _divided(arguments: str) -> list[str]:
    """What stands between the commas of a definition."""
    return arguments.split(",")
