"""A collection of Milvus that vecalc has made, behind an alias."""

from __future__ import annotations

import secrets

from servers.milvus import Milvus

from .model import Model
from .published import publish

METADATA = True
SERVER = "milvus"
METRIC = "cos"
PREFIXES_ONLY = True


def filled(model: Model, place: Milvus) -> str:
    return publish(model, f"{place.address}/words_{secrets.token_hex(4)}")
