"""Models of the Hugging Face hub: what a repository holds, and what of it is fetched.

`hf:OWNER/NAME`, or `hf:OWNER/NAME@REVISION`, is one. Its files are fetched at the commit that the hub names,
so that they belong together: the rows (.safetensors), tokenizer and configuration, nothing else; no pickle,
no code. `HF_ENDPOINT` names a mirror, `HF_TOKEN` holds a token for what is private or gated.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from vecalc.errors import RemoteProblem, UsageError
from vecalc.library.download import TIMEOUT, fetched, token_in
from vecalc.library.offers import Offer, OfferPart

PREFIX = "hf:"
HUB = "https://huggingface.co"
TOKEN = "HF_TOKEN"  # noqa: S105 - the name of a variable
LONGEST_ANSWER, LONGEST_MODULES = 1 << 24, 1 << 20  # bytes of JSON
MOST_FILES = 100_000  # of a repository
MOST_PARTS = 500  # of a model
LARGEST = 1 << 44  # bytes of a file
LONGEST_HEADER = 1 << 24  # bytes of the list of tensors that are looked at
LISTED = 4  # names in a message
_PATH = r"[A-Za-z0-9_][\w.-]{0,95}"
_REFERENCE = re.compile(rf"(?:({_PATH})/)?({_PATH})(?:@([A-Za-z0-9_][\w./-]{{0,199}}))?", re.ASCII)
_COMMIT = re.compile(r"[0-9A-Za-z._-]{1,100}")
_DIGEST = {"sha256": re.compile(r"[0-9a-f]{64}"), "git": re.compile(r"[0-9a-f]{40}")}
_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
_MAIN, _INDEX, _MODULES = "model.safetensors", "model.safetensors.index.json", "modules.json"
_BESIDE = (
    *(
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json",
    ),
    *("vocab.json", "vocab.txt", "merges.txt", "config_sentence_transformers.json"),
)
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5")
# What is called like the input embedding of a network.
_EMBEDDING = re.compile(r"emb|wte|shared", re.IGNORECASE)


class Repository(NamedTuple):
    """A repository at a commit, and the files in it by their paths, with sizes and digests."""

    called: str  # OWNER/NAME
    commit: str
    files: Mapping[str, OfferPart]
    license: str


def called(typed: str) -> str:
    """The name of a model that is meant by `hf:OWNER/NAME`. Raises `UsageError`."""
    return _parsed(typed)[0].rpartition("/")[2]


def offer(typed: str, timeout: float = TIMEOUT) -> Offer:
    """What would be fetched of a repository. Raises `UsageError`, `RemoteProblem`."""
    whole, revision = _parsed(typed)
    found = _repository(whole, revision, timeout)
    parts = _parts(found, timeout)
    remarks = tuple(_network(parts, timeout))
    size = sum(part.size or 0 for part in parts)
    at = f"{whole} at {found.commit}"
    return Offer(called(typed), size, parts, license=found.license, called=at, remarks=remarks, secret=TOKEN)


def _parsed(typed: str) -> tuple[str, str]:
    """OWNER/NAME, and the revision. Raises `UsageError`."""
    match = _REFERENCE.fullmatch(typed.removeprefix(PREFIX).lstrip("/"))
    if match is None or ".." in typed:
        hint = "hf:OWNER/NAME, or hf:OWNER/NAME@REVISION"
        raise UsageError("not a repository of the hub", where=typed[:200], hint=hint)
    owner, name, revision = match.groups()
    return f"{owner}/{name}" if owner else name, revision or ""


# --- what there is --------------------------------------------------------------------------


def _repository(called: str, revision: str, timeout: float) -> Repository:
    base = os.environ.get("HF_ENDPOINT", "").rstrip("/") or HUB
    at = f"/revision/{quote(revision, safe='')}" if revision else ""
    url = f"{base}/api/models/{called}{at}?blobs=true"
    told = _answer(url, timeout, LONGEST_ANSWER, f"{called}{'@' if revision else ''}{revision}")
    try:
        commit, card = _commit(told), told.get("cardData")
        license_ = card.get("license") if isinstance(card, dict) else None
        place = f"{base}/{called}/resolve/{commit}"
        files = {str(one["rfilename"]): _part(one, place) for one in told["siblings"][:MOST_FILES]}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise _unexpected(url) from None
    return Repository(called, commit, files, license_[:100] if isinstance(license_, str) else "")


def _commit(told: Mapping[str, Any]) -> str:
    if not _COMMIT.fullmatch(commit := str(told["sha"])):
        raise ValueError(commit)
    return commit


def _part(told: Mapping[str, Any], place: str) -> OfferPart:
    """A file as the hub lists it: large ones have a SHA-256, the others git's digest."""
    path, size, large = str(told["rfilename"]), told.get("size"), told.get("lfs")
    digest = f"git:{told.get('blobId')}"
    if isinstance(large, dict):
        digest, size = f"sha256:{large.get('sha256')}", large.get("size", size)
    kind, _, hexadecimal = digest.partition(":")
    if size is not None and not (type(size) is int and 0 <= size <= LARGEST):
        raise ValueError(size)
    known = _DIGEST[kind].fullmatch(hexadecimal) and size is not None
    return OfferPart(path, f"{place}/{quote(path)}", digest if known else "", size)


def _answer(url: str, timeout: float, most: int, called: str) -> Any:
    """The JSON at an address; `called` is what it is about."""
    try:
        return json.loads(b"".join(fetched(url, most, timeout, token_in(TOKEN))))
    except (ValueError, RecursionError):
        raise _unexpected(url) from None
    except RemoteProblem as problem:
        match problem.status:
            case 401 | 403:
                problem.hint = f"there is no {called}, or it is private or gated"
                problem.hint += f": accept its terms there, and set {TOKEN} to a token of yours"
            case 404:
                problem.hint = f"there is no {called}; check the spelling"
        raise


def _unexpected(url: str) -> RemoteProblem:
    return RemoteProblem("not what the hub says of a model", where=url, hint="HF_ENDPOINT names the server")


# --- what is wanted of it -------------------------------------------------------------------


def _parts(found: Repository, timeout: float) -> tuple[OfferPart, ...]:
    """The files to fetch, first the rows. Raises `UsageError` where there are none."""
    folder = _folder(found, timeout)
    inside = [path.removeprefix(folder) for path in found.files if path.startswith(folder)]
    rows = [_MAIN] if _MAIN in inside else sorted(filter(_SHARD.fullmatch, inside))
    if not rows:
        raise _without_rows(found)
    wanted = [*(folder + name for name in (*rows, _INDEX, *_BESIDE)), _MODULES, *_BESIDE]
    parts = tuple(found.files[path] for path in dict.fromkeys(wanted) if path in found.files)
    if len(parts) > MOST_PARTS:
        raise RemoteProblem(f"its rows are in {len(rows):,} files", where=found.called)
    if unknown := next((part.path for part in parts if part.size is None), None):
        raise RemoteProblem(f"the hub does not say how large {unknown} is", where=found.called)
    return parts


def _folder(found: Repository, timeout: float) -> str:
    """The folder of the rows, with a / behind, where modules.json names one that has some; else ""."""
    if (listed := found.files.get(_MODULES)) is None:
        return ""
    told = _answer(listed.url, timeout, LONGEST_MODULES, listed.path)
    path = told[0].get("path") if isinstance(told, list) and told and isinstance(told[0], dict) else None
    is_folder = isinstance(path, str) and re.fullmatch(_PATH, path, re.ASCII)
    return f"{path}/" if is_folder and f"{path}/{_MAIN}" in found.files else ""


def _without_rows(found: Repository) -> UsageError:
    """The problem of a repository without a model in it that would be fetched."""
    rows = [path for path in found.files if path.endswith(".safetensors")]
    pickles = [path for path in found.files if path.endswith(_PICKLES)]
    if rows:
        message = f"it has no {_MAIN}, but {_listed(rows)}"
        hint = "fetch the file that is meant, and import it"
    elif pickles:
        message = f"it has no {_MAIN}; what it has runs code, or may: {_listed(pickles)}"
        hint = "somebody may have converted it: look for the same model as safetensors"
    else:
        message = f"it has no {_MAIN}; it holds {_listed(list(found.files)) or 'nothing'}"
        hint = "vecalc models pull fetches models with rows of vectors"
    return UsageError(message, where=f"{PREFIX}{found.called}", hint=hint)


def _listed(paths: list[str]) -> str:
    return ", ".join(path[:60] for path in paths[:LISTED]) + (" and more" if len(paths) > LISTED else "")


# --- a look at the tensors ------------------------------------------------------------------


def _network(parts: tuple[OfferPart, ...], timeout: float) -> list[str]:
    """What to know of a file that is more than static rows, by its header alone."""
    first = parts[0]
    tensors = _tensors(first, timeout)
    matrices = {name: shape for name, shape in tensors.items() if len(shape) == 2}
    if len(matrices) < 2 and not _SHARD.search(first.path):
        return []
    able = {name: shape for name, shape in matrices.items() if _EMBEDDING.search(name)}
    name, shape = max(able.items(), key=lambda one: one[1][0], default=("", []))
    of = f", such as {name[:100]}, {shape[0]:,} x {shape[1]:,}," if name else ""
    return [
        f"  a whole network: {len(tensors):,} tensors in {first.path}",
        f"  only its input embedding{of} is read as vectors; all files are fetched for it",
    ]


def _tensors(part: OfferPart, timeout: float) -> dict[str, list[int]]:
    """The shapes of the tensors of a file. RemoteProblem for what is not a safetensors file."""
    begin = _beginning(part, 8, timeout)
    length = int.from_bytes(begin, "little")
    if len(begin) < 8 or not 2 <= length <= min(LONGEST_HEADER, (part.size or 0) - 8):
        raise _not_tensors(part)
    try:
        told = json.loads(_beginning(part, 8 + length, timeout)[8:])
        shapes = {str(name): facts["shape"] for name, facts in told.items() if name != "__metadata__"}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _not_tensors(part) from None
    if not all(isinstance(shape, list) and all(type(n) is int for n in shape) for shape in shapes.values()):
        raise _not_tensors(part)
    return shapes


def _beginning(part: OfferPart, size: int, timeout: float) -> bytes:
    """The first bytes of a file; the rest is not waited for."""
    got = bytearray()
    pieces = fetched(part.url, part.size or 0, timeout, token_in(TOKEN), first=size)
    for data in pieces:
        got += data
        if len(got) >= size:
            break
    pieces.close()
    return bytes(got[:size])


def _not_tensors(part: OfferPart) -> RemoteProblem:
    return RemoteProblem("it is not a sound safetensors file", where=part.url)
