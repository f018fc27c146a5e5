"""The words of a list in a table, Parquet or Arrow: its only column of text, or the one that is named.

Where there is none of text, one of whole numbers: keys are words by their decimals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vecalc.errors import FileProblem
from vecalc.formats.arrow_blocks import COPIES, explained
from vecalc.formats.arrow_columns import arrow
from vecalc.formats.arrow_text import rows_at_once, text_of
from vecalc.formats.listed import Listed
from vecalc.formats.word_lines import CALLED
from vecalc.sources import Source
from vecalc.sources.compression import ceiling_of, too_much
from vecalc.sources.parts import FilePart, chosen
from vecalc.sources.word_text import decode

_WHAT = {"parquet": "a parquet table", "arrow": "an Arrow table"}
_INDEX = ("index", "__index_level_0__")  # what pandas calls a column that was none


def of_arrow(source: Source, kind: str) -> Listed:
    """The words of a table of some kind (`word_files.table_kind`)."""
    what, path = _WHAT[kind], source.path
    if source.file is None:
        raise FileProblem(f"{what}, compressed once more", where=str(path), hint="decompress it once")
    with explained(path, what):
        schema, batches = _opened(source, kind)
        types = arrow(path, what).types
        columns = [FilePart(field.name, str(field.type)) for field in schema]
        texts = {field.name for field in schema if _is_text(field.type, types)}
        numbers = {field.name for field in schema if types.is_integer(field.type)}
        column = chosen(
            columns,
            source,
            what="column",
            known=(*CALLED, *_INDEX),
            fits=lambda part: part.name in (texts or numbers),
        ).name
        if column not in texts | numbers:
            message = f"the column {column} holds neither text nor whole numbers"
            raise FileProblem(message, where=str(path), hint=f"name one that does: {path.name}#NAME")
        return Listed(list(_words(batches(column), column, types, source)))


def _opened(source: Source, kind: str) -> tuple[Any, Any]:
    """The schema, and a function from the name of a column to its record batches."""
    if kind == "parquet":
        from vecalc.formats.parquet import ParquetTable

        assert source.file is not None  # noqa: S101 - of a file that is not compressed
        table = ParquetTable(source.file, source.path)
        return table.schema, lambda column: table.batches(ceiling_of(source.ceiling), [column])
    ipc = arrow(source.path, _WHAT[kind], "pyarrow.ipc")
    file = ipc.open_file(source.file)
    return file.schema, lambda _: (file.get_batch(i) for i in range(file.num_record_batches))


def _words(batches: Any, column: str, types: Any, source: Source) -> Iterator[str]:
    given, first, ceiling = 0, 1, ceiling_of(source.ceiling)
    for batch in batches:
        keys = batch.column(column)
        text = text_of(keys if _is_text(keys.type, types) else keys.cast("string"))
        step = rows_at_once(text.sizes())
        for at in range(0, batch.num_rows, step):
            listed = text.written_out(at, step)
            given += COPIES * listed.nbytes
            if given > ceiling:
                raise too_much(source.path, ceiling)
            raw = [word or b"" for word in listed.to_pylist()]
            start = first + at
            yield from decode(raw, source, lambda i, start=start: f"{source.path}: row {start + i:,}")  # type: ignore[misc]
        first += batch.num_rows


def _is_text(kind: Any, types: Any) -> bool:
    if types.is_dictionary(kind):
        kind = kind.value_type
    texts = (
        types.is_string,
        types.is_large_string,
        types.is_string_view,
        types.is_binary,
        types.is_large_binary,
    )
    return any(is_text(kind) for is_text in texts)
