"""Sets of judged pairs: two words and a score a line, whatever else stands there.

Tab, comma, semicolon or blank separated, with or without a header and comments: WordSim-353, SimLex-999,
SimVerb-3500, MEN, RG-65, MC-30, RW, YP-130, MTurk and their like. The words are the first two columns that
hold no numbers, the score is the first column of numbers behind them; names of columns overrule this. Where
one column holds two phrases of two words each (`angry bark,angry creature`), they are a1 n1 and a2 n2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vecalc.errors import FileProblem
from vecalc.evaluation import Pair, Pairs
from vecalc.tables.binding import bound_rows, place_of, with_names
from vecalc.tables.cell_rules import Tell, number_of, unheard, words_of
from vecalc.tables.question_tables import SAMPLE, QuestionTable, QuestionText, is_number, lines, table

COLUMNS = ("a", "b")
PHRASES = ("a1", "n1", "a2", "n2")
_WHAT_IT_SHOULD_BE = "two words and a score a line, or --bind a=COLUMN --bind b=COLUMN --score COLUMN"


def read_pairs(
    name: str, text: QuestionText, bind: Mapping[str, str], score: str | None, tell: Tell = unheard
) -> Pairs:
    """The pairs of a file; `bind` are columns by their names in formulas, `score` is the judgements' column.

    `tell` hears when cells are not separated as the suffix says. Raises `FileProblem` with file and line for
    what has no words or no score.
    """
    if lines(text)[0].text.startswith(":"):
        raise FileProblem("holds analogies", where=text.name, hint="`vecalc eval analogies` reads them")
    found = with_names(table(text, tell), (*bind.values(), *filter(None, (score,))))
    if not found.rows:
        raise FileProblem("is nothing but a header", where=text.name)
    some = found.rows[:SAMPLE]
    words = [i for i in range(len(some[0].cells)) if not any(is_number(row.cells[i]) for row in some)]
    phrases = None if bind or len(words) > 1 else _phrase_column(found, words)
    behind = phrases if phrases is not None else words[1] if len(words) > 1 else -1
    place = place_of(text.name, found, score)[0] if score is not None else _score_column(found, behind)
    if place is None or (not bind and phrases is None and len(words) < 2):
        raise FileProblem("is not a set of judged pairs", where=text.name, hint=_WHAT_IT_SHOULD_BE)
    if bind:
        columns = tuple(bind)
        rows = [tuple(cells.values()) for cells in bound_rows(text.name, found, bind)]
    elif phrases is not None:
        columns, rows = PHRASES, [_phrases(text, row.number, row.cells[phrases]) for row in found.rows]
    else:
        columns, rows = COLUMNS, [tuple(row.cells[i] for i in words[:2]) for row in found.rows]
    scores = [_score(text, row.number, row.cells[place]) for row in found.rows]
    layout = f"scores in {found.header[place]}" if found.header else f"scores in column {place + 1}"
    pairs = [Pair(*entry) for entry in zip(rows, scores, (row.number for row in found.rows), strict=True)]
    return Pairs(name, layout, columns, pairs)


def _score_column(found: QuestionTable, behind: int) -> int | None:
    """The first column of numbers behind the words."""
    some = found.rows[:SAMPLE]
    width = len(some[0].cells)
    numbers = {i: sum(is_number(row.cells[i]) for row in some) for i in range(behind + 1, width)}
    return next((i for i, count in numbers.items() if count > len(some) / 2), None)


def _phrase_column(found: QuestionTable, words: Sequence[int]) -> int | None:
    """The column of cells of two phrases of two words each, if it is the only one of words."""
    some = found.rows[:SAMPLE]
    fits = bool(words) and all(len(list(words_of(row.cells[words[0]]))) == len(PHRASES) for row in some)
    return words[0] if fits else None


def _phrases(text: QuestionText, number: int, cell: str) -> tuple[str, ...]:
    words = tuple(words_of(cell))
    if len(words) != len(PHRASES):
        raise FileProblem(f"'{cell}' is not two phrases of two words", where=f"{text.name}:{number}")
    return words


def _score(text: QuestionText, number: int, cell: str) -> float:
    if (score := number_of(cell)) is None:
        raise FileProblem(
            f"'{cell}' is not a score", where=f"{text.name}:{number}", hint="--score names a column"
        )
    return score
