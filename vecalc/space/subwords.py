"""Vectors for words that no vocabulary has: the mean of the vectors of their character n-grams.

An n-gram is n characters of `<word>`, n from `shortest` to `longest`; its vector is the row of a matrix
[buckets, d] that a hash of its UTF-8 bytes picks. Source: Bojanowski et al., Enriching Word Vectors with
Subword Information (2017); the hash is fastText's FNV-1a of 32 bits, which takes a byte for a signed number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from vecalc.arrays import AnyArray, Bits, Bytes, Floats, Mask, Numbers, Singles

LONGEST_NGRAM = 64  # characters; models have 6. It bounds what a word costs
LONGEST_WORD = 1 << 14  # bytes; a longer one has no subword vector
ENCODING = ("utf-8", "surrogateescape")
_BASIS, _PRIME = 2166136261, np.uint32(16777619)
_GATHERED = 1 << 22  # numbers that are gathered at once


class Subwords:
    """The n-grams of a model: rows [buckets, d] of any real type, shared with the caller, only read."""

    __slots__ = ("longest", "rows", "shortest")

    def __init__(self, rows: AnyArray, shortest: int, longest: int) -> None:
        if rows.ndim != 2 or not 0 <= shortest <= longest <= LONGEST_NGRAM:
            raise ValueError(f"n-grams of {shortest} to {longest} characters, rows of shape {rows.shape}")
        self.rows = rows
        self.shortest = shortest
        self.longest = longest

    def in_memory(self) -> Subwords:
        """The same with rows of its own, whatever becomes of the file that they came from."""
        return Subwords(np.array(self.rows, np.float32), self.shortest, self.longest)

    def vector(self, word: str) -> Floats | None:
        """The vector [d] of a word; None for one without n-grams, or too long to be one."""
        try:
            encoded = word.encode(*ENCODING)
        except UnicodeEncodeError:  # a lone surrogate that stands for no byte
            return None
        if len(encoded) > LONGEST_WORD:
            return None
        ids, counts = self.ngrams([encoded])
        if not len(ids):
            return None
        return np.asarray(self.sums(ids, counts)[0].astype(np.float64) / len(ids))

    def composed(self, words: Sequence[bytes], own: Singles) -> Singles:
        """The vectors [w, d] of words of a vocabulary: the mean of each one's own vector and its n-grams'."""
        ids, counts = self.ngrams(words)
        parts = (counts + 1).astype(np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            result: Singles = (own + self.sums(ids, counts)) / parts[:, None]
        return result

    def ngrams(self, words: Iterable[bytes]) -> tuple[Numbers, Numbers]:
        """The rows of the n-grams of some words, word after word, and how many each word has [w]."""
        text, word_of, left = _characters(words)
        if not len(text) or not len(self.rows) or not self.longest:
            return np.empty(0, np.int64), np.zeros(len(left), np.int64)
        at, hashes, size = _hashed(text, word_of, self.shortest, self.longest)
        edge = (size == 1) & ((at == left[word_of[at]]) | _is_last(at, word_of))  # < and > alone are none
        owners, ids = word_of[at[~edge]], hashes[~edge] % np.uint32(len(self.rows))
        order = np.argsort(owners, kind="stable")
        return ids[order].astype(np.int64), np.bincount(owners, minlength=len(left))

    def sums(self, ids: Numbers, counts: Numbers) -> Singles:
        """The sum of the rows of each word's n-grams [w, d], a few megabytes of them at a time."""
        width = self.rows.shape[1]
        result = np.zeros((len(counts), width), np.float32)
        owners = np.repeat(np.arange(len(counts)), counts)
        at_once = max(_GATHERED // max(width, 1), 1)
        for first in range(0, len(ids), at_once):
            some = owners[first : first + at_once]
            starts = np.flatnonzero(np.diff(some, prepend=-1))
            rows = self.rows[ids[first : first + at_once]].astype(np.float32, copy=False)
            with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is found in the result
                result[some[starts]] += np.add.reduceat(rows, starts, axis=0)
        return result


def _characters(words: Iterable[bytes]) -> tuple[Bytes, Numbers, Numbers]:
    """The bytes of `<word>` after `<word>`, the number of the word of each, and where each word begins."""
    framed = [b"<" + word + b">" for word in words]
    sizes = np.fromiter(map(len, framed), np.int64, len(framed))
    text = np.frombuffer(b"".join(framed), np.uint8)
    return text, np.repeat(np.arange(len(framed)), sizes), np.cumsum(sizes) - sizes


def _is_last(at: Numbers, word_of: Numbers) -> Mask:
    """Whether a place is the last one of its word."""
    following = np.append(word_of[1:], -1)
    return np.asarray(following[at] != word_of[at])


def _hashed(text: Bytes, word_of: Numbers, shortest: int, longest: int) -> tuple[Numbers, Bits, Numbers]:
    """Where each n-gram begins, its hash, and its characters; all n-grams grow by a byte at a time."""
    begins = (text & 0xC0) != 0x80  # of a character; other bytes continue one
    ends = np.append(begins[1:] | (word_of[1:] != word_of[:-1]), True)
    mixed = text.astype(np.int8).astype(np.int32).view(np.uint32)  # a byte from 128 on fills the upper ones
    at = start = np.flatnonzero(begins)
    hashes = np.full(len(at), _BASIS, np.uint32)
    size = np.zeros(len(at), np.int64)
    found: list[tuple[Numbers, Bits, Numbers]] = []
    while len(at):
        hashes = (hashes ^ mixed[at]) * _PRIME
        size = size + ends[at]
        whole = ends[at] & (size >= max(shortest, 1))
        found.append((start[whole], hashes[whole], size[whole]))
        more = (size < longest) & ~_is_last(at, word_of)
        at, start, hashes, size = at[more] + 1, start[more], hashes[more], size[more]
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))  # type: ignore[return-value] # of three
