"""Vectors of texts, as a textual model makes them: the mean of the rows of the tokens in a text.

The tokenizer is the JSON of the package `tokenizers`, which is loaded when the first text is met: that and
reading the JSON take some 80 ms, and most questions hold words alone. Sources: `StaticModel.encode` of
model2vec (Tulkens and van Dongen 2024), `WordLlamaInference.embed` of WordLlama, and `StaticEmbedding` of
sentence-transformers; what they leave out and cut off differs, and is in the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from vecalc.arrays import AnyArray, Bytes, Numbers, Singles
from vecalc.errors import FileProblem, LimitExceeded
from vecalc.space import digest
from vecalc.space.text_sums import Gather, sums_of_rows
from vecalc.space.word_tokens import WORTH_IT, TokenIds, WordTokens, token_ids, word_tokens

AT_ONCE = 1024  # texts whose tokens are looked for in one go, on all cores
CHARACTERS = 1 << 18  # and fewer where they are long: tokens take some 60 bytes a character for a while
LONGEST_TEXT = 1 << 22  # characters, as a long novel has
NO_PLACE = -1
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, or a byte that was none: no tokenizer has it
NO_CHARACTER = "\ufffd"
_LONGEST_REASON = 200  # characters of what the package says


class TextRules(NamedTuple):
    """How a textual model reads a text, as its own package does."""

    tokenizer: bytes | Bytes  # JSON, which also says after how many tokens a text is cut off
    characters: int | None = None  # of a text that are read at all
    normalized: bool = False  # whether the vectors of texts have length 1


class TokenRows(NamedTuple):
    """Where the rows of tokens are; some are no words of the space: a newline, say."""

    places: AnyArray  # [ids] a row of the space, from n on one of the others; NO_PLACE: no share in a text
    others: AnyArray  # [k, d]


class TextToken(NamedTuple):
    """A token of a text, and its row."""

    text: str
    row: Singles  # [d]


class TextEncoder:
    """The encoder of a textual model whose words have the rows [n, d], of any real type, only read.

    `where` is its place, for problems; `known_by` stands for all that it is made of, where digests are known.
    """

    def __init__(
        self, rules: TextRules, tokens: TokenRows, rows: AnyArray, where: str = "", known_by: bytes = b""
    ) -> None:
        self.rules = rules
        self._places, self._others = tokens
        self._rows = rows
        self._where = where
        self._known_by = known_by
        self._identity = ""
        self._tokenizer: Any = None
        self._word_tokens: tuple[WordTokens | None] | None = None  # None as long as nobody looked
        self._read = 0  # characters

    @property
    def dim(self) -> int:
        """Components of a vector, d."""
        return int(self._rows.shape[1])

    @property
    def identity(self) -> str:
        """The digest of all that a vector depends on."""
        if not self._identity:
            hashed = digest.running()
            hashed.update(self._known_by or bytes(self.rules.tokenizer) + repr(self.rules[1:]).encode())
            for part in () if self._known_by else (self._places, self._others, self._rows):
                hashed.update(np.ascontiguousarray(part).data.cast("B") if part.size else b"")
            self._identity = digest.noted(hashed)
        return self._identity

    def encode(self, texts: Sequence[str]) -> Singles:
        """The vectors [t, d] of some texts, as the model itself gives them; of one without tokens zeros.

        Raises `FileProblem` without the package or for a tokenizer that is not sound, `LimitExceeded`.
        """
        result = np.empty((len(texts), self.dim), np.float32)
        first = 0
        for found in self._token_ids(texts):
            places, counts = self._shares(found)[1:]
            sums = sums_of_rows(self._gather_of(places), places, counts, self.dim)
            sums /= np.maximum(counts, 1)[:, None]
            result[first : first + len(sums)] = sums
            first += len(sums)
        if self.rules.normalized:
            lengths = np.sqrt(np.einsum("td,td->t", result, result, dtype=np.float64))
            result /= np.where(lengths > 0, lengths, 1.0).astype(np.float32)[:, None]
        return result

    def tokens(self, text: str) -> list[TextToken]:
        """The tokens that have a share in a text, in its order. Raises as `encode` does."""
        (found,) = self._token_ids([text])
        ids, places, _ = self._shares(found)
        names = map(str, map(self._opened().id_to_token, ids.tolist()))
        return list(map(TextToken, names, self._gathered(places).astype(np.float32)))

    def _shares(self, found: TokenIds) -> tuple[Numbers, Numbers, Numbers]:
        """The tokens that have a share in their text, where their rows are, and how many each text has."""
        ids, counts = found
        if ids.size and ids.max() >= len(self._places):
            raise _unsound(f"it finds token {ids.max():,} of {len(self._places):,}", self._where)
        places = self._places[ids]
        has_share = places != NO_PLACE
        if has_share.all():
            return ids, places, counts
        before = np.concatenate([[0], np.cumsum(has_share)])
        ends = np.cumsum(counts)
        return ids[has_share], places[has_share], before[ends] - before[ends - counts]

    def _gather_of(self, places: Numbers) -> Gather:
        """What gives the rows at some of these places."""
        if (places >= len(self._rows)).any():
            return self._gathered
        return lambda some: self._rows.take(some, 0)

    def _gathered(self, places: Numbers) -> AnyArray:
        """The rows at some places [p, d]."""
        n = len(self._rows)
        is_other = places >= n
        if not is_other.any():
            return self._rows.take(places, 0)
        rows = np.empty((len(places), self.dim), np.float32)
        rows[is_other] = self._others[places[is_other] - n]
        rows[~is_other] = self._rows[places[~is_other]]
        return rows

    # --- the tokenizer --------------------------------------------------------------------------------

    def _token_ids(self, texts: Sequence[str]) -> Iterator[TokenIds]:
        """The tokens of the texts, some texts at a time."""
        for some in _batches([text[: self.rules.characters] for text in texts]):
            whole = [SURROGATE.sub(NO_CHARACTER, text) for text in some]
            if by_words := self._by_words(whole):
                yield by_words.ids(whole, self._encoded)
            else:
                yield token_ids(self._encoded(whole))

    def _encoded(self, texts: list[str]) -> list[list[int]]:
        """The tokens of each text, as the package finds them."""
        tokenizer = self._opened()
        with _guarded(self._where):
            return [one.ids for one in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    def _by_words(self, texts: Sequence[str]) -> WordTokens | None:
        """What finds the tokens by words, once so much was read, with these, that it is worth it."""
        self._read += sum(map(len, texts))
        if self._word_tokens is None and self._read >= WORTH_IT:
            with _guarded(self._where):
                self._word_tokens = (word_tokens(bytes(self.rules.tokenizer)),)
        return self._word_tokens[0] if self._word_tokens else None

    def _opened(self) -> Any:
        if self._tokenizer is None:
            try:
                from tokenizers import Tokenizer
            except ImportError:
                message = "a text needs the package tokenizers, which is not installed"
                raise FileProblem(message, where=self._where, hint="pip install 'vecalc[text]'") from None
            with _guarded(self._where):
                self._tokenizer = Tokenizer.from_buffer(bytes(self.rules.tokenizer))
        return self._tokenizer


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Some thousand texts, or fewer where they are long."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if len(text) > LONGEST_TEXT:
            raise LimitExceeded(
                f"a text of {len(text):,} characters, at most {LONGEST_TEXT:,} are read",
                hint="cut it into parts",
            )
        if batch and (len(batch) == AT_ONCE or size + len(text) > CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


@contextmanager
def _guarded(where: str) -> Iterator[None]:
    """Whatever the package says of a tokenizer is a problem of the model; its panics are no `Exception`s."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        raise _unsound(str(error).partition("\n")[0][:_LONGEST_REASON], where) from None


def _unsound(why: str, where: str) -> FileProblem:
    message = f"the model's tokenizer is not sound: {why}"
    return FileProblem(message, where=where, hint="fetch the model again")
