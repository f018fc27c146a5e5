"""`vecalc eval` as a user meets it: layouts, protocols, and what is said about mistakes."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data import as_text
from hypothesis import given
from hypothesis import strategies as st
from running import Done, family, vecalc

import vecalc as package
from vecalc.calc.column_formula import evaluate_rows
from vecalc.calc.values import array
from vecalc.errors import FileProblem, TypeMismatch
from vecalc.evaluation.analogy_files import read_analogies
from vecalc.evaluation.pair_files import read_pairs
from vecalc.tables.question_tables import QuestionText

QUESTIONS = """\
: royals
man king woman queen
woman queen man king
: others
boy prince girl princess
man boy woman girl
apple pear man nobody
"""
PAIRS = "king\tqueen\t9\nman\twoman\t7\nking\tapple\t1\nqueen\tprincess\t8\nboy\tbanana\t0.5\n"
Row = dict[str, Any]
# Each component a trait: royal, male, female, edible, young, human.
KIN = Path(__file__).parent / "models" / "kin.txt"


def write(folder: Path, text: str | bytes, name: str = "set.txt") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def run(kind: str, *arguments: str | Path, **how: Any) -> Done:
    return vecalc("eval", kind, *arguments, "-m", KIN, **how)


def sheets(kind: str, *arguments: str | Path) -> dict[str, list[Row]]:
    done = run(kind, *arguments, "--json", "--resamples", "100")
    assert done.code == 0, done.err
    return {sheet["sheet"]: sheet["rows"] for sheet in json.loads(done.out)}


def refused(kind: str, *arguments: str | Path, code: int) -> str:
    done = run(kind, *arguments)
    assert (done.code, done.out) == (code, "")
    assert done.err.count("\n") <= 3
    return done.err


# --- what is counted ------------------------------------------------------------------------


def test_analogies_are_counted(tmp_path: Path) -> None:
    found = sheets("analogies", write(tmp_path, QUESTIONS))
    best, baseline = found["accuracy"]
    assert (best["formula"], best["right"], best["seen"], best["total"]) == ("b - a + c", 4, 4, 5)
    assert (best["accuracy"], best["coverage"]) == (1.0, 0.8)
    assert baseline["formula"] == "b (baseline)"
    assert [row["section"] for row in found["sections"][::2]] == ["royals", "others"]
    assert [row["total"] for row in found["sections"][::2]] == [2, 3]


def test_where_the_answer_lands_with_inputs_allowed(tmp_path: Path) -> None:
    found = sheets("analogies", write(tmp_path, QUESTIONS))
    baseline = found["inputs allowed"][1]
    assert (baseline["right"], baseline["on b"]) == (0.0, 1.0)


def test_ranks_beyond_the_first(tmp_path: Path) -> None:
    """Of b's neighbours, the answer is seldom the first, but among the ten of thirteen words."""
    row = sheets("analogies", write(tmp_path, QUESTIONS))["ranks"][1]
    assert row["top 1"] <= row["top 5"] <= row["top 10"]
    assert row["top 1"] < row["MRR@10"] < row["top 10"] or row["top 1"] == row["MRR@10"]


def test_formulas_are_compared_on_the_same_questions(tmp_path: Path) -> None:
    found = sheets("analogies", write(tmp_path, QUESTIONS), "-e", "b - a + c", "-e", "a")
    first = found["comparison"][0]
    assert (first["first"], first["second"], first["questions"]) == ("b - a + c", "a", 4)
    assert first["only first"] >= 1
    assert first["only second"] == 0
    assert first["p"] == 2 / 2 ** first["only first"]
    assert first["p (Holm)"] >= first["p"]
    assert len(found["comparison"]) == 3  # with the baseline


def test_models_are_compared(tmp_path: Path) -> None:
    rows = np.random.default_rng(1).normal(size=(4, 4))
    other = write(tmp_path, as_text(["man", "king", "woman", "queen"], rows), "other.txt")
    models = ["-m", f"big={KIN}", "-m", f"small={other}"]
    done = vecalc("eval", "analogies", write(tmp_path, QUESTIONS), *models, "--json")
    found = {sheet["sheet"]: sheet["rows"] for sheet in json.loads(done.out)}
    assert {row["model"] for row in found["accuracy"]} == {"big", "small"}
    across = [row for row in found["comparison"] if row["first"].startswith("big (b - a")]
    assert [row["questions"] for row in across] == [2]  # both vocabularies have these


def test_models_without_a_name_are_called_by_their_files(tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_bytes(KIN.read_bytes())
    file = write(tmp_path, QUESTIONS)
    done = vecalc("eval", "analogies", file, "-m", KIN, "-m", other, "--json")
    rows = json.loads(done.out)[0]["rows"]
    assert list(dict.fromkeys(row["model"] for row in rows)) == ["kin", "other"]
    again = vecalc("eval", "analogies", file, "-m", KIN, "-m", other, "-m", f"kin={other}", "--json")
    assert (again.code, "the name 'kin' is given twice" in again.err) == (2, True)


def test_unknown_words_count_as_the_protocol_says(tmp_path: Path) -> None:
    file = write(tmp_path, QUESTIONS)
    assert sheets("analogies", file, "--unknown", "wrong")["accuracy"][0]["accuracy"] == 0.8
    message = refused("analogies", file, "--unknown", "error", code=4)
    assert "set.txt:7: 'pear' is not in the vocabulary" in message


def test_the_vocabulary_can_be_cut(tmp_path: Path) -> None:
    file = write(tmp_path, QUESTIONS)
    seen = [sheets("analogies", file, "--first", str(n))["accuracy"][0]["seen"] for n in (4, 6, 13)]
    assert seen == sorted(seen)
    assert seen[0] < seen[-1] == 4


def test_case(tmp_path: Path) -> None:
    file = write(tmp_path, "Man King Woman Queen\n")
    for protocol in ("gensim", "word2vec"):
        best = sheets("analogies", file, "--protocol", protocol)["accuracy"][0]
        assert (best["right"], best["seen"]) == (1, 1)
    assert sheets("analogies", file, "--case", "upper")["accuracy"][0]["right"] == 1


@pytest.mark.parametrize(
    ("kind", "text", "what"),
    [("analogies", "Man King Woman Queen\n", "questions"), ("similarity", "King\tQueen\t8\n" * 3, "pairs")],
)
def test_a_set_of_which_nothing_is_known_is_an_error_that_names_the_case(
    kind: str, text: str, what: str, tmp_path: Path
) -> None:
    file = write(tmp_path, text)
    done = family("eval", kind, file)
    total = text.count("\n")
    assert (done.code, done.out) == (4, "")
    assert done.err == (
        f"vecalc: {file}: none of {total} {what} is in the vocabulary as written; "
        f"--case ascii finds {total}\n"
    )
    known = write(tmp_path, text.lower(), "known.txt")
    both = family("eval", kind, file, known)
    assert both.code == 0
    assert both.err == done.err.replace("vecalc: ", "vecalc: note: ")
    assert both.out == family("eval", kind, known).out


@pytest.mark.parametrize(("lower", "told"), [(1, True), (20, False)])
def test_questions_that_are_there_in_another_case_are_told_of(lower: int, told: bool, tmp_path: Path) -> None:
    """A few unknown words are usual, and no reason to say anything."""
    text = "Man King Woman Queen\n" + "man king woman queen\n" * lower
    done = family("eval", "analogies", write(tmp_path, text))
    assert done.code == 0
    assert ("1 of 2 questions are in the vocabulary as written; --case ascii finds 2" in done.err) == told
    assert bool(done.err) == told


def test_there_is_no_p_without_questions(tmp_path: Path) -> None:
    few = write(tmp_path, "1 1\nking 1\n", "few.txt")
    file = write(tmp_path, "man king woman queen\n")
    found = sheets("analogies", file, "-m", f"few={few}")
    row = next(row for row in found["comparison"] if "few" in row["first"] + row["second"])
    assert (row["questions"], row["difference"], row["p"], row["p (Holm)"]) == (0, None, None, None)


def test_an_input_in_another_case_is_no_answer_to_gensim_and_one_to_word2vec(tmp_path: Path) -> None:
    words = ["a", "b", "c", "C", "d"]
    vectors = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [0, 1, 1.6]], dtype=np.float64)
    model = write(tmp_path, as_text(words, vectors), "model.txt")
    file = write(tmp_path, "a b c d\n")
    right = {}
    for protocol in ("exact", "gensim", "word2vec"):
        done = vecalc(
            "eval", "analogies", file, "-m", model, "--protocol", protocol, "--norm", "raw", "--json"
        )
        right[protocol] = json.loads(done.out)[0]["rows"][0]["right"]
    assert right == {"exact": 0, "gensim": 1, "word2vec": 0}


def test_nothing_need_be_excluded(tmp_path: Path) -> None:
    found = sheets("analogies", write(tmp_path, QUESTIONS), "--exclude", "none")
    assert found["accuracy"][0]["accuracy"] == found["inputs allowed"][0]["right"]


def test_questions_that_can_not_be_answered_are_told(tmp_path: Path) -> None:
    done = run(
        "analogies", write(tmp_path, "man king woman king\nman king woman queen\n"), "--format", "table"
    )
    assert "1 question has no answer but words of the question" in done.out


def test_questions_without_an_answer_are_told(tmp_path: Path) -> None:
    done = run("analogies", write(tmp_path, QUESTIONS), "-e", "a - a", "--format", "table")
    assert "a - a (kin.txt) gives no answer to 4 questions: counted as wrong" in done.out


def test_details_show_every_question(tmp_path: Path) -> None:
    rows = sheets("analogies", write(tmp_path, QUESTIONS), "--details")["questions"]
    assert len(rows) == 5 * 2
    assert (rows[0]["a"], rows[0]["expected"], rows[0]["answer"], rows[0]["rank"]) == (
        "man",
        "queen",
        "queen",
        1,
    )
    assert rows[-1]["answer"] is None


def test_details_show_every_pair(tmp_path: Path) -> None:
    file = write(tmp_path, PAIRS + "king\tnobody\t10\n")
    found = sheets("similarity", file, "-e", "cos(a, b)", "-e", "dist(a, b)", "--details")["pairs"]
    assert len(found) == 6 * 2
    first, last = found[0], found[-1]
    assert (first["line"], first["a"], first["b"], first["judged"]) == (1, "king", "queen", 9)
    assert first["formula"] == "cos(a, b)"
    assert first["value"] == pytest.approx(float(vecalc("-m", KIN, "cos(king, queen)").out), abs=1e-6)
    assert (last["b"], last["formula"], last["value"]) == ("nobody", "dist(a, b)", None)


def test_similarity_is_counted(tmp_path: Path) -> None:
    found = sheets("similarity", write(tmp_path, PAIRS), "-e", "cos(a, b)", "-e", "dist(a, b)")
    cosine, distance = found["correlation"]
    assert (cosine["seen"], cosine["total"]) == (5, 5)
    assert cosine["Spearman"] > 0.5
    assert distance["Spearman"] < 0
    assert cosine["low"] <= cosine["Spearman"] <= cosine["high"]
    (row,) = found["comparison"]
    assert row["difference"] == pytest.approx(distance["Spearman"] - cosine["Spearman"])


def test_unknown_pairs_count_as_the_protocol_says(tmp_path: Path) -> None:
    file = write(tmp_path, PAIRS + "king\tnobody\t10\n")
    skipped = sheets("similarity", file)["correlation"][0]
    zero = sheets("similarity", file, "--unknown", "zero")["correlation"][0]
    mean = sheets("similarity", file, "--unknown", "mean")["correlation"][0]
    assert (skipped["seen"], zero["seen"], mean["seen"]) == (5, 6, 6)
    assert zero["Spearman"] < mean["Spearman"] < skipped["Spearman"]
    assert {row["coverage"] for row in (skipped, zero, mean)} == {5 / 6}
    assert "'nobody'" in refused("similarity", file, "--unknown", "error", code=4)


def test_pairs_without_a_value_are_told(tmp_path: Path) -> None:
    done = run(
        "similarity", write(tmp_path, PAIRS + "king\tking\t10\n"), "-e", "cos(a - b, b)", "--format", "table"
    )
    assert "cos(a - b, b) has no value for 1 pair" in done.out


def test_numbers_that_are_all_alike_correlate_with_nothing(tmp_path: Path) -> None:
    row = sheets("similarity", write(tmp_path, PAIRS), "-e", "0 * cos(a, b)")["correlation"][0]
    assert (row["Spearman"], row["low"], row["Pearson"]) == (None, None, None)


def test_too_few_pairs(tmp_path: Path) -> None:
    done = run("similarity", write(tmp_path, "king\tqueen\t9\nman\twoman\t7\n"), "--format", "table")
    assert done.code == 0
    assert "fewer than 3 pairs count" in done.out


@pytest.mark.parametrize("kind", ["analogies", "similarity"])
@pytest.mark.parametrize("form", ["table", "plain", "tsv", "csv", "json", "jsonl", "markdown"])
def test_every_format_says_the_same_every_time(kind: str, form: str, tmp_path: Path) -> None:
    file = write(tmp_path, QUESTIONS if kind == "analogies" else PAIRS)
    one, again = (run(kind, file, "--format", form) for _ in range(2))
    assert one.code == 0
    assert one.out == again.out
    assert "exact" in one.out  # the protocol


def test_the_metric_is_not_ignored(tmp_path: Path) -> None:
    """As gensim's `similarity_function` is, any nonsense included."""
    words = ["a", "b", "c", "near", "far"]
    vectors = np.array([[1, 0], [1, 1], [1, 0.1], [0.6, 1], [9, 11]], dtype=np.float64)
    model = write(tmp_path, as_text(words, vectors), "model.txt")
    file = write(tmp_path, "a b c near\n")
    right = []
    for metric in ("cos", "dot", "l2"):
        done = vecalc("eval", "analogies", file, "-m", model, "--norm", "raw", "--metric", metric, "--json")
        right.append(json.loads(done.out)[0]["rows"][0]["right"])
    assert right == [0, 0, 1]
    assert vecalc("eval", "analogies", file, "--metric", "nonsense").code == 2


def test_names_of_let_are_known(tmp_path: Path) -> None:
    done = run(
        "analogies", write(tmp_path, QUESTIONS), "--let", "f(x, y) = x - y", "-e", "f(b, a) + c", "--json"
    )
    assert json.loads(done.out)[0]["rows"][0]["right"] == 4


def test_a_formula_may_use_words_of_the_model(tmp_path: Path) -> None:
    formula = "without(c, man, woman) + woman"
    rows = sheets("analogies", write(tmp_path, QUESTIONS), "-e", formula)["accuracy"]
    assert rows[0]["formula"] == formula


# --- methods --------------------------------------------------------------------------------


ROYAL = "man\tking\nwoman\tqueen\nboy\tprince\ngirl\tprincess\n"


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul", "pairdirection", "3cosavg", "lrcos", "nearest-b"])
def test_methods(method: str, tmp_path: Path) -> None:
    found = sheets("analogies", write(tmp_path, ROYAL), "--method", method)
    assert found["accuracy"][0]["formula"] == method
    assert found["accuracy"][0]["total"] == 12
    assert found["accuracy"][0]["right"] > 6 or method == "nearest-b"
    assert len(found["accuracy"]) == (1 if method == "nearest-b" else 2)
    (definition,) = (row["value"] for row in found["protocol"] if row["setting"] == method)
    assert definition != method


@pytest.mark.parametrize(
    "formula",
    [
        "b - a + c",
        "0.5*(b*c + b + c)",
        "without(b, a) + c",
        "cos(?, b) - cos(?, a) + cos(?, c)",
        "sim01(?, b) * sim01(?, c) / (sim01(?, a) + 0.001)",
        "center(b) + c",
        "c",
    ],
)
def test_answers_are_those_of_the_same_expression(formula: str, tmp_path: Path) -> None:
    """Asked one by one, with the words in the place of the columns."""
    rows = sheets("analogies", write(tmp_path, ROYAL), "-e", formula, "--details")["questions"]
    calculator = package.Calculator(package.load(KIN).space)
    for row in (row for row in rows if row["formula"] == formula):
        where = ", ".join(f"{name} = {row[name]}" for name in "abc")
        neighbours = calculator(f"{formula} where {where}").result.neighbours
        expected = next(n.word for n in neighbours if n.word not in (row["a"], row["b"], row["c"]))
        assert row["answer"] == expected


def test_a_pair_is_not_learnt_from_when_its_word_is_asked(tmp_path: Path) -> None:
    """The one pair of a section that is asked about leaves nothing to learn from."""
    rows = sheets("analogies", write(tmp_path, "man king man king\n"), "--method", "3cosavg")["accuracy"]
    assert (rows[0]["seen"], rows[0]["right"]) == (1, 0)


# --- layouts --------------------------------------------------------------------------------


def test_msr_with_tags(tmp_path: Path) -> None:
    found = sheets(
        "analogies", write(tmp_path, "man king woman queen NN_NNS\nboy prince girl princess NN_NNS\n")
    )
    assert found["accuracy"][0]["right"] == 2


def test_msr_with_answers_apart(tmp_path: Path) -> None:
    file = write(tmp_path, "man king woman\nboy prince girl\n", "word.questions")
    write(tmp_path, "NN_A queen\nNN_B princess\n", "word.answers")
    found = sheets("analogies", file)
    assert found["accuracy"][0]["right"] == 2
    assert {row["section"] for row in found["sections"]} == {"NN_A", "NN_B"}


def test_bats_is_a_folder_of_pairs_with_several_answers(tmp_path: Path) -> None:
    write(tmp_path, "man\tking/emperor\nwoman\tnobody/queen\nboy\tprince\n", "bats/1_Nouns/N01 [royal].txt")
    write(tmp_path, "king\tqueen\nprince\tprincess\n", "bats/2_Pairs/P01 [married].txt")
    found = sheets("analogies", tmp_path / "bats")
    best = found["accuracy"][0]
    # "nobody" stands for b where woman's pair comes first, and is unknown.
    assert (best["total"], best["seen"]) == (6 + 2, 4 + 2)
    assert best["right"] == 6
    message = refused("analogies", tmp_path / "bats", "--unknown", "error", code=4)
    assert "N01 [royal].txt:1: 'nobody' is not in the vocabulary" in message
    assert [row["section"] for row in found["sections"][::2]] == [
        "N01 [royal]", "P01 [married]", "all 1_Nouns", "all 2_Pairs",
    ]  # fmt: skip


def test_tables_with_named_columns(tmp_path: Path) -> None:
    text = "id,from,to,other,right\n1,man,king,woman,queen\n2,boy,prince,girl,princess\n"
    bind = ["--bind", "a=from", "--bind", "b=to", "--bind", "c=other", "--bind", "d=right"]
    assert sheets("analogies", write(tmp_path, text, "t.csv"), *bind)["accuracy"][0]["right"] == 2
    tabs = text.replace(",", "\t")
    assert sheets("analogies", write(tmp_path, tabs, "t.tsv"), *bind)["accuracy"][0]["right"] == 2
    lines = '{"from": "man", "to": "king", "other": "woman", "right": "queen"}\n'
    assert sheets("analogies", write(tmp_path, lines, "t.jsonl"), *bind)["accuracy"][0]["right"] == 1


@pytest.mark.parametrize(
    "text",
    [
        PAIRS,
        PAIRS.replace("\t", " "),
        PAIRS.replace("\t", ","),
        PAIRS.replace("\n", "\r\n"),
        PAIRS.rstrip("\n"),
        "\ufeff" + PAIRS,
        "# The set\n# Word 1\tWord 2\tMean\n" + PAIRS,
        "Word 1\tWord 2\tHuman (mean)\n" + PAIRS,
        "".join(f"{i},{line.replace(chr(9), ',')},{i / 7}\n" for i, line in enumerate(PAIRS.splitlines())),
        "word1\tword2\tPOS\tscore\trelation\n"
        + "".join("{}\t{}\tN\t{}\tNONE\n".format(*line.split("\t")) for line in PAIRS.splitlines()),
        "".join("\t".join([*line.split("\t"), "3", "9.5", ""]) + "\n" for line in PAIRS.splitlines()),
        "".join(
            json.dumps(dict(zip("wvs", [*words, float(score)], strict=True))) + "\n"
            for *words, score in (line.split("\t") for line in PAIRS.splitlines())
        ),
    ],
    ids=[
        "tabs", "blanks", "commas", "crlf", "no last line end", "mark", "comments", "header", "numbered",
        "pos", "raters", "objects",
    ],
)  # fmt: skip
def test_layouts_of_pairs(text: str, tmp_path: Path) -> None:
    expected = sheets("similarity", write(tmp_path, PAIRS))["correlation"]
    assert sheets("similarity", write(tmp_path, text, "other"))["correlation"] == expected


def test_compressed_files_and_standard_input(tmp_path: Path) -> None:
    packed = write(tmp_path, gzip.compress(PAIRS.encode()), "set.txt.gz")
    assert sheets("similarity", packed)["correlation"][0]["total"] == 5
    done = run("similarity", "-", "--json", stdin=PAIRS)
    assert json.loads(done.out)[0]["rows"][0]["total"] == 5


def test_columns_by_name_by_number_and_in_part(tmp_path: Path) -> None:
    text = "n,pair,first,second\n1,king queen,1,9\n2,man woman,2,7\n3,king apple,3,1\n4,boy girl,4,6\n"
    file = write(tmp_path, text)
    bind = ["--bind", "x=pair:1", "--bind", "y=pair:2", "-e", "cos(x, y)"]
    first = sheets("similarity", file, *bind, "--score", "first")["correlation"][0]["Spearman"]
    second = sheets("similarity", file, *bind, "--score", "second")["correlation"][0]["Spearman"]
    assert first < second
    bare = write(tmp_path, PAIRS)
    swapped = ["--bind", "a=2", "--bind", "b=1", "--score", "3"]
    assert sheets("similarity", bare, *swapped)["correlation"] == sheets("similarity", bare)["correlation"]


def test_several_files(tmp_path: Path) -> None:
    one, other = write(tmp_path, PAIRS), write(tmp_path, PAIRS, "other.txt")
    done = run("similarity", one, other, "--json")
    assert [sheet["sheet"] for sheet in json.loads(done.out)] == ["correlation", "Pearson", "protocol"] * 2


# --- mistakes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (": a\nman king woman queen\nman king woman\n", "set.txt:3: has 3 words, 4 are expected"),
        (": a\n", "holds no question"),
        ("", "is empty"),
        (b": a\nman king woman \xff\n", "set.txt:2: byte 16 is not UTF-8"),
        (b"\0\1\2\3", "is not a file of questions"),
        (PAIRS, "judged pairs are for `vecalc eval similarity`"),
        (PAIRS.replace("\t", ","), "judged pairs are for `vecalc eval similarity`"),
        ("man king woman\nboy prince girl\n", "no file of answers"),
        ("man\tking\nwoman\n", "set.txt:2: is not a pair"),
        ("man\tking\n" * 1500, "more than 2,000,000 questions"),
    ],
)
def test_files_that_are_no_analogies(text: str | bytes, message: str, tmp_path: Path) -> None:
    assert message in refused("analogies", write(tmp_path, text), code=4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PAIRS + "king\tqueen\n", "set.txt:6: has 2 cells, the first row 3"),
        (PAIRS + "king\tqueen\thigh\n", "set.txt:6: 'high' is not a score"),
        (PAIRS + "king\tqueen\tnan\n", "set.txt:6: 'nan' is not a score"),
        ("king queen\nman woman\n", "is not a set of judged pairs"),
        (QUESTIONS, "vecalc eval analogies"),
        ("# nothing\n", "nothing but comments"),
    ],
)
def test_files_that_are_no_judged_pairs(text: str, message: str, tmp_path: Path) -> None:
    assert message in refused("similarity", write(tmp_path, text), code=4)


SCRAPS = st.sampled_from(
    [*"abc:,;#/1", "king", "\t", " ", "\n", '"', '{"a": 1}\n', "2.5", "NN_NNS", "\r\n", "é"]
)


@given(st.lists(SCRAPS, max_size=60), st.booleans())
def test_any_text_is_read_or_refused(scraps: list[str], named: bool) -> None:
    text = QuestionText("any.txt", "".join(scraps).encode())
    bind = {"a": "1", "b": "2"} if named else {}
    readers: list[Callable[[], object]] = [
        lambda: read_analogies("any", [text], {**bind, "d": "3"} if named else {}),
        lambda: read_pairs("any", text, bind, "3" if named else None),
        lambda: read_pairs("any", text, {}, "king" if named else None),
    ]
    for read in readers:
        with contextlib.suppress(FileProblem):
            found = read()
            assert getattr(found, "questions", None) or getattr(found, "pairs", None)


def test_formulas_that_do_not_fit(tmp_path: Path) -> None:
    questions, pairs = write(tmp_path, QUESTIONS), write(tmp_path, PAIRS, "pairs.txt")
    assert "gives a number" in refused("analogies", questions, "-e", "cos(a, b)", code=3)
    assert "gives a vector (6)" in refused("similarity", pairs, "-e", "a + b", code=3)
    assert "d is the answer" in refused("analogies", questions, "-e", "d", code=3)
    assert "unknown word 'e'" in refused("analogies", questions, "-e", "a + e", code=3)
    assert "^" in refused("similarity", pairs, "-e", "cos(a, b", code=3)
    assert "one expression" in refused("similarity", pairs, "-e", "x = a", code=3)
    assert "list" in refused("similarity", pairs, "-e", "[a, b]", code=3)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "say what to evaluate"),
        (["analogy", "x"], 2, "there is no evaluation 'analogy'"),
        (["analogies"], 2, "a file is missing"),
        (["analogies", "nowhere.txt"], 4, "nowhere.txt"),
        (["similarity", "x", "--method", "lrcos"], 2, "--method: is an option of vecalc eval analogies"),
        (["analogies", "x", "--score", "y"], 2, "--score: is an option of vecalc eval similarity"),
        (["analogies", "x", "--unknown", "mean"], 2, "skip, wrong, error"),
        (["similarity", "x", "--bind", "a"], 2, "binds no column"),
        (["similarity", "x", "--bind", "a=x", "--bind", "a=y"], 2, "bound twice"),
    ],
)
def test_command_lines_that_make_no_sense(arguments: list[str], code: int, message: str) -> None:
    done = vecalc("eval", *arguments)
    assert (done.code, done.out) == (code, "")
    assert message in done.err


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    file = write(tmp_path, "x,y,z\nking,queen,1\nman,woman,2\n")
    message = refused("similarity", file, "--bind", "a=x", "--bind", "b=w", "--score", "z", code=4)
    assert "no column 'w'" in message
    assert "it has x, y, z" in message
    assert "--bind d=COLUMN" in refused("analogies", file, "--bind", "a=x", code=4)


# --- many rows at once ----------------------------------------------------------------------

TERMS = st.sampled_from(["a", "b", "c", "king", "raw(a)", "unit(b)", "0.5", "cos(a, c)", "(b @ c)"])
OPERATORS = st.sampled_from(["+", "-", "*", "/"])


def value_of(calculator: package.Calculator, text: str) -> Any:
    """A value as numbers, or what is said instead."""
    try:
        return array(calculator.value(text))
    except package.VecalcError as problem:
        return problem


@given(st.lists(st.tuples(OPERATORS, TERMS), min_size=1, max_size=5), st.sampled_from(["rms", "unit", "raw"]))
def test_rows_at_once_are_rows_one_by_one(parts: list[tuple[str, str]], norm: str) -> None:
    space = package.load(KIN).space
    calculator = package.Calculator(space, package.Options(norm=norm))
    text = "a " + " ".join(f"{op} {term}" for op, term in parts)
    rows = np.random.default_rng(len(parts)).integers(0, len(space), (6, 3))
    columns = {name: space.vectors(rows[:, i]) for i, name in enumerate("abc")}
    try:
        numbers, problems = evaluate_rows(calculator.formula(text, ("a", "b", "c")), columns)
    except TypeMismatch:  # whatever the row
        return
    for i, row in enumerate(rows.tolist()):
        where = ", ".join(f"{name} = {space.word(word)}" for name, word in zip("abc", row, strict=True))
        expected = value_of(calculator, f"{text} where {where}")
        if isinstance(expected, package.VecalcError):
            assert problems[i].message == expected.message
        else:
            assert numbers[i] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("formula", ["without(a, king - king)", "b / 0", "a + log(-king)"])
def test_a_part_that_never_has_a_value_is_a_problem_of_each_row(formula: str) -> None:
    space = package.load(KIN).space
    columns = {name: space.vectors(range(3)) for name in "abc"}
    numbers, problems = evaluate_rows(package.Calculator(space).formula(formula, tuple("abc")), columns)
    assert np.isnan(numbers).all()
    assert sorted(problems) == [0, 1, 2]


def test_no_rows_have_no_values() -> None:
    space = package.load(KIN).space
    formula = package.Calculator(space).formula("b - a + c", tuple("abc"))
    assert len(evaluate_rows(formula, {name: space.vectors([]) for name in "abc"}).numbers) == 0
