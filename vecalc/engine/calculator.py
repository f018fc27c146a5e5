"""The five stages in a row: text -> tree -> value -> neighbours -> answer.

`Calculator` is the Python API and all that the command line, the prompt and the batch stand on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from vecalc.answers import Answer
from vecalc.calc.evaluate import Evaluated, Values, evaluate
from vecalc.calc.expand import Definition, Scope, expand, expand_from_afar
from vecalc.calc.resolve import Reading, Resolved, find_row, resolve
from vecalc.calc.values import List, Vector, Worth
from vecalc.engine import assembly, prelude, word_sums
from vecalc.engine.last_answer import with_answer
from vecalc.engine.question import Computed, Options, Question, Workings
from vecalc.engine.ranker import Ranker
from vecalc.errors import NOWHERE, LimitExceeded, NoValue, Span, TypeMismatch, VecalcError
from vecalc.lang.hyphens import settle
from vecalc.lang.nodes import Bind, Define, Expectation, Hyphenated, Node, Statement, Word
from vecalc.lang.parse import parse
from vecalc.lang.show import show
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from vecalc.calc.formula import Formula

CHUNK = 256  # expressions that are searched for together: one product of matrices instead of many


class Calculator(Ranker):
    """Loaded spaces, options, and the names bound so far.

    >>> calculator = Calculator(vecalc.starter())
    >>> calculator("king - man + woman").result.neighbours[0].word
    'queen'
    """

    def __init__(
        self,
        spaces: VectorSpace | Mapping[str, VectorSpace],
        options: Options = Options(),  # noqa: B008 - immutable
    ) -> None:
        super().__init__(spaces, options)
        self.scope = Scope()
        self.remember = False  # the last answer as `_`, its words as `_1`, `_2`, ...
        self.last: Node | None = None  # its tree
        self.shipped: Mapping[str, Definition] = {}  # the prelude's functions, once they are needed

    # --- ways in ----------------------------------------------------------------------------

    def __call__(self, text: str) -> Answer:
        """The answer to one expression. Raises the `VecalcError` that the answer would hold."""
        answers = list(self.answers([Question(text)]))
        for answer in answers:
            if answer.error is not None:
                raise answer.error
        return answers[-1] if answers else Answer(self.asked(Question(text)))

    def answers(self, questions: Iterable[Question], chunk: int = CHUNK, skip: int = 0) -> Iterator[Answer]:
        """An answer for each expression, in order; problems are answers too, and the rest goes on.

        Statements that only bind or define have none. Questions are taken `chunk` at a time. The first `skip`
        answers are left out; what their questions bind is bound. With `remember`, each knows the last one.
        """
        if self.remember:
            chunk = 1
        batches = self._chunks(questions, chunk, skip)
        for computed in batches:
            for answer in assembly.assemble(self, computed, assembly.find(self, computed)):
                if self.last is not None and answer.error is None:
                    self.scope = with_answer(self.scope, self.last, answer)
                yield answer
            if len(computed) >= chunk > 1:
                break
        else:
            return
        from vecalc.space.threads import ahead

        # From here on a chunk is searched for while the one before it is taken, and the next one read.
        for computed, found in ahead(lambda some: (some, assembly.find(self, some)), batches):
            yield from assembly.assemble(self, computed, found)

    def _chunks(self, questions: Iterable[Question], chunk: int, skip: int) -> Iterator[list[Computed]]:
        """What the questions come to, but for the neighbours, some at a time, without the first ones."""
        pending = iter(questions)
        size = 1  # small at first: whoever waits for the first answers gets them soon
        while batch := list(islice(pending, min(size, chunk))):
            size *= 2
            computed = self._compute_chunk(batch)
            yield computed[skip:]
            skip = max(skip - len(computed), 0)

    def value(self, text: str) -> Worth:
        """What one expression is worth, without its neighbours. Raises `VecalcError`."""
        found = None
        for statement in self._read(text)[0]:
            if isinstance(statement, Bind | Define):
                self._bind(statement)
            else:
                found = self._worth(statement, self.scope)[1].value
        if found is None:
            raise _nothing()
        return found

    def formula(self, text: str, columns: Sequence[str]) -> Formula:
        """An expression over columns, read and resolved once, to be computed for many rows.

        A column is a name that shadows a word; the other words are those of the default space.
        """
        from vecalc.calc.formula import COLUMNS, Formula
        from vecalc.engine.column_space import RowSurroundings, column_space
        from vecalc.engine.columns import Columns

        known = Columns(columns)
        names = known.stand_ins()
        statements, _ = self._read(text, names)
        if len(statements) != 1 or isinstance(statements[0], Bind | Define | Expectation):
            raise TypeMismatch("one expression is wanted", hint="--let binds names, or `where` does")
        blank = column_space(columns, self.spaces[self.default].dim)
        reading = Reading(self.options.exact, max_words=self.options.limits.words)
        tree = expand(_body(statements[0]), self.scope.with_names(names))
        known.check(tree)
        resolved = resolve(tree, {**self.spaces, COLUMNS: blank}, self.default, reading)
        return Formula(
            text.strip(), resolved.tree, resolved.vectors, self.options.norm, RowSurroundings(self)
        )

    def check_columns(self, text: str, columns: Sequence[str]) -> bool:
        """Whether an expression that is asked for each row of a table depends on the row.

        Raises `UnknownName` for what is likely meant for a column and is not one; what else is wrong with the
        text is a problem of each row.
        """
        from vecalc.engine.columns import Columns, uses_columns

        known = Columns(columns)
        names = known.stand_ins()
        scope, trees, expected = self.scope.with_names(names), [], []
        try:
            for statement in self._read(text, names)[0]:
                if isinstance(statement, Expectation):
                    expected.append(expand(statement.word, scope))
                if isinstance(statement, Define):
                    scope = scope.with_function(statement)
                    continue
                trees.append(
                    expand(statement.value if isinstance(statement, Bind) else _body(statement), scope)
                )
                if isinstance(statement, Bind):
                    scope = scope.with_names({statement.name: expand_from_afar(statement.value, scope)})
        except VecalcError:
            return True
        for tree in (*trees, *expected):
            known.check(tree, self._is_word)
        return not trees or any(map(uses_columns, (trees[-1], *expected)))

    def _is_word(self, text: str) -> bool:
        space = self.spaces[self.default]
        return self.options.oov == "skip" or self._is_token("", text) or space.compose(text) is not None

    def workings(self, question: Question) -> Workings:
        """How the last expression of a text comes to its value, step by step. Raises `VecalcError`."""
        found, names = None, question.names or {}
        for statement in self._read(question.text, names)[0]:
            if isinstance(statement, Bind | Define):
                self._bind(statement)
                continue
            values: Values = {}
            resolved = self._resolve(expand(_body(statement), self.scope.with_names(names)))
            evaluated = self._evaluate(resolved, values)
            place = self._place(resolved, evaluated.value, statement.span)
            found = Workings(statement, resolved, evaluated, values, *place)
        if found is None:
            raise _nothing()
        return found

    def define(self, text: str, where: str = "") -> None:
        """Take up the definitions of a text (a prelude); an expression in it is an error.

        `where` names the text in errors, which add line and column.
        """
        try:
            for statement in self._read(text)[0]:
                if not isinstance(statement, Bind | Define):
                    raise TypeMismatch("only definitions can stand here", span=statement.span)
                self._bind(statement)
        except VecalcError as problem:
            place = place_in(text, problem.span) if problem.span else ""
            raise problem.at(where=f"{where}{place}") from None

    # --- text to value ----------------------------------------------------------------------

    def _compute_chunk(self, batch: list[Question]) -> list[Computed]:
        """Everything but the neighbours; plain sums together, unless a line before them binds their words."""
        long_way = self.remember or len(batch) == 1 or self.options.within is not None
        ready = {} if long_way else word_sums.compute(self, batch)
        computed: list[Computed] = []
        for i, question in enumerate(batch):
            known = ready.get(i)
            if known is not None and self.scope.names.keys().isdisjoint(known.words):
                computed.append(known.computed)
            else:
                computed += self._compute_all(question)
        return computed

    def _compute_all(self, question: Question) -> Iterator[Computed]:
        asked = self.asked(question)
        blank = Computed(asked, row=question.row)
        try:
            if question.problem is not None:
                raise question.problem
            statements, notes = self._read(question.text, question.names or {})
            if not statements:
                raise _nothing()
        except VecalcError as problem:
            yield blank._replace(error=problem)
            return
        for statement in statements:
            yield from self._compute(statement, blank._replace(notes=notes, parsed=show(statement)), question)

    def _compute(self, statement: Statement, blank: Computed, question: Question) -> Iterator[Computed]:
        try:
            if isinstance(statement, Bind | Define):
                self._bind(statement)
                return
            scope = self.scope.with_names(question.names) if question.names else self.scope
            if isinstance(statement, Expectation):
                statement = _expecting(statement, scope)
            resolved, evaluated = self._worth(statement, scope)
            if self.remember:
                self.last = expand_from_afar(_body(statement), scope)
            space, excluded = self._place(resolved, evaluated.value, statement.span)
            yield blank._replace(
                asked=self.asked_in(blank.asked, space),
                statement=statement,
                notes=blank.notes + resolved.notes,
                evaluated=evaluated,
                space=space,
                excluded=excluded,
            )
        except VecalcError as problem:
            yield blank._replace(error=problem)

    def _worth(self, statement: Statement, scope: Scope) -> tuple[Resolved, Evaluated]:
        resolved = self._resolve(expand(_body(statement), scope))
        return resolved, self._evaluate(resolved)

    def _read(
        self, text: str, names: Mapping[str, Node] | None = None
    ) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
        """Parse, with the vocabulary's word on hyphens, and the prelude at hand if it is needed."""
        statements = parse(text, self.options.limits)
        notes: tuple[str, ...] = ()
        if "-" in text:
            settled, notes = settle(text, statements, self._is_token, {*self.scope.names, *(names or {})})
            statements = statements if settled == text else parse(settled, self.options.limits)
        if not self.shipped and prelude.may_be_needed(statements):
            self.shipped = prelude.functions()
            self.scope = self.scope._replace(functions={**self.shipped, **self.scope.functions})
        return statements, notes

    def _is_token(self, space: str, word: str) -> bool:
        found = self.spaces.get(space or self.default)
        return found is not None and find_row(found, word, exact=self.options.exact) is not None

    def _bind(self, statement: Bind | Define) -> None:
        """Take up a name; a value is computed once, so that its problems show where it is bound."""
        if isinstance(statement, Define):
            prelude.check_calls(statement, self.scope)
            self.scope = self.scope.with_function(statement)
            return
        self._evaluate(self._resolve(expand(statement.value, self.scope)))
        tree = expand_from_afar(statement.value, self.scope)
        self.scope = self.scope.with_names({statement.name: tree})

    def _resolve(self, tree: Node) -> Resolved:
        reading = Reading(self.options.exact, self.options.oov == "skip", self.options.limits.words)
        return resolve(tree, self.spaces, self.default, reading)

    def _evaluate(self, resolved: Resolved, values: Values | None = None) -> Evaluated:
        return evaluate(resolved.tree, resolved.vectors, self.options.norm, self, values)

    def _place(self, resolved: Resolved, value: Worth, span: Span) -> tuple[str, frozenset[int]]:
        """The space whose words are the neighbours, and the rows that may not be among them."""
        name = self.home(value)
        place = resolved.tree.span if resolved.tree.span != NOWHERE else span
        if isinstance(value, Vector) and self.options.rank:
            _check_width(len(value.components), self.spaces[name], place)
            if not self.has_neighbours(value.components):
                raise NoValue("the result is the zero vector, which has no direction", span=place)
        if isinstance(value, List) and self.options.rank:
            _check_few(value, self.options.limits.rankings, place)
        if isinstance(value, List) and self.options.within is not None and self.options.rank:
            _check_width(value.vectors.shape[1], self.spaces[name], place)
        inputs = [row for key, row in resolved.rows.items() if key.space == name]
        return name, self.excluded(name, inputs)


def _nothing() -> NoValue:
    return NoValue("there is no expression", hint="type one, such as king - man + woman")


def _body(statement: Statement) -> Node:
    """The expression of a statement that binds nothing."""
    assert not isinstance(statement, Bind | Define)  # noqa: S101 - told apart before
    return statement.body if isinstance(statement, Expectation) else statement


def _expecting(statement: Expectation, scope: Scope) -> Expectation:
    """What is expected where a name stands for the word: the cell of a column, a word that was bound."""
    named = expand(statement.word, scope)
    if not isinstance(named, Word | Hyphenated):
        raise TypeMismatch(
            f"'{show(statement.word)}' is a name here, and not of a word",
            span=statement.word.span,
            hint="in quotes it is the word",
        )
    return replace(statement, word=replace(named, span=statement.word.span))


def place_in(text: str, span: Span) -> str:
    """Where a span begins: `:LINE:COLUMN`, from 1."""
    line = text.count("\n", 0, span.start) + 1
    column = span.start - text.rfind("\n", 0, span.start)
    return f":{line}:{column}"


def _check_few(value: List, most: int, span: Span) -> None:
    if len(value.vectors) > most:
        raise LimitExceeded.of(
            "rankings",
            f"the list has {len(value.vectors):,} vectors, neighbours are sought for {most:,}",
            span,
        )


def _check_width(width: int, space: VectorSpace, span: Span) -> None:
    if width != space.dim:
        name = space.name or "the space"
        raise TypeMismatch(
            f"the result has {width} components, {name} {space.dim}: it has no neighbours",
            span=span,
            hint="--format vector prints the components",
        )
