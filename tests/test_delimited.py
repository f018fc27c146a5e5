"""Delimited tables as files of vectors: all that people put between a word and its numbers."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from bounded import MB, bounded
from data import as_csv
from running import vecalc
from text_files import problem_as, read_as

from vecalc.formats.known import formats
from vecalc.formats.load import Loaded
from vecalc.sources import Head

WORDS = ["oak", "elm", "New York", "naïve", "birch 7", "ash"]
ROWS = np.round(np.random.default_rng(11).normal(size=(len(WORDS), 5)), 4).astype(np.float32)
NUMBERS = [[f"{number:.4f}" for number in row] for row in ROWS.tolist()]
NAMES = [f"dim_{i}" for i in range(ROWS.shape[1])]
Line = Callable[[int, str, list[str]], str]


def lines(line: Line, *before: str) -> str:
    """A line for each word, made of its place, itself and its numbers; behind some others."""
    made = [line(i, word, NUMBERS[i]) for i, word in enumerate(WORDS)]
    return "".join(f"{text}\n" for text in [*before, *made])


read = partial(read_as, "table")
problem = partial(problem_as, "table")


# What is said of tables with tabs, which GloVe text may have, too.
AROUND = ("the first line is a header", "the quotes around all words")


def assert_read(loaded: Loaded, *notes: str, words: Sequence[str] = WORDS) -> None:
    assert list(loaded.space.words()) == list(words)
    np.testing.assert_array_equal(loaded.space.vectors(range(len(words)), np.float32), ROWS[: len(words)])
    assert tuple(note for note in loaded.notes if not note.startswith(AROUND)) == notes


def quoted(cells: Sequence[object], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return out.getvalue().removesuffix("\n")


HEADER = ",".join(["word", *NAMES])
PLAIN: dict[str, str] = {
    "commas": lines(lambda _, w, n: ",".join([w, *n])),
    "commas and blanks": lines(lambda _, w, n: ", ".join([w, *n])),
    "semicolons": lines(lambda _, w, n: ";".join([w, *n])),
    "bars": lines(lambda _, w, n: "|".join([w, *n])),
    "a header": lines(lambda _, w, n: ",".join([w, *n]), HEADER),
    "an index of pandas": lines(lambda _, w, n: ",".join([w, *n]), ",0,1,2,3,4"),
    "an index of R": lines(lambda _, w, n: ",".join([f'"{w}"', *n]), '"","V1","V2","V3","V4","V5"'),
    "R without a corner": lines(lambda _, w, n: ",".join([f'"{w}"', *n]), '"V1","V2","V3","V4","V5"'),
    "tabs and a header": lines(lambda _, w, n: "\t".join([w, *n]), HEADER.replace(",", "\t")),
    "tabs and numbers for names": lines(lambda _, w, n: "\t".join([w, *n]), "word\t0\t1\t2\t3\t4"),
    "numbers from one": lines(lambda _, w, n: ",".join([w, *n]), "token,1,2,3,4,5"),
    "quotes between tabs": lines(lambda _, w, n: "\t".join([f'"{w}"', *n])),
    "all in quotes": lines(lambda _, w, n: ",".join(f'"{cell}"' for cell in [w, *n])),
    "the word last": lines(lambda _, w, n: ",".join([*n, w])),
    "the word in the middle": lines(lambda _, w, n: ",".join([*n[:2], w, *n[2:]])),
    "a delimiter at the end": lines(lambda _, w, n: ",".join([w, *n, ""])),
    "a delimiter behind the rows alone": lines(lambda _, w, n: ",".join([w, *n, ""]), HEADER),
    "blanks before all rows": lines(lambda _, w, n: "  " + ",".join([w, *n])),
    "bars around cells": lines(lambda _, w, n: f"| {' | '.join([w, *n])} |"),
    "rows of nothing at the end": lines(lambda _, w, n: ",".join([w, *n]), HEADER) + ",,,,,\n" * 3,
    "comma, then blanks": lines(lambda _, w, n: f"{w},{' '.join(n)}"),
    "semicolon, then commas": lines(lambda _, w, n: f"{w};{','.join(n)}"),
    "tab, then commas": lines(lambda _, w, n: f"{w}\t{','.join(n)}"),
    "tab, then semicolons": lines(lambda _, w, n: f"{w}\t{';'.join(n)}"),
    "blank, then commas": lines(lambda _, w, n: f"{w} {','.join(n)}"),
    "blank, then commas and blanks": lines(lambda _, w, n: f"{w} {', '.join(n)}"),
    "brackets": lines(lambda _, w, n: f"{w} [{', '.join(n)}]"),
    "brackets behind a header": lines(lambda _, w, n: f"{w} [{', '.join(n)}]", "word vector"),
    "brackets behind a colon": lines(lambda _, w, n: f"{w}: [{', '.join(n)}]"),
    "brackets of numpy": lines(lambda _, w, n: f"{w}\t[ {'  '.join(n)}]"),
    "brackets over lines": lines(lambda i, w, n: f"{w}\t[{' '.join(n[:2])}\n {' '.join(n[2:])} ]"),
    "tuples": lines(lambda _, w, n: f"('{w}', [{', '.join(n)}])"),
    "tuples of Spark": lines(lambda _, w, n: f"({w},[{','.join(n)}])"),
    "a list in a cell": lines(lambda _, w, n: quoted([w, f"[{', '.join(n)}]"]), "text,embedding"),
    "a list without quotes": lines(lambda _, w, n: f"{w};[{', '.join(n)}]", "text;embedding"),
    "a list of numpy": lines(lambda _, w, n: f"{w},[{' '.join(n)}]", "text,embedding"),
    "a list of lines": lines(lambda _, w, n: f'{w},"[{" ".join(n[:3])}\n {" ".join(n[3:])}]"', "word,vector"),
    "a list of a list": lines(lambda _, w, n: quoted([w, f"[[{', '.join(n)}]]"]), "word,vector"),
    "numpy's names": lines(
        lambda _, w, n: quoted([w, f"[{', '.join(f'np.float32({x})' for x in n)}]"]), "word,vector"
    ),
    "an array": lines(lambda _, w, n: f"{w}\tarray([{', '.join(n)}], dtype=float32)", "word\tvector"),
    "a tensor": lines(lambda _, w, n: quoted([w, f"tensor([{', '.join(n)}])"]), "word,vector"),
    "tab, blanks and a header": lines(lambda _, w, n: f"{w}\t{' '.join(n)}", "word\tvector"),
}


@pytest.mark.parametrize("name", PLAIN)
def test_a_table_is_read_without_a_word(name: str, tmp_path: Path) -> None:
    assert_read(read(tmp_path, PLAIN[name]))


@pytest.mark.parametrize("name", PLAIN)
def test_crlf_a_mark_and_a_missing_last_newline_do_not_matter(name: str, tmp_path: Path) -> None:
    assert_read(read(tmp_path, b"\xef\xbb\xbf" + PLAIN[name].encode().replace(b"\n", b"\r\n")[:-2]))


@pytest.mark.parametrize("name", PLAIN)
def test_one_format_says_yes_whatever_of_the_file_it_sees(name: str) -> None:
    data = PLAIN[name].encode() * 3
    for size in (len(data), len(data) * 2 // 3):
        head = Head(data[:size], size == len(data))
        known = ["glove" if name in OF_GLOVE else "csv"]
        assert [known for known, form in formats().items() if form.recognise(head)] == known


OF_GLOVE = {"quotes between tabs"}
COUNTS = "the first column counts the rows, and is no part of the words"
LEFT = "no components of the vectors: column {}"


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        (lines(lambda i, w, n: "\t".join([str(i), w, *n])), [COUNTS]),
        (lines(lambda i, w, n: ",".join([w, str(i + 1), *n])), [LEFT.format("2")]),
        (lines(lambda i, w, n: ",".join([str(i), w, *n]), ",word,0,1,2,3,4"), [LEFT.format("1")]),
        (lines(lambda i, w, n: ",".join([w, str(90 - i), *n]), f"word,count,{','.join(NAMES)}"), []),
        (lines(lambda i, w, n: f"{i}\t{w}\t[{' '.join(n)}]"), []),
        (lines(lambda i, w, n: quoted([i, w, f"[{', '.join(n)}]"]), ",text,embedding"), []),
        (lines(lambda i, w, n: f"{w},{i % 2},{' '.join(n)}"), []),
    ],
)  # fmt: skip
def test_what_counts_rows_is_no_component(text: str, notes: list[str], tmp_path: Path) -> None:
    assert_read(read(tmp_path, text), *notes)


@pytest.mark.parametrize("header", [[], [HEADER]])
def test_comments_above_the_rows_are_left_out(header: list[str], tmp_path: Path) -> None:
    text = lines(lambda _, w, n: ",".join([w, *n]), "# trees, of 2020", "# by hand", *header)
    assert_read(read(tmp_path, text), "lines above the rows that begin with #, left out: 2")


@pytest.mark.parametrize(
    "text",
    [
        "{" + ", ".join(f"'{w}': [{', '.join(n)}]" for w, n in zip(WORDS, NUMBERS, strict=True)) + "}",
        lines(lambda _, w, n: f"[{', '.join(n)}]"),
    ],
)
def test_brackets_around_rows_are_no_words(text: str, tmp_path: Path) -> None:
    problem(tmp_path, text)


@pytest.mark.parametrize("header", [[], [",".join(NAMES)], [",".join(map(str, range(5)))]])
def test_a_table_of_numbers_alone_has_its_words_beside_it(header: list[str], tmp_path: Path) -> None:
    text = lines(lambda _, w, n: ",".join(n), *header)
    (tmp_path / "metadata.tsv").write_text("\n".join(WORDS), "utf-8")
    assert_read(read(tmp_path, text), "the words are those of metadata.tsv")
    (tmp_path / "mine.lst").write_text("\n".join(["pine", *WORDS[1:]]), "utf-8")
    loaded = read(tmp_path, text, words_file=str(tmp_path / "mine.lst"))
    assert_read(loaded, words=["pine", *WORDS[1:]])
    (tmp_path / "metadata.tsv").write_text("\n".join(WORDS[1:]), "utf-8")
    assert "rows and 5 words in metadata.tsv" in problem(tmp_path, text).message


def test_an_index_is_no_word_where_a_file_of_words_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.lst").write_text("\n".join(WORDS), "utf-8")
    text = lines(lambda i, w, n: ",".join([str(i), *n]), ",0,1,2,3,4")
    loaded = read(tmp_path, text, words_file=str(tmp_path / "mine.lst"))
    assert_read(loaded, "other columns of a table whose words are beside it, not kept: 'column 1'")


def test_an_odd_row_of_a_table_of_numbers_takes_its_word_along(tmp_path: Path) -> None:
    (tmp_path / "metadata.tsv").write_text("\n".join([*WORDS[:2], "pine", *WORDS[2:]]), "utf-8")
    table = lines(lambda _, w, n: ",".join(n)).splitlines(keepends=True)
    text = "".join([*table[:2], "0.5,x,1,2,3\n", *table[2:]])
    assert_read(read(tmp_path, text), "the words are those of metadata.tsv", "malformed rows left out: 1")


def test_a_doubtful_component_is_a_note(tmp_path: Path) -> None:
    """Without a header a column of counts can't be known for one."""
    loaded = read(tmp_path, lines(lambda i, w, n: ",".join([w, str(70 - i * i), *n])))
    assert loaded.space.dim == 6
    assert loaded.notes == ("read as components, though they hold whole numbers only: column 2",)


@pytest.mark.parametrize("header", ["node_id,x_0,x_1,x_2,x_3,x_4", ",0,1,2,3,4", None])
def test_ids_are_words_where_there_are_no_others(header: str | None, tmp_path: Path) -> None:
    text = lines(lambda i, _, n: ",".join([str(7 * i), *n]), *([header] if header else []))
    name = "'node_id'" if header and "node" in header else "1"
    note = f"there are no words but the numbers of column {name}"
    assert_read(read(tmp_path, text), note, words=[str(7 * i) for i in range(len(WORDS))])


COMMAS = "its numbers are read with decimal commas: 0,5 is a half"


@pytest.mark.parametrize("header", [[], ["Wort;a;b;c;d;e"]])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_commas(header: list[str], delimiter: str, tmp_path: Path) -> None:
    text = lines(lambda _, w, n: ";".join([w, *n]).replace(".", ","), *header).replace(";", delimiter)
    assert_read(read(tmp_path, text), COMMAS)


def test_decimal_commas_in_quotes(tmp_path: Path) -> None:
    text = lines(lambda _, w, n: ",".join([w, *(f'"{x.replace(".", ",")}"' for x in n)]))
    assert_read(read(tmp_path, text), COMMAS)


def test_two_numbers_with_decimal_commas(tmp_path: Path) -> None:
    """Between commas these were rows of equally many cells, too."""
    loaded = read(tmp_path, lines(lambda _, w, n: ";".join([w, *n[:2]]).replace(".", ",")))
    assert list(loaded.space.words()) == WORDS
    np.testing.assert_array_equal(loaded.space.vectors(range(len(WORDS)), np.float32), ROWS[:, :2])


@pytest.mark.parametrize("form", ["1.{:03},5", "1,{:03}.5", "-1.000.{:03},25"])
def test_numbers_in_groups_of_three_are_no_lists(form: str, tmp_path: Path) -> None:
    for some in (0, 4):
        text = lines(
            lambda _, w, n, k=some: ";".join([w, *n[:k], *(form.format(i) for i in range(k, len(n)))])
        )
        assert "is not a number" in problem(tmp_path, text).message


def test_thousands_are_no_components(tmp_path: Path) -> None:
    text = lines(lambda i, w, n: ",".join([w, f'"{i + 1},234"', *n]), f"word,count,{','.join(NAMES)}")
    assert_read(read(tmp_path, text))


# --- GloVe text stays GloVe text ------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        [",", '"', "a,b", "10,000", ";", "x"],
        ["1,000", "10,000", "2,5", "7,25", "99,9", "1,1"],
        ["Paris,France", "Rome,Italy", "Bonn,Germany", "Oslo,Norway", "Lima,Peru", "Bern,Switzerland"],
        ["[", "]", "[UNK]", "[[", '{"', "[]"],
        ["|", "||", "a|NOUN", "b|VERB", "c|NOUN", "d|ADJ"],
        ["a;b", "c;d", "e;f", "g;h", ";", ";;"],
        ["a:", "b:", "c=", "=", ":", "("],
    ],
)
@pytest.mark.parametrize("blank", [" ", "\t"])
def test_a_word_of_glove_text_may_hold_what_divides_tables(
    words: list[str], blank: str, tmp_path: Path
) -> None:
    text = "".join(blank.join([word, *n]) + "\n" for word, n in zip(words, NUMBERS, strict=True))
    head = Head(text.encode(), complete=True)
    assert [known for known, form in formats().items() if form.recognise(head)] == ["glove"]
    assert_read(read(tmp_path, text), words=words)


def test_a_word_may_end_with_a_bracket(tmp_path: Path) -> None:
    assert_read(read(tmp_path, f"x[ {' '.join(NUMBERS[0])}\n"), words=["x["])


def test_items_with_numbers_are_no_lists(tmp_path: Path) -> None:
    text = "".join(",".join([f"item {3 * i}", *n]) + "\n" for i, n in enumerate(NUMBERS))
    assert_read(read(tmp_path, text), words=[f"item {3 * i}" for i in range(len(WORDS))])


# --- quotes ---------------------------------------------------------------------------------------


def test_words_in_quotes(tmp_path: Path) -> None:
    words = ["a,b", '"', 'say "hi"', "'", " edge ", "\tx"]
    assert_read(read(tmp_path, as_csv(words, ROWS)), words=words)
    assert_read(read(tmp_path, as_csv(words, ROWS, "\t")), words=words)


def test_quotes_that_are_none(tmp_path: Path) -> None:
    """Whoever writes without a csv library leaves them alone."""
    words = ['"', 'a"b', '5" disk', '"x', 'y"', "'"]
    text = "".join(",".join([word, *n]) + "\n" for word, n in zip(words, NUMBERS, strict=True))
    assert_read(read(tmp_path, text), words=words)


def test_line_ends_in_a_text_are_blanks(tmp_path: Path) -> None:
    texts = ["one\ntwo", "three", "four\r\n\r\nfive, six", "seven", 'eig"\n"ht', "nine"]
    words = ["one two", "three", "four five, six", "seven", 'eig" "ht', "nine"]
    note = "words with line ends, which are read as blanks: 3"
    assert_read(read(tmp_path, as_csv(texts, ROWS)), note, words=words)
    listed = [quoted([w, f"[{', '.join(n)}]"]) for w, n in zip(texts, NUMBERS, strict=True)]
    assert_read(read(tmp_path, "text,embedding\n" + "\n".join(listed)), note, words=words)


def test_a_text_that_goes_over_a_border_of_pieces(tmp_path: Path) -> None:
    count = 30_000
    rows = np.random.default_rng(3).normal(size=(count, 3)).astype(np.float32)
    texts = [f"line {i}\nof {i}, or so" for i in range(count)]
    loaded = read(tmp_path, as_csv(texts, rows))
    assert list(loaded.space.words()) == [text.replace("\n", " ") for text in texts]
    np.testing.assert_array_equal(loaded.space.vectors(range(count), np.float32), rows)


@pytest.mark.parametrize("opening", ['"king', "king,[0.1", '"', '""""'])
def test_what_opens_and_never_ends_is_a_malformed_row(opening: str, tmp_path: Path) -> None:
    loaded = read(tmp_path, PLAIN["a header"] + f"{opening}\n")
    assert_read(loaded, "malformed rows left out: 1")


@pytest.mark.slow
def test_a_quote_without_end_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "open.csv.gz"
    with gzip.open(path, "wb", 1) as stream:
        stream.write(PLAIN["a header"].encode() + PLAIN["commas"].encode() * 4 + b'"')
        for _ in range(12):
            stream.write(b"and so on, and on\n" * 60_000)
    # Its rows would take 150 MB more than the 150 that it takes however many they are.
    taken = bounded("-m", path, "oak", memory=250 * MB)
    assert taken.code == 4
    assert "has 2 cells, 6 are expected" in taken.err


# --- odd rows -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("pine,1,2", "has 3 cells, 6 are expected"),
        ("pine,1,2,3,4,5,6", "has at least 7 cells, 6 are expected"),
        ("pine,1,2,x,4,5", "'x' is not a number where number 3 of 5 is expected"),
        ("pine,1,2,,4,5", "nothing stands where number 3 of 5 is expected"),
        ("pine", "has 1 cell, 6 are expected"),
    ],
)
def test_16_an_odd_row_of_a_table(row: str, why: str, tmp_path: Path) -> None:
    text = PLAIN["a header"] + row + "\n"
    assert_read(read(tmp_path, text), "malformed rows left out: 1")
    found = problem(tmp_path, text, strict=True)
    assert why in found.message
    assert found.where.endswith(":8")
    many = problem(tmp_path, text + f"{row}\n" * 2)
    assert "so are 3 of" in many.message
    assert_read(read(tmp_path, text + row, skip_bad_rows=True), "malformed rows left out: 2")


def test_a_list_that_was_cut_when_it_was_printed(tmp_path: Path) -> None:
    text = lines(lambda _, w, n: f"{w},[{n[0]} {n[1]} ... {n[4]}]", "text,embedding")
    assert "numbers left out (...)" in problem(tmp_path, text).message


def test_numbers_that_are_not_finite_and_words_twice(tmp_path: Path) -> None:
    loaded = read(tmp_path, PLAIN["a header"] + f"x,nan,1,2,3,4\noak,{','.join(NUMBERS[1])}\n")
    assert_read(
        loaded,
        "rows with numbers that are not finite, left out: 1",
        "duplicate words left out, the first row of each kept: 1",
    )


# --- which columns --------------------------------------------------------------------------------

BOTH = lines(
    lambda i, w, n: quoted([f"t{i}", w, i, f"[{', '.join(n)}]", "[1.5, 2.5]"]), "title,lemma,n,full,small"
)


def test_a_column_is_named(tmp_path: Path) -> None:
    assert "which column of vectors is meant" in problem(tmp_path, BOTH).message
    word = "the words are from the column 'title'; other columns: 'lemma' (text)"
    loaded = read(tmp_path, BOTH, "full")
    assert_read(loaded, word, words=[f"t{i}" for i in range(len(WORDS))])
    assert read(tmp_path, BOTH, "small").space.dim == 2
    one = BOTH.replace("full", "vector")
    assert_read(
        read(tmp_path, one, "lemma"), "the column of vectors 'vector' is read, and not 'small' (lists of 2)"
    )
    assert "it holds 'title' (text), 'lemma' (text)" in problem(tmp_path, BOTH, "?").message
    assert "there is no column 'x'" in problem(tmp_path, BOTH, "x").message


def test_one_of_several_texts_must_be_clear(tmp_path: Path) -> None:
    text = lines(lambda i, w, n: ",".join([w, f"p{i % 2}", *n]), f"lemma,pos,{','.join(NAMES)}")
    assert "it is not clear which column of words is meant" in problem(tmp_path, text).message
    assert_read(read(tmp_path, text, "lemma"))


def test_marks_of_several_judges_are_no_model(tmp_path: Path) -> None:
    """As WordSim-353 has them: its first line names columns, though most names are numbers."""
    text = lines(lambda _, w, n: ",".join([w, "tree", *n]), "Word 1,Word 2,Mean,1,2,3,4").replace(
        "New York,tree", "New York,town"
    )
    assert (
        "it is not clear which column of words is meant: it holds 'Word 1'" in problem(tmp_path, text).message
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\xbb\xe8,\0\n\xbb,\xe8\n\xbb,\xbb\n", "not a file of word vectors"),
        ("a;b\noak;elm\nash;pine\n", "this version can't read a table without vectors"),
        ("w1,w2,score\noak,elm,1.5\nash,pine,2.5\n", "this version can't read a table without vectors"),
        ("userId,movieId,tag,timestamp\n1,2,fun,3\n1,4,sad,5\n", "this version can't read a table without"),
        ("Hello, world\nthis, is\nprose, or not\n", "not a file of word vectors"),
        (lines(lambda _, w, n: ",".join(n)), "holds rows and no words"),
        (lines(lambda _, w, n: ",".join(n), ",".join(NAMES)), "holds rows and no words"),
    ],
)
def test_a_table_that_is_no_model_says_so(text: str, message: str, tmp_path: Path) -> None:
    assert problem(tmp_path, text).message.startswith(message)


def test_the_command_line_reads_a_table_and_writes_one(tmp_path: Path) -> None:
    path = tmp_path / "trees.csv"
    path.write_text(BOTH, "utf-8")
    done = vecalc("-m", f"{path}#full", "t1", "-k", 1, "--norm", "raw")
    assert done.code == 0
    assert "the words are from the column 'title'" in done.err
    assert vecalc("convert", f"{path}#full", tmp_path / "out.csv").code == 0
    first = (tmp_path / "out.csv").read_text("utf-8").splitlines()[:2]
    assert first[0] == "word,0,1,2,3,4,lemma,n"
    assert first[1].startswith("t0,")


# --- wide rows ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("width", [3_000, 8_000])
@pytest.mark.parametrize("form", ["cells", "header", "list", "brackets"])
def test_a_row_may_be_wider_than_the_head_of_a_file(width: int, form: str, tmp_path: Path) -> None:
    rows = np.random.default_rng(4).normal(size=(4, width)).astype(np.float32)
    if form in ("cells", "header"):
        data = as_csv(WORDS[:4], rows, header=form == "header")
    elif form == "list":
        some = [quoted([w, str(row)]) for w, row in zip(WORDS, rows.tolist(), strict=False)]
        data = "\n".join(["text,embedding", *some]).encode()
    else:
        data = "".join(f"{w} {row}\n" for w, row in zip(WORDS, rows.tolist(), strict=False)).encode()
    loaded = read(tmp_path, data)
    assert list(loaded.space.words()) == WORDS[:4]
    np.testing.assert_array_equal(loaded.space.vectors(range(4), np.float32), rows)


@pytest.mark.parametrize("words", [["1 2", "3 4", "5 6"], ["1", "2", "3"], ["[1, 2]", "nan", "0,5"]])
def test_a_column_called_word_holds_words_whatever_they_look_like(words: list[str], tmp_path: Path) -> None:
    assert_read(read(tmp_path, as_csv(words, ROWS[:3])), words=words)
