"""A collection of Milvus as a `Connection`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from vecalc.answers import Cell, Metric
from vecalc.arrays import Numbers, Singles
from vecalc.conditions import Condition
from vecalc.space.spelling import fold
from vecalc.stores import FoundRows, ServedFacts
from vecalc.stores.keys import RowKeys
from vecalc.stores.milvus_calls import LOOSE, MilvusCalls
from vecalc.stores.milvus_filter import expression, literal, within
from vecalc.stores.milvus_layout import MilvusLayout

MOST = 16_384  # rows of an answer, queries of a call: the server's limits
REQUEST = 32 << 20  # bytes of a call or an answer: half of what a server takes
OF_A_ROW = 512  # bytes that a row may need besides its vector, as a guess
EFFORT = 1 << 33  # products of numbers in one call, a few seconds
FOUND = 1_000_000  # rows that one call finds, of all its queries
ASKED = 4_096  # words or keys of a filter
ASKED_BYTES = 4 << 20  # of text in one
WITHOUT_DIRECTION = 4_096  # zero vectors that are looked for where rows are missing


class MilvusRows:
    """The rows of one collection. Whoever makes it has found out the facts."""

    def __init__(
        self,
        calls: MilvusCalls,
        layout: MilvusLayout,
        facts: ServedFacts,
        keys: RowKeys,
        search: Mapping[str, Any],
    ) -> None:
        self.facts = facts
        self._calls = calls
        self._layout = layout
        self._keys = keys
        self._search = search  # what the index wants to know besides

    def close(self) -> None:
        """Let go of the server."""
        self._calls.close()

    # --- words ------------------------------------------------------------------------------

    def find(self, words: Sequence[str]) -> Mapping[str, int]:
        """See `Connection.find`."""
        wanted, found = set(words), dict[str, int]()
        for row, word in self._words(self._layout.word, wanted):
            if word in wanted:
                found[word] = min(row, found.get(word, row))
        return found

    def variants(self, words: Sequence[str]) -> Mapping[str, Sequence[int]]:
        """See `Connection.variants`; where no field has the folded words, of the usual cases."""
        folded = {word: fold(word) for word in words}
        if self._layout.folded:
            pairs = self._words(self._layout.folded, set(folded.values()))
        else:
            pairs = self._words(self._layout.word, {form for word in words for form in _usual_forms(word)})
        rows: dict[str, list[int]] = {}
        for row, word in pairs:
            rows.setdefault(fold(word), []).append(row)
        return {word: sorted(rows[form]) for word, form in folded.items() if form in rows}

    def _words(self, field: str, texts: Iterable[str]) -> Iterator[tuple[int, str]]:
        """Rows and words where a field is one of these texts."""
        for some in _pieces([text for text in texts if _can_be_sent(text)], lambda text: len(text.encode())):
            for found in self._query(within(field, some), [self._layout.word]):
                if (row := self._keys.row(found[self._layout.key])) is not None:
                    yield row, found[self._layout.word]

    # --- neighbours -------------------------------------------------------------------------

    def near(self, queries: Singles, k: int, by: Metric, condition: Condition | None) -> Sequence[FoundRows]:
        """See `Connection.near`; fewer rows than there must be are an error."""
        told = self._expression(condition)
        effort = self.facts.rows * self.facts.width if self.facts.exact else 1
        at_once = max(1, min(MOST, REQUEST // (4 * self.facts.width), FOUND // k, EFFORT // max(1, effort)))
        found = [
            hits
            for first in range(0, len(queries), at_once)
            for hits in self._nearest(queries[first : first + at_once], k, told)
        ]
        there = self.facts.rows
        if told and any(len(rows) < k for rows in found):
            there = self._calls.count(self._layout.name, told, LOOSE)
        return [FoundRows(rows, self._is_all(rows, k, there, condition)) for rows in found]

    def _nearest(self, queries: Singles, k: int, told: str) -> Iterator[Numbers]:
        params = {name: value(k) if callable(value) else value for name, value in self._search.items()}
        answers = self._calls(
            "search",
            self._layout.name,
            data=queries,
            anns_field=self._layout.vector,
            filter=told,
            limit=k,
            output_fields=[self._layout.key],
            search_params={"params": params},
            consistency_level=LOOSE,
        )
        for hits in answers:
            rows = [self._keys.row(key) for key in hits.ids]
            yield np.array([row for row in rows if row is not None], np.int64)

    def _is_all(self, rows: Numbers, k: int, there: int, condition: Condition | None) -> bool:
        """Whether there are no more than these; raises where there must be. Zero vectors have no cosine."""
        missing = min(k, there) - len(rows)
        if missing > 0 and self.facts.metric == "cos" and there - len(rows) <= WITHOUT_DIRECTION:
            left = np.setdiff1d(self._matching(self._expression(condition)), rows)
            if not np.any(self.fetch(left.tolist())[1]):
                return True
        if missing > 0:
            message = (
                f"it finds {len(rows):,} rows of {min(k, there):,} that there must be: its index isn't ready"
            )
            raise self._calls.problem(message, "ask again in a while" if self.facts.exact else _OR_LOSSY)
        return len(rows) >= there

    # --- rows -------------------------------------------------------------------------------

    def fetch(self, rows: Sequence[int]) -> tuple[list[str], Singles]:
        """See `Connection.fetch`."""
        layout, width = self._layout, self.facts.width
        found = list(self._of_rows(rows, [layout.word, layout.vector], 4 * width + OF_A_ROW))
        vectors = np.empty((len(found), width), np.float32)
        for place, row in enumerate(found):
            vectors[place] = row[layout.vector]
        return [row[layout.word] for row in found], vectors

    def records(self, rows: Sequence[int], names: Sequence[str]) -> list[tuple[Cell, ...]]:
        """See `Connection.records`."""
        columns = [(self._layout.columns[name], name) for name in names]
        wanted = dict.fromkeys(
            field for column, _ in columns for field in (column.output, column.known) if field
        )
        found = self._of_rows(rows, list(wanted), OF_A_ROW * (1 + len(wanted)))
        return [tuple(column.cell(row, name) for column, name in columns) for row in found]

    def stream(self, *, vectors: bool = True) -> Iterator[tuple[list[str], Singles]]:
        """See `Connection.stream`."""
        layout, width = self._layout, self.facts.width if vectors else 0
        fields = [layout.word, layout.vector] if vectors else [layout.word]
        first = 0
        for page in self._pages("", fields, 4 * width + OF_A_ROW):
            if self._keys.row(page[0][layout.key]) != first:
                raise self._changed()
            found = np.empty((len(page), width), np.float32)
            for place, row in enumerate(page if vectors else ()):
                found[place] = row[layout.vector]
            yield [row[layout.word] for row in page], found
            first += len(page)
        if first != len(self._keys):
            raise self._changed()

    def matching(self, condition: Condition) -> Numbers:
        """See `Connection.matching`."""
        return self._matching(self._expression(condition))

    def _matching(self, told: str) -> Numbers:
        keys = (row[self._layout.key] for page in self._pages(told, [], OF_A_ROW) for row in page)
        rows = (self._keys.row(key) for key in keys)
        return np.array([row for row in rows if row is not None], np.int64)

    def _of_rows(self, rows: Sequence[int], fields: Sequence[str], size: int) -> Iterator[Mapping[str, Any]]:
        """Some fields of some rows, in their order."""
        at_once = max(1, min(ASKED, REQUEST // size))
        for first in range(0, len(rows), at_once):
            keys = [self._keys.key(row) for row in rows[first : first + at_once]]
            found = {
                row[self._layout.key]: row for row in self._query(within(self._layout.key, keys), fields)
            }
            if not found.keys() >= {*keys}:
                raise self._changed()
            yield from (found[key] for key in keys)

    def _pages(self, told: str, fields: Sequence[str], size: int) -> Iterator[list[Any]]:
        """All rows that an expression is true of, by their keys: a limit takes the first of them."""
        limit, start = max(1, min(MOST, REQUEST // size)), ""
        while True:
            page = self._query(" and ".join(filter(None, [told, start])), fields, limit=limit)
            page.sort(key=lambda row: row[self._layout.key])
            if page:
                yield page
            if len(page) < limit:
                return
            start = f"{self._layout.key} > {literal(page[-1][self._layout.key])}"

    def _query(self, told: str, fields: Sequence[str], **options: Any) -> list[Any]:
        named = list(dict.fromkeys([self._layout.key, *fields]))
        found = self._calls(
            "query", self._layout.name, filter=told, output_fields=named, consistency_level=LOOSE, **options
        )
        return list(found)

    def _expression(self, condition: Condition | None) -> str:
        return expression(condition, self._layout.fields, self._layout.key) if condition else ""

    def _changed(self) -> Exception:
        return self._calls.problem("its rows aren't those that it had when it was connected to", "ask again")


_OR_LOSSY = "ask again in a while, or for fewer rows"


def _usual_forms(word: str) -> set[str]:
    """How a word is written in most places, composed and not."""
    forms = (word, word.lower(), word.upper(), word.title(), word.capitalize(), word.casefold())
    return {unicodedata.normalize(form, text) for text in forms for form in ("NFC", "NFD")}


def _can_be_sent(text: str) -> bool:
    """Whether it is Unicode: half of a pair is in no text of a server."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _pieces(texts: Sequence[str], size: Any) -> Iterator[list[str]]:
    """Not too many at once, and not too much of them."""
    some: list[str] = []
    left = ASKED_BYTES
    for text in texts:
        if some and (len(some) == ASKED or left < size(text)):
            yield some
            some, left = [], ASKED_BYTES
        some.append(text)
        left -= size(text)
    if some:
        yield some
