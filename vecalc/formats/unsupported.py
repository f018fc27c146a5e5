"""Kinds of file that are recognised and not read: each by content, with its name and the way out.

A new format that can be read is a module of its own, and its line here goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from vecalc.errors import FileProblem
from vecalc.formats import MAX_WIDTH, Head, npz

# FILE in a hint stands for the name of the file, where that can be typed as it is.
_PLAIN_NAME = re.compile(r"[\w.-]+", re.ASCII)
_AS_WORD2VEC = "export it as word2vec (binary or text) and load that"
_UNPACK = "unpack it and name the file of vectors"
_FROM_JSON = "of a Hugging Face model, name the folder; otherwise " + _AS_WORD2VEC
_FROM_R = "in R, write.table(x, 'FILE.txt', col.names = FALSE, quote = FALSE) makes text of it"
_ONCE = "decompress it once"
_AND_WORDS = "; and the words, one a line, into rows.words"
_FROM_HDF5 = (
    "in Python, f = h5py.File('FILE'); f.visit(print) lists what it holds, "
    "np.save('rows.npy', f['NAME'][:]) takes one out" + _AND_WORDS
)
_FROM_TORCH = (
    "in Python, m = torch.load('FILE', weights_only=True); safetensors.torch.save_file("
    "{'embeddings': m['NAME']}, 'rows.safetensors')" + _AND_WORDS
)
_FROM_KERAS = (
    "in Python, np.save('rows.npy', keras.models.load_model('FILE').get_layer('embedding').get_weights()[0])"
    + _AND_WORDS
)
_FROM_FAISS = (
    "in Python, i = faiss.read_index('FILE'); np.save('rows.npy', i.reconstruct_n(0, i.ntotal))" + _AND_WORDS
)
_FROM_GGUF = (
    "in Python, t = next(t for t in gguf.GGUFReader('FILE').tensors if t.name == 'token_embd.weight'); "
    "np.save('rows.npy', gguf.dequantize(t.data, t.tensor_type))" + _AND_WORDS
)
_FROM_ONNX = (
    "in Python, t = next(t for t in onnx.load('FILE').graph.initializer if t.name == 'NAME'); "
    "np.save('rows.npy', onnx.numpy_helper.to_array(t))" + _AND_WORDS
)
_FROM_CHECKPOINT = (
    "in Python, r = tf.train.load_checkpoint('FOLDER'); r.get_variable_to_shape_map() lists what it holds, "
    "np.save('rows.npy', r.get_tensor('NAME')) takes one out" + _AND_WORDS
)
_FROM_EXCEL = "save it as CSV; or in Python, pd.read_excel('FILE').to_csv('FILE.csv', index=False)"
_FROM_MAGNITUDE = (
    "in Python, m = pymagnitude.Magnitude('FILE'); open('FILE.txt', 'w').writelines("
    "f'{word} {\" \".join(map(str, row))}\\n' for word, row in m)"
)
_FROM_MATLAB = "in Python, m = scipy.io.loadmat('FILE'); np.save('rows.npy', m['NAME'])" + _AND_WORDS


class Kind(NamedTuple):
    """A kind of file: how it is known, what to call it, what to do about it."""

    matches: Callable[[bytes], object]
    what: str
    hint: str


def refuse(head: Head, kinds: Sequence[Kind], path: Path) -> None:
    """FileProblem for a file that begins like one of some kinds."""
    for kind in kinds:
        if kind.matches(head.data):
            raise unread(kind.what, kind.hint, path)


def unread(what: str, hint: str, path: Path) -> FileProblem:
    """The problem of a file of a known kind, with FILE in the hint replaced by its name."""
    name = path.name if _PLAIN_NAME.fullmatch(path.name) else "FILE"
    return FileProblem(f"this version can't read {what}", where=str(path), hint=hint.replace("FILE", name))


def _magic(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(beginnings)


def _pattern(regex: bytes) -> Callable[[bytes], object]:
    return re.compile(regex).match


# Saved by `save` (several objects) or `saveRDS` (one), in R's binary or text form.
_is_r_data = _pattern(rb"RD[XA][23]\n|X\n\0\0\0[\2\3]|A\n[23]\n\d+\n")


def _is_other_zip(head: bytes) -> bool:
    """The first member of an .npz is an array; any other zip archive is none."""
    return head.startswith((b"PK\3\4", b"PK\5\6")) and not npz.recognise(Head(head, complete=False))


def _zip_of(names: bytes) -> Callable[[bytes], bool]:
    """Archives that have a member so called among their first."""
    called = re.compile(b"PK\3\4.{26}(?:" + names + b")", re.DOTALL)
    return lambda head: head.startswith(b"PK\3\4") and called.search(head) is not None


# Asked before any format: a tar or zip archive may hold text that looks like rows.
BINARY = (
    Kind(_zip_of(rb"[^/]{0,200}/data\.pkl|data\.pkl"), "tensors of PyTorch", _FROM_TORCH),
    Kind(_zip_of(rb"\[Content_Types\]\.xml"), "a workbook of Excel", _FROM_EXCEL),
    Kind(_zip_of(rb"metadata\.json.{0,40}\{\"keras_version"), "a Keras model", _FROM_KERAS),
    Kind(_is_other_zip, "a zip archive (PyTorch, or several files)", _UNPACK),
    Kind(
        _magic(b"FiFu\0"),
        "finalfusion embeddings",
        "finalfusion convert -f finalfusion -t word2vec FILE FILE.bin",
    ),
    Kind(_magic(b"FEA1\0"), "a Feather file of version 1", "write it again as Feather version 2 or parquet"),
    Kind(_magic(b"\x89HDF\r\n\x1a\n"), "an HDF5 file (as Keras writes)", _FROM_HDF5),
    Kind(_magic(b"SQLite format 3\0"), "an SQLite database (as Magnitude uses)", _FROM_MAGNITUDE),
    Kind(_pattern(rb"GGUF[\1-\x1f]\0\0\0"), "a GGUF model", _FROM_GGUF),
    Kind(_pattern(rb"(?s)I[A-Za-z0-9]{3}..\0\0"), "an index of faiss", _FROM_FAISS),
    Kind(_pattern(rb"\x08[\x03-\x14]\x12[\x01-\x20][\w.-]{2,}[\x1a\x22*:]"), "an ONNX model", _FROM_ONNX),
    Kind(_pattern(rb"%PDF-\d\.\d[\r\n]"), "a PDF", "fetch the file of vectors itself"),
    Kind(_magic(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old workbook of Excel", _FROM_EXCEL),
    Kind(_magic(b"MATLAB 5.0 MAT-file"), "a MATLAB file", _FROM_MATLAB),
    Kind(_magic(b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"), "a 7z or RAR archive", _UNPACK),
    Kind(_magic(b"\x1f\x8b"), "a file that was gzipped twice", _ONCE),
    Kind(_pattern(rb"BZh[1-9]1AY&SY"), "a bzip2 file, compressed once more", _ONCE),
    Kind(_magic(b"\xfd7zXZ\0"), "an xz file, compressed once more", _ONCE),
    Kind(_magic(b"\x28\xb5\x2f\xfd"), "a zstd file, compressed once more", _ONCE),
    Kind(_is_r_data, "R data (.rda or .rds)", _FROM_R),
    Kind(lambda head: head[257:262] == b"ustar", "a tar archive", _UNPACK),
    Kind(
        _magic(b"\xff\xfe\0\0", b"\0\0\xfe\xff"), "text in UTF-32", "iconv -f UTF-32 -t UTF-8 FILE > FILE.txt"
    ),
    Kind(_magic(b"\xff\xfe", b"\xfe\xff"), "text in UTF-16", "iconv -f UTF-16 -t UTF-8 FILE > FILE.txt"),
)

# Asked when no format says yes: a row of text may begin with any word.
TEXT = (
    Kind(_magic(b"version https://git-lfs"), "a Git LFS pointer, not the file itself", "run git lfs pull"),
    Kind(_pattern(rb"(?i)\s*<(?:!doctype|html|\?xml)"), "a web page", "fetch the file again"),
    Kind(_pattern(rb"\s*[{\[]\s*[\"{\[]"), "JSON", _FROM_JSON),
)

# Asked last, by the name, where the content shows nothing.
_CALLED = (
    (
        r".*\.data-\d{5}-of-\d{5}|.*\.ckpt(-\d+)?(\.index|\.meta)?|checkpoint|saved_model\.pb",
        "a TensorFlow checkpoint",
        _FROM_CHECKPOINT,
    ),
    (
        r".*\.(ann|annoy)",
        "an index of Annoy",
        "in Python, np.save('rows.npy', [i.get_item_vector(n) for n in range(i.get_n_items())])" + _AND_WORDS,
    ),
    (
        r".*hnsw.*",
        "an index of hnswlib",
        "in Python, np.save('rows.npy', index.get_items(range(index.get_current_count())))" + _AND_WORDS,
    ),
)
_LISTS = ("vocab.txt", "metadata.tsv", "labels.tsv", "words.txt")
_LONGEST_LIST = 1 << 26  # bytes


def refuse_by_place(path: Path) -> None:
    """FileProblem for a file that its name tells, or a list beside it of as many lines as it has rows."""
    for name, what, hint in _CALLED:
        if re.fullmatch(name, path.name, re.IGNORECASE):
            raise unread(what, hint, path)
    for name in _LISTS:
        beside = path.with_name(name)
        with suppress(OSError):
            if beside != path and beside.stat().st_size <= _LONGEST_LIST:
                lines = beside.read_bytes().rstrip(b"\n").count(b"\n") + 1
                _refuse_raw(path, path.stat().st_size, name, lines)


def _refuse_raw(path: Path, size: int, listed: str, lines: int) -> None:
    """FileProblem for as many numbers as fit so many words, or one less where the list has a header."""
    for count in (lines, lines - 1):
        width = size // (16 * count) - 1 if count else 0
        if listed == "vocab.txt" and width > 0 and size == 16 * count * (width + 1):
            # Two matrices of doubles, each row with its bias. Source: glove.c, save_params.
            add = f"in Python, w = np.fromfile('FILE').reshape(2, {count}, {width + 1})[:, :, :-1]; "
            hint = f"load the vectors.txt that glove writes beside it; or {add}np.save('rows.npy', w.sum(0))"
            raise unread(f"GloVe's binary, {count:,} x {width:,} by {listed}", hint + _AND_WORDS, path)
        width = size // (4 * count) if count else 0
        if 1 < width <= MAX_WIDTH and size == 4 * count * width:
            made = f"np.fromfile('FILE', np.float32).reshape({count}, {width})"
            hint = f"in Python, np.save('rows.npy', {made}){_AND_WORDS}"
            what = f"numbers without anything else, {count:,} x {width:,} of float32 by {listed}"
            raise unread(what, hint, path)
