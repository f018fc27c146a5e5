"""Milvus: `milvus://[USER@]HOST[:PORT]/[DATABASE/]COLLECTION[?word=FIELD&vector=FIELD]`.

Tried with server 2.3.5 and pymilvus 3.0.2. A collection is read under its own name, also where an alias was
typed: an alias that moves in between changes no row under one's hands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, NamedTuple

import numpy as np

from vecalc.conditions import MOST_TOLD
from vecalc.errors import UsageError
from vecalc.near import did_you_mean
from vecalc.sources.reference import LIST
from vecalc.stores import Patience, ServedFacts, Unreachable
from vecalc.stores.addresses import Address
from vecalc.stores.keys import Key, RowKeys
from vecalc.stores.milvus_calls import LOOSE, TOKEN, MilvusCalls
from vecalc.stores.milvus_filter import literal
from vecalc.stores.milvus_layout import (
    INDEXED_BY,
    OPTIONS,
    OTHERS,
    MilvusLayout,
    dynamic_columns,
    layout,
)
from vecalc.stores.milvus_rows import MOST, MilvusRows
from vecalc.stores.milvus_target import MilvusTarget
from vecalc.stores.versions import VERSION

SCHEMES = ("milvus",)
SAMPLED = 100  # rows that say which dynamic fields there are
LISTED = 2_000_000  # keys with gaps that are read at the start, 16,384 a call
EXACT = ("FLAT",)
PASSED = 1 / 8  # of the lists of an inverted index are looked through


def connect(address: Address, patience: Patience) -> MilvusRows:
    """See `Server.connect`. Raises `UsageError` for what the address lacks."""
    calls, collection = _opened(address, patience)
    try:
        return rows_of(calls, collection, address.options)
    except BaseException:
        calls.close()
        raise


def target(address: Address, patience: Patience) -> MilvusTarget:
    """The versions of a model; the alias is the name in the address, which takes no options."""
    for name in address.options:
        hint = (
            "a model is searched there without an index of neighbours, exactly; drop a collection in its way"
        )
        raise UsageError(f"--{name} is not for Milvus", where=address.shown, hint=hint)
    calls, collection = _opened(address, patience)
    beside = address.path.removesuffix(collection)
    return MilvusTarget(
        calls, collection, lambda name: connect(address._replace(path=beside + name), patience)
    )


def rows_of(calls: MilvusCalls, collection: str, options: Mapping[str, str]) -> MilvusRows:
    """Find out what a collection, or what an alias stands for, is, and load it if vecalc has made it."""
    found = _layout(calls, collection, options)
    index = _index(calls, found)
    _see_that_it_is_loaded(calls, found)
    rows = calls.count(found.name)
    if found.published and (found.published.rows, found.published.width) != (rows, found.width):
        there = f"{found.published.rows:,} rows of {found.published.width:,} numbers"
        message = f"{found.name} has {rows:,} rows of {found.width:,} numbers, and {there} were published"
        raise calls.problem(message, "publish the model again")
    if not found.published:
        found = _with_dynamic_fields(calls, found)
    keys = _keys(calls, found, rows)
    return MilvusRows(calls, found, _facts(found, index, len(keys)), keys, index.search)


def _opened(address: Address, patience: Patience) -> tuple[MilvusCalls, str]:
    database, _, collection = address.path.rpartition("/")
    where = address.shown
    if address.table == LIST:
        with closing(MilvusCalls(address, patience, database)) as calls:
            names = sorted({VERSION.sub("", name) for name in calls("list_collections")})
            raise calls.problem(f"it holds {', '.join(names) or 'no collection'}")
    if not collection or address.table:
        raise UsageError("it names no collection", where=where, hint="write milvus://HOST:PORT/COLLECTION")
    for name in address.options.keys() - {*OPTIONS}:
        hint = f"there are ?word=FIELD and ?vector=FIELD; a token goes into {TOKEN}"
        raise UsageError(f"there is no option ?{name}=", where=where, hint=hint)
    return MilvusCalls(address, patience, database), collection


# --- what is found out ----------------------------------------------------------------------


def _layout(calls: MilvusCalls, collection: str, options: Mapping[str, str]) -> MilvusLayout:
    if not calls("has_collection", collection):
        names = sorted({VERSION.sub("", name) for name in calls("list_collections")})
        there = f"there are {', '.join(names[:MOST_TOLD])}" if names else "there is none at all"
        more = f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""
        hint = "; ".join(filter(None, [did_you_mean(collection, names), there + more]))
        raise calls.problem(f"there is no collection {collection}", hint)
    return layout(calls("describe_collection", collection), options)


class _Index(NamedTuple):
    kind: str
    metric: str
    search: Mapping[str, Callable[[int], int]]  # what a search of k rows has to say besides


def _index(calls: MilvusCalls, found: MilvusLayout) -> _Index:
    names = calls("list_indexes", found.name, field_name=found.vector)
    if not names:
        raise calls.problem(f"{found.name} has no index on {found.vector}, and can't be searched", "make one")
    said = calls("describe_index", found.name, names[0])
    kind, metric = str(said.get("index_type")), str(said.get("metric_type"))
    if metric not in INDEXED_BY:
        raise calls.problem(f"{found.name}: its index ranks by {metric}, which no --metric is")
    return _Index(kind, metric, _search_settings(kind, said))


def _search_settings(kind: str, said: Mapping[str, Any]) -> Mapping[str, Callable[[int], int]]:
    """An index that looks at fewer rows than are wanted can't find them."""
    if kind.startswith("IVF"):
        return {"nprobe": lambda _: max(16, round(PASSED * int(said.get("nlist", 0))))}
    if kind.startswith("HNSW"):
        return {"ef": lambda k: max(64, 2 * k)}
    return {"search_list": lambda k: max(100, 2 * k)} if kind == "DISKANN" else {}


def _see_that_it_is_loaded(calls: MilvusCalls, found: MilvusLayout) -> None:
    state = calls("get_load_state", found.name)["state"].name
    if state == "Loading":
        raise Unreachable(f"{found.name} is being loaded", where=calls.shown, hint="ask again in a while")
    if state == "Loaded":
        return
    if not found.published:
        hint = f'load it first: MilvusClient(…).load_collection("{found.name}")'
        raise calls.problem(
            f"{found.name} isn't loaded, and vecalc doesn't load what it hasn't published", hint
        )
    calls("load_collection", found.name)


def _with_dynamic_fields(calls: MilvusCalls, found: MilvusLayout) -> MilvusLayout:
    """The same with the columns that some of its rows have besides."""
    fields = [found.key, OTHERS]
    rows = _some(calls, found, "", SAMPLED, fields)
    known = {found.key, *found.columns}
    return found._replace(columns={**found.columns, **dynamic_columns(rows, known)})


def _keys(calls: MilvusCalls, found: MilvusLayout, rows: int) -> RowKeys:
    """A range where the keys have no gaps; else all of them, of as many rows as can be."""
    first = _some_keys(calls, found, "", 1)
    if not first:
        return RowKeys(range(0))
    start = first[0]
    if isinstance(start, int):
        told = f"{found.key} >= {start} and {found.key} < {start + rows}"
        if calls.count(found.name, told, LOOSE) == rows:
            return RowKeys(range(start, start + rows))
    if rows > LISTED:
        message = f"{found.name} has {rows:,} rows and keys with gaps, which are listed up to {LISTED:,}"
        raise calls.problem(message, "give it whole numbers without gaps as keys")
    keys, some = list[Key](), _some_keys(calls, found, "", MOST)
    while some:
        keys += some
        some = _some_keys(calls, found, f"{found.key} > {literal(some[-1])}", MOST)
    return RowKeys(np.array(keys, np.int64) if isinstance(start, int) else [str(key) for key in keys])


def _some_keys(calls: MilvusCalls, found: MilvusLayout, told: str, limit: int) -> list[Key]:
    return sorted(row[found.key] for row in _some(calls, found, told, limit, [found.key]))


def _some(calls: MilvusCalls, found: MilvusLayout, told: str, limit: int, fields: list[str]) -> list[Any]:
    """The first rows by their keys."""
    named = {"filter": told, "limit": limit, "output_fields": fields, "consistency_level": LOOSE}
    return list(calls("query", found.name, **named))


def _facts(found: MilvusLayout, index: _Index, rows: int) -> ServedFacts:
    told = found.published
    return ServedFacts(
        rows,
        found.width,
        found.told_columns,
        INDEXED_BY[index.metric],
        exact=index.kind in EXACT,
        most=MOST,
        initial=told.initial if told else "",
        fingerprint=told.fingerprint if told else f"milvus:{found.number}:{rows}",
        notes=found.notes,
    )
