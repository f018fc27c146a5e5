"""The short way for what batches are mostly made of: sums and differences of words, all of a chunk at once.

A text such as `king - man + woman` needs no parser and no tree, and the vectors of many such texts are sums
of matrices. Everything out of the ordinary (a name, another spelling, an unknown word, a sum that cancels) is
left to the long way, which also has the words for it. What both compute is the same to the last bit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from vecalc.answers import Answer, Norm
from vecalc.arrays import Floats, Mask
from vecalc.calc import kernels
from vecalc.calc.evaluate import Evaluated
from vecalc.calc.values import Vector
from vecalc.engine.question import Computed, Question
from vecalc.engine.ranker import Ranker
from vecalc.lang.limits import Limits
from vecalc.space import VectorSpace

LONGEST = 1_000  # characters; longer texts are rare, and their parsing is not what takes the time
# Words of letters that no Unicode rule makes special, signs with blanks around them, and nothing else.
_SUM = re.compile(r"\s*[A-Za-z_][\w']*(?: +[-+] +[A-Za-z_][\w']*)*\s*", re.ASCII)
RESERVED = "where"


class Sum(NamedTuple):
    """A sum of words: `words[0] signs[0] words[1] signs[1] ...`."""

    words: tuple[str, ...]
    signs: tuple[str, ...]

    @property
    def parsed(self) -> str:
        """The canonical text, as `show` has it."""
        rest = (f" {sign} {word}" for sign, word in zip(self.signs, self.words[1:], strict=True))
        return "".join((self.words[0], *rest))


def read(text: str) -> Sum | None:
    """The text as a sum of words; None if it is anything else."""
    if len(text) > LONGEST or not _SUM.fullmatch(text):
        return None
    parts = text.split()
    return None if RESERVED in parts else Sum(tuple(parts[::2]), tuple(parts[1::2]))


_Found: TypeAlias = tuple[Sum, list[int]]  # a sum of words of the vocabulary, and their rows


def compute(ranker: Ranker, questions: Sequence[Question]) -> Mapping[int, tuple[tuple[str, ...], Computed]]:
    """The questions, by their places, that are sums of words as they stand in the default space.

    Each with the words that it was read with.
    """
    space, name = ranker.spaces[ranker.default], ranker.default
    if space.initial:  # a word is another token than the one that is spelled so
        return {}
    found = _find(space, questions, ranker.options.limits)
    if not found:
        return {}
    totals, firsts, sound = _add_up(space, list(found.values()), ranker.options.norm)
    ready = {}
    for (place, (one, rows)), total, first, is_sound in zip(
        found.items(), totals, firsts, sound.tolist(), strict=True
    ):
        if is_sound:
            question = questions[place]
            answer = Answer(ranker.asked(question), one.parsed, row=question.row)
            value = Evaluated(Vector(total, frozenset({name}), None if one.signs else first))
            excluded = ranker.excluded(name, rows)
            ready[place] = one.words, Computed(answer, evaluated=value, space=name, excluded=excluded)
    return ready


def _find(space: VectorSpace, questions: Sequence[Question], limits: Limits) -> dict[int, _Found]:
    """The sums among the questions, by their places, and the rows of their words."""
    found = {}
    for place, question in enumerate(questions):
        if question.problem is not None or question.names or len(question.text) > limits.size:
            continue
        plain = read(question.text)
        if plain is None or len(plain.words) > limits.words:
            continue
        rows = [space.row(word) for word in plain.words]
        if None not in rows:
            found[place] = plain, [row for row in rows if row is not None]
    return found


def _add_up(space: VectorSpace, found: Sequence[_Found], norm: Norm) -> tuple[Floats, Floats, Mask]:
    """The sums [q, d], term by term as `evaluate` adds them, and which of them the long way need not see.

    And the first terms [q, d] as they are filed.
    """
    counts = np.array([len(own) for _, own in found])
    rows = np.zeros((len(found), counts.max()), np.int64)
    factors = np.ones(rows.shape)
    for i, (one, own) in enumerate(found):
        rows[i, : counts[i]] = own
        factors[i, 1 : counts[i]] = [1.0 if sign == "+" else -1.0 for sign in one.signs]
    distinct, places = np.unique(rows, return_inverse=True)
    raw = space.vectors(distinct)
    sizes = kernels.lengths(raw)
    usable = np.isfinite(sizes) & (sizes > 0)
    vectors = kernels.brought_to(raw, np.where(usable, sizes, 1.0), norm)
    largest = np.abs(vectors).max(axis=1)
    places = places.reshape(rows.shape)
    totals, size = vectors[places[:, 0]], largest[places[:, 0]]
    sound = usable[places[:, 0]]
    for j in range(1, rows.shape[1]):
        more = np.flatnonzero(counts > j)
        term = places[more, j]
        totals[more] += factors[more, j, None] * vectors[term]
        size[more] = np.maximum(size[more], largest[term])
        sound[more] &= usable[term]
    biggest = np.abs(totals).max(axis=1)
    return totals, raw[places[:, 0]], sound & np.isfinite(biggest) & (biggest > size * kernels.ROUNDING)
