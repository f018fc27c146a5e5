"""What is typed so far, answered without any effect: for a prompt that shows answers while one types.

A `Preview` is a calculator of its own over the same spaces, with the names that are bound: what it binds is
forgotten, it has no last answer, and nobody hears its notes. It computes nothing that may take long, and
gives up between two stages once nobody wants its answer any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vecalc.answers import Answer
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Computed, Question
from vecalc.errors import LimitExceeded, VecalcError
from vecalc.lang.limits import Limits
from vecalc.lang.nodes import has_call

FEW = 3  # neighbours
# What keeps most previews below a tenth of a second; in the largest spaces some take longer.
CHEAP = Limits(
    size=2_000, nesting=100, words=200, values=2_000_000, work=1_000_000_000, score=20_000, rankings=4
)
# What looks at all words of a space, or at many orders of some.
COSTLY = ("permutation", "center", "debias", "map")


class NotWanted(Exception):
    """The text has changed meanwhile: its answer is of no use."""


class Preview(Calculator):
    """A calculator without effects. It must be asked by one thread at a time."""

    def __init__(self, calculator: Calculator) -> None:
        options = calculator.options._replace(k=FEW, limits=CHEAP, rank=True)
        super().__init__(calculator.spaces, options)
        self.default = calculator.default
        self.shipped = calculator.shipped
        self._names = calculator.scope
        # Copies: what is found out from here on must not be taken for that of other spaces later.
        self._candidates = dict(calculator._candidates)
        self._is_wanted: Callable[[], bool] = lambda: True

    @property
    def is_free(self) -> bool:
        """Whether nothing but time is spent: no program runs to encode a text, and nothing is sent."""
        from vecalc.space.text_encoder import TextEncoder

        encoders = (space.encoder for space in self.spaces.values())
        return all(one is None or isinstance(one, TextEncoder) for one in encoders)

    def look(self, text: str, is_wanted: Callable[[], bool] = lambda: True) -> Answer | None:
        """The answer to the last expression of a text, or to the name it binds; None for a text that has
        none, yet or at all. Raises `NotWanted` as soon as `is_wanted` says no between two stages.
        """
        self.scope, self.unbound, self.untold = self._names, {}, {}
        self._is_wanted = is_wanted
        try:
            computed = list(self.stages(Question(text)))
            bound = [
                name for name, tree in self.scope.names.items() if tree is not self._names.names.get(name)
            ]
            if not computed and bound:
                computed = list(self.stages(Question(bound[-1])))
            if not computed or any(isinstance(one, Answer) for one in computed):
                return None
            self._check()
            (answer,) = self.ranked(computed[-1:])
        except VecalcError:
            return None
        return answer if answer.error is None else None

    def stages(self, question: Question) -> Iterator[Computed | Answer]:
        """The same stages, with a look in between at whether the answer is still wanted."""
        for parsed in self._parsed(question):
            self._check()
            if isinstance(parsed, Computed) and any(has_call(parsed.tree, name) for name in COSTLY):
                raise LimitExceeded("it may take long")
            resolved = self._resolved(parsed)
            self._check()
            evaluated = self._evaluated(resolved)
            self._check()
            yield self._placed(evaluated)

    def _check(self) -> None:
        if not self._is_wanted():
            raise NotWanted
