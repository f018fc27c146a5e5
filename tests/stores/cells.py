"""Values of the metadata as stores without a type for times take them."""

from __future__ import annotations

from typing import Any


def as_text(value: Any) -> Any:
    """A value with its time as ISO text."""
    return value.isoformat() if hasattr(value, "isoformat") else value
