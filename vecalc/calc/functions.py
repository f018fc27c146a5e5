"""The functions of the language: one table. Help, completion, checks and docs all come from it.

To add one, add an entry under its group: name, parameters, formula, kernel (`vecalc.calc.kernels`), source.
What can be said in the language itself belongs into `prelude.vec` instead.

Parameters are written `name: kind`, `name: kind = default`, or `name: kind...` for any number of
arguments or one list. Kinds: number, integer (from 1), vector, list (of vectors), pairs (a list of
lists of two), vectors (a vector or a list), value (any of number, vector, list), space (the name of a
loaded space), text (in quotes, of any length, or a name that stands for one), rows (a list or a table),
numbers (a table, or a vector of any width), way (a name that the function knows).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Literal, NamedTuple, TypeAlias

from vecalc.calc import algebra, kernels, vector_kernels
from vecalc.errors import NoValue

GROUPS = {
    "size and angle": "lengths, distances, angles: numbers",
    "scaling": "how long a vector is (see --norm)",
    "element-wise": "each component by itself; these depend on the axes of the space",
    "many to one": "several values, one list of them, or the numbers of a table, become one "
    "(by=rows, by=columns: one for each)",
    "geometry": "projections and the like; these do not depend on the axes",
    "composition": "one vector out of two",
    "analogy": "offsets between words",
    "phrases": "words as people say them",
    "attention": "a soft lookup: softmax(q @ K / sqrt(dim(K))) @ V",
    "association": "how words of some lists lean towards words of others (see also cos of lists)",
    "features": "columns for a model",
    "neighbours": "vectors found in the space, or in a list",
    "texts": "what a textual model makes of any text",
    "space": "what depends on all words of a space, or of two",
}


# What a function makes of its arguments: a number; what is as wide as they are, or as wide as all together.
Result: TypeAlias = Literal["number", "alike", "joined"]

SIDES: tuple[Literal["rows"], Literal["columns"]] = ("rows", "columns")  # sum(t, by=rows)
OUT_OF_RANGE = "the result leaves the range of float64"


class Parameter(NamedTuple):
    """One parameter of a function."""

    name: str
    kind: str
    default: float | None = None
    optional: bool = False
    variadic: bool = False
    otherwise: str = ""  # what it is where it is left out, as it is written


class Function(NamedTuple):
    """An entry of the table; `apply` is its kernel: of rows, and arrays in the order of the parameters.

    One that is not `by_row` takes single values and whole lists, and so can't have a `?` in its arguments.
    """

    name: str
    signature: str
    formula: str
    apply: Callable[..., Any]
    source: str = ""
    result: Result = "alike"
    by_row: bool = True
    directed: bool = False  # of the directions of its arguments, which zero vectors have not
    effort: int = 1  # times as long as a sum that it takes for each number
    group: str = ""  # the heading that it stands under
    work: Callable[..., int] | None = None  # multiplications, where they grow faster than the arguments
    remark: Callable[..., str] | None = None  # what is to be told of how it was computed
    of_lists: str = ""  # the function that is the same for each vector of a list, where it takes none

    @property
    def tabulates(self) -> bool:
        """Whether lists in place of its vectors make a table, of a number for each or for each pair."""
        return self.result == "number" and self.by_row

    @property
    def folds(self) -> bool:
        """Whether one vector alone is folded: its components become one number."""
        return [(parameter.variadic, parameter.kind) for parameter in self.parameters] == [(True, "value")]

    @property
    def by_side(self) -> str:
        """How one that folds is called for each row or column of a table."""
        return f"{self.name}(t, by=rows) or {self.name}(t, by=columns) of a table is a number for each"

    def takes_list(self, count: int) -> bool:
        """Whether the last of so many arguments may be a list that stands for any number of them."""
        return self.parameters[-1].variadic and count == len(self.parameters)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The signature, taken apart."""
        return _parameters(self.signature)

    def shown(self) -> str:
        """The signature as help shows it: `attend(q, keys, values=keys, temperature=1)`."""
        return f"{self.name}({', '.join(map(_show_parameter, self.parameters))})"


@cache
def _parameters(signature: str) -> tuple[Parameter, ...]:
    return tuple(map(_parameter, filter(None, signature.split(", "))))


def _parameter(text: str) -> Parameter:
    declared, _, default = text.partition(" = ")
    name, _, kind = declared.partition(": ")
    if kind.endswith("..."):
        return Parameter(name, kind.removesuffix("..."), variadic=True)
    if not default:
        return Parameter(name, kind)
    number = float(default) if default[0].isdigit() else None
    return Parameter(name, kind, number, optional=True, otherwise=default)


def _show_parameter(parameter: Parameter) -> str:
    if parameter.variadic:
        return f"{parameter.name}…"
    if not parameter.optional:
        return parameter.name
    return f"{parameter.name}={parameter.otherwise}"


SLOW = frozenset({"nearest", "rank", "permutation"})  # that look through a space, or draw, each time
STEEP = 20  # times as long as a sum that curves and Fourier transforms take
BY_ROW = 400  # and what is computed for one row after the other, in Python
SINGULAR = 20  # times that a product of two matrices takes to find singular vectors of one


def _of_list(xs: Any, *_: Any) -> int:
    """Multiplications for the singular vectors of a list [n, d]."""
    rows, width = map(int, xs.shape)
    return SINGULAR * rows * width * min(rows, width)


def _needs_evaluator(*_: Any) -> Any:
    raise AssertionError("handled by the evaluator, which knows the words and the space")


_TABLE = {
    "size and angle": (
        Function("norm", "x: vector", "‖x‖", kernels.norm, result="number"),
        Function(
            "cos",
            "a: vector, b: vector",
            "a·b / (‖a‖ ‖b‖), cosine similarity",
            kernels.cos,
            result="number",
            directed=True,
        ),
        Function(
            "angle",
            "a: vector, b: vector",
            "acos(cos(a, b)) in degrees",
            kernels.angle,
            result="number",
            directed=True,
        ),
        Function("dist", "a: vector, b: vector", "‖a - b‖, the distance", kernels.distance, result="number"),
        Function(
            "dim",
            "x: vectors",
            "how many components x has, or each vector of a list",
            lambda xs: xs.shape[-1],
            result="number",
            by_row=False,
        ),
        Function(
            "len",
            "x: rows",
            "how many vectors a list has, or rows a table",
            len,
            result="number",
            by_row=False,
        ),
    ),
    "scaling": (
        Function("raw", "x: value", "x with its words as long as the file holds them", _needs_evaluator),
        Function("unit", "x: vectors", "x / ‖x‖", kernels.unit),
        Function("rms", "x: vectors", "x √d / ‖x‖: components have root mean square 1", kernels.rms),
    ),
    "element-wise": (
        Function("abs", "x: value", "|xᵢ|", kernels.absolute),
        Function("sqrt", "x: value", "√xᵢ", kernels.square_root),
        Function("exp", "x: value", "e^xᵢ", kernels.exponential, effort=STEEP),
        Function("log", "x: value", "ln xᵢ", kernels.logarithm, effort=STEEP),
        Function("tanh", "x: value", "tanh xᵢ", kernels.tanh, effort=STEEP),
        Function("sigmoid", "x: value", "1 / (1 + e^-xᵢ)", kernels.sigmoid, effort=STEEP),
        Function("clip", "x: value, lo: number, hi: number", "min(max(xᵢ, lo), hi)", kernels.clip),
        Function("sign", "x: value", "-1, 0 or 1", kernels.sign),
    ),
    "many to one": (
        Function("sum", "x: value...", "x₁ + x₂ + …", vector_kernels.add_up),
        Function("mean", "x: value...", "(x₁ + x₂ + …) / n", vector_kernels.mean),
        Function("avg", "x: value...", "the same as mean", vector_kernels.mean),
        Function(
            "std",
            "x: value...",
            "√(mean of (xᵢ - mean)²), the standard deviation of a population",
            vector_kernels.deviation,
        ),
        Function("min", "x: value...", "the smallest, element-wise", vector_kernels.smallest),
        Function("max", "x: value...", "the largest, element-wise", vector_kernels.largest),
        Function(
            "medoid",
            "x: vector...",
            "the x with the least sum of distances to the others",
            algebra.medoid,
            work=lambda xs: len(xs) * xs.size,
            by_row=False,
        ),
    ),
    "geometry": (
        Function(
            "project",
            "a: vector, b: vector...",
            "the part of a in the span of the b's, QQᵀa",
            vector_kernels.inside,
            effort=BY_ROW,
            work=lambda _, xs: _of_list(xs),
        ),
        Function(
            "without",
            "a: vector, b: vector...",
            "a - QQᵀa, Q an orthonormal basis of all b's: orthogonal negation",
            vector_kernels.outside,
            "Widdows 2003",
            of_lists="debias",
            effort=BY_ROW,
            work=lambda _, xs: _of_list(xs),
        ),
        Function(
            "slerp",
            "a: vector, b: vector, t: number",
            "the great circle from a (t=0) to b (t=1); so goes the length, but not beyond either",
            vector_kernels.slerp,
            "Shoemake 1985",
            effort=STEEP,
            directed=True,
        ),
    ),
    "composition": (
        Function(
            "bind",
            "a: vector, b: vector",
            "a ⊛ b, circular convolution",
            vector_kernels.bind,
            "Plate 1995",
            effort=STEEP,
        ),
        Function(
            "unbind",
            "a: vector, c: vector",
            "circular correlation: unbind(a, bind(a, b)) is near b",
            vector_kernels.unbind,
            "Plate 1995",
            effort=STEEP,
        ),
    ),
    "phrases": (
        Function(
            "phrase",
            "text: text, negate: way = minus",
            "the words of a text, less those that are negated: want + food - american",
            _needs_evaluator,
            by_row=False,
        ),
    ),
    "attention": (
        Function(
            "softmax",
            "t: numbers, temperature: number = 1",
            "e^(tᵢ/temperature) / Σ, each row of a table adds up to 1",
            algebra.softmax,
            by_row=False,
        ),
    ),
    "association": (
        Function(
            "effect",
            "t: numbers, u: numbers",
            "(mean(t) - mean(u)) / s, s the standard deviation of all numbers, as of a sample",
            algebra.effect,
            "Caliskan, Bryson & Narayanan 2017",
            result="number",
            by_row=False,
        ),
        Function(
            "permutation",
            "t: numbers, u: numbers, draws: integer = 10000, seed: integer = 1",
            "one-sided p of mean(t) - mean(u): the share of divisions of all numbers that differ as much",
            algebra.permutation,
            "Caliskan, Bryson & Narayanan 2017",
            result="number",
            by_row=False,
            work=algebra.numbers_drawn,
            remark=algebra.divisions_counted,
        ),
    ),
    "features": (
        Function(
            "concat",
            "x: vector...",
            "[x₁; x₂; …], as wide as all together",
            vector_kernels.concat,
            result="joined",
        ),
    ),
    "neighbours": (
        Function(
            "nearest",
            "x: vector, k: integer = 10",
            "the k nearest words of x, a list",
            _needs_evaluator,
            by_row=False,
        ),
        Function(
            "rank",
            "word: vector, x: vector",
            "the place of a word among the neighbours of x",
            _needs_evaluator,
            result="number",
            by_row=False,
        ),
        Function(
            "odd",
            "x: vector...",
            "the x that does not match: the least cosine with the mean of all directions",
            algebra.odd,
            by_row=False,
        ),
        Function(
            "pc",
            "x: list, i: integer = 1",
            "i-th principal direction of the list about its mean, towards that mean",
            algebra.principal,
            "Pearson 1901",
            work=_of_list,
            by_row=False,
        ),
        Function(
            "direction",
            "x: pairs",
            "the mean difference a - b of the pairs [[a, b], …]",
            algebra.pair_direction,
            "Bolukbasi et al. 2016",
            work=_of_list,
            by_row=False,
        ),
    ),
    "texts": (
        Function(
            "text",
            "x: text, model: space = default",
            "the mean of the tokens of a text, as a textual model makes it",
            _needs_evaluator,
            "Tulkens & van Dongen 2024",
            by_row=False,
        ),
    ),
    "space": (
        Function(
            "center",
            "x: vectors",
            "x minus the mean of all words of its space",
            kernels.total,
            "Mu & Viswanath 2018",
        ),
        Function(
            "debias",
            "x: vectors, axis: vector...",
            "x without its components along the axes: hard debiasing",
            vector_kernels.outside,
            "Bolukbasi et al. 2016",
            effort=BY_ROW,
            work=lambda _, xs: _of_list(xs),
        ),
        Function(
            "map",
            "x: vectors, space: space",
            "x turned into another loaded space, by the words that both have",
            vector_kernels.turn,
            "Schönemann 1966",
        ),
    ),
}
_ENTRIES = tuple(entry._replace(group=group) for group, entries in _TABLE.items() for entry in entries)
FUNCTIONS = {function.name: function for function in _ENTRIES}


def of_function(name: str, problem: NoValue) -> NoValue:
    """A problem, said of the function where it arose; of an operator, as it is."""
    if name not in FUNCTIONS:
        return problem
    return NoValue(f"{name}: {problem.message}", span=problem.span, hint=problem.hint)


def out_of_range(name: str) -> str:
    """What is wrong with an infinite result of a function or an operator."""
    return OUT_OF_RANGE if name in FUNCTIONS else f"'{name}' overflows the range of float64"


def in_group(group: str) -> Iterator[Function]:
    """The entries of a group, in the order of the table."""
    return (function for function in _ENTRIES if function.group == group)
