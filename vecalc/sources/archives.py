"""Zip archives: the file of vectors in one is read where it lies, packed; nothing is written to the disk.

Which file is meant: the one that is named (FILE.zip:MEMBER), else the only one that can be a model. Notes
for people (README, LICENSE), hidden files and what macOS adds (`__MACOSX/`) can't; of several files, those
that some format knows can. The others lie beside it, as files lie beside a file, at paths that go on behind
the archive's own (`glove.zip/words.txt`). An .npz file is no archive here, but a format.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from vecalc.errors import FileProblem
from vecalc.sources import Stream
from vecalc.sources.parts import ANSWERED, LISTED, LONGEST_NAME, FilePart, listed
from vecalc.sources.reference import LIST
from vecalc.sources.ways_out import FROM_EXCEL, FROM_KERAS, FROM_TORCH, unread
from vecalc.sources.word_text import shown
from vecalc.sources.zip_files import content, directory

LOOKED_INTO = 100  # files whose beginnings are looked at, to see which is a model
SYN0 = "syn0.txt"  # the vectors of DL4J's archives; what else is in them is for training on

_PATH = re.compile(r"[/\\]")  # some programs of Windows write backslashes
_NOTES = re.compile(r"(?i)(readme|licen[cs]e|copying|notice|citation|changelog)\b.*|.*\.(md|pdf|html?|bib)\Z")
# What often lies beside vectors: lists of their words, settings.
_LISTS = re.compile(r"(?i)(.*[._-])?(metadata|labels|vocab|words|word_index|tokenizer|config)\.\w+\Z")
# What programs keep of their own in zip archives: the end of a name, what it is, what to do.
_OTHERS = (
    ("data.pkl", "a PyTorch file", FROM_TORCH),
    ("model.weights.h5", "a Keras model", FROM_KERAS),
    ("xl/workbook.xml", "an Excel workbook", FROM_EXCEL),
    ("META-INF/manifest.xml", "an OpenDocument file", "save it as CSV"),
    ("word/document.xml", "a Word document", "name a file of vectors"),
    ("META-INF/MANIFEST.MF", "a Java archive", "name a file of vectors"),
)


class Archive:
    """An open zip archive and its files, each at a path that goes on behind the archive's own."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.path = path
        self._directory = directory(file, path)
        infos = self._directory.infolist()
        self._files = [info for info in infos if info.filename and not info.filename.endswith("/")]

    @cached_property
    def _by_place(self) -> dict[str, list[zipfile.ZipInfo]]:
        found: dict[str, list[zipfile.ZipInfo]] = {}
        for info in self._files:
            found.setdefault(str(self._place(info.filename)), []).append(info)
        return found

    @property
    def is_npz(self) -> bool:
        """Whether it holds arrays of numpy and nothing else."""
        return bool(self._files) and all(info.filename.endswith(".npy") for info in self._files)

    def holds(self, path: Path) -> bool:
        """Whether one of its files lies at a path."""
        return str(path) in self._by_place

    def names(self, path: Path) -> list[str]:
        """Those of the files beside the one at a path."""
        places = map(Path, self._by_place)
        return sorted(place.name for place in places if place.parent == path.parent)

    def covers(self, path: Path) -> bool:
        """Whether a path leads into it."""
        return str(path).startswith(f"{self.path}/")

    def stream(self, path: Path) -> Stream:
        """The unpacked content of the file at a path. Raises `FileProblem`."""
        found = self._by_place.get(str(path), [])
        if len(found) != 1:
            message = f"{len(found):,} files of this name" if found else "no such file in the archive"
            raise FileProblem(message, where=str(path), hint=self._name_one())
        return content(self._directory, found[0], path)

    def chosen(self, wanted: str, is_model: Callable[[Path], bool], remark: Callable[[str], None]) -> Path:
        """Where the file of vectors lies: the one of this name, or else the only one that is a model.

        `is_model` judges by a file's beginning; `remark` hears of a choice among several. FileProblem where
        none or several can be meant, and for the question which there are.
        """
        if wanted == LIST:
            raise self._problem(f"it holds {_listed(self._files, ANSWERED)}")
        if wanted:
            return self._named(wanted)
        self._refuse_others()
        able = [info for info in self._files if _may_be_model(info.filename)]
        vectors = [info for info in able if _base(info) == SYN0]
        if len(able) == 1:
            vectors = able
        elif len(vectors) != 1:
            rows = [info for info in able if not _LISTS.match(_base(info))] or able
            vectors = [info for info in rows[:LOOKED_INTO] if is_model(self._place(info.filename))]
        if len(vectors) != 1:
            what = "an archive of several models" if vectors else "an archive without a file of vectors"
            raise self._problem(f"{what}: it holds {_listed(vectors or self._files)}")
        others = [info for info in able if info is not vectors[0] and not _LISTS.match(_base(info))]
        if others:
            name = shown(vectors[0].filename, LONGEST_NAME)
            remark(f"of the archive {name} is read, and not {_listed(others)}")
        return self._place(vectors[0].filename)

    def _place(self, name: str) -> Path:
        return Path(f"{self.path}/{name}")

    def _named(self, wanted: str) -> Path:
        """The file of exactly this name, or the only one that is called so in any folder."""
        if self.holds(self._place(wanted)):
            return self._place(wanted)
        found = [info for info in self._files if _base(info) == wanted]
        if len(found) == 1:
            return self._place(found[0].filename)
        name = shown(wanted, LONGEST_NAME)
        message = f"several files are called {name}" if found else f"there is no file {name} in the archive"
        raise self._problem(f"{message}; it holds {_listed(found or self._files)}")

    def _refuse_others(self) -> None:
        """FileProblem for what other programs keep of their own."""
        for end, what, hint in _OTHERS:
            if any(info.filename.endswith(end) for info in self._files):
                raise unread(what, hint, self.path)

    def _problem(self, message: str) -> FileProblem:
        return FileProblem(message, where=str(self.path), hint=self._name_one())

    def _name_one(self) -> str:
        return f"name one: -m {self.path}:NAME"


def _may_be_model(name: str) -> bool:
    """Whether a file of this name may be more than a note for people, or a system's own."""
    *folders, base = _PATH.split(name)
    return "__MACOSX" not in folders and not base.startswith(".") and not _NOTES.match(base)


def _base(info: zipfile.ZipInfo) -> str:
    return _PATH.split(info.filename)[-1]


def _listed(infos: Sequence[zipfile.ZipInfo], most: int = LISTED) -> str:
    return listed([FilePart(info.filename, f"{info.file_size:,} bytes") for info in infos], most)
