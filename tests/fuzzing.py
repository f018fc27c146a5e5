"""Damages good files of a format in many ways and reads them: a program of its own, so that it may die.

    python tests/fuzzing.py FORMAT FIRST LAST FOLDER      mutants FIRST to LAST - 1, the same ones every time

Each ends in a space or in one of the named problems, within a time and a memory limit; what else happens is
a finding, printed as a line of JSON. The number of the mutant at hand goes to standard output before it is
read: after a crash the last one tells which it was, and FOLDER still holds it.
"""

from __future__ import annotations

import faulthandler
import gzip
import io
import json
import os
import pickle
import random
import resource
import shutil
import signal
import struct
import subprocess
import sys
import traceback
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from data import as_binary, as_csv, as_fasttext, as_json_lines, as_text, shared_data
from database_files import sqlite, write_duckdb, write_lance, write_llm, write_sqlite, write_vec0
from spacy_files import in_spacy

from vecalc.errors import FileProblem, StorageProblem, VecalcError
from vecalc.formats.load import load
from vecalc.formats.recognition import formats, is_known, recognised
from vecalc.formats.save import save, writers
from vecalc.sources import Reading
from vecalc.sources.open_file import opened
from vecalc.space.matrix import MatrixSpace

WORDS = ["the", "king", "queen", "of", "naïve", "日本", "it's", "1984", "x" * 40, "</s>"]
ROWS = np.random.default_rng(7).normal(size=(len(WORDS), 6)).astype(np.float32)
SECONDS = 10  # of the processor, for one file; none takes a hundredth of it
MEMORY = 512 << 20  # bytes beyond what the idle program has; files of some kilobytes need none of it
LARGEST_REAL = 300_000  # bytes of a real file that is worth damaging


class Hang(BaseException):
    """A file took too long."""


def _file(data: bytes, name: str = "model") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


def _arrow_stream(folder: Path) -> Path:
    import pyarrow as pa

    rows = pa.array(ROWS.tolist(), pa.list_(pa.float32()))
    table = pa.table({"word": WORDS, "vector": rows})
    with pa.ipc.new_stream(folder / "model", table.schema) as writer:
        writer.write_table(table, max_chunksize=4)
    return folder / "model"


def _zipped(method: int, members: Mapping[str, bytes]) -> Callable[[Path], Path]:
    """An archive of one model, or of a matrix and its words."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return _file(stream.getvalue(), "model.zip")


def _as_npy(rows: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, rows)
    return stream.getvalue()


def _array_a_word(folder: Path) -> Path:
    np.savez_compressed(folder / "model.npz", **dict(zip(WORDS, ROWS, strict=True)))
    return folder / "model.npz"


def _integer_ids(folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {"count": np.arange(10.0), "id": np.arange(10), "score": ROWS[:, 0], "vector": list(ROWS)}
    pq.write_table(pa.table(columns), folder / "model.parquet")
    return folder / "model.parquet"


def _checkpoint(folder: Path) -> Path:
    from safetensors.numpy import save_file

    tensors = {"lm_head.weight": ROWS, "wte.weight": -ROWS, "h.0.weight": ROWS.T.copy()}
    save_file(tensors, folder / "model.safetensors")
    (folder / "vocab.txt").write_text("\n".join(WORDS), "utf-8")
    return folder / "model.safetensors"


def _gguf(kind: str, tokenizer: str = "llama") -> Callable[[Path], Path]:
    """A model of llama.cpp's, its numbers of a kind."""

    def make(folder: Path) -> Path:
        from array_files import write_gguf

        rows = np.tile(ROWS, (1, 16))  # of blocks
        tensors = {"blk.0.weight": rows[:4].copy(), "token_embd.weight": rows}
        write_gguf(folder / "model", WORDS, tensors, kind, tokenizer)
        return folder / "model"

    return make


def _control_vector(folder: Path) -> Path:
    from array_files import write_gguf

    write_gguf(folder / "model", [], {f"direction.{i}": row for i, row in enumerate(ROWS, start=1)})
    return folder / "model"


def _numbers(header: bytes) -> Callable[[Path], Path]:
    """Rows of numbers alone, the words in a list beside them."""

    def make(folder: Path) -> Path:
        (folder / "words.txt").write_text("".join(f"{word}\n" for word in WORDS))
        lines = (" ".join(map(str, row)) + "\n" for row in ROWS.tolist())
        (folder / "model").write_bytes(header + "".join(lines).encode())
        return folder / "model"

    return make


def _gensim_apart(folder: Path) -> Path:
    """A model of gensim's whose vectors lie beside it, as those of large ones do."""
    from gensim.models import KeyedVectors

    kv = KeyedVectors(ROWS.shape[1])
    kv.add_vectors(WORDS, ROWS)
    kv.save(str(folder / "model.kv"), sep_limit=0)
    return folder / "model.kv"


def _pickled(value: object, protocol: int) -> Callable[[Path], Path]:
    return _file(pickle.dumps(value, protocol), "model.pkl")


def _parquet(wide: bool, **how: Any) -> Callable[[Path], Path]:
    """Tables with a column for each number, or with one of lists; by dictionaries or by what texts share."""

    def make(folder: Path) -> Path:
        import pyarrow as pa
        import pyarrow.parquet as pq

        rows = np.tile(ROWS, (20, 1))
        words = [f"{word} {i}" for i in range(20) for word in WORDS]
        numbers = {f"d{i}": column for i, column in enumerate(rows.T)} if wide else {"vector": list(rows)}
        pq.write_table(
            pa.table({"word": words, **numbers}), folder / "model.parquet", row_group_size=64, **how
        )
        return folder / "model.parquet"

    return make


def _spacy(folder: Path) -> Path:
    """Vectors of spaCy's, of which two words share one."""
    rows_of = {word: row for row, word in enumerate(WORDS)} | {"prince": 1}
    return in_spacy(folder, rows_of, ROWS) / "vectors"


def _beside(name: str, data: bytes) -> Callable[[Path], Path]:
    """An array, and a list of words under a name."""

    def make(folder: Path) -> Path:
        np.save(folder / "model.npy", ROWS)
        (folder / name).write_bytes(data)
        return folder / "model.npy"

    return make


def _sqlite(folder: Path) -> Path:
    """A table of blobs, another without vectors, an index and a view."""
    write_sqlite(folder / "model", WORDS, ROWS)
    with sqlite(folder / "model") as database:
        database.execute("CREATE TABLE plain (a TEXT, b INTEGER)")
        database.execute("CREATE INDEX by_title ON films (title)")
        database.execute("CREATE VIEW upper AS SELECT upper(title) AS title, embedding FROM films")
    return folder / "model"


def _sqlite_wal(folder: Path) -> Path:
    """Lists in text, some of them in the log."""
    with sqlite(folder / "live") as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute("CREATE TABLE t (word TEXT PRIMARY KEY, vector TEXT, at REAL) WITHOUT ROWID")
        database.commit()
        database.execute("PRAGMA wal_checkpoint")
        for word, row in zip(WORDS, ROWS, strict=True):
            database.execute("INSERT INTO t VALUES (?, ?, .5)", (word, json.dumps(row.tolist())))
        database.commit()
        for end in ("", "-wal"):
            shutil.copy(folder / f"live{end}", folder / f"model{end}")
    (folder / "live").unlink()
    return folder / "model"


def _llm(folder: Path) -> Path:
    return write_llm(folder / "model", {"films": (WORDS, ROWS)})


def _vec0(folder: Path) -> Path:
    return write_vec0(folder / "model", WORDS, ROWS)


def _lance(folder: Path) -> Path:
    write_lance(folder, WORDS, ROWS)
    return next((folder / "films.lance" / "_versions").glob("*.manifest"))


METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
PAIRS = list(zip(WORDS, ROWS, strict=True))
WIDE = np.random.default_rng(8).normal(size=(2, 3_000)).astype(np.float32)
ALIKE = {"use_dictionary": ["vector"], "column_encoding": {"word": "DELTA_BYTE_ARRAY"}}

# A good file of each format that vecalc can't write itself, or of a kind that it doesn't write: a function
# that writes it into an empty folder. The others, and real files where there are shared data, are found by
# themselves.
GOOD: dict[str, list[Callable[[Path], Path]]] = {
    "word2vec_binary": [
        _file(as_binary(WORDS, ROWS)),
        _file(as_binary(WORDS, ROWS, b"\n")),
        _file(as_binary(["a", "b"], WIDE)),
    ],
    "word2vec_text": [
        *(_zipped(method, {"README": b"", "a.vec": as_text(WORDS, ROWS)}) for method in METHODS),
        _file(as_text(WORDS, ROWS)),
        _file(as_text([*WORDS[:-1], "new york"], ROWS)),
    ],
    "csv": [
        _file(as_csv(WORDS, ROWS)),
        _file(as_csv(WORDS, ROWS, "\t").replace(b"1984", b'"19\n84"')),
        _file(as_csv(WORDS, ROWS, ";", header=False).replace(b".", b",")),
        _file(b"".join(b'%b\t"[%b]"\n' % (w.encode(), b" ".join(b"%.5f" % x for x in r)) for w, r in PAIRS)),
        _file(b"".join(b"%b [%b]\n" % (w.encode(), b",\n".join(b"%.5f" % x for x in r)) for w, r in PAIRS)),
        _file(b"".join(b"%b %b\n" % (w.encode(), b",".join(b"%.5f" % x for x in r)) for w, r in PAIRS)),
    ],
    "json": [
        _file(as_json_lines(WORDS, ROWS)),
        _file(json.dumps({"data": {"vectors": {w: r.tolist() for w, r in PAIRS}}}, indent=1).encode()),
        _file(
            json.dumps(
                [{"id": i, "text": w, "embedding": r.tolist()} for i, (w, r) in enumerate(PAIRS)]
            ).encode()
        ),
        _file(json.dumps({"words": WORDS, "vectors": ROWS.tolist()}).encode()),
    ],
    "glove": [_file(as_text(WORDS, ROWS, header=False))],
    "number_rows": [_numbers(header) for header in (b"", b"10 6\n", b"0 1 2 3 4 5\n")],
    "fasttext": [_file(as_fasttext(WORDS, ROWS)), _file(as_fasttext(WORDS, ROWS, newer=False))],
    "arrow_stream": [_arrow_stream],
    "gguf": [*map(_gguf, ("F32", "F16", "BF16", "Q8_0")), _gguf("F32", "gpt2"), _control_vector],
    "gensim_native": [
        _gensim_apart,
        _pickled(dict(zip(WORDS, ROWS, strict=True)), 4),
        _pickled(dict(zip(WORDS, ROWS.tolist(), strict=True)), 0),
        _pickled((WORDS, np.asfortranarray(ROWS)), 5),
        _pickled({"words": np.array(WORDS), "vectors": ROWS.astype(np.float16)}, 2),
        _pickled(({word: row for row, word in enumerate(WORDS)}, ROWS.tolist()), 3),
    ],
    "npy": [
        _spacy,
        _beside("metadata.tsv", "".join(f"{word}\t7\n" for word in ["Word", *WORDS]).encode()),
        _beside("word_index.json", json.dumps({word: i for i, word in enumerate(WORDS)}).encode()),
        _beside("model-vocab.pkl", pickle.dumps(WORDS, 2)),
        _zipped(zipfile.ZIP_DEFLATED, {"vectors.npy": _as_npy(ROWS), "words.txt": "\n".join(WORDS).encode()}),
    ],
    "npz": [_array_a_word],
    "sqlite": [_sqlite, _sqlite_wal, _llm, _vec0],
    "duckdb": [lambda folder: write_duckdb(folder / "model", WORDS, ROWS)],
    "lance": [_lance],
    "safetensors": [_checkpoint],
    "parquet": [_integer_ids, _parquet(wide=True), _parquet(wide=False), _parquet(wide=False, **ALIKE)],
}


@cache
def good_files(form: str) -> list[Callable[[Path], Path]]:
    """What makes good files of a format."""
    made = GOOD.get(form, [])
    if form in writers():
        made = [*made, lambda folder: _written(form, folder)]
    return [_made_once(make) for make in made] + [_copied(*real) for real in _real().get(form, [])]


def _made_once(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """The same files, kept when they are first made: a table takes longer to write than to read damaged."""
    made: dict[str, bytes] = {}
    first = ""

    def again(folder: Path) -> Path:
        nonlocal first
        if not made:
            first = str(make(folder).relative_to(folder))
            files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
            made.update({str(path.relative_to(folder)): path.read_bytes() for path in files})
        for name, data in made.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return folder / first

    return again


def _written(form: str, folder: Path) -> Path:
    path = folder / f"model{writers()[form].SUFFIXES[0]}"
    save(MatrixSpace(WORDS, ROWS), path)
    return path


def _copied(path: Path, beside: list[Path]) -> Callable[[Path], Path]:
    """A copy of a real file, with those that belong to it."""
    data = path.read_bytes()

    def make(folder: Path) -> Path:
        for other in beside:
            (folder / other.name).symlink_to(other)
        (folder / path.name).write_bytes(data)
        return folder / path.name

    return make


@cache
def _real() -> dict[str, list[tuple[Path, list[Path]]]]:
    """The small ones among the shared data by their formats, gzipped ones left out; and what each opens."""
    found: dict[str, list[tuple[Path, list[Path]]]] = {}
    opens: list[Path] = []
    over = False

    def watch(event: str, what: tuple[object, ...]) -> None:
        if event == "open" and not over:
            opens.append(Path(str(what[0])))

    sys.addaudithook(watch)  # which can't be taken away
    for path in sorted((shared_data() or Path("/nowhere")).rglob("*")):
        if path.is_file() and path.stat().st_size <= LARGEST_REAL and path.suffix != ".gz":
            opens.clear()
            try:
                with opened(path, Reading(), is_known) as (_, head, *_):
                    form = recognised(head, path).__name__.rpartition(".")[2]  # type: ignore[attr-defined]
                load(path, encoding_errors="surrogateescape")
            except VecalcError:
                continue
            beside = sorted({other for other in opens if other.parent == path.parent and other != path})
            found.setdefault(form, []).append((path, beside))
    over = True
    return found


# --- mutations ------------------------------------------------------------------------------

Mutation = Callable[[bytearray, random.Random], None]
HUGE = [0, 1, -1, 2**15, 2**16, 2**31 - 1, -(2**31), 2**32 - 1, 2**62, 2**63 - 1, -(2**63), 2**64 - 1, 10**9]
SCRAPS = [
    b"\n",
    b"\r\n",
    b" ",
    b"\t",
    b"\0",
    b"nan",
    b"-inf",
    b"1e999",
    b"\xef\xbb\xbf",
    b"\xff",
    b'"',
    b"{}",
    b"99",
]


def _place(data: bytearray, rng: random.Random) -> int:
    """Somewhere in the data; half of the times near the beginning, where headers are."""
    size = len(data) if rng.random() < 0.5 else min(len(data), 200)
    return rng.randrange(max(size, 1))


def flip_bits(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 8)):
        if data:
            data[_place(data, rng) % len(data)] ^= 1 << rng.randrange(8)


def overwrite_a_run(data: bytearray, rng: random.Random) -> None:
    place, size = _place(data, rng), rng.choice([1, 4, 16, 100, 1000])
    size = min(size, len(data) - place)
    data[place : place + size] = rng.choice([b"\0" * size, b"\xff" * size, b" " * size, rng.randbytes(size)])


def cut_off(data: bytearray, rng: random.Random) -> None:
    del data[rng.choice([_place(data, rng), max(len(data) - rng.randint(1, 40), 0)]) :]


def drop_a_piece(data: bytearray, rng: random.Random) -> None:
    place = _place(data, rng)
    del data[place : place + rng.choice([1, 2, 8, 60, 500])]


def double_a_piece(data: bytearray, rng: random.Random) -> None:
    start, size = _place(data, rng), rng.choice([1, 8, 60, 5000])
    place = rng.choice([start, _place(data, rng), len(data)])
    data[place:place] = data[start : start + size] * rng.choice([1, 1, 2, 50])


def insert_a_scrap(data: bytearray, rng: random.Random) -> None:
    place = _place(data, rng)
    data[place : place + rng.choice([0, 0, 1, 3])] = rng.choice(SCRAPS) * rng.choice([1, 1, 1, 300])


def change_a_written_number(data: bytearray, rng: random.Random) -> None:
    """Decimal digits near the beginning: sizes in a header of text, of JSON, of numpy."""
    head = bytes(data[:2000])
    starts = [i for i in range(len(head)) if head[i : i + 1].isdigit() and not head[i - 1 : i].isdigit()]
    if starts:
        place = rng.choice(starts[:12] if rng.random() < 0.7 else starts)
        end = place
        while end < len(data) and data[end : end + 1].isdigit():
            end += 1
        number = int(data[place:end])
        data[place:end] = str(rng.choice([*HUGE, number + 1, number - 1, 10 * number, 10**30])).encode()


def change_a_binary_number(data: bytearray, rng: random.Random) -> None:
    size, letter = rng.choice([(1, "B"), (2, "H"), (4, "I"), (8, "Q")])
    place = _place(data, rng)
    if place + size <= len(data):
        value = rng.choice(HUGE) % (1 << 8 * size)
        struct.pack_into(rng.choice("<>") + letter, data, place, value)


MUTATIONS: list[Mutation] = [
    flip_bits, overwrite_a_run, cut_off, drop_a_piece, double_a_piece, insert_a_scrap,
    change_a_written_number, change_a_binary_number,
]  # fmt: skip


class Mutant(NamedTuple):
    """A damaged file, and how it is to be read."""

    path: Path
    options: dict[str, Any]


def mutant(form: str, index: int, folder: Path) -> Mutant:
    """The index-th damaged file of a format, written into an empty folder."""
    rng = random.Random(f"{form}:{index}")  # noqa: S311
    path = rng.choice(good_files(form))(folder)
    own = [file for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink()]
    victim = path if rng.random() < 0.7 else rng.choice(own)
    data = bytearray(victim.read_bytes())
    if rng.random() < 0.1:  # the beginning of one file and the end of another
        data[_place(data, rng) :] = _another(rng, folder)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        rng.choice(MUTATIONS)(data, rng)
    victim.write_bytes(gzip.compress(bytes(data), 1) if rng.random() < 0.05 else bytes(data))
    tolerant = rng.random() < 0.5
    escape = "surrogateescape" if tolerant else "strict"
    return Mutant(path, {"skip_bad_rows": tolerant, "allow_trailing": tolerant, "encoding_errors": escape})


def _another(rng: random.Random, folder: Path) -> bytes:
    beside = folder / "another"
    beside.mkdir()
    others = [form for form in sorted(formats()) if good_files(form)]
    data = rng.choice(good_files(rng.choice(others)))(beside).read_bytes()
    shutil.rmtree(beside)
    return data[rng.randrange(len(data)) :]


# --- reading them ---------------------------------------------------------------------------


def finding(form: str, index: int, folder: Path) -> str:
    """What is wrong with the way in which a mutant ended; "" when all is well."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path, options = mutant(form, index, folder)
    try:
        space = load(path, **options).space
        rows = space.vectors(range(len(space)))
        words = list(space.words())
    except (FileProblem, StorageProblem) as said:
        wrong = said.message.startswith("not enough memory") or not said.where or "\n" in said.message
        return f"{type(said).__name__}: {said.message} at '{said.where}'" if wrong else ""
    except (Exception, Hang):
        return traceback.format_exc()
    if not np.isfinite(rows).all() or len(set(words)) < len(words) or not all(words):
        return "a space with numbers that are not finite, or a word twice, or none"
    return ""


def _limit() -> None:
    faulthandler.enable()
    signal.signal(signal.SIGPROF, _stop)
    used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _stop(*_: object) -> None:
    raise Hang(f"more than {SECONDS} s")


def main(form: str, first: str, last: str, folder: str) -> None:
    """Read some mutants, of several formats (a,b,c) in turn, and print what is wrong with them."""
    os.fsync = lambda _: None  # nothing here outlives the machine
    _load_everything(Path(folder))
    _limit()
    for index in range(int(first), int(last)):
        print(index, flush=True)  # noqa: T201
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        name, number = _which(form, index)
        said = finding(name, number, Path(folder))
        signal.setitimer(signal.ITIMER_PROF, 0)
        if said:
            print(json.dumps({"format": name, "mutant": number, "finding": said}), flush=True)  # noqa: T201


def _which(form: str, index: int) -> tuple[str, int]:
    """The format and the number of a mutant, where formats take turns."""
    names = form.split(",")
    return names[index % len(names)], index // len(names)


def _load_everything(folder: Path) -> None:
    """What formats load is no matter of the mutants, and libraries that start threads need room for them."""
    for known in formats():
        for number, make in enumerate(good_files(known)):
            place = folder / f"{known}-{number}"
            place.mkdir(parents=True)
            load(make(place), encoding_errors="surrogateescape")


# --- from outside ---------------------------------------------------------------------------


def findings(form: str, count: int, folder: Path, patience: float = 600) -> Iterator[str]:
    """What is wrong with the first `count` mutants of a format, or of several (a,b,c), read in a child."""
    first = 0
    while first < count:
        code, out, err = _child(form, first, count, folder / "mutants", patience)
        lines = out.splitlines()
        yield from (line for line in lines if line.startswith("{"))
        reached = [int(line) for line in lines if line.isdecimal()]
        if code == "0":
            return
        at = reached[-1] if reached else first
        name, number = _which(form, at)
        yield f"{name}, mutant {number}: the process ended with {code}: {err[-2000:]}"
        first = at + 1 if reached else count


def _child(form: str, first: int, count: int, folder: Path, patience: float) -> tuple[str, str, str]:
    """How a child ended, what it printed, and what it complained of."""
    run = [sys.executable, __file__, form, str(first), str(count), str(folder)]
    try:
        done = subprocess.run(run, capture_output=True, text=True, check=False, timeout=patience)
    except subprocess.TimeoutExpired as late:
        return f"no end after {patience} s", (late.stdout or b"").decode(), (late.stderr or b"").decode()
    return str(done.returncode), done.stdout, done.stderr


if __name__ == "__main__":
    main(*sys.argv[1:])
