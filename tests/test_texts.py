"""Texts of vectors as people have them: lines of names, counts, quotes, no words, other encodings, cut files.

Every kind is read through `load`, and `models check` has to show it.
"""

from __future__ import annotations

import gzip
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from running import vecalc
from vector_files import File, file

from vecalc.codecs.text_lines import OLD_ENDS
from vecalc.errors import FileProblem, UsageError
from vecalc.formats.known import formats
from vecalc.formats.load import Loaded, load
from vecalc.formats.save import save
from vecalc.formats.text_kinds import is_printed
from vecalc.formats.text_layout import NUMERIC_WORDS, SEVERAL_COLUMNS, SEVERAL_FIELDS, WORDLESS_ROWS
from vecalc.sources import Head
from vecalc.space.matrix import MatrixSpace

__all__ = ["file"]  # a fixture

WORDS = ["king", "queen", "man", "woman", "paris", "france", "rome", "italy", "dog", "cat"]
ROWS = np.random.default_rng(11).normal(size=(10, 6)).round(4).astype(np.float32)
HEADER = b"10 6\n"
Change = Callable[[bytes], bytes]


def text(
    words: Sequence[str] = WORDS, rows: np.ndarray = ROWS, sep: str = " ", form: str = "{:.4f}"
) -> bytes:
    """Lines of a word and its numbers."""
    lines = (sep.join([word, *map(form.format, row)]) for word, row in zip(words, rows.tolist(), strict=True))
    return "".join(f"{line}\n" for line in lines).encode()


def numbers(rows: np.ndarray = ROWS, sep: str = "\t", form: str = "{:.4f}") -> bytes:
    """Lines of numbers alone."""
    return "".join(sep.join(map(form.format, row)) + "\n" for row in rows.tolist()).encode()


def assert_read(loaded: Loaded, words: Sequence[str] = WORDS, rows: np.ndarray = ROWS) -> None:
    assert list(loaded.space.words()) == list(words)
    np.testing.assert_array_equal(loaded.space.vectors(range(len(words)), np.float32), rows)


def problem(path: Path, **reading: object) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        load(path, **reading)
    assert caught.value.hint
    return caught.value


def checked(path: Path) -> str:
    """What `models check` says of a file."""
    done = vecalc("models", "check", path, "--format", "plain")
    assert done.code in (0, 1), done
    return done.out


# --- what stands above the rows ------------------------------------------------------------------

TITLES = [
    b"word dim0 dim1 dim2 dim3 dim4 dim5",
    b"word 0 1 2 3 4 5",
    b"word 1 2 3 4 5 6",
    b" 0 1 2 3 4 5",
    b'"" "V1" "V2" "V3" "V4" "V5" "V6"',
    b'"V1" "V2" "V3" "V4" "V5" "V6"',
    b"d0 d1 d2 d3 d4 d5",
    b"word vector",
    b"# vectors of ten words",
    b"10 6 35",
]


@pytest.mark.parametrize("sep", [" ", "\t"])
@pytest.mark.parametrize("title", TITLES)
def test_a_first_line_of_names_is_left_out(file: File, title: bytes, sep: str) -> None:
    path = file(title.replace(b" ", sep.encode()) + b"\n" + text(sep=sep))
    for strict in (False, True):
        loaded = load(path, strict=strict)
        assert_read(loaded)
        assert len(loaded.notes) == 1
        assert loaded.notes[0].startswith("the first line is a header: '")
    assert "the first line is a header" in checked(path)


@pytest.mark.parametrize(
    "first", [b"word 0 1 2 3 4 7", b"word 2 3 4 5 6 7", b"word 0.0 1.0 2.0 3.0 4.0 5.0", b"0 0.5 1 2 3 4 5"]
)
def test_a_row_of_small_numbers_is_a_row(file: File, first: bytes) -> None:
    loaded = load(file(first + b"\n" + text()))
    assert (len(loaded.space), loaded.notes) == (11, ())


def test_a_row_that_counts_among_such_rows_is_a_row(file: File) -> None:
    assert load(file(b"the 0 1 2\nking 5 4 3\nman 7 8 9\n")).space.word(0) == "the"


def test_names_of_columns_may_begin_with_any_number(file: File) -> None:
    loaded = load(file(b"word 1990 1991 1992 1993 1994 1995\n" + text()))
    assert_read(loaded)
    assert len(loaded.notes) == 1


def test_blank_lines_stand_above_the_names(file: File) -> None:
    loaded = load(file(b"\n\nword a b c d e f\n" + text()))
    assert_read(loaded)
    assert load(file(HEADER + b"word a b c d e f\n" + text())).space.word(0) == "king"


# --- what stands around the words ----------------------------------------------------------------


@pytest.mark.parametrize("header", [b"", HEADER])
@pytest.mark.parametrize("sep", [" ", "\t"])
@pytest.mark.parametrize("start", [0, 1, 1000])
def test_a_column_that_counts_up_is_no_part_of_the_words(
    file: File, header: bytes, sep: str, start: int
) -> None:
    words = ["new york", "1984", *WORDS[2:]] if sep == "\t" else WORDS
    path = file(header + text([f"{i}{sep}{word}" for i, word in enumerate(words, start)], sep=sep))
    loaded = load(path)
    assert_read(loaded, words)
    assert loaded.notes == ("the first column counts the rows, and is no part of the words",)
    assert loaded.notes[0] in checked(path)


def test_an_odd_row_does_not_hide_that_a_column_counts(file: File) -> None:
    lines = text(
        [f"{i} {word}" for i, word in enumerate([*WORDS, "horse"], 1)], np.vstack([ROWS, ROWS[:1]])
    ).split(b"\n")
    lines[2] = b"3 man 0.5"
    loaded = load(file(b"\n".join(lines)))
    assert_read(loaded, [*WORDS[:2], *WORDS[3:], "horse"], np.vstack([ROWS[:2], ROWS[3:], ROWS[:1]]))
    assert "malformed rows left out: 1" in loaded.notes


def test_numbers_in_another_order_are_part_of_the_words(file: File) -> None:
    words = [f"{i} {word}" for i, word in zip([3, 1, 2, 5, 4, 6, 8, 7, 9, 0], WORDS, strict=True)]
    loaded = load(file(text(words)))
    assert_read(loaded, words)


@pytest.mark.parametrize("header", [b"", HEADER])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_quotes_around_all_words_are_taken_off(file: File, header: bytes, quote: str) -> None:
    words = ["new york", "it's", 'say "hi"', "", *WORDS[4:]]
    written = ["new york", "it\\'s" if quote == "'" else "it's", words[2], "", *WORDS[4:]]
    written[2] = words[2].replace('"', '\\"') if quote == '"' else words[2]
    path = file(header + text([quote + word + quote for word in written]))
    loaded = load(path)
    assert list(loaded.space.words()) == [word for word in words if word]
    assert "the quotes around all words are no part of them" in loaded.notes
    assert "the quotes around all words are no part of them" in checked(path)


@pytest.mark.parametrize("header", [b"", HEADER])
@pytest.mark.parametrize(("before", "behind", "what"), [("  ", "", "blanks before"), ("", ":", ": behind")])
def test_what_stands_around_all_words_is_no_part_of_them(
    file: File, header: bytes, before: str, behind: str, what: str
) -> None:
    loaded = load(file(header + text([f"{before}{word}{behind}" for word in WORDS])))
    assert_read(loaded)
    (note,) = loaded.notes
    assert what in note
    words = [f"{before}{word}{behind}" if i else word for i, word in enumerate(WORDS)]
    assert_read(load(file(header + text(words))), words)


def test_doubled_quotes_are_one(file: File) -> None:
    assert load(file(text(['"a""b"', *(f'"{word}"' for word in WORDS[1:])]))).space.word(0) == 'a"b'


def test_several_columns_before_the_numbers_are_remarked_on(file: File) -> None:
    words = [f"{word}\tnoun" for word in WORDS]  # and blanks between the numbers, so that it is no table
    path = file(text(words))
    loaded = load(path)
    assert_read(loaded, words)
    assert loaded.notes == (SEVERAL_COLUMNS,)
    assert SEVERAL_COLUMNS in checked(path)


@pytest.mark.parametrize("header", [b"", HEADER])
def test_several_fields_before_the_numbers_are_remarked_on(file: File, header: bytes) -> None:
    words = [f"{5000 - 7 * i} {word}" for i, word in enumerate(WORDS)]
    loaded = load(file(header + text(words)))
    assert_read(loaded, words)
    assert loaded.notes == (SEVERAL_FIELDS,)


def test_between_tabs_a_word_may_end_in_a_number(file: File) -> None:
    words = [f"{word} {i}" for i, word in enumerate(WORDS)]
    loaded = load(file(text(words, sep="\t")))
    assert_read(loaded, words)
    assert loaded.notes == ()


def test_quotes_of_some_words_are_theirs(file: File) -> None:
    words = ['"', '"king"', '"queen"', *WORDS[3:]]
    loaded = load(file(text(words)))
    assert_read(loaded, words)
    assert loaded.notes == ()


def test_words_of_blanks_do_not_change_the_width(file: File) -> None:
    words = ["\t", " ", "\r", "x", "y"]
    assert_read(load(file(text(words, ROWS[:5]))), words, ROWS[:5])


def test_a_blank_and_a_number_too_many_are_no_word(file: File) -> None:
    loaded = load(file(b"the 1 2 3\n  0.1 0.2 0.3 0.4\nking 4 5 6\n"))
    assert list(loaded.space.words()) == ["the", "king"]
    assert loaded.notes == ("malformed rows left out: 1",)


# --- rows without words --------------------------------------------------------------------------


@pytest.mark.parametrize("sep", [" ", "\t"])
@pytest.mark.parametrize("form", ["{:.4f}", "{:.6e}", "{!r}", "{:+.5f}"])
@pytest.mark.parametrize("above", [b"", HEADER, b"0 1 2 3 4 5\n"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_rows_of_numbers_have_their_words_beside_them(
    tmp_path: Path, sep: str, form: str, above: bytes, pack: Change
) -> None:
    path = tmp_path / "vectors.tsv"
    path.write_bytes(pack(above.replace(b" ", sep.encode()) + numbers(sep=sep, form=form)))
    (tmp_path / "words.txt").write_text("\n".join(WORDS))
    loaded = load(path)
    assert_read(loaded)
    assert (WORDLESS_ROWS in loaded.notes) == (above != HEADER)
    assert (WORDLESS_ROWS in checked(path)) == (above != HEADER)


@pytest.mark.parametrize("above", [b"", HEADER, b"# a comment\n"])
def test_rows_in_columns_are_rows(tmp_path: Path, above: bytes) -> None:
    (tmp_path / "rows.txt").write_bytes(above + numbers(sep="  ", form="{:9.4f}"))
    (tmp_path / "words.txt").write_text("\n".join(WORDS))
    assert_read(load(tmp_path / "rows.txt"))


@pytest.mark.parametrize("rows", [ROWS, np.abs(ROWS), 100 * ROWS])
@pytest.mark.parametrize("above", [b"", HEADER])
def test_rows_of_numbers_without_any_words_are_refused(file: File, rows: np.ndarray, above: bytes) -> None:
    path = file(above + numbers(rows))
    assert "holds rows and no words" in problem(path).message
    assert "holds rows and no words" in checked(path)
    assert ("if the first numbers are words" in problem(path).hint) == (not above)


def test_rows_that_repeat_their_first_numbers_have_no_words(file: File) -> None:
    rows = np.random.default_rng(5).integers(0, 2, (40, 6))
    assert "holds rows and no words" in problem(file(numbers(rows, form="{}"))).message


def test_whole_numbers_below_zero_are_no_words(file: File) -> None:
    rows = np.random.default_rng(5).integers(-128, 128, (40, 6))
    assert "holds rows and no words" in problem(file(numbers(rows, form="{}"))).message


IDS = {
    "below nought": [str(-i) for i in range(1, 11)],
    "numbers": [str(i) for i in range(20, 10, -1)],
    "years": [str(i) for i in range(1990, 2000)],
    "from nought": [str(i) for i in range(10)],
    "codes of diseases": [f"{401 + i}.{i}" for i in range(10)],
    "chapters": [f"{i}.{j}" for i in (1, 2) for j in range(5)],
    "one below nought": ["-1", *map(str, range(9))],
}


@pytest.mark.parametrize("header", [b"", HEADER])
@pytest.mark.parametrize("kind", IDS)
def test_numbers_are_words(file: File, kind: str, header: bytes) -> None:
    """The third example of numbers as words has a header that decides."""
    path = file(header + text(IDS[kind]))
    loaded = load(path)
    assert_read(loaded, IDS[kind])
    odd = kind in ("codes of diseases", "chapters") and not header
    assert loaded.notes == ((NUMERIC_WORDS,) if odd else ())


def test_whole_numbers_before_whole_numbers_are_doubtful_words(file: File) -> None:
    rows = np.random.default_rng(5).integers(0, 9999, (40, 6))
    assert load(file(numbers(rows, form="{}"))).notes == (NUMERIC_WORDS,)


def test_two_rows_of_numbers_are_too_few_to_tell(file: File) -> None:
    assert load(file(numbers(ROWS[:2]))).notes == (NUMERIC_WORDS,)


def test_a_header_tells_any_numbers_from_words(file: File) -> None:
    words = [f"{value:.4f}" for value in ROWS[:, 3]]
    loaded = load(file(HEADER + text(words)))
    assert_read(loaded, words)
    assert loaded.notes == ()


def test_odd_rows_of_numbers_leave_their_words_out(tmp_path: Path) -> None:
    lines = numbers().split(b"\n")
    lines[1] = b"0.1\t0.2"
    lines[2] = lines[2].replace(lines[2].split(b"\t")[1], b"zwei")
    (tmp_path / "rows.tsv").write_bytes(b"\n".join([b"", *lines[:5], b"", *lines[5:]]))
    (tmp_path / "words.txt").write_text("\n".join(WORDS))
    left = [0, *range(3, 10)]
    assert_read(load(tmp_path / "rows.tsv", skip_bad_rows=True), [WORDS[i] for i in left], ROWS[left])
    said = problem(tmp_path / "rows.tsv")
    assert said.message.startswith("the row '0.1 0.2' has 2 numbers, 6 are expected; so are 2 of 10 rows")
    lines[1] = numbers().split(b"\n")[1]
    (tmp_path / "rows.tsv").write_bytes(b"\n".join(lines))
    loaded = load(tmp_path / "rows.tsv")
    left = [0, 1, *range(3, 10)]
    assert_read(loaded, [WORDS[i] for i in left], ROWS[left])
    assert "malformed rows left out: 1" in loaded.notes
    column = len(lines[2].split(b"\t")[0]) + 2
    said = problem(tmp_path / "rows.tsv", strict=True)
    assert said.where == f"{tmp_path / 'rows.tsv'}:3:{column}"
    assert said.message == "'zwei' is not a number (field 2 of 6)"


@pytest.mark.parametrize("last", [b"0.1\t0.2\n", b"0.1\t0.2\t0.3\t0.4\t0.5\t0.6\t0.7\n"])
def test_the_last_of_the_rows_of_numbers_may_be_odd(tmp_path: Path, last: bytes) -> None:
    (tmp_path / "rows.tsv").write_bytes(numbers() + last)
    (tmp_path / "words.txt").write_text("\n".join([*WORDS, "horse"]))
    assert_read(load(tmp_path / "rows.tsv"))


def test_a_list_of_words_is_as_long_as_the_rows(tmp_path: Path) -> None:
    (tmp_path / "rows.tsv").write_bytes(numbers())
    (tmp_path / "words.txt").write_text("\n".join(WORDS[:5]))
    assert "10 rows and 5 words" in problem(tmp_path / "rows.tsv").message


# --- a column of counts --------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [2_000, 100_000])
@pytest.mark.parametrize("header", [b"", b"10 7\n"])
def test_a_column_of_counts_is_remarked_on(file: File, header: bytes, scale: int) -> None:
    counts = (scale / np.arange(1, 11)).round()
    path = file(header + text(rows=np.column_stack([counts, ROWS]), form="{:.6g}"))
    (note,) = load(path).notes
    assert note.startswith("component 1 is ")
    assert note.endswith(" times as large as any other; a column of counts?")
    assert note in checked(path)


@pytest.mark.parametrize("where", [0, 6])
def test_whole_numbers_among_fractions_are_remarked_on(file: File, where: int) -> None:
    def rows(column: Sequence[int]) -> np.ndarray:
        return np.insert(ROWS, where, column, axis=1)

    (note,) = load(file(text(rows=rows([3, 1, 2] * 3 + [1]), form="{:.6g}"))).notes
    assert note.startswith(f"component {where + 1} is a whole number in all rows")
    assert load(file(text(rows=rows([1] * 10), form="{:.6g}"))).notes == ()
    two = np.insert(rows([3, 1, 2] * 3 + [1]), 0, range(10), axis=1)
    assert load(file(text(rows=two, form="{:.6g}"))).notes == ()


def test_a_component_out_of_all_proportion_is_remarked_on(file: File) -> None:
    rows = ROWS.copy()
    rows[:, 3] = 5000 + rows[:, 3]
    (note,) = load(file(text(rows=rows))).notes
    assert note.startswith("component 4 is ")
    rows[:, 3] = 30 + ROWS[:, 3]
    assert load(file(text(rows=rows))).notes == ()


# --- more rows promised than there are; cut files ------------------------------------------------


@pytest.mark.parametrize("header", [b"11 6\n", b"1000000 6\n", b"3000000 300\n"])
def test_the_head_of_a_file_is_read(file: File, header: bytes) -> None:
    width = int(header.split()[1])
    rows = np.random.default_rng(2).normal(size=(10, width)).round(4).astype(np.float32)
    path = file(header + text(rows=rows))
    loaded = load(path)
    assert_read(loaded, WORDS, rows)
    promised = f"the header promises {int(header.split()[0]):,} rows"
    assert loaded.notes == (f"{promised}, the file has 10",)
    assert loaded.notes[0] in checked(path)
    assert promised.removeprefix("the header promises ") in problem(path, strict=True).message
    done = vecalc("-m", path, "--first", 5, "-k", 1, "king")
    assert (done.code, len(done.out.splitlines())) == (0, 1)


@pytest.mark.slow
@pytest.mark.parametrize("header", [b"", HEADER, b"12 6\n"])
def test_a_file_that_ends_inside_a_row_is_damaged(file: File, header: bytes) -> None:
    whole = header + text()
    row = whole.rindex(b"\ncat") + 1
    for end in range(row + 1, len(whole) - len(b" 0.1234\n")):
        said = problem(path := file(whole[:end]))
        assert said.message.endswith("the file ends inside this row") or "promises" in said.message
        assert "ends inside" in checked(path) or "malformed" in checked(path) or "promises" in checked(path)


def test_a_last_row_without_a_newline_may_be_cut_when_more_are_promised(file: File) -> None:
    assert "promises 12 rows" in problem(file(b"12 6\n" + text()[:-1])).message
    assert_read(load(file(HEADER + text()[:-1])))


# --- line ends -----------------------------------------------------------------------------------


@pytest.mark.parametrize("above", [b"", HEADER, b"word 0 1 2 3 4 5\n"])
@pytest.mark.parametrize("last", [b"", b"\n"])
def test_carriage_returns_alone_end_lines(file: File, above: bytes, last: bytes) -> None:
    path = file((above + text().removesuffix(b"\n") + last).replace(b"\n", b"\r"))
    loaded = load(path)
    assert_read(loaded)
    assert OLD_ENDS in loaded.notes
    assert OLD_ENDS in checked(path)


def test_a_large_file_of_carriage_returns(file: File) -> None:
    rows = np.random.default_rng(1).normal(size=(30_000, 8)).round(5).astype(np.float32)
    words = [f"word{i}" for i in range(len(rows))]
    path = file(text(words, rows, form="{:.5f}").replace(b"\n", b"\r"))
    assert path.stat().st_size > 2 << 20
    assert_read(load(path), words, rows)


def test_a_carriage_return_among_newlines_is_a_word(file: File) -> None:
    loaded = load(file(b"the 1 2\n\r 3 4\nking 5 6\n"))
    assert list(loaded.space.words()) == ["the", "\r", "king"]
    assert "words with control characters" in checked(file(b"the 1 2\n\r 3 4\nking 5 6\n"))


# --- words that end in numbers -------------------------------------------------------------------

TITLED = [*WORDS[:8], "Toy Story 2", "windows 95"]


def test_a_header_tells_where_a_word_ends(file: File) -> None:
    path = file(HEADER + text(TITLED))
    loaded = load(path)
    assert_read(loaded, TITLED)
    assert loaded.notes == ("words that end in a number, told from the row by the header's width: 2",)
    assert loaded.notes[0] in checked(path)
    assert "the row 'Toy Story 2 " in problem(path, strict=True).message


def test_a_header_tells_where_a_word_ends_in_any_encoding(file: File) -> None:
    words = ["le château", "château 2", *WORDS[2:]]
    path = file(HEADER + text(words).decode().encode("latin-1"))
    assert_read(load(path, encoding="latin-1"), words)


def test_few_words_end_in_a_number_with_a_point(file: File) -> None:
    """More of them, and the header may as well have the wrong width."""
    assert_read(load(file(HEADER + text([*WORDS[:9], "windows 3.1"]))), [*WORDS[:9], "windows 3.1"])
    said = problem(file(HEADER + text([*WORDS[:7], "windows 3.1", "web 2.0", "-1 -2"])))
    assert "so are 3 of 10 rows" in said.message


@pytest.mark.parametrize("header", [b"0 6\n", b"-5 6\n", b"10 -6\n", b"10 0\n", b"9999999999 6\n"])
def test_a_header_of_rows_of_numbers_is_checked(tmp_path: Path, header: bytes) -> None:
    (tmp_path / "rows.txt").write_bytes(header + numbers(sep=" "))
    (tmp_path / "words.txt").write_text("\n".join(WORDS))
    problem(tmp_path / "rows.txt")


def test_without_a_header_such_a_row_is_odd(file: File) -> None:
    words = [*WORDS[:9], "windows 95"]
    loaded = load(file(text(words)))
    assert_read(loaded, WORDS[:9], ROWS[:9])
    assert loaded.notes == ("malformed rows left out: 1",)


def test_all_titles_may_end_in_their_years(file: File) -> None:
    words = [f"{word} {1990 + i}" if i % 3 else f"the {word} {1990 + i}" for i, word in enumerate(WORDS)]
    assert_read(load(file(HEADER + text(words))), words)


@pytest.mark.parametrize("width", [3, 5, 7])
def test_a_header_with_another_width_is_wrong(file: File, width: int) -> None:
    path = file(b"10 %d\n" % width + text())
    assert problem(path).message == f"the header says {width} numbers in a row, the rows have 6"
    assert f"the header says {width} numbers in a row" in checked(path)


def test_whole_numbers_behind_all_words_are_no_words(file: File) -> None:
    rows = np.column_stack([np.arange(1000, 1010), ROWS])
    assert "the rows have 7" in problem(file(HEADER + text(rows=rows, form="{:.6g}"))).message


# --- kinds that are named ------------------------------------------------------------------------


@pytest.mark.parametrize("header", [b"", HEADER, b"word a b c d e f\n"])
@pytest.mark.parametrize("sep", [" ", "\t"])
@pytest.mark.parametrize("form", ["{:.4f}", "{:.6e}", "{:.3g}"])
def test_decimal_commas_are_named_and_converted(tmp_path: Path, header: bytes, sep: str, form: str) -> None:
    path = tmp_path / "model"
    body = text(sep=sep, form=form)
    path.write_bytes(header + body.replace(b".", b","))
    if sep == "\t" and header != HEADER:  # a table, whose cells are told apart
        loaded = load(path)
        assert "its numbers are read with decimal commas: 0,5 is a half" in loaded.notes
        np.testing.assert_allclose(loaded.space.vectors(range(10)), ROWS, rtol=0.02)
        return
    assert "decimal commas" in problem(path).message
    assert "decimal commas" in checked(path)
    command = problem(path).hint.partition(" makes ")[0].replace("FILE", "model").replace("NEW", "new")
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)  # noqa: S602 - what users are told to do
    np.testing.assert_allclose(load(tmp_path / "new").space.vectors(range(10)), ROWS, rtol=0.02)


@pytest.mark.parametrize("header", [b"", b"10 300000\n", b"10 500\n"])
def test_sparse_rows_are_named(file: File, header: bytes) -> None:
    lines = [f"{word} " + " ".join(f"{i * 7}:{0.1 * i:.4f}" for i in range(1, 9)) for word in WORDS]
    path = file(header + "\n".join(lines).encode() + b"\n")
    assert "sparse vectors (index:value)" in problem(path).message
    assert "dense" in problem(path).hint
    assert "sparse vectors" in checked(path)


@pytest.mark.parametrize("before", ["{i}\t{word}\t", "{word} ", "{word}\t"])
@pytest.mark.parametrize("above", ["", "id\tword\tvector\n"])
def test_printed_arrays_are_read(tmp_path: Path, before: str, above: str) -> None:
    rows = np.random.default_rng(3).normal(size=(10, 20)).astype(np.float32)
    lines = [
        before.format(i=i, word=word) + str(row)
        for i, (word, row) in enumerate(zip(WORDS, rows, strict=True))
    ]
    path = tmp_path / "model"
    path.write_text(above + "\n".join(lines) + "\n")
    loaded = load(path)
    assert list(loaded.space.words()) == WORDS
    np.testing.assert_allclose(loaded.space.vectors(range(10)), rows, rtol=1e-6)


def test_a_printed_array_in_a_cell_of_a_table_is_not_for_texts_to_judge() -> None:
    assert is_printed(b"king,[ 0.1  0.2\n 0.3]\n")
    assert not is_printed(b'king,"[ 0.1  0.2\n 0.3]"\n')


def test_arrays_of_which_numbers_are_left_out_are_lost(file: File) -> None:
    row = np.random.default_rng(3).normal(size=2000)
    said = problem(file("".join(f"{word} {row}\n" for word in WORDS).encode()))
    assert "printed" in said.message
    assert "numpy.save" in said.hint


def test_a_comma_behind_the_word_is_no_blank(file: File) -> None:
    data = text().replace(b" ", b",", 1).replace(b"\n", b"\n")
    lines = [line.replace(b" ", b",", 1) for line in text().splitlines(keepends=True)]
    assert not formats()["glove"].recognise(Head(b"".join(lines), complete=True))
    assert formats()["glove"].recognise(Head(data, complete=True))


@pytest.mark.parametrize("word", [b",%bx", b"1:%bx", b"[%b", b"%b.%be"])
def test_long_fields_take_no_time(file: File, word: bytes) -> None:
    word = word.replace(b"%b", b"1" * 60_000)
    lines = b"".join(b"%b %b 0.5 %b\n" % (word, word, word) for _ in range(20))
    started = time.process_time()
    problem(file(lines))
    problem(file(HEADER + lines))
    assert time.process_time() - started < 2


# --- encodings -----------------------------------------------------------------------------------

IN = {
    "latin-1": ["café", "élève", "naïve", "Müller", "garçon", "Straße"],
    "cp1252": ["don’t", "café", "l’été", "œuvre"],
    "cp1251": ["король", "королева", "мужчина", "женщина", "париж"],
    "koi8-r": ["король", "королева", "мужчина", "женщина", "париж"],
    "gbk": ["国王", "皇后", "男人", "女人", "计算机"],
    "big5": ["國王", "皇后", "男人", "女人", "電腦"],
    "shift_jis": ["王様", "女王", "コンピュータ", "ひらがな"],
    "euc_kr": ["여왕", "남자", "여자", "컴퓨터"],
}


@pytest.mark.parametrize("form", ["glove", "word2vec_text", "word2vec_binary", "npy"])
@pytest.mark.parametrize("encoding", IN)
def test_words_in_another_encoding(tmp_path: Path, encoding: str, form: str) -> None:
    words = [*IN[encoding], *WORDS[len(IN[encoding]) :]]
    raw = [word.encode(encoding) for word in words]
    path = tmp_path / "model"
    if form == "npy":
        np.save(path := tmp_path / "model.npy", ROWS)
        (tmp_path / "model.words").write_bytes(b"\n".join(raw) + b"\n")
    elif form == "word2vec_binary":
        path.write_bytes(HEADER + b"".join(w + b" " + r.tobytes() for w, r in zip(raw, ROWS, strict=True)))
    else:
        lines = [w + b" " + n for w, n in zip(raw, numbers(sep=" ").splitlines(keepends=True), strict=True)]
        path.write_bytes(HEADER * (form == "word2vec_text") + b"".join(lines))
    loaded = load(path, encoding=encoding)
    assert_read(loaded, words)
    assert loaded.notes == ()
    said = problem(path)
    assert f"--encoding {encoding}" in said.hint
    assert "is not UTF-8" in said.message
    assert f"--encoding {encoding}" in checked(path)


def test_the_command_line_takes_the_encoding_that_it_proposes(file: File) -> None:
    path = file(HEADER + text([*IN["latin-1"], *WORDS[6:]]).decode().encode("latin-1"))
    refused = vecalc("-m", path, "café")
    assert refused.code == 4
    assert "--encoding latin-1" in refused.err
    assert vecalc("-m", path, "café", "--encoding", "latin-1", "-k", 1).code == 0


@pytest.mark.parametrize("name", ["nonsense", "", "rot13", "base64", "a\0b", "x" * 5000])
def test_what_is_no_encoding_is_a_mistake(file: File, name: str) -> None:
    with pytest.raises(UsageError, match="no encoding of text is called"):
        load(file(text()), encoding=name)


@pytest.mark.parametrize("name", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named_with_or_without_a_mark(file: File, name: str) -> None:
    said = problem(file(text().decode().encode(name)), encoding="latin-1")
    assert said.message == "this version can't read text in UTF-16"
    assert said.hint.startswith("iconv -f UTF-16")


@pytest.mark.parametrize("name", ["utf-16", "utf-32", "utf-7", "cp037", "unicode_escape", "hz"])
def test_encodings_without_the_bytes_of_ascii_are_converted_first(file: File, name: str) -> None:
    with pytest.raises(UsageError, match="bytes of ASCII") as caught:
        load(file(text()), encoding=name)
    assert "iconv" in caught.value.hint


def test_an_encoding_that_had_no_say_is_remarked_on(tmp_path: Path) -> None:
    save(MatrixSpace(WORDS, ROWS), tmp_path / "model.npz")
    (note,) = load(tmp_path / "model.npz", encoding="latin-1").notes
    assert note == "--encoding latin-1 was not used: its words are Unicode already"
    assert load(tmp_path / "model.npz", encoding="UTF8").notes == ()


def test_bytes_that_the_encoding_lacks_are_escaped(file: File) -> None:
    path = file(HEADER + text(["caf\x81", *WORDS[1:]]).decode().encode("latin-1"))
    loaded = load(path, encoding="cp1252")
    assert loaded.space.word(0) == "caf\udc81"
    assert loaded.notes == ("words that are not in the encoding named, their bytes escaped reversibly: 1",)
    assert "is not cp1252 (byte 0x81)" in problem(path, encoding="cp1252", strict=True).message


# --- odd rows ------------------------------------------------------------------------------------


def many(bad: int, line: bytes, rows: int) -> bytes:
    """So many rows, some of them replaced by a bad line."""
    lines = [b"word%d 0.5 0.25 0.125\n" % i for i in range(rows)]
    for i in range(bad):
        lines[50 + 7 * i] = line
    return b"".join(lines)


@pytest.mark.parametrize(
    "line", [b"king 0.1 0.2\n", b"king 0.1 nan 0.3\n", b" 0.1 0.2 0.3\n", b"king 1e999 1 1\n"]
)
def test_one_row_in_a_thousand_may_be_odd(file: File, line: bytes) -> None:
    assert len(load(file(many(1, line, 100))).space) == 99
    assert "so are 2 of 1,999 rows" in problem(file(many(2, line, 1999))).message
    loaded = load(file(many(2, line, 2000)))
    assert (len(loaded.space), len(loaded.notes)) == (1998, 1)
    assert loaded.notes[0].endswith("left out: 2")
    assert "so are" not in problem(file(many(1, line, 100)), strict=True).message


def test_one_word_in_a_hundred_may_be_of_other_bytes(file: File) -> None:
    lines = [b"caf\xe9%d 0.5 0.25 0.125\n" % i for i in range(3)]
    good = many(0, b"", 297)
    loaded = load(file(good + b"".join(lines)))
    assert "words that are not UTF-8, their bytes escaped reversibly: 3" in loaded.notes
    assert loaded.space.word(297) == "caf\udce90"
    assert "so are 3 of 299 rows" in problem(file(many(0, b"", 296) + b"".join(lines))).message


# --- what is written is read back ----------------------------------------------------------------


@pytest.mark.parametrize("form", ["glove", "word2vec_text"])
@pytest.mark.parametrize(
    "words", [[f'"{word}"' for word in WORDS], [f"{i} {w}" for i, w in enumerate(WORDS)]]
)
def test_words_that_would_be_taken_for_something_else_are_not_written(
    tmp_path: Path, form: str, words: list[str]
) -> None:
    with pytest.raises(UsageError, match="can't hold these words"):
        save(MatrixSpace(words, ROWS), tmp_path / "out", form=form)


def test_words_that_are_numbers_are_not_written_as_glove(tmp_path: Path) -> None:
    space = MatrixSpace([f"{value:.4f}" for value in ROWS[:, 2]], ROWS)
    with pytest.raises(UsageError, match="can't hold these words"):
        save(space, tmp_path / "out", form="glove")
    save(space, tmp_path / "out.vec")
    assert_read(load(tmp_path / "out.vec"), list(space.words()))
