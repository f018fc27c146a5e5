"""What may have been meant by a model that isn't there: an address, one to be fetched, another spelling."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

from vecalc.errors import FileProblem
from vecalc.library.catalogue import COMMAND, command_of, exists, names
from vecalc.near import near
from vecalc.sources import Reading, names_beside
from vecalc.sources.reference import located

# Of the gensim-data collection, which grows no more; `vecalc models pull` lists it as it is.
COLLECTION = (
    *("conceptnet-numberbatch-17-06-300", "fasttext-wiki-news-subwords-300"),
    *(f"glove-twitter-{width}" for width in (25, 50, 100, 200)),
    *(f"glove-wiki-gigaword-{width}" for width in (50, 100, 200, 300)),
    *("word2vec-google-news-300", "word2vec-ruscorpora-300"),
)
# A path has lost one of the two slashes of an address.
_ADDRESS = re.compile(r"(https?|ftp|s3|gs|hf|file):/*(.+)", re.IGNORECASE | re.DOTALL)
_STORE = re.compile(r"[a-z][a-z0-9+.-]+:/.+", re.IGNORECASE | re.DOTALL)
_FETCH = {"s3": "aws s3 cp {} .", "gs": "gsutil cp {} .", "hf": "vecalc models pull hf:{}"}
_OTHERWISE = "curl -LO {}"
_NAMED = re.compile(r"([^=/\\]{1,100})=(.+)", re.DOTALL)
_LOOKED_AT = 1000  # files of a folder
_NEAR = 0.75  # of 1: two letters in eight may differ
SHORT = 3  # letters of a name in which one may differ
_NEAR_SHORT = 0.5


def refuse_missing(path: str) -> None:
    """FileProblem for a path where there is nothing, if what was meant can be told.

    Otherwise nothing: whoever opens it says why it can't be.
    """
    place, _ = located(Path(path), Reading())
    if os.path.lexists(place):
        return
    if str(place) == "-":
        message = "a model can't come from standard input"
        raise FileProblem(message, where=path, hint="write it to a file first: ... > FILE")
    if command_of(path) is not None:
        message = "a command, which has no words to be read"
        raise FileProblem(message, where=path, hint="-m and --embed run it; ./ before it names a file")
    if match := _ADDRESS.fullmatch(path):
        raise _address(match[1].lower(), match[2])
    if _STORE.fullmatch(path):
        raise _no_store(path)
    if hint := _meant(path):
        raise FileProblem("no such file", where=path, hint=hint)


def _address(scheme: str, rest: str) -> FileProblem:
    whole = f"{scheme}:{rest}" if scheme == "hf" else f"{scheme}://{rest}"
    if scheme == "file":
        whole, hint = f"file:///{rest}", f"name the file itself: /{rest}"
    else:
        command = _FETCH.get(scheme, _OTHERWISE).format(shlex.quote(rest if scheme == "hf" else whole))
        hint = f"fetch it first: {command}"
    return FileProblem("an address, not a file", where=whole, hint=hint)


def _no_store(path: str) -> FileProblem:
    from vecalc.stores.addresses import is_address, servers, without_password

    whole = path if "://" in path else path.replace(":/", "://", 1)
    shown = without_password(whole)
    if is_address(whole):
        return FileProblem("a store on a server, which is no file", where=shown, hint="-m opens it")
    there = ", ".join(f"{scheme}://" for scheme in servers())
    return FileProblem("no file, nor a store of a kind that is known", where=shown, hint=f"there are {there}")


def _meant(path: str) -> str:
    """A hint; "" where nothing comes to mind."""
    if " " in path and shutil.which(path.split(maxsplit=1)[0]):
        return f"a program has an exclamation mark before it: {shlex.quote(COMMAND + path)}"
    if path in COLLECTION:
        return f"`vecalc models pull {path}` fetches it"
    match = _NAMED.fullmatch(path)
    if match and (os.path.exists(match[2]) or exists(match[2])):  # noqa: PTH110 - as it was typed
        return f"'{match[1]}' can't be the name of a space: use a letter first, then letters, digits, _"
    near = _near(Path(path))
    if not near:
        return ""
    fetched = [f"`vecalc models pull {name}` fetches {name}" for name in near if name in COLLECTION]
    return f"did you mean {' or '.join(near)}?" + (f" {fetched[0]}" if fetched else "")


def _near(path: Path) -> list[str]:
    """Names of models, and of files in the same folder, that are spelled like this one."""
    files = names_beside(path)[:_LOOKED_AT]
    known = [*names(), *COLLECTION] if path.name == str(path) else []
    cutoff = _NEAR if len(path.name) > SHORT else _NEAR_SHORT
    found = near(path.name, [*known, *files], most=2, cutoff=cutoff)
    spelled = [name if name in known else str(path.with_name(name)) for name in found]
    return [name for name in dict.fromkeys(spelled) if name != str(path)]
