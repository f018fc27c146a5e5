"""Evaluations of formulas: files are read, formulas made, runs done, for `vecalc eval`."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from vecalc.answers import Sheet
from vecalc.calc.column_formula import ColumnFormula
from vecalc.engine.calculator import Calculator
from vecalc.errors import ExpressionError, FileProblem, TypeMismatch, UsageError
from vecalc.evaluation import Analogies, Rules, analogy_tables, relation_methods, similarity_tables
from vecalc.evaluation.agreement import compare
from vecalc.evaluation.analogy_files import ANSWER, COLUMNS, read_analogies
from vecalc.evaluation.coverage import NothingSeen, uncovered
from vecalc.evaluation.marking import Posed, ask, judge
from vecalc.evaluation.methods import BASELINE, BASELINE_METHOD, FORMULAS, SECTIONAL
from vecalc.evaluation.pair_files import read_pairs
from vecalc.evaluation.solvers import Solver, solver_of
from vecalc.space import VectorSpace
from vecalc.tables import question_lines
from vecalc.tables.cell_rules import Tell, unheard
from vecalc.tables.question_tables import QuestionText

LARGEST = 64 << 20  # bytes of a file of questions; the largest known has 5 MB
BASELINE_LABEL = f"{BASELINE} (baseline)"
DEFAULT_ANALOGY, DEFAULT_SIMILARITY = FORMULAS["3cosadd"], "cos(a, b)"
DEFAULT_PHRASES = "cos(a1 + n1, a2 + n2)"

Tick = Callable[[int], None]


def unwatched(_: int) -> None:
    """A `Tick` where nobody watches."""


class Wanted(NamedTuple):
    """What is to be evaluated, and how."""

    rules: Rules
    formulas: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    bind: Mapping[str, str] = MappingProxyType({})
    score: str | None = None
    details: bool = False


class InFormula(Exception):
    """A formula has no answer: its text, and the error whose place is in it."""

    def __init__(self, text: str, error: ExpressionError) -> None:
        super().__init__(error.message)
        self.text = text
        self.error = error


@contextmanager
def _blaming(text: str) -> Iterator[None]:
    try:
        yield
    except ExpressionError as error:
        raise InFormula(text, error) from None


# --- analogies ------------------------------------------------------------------------------


def analogies(
    calculator: Calculator, path: str, wanted: Wanted, tick: Tick = unwatched, tell: Tell = unheard
) -> Iterator[Sheet]:
    """The sheets of a file, or a folder of files, of analogies; `tick` hears of answered questions.

    `tell` hears of words that are there in another case. Raises `InFormula` for a formula that gives no
    vector, `FileProblem` for a file that is no such set, `NothingSeen` for one of which nothing counts.
    """
    texts = [_text(file) for file in files_of(path)]
    questions = read_analogies(path, texts, wanted.bind, tell)
    needed = [(entry.words, entry.answers) for entry in questions.questions]
    runs, remarks = [], []
    for model, space in _models(calculator):
        remarks += _remark(calculator, model, uncovered(space, needed, wanted.rules, "questions"))
        remarks += _remark(calculator, model, _pieces(space))
        asked = ask(space, questions, wanted.rules)
        for solver in _solvers(calculator, questions, asked, wanted):
            with _blaming(solver.text):
                judged = judge(solver, asked, wanted.rules, tick)
            runs.append(analogy_tables.AnalogyRun(model, solver.label, solver.text, space, asked, judged))
    _tell_or_refuse(path, remarks, any(run.seen(wanted.rules).any() for run in runs), tell)
    yield from analogy_tables.analogy_sheets(questions, runs, wanted.rules)
    if wanted.details:
        yield analogy_tables.detail_sheet(questions, runs)


def _solvers(calculator: Calculator, questions: Analogies, asked: Posed, wanted: Wanted) -> Iterator[Solver]:
    """The formulas, the methods, and the baseline behind them."""
    space, columns = calculator.spaces[calculator.default], questions.columns
    if wanted.methods and columns != COLUMNS:
        raise UsageError("methods need the columns a, b and c", where="--method")
    formulas = dict.fromkeys(wanted.formulas or (() if wanted.methods else (DEFAULT_ANALOGY,)))
    for text in formulas:
        yield _by_formula(calculator, text, text, columns, wanted.rules)
    for method in dict.fromkeys(wanted.methods):
        if method in SECTIONAL:
            yield relation_methods.SectionSolver(method, space, asked, wanted.rules)
        else:
            yield _by_formula(calculator, method, FORMULAS[method], columns, wanted.rules)
    if BASELINE in columns and BASELINE_METHOD not in wanted.methods and BASELINE not in formulas:
        yield _by_formula(calculator, BASELINE_LABEL, BASELINE, columns, wanted.rules)


def _by_formula(
    calculator: Calculator, label: str, text: str, columns: Sequence[str], rules: Rules
) -> Solver:
    formula = _formula(calculator, text, (*columns, ANSWER))
    if ANSWER in formula.columns:
        raise InFormula(text, TypeMismatch(f"{ANSWER} is the answer, which a formula must not know"))
    return solver_of(label, calculator.spaces[calculator.default], formula, columns, rules)


# --- similarity -----------------------------------------------------------------------------


def similarity(calculator: Calculator, path: str, wanted: Wanted, tell: Tell = unheard) -> Iterator[Sheet]:
    """The sheets of a file of judged pairs; `tell` hears of words that are there in another case.

    Raises `InFormula` for a formula that gives no number, `NothingSeen` for a file of which nothing counts.
    """
    texts = [_text(file) for file in files_of(path)]
    if len(texts) > 1:
        raise FileProblem("is a folder", where=path, hint="name the files in it")
    pairs = read_pairs(path, texts[0], wanted.bind, wanted.score, tell)
    usual = DEFAULT_SIMILARITY if {"a", "b"} <= set(pairs.columns) else DEFAULT_PHRASES
    needed = [(pair.words, pair.words) for pair in pairs.pairs]
    runs, remarks = [], []
    for model, space in _models(calculator):
        remarks += _remark(calculator, model, uncovered(space, needed, wanted.rules, "pairs"))
        for text in dict.fromkeys(wanted.formulas or (usual,)):
            formula = _formula(calculator, text, pairs.columns)
            with _blaming(text):
                compared = compare(space, formula, pairs, wanted.rules)
            runs.append(similarity_tables.SimilarityRun(model, formula.text, space, compared))
        if runs[-1].compared.with_texts:
            what = f"pairs with words read as texts: {runs[-1].compared.with_texts:,}"
            remarks += _remark(calculator, model, what)
        remarks += _remark(calculator, model, _pieces(space))
    seen = any(run.compared.known or run.compared.counted.any() for run in runs)
    _tell_or_refuse(path, remarks, seen, tell)
    yield from similarity_tables.similarity_sheets(pairs, runs, wanted.rules)
    if wanted.details:
        yield similarity_tables.detail_sheet(pairs, runs)


# --- what is not in the vocabulary ----------------------------------------------------------


def _remark(calculator: Calculator, model: str, text: str) -> list[str]:
    """A remark on a model, which is named where there are several."""
    named = f"{model}: {text}" if len(calculator.spaces) > 1 else text
    return [named] if text else []


def _pieces(space: VectorSpace) -> str:
    """How words are read where tokens are pieces of words."""
    return f"words are read as the tokens that begin with {space.initial}" if space.initial else ""


def _tell_or_refuse(path: str, remarks: Sequence[str], seen: bool, tell: Tell) -> None:
    """Pass the remarks on a file on; as an error where no model has any of it."""
    if not seen:
        raise NothingSeen("; ".join(remarks), where=path)
    for remark in remarks:
        tell(f"{path}: {remark}")


# --- models, formulas, files ----------------------------------------------------------------


def _models(calculator: Calculator) -> Iterator[tuple[str, VectorSpace]]:
    """Each model under the name that tables call it, made the default one."""
    for name, space in list(calculator.spaces.items()):
        calculator.use(name)
        yield name or space.name, space


def _formula(calculator: Calculator, text: str, columns: Sequence[str]) -> ColumnFormula:
    with _blaming(text):
        formula = calculator.formula(text, columns)
        if not formula.columns:
            listed = ", ".join(column for column in columns if column != ANSWER)
            raise TypeMismatch(
                "uses no column, it is the same in every row", hint=f"the columns are {listed}"
            )
        return formula


def files_of(path: str) -> list[str]:
    """A file of questions, with its file of answers where there is one, or all text files of a folder."""
    place = Path(path)
    if path == "-" or not place.is_dir():
        answers = place.with_suffix(".answers")
        beside = [str(answers)] if place.suffix == ".questions" and answers.is_file() else []
        return [path, *beside]
    found = sorted(str(file) for file in place.rglob("*.txt") if file.is_file())
    if not found:
        raise FileProblem("is a folder without text files (.txt)", where=path)
    return found


def _text(path: str) -> QuestionText:
    """The bytes of a file, decompressed where they are gzip. Raises `FileProblem` for what can't be read."""
    if path != "-" and Path(path).exists() and not Path(path).is_file():
        raise FileProblem("is not a regular file", where=path)
    with question_lines.opened(path) as stream:
        try:
            data = stream.read(LARGEST + 1)
            if data.startswith(b"\x1f\x8b"):
                with gzip.open(io.BytesIO(data)) as inner:
                    data = inner.read(LARGEST + 1)
        except (OSError, EOFError, zlib.error) as problem:
            raise FileProblem(f"can't be read: {problem}", where=path) from None
    if len(data) > LARGEST:
        raise FileProblem(f"is larger than {LARGEST >> 20} MB: no file of questions", where=path)
    return QuestionText("standard input" if path == "-" else path, data)
