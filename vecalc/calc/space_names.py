"""Which loaded space is meant: by an argument of `map` and `text`, and by a text that names none."""

from __future__ import annotations

from collections.abc import Mapping

from vecalc.errors import Span, TypeMismatch, UnknownName
from vecalc.lang.nodes import Text
from vecalc.lang.show import quote, shorten
from vecalc.space import VectorSpace

TEXTUAL = "a textual model has a tokenizer beside its rows: model2vec, WordLlama, StaticEmbedding"


def named(text: str, span: Span, spaces: Mapping[str, VectorSpace]) -> str:
    """The key of a space that is called by its name, or by its caption where it has no name."""
    if text and text in spaces:
        return text
    captions = [key for key, space in spaces.items() if space.name == text]
    if not captions:
        from vecalc.near import did_you_mean

        known = ", ".join(sorted(key or space.name for key, space in spaces.items()))
        raise UnknownName(
            f"there is no space '{text}'",
            span=span,
            hint=f"{did_you_mean(text, spaces)} load it with -m {text}=FILE (loaded: {known})".lstrip(),
        )
    return captions[0]


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
