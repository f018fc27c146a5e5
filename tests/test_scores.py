"""Scores, against the same expression with each word in the place of `?`, and against brute force."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from folding import tried
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from running import FAMILY, family

import vecalc
from vecalc.calc import program
from vecalc.calc.program import CandidateRows, Joint
from vecalc.calc.topk import rank_in_score, score_values, search_scores
from vecalc.calc.values import Score
from vecalc.errors import NoValue, UsageError, VecalcError
from vecalc.space.matrix import MatrixSpace

Floats: TypeAlias = NDArray[np.float64]

WORDS, WIDTH = 300, 12


def space_of(seed: int = 1, name: str = "small", words: int = WORDS, width: int = WIDTH) -> MatrixSpace:
    """Random vectors of random lengths; the last three are two of one vector, and zero."""
    chance = np.random.default_rng(seed)
    matrix = chance.normal(size=(words, width)) * np.exp(chance.normal(size=(words, 1)))
    matrix[-2], matrix[-1] = matrix[-3], 0
    return MatrixSpace([f"w{i}" for i in range(words)], matrix.astype(np.float32), name)


SPACE = space_of()

FORMULAS = [
    "cos(?, w1)",
    "cos(?, w1 - w2 + w3)",
    "cos(w1 * w2, ?)",
    "sim01(?, w1) * sim01(?, w2) / (sim01(?, w3) + 1e-6)",
    "cos(? - w1, w2 - w3)",
    "cos(? - w1, ? - w2)",
    "cos(-2 * ? + w1, w2)",
    "cos(? / 3, w2 - ?)",
    "cos(w1 - (? + 1), w2)",
    "max(cos(?, w1), cos(?, w2))",
    "min(cos(?, w1), cos(?, w2), 0.1)",
    "mean(cos(?, w1), cos(?, w2))",
    "sum([cos(?, w1), -cos(?, w2), norm(?)])",
    "norm(raw(?))",
    "norm(?)",
    "norm(? - w1)",
    "norm(? * w1)",
    "norm(2 * ? - 2 * ? + w1)",
    "-dist(?, w1)",
    "-dist(raw(?), raw(w1))",
    "dot(?, w1)",
    "? @ ?",
    "(? - w1) @ (? + w2)",
    "raw(?) @ ?",
    "raw(?) @ raw(w1)",
    "cos(raw(?) - w1, w2)",
    "angle(?, w1)",
    "angle(? - w1, w2)",
    "abs(cos(?, w1))",
    "exp(cos(?, w1)) + log(sim01(?, w2) + 1) - sqrt(2 + cos(?, w3))",
    "tanh(? @ w1) * sigmoid(cos(?, w2))",
    "clip(cos(?, w1), -0.1, 0.1)",
    "clip(cos(?, w1), -1, cos(?, w2) + 1)",
    "sign(cos(?, w1)) * norm(raw(?))",
    "cos(?, w1) ^ 2",
    "sim01(?, w1) ^ 0.5",
    "2 ^ cos(?, w1)",
    "cos(? * w1, w2)",
    "cos(abs(?), w2)",
    "cos(? ^ 2, w2)",
    "cos(cos(?, w3) * w1 + ?, w2)",
    "cos(unit(?) + unit(w1), w2)",
    "cos(rms(? + w1), w2 + ?)",
    "cos(mean(?, w1), w2)",
    "cos(max(?, w1, 0.5), w2)",
    "cos(min([?, w1]), w2)",
    "max(?) - min(?)",
    "sum(abs(?)) / (mean(abs(?)) + 1)",
    "cos(without(?, w1), w2)",
    "cos(without(?, w1, w2), w3)",
    "cos(without(w1, ?), w2)",
    "cos(without(w1, [?, w2]), w3)",
    "norm(project(?, [w1, w2]))",
    "norm(project(?, w1 + ?))",
    "cos(slerp(?, w1, 0.3), w2)",
    "cos(slerp(?, w1, sim01(?, w2)), w2)",
    "cos(lerp(w1, ?, 0.25), w2)",
    "cos(slerp(w1, w2, sim01(?, w3)), w3)",
    "cos(lerp(w1, w2, sim01(?, w3)), w3)",
    "cos(clip(w1, -1, abs(cos(?, w2))), w3)",
    "cos(max(w1, cos(?, w2)), w3)",
    "cos(mean(w1, cos(?, w2)), w3)",
    "cos(w1 - cos(?, w2), w3)",
    "cos(abs(w1) ^ sim01(?, w2), w3)",
    "cos(w1 / (2 + cos(?, w2)) + w2, w3)",
    "norm(sum(w1 * cos(?, w2), w2))",
    "cos(dilate(?, w1), w2)",
    "cos(distend(w1, w2, 1 + sim01(?, w3)), w3)",
    "cos(bind(?, w1), w2)",
    "cos(unbind(w1, ?), w2)",
    "cos(concat(?, w1), concat(w2, ?))",
    "cos(reflect(?, w1), w2)",
    "cos(distend(?, w1, 2), w2)",
    "cos(combined(?, w1), w2)",
    "cos(interact(?, w1), interact(w2, ?))",
    "cos(center(?), w1)",
    "cos(center(? * w1), center(w2))",
    "cos(debias(?, w1, w2), w3)",
    'cos(map(?, "small"), w2)',
    "A - B where A = cos(?, w1), B = cos(? - w2, w3)",
    "f(?, w1) + f(w2, ?) where f(a, b) = cos(a, b) / 2",
]

every_formula = pytest.mark.parametrize("text", FORMULAS)
every_norm = pytest.mark.parametrize("norm", ["rms", "raw"])


def score_of(text: str, norm: str = "rms", space: MatrixSpace = SPACE) -> Score:
    score = vecalc.Calculator(space, vecalc.Options(norm=norm)).value(text)
    assert isinstance(score, Score)
    return score


@every_formula
@every_norm
def test_a_score_is_the_expression_with_each_word_for_the_question_mark(text: str, norm: str) -> None:
    calculator = vecalc.Calculator(SPACE, vecalc.Options(norm=norm))
    rows = np.arange(0, WORDS, 23)
    rows = np.append(rows, WORDS - 1)  # the zero vector
    for row, number in zip(rows, score_values(SPACE, score_of(text, norm), rows), strict=True):
        try:
            expected = float(calculator.value(text.replace("?", f"w{row}")))  # type: ignore[arg-type]
        except NoValue:
            expected = np.nan
        assert number == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), f"w{row}"


@every_formula
@every_norm
def test_quick_scores_are_the_exact_ones_but_for_rounding(text: str, norm: str) -> None:
    score = score_of(text, norm)
    exact = score_values(SPACE, score, np.arange(WORDS))
    with np.errstate(all="ignore"):
        (_, quick), *_ = Joint([score.quick]).run(
            CandidateRows(np.arange(WORDS), SPACE.vectors(range(WORDS)), SPACE.word)
        )
    known = np.isfinite(quick)
    assert np.count_nonzero(~known) <= 6  # what may be on the wrong side is left to the exact run
    assert quick[known] == pytest.approx(exact[known], rel=1e-9, abs=1e-9)


@every_formula
@every_norm
def test_the_best_are_those_of_brute_force_to_the_last_bit(text: str, norm: str) -> None:
    score = score_of(text, norm)
    numbers = score_values(SPACE, score, np.arange(WORDS))
    order = np.lexsort((np.arange(WORDS), -numbers))
    order = order[np.isfinite(numbers[order])]
    for k in (1, 7, WORDS):
        (best,) = search_scores(SPACE, [score], k)
        assert not isinstance(best, VecalcError)
        assert best.rows.tolist() == order[:k].tolist()
        assert best.scores.tobytes() == numbers[order[:k]].tobytes()
    for rank in (1, 5, 100):
        assert rank_in_score(SPACE, score, int(order[rank - 1])) == rank


def test_blocks_and_company_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = [score_of(text) for text in FORMULAS]
    whole = search_scores(SPACE, scores, 9)
    monkeypatch.setattr(program, "MOST", 7)
    monkeypatch.setattr(program, "FEWEST", 1)
    by_blocks = search_scores(SPACE, scores, 9)
    alone = [search_scores(SPACE, [score], 9)[0] for score in scores]
    assert [told(found) for found in whole] == [told(found) for found in by_blocks]
    assert [told(found) for found in whole] == [told(found) for found in alone]


def told(found: Any) -> object:
    return found if isinstance(found, VecalcError) else (found.rows.tolist(), found.scores.tobytes())


@given(st.integers(0, 10**6), st.sampled_from(["rms", "unit", "raw"]), st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_the_cosine_with_a_vector_ranks_as_the_vector_does(seed: int, norm: str, k: int) -> None:
    """Words, scores and excluded words, to the last bit."""
    chance = np.random.default_rng(seed)
    space = space_of(seed, words=80, width=int(chance.integers(1, 40)))
    a, b, c = (f"w{row}" for row in chance.integers(0, 77, 3))
    text = str(chance.choice([f"{a} - {b} + {c}", f"{a} * {b}", f"0.5 * {a} + 2 * {c}", f"{a}"]))
    calculator = vecalc.Calculator(space, vecalc.Options(k=k, norm=norm))
    try:
        ranking = calculator(text).result
    except NoValue:
        return
    scored = calculator(f"cos(?, {text})").result
    assert isinstance(ranking, vecalc.Ranking)
    assert isinstance(scored, vecalc.Scored)
    assert (scored.neighbours, scored.excluded) == (ranking.neighbours, ranking.excluded)


def test_equal_words_have_equal_scores_in_the_order_of_the_vocabulary() -> None:
    first, second = WORDS - 3, WORDS - 2
    for text in FORMULAS:
        one, other = score_values(SPACE, score_of(text), np.array([first, second]))
        assert one == other, text
        (best,) = search_scores(SPACE, [score_of(text)], WORDS)
        assert not isinstance(best, VecalcError)
        rows = best.rows.tolist()
        assert rows.index(first) + 1 == rows.index(second) or one in best.scores[: rows.index(first)]


def test_many_formulas_share_what_they_have_in_common() -> None:
    """3CosMul over n words takes n products, however many questions there are."""
    text = "sim01(?, w{}) * sim01(?, w{}) / (sim01(?, w{}) + 1e-6)"
    questions = [
        text.format(a, b, c) for a in range(6) for b in range(6) for c in range(6) if len({a, b, c}) == 3
    ]
    joint = Joint([score_of(question).quick for question in questions])
    assert len(joint.directions) == 6
    assert len(joint.steps) < 5 * len(questions)


def test_the_more_is_held_at_once_the_fewer_rows_are_taken() -> None:
    wide = space_of(width=300)
    light, heavy = ("cos(?, w1)", f"norm({' + '.join(f'? * w{i}' for i in range(200))})")
    few, many = (Joint([score_of(text, space=wide).quick]).rows_at_once(300) for text in (light, heavy))
    assert program.FEWEST <= many < few <= program.MOST


def test_a_problem_of_one_score_is_not_one_of_the_others() -> None:
    scores = [score_of(text) for text in ("cos(?, w1)", "sqrt(cos(?, w1))", "cos(?, w2)")]
    fine, wrong, other = search_scores(SPACE, scores, 3)
    assert not isinstance(fine, VecalcError)
    assert not isinstance(other, VecalcError)
    assert isinstance(wrong, NoValue)
    first = int(np.flatnonzero(score_values(SPACE, scores[0], np.arange(WORDS)) < 0)[0])
    assert f"'w{first}'" in wrong.message


def test_the_first_word_with_a_mistake_is_named_however_the_words_are_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where another operation comes first, but has its mistake in a later word."""
    cosines = score_values(SPACE, score_of("cos(?, w1)"), np.arange(WORDS))
    late = f"sqrt(cos(?, w1) + {-float(np.sort(cosines[np.isfinite(cosines)])[0]) - 1e-3})"
    text = f"{late} + 1 / dist(?, w4 + 0)"
    whole = search_scores(SPACE, [score_of(text)], 3)
    monkeypatch.setattr(program, "MOST", 1)
    monkeypatch.setattr(program, "FEWEST", 1)
    one_by_one = search_scores(SPACE, [score_of(text)], 3)
    for (found,) in (whole, one_by_one):
        assert isinstance(found, NoValue)
        assert found.message == "division by zero, for the candidate 'w4'"


def test_candidates_are_the_only_words_that_can_be_wrong() -> None:
    cosines = score_values(SPACE, score_of("cos(?, w1)"), np.arange(WORDS))
    positive = tuple(f"w{row}" for row in np.flatnonzero(cosines > 0))
    options = vecalc.Options(among=positive)
    answer = vecalc.Calculator(SPACE, options)("sqrt(cos(?, w1))")
    assert isinstance(answer.result, vecalc.Scored)
    assert [n.rank for n in answer.result.neighbours] == list(range(1, 11))


def test_a_formula_may_be_as_deep_as_any() -> None:
    text = "abs(" * 900 + "cos(?, w1)" + ")" * 900
    assert isinstance(vecalc.Calculator(SPACE)(text).result, vecalc.Scored)


# --- any formula ----------------------------------------------------------------------------

atoms = st.sampled_from(["?", "?", "w1", "w2", "w3", "raw(?)"])
constants = st.sampled_from(["0.5", "2", "-1", "cos(w1, w2)"])


def vectors_of(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Formulas that are worth a vector, made of smaller ones."""
    two = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(
            st.sampled_from(["({} + {})", "({} - {})", "({} * {})", "mean({}, {})", "max({}, {})"]), two
        ),
        st.tuples(st.sampled_from(["without({}, {})", "bind({}, {})", "lerp({}, {}, 0.3)"]), two),
    ).map(lambda made: made[0].format(*made[1])) | st.tuples(
        st.sampled_from(["(-{})", "unit({})", "abs({})", "(2 * {})", "({} / 3)", "center({})"]), inner
    ).map(lambda made: made[0].format(made[1]))


vector_formulas = st.recursive(atoms, vectors_of, max_leaves=4)
number_formulas = st.recursive(
    st.one_of(
        st.tuples(
            st.sampled_from(["cos({}, {})", "({} @ {})", "-dist({}, {})", "sim01({}, {})"]),
            st.tuples(vector_formulas, vector_formulas),
        ).map(lambda made: made[0].format(*made[1])),
        vector_formulas.map("norm({})".format),
        constants,
    ),
    lambda inner: st.tuples(
        st.sampled_from(
            ["({} + {})", "({} - {})", "({} * {})", "({} / ({} + 3))", "max({}, {})", "min({}, {})"]
        ),
        st.tuples(inner, inner),
    ).map(lambda made: made[0].format(*made[1])),
    max_leaves=3,
)


@tried(number_formulas.filter(lambda text: "?" in text), st.sampled_from(["rms", "raw"]), examples=150)
def test_any_formula_is_what_it_is_with_each_word_and_ranks_like_brute_force(text: str, norm: str) -> None:
    calculator = vecalc.Calculator(SPACE, vecalc.Options(norm=norm))
    try:
        score = calculator.value(text)
    except VecalcError:  # a constant part without a value
        return
    assert isinstance(score, Score)
    try:
        numbers = score_values(SPACE, score, np.arange(WORDS))
    except NoValue:
        (found,) = search_scores(SPACE, [score], 10)
        assert isinstance(found, NoValue)
        return
    for row in (5, 150, WORDS - 1):
        try:
            expected = float(calculator.value(text.replace("?", f"w{row}")))  # type: ignore[arg-type]
        except NoValue:
            expected = np.nan
        assert numbers[row] == pytest.approx(expected, rel=1e-7, abs=1e-7, nan_ok=True)
    order = np.lexsort((np.arange(WORDS), -numbers))
    order = order[np.isfinite(numbers[order])][:10]
    (found,) = search_scores(SPACE, [score], 10)
    assert not isinstance(found, VecalcError)
    assert found.rows.tolist() == order.tolist()
    assert found.scores.tobytes() == numbers[order].tobytes()


def test_a_constant_part_without_a_value_is_a_problem_of_its_own_score() -> None:
    calculator = vecalc.Calculator(SPACE)
    texts = ["cos(?, without(?, (w1 - w1)))", "cos(?, w2)"]
    broken, sound = calculator.answers([vecalc.Question(text) for text in texts])
    assert isinstance(broken.error, NoValue)
    assert sound.error is None
    assert sound.result.neighbours[0].word != "w2"  # type: ignore[union-attr]


# --- spaces ---------------------------------------------------------------------------------


def test_the_mean_of_a_space_is_taken_off_at_its_norm() -> None:
    for norm in ("rms", "unit", "raw"):
        calculator = vecalc.Calculator(SPACE, vecalc.Options(norm=norm, rank=False))
        vectors = SPACE.vectors(range(WORDS))
        if norm != "raw":
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors = vectors / np.where(lengths > 0, lengths, 1) * (np.sqrt(WIDTH) if norm == "rms" else 1)
        centred = calculator.value("center(w4)")
        assert np.asarray(centred.components) == pytest.approx(vectors[4] - vectors.mean(axis=0))


def two_spaces(noise: float = 0.0, words: int = WORDS) -> tuple[dict[str, MatrixSpace], Floats]:
    """A space, and the same turned (with other words at its end)."""
    chance = np.random.default_rng(3)
    rotation, _ = np.linalg.qr(chance.normal(size=(WIDTH, WIDTH)))
    here = SPACE.vectors(range(words))
    there = here @ rotation + noise * chance.normal(size=here.shape)
    names = [f"w{i}" for i in range(words - 50)] + [f"v{i}" for i in range(50)]
    turned = MatrixSpace(names, there.astype(np.float32), "turned.vec")
    return {"": SPACE, "there": turned}, rotation


def test_a_map_finds_the_rotation_between_two_spaces() -> None:
    spaces, _ = two_spaces()
    calculator = vecalc.Calculator(spaces, vecalc.Options(k=1, norm="raw", exclude="none"))
    ranking = calculator("map(w260, there)").result
    assert isinstance(ranking, vecalc.Ranking)
    assert ranking.neighbours[0].word == "v10"  # the same row under another name
    assert ranking.neighbours[0].score == pytest.approx(1, abs=1e-6)
    assert float(calculator.value("norm(map(w1, there)) - norm(w1)")) == pytest.approx(0, abs=1e-5)  # type: ignore[arg-type]
    back = calculator('map(there:v10, "small")').result
    assert isinstance(back, vecalc.Ranking)
    assert back.neighbours[0].word == "w260"


def test_every_candidate_can_be_mapped() -> None:
    spaces, _ = two_spaces(noise=0.01)
    calculator = vecalc.Calculator(spaces, vecalc.Options(k=1, exclude="none", within="small"))
    result = calculator("cos(map(?, there), there:v10)").result
    assert isinstance(result, vecalc.Scored)
    assert result.neighbours[0].word == "w260"


def test_a_map_needs_enough_words_in_common() -> None:
    other = MatrixSpace([f"w{i}" for i in range(WIDTH - 1)], np.eye(WIDTH, dtype=np.float32)[:-1], "few")
    with pytest.raises(NoValue, match=f"share {WIDTH - 1} words, a map of {WIDTH} components needs {WIDTH}"):
        vecalc.Calculator({"": SPACE, "few": other})("map(w1, few)")


def test_there_is_no_space_to_rank_in_that_is_not_loaded() -> None:
    with pytest.raises(UsageError, match="no space 'nope'"):
        vecalc.Calculator(SPACE, vecalc.Options(within="nope"))
    calculator = vecalc.Calculator(SPACE)
    with pytest.raises(UsageError, match="no space 'nope'"):
        calculator.set(within="nope")
    calculator.set(within="small")
    assert calculator("w1").result is not None


# --- the command line -----------------------------------------------------------------------


def test_a_score_in_every_format(tmp_path: Path) -> None:
    asked = ("max(cos(?, king), cos(?, bread))", "-k", "2")
    assert family(*asked).words == ["kings", "apple"]
    (record,) = family(*asked, "--json").records
    assert record["type"] == "score"
    assert [near["word"] for near in record["results"]] == ["kings", "apple"]
    assert {near["word"] for near in record["excluded"]} == {"king", "bread"}
    table = family(*asked, "--format", "table")
    assert table.out.splitlines()[-1].endswith("norm rms · score")
    assert "| 1 | kings |" in family(*asked, "--format", "markdown").out
    assert ",1,kings,0." in family(*asked, "--format", "csv").out
    assert family(asked[0], "king", "--format", "vector").out.splitlines()[0] == ""
    array = tmp_path / "vectors.npy"
    assert family(asked[0], "king", "-o", array).code == 0
    assert np.isnan(np.load(array)).all(axis=1).tolist() == [True, False]


def test_scores_in_a_batch_stand_in_their_lines() -> None:
    lines = "cos(?, king)\nking\n1 / (cos(?, king) - cos(?, king))\n-dist(?, king) => kings @1\n"
    done = family("-f", "-", "-k", "1", "--format", "jsonl", stdin=lines)
    assert done.code == 1
    assert [record["type"] for record in done.records] == ["score", "ranking", None, "score"]
    assert done.records[0]["results"] == done.records[1]["results"]
    assert "division by zero, for the candidate 'man'" in done.records[2]["error"]["message"]
    assert done.records[3]["expected"]["passed"] is True


def test_another_space_to_rank_in(tmp_path: Path) -> None:
    few = tmp_path / "few.txt"
    few.write_text("2 4\nroi 2 2 0 0.1\nreine 2 0 2 0\n")
    models = ("-m", f"fr={few}")
    assert family("king", *models, "--in", "fr").words == ["roi", "reine"]
    batch = family("-f", "-", *models, "--in", "fr", stdin="king\nqueen\n")
    assert batch.words == ["roi", "reine", "reine", "roi"]
    assert family("cos(?, fr:roi)", *models, "--in", FAMILY.name, "-k", "1").words == ["king"]
    done = family("king", *models, "--in", "de")
    assert done.code == 2
    assert "--in: there is no space 'de'; loaded: family.txt, fr" in done.err


def test_the_caption_is_that_of_the_space_that_is_ranked_in(tmp_path: Path) -> None:
    few = tmp_path / "few.txt"
    few.write_text("2 4\nroi 2 2 0 0.1\nreine 2 0 2 0\n")

    def caption(*arguments: str) -> str:
        return family(*arguments, "-m", f"fr={few}", "--format", "table").out.splitlines()[-1]

    assert caption("king") == "family.txt, fr · 13 words × 4 · norm rms · cos"
    assert caption("king", "--in", "fr") == "family.txt, fr · in fr · 2 words × 4 · norm rms · cos"
    assert caption("fr:roi") == "family.txt, fr · in fr · 2 words × 4 · norm rms · cos"
    assert caption("cos(?, fr:roi)") == "family.txt, fr · in fr · 2 words × 4 · norm rms · score"
    assert caption("fr:roi", "--in", FAMILY.name) == "family.txt, fr · 13 words × 4 · norm rms · cos"
    explained = family("explain", "fr:roi", "-m", f"fr={few}", "--format", "plain").out
    assert "model\tfamily.txt, fr, in fr, 2 words x 4\n" in explained
