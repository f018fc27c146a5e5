"""A session with Postgres: every question ends in time, and what the driver raises is a `RemoteProblem`.

Time limits of the server's own are set, and the connection keeps itself alive; but neither helps where the
server stands still and its system goes on answering for it. So the driver's waiting is limited here, too.
"""

from __future__ import annotations

import re
import time
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from vecalc.errors import RemoteProblem
from vecalc.stores import Patience, Unreachable
from vecalc.stores.retries import asked

if TYPE_CHECKING:
    from psycopg import Connection, Cursor, Error
    from psycopg.sql import SQL, Composable, Composed

    from vecalc.stores.addresses import Address

T = TypeVar("T")
ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
NOTICED = "2s"  # after which a server sees that nobody waits for its answer any more
HAS_NOTICING = 140_000  # its version
LIBPQ = ("sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding", "gssencmode")  # options handed on


class PgSession:
    """A connection, made anew where it was lost. Raises `RemoteProblem`."""

    def __init__(self, address: Address, patience: Patience, settings: Mapping[str, str]) -> None:
        self.where = address.shown
        self.patience = patience
        self._address = address
        self._settings = settings
        self._open: list[Connection[Any]] = []  # none or one
        weakref.finalize(self, _close, self._open)
        self.reconnect()

    def rows(self, query: SQL | Composed, *values: object) -> list[tuple[Any, ...]]:
        """All rows that a question has for an answer; it is asked again where the connection was lost."""
        return self.asked(lambda connection: fetched(connection, query, values))

    def all_rows(
        self, query: SQL | Composed, several: Sequence[Sequence[object]]
    ) -> list[list[tuple[Any, ...]]]:
        """The same for several lists of values, sent at once; each answer has the whole time."""

        def answers(connection: Connection[Any]) -> list[list[tuple[Any, ...]]]:
            with connection.pipeline():
                sent = [connection.cursor(binary=True).execute(query, values) for values in several]
                return [self._in_time(cursor) for cursor in sent]

        return self.asked(answers)

    def _in_time(self, cursor: Cursor[Any]) -> list[tuple[Any, ...]]:
        self.connection()
        return cursor.fetchall()

    def asked(self, question: Callable[[Connection[Any]], T]) -> T:
        """The answer to a question that changes nothing, in any number of steps."""

        def once() -> T:
            with self.in_words():
                return question(self.connection())

        return asked(once, self.reconnect, self.patience)

    def connection(self, seconds: float | None = None) -> Connection[Any]:
        """The connection, whose next steps have the whole time, or so many seconds.

        Raises `Unreachable` where it was lost.
        """
        if not self._open or self._open[0].closed:
            raise Unreachable("the connection is lost", where=self.where)
        connection = self._open[0]
        connection.end = time.monotonic() + (seconds or self.patience.answer)  # type: ignore[attr-defined]
        return connection

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """What the driver raises meanwhile becomes a `RemoteProblem`."""
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            _raise(error, self.where)
        except (OSError, UnicodeError, ValueError) as error:
            raise RemoteProblem(f"a broken answer: {error}", where=self.where) from None

    def reconnect(self) -> None:
        """Connect, once more where that was done already."""
        import psycopg

        self.close()
        address = self._address
        known: dict[str, Any] = {name: value for name, value in address.options.items() if name in LIBPQ}
        named = {
            "user": address.user,
            "password": address.password,
            "host": address.host,
            "port": address.port,
        }
        known |= {name: value for name, value in named.items() if value}
        try:
            connection = _driver().connect(
                dbname=address.path,
                connect_timeout=max(2, round(self.patience.connect)),
                application_name="vecalc",
                autocommit=True,
                client_encoding="utf8",
                **{**ALIVE, **known},
            )
        except psycopg.OperationalError as error:
            raise _unconnected(error, self.where) from None
        except (psycopg.Error, OSError, UnicodeError, ValueError):
            raise RemoteProblem(
                "it can't be connected to: the address is not sound", where=self.where
            ) from None
        self._open.append(connection)
        with self.in_words():
            self._set(self.connection())

    def _set(self, connection: Connection[Any]) -> None:
        """Set what holds for the session, in one question."""
        from psycopg.sql import SQL

        limit = f"{max(1, round(self.patience.answer * 1000))}ms"
        settings = {"statement_timeout": limit, "lock_timeout": limit, "TimeZone": "UTC", **self._settings}
        settings |= {"idle_in_transaction_session_timeout": limit}
        if connection.info.server_version >= HAS_NOTICING:
            settings["client_connection_check_interval"] = NOTICED
        calls = SQL(", ").join([SQL("set_config(%s, %s, false)")] * len(settings))
        values = [text for pair in settings.items() for text in pair]
        fetched(connection, SQL("SELECT {}").format(calls), values)

    def close(self) -> None:
        """Let go of the server."""
        _close(self._open)


def _close(connections: list[Connection[Any]]) -> None:
    while connections:
        connections.pop().close()


def fetched(
    connection: Connection[Any], query: SQL | Composed, values: Sequence[object]
) -> list[tuple[Any, ...]]:
    """The rows that a question has for an answer, values as they are best read."""
    with connection.cursor(binary=True) as cursor:
        return cursor.execute(query, values).fetchall()


def quoted(*names: str) -> Composed:
    """A name, quoted by the driver, for a query with parameters: a % in it is none of them."""
    from psycopg.sql import Identifier

    return _plain(Identifier(*names))


def literal(text: str) -> Composed:
    """A text where there can't be a parameter, in the same way."""
    from psycopg.sql import Literal

    return _plain(Literal(text))


def _plain(part: Composable) -> Composed:
    from psycopg.sql import SQL

    return SQL("{}").format(SQL(part.as_string(None).replace("%", "%%")))


# --- the driver -----------------------------------------------------------------------------


@cache
def _driver() -> type[Connection[Any]]:
    """The connection of the driver, with an end to its waiting; what it logs besides is not shown."""
    import logging

    from psycopg import Connection, OperationalError, waiting

    logging.getLogger("psycopg").addHandler(logging.NullHandler())

    class Bounded(Connection[Any]):
        end = 0.0

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return waiting.wait(_until(gen, lambda: self.end), self.pgconn.socket, interval=interval)
            except TimeoutError:
                self.close()
                raise OperationalError("no answer in time") from None
            except BaseException as why:
                if not isinstance(why, Exception):  # Ctrl-C: the server sees that nobody waits for it
                    self.close()
                raise

    return Bounded


def _until(steps: Generator[Any, Any, T], end: Callable[[], float]) -> Generator[Any, Any, T]:
    """The steps of the driver, each of which waits for the server, until it is too late (`TimeoutError`)."""
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            if time.monotonic() > end():
                raise TimeoutError
            wanted = steps.send(ready)
    except StopIteration as done:
        result: T = done.value
        return result


# --- what went wrong --------------------------------------------------------------------------


_PLAIN = {  # by the code of SQL
    "28P01": ("the password is wrong", "PGPASSWORD holds it, or ~/.pgpass"),
    "28000": ("this user may not connect", ""),
    "3D000": ("there is no such database", ""),
    "42501": ("this user may not read it", "grant SELECT on the table, and USAGE on its schema"),
    "25006": ("the server takes no changes from this session", ""),
    "53300": ("it has too many connections", ""),
    "57014": ("no answer in time", "--store-timeout S gives it more"),
    "55P03": ("it is locked by others", "--store-timeout S gives it more time"),
    "42P01": ("the table is gone", "a newer version may have been published: start again"),
}
_PASSING = ("08", "57P", "40", "53300")  # begin codes of what may be over soon


def _raise(error: Error, where: str) -> NoReturn:
    code = error.sqlstate or ""
    message, hint = _PLAIN.get(code, (_said(error), ""))
    import psycopg

    lost = not code and isinstance(error, psycopg.OperationalError)
    if lost and "in time" in message:
        raise RemoteProblem(message, where=where, hint=_PLAIN["57014"][1]) from None
    kind = Unreachable if lost or code.startswith(_PASSING) else RemoteProblem
    raise kind(message, where=where, hint=hint) from None


def _unconnected(error: Error, where: str) -> RemoteProblem:
    """Why there is no connection: libpq tells of each address that it tried, and the last line says it."""
    said = str(error)
    for sign, code in (("password", "28P01"), ("does not exist", "3D000"), ("no pg_hba", "28000")):
        if sign in said and "FATAL" in said and not (sign == "does not exist" and "role" in said):
            message, hint = _PLAIN[code]
            return RemoteProblem(message, where=where, hint=hint)
    if "no password supplied" in said:
        return RemoteProblem("it wants a password", where=where, hint=_PLAIN["28P01"][1])
    kind = RemoteProblem if "FATAL" in said and "starting up" not in said else Unreachable
    return kind(f"it can't be connected to: {_said(error)}", where=where)


# What the address before it says already.
_WHOM = re.compile(r"(connection failed: )?(connection to server (at|on) .*? failed: )?")


def _said(error: Error) -> str:
    """The driver's own words, on one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = _WHOM.sub("", lines[0], count=1) if lines else type(error).__name__
    return text.rpartition("FATAL:")[2].strip() or text
