"""Tokens that are bytes, spelled as letters, as text: `Ġking` is " king", `Ċ` a newline.

Byte-level BPE (GPT-2, Llama 3, Qwen, RoBERTa) spells the 188 bytes that Latin-1 shows as these letters, the
others as those from U+0100 on. Bytes that are not UTF-8, as the pieces of a longer character, are escaped
reversibly, as in any word. A token keeps the tokenizer's spelling where its text could not be a word (it
holds a newline), or is that of another token; so no two become one. Special tokens are texts already.
Source: GPT-2's encoder.py (`bytes_to_unicode`), Radford et al. 2019; the package tokenizers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from vecalc.sources import Source

_SHOWN = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))
_REST = [byte for byte in range(256) if byte not in _SHOWN]
_LETTERS = {chr(byte): byte for byte in _SHOWN} | {chr(256 + i): byte for i, byte in enumerate(_REST)}
# To Latin-1, in which each byte is one character: what is no letter of a byte can't be encoded then.
_TO_LATIN = {ord(letter): byte for letter, byte in _LETTERS.items()}
_TO_LATIN |= {ord(c): 0x2603 for c in map(chr, range(256)) if c not in _LETTERS}
_BYTE_LEVEL = "ByteLevel"
_STAGES = ("pre_tokenizer", "decoder", "normalizer")
_PARTS = ("pretokenizers", "decoders", "normalizers")
_DEEPEST = 8  # stages in stages; none in use goes beyond two

READ = "its tokens are bytes, spelled as letters; they are read as text: 'Ġking' as ' king'"
SPELLED = "tokens that keep the tokenizer's spelling, as their text holds a newline or is another token's"
ESCAPED = "tokens that are not UTF-8 alone, their bytes escaped reversibly"


_WORD_END = "</w>"  # behind the last piece of a word; Sennrich et al. 2016, kept by GPT-1, XLM and CLIP
_LEAST_ENDS = 0.1  # share of the tokens that carry it, where it is such a mark
ENDED = "tokens that end a word carry </w>: 'king</w>' is the word, 'king' a piece before more of one"


def has_word_ends(words: Sequence[str]) -> bool:
    """Whether tokens are pieces of which the last of a word carries a mark."""
    return sum(word.endswith(_WORD_END) for word in words) > _LEAST_ENDS * len(words)


def is_byte_level(tokenizer: dict[str, Any]) -> bool:
    """Whether a tokenizer.json says that its tokens are bytes."""
    return any(_says_so(tokenizer.get(stage), 0) for stage in _STAGES)


def shows_bytes(words: Collection[str]) -> bool:
    """Whether all letters that stand for bytes are words, as in every vocabulary that was made of bytes."""
    return len(words) >= len(_LETTERS) and _LETTERS.keys() <= set(words)


def in_text(words: Sequence[str], special: Collection[str], source: Source) -> list[str]:
    """The tokens of a byte-level tokenizer as text [n]; those that are `special` as they are."""
    texts = [None if word in special else _text(word) for word in words]
    kept = {word for word, text in zip(words, texts, strict=True) if text is None or "\n" in text}
    found: list[str] = []
    spelled = 0
    for word, text in zip(words, texts, strict=True):
        keeps = text is None or (text != word and (word in kept or text in kept))
        spelled += keeps and text is not None
        found.append(word if text is None or keeps else text)
    source.tally.remarks[READ] = None
    for what, count in ((SPELLED, spelled), (ESCAPED, sum(map(_is_escaped, found)))):
        if count:
            source.tally.remarks[f"{what}: {count:,}"] = None
    return found


def _text(token: str) -> str | None:
    """What the bytes are that a token spells, None for one that has other letters."""
    try:
        return token.translate(_TO_LATIN).encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None


def _is_escaped(word: str) -> bool:
    return not word.isascii() and any("\udc80" <= c <= "\udcff" for c in word)


def _says_so(stage: Any, depth: int) -> bool:
    if not isinstance(stage, dict) or depth > _DEEPEST:
        return False
    return stage.get("type") == _BYTE_LEVEL or any(_says_so(inner, depth + 1) for inner in _inner(stage))


def _inner(stage: dict[str, Any]) -> Iterator[Any]:
    for name in _PARTS:
        if isinstance(parts := stage.get(name), list):
            yield from parts
