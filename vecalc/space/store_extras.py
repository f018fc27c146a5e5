"""What few models have besides words and rows, and where a store keeps it.

    subwords.npy       [buckets, d] n-grams, see `subwords`
    tokenizer.json     how a textual model makes tokens of a text, see `text_encoder`
    tokens.npy         [ids] int32: the row of each token, from n on one of the others
    others.npy         [k, d] float32: rows of tokens that are no words; only where there are some

The facts say of n-grams {"subwords": {"buckets": ..., "shortest": ..., "longest": ...}}, and of texts
{"text": {"tokens": ids, "others": k, "characters": ... or null, "normalized": ...}}.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vecalc.arrays import AnyArray
from vecalc.space.files import private_file
from vecalc.space.npy_files import write_array
from vecalc.space.store import FACTS, Facts, array_in, bytes_in, problem_of

if TYPE_CHECKING:
    from vecalc.space.subwords import Subwords
    from vecalc.space.text_encoder import TextEncoder, TextRules, TokenRows


def subwords(folder: Path, facts: Facts) -> Subwords:
    """The n-grams of a model in a store."""
    from vecalc.space.subwords import LONGEST_NGRAM, Subwords

    found = facts.rest.get("subwords")
    said: dict[str, Any] = found if isinstance(found, dict) else {}
    numbers: list[Any] = [said.get(key) for key in ("buckets", "shortest", "longest")]
    buckets, shortest, longest = numbers
    if (
        not all(type(number) is int for number in numbers)
        or buckets < 1
        or not 0 <= shortest <= longest <= LONGEST_NGRAM
    ):
        raise problem_of(folder / FACTS, "a store with n-grams, and without their number and lengths")
    return Subwords(array_in(folder / "subwords.npy", facts.type, (buckets, facts.width)), shortest, longest)


def encoder(folder: Path, facts: Facts, rows: AnyArray) -> TextEncoder:
    """The encoder of a textual model in a store whose words have the rows [n, d]."""
    from vecalc.space.text_encoder import NO_PLACE, TextEncoder, TextRules, TokenRows

    found = facts.rest.get("text")
    said: dict[str, Any] = found if isinstance(found, dict) else {}
    ids, count, characters, normalized = map(said.get, ("tokens", "others", "characters", "normalized"))
    counts: list[Any] = [ids, count, 0 if characters is None else characters]
    if not all(type(number) is int and number >= 0 for number in counts) or type(normalized) is not bool:
        raise problem_of(folder / FACTS, "a store with a tokenizer, and without what is to be known of it")
    places = array_in(folder / "tokens.npy", "int32", (counts[0],))
    others = np.empty((0, facts.width), np.float32)
    if count:
        others = array_in(folder / "others.npy", "float32", (counts[1], facts.width))
    if not NO_PLACE <= int(places.min(initial=0)) <= int(places.max(initial=0)) < facts.rows + len(others):
        raise problem_of(folder / "tokens.npy", "damaged: it names rows that are not there")
    rules = TextRules(bytes_in(folder / "tokenizer.json"), characters, normalized)
    known_by = json.dumps([said, facts.rest.get("digests")], sort_keys=True).encode()
    return TextEncoder(rules, TokenRows(places, others), rows, str(folder), known_by)


def write_texts(place: Path, rules: TextRules, tokens: TokenRows) -> dict[str, Any]:
    """Write how a textual model reads a text into the folder of a store; what the facts say of it."""
    with private_file(place / "tokenizer.json") as stream:
        stream.write(bytes(rules.tokenizer))
    with private_file(place / "tokens.npy") as stream:
        write_array(stream, tokens.places.astype(np.int32))
    if len(tokens.others):
        with private_file(place / "others.npy") as stream:
            write_array(stream, tokens.others.astype(np.float32))
    counts = {"tokens": len(tokens.places), "others": len(tokens.others)}
    return {**counts, "characters": rules.characters, "normalized": rules.normalized}
