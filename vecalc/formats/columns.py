"""Which columns of a table, or fields of a record, hold the words and the numbers of the vectors.

Words: the column that is usually called so, or the only one of text; without one, a column of ids. Vectors:
a column of lists; without one, the columns of numbers, of which those that count the rows, or something in
them, are none. `FILE#NAME` names a column: of lists it is that of the vectors, any other that of the words;
`FILE#NAME,NAME` both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from vecalc.errors import FileProblem, NotVectors
from vecalc.formats.other_columns import words_from
from vecalc.sources import Source
from vecalc.sources.column_names import IDS, SURE_WORDS, VECTORS, WORDS
from vecalc.sources.parts import LISTED, FilePart, chosen, listed
from vecalc.sources.word_text import shown

Kind: TypeAlias = Literal["text", "lists", "numbers", ""]

# Numbers that are no component of a vector, whatever stands beside them; and so are names that end in id.
_APART = re.compile(
    r".*[a-z]Ids?|(?i:(?:.*[_ .-])?[pu]?ids?|index|idx|rank|row|counts?|freq|frequency|occurrences|n|n_tokens"
    r"|tokens|length|label|class|cluster|group|target|year|time|timestamp|rating|score)"
)
_UNNAMED = re.compile(r"|Unnamed: \d+|__index_level_\d+__")  # as pandas writes and reads an index
_IN_SERIES = re.compile(r"(.*?)(\d+)")  # dim_0, dim_1, ...; V1, V2; 0, 1
BESIDE = -1
NARROWEST = 2  # components; with one, any list of words and counts would be a model
LINE_ENDS = "words with line ends, which are read as blanks"
_HINT = "have a column called word, and one called vector or columns called 0, 1, 2, ..."


def stands_apart(name: str) -> bool:
    """Whether numbers of this name are no component of a vector."""
    return (_APART.fullmatch(name) or _UNNAMED.fullmatch(name)) is not None


class SeenColumn(NamedTuple):
    """A column, as the first rows show it."""

    name: str  # in the header; its place, from 1, where there is none
    kind: Kind
    named: bool = True
    whole: bool = False  # numbers without a fraction
    counting: bool = False  # one more in each row
    distinct: bool = False
    constant: bool = False  # text that is the same in all rows
    width: int = 0  # numbers of a list

    @property
    def unnamed(self) -> bool:
        """Whether the other columns have names, and this one has none."""
        return self.named and _UNNAMED.fullmatch(self.name) is not None

    @property
    def what(self) -> str:
        """For people."""
        return {"text": "text", "lists": f"lists of {self.width:,}", "numbers": "numbers"}.get(
            self.kind, "neither"
        )


class ColumnChoice(NamedTuple):
    """Which columns to read: of the word, and of its numbers, one of lists or several."""

    word: int  # BESIDE: there is none, and the words are in another file
    numbers: list[int]
    lists: bool


def one_line(words: list[bytes], source: Source) -> list[bytes]:
    """Words without the line ends that texts in tables may have; those that had some are counted."""
    if b"\n" not in b"".join(words):
        return words
    source.tally.counts[LINE_ENDS] += sum(b"\n" in word for word in words)
    return [b" ".join(word.split()) if b"\n" in word else word for word in words]


def width_of(columns: Sequence[SeenColumn]) -> int:
    """How wide the vectors in some columns may be, whatever the words are; 0 where there are none."""
    columns = _with_words(columns)
    lists = max((column.width for column in columns if column.kind == "lists"), default=0)
    components = len(components_of(columns, -1))
    return lists or (components if components >= NARROWEST else 0)


def _with_words(columns: Sequence[SeenColumn]) -> list[SeenColumn]:
    """The same, where what is surely called words is text, whatever the first of them look like."""
    return [column._replace(kind="text") if _is_sure(column) else column for column in columns]


def _is_sure(column: SeenColumn) -> bool:
    return column.named and column.name.lower() in SURE_WORDS


def choice_of(columns: Sequence[SeenColumn], source: Source, *, beside: bool = False) -> ColumnChoice:
    """The columns to read; FileProblem where that is not clear, remarks where others might be meant.

    With `beside` a table without words, or one for which a file of words is named, has them in another file.
    """
    columns = _with_words(columns)
    parts = [FilePart(column.name or str(i), column.what) for i, column in enumerate(columns, 1)]
    if not width_of(columns) and not source.reading.part:
        message = f"no columns of numbers that make a vector: it holds {listed(parts)}"
        raise NotVectors(message, where=str(source.path), hint=_HINT)
    vector, word = _named(columns, parts, source)
    if vector is None and any(column.kind == "lists" for column in columns):
        vector = _one(columns, parts, "lists", VECTORS, _anew(source))
    if word is None:
        word = _word(columns, parts, _anew(source), beside)
    if vector is not None:
        return ColumnChoice(word, [vector], True)
    components = components_of(columns, word)
    if len(components) < NARROWEST:
        message = f"no columns of numbers that make a vector: it holds {listed(parts)}"
        raise NotVectors(message, where=str(source.path), hint=_HINT)
    _remark(columns, word, components, source)
    return ColumnChoice(word, components, False)


def _anew(source: Source) -> Source:
    """The same without a part that is wanted, as it was found already."""
    return source._replace(reading=source.reading._replace(part=""))


def _named(
    columns: Sequence[SeenColumn], parts: Sequence[FilePart], source: Source
) -> tuple[int | None, int | None]:
    """The column of vectors, or that of words, that the user names."""
    if not source.reading.part:
        return None, None
    part = source.reading.part
    names = [part] if "," not in part or part in [one.name for one in parts] else part.split(",")
    vector = word = None
    for name in names:
        named = source._replace(reading=source.reading._replace(part=name))
        place = _place(parts, chosen(parts, named, what="column", known=(), fits=lambda _: True))
        if columns[place].kind == "lists" and vector is None:
            vector = place
        elif columns[place].kind != "lists" and word is None:
            word = place
        else:
            message = f"two columns of the same kind are named: {shown(part)}"
            raise FileProblem(message, where=str(source.path), hint=f"{source.path.name}#WORDS,VECTORS")
    return vector, word


def _place(parts: Sequence[FilePart], wanted: FilePart) -> int:
    return next(i for i, part in enumerate(parts) if part is wanted)


def _one(
    columns: Sequence[SeenColumn], parts: Sequence[FilePart], kind: Kind, known: Sequence[str], source: Source
) -> int:
    """The column of a kind that is usually called so, or the only one of it."""
    what = "column of words" if kind == "text" else "column of vectors"
    fitting = {id(part) for part, column in zip(parts, columns, strict=True) if column.kind == kind}
    if not columns[0].named:  # then the first is as good as any
        known = [part.name for part in parts]
    fits, remark = (lambda part: id(part) in fitting), words_from if kind == "text" else None
    return _place(parts, chosen(parts, source, what=what, known=known, fits=fits, remark=remark))


def _word(columns: Sequence[SeenColumn], parts: Sequence[FilePart], source: Source, beside: bool) -> int:
    """The column of words, or else of ids; `BESIDE` where there is neither and that may be."""
    sure = [i for i, column in enumerate(columns) if _is_sure(column)]
    texts = [column for column in columns if column.kind == "text"]
    if len(sure) == 1:
        return sure[0]
    if texts and not all(column.constant for column in texts):
        return _one(columns, parts, "text", WORDS, source)
    ids = [i for i, column in enumerate(columns) if column.kind == "numbers" and _are_ids(columns, i)]
    usual = [i for name in IDS for i in ids if columns[i].named and columns[i].name.lower() == name]
    if beside and (source.reading.words_file or not ids):
        return BESIDE
    if not ids:
        message = f"it holds rows of numbers, and no words: {listed(parts)}"
        raise FileProblem(message, where=str(source.path), hint=_HINT)
    found = (usual or ids)[0]
    source.tally.remarks[f"there are no words but the numbers of column {_spoken(columns, found)}"] = None
    return found


def _are_ids(columns: Sequence[SeenColumn], place: int) -> bool:
    """Whether the whole numbers of a column may stand for words."""
    column = columns[place]
    if not (column.whole and column.distinct) or (column.named and place in in_series(columns)):
        return False
    if column.named and stands_apart(column.name):
        return True
    others = [c for i, c in enumerate(columns) if i != place]
    return place == 0 and any(c.kind == "lists" or (c.kind == "numbers" and not c.whole) for c in others)


def components_of(columns: Sequence[SeenColumn], word: int) -> list[int]:
    """The columns of numbers that belong to a vector."""
    numeric = [i for i, column in enumerate(columns) if column.kind == "numbers" and i != word]
    if not numeric or not columns[0].named:
        fractions = any(not columns[i].whole for i in numeric)
        return [i for i in numeric if not (fractions and columns[i].whole and columns[i].counting)]
    series = in_series(columns)
    if len(series) >= NARROWEST and 2 * len(series) >= len(numeric):
        return [i for i in series if i != word]
    return [i for i in numeric if not stands_apart(columns[i].name)]


def in_series(columns: Sequence[SeenColumn]) -> list[int]:
    """The largest group of columns of numbers whose names differ in a number alone."""
    stems = {
        i: match[1].lower()
        for i, column in enumerate(columns)
        if column.kind == "numbers" and (match := _IN_SERIES.fullmatch(column.name))
    }
    stem = max(Counter(stems.values()).items(), key=lambda item: item[1], default=("", 0))[0]
    return [i for i in stems if stems[i] == stem]


def _remark(columns: Sequence[SeenColumn], word: int, components: Sequence[int], source: Source) -> None:
    """Say what numbers without a name are left out, and which of those that are not are doubtful.

    Those with a name are other columns like any, and kept.
    """
    numeric = [i for i, column in enumerate(columns) if column.kind == "numbers"]
    taken = {word, *components}
    out = [i for i in numeric if i not in taken and not (columns[i].named and columns[i].name)]
    if out and word != BESIDE:  # of which all others are told as what is not kept
        source.tally.remarks[f"no components of the vectors: {_columns(columns, out)}"] = None
    if not columns[0].named or not set(components) <= set(in_series(columns)):
        whole = [i for i in components if columns[i].whole]
        if whole and 2 * len(whole) <= len(components):
            remark = f"read as components, though they hold whole numbers only: {_columns(columns, whole)}"
            source.tally.remarks[remark] = None


def _columns(columns: Sequence[SeenColumn], places: Sequence[int]) -> str:
    names = ", ".join(_spoken(columns, place) for place in places[:LISTED])
    more = f" and {len(places) - LISTED:,} more" if len(places) > LISTED else ""
    return f"column {names}{more}"


def _spoken(columns: Sequence[SeenColumn], place: int) -> str:
    column = columns[place]
    return shown(column.name) if column.named and column.name else f"{place + 1:,}"
