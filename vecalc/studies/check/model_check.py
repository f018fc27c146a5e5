"""One pass over a model, whatever is in it: what would stop a reader is a finding here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from vecalc import bounded
from vecalc.arrays import Bytes, Floats, Singles
from vecalc.errors import FileProblem
from vecalc.formats.token_text import READ
from vecalc.library.conversions import conversions, size_of
from vecalc.sources import Reading
from vecalc.sources.excuses import ESCAPED
from vecalc.sources.reference import located
from vecalc.space import VectorSpace
from vecalc.space.files import unreadable
from vecalc.space.store import FACTS, Facts, is_store, open_store, read_facts
from vecalc.space.store_digests import damaged
from vecalc.space.text_encoder import TextEncoder
from vecalc.studies.check import word_check as of_words
from vecalc.studies.check.geometry import Geometry, crowd, geometry, outliers
from vecalc.studies.check.row_check import SHORTEST, RowsSeen
from vecalc.studies.check.word_check import Level

EXAMPLES = 5
LONGEST_LIST = 1 << 30  # bytes of a list of words: 100 million of them
MANY_EQUAL = 0.01  # a few words with one vector occur in sound models; from this share on rows were mixed up

Watch = Callable[[str, int], AbstractContextManager[Callable[[bytes], None]]]


class Finding(NamedTuple):
    """Something that was looked for: how often it was found, how bad that is, some examples."""

    what: str
    found: int
    level: Level
    examples: str = ""
    of_words: bool = True  # what was found are words or rows, so that it has a share of them


class Examined(NamedTuple):
    """What was found out about a model."""

    path: str  # or the address of a store on a server
    size: int | None  # bytes; None where nobody knows
    type: str
    words: int
    width: int
    findings: tuple[Finding, ...]
    lengths: Floats  # of the rows that are finite
    order: of_words.WordOrder
    geometry: Geometry | None
    hubs: tuple[str, ...]
    coverage: of_words.Coverage | None
    files: tuple[Path, ...]  # that were read

    @property
    def is_wrong(self) -> bool:
        """Whether something is wrong."""
        return any(finding.level == "wrong" for finding in self.findings)


def examine(
    model: Path | VectorSpace, word_list: str | None, sample: int, seed: int, watch: Watch, **how: Any
) -> Examined:
    """Examine the model at a path: a store, or a file of any format; or a space on a server. `how` are fields
    of `Reading`.

    `word_list` names a file of words to look for, one a line. Raises `FileProblem` for what is not there or
    can't be opened; what is wrong inside is found.
    """
    from vecalc.library.catalogue import file_at, starter

    wanted = None if word_list is None else _lines(Path(word_list))
    reading = _Examination(model, how) if isinstance(model, Path) else _OnServer(model)
    rows, words = RowsSeen(sample, seed), list[str]()
    for some, vectors in reading.blocks(watch):
        words += some
        rows.add(vectors)
    findings = [*reading.findings(), *_of_rows(rows, words), *_of_words(words, of_bytes=reading.is_of_bytes)]
    lengths, drawn = rows.lengths(), rows.drawn()
    found = geometry(drawn)
    return Examined(
        str(model) if isinstance(model, Path) else model.name,
        size_of(file_at(model)) if isinstance(model, Path) else None,
        reading.type,
        len(words),
        rows.width,
        tuple(findings),
        lengths[np.isfinite(lengths)],
        of_words.order(words, lengths, list(starter().words())),
        found,
        tuple(words[row] for row, _ in found.hubs) if found else (),
        None if wanted is None else of_words.coverage(words, wanted),
        reading.files,
    )


class _Examination:
    """The blocks of a model, and what was put up with while reading them."""

    def __init__(self, path: Path, how: Mapping[str, Any]) -> None:
        self.path, self.reading = located(path, Reading(**how))
        path = self.path
        self.type = "float32"
        self.is_of_bytes = False  # whether its words are tokens that are bytes
        self.files: tuple[Path, ...] = ()
        self._put_up_with: dict[str, int] = {}
        self._remarks: tuple[str, ...] = ()
        self._stopped: FileProblem | None = None
        self._tokenizer: bytes | Bytes | None = None
        try:
            path.stat()
        except OSError as problem:
            raise unreadable(path, problem) from None
        except ValueError:
            raise FileProblem("no such file: its name holds a NUL", where=str(path)) from None

    def blocks(self, watch: Watch) -> Iterator[tuple[Sequence[str], Singles]]:
        """Words [b] and rows [b, d], until the end or the first place where nothing more can be read."""
        from vecalc.formats.load import is_whole_store

        try:
            if is_whole_store(self.path, self.reading):
                yield from self._of_store()
            else:
                yield from self._of_file(watch)
        except FileProblem as problem:
            if not self.path.is_file() and not is_store(self.path):
                raise
            self._stopped = problem

    def _of_store(self) -> Iterator[tuple[Sequence[str], Singles]]:
        facts = read_facts(self.path / FACTS)
        self.type = facts.type
        notes = facts.rest.get("notes")
        self.is_of_bytes = isinstance(notes, list) and READ in notes
        self._look_at_digests(self.path, facts)
        space = open_store(self.path)
        self._tokenizer = space.encoder.rules.tokenizer if isinstance(space.encoder, TextEncoder) else None
        yield from _blocks_of(space)

    def _look_at_digests(self, folder: Path, facts: Facts, whose: str = "") -> None:
        for name in damaged(folder, facts.rest):
            self._put_up_with[f"{whose}{name}: not what was written, by its digest"] = 1

    def _of_file(self, watch: Watch) -> Iterator[tuple[Sequence[str], Singles]]:
        from vecalc.formats.folders import main_file
        from vecalc.formats.load import unchecked
        from vecalc.formats.lopsided import lopsided
        from vecalc.formats.recognition import is_known
        from vecalc.sources.open_file import opened

        for kept in conversions():
            if kept.source == str(self.path.absolute()) and kept.facts:
                self._look_at_digests(kept.folder, kept.facts, "the cache's ")
        lenient = self.reading._replace(
            strict=False, skip_bad_rows=True, allow_trailing=True, encoding_errors="surrogateescape"
        )
        size = self.path.stat().st_size if self.path.is_file() else 0
        with (
            watch(f"reading {self.path.name}", size) as tap,
            opened(*main_file(self.path, lenient), is_known, tap) as (source, head, files),
        ):
            try:
                for number, block in enumerate(unchecked(source, head)):
                    if block.textual:
                        self._tokenizer = block.textual.rules.tokenizer
                    if not number and (remark := lopsided(block.rows)):
                        source.tally.remarks[remark] = None
                    if block.words:
                        yield block.words, block.rows
            finally:
                self._put_up_with |= dict(source.tally.counts)
                self._remarks = tuple(source.tally.remarks)
                self.is_of_bytes = READ in self._remarks
                self.files = files.paths

    def findings(self) -> Iterator[Finding]:
        """Where reading stopped, and what a strict reader would have refused."""
        stopped = self._stopped
        text = "" if stopped is None else f"{stopped.where}: {stopped.message}"
        yield Finding("places where reading stopped", int(bool(stopped)), "wrong" if stopped else "ok", text)
        for what, count in self._put_up_with.items():
            if what != ESCAPED:  # those words are looked for, and shown
                yield Finding(what, count, "wrong")
        for remark in self._remarks:
            yield Finding(remark, 1, "note", of_words=False)
        if self._tokenizer is not None:
            model = json.loads(bytes(self._tokenizer))["model"]
            kind = model.get("type") or "tokenizer"
            yield Finding(f"reads texts: tokens of its {kind}", len(model["vocab"]), "ok", of_words=False)


class _OnServer:
    """The blocks of a space on a server, of which nothing is put up with."""

    type = "float32"
    is_of_bytes = False
    files: tuple[Path, ...] = ()

    def __init__(self, space: VectorSpace) -> None:
        self._space = space

    def blocks(self, _: Watch) -> Iterator[tuple[Sequence[str], Singles]]:
        """Words [b] and rows [b, d]."""
        return _blocks_of(self._space)

    def findings(self) -> Iterator[Finding]:
        """Nothing: what can't be read is a `RemoteProblem`."""
        return iter(())


def _blocks_of(space: VectorSpace) -> Iterator[tuple[Sequence[str], Singles]]:
    words = space.words()
    for _, vectors, _ in space.blocks():
        yield list(islice(words, len(vectors))), vectors


def _of_rows(rows: RowsSeen, words: Sequence[str]) -> Iterator[Finding]:
    lengths = rows.lengths()
    yield _finding(
        "rows with nan or infinity", np.flatnonzero(~np.isfinite(lengths)).tolist(), "wrong", words
    )
    yield _finding("zero rows, which have no direction", np.flatnonzero(lengths == 0).tolist(), "note", words)
    yield _finding("rows of an unusual length", outliers(lengths).tolist(), "note", words)
    yield _finding(
        f"rows nearly in one direction, of the {SHORTEST:,} shortest",
        crowd(rows.shortest()).tolist(),
        "note",
        words,
    )
    equal = rows.equal()
    pairs = ", ".join(f"{words[again]} = {words[first]}" for again, first in equal[:EXAMPLES])
    level: Level = "wrong" if len(equal) > MANY_EQUAL * len(words) else "note" if equal else "ok"
    yield Finding("rows that repeat another row", len(equal), level, pairs)


def _of_words(words: Sequence[str], *, of_bytes: bool) -> Iterator[Finding]:
    """What is odd in words; tokens that are bytes may be any, if not twice."""
    yield _finding("repeated words", of_words.repeats(words), "wrong", words)
    yield _finding("repeated words in another case", of_words.variants(words), "ok", words)
    for what, level, found in chain(of_words.odd(words), of_words.misread(words)):
        yield _finding(what, found, "note" if of_bytes and level == "wrong" else level, words)


def _finding(what: str, found: Sequence[int], level: Level, words: Sequence[str]) -> Finding:
    examples = ", ".join(f"{words[row]} (row {row + 1:,})" for row in found[:EXAMPLES])
    return Finding(what, len(found), level if found else "ok", examples)


def _lines(path: Path) -> list[str]:
    """The words of a list, one a line."""
    try:
        text = bounded.read(path, LONGEST_LIST).decode("utf-8-sig", "surrogateescape")
    except OSError as problem:
        raise unreadable(path, problem) from None
    return [word for line in text.splitlines() if (word := line.strip())]
