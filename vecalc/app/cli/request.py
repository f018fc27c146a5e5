"""What a command line asks for."""

from __future__ import annotations

from typing import NamedTuple


class Request(NamedTuple):
    """A parsed command line; the names are those of the options."""

    expressions: tuple[str, ...]
    expression_option: tuple[str, ...]
    file: tuple[str, ...]
    csv: str | None
    model: tuple[str, ...]
    top: int
    format: str | None
    output: str | None
    norm: str
    metric: str
    exclude: str
    first: int | None
    among: str | None
    match: str | None
    min_score: float | None
    let: tuple[str, ...]
    oov: str
    exact: bool
    limit: tuple[str, ...]
    precision: int | None
    header: bool
    csv_safe: bool
    color: str
    bail: bool
    line_buffered: bool
    interactive: bool
    skip_bad_rows: bool
    allow_trailing: bool
    encoding_errors: str
    quiet: bool
    debug: bool
