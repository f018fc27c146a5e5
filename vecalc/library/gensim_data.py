"""Models of the gensim-data collection: what there is, and one of them fetched.

The collection is a `list.json` with sizes and MD5 sums, and for each model a gzip file, in parts where it is
large. The sums guard against damage on the way; that it is the right server is for TLS to say.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from vecalc.answers import Column, Sheet
from vecalc.errors import RemoteProblem, UsageError
from vecalc.library.download import TIMEOUT, fetched
from vecalc.library.offers import Offer, OfferPart

LIST_URL = "https://raw.githubusercontent.com/RaRe-Technologies/gensim-data/master/list.json"
FILES_URL = "https://github.com/RaRe-Technologies/gensim-data/releases/download"
LONGEST_LIST = 1 << 24
MOST_PARTS = 100
LARGEST = 1 << 50  # bytes or words of a model: more is a mistake of the list
FILE = "vectors.gz"  # what a fetched one is called
COLUMNS = (Column("name"), Column("words", "count"), Column("size", "size"), Column("description"))


def offers(timeout: float = TIMEOUT) -> dict[str, Offer]:
    """The models of the collection, by name. Raises `RemoteProblem`."""
    base = os.environ.get("VECALC_DATA_URL", "").rstrip("/")
    url = f"{base}/list.json" if base else LIST_URL
    try:
        told = json.loads(b"".join(fetched(url, LONGEST_LIST, timeout)))
        models = told["models"]
        return {str(name): _offer(str(name), model, base or FILES_URL) for name, model in models.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        message = "not the list of a gensim-data collection"
        raise RemoteProblem(
            message, where=url, hint="VECALC_DATA_URL names the folder of list.json"
        ) from None


def _offer(name: str, told: Mapping[str, Any], base: str) -> Offer:
    count = int(told.get("parts", 1))
    if not 1 <= count <= MOST_PARTS:
        raise ValueError(count)
    path = f"{base}/{quote(name, safe='')}/{quote(name, safe='')}.gz"
    if count == 1:
        sums = [(path, told["checksum"])]
    else:
        sums = [(f"{path}_0{i}", told[f"checksum-{i}"]) for i in range(count)]
    size, words = int(told.get("file_size", 0)), told.get("num_records")
    if not 0 <= size <= LARGEST:
        raise ValueError(size)
    return Offer(
        name,
        size,
        tuple(OfferPart(FILE, url, f"md5:{checksum}") for url, checksum in sums),
        words if isinstance(words, int) and 0 <= words <= LARGEST else None,
        str(told.get("description", "")),
        str(told.get("license", "")),
        main=FILE,
    )


def called(name: str) -> str:
    """The name of a model: its own."""
    return name


def offer(name: str, timeout: float = TIMEOUT) -> Offer:
    """One model of the collection. Raises `UsageError` for a name that it lacks."""
    import difflib

    found = offers(timeout)
    if name in found:
        return found[name]
    near = difflib.get_close_matches(name, found, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "`vecalc models pull` lists what there is"
    raise UsageError(f"there is no model '{name}' to pull", where="vecalc models pull", hint=hint)


def sheet(found: Mapping[str, Offer]) -> Sheet:
    """What can be had."""
    rows = tuple((one.name, one.words, one.size, one.description) for one in found.values())
    return Sheet("offers", COLUMNS, rows, "Models of gensim-data", ("`vecalc models pull NAME` fetches one",))
