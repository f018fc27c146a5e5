"""Expressions that double what they are worth, and patterns that can match in endless ways: all of them end.

Each is made from a number. An expression ends in an answer or a named error, within the memory and the
seconds that one of 64 KiB may take; a pattern in words or a usage error.
"""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest
from bounded import EXPRESSION, bounded, limited
from hostile import A_WORD_FOR_PATTERNS, EXPRESSIONS, PATTERNS

from vecalc.errors import UsageError
from vecalc.space import regular
from vecalc.space.patterns import pattern

FIRST = [
    "king",
    "?",
    "[king, queen]",
    "nearest(king, 500)",
    "nearest(king, 60000)",
    "[1, 2]",
    "[[king, man]]",
    "2",
]
STEPS = [
    *(
        "concat(_, _)",
        "[_, _]",
        "_ + _",
        "_ * _",
        "concat(_, king)",
        "unit(_)",
        "[_, 2 * _]",
        "bind(_, _)",
        "-_",
    ),
    *(
        "abs(concat(_, _, _))",
        "project(_, _)",
        "mean(_, _)",
        "_ ^ 2",
        "debias(_, king)",
        "interact(_, _)",
        "center(_)",
    ),
]
LAST = [
    "_",
    "norm(_)",
    "mean(_)",
    "medoid(_)",
    "pc(_)",
    "sum(_)",
    "cos(_, king)",
    "nearest(_)",
    "attend(king, _)",
]
PIECES = [
    *"aab.x!-",
    "[a-z]",
    r"\w",
    r"\S",
    r"(a)\1",
    "(?:",
    "(",
    "(?=",
    "(?!",
    "(?i:",
    "a|a",
    "|",
    "",
    ")",
    ")",
    "^",
    "$",
]
REPEATS = ["", "", "*", "+", "?", "{2}", "{1,30}", "{99}", "{,5}", "*?", "++", "{0}", "{e}", "{99999999999}"]
WORDS = [A_WORD_FOR_PATTERNS, "a" * 30 + "b", "x" * 60, "king", "well-known", "a", "-", "аа" * 20]


def growing(index: int) -> str:
    """A chain of names or functions, each made of the one before it."""
    rng = random.Random(index)  # noqa: S311
    count, steps = rng.choice([3, 12, 30, 60]), rng.sample(STEPS, rng.choice([1, 1, 2, 3]))
    last = rng.choice(LAST)
    if rng.random() < 0.6:
        names = [f"A{i + 1} = {rng.choice(steps).replace('_', f'A{i}')}" for i in range(count)]
        return f"{last.replace('_', f'A{count}')} where A0 = {rng.choice(FIRST)}, {', '.join(names)}"
    count = min(count, 12)
    made = [f"f0(x) = {rng.choice(steps).replace('_', 'x')}"]
    made += [
        f"f{i}(x) = {rng.choice(['f_(f_(x))', 'concat(f_(x), f_(x))']).replace('_', str(i - 1))}"
        for i in range(1, count)
    ]
    return f"{'; '.join(made)}; {last.replace('_', f'f{count - 1}({rng.choice(FIRST)})')}"


def regex(index: int) -> str:
    rng = random.Random(index)  # noqa: S311
    text = "".join(rng.choice(PIECES) + rng.choice(REPEATS) for _ in range(rng.randint(1, 14)))
    return f"/{text}{')' * (text.count('(') - text.count(')'))}{rng.choice(['', '*', '+', '$'])}/"


def ends(text: str, folder: Path) -> None:
    taken = bounded("--format", "jsonl", "-f", "-", stdin=f"{text}\n".encode(), memory=EXPRESSION)
    assert taken.code in (0, 1), taken.err
    assert taken.out.count("\n") >= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_90_expressions_that_ask_for_much(name: str, tmp_path: Path) -> None:
    ends(EXPRESSIONS[name], tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("index", range(60))
def test_90_expressions_that_grow(index: int, tmp_path: Path) -> None:
    ends(growing(index), tmp_path)


def searched(text: str) -> None:
    """Look for a pattern in words; a usage error is an end, too, anything else a failure."""
    with limited(), suppress(UsageError):
        wanted = pattern(text)
        for word in WORDS:
            wanted.matches(word)


@pytest.mark.parametrize("text", PATTERNS, ids=range(len(PATTERNS)))
def test_90_patterns_that_never_end(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular, "SECONDS", 0.2)
    searched(text)


@pytest.mark.parametrize("first", [0, pytest.param(300, marks=pytest.mark.slow)])
def test_90_patterns_by_chance(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular, "SECONDS", 0.05)
    for index in range(first, 11 * first + 300):
        searched(regex(index))
