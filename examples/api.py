"""The Python API in a minute: a calculator, answers, values, names, many questions, the language.

python examples/api.py [MODEL]
"""

import sys

import vecalc


def main(model: str | None) -> None:
    """Answer some expressions over a model, or over the built-in space."""
    calculate = vecalc.Calculator(model or "starter", k=3)

    # An answer prints as the command line's table; it holds neighbours, what was excluded, how it was read.
    answer = calculate("king - man + woman")
    print(answer)
    print(answer.parsed, "->", [(n.word, round(n.score, 3)) for n in answer.result.neighbours])

    # A value without its neighbours: a Scalar, a Vector or a List.
    print("cos(cat, dog) =", round(float(calculate.value("cos(cat, dog)")), 3))

    # Names and functions live on; options can be changed.
    calculate.define("blend(a, b) = 0.5*(a*b + a + b)")
    for norm in ("rms", "unit"):
        calculate.set(norm=norm)
        print(norm, [n.word for n in calculate("blend(blood, color)").result.neighbours])

    # Many questions are searched for together; an error is an answer in its place.
    for answer in calculate.answers(["eat + food", "kign", "2^10"]):
        print(answer.asked.id, answer.asked.expr, "->", _short(answer))

    # The tree of an expression, and its canonical text.
    (tree,) = vecalc.parse("man : king :: woman : ?")
    print(vecalc.show(tree))


def _short(answer: vecalc.Answer) -> str:
    match answer.result:
        case vecalc.Ranking(neighbours):
            return ", ".join(neighbour.word for neighbour in neighbours)
        case vecalc.Number(value):
            return f"{value:g}"
        case vecalc.Rows(rows):
            return f"{len(rows)} vectors"
        case None:
            return f"error: {answer.error}"


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
