"""Bytes from a server: with a time limit, by the scheme that was asked for, failures as RemoteProblems."""

from __future__ import annotations

import http.client
import io
import os
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import urlsplit

from vecalc.errors import RemoteProblem, UsageError

TIMEOUT = 20.0  # seconds of silence after which a server counts as frozen
LEAST_RATE = 1_000  # bytes a second, below which the smallest model would take a day
PIECE = 1 << 18
_SCHEMES = ("http", "https")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_TOKEN = "Authorization"  # noqa: S105 - the name of a header
_TRY_LATER = "see whether the network works, or try again later"


class _SameScheme(urllib.request.HTTPRedirectHandler):
    """Follows a server to another place, but not from https to http, ftp or a local file.

    A token goes to no other host.
    """

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme != urlsplit(req.full_url).scheme:
            message = f"the server sends us on to {newurl}, which is not {urlsplit(req.full_url).scheme}"
            hint = "VECALC_DATA_URL or HF_ENDPOINT names another server"
            raise RemoteProblem(message, where=req.full_url, hint=hint)
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        token = req.unredirected_hdrs.get(_TOKEN)
        if following and token and urlsplit(newurl).netloc == urlsplit(req.full_url).netloc:
            following.add_unredirected_header(_TOKEN, token)
        return following


class _Paced(io.RawIOBase):
    """What a server sends, its head too, as long as it keeps to a least rate from its first byte on.

    Silence alone would not do: one byte now and then is not silence, and has no end.
    """

    def __init__(self, raw: io.RawIOBase, seconds: float) -> None:
        self._raw = raw
        self._seconds = seconds
        self._due = float("inf")
        self._got = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        count = self._raw.readinto(buffer)
        self._got += count or 0
        now = time.monotonic()
        if self._due == float("inf"):
            self._due = now + self._seconds
        elif now >= self._due:
            if self._got < LEAST_RATE * self._seconds and count:
                raise _TooSlow
            self._due, self._got = now + self._seconds, 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TooSlow(OSError):
    """A server that sends, and next to nothing."""


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *given: Any, **options: Any) -> None:
        super().__init__(sock, *given, **options)
        self.fp.close()
        paced = _Paced(sock.makefile("rb", buffering=0), sock.gettimeout() or TIMEOUT)
        self.fp = io.BufferedReader(paced, PIECE)


class _Http(http.client.HTTPConnection):
    response_class = _Response


class _Https(http.client.HTTPSConnection):
    response_class = _Response


class _PacedHttp(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Http, req)


class _PacedHttps(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Https, req)


def fetched(
    url: str, most: int, timeout: float = TIMEOUT, token: str = "", *, first: int = 0
) -> Generator[bytes]:
    """The bytes at an address, piece by piece, at most so many.

    With `first` the server is asked for so many alone, and may send more. The `token` is sent to this host
    only, and where nobody can overhear it.
    Raises `RemoteProblem` for a server that can't be reached, is silent for `timeout` seconds, or sends less
    than `LEAST_RATE` for as long, refuses, has a bad certificate, sends us to another scheme, sends too much,
    or stops too early.
    """
    got = 0
    with _told(url, timeout):
        if urlsplit(url).scheme not in _SCHEMES:
            raise RemoteProblem("not an address of a server", where=url, hint="it begins with https://")
        opener = urllib.request.build_opener(_SameScheme, _PacedHttp, _PacedHttps)
        request = urllib.request.Request(url, headers={"User-Agent": "vecalc"})  # noqa: S310 - checked
        if first:
            request.add_header("Range", f"bytes=0-{first - 1}")
        if token and _is_private(url):
            request.add_unredirected_header(_TOKEN, f"Bearer {token}")
        with opener.open(request, timeout=timeout) as answer:
            promised = answer.length
            while piece := answer.read(PIECE):
                got += len(piece)
                if got > most:
                    raise RemoteProblem(f"more than the {most:,} bytes that were announced", where=url)
                yield piece
    if promised is not None and got < promised:
        raise RemoteProblem(f"it ends after {got:,} of {promised:,} bytes", where=url, hint=_TRY_LATER)


def token_in(variable: str) -> str:
    """The token that an environment variable holds, or "". Raises `UsageError`, which doesn't show it."""
    token = os.environ.get(variable, "").strip()
    if not (token.isascii() and (token.isprintable() or not token)):
        raise UsageError("the token holds what no token does", where=variable)
    return token


def _is_private(url: str) -> bool:
    """Whether nobody on the way can read what is sent."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in _LOOPBACK


@contextmanager
def _told(url: str, timeout: float) -> Iterator[None]:
    """What goes wrong, in the words of its user."""
    try:
        yield
    except urllib.error.HTTPError as problem:
        problem.close()
        message = f"the server answers {problem.code} {problem.reason}"
        told = RemoteProblem(message, where=url, hint=_TRY_LATER)
        told.status = problem.code
        raise told from None
    except TimeoutError:
        raise RemoteProblem(f"no answer for {timeout:g} s", where=url, hint=_TRY_LATER) from None
    except (ValueError, http.client.InvalidURL) as problem:  # a port that is no number, a host with a blank
        raise RemoteProblem(f"not an address: {problem}", where=url) from None
    except (OSError, http.client.HTTPException) as problem:
        reason = getattr(problem, "reason", problem)
        raise _because(reason, url, timeout) from None


def _because(reason: object, url: str, timeout: float) -> RemoteProblem:
    match reason:
        case TimeoutError():
            message = f"no answer for {timeout:g} s"
        case _TooSlow():
            message = f"it sends less than {LEAST_RATE:,} bytes a second"
        case ssl.SSLCertVerificationError():
            message = f"its certificate is not to be trusted: {reason.verify_message}"
        case ssl.SSLError():
            message = f"no secure connection: {reason.reason or reason}"
        case socket.gaierror():
            message = "there is no such host"
        case ConnectionRefusedError():
            message = "nothing answers there"
        case http.client.IncompleteRead():
            message = f"it ends after {len(reason.partial):,} bytes"
        case OSError():
            message = reason.strerror or str(reason)
        case _:
            message = f"the server does not speak as expected: {reason}"
    return RemoteProblem(message, where=url, hint=_TRY_LATER)
