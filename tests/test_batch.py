"""Files and pipes of expressions: records out in order, whatever stands in the lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from running import FAMILY, Done, family, process, vecalc

LINES = ["king - man + woman", "queen", "cos(king, queen)", "[man, woman]"]


def batch(text: str | bytes, *arguments: str | Path) -> Done:
    return family("-f", "-", "-k", "1", *arguments, stdin=text)


def ids(done: Done) -> list[object]:
    return [record["id"] for record in done.records]


# --- where lines come from ------------------------------------------------------------------


def test_a_file_a_dash_and_a_pipe_are_the_same(tmp_path: Path) -> None:
    text = "\n".join(LINES)
    (tmp_path / "lines.txt").write_text(text, "utf-8")
    ways = [
        family("-f", tmp_path / "lines.txt", "--json"),
        family("-f", "-", "--json", stdin=text),
        family("-", "--json", stdin=text),
        family("--json", stdin=text),
    ]
    assert len({done.out for done in ways}) == 1
    assert ids(ways[0]) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "text",
    [
        b"king\nqueen",
        b"king\r\nqueen\r\n",
        b"\xef\xbb\xbfking\nqueen\n",
        b"king   \n\tqueen\t\n",
    ],
)
def test_line_ends_and_marks_do_not_matter(text: bytes) -> None:
    done = batch(text, "--json")
    assert (done.code, ids(done)) == (0, [1, 2])
    assert [record["expr"].strip() for record in done.records] == ["king", "queen"]


def test_comments_and_blank_lines_are_skipped_and_counted() -> None:
    assert ids(batch("# one\n\nking\n   # two\n\t\nqueen # the rest\n", "--json")) == [3, 6]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but words\n"])
def test_nothing_in_nothing_out(text: str) -> None:
    assert batch(text) == Done(0, "", "")


def test_several_files_name_themselves(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_text("king\n", "utf-8")
    done = family("-f", tmp_path / "a", "-f", tmp_path / "b", "--format", "jsonl")
    assert ids(done) == [f"{tmp_path / 'a'}:1", f"{tmp_path / 'b'}:1"]


@pytest.mark.parametrize(
    ("path", "message"), [("nowhere.txt", "No such file or directory"), (".", "Is a directory")]
)
def test_a_file_that_can_not_be_read(path: str, message: str) -> None:
    done = family("-f", path)
    assert (done.code, done.out) == (4, "")
    assert done.err == f"vecalc: {path}: can't be read: {message}\n"


# --- lines that are wrong -------------------------------------------------------------------


def test_a_bad_line_is_a_record_in_its_place() -> None:
    done = batch("king\nkign\nqueen +\nqueen\n", "--json")
    assert done.code == 1
    assert ids(done) == [1, 2, 3, 4]
    kinds = [record["error"] and record["error"]["kind"] for record in done.records]
    assert kinds == [None, "unknown word", "syntax", None]
    assert done.err.splitlines()[0].startswith("vecalc: standard input:2:1: unknown word 'kign'")
    assert "vecalc: standard input:3:8: " in done.err


def test_a_bad_line_of_a_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("king\n  kign\n", "utf-8")
    done = family("-f", tmp_path / "lines.txt")
    assert done.err.startswith(f"vecalc: {tmp_path / 'lines.txt'}:2:3: unknown word")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"k\xffng", "byte 2 is not UTF-8"),
        (b"king\0", "U+0000"),
        (b"x" * ((1 << 20) + 5), "longer than 1,048,576 bytes"),
        (b"x" * (1 << 19), "longer than 65,536 bytes"),
        (b"(" * 2_000, "nested"),
        (b"\x1b[31mking", "U+001B"),
    ],
)
def test_hostile_lines_are_problems_in_place(line: bytes, message: str) -> None:
    done = batch(b"king\n" + line + b"\nqueen\n", "--json")
    assert done.code == 1
    assert ids(done) == [1, 2, 3]
    assert message in done.records[1]["error"]["message"]
    assert [bool(record["error"]) for record in done.records] == [False, True, False]
    assert "\x1b" not in done.out + done.err


def test_a_raised_limit_lets_a_longer_line_pass() -> None:
    long = "king" + " " * (1 << 20) + "+ 0*king"
    done = batch(f"{long}\nking\n", "--limit", "size=2000000", "-k", "1")
    assert (done.code, done.err) == (0, "")
    assert done.words == ["kings", "kings"]


def test_garbage_is_problems_and_no_more() -> None:
    noise = np.random.default_rng(1).bytes(20_000)
    done = batch(noise, "--json")
    assert done.code == 1
    assert all(record["error"] for record in done.records)


def test_bail_stops_at_the_first() -> None:
    done = batch("king\nkign\nqueen\n", "--json", "--bail")
    assert (done.code, ids(done)) == (1, [1, 2])


def test_a_line_never_goes_on_in_the_next() -> None:
    done = batch("(king +\nqueen)\n", "--json")
    assert [record["error"]["kind"] for record in done.records] == ["syntax", "syntax"]


# --- names and expectations -----------------------------------------------------------------


def test_names_live_on_to_later_lines() -> None:
    done = batch("A = king\nmix(x, y) = x*y + x + y\nmix(A, queen)\nA = man\nA\n", "--json")
    assert (done.code, ids(done)) == (0, [3, 5])
    assert done.records[1]["excluded"][0]["word"] == "man"


def test_a_name_that_fails_is_a_problem_where_it_is_bound() -> None:
    done = batch("A = kign\nA\n", "--json")
    assert [record["error"]["kind"] for record in done.records] == ["unknown word", "unknown word"]


def test_expectations_tell_pass_fail_and_rank() -> None:
    done = batch("king - man + woman => queen\nking => kings\nking => woman @2\n")
    assert done.code == 1
    verdicts = [line for line in done.out.splitlines() if "PASS" in line or "FAIL" in line]
    assert [verdict.split()[1 if verdict.startswith("#") else 0] for verdict in verdicts] == [
        "PASS",
        "PASS",
        "FAIL",
    ]
    records = batch("king - man + woman => queen\nking => woman @2\n", "--json").records
    assert records[0]["expected"] == {"word": "queen", "at": 1, "rank": 1, "passed": True}
    assert records[1]["expected"]["passed"] is False
    assert records[1]["expected"]["rank"] > 2
    assert batch("king - man + woman => queen @3\n").code == 0


# --- the same bytes -------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["plain", "vector", "jsonl"])
def test_a_batch_prints_what_single_runs_print(form: str) -> None:
    texts = [*LINES, "king * queen", "nearest(king, 2)", "norm(king)"]
    together = family("--format", form, "--quiet", stdin="".join(f"{text}\n" for text in texts)).out
    alone = [family("--format", form, "--quiet", text).out for text in texts]
    if form == "jsonl":  # the line's number is the record's id
        alone = [out.replace('"id": 1', f'"id": {i}', 1) for i, out in enumerate(alone, start=1)]
    if form == "plain":  # one answer needs no heading
        alone = [
            out if out.startswith(f"# {text}\n") else f"# {text}\n{out}"
            for text, out in zip(texts, alone, strict=True)
        ]
        together = "".join(line for line in together.splitlines(keepends=True) if line != "\n")
    assert together == "".join(alone)


def test_line_buffering_changes_no_byte() -> None:
    text = "\n".join([*LINES, "kign"])
    assert batch(text, "--line-buffered") == batch(text)


def test_a_long_batch_keeps_its_order() -> None:
    words = ["king", "queen", "man", "woman", "kign"] * 300
    done = batch("\n".join(words), "--format", "jsonl")
    assert ids(done) == list(range(1, 1_501))
    assert [record["expr"] for record in done.records] == words


# --- rows of tables -------------------------------------------------------------------------


def table(tmp_path: Path, name: str, text: str, *arguments: str) -> Done:
    (tmp_path / name).write_bytes(text.encode())
    return family("--csv", tmp_path / name, "-k", "1", *arguments)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rows.csv", 'a,b\nking,queen\n"man",woman\n'),
        ("rows.csv", "\ufeffa,b\r\nking,queen\r\nman,woman"),
        ("rows.tsv", "a\tb\nking\tqueen\nman\twoman\n"),
        ("rows.jsonl", '{"a": "king", "b": "queen"}\n{"a": "man", "b": "woman"}\n'),
    ],
)
def test_columns_are_names(name: str, text: str, tmp_path: Path) -> None:
    done = table(tmp_path, name, text, "-e", "cos(a, b)", "--format", "jsonl")
    assert done.code == 0
    assert [record["row"] for record in done.records] == [
        {"a": "king", "b": "queen"},
        {"a": "man", "b": "woman"},
    ]
    direct = family("cos(king, queen)", "cos(man, woman)", "--format", "jsonl").records
    assert [record["value"] for record in done.records] == [record["value"] for record in direct]


def test_a_cell_is_a_word_or_a_number(tmp_path: Path) -> None:
    done = table(tmp_path, "rows.csv", "a,w\nking,2\n", "-e", "norm(w*a)/norm(a)", "--format", "jsonl")
    assert done.records[0]["value"] == pytest.approx(2)


def test_bad_rows_are_problems_in_place(tmp_path: Path) -> None:
    text = "a,b\nking,queen\nman\nkign,queen\nman,woman,king\nman,woman\n"
    done = table(tmp_path, "rows.csv", text, "-e", "cos(a, b)", "--format", "jsonl")
    assert done.code == 1
    assert ids(done) == [2, 3, 4, 5, 6]
    assert [bool(record["error"]) for record in done.records] == [False, True, True, True, False]


def test_every_expression_for_each_row(tmp_path: Path) -> None:
    done = table(tmp_path, "rows.csv", "a,b\nking,queen\nman,woman\n", "-e", "a + b", "-e", "a * b", "--json")
    assert [(record["id"], record["expr"]) for record in done.records] == [
        (2, "a + b"),
        (2, "a * b"),
        (3, "a + b"),
        (3, "a * b"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", 4, "no header line"),
        ("a,a\nking,queen\n", 4, "two columns"),
        ("first name,first_name\nking,queen\n", 4, "two columns of the same name"),
    ],
)
def test_tables_without_sense(text: str, code: int, message: str, tmp_path: Path) -> None:
    done = table(tmp_path, "rows.csv", text, "-e", "a")
    assert done.code == code
    assert message in done.err


def test_a_table_needs_an_expression(tmp_path: Path) -> None:
    assert table(tmp_path, "rows.csv", "a\nking\n").code == 2


# --- files of answers -----------------------------------------------------------------------


def test_an_array_has_a_row_for_every_line(tmp_path: Path) -> None:
    target = tmp_path / "out.npy"
    assert batch("king\nkign\nqueen\n", "-o", target).code == 1
    array = np.load(target, allow_pickle=False)
    assert array.shape == (3, 4)
    assert np.isnan(array[1]).all()
    assert np.isfinite(array[[0, 2]]).all()


def test_an_array_of_errors_alone(tmp_path: Path) -> None:
    target = tmp_path / "out.npy"
    assert batch("kign\nkign\n", "-o", target).code == 1
    array = np.load(target, allow_pickle=False)
    assert array.shape == (2,)
    assert np.isnan(array).all()


def test_a_file_gets_what_standard_output_would(tmp_path: Path) -> None:
    text = "\n".join(LINES)
    for suffix, form in ((".jsonl", "jsonl"), (".csv", "csv"), (".txt", "plain")):
        target = tmp_path / f"out{suffix}"
        done = batch(text, "-o", target)
        assert (done.code, done.out) == (0, "")
        assert target.read_text("utf-8") == batch(text, "--format", form).out


def test_lines_stream_through_a_process() -> None:
    """Five thousand lines through a real pipe: every answer is there, and all are the same."""
    done = process(
        "--format", "jsonl", "-k", "1", "-m", Path(__file__).parent / "models" / "family.txt",
        stdin="king - man + woman\n" * 5_000,
    )  # fmt: skip
    lines = done.out.splitlines()
    assert (done.code, len(lines)) == (0, 5_000)
    assert len({line.partition('"expr"')[2] for line in lines}) == 1


# --- standard input -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "first", "second"),
    [
        (["-f", "-", "--among", "-"], "-f", "--among"),
        (["-", "--among", "-"], "-f", "--among"),
        (["--among", "-"], "the batch", "--among"),
        (["-f", "-", "-f", "-"], "-f", "-f"),
        (["--csv", "-", "-e", "cos(a, b)", "--among", "-"], "--csv", "--among"),
        (["diff", "-f", "-", "--among", "-", "-m", f"b={FAMILY}"], "-f", "--among"),
    ],
)
def test_standard_input_has_one_reader(arguments: list[str], first: str, second: str) -> None:
    model = ["-m", f"a={FAMILY}"]
    done = vecalc(*arguments, *model, stdin="king\nqueen\n")
    assert (done.code, done.out) == (2, "")
    assert f"{second}: {first} and {second} can't both read standard input" in done.err


def test_candidates_may_come_from_standard_input() -> None:
    assert family("king", "--among", "-", stdin="queen\nman\n").words == ["man", "queen"]


def test_a_name_whose_value_failed_is_said_to_be_unbound(tmp_path: Path) -> None:
    lines = ["Q = [king, zzz]", "cos(Q, king)", "Q where Q = king + zzz", "Q = king", "cos(Q, Q)", "qqq"]
    (tmp_path / "lines.txt").write_text("\n".join(lines), "utf-8")
    done = family("-f", tmp_path / "lines.txt")
    assert (
        f"lines.txt:2:5: unknown word 'Q'; Q is not bound, since {tmp_path / 'lines.txt'}:1 failed\n"
        in done.err
    )
    assert done.err.count("is not bound") == 1
    assert done.out.endswith("# cos(Q, Q)\n1\n# qqq\n# error: unknown word 'qqq'\n")
