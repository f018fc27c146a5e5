"""A table of Postgres with pgvector, searched there without an index: exactly."""

from __future__ import annotations

import secrets
from typing import Any

from servers.postgres import Postgres

from .model import Model

METADATA = True
SERVER = "postgres"
TYPES = {
    "price": "double precision",
    "lang": "text",
    "year": "int",
    "stocked": "boolean",
    "added": "timestamptz",
}


def filled(model: Model, place: Postgres) -> str:
    table = f"words {secrets.token_hex(4)}"
    columns = ", ".join(f"{name} {TYPES[name]}" for name in model.columns)
    with place.connect() as connection:
        connection.execute("create extension if not exists vector")
        width = model.vectors.shape[1]
        connection.execute(
            f'create table "{table}" (id int primary key, word text, {columns}, vector vector({width}))'
        )
        with connection.cursor().copy(f'copy "{table}" from stdin') as copy:
            for row in rows_of(model):
                copy.write_row(row)
    return f"{place.address}#{table}"


def rows_of(model: Model) -> list[list[Any]]:
    vectors = map(str, model.vectors.tolist())
    zipped = zip(model.words, model.records(), vectors, strict=True)
    return [[number, word, *record.values(), vector] for number, (word, record, vector) in enumerate(zipped)]


def digest(place: Postgres, kept: str) -> str:
    table = kept.partition("#")[2]
    with place.connect() as connection:
        rows = f'select md5(string_agg(t::text, chr(10) order by id)) from "{table}" t'  # noqa: S608
        return str(connection.execute(rows).fetchone())
