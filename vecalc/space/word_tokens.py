"""Tokens of texts by their words, each word's found once: for tokenizers no token of which goes over a blank.

SentencePiece's BPE, as Llama and WordLlama have it, merges a whole text at a time, though a blank, which
becomes the mark before the next word, is only ever at the beginning of a token. So the tokens of a text are
those of its words, one behind the other, and most words of many texts are known before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, TypeAlias

MARK = "▁"
WORTH_IT = 500  # texts, from which on to look at the whole vocabulary takes less than it saves
MOST_WORDS = 1 << 16  # known at a time: some 20 MB
LONGEST_WORD = 64  # characters of one that is worth knowing
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

Encode: TypeAlias = Callable[[list[str]], Sequence[Any]]  # whole texts to encodings of `tokenizers`


class WordTokens:
    """What is known of the words of texts; `apart` are tokens that are looked for before anything else."""

    def __init__(self, apart: Sequence[str]) -> None:
        self._apart = (MARK, *apart)
        self._known: dict[str, list[int]] = {}

    def ids(self, texts: Sequence[str], encode: Encode) -> Iterator[list[int]]:
        """The tokens of each text, as `encode` finds them."""
        if len(self._known) > MOST_WORDS:
            self._known = {}
        known, split = self._known, [self._words(text) for text in texts]
        fresh = list({word for words in split for word in words if word not in known})
        whole = [text for text, words in zip(texts, split, strict=True) if not words]
        found = [one.ids for one in encode([*fresh, *whole])]
        known.update(zip(fresh, found, strict=False))
        wholes = iter(found[len(fresh) :])
        for words in split:
            yield list(chain.from_iterable(map(known.__getitem__, words))) if words else next(wholes)

    def _words(self, text: str) -> list[str]:
        """The words of a text between single blanks; none of one that has to be read as a whole."""
        words = text.split(" ")
        if "" in words or max(map(len, words)) > LONGEST_WORD or any(token in text for token in self._apart):
            return []
        return words


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
