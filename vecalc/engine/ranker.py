"""Where neighbours are sought: the loaded spaces, under the options in force."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vecalc.answers import NOTHING_LEFT, Asked, Norm
from vecalc.arrays import Floats, Numbers
from vecalc.calc.resolve import Key, Resolved
from vecalc.calc.values import List, Scalar, Score, Spaces, Table, Vector, Worth
from vecalc.engine.candidates import Candidates, candidates, with_variants
from vecalc.engine.question import Options, Question
from vecalc.errors import (
    NOWHERE,
    ExpressionError,
    LimitExceeded,
    NoValue,
    Span,
    TypeMismatch,
    UnknownName,
    UsageError,
)
from vecalc.lang.limits import Limits
from vecalc.lang.show import quote
from vecalc.search import Allowed, Filtered, Measure
from vecalc.search.exact import search
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from vecalc.conditions import Condition
    from vecalc.lang.phrases import Phrase

_WORDLESS = (
    "-m docs=FILE --embed MODEL makes a space of the lines of a file, and --in docs ranks them; "
    "--format vector prints the components"
)


class Ranker:
    """Spaces by name, which of them is the default, and the options for searching them."""

    def __init__(self, spaces: VectorSpace | Mapping[str, VectorSpace], options: Options) -> None:
        self.spaces = dict(spaces) if isinstance(spaces, Mapping) else {"": spaces}
        self.default = next(iter(self.spaces))
        self.options: Options = options
        self._candidates: dict[tuple[object, ...], Candidates] = {}
        self._conditions: dict[tuple[str, str], Condition] = {}
        self._columns: dict[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._means: dict[tuple[str, str], Floats] = {}
        self._rotations: dict[tuple[str, str], Floats] = {}
        self.readings: dict[tuple[object, ...], Phrase] = {}  # of phrases, by what they depend on
        self._check_within(options.within)

    def set(self, **changes: Any) -> None:
        """Change options from now on: `set(norm="unit", k=5)`; the names are those of `Options`."""
        self._check_within(changes.get("within"))
        self.options = self.options._replace(**changes)

    def add(self, spaces: Mapping[str, VectorSpace]) -> None:
        """Take up further spaces, or others under old names."""
        self.spaces |= spaces
        self._forget()

    def rename(self, old: str, new: str) -> None:
        """Call a loaded space otherwise, the one without a name ("") too; nothing else changes."""
        self.spaces = {new if name == old else name: space for name, space in self.spaces.items()}
        self.default = new if self.default == old else self.default
        self._forget()

    def _forget(self) -> None:
        """What was computed for spaces by their names."""
        kept = (
            self._candidates,
            self._conditions,
            self._columns,
            self._means,
            self._rotations,
            self.readings,
        )
        for known in kept:
            known.clear()

    def use(self, name: str) -> None:
        """Make a loaded space the default one."""
        self.default = name

    def asked(self, question: Question) -> Asked:
        """A question with the conditions in force."""
        space, options = self.spaces[self.default], self.options
        shown, times = self._columns_shown()
        return Asked(
            question.id,
            question.text.rstrip(),
            options.norm,
            options.metric,
            ", ".join(map(self.caption, self.spaces)),
            len(space),
            space.dim,
            question.where,
            only=limits_told(options),
            show=shown,
            times=times,
        )

    def asked_in(self, asked: Asked, name: str) -> Asked:
        """A question whose answer is ranked in a space."""
        space = self.spaces[name]
        if name == self.default:  # of a program that encodes texts, the width shows with the first
            return asked if asked.width == space.dim else asked._replace(width=space.dim)
        return asked._replace(size=len(space), width=space.dim, ranked_in=self.caption(name))

    def expect(self, questions: Iterable[Question]) -> None:
        """Spaces on servers look up together what these questions may ask for. Raises `RemoteProblem`."""
        if seekers := [space.seeker for space in self.spaces.values() if space.seeker is not None]:
            from vecalc.engine.word_guesses import words_of_texts

            words = words_of_texts(question.text for question in questions)
            for seeker in seekers:
                seeker.expect(words)

    def caption(self, name: str) -> str:
        """What people call a space: its name, or its file's."""
        return name or self.spaces[name].name

    @property
    def measure(self) -> Measure:
        """What near means under these options."""
        return Measure(self.options.metric, self.options.norm)

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns of metadata that neighbours are shown with. Raises `UsageError` for unknown ones."""
        return self._columns_shown()[0]

    def _columns_shown(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The same, and those of them that hold times."""
        wanted = self.options.show
        if not wanted:
            return (), ()
        if wanted not in self._columns:
            from vecalc.engine.records import columns_shown, times_among

            spaces = self.spaces.values()
            names = columns_shown(spaces, wanted)
            self._columns[wanted] = names, times_among(spaces, names)
        return self._columns[wanted]

    def candidates(self, space: str) -> Numbers | None:
        """The rows of a space that may be neighbours; None for all of them."""
        return self._limited(space).rows

    def allowed(self, name: str) -> Allowed:
        """The same for a search: what finds neighbours by itself is told a condition, not its rows."""
        options, space = self.options, self.spaces[name]
        others = (options.first, options.among, options.match)
        if options.where is None or space.seeker is None or others != (None, None, None):
            return self.candidates(name)
        return Filtered(self._condition(name, options.where))

    def _condition(self, name: str, text: str) -> Condition:
        if (name, text) not in self._conditions:
            from vecalc.engine.records import condition_in

            self._conditions[name, text] = condition_in(self.spaces[name], text)
        return self._conditions[name, text]

    def candidate_notes(self, spaces: Iterable[str] | None = None) -> tuple[str, ...]:
        """Which words of `among` the spaces lack (all, or that of `within`), or have in another spelling.

        A space that has none of them, or not the columns of `where`, is passed over, for it may not be meant.
        Raises `UsageError` or `UnknownName` where no space has any, `ExpressionError` for a condition that
        can't be one, `UsageError` for columns of `show` that there are not.
        """
        within, condition = self.options.within, self.options.where
        if not self.shown and self.options.among is None and condition is None:
            return ()
        names = list(spaces or (self.spaces if within is None else [self._key(within)]))
        notes: list[str] = []
        problems: list[UsageError | UnknownName] = []
        for name in names:
            place = f"{self.caption(name)}: " if len(self.spaces) > 1 else ""
            try:
                if condition is not None:
                    self._condition(name, condition)
                if self.options.among is not None:
                    notes += [f"{place}{note}" for note in self._limited(name).notes]
            except (UsageError, UnknownName) as problem:
                problems.append(problem)
        if len(problems) == len(names):
            raise next((one for one in problems if isinstance(one, UnknownName)), problems[0])
        return tuple(notes)

    def _limited(self, space: str) -> Candidates:
        options = self.options
        limits = (options.first, options.among, options.match, options.where)
        if limits == (None, None, None, None):
            return Candidates(None)
        key = (space, *limits, options.exact)
        if key not in self._candidates:
            self._candidates[key] = candidates(self.spaces[space], options)
        return self._candidates[key]

    def place(self, value: Worth, resolved: Resolved, span: Span) -> tuple[str, frozenset[int]]:
        """The space whose words are the neighbours of a value, and the rows that may not be among them.

        If some are wanted, raises `TypeMismatch`, `NoValue`, `LimitExceeded` for what can't have any, and
        `UsageError`, `ExpressionError` for limits that make no sense in this space.
        """
        name = self.home(value)
        if self.options.rank:
            place = resolved.tree.span if resolved.tree.span != NOWHERE else span
            if isinstance(value, Vector | List | Score) and not len(self.spaces[name]):
                what = f"{self.caption(name)} encodes texts, and has no words that could be neighbours"
                raise NoValue(what, span=place, hint=_WORDLESS)
            if len(self.spaces) > 1 and isinstance(value, Vector | List | Score):
                self._check_limits(name)
            if isinstance(value, Vector):
                self._check_width(len(value.components), value.spaces, name, place)
                if not self.has_neighbours(value.components):
                    raise NoValue("the result is the zero vector, which has no direction", span=place)
            if isinstance(value, List):
                if (count := len(value.vectors)) > (most := self.options.limits.rankings):
                    what = f"the list has {count:,} vectors, neighbours are sought for {most:,}"
                    raise LimitExceeded.of("rankings", what, place)
                if self.options.within is not None:
                    self._check_width(value.vectors.shape[1], value.spaces, name, place)
        inputs = [row for key, row in resolved.rows.items() if key.space == name]
        texts = (row_of_text(self.spaces[name], text) for text in resolved.texts)
        return name, self.excluded(name, [*inputs, *(row for row in texts if row is not None)])

    def _check_limits(self, name: str) -> None:
        """Raises what is wrong with the limits in this space alone, with where they make sense."""
        try:
            self.allowed(name)
        except (UsageError, UnknownName) as problem:
            if other := next((one for one in self.spaces if one != name and self._fits(one)), None):
                called = self.caption(other)
                word = (
                    f", {other if other.isidentifier() else quote(other)}:WORD is a word of it"
                    if other
                    else ""
                )
                problem.hint = f"they fit {called}: --in {shlex.quote(called)} ranks there{word}"
            raise

    def _fits(self, name: str) -> bool:
        """Whether a space has the columns of `where`, and words of `among`."""
        try:
            self.allowed(name)
        except (UsageError, ExpressionError):
            return False
        return True

    def home(self, value: Worth) -> str:
        """The name of the space that a value is ranked in."""
        if isinstance(value, Score):
            return value.space
        return self.default if isinstance(value, Scalar | Table) else self.ranked_in(value.spaces)

    def ranked_in(self, origin: Spaces) -> str:
        """The space of `--in`; without it the one that all words come from, or the default one."""
        if self.options.within is not None:
            return self._key(self.options.within)
        return self._own(origin)

    def _own(self, origin: Spaces) -> str:
        return next(iter(origin)) if len(origin) == 1 else self.default

    def _key(self, name: str) -> str:
        """The space of a name, or of a caption where it has no name."""
        if name in self.spaces:
            return name
        return next((key for key, space in self.spaces.items() if space.name == name), name)

    def _check_width(self, width: int, origin: Spaces, name: str, span: Span) -> None:
        space = self.spaces[name]
        if width != space.dim:
            of = f" of {' and '.join(map(self.caption, sorted(origin)))}" if origin - {name} else ""
            raise TypeMismatch(
                f"the result{of} has {width} components, {space.name or 'the space'} {space.dim}: "
                "it has no neighbours",
                span=span,
                hint="--format vector, at the prompt `set format vector`, prints the components",
            )

    def _check_within(self, name: str | None) -> None:
        if name is not None and self._key(name) not in self.spaces:
            from vecalc.near import did_you_mean

            names = [key or space.name for key, space in self.spaces.items()]
            known, meant = ", ".join(names), did_you_mean(name, names)
            raise UsageError(
                f"there is no space '{name}'", where="--in", hint=f"{meant} loaded: {known}".lstrip()
            )

    @property
    def reader(self) -> str:
        """The space that reads texts which name none: that of `--in`, if a model of its own embedded it, or
        the default one.
        """
        if self.options.within is None:
            return self.default
        name = self._key(self.options.within)
        own, usual = self.spaces[name].encoder, self.spaces[self.default].encoder
        return self.default if own is None or (usual and own.identity == usual.identity) else name

    def width(self, space: str) -> int:
        """Components of a vector of a space."""
        return self.spaces[space].dim

    def mean(self, space: str, norm: Norm) -> Floats:
        """The mean [d] of all vectors of a space at a norm; computed once."""
        if (space, norm) not in self._means:
            from vecalc.calc.procrustes import mean_vector

            self._means[space, norm] = mean_vector(self.spaces[space], norm)
        return self._means[space, norm]

    def rotation(self, source: str, target: str) -> Floats:
        """The orthogonal map [d, d] from one space to another; computed once."""
        if (source, target) not in self._rotations:
            from vecalc.calc.procrustes import procrustes

            self._rotations[source, target] = procrustes(self.spaces[source], self.spaces[target])
        return self._rotations[source, target]

    def has_neighbours(self, vector: Floats) -> bool:
        """Whether a vector is near to anything: the zero vector has a length, but no direction."""
        return self.options.metric != "cos" or bool(vector.any())

    def excluded(self, name: str, inputs: Sequence[int]) -> frozenset[int]:
        """The rows of a space that may not be neighbours of an expression with these words."""
        if self.options.exclude == "variants":
            return with_variants(self.spaces[name], inputs)
        return frozenset(inputs if self.options.exclude == "inputs" else ())

    def rows_of(self, name: str, keys: Iterable[Key]) -> list[int]:
        """The rows of a space that some words of it, and texts of any, are."""
        space = self.spaces[name]
        rows = (
            row_of_text(space, key.word) if key.is_text else space.row(key.word)
            for key in keys
            if key.is_text or key.space == name
        )
        return [row for row in rows if row is not None]

    def query(self, value: Vector) -> Floats:
        """What is searched with: cos asks for a direction only, and that of a word is the one in its file."""
        return value.components if self.options.metric != "cos" or value.filed is None else value.filed

    @property
    def limits(self) -> Limits:
        """What an expression may compute."""
        return self.options.limits

    def size(self, origin: Spaces) -> int:
        """How many words `nearest` looks through for a vector of some spaces."""
        return len(self.spaces[self._own(origin)])

    def nearest(self, vector: Vector, k: int, forbidden: frozenset[Key], norm: Norm) -> List:
        """The function `nearest`: the k nearest words as a list, without the words of its argument."""
        name = self._own(vector.spaces)
        space = self.spaces[name]
        if len(vector.components) != space.dim:
            raise TypeMismatch(
                f"nearest: the vector has {len(vector.components)} components, the space {space.dim}"
            )
        if not self.has_neighbours(vector.components):
            raise NoValue("the zero vector has no direction")
        excluded = self.excluded(name, self.rows_of(name, forbidden))
        hits = search(space, vector.components[None], k + len(excluded), self.measure, self.allowed(name))
        rows = [int(row) for row in hits.rows[0] if int(row) not in excluded][:k]
        if not rows:
            raise NoValue(NOTHING_LEFT)
        labels = tuple(space.word(row) for row in rows)
        words = vectors_at(space, rows, norm)
        return List(words, labels, frozenset({name}), found=True)

    def rank(self, word: Key, vector: Vector, forbidden: frozenset[Key]) -> int:
        """The function `rank`: what `x => word` tells, in the space of the word, or that of `within`."""
        from vecalc.engine.word_rank import rank_of

        name = word.space if self.options.within is None else self._key(self.options.within)
        return rank_of(self, name, word, vector, forbidden)


def limits_told(options: Options) -> tuple[str, ...]:
    """What leaves fewer neighbours, as it is typed."""
    told = {
        "first": options.first and f"{options.first:,}",
        "among": options.among and f"{len(options.among):,} words",
        "match": options.match,
        "where": options.where,
        "min-score": options.min_score is not None and f"{options.min_score:g}",
    }
    return tuple(f"{name} {value}" for name, value in told.items() if value)


def row_of_text(space: VectorSpace, text: str) -> int | None:
    """The row that a text is in a space: of its lines one, of its tokens that which begins a word."""
    return space.row(space.initial + text)


def vectors_at(space: VectorSpace, rows: list[int], norm: Norm) -> Floats:
    """The vectors of rows [r, d] at a norm."""
    vectors = space.vectors(rows)
    if norm == "raw":
        return vectors
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(float).tiny)
    return np.asarray(vectors / lengths * (np.sqrt(space.dim) if norm == "rms" else 1.0))
