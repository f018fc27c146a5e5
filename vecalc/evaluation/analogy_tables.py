"""What runs over a set of analogies come to, as sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from vecalc.answers import Cell, Column, Sheet
from vecalc.arrays import Mask
from vecalc.evaluation import Analogies, Rules
from vecalc.evaluation.lookup import UNKNOWN
from vecalc.evaluation.marking import ELSEWHERE, RIGHT, Judged, Posed, impossible, mean_reciprocal_rank, seen
from vecalc.evaluation.protocol import protocol_sheet
from vecalc.evaluation.run_labels import Names, comparable
from vecalc.evaluation.statistics import corrected, mcnemar, share_interval
from vecalc.space import VectorSpace


class AnalogyRun(NamedTuple):
    """A formula or method with a model over a set of questions."""

    model: str
    formula: str
    definition: str  # what a method's name stands for; the formula itself where it has none
    space: VectorSpace
    asked: Posed
    judged: Judged

    def seen(self, rules: Rules) -> Mask:
        """The questions that count [n]."""
        return seen(self.asked, rules)


def analogy_sheets(questions: Analogies, runs: Sequence[AnalogyRun], rules: Rules) -> Iterator[Sheet]:
    """Accuracy, comparison, ranks, where raw answers land, sections, protocol."""
    names = Names(questions.name, runs)
    yield _accuracy(names, runs, rules)
    if pairs := comparable(runs):
        yield _comparison(names, pairs, rules)
    yield _ranks(names, runs, rules)
    yield _landings(names, questions, runs, rules)
    if len(questions.sections) > 1:
        yield _sections(names, questions, runs, rules)
    yield protocol_sheet(rules, _facts(questions, runs), ranked=True)


def _accuracy(names: Names, runs: Sequence[AnalogyRun], rules: Rules) -> Sheet:
    columns = (
        *names.columns,
        *Column.all("percent", "accuracy", "low", "high"),
        *Column.all("count", "right", "seen", "total"),
        Column("coverage", "percent"),
    )
    remarks = tuple(dict.fromkeys(remark for run in runs for remark in _remarks(run, rules)))
    rows: list[tuple[Cell, ...]] = []
    for run in runs:
        which, known = run.seen(rules), run.asked.known
        total, right = int(which.sum()), int((run.judged.right & which).sum())
        shares = _shares(total, right / max(total, 1), *share_interval(right, total))
        coverage = int(known.sum()) / len(known)
        rows.append((*names.of(run), *shares, right, total, len(which), coverage))
    return Sheet("accuracy", columns, tuple(rows), names.title("Accuracy"), remarks)


def _shares(total: int, *shares: float) -> tuple[Cell, ...]:
    return tuple(share if total else None for share in shares)


def _remarks(run: AnalogyRun, rules: Rules) -> Iterator[str]:
    if count := impossible(run.asked, rules):
        have = "question has" if count == 1 else "questions have"
        yield f"{count:,} {have} no answer but words of the question, which can't be answers"
    if count := int((run.asked.known & (run.judged.answers == UNKNOWN)).sum()):
        questions = "1 question" if count == 1 else f"{count:,} questions"
        yield f"{run.formula} ({run.model}) gives no answer to {questions}: counted as wrong"


def _comparison(names: Names, pairs: Sequence[tuple[AnalogyRun, AnalogyRun]], rules: Rules) -> Sheet:
    columns = (
        *Column.all("text", "first", "second"),
        *Column.all("count", "questions", "only first", "only second"),
        Column("difference", "percent", "signed"),
        *Column.all("score", "p", "p (Holm)"),
    )
    found = [_paired(a, b, rules) for a, b in pairs]
    rows = []
    for pair, (both, only_a, only_b, p), p_of_all in zip(
        pairs, found, corrected([p for *_, p in found]), strict=True
    ):
        difference = (only_b - only_a) / both if both else None
        rows.append((*names.pair(*pair), both, only_a, only_b, difference, p, p_of_all))
    remarks = (
        "difference: second - first",
        "p: exact McNemar test on the questions that both saw; p (Holm) is corrected for the number of tests",
        "the test takes questions as independent; those of one section share words, so p is rather too small",
    )
    return Sheet("comparison", columns, tuple(rows), names.title("Is the difference noise?"), remarks)


def _paired(a: AnalogyRun, b: AnalogyRun, rules: Rules) -> tuple[int, int, int, float | None]:
    both = a.seen(rules) & b.seen(rules)
    only_a = int((both & a.judged.right & ~b.judged.right).sum())
    only_b = int((both & b.judged.right & ~a.judged.right).sum())
    return int(both.sum()), only_a, only_b, mcnemar(only_a, only_b) if both.any() else None


def _ranks(names: Names, runs: Sequence[AnalogyRun], rules: Rules) -> Sheet:
    columns = (
        *names.columns,
        *(Column(f"top {k}", "percent") for k in (1, 5, 10)),
        Column("MRR@10", "score"),
    )
    rows = []
    for run in runs:
        ranks = run.judged.ranks[run.seen(rules)]
        tops = [float(((ranks > 0) & (ranks <= k)).mean()) if len(ranks) else 0.0 for k in (1, 5, 10)]
        rows.append((*names.of(run), *_shares(len(ranks), *tops, mean_reciprocal_rank(ranks))))
    return Sheet("ranks", columns, tuple(rows), names.title("Rank of the right answer"))


def _landings(names: Names, questions: Analogies, runs: Sequence[AnalogyRun], rules: Rules) -> Sheet:
    places = (RIGHT, *range(len(questions.columns)), ELSEWHERE)
    places_named = ("right", *(f"on {column}" for column in questions.columns), "elsewhere")
    columns = (*names.columns, *(Column(name, "percent") for name in places_named))
    rows = []
    for run in runs:
        landed = run.judged.landed[run.seen(rules)]
        shares = [float((landed == place).mean()) if len(landed) else 0.0 for place in places]
        rows.append((*names.of(run), *_shares(len(landed), *shares)))
    remark = "right: the accuracy with inputs allowed"
    title = names.title("Where the best word of all is, nothing excluded")
    return Sheet("inputs allowed", columns, tuple(rows), title, (remark,))


def _sections(names: Names, questions: Analogies, runs: Sequence[AnalogyRun], rules: Rules) -> Sheet:
    columns = (
        Column("section"),
        *names.columns,
        Column("accuracy", "percent"),
        *Column.all("count", "right", "seen", "total"),
    )
    section_of = np.array([entry.section for entry in questions.questions])
    groups = dict.fromkeys(section.group for section in questions.sections if section.group)
    parts = [(section.name, section_of == i) for i, section in enumerate(questions.sections)]
    for group in groups:
        members = [i for i, section in enumerate(questions.sections) if section.group == group]
        parts.append((f"all {group}", np.isin(section_of, members)))
    rows: list[tuple[Cell, ...]] = []
    for name, which in parts:
        for run in runs:
            counted = which & run.seen(rules)
            right, total = int((run.judged.right & counted).sum()), int(counted.sum())
            share = right / total if total else None
            rows.append((name, *names.of(run), share, right, total, int(which.sum())))
    return Sheet("sections", columns, tuple(rows), names.title("Sections"))


def _facts(questions: Analogies, runs: Sequence[AnalogyRun]) -> Iterator[tuple[str, str]]:
    yield "questions", f"{questions.name}, {len(questions.questions):,}, layout {questions.layout}"
    for run in {run.model: run for run in runs}.values():
        yield "model", f"{run.model}, {len(run.space):,} words x {run.space.dim}"
    if any(section.group == "semantic" for section in questions.sections):
        yield "groups", "the first five sections are semantic, the rest syntactic, as in word2vec's script"
    for run in {run.formula: run for run in runs}.values():
        if run.formula != run.definition:
            yield run.formula, run.definition
    if questions.layout == "bats":
        yield (
            "order",
            "all ordered pairs of a section; b is the first answer of its pair, any answer is right",
        )


def detail_sheet(questions: Analogies, runs: Sequence[AnalogyRun]) -> Sheet:
    """Every question, what was answered, and the rank of the right answer."""
    names = Names(questions.name, runs)
    columns = (
        Column("line", "count"),
        Column("section"),
        *map(Column, questions.columns),
        Column("expected"),
        *names.columns,
        Column("answer"),
        Column("rank", "count"),
    )
    rows: list[tuple[Cell, ...]] = []
    for i, entry in enumerate(questions.questions):
        section = questions.sections[entry.section].name
        asked: tuple[Cell, ...] = (entry.line, section, *entry.words, "/".join(entry.answers))
        for run in runs:
            row, rank = int(run.judged.answers[i]), int(run.judged.ranks[i])
            answer = None if row == UNKNOWN else run.space.word(row)
            rows.append((*asked, *names.of(run), answer, rank or None))
    return Sheet("questions", columns, tuple(rows), names.title("Questions"))
