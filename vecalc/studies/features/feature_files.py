"""A finished spool becomes a file: npy, npz, Parquet, CSV or TSV; in blocks, and always the same bytes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np

from vecalc.arrays import AnyArray
from vecalc.errors import UsageError
from vecalc.render.cells import as_text
from vecalc.space.atomic import written_whole
from vecalc.studies.features import Format
from vecalc.studies.features.spool import Spool

Writer: TypeAlias = Callable[[Spool, IO[bytes]], None]

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the time of a zip's members, so that the same features are the same bytes
SOME = 1 << 12  # rows of kept cells that are read back at a time


def format_of(path: str, name: str | None) -> Format:
    """`--format`, or what the file's suffix says. Raises `UsageError` for what is none of the formats."""
    found = name or Path(path).suffix.lower().removeprefix(".")
    for known in FORMATS:
        if found == known:
            return known
    raise UsageError(
        f"there is no format '{found}' for features" if found else "has no suffix to tell the format by",
        where=f"-o {path}",
        hint=f"--format {', '.join(FORMATS)}",
    )


def check_format(name: Format) -> None:
    """Raises `UsageError` when what the format needs is not installed."""
    if name == "parquet":
        _pyarrow()


def write(spool: Spool, path: Path, name: Format, *, csv_safe: bool = False) -> None:
    """Write the features of a spool; with `csv_safe` a spreadsheet takes no text of csv or tsv for a formula.

    Raises `StorageProblem`.
    """
    writer = SAFE_FORMATS.get(name, FORMATS[name]) if csv_safe else FORMATS[name]
    if name == "npy":
        with written_whole(names_beside(path)) as stream:
            facts = {"columns": spool.names, "rows": spool.rows, "type": spool.kind}
            stream.write(json.dumps(facts, ensure_ascii=False, indent=1).encode() + b"\n")
    with written_whole(path) as stream:
        writer(spool, stream)
        spool.verify()


def names_beside(path: Path) -> Path:
    """Where the names of an array's columns are: `features.columns.json` beside `features.npy`."""
    return path.with_suffix(".columns.json")


# --- arrays ---------------------------------------------------------------------------------


def _npy(spool: Spool, stream: IO[bytes]) -> None:
    _header(stream, np.dtype(spool.kind), (spool.rows, len(spool.names)))
    for block in spool.values():
        stream.write(block.tobytes())


def _npz(spool: Spool, stream: IO[bytes]) -> None:
    """`features` [n, w], `columns` [w], `lines` [n] of the table; `keep_NAME` [n] texts."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        with _member(archive, "features") as member:
            _npy(spool, member)
        with _member(archive, "columns") as member:
            np.lib.format.write_array(member, np.array(spool.names), allow_pickle=False)
        with _member(archive, "lines") as member:
            _header(member, np.dtype("<i8"), (spool.rows,))
            for lines in spool.lines():
                member.write(lines.tobytes())
        for i, name in enumerate(spool.identity["keep"]):
            kind = np.dtype(f"<U{max(spool.longest[i], 1)}")
            with _member(archive, f"keep_{name}") as member:
                _header(member, kind, (spool.rows,))
                kept = spool.kept()
                while some := [cells[i] for cells in islice(kept, SOME)]:
                    member.write(np.array(some, kind).tobytes())


@contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    with archive.open(zipfile.ZipInfo(f"{name}.npy", LONG_AGO), "w", force_zip64=True) as member:
        yield member


def _header(stream: IO[bytes], kind: np.dtype[Any], shape: tuple[int, ...]) -> None:
    facts = {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, facts)


# --- tables ---------------------------------------------------------------------------------


def _delimited(delimiter: str, text_of: Callable[[str], str] = str) -> Writer:
    def write_table(spool: Spool, stream: IO[bytes]) -> None:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
        writer.writerow(map(text_of, [*spool.identity["keep"], *spool.names]))
        kept = spool.kept()
        for block in spool.values():
            # A number is written with the digits that read back to the same float32 or float64.
            writer.writerows([*map(text_of, next(kept)), *map(str, row)] for row in block)
        text.flush()
        text.detach()

    return write_table


def _parquet(spool: Spool, stream: IO[bytes]) -> None:
    arrow, parquet = _pyarrow()
    number = {"float32": arrow.float32(), "float64": arrow.float64()}[spool.kind]
    keep = spool.identity["keep"]
    fields = [(name, arrow.string()) for name in keep] + [(name, number) for name in spool.names]
    schema = arrow.schema(fields)
    kept = spool.kept()
    with parquet.ParquetWriter(stream, schema) as writer:
        for block in _groups(spool):
            cells = list(islice(kept, len(block)))
            texts = [arrow.array([row[i] for row in cells], arrow.string()) for i in range(len(keep))]
            columns = [arrow.array(np.ascontiguousarray(column)) for column in block.T]
            writer.write_table(arrow.Table.from_arrays([*texts, *columns], schema=schema))


def _groups(spool: Spool, numbers: int = 1 << 22) -> Iterator[AnyArray]:
    """Row groups of 16 to 32 MB: large enough that a reader's work on each is small change."""
    waiting: list[AnyArray] = []
    for block in spool.values():
        waiting.append(block)
        if sum(part.size for part in waiting) >= numbers:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError(
            "Parquet needs pyarrow", where="--format parquet", hint="pip install 'vecalc[parquet]'"
        ) from None
    return pyarrow, pyarrow.parquet


FORMATS: dict[Format, Writer] = {
    "npy": _npy,
    "npz": _npz,
    "parquet": _parquet,
    "csv": _delimited(","),
    "tsv": _delimited("\t"),
}
SAFE_FORMATS: dict[Format, Writer] = {"csv": _delimited(",", as_text), "tsv": _delimited("\t", as_text)}
