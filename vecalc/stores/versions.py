"""What the versions of a published model are called: by its name and the time, and never twice."""

from __future__ import annotations

import re
import secrets
import time

BEHIND = r"_v\d{14}_[0-9a-f]{6}"  # the name of the model, also as Postgres reads a pattern
VERSION = re.compile(BEHIND)


def new_version(name: str) -> str:
    """The name of a new version of a model."""
    return f"{name}_v{time.strftime('%Y%m%d%H%M%S', time.gmtime())}_{secrets.token_hex(3)}"
