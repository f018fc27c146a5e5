"""Bytes from a server: with a time limit, by the scheme that was asked for, failures as RemoteProblems."""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import urlsplit

from vecalc.errors import RemoteProblem

TIMEOUT = 20.0  # seconds of silence after which a server counts as frozen
PIECE = 1 << 18
_SCHEMES = ("http", "https")
_TRY_LATER = "see whether the network works, or try again later"


class _SameScheme(urllib.request.HTTPRedirectHandler):
    """Follows a server to another place, but not from https to http, ftp or a local file."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme != urlsplit(req.full_url).scheme:
            message = f"the server sends us on to {newurl}, which is not {urlsplit(req.full_url).scheme}"
            raise RemoteProblem(message, where=req.full_url, hint="VECALC_DATA_URL names another server")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetched(url: str, most: int, timeout: float = TIMEOUT) -> Iterator[bytes]:
    """The bytes at an address, piece by piece, at most so many.

    Raises `RemoteProblem` for a server that can't be reached, is silent for `timeout` seconds, refuses,
    has a bad certificate, sends us to another scheme, sends too much, or stops too early.
    """
    got = 0
    with _told(url, timeout):
        if urlsplit(url).scheme not in _SCHEMES:
            raise RemoteProblem("not an address of a server", where=url, hint="it begins with https://")
        opener = urllib.request.build_opener(_SameScheme)
        request = urllib.request.Request(url, headers={"User-Agent": "vecalc"})  # noqa: S310 - checked
        with opener.open(request, timeout=timeout) as answer:
            promised = answer.length
            while piece := answer.read(PIECE):
                got += len(piece)
                if got > most:
                    raise RemoteProblem(f"more than the {most:,} bytes that were announced", where=url)
                yield piece
    if promised is not None and got < promised:
        raise RemoteProblem(f"it ends after {got:,} of {promised:,} bytes", where=url, hint=_TRY_LATER)


@contextmanager
def _told(url: str, timeout: float) -> Iterator[None]:
    """What goes wrong, in the words of its user."""
    try:
        yield
    except urllib.error.HTTPError as problem:
        problem.close()
        message = f"the server answers {problem.code} {problem.reason}"
        raise RemoteProblem(message, where=url, hint=_TRY_LATER) from None
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
        case ssl.SSLCertVerificationError():
            message = f"its certificate is not to be trusted: {reason.verify_message}"
        case ssl.SSLError():
            message = f"no secure connection: {reason.reason or reason}"
        case socket.gaierror():
            message = "there is no such host"
        case ConnectionRefusedError():
            message = "nobody listens there"
        case http.client.IncompleteRead():
            message = f"it ends after {len(reason.partial):,} bytes"
        case OSError():
            message = reason.strerror or str(reason)
        case _:
            message = f"the server does not speak as expected: {reason}"
    return RemoteProblem(message, where=url, hint=_TRY_LATER)
