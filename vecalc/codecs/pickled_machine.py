"""The machine that reads pickles: a stack of plain values, a memo, and limits to both.

Memory: at most some 30 bytes a byte of the pickle. Nesting costs nothing, since nothing here recurses.
"""

from __future__ import annotations

from typing import Any, NoReturn

from vecalc.codecs.pickled_names import Name
from vecalc.errors import FileProblem
from vecalc.sources import DAMAGED

HINT = (
    "if you trust who made it, --trust-pickle hands it to gensim; otherwise have it exported: "
    "model.save_word2vec_format(path, binary=True)"
)
# An empty list takes one byte of a pickle and 56 of memory. Models have one list, dictionary, tuple or
# instance for at least so many bytes, and a memo for at least so many; and some more while they are small.
BYTES_A_CONTAINER = 6
BYTES_A_MEMO = 3
BYTES_SO_FAR = 4  # for one of either, or a value on the stack, in what was read by then
FREE = 10_000
THROWN_AWAY = (
    1_000  # values; Python's pickler throws away what a tuple that holds itself was made of, no more
)
DEEPEST = 1_000  # marks that are open at once; models have some twenty
CHECKED = 1 << 12  # opcodes between two looks at the stack, which models empty every thousand values


class Inert:
    """What a pickle would have made: of which name, with which arguments and state."""

    __slots__ = ("arguments", "name", "state")

    def __init__(self, name: Name, arguments: tuple[Any, ...]) -> None:
        self.name = name
        self.arguments = arguments
        self.state: Any = None

    def attribute(self, name: str) -> Any:
        """An attribute of an instance of gensim's, None where it has none."""
        return self.state.get(name) if isinstance(self.state, dict) else None


class Machine:
    """The stack, the memo, and what has been spent; `size` is that of an honest pickle, in bytes."""

    __slots__ = ("below", "containers", "memo", "size", "stack", "thrown_away", "whole")

    def __init__(self, whole: int, size: int) -> None:
        self.whole = whole
        self.size = size
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []  # what lies under each mark
        self.memo: dict[int, Any] = {}
        self.containers = 0
        self.thrown_away = 0

    def look(self, position: int) -> None:
        """Refuse a stack that only grows, and soon what is dense from the beginning."""
        soon = FREE + position // BYTES_SO_FAR
        if self.containers > soon:
            self._refuse_containers()
        if len(self.stack) + sum(map(len, self.below)) > min(FREE + self.size // BYTES_A_CONTAINER, soon):
            self.refuse("it holds far more values at once than a model of its size does")

    def mark(self) -> None:
        """Begin a new stack above this one."""
        if len(self.below) >= DEEPEST:
            self.refuse(f"more than {DEEPEST:,} marks are open")
        self.count()
        self.below.append(self.stack)
        self.stack = []

    def refuse(self, why: str, hint: str = HINT) -> NoReturn:
        """Give up on a pickle that no model is."""
        raise FileProblem(f"this pickle is refused: {why}", hint=hint)

    def refuse_to_run(self, how: str, hint: str = HINT) -> NoReturn:
        """Give up on a pickle that Python's unpickler would execute."""
        raise FileProblem(f"this pickle would run code: {how}", hint=hint)

    def push(self, container: Any) -> None:
        """Push something that was made for this, and count it."""
        self.count()
        self.stack.append(container)

    def count(self) -> None:
        """Count a container."""
        self.containers += 1
        if self.containers > FREE + self.size // BYTES_A_CONTAINER:
            self._refuse_containers()

    def _refuse_containers(self) -> NoReturn:
        self.refuse("it holds far more lists and dictionaries than a model of its size has")

    def remember(self, key: int) -> None:
        """Put what is on top into the memo."""
        if len(self.memo) > FREE + self.size // BYTES_A_MEMO:
            self.refuse("it remembers far more values than a model of its size has")
        self.memo[key] = self.stack[-1]

    def recall(self, key: int) -> None:
        """Push what the memo holds."""
        self.stack.append(self.memo[key])

    def throw_away(self) -> None:
        """Drop what is on top; or, where nothing is, the mark."""
        self.thrown_away += 1
        if self.thrown_away > THROWN_AWAY:
            self.refuse("it throws away what it makes")
        if self.stack:
            self.stack.pop()
        else:
            self.since_mark()

    def since_mark(self) -> list[Any]:
        """What lies above the last mark; the stack is what lies below."""
        items = self.stack
        self.stack = self.below.pop()
        return items

    def top(self, kind: type[Any]) -> Any:
        """The value on top, which must be a plain one of this type."""
        value = self.stack[-1]
        if type(value) is not kind:
            self.refuse(f"it adds items to something that is not a {kind.__name__}", DAMAGED)
        return value

    def text(self, value: Any) -> str:
        """A value that must be a text."""
        if type(value) is not str:
            raise ValueError("not a text")
        return value
