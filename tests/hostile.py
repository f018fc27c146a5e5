"""Small files and expressions that ask for gigabytes, or for minutes: what each limit of the program is for.

A maker writes its file into a folder and returns its path. `MODELS` are read as files of vectors, `TABLES`
as tables of a batch and of `vecalc features`, `SETTINGS` as `vecalc.toml`. `EXPRESSIONS` are asked of a
model, `PATTERNS` are looked for in words, `A_WORD_FOR_PATTERNS` among them.
"""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from data import as_binary, as_text

Maker = Callable[[Path], Path]
MB = 1_000_000
ZEROS = gzip.compress(bytes(16 * MB), 9)  # 16 KB


# --- files of vectors -----------------------------------------------------------------------


def wide(folder: Path, width: int, text: bool = False) -> Path:
    """A file of word2vec of little more than a megabyte, and as wide as can be."""
    count = max(2, 5 * MB // (4 * width) // (2 if text else 4))
    words = [f"w{i}" for i in range(count)]
    rows = np.random.default_rng(3).integers(-9, 10, size=(count, width)).astype(np.float32)
    path = folder / f"wide{width}.{'txt' if text else 'bin'}"
    shown = as_text(words, rows).replace(b".0", b"") if text else as_binary(words, rows)
    path.write_bytes(shown)
    return path


def parquet_of_one_word(folder: Path, rows: int = 20_000, length: int = 100_000) -> Path:
    """A table of some kilobytes whose dictionary holds one long text, which is meant in every row."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "dictionary.parquet"
    words = pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), ["x" * length])
    numbers = {f"d{i}": np.zeros(rows, np.float32) for i in range(2)}
    table = pa.table({"word": words, **numbers})
    pq.write_table(table, path, use_dictionary=True, compression="zstd", store_schema=False)  # plain texts
    return path


def parquet_of_one_vector(folder: Path, rows: int = 60_000, width: int = 2_000) -> Path:
    """A table whose vectors are all the same number: a dictionary of one, meant 120 million times."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "one_vector.parquet"
    schema = pa.schema([("word", pa.string()), ("vector", pa.list_(pa.float32(), width))])
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=["vector.list.element"]) as writer:
        for first in range(0, rows, 20_000):
            words = [f"w{i}" for i in range(first, first + 20_000)]
            vectors = pa.FixedSizeListArray.from_arrays(np.ones(20_000 * width, np.float32), width)
            writer.write_table(pa.table({"word": words, "vector": vectors}, schema=schema))
    return path


def parquet_of_columns(folder: Path, columns: int = 20_000) -> Path:
    """A table of a column for each number of its two vectors."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "columns.parquet"
    numbers = {f"d{i}": np.ones(2, np.float32) for i in range(columns)}
    pq.write_table(pa.table({"word": ["a", "b"], **numbers}), path, write_statistics=False)
    return path


def parquet_with_a_false_footer(folder: Path, values: int = 30_000_000) -> Path:
    """A table of one row, and in it one number again and again; its footer says that they are five."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "footer.parquet"
    vector = pa.ListArray.from_arrays(pa.array([0, values], pa.int32()), np.ones(values, np.float32))
    pq.write_table(pa.table({"word": ["a"], "vector": vector}), path, compression="zstd")
    data = path.read_bytes()
    start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    told, false = _thrift(values), bytes([*(byte | 128 for byte in _thrift(5)), 128, 128, 0])
    assert len(told) == len(false)
    assert told in data[start:]
    path.write_bytes(data[:start] + data[start:].replace(told, false))
    return path


def _thrift(number: int) -> bytes:
    """A number as Thrift's compact protocol writes it."""
    number, found = 2 * number, bytearray()
    while number >= 128:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def parquet_of_beginnings(folder: Path, rows: int = 20_000, length: int = 100_000) -> Path:
    """A table whose words are one long text and a number; what they share with the last isn't stored."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "beginnings.parquet"
    schema = pa.schema([("word", pa.string()), ("d0", pa.float32()), ("d1", pa.float32())])
    how = {"use_dictionary": False, "column_encoding": {"word": "DELTA_BYTE_ARRAY"}, "compression": "zstd"}
    with pq.ParquetWriter(path, schema, write_statistics=False, **how) as writer:
        for first in range(0, rows, 2_000):
            words = [f"{'x' * length}{i}" for i in range(first, first + 2_000)]
            columns = [words, np.ones(2_000, np.float32), np.ones(2_000, np.float32)]
            writer.write_table(pa.table(columns, schema=schema))
    return path


def arrow_of_one_word(folder: Path, rows: int = 20_000, length: int = 100_000, views: bool = False) -> Path:
    """An Arrow file with one long text, which is meant in every row: by a dictionary, or by views of it."""
    import pyarrow as pa

    path = folder / "one_word.arrow"
    words = pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), ["x" * length])
    if views:
        view = np.zeros((rows, 4), np.int32)  # length, first four bytes, which buffer, where in it
        view[:, 0], view[:, 1] = length, int.from_bytes(b"xxxx", "little")
        buffers = [None, pa.py_buffer(view.tobytes()), pa.py_buffer(b"x" * length)]
        words = pa.Array.from_buffers(pa.string_view(), rows, buffers)
    table = pa.table({"word": words, "d0": np.ones(rows, np.float32), "d1": np.ones(rows, np.float32)})
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)
    return path


def gzipped(folder: Path, head: bytes = b"", members: int = 64) -> Path:
    """A gigabyte of NULs behind some text, in a megabyte."""
    path = folder / "bomb.txt.gz"
    path.write_bytes(gzip.compress(head) + ZEROS * members)
    return path


def zipped(folder: Path, rows: int = 1_000_000, width: int = 200) -> Path:
    """800 MB of zeros as arrays of numpy, in 800 KB."""
    path = folder / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open("words.npy", "w", force_zip64=True) as stream:
            np.lib.format.write_array(stream, np.full(rows, "w"))
        with archive.open("vectors.npy", "w", force_zip64=True) as stream:
            head = {"descr": "<f4", "fortran_order": False, "shape": (rows, width)}
            np.lib.format.write_array_header_1_0(stream, head)
            for _ in range(rows * width * 4 // (16 * MB)):
                stream.write(bytes(16 * MB))
    return path


def archived(folder: Path, method: int, head: bytes = b"1000000 100\nking ") -> Path:
    """A gigabyte of NULs behind some text, in an archive of at most a megabyte."""
    path = folder / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", method) as archive,
        archive.open("a.vec", "w", force_zip64=True) as stream,
    ):
        stream.write(head)
        for _ in range(64):
            stream.write(bytes(16 * MB))
    return path


def crowded(folder: Path, members: int = 400_000) -> Path:
    """An archive of nothing but its directory, of more files than are read."""
    entry = b"PK\1\2" + bytes(24) + b"\1\0" + bytes(16) + b"a"
    size = members * len(entry)
    path = folder / "crowded.zip"
    end = b"PK\5\6" + bytes(8) + size.to_bytes(4, "little") + bytes(6)
    path.write_bytes(b"PK\3\4" + entry * members + end)
    return path


def pickled(folder: Path, unit: bytes, size: int = 2 * MB - 100) -> Path:
    """A pickle of nothing but one thing, again and again."""
    path = folder / "bomb.kv"
    path.write_bytes(b"\x80\x04" + unit * (size // len(unit)) + b".")
    return path


def gguf_of(folder: Path, facts: int, body: bytes, tensors: int = 1) -> Path:
    """A header of llama.cpp's models that promises so much."""
    path = folder / "bomb.gguf"
    path.write_bytes(b"GGUF\3\0\0\0" + tensors.to_bytes(8, "little") + facts.to_bytes(8, "little") + body)
    return path


def gguf_array(kind: int, count: int, key: bytes = b"tokenizer.ggml.tokens") -> bytes:
    """The beginning of a fact: an array of so many values of a type."""
    start = len(key).to_bytes(8, "little") + key + b"\x09\0\0\0"
    return start + kind.to_bytes(4, "little") + count.to_bytes(8, "little")


def index_of(folder: Path, tensors: int) -> Path:
    """The index of a checkpoint of many tensors, as short as can be."""
    files = b",".join(b'"%x":""' % i for i in range(tensors))
    return text_of(folder, "model.safetensors.index.json", b'{"weight_map":{' + files + b"}}")


def text_of(folder: Path, name: str, data: bytes) -> Path:
    """A file of text, as large as a hostile one need be."""
    (folder / name).write_bytes(data)
    return folder / name


TABLE = b"word,0,1\n" + b"".join(b"w%d,0.5,1.5\n" % i for i in range(40))
LISTED = b"".join(b"w%d [0.5,1.5]\n" % i for i in range(20))
QUOTES = (b'"\n' * 2 + b'a",1,2\n') * 100_000
MODELS: Mapping[str, Maker] = {
    "csv, a million commas": partial(text_of, name="a.csv", data=TABLE + b"," * MB + b"\n"),
    "csv, a million columns": partial(text_of, name="b.csv", data=(b"1.5," * MB + b"1\n") * 2),
    "csv, a million quotes": partial(text_of, name="c.csv", data=TABLE + QUOTES),
    "csv, quotes in one cell": partial(text_of, name="d.csv", data=TABLE + b'"' + b'""' * MB + b",1,2\n"),
    "csv, a million brackets": partial(text_of, name="e.txt", data=LISTED + b"x [\n" * 400_000),
    "csv, brackets in a line": partial(text_of, name="f.txt", data=LISTED + b"x " + b"[a " * MB),
    "csv, commas in a line": partial(
        text_of, name="g.txt", data=LISTED.translate(None, b"[]") + b"1 " * MB + b"1,1x\n"
    ),
    "json, a million lists": partial(text_of, name="a.json", data=b'{"king": [1.5, 2], "a": [' + b"[]," * MB),
    "json, a million objects": partial(text_of, name="b.json", data=b'[{"a": [1.5, 2]},' + b"{}," * MB),
    "json, a number without end": partial(
        text_of, name="c.json", data=b'{"king": [1.5, ' + b"9" * 2 * MB + b"]}"
    ),
    "json, a million names": partial(text_of, name="d.json", data=b"{" + b'"a":1,' * MB),
    "json, a million brackets": partial(text_of, name="e.json", data=b"[" * 2 * MB),
    **{f"{width:,} numbers wide": partial(wide, width=width) for width in (5_000, 20_000, 65_536)},
    "text, 5,000 numbers wide": partial(wide, width=5_000, text=True),
    "parquet, one long word": parquet_of_one_word,
    "parquet, one vector": parquet_of_one_vector,
    "parquet, 20,000 columns": parquet_of_columns,
    "parquet, a false footer": parquet_with_a_false_footer,
    "parquet, words that begin alike": parquet_of_beginnings,
    "Arrow, one long word": arrow_of_one_word,
    "Arrow, views of one word": partial(arrow_of_one_word, views=True),
    "gzip": gzipped,
    "gzip, behind a header": partial(gzipped, head=b"1000000 100\nking "),
    "npz": zipped,
    "zip, deflated": partial(archived, method=zipfile.ZIP_DEFLATED),
    "zip, bzip2": partial(archived, method=zipfile.ZIP_BZIP2),
    "zip, 400,000 members": crowded,
    "GGUF, a million tokens": partial(gguf_of, facts=1, body=gguf_array(8, 200_000) + bytes(1_600_100)),
    "GGUF, a thousand million tokens": partial(gguf_of, facts=1, body=gguf_array(8, 10**9) + bytes(MB)),
    "GGUF, a thousand million numbers": partial(gguf_of, facts=1, body=gguf_array(6, 10**9) + bytes(MB)),
    "GGUF, a token of a gigabyte": partial(
        gguf_of, facts=1, body=gguf_array(8, 1) + (10**9).to_bytes(8, "little") + bytes(MB)
    ),
    "GGUF, arrays in arrays": partial(
        gguf_of, facts=1, body=gguf_array(9, 1) + (b"\x09\0\0\0\1" + bytes(7)) * 100_000
    ),
    "GGUF, arrays beside arrays": partial(
        gguf_of, facts=1, body=gguf_array(9, 80_000) + (b"\x08" + bytes(11)) * 100_000
    ),
    "GGUF, as many facts as there is room for": partial(gguf_of, facts=80_000, body=bytes(1_100_000)),
    "GGUF, as many tensors": partial(gguf_of, facts=0, tensors=40_000, body=bytes(1_400_000)),
    "GGUF, 2^62 facts and tensors": partial(gguf_of, facts=1 << 62, tensors=1 << 62, body=bytes(100)),
    "an index of 200,000 tensors": partial(index_of, tensors=200_000),
    "an index of two million tensors": partial(index_of, tensors=2_000_000),
    "pickle of None": partial(pickled, unit=b"N0"),
    "pickle of a memo": partial(pickled, unit=b"N\x94"),
    "pickle of lists": partial(pickled, unit=b"]"),
    "pickle of marks": partial(pickled, unit=b"("),
    "pickle of tuples": partial(pickled, unit=b")\x85"),
}


# --- tables ---------------------------------------------------------------------------------


def columns(folder: Path, count: int = 1_000_000) -> Path:
    """A table of many columns, and one row."""
    path = folder / "wide.csv"
    path.write_text(f"{','.join(f'c{i}' for i in range(count))}\n{'a,' * (count - 1)}a\n", "ascii")
    return path


def one_column(folder: Path, head: bytes = b"a\n") -> Path:
    """A gzipped gigabyte, as a table of one cell."""
    path = folder / "bomb.csv.gz"
    path.write_bytes(gzip.compress(head) + ZEROS * 64)
    return path


TABLES: Mapping[str, Maker] = {
    "1,000,000 columns": columns,
    "parquet, one long word": parquet_of_one_word,
    "parquet, 20,000 columns": parquet_of_columns,
    "gzip": one_column,
}


# --- settings -------------------------------------------------------------------------------


def settings(folder: Path, text: str) -> Path:
    """The settings of a folder."""
    path = folder / "vecalc.toml"
    path.write_text(text, "utf-8")
    return path


SETTINGS: Mapping[str, Maker] = {
    "nested lists": partial(settings, text="a = " + "[" * 100_000),
    "nested lists that end": partial(settings, text=f"a = {'[' * 100_000}{']' * 100_000}"),
    "nested tables": partial(settings, text="a = " + "{b = " * 100_000),
    "a long dotted key": partial(settings, text=f"{'a.' * 100_000}a = 1"),
    "a long table": partial(settings, text=f"[{'a.' * 100_000}a]"),
}


# --- expressions ----------------------------------------------------------------------------


def _doubling(first: str, step: str, count: int) -> str:
    """The last of so many names, each made of the one before it, twice."""
    names = [f"A{i}" for i in range(count + 1)]
    made = (f"{after} = {step.replace('_', before)}" for before, after in pairwise(names))
    return f"{names[-1]} where A0 = {first}, {', '.join(made)}"


def _functions(first: str, body: str, count: int) -> str:
    """Functions, each of which calls the one before it twice."""
    made = [f"f0(x) = {body}", *(f"f{i}(x) = f{i - 1}(f{i - 1}(x))" for i in range(1, count))]
    return f"{'; '.join(made)}; f{count - 1}({first})"


EXPRESSIONS: Mapping[str, str] = {
    "concatenated 25 times": _doubling("king", "concat(_, _)", 25),
    "concatenated 60 times": f"norm({_doubling('king', 'concat(_, _)', 60).replace(' where', ') where', 1)}",
    "lists in lists": _doubling("king", "[_, _]", 200),
    "pairs of lists": _doubling("[king, queen]", "[_, _]", 30),
    "squared 200 times": _doubling("king", "_ * _", 200),
    "added 2,000 times": _doubling("king", "_ + _", 2_000),
    "functions that concatenate": _functions("king", "concat(x, x)", 6).replace("f5(king)", "norm(f5(king))"),
    "functions that square": _functions("king", "x * x", 30),
    "many neighbours": "nearest(king, 60000)",
    "more neighbours than words": "nearest(king, 1000000000)",
    "the middle of many": "medoid(nearest(king, 60000))",
    "the middle of some": "medoid(nearest(king, 5000))",
    "components of many": "pc(nearest(king, 60000))",
    "a tower of powers": "^".join(["2"] * 30_000),
    "a long list": f"[{', '.join(['king'] * 10_000)}]",
    "a long sum": " + ".join(["king"] * 9_000),
    "deep brackets": f"{'(' * 30_000}king{')' * 30_000}",
    "many minus signs": f"{'-' * 60_000}king",
    "a long number": "9" * 60_000,
}
LONGEST_EXPRESSION = 64 << 10  # characters

# What a search with backtracking takes for ever over, where a word is like this one.
A_WORD_FOR_PATTERNS = f"{'a' * 40}!"
PATTERNS = [
    "/(a+)+$/",
    "/(a|a)*$/",
    "/(a|aa)+$/",
    "/(.*)*x/",
    "/(a*)*b/",
    "/^(([a-z])+.)+[A-Z]([a-z])+$/",
    "/a{99999999999}/",
    f"/{'(' * 5_000}a{')' * 5_000}/",
    f"/{'a?' * 200}{'a' * 200}/",
    f"/{'(a{1,100}){1,100}' * 3}/",
]
