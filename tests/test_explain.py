"""`vecalc explain`: an answer with its grounds, which agree with the answer and with each other."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import numpy as np
import pytest
from data import data_file, needs_data
from folding import tried
from hypothesis import assume
from hypothesis import strategies as st
from running import FAMILY, Done, family, vecalc

import vecalc as package
from vecalc.answers import NORMS, Ranking, Scored, Sheet
from vecalc.calc.linear_terms import terms
from vecalc.engine.question import Question
from vecalc.errors import NoValue, UsageError, VecalcError
from vecalc.shell.repl import prompt_commands
from vecalc.shell.repl.session import Session
from vecalc.shell.request import Request
from vecalc.space.matrix import MatrixSpace
from vecalc.studies.axes.background import NEAREST, WORDS, Background
from vecalc.studies.explain import contributions
from vecalc.studies.explain.explanation import explain

Rows = list[dict[str, Any]]


@cache
def space() -> package.VectorSpace:
    return package.load(FAMILY).space


@cache
def large() -> MatrixSpace:
    """More words than a sample has, in 16 dimensions."""
    rows = np.random.default_rng(2).standard_normal((3 * WORDS, 16)).astype(np.float32)
    return MatrixSpace([f"w{i}" for i in range(len(rows))], rows)


def sheets_of(
    text: str, of: package.VectorSpace | None = None, *, for_people: bool = False, **options: Any
) -> dict[str, Sheet]:
    calculator = package.Calculator(of or space(), package.Options(**options))
    return {sheet.name: sheet for sheet in explain(calculator, text, for_people=for_people).sheets}


def records(sheet: Sheet) -> Rows:
    names = [column.name for column in sheet.columns]
    return [dict(zip(names, row, strict=True)) for row in sheet.rows]


def measures(sheets: dict[str, Sheet]) -> dict[str, float]:
    return {row["measure"]: row["value"] for row in records(sheets["measures"])}


def neighbours(text: str, of: package.VectorSpace | None = None, **options: Any) -> list[tuple[str, float]]:
    result = package.Calculator(of or space(), package.Options(**options))(text).result
    assert isinstance(result, Ranking)
    return [(near.word, near.score) for near in result.neighbours]


# --- parts of a score -----------------------------------------------------------------------

WORDS_OF_SUMS = st.sampled_from(["king", "man", "woman", "prince", "kings", "bread"])
WEIGHTS = st.floats(-4, 4).map(lambda w: f"{w:.3f}")


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Sums, differences, weights, signs, means, names and products around something."""
    return st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("({} - {})".format, inner, inner),
        st.builds("(-{})".format, inner),
        st.builds("({} * {})".format, WEIGHTS, inner),
        st.builds("({} / 3)".format, inner),
        st.builds("mean({}, {})".format, inner, inner),
        st.builds("sum([{}, {}, queen])".format, inner, inner),
        st.builds("({} + A * B where A = {}, B = queen)".format, inner, inner),
        st.builds("combined({}, {}, 0.2)".format, inner, inner),
        st.builds("raw({})".format, inner),
    )


SUMS = st.recursive(WORDS_OF_SUMS, grown, max_leaves=8)


@tried(text=SUMS, norm=st.sampled_from(NORMS), metric=st.sampled_from(["cos", "dot"]), examples=150)
def test_parts_add_up_to_the_score(text: str, norm: str, metric: str) -> None:
    calculator = package.Calculator(space(), package.Options(norm=norm, metric=metric, k=4))
    try:
        workings = calculator.workings(Question(text))
    except NoValue:  # it cancelled
        assume(False)
    result = calculator(text).result
    assert isinstance(result, Ranking)
    assume(bool(result.vector.any()))  # it cancelled, and has neighbours by dot all the same
    found = contributions.sheet(calculator, workings, result.vector, result.neighbours, for_people=False)
    for near in result.neighbours:
        brought = [row["part"] for row in records(found) if row["rank"] == near.rank]
        assert sum(brought) == pytest.approx(near.score, abs=1e-6 * max(1, abs(near.score)))


@tried(text=SUMS, norm=st.sampled_from(NORMS), examples=150)
def test_terms_add_up_to_the_vector(text: str, norm: str) -> None:
    calculator = package.Calculator(space(), package.Options(norm=norm, rank=False))
    workings = calculator.workings(Question(text))
    vector = np.asarray(workings.evaluated.value.components)  # type: ignore[union-attr]
    found = terms(workings.resolved.tree, norm, workings.values)
    total = sum((term.weight * term.vector for term in found), np.zeros_like(vector))
    assert total == pytest.approx(vector, abs=1e-9 * max(1, float(np.abs(vector).max())))


TERMS = [
    ("king - man + woman", ["king", "-man", "woman"]),
    ("king - (man - woman)", ["king", "-man", "woman"]),
    ("king + king - man", ["2 * king", "-man"]),
    ("king - king + man", ["man"]),
    ("0.5*(A*B + A + B) where A = man, B = king", ["0.5 * (man * king)", "0.5 * man", "0.5 * king"]),
    ("2*(king - man)/4", ["0.5 * king", "-0.5 * man"]),
    ("mean(king, man, woman)", ["0.333333 * king", "0.333333 * man", "0.333333 * woman"]),
    ("king * man", ["king * man"]),
    ("-(king * man)", ["-(king * man)"]),
    ("raw(king) - king", ["raw(king)", "-king"]),
    ("norm([3, 4]) * queen + 1", ["5 * queen", "1"]),
    ("lerp(king, man, 0.25)", ["0.75 * king", "0.25 * man"]),
    ("man : king :: woman : ?", ["king", "-man", "woman"]),
]


@pytest.mark.parametrize(("text", "expected"), TERMS)
def test_terms_are_named_by_what_they_are(text: str, expected: list[str]) -> None:
    workings = package.Calculator(space()).workings(Question(text))
    shown = [term.shown() for term in terms(workings.resolved.tree, "rms", workings.values)]
    assert shown == expected


def test_a_sum_of_shared_sums_is_no_larger_than_its_text() -> None:
    """Each name stands for twice the one before: 2^40 kings."""
    names = ", ".join(f"x{i} = x{i - 1} + x{i - 1}" for i in range(1, 41))
    workings = package.Calculator(space()).workings(Question(f"x40 where x0 = king, {names}"))
    (term,) = terms(workings.resolved.tree, "rms", workings.values)
    assert (term.text, term.weight) == ("king", 2.0**40)


def test_many_terms_end_in_a_rest() -> None:
    text = " + ".join(f"{i + 1}*w{i}" for i in range(100))
    for for_people, most in ((True, contributions.COLUMNS), (False, contributions.ROWS)):
        found = sheets_of(text, large(), for_people=for_people, k=2)["parts"]
        if for_people:
            assert [column.name for column in found.columns][-1] == contributions.REST
            assert len(found.columns) == 3 + most
            _, _, score, *brought = found.rows[0]
        else:
            rows = [row for row in records(found) if row["rank"] == 1]
            assert len(rows) == most
            score, brought = rows[0]["score"], [row["part"] for row in rows]
        assert sum(map(float, brought)) == pytest.approx(score, abs=1e-6)  # type: ignore[arg-type]


def test_the_parts_of_a_distance_are_those_of_the_cosine() -> None:
    found = records(sheets_of("king + queen", metric="l2", k=1)["parts"])
    calculator = package.Calculator(space())
    expected = float(calculator.value(f"cos(king + queen, {found[0]['word']})"))  # type: ignore[arg-type]
    assert sum(row["part"] for row in found) == pytest.approx(expected)
    assert found[0]["cosine"] == pytest.approx(expected)


# --- neighbours -----------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["cos", "dot", "l2"])
@pytest.mark.parametrize("exclude", ["inputs", "none"])
def test_the_neighbours_are_those_of_the_answer(metric: str, exclude: str) -> None:
    options = {"k": 4, "metric": metric, "exclude": exclude}
    found = records(sheets_of("king - man + woman", **options)["neighbours"])
    assert [(row["word"], row["score"]) for row in found] == neighbours("king - man + woman", **options)
    assert [row["rank"] for row in found] == [1, 2, 3, 4]


def test_the_gap_goes_to_the_next_word_also_behind_the_last() -> None:
    found = records(sheets_of("w1 - w2", large(), k=3)["neighbours"])
    scores = [score for _, score in neighbours("w1 - w2", large(), k=4)]
    assert [row["gap"] for row in found] == [
        scores[0] - scores[1],
        scores[1] - scores[2],
        scores[2] - scores[3],
    ]


def test_the_last_word_of_all_has_no_gap() -> None:
    found = records(sheets_of("king", k=50)["neighbours"])
    assert len(found) == 12
    assert found[-1]["gap"] is None


def test_percentile_and_z_are_those_of_the_sample() -> None:
    sheets = sheets_of("w1 + w2", large(), k=2)
    first = records(sheets["neighbours"])[0]
    sample = Background(large())
    pairs = (sample.units @ sample.units.T)[np.triu_indices(len(sample), 1)]
    assert len(sample) == WORDS
    assert first["percentile"] == pytest.approx((pairs < first["score"]).mean(), abs=1e-9)
    query = package.Calculator(large()).value("unit(w1 + w2)").components  # type: ignore[union-attr]
    scores = sample.units @ query
    assert first["z"] == pytest.approx((first["score"] - scores.mean()) / scores.std())
    assert measures(sheets)["pairs mean"] == pytest.approx(pairs.mean())


def test_z_is_positive_for_near_words_also_by_distance() -> None:
    assert all(row["z"] > 2 for row in records(sheets_of("w1 + w2", large(), metric="l2")["neighbours"]))


def test_z_is_taken_among_the_candidates() -> None:
    sheets = sheets_of("w1 + w2", large(), first=50)
    (remark,) = [text for text in sheets["neighbours"].remarks if text.startswith("gap")]
    assert "50 random candidates" in remark


def test_a_hub_is_seen() -> None:
    """The middle of a cloud is nearer to most words than these are to each other."""
    rows = np.random.default_rng(7).standard_normal((600, 40)) + 1.0
    rows[0] = 1.0
    cloud = MatrixSpace([f"w{i}" for i in range(600)], rows.astype(np.float32))
    found = records(sheets_of("w1 + w2", cloud, k=30)["neighbours"])
    by_word = {row["word"]: row["hubness"] for row in found}
    assert by_word["w0"] > 300
    assert np.median(list(by_word.values())) < 5 * NEAREST


def test_words_are_among_the_nearest_ten_times_on_average() -> None:
    sample = Background(large())
    counts = sample.hubness(sample.rows, sample.units)
    assert np.mean(counts) == pytest.approx(NEAREST)


def test_excluded_words_have_the_rank_they_would_have_had() -> None:
    found = records(sheets_of("king - man + woman", k=2)["excluded"])
    everything = [word for word, _ in neighbours("king - man + woman", k=13, exclude="none")]
    assert {row["word"]: row["rank"] for row in found} == {
        word: everything.index(word) + 1 for word in ("king", "man", "woman")
    }
    assert "excluded" not in sheets_of("king", exclude="none")


def test_an_excluded_word_that_is_no_candidate_has_no_rank() -> None:
    found = records(sheets_of("king", match="q*")["excluded"])
    assert found == [{"word": "king", "rank": None, "score": None}]


# --- how it was read ------------------------------------------------------------------------


def test_the_tree_says_what_each_part_is_worth() -> None:
    rows = sheets_of("2 * king - raw(man) where a = 1")["tree"].rows
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("sum", 0, "vector (4)"),
        ("  product", 1, "vector (4)"),
        ("    2", 2, "number"),
        ("    * king", 2, "vector (4)"),
        ("  - raw( )", 1, "vector (4)"),
        ("    man", 2, "vector (4)"),
    ]
    assert [row[3] for row in rows[2:]] == pytest.approx([2, 2, np.sqrt(4.01), np.sqrt(4.01)])


def test_names_are_filled_in() -> None:
    rows = dict(sheets_of("A + A where A = King")["expression"].rows)
    assert rows["read as"] == "A + A where A = King"
    assert rows["filled in"] == "king + king"
    assert rows["note"] == "King read as king"


def test_words_have_their_frequency_rank_and_length() -> None:
    rows = records(sheets_of("king - man")["words"])
    assert [row["word"] for row in rows] == ["king", "man"]
    assert [row["frequency rank"] for row in rows] == [space().row("king") + 1, space().row("man") + 1]  # type: ignore[operator]
    assert rows[1]["length in the file"] == pytest.approx(np.sqrt(4.01))


def test_a_deep_expression_is_drawn_in_part() -> None:
    found = sheets_of("(" * 400 + "king" + "+ man)" * 400, k=1)["tree"]
    assert len(found.rows) == 60
    assert any("first 60" in remark for remark in found.remarks)


def test_attention_is_a_table_of_weights() -> None:
    rows = records(sheets_of("attend(king, [queen, man]) + attend(man, [kings, princess])")["attention"])
    assert [(row["attention"], row["key"]) for row in rows] == [
        (1, "queen"), (1, "man"), (2, "kings"), (2, "princess"),
    ]  # fmt: skip
    assert rows[0]["weight"] + rows[1]["weight"] == pytest.approx(1)


# --- other values ---------------------------------------------------------------------------


def test_a_cosine_is_placed_among_random_pairs() -> None:
    pairs = sheets_of("cos(w1, w2)", large())
    value = float(package.Calculator(large()).value("cos(w1, w2)"))  # type: ignore[arg-type]
    cosines = Background(large()).cosines
    assert measures(pairs)["value"] == value
    assert measures(pairs)["percentile"] == pytest.approx(
        np.searchsorted(cosines, value) / len(cosines), abs=0.04
    )
    assert "neighbours" not in pairs


def test_a_list_is_explained_by_its_rows() -> None:
    sheets = sheets_of("[king, man * woman]", k=2)
    assert [row["vector"] for row in records(sheets["rows"])] == ["king", "man * woman"]
    assert len(records(sheets["rows"])[0]["nearest"].split(", ")) == 2


@pytest.mark.parametrize("text", ["king - man", "king * man", "0.5*(king*man + king + man)"])
def test_the_axes_are_measured(text: str) -> None:
    found = measures(sheets_of(text, k=3))
    assert (found["axes"] > 1e-6) == ("*" in text)
    if "*" not in text:
        assert found["stability"] == 1


def test_what_it_binds_is_forgotten() -> None:
    calculator = package.Calculator(space())
    explain(calculator, "a = king; a = a + man; a", for_people=True)
    assert "a" not in calculator.scope.names


def test_the_same_question_has_the_same_answer() -> None:
    assert sheets_of("w1 * w2", large()) == sheets_of("w1 * w2", large())


# --- scores ---------------------------------------------------------------------------------

COSMUL = "sim01(?, king) * sim01(?, woman) / (sim01(?, man) + 0.001)"


def scored(text: str, of: package.VectorSpace | None = None, **options: Any) -> list[tuple[str, float]]:
    result = package.Calculator(of or space(), package.Options(**options))(text).result
    assert isinstance(result, Scored)
    return [(near.word, near.score) for near in result.neighbours]


def test_a_score_is_explained_by_its_factors() -> None:
    sheets = sheets_of(COSMUL, k=3)
    rows = records(sheets["parts"])
    assert [(row["word"], row["score"]) for row in rows] == scored(COSMUL, k=3)
    for row in rows:
        first, second, divisor = list(row.values())[3:]
        assert first * second / divisor == pytest.approx(row["score"])
    assert list(rows[0])[3:] == [
        "(1 + cos(?, king)) / 2", "* ((1 + cos(?, woman)) / 2)", "/ ((1 + cos(?, man)) / 2 + 0.001)",
    ]  # fmt: skip


def test_a_sum_of_similarities_has_parts_that_depend_on_the_word_only() -> None:
    (first, *_) = records(sheets_of("2*cos(?, king) - cos(?, man) + 1", k=1)["parts"])
    assert list(first)[3:] == ["2 * cos(?, king)", "- cos(?, man)"]
    assert first["2 * cos(?, king)"] - first["- cos(?, man)"] + 1 == pytest.approx(first["score"])


def test_either_of_two_shows_both() -> None:
    (first, *_) = records(sheets_of("max(cos(?, king), cos(?, bread))", k=1)["parts"])
    assert max(list(first.values())[3:]) == first["score"]


def test_a_score_is_placed_among_the_candidates() -> None:
    text = "cos(?, w1) * cos(?, w2)"
    sheets = sheets_of(text, large(), k=3)
    best = scored(text, large(), k=4)
    rows = records(sheets["neighbours"])
    assert [row["gap"] for row in rows] == [best[i][1] - best[i + 1][1] for i in range(3)]
    assert all(row["z"] > 3 for row in rows)
    assert measures(sheets)["axes"] < 1e-9


def test_the_words_of_a_score_have_their_ranks() -> None:
    everything = [word for word, _ in scored(COSMUL, k=13, exclude="none")]
    found = records(sheets_of(COSMUL, k=2)["excluded"])
    assert {row["word"]: row["rank"] for row in found} == {
        word: everything.index(word) + 1 for word in ("king", "man", "woman")
    }


def test_a_score_of_single_components_depends_on_the_axes() -> None:
    assert measures(sheets_of("cos(? * w1, w2)", large()))["axes"] > 0.1
    assert measures(sheets_of("cos(center(?), w1)", large()))["axes"] < 1e-9


# --- the command ----------------------------------------------------------------------------


def explained(*arguments: str, **how: Any) -> Done:
    return vecalc("explain", "-m", FAMILY, *arguments, **how)


def test_every_format_shows_it() -> None:
    for form in ("table", "plain", "tsv", "csv", "json", "jsonl", "markdown"):
        done = explained("king - man + woman", "--format", form)
        assert done.code == 0, form
        assert "queen" in done.out
        assert "woman" in done.out


def test_json_is_complete() -> None:
    sheets = {record["sheet"]: record for record in explained("king - man + woman", "--json").records}
    assert list(sheets) == ["expression", "tree", "words", "neighbours", "parts", "excluded", "measures"]
    parts_of_first = [row for row in sheets["parts"]["rows"] if row["rank"] == 1]
    assert sum(row["part"] for row in parts_of_first) == pytest.approx(parts_of_first[0]["score"])


def test_a_table_fits_the_terminal() -> None:
    text = "king - man + woman + 0.25*kings + 0.125*princess - 3*(prince*queen) + apple"
    done = explained(text, "--format", "table", COLUMNS="60")
    remarks = {text for sheet in sheets_of(text).values() for text in sheet.remarks}
    assert max(len(line) for line in done.out.splitlines() if line not in remarks) <= 60
    assert len(re.findall(r"^rank +word +score", done.out, re.MULTILINE)) > 2


MISTAKES = [
    (["king - kign"], 3, "       ^^^^"),
    (["king - "], 3, "expected a word"),
    (["king - king"], 3, "zero vector"),
    (["concat(king, man)"], 3, "no neighbours"),
    (["a = king"], 3, "there is no expression"),
    ([], 2, "an expression is missing"),
    (["king", "man"], 2, "one expression at a time"),
    (["king", "--format", "vector"], 2, "is for vectors"),
    (["king", "-k", "0"], 2, "-k"),
]


@pytest.mark.parametrize(("arguments", "code", "told"), MISTAKES)
def test_mistakes_are_told_as_by_the_main_command(arguments: list[str], code: int, told: str) -> None:
    done = explained(*arguments)
    assert (done.code, done.out) == (code, "")
    assert told in done.err
    if code == 3:
        assert done.err == family(*arguments).err or arguments == ["a = king"]


def test_a_missed_expectation_fails() -> None:
    assert explained("king - man + woman => queen").code == 0
    done = explained("king - man + woman => apple")
    assert done.code == 1
    assert "FAIL apple" in done.out


def test_an_expression_may_begin_with_a_sign() -> None:
    assert explained("-man + king").code == 0
    assert explained("-e", "-man").code == 0


# --- the prompt -----------------------------------------------------------------------------


def typed(line: str, capsys: pytest.CaptureFixture[str], form: str = "table") -> tuple[str, str]:
    """What is shown when a line is typed at the prompt, on stdout and on stderr."""
    session = Session(package.Calculator(space(), package.Options(k=2)), Request(format=form, quiet=True))
    assert prompt_commands.run(session, line)
    return capsys.readouterr()


def test_the_prompt_explains(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = typed("explain king - man + woman", capsys)
    assert "Parts of the score" in out
    assert "queen" in out
    out, _ = typed("explain king - man + woman", capsys, "json")
    assert {sheet["sheet"] for sheet in json.loads(out)} > {"parts", "measures"}
    out, _ = typed("explain (-man + king)", capsys)
    assert "Parts of the score" in out


def test_the_prompt_compares(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = typed("compare king - man, sum(woman, queen)", capsys)
    assert "A = king - man, B = sum(woman, queen)" in out
    assert "convolution *" in out


def test_mistakes_at_the_prompt_have_their_mark(capsys: pytest.CaptureFixture[str]) -> None:
    _, err = typed("explain king - kign", capsys)
    assert "    king - kign\n           ^^^^" in err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("explain", "an expression is missing"),
        ("compare", "two expressions"),
        ("compare king", "two expressions"),
        ("compare king; man", "two expressions"),
        ("compare king, man, woman", "two expressions"),
        ("compare king +, man", "expected"),
        ("compare (king", "never closed"),
        ("compare king, kign", "kign"),
    ],
)
def test_commands_that_say_too_little(line: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(VecalcError) as caught:
        typed(line, capsys)
    assert told in caught.value.message


def test_a_format_for_vectors_shows_no_tables(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="is for vectors"):
        typed("explain king", capsys, "vector")


def test_the_words_explain_and_compare_can_be_computed_with(capsys: pytest.CaptureFixture[str]) -> None:
    session = Session(package.Calculator(space()), Request())
    assert not prompt_commands.run(session, "explain + king")
    assert not prompt_commands.run(session, "compare - king")


# --- the Google News words --------------------------------------------------------------------


@cache
def news(*arguments: str) -> Done:
    return vecalc(
        "explain", "-m", data_file("googlenews-8000x300/googlenews-8000x300.w2v.txt.gz"), *arguments
    )


@needs_data
def test_the_product_has_a_part_of_its_own() -> None:
    done = news("0.5*(A*B + A + B) where A = blood, B = color", "-k", "4", "--json")
    sheets = {record["sheet"]: record["rows"] for record in done.records}
    scores = {row["word"]: round(row["score"], 6) for row in sheets["neighbours"]}
    assert scores == {"colors": 0.480784, "colored": 0.42791, "blue": 0.421009, "red": 0.390092}
    of_red = {row["term"]: row["part"] for row in sheets["parts"] if row["word"] == "red"}
    assert list(of_red) == ["blood * color", "blood", "color"]
    assert {row["weight"] for row in sheets["parts"]} == {0.5}
    assert sum(of_red.values()) == pytest.approx(0.390092, abs=1e-6)


@needs_data
def test_an_analogy_does_not_depend_on_the_axes() -> None:
    sheets = {record["sheet"]: record["rows"] for record in news("king - man + woman", "--json").records}
    found = {row["measure"]: row["value"] for row in sheets["measures"]}
    assert found["axes"] < 1e-12
    assert found["stability"] == 1
    assert sheets["neighbours"][0]["word"] == "queen"


@pytest.mark.parametrize("metric", ["dot", "l2", "cos"])
def test_a_zero_vector_is_not_explained(metric: str) -> None:
    done = vecalc("explain", "-m", FAMILY, "--metric", metric, "king - king")
    assert done.code == 3
    assert "zero vector, which has no direction" in done.err
