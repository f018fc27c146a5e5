"""Texts in an expression: how they were read, and their vectors, all of an expression at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from vecalc.arrays import Floats
from vecalc.errors import NoValue, VecalcError
from vecalc.lang.nodes import Text
from vecalc.lang.show import quote, shorten
from vecalc.space import Encoder, VectorSpace
from vecalc.space.text_encoder import TextEncoder


def read_as_text(text: str, encoder: Encoder) -> str:
    """The note on a word that was read as a text; "" for one without tokens, which is none."""
    tokens = ""
    if isinstance(encoder, TextEncoder):
        count = len(encoder.tokens(text))
        if not count:
            return ""
        tokens = f" of {count:,} token{'' if count == 1 else 's'}"
    return f"{shorten(text)} read as a text{tokens}"


def encoded(texts: Collection[Text], spaces: Mapping[str, VectorSpace]) -> list[Floats]:
    """The vectors of texts, in their order; a space reads all of its own in one go.

    Raises `NoValue` for one without a direction, and what an encoder raises.
    """
    found: dict[Text, Floats] = {}
    for name in dict.fromkeys(text.space for text in texts):
        own = [text for text in texts if text.space == name]
        encoder = spaces[name].encoder
        assert encoder is not None  # noqa: S101 - or they would be no texts of it
        try:
            vectors = encoder.encode([text.text for text in own])
        except VecalcError as problem:
            raise problem.at(own[0].span) from None
        found.update(zip(own, vectors.astype(np.float64), strict=True))
    for text, vector in found.items():
        if not vector.any():
            has_tokens = isinstance(spaces[text.space].encoder, TextEncoder)
            why = "the model has no tokens for it" if has_tokens else "its vector is zero"
            raise NoValue(f"the text {quote(shorten(text.text))} has no direction: {why}", span=text.span)
    return [found[text] for text in texts]
