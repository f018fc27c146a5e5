"""From a text to its answer: the stages of the house in a row.

    text -> parse -> resolve -> evaluate -> rank -> answer

`Calculator.stages` names them up to the value, for each statement of a text; `Calculator.ranked` goes on, for
many at once. Whatever is answered goes this way: one expression, a batch, the prompt, `explain`, `compare`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Self, TypeVar

from vecalc.answers import Answer
from vecalc.calc.evaluate import Evaluated, Values, evaluate
from vecalc.calc.expand import Definition, Scope, expand, expand_from_afar
from vecalc.calc.resolve import Resolved, resolve
from vecalc.calc.values import Worth
from vecalc.engine import assembly
from vecalc.engine.question import Computed, Options, Question
from vecalc.engine.ranker import Ranker
from vecalc.errors import NoValue, Span, SyntaxProblem, TypeMismatch, UnfinishedText, VecalcError
from vecalc.lang.nodes import PHRASE, Bind, Define, Expectation, Node, Statement, Word, has_call
from vecalc.lang.parse import parse, stands_apart
from vecalc.lang.show import show
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from vecalc.calc.column_formula import ColumnFormula
    from vecalc.engine.last_answer import Worded

CHUNK = 256  # expressions that are searched for together: one product of matrices instead of many

T = TypeVar("T")
_DIGIT = re.compile(r"\d")


def _stage(
    work: Callable[[Calculator, Computed], Computed],
) -> Callable[[Calculator, Computed | Answer], Computed | Answer]:
    """A stage: it hands on what is answered already, and a problem becomes the answer that it prevents."""

    @wraps(work)
    def handed_on(calculator: Calculator, one: Computed | Answer) -> Computed | Answer:
        if isinstance(one, Answer):
            return one
        try:
            return work(calculator, one)
        except VecalcError as problem:
            return _with_help(calculator, one.answer, one.statement, problem)

    return handed_on


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
        self.untold: dict[
            str, None
        ] = {}  # notes on texts that only bind names, so have no answer that tells them
        self.unbound: dict[str, str] = {}  # names whose values have failed, and where
        self.remember = False  # the last answer as `_`, its words as `_1`, `_2`, ...
        self.soon = True  # the first of many answers are wanted before the last
        self.worded: Worded | None = None  # whose words these are
        self.shipped: Mapping[str, Definition] = {}  # the prelude's functions, once they are needed

    # --- the stages, in order ---------------------------------------------------------------

    def stages(self, question: Question) -> Iterator[Computed | Answer]:
        """What each statement of a text comes to, and where it is ranked; what it binds is bound."""
        for parsed in self._parsed(question):
            resolved = self._resolved(parsed)
            evaluated = self._evaluated(resolved)
            yield self._placed(evaluated)

    def ranked(self, computed: Sequence[Computed | Answer]) -> Iterator[Answer]:
        """The answers to what came out of the stages, in order."""
        found = assembly.find(self, computed)
        return assembly.assemble(self, computed, found)

    # --- ways in ----------------------------------------------------------------------------

    def __call__(self, text: str) -> Answer:
        """The answer to one expression. Raises the `VecalcError` that the answer would hold."""
        answers = [sound(answer) for answer in list(self.answers([Question(text)]))]
        return answers[-1] if answers else Answer(self.asked(Question(text)))

    def answers(self, questions: Iterable[Question], chunk: int = CHUNK, skip: int = 0) -> Iterator[Answer]:
        """An answer for each expression, in order; problems are answers too, and the rest goes on.

        Statements that only bind or define have none. Questions are taken `chunk` at a time. The first `skip`
        answers are left out; what their questions bind is bound. With `remember`, each knows the last one.
        """
        if self.remember:
            chunk = 1
        chunks = assembly.chunks(self, questions, chunk, skip)
        for computed in chunks:
            for one, answer in zip(computed, self.ranked(computed), strict=True):
                if isinstance(one, Computed) and one.afar is not None and answer.error is None:
                    from vecalc.engine.last_answer import with_answer, worded

                    self.scope = with_answer(self.scope, one.afar, answer)
                    self.worded = worded(self.worded, answer)
                yield answer
            if len(computed) >= chunk > 1:
                break
        else:
            return
        from vecalc.space.threads import ahead

        # From here on a chunk is searched for while the one before it is taken, and the next one read.
        for computed, found in ahead(lambda some: (some, assembly.find(self, some)), chunks):
            yield from assembly.assemble(self, computed, found)

    def anew(self) -> Self:
        """Another over the same spaces, with the names of now; what it binds is its own."""
        other = copy(self)
        other.untold, other.unbound = {}, dict(self.unbound)
        return other

    def worked(self, questions: Iterable[Question]) -> list[tuple[Answer, Computed | None]]:
        """The answers to some questions, each with how it came about, if it has a value."""
        computed = [one for question in questions for one in self.stages(question)]
        answers = self.ranked(computed)
        return [
            (answer, one if isinstance(one, Computed) else None)
            for one, answer in zip(computed, answers, strict=True)
        ]

    def explained(self, question: Question) -> tuple[Answer, Computed]:
        """The answer to the last expression of a text, and how it came about. Raises `VecalcError`."""
        computed = [sound(one) for one in self.stages(question)]
        last = _last(computed)
        answers = [sound(answer) for answer in self.ranked(computed)]
        return answers[-1], last

    def workings(self, question: Question) -> Computed:
        """How the last expression of a text comes to its value, step by step. Raises `VecalcError`."""
        return _last([sound(one) for one in self.stages(question)])

    def value(self, text: str) -> Worth:
        """What one expression is worth, without its neighbours. Raises `VecalcError`."""
        parsed = self._parsed(Question(text))
        return _last([sound(self._evaluated(self._resolved(one))) for one in parsed]).evaluated.value

    def define(self, text: str, where: str = "") -> None:
        """Take up the definitions of a text (a prelude); an expression in it is an error.

        `where` names the text in errors, which add line and column.
        """
        try:
            for one in self._parsed(Question(text), only_definitions=True):
                sound(one)
        except VecalcError as problem:
            raise problem.at(where=f"{where}{place_in(text, problem.span)}") from None

    def told(self) -> list[str]:
        """The notes that no answer has told, once."""
        found, self.untold = self.untold, {}
        return list(found)

    def formula(self, text: str, columns: Sequence[str]) -> ColumnFormula:
        """An expression over columns, read and resolved once, to be computed for many rows.

        A column is a name that shadows a word; the other words are those of the default space.
        """
        from vecalc.engine.columns import formula

        return formula(self, text, columns)

    # --- text to tree -----------------------------------------------------------------------

    def _parsed(self, question: Question, *, only_definitions: bool = False) -> Iterator[Computed | Answer]:
        """The expressions of a text, with all names replaced; what binds a name is taken up on the way."""
        blank, names = Answer(self.asked(question), row=question.row), question.names
        try:
            self.expect([question])
            if question.problem is not None:
                raise question.problem
            if self.options.words and not only_definitions:
                from vecalc.engine import as_typed

                yield as_typed.as_word(self, question, blank)
                return
            statements, notes = self._read(question.text, names)
            if not statements and not only_definitions:
                raise _nothing()
        except VecalcError as problem:
            yield _with_help(self, blank, None, problem)
            return
        for statement in statements:
            told = (*notes, *self._numbers(question.text, statement, names), *_of_names(statement, question))
            answer = blank._replace(parsed=self._shown(statement, question), notes=told)
            try:
                if isinstance(statement, Bind | Define):
                    self._bind(statement, question)
                    shown = any(not isinstance(one, Bind | Define) for one in statements)
                    self.untold.update({} if shown else dict.fromkeys(answer.notes))
                    continue
                if only_definitions:
                    raise TypeMismatch("only definitions can stand here", span=statement.span)
                scope = self.scope.with_names(names) if names else self.scope
                statement = _expecting(statement, scope)  # noqa: PLW2901 - the same, with its word
                body = statement.body if isinstance(statement, Expectation) else statement
                tree = expand(body, scope)
                afar = expand_from_afar(body, scope) if self.remember else None
                yield Computed(answer, statement, tree, afar)
            except VecalcError as problem:
                yield _with_help(self, answer, statement, problem)
                if isinstance(statement, Bind) and question.names is not None:
                    return  # what follows would take the value of the row before

    def _read(
        self, text: str, names: Mapping[str, Node] | None = None
    ) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
        """Parse, with the vocabulary's word on what is a token, and the prelude at hand if it is needed."""
        statements, notes = self._statements(text, {*self.scope.names, *(names or ())})
        if self.spaces[self.default].row(text) is not None:
            from vecalc.engine import as_typed

            notes += as_typed.with_blanks(text, statements)
        if "(" in text and not self.shipped:
            from vecalc.engine import prelude

            if prelude.may_be_needed(statements):
                self.shipped = prelude.functions()
                self.scope = self.scope._replace(functions={**self.shipped, **self.scope.functions})
        return statements, notes

    def _statements(self, text: str, names: Collection[str]) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
        try:
            if stands_apart(text):
                return parse(text, self.options.limits), ()
            from vecalc.engine import as_typed

            return as_typed.read(self, text, names)
        except SyntaxProblem as problem:
            found = None
            if self.reads_texts() and not isinstance(problem, UnfinishedText):
                from vecalc.engine import bare_texts

                found = bare_texts.read(self, text, names)
            if found is None:
                raise
            return found

    def reads_texts(self, *names: str) -> bool:
        """Whether bare words in a row may be a text in each of some spaces, or in the default one."""
        spaces = [self.spaces[name] for name in names or (self.default,)]
        return not self.options.exact and all(space.encoder is not None for space in spaces)

    def _shown(self, statement: Statement, question: Question) -> str:
        """The canonical text of a statement, its phrases read."""
        if PHRASE in question.text and PHRASE not in self.scope.functions:
            from vecalc.engine import phrase_calls

            statement = phrase_calls.as_read(self, statement, {*self.scope.names, *(question.names or ())})
        return show(statement)

    def _numbers(self, text: str, statement: Statement, names: Mapping[str, Node] | None) -> tuple[str, ...]:
        """Notes on numbers that are words, too."""
        if not _DIGIT.search(text[slice(*statement.span)]):
            return ()
        from vecalc.engine import as_typed

        return as_typed.numbers(self, text, statement, names)

    def _bind(self, statement: Bind | Define, question: Question) -> None:
        """Take up a name; a value is computed once, so that its problems show where it is bound."""
        scope = self.scope.with_names(question.names) if question.names else self.scope
        if isinstance(statement, Define):
            from vecalc.engine import prelude

            prelude.check_calls(statement, scope)
            made = Definition(statement, scope)
            self.scope = self.scope._replace(functions={**self.scope.functions, statement.name: made})
            return
        self.unbound[statement.name] = question.where
        self._evaluate(self._resolve(expand(statement.value, scope)))
        tree = expand_from_afar(statement.value, scope)
        del self.unbound[statement.name]
        self.scope = self.scope.with_names({statement.name: tree})

    # --- tree to value ----------------------------------------------------------------------

    @_stage
    def _resolved(self, one: Computed) -> Computed:
        """With the rows and vectors of its words."""
        return one._replace(resolved=self._resolve(one.tree))

    @_stage
    def _evaluated(self, one: Computed) -> Computed:
        """With its value, and what its nodes were worth."""
        values: Values = {}
        return one._replace(evaluated=self._evaluate(one.resolved, values), values=values)

    def _resolve(self, tree: Node, spaces: Mapping[str, VectorSpace] | None = None) -> Resolved:
        exact, oov, most = self.options.exact, self.options.oov, self.options.limits.words
        several = len(self.spaces) > 1
        found = spaces or self.spaces
        notes: tuple[str, ...] = ()
        if has_call(tree, PHRASE):
            from vecalc.engine import phrase_calls

            tree, notes = phrase_calls.read(self, tree, found.keys() - self.spaces.keys())
        resolved = resolve(
            tree,
            found,
            self.default,
            exact=exact,
            oov=oov,
            most=most,
            several=several,
            reader=self.reader,
        )
        return resolved._replace(notes=(*notes, *resolved.notes)) if notes else resolved

    def _evaluate(self, resolved: Resolved, values: Values | None = None) -> Evaluated:
        return evaluate(resolved.tree, resolved.vectors, self.options.norm, self, values)

    # --- value to neighbours ----------------------------------------------------------------

    @_stage
    def _placed(self, one: Computed) -> Computed:
        """With the space whose words are its neighbours, and the rows that may not be among them."""
        name, excluded = self.place(one.evaluated.value, one.resolved, one.statement.span)
        asked = self.asked_in(one.answer.asked, name)
        notes = one.answer.notes + one.resolved.notes + one.evaluated.notes
        if len(self.spaces) > 1 and self.options.rank:
            from vecalc.engine.shared_axes import strangers

            notes += strangers(self, one.evaluated.value, one.resolved, name)
        answer = one.answer._replace(asked=asked, notes=notes)
        return one._replace(answer=answer, space=name, excluded=excluded)


# --- helpers --------------------------------------------------------------------------------


def _with_help(
    calculator: Calculator, answer: Answer, statement: Statement | None, problem: VecalcError
) -> Answer:
    """The answer that a problem prevents; its hint names what is a word as it stands."""
    from vecalc.engine import as_typed

    return as_typed.helped(calculator, answer, statement, problem)


def sound(one: T) -> T:
    """The same, unless it has failed. Raises its `VecalcError`."""
    if isinstance(one, Answer) and one.error is not None:
        raise one.error
    return one


def _last(computed: Sequence[Computed | Answer]) -> Computed:
    """The last of what came out of the stages. Raises `NoValue` where there is nothing."""
    found = [one for one in computed if isinstance(one, Computed)]
    if not found:
        raise _nothing()
    return found[-1]


def _nothing() -> NoValue:
    return NoValue("there is no expression", hint="type one, such as king - man + woman")


def _expecting(statement: Node | Expectation, scope: Scope) -> Node | Expectation:
    """With the word that is expected where a name stands for it: a column's cell, a word that was bound."""
    if not isinstance(statement, Expectation):
        return statement
    named = expand(statement.word, scope)
    if not isinstance(named, Word):
        raise TypeMismatch(
            f"'{show(statement.word)}' is a name here, and not of a word",
            span=statement.word.span,
            hint="in quotes it is the word",
        )
    return replace(statement, word=replace(named, span=statement.word.span))


def _of_names(statement: Statement, question: Question) -> tuple[str, ...]:
    """Notes on names that are bound in vain."""
    if "where" not in question.text:
        return ()
    from vecalc.lang.unused import unused_names

    return tuple(f"{name} is not used" for name in unused_names(statement))


def place_in(text: str, span: Span | None) -> str:
    """Where a span begins: `:LINE:COLUMN`, from 1; nothing where there is none."""
    if span is None:
        return ""
    line, column = span.place(text)
    return f":{line}:{column}"
