"""Tokens of texts by their words, each word's found once: for tokenizers no token of which goes over a blank.

SentencePiece's BPE, as Llama and WordLlama have it, merges a whole text at a time, though a blank, which
becomes the mark before the next word, is only ever at the beginning of a token. So the tokens of a text are
those of its words, one behind the other, and most words of many texts are known before.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain, count, islice
from typing import NamedTuple, TypeAlias

import numpy as np

from vecalc.arrays import Numbers

MARK = "▁"
WORTH_IT = 1 << 16  # characters, from which on to look at the whole vocabulary takes less than it saves
MOST_WORDS = 1 << 16  # known at a time: some 10 MB
MOST_CHARACTERS = 1 << 20  # and of all of them: what is not usual has parts of any length
_WORD = re.compile(r"(?:^| )( *[^ ]+(?: +\Z)?)")
BYTES = frozenset(f"<0x{byte:02X}>" for byte in range(256))
_NORMALIZER = {
    "type": "Sequence",
    "normalizers": [
        {"type": "Prepend", "prepend": MARK},
        {"type": "Replace", "pattern": {"String": " "}, "content": MARK},
    ],
}
# What has to be so, beside the vocabulary: whatever else there is may look at more than a word.
_PLAIN = {"normalizer": _NORMALIZER, "pre_tokenizer": None, "truncation": None, "padding": None}
_MODEL = {
    "type": "BPE",
    "dropout": None,
    "continuing_subword_prefix": None,
    "end_of_word_suffix": None,
    "byte_fallback": True,
}


class TokenIds(NamedTuple):
    """The tokens of some texts, one text behind the other."""

    ids: Numbers  # [i]
    counts: Numbers  # [t], how many each text has


Encode: TypeAlias = Callable[[list[str]], Sequence[Sequence[int]]]  # whole texts to their tokens


class WordTokens:
    """What is known of the words of texts; `apart` are tokens that are looked for before anything else."""

    def __init__(self, apart: Sequence[str]) -> None:
        self._apart = (MARK, *apart)
        longest_first = sorted(apart, key=len, reverse=True)
        self._cut = re.compile(f"({'|'.join(map(re.escape, longest_first))})").split
        self._forget()

    def ids(self, texts: Sequence[str], encode: Encode) -> TokenIds:
        """The tokens of the texts, as `encode` finds them."""
        if len(self._numbers) > MOST_WORDS or self._characters > MOST_CHARACTERS:
            self._forget()
        parts = self._parts(texts)
        lengths = np.fromiter(map(len, parts), np.int64, len(parts))
        words = chain.from_iterable(parts)
        numbers = np.fromiter(map(self._numbers.__getitem__, words), np.int64, lengths.sum())
        self._learn(encode)
        ids, counts = self._known
        sizes = counts[numbers]
        ends = np.cumsum(sizes)
        # A token is as far from the known ones of its word as the word's first is.
        places = np.repeat((np.cumsum(counts) - counts)[numbers] - ends + sizes, sizes)
        places += np.arange(len(places))
        return TokenIds(ids[places], np.diff(ends[np.cumsum(lengths) - 1], prepend=0))

    def _forget(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)  # a word that is new gets one
        self._known = TokenIds(np.empty(0, np.int64), np.empty(0, np.int64))  # of the words, by their numbers
        self._characters = 0

    def _learn(self, encode: Encode) -> None:
        """Find the tokens of the words that got their number just now."""
        fresh = list(islice(self._numbers, len(self._known.counts), None))
        if fresh:
            self._characters += sum(map(len, fresh))
            parts = zip(self._known, token_ids(encode(fresh)), strict=True)
            self._known = TokenIds(*map(np.concatenate, parts))

    def _parts(self, texts: Sequence[str]) -> list[list[str]]:
        """Each text in parts whose tokens, one behind the other, are its own: mostly its words."""
        together = "\n".join(texts)
        apart = [token for token in self._apart if token in together]
        return (
            [
                self._unusual_parts(text) if any(token in text for token in apart) else _words(text)
                for text in texts
            ]
            if apart
            else list(map(_words, texts))
        )

    def _unusual_parts(self, text: str) -> list[str]:
        if MARK in text:
            return [text]
        return list(chain.from_iterable(map(_words, self._cut(text))))


def token_ids(found: Sequence[Sequence[int]]) -> TokenIds:
    """The tokens of some texts, given one by one."""
    counts = np.fromiter(map(len, found), np.int64, len(found))
    return TokenIds(np.fromiter(chain.from_iterable(found), np.int64, counts.sum()), counts)


def _words(text: str) -> list[str]:
    """What lies between single blanks; further blanks stay with the word behind them, as their marks do."""
    if "  " in text or text[:1] == " " or text[-1:] == " ":
        return _WORD.findall(text) or [text]
    return text.split(" ")


def word_tokens(tokenizer: bytes) -> WordTokens | None:
    """What finds the tokens of texts by their words, where a tokenizer (its JSON) lets them be found so."""
    told = json.loads(tokenizer)
    model = told["model"]
    plain = all(told.get(key) == value for key, value in _PLAIN.items())
    if not plain or any(model.get(key) != value for key, value in _MODEL.items()):
        return None
    vocabulary, added = model["vocab"], told.get("added_tokens", ())
    if any(token[how] for token in added for how in ("single_word", "lstrip", "rstrip", "normalized")):
        return None
    if not vocabulary.keys() >= BYTES or any(MARK in token.lstrip(MARK) for token in vocabulary):
        return None
    return WordTokens([token["content"] for token in added])
