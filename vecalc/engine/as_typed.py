"""What is typed as it stands in the vocabulary: read as a token, or said in a note or an error's hint.

read      a text to statements; without blanks, tokens win over expressions (`lang.tokens`)
as_word   a text as one word, for --words
numbers   notes on numbers that are words, too
helped    an error, with the quoted form of what is a token
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from vecalc.answers import Answer
from vecalc.calc.functions import FUNCTIONS
from vecalc.calc.resolve import find_row
from vecalc.engine.question import Computed, Question
from vecalc.errors import (
    ExpressionError,
    LimitExceeded,
    NoValue,
    Span,
    SyntaxProblem,
    TypeMismatch,
    UnfinishedText,
    UnknownWords,
    VecalcError,
)
from vecalc.lang.nodes import Node, Statement, Word
from vecalc.lang.parse import masked, parse, terminals
from vecalc.lang.pieces import Lexicon
from vecalc.lang.show import is_bare, quote, show
from vecalc.lang.tokens import NOTHING, Token, read_as_number, settle

if TYPE_CHECKING:
    from vecalc.engine.calculator import Calculator
    from vecalc.engine.ranker import Ranker

MOST_RESCUED = 8  # runs of one text that are words because they can't be anything else
LONGEST = 1_000  # characters of a run that may be a word: in error, all that is around is looked up
MOST_TRIED = 20  # runs that are looked up for an error's hint

# Numbers that are factors, divisors or exponents: of most formulas all are.
_FACTOR = re.compile(r"(?<![\w.])[0-9.]+\s*\*|[*/^]\s*[0-9.]+(?![\w.])")
_NAME = re.compile(r"[^\W\d][\w'’]*")
_WHERE = re.compile(r"(?<!\w)where(?!\w)")
_BINDS = re.compile(rf"(?<![\w'’])({_NAME.pattern}+)\s*+=(?!>)")
_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"\S+")
_INNER = (re.compile(r"[^\s()\[\]]+"), re.compile(r"[^\s()\[\]+*/^@]+"))  # its parts that may be words
_NEEDS_NO_QUOTES = re.compile(rf"{_NAME.pattern}|[0-9]+(\.[0-9]*)?")  # or is meant as a number
_PLAIN = re.compile(rf"{_NEEDS_NO_QUOTES.pattern}|[-+*/@^=,;:()\[\]]+")  # or has a meaning beside others


# --- text to statements ---------------------------------------------------------------------


def read(
    ranker: Ranker, text: str, names: Collection[str] = (), known: Sequence[Token] = ()
) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
    """The statements of a text, and notes on its readings; `names` are bound before it.

    Some tokens may be `known`. What can't be read otherwise is a token, too, in any case. Raises
    `SyntaxProblem`, `LimitExceeded`.
    """
    limits = ranker.options.limits
    tokens, notes = NOTHING
    if len(text) <= limits.size:  # otherwise the parser refuses it
        tokens, notes = settle(
            masked(text, known), lexicon_of(ranker, names), lambda: terminals(limits.nesting)
        )
    tokens = tuple(sorted((*tokens, *known), key=lambda token: token.span))
    refusal: SyntaxProblem | None = None
    most = len(tokens) + MOST_RESCUED
    while True:
        try:
            return parse(text, limits, tokens), notes
        except UnfinishedText as problem:
            raise refusal or problem from None
        except SyntaxProblem as problem:
            refusal = refusal or problem
            bound = {*names, *bound_in(text)}
            rescued = _rescued(ranker, text, problem.span, tokens) if len(tokens) < most else None
            if rescued is None or not bound.isdisjoint(_NAME.findall(rescued.text)):
                raise refusal from None
            notes = (*notes, f"{rescued.text} read as one word")
            tokens = tuple(sorted((*tokens, rescued), key=lambda token: token.span))


def lexicon_of(ranker: Ranker, names: Collection[str]) -> Lexicon:
    """What the vocabularies know about the tokens of a text before which some names are bound."""

    def is_token(space: str, word: str) -> bool:
        # Pieces of words are no words by themselves: `()` may be one, and is not meant by f().
        known = ranker.spaces.get(space or ranker.default)
        mark = "" if known is None or is_bare(word) else known.initial
        return word.startswith(mark) and is_known(
            ranker, space, word, variants=is_bare(word) and not word.replace("-", "").isdecimal()
        )

    return Lexicon(is_token, {*ranker.spaces}, takes_numbers, names)


def bound_in(text: str) -> list[str]:
    """The names that a text may bind."""
    return _BINDS.findall(text)


def with_blanks(text: str, statements: Sequence[Statement]) -> tuple[str, ...]:
    """The note on a token that has blanks in it, whose text is an expression, and read as anything else."""
    is_one = len(text.split(maxsplit=1)) == 1 and text == text.strip()
    is_one = is_one or any(isinstance(read, Word) and read.text == text for read in statements)
    return () if is_one else (f"{text} is an expression here; the word is {quote(text)}",)


def is_known(ranker: Ranker, space: str, word: str, *, variants: bool = True) -> bool:
    """Whether a space (the default one: "") has a word, or one of its variants."""
    found = ranker.spaces.get(space or ranker.default)
    exact = ranker.options.exact or not variants
    return found is not None and find_row(found, word, exact=exact, quoted=not is_bare(word)) is not None


def takes_numbers(function: str) -> bool:
    """Whether a number may be meant among the arguments of a function."""
    known = FUNCTIONS.get(function)
    return known is None or any(one.kind in ("number", "integer", "value") for one in known.parameters)


def _rescued(ranker: Ranker, text: str, span: Span | None, tokens: tuple[Token, ...]) -> Token | None:
    """The run that a text can't be parsed for, if it is a word."""
    if span is None:
        return None
    taken = {token.span for token in tokens}
    for match in _RUN.finditer(text, text.rfind(" ", 0, max(span.start, 1)) + 1):
        place = Span(*match.span())
        if place.start >= span.end:
            return None
        if (
            place.end < span.start
            or place in taken
            or _PLAIN.fullmatch(match[0])
            or place.end - place.start > LONGEST
        ):
            continue
        if all(one.end <= place.start or one.start >= place.end for one in taken):
            return Token(match[0], "", place) if is_known(ranker, "", match[0]) else None
    return None


def as_word(calculator: Calculator, question: Question, blank: Answer) -> Computed:
    """A text as one word, whatever is in it, blanks at its ends where the vocabulary has them so."""
    text = question.text
    if calculator.spaces[calculator.default].row(text) is None:
        text = text.strip()
    start = question.text.find(text)
    place = Span(start, start + max(len(text), 1))
    word = Word(text, quoted=True, span=place)
    return Computed(blank._replace(parsed=show(word)), word, word, word if calculator.remember else None)


# --- numbers that are words -----------------------------------------------------------------


def numbers(
    calculator: Calculator, text: str, statement: Statement, names: Mapping[str, Node] | None = None
) -> tuple[str, ...]:
    """Notes on numbers of a statement that are words of the vocabulary and may be meant so.

    `names` hold in this statement besides those of the calculator.
    """
    if not _DIGIT.search(_FACTOR.sub("", text[slice(*statement.span)])):
        return ()
    from vecalc.calc.number_words import mistakable

    scope, shipped = calculator.scope, calculator.shipped
    known = {name: one.function for name, one in shipped.items() if scope.functions.get(name) is one}
    groups = mistakable(statement, {**scope.names, **(names or {})}, known)
    found: dict[str, None] = {}
    for group in groups:
        written = [text[span.start : span.end] for span in group if span.start >= 0]
        if written and all(is_known(calculator, "", one, variants=False) for one in written):
            found.update(dict.fromkeys(map(read_as_number, written)))
    return tuple(found)


# --- errors ---------------------------------------------------------------------------------


def helped(
    calculator: Calculator, answer: Answer, statement: Statement | None, problem: VecalcError
) -> Answer:
    """The answer that a problem prevents; what is a word as it stands is said in its hint."""
    if not isinstance(problem, ExpressionError) or isinstance(problem, LimitExceeded):
        return answer._replace(error=problem)
    text = answer.asked.expr
    told: list[str] = []
    if statement is not None and isinstance(problem, TypeMismatch | NoValue):
        told += numbers(calculator, text, statement)
    told += _unbound(calculator, text)
    words = dict.fromkeys(_as_they_stand(calculator, text, problem))
    told += _without_value(text, problem)
    told += [f"{quote(word)} is a word of this vocabulary: write {quote(word)}" for word in words]
    phrase = ""
    if isinstance(problem, SyntaxProblem) and len(text) <= LONGEST:
        from vecalc.engine import phrase_calls

        phrase, likely = phrase_calls.meant_by(calculator, text)
        told += [phrase] if likely else []
    if told:
        keeps = not isinstance(problem, SyntaxProblem) and not (
            isinstance(problem, UnknownWords) and not problem.suggestions
        )
        problem.hint = "; ".join([*told, *([problem.hint] if keeps and problem.hint else [])])
    elif phrase:
        problem.hint = "; ".join(filter(None, (problem.hint, phrase)))
    return answer._replace(error=problem, notes=tuple(note for note in answer.notes if note not in told))


def _unbound(calculator: Calculator, text: str) -> Iterator[str]:
    """What is said of names in a text whose values have failed."""
    names = calculator.unbound.keys() - calculator.scope.names.keys()
    for name in sorted(names.intersection(_NAME.findall(text)).difference(bound_in(text)) if names else ()):
        where = calculator.unbound[name]
        yield f"{name} is not bound, since {where or 'its own value'} failed"


def _without_value(text: str, problem: ExpressionError) -> Iterator[str]:
    """What is said of unknown names where `where` gives others a value."""
    if isinstance(problem, UnknownWords) and _WHERE.search(text):
        words = dict.fromkeys(missing.word for missing in problem.missing)
        if names := [word for word in words if len(word) == 1 and word.isupper()]:
            values = ", ".join(f"{name} = ..." for name in names)
            yield f"{' and '.join(names)} has no value; add {values} behind where"


def _as_they_stand(ranker: Ranker, text: str, problem: ExpressionError) -> Iterator[str]:
    """The words among what stands where a problem is: the whole text, its runs, what is in their brackets."""
    space = ranker.spaces[ranker.default]
    if space.initial:  # pieces of words are no words
        return
    for piece in dict.fromkeys(islice(_pieces(text, problem), MOST_TRIED)):
        if len(piece) <= LONGEST and (row := find_row(space, piece, exact=ranker.options.exact)) is not None:
            yield space.word(row)
            return


def _pieces(text: str, problem: ExpressionError) -> Iterator[str]:
    whole = text.strip()
    if not _NEEDS_NO_QUOTES.fullmatch(whole):
        yield whole
    places = [missing.span for missing in problem.missing] if isinstance(problem, UnknownWords) else []
    for start, end in [*places[:MOST_TRIED], problem.span or Span(0, len(text))]:
        for run in _RUN.finditer(text, max(start - LONGEST, 0)):
            if run.start() > end:
                break
            if run.end() < start:
                continue
            parts = (one for pattern in _INNER for one in pattern.findall(run[0][: 2 * LONGEST]))
            for piece in (run[0], *parts):
                yield from (one for one in (piece, piece.strip(",;")) if one and not _PLAIN.fullmatch(one))
