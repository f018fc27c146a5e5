"""An SQLite database that may be anybody's, opened to be read, and nothing else.

No statement can write, no extension is loaded, and what views and generated columns of the file may call is
what SQLite holds harmless (`trusted_schema`). Values have a limit, and so have the steps of SQLite's machine,
since a view may join tables for years.
Source: "Defense Against The Dark Arts" of SQLite's documentation, sqlite.org/security.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vecalc.errors import FileProblem, StorageProblem, VecalcError
from vecalc.sources import DAMAGED, Source
from vecalc.sources.word_text import shown

if TYPE_CHECKING:
    from sqlite3 import Connection, Error

WHAT = "an SQLite database"
LONGEST = 1 << 27  # bytes of a value: a chunk of sqlite-vec's holds some thousand vectors
STEPS = 100_000  # of SQLite's machine between two looks at how many there were
FEWEST = 1_000  # looks; a few seconds
STEPS_A_BYTE = 20  # of the file: to read all its rows takes one or two
PATIENCE = 5.0  # seconds for a program that is writing to it
LONGEST_REASON = 150  # characters of what SQLite says
_WAL_MODE = 2  # at this byte of the header
_VERSION = 18
_HEADER = 100
_ACTIONS = ("SQLITE_SELECT", "SQLITE_READ", "SQLITE_FUNCTION")
_HINTS = {
    "SQLITE_BUSY": "a program is writing to it: wait until it has finished, then try again",
    "SQLITE_LOCKED": "a program is writing to it: wait until it has finished, then try again",
    "SQLITE_READONLY": "a program ended while it wrote: open it once in a program that may write to it",
    "SQLITE_CANTOPEN": "see whether you may read it and what lies beside it",
    "SQLITE_INTERRUPT": "name a table instead, or make a table of the view",
    "SQLITE_AUTH": "name a table instead, or make a table of the view",
    "SQLITE_TOOBIG": "name the columns: FILE#TABLE.WORDS,VECTORS",
    "SQLITE_ERROR": "name a table instead, or make a table of the view",
}
_MESSAGES = {
    "SQLITE_BUSY": "the SQLite database is locked",
    "SQLITE_INTERRUPT": "a view that takes more steps than any honest one",
    "SQLITE_AUTH": "a view that does more than to read its tables",
    "SQLITE_TOOBIG": f"a value of more than {LONGEST:,} bytes",
}


@contextmanager
def connected(source: Source) -> Iterator[Connection]:
    """The database of a source, its log of changes included. SQLite's errors are FileProblems meanwhile."""
    import sqlite3

    address = f"{source.path.absolute().as_uri()}?mode=ro{_others(source)}"
    try:
        with closing(
            sqlite3.connect(
                address, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
        ) as database:
            _restrict(database, source.ceiling)
            database.execute("BEGIN")  # all that is read is of one moment
            yield database
    except sqlite3.Error as error:
        raise _explained(error, source.path) from None


def _others(source: Source) -> str:
    """See that the log of changes takes part.

    A database that says that it has one, and has none, nobody has open: it is read as it is, also where
    nothing can be written beside it.
    """
    header = source.stream.read(_HEADER)
    log = source.path.with_name(f"{source.path.name}-wal")
    if header[_VERSION : _VERSION + 1] != bytes([_WAL_MODE]):
        return ""
    if log.is_file() and log.stat().st_size:
        source.open(log)
        return ""
    source.lacks(log)
    return "" if log.exists() else "&immutable=1"


def _restrict(database: Connection, size: int) -> None:
    import sqlite3

    database.text_factory = _text
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for setting in ("trusted_schema = off", "cell_size_check = on", "query_only = on", "mmap_size = 0"):
        database.execute(f"PRAGMA {setting}")
    allowed = {getattr(sqlite3, name) for name in _ACTIONS} | {sqlite3.SQLITE_TRANSACTION}
    pragmas = ("table_xinfo",)

    def decide(action: int, first: str | None, *_: str | None) -> int:
        fine = action in allowed or (action == sqlite3.SQLITE_PRAGMA and first in pragmas)
        return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY

    database.set_authorizer(decide)
    looks = max(FEWEST, STEPS_A_BYTE * size // STEPS)
    # No function of Python's: one that Ctrl-C ends would look like a "no" of its own.
    database.set_progress_handler(chain(repeat(0, looks), repeat(1)).__next__, STEPS)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def quoted(name: str) -> str:
    """A name as SQL has it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def select(what: str, table: str, rest: str = "") -> str:
    """A query of a table, whatever it is called; names in `what` and `rest` are quoted already."""
    return f"SELECT {what} FROM {quoted(table)} {rest}"  # noqa: S608 - quoted


def values(database: Connection, sql: str, *bound: Any) -> list[Any]:
    """The first column of what a query gives."""
    return [row[0] for row in database.execute(sql, bound)]


def _explained(error: Error, path: Path) -> VecalcError:
    """What SQLite refuses, as a problem of the file."""
    full = getattr(error, "sqlite_errorname", None) or ""
    name = next((name for name in (*_HINTS, "SQLITE_NOMEM") if full.startswith(name)), "")
    if name == "SQLITE_NOMEM":
        message = f"{WHAT} that asks for more memory than there is"
        return StorageProblem(message, where=str(path), hint="close something, or use a smaller file")
    why = shown(str(error), LONGEST_REASON)[1:-1]
    what = "an SQLite database that can't be read" if name else "damaged SQLite database"
    return FileProblem(_MESSAGES.get(name, f"{what}: {why}"), where=str(path), hint=_HINTS.get(name, DAMAGED))
