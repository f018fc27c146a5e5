"""A table of Postgres with pgvector, searched there without an index: exactly."""

from __future__ import annotations

import hashlib
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


def digest(place: Postgres) -> str:
    """Of all tables of the database with what is in them."""
    told = hashlib.sha256()
    tables = "select tablename from pg_tables where schemaname = 'public' order by 1"
    with place.connect() as connection:
        for (name,) in connection.execute(tables).fetchall():
            rows = f'select md5(string_agg(t::text, chr(10) order by id)) from "{name}" t'  # noqa: S608
            told.update(f"{name} {connection.execute(rows).fetchone()}\n".encode())
    return told.hexdigest()
