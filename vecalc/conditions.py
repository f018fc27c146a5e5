"""What is known of the rows of a space besides word and vector, and conditions on it (`--where`)."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

# other: lists, records, bytes: shown, never compared
Kind: TypeAlias = Literal["number", "text", "flag", "time", "other"]


class MetadataColumn(NamedTuple):
    """A column: its name, and what kind of values it has."""

    name: str
    kind: Kind


Condition: TypeAlias = Any
