"""Tokens that are spelled bytes are read as text: what the tokenizer itself decodes, and no two as one."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from array_files import tokenizer
from hypothesis import given
from hypothesis import strategies as st
from running import vecalc
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from vecalc.formats.load import load
from vecalc.formats.token_text import ENDED, in_text, shows_bytes
from vecalc.sources import FileTally, Reading, Source

TEXT = ["the king and the queen", "a naïve café in 東京\nand\n\nmore", "x\ty 👑 1984"] * 20
READ = "its tokens are bytes, spelled as letters; they are read as text: 'Ġking' as ' king'"
SPELLED = "tokens that keep the tokenizer's spelling, as their text holds a newline or is another token's"
ESCAPED = "tokens that are not UTF-8 alone, their bytes escaped reversibly"


def letters() -> dict[int, str]:
    """The letter of each byte, as GPT-2's encoder.py has it."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    rest = [byte for byte in range(256) if byte not in shown]
    return {byte: chr(byte) for byte in shown} | {byte: chr(256 + i) for i, byte in enumerate(rest)}


LETTERS = letters()


def spelled(data: bytes) -> str:
    return "".join(LETTERS[byte] for byte in data)


@pytest.fixture(scope="module")
def trained() -> Tokenizer:
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = ["<|endoftext|>", "<|ein Ende|>"]
    made.train_from_iterator(
        TEXT, trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, special_tokens=special)
    )
    made.add_tokens(["Ġspelled so"])
    return made


def rows_for(count: int) -> np.ndarray:
    return np.random.default_rng(4).normal(size=(count, 3)).astype(np.float32)


def with_rows(folder: Path, name: str, text: str, count: int) -> Path:
    np.save(folder / "model.npy", rows_for(count))
    (folder / name).write_text(text, "utf-8")
    return folder / "model.npy"


def check(words: list[str], trained: Tokenizer) -> None:
    """Each word is what the tokenizer makes of its token, or, with a newline in it, the token."""
    assert len(set(words)) == len(words) == trained.get_vocab_size()
    special = trained.get_added_tokens_decoder()
    for row, word in enumerate(words):
        token, text = trained.id_to_token(row), trained.decode([row], skip_special_tokens=False)
        if row in special or "\n" in text:
            assert word == token
        else:
            data = word.encode("utf-8", "surrogateescape")
            assert data.decode("utf-8", "replace") == text
            assert spelled(data) == token


# --- where they are read ------------------------------------------------------------------------


def test_of_a_tokenizer(trained: Tokenizer, tmp_path: Path) -> None:
    path = with_rows(tmp_path, "tokenizer.json", trained.to_str(), trained.get_vocab_size())
    loaded = load(path)
    words = list(loaded.space.words())
    check(words, trained)
    assert {" king", "Ċ", "<|endoftext|>", "<|ein Ende|>", "Ġspelled so", "\udcf0", " "} <= set(words)
    newlines = sum("Ċ" in trained.id_to_token(row) for row in range(len(words)))
    escaped = sum(any("\udc80" <= c <= "\udcff" for c in word) for word in words)
    assert loaded.notes == (READ, f"{SPELLED}: {newlines}", f"{ESCAPED}: {escaped}")


def test_marks_at_the_ends_of_words_are_told(tmp_path: Path) -> None:
    """A bare `king` is the piece of that name, and not the word."""
    words = ["king", "king</w>", "queen</w>", *map(str, range(9))]
    path = with_rows(
        tmp_path, "vocab.json", json.dumps({word: i for i, word in enumerate(words)}), len(words)
    )
    assert ENDED in load(path).notes
    others = ["king", "</w>", *map(str, range(20))]
    assert ENDED not in load(with_rows(tmp_path, "vocab.json", json.dumps(others), len(others))).notes


def test_of_a_vocabulary_that_shows_it(trained: Tokenizer, tmp_path: Path) -> None:
    """vocab.json and merges.txt, as GPT-2 has them; special tokens spell themselves."""
    vocabulary = trained.get_vocab(with_added_tokens=False)
    path = with_rows(tmp_path, "vocab.json", json.dumps(vocabulary), len(vocabulary))
    loaded = load(path)
    words = dict(enumerate(loaded.space.words()))
    assert words[vocabulary["Ġking"]] == " king"
    assert words[vocabulary["Ċ"]] == "Ċ"
    assert words[vocabulary["<|endoftext|>"]] == "<|endoftext|>"
    assert READ in loaded.notes


def in_gguf(path: Path, trained: Tokenizer, model: str = "gpt2", *, types: bool = True) -> Path:
    writer = gguf.GGUFWriter(path, "gpt2")
    writer.add_tokenizer_model(model)
    count = trained.get_vocab_size()
    writer.add_token_list([trained.id_to_token(row) for row in range(count)])
    special = trained.get_added_tokens_decoder()
    if types:
        writer.add_token_types([3 if row in special else 1 for row in range(count)])
    writer.add_tensor("token_embd.weight", rows_for(count))
    for write in (
        writer.write_header_to_file,
        writer.write_kv_data_to_file,
        writer.write_tensors_to_file,
        writer.close,
    ):
        write()
    return path


def test_of_gguf(trained: Tokenizer, tmp_path: Path) -> None:
    loaded = load(in_gguf(tmp_path / "model.gguf", trained))
    check(list(loaded.space.words()), trained)
    assert loaded.notes[0] == READ
    untyped = list(load(in_gguf(tmp_path / "untyped.gguf", trained, types=False)).space.words())
    assert {" king", "<|endoftext|>"} <= set(untyped)


# --- and where they are not -------------------------------------------------------------------------


def test_other_tokenizers_stay_as_they_are(trained: Tokenizer, tmp_path: Path) -> None:
    loaded = load(in_gguf(tmp_path / "model.gguf", trained, "llama"))
    words = [trained.id_to_token(row) for row in range(trained.get_vocab_size())]
    assert list(loaded.space.words()) == words
    vocabulary = {word: row for row, word in enumerate(["▁king", "Ġking", "##ing", "Ċ"])}
    for name, text in (("tokenizer.json", tokenizer(vocabulary)), ("vocab.json", json.dumps(vocabulary))):
        (folder := tmp_path / name[:-5]).mkdir()
        loaded = load(with_rows(folder, name, text, 4))
        assert list(loaded.space.words()) == list(vocabulary)
        assert READ not in loaded.notes


@pytest.mark.parametrize(
    ("stages", "says_so"),
    [
        ({"pre_tokenizer": {"type": "ByteLevel"}}, True),
        ({"decoder": {"type": "ByteLevel"}, "pre_tokenizer": None}, True),
        ({"pre_tokenizer": {"pretokenizers": [{"type": "Split"}, {"type": "ByteLevel"}]}}, True),
        ({"normalizer": {"type": "Sequence", "normalizers": [{"type": "ByteLevel"}]}}, True),
        ({"pre_tokenizer": {"type": "Metaspace"}, "decoder": {"type": "ByteFallback"}}, False),
        ({"post_processor": {"type": "ByteLevel"}, "pre_tokenizer": [], "decoder": "ByteLevel"}, False),
        ({"decoder": {"type": "Sequence", "decoders": {"type": "ByteLevel"}}}, False),
    ],
)
def test_what_a_tokenizer_says(stages: dict[str, Any], says_so: bool, tmp_path: Path) -> None:
    value = {"model": {"vocab": {"a": 0, "Ġa": 1}}, **stages}
    loaded = load(with_rows(tmp_path, "tokenizer.json", json.dumps(value), 2))
    assert list(loaded.space.words()) == ["a", " a" if says_so else "Ġa"]


def test_stages_in_stages_have_an_end(tmp_path: Path) -> None:
    stage: dict[str, Any] = {"type": "ByteLevel"}
    for _ in range(400):
        stage = {"type": "Sequence", "pretokenizers": [stage]}
    value = {"model": {"vocab": {"a": 0, "Ġa": 1}}, "pre_tokenizer": stage}
    loaded = load(with_rows(tmp_path, "tokenizer.json", json.dumps(value), 2))
    assert list(loaded.space.words()) == ["a", "Ġa"]


# --- laws ----------------------------------------------------------------------------------------


def read(words: list[str], special: tuple[str, ...] = ()) -> list[str]:
    return in_text(words, special, Source(Path("x"), BytesIO(), 0, 0, Reading(), FileTally()))


def test_a_text_that_another_token_has_is_not_taken() -> None:
    """Runs of blanks are often added to a vocabulary that has them already, as `ĠĠ`."""
    assert read(["Ġ", "ĠĠ", "  "], ("  ",)) == [" ", "ĠĠ", "  "]
    newline, letter = spelled(b"\n"), spelled("Ċ".encode())
    assert read([newline, letter]) == [newline, letter]
    assert read(["日", "æĹ¥"]) == ["日", "æĹ¥"]


@given(st.lists(st.binary(min_size=1, max_size=6), min_size=1, unique=True))
def test_bytes_are_read_reversibly(pieces: list[bytes]) -> None:
    tokens = [spelled(data) for data in pieces]
    words = read(tokens)
    for data, token, word in zip(pieces, tokens, words, strict=True):
        assert "\n" not in word
        assert word == token or word.encode("utf-8", "surrogateescape") == data


@given(st.sets(st.text(min_size=1, max_size=4)))
def test_what_spells_no_bytes_stays(words: set[str]) -> None:
    foreign = [word + "日" for word in words]
    assert read(foreign) == foreign


def test_a_vocabulary_shows_all_bytes_or_none() -> None:
    assert shows_bytes([*LETTERS.values(), "king"])
    assert not shows_bytes([*list(LETTERS.values())[1:], "king", "queen"])
    assert shows_bytes([]) is False


def test_a_word_with_a_blank_before_it_is_asked_for_in_quotes_and_nothing_is_wrong(
    trained: Tokenizer, tmp_path: Path
) -> None:
    path = with_rows(tmp_path, "tokenizer.json", trained.to_str(), trained.get_vocab_size())
    done = vecalc("-m", path, '" king"', "-k", 2)
    assert done.code == 0, done.err
    done = vecalc("models", "check", path)
    assert done.code == 0, done.out
