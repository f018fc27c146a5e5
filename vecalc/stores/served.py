"""A connection as a space: words are asked for once, and what a server finds is scored again here.

A server reckons in float32, and leaves ties in any order. So it is asked for somewhat more rows than are
wanted; their vectors are fetched and scored in float64, as everywhere; and where what it left out might still
belong to the nearest, it is asked for more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import RLock
from typing import Any, cast

import numpy as np

from vecalc.answers import Cell, Metric
from vecalc.arrays import AnyArray, Floats, Numbers, Singles
from vecalc.conditions import Condition, MetadataColumn
from vecalc.errors import RemoteProblem
from vecalc.search.scoring import EPSILON, needs_direction, scores_of
from vecalc.space import Filtered, Hits, Measure, VectorSpace
from vecalc.space.matrix import directions_of, euclidean
from vecalc.space.patterns import Pattern, matching_rows
from vecalc.space.spelling import Near
from vecalc.space.words import WordList
from vecalc.stores import Connection, FoundRows

SLACK = 16  # rows beyond those wanted, among which ties and roundings are settled
MORE = 4  # times as many are asked for where these do not settle it
KEPT = 64 << 20  # bytes of vectors that are kept, for they are asked for again
LOOKED_UP = 200_000  # words whose rows are kept
SPELLED = 2_000_000  # words of a store of which those spelled like a missing one are looked for
WORTH_SAYING = 50_000  # rows whose reading is said before it begins
DOUBTFUL = 8  # times what d float32 products can be off by: servers add in any order


class ServedSpace:
    """A `VectorSpace` on a server. Its methods raise `RemoteProblem`, too; threads take turns."""

    codes = None
    encoder = None

    def __init__(self, connection: Connection, name: str, tell: Callable[[str], None]) -> None:
        self.name = name
        self._connection = connection
        self._tell = tell
        self._lock = RLock()
        self._rows: dict[str, int | None] = {}
        self._variants: dict[str, Sequence[int]] = {}
        self._fetched: dict[int, tuple[str, Singles]] = {}
        self._words: WordList | None = None
        self._near: Near | None = None  # of these words
        self._said: set[str] = set()
        self.metadata = ServedMetadata(connection, self._lock) if connection.facts.columns else None

    def __repr__(self) -> str:
        name = self.name if self.name.isprintable() else ascii(self.name)
        return f"<{name}: {len(self):,} words × {self.dim}, on a server>"

    @property
    def dim(self) -> int:
        """Components of a vector, d."""
        return self._connection.facts.width

    def __len__(self) -> int:
        return self._connection.facts.rows

    @property
    def initial(self) -> str:
        """What a token carries that begins a word, where tokens are pieces of words; else ""."""
        return self._connection.facts.initial

    @property
    def seeker(self) -> ServedSpace:
        """The space itself: its server finds neighbours."""
        return self

    def close(self) -> None:
        """Let go of the server."""
        with self._lock:
            self._connection.close()

    # --- words ------------------------------------------------------------------------------

    def row(self, word: str) -> int | None:
        """The row of exactly this word, or None."""
        with self._lock:
            self._look_up([word])
            return self._rows[word]

    def expect(self, words: Iterable[str]) -> None:
        """See `Seeker.expect`: their rows, their vectors, and what those without a row may be read as."""
        with self._lock:
            words = list(dict.fromkeys(words))
            self._look_up(words)
            self._look_up_variants([word for word in words if self._rows[word] is None])
            rows = {row for word in words if (row := self._rows[word]) is not None}
            rows |= {row for word in words for row in self._variants.get(word, ())[:1]}
            self._fetch(sorted(rows)[: KEPT // (4 * self.dim)])

    def _look_up(self, words: Sequence[str]) -> None:
        if not (unknown := [word for word in words if word not in self._rows]):
            return
        found = self._connection.find(unknown) if self._words is None else _rows_of(self._words, unknown)
        if len(self._rows) + len(unknown) > LOOKED_UP:
            self._rows = {word: self._rows[word] for word in words if word in self._rows}
        self._rows.update((word, found.get(word)) for word in unknown)

    def _look_up_variants(self, words: Sequence[str]) -> None:
        if not (unknown := [word for word in words if word not in self._variants]):
            return
        found = self._connection.variants(unknown) if self._words is None else _spelled(self._words, unknown)
        if len(self._variants) + len(unknown) > LOOKED_UP:
            self._variants = {}
        self._variants.update((word, found.get(word, ())) for word in unknown)

    def word(self, row: int) -> str:
        """The word of a row."""
        return self._fetch([int(row)])[0][0]

    def words(self) -> Iterator[str]:
        """All words in row order."""
        if self._words is not None:
            yield from self._words
            return
        self._say("all words")
        for words, _ in self._pages(vectors=False):
            yield from words

    def variants(self, word: str) -> Sequence[int]:
        """Rows of the same word in any case or Unicode composition, in row order."""
        with self._lock:
            self._look_up_variants([word])
            return self._variants[word]

    def compose(self, word: str) -> Floats | None:
        """Nothing: a store on a server has the words that it has."""
        return None

    def matching(self, pattern: Pattern) -> Numbers:
        """Rows of the words that match a pattern, ascending."""
        return matching_rows(self._all_words(), pattern)

    def near(self, word: str, limit: int = 3) -> Sequence[str]:
        """Words spelled like this one, likeliest first; none of stores with very many words."""
        if len(self) > SPELLED:
            return ()
        from vecalc.space.affixes import rows_meant

        words = self._all_words()
        self._near = self._near or Near(words)
        return [words.word(row) for row in rows_meant(self._near, words.lines(), word, limit)]

    def _all_words(self) -> WordList:
        with self._lock:
            if self._words is None:
                self._words = WordList(list(self.words()))
            return self._words

    # --- vectors ----------------------------------------------------------------------------

    def vectors(self, rows: Numbers | Sequence[int], kind: type[Any] = np.float64) -> AnyArray:
        """The vectors of some rows [r, d], as the server has them."""
        wanted = np.asarray(rows, np.int64).tolist()
        if not wanted:
            return np.empty((0, self.dim), kind)
        return np.stack([vector for _, vector in self._fetch(wanted)]).astype(kind)

    def blocks(self) -> Iterator[tuple[int, Singles, Floats]]:
        """First row, vectors [b, d] float32, lengths [b] float64, some thousand rows at a time."""
        self._say("all vectors")
        first = 0
        for _, vectors in self._pages(vectors=True):
            yield first, vectors, euclidean(vectors)
            first += len(vectors)

    def _pages(self, *, vectors: bool) -> Iterator[tuple[list[str], Singles]]:
        """All rows; between two pages other threads have their turn."""
        pages = self._connection.stream(vectors=vectors)
        while True:
            with self._lock:
                page = next(pages, None)
            if page is None:
                return
            yield page

    def lengths(self, rows: Numbers | Sequence[int]) -> Floats:
        """Euclidean lengths of some rows [r] float64."""
        return euclidean(self.vectors(rows))

    def _fetch(self, rows: Sequence[int]) -> list[tuple[str, Singles]]:
        with self._lock:
            known = self._fetched
            missing = [row for row in dict.fromkeys(rows) if row not in known]
            if missing:
                if (len(known) + len(missing)) * 4 * self.dim > KEPT:
                    kept = set(rows) - set(missing)
                    known = self._fetched = {row: known[row] for row in kept}
                words, vectors = self._connection.fetch(missing)
                known.update(zip(missing, zip(words, vectors, strict=True), strict=True))
            return [known[row] for row in rows]

    def _say(self, what: str) -> None:
        if len(self) >= WORTH_SAYING and what not in self._said:
            self._said.add(what)
            self._tell(f"{self.name}: {what} are read from the server ({len(self):,})")

    # --- neighbours -------------------------------------------------------------------------

    def search(self, queries: Floats, k: int, measure: Measure, among: Filtered | None = None) -> Hits:
        """See `Seeker.search`."""
        by = self._searched_by(measure)
        condition = among and among.condition
        if condition is None and 0 < self._connection.facts.many <= len(queries):
            from vecalc.search import exact

            return exact.search(cast(VectorSpace, _Streamed(self)), queries, k, measure)
        found: dict[int, tuple[Numbers, Floats]] = {}
        wanted = k + SLACK
        while pending := [i for i in range(len(queries)) if i not in found]:
            most = self._connection.facts.most
            if most and min(wanted, len(self)) > most:
                return self._exhaustive(queries, k, measure, condition)
            asked = queries[pending]
            sent = (directions_of(asked) if by == "cos" else asked).astype(np.float32)
            if not np.isfinite(sent).all():  # lengths that float32 can't hold
                return self._exhaustive(queries, k, measure, condition)
            with self._lock:
                near = self._connection.near(sent, min(wanted, len(self)), by, condition)
            scored = self._scored(asked, near, measure)
            for i, one, (rows, scores) in zip(pending, near, scored, strict=True):
                whole = one.complete or self._is_all(one, k, wanted)
                if whole or _is_settled(scores, k, self.dim):
                    found[i] = rows[:k], scores[:k]
            wanted *= MORE
        ordered = [found[i] for i in range(len(queries))]
        if len({len(rows) for rows, _ in ordered}) > 1:
            raise RemoteProblem("it gives different numbers of rows for one condition", where=self.name)
        return Hits(np.stack([rows for rows, _ in ordered]), np.stack([scores for _, scores in ordered]))

    def _is_all(self, found: FoundRows, k: int, asked: int) -> bool:
        """Whether all rows were asked for; then fewer than k are those of an index that isn't ready."""
        if asked < len(self):
            return False
        if len(found.rows) < min(k, len(self)):
            what = f"it gives fewer rows than there are: {len(found.rows):,} of {min(k, len(self)):,}"
            raise RemoteProblem(what, where=self.name, hint="ask again when its index is ready")
        return True

    def _searched_by(self, measure: Measure) -> Metric:
        """By what a server has to rank: where only directions count, all metrics rank like cos."""
        only = self._connection.facts.metric
        by: Metric = "cos" if needs_direction(measure) else measure.metric
        if only not in (None, by):
            what = f"its index ranks by {only}, not by {by}, as --metric {measure.metric} asks for"
            raise RemoteProblem(what, where=self.name, hint=f"choose --metric {only}, or make another index")
        return by

    def _scored(
        self, queries: Floats, near: Sequence[FoundRows], measure: Measure
    ) -> list[tuple[Numbers, Floats]]:
        """What was found for each query, in the order of its scores in float64, ties by row."""
        lists = [one.rows for one in near]
        self._fetch(np.concatenate(lists).tolist())  # at once what is asked for one by one below
        if needs_direction(measure):
            lists = [rows[self.lengths(rows) > 0] if len(rows) else rows for rows in lists]
        scores = scores_of(self, queries, lists, measure)
        scored = []
        ends = np.cumsum([len(rows) for rows in lists])[:-1]
        for rows, own in zip(lists, np.split(scores, ends), strict=True):
            order = np.lexsort((rows, own if measure.metric == "l2" else -own))
            scored.append((rows[order], own[order]))
        return scored

    def _exhaustive(self, queries: Floats, k: int, measure: Measure, condition: Condition | None) -> Hits:
        """The same by reading the vectors of all candidates: more are wanted than the server gives."""
        from vecalc.search import exact

        with self._lock:
            rows = np.arange(len(self)) if condition is None else self._connection.matching(condition)
        self._say("the vectors of all candidates")
        return exact.search(self, queries, k, measure, rows)


class _Streamed:
    """A served space whose vectors are read, and not sought."""

    seeker = None

    def __init__(self, space: ServedSpace) -> None:
        self._space = space

    def __len__(self) -> int:
        return len(self._space)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._space, name)


class ServedMetadata:
    """The `Metadata` of a store on a server."""

    def __init__(self, connection: Connection, lock: RLock) -> None:
        self._connection = connection
        self._lock = lock

    @property
    def columns(self) -> Sequence[MetadataColumn]:
        """The columns, in the server's order."""
        return self._connection.facts.columns

    def matching(self, condition: Condition, rows: Numbers | None = None) -> Numbers:
        """See `Metadata.matching`."""
        with self._lock:
            found = self._connection.matching(condition)
        return found if rows is None else np.intersect1d(found, rows, assume_unique=True)

    def records(self, rows: Sequence[int], names: Sequence[str]) -> list[tuple[Cell, ...]]:
        """See `Metadata.records`."""
        with self._lock:
            return self._connection.records(rows, names)


def _rows_of(words: WordList, asked: Sequence[str]) -> dict[str, int]:
    rows = ((word, words.row(word)) for word in asked)
    return {word: row for word, row in rows if row is not None}


def _spelled(words: WordList, asked: Sequence[str]) -> dict[str, Sequence[int]]:
    return {word: words.variants(word) for word in asked}


def _is_settled(scores: Floats, k: int, dim: int) -> bool:
    """Whether what a server left out, which is no nearer to it than the last of these, can't be among the k.

    How far off it may be: as many roundings of float32 as there are terms, of the largest score here.
    """
    if len(scores) <= k:
        return False
    off = DOUBTFUL * (dim + 6) * EPSILON * max(1.0, float(np.abs(scores).max()))
    return bool(abs(scores[k - 1] - scores[-1]) > off)
