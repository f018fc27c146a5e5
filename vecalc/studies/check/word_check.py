"""What the words of a model tell: repeated and odd ones, their order, how many of a list are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import isfinite
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from vecalc.arrays import AnyArray, Floats
from vecalc.evaluation.statistics import spearman
from vecalc.space.spelling import fold_all

ENOUGH = 50  # shared words below which an order can't be told
FREQUENT_FIRST = 0.3  # a rank correlation from which on two orders are called alike
ALPHABETICAL = 0.95  # share of neighbouring words in alphabetical order
FOLDED = 4096  # words brought to one case at a time
COMPARED = 200_000  # words of a model whose order is looked at

# What is odd in a word, and whether it is wrong or may be meant.
Level: TypeAlias = Literal["ok", "note", "wrong"]
ODD: tuple[tuple[str, re.Pattern[str], Level], ...] = (
    ("words that are not UTF-8", re.compile("[\ud800-\udfff]"), "wrong"),
    ("words with control characters", re.compile("[\0-\x1f\x7f-\x9f]"), "wrong"),
    ("empty words", re.compile(r"\A[ \t]*\Z"), "wrong"),
    ("words with blanks inside", re.compile(r"\S\s+\S"), "note"),
    ("numbers", re.compile(r"\A[+-]?[\d.,:/-]*\d[\d.,:/-]*\Z"), "ok"),
    ("punctuation alone", re.compile(r"\A(?:[^\w\s]|_)+\Z"), "ok"),
)

# What single words may well be, and most of a vocabulary only when the file was taken for what it is not.
MISREAD: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("words that are decimal numbers", re.compile(r"\A[+-]?\d*\.\d+(?:[eE][+-]?\d+)?\Z")),
    ("words that end with a comma and a number", re.compile(r"[^\W\d][,;][+-]?\d*\.?\d+(?:[eE][+-]?\d+)?\Z")),
    ("words in quotes", re.compile(r"\A([\"']).+\1\Z")),
    ("words behind a number and a blank", re.compile(r"\A\d+[ \t]+\S")),
    ("words that end with a delimiter", re.compile(r".[,;|\t]\Z")),
)
MOST = 0.5  # of the words


def misread(words: Sequence[str]) -> Iterator[tuple[str, Level, list[int]]]:
    """Each kind of words that tells of a misread file: wrong where most of the words are of it."""
    unusual = [row for row, word in enumerate(words) if not word.isalpha()]
    for what, pattern in MISREAD:
        found = [row for row in unusual if pattern.search(words[row])]
        yield what, "wrong" if len(found) > MOST * len(words) else "ok", found


def odd(words: Sequence[str]) -> Iterator[tuple[str, Level, list[int]]]:
    """Each kind of odd words: what it is called, how bad it is, and the rows that have it."""
    unusual = [row for row, word in enumerate(words) if not word.isalpha()]
    for what, pattern, level in ODD:
        found = pattern.search
        yield what, level, [row for row in unusual if found(words[row])]


def repeats(words: Sequence[str]) -> list[int]:
    """Rows whose word came before."""
    seen: set[str] = set()
    rows = []
    for row, word in enumerate(words):
        if word in seen:
            rows.append(row)
        seen.add(word)
    return rows


def variants(words: Sequence[str]) -> list[int]:
    """Rows whose word came before in another case or composition."""
    exact: set[str] = set()
    folded: set[str] = set()
    rows = []
    parts = (words[first : first + FOLDED] for first in range(0, len(words), FOLDED))
    pairs = (pair for part in parts for pair in zip(part, fold_all(part), strict=True))
    for row, (word, key) in enumerate(pairs):
        if key in folded and word not in exact:
            rows.append(row)
        exact.add(word)
        folded.add(key)
    return rows


class Coverage(NamedTuple):
    """How many of some words a model has: exactly so, in another case, and which it lacks."""

    asked: int
    exact: int
    folded: int
    missing: list[str]


def coverage(words: Sequence[str], wanted: Sequence[str]) -> Coverage:
    """How many of the words that are wanted, each counted once, are there."""
    wanted = list(dict.fromkeys(wanted))
    have, folded = set(words), set(fold_all(words))
    lacking = [word for word in wanted if word not in have]
    missing = [word for word, key in zip(lacking, fold_all(lacking), strict=True) if key not in folded]
    return Coverage(len(wanted), len(wanted) - len(lacking), len(lacking) - len(missing), missing)


class WordOrder(NamedTuple):
    """The order of the rows: a guess, the words shared with the starter, and two rank correlations."""

    guess: str
    shared: int
    with_starter: float | None
    with_length: float | None


def order(words: Sequence[str], lengths: Floats, known: Sequence[str]) -> WordOrder:
    """By what the rows are ordered: a guess from words whose frequency is known, and the alphabet.

    `known` are English words, most frequent first. A model in another language shares few of them; then
    nothing is guessed.
    """
    some = words[:COMPARED]
    ranks = {word: rank for rank, word in enumerate(known)}
    shared = [(row, rank) for row, word in enumerate(some) if (rank := ranks.get(word)) is not None]
    with_starter = None
    if len(shared) >= ENOUGH:
        with_starter = rank_correlation(*np.array(shared, np.float64).T)
    sound = np.flatnonzero(np.isfinite(lengths[: len(some)]))
    with_length = rank_correlation(sound, lengths[sound]) if len(sound) >= ENOUGH else None
    ascending = sum(a <= b for a, b in pairwise(some))
    if len(some) >= ENOUGH and ascending >= ALPHABETICAL * (len(some) - 1):
        guess = "alphabetical"
    elif with_starter is None:
        guess = "can't be told"
    else:
        guess = "by frequency" if with_starter >= FREQUENT_FIRST else "not by frequency"
    return WordOrder(guess, len(shared), with_starter, with_length)


def rank_correlation(x: AnyArray, y: AnyArray) -> float | None:
    """The rank correlation of two rows of numbers; None where one is constant."""
    found = spearman(x.astype(np.float64), y.astype(np.float64))
    return found if isfinite(found) else None
