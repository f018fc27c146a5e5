"""Words in a file of their own, for formats that hold rows alone.

Which file: the one that `--words-file` names; else, in the folder of the rows, spaCy's `key2row` and
`strings.json`; else the first that is there of `places`: NAME.words, NAME.txt and so on (`OF_NAME`; NAME: the
file of rows without its suffixes); tokenizer.json, words.txt and the others of `IN_FOLDER`; at last what is
called as lists are (`_LIST`), first behind a beginning of NAME, the longest first: beside news_tensor
news_tensor_words.txt, news_metadata.tsv, news-vocab.pkl, then wordsList.npy. A text that holds vectors is
passed over. Which kinds of lists there are, `word_files` says; subword marks (##ing, Ġthe) are kept as they
are. Which file it was is a remark, unless it was named, is NAME.words, which `write_words` writes, or is what
a model of its kind always has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from vecalc.arrays import Singles
from vecalc.codecs.word2vec_header import BYTE_ORDER_MARK
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.listed import EXACT, Listed
from vecalc.formats.pairing import by_rows, in_order
from vecalc.sources import FileTally, Source
from vecalc.sources.reference import located
from vecalc.sources.word_text import encoded, shown, unfit
from vecalc.space import VectorSpace

OF_NAME = (EXACT, ".txt", ".vocab", ".json", ".lst", ".tsv", ".csv")
PART_OF_MODELS = ("tokenizer.json", "whitespacetokenizer_config.json", "phrasetokenizer_config.json")
IN_FOLDER = (
    *(PART_OF_MODELS[0], "words.txt", "vocab.txt", "vocab.json", "words.lst", "word_index.json"),
    *("metadata.tsv", "labels.tsv", *PART_OF_MODELS[1:]),
)
_KINDS = (
    *("words?", "words?[-_]?list", "vocab", "vocabulary", "labels?", "tokens?", "terms?", "word[-_]?index"),
    *("(index|idx|id)(2|_to_)(word|token|key)", "(word|token|key)(2|_to_)(index|idx|id)"),
)
_LIST = re.compile(  # what may follow, in the name of a list, what it shares with NAME
    rf"[-_.]?(({'|'.join(_KINDS)})\.(txt|tsv|csv|lst|list|json|pkl|pickle|npy|parquet|arrow|feather)"
    r"|meta(data)?\.(txt|tsv|csv)|index\.(tsv|csv|parquet|arrow|feather))\Z",
    re.IGNORECASE,
)
_PIECE = re.compile(r"[-_.][^-_.]*\Z")
_SUFFIX = re.compile(
    r"((\.(npy|npz|pkl|pickle|safetensors|gz|bz2|xz|zst))+|\.(tsv|csv|txt|vec|mat|dat|bytes|bin)(\.(gz|bz2|xz|zst))?)\Z",
    re.IGNORECASE,
)
OF_WORDLLAMA = "_tokenizer_config.json"  # l2_supercat_256.safetensors, l2_supercat_tokenizer_config.json
WEIGHTS, TOKENIZERS = "weights", "tokenizers"  # the folders of the one and the other
_USUAL = "vocab.txt, metadata.tsv, labels.tsv, word_index.json or tokenizer.json"


def words_beside(source: Source) -> tuple[Listed, Path]:
    """The words of a file's rows, and the file that they are in; FileProblem where there is none."""
    # What reads lists is loaded where there are some: most models need none.
    from vecalc.formats.spacy_words import is_of_spacy
    from vecalc.formats.spacy_words import words_of as words_of_spacy
    from vecalc.formats.word_files import names_in

    if source.reading.words_file:
        return _named(source)
    if is_of_spacy(source.path, source.has):
        return words_of_spacy(source)
    for path in places(source):
        opened = source.open(path)
        names = names_in(_by_itself(opened, ""), named=False)
        if names is not None:
            of_model = path.name in PART_OF_MODELS or path.name.endswith(OF_WORDLLAMA)
            if path.suffix != EXACT and not of_model:
                source.tally.remarks[f"the words are those of {path.name}"] = None
            return names, path
    message = "holds rows and no words, and there is no list of words beside it"
    written = f"{stem_of(source.path)}{EXACT} or words.txt"
    hint = f"write one, a word a line, into {written} beside it, or name one by --words-file; {_USUAL}"
    raise FileProblem(message, where=str(source.path), hint=f"{hint} are found as well")


def stem_of(path: Path) -> str:
    """The name of a file of rows without its suffixes."""
    return _SUFFIX.sub("", path.name) or path.name


def places(source: Source) -> Iterator[Path]:
    """The files beside a file of rows that may hold its words, the likeliest first."""
    rows = source.path
    stem = stem_of(rows)
    named = (f"{rows.stem}{EXACT}", *(f"{stem}{suffix}" for suffix in OF_NAME))
    for name in dict.fromkeys((*named, *IN_FOLDER)):
        path = rows.with_name(name)
        if path != rows and source.has(path):
            yield path
    if rows.suffix == ".safetensors":
        yield from filter(source.has, _of_wordllama(rows))
    found = source.names(rows)
    for start in (*_beginnings(stem), ""):
        for name in found:
            path = rows.with_name(name)
            called_so = name.startswith(start) and _LIST.fullmatch(name, len(start))
            if called_so and path != rows and source.has(path):
                yield path


def _of_wordllama(rows: Path) -> Iterator[Path]:
    for start in _beginnings(rows.stem):
        yield rows.with_name(f"{start}{OF_WORDLLAMA}")
        yield rows.parent.parent / TOKENIZERS / f"{start}{OF_WORDLLAMA}"


def is_usual(name: str) -> bool:
    """Whether a file is called as lists of words are."""
    return _LIST.fullmatch(name) is not None


def _beginnings(stem: str) -> Iterator[str]:
    """news_2019_tensor, news_2019, news."""
    while stem:
        yield stem
        stem = _PIECE.sub("", stem) if _PIECE.search(stem) else ""


def _named(source: Source) -> tuple[Listed, Path]:
    """The words of the file that the user names, or of a column of it."""
    from vecalc.formats.word_files import names_in

    source.tally.used.add("words_file")
    path, reading = located(Path(source.reading.words_file), source.reading._replace(words_file=""))
    if reading.member:
        message = "a list of words in an archive, which is not read"
        raise FileProblem(message, where=str(path), hint="unpack it and name the list")
    names = names_in(_by_itself(source.open(path), reading.part), named=True)
    assert names is not None  # noqa: S101 - it is a problem where it is named
    return names, path


def _by_itself(listed: Source, column: str) -> Source:
    """A list as it is to be read: what part of the rows is wanted is none of its concern."""
    tally = FileTally()
    tally.counts, tally.remarks, tally.odd = listed.tally.counts, listed.tally.remarks, listed.tally.odd
    listed.tally.used.add("encoding")  # which is that of the words
    reading = listed.reading._replace(part=column, member="", words_file="")
    return listed._replace(reading=reading, tally=tally)


# --- words and rows -----------------------------------------------------------------------------------


def paired(
    words: Listed | Sequence[str],
    listed: Path,
    count: int | None,
    rows: Iterator[Singles],
    source: Source,
    again: Callable[[], Iterator[Singles]] | None = None,
) -> Iterator[Block]:
    """Blocks of words and the rows [b, d] they belong to, which are `count`, or as many as come.

    `again` gives the rows once more, for words that share one. FileProblem unless words and rows fit: each
    row has a word, but for rows of zeros before or behind them (padding), and those that a list with places
    of its own gives none.
    """
    names = words if isinstance(words, Listed) else Listed(list(words))
    names = _without_heading(names, listed, count, source)
    if names.rows is None:
        yield from in_order(names.words, listed, count, rows, source)
    else:
        yield from by_rows(names, listed, count, rows, source, again)


def write_words(path: Path, space: VectorSpace) -> None:
    """The words of a space, one a line, in a file beside the one of its rows; UsageError for some."""
    with path.with_name(path.stem + EXACT).open("wb") as stream:
        for row, word in enumerate(space.words()):
            raw = encoded(word, row, "a list of words", escapes=True)
            if raw.endswith(b"\r") or (not row and raw.startswith(BYTE_ORDER_MARK)):
                raise unfit(word, row, "a list of words", "its end or beginning looks like the file's")
            stream.write(raw + b"\n")


def _without_heading(names: Listed, listed: Path, count: int | None, source: Source) -> Listed:
    """The words without the name of their column, and without blank lines at the end of a text."""
    words, one_more = names.words, count is not None and len(names.words) == count + 1
    if one_more and not words[-1].strip() and listed.suffix != EXACT:
        return names._replace(words=words[:-1])
    if (names.headed and (one_more or count is None)) or (names.maybe_headed and one_more):
        source.tally.remarks[f"the first line of {listed.name}, {shown(words[0])}, is a heading"] = None
        return names._replace(words=words[1:])
    return names
