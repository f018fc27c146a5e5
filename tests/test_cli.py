"""One-shot command lines: what is answered, where it goes, and the exit code."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from running import ESCAPE, FAMILY, HARD, LONG, MARKUP, TABULAR, Done, family, forked, vecalc, write_model

from vecalc.engine import assembly

KING = "1\tkings\t0.999015\n"  # the nearest word of king
QUEEN = "1\tqueen\t0.958843\n"  # of king - man + woman


# --- expressions ----------------------------------------------------------------------------


def test_an_expression_is_the_whole_command() -> None:
    done = vecalc("cos(king, king)")
    assert done == Done(0, "1\n", "")


def test_results_are_on_stdout_and_nothing_on_stderr() -> None:
    assert family("king - man + woman", "-k", "1") == Done(0, QUEEN, "")


def test_notes_are_on_stderr_and_quiet_silences_them() -> None:
    told = family("paris", "-k", "1")
    assert (told.code, told.words) == (0, ["new_york"])
    assert told.err == "vecalc: note: paris read as Paris\n"
    assert family("paris", "-k", "1", "-q") == told._replace(err="")


@pytest.mark.parametrize(
    "arguments",
    [
        ["-man + king"],
        ["-man+king"],
        ["--man + king - man - man"],
        ["-(man) + king"],
        ["-'man' + king"],
        ["-1*man + king"],
        ["-e", "-man + king"],
        ["--", "-man + king"],
        ["-e", "-man+king", "-q"],
        [" -man + king"],
    ],
)
def test_expressions_may_begin_with_a_minus(arguments: list[str]) -> None:
    assert family("-k", "1", *arguments).words == ["queen"]


def test_a_lone_negated_word_needs_a_place_where_no_option_can_stand() -> None:
    assert family("-k", "1", "-e", "-king").words == ["woman"]
    assert family("-k", "1", "--", "-king").words == ["woman"]
    refused = family("-king")
    assert refused.code == 2
    assert "if -king is an expression, write -e -king" in refused.err


def test_values_of_options_may_begin_with_a_minus() -> None:
    assert len(family("king", "--min-score", "-0.5").words) == 10
    assert family("king", "--min-score=-2", "-k", "1").out == KING


def test_several_expressions_are_told_apart() -> None:
    done = family("-k", "1", "king", "-e", "queen")
    assert done == Done(0, "# queen\n1\tprincess\t0.992285\n# king\n" + KING, "")


def test_a_mistake_among_several_does_not_stop_the_others() -> None:
    done = family("-k", "1", "king", "zzz", "king +", "queen", "--format", "jsonl")
    assert [record["error"] is None for record in done.records] == [True, False, False, True]
    assert done.code == 3
    assert done.err.count("vecalc: ") == 2


def test_bail_stops_at_the_first_mistake() -> None:
    done = family("-k", "1", "king", "zzz", "queen", "--bail")
    assert done.out == f"# king\n{KING}# zzz\n# error: unknown word 'zzz'\n"
    assert done.code == 3


def test_statements_bind_for_the_ones_after_them() -> None:
    assert family("-k", "1", "A = king; A - man + woman").out == QUEEN
    assert family("-k", "1", "A = king", "A").words == ["kings"]
    assert family("-k", "1", "half(x) = x/2", "half(king)").words == ["kings"]


def test_a_text_that_only_binds_says_so() -> None:
    done = family("A = king")
    assert (done.code, done.out) == (0, "")
    assert "names were only assigned" in done.err


def test_stdin_is_not_read_when_an_expression_is_given() -> None:
    assert family("king", "-k", "1", stdin="queen\n").out == KING


@pytest.mark.parametrize("text", ["", "  ", "# only a comment", "\t"])
def test_an_empty_expression_is_a_mistake(text: str) -> None:
    done = family("-e", text)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("vecalc: there is no expression; type one")


def test_an_expectation_decides_the_exit_code() -> None:
    met = family("king - man + woman => queen @1", "-k", "1")
    assert met == Done(0, QUEEN + "# PASS queen @1: rank 1\n", "")
    missed = family("king => bread @3", "-k", "1")
    assert missed == Done(1, KING + "# FAIL bread @3: rank 11\n", "")


# --- errors ---------------------------------------------------------------------------------


def test_an_error_says_where_what_and_what_to_do() -> None:
    done = family("king - mann + woman")
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "vecalc: 1:8: unknown word 'mann'; did you mean man (rank 1)?\n"
        "    king - mann + woman\n"
        "           ^^^^\n"
    )


def test_all_unknown_words_are_told_together() -> None:
    done = family("kinng - mann + womman")
    assert all(f"'{word}'" in done.err.splitlines()[0] for word in ("kinng", "mann", "womman"))
    assert done.err.splitlines()[2].split() == ["^^^^^", "^^^^", "^^^^^^"]


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (["king +"], 3, "the expression ends too early"),
        (["king - king"], 3, "no direction"),
        (["king / 0"], 3, "zero"),
        (["nosuch(king)"], 3, "there is no function 'nosuch'"),
        (["fr:roi"], 3, "there is no space 'fr'"),
        (["-m", "absent.bin", "king"], 4, "absent.bin: no such file"),
        (["-m", ".", "king"], 4, "a folder"),
        (["-f", "absent.txt"], 4, "absent.txt: can't be read: No such file"),
        (["-f", "."], 4, ".: can't be read: Is a directory"),
        (["--csv", "absent.csv", "-e", "a"], 4, "absent.csv: can't be read"),
        (["king", "-o", "absent/x.txt"], 5, "absent/x.txt: can't be written"),
        (["king", "-o", "."], 5, ".: can't be written: Is a directory"),
        (["--csv", "x.csv"], 2, "an expression is missing"),
        (["--csv", "x.csv", "-f", "y.txt"], 2, "--csv"),
        (["king", "-k", "0"], 2, "-k: "),
        (["king", "-k", "-1"], 2, "-k: "),
        (["king", "-k", "many"], 2, "-k: "),
        (["king", "--norm", "l1"], 2, "choose rms, unit or raw"),
        (["king", "--min-score", "nan"], 2, "nan is not a score"),
        (["king", "--among", "xyzzy,plugh"], 2, "none of these words"),
        (["king", "--match", "/(/"], 2, "not a regular expression"),
        (
            ["king", "--format", "tabel"],
            2,
            "there are csv, json, jsonl, junit, markdown, plain, table, tsv, vector",
        ),
        (["king", "--format", "record"], 2, "there is no format 'record'"),
        (["king", "--format", "npy"], 2, "an array needs a file"),
        (["king", "--limit", "depth=3"], 2, "'depth=3' is not a limit"),
        (["king", "--limit", "size"], 2, "'size' is not a limit"),
        (["king", "--let", "king"], 2, "'king' binds nothing"),
        (["king", "--let", "A = king; man"], 3, "only definitions can stand here"),
        (["king", "--precision", "18"], 2, "--precision: "),
        (["king", "-m"], 2, "requires an argument"),
        (["help", "nosuch"], 2, "there is no help on 'nosuch'"),
        (["help", "syntax", "models"], 2, "one topic at a time"),
        (["config", "nosuch"], 2, "there are show, path, init"),
        (["king", "--limit", "size=3"], 3, "--limit size=N raises the limit"),
        (["(((king)))", "--limit", "nesting=2"], 3, "--limit nesting=N raises the limit"),
        (["king + man", "--limit", "words=1"], 3, "--limit words=N raises the limit"),
    ],
)
def test_exit_codes(
    arguments: list[str], code: int, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error is on stderr, begins with the program's name, and nothing is on stdout."""
    monkeypatch.chdir(tmp_path)
    alone = "-m" in arguments or arguments[0] in ("help", "config")
    done = vecalc(*arguments) if alone else family(*arguments)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("vecalc: ")
    assert what in done.err.splitlines()[0]
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("--tpo", "--top"), ("--formt", "--format"), ("--jsno", "--json"), ("--norms", "--norm")],
)
def test_an_unknown_option_is_answered_with_the_nearest(wrong: str, meant: str) -> None:
    done = family("king", wrong)
    assert done.code == 2
    assert (
        done.err == f"vecalc: no such option '{wrong}'; did you mean {meant}? `vecalc -h` shows the options\n"
    )


def test_a_misspelt_command_is_answered_with_the_nearest() -> None:
    assert "vecalc: note: if a command is meant: vecalc models\n" in family("modles").err
    assert "command" not in family("kign").err
    assert "command" not in family("king", "modles").err


def test_different_widths_name_both_spaces_in_their_order(tmp_path: Path) -> None:
    narrow = write_model(tmp_path / "four.txt", ["toy"])
    (tmp_path / "two.txt").write_text("ann 1 2\n", "utf-8")
    models = ("-m", f"movies={narrow}", "-m", f"users={tmp_path / 'two.txt'}")
    done = vecalc(*models, "users:ann * movies:toy")
    assert "vector (2) * vector (4): users and movies have different widths" in done.err
    assert done.code == 3


def test_debug_shows_the_traceback_and_keeps_the_code() -> None:
    for arguments, code in ((["zzz"], 3), (["-m", "absent.bin", "king"], 4), (["--tpo"], 2)):
        done = family(*arguments, "--debug") if code == 3 else vecalc(*arguments, "--debug")
        assert done.code == code
        assert done.err.startswith("Traceback")
        assert "vecalc: " in done.err


def test_a_fault_of_ours_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("an oversight")

    monkeypatch.setattr(assembly, "search", broken)
    monkeypatch.setattr("vecalc.engine.assembly.search", broken)
    with pytest.raises(AssertionError, match="a fault in vecalc itself: ZeroDivisionError: an oversight"):
        family("king")


def test_running_out_of_memory_is_a_problem_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def hungry(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("vecalc.engine.assembly.search", hungry)
    done = family("king")
    assert done.code == 5
    assert done.err.startswith("vecalc: not enough memory")


# --- ranking --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-k", "2"], ["kings", "prince"]),
        (["--top", "1"], ["kings"]),
        (["--among", "queen,bread,xyzzy"], ["queen", "bread"]),
        (["--among", " bread , queen "], ["queen", "bread"]),
        (["--match", "prin*"], ["prince", "princess"]),
        (["--match", "/ee|ea/"], ["queen", "bread"]),
        (["--match", "xyzzy*"], []),
        (["--first", "3"], ["man", "woman"]),
        (["--first", "3", "--match", "*m*"], ["man", "woman"]),
        (["--min-score", "0.9"], ["kings", "prince"]),
        (["--min-score", "2"], []),
        (["--exclude", "none", "-k", "2"], ["king", "kings"]),
        (["--exclude", "variants", "-k", "1"], ["prince"]),
        (["--metric", "l2", "--norm", "raw", "--min-score", "0.6"], ["kings", "prince"]),
        (["--metric", "dot", "--norm", "raw", "-k", "3"], ["kings", "prince", "man"]),
        (["-k", "9" * 30], ["kings", "prince", "well-known", "new_york", "Paris", "man", "1984", "princess",
                            "queen", "apple", "bread", "woman"]),
    ],
)  # fmt: skip
def test_candidates(options: list[str], words: list[str]) -> None:
    done = family("king", *options)
    assert done.code == 0
    assert done.words == words
    assert ("no candidate is left" in done.err) == (not words)


def test_that_nothing_is_left_is_said_once_and_why_beside_it() -> None:
    nothing, why = "no candidate is left", "no word matches K*"
    for options, reason in ((["--min-score", "2"], ""), (["--match", "K*"], why)):
        for form, note in (("table", ""), ("markdown", ""), ("plain", nothing)):
            done = family("king", *options, "--format", form)
            assert (done.out + done.err).count(nothing) == 1, form
            assert (nothing in done.err) == bool(note)
            assert (why in done.err) == bool(reason)
            assert done.err or not (note or reason)
        (record,) = family("king", *options, "--format", "jsonl").records
        assert record["notes"][0].startswith(nothing)


def test_candidates_can_come_from_a_file_or_from_stdin(tmp_path: Path) -> None:
    path = tmp_path / "few.txt"
    path.write_bytes(b"\xef\xbb\xbfbread\r\n\r\n# a remark\r\nqueen")
    assert family("king", "--among", path).words == ["queen", "bread"]
    assert family("king", "--among", "-", stdin="bread\nqueen\n").words == ["queen", "bread"]


def test_the_norm_changes_what_a_product_weighs() -> None:
    def record(norm: str) -> dict[str, object]:
        return family("king*prince + woman", "--norm", norm, "--json").records[0]

    assert [record(norm)["norm"] for norm in ("rms", "unit", "raw")] == ["rms", "unit", "raw"]
    assert record("rms")["results"] != record("unit")["results"]


def test_unknown_words_can_be_left_out() -> None:
    done = family("king - xyzzy", "--oov", "skip", "-k", "1")
    assert (done.code, done.words) == (0, ["kings"])
    assert done.err == "vecalc: note: xyzzy is unknown and was left out\n"
    assert family("cos(king, xyzzy)", "--oov", "skip").code == 3


def test_exact_takes_words_only_as_they_are_written() -> None:
    assert family("paris", "--exact").code == 3
    assert family("Paris", "--exact").code == 0


def test_names_can_be_bound_beforehand() -> None:
    done = family("--let", "A = king", "--let", "B = A - man", "B + woman", "-k", "1")
    assert done.out == QUEEN
    wrong = family("--let", "A = kign", "A")
    assert (wrong.code, wrong.out) == (3, "")
    assert wrong.err.startswith("vecalc: --let:1:5: unknown word 'kign'")


# --- models ---------------------------------------------------------------------------------


def test_two_models_have_names(tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("3 4\nroi 2 2 0 0\nreine 2 0 2 0\npain 0 0 0 2\n", "utf-8")
    both = ["-m", f"en={FAMILY}", "-m", f"fr={other}"]
    assert vecalc(*both, "fr:reine - fr:roi + en:king", "-k", "1").words == ["queen"]
    assert vecalc(*both, "fr:reine + fr:roi", "-k", "1").words == ["pain"]
    assert vecalc(*both, "queen", "-k", "1").words == ["princess"]
    assert vecalc(*both, "cos(roi, king)").code == 3


def test_a_model_without_a_name_is_the_default_one(tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("2 4\nroi 2 2 0 0\nreine 2 0 2 0\n", "utf-8")
    assert vecalc("-m", f"fr={other}", "-m", FAMILY, "king", "-k", "1").out == KING
    twice = vecalc("-m", other, "-m", FAMILY, "king")
    assert twice.code == 2
    assert "two models without a name" in twice.err
    again = vecalc("-m", f"fr={other}", "-m", f"fr={FAMILY}", "king")
    assert "the name 'fr' is given twice" in again.err


def test_a_path_that_looks_like_a_name_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a=b.txt").write_bytes(FAMILY.read_bytes())
    assert vecalc("-m", "a=b.txt", "king", "-k", "1").out == KING


def test_the_starter_is_there_without_a_model() -> None:
    named, unnamed = vecalc("-m", "starter", "king - man + woman"), vecalc("king - man + woman")
    assert unnamed.code == 0
    assert unnamed == named
    assert "queen" in unnamed.words[:3]


def test_what_was_put_up_with_is_told(tmp_path: Path) -> None:
    path = tmp_path / "damaged.txt"
    path.write_text(FAMILY.read_text("utf-8").replace("bread 0.1", "bread nan"), "utf-8")
    assert vecalc("-m", path, "--strict", "king").code == 4
    for option in ([], ["--skip-bad-rows"]):
        lenient = vecalc("-m", path, *option, "king", "-k", "1")
        assert lenient.out == KING
        assert lenient.err.startswith(f"vecalc: note: {path}: ")


# --- output ---------------------------------------------------------------------------------


def test_a_table_on_a_terminal_and_plain_lines_elsewhere() -> None:
    on, off = family("king", "-k", "1", terminal=True, NO_COLOR="1"), family("king", "-k", "1")
    assert off.out == KING
    assert on.out.split() == [
        *["rank", "word", "score", "·", "king", "1.0000", "██████████", "input"],
        *["1", "kings", "0.9990", "██████████"],
        *["family.txt", "·", "13", "words", "×", "4", "·", "norm", "rms", "·", "cos"],
    ]


COLOR, NO_COLOR = True, False


@pytest.mark.parametrize(
    ("options", "terminal", "environment", "expected"),
    [
        ([], True, {}, COLOR),
        ([], False, {}, NO_COLOR),
        ([], True, {"NO_COLOR": "1"}, NO_COLOR),
        ([], True, {"NO_COLOR": ""}, COLOR),
        ([], False, {"FORCE_COLOR": "1"}, COLOR),
        ([], True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, NO_COLOR),
        ([], True, {"TERM": "dumb"}, NO_COLOR),
        ([], False, {"TERM": "dumb", "FORCE_COLOR": "1"}, COLOR),
        (["--color", "always"], False, {}, COLOR),
        (["--color", "always"], True, {"NO_COLOR": "1"}, COLOR),
        (["--color", "always"], True, {"TERM": "dumb"}, COLOR),
        (["--color", "never"], True, {"FORCE_COLOR": "1"}, NO_COLOR),
        (["--color=never"], True, {}, NO_COLOR),
    ],
)
def test_colour(options: list[str], terminal: bool, environment: dict[str, str], expected: bool) -> None:
    """The same rule for answers, errors in expressions, and errors in the command line."""
    good = family("king", "--format", "table", *options, terminal=terminal, **environment)
    bad = family("kign", *options, terminal=terminal, **environment)
    worse = family("--nosuch", *options, terminal=terminal, **environment)
    assert ["\x1b[" in text for text in (good.out, bad.err, worse.err)] == [expected] * 3


def test_a_file_is_never_coloured(tmp_path: Path) -> None:
    path = tmp_path / "answer.txt"
    family("king", "-o", path, "--format", "table", "--color", "always")
    assert "\x1b" not in path.read_text("utf-8")


def test_formats_of_one_answer() -> None:
    def out(*options: str) -> str:
        return family("king", "-k", "1", *options).out

    assert out("--format", "plain") == KING
    assert out("--format", "tsv") == (
        "id\texpr\trank\tword\tscore\terror\tplace\tlabel\tlength\tpassed\n1\tking\t1\tkings\t0.999015\t\t\t\t\t\n"
    )
    assert out("--format", "csv") == (
        "id,expr,rank,word,score,error,place,label,length,passed\n1,king,1,kings,0.999015,,,,,\n"
    )
    assert out("--format", "csv", "--no-header") == "1,king,1,kings,0.999015,,,,,\n"
    assert (
        out("--format", "markdown")
        == "| rank | word | score |\n| ---: | :--- | ---: |\n| 1 | kings | 0.9990 |\n"
    )
    assert out("--format", "vector") == "1.414213562373095 1.414213562373095 0.0 0.0\n"
    assert out("--precision", "2") == "1\tkings\t1.00\n"
    assert out("--json") == out("--format", "json")


RECORD = ["schema", "id", "expr", "parsed", "model", "norm", "metric", "type"]


@pytest.mark.parametrize(
    ("text", "kind", "keys"),
    [
        ("king", "ranking", ["results", "excluded"]),
        ("cos(king, queen)", "scalar", ["value", "excluded"]),
        ("[king, queen]", "list", ["rows", "excluded"]),
        ("kign", None, ["excluded"]),
    ],
)
def test_records(text: str, kind: str | None, keys: list[str]) -> None:
    done = family(text, "--format", "jsonl")
    (record,) = done.records
    assert list(record) == [*RECORD, *keys, "notes", "error"]
    assert [record[key] for key in ("schema", "id", "expr", "model", "norm", "metric", "type")] == [
        *[1, 1, text, "family.txt", "rms", "cos", kind]
    ]
    assert (record["error"] is None) == (done.code == 0)
    assert family(text, "--json").records == [record]


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_tables_for_spreadsheets(form: str, tmp_path: Path) -> None:
    """Exact unless a spreadsheet would compute: then an apostrophe makes it text."""
    model = write_model(tmp_path / "hard.txt", TABULAR)
    asked = ["-m", model, '"a,b"', "-k", "9", "--exclude", "none", "--no-header", "--format", form]

    def words(*options: str) -> set[str]:
        delimiter = {"csv": ",", "tsv": "\t"}[form]
        return {row[3] for row in csv.reader(vecalc(*asked, *options).out.splitlines(), delimiter=delimiter)}

    assert words() == set(TABULAR)
    assert words("--csv-safe") == {"'=1+1", "'-k", "a,b", 'say "so"'}


# --- output to files ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "form"),
    [(".json", "json"), (".jsonl", "jsonl"), (".ndjson", "jsonl"), (".csv", "csv"), (".tsv", "tsv"),
     (".md", "markdown"), (".txt", "plain"), (".CSV", "csv"), ("", "plain")],
)  # fmt: skip
def test_a_suffix_chooses_the_format(suffix: str, form: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{suffix}"
    done = family("king", "queen", "-k", "2", "-o", path, terminal=True)
    assert done == Done(0, "", "")
    assert path.read_text("utf-8") == family("king", "queen", "-k", "2", "--format", form).out
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_a_format_beats_a_suffix(tmp_path: Path) -> None:
    family("king", "-k", "1", "-o", tmp_path / "out.csv", "--format", "plain")
    assert (tmp_path / "out.csv").read_text("utf-8") == KING


def test_a_dash_is_stdout() -> None:
    assert family("king", "-k", "1", "-o", "-").out == KING


def test_vectors_as_an_array(tmp_path: Path) -> None:
    path = tmp_path / "out.npy"
    done = family("king", "zzz", "[man, queen]", "king", "-o", path)
    assert done.code == 3
    array = np.load(path)
    assert array.dtype == np.float64
    text = family("king", "[man, queen]", "king", "--format", "vector").out
    rows = [[float(number) for number in line.split()] for line in text.splitlines()]
    assert array[[0, 2, 3, 4]].tolist() == rows
    assert np.isnan(array[1]).all()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(["1", "2"], [1, 2]), (["zzz", "3"], [np.nan, 3]), (["zzz"], [np.nan]), (["A = 1"], [])],
)
def test_numbers_as_an_array(texts: list[str], expected: list[float], tmp_path: Path) -> None:
    path = tmp_path / "out.npy"
    family(*texts, "-o", path)
    np.testing.assert_array_equal(np.load(path), np.array(expected, float))


def test_tables_as_an_array(tmp_path: Path) -> None:
    path = tmp_path / "out.npy"
    family("cos([king, queen], [man, woman, king])", "zzz", "[1, 2, 3]", "-o", path)
    array = np.load(path)
    text = family("cos([king, queen], [man, woman, king])", "[1, 2, 3]", "--format", "vector").out
    rows = [[float(number) for number in line.split()] for line in text.splitlines()]
    assert array.shape == (4, 3)
    assert array[[0, 1, 3]].tolist() == rows
    assert np.isnan(array[2]).all()
    family("cos([king, queen], man)", "1", "-o", path)
    assert np.load(path).shape == (3,)


def test_an_array_has_rows_of_one_width(tmp_path: Path) -> None:
    path = tmp_path / "out.npy"
    done = family("king", "cos(king, man)", "-o", path)
    assert done.code == 2
    assert "there are 4 components and a number" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.npy"
    path.write_bytes(b"old")
    assert family("king", "cos(king, man)", "-o", path).code == 2
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_usual_permissions_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        family("king", "-o", tmp_path / "new.txt")
    finally:
        os.umask(mask)
    private = tmp_path / "private.txt"
    private.touch(0o600)
    family("king", "-o", private)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("new.txt", "private.txt")] == [0o640, 0o600]
    assert private.read_text("utf-8").startswith(KING)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old", "utf-8")
    link.symlink_to(target)
    family("king", "-k", "1", "-o", link)
    assert link.is_symlink()
    assert target.read_text("utf-8") == KING


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert family("king", "-k", "1", "-o", pipe).code == 0
        assert os.read(reader, 100).decode() == KING
    finally:
        os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize("option", ["-m", "-f", "--among", "--csv"])
def test_no_input_is_overwritten(option: str, tmp_path: Path) -> None:
    path, alias = tmp_path / "input.txt", tmp_path / "alias.txt"
    path.write_bytes(FAMILY.read_bytes())
    alias.symlink_to(path)
    done = vecalc("-e", "king", option, path, "-o", alias)
    assert (done.code, done.out) == (2, "")
    assert "input and output are the same file" in done.err
    assert path.read_bytes() == FAMILY.read_bytes()


# --- hard words -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("hard") / "hard.txt", HARD)


@pytest.mark.parametrize("form", ["plain", "csv", "tsv", "jsonl", "markdown"])
def test_tokens_are_never_cut_off_a_terminal(form: str, hard: Path) -> None:
    assert LONG in vecalc("-m", hard, '"a,b"', "-k", "99", "--format", form, COLUMNS="40").out


def test_long_tokens_fold_in_a_table(hard: Path) -> None:
    done = vecalc("-m", hard, '"a,b"', "-k", "99", terminal=True, COLUMNS="60", NO_COLOR="1")
    assert max(map(len, done.out.splitlines())) <= 60
    assert done.out.count("o") > LONG.count("o")


@pytest.mark.parametrize("form", ["plain", "table"])
@pytest.mark.parametrize("word", MARKUP)
def test_markup_is_shown_as_it_is(form: str, word: str, hard: Path) -> None:
    done = vecalc("-m", hard, '"a,b"', "-k", "99", "--format", form, COLUMNS="80")
    assert word in done.out


@pytest.mark.parametrize("form", ["plain", "table", "markdown", "tsv", "jsonl"])
def test_control_characters_are_spelled_out(form: str, hard: Path) -> None:
    done = vecalc("-m", hard, '"a,b"', "-k", "99", "--format", form, COLUMNS="80")
    assert done.code == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(done.out)


def test_control_characters_in_what_is_typed_are_spelled_out() -> None:
    done = family(f'"{ESCAPE}"', "king", "--nosuch-\x1b[31m", terminal=True, NO_COLOR="1")
    assert (done.code, "\x1b" in done.err) == (2, False)
    done = family(f'"{ESCAPE}\u202e"', "king", terminal=True, NO_COLOR="1")
    assert "\x1b" not in done.out + done.err
    assert r"\x1b[31mred\x07\u202e" in done.err
    done = vecalc("-m", "\x1b]0;title\x07.bin", "king", terminal=True, NO_COLOR="1")
    assert (done.code, "\x1b" in done.err) == (4, False)


def test_bytes_that_are_no_text_are_told_not_crashed_on() -> None:
    done = family('"king\udcff"', "--format", "jsonl")
    assert done.code == 3
    assert done.records[0]["expr"] == '"king\udcff"'
    assert r"king\udcff" in done.err


def test_wide_characters_align(hard: Path) -> None:
    done = vecalc(
        "-m", hard, '"a,b"', "-k", "99", "--among", "東京,[red],-k", terminal=True, NO_COLOR="1", COLUMNS="80"
    )
    lines = [line.replace("東京", "wide") for line in done.out.splitlines()[1:-1]]
    ends = {line.index(".") for line in lines}
    assert len(ends) == 1


@pytest.mark.parametrize("columns", ["1", "10", "30", "80", "300"])
def test_any_width_is_readable(columns: str) -> None:
    done = family("king", terminal=True, COLUMNS=columns, NO_COLOR="1")
    assert done.code == 0
    assert "0.9990" in done.out
    assert int(columns) < 30 or "kings" in done.out
    widest = max(map(len, done.out.splitlines()[:-1]))
    assert widest <= max(int(columns), 24)


def test_an_encoding_without_our_signs_gets_others() -> None:
    done = family("king", "-k", "2", terminal=True, encoding="ascii", NO_COLOR="1")
    assert done.code == 0
    assert "##########" in done.out
    assert "family.txt - 13 words x 4" in done.out
    plain = family("-k", "1", "king", "man", "naïve", "--format", "plain", terminal=True, encoding="ascii")
    assert "# na\\xefve" in plain.out


@pytest.mark.parametrize("form", ["plain", "jsonl", "csv", "vector", "table", "markdown"])
def test_the_same_question_gets_the_same_bytes(form: str) -> None:
    first, second = (family("king - man + woman", "[man, queen]", "zzz", "--format", form) for _ in range(2))
    assert first == second


def test_the_shell_completes_options() -> None:
    done = forked(_VECALC_COMPLETE="bash_complete", COMP_WORDS="vecalc --met", COMP_CWORD="1")
    assert done.out == "plain,--metric\n"
    assert "_VECALC_COMPLETE" in forked(_VECALC_COMPLETE="zsh_source").out
