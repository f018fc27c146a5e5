"""How well a formula's numbers agree with people's judgements of similarity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from vecalc.arrays import AnyArray, Floats, Mask, Numbers
from vecalc.calc.column_formula import ColumnFormula, Given, evaluate_rows
from vecalc.calc.procrustes import mean_vector
from vecalc.errors import FileProblem, TypeMismatch
from vecalc.evaluation import Pairs, Rules
from vecalc.evaluation.lookup import UNKNOWN, Lookup
from vecalc.space import VectorSpace

CHUNK = 4_096  # pairs that are computed at once


class FormulaAgreement(NamedTuple):
    """The judgements of a set and a formula's numbers; NaN for pairs that do not count."""

    judged: Floats  # [n]
    found: Floats  # [n]
    known: int  # pairs whose words are all in the vocabulary
    without_value: int  # known pairs for which the formula has no value
    with_texts: int = 0  # known pairs in which a word was read as a text

    @property
    def counted(self) -> Mask:
        """The pairs that count."""
        return np.asarray(np.isfinite(self.found))


def compare(space: VectorSpace, formula: ColumnFormula, pairs: Pairs, rules: Rules) -> FormulaAgreement:
    """The formula's number for every pair, unknown words as the rules say.

    Raises `TypeMismatch` when the formula gives no number, `FileProblem` where an unknown word is an error.
    """
    lookup = Lookup(space, {word for pair in pairs.pairs for word in pair.words}, rules)
    rows = np.array([[lookup.row(word) for word in pair.words] for pair in pairs.pairs], dtype=np.int64)
    words = np.array([pair.words for pair in pairs.pairs], dtype=object)
    texts = _read_as_texts(space, words, rows)
    known = (rows >= 0).all(axis=1)
    if rules.unknown == "error" and not known.all():
        _refuse(pairs, rows)
    asked = np.arange(len(rows)) if rules.unknown == "mean" else np.flatnonzero(known)
    found = np.full(len(rows), np.nan)
    mean = mean_vector(space, "raw") if rules.unknown == "mean" and not known.all() else np.zeros(space.dim)
    for start in range(0, len(asked), CHUNK):
        some = asked[start : start + CHUNK]
        given = {name: _column(space, rows[some, i], mean, texts) for i, name in enumerate(pairs.columns)} | {
            f"text({name})": Given(_encoded(space, words[some, i]))
            for i, name in enumerate(pairs.columns)
            if f"text({name})" in formula.columns
        }
        numbers, _ = evaluate_rows(formula, given)
        if numbers.ndim != 1:
            raise TypeMismatch(
                f"the formula gives a vector ({numbers.shape[1]}), and a similarity is a number",
                span=formula.tree.span,
                hint="compare two values, as in cos(a, b)",
            )
        found[some] = numbers
    without_value = int(np.count_nonzero(np.isnan(found[asked])))
    if rules.unknown == "zero":
        found[~known] = 0.0
    judged = np.array([pair.score for pair in pairs.pairs])
    with_texts = int((rows >= len(space)).any(axis=1).sum())
    return FormulaAgreement(judged, found, int(known.sum()), without_value, with_texts)


def _column(space: VectorSpace, rows: Numbers, mean: Floats, texts: Floats) -> Given:
    """A column of words, and of texts behind the last row; the mean of all where a word is unknown."""
    n = len(space)
    is_word, is_text = (rows >= 0) & (rows < n), rows >= n
    vectors = np.empty((len(rows), space.dim))
    vectors[is_word] = space.vectors(rows[is_word])
    vectors[is_text] = texts[rows[is_text] - n]
    vectors[rows < 0] = mean
    return Given(vectors, word=lambda row: space.word(int(rows[row])) if is_word[row] else None)


def _read_as_texts(space: VectorSpace, words: AnyArray, rows: Numbers) -> Floats:
    """The vectors [t, d] of what is no word of a textual model, whose rows then go on behind the last one."""
    missing = sorted({*words[rows < 0].tolist()})
    if space.encoder is None or not missing:
        return np.empty((0, space.dim))
    vectors = _encoded(space, missing)
    sound = {word: len(space) + i for i, word in enumerate(missing) if vectors[i].any()}
    rows[rows < 0] = [sound.get(word, UNKNOWN) for word in words[rows < 0].tolist()]
    return vectors


def _encoded(space: VectorSpace, texts: Iterable[str]) -> Floats:
    assert space.encoder is not None  # noqa: S101 - a formula with texts was read by it
    return space.encoder.encode(list(texts)).astype(np.float64)


def _refuse(pairs: Pairs, rows: Numbers) -> None:
    i, column = np.argwhere(rows < 0)[0].tolist()
    pair = pairs.pairs[i]
    raise FileProblem(
        f"'{pair.words[column]}' is not in the vocabulary",
        where=f"{pairs.name}:{pair.line}",
        hint="--unknown skip leaves such pairs out; zero and mean count them",
    )
