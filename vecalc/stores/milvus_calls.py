"""Calls to a Milvus, each within the time there is; whatever its library raises becomes a `RemoteProblem`."""

from __future__ import annotations

import logging
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from vecalc.errors import RemoteProblem, UsageError, VecalcError
from vecalc.stores import Patience, Unreachable
from vecalc.stores.addresses import Address
from vecalc.stores.retries import asked

PORT = 19530
TOKEN = "VECALC_MILVUS_TOKEN"  # noqa: S105 - the name of the variable that holds it
NEVER = 2**31 - 1
# How recent an answer must be. STRICT waits until all that was written before is seen: a fifth of a second.
# After one such answer LOOSE, of the last five seconds, takes nothing back, and doesn't wait.
STRICT, LOOSE = "Strong", "Bounded"
STALLED = 300  # seconds without progress: a load that usually takes three took more than a minute once
LONGEST_TOLD = 200  # characters of what a server says that a message has
# A frozen server is waited for as long as the user said, and not until the library's watchdog barks.
_OPTIONS = {"grpc.keepalive_time_ms": NEVER, "grpc.max_reconnect_backoff_ms": 1000}
# Codes of a server that is starting, or has lost a part of itself: the same question may have an answer soon.
_PASSING = {
    *(2, 8),  # not available, too many requests
    *(101, 103, 104),  # the collection isn't loaded (yet), which is seen to when it is connected to
    *range(300, 600),  # replicas, channels, resource groups
    *(901, 902, 903),  # a node is gone
}
_NO_ENTRY = ("UNAUTHENTICATED", "PERMISSION_DENIED")


class MilvusCalls:
    """A client of one server, and of one database of it. Reads and writes may all be done twice."""

    def __init__(self, address: Address, patience: Patience, database: str = "") -> None:
        self.shown = address.shown
        self._host, self._port = address.host or "localhost", address.port or PORT
        self._patience = patience
        self._probe()
        library = _library(self.shown)
        with self._explained(patience.connect):
            self._client = library.MilvusClient(
                f"http://[{self._host}]:{self._port}"
                if ":" in self._host
                else f"http://{self._host}:{self._port}",
                token=_token(address),
                db_name=database,
                timeout=patience.connect,
                dedicated=True,
                grpc_options=_OPTIONS,
            )

    def __call__(self, method: str, *given: Any, **named: Any) -> Any:
        """Call a method of the client; ask again while the server can't be reached."""
        end = time.monotonic() + self._patience.answer

        def question() -> Any:
            with self._explained(self._patience.answer):
                timeout = max(0.1, end - time.monotonic())
                return getattr(self._client, method)(*given, timeout=timeout, **named)

        return asked(question, self._probe, self._patience)

    def count(self, collection: str, told: str = "", consistency: str = STRICT) -> int:
        """How many rows of a collection an expression is true of."""
        named = {"filter": told, "output_fields": ["count(*)"], "consistency_level": consistency}
        return int(self("query", collection, **named)[0]["count(*)"])

    def problem(self, message: str, hint: str = "") -> RemoteProblem:
        """An error of this server."""
        return RemoteProblem(message, where=self.shown, hint=hint)

    def waited(self, is_done: Callable[[], bool], progress: Callable[[], object], what: str) -> None:
        """Wait until the server has done something, as long as it goes on with it."""
        seen, since = object(), time.monotonic()
        while not is_done():
            if (now := progress()) != seen:
                seen, since = now, time.monotonic()
            if time.monotonic() - since > max(STALLED, self._patience.answer):
                raise self.problem(f"{what} makes no progress for {STALLED} s")
            time.sleep(0.1)

    def close(self) -> None:
        """Let go of the server."""
        with suppress(Exception):  # there is nothing that a failure could harm
            self._client.close()

    def _probe(self) -> None:
        """Find out at once where nothing listens: the library would try for a long time."""
        try:
            socket.create_connection((self._host, self._port), timeout=self._patience.connect).close()
        except TimeoutError:
            told = f"it can't be reached: no answer within {self._patience.connect:g} s"
            raise Unreachable(told, where=self.shown) from None
        except (OSError, UnicodeError) as why:
            reason = (getattr(why, "strerror", None) or str(why)).lower()
            raise Unreachable(f"it can't be reached: {reason}", where=self.shown, hint=_IS_IT_THERE) from None

    @contextmanager
    def _explained(self, seconds: float) -> Iterator[None]:
        """Errors of pymilvus, those of gRPC that it lets through, and those that it stumbles over."""
        try:
            yield
        except VecalcError:
            raise
        except Exception as problem:
            raise self._told(problem, seconds) from problem

    def _told(self, problem: Exception, seconds: float) -> RemoteProblem:
        code = _code(problem)
        name = getattr(code, "name", "") or getattr(_code(problem.__cause__), "name", "")
        whole = _whole(problem)
        said = _short(whole)
        if name == "DEADLINE_EXCEEDED":
            return self.problem(f"no answer within {seconds:g} s")
        if name in _NO_ENTRY or "auth check failure" in whole:
            return self.problem(
                "it doesn't let you in", f"the token goes into {TOKEN}, as USER:PASSWORD or an API key"
            )
        if "illegal connection params" in whole:
            return Unreachable("no Milvus answers there", where=self.shown, hint=_IS_IT_THERE)
        if name == "UNAVAILABLE" or code in _PASSING or _is_passing(whole):
            return Unreachable(f"it doesn't answer: {said}", where=self.shown)
        return self.problem(said)


_STARTING = ("delegator", "not ready", "not healthy", "node not match", "node not found", "session not found")
_ATTEMPT = re.compile(r"attempt #\d+: ")
_IS_IT_THERE = "is the server running there, and is this its port?"


def _is_passing(said: str) -> bool:
    """What a server that starts says without a code of its own."""
    return any(part in said for part in _STARTING)


def _code(problem: BaseException | None) -> Any:
    code = getattr(problem, "code", None)
    return code() if callable(code) else code


def _whole(problem: Exception) -> str:
    details = getattr(problem, "details", None)
    return str(getattr(problem, "message", "") or (details() if callable(details) else "") or problem)


def _short(text: str) -> str:
    """The first line of what is said; where that is a trace of the server's, the last of its attempts."""
    told = _ATTEMPT.split(text)[-1] if "stack trace" in text else text
    line = next(iter(told.splitlines()), "") or "it says no reason"
    return line if len(line) <= LONGEST_TOLD else f"{line[:LONGEST_TOLD]}…"


def _token(address: Address) -> str:
    if address.user or address.password:
        return f"{address.user}:{address.password}"
    return os.environ.get(TOKEN, "")


def _library(shown: str) -> Any:
    """pymilvus, kept from what it does besides: it logs to the terminal, and reads any file `.env`."""
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    without = "PYTHON_DOTENV_DISABLED"
    before = os.environ.get(without)
    os.environ[without] = "1"
    try:
        import pymilvus
    except ImportError:
        message = "reading from Milvus needs the package pymilvus, which is not installed"
        raise UsageError(message, where=shown, hint="pip install 'vecalc[milvus]'") from None
    finally:
        os.environ.pop(without)
        os.environ.update({without: before} if before is not None else {})
    for name in ("pymilvus", "pymilvus.milvus_client", "pymilvus.bulk_writer"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what matters, it raises
    return pymilvus
