"""What embeds texts in tests: a textual model as a folder, a few kilobytes; encoders made up here."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from vecalc.arrays import Singles

WIDTH = 16
VOCABULARY = (
    *(
        "[UNK]",
        "cheap",
        "but",
        "good",
        "slow",
        "delivery",
        "great",
        "quality",
        "price",
        "pizza",
        "town",
        "the",
    ),
    *("was", "and", "in", "best", "product", "soup", "cold", "waiter", "rude", "king", "queen", "food", "w"),
)


def write_textual(folder: Path, seed: int = 5) -> Path:
    """A model in the layout of model2vec: rows, a tokenizer of small words, between blanks."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = np.random.default_rng(seed).normal(size=(len(VOCABULARY), WIDTH)).astype(np.float32)
    save_file({"embeddings": rows}, folder / "model.safetensors")
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {word: i for i, word in enumerate(VOCABULARY)},
            "unk_token": "[UNK]",
        },
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": False}), "utf-8")
    return folder


class Encoding:
    """An encoder made of a function from a text to its numbers; it counts the texts that it is given."""

    def __init__(self, of: Callable[[str], Sequence[float]], identity: str = "made up") -> None:
        self.of = of
        self.identity = identity
        self.seen = 0

    @property
    def dim(self) -> int:
        return len(self.of("w"))

    def encode(self, texts: Sequence[str]) -> Singles:
        self.seen += len(texts)
        return np.array([self.of(text) for text in texts], np.float32).reshape(len(texts), -1)


def by_letters(text: str) -> list[float]:
    """Three numbers that depend on all of a text."""
    return [len(text), sum(map(ord, text)) % 97, 1.0 + text.count("e")]
