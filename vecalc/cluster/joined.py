"""The answers so far: those of the parts in order, in the file and by the journal of any batch that goes on.

OUT.part       the answers of all parts up to the first that is missing
OUT.resume     the note of that, and the receipts of parts behind it
OUT.parts/     these parts' answers
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from vecalc.cluster.ranges import LinePart
from vecalc.cluster.worker import Receipt
from vecalc.space.unfinished import Unfinished
from vecalc.space.work_files import BLOCK, Places, writing

Waiting: TypeAlias = tuple[int, list[Receipt]]  # a part that is done: its lines, and what came of them
STILL_WRITING = 2.0  # seconds that a worker may be about to write what nobody wants any longer


class Joined:
    """A batch under way on a cluster. Raises `StorageProblem`, as `Unfinished` does."""

    def __init__(self, places: Places, made_of: dict[str, Any], *, resume: bool) -> None:
        self._work = Unfinished(places, made_of, resume=resume)
        noted = self._work.facts
        self._part = places.files[0].name
        self.folder = places.output.with_name(f"{places.output.name}.parts")
        self.done = self._work.done
        self.parts: int = noted.get("parts", 0)  # in the file
        self.lines: int = noted.get("lines", 0)  # that these have
        self.answers: int = noted.get("answers", 0)  # in the file
        self.code: int = noted.get("code", 0)
        self.untold: list[str] = noted.get("untold", [])
        self._waiting = {number: some for number, some in _read(noted) if self._is_sound(some)}
        with writing(self.folder):
            self.folder.mkdir(mode=0o700, exist_ok=True)
        self._sweep()

    def missing(self, parts: Iterable[LinePart]) -> Iterator[LinePart]:
        """Those that are not done."""
        return (part for part in parts if part.number >= self.parts and part.number not in self._waiting)

    def take(self, part: LinePart, receipts: list[Receipt]) -> Iterator[str]:
        """Take a part up, and join what is whole; what is to be said of that."""
        self._waiting[part.number] = part.lines, receipts
        while self.parts in self._waiting:
            lines, receipts = self._waiting.pop(self.parts)
            for receipt in receipts:
                self._join(receipt)
                yield receipt.said
            self.lines += lines
            self.parts += 1
        self._work.note(self._facts())

    @property
    def lines_done(self) -> int:
        """The lines of all parts that are done, in whatever order."""
        return self.lines + sum(lines for lines, _ in self._waiting.values())

    def finish(self, end: str) -> None:
        """Nothing is missing: with the end of the document, the answers become the output."""
        if not self._work.done:
            self._work.append(self._part, end.encode("utf-8", "backslashreplace"))
        self._work.publish(self._facts())
        self._clear()

    def remove(self) -> None:
        """Keep nothing."""
        self._clear()
        self._work.remove()

    def close(self) -> None:
        """Let go of what is done; it stays for a later run."""
        self._work.close()
        if not any(self.folder.glob("*")):
            self._clear()

    def _is_sound(self, waiting: Waiting) -> bool:
        return all(receipt.is_sound(self.folder) for receipt in waiting[1])

    def _facts(self) -> dict[str, Any]:
        return {
            "parts": self.parts,
            "lines": self.lines,
            "answers": self.answers,
            "code": self.code,
            "untold": self.untold,
            "waiting": self._waiting,
        }

    def _join(self, receipt: Receipt) -> None:
        """Write the answers of a receipt behind the others; until that is noted, they are a part again."""
        path = self.folder / receipt.file
        with writing(path), path.open("rb") as stream:
            while data := stream.read(BLOCK):
                self._work.append(self._part, data)
        path.unlink()
        self.answers += receipt.answers
        self.code = self.code or receipt.code
        self.untold += [note for note in receipt.untold if note not in self.untold]

    def _sweep(self) -> None:
        """Remove what no receipt is for: of a killed run, or of another batch."""
        known = {receipt.file for _, receipts in self._waiting.values() for receipt in receipts}
        for path in self.folder.iterdir():
            if path.name not in known:
                path.unlink(missing_ok=True)

    def _clear(self) -> None:
        """Remove the parts, also what a worker that was told to stop is about to write."""
        until = time.monotonic() + STILL_WRITING
        while self.folder.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            if time.monotonic() > until:
                break


def _read(noted: dict[str, Any]) -> Iterator[tuple[int, Waiting]]:
    """Parts by number, as `_facts` has written them."""
    for number, (lines, receipts) in noted.get("waiting", {}).items():
        yield int(number), (lines, [Receipt(*one) for one in receipts])
