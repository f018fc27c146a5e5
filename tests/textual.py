"""Textual models, made here or from the package registry, and what their own packages make of a text."""

from __future__ import annotations

import importlib.util
import json
import random
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from vecalc.arrays import Singles
from vecalc.space import VectorSpace
from vecalc.space.matrix import MatrixSpace
from vecalc.space.text_encoder import NO_PLACE, TextEncoder, TextRules, TokenRows

WIDTH = 8
CORPUS = [
    "I want to eat american food, not french food.",
    "the king and the queen want cheap flights and expensive hotels",
    "kings, queens and the naïve king's café — 日本語 русский",
    "unwanted wanting wanted eating eater eats foods foodie",
] * 3
Train = Callable[[], Tokenizer]


def word_piece() -> Tokenizer:
    """BERT's: small letters, ##ing, an unknown token."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106 - a token of a text
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=200, special_tokens=special))
    return tokenizer


def unigram() -> Tokenizer:
    """SentencePiece's: ▁king, an unknown token by its id."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(
        CORPUS,
        trainers.UnigramTrainer(vocab_size=150, special_tokens=["[PAD]", "[UNK]"], unk_token="[UNK]"),  # noqa: S106
    )
    return tokenizer


def bytes_bpe() -> Tokenizer:
    """GPT's: Ġking, no unknown token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    trainer = trainers.BpeTrainer(vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


KINDS: dict[str, Train] = {"WordPiece": word_piece, "Unigram": unigram, "byte-level BPE": bytes_bpe}


def rows_for(count: int, seed: int = 3) -> Singles:
    """As many rows of random numbers."""
    return np.random.default_rng(seed).standard_normal((count, WIDTH)).astype(np.float32)


def textual(words: VectorSpace, whole: Sequence[str]) -> MatrixSpace:
    """A space of pieces: some words of another whole, all letters, and `king` and `s` within words."""
    begin = [f"▁{word}" for word in whole]
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    tokens = ["<unk>", *begin, "king", "▁", *letters]
    vocabulary = [(token, -1.0 if len(token) > 2 else -5.0) for token in tokens]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    own = words.vectors([row for word in whole if (row := words.row(word)) is not None], np.float32)
    spelled = np.random.default_rng(8).normal(size=(len(tokens) - len(begin) - 1, words.dim)) / 3
    rows = np.vstack([np.zeros((1, words.dim)), own, spelled]).astype(np.float32)
    places = np.arange(len(tokens), dtype=np.int32)
    places[0] = NO_PLACE
    rules = TextRules(tokenizer.to_str().encode())
    encoder = TextEncoder(rules, TokenRows(places, np.empty((0, words.dim), np.float32)), rows)
    return MatrixSpace(tokens, rows, "pieces", encoder=encoder)


def static_model(tokenizer: Tokenizer, **how: Any) -> Any:
    """A model of model2vec, with random rows unless they are given."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it imports
        from model2vec import StaticModel
    vectors = how.pop("vectors", None)
    return StaticModel(rows_for(tokenizer.get_vocab_size()) if vectors is None else vectors, tokenizer, **how)


def sentence_transformer(folder: Path, tokenizer: Tokenizer, *, normalized: bool) -> Singles:
    """A folder of sentence-transformers with a static embedding; its rows."""
    from safetensors.numpy import save_file

    rows = rows_for(tokenizer.get_vocab_size())
    inner = folder / "0_StaticEmbedding"
    inner.mkdir(parents=True)
    save_file({"embedding.weight": rows}, inner / "model.safetensors")
    tokenizer.save(str(inner / "tokenizer.json"))
    kinds = ["StaticEmbedding", *(["Normalize"] if normalized else [])]
    modules = [
        {"idx": i, "path": f"{i}_{kind}", "type": f"sentence_transformers.models.{kind}"}
        for i, kind in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    return rows


def word_llama() -> Path:
    """The folder of WordLlama's package: its rows in weights/, its tokenizer in tokenizers/."""
    spec = importlib.util.find_spec("wordllama")
    assert spec is not None
    (root,) = spec.submodule_search_locations or ()
    return Path(root)


def own_word_llama() -> Any:
    """WordLlama as its own package reads it."""
    from safetensors.numpy import load_file

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from wordllama.inference import WordLlamaInference
    folder = word_llama()
    rows = load_file(folder / "weights" / "l2_supercat_256.safetensors")["embedding.weight"]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    return WordLlamaInference(rows, tokenizer)


_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz    ABC'.,!-",
    "the king and queen want food ",
    "äöüßéñçøåœ ÄÉ",
    "日本語中文字 ひらカタ",
    "русский текст",
    "👑🍕👩‍👧🇬🇧👍🏽 ",
    "\x00\x01\x7f\t\n\r\u200b\u00a0\ufeff\u202e\u2028",
    "0123456789.,%$",
    "▁Ġ##<unk></s>[UNK][PAD] ",
    "ﬁﬀ①Ⅷ½\u0301\u0308\u05d0\u0627\u0e01",
)


def fuzzed(count: int, seed: int = 5) -> list[str]:
    """Texts of every kind: empty, blank, long, with control characters, of many scripts and none."""
    chance = random.Random(seed)  # noqa: S311 - no secrets
    found = [
        "",
        " ",
        "   ",
        "\n",
        "\0",
        "a" * 5000,
        "king " * 2000,
        "日" * 3000,
        "\t king\t",
        "King KING king",
    ]
    while len(found) < count:
        alphabets = chance.sample(_ALPHABETS, chance.randint(1, 3))
        size = chance.choice([1, 3, 10, 40, 200])
        found.append("".join(chance.choice(chance.choice(alphabets)) for _ in range(size)))
    return found[:count]


def lines_of(path: Path, count: int) -> Sequence[str]:
    """The first lines of a packed text."""
    import gzip

    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [next(stream).rstrip("\n") for _ in range(count)]
