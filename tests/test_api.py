"""The Python API: what `import vecalc` promises."""

from __future__ import annotations

import doctest
import inspect
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data import gensim_file

import vecalc
from vecalc.answers import Answer
from vecalc.calc.values import List, Scalar, Vector
from vecalc.engine import calculator as engine
from vecalc.errors import NoValue, Span, SyntaxProblem, TypeMismatch, UnknownName, UnknownWords
from vecalc.lang.nodes import Number, Word

SPACE = vecalc.load(Path(__file__).parent / "cases" / "space.txt").space
FRENCH = vecalc.load(Path(__file__).parent / "cases" / "space-fr.txt").space


def calculator(**options: Any) -> vecalc.Calculator:
    return vecalc.Calculator(SPACE, vecalc.Options(k=3, **options))


def words(answer: Answer) -> list[str]:
    assert isinstance(answer.result, vecalc.Ranking)
    return [neighbour.word for neighbour in answer.result.neighbours]


# --- the package ----------------------------------------------------------------------------


@pytest.mark.parametrize("module", [vecalc, engine], ids=lambda module: module.__name__)
def test_the_examples_in_docstrings_run(module: Any) -> None:
    result = doctest.testmod(module, extraglobs={"vecalc": vecalc})
    assert result.attempted > 0
    assert result.failed == 0


def test_every_public_name_is_there() -> None:
    assert set(vecalc.__all__) == {*vecalc._HOMES, "__version__"}
    assert sorted(vecalc.__all__) == list(vecalc.__all__)
    assert dir(vecalc) == sorted(vecalc.__all__)
    for name in vecalc.__all__:
        assert getattr(vecalc, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = vecalc.nonsense


@pytest.mark.parametrize("name", sorted(set(vecalc.__all__) - {"__version__"}))
def test_every_public_name_says_what_it_is(name: str) -> None:
    assert inspect.getdoc(getattr(vecalc, name))


def test_every_public_name_is_in_the_documentation() -> None:
    text = (Path(__file__).parents[1] / "docs" / "python.md").read_text(encoding="utf-8")
    assert [name for name in vecalc.__all__ if name not in text and name != "__version__"] == []


# --- one question ---------------------------------------------------------------------------


def test_an_answer_says_everything_there_is() -> None:
    answer = calculator(norm="unit", metric="dot")(" King-man+woman ")
    assert words(answer) == ["queen", "queens", "रानी"]
    assert answer.parsed == "King - man + woman"
    assert answer.notes == ("King-man read as King - man", "King read as king")
    assert (answer.asked.norm, answer.asked.metric) == ("unit", "dot")
    assert (answer.asked.model, answer.asked.size, answer.asked.width) == ("space.txt", 63, 8)
    assert answer.error is answer.expected is answer.row is None
    assert answer.attention == ()
    assert answer.ok


def test_what_comes_back_is_a_ranking_a_number_or_rows() -> None:
    calculate = calculator()
    ranking, number, rows = calculate("king"), calculate("norm(king)^2"), calculate("[king, red]")
    assert isinstance(ranking.result, vecalc.Ranking)
    assert ranking.result.excluded == ((1, "king", pytest.approx(1)),)
    assert np.array_equal(ranking.result.vector, array_of(calculate.value("king")))
    assert number.result == vecalc.Number(pytest.approx(8))
    assert isinstance(rows.result, vecalc.Rows)
    assert [row.label for row in rows.result.rows] == ["king", "red"]
    assert rows.result.vectors.shape == (2, 8)


def test_functions_of_lists_come_back_as_tables() -> None:
    calculate = calculator()
    matrix, flat = calculate("cos([king, red], [man, king])").result, calculate("norm([king, red])").result
    assert isinstance(matrix, vecalc.Tabled)
    assert (matrix.rows, matrix.columns) == (("king", "red"), ("man", "king"))
    assert matrix.values.shape == (2, 2)
    assert matrix.values[0, 1] == pytest.approx(1)
    assert isinstance(flat, vecalc.Tabled)
    assert (flat.rows, flat.columns, flat.values.shape) == (("king", "red"), (), (2,))


def test_attention_of_many_queries_is_of_the_first_and_says_so() -> None:
    calculate = calculator()
    few, many = (
        calculate("attend(nearest(king, 16), [king, red])"),
        calculate("attend(nearest(king, 17), [red])"),
    )
    assert (len(few.attention), few.notes) == (16, ())
    assert len(many.attention) == 16
    assert [weights.query for weights in many.attention] == [row.label for row in many.result.rows[:16]]  # type: ignore[union-attr]
    (note,) = many.notes
    assert note.startswith("the attention shown is that of the first 16 of 17 queries")


def array_of(value: object) -> np.ndarray:
    assert isinstance(value, Vector)
    return value.components


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("king + kingg", UnknownWords, "kingg"),
        ("king +* man", SyntaxProblem, "*"),
        ("king @ 2", TypeMismatch, "@"),
        ("1 + 2 / 0", NoValue, "/"),
        ("nrom(king)", UnknownName, "nrom"),
        ("king - king", NoValue, "king - king"),
        ("1 + [king, 2] @ man", TypeMismatch, "[king, 2]"),
    ],
)
@pytest.mark.parametrize("indent", ["", "   ", "\n\t"])
def test_problems_are_raised_with_their_place(text: str, kind: type, place: str, indent: str) -> None:
    calculate = calculator()
    with pytest.raises(kind) as caught:
        calculate(indent + text)
    (answer,) = calculate.answers([vecalc.Question(indent + text)])
    for problem in (caught.value, answer.error):
        assert isinstance(problem, vecalc.VecalcError)
        assert problem.exit_code == 3
        assert problem.span is not None
        assert (indent + text)[problem.span.start : problem.span.end] == place


def test_a_problem_points_into_the_text_of_its_answer() -> None:
    """An answer is all that a renderer sees."""
    (answer,) = calculator().answers([vecalc.Question("   king + kingg")])
    assert answer.error is not None
    assert answer.error.span is not None
    start, end = answer.error.span
    assert answer.asked.expr[start:end] == "kingg"


def test_unknown_words_come_together_with_suggestions() -> None:
    with pytest.raises(UnknownWords) as caught:
        calculator()("kingg - mann + woman")
    assert [missing.word for missing in caught.value.missing] == ["kingg", "mann"]
    assert [missing.span for missing in caught.value.missing] == [Span(0, 5), Span(8, 12)]
    assert caught.value.missing[1].suggestions == ("man",)
    assert "man" in caught.value.suggestions


@pytest.mark.parametrize("text", ["", "  ", "\n", "# nothing", ";"])
def test_a_text_without_an_expression_is_a_problem(text: str) -> None:
    with pytest.raises(NoValue, match="there is no expression"):
        calculator()(text)
    with pytest.raises(NoValue, match="there is no expression"):
        calculator().value(text)


def test_of_several_statements_the_last_is_returned() -> None:
    assert words(calculator()("red; A = king; A")) == words(calculator()("king"))
    with pytest.raises(UnknownWords):
        calculator()("kingg; king")


# --- values ---------------------------------------------------------------------------------


def test_values_come_without_neighbours() -> None:
    calculate = calculator()
    scalar, vector, rows = map(calculate.value, ("2^10", "raw(man)", "[king, man + woman]"))
    assert isinstance(scalar, Scalar)
    assert float(scalar) == scalar.value == 1024
    assert array_of(vector) == pytest.approx([0.04, 0.91, -0.32, 0.05, 0.06, 0.02, 0.08, 0.31])
    assert isinstance(rows, List)
    assert rows.labels == ("king", "man + woman")
    assert rows.vectors.shape == (2, 8)


@pytest.mark.parametrize(
    ("text", "width"), [("concat(king, queen)", 16), ("[1, 2, 3]", 3), ("interact(king, red)", 32)]
)
def test_a_value_need_not_have_neighbours(text: str, width: int) -> None:
    """Features are what `value` is for: they are wider than any space."""
    assert array_of(calculator().value(text)).shape == (width,)


def test_values_raise_problems_too() -> None:
    with pytest.raises(UnknownWords) as caught:
        calculator().value("1 + kingg")
    assert caught.value.span == Span(4, 9)
    with pytest.raises(NoValue, match="no expression"):
        calculator().value("A = king")


# --- names and options ----------------------------------------------------------------------


def test_names_and_functions_last() -> None:
    calculate = calculator()
    calculate.define("A = king\nswap(x) = x - man + woman  # both of them\n")
    assert words(calculate("swap(A)")) == ["queen", "queens", "रानी"]
    calculate("A = prince")
    assert words(calculate("swap(A)"))[0] == "princess"
    assert words(calculate("A")) == words(calculator()("prince"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A = king\nB = kingg", "unknown word"),
        ("A = king; A + man", "only definitions"),
        ("f(x) = (x", "never closed"),
    ],
)
def test_problems_in_definitions_name_their_text(text: str, message: str) -> None:
    with pytest.raises(vecalc.VecalcError, match=message) as caught:
        calculator().define(text, where="prelude.vec")
    assert caught.value.where.startswith("prelude.vec")


def test_a_definition_that_fails_leaves_the_old_one() -> None:
    calculate = calculator()
    calculate("A = king")
    with pytest.raises(UnknownWords):
        calculate("A = kingg")
    assert words(calculate("A")) == words(calculate("king"))


def test_options_change_from_now_on() -> None:
    calculate = calculator()
    calculate.set(k=1, norm="raw", exclude="none")
    assert words(calculate("king")) == ["king"]
    assert float(calculate.value("norm(man)")) == pytest.approx(1.02034, abs=1e-5)
    calculate.set(first=2)
    assert words(calculate("king")) == ["man"]
    calculate.set(first=None, k=2)
    assert words(calculate("king")) == ["king", "kings"]
    calculate.set(rank=False)
    assert words(calculate("king")) == []
    with pytest.raises((TypeError, ValueError), match="nonsense"):
        calculate.set(nonsense=1)


def test_several_spaces_by_name() -> None:
    calculate = vecalc.Calculator({"en": SPACE, "fr": FRENCH}, vecalc.Options(k=1))
    assert words(calculate("king - man + woman")) == ["queen"]
    assert words(calculate("fr:roi - fr:homme + fr:femme")) == ["reine"]
    assert words(calculate("en:king")) == ["kings"]
    assert calculate("king").asked.model == "en, fr"
    calculate.use("fr")
    assert words(calculate("roi - homme + femme")) == ["reine"]
    with pytest.raises(UnknownWords):
        calculate("king")
    with pytest.raises(UnknownName, match="there is no space 'de'") as caught:
        calculate("roi + de:mann")
    assert caught.value.span == Span(6, 13)


def test_another_space_may_come_later() -> None:
    calculate = calculator()
    with pytest.raises(UnknownName):
        calculate("fr:roi")
    calculate.add({"fr": FRENCH})
    assert words(calculate("fr:roi - fr:homme + fr:femme"))[0] == "reine"


def test_names_of_one_question_only() -> None:
    calculate = calculator()
    questions = [
        vecalc.Question("x * n", 1, names={"x": Word("king", quoted=True), "n": Number(2.0)}),
        vecalc.Question("x", 2, names={"x": Word("red", quoted=True)}),
        vecalc.Question("x-man", 3, names={"x": Word("king", quoted=True)}),
        vecalc.Question("x", 4),
    ]
    first, second, third, fourth = calculate.answers(questions)
    assert words(first) == words(calculate("king"))
    assert words(second) == words(calculate("red"))
    assert words(third) == words(calculate("king - man"))
    assert isinstance(fourth.error, UnknownWords)


# --- many questions -------------------------------------------------------------------------

MANY = [
    "king",
    "kingg",
    "king - man + woman",
    "[king, red]",
    "1/0",
    "2^10",
    "A = queen",
    "A",
    ")",
    "king => kings",
]


def test_answers_come_in_order_and_problems_are_answers() -> None:
    answers = list(calculator().answers(vecalc.Question(text, f"q{i}") for i, text in enumerate(MANY)))
    assert [answer.asked.id for answer in answers] == [f"q{i}" for i in range(len(MANY)) if i != 6]
    assert [answer.error is None for answer in answers] == [
        True,
        False,
        True,
        True,
        False,
        True,
        True,
        False,
        True,
    ]
    assert words(answers[6]) == words(calculator()("queen"))


@pytest.mark.parametrize("chunk", [1, 2, 3, 256])
def test_answers_do_not_depend_on_their_company(chunk: int) -> None:
    questions = [vecalc.Question(text) for text in MANY * 30]
    answers = list(calculator().answers(questions, chunk))
    once = list(calculator().answers(questions[: len(MANY)]))
    assert [shown(answer) for answer in answers] == [shown(answer) for answer in once] * 30


def shown(answer: Answer) -> object:
    result: object = answer.result
    if isinstance(result, vecalc.Ranking):
        result = (result.neighbours, result.excluded, result.vector.tobytes())
    if isinstance(result, vecalc.Rows):
        result = (result.rows, result.vectors.tobytes())
    return (answer.parsed, result, answer.error and answer.error.message, answer.expected)


def test_answers_stream() -> None:
    """Questions are taken as answers are: the first comes before the source is exhausted."""
    taken = []

    def source() -> Any:
        for i in range(1000):
            taken.append(i)
            yield vecalc.Question("king", i)

    stream = calculator().answers(source())
    assert next(stream).asked.id == 0
    assert len(taken) == 1
    assert [next(stream).asked.id for _ in range(9)] == list(range(1, 10))
    assert len(taken) < 20


# --- gensim ---------------------------------------------------------------------------------


def test_keyed_vectors_answer_as_the_file_they_come_from() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what gensim warns of is none of our business
        from gensim.models import KeyedVectors

        kv = KeyedVectors.load_word2vec_format(str(gensim_file("euclidean_vectors.bin")), binary=True)
    borrowed = vecalc.Calculator(vecalc.from_keyed_vectors(kv, "euclidean_vectors.bin"))
    loaded = vecalc.Calculator(vecalc.load(gensim_file("euclidean_vectors.bin")).space)
    for text in (
        "war",
        "war * police",
        "police + australia - government",
        "War + 0.1",
        "[war, day]",
        "warr",
        "WAR-day",
    ):
        (one,), (other,) = (list(c.answers([vecalc.Question(text)])) for c in (borrowed, loaded))
        assert shown(one) == shown(other)
        assert one.notes == other.notes
        assert one.asked == other.asked
