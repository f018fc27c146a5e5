"""Laws of the language, over trees, tokens and texts that nobody thought of."""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from folding import tried
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import vecalc
from vecalc.answers import METRICS, Answer
from vecalc.calc import expand
from vecalc.calc.values import array
from vecalc.errors import ExpressionError, LimitExceeded, NoValue, Span, SyntaxProblem, UnknownWords
from vecalc.lang.limits import Limits
from vecalc.lang.nodes import (
    Bind,
    Call,
    Candidate,
    Chain,
    Define,
    Expectation,
    ListOf,
    Negate,
    Node,
    Number,
    Op,
    Statement,
    Where,
    Word,
    walk,
)
from vecalc.space.matrix import MatrixSpace

# --- trees ----------------------------------------------------------------------------------

LETTERS = st.sampled_from("abcxyzÄéλ王कあ_")
MORE = st.sampled_from("abc019'’_é\u0301ा्ん")
names = st.builds(lambda first, rest: first + rest, LETTERS, st.text(MORE, max_size=5)).filter("where".__ne__)
spaces = st.one_of(st.just(""), names)
tokens = st.text(max_size=12)
numbers = st.floats(min_value=0, allow_nan=False, allow_infinity=False).map(abs)

words = st.one_of(
    st.builds(Word, names),
    st.builds(Word, tokens, st.just(True), spaces),
    st.builds(Word, st.builds(str.__add__, st.sampled_from("a1é_"), st.text(MORE, max_size=4)), space=names),
)
leaves = st.one_of(st.builds(Number, numbers), words, st.just(Candidate()))


def chains(operands: st.SearchStrategy[Node]) -> st.SearchStrategy[Chain]:
    """Runs of one precedence; a power has one exponent, which may be a power itself."""
    runs = [
        st.builds(
            Chain,
            operands,
            st.lists(st.tuples(st.sampled_from(ops), operands), min_size=1, max_size=4).map(tuple),
        )
        for ops in ((Op.PLUS, Op.MINUS), (Op.TIMES, Op.OVER), (Op.DOT,))
    ]
    return st.one_of(*runs, st.builds(lambda a, b: Chain(a, ((Op.POWER, b),)), operands, operands))


def bindings(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Bind | Define]:
    return st.one_of(st.builds(Bind, names, nodes), defines(nodes))


@st.composite
def defines(draw: st.DrawFn, nodes: st.SearchStrategy[Node]) -> Define:
    parameters = draw(st.lists(names, unique=True, max_size=3))
    plain = draw(st.integers(0, len(parameters)))
    defaults = [None if i < plain else draw(nodes) for i in range(len(parameters))]
    return Define(draw(names), tuple(zip(parameters, defaults, strict=True)), draw(nodes))


@st.composite
def calls(draw: st.DrawFn, nodes: st.SearchStrategy[Node]) -> Call:
    arguments = draw(st.lists(nodes, max_size=3))
    keywords = draw(st.lists(names, unique=True, max_size=2))
    return Call(draw(names), tuple(arguments), tuple((key, draw(nodes)) for key in keywords))


def branches(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(Negate, nodes),
        chains(nodes),
        calls(nodes),
        st.builds(ListOf, st.lists(nodes, max_size=4).map(tuple)),
        st.builds(Where, nodes, st.lists(bindings(nodes), min_size=1, max_size=3).map(tuple)),
    )


nodes = st.recursive(leaves, branches, max_leaves=25)
statements = st.one_of(
    nodes,
    bindings(nodes),
    st.builds(Expectation, nodes, words, st.integers(1, 10**18 - 1)),
)


@tried(statements, examples=400)
@example(Where(Word("x"), (Bind("x", Where(Word("y"), (Bind("y", Number(1.0)),))),)))
@example(Chain(Negate(Number(2.0)), ((Op.POWER, Negate(Number(2.0))),)))
def test_a_tree_is_read_back_from_its_text(tree: Statement) -> None:
    text = vecalc.show(tree)
    assert vecalc.parse(text) == (tree,)
    assert vecalc.show(vecalc.parse(text)[0]) == text


@given(st.lists(statements, min_size=2, max_size=4), st.sampled_from([";", "\n", " ; ", ";\n\n;"]))
@settings(max_examples=50, deadline=None)
def test_statements_stand_side_by_side(trees: list[Statement], separator: str) -> None:
    assert vecalc.parse(separator.join(map(vecalc.show, trees))) == tuple(trees)


@tried(nodes)
def test_places_lie_in_the_text_and_parts_in_their_whole(tree: Node) -> None:
    text = vecalc.show(tree)
    for node in walk(vecalc.parse(text)[0]):
        assert 0 <= node.span.start < node.span.end <= len(text)
        if isinstance(node, Word | Number):
            assert vecalc.parse(text[node.span.start : node.span.end]) == (node,)
        if isinstance(node, Chain):
            assert len(node.places) == len(node.rest)
            signs = [text[place.start : place.end] for place in node.places]
            assert signs == [op for op, _ in node.rest]


# --- tokens ---------------------------------------------------------------------------------

any_text = st.text(st.characters(categories=None), max_size=20)  # controls and lone surrogates, too


@tried(any_text, examples=500)
@example("where")
@example('"\\"')
@example("\\")
@example("\ud83d\ude00")
@example("\x00\n\r\u2028\u202e")
@example("#")
def test_every_token_can_be_quoted(token: str) -> None:
    quoted = vecalc.quote(token)
    assert vecalc.parse(quoted) == (Word(token, quoted=True),)
    assert vecalc.parse(f"fr:{quoted}") == (Word(token, quoted=True, space="fr"),)
    assert quoted.isprintable() or "\u200d" in quoted


@pytest.mark.parametrize("file", ["space.txt", "space-fr.txt", "space-films.txt"])
def test_every_token_of_a_vocabulary_is_reachable(file: str) -> None:
    space = vecalc.load(Path(__file__).parent / "cases" / file).space
    calculator = vecalc.Calculator(space, vecalc.Options(norm="raw", exact=True, rank=False))
    for row, word in enumerate(space.words()):
        value = calculator.value(vecalc.quote(word))
        assert np.array_equal(array(value), space.vectors([row])[0])


# --- any text at all ------------------------------------------------------------------------

SIGNS = [
    "where ",
    "=>",
    "::",
    "**",
    "king",
    "-",
    "known",
    '"',
    "'",
    "\\",
    "\n",
    ";",
    "#",
    " ",
    "?",
    "1e9",
    "f(",
    ")",
]
garbage = st.one_of(
    any_text,
    st.text(st.sampled_from(string.printable), max_size=30),
    st.lists(st.sampled_from([*SIGNS, *"+*/^@=,:[]()."]), max_size=15).map("".join),
)


@tried(garbage, examples=1000)
@example("king => queen @" + "1" * 5000)
@example("f(" * 300)
@example("1" * 5000)
@example("a-'b")
@example("\u202ewhere")
def test_any_text_is_a_tree_or_a_named_error(text: str) -> None:
    found = parsed(text)
    if isinstance(found, ExpressionError):
        assert found.message
        assert found.span is None or 0 <= found.span.start < found.span.end <= len(text) + 1
    else:
        assert vecalc.parse("; ".join(map(vecalc.show, found))) == found


def parsed(text: str) -> tuple[Statement, ...] | ExpressionError:
    try:
        return vecalc.parse(text)
    except ExpressionError as problem:
        return problem


@tried(garbage, examples=300)
def test_any_text_has_answers_or_named_errors(text: str) -> None:
    for answer in calculator().answers([vecalc.Question(text)]):
        assert (answer.error is None) != (answer.result is None)
        assert answer.error is None or isinstance(answer.error, ExpressionError)
        assert is_finite(answer)


# --- arithmetic -----------------------------------------------------------------------------


@cache
def calculator() -> vecalc.Calculator:
    """Forty words in seven dimensions, the first of them named a, b, c and d."""
    matrix = np.random.default_rng(7).normal(size=(40, 7))
    return vecalc.Calculator(
        MatrixSpace([*"abcd", *(f"w{i}" for i in range(36))], matrix), vecalc.Options(k=5)
    )


def answer_to(text: str) -> Answer:
    return calculator()(text)


def value_of(text: str) -> np.ndarray:
    return array(calculator().value(text))


def is_finite(answer: Answer) -> bool:
    match answer.result:
        case vecalc.Number(value):
            return bool(np.isfinite(value))
        case vecalc.Ranking(neighbours, excluded, vector):
            scores = [neighbour.score for neighbour in (*neighbours, *excluded)]
            return bool(np.isfinite(scores).all() and np.isfinite(vector).all())
        case vecalc.Rows(rows, vectors):
            scores = [neighbour.score for row in rows for neighbour in row.neighbours]
            return bool(np.isfinite(scores).all() and np.isfinite(vectors).all())
        case _:
            return True


def arithmetic(leaves: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.recursive(
        leaves, lambda inner: st.one_of(chains(inner), st.builds(Negate, inner)), max_leaves=10
    )


small_words = st.builds(Word, st.sampled_from("abcd"))
small_numbers = st.builds(Number, st.one_of(st.integers(0, 4).map(float), st.floats(0, 1e200)))
formulas = arithmetic(st.one_of(small_words, small_numbers))


@tried(formulas, examples=400)
def test_any_arithmetic_is_finite_or_a_named_error(tree: Node) -> None:
    for answer in calculator().answers([vecalc.Question(vecalc.show(tree))]):
        assert answer.error is None or isinstance(answer.error, ExpressionError)
        assert is_finite(answer)


@tried(arithmetic(st.builds(Number, st.sampled_from([0.0, 0.1, 0.5, 1.0, 2.0, 3.0, 10.0]))), examples=300)
def test_numbers_are_computed_as_python_does(tree: Node) -> None:
    assume("@" not in vecalc.show(tree))
    expected = computed(tree)
    if expected is None:
        with pytest.raises(NoValue):
            calculator().value(vecalc.show(tree))
    else:
        assert value_of(vecalc.show(tree)) == pytest.approx(expected, rel=1e-9)


def computed(node: Node) -> float | None:
    """What Python's floats make of a tree of numbers; None where they have no finite real result."""
    match node:
        case Number(value):
            return value
        case Negate(operand):
            inner = computed(operand)
            return None if inner is None else -inner
        case Chain(first, rest):
            total, largest = computed(first), 0.0
            for op, operand in rest:
                other = computed(operand)
                if total is None or other is None:
                    return None
                largest = max(largest, abs(total), abs(other))
                total = apply(op, total, other)
            # What cancels to rounding noise is zero here, and whatever it is there.
            assume(total is None or rest[0][0] not in "+-" or total == 0 or abs(total) > 1e-12 * largest)
            return total
    raise AssertionError(node)


def apply(op: str, a: float, b: float) -> float | None:
    try:
        result = {
            "+": float.__add__,
            "-": float.__sub__,
            "*": float.__mul__,
            "/": float.__truediv__,
            "^": pow,
        }[op](a, b)
    except (ZeroDivisionError, OverflowError):
        return None
    return result if isinstance(result, float) and np.isfinite(result) else None


@tried(formulas, formulas, formulas, examples=150)
def test_sums_are_associative(x: Node, y: Node, z: Node) -> None:
    first, second = (
        Chain(Chain(x, ((Op.PLUS, y),)), ((Op.PLUS, z),)),
        Chain(x, ((Op.PLUS, Chain(y, ((Op.PLUS, z),))),)),
    )
    left, right = outcome(vecalc.show(first)), outcome(vecalc.show(second))
    if isinstance(left, str) or isinstance(right, str):
        return
    sizes = [
        np.abs(one).max() for one in map(outcome, map(vecalc.show, (x, y, z))) if not isinstance(one, str)
    ]
    assert np.allclose(left, right, rtol=1e-12, atol=1e-12 * max(sizes, default=0.0))


def outcome(text: str) -> np.ndarray | str:
    """The numbers of a text, or what is wrong with it."""
    try:
        return value_of_anything(text)
    except ExpressionError as problem:
        return problem.kind


def value_of_anything(text: str) -> np.ndarray:
    """The value, also where it has no neighbours."""
    return array(unranked().value(text))


@cache
def unranked() -> vecalc.Calculator:
    return vecalc.Calculator(calculator().spaces, vecalc.Options(rank=False))


def test_sums_in_another_order_rank_alike() -> None:
    left, right, flat = map(answer_to, ("(a + b) + c", "a + (b + c)", "c + b + a"))
    assert words_of(left) == words_of(right) == words_of(flat)
    assert scores_of(left) == pytest.approx(scores_of(right), abs=1e-12)


def words_of(answer: Answer) -> list[str]:
    assert isinstance(answer.result, vecalc.Ranking)
    return [neighbour.word for neighbour in answer.result.neighbours]


def scores_of(answer: Answer) -> list[float]:
    assert isinstance(answer.result, vecalc.Ranking)
    return [neighbour.score for neighbour in answer.result.neighbours]


@pytest.mark.parametrize(
    "text", ["a - a", "a + b - b - a", "0*a", "a + -a", "(a + b)/2 - b/2 - a/2", "3*a - 2*a - a"]
)
def test_what_cancels_has_no_direction(text: str) -> None:
    with pytest.raises(NoValue, match="zero vector"):
        answer_to(text)


@pytest.mark.parametrize(
    ("text", "same"), [("--a", "a"), ("-(-a)", "a"), ("---a", "-a"), ("a - -b", "a + b"), ("2*a/2", "a")]
)
def test_texts_that_mean_the_same(text: str, same: str) -> None:
    assert np.array_equal(value_of(text), value_of(same))
    assert words_of(answer_to(text)) == words_of(answer_to(same))


@pytest.mark.parametrize(
    ("text", "number"), [("2^3^2", 512), ("-2^2", -4), ("2**-1", 0.5), ("-2^-2", -0.25), ("8/4/2", 1)]
)
def test_numbers(text: str, number: float) -> None:
    assert value_of(text) == number


@given(st.floats(1e-300, 1e300))
@settings(max_examples=50, deadline=None)
def test_length_does_not_change_a_ranking_by_cosine(scale: float) -> None:
    scaled, plain = answer_to(f"{scale!r} * (a - b + c)"), answer_to("a - b + c")
    assert words_of(scaled) == words_of(plain)
    assert scores_of(scaled) == pytest.approx(scores_of(plain), abs=1e-12)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("text", ["1e200 * a", "5e307 * a", "1e-300 * a", "[5e307 * a, b]", "5e307 * a => b"])
def test_scores_are_finite_or_there_is_a_named_error(metric: str, text: str) -> None:
    raw = vecalc.Calculator(calculator().spaces, vecalc.Options(norm="raw", metric=metric))
    for answer in raw.answers([vecalc.Question(text)]):
        assert answer.error is None or isinstance(answer.error, NoValue)
        assert is_finite(answer)


@pytest.mark.slow
def test_fifty_thousand_hyphens() -> None:
    """None of them joins a token; the text stays within the limit when they become minus signs."""
    text = "a-" * 25_000 + "b"
    (answer,) = calculator().answers([vecalc.Question(text)])
    assert answer.error is None
    assert np.allclose(value_of(text), -24_998 * value_of("a") - value_of("b"), rtol=1e-12)
    unknown = "-".join(f"x{i}" for i in range(9_000))
    (answer,) = calculator().answers([vecalc.Question(unknown)])
    assert isinstance(answer.error, UnknownWords)
    assert len(answer.error.missing) == 9_000


# --- names ----------------------------------------------------------------------------------

with_names = arithmetic(st.one_of(small_numbers, st.builds(Word, st.sampled_from(["a", "x", "y"]))))


@tried(with_names, formulas, formulas, examples=200)
def test_names_are_their_values(body: Node, x: Node, y: Node) -> None:
    """`where`, a statement before, a call and its defaults: all are the text with the values put in."""
    inlined = exactly(vecalc.show(put(body, {"x": x, "y": y})))
    shown, shown_x, shown_y = vecalc.show(body), vecalc.show(x), vecalc.show(y)
    if "x" not in shown or "y" not in shown or isinstance(inlined, str):
        return
    assert exactly(f"{shown} where x = {shown_x}, y = {shown_y}") == inlined
    assert exactly(f"f({shown_x}, {shown_y}) where f(x, y) = {shown}") == inlined
    assert exactly(f"f({shown_x}) where f(x, y={shown_y}) = {shown}") == inlined
    assert exactly(f"f(y={shown_y}, x={shown_x}) where f(x, y) = {shown}") == inlined
    assert exactly(f"x = {shown_x}; y = {shown_y}; {shown}") == inlined
    assert exactly(f"f(x, y) = {shown}; f({shown_x}, {shown_y})") == inlined


def exactly(text: str) -> bytes | str:
    one = outcome(text)
    return one if isinstance(one, str) else one.tobytes()


def put(node: Node, values: dict[str, Node]) -> Node:
    match node:
        case Word(text):
            return values.get(text, node)
        case Negate(operand):
            return Negate(put(operand, values))
        case Chain(first, rest):
            return Chain(put(first, values), tuple((op, put(operand, values)) for op, operand in rest))
        case _:
            return node


def test_definitions_that_double_at_every_step_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expand, "MAX_NODES", 1000)
    steps = ["f0(x) = x", *(f"f{i + 1}(x) = f{i}(x + 1) + f{i}(x + 2)" for i in range(10))]
    with pytest.raises(LimitExceeded, match="expand to more than 1,000"):
        calculator().value("; ".join([*steps, "f10(1)"]))


def test_what_stands_in_the_text_itself_is_limited_by_its_size_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expand, "MAX_NODES", 100)
    assert float(calculator().value("1" + " + 1" * 200)) == 201


# --- depth and size -------------------------------------------------------------------------


def deep_texts(depth: int) -> dict[str, str]:
    """Every way to nest, each worth the vector or number in its middle."""
    return {
        "brackets": "(" * depth + "a" + ")" * depth,
        "calls": "unit(" * depth + "a" + ")" * depth,
        "lists": "mean([a, " * (depth // 2) + "a" + "])" * (depth // 2),
        "signs": "-" * depth + "a",
        "wheres": "(" * depth + "a" + " where x = b)" * depth,
        "powers": "1^" * depth + "1",
        "signed powers": "1^-" * depth + "1",
    }


@pytest.mark.parametrize("kind", deep_texts(1))
def test_a_thousand_levels_are_fine(kind: str) -> None:
    text = deep_texts(1000)[kind]
    shown = vecalc.show(vecalc.parse(text)[0])
    assert vecalc.show(vecalc.parse(shown)[0]) == shown
    assert np.isfinite(value_of(text)).all()


@pytest.mark.parametrize("kind", ["brackets", "calls", "lists", "signs"])
def test_more_levels_are_refused_at_once(kind: str) -> None:
    text = deep_texts(1002)[kind]
    with pytest.raises(LimitExceeded, match="nested deeper than 1,000 levels"):
        vecalc.parse(text)


@pytest.mark.slow
@pytest.mark.parametrize("kind", deep_texts(1))
def test_a_raised_limit_has_no_ceiling(kind: str) -> None:
    raised = vecalc.Options(limits=Limits(size=10**7, nesting=10**6), rank=False)
    value = vecalc.Calculator(calculator().spaces, raised).value(deep_texts(20_000)[kind])
    assert np.isfinite(array(value)).all()


@pytest.mark.slow
def test_a_sum_of_twenty_thousand_terms() -> None:
    text = "+".join(["a", "b"] * 10_000)
    (tree,) = vecalc.parse(text)
    assert isinstance(tree, Chain)
    assert len(tree.rest) == 19_999
    assert np.allclose(value_of(text), 10_000 * value_of("a + b"), rtol=1e-12)


@pytest.mark.parametrize("part", ["a+", "(", "[", "-", "x", "1", "é", "\n", "'", "f(", " ", "#"])
def test_a_megabyte_is_refused_before_it_is_read(part: str) -> None:
    with pytest.raises(LimitExceeded, match="longer than 65,536 bytes"):
        vecalc.parse(part * 1_000_000)


def test_the_largest_expression_that_is_read() -> None:
    text = "a".ljust(65_536)
    assert vecalc.parse(text) == (Word("a"),)
    with pytest.raises(LimitExceeded):
        vecalc.parse(text + " ")
    assert vecalc.parse(f"'{'é' * 32_767}'") == (Word("é" * 32_767, quoted=True),)


def test_a_number_too_large_is_named_shortly() -> None:
    with pytest.raises(SyntaxProblem, match="too large for a number") as caught:
        vecalc.parse("2 * " + "9" * 400)
    assert caught.value.span == Span(4, 404)
    assert len(caught.value.message) < 100
