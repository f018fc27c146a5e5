"""The metadata of a local space: a table of SQLite, beside the vectors or in memory.

A table `rows` has a line for each row of the space, and its columns are called c0, c1, …; the table `named` has
their true names and kinds, in the same order. What is read back comes from a file that anybody may have
changed: a schema that isn't exactly the one that is written here is refused, before anything is asked of it.

    number   integers of 64 bits as they are, larger ones as the nearest float64; NaN is a missing value
    text     as it is; what no database keeps in a text is written visibly: NUL as ␀, a lone surrogate as \\udc80
    flag     0 or 1
    time     ISO text in UTC (`conditions.instant`); a time outside of the years 1 to 9999 is a missing value
    other    JSON text
"""

from __future__ import annotations

import json
import math
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

import numpy as np

from vecalc.arrays import Numbers
from vecalc.conditions import NO_TEXT, Condition, Kind, MetadataColumn, instant
from vecalc.errors import FileProblem, NoSpace, NotWritable, StorageProblem
from vecalc.stores.sql import SQLITE, Clause, clause

if TYPE_CHECKING:
    from sqlite3 import Connection

FILE = "metadata.db"
SCHEMA = "CREATE TABLE {} (" + "{}) STRICT"
