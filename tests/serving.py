"""A server of models, and all that one can do wrong."""

from __future__ import annotations

import gzip
import hashlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from running import FAMILY
from safetensors.numpy import save

PACKED = gzip.compress(FAMILY.read_bytes())


PARTS = (PACKED[:200], PACKED[200:])


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def the_list(**changes: Any) -> bytes:
    small = {
        "num_records": 13,
        "file_size": len(PACKED),
        "description": "A family.\x1b[31m",
        "license": "CC0",
        "checksum": md5(PACKED),
        "parts": 1,
    }
    parted = small | {"parts": 2, "checksum-0": md5(PARTS[0]), "checksum-1": md5(PARTS[1])}
    models = {"family-4": small | changes, "parted": parted, "../evil": small}
    return json.dumps({"corpora": {}, "models": models}).encode()


Answer = Callable[[BaseHTTPRequestHandler], None]


def sends(data: bytes, length: int | None = None) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data) if length is None else length))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def sends_on(target: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.end_headers()

    return answer


def status(code: int) -> Answer:
    return lambda handler: handler.send_error(code)


def freezes(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def drips(handler: BaseHTTPRequestHandler) -> None:
    """One byte now and then, which is never silence."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(PACKED)))
    handler.end_headers()
    _drip(handler, PACKED)


def drips_headers(handler: BaseHTTPRequestHandler) -> None:
    _drip(handler, b"HTTP/1.0 200 OK\r\n" + b"X-A: b\r\n" * 90)


def _drip(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    with suppress(OSError):  # nobody listens any more
        for byte in data:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.05)


def babbles(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\x01 this is not HTTP\r\n\r\n")


GOOD: dict[str, Answer] = {
    "/list.json": sends(the_list()),
    "/family-4/family-4.gz": sends(PACKED),
    "/parted/parted.gz_00": sends(PARTS[0]),
    "/parted/parted.gz_01": sends(PARTS[1]),
}


# --- the hub --------------------------------------------------------------------------------

COMMIT = "1a2b" * 10
STATIC: Mapping[str, bytes] = {  # a model of two words
    "model.safetensors": save({"embeddings": np.eye(2, dtype=np.float32)}),
    "tokenizer.json": json.dumps({"model": {"vocab": {"king": 0, "queen": 1}}}).encode(),
}


def repository(files: Mapping[str, bytes], called: str = "owner/static", **more: Any) -> dict[str, Answer]:
    """The pages of a repository at a commit: what the API says of it, and its files; `more` is said, too."""
    siblings = [_listed(path, data) for path, data in files.items()]
    said = {"id": called, "sha": COMMIT, "siblings": siblings, "cardData": {"license": "mit"}} | more
    pages = {f"/{called}/resolve/{COMMIT}/{path}": sends_part(data) for path, data in files.items()}
    return {f"/api/models/{called}?blobs=true": sends(json.dumps(said).encode()), **pages}


def _listed(path: str, data: bytes) -> dict[str, Any]:
    """A file as the hub lists it: what is large is not in git."""
    blob = hashlib.sha1(f"blob {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()
    told = {"rfilename": path, "size": len(data), "blobId": blob}
    if not path.endswith((".safetensors", ".bin")):
        return told
    sha256 = hashlib.sha256(data).hexdigest()
    return told | {"blobId": "0" * 40, "lfs": {"sha256": sha256, "size": len(data), "pointerSize": 134}}


def sends_part(data: bytes) -> Answer:
    """A server that sends as much as it is asked for."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("Range", "")
        end = int(wanted.removeprefix("bytes=0-")) + 1 if wanted else len(data)
        handler.send_response(206 if wanted else 200)
        handler.send_header("Content-Length", str(len(data[:end])))
        handler.end_headers()
        handler.wfile.write(data[:end])

    return answer


def wants(token: str, answer: Answer) -> Answer:
    """A server that answers who has the token."""

    def guarded(handler: BaseHTTPRequestHandler) -> None:
        has = handler.headers.get("Authorization") == f"Bearer {token}"
        (answer if has else status(401))(handler)

    return guarded


def refuses_tokens(answer: Answer) -> Answer:
    """A server that nobody is to tell a token."""
    return lambda handler: (status(500) if "Authorization" in handler.headers else answer)(handler)


# --- servers --------------------------------------------------------------------------------


@contextmanager
def serving(
    tls: ssl.SSLContext | None = None, pages: Mapping[str, Answer] = GOOD, **changes: Answer
) -> Iterator[tuple[str, list[str]]]:
    """A server of the collection, or of other pages; `changes` are other answers, by a path's last part."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            changed = changes.get(self.path.rpartition("/")[2].partition(".")[0].replace("-", "_"))
            answer = changed or pages.get(self.path, status(404))
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
