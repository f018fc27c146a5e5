"""The entries of a JSON file one after the other, whatever lists and objects are around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple, TypeAlias

from vecalc.codecs.json_scan import JsonScan
from vecalc.errors import FileProblem, NotVectors
from vecalc.sources import Source
from vecalc.sources.column_names import IDS, VECTORS, WORDS
from vecalc.sources.parts import FilePart, chosen
from vecalc.sources.reference import LIST
from vecalc.sources.word_text import shown

DEEPEST = 4  # objects around the entries
_DIGITS = tuple("-0123456789")  # how a number begins
LOOKED_AT = 1000  # members of an object: when none of them holds a list, the others will not either

Fields: TypeAlias = dict[str, Any]  # of a record, by name


class WordAndList(NamedTuple):
    """A word and its vector, or what stands in its place."""

    word: str
    vector: Any
    others: Fields | None = None  # of a record: the other fields that are kept,
    word_column: str = ""  # and what is called the one of the words


class RowAlone(NamedTuple):
    """A vector without a word."""

    vector: Any


Entry: TypeAlias = WordAndList | Fields | RowAlone


class _Kind(NamedTuple):
    """JSON that holds no vectors: how it is known, what to call it, what to do about it."""

    pattern: re.Pattern[str]
    what: str
    hint: str


_OF_ROWS = "name the file of rows; this one may be its --words-file"
_MODEL = "name the model's folder, or its file of weights"
_OTHERS = (
    _Kind(re.compile(r'"added_tokens"\s*:\s*\[\s*[\]{]|"tokenizer_class"\s*:\s*"'), "a tokenizer", _MODEL),
    _Kind(re.compile(r'"(?:model_type|architectures)"\s*:\s*(?:"|\[\s*")'), "a configuration", _MODEL),
    _Kind(re.compile(r'"word_embedding_dimension"\s*:\s*\d'), "a configuration", _MODEL),
    _Kind(re.compile(r'"weight_map"\s*:\s*\{'), "the index of a model in several files", _MODEL),
)
_WORDS = _Kind(re.compile(r'\s*(?:\{\s*"(?:[^"\\]|\\.)*+"\s*:\s*\d|\[\s*")'), "a list of words", _OF_ROWS)
_SHOWN = 1 << 12  # characters in which a file says what it is
_SHAPES = 'have {"king": [0.1, 0.2], ...}, or records with a word and a vector'


def entries(source: Source) -> Iterator[Entry]:
    """All entries of a file; FileProblem where there are none."""
    scan = JsonScan(source)
    found, some = _Entries(scan, source), False
    for kind in _OTHERS:
        if scan.peek() == "{" and kind.pattern.search(scan.beginning[:_SHOWN]):
            raise _without(kind, source)
    while scan.peek():
        for entry in found.of_value(0):
            some = True
            yield entry
    if not some:
        raise no_vectors(scan.beginning, source)
    if found.others:
        source.tally.counts["entries without a list of numbers, left out"] += found.others


def no_vectors(beginning: str, source: Source) -> FileProblem:
    """The problem of JSON that holds no vectors, which says what it is."""
    if _WORDS.pattern.match(beginning):
        return _without(_WORDS, source)
    return NotVectors("JSON without vectors", where=str(source.path), hint=_SHAPES)


def _without(kind: _Kind, source: Source) -> FileProblem:
    return FileProblem(f"JSON without vectors: {kind.what}", where=str(source.path), hint=kind.hint)


def is_numbers(value: object) -> bool:
    """Whether a value is a list of two numbers or more, judged by the first ones."""
    if not isinstance(value, list) or len(value) < 2:
        return False
    return all(
        isinstance(number, int | float | None) and not isinstance(number, bool) for number in value[:4]
    )


class _Entries:
    """What was found on the way: words that stand before their vectors."""

    def __init__(self, scan: JsonScan, source: Source) -> None:
        self._scan = scan
        self._source = source
        self._beside = 0  # lists of strings, or of nothing
        self._lists: dict[str, list[str]] = {}  # of words, by their names, beside the one of vectors
        # Columns of words as pandas writes them: of each the words by the names that their vectors have.
        self._columns: dict[str, dict[str, str]] = {}
        self._word_column = ""  # the one of them that was chosen
        self._vectors = ""  # the column in which vectors were found
        self._names = False  # whether a vector had its name for a word
        self._others = 0  # members behind one that is a vector, which are none

    @property
    def others(self) -> int:
        """How many members of objects from words to vectors were none."""
        return self._others + (self._beside if self._names else 0)

    def of_value(self, depth: int, column: str = "") -> Iterator[Entry]:
        """The entries in the next value, which may be a column of a table."""
        opening = self._scan.peek()
        if opening == "{":
            value = self._scan.whole()
            if isinstance(value, dict) and _is_record(value):
                yield value
                return
            if value is not None:
                self._scan.again()
            yield from self._of_object(depth)
        elif opening == "[":
            yield from self._of_list(depth, column)
        else:
            self._scan.value()

    def _of_list(self, depth: int, column: str) -> Iterator[Entry]:
        first = self._scan.inner()
        if first == '"' and depth == 0:
            yield from self._of_row()
            return
        if first in _DIGITS and depth == 0:
            yield RowAlone(self._scan.value())
            return
        place = count()
        for _ in self._scan.elements():
            if self._scan.peek() == "{":
                yield from self.of_value(depth + 1)
            else:
                value = self._scan.value()
                if not self._is_other(column):
                    yield self._row(value, next(place), depth)

    def _of_row(self) -> Iterator[Entry]:
        """A list that begins with a word: it is that of a vector, or one of many words."""
        parts: list[Any] = []
        for _ in self._scan.elements():
            parts.append(self._scan.value())
            if len(parts) > 1 and isinstance(parts[1], str):
                raise no_vectors('["', self._source)
        yield self._row(parts, 0, depth=0)

    def _row(self, value: Any, place: int, depth: int) -> Entry:
        """One of a list of rows: a word and its vector, or a vector whose word came before or is beside."""
        if isinstance(value, list) and value and isinstance(value[0], str):
            return WordAndList(
                value[0], value[1] if len(value) == 2 and isinstance(value[1], list) else value[1:]
            )
        if words := self._chosen(self._lists):
            return WordAndList(words[place] if place < len(words) else "", value)
        if depth == 0:
            return RowAlone(value)
        message = "rows of numbers, and no words before them"
        raise FileProblem(message, where=self._scan.where, hint=_SHAPES)

    def _of_object(self, depth: int, column: str = "") -> Iterator[Entry]:
        """The entries of an object, which may be a column of a table."""
        if depth > DEEPEST:
            raise self._scan.problem("objects in one another too deeply")
        looked_at, some = 0, False
        for name in self._scan.members():
            opening, looked_at = self._scan.peek(), looked_at + 1
            inner = self._scan.inner() if opening == "[" else ""
            if inner == "]" and not some:
                self._scan.value()
                self._beside += 1
            elif opening == "[" and inner not in ('"', "[", "{"):
                value = self._scan.value()
                if (not some and self._is_of_pandas(name, value)) or self._is_other(column):
                    continue
                some = True
                yield self._pair(name, value)
            elif inner == '"':
                self._lists[name] = list(self._strings())
                if self._word_column:  # rows have had their words
                    remark = f"the words are those of {shown(self._word_column)}, and not of {shown(name)}"
                    self._source.tally.remarks[remark] = None
                self._beside += 1
            elif opening in ("[", "{"):
                yield from self._inside(name, depth + 1)
                looked_at = 0
            else:
                self._scalar(name, self._scan.value(), depth, column)
                self._others += some
            if looked_at == LOOKED_AT and depth == 0 and not some:
                raise no_vectors(self._scan.beginning, self._source)

    def _is_of_pandas(self, name: str, value: Any) -> bool:
        """Whether a list names columns 0, 1, 2, ..., or is the index that follows them."""
        return (name == "columns" and value == list(range(len(value)))) or (
            name == "index" and bool(self._lists)
        )

    def _inside(self, name: str, depth: int) -> Iterator[Entry]:
        """The entries of a member: {"king": {"vector": [0.1, 0.2]}, ...} has a record for each word."""
        value = self._scan.whole() if self._scan.peek() == "{" else None
        if isinstance(value, dict) and any(is_numbers(value.get(known)) for known in VECTORS):
            yield {"word": name, **value}
            return
        if value is not None:
            self._scan.again()
            yield from self._of_object(depth, name)
            return
        yield from self.of_value(depth, name)

    def _pair(self, name: str, vector: Any) -> WordAndList:
        called = self._chosen(self._columns)
        if not called or name not in called:
            self._names = True
            return WordAndList(name, vector)
        return WordAndList(called[name], vector)

    def _is_other(self, column: str) -> bool:
        """Whether a column of lists is not the one that is read: of several one has to be meant.

        FileProblem where that is not clear: the entries of the first are given before the second is seen.
        """
        wanted, words = self._source.reading.part, self._columns or self._lists
        if not words or not column:
            return False
        if wanted == LIST:
            parts = [*(FilePart(name, "text") for name in words), FilePart(column, "lists")]
            chosen(parts, self._source, what="column", known=(), fits=lambda part: True)
        if wanted and wanted not in words:
            if column == wanted:
                self._source.tally.used.add("part")
            return column != wanted
        self._vectors = self._vectors or column
        if column == self._vectors:
            return False
        names = f"{shown(self._vectors)} and {shown(column)} hold lists of numbers"
        if self._vectors.lower() not in VECTORS:
            hint = f"name one: {self._source.path}#NAME"
            raise FileProblem(
                f"it is not clear which are the vectors: {names}", where=self._scan.where, hint=hint
            )
        self._source.tally.remarks[f"{names}, the first is read"] = None
        return True

    def _chosen(self, columns: Mapping[str, Any]) -> Any:
        """The words of the column that is usually called so, or of the one that is named; None of none."""
        if self._word_column in columns:
            return columns[self._word_column]
        if not columns:
            return None
        names = [name for name in columns if name != "columns"] or [*columns]
        self._word_column = names[0] if len(names) == 1 else self._of_several(names)
        return columns[self._word_column]

    def _of_several(self, names: Sequence[str]) -> str:
        source = self._source
        if source.reading.part not in names:
            source = source._replace(reading=source.reading._replace(part=""))
        parts = [FilePart(name, "text") for name in names]
        ids = [name for name in names if name.lower().removesuffix("s") in IDS]
        known = (*WORDS, *(name for name in names if name not in ids), *names)
        return chosen(parts, source, what="column of words", known=known, fits=lambda part: True).name

    def _strings(self) -> Iterator[str]:
        for _ in self._scan.elements():
            value = self._scan.value()
            yield value if isinstance(value, str) else ""

    def _scalar(self, name: str, value: Any, depth: int, column: str) -> None:
        """A member that is no list: a word by its name, or something else."""
        if isinstance(value, str) and depth:
            if self._names:
                message = "the words stand behind their vectors"
                raise FileProblem(message, where=self._scan.where, hint=_SHAPES)
            self._columns.setdefault(column, {})[name] = value


def _is_single(name: str, value: object) -> bool:
    """Whether a value is a vector of one number, by its name."""
    return (
        name.lower() in VECTORS
        and isinstance(value, list)
        and len(value) == 1
        and isinstance(value[0], float)
    )


def _is_record(value: Fields) -> bool:
    """Whether an object is a word and its vector, rather than one from words to vectors, or around such."""
    lists = [name for name, inner in value.items() if is_numbers(inner) or _is_single(name, inner)]
    texts = any(isinstance(inner, str) for inner in value.values())
    numbers = [name for name, inner in value.items() if isinstance(inner, int | float)]
    usual = any(name.lower() in (*WORDS, *IDS, *VECTORS) for name in (*lists, *numbers))
    if lists:
        single = len(lists) == 1 and (bool(numbers) or lists[0].lower() in VECTORS)
        return texts or (usual and bool(numbers)) or single
    around = any(isinstance(inner, dict | list) for inner in value.values())
    fractions = any(isinstance(inner, float) for inner in value.values())
    return not around and (texts or (usual and fractions))
