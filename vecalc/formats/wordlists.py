"""Words in a file of their own, for formats that hold rows alone.

Which file: the first that is there of NAME.words, NAME.txt, NAME.vocab, NAME.json (NAME: the file of rows
without .npy, .npz, .pkl, .pickle or .safetensors, and suffixes of compression), tokenizer.json, words.txt,
vocab.txt, vocab.json, all in the same folder. NAME.words, which `write_words` writes, has a word a line,
exactly as it is. Another text file may have the word's count behind it on every line (as GloVe writes it);
one that holds vectors is passed over. JSON is a list of words, an object from word to row, or a
`tokenizer.json` of Hugging Face; subword marks (##ing, Ġthe) are kept as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vecalc.arrays import Singles
from vecalc.errors import FileProblem
from vecalc.formats import HEAD_BYTES, Block, Head, Source, glove, word2vec_text
from vecalc.formats.word2vec_header import BYTE_ORDER_MARK
from vecalc.formats.word_text import as_text, decode, encoded, unfit
from vecalc.space import VectorSpace

OF_NAME = (".words", ".txt", ".vocab", ".json")
IN_FOLDER = ("tokenizer.json", "words.txt", "vocab.txt", "vocab.json")
WRITTEN = OF_NAME[0]
_ALSO = "tokenizer.json, vocab.txt and vocab.json"
_SUFFIX = re.compile(r"(\.(npy|npz|pkl|pickle|safetensors|gz|bz2|xz|zst))+\Z", re.IGNORECASE)
_COUNTED = re.compile(rb"(\S+)[ \t]+\d+")
_HINT = "one line for each row, in the order of the rows"


def words_beside(source: Source) -> tuple[list[str], Path]:
    """The words of a file's rows, and the file that they are in; FileProblem where there is none."""
    stem = _SUFFIX.sub("", source.path.name)
    for name in (*(f"{stem}{suffix}" for suffix in OF_NAME), *IN_FOLDER):
        path = source.path.with_name(name)
        if path == source.path or not path.is_file():
            continue
        words = _listed(source.open(path), path)
        if words is not None:
            return words, path
    message = "holds rows and no words, and there is no list of words beside it"
    hint = f"write one, a word a line, into {stem}{WRITTEN} or words.txt beside it; {_ALSO} are read as well"
    raise FileProblem(message, where=str(source.path), hint=hint)


def paired(
    words: list[str], listed: Path, count: int, rows: Iterator[Singles], source: Source
) -> Iterator[Block]:
    """Blocks of words and the rows [b, d] they belong to; FileProblem unless there are as many of both."""
    if len(words) != count:
        what = "words" if listed == source.path else f"words in {listed.name}"
        message = f"there are {count:,} rows and {len(words):,} {what}"
        raise FileProblem(message, where=str(source.path), hint="they must be as many, and in the same order")
    first = 0
    for block in rows:
        last = first + len(block)
        yield Block(words[first:last], block, range(first + 1, last + 1))
        first = last


def write_words(path: Path, space: VectorSpace) -> None:
    """The words of a space, one a line, in a file beside the one of its rows; UsageError for some."""
    with path.with_name(path.stem + WRITTEN).open("wb") as stream:
        for row, word in enumerate(space.words()):
            raw = encoded(word, row, "a list of words", escapes=True)
            if raw.endswith(b"\r") or (not row and raw.startswith(BYTE_ORDER_MARK)):
                raise unfit(word, row, "a list of words", "its end or beginning looks like the file's")
            stream.write(raw + b"\n")


def _listed(source: Source, path: Path) -> list[str] | None:
    """The words in a file, None where it holds vectors instead."""
    data = b"".join(iter(lambda: source.stream.read(1 << 20), b""))
    if path.suffix == ".json":
        return as_text(_of_json(data, path), source, lambda i: f"{path}: word {i + 1:,}")
    head = Head(data[:HEAD_BYTES], len(data) <= HEAD_BYTES)
    if path.suffix != WRITTEN and (glove.recognise(head) or word2vec_text.recognise(head)):
        return None
    lines = _lines(data)
    if path.suffix != WRITTEN and _COUNTED.fullmatch(lines[0]):
        counted = [_COUNTED.fullmatch(line) for line in lines]
        lines = lines if None in counted else [match[1] for match in counted if match]
    return decode(lines, source, lambda i: f"{path}:{i + 1}")


def _lines(data: bytes) -> list[bytes]:
    lines = data.removeprefix(BYTE_ORDER_MARK).removesuffix(b"\n").split(b"\n")
    if all(line.endswith(b"\r") for line in lines[:-1]) and len(lines) > 1:
        lines = [line.removesuffix(b"\r") for line in lines]
    return lines


def _of_json(data: bytes, path: Path) -> list[str]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise FileProblem("not sound JSON", where=str(path), hint="fetch the file again") from None
    if isinstance(value, dict) and isinstance(value.get("model"), dict):
        return _in_order(_of_tokenizer(value, path), path)
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return value
    if isinstance(value, dict) and value:
        return _in_order(value, path)
    raise _unknown(path)


def _of_tokenizer(value: dict[str, Any], path: Path) -> dict[str, Any]:
    """Token to row of a tokenizer's model, and of the tokens that were added to it."""
    vocabulary = value["model"].get("vocab")
    if isinstance(vocabulary, list):  # Unigram: pairs of piece and score
        pairs = [entry[0] for entry in vocabulary if isinstance(entry, list) and entry]
        if len(set(map(str, pairs))) < len(vocabulary):
            raise _unknown(path)
        vocabulary = {piece: row for row, piece in enumerate(pairs)}
    added = value.get("added_tokens") or []
    if not isinstance(vocabulary, dict) or not isinstance(added, list):
        raise _unknown(path)
    tokens = [token for token in added if isinstance(token, dict) and "id" in token]
    more = {token["content"]: token["id"] for token in tokens if isinstance(token.get("content"), str)}
    return {**vocabulary, **more}


def _in_order(rows: dict[str, Any], path: Path) -> list[str]:
    """The words by their rows, which must be 0, 1, 2, ... without a gap."""
    words: list[str | None] = [None] * len(rows)
    for word, row in rows.items():
        if type(row) is not int or not 0 <= row < len(words) or words[row] is not None:
            message = f"the rows of its {len(words):,} words are not 0, 1, 2, ...: see '{word[:40]}'"
            raise FileProblem(message, where=str(path), hint="an object from word to row, from 0 on")
        words[row] = word
    return [word for word in words if word is not None]


def _unknown(path: Path) -> FileProblem:
    message = "no list of words: neither strings, nor an object from word to row, nor a tokenizer"
    return FileProblem(message, where=str(path), hint="or write a text file, " + _HINT)
