"""Thousands of damaged expressions: each ends in an answer that can be shown, or in a named problem."""

from __future__ import annotations

import random
import re
import traceback
from functools import cache

import pytest
from blocks import FOLDER, read_blocks, spaces
from bounded import Hang, limited

import vecalc
from vecalc.calc.functions import FUNCTIONS as CALLABLE
from vecalc.engine.prelude import functions as prelude_functions
from vecalc.errors import VecalcError
from vecalc.render import Style, json, plain
from vecalc.render.problem import problem as draw

TOKEN = re.compile(r"\s+|\w+|.", re.DOTALL)
SCRAPS = [
    *"+-*/^()[],:;=?@.'\"|#~\\&%<>{}!_ \n\t\0\x1b",
    *(
        "::",
        "=>",
        ":=",
        "//",
        "**",
        "--",
        "where",
        "in",
        "and",
        "_",
        "_1",
        "ans",
        "0",
        "1e999",
        "1e-999",
        "-0",
    ),
    *(
        "9" * 400,
        "0x1",
        "1_0",
        ".5",
        "5.",
        "nan",
        "inf",
        "king",
        "raw(",
        "unit(",
        "mean(",
        "nearest(",
        "attend(",
    ),
    *(
        "film@",
        "fr:",
        "films:",
        "@3",
        "é",
        "e\u0301",
        "\u202e",
        "\ufeff",
        "\u00a0",
        "−",
        "×",
        "²",
        "\ud800",
        "日本",
    ),
    *(
        "(" * 300,
        ")" * 300,
        "-" * 300,
        "king+" * 300,
        "[king," * 50,
        "f(x) = f(x)",
        "A = A + A",
        "where A = A",
    ),
]
OPERATORS = ["+", "-", "*", "/", "//", "^", "@", " - ", " + "]
OPERANDS = [
    "0",
    "1",
    "-2",
    "0.5",
    "1e300",
    "1e-300",
    "2^60",
    "ans",
    "king - king",
    "[king, queen]",
    "[]",
    "1/3",
]
FUNCTIONS = sorted({*CALLABLE, *prelude_functions()})
STYLE = Style(color=False, width=80)


@cache
def seeds() -> list[str]:
    return [block.text for path in sorted(FOLDER.glob("*.txt")) for block in read_blocks(path)]


def mutant(index: int) -> str:
    rng = random.Random(index)  # noqa: S311
    parts = TOKEN.findall(rng.choice(seeds()))
    return exchanged(parts, rng) if rng.random() < 0.6 else broken(parts, rng)


def exchanged(parts: list[str], rng: random.Random) -> str:
    """Parts in the place of others of their kind: it may well parse, and mean something odd."""
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(parts))
        part = parts[place]
        if part in FUNCTIONS:
            parts[place] = rng.choice(FUNCTIONS)
        elif re.fullmatch(r"\w+", part):
            other = TOKEN.findall(rng.choice(seeds()))
            whole = f"({rng.choice(seeds())})"
            wrapped = f"{rng.choice(FUNCTIONS)}({part}{rng.choice(['', ', 2', ', king', ', [king, queen]'])})"
            parts[place] = rng.choice([rng.choice(other), rng.choice(OPERANDS), whole, wrapped])
        elif part in "+-*/^@":
            parts[place] = rng.choice(OPERATORS)
    return "".join(parts)


def broken(parts: list[str], rng: random.Random) -> str:
    """Parts dropped, added, repeated, and out of order."""
    for _ in range(rng.choice([1, 1, 2, 3, 6])):
        place, other = (rng.randrange(len(parts) + 1) for _ in range(2))
        match rng.randrange(6):
            case 0:
                parts[place : place + rng.choice([1, 2])] = []
            case 1:
                parts.insert(place, rng.choice(SCRAPS))
            case 2:
                parts[place : place + 1] = [rng.choice(SCRAPS)]
            case 3:
                parts[place:place] = parts[other : other + rng.randint(1, 5)] * rng.choice([1, 1, 40])
            case 4:
                parts[place:] = TOKEN.findall(rng.choice(seeds()))[rng.randrange(3) :]
            case _:
                rng.shuffle(parts) if rng.random() < 0.3 else parts.reverse()
    return "".join(parts)


def finding(text: str, norm: str) -> str:
    """What is wrong with the way in which an expression ended; "" when all is well."""
    calculator = vecalc.Calculator(
        spaces(), vecalc.Options(k=3, norm=norm, oov="skip" if len(text) % 2 else "error")
    )
    try:
        with limited():
            for answer in calculator.answers([vecalc.Question(text)]):
                for renderer in (json, plain):
                    renderer.answer(answer, STYLE, 0).encode()
                if answer.error is not None:
                    draw(answer.error, text, STYLE)
    except VecalcError as said:
        return f"raised, not answered: {said}"
    except (Exception, Hang):
        return traceback.format_exc()[-1500:]
    return ""


def findings(indices: range) -> list[tuple[int, str, str]]:
    said = (
        (index, mutant(index), finding(mutant(index), ("rms", "raw", "unit")[index % 3])) for index in indices
    )
    return [one for one in said if one[2]]


def test_some_damaged_expressions() -> None:
    assert findings(range(300)) == []


@pytest.mark.slow
def test_many_damaged_expressions() -> None:
    assert findings(range(300, 5500)) == []
