"""Tokens that are found word by word are those of the whole text, and only where they must be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from vecalc.space.word_tokens import _MODEL, _PLAIN, BYTES, TokenIds, WordTokens, word_tokens

PIECES = ["▁", "▁▁", "e", "t", "h", "th", "▁th", "▁the", "he", "n", "▁n", "en", "then", "▁then", "ö"]
PAIRS = ["t h", "▁ th", "▁th e", "h e", "e n", "▁ n", "▁the n", "▁ ▁"]
VOCABULARY = ["<unk>", "</s>", *sorted(BYTES), *PIECES]
SPECIAL = [
    {"id": i, "content": text, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    for i, text in enumerate(VOCABULARY[:2])
]


def told(**changes: Any) -> dict[str, Any]:
    """A tokenizer as Llama's, of few tokens."""
    model = {
        **_MODEL,
        "unk_token": "<unk>",
        "fuse_unk": True,
        "ignore_merges": False,
        "vocab": {token: i for i, token in enumerate(VOCABULARY)},
        "merges": [pair.split() for pair in PAIRS],
    }
    added = [{**token, "special": True} for token in SPECIAL]
    return {
        "version": "1.0",
        **_PLAIN,
        "added_tokens": added,
        "post_processor": None,
        "decoder": None,
        "model": model,
        **changes,
    }


RAW = json.dumps(told()).encode()
WHOLE = Tokenizer.from_buffer(RAW)


def encode(texts: list[str]) -> list[list[int]]:
    return [one.ids for one in WHOLE.encode_batch_fast(texts, add_special_tokens=False)]


def each(found: TokenIds) -> list[list[int]]:
    """The tokens of each text."""
    return [some.tolist() for some in np.split(found.ids, np.cumsum(found.counts))[:-1]]


def found(raw: bytes) -> WordTokens:
    """What finds the tokens of a tokenizer word by word."""
    by_words = word_tokens(raw)
    assert by_words is not None
    return by_words


TEXTS = st.lists(st.sampled_from([*"then  ▁ö<\n日x", "  ", "<unk>", "</s>", "</s>e"]), max_size=30).map(
    "".join
)


@given(texts=st.lists(TEXTS, max_size=8))
def test_tokens_of_words_are_those_of_texts(texts: list[str]) -> None:
    by_words = found(RAW)
    expected = encode(texts)
    assert each(by_words.ids(texts, encode)) == expected
    assert each(by_words.ids(texts, encode)) == expected  # now that the words are known


def test_a_word_is_looked_for_once() -> None:
    asked: list[list[str]] = []

    def noted(texts: list[str]) -> list[list[int]]:
        asked.append(sorted(texts))
        return encode(texts)

    by_words = found(RAW)
    assert len(by_words.ids(["the hen", "then the", "the  hen"], noted).counts) == 3
    assert len(by_words.ids(["hen then the", "e</s> the", "n▁n"], noted).counts) == 3
    assert asked == [[" hen", "hen", "the", "then"], [" the", "</s>", "e", "n▁n"]]


@pytest.mark.parametrize("bound", ["MOST_WORDS", "MOST_CHARACTERS"])
def test_few_words_are_known_at_a_time(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"vecalc.space.word_tokens.{bound}", 2)
    by_words = found(RAW)
    texts = [["the hen then"], ["he the"], ["hen he"]]
    assert [each(by_words.ids(some, encode)) for some in texts] == list(map(encode, texts))
    assert len(by_words._numbers) < len({"the", "hen", "then", "he"})


def changed(key: str, value: Any) -> dict[str, Any]:
    return told(model={**told()["model"], key: value})


@pytest.mark.parametrize(
    "other",
    [
        lambda: told(normalizer=None),
        lambda: told(pre_tokenizer={"type": "Whitespace"}),
        lambda: told(truncation={"max_length": 3}),
        lambda: told(padding={"strategy": "BatchLongest"}),
        lambda: told(added_tokens=[{**SPECIAL[0], "lstrip": True}]),
        lambda: changed("type", "Unigram"),
        lambda: changed("dropout", 0.1),
        lambda: changed("byte_fallback", False),
        lambda: changed("vocab", {"th▁e": 0, **told()["model"]["vocab"]}),
        lambda: changed("vocab", {"the": 0}),
    ],
)
def test_other_tokenizers_take_whole_texts(other: Callable[[], dict[str, Any]]) -> None:
    assert word_tokens(json.dumps(other()).encode()) is None
