"""A table of Postgres that vecalc has made, behind a view."""

from __future__ import annotations

import secrets

from servers.postgres import Postgres

from .model import Model
from .published import publish

METADATA = True
SERVER = "postgres"


def filled(model: Model, place: Postgres) -> str:
    with place.connect() as connection:
        connection.execute("create extension if not exists vector")
    return publish(model, f"{place.address}#Words {secrets.token_hex(4)}")
