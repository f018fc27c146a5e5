"""A tree with `?` becomes the steps of a program: what does not depend on `?` is computed once, here.

While steps are made, types are checked as for one word: a number for every candidate is a `Scalar`, a
vector for every candidate a `Vector`, so the operators' and functions' own checks see what they know. Their
numbers are placeholders: what a term is worth stands in the slot of its step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from vecalc.calc import affine, algebra, program, rowwise
from vecalc.calc.affine import Affine
from vecalc.calc.apply import check_given, match_arguments, mean_of, rotation_of
from vecalc.calc.functions import FUNCTIONS, Function
from vecalc.calc.operators import OPERATIONS, check_divisor, check_dot, check_exponent, check_match
from vecalc.calc.program import Program, Slot, Step
from vecalc.calc.values import NO_SPACE, List, Scalar, Score, Spaces, Value, Vector, describe, spaces
from vecalc.errors import NOWHERE, NoValue, Span, TypeMismatch, VecalcError
from vecalc.lang.nodes import Call, Candidate, Chain, ListOf, Negate, Node, SpaceName, Steps, children, deep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.evaluate import Evaluation

    Floats: TypeAlias = NDArray[np.float64]


DIRECTED = frozenset({"cos", "angle", "slerp"})  # functions of directions, which zero vectors have not


@dataclass(frozen=True, slots=True, eq=False)
class EachNumber(Scalar):
    """A number for every candidate."""

    slot: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class EachVector(Vector):
    """A vector for every candidate; `components` only tell the width."""

    slot: int = -1


def score_of(tree: Node, norm: str, run: Evaluation) -> Score:
    """The score that a resolved tree with `?` stands for.

    Raises `TypeMismatch` with the place of what can't be computed for every word, and what the constants
    in it raise.
    """
    if run.around is None:
        raise TypeMismatch("'?' needs a space whose words it stands for")
    dependent = deep(_dependent(tree, {}))
    space = run.around.ranked_in(deep(_origin(tree, norm, run, dependent)))
    made = [_Lifting(run, dependent, space, quick=quick).program(tree, norm) for quick in (True, False)]
    return Score(space, made[0], made[1])


def _dependent(node: Node, known: dict[int, bool]) -> Steps[dict[int, bool]]:
    """Of every node of a tree, by its id, whether there is a `?` in it."""
    if id(node) not in known:
        below = [child for child in children(node) if not isinstance(child, SpaceName)]
        for child in below:
            yield _dependent(child, known)  # type: ignore[arg-type]  # no definitions are left in it
        known[id(node)] = isinstance(node, Candidate) or any(known[id(child)] for child in below)
    return known


def _origin(tree: Node, norm: str, run: Evaluation, dependent: dict[int, bool]) -> Steps[Spaces]:
    """The spaces of the values that do not depend on `?`."""
    found: Spaces = NO_SPACE
    todo, seen = [(tree, norm)], set()
    while todo:
        node, at = todo.pop()
        if (id(node), at) in seen or isinstance(node, SpaceName):
            continue
        seen.add((id(node), at))
        if not dependent[id(node)]:
            found |= spaces((yield run.value(node, at)))
            continue
        inner = "raw" if isinstance(node, Call) and node.name == "raw" else at
        todo += [(child, inner) for child in reversed(children(node))]  # type: ignore[misc]
    return found


class _Lifting:
    """One run over a tree, for the quick program or the exact one."""

    def __init__(self, run: Evaluation, dependent: dict[int, bool], space: str, *, quick: bool) -> None:
        assert run.around is not None  # noqa: S101 - asked before
        self.run = run
        self.dependent = dependent
        self.space = space
        self.width = run.around.width(space)
        self.quick = quick
        self.steps: list[Step] = []
        self._known: dict[tuple[int, str], Value] = {}

    def program(self, tree: Node, norm: str) -> Program:
        """The steps. Raises `TypeMismatch` when the tree's value is no number for each candidate."""
        value = deep(self.lift(tree, norm))
        if not isinstance(value, EachNumber):
            raise TypeMismatch(
                f"the result is a {describe(value)} for every word",
                span=None if tree.span == NOWHERE else tree.span,
                hint="a score is one number per word, such as cos(?, king)",
            )
        # The result is the last step, whatever was computed after it for a part that shares it.
        self.steps.append(self.steps[value.slot])
        return Program(tuple(self.steps))

    def lift(self, node: Node, norm: str) -> Steps[Value]:
        """The value of a node, or what stands for one for every candidate."""
        known = self._known.get((id(node), norm))
        if known is None:
            known = yield self._lift(node, norm) if self.dependent[id(node)] else self.run.value(node, norm)
            self._known[id(node), norm] = known
        return known

    def _lift(self, node: Node, norm: str) -> Steps[Value]:
        match node:
            case Candidate():
                return Affine(_wide(self.width), frozenset({self.space}), norm=norm)
            case Negate(operand, span):
                value = yield self.lift(operand, norm)
                if self.quick and isinstance(value, Affine):
                    return _scaled(value, -1.0)
                return self._emit(rowwise.negative, [value], "-", span)
            case Chain(first, rest):
                values = yield self._all((first, *(operand for _, operand in rest)), norm)
                _refuse_lists(values, node.span)
                return self._chain(node, values)
            case Call():
                return (yield self._call(node, norm))
            case _:
                raise TypeMismatch(
                    "'?' can't stand in a list",
                    span=node.span,
                    hint="but in the list of sum, mean, min, max, project or without",
                )

    def _all(self, nodes: Sequence[Node], norm: str) -> Steps[list[Value]]:
        found = []
        for node in nodes:
            found.append((yield self.lift(node, norm)))
        return found

    # --- steps --------------------------------------------------------------------------------

    def _emit(
        self,
        apply: Callable[..., Floats],
        values: Sequence[Value],
        what: str,
        span: Span,
        width: int | None = None,
        before: tuple[Any, ...] = (),
    ) -> Value:
        """A step over some values, as wide as they are unless a width is given (0: a number)."""
        wide = [value for value in values if isinstance(value, Vector)]
        if width is None:
            width = len(wide[0].components) if wide else 0
        arguments = (*before, *(self._argument(value, bool(wide)) for value in values))
        self.steps.append(Step(apply, arguments, width, what, span))
        if width:
            return EachVector(_wide(width), NO_SPACE.union(*map(spaces, wide)), slot=len(self.steps) - 1)
        return EachNumber(np.nan, slot=len(self.steps) - 1)

    def _argument(self, value: Value, among_vectors: bool) -> Any:
        match value:
            case EachNumber(slot=slot):
                return Slot(slot, among_vectors)
            case EachVector(slot=slot):
                return Slot(slot)
            case Affine():
                return Slot(self._vectors(value))
            case Scalar(number):
                return np.asarray(number)
            case Vector(components):
                return components
            case List():
                raise AssertionError("lists are taken apart before")

    def _vectors(self, value: Affine, norm: str = "") -> int:
        """The step of an affine vector's own numbers [b, d]."""
        words = self._step(program.word_vectors, (norm or value.norm,), self.width)
        if value.is_plain:
            return words
        shift = np.zeros(self.width) if value.shift is None else value.shift
        return self._step(affine.rows_of, (Slot(words), value.scale, shift), self.width)

    def _step(self, apply: Callable[..., Floats], arguments: tuple[Any, ...], width: int = 0) -> int:
        self.steps.append(Step(apply, arguments, width))
        return len(self.steps) - 1

    # --- operators ----------------------------------------------------------------------------

    def _chain(self, node: Chain, values: list[Value]) -> Value:
        ops = [op for op, _ in node.rest]
        if ops[0] in "+-":
            return self._sum(node, ops, values)
        total = values[0]
        for op, value, place in zip(ops, values[1:], node.places, strict=True):
            total = self._operation(op, total, value, place)
        return total

    def _sum(self, node: Chain, ops: list[str], values: list[Value]) -> Value:
        kind = values[0]
        for op, value, place in zip(ops, values[1:], node.places, strict=True):
            check_match(kind, op, value, place)
            kind = value if isinstance(kind, Scalar) else kind
        signs = tuple(-1.0 if op == "-" else 1.0 for op in ("+", *ops))
        if self.quick and (found := _affine_sum(signs, values)) is not None:
            return found
        return self._emit(rowwise.total, values, ops[-1], node.places[-1], before=(signs,))

    def _operation(self, op: str, a: Value, b: Value, place: Span) -> Value:
        if not (_is_each(a) or _is_each(b)):
            return OPERATIONS[op](a, b, place)
        if op == "@":
            check_dot(a, b, place)
            assert isinstance(a, Vector) and isinstance(b, Vector)  # noqa: S101, PT018 - just checked
            return self._dot(a, b, place)
        if op == "^":
            check_exponent(a, b, place)
            return self._emit(rowwise.power, [a, b], op, place)
        check_match(a, op, b, place)
        if op == "/" and not _is_each(b):
            check_divisor(b, place)
        if self.quick and (found := _affine_multiple(op, a, b)) is not None:
            return found
        return self._emit(rowwise.multiply if op == "*" else rowwise.divide, [a, b], op, place)

    # --- products, lengths, cosines -----------------------------------------------------------

    def _dot(self, a: Vector, b: Vector, place: Span) -> Value:
        norms = {value.norm for value in (a, b) if isinstance(value, Affine)}
        if not self.quick or len(norms) != 1 or isinstance(a, EachVector) or isinstance(b, EachVector):
            return self._emit(rowwise.dot, [a, b], "@", place, width=0)
        (s, v), (t, w) = _taken_apart(a), _taken_apart(b)
        lengths = self._step(program.word_lengths, (norms.pop(),))
        along = [Slot(self._step(program.product, (part,))) for part in (v, w)]
        step = self._step(affine.product_of, (Slot(lengths), s, t, *along, np.asarray(v @ w)))
        return EachNumber(np.nan, slot=step)

    def _length(self, value: Value, span: Span) -> Value:
        """norm(x)."""
        if isinstance(value, Affine) and value.is_plain and (self.quick or value.norm != "raw"):
            return EachNumber(np.nan, slot=self._step(program.word_lengths, (value.norm,)))
        if not (self.quick and isinstance(value, Affine)):
            return self._emit(rowwise.norm, [value], "norm", span, width=0)
        s, v = _taken_apart(value)
        lengths = Slot(self._step(program.word_lengths, (value.norm,)))
        along = Slot(self._step(program.product, (v,)))
        return EachNumber(np.nan, slot=self._step(affine.length_of, (lengths, s, along, np.asarray(v @ v))))

    def _cosine(self, a: Value, b: Value, span: Span) -> Value:
        """cos(a, b)."""
        if isinstance(b, Affine) and not isinstance(a, Affine):
            a, b = b, a
        if isinstance(a, Affine) and a.shift is None and a.scale > 0 and type(b) is Vector:
            return self._cosine_of_words(b, span)
        quick = self.quick and isinstance(a, Affine) and (type(b) is Vector or isinstance(b, Affine))
        if not quick or (isinstance(b, Affine) and isinstance(a, Affine) and a.norm != b.norm):
            return self._emit(rowwise.cos, [a, b], "cos", span, width=0)
        assert isinstance(a, Vector) and isinstance(b, Vector)  # noqa: S101, PT018 - just seen
        parts = [self._dot(a, b, span), self._length(a, span)]
        parts.append(
            self._length(b, span) if isinstance(b, Affine) else Scalar(float(np.linalg.norm(b.components)))
        )
        return self._emit(affine.cosine_of, parts, "cos", span)

    def _cosine_of_words(self, b: Vector, span: Span) -> Value:
        """cos(?, constant): by the words' vectors as the file has them, as the search does it."""
        if self.quick:
            return EachNumber(np.nan, slot=self._step(program.product, (algebra.direction_of(b.components),)))
        words = self._step(program.word_vectors, ("raw",), self.width)
        self.steps.append(Step(rowwise.cos, (Slot(words), b.components), 0, "cos", span))
        return EachNumber(np.nan, slot=len(self.steps) - 1)

    # --- functions ----------------------------------------------------------------------------

    def _call(self, node: Call, norm: str) -> Steps[Value]:
        function = FUNCTIONS[node.name]
        if function.each is None and node.name != "raw":
            raise TypeMismatch(
                f"{node.name} can't be computed for every word at once",
                span=node.span,
                hint="'?' goes into operators, cos, norm, min, max and other functions of one or two vectors",
            )
        inner = "raw" if node.name == "raw" else norm
        arguments, listed = _arguments(function, node)
        values = yield self._all(arguments, inner)
        named = yield self._all(tuple(value for _, value in node.keywords), inner)
        keywords = dict(zip((name for name, _ in node.keywords), named, strict=True))
        if function.group == "many to one" and len(values) == 1 and not keywords:
            return self._alone(function, node, values[0], listed)
        try:
            given = match_arguments(function, values, keywords)
            origin = check_given(function, given)
            flat = [part for value in given for part in _parts(value)]
            return self._apply(function, node, flat, origin, norm)
        except VecalcError as problem:
            raise problem.at(node.span) from None

    def _alone(self, function: Function, node: Call, value: Value, listed: bool) -> Value:
        """One argument: its components become one number, but one in a list, or a number, is the result."""
        if listed or isinstance(value, Scalar):
            return value
        return self._emit(function.each, [value], node.name, node.span, width=0)  # type: ignore[arg-type]

    def _apply(self, function: Function, node: Call, given: list[Value], origin: Spaces, norm: str) -> Value:
        _refuse_lists(given, node.span)
        name, span, each = node.name, node.span, function.each
        setting = self.run.setting(node, norm)
        if name in DIRECTED:
            _refuse_zeros(name, given)
        match name:
            case "raw":
                return given[0]
            case "norm":
                return self._length(given[0], span)
            case "cos":
                return self._cosine(given[0], given[1], span)
            case "center":
                mean = Vector(mean_of(given[0], setting), origin)
                signs = (1.0, -1.0)
                if self.quick and (found := _affine_sum(signs, [given[0], mean])) is not None:
                    return found
                return self._emit(rowwise.total, [given[0], mean], name, span, before=(signs,))
            case "map":
                rotation, target = rotation_of(given[0], setting)
                slot = self._argument(given[0], among_vectors=True)
                width = rotation.shape[1]
                step = self._step(rowwise.turn, (slot, rotation), width)
                return EachVector(_wide(width), frozenset({target}), slot=step)
            case "concat":
                width = sum(len(value.components) for value in given if isinstance(value, Vector))
                return self._emit(rowwise.concat, given, name, span, width)
            case _:
                assert each is not None  # noqa: S101 - asked before
                return self._emit(each, given, name, span, 0 if function.group == "size and angle" else None)


def _arguments(function: Function, node: Call) -> tuple[tuple[Node, ...], bool]:
    """The arguments that are values, those in the list of a variadic one by one; whether there was a list."""
    given = tuple(argument for argument in node.arguments if not isinstance(argument, SpaceName))
    variadic = bool(function.parameters) and function.parameters[-1].variadic
    if variadic and len(given) == len(function.parameters) and isinstance(given[-1], ListOf):
        return (*given[:-1], *given[-1].items), True
    return given, False


def _parts(value: Any) -> list[Value]:
    """A matched argument as values: those of a variadic one by one, the vectors of a list, too."""
    if isinstance(value, list):
        return value
    if isinstance(value, List):
        return [Vector(row, value.spaces) for row in value.vectors]
    return [] if value is None else [value]


def _is_each(value: Value) -> bool:
    return isinstance(value, EachNumber | EachVector | Affine)


def _refuse_lists(values: Sequence[Value], span: Span) -> None:
    for value in values:
        if isinstance(value, List):
            raise TypeMismatch(
                f"a {describe(value)} and '?' in one operation",
                span=span,
                hint="mean(...) makes a list one vector",
            )


def _refuse_zeros(name: str, values: Sequence[Value]) -> None:
    if any(type(value) is Vector and not value.components.any() for value in values):
        raise NoValue(f"{name}: the zero vector has no direction")


def _wide(width: int) -> Floats:
    """Components that only tell their number, and take no memory."""
    return np.broadcast_to(np.float64(0), (width,))


def _taken_apart(value: Vector) -> tuple[float, Floats]:
    """s and v of s·? + v."""
    if not isinstance(value, Affine):
        return 0.0, value.components
    return value.scale, np.zeros(len(value.components)) if value.shift is None else value.shift


def _scaled(value: Affine, factor: float) -> Affine:
    shift = None if value.shift is None else value.shift * factor
    return Affine(value.components, value.spaces, value.scale * factor, shift, value.norm)


def _affine_sum(signs: Sequence[float], values: Sequence[Value]) -> Value | None:
    """A sum of affine vectors of one norm, constant vectors and numbers; None when there are other terms."""
    affines = [value for value in values if isinstance(value, Affine)]
    if len({value.norm for value in affines}) != 1 or any(
        isinstance(value, EachNumber | EachVector) for value in values
    ):
        return None
    scale, shift = 0.0, np.zeros(len(affines[0].components))
    for sign, value in zip(signs, values, strict=True):
        if isinstance(value, Scalar):
            shift = shift + sign * value.value
        elif isinstance(value, Vector):
            s, v = _taken_apart(value)
            scale, shift = scale + sign * s, shift + sign * v
    origin: Spaces = NO_SPACE.union(*map(spaces, values))
    return Affine(affines[0].components, origin, scale, shift, affines[0].norm)


def _affine_multiple(op: str, a: Value, b: Value) -> Value | None:
    """A constant number times an affine vector, or the vector by the number; None for other operands."""
    if type(a) is Scalar and isinstance(b, Affine) and op == "*":
        return _scaled(b, a.value)
    if isinstance(a, Affine) and type(b) is Scalar and (op == "*" or b.value != 0):
        return _scaled(a, b.value if op == "*" else 1 / b.value)
    return None
