"""What the prompt knows of a text that is not entered yet: its answer, without effects, and its parts."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from embedders import Encoding
from running import FAMILY

import vecalc
from vecalc.answers import Number
from vecalc.engine.calculator import Calculator
from vecalc.engine.marks import kinds, marked, shipped
from vecalc.engine.prelude import functions
from vecalc.engine.preview import NotWanted, Preview
from vecalc.engine.question import Options, Question
from vecalc.lang.blocks import one_line
from vecalc.render.brief import brief
from vecalc.shell.repl import live_answers
from vecalc.shell.repl.live_answers import LiveAnswers
from vecalc.space.matrix import MatrixSpace

SPACE = vecalc.load(FAMILY).space
PATIENCE = 10  # seconds; what is waited for takes a tenth of one


def calculator(**options: object) -> Calculator:
    return Calculator(SPACE, Options()._replace(**options))  # type: ignore[arg-type]


def shown(text: str, given: Calculator | None = None) -> list[str]:
    answer = Preview(given or calculator()).look(text)
    return brief(answer) if answer else []


# --- answers ----------------------------------------------------------------------------------


def test_it_answers_as_enter_does() -> None:
    given = calculator()
    for text in ("king - man + woman", "cos(king, queen)", "cos(?, king)", "2 + 3", "f(x) = 2*x; f(king)"):
        answer = Preview(given).look(text)
        assert answer is not None, text
        whole = calculator()(text).result
        if isinstance(whole, Number):
            assert answer.result == whole
        else:
            assert answer.result.neighbours == whole.neighbours[:3]  # type: ignore[union-attr]


def test_what_has_no_answer_yet_has_none() -> None:
    for text in (
        "",
        "king -",
        "cos(",
        '"que',
        "kign",
        "king man",
        "king / 0",
        "2 2",
        "f(x) = 2*x",
        "=",
        "# king",
    ):
        assert shown(text) == [], text


def test_it_has_no_effect_on_the_calculator() -> None:
    given = calculator()
    given.remember = True
    list(given.answers([Question("A = king; A")]))
    before = given.scope
    preview = Preview(given)
    for text in ("B = queen", "B", "A = man", "f(x) = x; f(A)", "king; queen", "_ + A", "C = kign"):
        preview.look(text)
        assert given.scope is before, text
        assert given.told() == []
        assert given.unbound == {}
    assert preview.look("B") is None  # what one preview binds the next one does not know
    bound = preview.look("B = queen")
    assert bound is not None
    assert brief(bound) == shown("queen")


def test_what_may_take_long_is_left_to_enter() -> None:
    many = ", ".join(["king", "queen"] * 4)
    for text in (
        "permutation([king, man], [queen, woman], [bread], [apple])",
        "weat_p([king, man], [queen, woman], [bread], [apple])",  # a definition that calls it
        "center(king)",
        f"[{many}]",
        "king" + " + king" * 2_000,
    ):
        assert calculator(k=1).answers([Question(text)]), text
        assert shown(text) == [], text


def test_a_program_is_never_run_for_a_text_that_is_not_entered() -> None:
    assert Preview(calculator()).is_free
    seen: list[str] = []
    encoder = Encoding(lambda text: [1.0, 0.0])
    embedded = MatrixSpace(["w"], np.ones((1, 2)), "made", encoder=encoder)
    live = LiveAnswers(lambda: None, seen.append)
    live.begin(Calculator({"made": embedded, "family": SPACE}))
    live.ask("some text")
    until(lambda: seen)
    assert live.shown is None
    live.close()
    assert encoder.seen == 0


def test_it_gives_up_between_two_stages() -> None:
    asked: list[int] = []

    def is_wanted() -> bool:
        asked.append(1)
        return len(asked) < 3

    with pytest.raises(NotWanted):
        Preview(calculator()).look("king - man + woman", is_wanted)
    assert len(asked) == 3


def test_brief() -> None:
    for text, pieces in (
        ("2 / 3", ["= 0.666667"]),
        ("[king - king]", ["king - king: length 0"]),
        ("cos([king, man], [queen, king])", ["king: queen 0.5", "king 1"]),
        ("cos([king, man], king)", ["king 1", "man 0.706225"]),
        ("king - man + woman => king @2", ["FAIL king @2: not a candidate"]),
    ):
        assert shown(text)[: len(pieces)] == pieces, text
    assert [piece.split()[0] for piece in shown("king - man + woman")] == ["queen", "princess", "Paris"]


# --- the thread -------------------------------------------------------------------------------


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_only_the_last_text_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    look = Preview.look

    def slow(self: Preview, text: str, is_wanted: Callable[[], bool] = lambda: True) -> object:
        looked.append(text)
        until(lambda: text != "king" or not is_wanted())
        return look(self, text, is_wanted)

    monkeypatch.setattr(Preview, "look", slow)
    live = LiveAnswers(lambda: None, lambda text: None)
    live.begin(calculator())
    live.ask("king")
    until(lambda: looked)
    for text in ("q", "qu", "que", "quee", "queen"):  # faster than the pause
        live.ask(text)
    until(lambda: live.shown)
    assert looked == ["king", "queen"]
    assert live.shown is not None
    assert live.shown.text == "queen"
    live.leave()
    live.close()


def test_what_takes_long_twice_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_answers, "SLOW", -1.0)  # whatever it takes is long
    monkeypatch.setattr(live_answers, "REST", 1e9)
    seen: list[str] = []
    live = LiveAnswers(lambda: None, seen.append)
    live.begin(calculator())
    for text in ("cos(king, man)", "cos(king, queen)", "cos(man, woman)", "king - man"):
        live.ask(text)
        until(lambda text=text: seen[-1:] == [text])  # type: ignore[misc]
        answered = live.shown is not None and live.shown.text == text
        assert answered == (text != "cos(man, woman)")  # the third of its kind
        assert live.resting == (not answered)
    live.close()


# --- parts ------------------------------------------------------------------------------------


def parts(text: str, given: Calculator | None = None) -> list[tuple[str, str]]:
    return [(one.mark, text[slice(*one.span)]) for one in marked(given or calculator(), text)]


def test_parts_of_a_text() -> None:
    for text, found in {
        "king - kign": [("word", "king"), ("unknown", "kign")],
        "KING + well-known": [("word", "KING"), ("word", "well-known")],
        'cos("man", "mna")': [("function", "cos"), ("string", '"man"'), ("unknown", '"mna"')],
        "weat(x) nope(x)": [("function", "weat"), ("unknown", "x"), ("unknown", "nope"), ("unknown", "x")],
        "f(x) = x*2; f(x=king)": [
            ("function", "f"), ("name", "x"), ("name", "x"), ("number", "2"),
            ("function", "f"), ("name", "x"), ("word", "king"),
        ],
        "A*2 where A = king # kign": [
            ("name", "A"), ("number", "2"), ("keyword", "where"), ("name", "A"), ("word", "king"),
            ("comment", "# kign"),
        ],
        '[king, "ki ng': [("word", "king"), ("string", '"ki ng')],
        "(king": [("word", "king")],
        "</s>": [("unknown", "<"), ("unknown", "s"), ("unknown", ">")],
    }.items():  # fmt: skip
        assert parts(text) == found, text
    bound = calculator()
    bound("mine = king; mine")
    assert parts("mine", bound) == [("name", "mine")]
    assert parts("king - man", calculator(words=True)) == [("unknown", "king - man")]


def test_the_functions_of_the_prelude_are_known_without_parsing_it() -> None:
    assert shipped() == {*functions()}


def test_texts_of_different_cost_are_told_apart() -> None:
    assert kinds("king - man") == kinds("queen + woman") != kinds("nearest(king)") != kinds("cos(?, king)")


def test_a_block_as_a_line() -> None:
    for block, line in {
        "king": "king",
        "(king\n+ man)": "(king + man)",
        "[king,  # royal\n   queen,\n\n man]": "[king, queen, man]",
        "A = king\nB = man": "A = king; B = man",
        '("a\nb" +\n c)': r'("a\nb" + c)',
    }.items():
        assert one_line(block) == line, block
