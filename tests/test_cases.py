"""The language by example: every block of tests/cases/*.txt is asked, and its answer compared.

A block is an expression behind `> ` (a further line that begins so goes on with the text) and, up to an
empty line, its answer. A line `# -k 5 --norm unit` directly above sets options; other lines that begin
with `#` are prose. Words come from space.txt; space-fr.txt and space-films.txt are there as `fr` and
`films`; those of texts.txt are tokens of a textual model (`blocks.textual_spaces`), those of conditions.txt
films with metadata (`examples/rated_films.csv`). How answers look:

    note: King read as king           a remark on how a word was read
    reads: king - man                 the canonical form, where it differs by more than blanks
    1 queen 0.946                     a neighbour: rank, word, score
    1 Up 0.530 | 2009, 2.25           the same with metadata, of --show
    (woman 0.853 would be 4)          a word that was left out of the ranking
    [king] 2.828: kings 0.997         a row of a list: label, length, neighbours
    columns: man, woman               what the columns of a table are
    [king] 0.12 0.34                  a row of a table: label, numbers
    <0.5 2>                           the components, with --vector
    attends: queen 0.7, man 0.3       the weights of an attention (`attends of king:` one query of several)
    => queen: met, rank 1             an expectation
    vecalc: 1:8: unknown word ...     an error as a person sees it

After a wanted change write the answers anew and read the difference before it is committed:

    VECALC_GOLDEN=write pytest tests/test_cases.py
"""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from blocks import FILES, Block, every_file, read_blocks, spaces_of
from folding import all_hold

import vecalc
from vecalc.answers import Answer, Expected, Neighbour, Number, Ranking, Row, Rows, Scored, Tabled, Weights
from vecalc.calc.functions import FUNCTIONS
from vecalc.errors import Span, UnknownWords, VecalcError
from vecalc.lang.limits import Limits
from vecalc.lang.nodes import Call, Define, Statement, walk
from vecalc.lang.show import show_program
from vecalc.render import Style
from vecalc.render.problem import problem

PLAIN = Style(color=False, width=100)


# --- the files ------------------------------------------------------------------------------


def rewrite(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    for block in reversed(list(read_blocks(path))):
        first = block.line + block.text.count("\n")
        old = block.answer.split("\n") if block.answer else []
        new = ask(block)
        lines[first : first + len(old)] = new.split("\n") if new else []
    path.write_text("\n".join(lines), encoding="utf-8")


# --- asking ---------------------------------------------------------------------------------


@cache
def flags() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("-k", type=int, default=3)
    parser.add_argument("--norm", default="rms")
    parser.add_argument("--metric", default="cos")
    parser.add_argument("--exclude", default="inputs")
    parser.add_argument("--first", type=int)
    parser.add_argument("--among", type=lambda text: tuple(text.split(",")))
    parser.add_argument("--match")
    parser.add_argument("--where")
    parser.add_argument("--show", type=lambda text: tuple(text.split(",")), default=())
    parser.add_argument("--min-score", type=float)
    parser.add_argument("--in", dest="within")
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--oov", default="error")
    parser.add_argument("--limit", action="append", default=[])
    parser.add_argument("--vector", action="store_true")
    parser.add_argument("--escapes", action="store_true")  # the text holds \n, \u202e and the like
    return parser


def read_flags(block: Block) -> tuple[str, vecalc.Options]:
    """The text, and the options that it is asked with."""
    chosen = flags().parse_args(shlex.split(block.flags))
    text = (
        block.text.encode("latin-1", "backslashreplace").decode("unicode_escape")
        if chosen.escapes
        else block.text
    )
    options = vecalc.Options(
        k=chosen.k,
        norm=chosen.norm,
        metric=chosen.metric,
        exclude=chosen.exclude,
        first=chosen.first,
        among=chosen.among,
        match=chosen.match,
        where=chosen.where,
        show=chosen.show,
        min_score=chosen.min_score,
        within=chosen.within,
        exact=chosen.exact,
        oov=chosen.oov,
        limits=Limits(**{name: int(size) for name, size in (limit.split("=") for limit in chosen.limit)}),
        rank=not chosen.vector,
    )
    return text, options


def answers_to(block: Block, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> list[Answer]:
    """The answers to a block, asked alone or in company."""
    text, options = read_flags(block)
    questions = [*before, text, *after]
    calculator = vecalc.Calculator(spaces_of(block), options)
    asked = [vecalc.Question(question, number) for number, question in enumerate(questions)]
    return [answer for answer in calculator.answers(asked) if answer.asked.id == len(before)]


@cache
def first_answers_to(block: Block) -> list[Answer]:
    """Those that it got when it was asked alone and for the first time."""
    return answers_to(block)


def ask(block: Block) -> str:
    """The answer as it is written down."""
    text, _ = read_flags(block)
    return "\n".join(line for answer in first_answers_to(block) for line in written(answer, text))


# --- writing --------------------------------------------------------------------------------


def written(answer: Answer, text: str) -> Iterator[str]:
    yield from (f"note: {note}" for note in answer.notes)
    if answer.error is not None:
        yield from problem(answer.error, text, PLAIN).splitlines()
        return
    if "".join(answer.parsed.split()) != "".join(text.split()):
        yield f"reads: {answer.parsed}"
    yield from map(attention, answer.attention)
    match answer.result:
        case Number(value):
            yield f"{value:z.6g}"
        case Ranking(neighbours, excluded, vector):
            yield from map(neighbour, neighbours)
            yield from (f"({n.word} {n.score:z.3f} would be {n.rank})" for n in excluded)
            if not neighbours:
                yield components(vector)
        case Scored(neighbours, excluded):
            yield from map(neighbour, neighbours)
            yield from (f"({n.word} {n.score:z.3f} would be {n.rank})" for n in excluded)
        case Rows(rows, vectors):
            yield from map(row, rows, vectors)
        case Tabled():
            yield from table(answer.result)
    if answer.expected is not None:
        yield expected(answer.expected)


def neighbour(near: Neighbour) -> str:
    record = f" | {', '.join(map(str, near.record))}" if near.record else ""
    return f"{near.rank} {near.word} {near.score:z.3f}{record}"


def row(one: Row, vector: Any) -> str:
    near = listed((n.word, n.score) for n in one.neighbours) or components(vector)
    return f"[{one.label}] {one.length:z.3f}: {near}"


def table(found: Tabled) -> Iterator[str]:
    if found.columns:
        yield f"columns: {', '.join(found.columns)}"
    for label, numbers in zip(found.rows, np.atleast_2d(found.values.T).T, strict=True):
        yield f"[{label}] {' '.join(f'{x:z.4g}' for x in numbers)}"


def attention(one: Weights) -> str:
    return f"attends{one.query and f' of {one.query}'}: {listed(zip(one.labels, one.values, strict=True))}"


def components(vector: Any) -> str:
    return f"<{' '.join(f'{x:z.4g}' for x in vector)}>"


def listed(pairs: Any) -> str:
    return ", ".join(f"{word} {value:z.3f}" for word, value in pairs)


def expected(outcome: Expected) -> str:
    rank = "not a candidate" if outcome.rank is None else f"rank {outcome.rank}"
    return f"=> {outcome.word}: {'met' if outcome.passed else 'missed'}, {rank}"


# --- the tests ------------------------------------------------------------------------------


if os.environ.get("VECALC_GOLDEN") == "write":
    for file in FILES:
        rewrite(file)

BLOCKS = [block for file in FILES for block in read_blocks(file)]


@every_file
def test_answers(path: Path) -> None:
    all_hold(read_blocks(path), is_answered_so, Block.label)


def is_answered_so(block: Block) -> None:
    assert ask(block) == block.answer


@every_file
def test_laws(path: Path) -> None:
    """What holds for every expression, whatever it answers."""
    all_hold(read_blocks(path), keeps_the_laws, Block.label)


def keeps_the_laws(block: Block) -> None:
    text, options = read_flags(block)
    alone = first_answers_to(block)
    for answer in alone:
        check_places(answer, text)
    assert [exact(answer) for answer in answers_to(block)] == [exact(answer) for answer in alone]
    company = answers_to(block, before=("queen", "zzz", "1 / 3"), after=("bread - food", "[king, red]", ")"))
    assert [exact(answer) for answer in company] == [exact(answer) for answer in alone]
    try:
        trees = vecalc.parse(text, options.limits)
    except VecalcError:
        return
    shown = show_program(trees)
    assert vecalc.parse(shown) == trees
    assert show_program(vecalc.parse(shown)) == shown


def check_places(answer: Answer, text: str) -> None:
    """Errors point into the text (one past its end, for what is missing there), and show nothing raw."""
    error = answer.error
    if error is None:
        return
    for span in places(error):
        assert 0 <= span.start < span.end <= len(text) + 1
    shown = problem(error, text, PLAIN)
    assert all(char.isprintable() or char in "\n\u200c\u200d" for char in shown)
    assert shown.endswith("\n")
    assert error.message
    assert type(error) is not VecalcError


def places(error: VecalcError) -> list[Span]:
    if isinstance(error, UnknownWords):
        return [missing.span for missing in error.missing]
    return [error.span] if error.span else []


def exact(answer: Answer) -> object:
    """An answer to the last bit."""
    result: object = answer.result
    if isinstance(result, Ranking):
        result = (result.neighbours, result.excluded, result.vector.tobytes())
    if isinstance(result, Rows):
        result = (result.rows, result.vectors.tobytes())
    if isinstance(result, Tabled):
        result = (result.rows, result.columns, result.values.shape, result.values.tobytes())
    error = answer.error and (type(answer.error), answer.error.message, answer.error.hint, answer.error.span)
    return (answer.parsed, answer.notes, result, error, answer.expected, answer.attention)


def test_every_function_has_a_case() -> None:
    trees = [tree for block in BLOCKS if "vecalc:" not in block.answer for tree in parsed(block)]
    called = {node.name for tree in trees for node in walk(tree) if isinstance(node, Call)}
    shipped = vecalc.parse((Path(vecalc.__file__).parent / "prelude.vec").read_text(encoding="utf-8"))
    known = {*FUNCTIONS, *(define.name for define in shipped if isinstance(define, Define))}
    assert not known - called


def parsed(block: Block) -> tuple[Statement, ...]:
    text, options = read_flags(block)
    return vecalc.Calculator(spaces_of(block), options)._read(text)[0]


def test_blocks_are_found_and_told_apart() -> None:
    assert len(BLOCKS) > 200
    asked = [(block.file, block.text, block.flags) for block in BLOCKS]
    assert sorted(one for one in set(asked) if asked.count(one) > 1) == []
