"""How well formulas answer analogies and predict judgements of similarity, each number with its protocol.

    analogy_files, pair_files    files, in any layout -> `Analogies`, `Pairs`
    protocol                     the rules by name, and as a table
    lookup                       words -> rows, under the rules
    solvers, relation_methods    rows of questions -> the rows that a formula, or a method, ranks first
    marking                      those -> which questions are right, with inputs left out and without
    agreement                    rows of pairs -> numbers beside the judgements
    statistics                   correlations, intervals and tests, seeded
    analogy_tables, similarity_tables    results -> `Sheet`s

Everything random has a seed: the same question has the same answer. A question may have several right
answers; one whose words the vocabulary lacks is not seen, and counts as the rules say.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

from vecalc.answers import Metric, Norm

Case: TypeAlias = Literal["exact", "upper", "ascii"]
Unknown: TypeAlias = Literal["skip", "wrong", "zero", "mean", "error"]
Exclusion: TypeAlias = Literal["inputs", "any-case", "none"]
Protocol: TypeAlias = Literal["exact", "gensim", "word2vec"]
CASES: tuple[Case, ...] = get_args(Case)
UNKNOWN: tuple[Unknown, ...] = get_args(Unknown)
EXCLUSIONS: tuple[Exclusion, ...] = get_args(Exclusion)


class Rules(NamedTuple):
    """The protocol: all that moves a score besides the vectors and the formula."""

    name: Protocol = "exact"
    case: Case = "exact"  # words and answers compared as written, or in capitals (of ASCII letters alone)
    first: int | None = None  # only so many of the most frequent words exist
    unknown: Unknown = "skip"  # analogies: skip, wrong, error; similarity: skip, zero, mean, error
    exclude: Exclusion = "inputs"  # no answer: the rows of the question's words, also in any case, or none
    norm: Norm = "rms"
    metric: Metric = "cos"
    reach: int | None = None  # a right answer must be among so many hits besides the inputs' rows
    resamples: int = 1_000  # of the bootstrap
    seed: int = 1


class Section(NamedTuple):
    """A part of a set of questions, the file it stands in, and the larger part it belongs to ('' without)."""

    name: str
    file: str
    group: str = ""


class Analogy(NamedTuple):
    """A question: its words, one for each column, the right answers, its section, its line."""

    words: tuple[str, ...]
    answers: tuple[str, ...]
    section: int
    line: int


class Analogies(NamedTuple):
    """A set of questions; `columns` name the words in formulas, usually a, b, c."""

    name: str
    layout: str
    columns: tuple[str, ...]
    sections: tuple[Section, ...]
    questions: list[Analogy]


class Pair(NamedTuple):
    """Words, one for each column, and how similar people find them."""

    words: tuple[str, ...]
    score: float
    line: int


class Pairs(NamedTuple):
    """A set of judged pairs; `columns` name the words in formulas, usually a, b."""

    name: str
    layout: str
    columns: tuple[str, ...]
    pairs: list[Pair]
