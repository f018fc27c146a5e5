"""Sets of analogies in the layouts they are published in, told apart by content.

google   `: section` lines, four words a line (Mikolov et al. 2013); also without sections
msr      four words and a tag, or a file of three words a line beside one of answers (Mikolov et al. 2013)
bats     pairs `word<TAB>answer/answer/...`, a file or a folder of them: all ordered pairs of a file's
         lines are questions (Gladkova et al. 2016)
table    columns with names, bound to a, b, c and d
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import PurePath

from vecalc.errors import FileProblem
from vecalc.evaluation import Analogies, Analogy, Section
from vecalc.tables.binding import bound_rows, with_names
from vecalc.tables.cell_rules import Tell, unheard
from vecalc.tables.question_lines import Line
from vecalc.tables.question_tables import SAMPLE, QuestionText, is_number, lines, table

COLUMNS = ("a", "b", "c")
ANSWER = "d"  # the name that --bind has for the right answer
MOST_QUESTIONS = 2_000_000  # of ordered pairs; BATS has 98,000, and each takes some hundred bytes
# word2vec's script: the first five sections are semantic, the rest syntactic.
SEMANTIC_SECTIONS = 5
_TAG = re.compile(r"[A-Z$]+(_[A-Z$]+)+")
_WHAT_IT_SHOULD_BE = "four words a line, pairs between tabs, or --bind a=COLUMN --bind b=... for a table"


def read_analogies(
    name: str, texts: Sequence[QuestionText], bind: Mapping[str, str], tell: Tell = unheard
) -> Analogies:
    """The questions of a file, or of the files of a folder; `bind` are columns by their names in formulas.

    `tell` hears when cells are not separated as a suffix says. Raises `FileProblem` with file and line for
    what fits no layout.
    """
    if bind:
        found = _table(name, texts, bind, tell)
    else:
        sample = [line.text for line in lines(texts[0])[:SAMPLE]]
        layout = _layout(sample, texts)
        if layout is None:
            raise FileProblem(_not_analogies(sample), where=texts[0].name, hint=_WHAT_IT_SHOULD_BE)
        found = layout(name, texts)
    if not found.questions:
        raise FileProblem("holds no question", where=name, hint=_WHAT_IT_SHOULD_BE)
    return found


def _layout(
    sample: Sequence[str], texts: Sequence[QuestionText]
) -> Callable[[str, Sequence[QuestionText]], Analogies] | None:
    rows = [line.split() for line in sample if not line.startswith(":")]
    widths = [len(row) for row in rows]
    if len(rows) < len(sample) and sample[0].startswith(":"):
        return _google
    if not rows or any(is_number(word) for word in rows[0]):
        return None
    usual = max(set(widths), key=widths.count)
    if usual == 4:
        return _google
    if usual == 5 and all(_TAG.fullmatch(row[-1]) or _TAG.fullmatch(row[0]) for row in rows):
        return _tagged
    if usual == 3 and len(texts) == 2:
        return _answers_apart
    if 2 in widths or all(line.count("\t") == 1 for line in sample):
        return _pairs
    return None


def _not_analogies(sample: Sequence[str]) -> str:
    rows = [line.split() for line in sample]
    if rows and is_number(re.split(r"[\s,;]", sample[-1].strip())[-1]):
        return "has numbers where analogies have words: judged pairs are for `vecalc eval similarity`"
    if rows and len(rows[0]) == 3:
        return "has three words a line, and no file of answers (.answers) beside it"
    return "is not a set of analogies in a known layout"


# --- Google ---------------------------------------------------------------------------------


def _google(name: str, texts: Sequence[QuestionText]) -> Analogies:
    sections: list[Section] = []
    questions: list[Analogy] = []
    for text in texts:
        for line in lines(text):
            if line.text.startswith(":"):
                sections.append(Section(line.text.lstrip(": ").strip(), text.name))
            else:
                sections = sections or [Section("", text.name)]
                a, b, c, d = _words(text, line, 4)
                questions.append(Analogy((a, b, c), (d,), len(sections) - 1, line.number))
    if len(sections) > SEMANTIC_SECTIONS:
        groups = ["semantic" if i < SEMANTIC_SECTIONS else "syntactic" for i in range(len(sections))]
        sections = [part._replace(group=group) for part, group in zip(sections, groups, strict=True)]
    return Analogies(name, "google", COLUMNS, tuple(sections), questions)


def _words(text: QuestionText, line: Line, count: int) -> list[str]:
    words = line.text.split()
    if len(words) != count:
        raise FileProblem(
            f"has {len(words)} word{'' if len(words) == 1 else 's'}, {count} are expected",
            where=f"{text.name}:{line.number}",
        )
    return words


# --- MSR ------------------------------------------------------------------------------------


def _tagged(name: str, texts: Sequence[QuestionText]) -> Analogies:
    entries = []
    for text in texts:
        for line in lines(text):
            words = _words(text, line, 5)
            tag = words.pop(0 if _TAG.fullmatch(words[0]) else -1)
            entries.append((tag, words, line.number))
    return _by_tag(name, texts[0].name, entries)


def _answers_apart(name: str, texts: Sequence[QuestionText]) -> Analogies:
    """Questions in one file; in the other, in the same order, a tag and the answer."""
    asked, answered = map(lines, texts)
    if len(asked) != len(answered):
        raise FileProblem(f"has {len(answered)} answers to {len(asked)} questions", where=texts[1].name)
    entries = []
    for question, answer in zip(asked, answered, strict=True):
        tag, word = _words(texts[1], answer, 2)
        entries.append((tag, [*_words(texts[0], question, 3), word], question.number))
    return _by_tag(name, texts[0].name, entries)


def _by_tag(name: str, file: str, entries: Sequence[tuple[str, Sequence[str], int]]) -> Analogies:
    sections = list(dict.fromkeys(tag for tag, _, _ in entries))
    places = {tag: i for i, tag in enumerate(sections)}
    questions = [
        Analogy(tuple(words[:3]), (words[3],), places[tag], number) for tag, words, number in entries
    ]
    return Analogies(name, "msr", COLUMNS, tuple(Section(tag, file) for tag in sections), questions)


# --- BATS -----------------------------------------------------------------------------------


def _pairs(name: str, texts: Sequence[QuestionText]) -> Analogies:
    folders = {PurePath(text.name).parent.name for text in texts}
    sections: list[Section] = []
    questions: list[Analogy] = []
    for place, text in enumerate(texts):
        path = PurePath(text.name)
        sections.append(Section(path.stem, text.name, path.parent.name if len(folders) > 1 else ""))
        pairs = list(_answered_words(text))
        if len(questions) + len(pairs) ** 2 > MOST_QUESTIONS:
            what = f"has {len(pairs):,} pairs: all in any order are more than {MOST_QUESTIONS:,} questions"
            raise FileProblem(what, where=text.name)
        # Every pair is asked after every other; the first answer of the pair before it stands for b.
        for (a, answers, _), (c, right, number) in permutations(pairs, 2):
            questions.append(Analogy((a, answers[0], c), right, place, number))
    return Analogies(name, "bats", COLUMNS, tuple(sections), questions)


def _answered_words(text: QuestionText) -> Iterator[tuple[str, tuple[str, ...], int]]:
    for line in lines(text):
        cells = line.text.split("\t") if "\t" in line.text else line.text.split()
        word, *rest = (cell.strip() for cell in cells)
        answers = tuple(filter(None, (answer.strip() for cell in rest for answer in cell.split("/"))))
        if len(rest) != 1 or not word or not answers:
            raise FileProblem(
                "is not a pair", where=f"{text.name}:{line.number}", hint="write word<TAB>answer/other answer"
            )
        yield word, answers, line.number


# --- tables ---------------------------------------------------------------------------------


def _table(name: str, texts: Sequence[QuestionText], bind: Mapping[str, str], tell: Tell) -> Analogies:
    if ANSWER not in bind:
        raise FileProblem(
            "its answer is not bound", where=name, hint=f"add --bind {ANSWER}=COLUMN, the right answer"
        )
    columns = tuple(column for column in bind if column != ANSWER)
    questions = []
    for text in texts:
        found = with_names(table(text, tell), bind.values())
        for row, cells in zip(found.rows, bound_rows(text.name, found, bind), strict=True):
            words = tuple(cells[column] for column in columns)
            questions.append(Analogy(words, (cells[ANSWER],), 0, row.number))
    return Analogies(name, "table", columns, (Section("", name),), questions)
