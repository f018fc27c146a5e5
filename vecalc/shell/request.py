"""What a command line asks for."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

from vecalc.answers import Encoding, Exclude, Metric, Norm, Oov
from vecalc.render import Theme

Color: TypeAlias = Literal["auto", "always", "never"]
COLORS: tuple[Color, ...] = get_args(Color)

ENGLISH = "english"  # the lists by which phrases are read, where no file is named
FAILED = 1  # the exit code of a batch with failed lines, and of an expectation that was missed


class Request(NamedTuple):
    """A parsed command line; the names are those of the options. A command that lacks one has its default."""

    expressions: tuple[str, ...] = ()
    expression_option: tuple[str, ...] = ()
    file: tuple[str, ...] = ()
    csv: str | None = None
    headerless: bool = False
    model: tuple[str, ...] = ()
    top: int = 10
    format: str | None = None
    output: str | None = None
    norm: Norm = "rms"
    metric: Metric = "cos"
    exclude: Exclude = "inputs"
    first: int | None = None
    among: str | None = None
    match: str | None = None
    where: str | None = None
    show: str | None = None
    min_score: float | None = None
    within: str | None = None
    let: tuple[str, ...] = ()
    oov: Oov = "error"
    exact: bool = False
    words: bool = False
    phrase_words: str = ENGLISH
    limit: tuple[str, ...] = ()
    precision: int | None = None
    header: bool = True
    csv_safe: bool = False
    color: Color = "auto"
    theme: Theme = "dark"
    bail: bool = False
    line_buffered: bool = False
    resume: bool = False
    cluster: str | None = None
    insecure_cluster: bool = False
    interactive: bool = False
    embed: str = ""
    embed_timeout: float = 60.0
    store_timeout: float = 60.0
    words_file: str = ""
    encoding: str = "utf-8"
    strict: bool = False
    skip_bad_rows: bool = False
    allow_trailing: bool = False
    encoding_errors: Encoding = "few"
    trust_pickle: bool = False
    require_cache: bool = False
    no_wait: bool = False
    verify: bool = False
    quiet: bool = False
    debug: bool = False
    notes: tuple[str, ...] = ()  # on how the command line was read
    said: str = ""  # the words of it that are read as one phrase
    beside: tuple[str, ...] = ()  # files that opened models turned out to consist of
    unset: tuple[str, ...] = ()  # options that nobody set, on the command line or elsewhere
