"""A collection of Milvus as anybody would make it, with a flat index; the columns are dynamic fields."""

from __future__ import annotations

import hashlib
import secrets

from servers.milvus import Milvus

from .cells import as_text
from .model import Model

METADATA = True
SERVER = "milvus"
METRIC = "cos"
PREFIXES_ONLY = True  # `like` of this server
AT_ONCE = 1_000  # rows of a call
MOST = 16_384  # rows that it gives at once
MOST = 16_384  # rows that it gives at once


def filled(model: Model, place: Milvus) -> str:
    from pymilvus import DataType

    name = f"words_{secrets.token_hex(4)}"
    client = place.connect()
    schema = client.create_schema(enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("word", DataType.VARCHAR, max_length=4_000)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=model.vectors.shape[1])
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT", metric_type="COSINE")
    client.create_collection(name, schema=schema, index_params=index)
    rows = [
        {"id": number, "word": word, "vector": vector, **known(record)}
        for number, (word, vector, record) in enumerate(
            zip(model.words, model.vectors.tolist(), model.records(), strict=True)
        )
    ]
    for first in range(0, len(rows), AT_ONCE):
        client.upsert(name, rows[first : first + AT_ONCE])
    client.flush(name)
    return f"{place.address}/{name}"


def known(record: dict[str, object]) -> dict[str, object]:
    """The values that there are: Milvus of this age has no other way to say that one is missing."""
    return {name: as_text(value) for name, value in record.items() if value is not None}


def digest(place: Milvus, kept: str) -> str:
    name = kept.rpartition("/")[2]
    rows = place.connect().query(name, "id >= 0", ["*"], limit=MOST, consistency_level="Strong")
    return hashlib.sha256(repr(sorted(sorted(row.items()) for row in map(dict, rows))).encode()).hexdigest()
