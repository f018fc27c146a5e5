"""A folder is a model when it holds one of some kinds of model: which files of it are then read, and how.

    what formats name     `IN_FOLDERS` of a format: model.safetensors, 0_WordEmbeddings/model.safetensors
    WordLlama             weights/NAME.safetensors, tokenizers/NAME_tokenizer_config.json; or side by side
    a checkpoint          model.safetensors.index.json: the file of several that has the tensor (`shards`)
    spaCy                 vectors, key2row, strings.json; in vocab/, or in vocab/ of its only subfolder so
    Lance                 TABLE.lance, or a folder of such: its newest manifest
    Spark                 part-00000-....parquet, part-00001-...: one model in parts, one after the other;
                          or data/ or itemFactors/ with these in it, beside metadata/
    an array alone        the only .npy in it, or in its data/, but for lists of words

The kinds are asked in this order; the first that finds one model is it, and several of one kind have to be
named. What is known and not read has its way out in `_EXCUSES`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from vecalc.errors import FileProblem
from vecalc.formats.known import formats
from vecalc.formats.lance_folders import is_manifest, lance_model, size_of_table
from vecalc.formats.wordlists import OF_WORDLLAMA, TOKENIZERS, WEIGHTS, is_usual
from vecalc.sources import Reading
from vecalc.sources.word_text import shown
from vecalc.space.files import unreadable

LISTED = 4  # names that a message gives of a folder
LOOKED_AT = 100_000  # and that are looked at, so that a folder of millions is no wait; Spark's has thousands
MOST_PARTS = 500  # of a model: each stays open, and systems allow 1,024 files; Spark makes 200 unless asked
_PART = re.compile(r"part[-.](?:[a-z]-)?\d")  # part-00000, part-r-00000, part.0
_NUMBERS = re.compile(r"(\d+)")
_METADATA = "metadata"  # Spark's folder that says what the others hold
_DATA = "data"  # where a Python package keeps them
INDEX = "model.safetensors.index.json"
_INDEXES = ".json"  # no file of another name is opened only to see whether it is an index
_TORCH = "pytorch_model.bin"


class FolderModel(NamedTuple):
    """A model in a folder: its file, or its first, and the names of the others of the same folder."""

    file: Path
    parts: tuple[str, ...] = ()
    is_folder: bool = False  # of parts, perhaps of a single one


def main_file(path: Path, reading: Reading) -> tuple[Path, Reading]:
    """The file to read at a path, the path itself or one of a folder; and how, with the parts that follow.

    Of a checkpoint in several files it is the one that has the tensor. FileProblem for a folder with no
    model, or several.
    """
    if not _is_folder(path):
        return _shard(path, reading)
    if found_of_lance := lance_model(path, reading):
        return found_of_lance
    for finds in (_of_formats, _of_index, _of_wordllama, _of_spacy, _of_spark, _lone_array):
        found = finds(path)
        if len(found) == 1:
            return _shard(found[0].file, reading._replace(parts=found[0].parts))
        if found:
            listed = ", ".join(shown(_inside(path, one))[1:-1] for one in found[:LISTED])
            message = f"a folder with several models: {listed}"
            raise FileProblem(message, where=str(path), hint="name one of them")
    for name, message, hint in _EXCUSES:
        if (path / name).is_file():
            raise FileProblem(f"its vectors are in {name}, {message}", where=str(path), hint=hint)
    names = ", ".join(_usual_names())
    hint = f"name a file in it; of a folder, {names}, spaCy's vectors or Spark's parts would be read"
    message = f"a folder, and not a vecalc store; it holds {_listed(path)}"
    raise FileProblem(message, where=str(path), hint=hint)


def _shard(file: Path, reading: Reading) -> tuple[Path, Reading]:
    """A file, or, of the index of a checkpoint, the file that it leads to."""
    if file.suffix != _INDEXES:
        return file, reading
    from vecalc.formats.shards import is_index, shard_of

    return shard_of(file, reading) if is_index(file) else (file, reading)


def size_of(file: Path, reading: Reading) -> int:
    """The bytes of the file that `main_file` found, and of the parts behind it; 0 where there is none."""
    if is_manifest(file):
        return size_of_table(file)
    parts = (file, *(file.with_name(part) for part in reading.parts))
    return sum(part.stat().st_size for part in parts if part.is_file())


def _inside(folder: Path, found: FolderModel) -> str:
    """What to call a model of a folder: its file, or, of parts, their folder."""
    return str((found.file.parent if found.is_folder else found.file).relative_to(folder))


# --- kinds ---------------------------------------------------------------------------------------------


def _of_formats(folder: Path) -> list[FolderModel]:
    return [FolderModel(folder / name) for name in _usual_names() if (folder / name).is_file()]


def _usual_names() -> list[str]:
    return sorted({name for form in formats().values() for name in getattr(form, "IN_FOLDERS", ())})


def _of_wordllama(folder: Path) -> list[FolderModel]:
    for rows, lists in ((folder, folder), (folder / WEIGHTS, folder / TOKENIZERS)):
        if _is_folder(lists) and any(name.endswith(OF_WORDLLAMA) for name in _names(lists)):
            names = _names(rows) if _is_folder(rows) else []
            return [FolderModel(rows / name) for name in names if name.endswith(".safetensors")]
    return []


def _of_index(folder: Path) -> list[FolderModel]:
    return [FolderModel(folder / INDEX)] if (folder / INDEX).is_file() else []


def _of_spacy(folder: Path) -> list[FolderModel]:
    from vecalc.formats.spacy_words import ROWS, is_of_spacy

    for place in (folder, folder / "vocab"):
        if is_of_spacy(place / ROWS):
            return [FolderModel(place / ROWS)]
    inner = [folder / name / "vocab" / ROWS for name in _names(folder)]
    return [FolderModel(file) for file in inner if is_of_spacy(file)]


def _of_spark(folder: Path) -> list[FolderModel]:
    if parts := _parts(folder):
        return parts
    inner = [name for name in _names(folder) if name != _METADATA and not name.startswith((".", "_"))]
    return [found for name in inner if _is_folder(folder / name) for found in _parts(folder / name)]


def _parts(folder: Path) -> list[FolderModel]:
    """The parts of a folder as one model, in the order of their numbers; without those that hold nothing."""
    names = sorted((name for name in _names(folder) if _PART.match(name)), key=_by_number)
    full = [name for name in names if (folder / name).is_file() and (folder / name).stat().st_size]
    full = [name for name in full if not name.endswith(".crc")]
    if len(full) > MOST_PARTS:
        message = f"{len(full):,} parts, at most {MOST_PARTS:,} are read"
        raise FileProblem(message, where=str(folder), hint="in Spark, coalesce(1) before saving")
    return [FolderModel(folder / full[0], tuple(full[1:]), is_folder=True)] if full else []


def _by_number(name: str) -> list[tuple[int, str]]:
    """Numbers by what they are worth: part.10 comes behind part.9."""
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in _NUMBERS.split(name)]


def _lone_array(folder: Path) -> list[FolderModel]:
    for place in (folder, folder / _DATA):
        names = _names(place) if _is_folder(place) else []
        names = [name for name in names if name.endswith(".npy") and not is_usual(name)]
        if len(names) == 1 and (place / names[0]).is_file():
            return [FolderModel(place / names[0])]
    return []


_TO_SAFETENSORS = (
    'there, python -c "import torch; from safetensors.torch import save_file; '
    f"save_file(torch.load('{_TORCH}', weights_only=True), 'model.safetensors')\" converts it"
)
_SHARDS_TO_SAFETENSORS = (
    'there, python -c "from transformers import AutoModel; '
    "AutoModel.from_pretrained('.').save_pretrained('converted')\" writes a folder that is read"
)
_EXCUSES: Sequence[tuple[str, str, str]] = (
    *(
        (f"{inner}{_TORCH}", "a pickle of PyTorch, which is not read", _TO_SAFETENSORS)
        for inner in ("", "0_WordEmbeddings/", "0_StaticEmbedding/")
    ),
    (f"{_TORCH}.index.json", "an index of pickles of PyTorch, which are not read", _SHARDS_TO_SAFETENSORS),
)


# --- folders -------------------------------------------------------------------------------------------


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name too long, a NUL: what can't be a path is no folder
        return False


def _names(folder: Path) -> list[str]:
    """The names in a folder, sorted."""
    try:
        return sorted(entry.name for entry in islice(folder.iterdir(), LOOKED_AT))
    except OSError as error:
        raise unreadable(folder, error) from None


def _listed(folder: Path) -> str:
    """Some of the names in a folder, for a message."""
    names = _names(folder)
    more = " and more" if len(names) > LISTED else ""
    return ", ".join(map(shown, names[:LISTED])) + more if names else "nothing"
