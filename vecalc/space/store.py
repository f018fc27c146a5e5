"""A space in a folder of plain files: opened in milliseconds, whatever its size, because it is mapped.

    facts.json     {"format": 1, "name": ..., "rows": n, "width": d, "type": "int8", "digests": {...}, ...}
    vectors.npy    [n, d] int8, float16 or float32, rows in the order of the source
    lengths.npy    [n] float32, Euclidean
    words.txt      one word a line, UTF-8, the same order

and, in a store that `store_writer.py` wrote (the digests name them):

    codes.npy, residuals.npy, rotation.npy     one byte a number for the search, see `quantization.py`
    offsets.npy, exact.npy, folded.npy         where the words are, see `index.py`
    subwords.npy                               [buckets, d] n-grams of a model that has them, see `subwords`
    tokenizer.json, tokens.npy                 what makes tokens of a text, the row of each [ids] int32
    others.npy                                 [k, d] float32 rows of tokens that are no words, from n on
    metadata.db                                what is known of the rows besides, see `metadata_table.py`

Every file is checked against the facts before it is used; a file that disagrees is a FileProblem.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

import numpy as np

from vecalc import bounded
from vecalc.answers import STORED, Stored
from vecalc.arrays import AnyArray, Bytes
from vecalc.errors import FileProblem
from vecalc.space import VectorSpace
from vecalc.space.files import unreadable
from vecalc.space.matrix import MatrixSpace
from vecalc.space.words import WordFile

if TYPE_CHECKING:
    from vecalc.space.index import MappedWords
    from vecalc.space.metadata_table import TabledMetadata
    from vecalc.space.quantization import Codes
    from vecalc.space.subwords import Subwords
    from vecalc.space.text_encoder import TextEncoder

FORMAT = 1
FACTS = "facts.json"
METADATA = "metadata.db"
COLUMNS = "columns"  # the fact that says how many columns of metadata there are; earlier stores lack it
REBUILD = "build the store again from its source"
REPLACED = 5  # how often in a row a store may be replaced while it is opened
LONGEST_FACTS = 1 << 20  # a megabyte of facts is no facts file, whatever it is
LONGEST_REASON = 100  # characters of what numpy says of a file
LONGEST_WORDS = 1 << 32  # bytes of a list of words that is read into memory: that of 500 million words


class Facts(NamedTuple):
    """What a store says of itself."""

    name: str
    rows: int
    width: int
    type: Stored
    rest: Mapping[str, Any] = {}  # whatever else stands there


def is_store(folder: Path) -> bool:
    """Whether a folder holds a store: it has a facts file."""
    try:
        return (folder / FACTS).is_file()
    except OSError:  # a name too long, a folder that may not be entered
        return False


def open_store(folder: Path, name: str = "") -> VectorSpace:
    """The space in a folder, under the name given or the store's own; FileProblem when it is damaged.

    A store that is replaced meanwhile is opened again, so that no file of the one comes with the other's.
    """
    for _ in range(REPLACED):
        before = _identity(folder)
        try:
            space = _opened(folder, name)
        except FileProblem:
            if _identity(folder) == before:
                raise
        else:
            if _identity(folder) == before:
                return space
    raise FileProblem("it is replaced again and again", where=str(folder), hint="wait a little")


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _opened(folder: Path, name: str) -> VectorSpace:
    facts = read_facts(folder / FACTS)
    _check_sizes(folder, facts.rest)
    vectors = _mapped(folder / "vectors.npy", facts.type, (facts.rows, facts.width))
    lengths = _mapped(folder / "lengths.npy", "float32", (facts.rows,))
    digests = facts.rest.get("digests")
    files = digests if isinstance(digests, dict) else {}
    words = _indexed(folder, facts.rows) if "exact.npy" in files else _words(folder / "words.txt", facts.rows)
    codes = _codes(folder, facts) if "codes.npy" in files else None
    subwords = _subwords(folder, facts) if "subwords.npy" in files else None
    encoder = _encoder(folder, facts, vectors) if "tokenizer.json" in files else None
    metadata = _metadata(folder, facts) if METADATA in files else None
    return MatrixSpace(words, vectors, name or facts.name, lengths, codes, subwords, encoder, metadata)


def _check_sizes(folder: Path, facts: Mapping[str, object]) -> None:
    """Raises `FileProblem` for a file that is missing or not as long as the facts say.

    It comes before anything is mapped: a map of a file that ends too early would end the process (SIGBUS).
    """
    for name, size in told(facts, "sizes").items():
        path = folder / name
        try:
            found = path.stat().st_size
        except OSError as error:
            raise unreadable(path, error) from None
        if found != size:
            raise _problem(path, f"damaged: it has {found:,} bytes, not the {size} that were written")


def read_facts(path: Path) -> Facts:
    """The facts of a store, each of the type and the range it must have."""
    try:
        facts = json.loads(_read(path, LONGEST_FACTS))
    except (ValueError, RecursionError):
        raise _problem(path, "not a facts file: it is not JSON") from None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        found = facts.get("format") if isinstance(facts, dict) else None
        raise _problem(path, f"a store of format {found!r}; this version reads format {FORMAT}")
    name, rows, width, kind = (facts.get(key) for key in ("name", "rows", "width", "type"))
    if isinstance(name, str) and _positive(rows) and _positive(width) and kind in STORED:
        return Facts(name, rows, width, kind, facts)
    raise _problem(path, "a store without its name, rows, width and type")


def _problem(path: Path, message: str) -> FileProblem:
    return FileProblem(message, where=str(path), hint=REBUILD)


def _positive(number: object) -> TypeGuard[int]:
    return type(number) is int and number > 0


def _read(path: Path, most: int) -> bytes:
    try:
        return bounded.read(path, most)
    except OSError as error:
        raise unreadable(path, error) from None


def _mapped(path: Path, kind: str, *shapes: tuple[int, ...]) -> AnyArray:
    """A .npy file mapped into memory, of exactly this type and one of these shapes."""
    array = mapped(path, REBUILD)
    if array.dtype != np.dtype(kind) or array.shape not in shapes:
        held = f"{array.dtype} {list(array.shape)}"
        raise _problem(path, f"{FACTS} promises {kind} {list(shapes[0])}, the file holds {held}")
    if not array.flags.aligned:  # which `memoryview` would not read
        raise _problem(path, "damaged: the header has a length that numpy doesn't write")
    return array


def mapped(path: Path, hint: str) -> AnyArray:
    """The array of a file. Raises `FileProblem`, with a hint, for what is no such file; also of objects."""
    try:
        bounded.refuse_irregular(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python 2, of types that numpy gives up: the header decides
            array: AnyArray = np.lib.format.open_memmap(path, mode="r")  # refuses object arrays
    except OSError as error:
        raise unreadable(path, error) from None
    except Exception as error:  # a header is Python source to numpy, and can be wrong in every way
        why = str(error).partition("\n")[0][:LONGEST_REASON]
        message = f"damaged: not a .npy array that can be mapped: {why}"
        raise FileProblem(message, where=str(path), hint=hint) from None
    return array.view(np.ndarray)  # a map's own class makes each slice of it ten times as long


def _words(path: Path, rows: int) -> WordFile:
    words = WordFile(_read(path, LONGEST_WORDS))
    if len(words) != rows:
        raise _problem(path, f"{FACTS} promises {rows:,} words, the file holds {len(words):,}")
    return words


def _indexed(folder: Path, rows: int) -> MappedWords:
    from vecalc.space.index import MappedWords

    offsets = _mapped(folder / "offsets.npy", "int64", (rows + 1,))
    path = folder / "words.txt"
    data = _bytes(path)
    if len(data) != offsets[-1]:
        raise _problem(path, f"offsets.npy promises {int(offsets[-1]):,} bytes, the file holds {len(data):,}")
    exact, folded = (_mapped(folder / f"{name}.npy", "uint32", (2, rows)) for name in ("exact", "folded"))
    return MappedWords(data, offsets, exact, folded)


def _bytes(path: Path) -> Bytes:
    try:
        bounded.refuse_irregular(path)
        return np.memmap(path, np.uint8, "r")
    except OSError as error:
        raise unreadable(path, error) from None
    except ValueError as error:
        raise _problem(path, f"damaged: {error}") from None


def _subwords(folder: Path, facts: Facts) -> Subwords:
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
        raise _problem(folder / FACTS, "a store with n-grams, and without their number and lengths")
    return Subwords(_mapped(folder / "subwords.npy", facts.type, (buckets, facts.width)), shortest, longest)


def _metadata(folder: Path, facts: Facts) -> TabledMetadata:
    from vecalc.space.metadata_table import open_metadata

    bounded.refuse_irregular(folder / METADATA)
    return open_metadata(folder / METADATA, facts.rows)


def _encoder(folder: Path, facts: Facts, rows: AnyArray) -> TextEncoder:
    from vecalc.space.text_encoder import NO_PLACE, TextEncoder, TextRules, TokenRows

    found = facts.rest.get("text")
    said: dict[str, Any] = found if isinstance(found, dict) else {}
    ids, count, characters, normalized = map(said.get, ("tokens", "others", "characters", "normalized"))
    counts: list[Any] = [ids, count, 0 if characters is None else characters]
    if not all(type(number) is int and number >= 0 for number in counts) or type(normalized) is not bool:
        raise _problem(folder / FACTS, "a store with a tokenizer, and without what is to be known of it")
    places = _mapped(folder / "tokens.npy", "int32", (counts[0],))
    others = np.empty((0, facts.width), np.float32)
    if count:
        others = _mapped(folder / "others.npy", "float32", (counts[1], facts.width))
    if not NO_PLACE <= int(places.min(initial=0)) <= int(places.max(initial=0)) < facts.rows + len(others):
        raise _problem(folder / "tokens.npy", "damaged: it names rows that are not there")
    rules = TextRules(_bytes(folder / "tokenizer.json"), characters, normalized)
    known_by = json.dumps([said, facts.rest.get("digests")], sort_keys=True).encode()
    return TextEncoder(rules, TokenRows(places, others), rows, str(folder), known_by)


def _codes(folder: Path, facts: Facts) -> Codes:
    from vecalc.space import quantization

    width = quantization.width(facts.width)
    return quantization.Codes(
        _mapped(folder / "codes.npy", "int8", (facts.rows, width)),
        _mapped(folder / "residuals.npy", "float32", (facts.rows,)),
        # Earlier versions wrote a whole matrix for every width.
        _mapped(folder / "rotation.npy", "float32", quantization.shape(facts.width), (facts.width, width)),
    )


def told(facts: Mapping[str, object], what: str) -> dict[str, object]:
    """The files that the facts tell something of; only names of this very folder."""
    told = facts.get(what)
    if not isinstance(told, dict):
        return {}
    return {name: value for name, value in told.items() if Path(name).name == name}
