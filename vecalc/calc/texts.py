"""Texts in an expression: which model reads them, and their vectors, all of an expression at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vecalc.arrays import Floats
from vecalc.calc.resolve import Key, check_finite, named
from vecalc.errors import NoValue, TypeMismatch, VecalcError
from vecalc.lang.nodes import Text
from vecalc.lang.show import quote, shorten
from vecalc.space import Encoder, VectorSpace
from vecalc.space.text_encoder import TextEncoder

TEXTUAL = "a textual model has a tokenizer beside its rows: model2vec, WordLlama, StaticEmbedding"


def reader_of(node: Text, spaces: Mapping[str, VectorSpace], default: str) -> tuple[str, list[str]]:
    """The space that reads a text: the one it names, the default one, or the only textual one, with a note.

    Raises `UnknownName` for a space that is not loaded, `TypeMismatch` where none can read a text.
    """
    if node.space:
        name = named(node.space, node.span, spaces)
        if spaces[name].encoder is None:
            message = f"{name or spaces[name].name} is not a textual model, so it can't read a text"
            raise TypeMismatch(message, span=node.span, hint=TEXTUAL)
        return name, []
    if spaces[default].encoder is not None:
        return default, []
    textual = [name for name, space in spaces.items() if space.encoder is not None]
    if len(textual) == 1:
        return textual[0], [f"{quote(shorten(node.text))} read as a text of {textual[0]}"]
    if textual:
        message = f"several models can read a text: {', '.join(textual)}"
        raise TypeMismatch(message, span=node.span, hint=f'name one: text("...", {textual[0]})')
    raise TypeMismatch("no loaded model can read a text", span=node.span, hint=TEXTUAL)


def read_as_text(text: str, encoder: Encoder) -> str:
    """The note on a word that was read as a text."""
    tokens = ""
    if isinstance(encoder, TextEncoder):
        count = len(encoder.tokens(text))
        tokens = f" of {count:,} token{'' if count == 1 else 's'}"
    return f"{shorten(text)} read as a text{tokens}"


def encoded(texts: Mapping[Key, Text], spaces: Mapping[str, VectorSpace]) -> dict[Key, Floats]:
    """The vectors of texts, a space at a time. Raises `NoValue` for one without a direction."""
    found: dict[Key, Floats] = {}
    for name in dict.fromkeys(key.space for key in texts):
        keys = [key for key in texts if key.space == name]
        encoder = spaces[name].encoder
        assert encoder is not None  # noqa: S101 - or they would be no texts of it
        try:
            vectors = encoder.encode([key.word for key in keys]).astype(np.float64)
        except VecalcError as problem:
            raise problem.at(texts[keys[0]].span) from None
        for key, vector in zip(keys, vectors, strict=True):
            if not vector.any():
                raise NoValue(
                    f"the text {quote(shorten(key.word))} has no direction: the model has no tokens for it",
                    span=texts[key].span,
                )
        check_finite(keys, vectors)
        found.update(zip(keys, vectors, strict=True))
    return found
