"""`vecalc.Calculator`: the engine's, made of whatever a model may be, with options by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from numbers import Real
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from vecalc.answers import EXCLUSIONS, METRICS, NORMS, OOVS, Answer, Exclude, Metric, Norm, Oov
from vecalc.api.answered import PythonAnswer
from vecalc.api.spaces import DEFAULT, Model, as_mapping, own_settings, spaces_of
from vecalc.api.telling import Tell, about, warned
from vecalc.calc.values import Worth
from vecalc.conditions import column_list
from vecalc.engine import calculator as engine
from vecalc.engine.calculator import sound
from vecalc.engine.question import Options, Question
from vecalc.errors import UsageError, VecalcError
from vecalc.lang.limits import Limits

if TYPE_CHECKING:
    from vecalc.api.drawn import Plot, PlotOptions

_CHOICES = {"norm": NORMS, "metric": METRICS, "exclude": EXCLUSIONS, "oov": OOVS}
_COUNTS = ("k", "first")
_TEXTS = ("where", "match", "within", "phrase_words")
_LISTS = {"among": "words", "show": "columns"}


class OptionChanges(TypedDict, total=False):
    """The fields of `Options`, by name."""

    k: int
    norm: Norm
    metric: Metric
    exclude: Exclude
    first: int | None
    among: Iterable[str] | None
    match: str | None
    where: str | None
    show: str | Iterable[str]
    min_score: float | None
    exact: bool
    oov: Oov
    words: bool
    phrase_words: str
    limits: Limits
    within: str | None
    rank: bool


class PythonCalculator(engine.Calculator):
    """Models, options, and the names bound so far; call it with an expression.

    >>> calculate = vecalc.Calculator(k=3)
    >>> calculate("king - man + woman").result.neighbours[0].word
    'queen'

    `model` is a model's name or path (what `vecalc.open` takes), a space, what `vecalc.load` returns, a
    gensim KeyedVectors, or a mapping of names to these, the first of which is the default; without one it is
    the starter. Options are those of `vecalc.Options`, as such or by name; what is not named is as the model
    has it of its own (`vecalc models set`). Notes go to `notes`, and are warnings by default.

    Questions that bind no names may be asked from several threads; binding, `set`, `add` and `use` may not
    meet them.
    Raises `VecalcError` for models that can't be opened and options that make no sense, `TypeError` for what
    is no model.
    """

    def __init__(
        self,
        model: Model | Mapping[str, Model] = DEFAULT,
        options: Options | None = None,
        *,
        notes: Tell = warned,
        **changes: Unpack[OptionChanges],
    ) -> None:
        self.notes = notes
        spaces = spaces_of(as_mapping(model), notes)
        super().__init__(spaces, options or Options())
        own = own_settings(spaces[self.default]) if options is None else {}
        if own or changes:
            self.set(**{**own, **changes})

    def __repr__(self) -> str:
        spaces = (f"{name}={space!r}" if name else repr(space) for name, space in self.spaces.items())
        return f"<Calculator of {', '.join(spaces)}>"

    def __call__(self, text: str) -> PythonAnswer:
        """The answer to an expression; of several the last, and a note says so.

        Raises the `VecalcError` that it would hold.
        """
        before = copy(self)
        with about(text):
            found = [sound(answer) for answer in list(super().answers([Question(text)]))]
        if not found:  # names were bound, and there is nothing else that could tell of it
            return PythonAnswer.of(Answer(self.asked(Question(text)), notes=tuple(self.told())), before)
        answer: Answer = found[-1]
        if len(found) > 1:
            note = f"the last of {len(found)} expressions; answers([text]) gives all of them"
            answer = answer._replace(notes=(*answer.notes, note))
        return PythonAnswer.of(answer, before)

    def answers(
        self, questions: Iterable[Question | str], chunk: int = engine.CHUNK, skip: int = 0
    ) -> Iterator[PythonAnswer]:
        """An answer for each expression, in order; an error is an answer in its place, and the rest goes on.

        Texts are numbered from 1. Questions are taken `chunk` at a time, and searched for together; the first
        `skip` answers are left out.
        """
        if isinstance(questions, str):
            raise TypeError("answers takes several texts; for one, call the calculator")
        asked = (Question(q, i) if isinstance(q, str) else q for i, q in enumerate(questions, start=1))
        for answer in super().answers(asked, chunk, skip):
            yield PythonAnswer.of(answer, copy(self))  # as it is now: options and names may change

    def value(self, text: str) -> Worth:
        """What an expression is worth, without neighbours: Scalar, Vector, List, Table or Score.

        Raises `VecalcError`.
        """
        with about(text):
            return super().value(text)

    def plot(self, text: str | Sequence[str], **options: Unpack[PlotOptions]) -> Plot:
        """The picture of an expression, or of several with commas between them: `plot("king, queen, man")`.

        `kind` is auto, map, heat, bars or histogram, `by` pca or tsne, `axes` two expressions; `context`
        neighbours of each point are drawn, too; `colour` is frequency, FILE#COLUMN or an expression,
        `color_by` a column of the model's metadata; `everything` takes all words that could be neighbours.
        Raises `VecalcError`, and `TypeError` for an option that there is not.
        """
        from vecalc.api.drawn import drawn

        return drawn(self, text, options)

    def set(self, **changes: Any) -> None:
        """Change options from now on, by the names of `Options`: `set(norm="unit", k=5)`.

        Raises `TypeError` for a name that there is not, `UsageError` for a value that makes no sense.
        """
        changes = _checked(changes)
        before = self.options
        super().set(**changes)
        if {"among", "first", "match", "where", "show", "exact", "within"} & changes.keys():
            try:
                told = self.candidate_notes()
            except VecalcError:
                self.options = before
                raise
            for note in told:
                self.notes(note)

    def add(self, spaces: Mapping[str, Model]) -> None:
        """Take up further models, or others under old names. Raises as `vecalc.open`."""
        super().add(spaces_of(spaces, self.notes))

    def use(self, name: str) -> None:
        """Make a loaded space the default one. Raises `UsageError`."""
        if name not in self.spaces:
            known = ", ".join(map(self.caption, self.spaces))
            raise UsageError(f"there is no space '{name}'", hint=f"loaded: {known}")
        super().use(name)


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The options, if they are some, and their values make sense. Raises `TypeError`, `UsageError`."""
    for name, value in changes.items():
        if name not in Options._fields:
            raise TypeError(f"there is no option {name!r}; there are {', '.join(Options._fields)}")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise UsageError(f"{name} can't be {value!r}", hint=f"there are {', '.join(_CHOICES[name])}")
        is_count = isinstance(value, int) and value >= 1
        if name in _COUNTS and not is_count and not (value is None and name == "first"):
            raise UsageError(f"{name} can't be {value!r}", hint="it is a whole number from 1")
        if name in _TEXTS and not isinstance(value, str | None):
            raise UsageError(f"{name} can't be {value!r}", hint="it is a text")
        if name == "min_score" and not isinstance(value, Real | None):
            raise UsageError(f"{name} can't be {value!r}", hint="it is a number")
    if "show" in changes:
        show = changes["show"]
        changes = {**changes, "show": column_list(show or "") if isinstance(show, str | None) else show}
    lists = {name: changes[name] for name in _LISTS.keys() & changes.keys() if changes[name] is not None}
    return {**changes, **{name: _listed(name, value) for name, value in lists.items()}}


def _listed(name: str, value: object) -> tuple[str, ...]:
    """A list of texts as a tuple. Raises `UsageError` for anything else, and for a text alone."""
    listed = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str | bytes) else (None,)
    if not all(isinstance(one, str) for one in listed):
        raise UsageError(f"{name} can't be {value!r}", hint=f"it is a list of {_LISTS[name]}")
    return listed


Calculator = PythonCalculator
