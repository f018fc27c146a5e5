"""The words of spaCy's vectors: `key2row`, from the hash of a word to its row, and `strings.json`, the words.

They lie beside a file called `vectors`, an .npy, in the folder `vocab` of a pipeline and in that of a
sense2vec model. Many words may have the same row (`prune_vectors` makes it so), and rows may have none.
`vectors.cfg` says what the rows are: with floret, whose rows are those of hashed n-grams, no word has one.

Source: spaCy's vectors.pyx (`Vectors.to_disk`), strings.pyx, symbols.pyx; the msgpack format.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from vecalc.arrays import Hashes, Numbers
from vecalc.codecs.murmur import hashes
from vecalc.errors import FileProblem
from vecalc.formats.listed import Listed
from vecalc.formats.word_values import json_of, strings_of, whole
from vecalc.sources import DAMAGED, Source
from vecalc.sources.word_text import as_text, shown

ROWS, KEYS, STRINGS, CONFIG = "vectors", "key2row", "strings.json", "vectors.cfg"
# Words that spaCy has a small number for, and no hash: the number of the first of each run, and the run.
_SYMBOLS = {
    1: "IS_ALPHA IS_ASCII IS_DIGIT IS_LOWER IS_PUNCT IS_SPACE IS_TITLE IS_UPPER LIKE_URL LIKE_NUM LIKE_EMAIL "
    "IS_STOP IS_OOV_DEPRECATED IS_BRACKET IS_QUOTE IS_LEFT_PUNCT IS_RIGHT_PUNCT IS_CURRENCY",
    64: "ID ORTH LOWER NORM SHAPE PREFIX SUFFIX LENGTH CLUSTER LEMMA POS TAG DEP ENT_IOB ENT_TYPE HEAD "
    "SENT_START SPACY PROB LANG ADJ ADP ADV AUX CONJ CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM "
    "VERB X EOL SPACE",
    380: "PERSON NORP FACILITY ORG GPE LOC PRODUCT EVENT WORK_OF_ART LANGUAGE LAW DATE TIME PERCENT MONEY "
    "QUANTITY ORDINAL CARDINAL acomp advcl advmod agent amod appos attr aux auxpass cc ccomp complm conj cop "
    "csubj csubjpass dep det dobj expl hmod hyph infmod intj iobj mark meta neg nmod nn npadvmod nsubj "
    "nsubjpass num number oprd obj obl parataxis partmod pcomp pobj poss possessive preconj prep prt punct "
    "quantmod relcl rcmod root xcomp acl ENT_KB_ID MORPH ENT_ID IDX _",
}
_EXPORT = "in spaCy, give the words their vectors one by one: nlp.vocab[word].vector"


def is_of_spacy(path: Path, has: Callable[[Path], bool] = Path.is_file) -> bool:
    """Whether a file of rows has spaCy's two files beside it; `has` says what there is."""
    return path.name == ROWS and all(has(path.with_name(name)) for name in (KEYS, STRINGS))


def words_of(source: Source) -> tuple[Listed, Path]:
    """The words and their rows, in the order of `key2row`. FileProblem for damaged files, and for floret."""
    _refuse_floret(source)
    path = source.path.with_name(KEYS)
    keys, rows = key_to_row(whole(source.open(path)), path)
    strings = source.path.with_name(STRINGS)
    listed = source.open(strings)
    words = as_text(strings_of(json_of(whole(listed), strings), strings), listed, lambda i: f"{strings}: {i}")
    words += sorted(set(symbols()).difference(words))  # which spaCy doesn't list
    found = keys_of(words)
    order = np.argsort(found, kind="stable")
    places = np.searchsorted(found[order], keys)
    known = places < len(words)
    known[known] = found[order[places[known]]] == keys[known]
    known &= (rows >= 0) & (keys != 0)  # no row is -1; the empty text is 0
    if lost := int(np.count_nonzero(~known)):
        source.tally.remarks[f"{lost:,} keys of {KEYS} have no word in {STRINGS}, or no row: left out"] = None
    if not known.any():
        message = f"none of the {len(keys):,} keys of {KEYS} has a word in {STRINGS}"
        raise FileProblem(message, where=str(source.path), hint="they are of different models, or damaged")
    chosen = order[places[known]]
    return Listed([words[i] for i in chosen.tolist()], rows[known], partial=True), path


def keys_of(words: Sequence[str]) -> Hashes:
    """What spaCy knows each word by [n]; words that have a small number are called by that."""
    found = hashes([word.encode("utf-8", "surrogatepass") for word in words])
    numbers = symbols()
    for i, word in enumerate(words):
        if word in numbers:
            found[i] = numbers[word]
    return found


def symbols() -> dict[str, int]:
    """Words that spaCy has a number for; the empty text is none of them, and has 0."""
    return {word: first + i for first, run in _SYMBOLS.items() for i, word in enumerate(run.split())} | {
        "": 0
    }


def _refuse_floret(source: Source) -> None:
    path = source.path.with_name(CONFIG)
    if not source.has(path):
        return  # before spaCy 3.2
    config = json_of(whole(source.open(path)), path)
    mode = config.get("mode") if isinstance(config, dict) else None
    if mode != "default":
        what = "of hashed n-grams (floret)" if mode == "floret" else f"of a kind {shown(str(mode))}"
        message = f"spaCy's vectors {what}, which are not read: no word has a row of its own"
        raise FileProblem(message, where=str(source.path), hint=_EXPORT)


# --- msgpack ----------------------------------------------------------------------------------------

_WIDTHS = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
_SIGNED = 0xD0  # from here on
_MOST_ROWS = 1 << 62


def key_to_row(data: bytes, path: Path) -> tuple[Hashes, Numbers]:
    """Keys [n] and rows [n] of a msgpack map from integers to integers; FileProblem for anything else."""
    try:
        numbers = _map(data)
    except IndexError:
        raise _no_map("it is cut short", path) from None
    except ValueError as error:
        raise _no_map(str(error), path) from None
    keys, rows = numbers[::2], numbers[1::2]
    if not keys or min(keys) < 0 or max(rows) > _MOST_ROWS:
        raise _no_map("no key, or one that is no hash, or a row that there can't be", path)
    return np.array(keys, np.uint64), np.array(rows, np.int64)


def _no_map(why: str, path: Path) -> FileProblem:
    message = f"not the map from keys to rows that spaCy writes: {why}"
    return FileProblem(message, where=str(path), hint=DAMAGED)


def _map(data: bytes) -> list[int]:
    """The keys and values of a map, in turn."""
    count, at = _length(data)
    if count > (len(data) - at) // 2:  # a key and a row have a byte each, at least
        raise ValueError(f"it promises {count:,} entries, and has {len(data):,} bytes")
    numbers: list[int] = []
    for _ in range(2 * count):
        number, at = _integer(data, at)
        numbers.append(number)
    if at != len(data):
        raise ValueError(f"{len(data) - at:,} bytes follow the map")
    return numbers


def _length(data: bytes) -> tuple[int, int]:
    """How many entries a map has, and where they begin."""
    kind = data[0]
    if kind & 0xF0 == 0x80:
        return kind & 0x0F, 1
    size = {0xDE: 2, 0xDF: 4}.get(kind)
    if size is None:
        raise ValueError("it does not begin with a map")
    if len(data) <= size:
        raise IndexError
    return int.from_bytes(data[1 : 1 + size], "big"), 1 + size


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """The integer at a place, and the place behind it."""
    kind = data[at]
    if kind < 0x80:
        return kind, at + 1
    if kind >= 0xE0:
        return kind - 0x100, at + 1
    width = _WIDTHS.get(kind)
    if width is None:
        raise ValueError(f"byte {at:,} begins no integer")
    end = at + 1 + width
    if end > len(data):
        raise IndexError
    return int.from_bytes(data[at + 1 : end], "big", signed=kind >= _SIGNED), end
