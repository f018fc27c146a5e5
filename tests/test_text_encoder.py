"""Texts as textual models read them: equal to what their own packages give, through every door."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data import data_file, needs_data
from running import loaded, vecalc
from safetensors.numpy import save_file
from textual import (
    KINDS,
    WIDTH,
    Train,
    bytes_bpe,
    fuzzed,
    lines_of,
    own_word_llama,
    rows_for,
    sentence_transformer,
    static_model,
    unigram,
    word_llama,
    word_piece,
)
from tokenizers import Tokenizer

from vecalc.errors import FileProblem, LimitExceeded
from vecalc.formats.folders import main_file
from vecalc.formats.load import convert, load
from vecalc.sources import Reading
from vecalc.space import Encoder, VectorSpace, text_encoder, text_sums
from vecalc.space.store import open_store
from vecalc.space.text_encoder import TextEncoder

TOLERANCE = 1e-6
SAMPLE = fuzzed(300)


def encoder_of(space: VectorSpace) -> TextEncoder:
    assert isinstance(space.encoder, TextEncoder)
    return space.encoder


def doors(path: Path, folder: Path, **how: Any) -> Iterator[TextEncoder]:
    """The encoder of a model that is read into memory, and of its store."""
    yield encoder_of(load(path, **how).space)
    place, reading = main_file(path, Reading(**how))
    convert(place, folder / "store", name="it", reading=reading)
    yield encoder_of(open_store(folder / "store"))


def equal(encoder: Encoder, texts: list[str], expected: Any) -> None:
    found = encoder.encode(texts)
    assert found.dtype == np.float32
    worst = np.abs(found - expected).max(axis=1)
    assert worst.max() <= TOLERANCE, (texts[int(worst.argmax())][:80], worst.max())


def own_vectors(model: Any, texts: list[str]) -> Any:
    """What a model of model2vec gives, its sums in float64: thousands of float32 cost it the sixth digit."""
    model.embedding = model.embedding.astype(np.float64)
    return model.encode(texts)


# --- as the packages have it --------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shared", [False, True])
def test_model2vec(kind: str, normalize: bool, weighted: bool, shared: bool, tmp_path: Path) -> None:
    tokenizer = KINDS[kind]()
    count = tokenizer.get_vocab_size()
    chance = np.random.default_rng(1)
    model = static_model(
        tokenizer,
        vectors=rows_for(count // 3 if shared else count),
        normalize=normalize,
        weights=chance.uniform(0.1, 2, count) if weighted else None,
        token_mapping=chance.integers(0, count // 3, count) if shared else None,
    )
    model.save_pretrained(tmp_path / "model")
    expected = own_vectors(model, SAMPLE)
    for encoder in doors(tmp_path / "model", tmp_path):
        equal(encoder, SAMPLE, expected)


@pytest.mark.parametrize("most", [None, 5, 512])
def test_model2vec_cuts_texts_off(most: int | None, tmp_path: Path) -> None:
    model = static_model(word_piece(), max_length=most)
    model.save_pretrained(tmp_path / "model")
    for encoder in doors(tmp_path / "model", tmp_path):
        equal(encoder, SAMPLE, own_vectors(model, SAMPLE))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("normalized", [False, True])
def test_static_embeddings_of_sentence_transformers(kind: str, normalized: bool, tmp_path: Path) -> None:
    """All tokens have a share, the unknown one as well; a module says whether vectors have length 1."""
    tokenizer = KINDS[kind]()
    rows = sentence_transformer(tmp_path / "model", tokenizer, normalized=normalized)
    expected = np.zeros((len(SAMPLE), WIDTH))
    for i, text in enumerate(SAMPLE):
        if ids := tokenizer.encode(text, add_special_tokens=False).ids:
            mean = rows[ids].astype(np.float64).mean(axis=0)
            expected[i] = mean / np.linalg.norm(mean) if normalized else mean
    for encoder in doors(tmp_path / "model", tmp_path):
        equal(encoder, SAMPLE, expected)


def test_a_module_that_texts_do_not_go_through_is_told(tmp_path: Path) -> None:
    sentence_transformer(tmp_path, word_piece(), normalized=True)
    assert not [note for note in load(tmp_path).notes if "modules.json" in note]
    modules = json.loads((tmp_path / "modules.json").read_text(encoding="utf-8"))
    modules.append({"idx": 2, "path": "2_Dense", "type": "sentence_transformers.models.Dense"})
    (tmp_path / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    assert any("modules.json also names 'Dense'" in note for note in load(tmp_path).notes)


def test_a_network_is_no_textual_model(tmp_path: Path) -> None:
    """Its tokens are words, but the mean of its input rows is not what it makes of a text."""
    tokenizer = word_piece()
    rows = rows_for(tokenizer.get_vocab_size())
    save_file({"embedding.weight": rows, "layer.weight": rows[:WIDTH]}, tmp_path / "model.safetensors")
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    space = load(tmp_path).space
    assert len(space) == len(rows)
    assert space.encoder is None


def test_a_truncation_of_its_own_holds_for_sentence_transformers(tmp_path: Path) -> None:
    tokenizer = word_piece()
    tokenizer.enable_truncation(3)
    sentence_transformer(tmp_path / "model", tokenizer, normalized=False)
    encoder = encoder_of(load(tmp_path / "model").space)
    (cut, whole) = encoder.encode(["king queen food hotels flights", "king queen food"])
    assert np.array_equal(cut, whole)


@pytest.mark.parametrize("count", [200, pytest.param(2000, marks=pytest.mark.slow)])
def test_word_llama(count: int, tmp_path: Path) -> None:
    own, texts = own_word_llama(), fuzzed(count)
    expected = own.embed(texts)
    for encoder in doors(word_llama(), tmp_path):
        equal(encoder, texts, expected)


@needs_data
@pytest.mark.slow
def test_word_llama_reads_a_thousand_lines_alike() -> None:
    lines = list(lines_of(data_file("text-wikitext2-valid-test/test.txt.gz"), 1000))
    equal(encoder_of(load(word_llama()).space), lines, own_word_llama().embed(lines))


@needs_data
def test_model2vec_with_a_quantized_vocabulary(tmp_path: Path) -> None:
    from model2vec import StaticModel

    folder = data_file("model2vec-safetensors/vocab-quantized")
    texts = [*SAMPLE, "the quick brown fox", "unbelievable!"]
    expected = own_vectors(StaticModel.from_pretrained(folder), texts)
    for encoder in doors(folder, tmp_path):
        equal(encoder, texts, expected)


# --- where the files lie ------------------------------------------------------------------------


def test_word_llama_is_found_wherever_its_two_files_lie(tmp_path: Path) -> None:
    weights = word_llama() / "weights" / "l2_supercat_256.safetensors"
    tokenizer = word_llama() / "tokenizers" / "l2_supercat_tokenizer_config.json"
    for file in (weights, tokenizer):
        (tmp_path / file.name).symlink_to(file)
    expected = encoder_of(load(word_llama()).space).encode(SAMPLE)
    for path in (tmp_path, tmp_path / weights.name, weights):
        assert np.array_equal(encoder_of(load(path).space).encode(SAMPLE), expected)


def test_rows_without_a_tokenizer_read_no_texts(tmp_path: Path) -> None:
    static_model(word_piece()).save_pretrained(tmp_path)
    (tmp_path / "model.words").write_text("\n".join(f"w{i}" for i in range(len(load(tmp_path).space))))
    (tmp_path / "tokenizer.json").unlink()
    assert load(tmp_path).space.encoder is None


# --- tokens that are no words of the space --------------------------------------------------------


def test_tokens_that_are_no_words_keep_their_rows(tmp_path: Path) -> None:
    """A token with a newline in it can't be a word, and has a share in texts all the same."""
    tokenizer = unigram()
    value = json.loads(tokenizer.to_str())
    vocabulary = value["model"]["vocab"]
    value["pre_tokenizer"] = value["normalizer"] = None
    vocabulary[5][0], vocabulary[9][0] = "king\n", "\n\n"
    model = static_model(Tokenizer.from_str(json.dumps(value)))
    model.save_pretrained(tmp_path / "model")
    texts = ["king\nking\n", "\n\n", "the\n\nking\n", *SAMPLE]
    for encoder in doors(tmp_path / "model", tmp_path, skip_bad_rows=True):
        equal(encoder, texts, own_vectors(model, texts))
    assert len(open_store(tmp_path / "store")) == len(vocabulary) - 2
    assert (tmp_path / "store" / "others.npy").exists()


# --- texts of every kind ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> TextEncoder:
    folder = tmp_path_factory.mktemp("model")
    static_model(word_piece(), max_length=None).save_pretrained(folder)
    return encoder_of(load(folder).space)


def test_half_characters_are_no_characters(encoder: TextEncoder) -> None:
    found = encoder.encode(["king \ud83d queen", "king \ufffd queen", "\udcff"])
    assert np.array_equal(found[0], found[1])
    assert not found[2].any()


def test_a_text_has_the_same_vector_in_any_company(
    encoder: TextEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = encoder.encode(SAMPLE)
    monkeypatch.setattr(text_encoder, "AT_ONCE", 3)
    monkeypatch.setattr(text_encoder, "CHARACTERS", 50)
    assert np.array_equal(encoder.encode(SAMPLE), together)
    assert np.array_equal([encoder.encode([text])[0] for text in SAMPLE], together)


def test_a_long_text_is_summed_a_part_at_a_time(
    encoder: TextEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "the king and the queen want food " * 50
    whole = encoder.encode([text])
    monkeypatch.setattr(text_sums, "ROWS", 7)
    monkeypatch.setattr(text_sums, "LONG", 5)
    assert encoder.encode([text]) == pytest.approx(whole, abs=TOLERANCE)


def test_a_text_may_not_be_of_any_length(encoder: TextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_encoder, "LONGEST_TEXT", 10)
    with pytest.raises(LimitExceeded, match="a text of 11 characters, at most 10 are read"):
        encoder.encode(["x" * 11])


def test_the_tokens_of_a_text_add_up_to_it(encoder: TextEncoder) -> None:
    tokens = encoder.tokens("the king eats")
    assert [token.text for token in tokens][:2] == ["the", "king"]
    assert np.mean([token.row for token in tokens], axis=0) == pytest.approx(
        encoder.encode(["the king eats"])[0], abs=TOLERANCE
    )
    assert encoder.tokens("") == []


def test_no_texts_have_no_vectors(encoder: TextEncoder) -> None:
    assert encoder.encode([]).shape == (0, WIDTH)


# --- identity ---------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["rows", "normalize", "max_length", "tokenizer"])
def test_another_model_has_another_identity(change: str, tmp_path: Path) -> None:
    kind: Train = unigram if change == "tokenizer" else word_piece
    vectors = rows_for(kind().get_vocab_size(), seed=4 if change == "rows" else 3)
    how: dict[str, Any] = {"normalize": {"normalize": True}, "max_length": {"max_length": 3}}.get(change, {})
    static_model(word_piece()).save_pretrained(tmp_path / "one")
    static_model(kind(), vectors=vectors, **how).save_pretrained(tmp_path / "other")
    for one, other in zip(
        doors(tmp_path / "one", tmp_path / "a"), doors(tmp_path / "other", tmp_path / "b"), strict=True
    ):
        assert one.identity != other.identity
        assert one.identity == one.identity


# --- faults -----------------------------------------------------------------------------------


def damaged(folder: Path, change: str) -> None:
    place = folder / ("tokenizer.json" if change != "config" else "config.json")
    value = json.loads(place.read_text(encoding="utf-8"))
    match change:
        case "config":
            value["max_length"] = "many"
        case "kind":
            value["model"]["type"] = "Magic"
        case "unknown":
            value["model"]["unk_token"] = ["[UNK]"]
        case "normalizer":
            value["normalizer"] = {"type": "Nothing"}
    place.write_text(json.dumps(value), encoding="utf-8")


@pytest.mark.parametrize("change", ["kind", "normalizer", "unknown"])
def test_a_tokenizer_that_is_not_sound_is_one_problem(change: str, tmp_path: Path) -> None:
    static_model(word_piece()).save_pretrained(tmp_path)
    damaged(tmp_path, change)
    encoder = encoder_of(load(tmp_path).space)  # its words are read all the same
    with pytest.raises(FileProblem, match="tokenizer is not sound") as caught:
        encoder.encode(["king"])
    assert caught.value.where == str(tmp_path)
    assert "\n" not in caught.value.message


def test_what_is_random_in_training_is_not_in_texts(tmp_path: Path) -> None:
    model = static_model(bytes_bpe())
    model.save_pretrained(tmp_path)
    place = tmp_path / "tokenizer.json"
    value = json.loads(place.read_text(encoding="utf-8"))
    value["model"]["dropout"] = 0.5
    place.write_text(json.dumps(value), encoding="utf-8")
    found = load(tmp_path)
    assert "the dropout of its tokenizer is left out" in found.notes
    equal(encoder_of(found.space), SAMPLE, own_vectors(model, SAMPLE))


def test_a_limit_that_is_no_number_is_told(tmp_path: Path) -> None:
    model = static_model(word_piece())
    model.save_pretrained(tmp_path)
    damaged(tmp_path, "config")
    found = load(tmp_path)
    assert any("max_length" in note for note in found.notes)
    equal(encoder_of(found.space), SAMPLE, own_vectors(model, SAMPLE))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"text": None}, "without what is to be known of it"),
        ({"text": {"tokens": -1, "others": 0, "characters": None, "normalized": True}}, "without what"),
        ({"text": {"tokens": 7, "others": 0, "characters": None, "normalized": True}}, "promises int32"),
    ],
)
def test_a_store_whose_facts_are_wrong_is_a_problem(change: Any, what: str, tmp_path: Path) -> None:
    static_model(word_piece()).save_pretrained(tmp_path / "model")
    list(doors(tmp_path / "model", tmp_path))
    facts = tmp_path / "store" / "facts.json"
    facts.write_text(json.dumps({**json.loads(facts.read_text()), **change}))
    with pytest.raises(FileProblem, match=what):
        open_store(tmp_path / "store")


def test_a_store_whose_tokens_point_nowhere_is_a_problem(tmp_path: Path) -> None:
    static_model(word_piece()).save_pretrained(tmp_path / "model")
    list(doors(tmp_path / "model", tmp_path))
    place = tmp_path / "store" / "tokens.npy"
    places = np.load(place)
    places[3] = len(places) + 5
    np.save(place, places)
    with pytest.raises(FileProblem, match="rows that are not there"):
        open_store(tmp_path / "store")


def test_without_the_package_a_text_says_how_to_install_it(tmp_path: Path) -> None:
    static_model(word_piece()).save_pretrained(tmp_path)
    code = (
        "import sys; sys.modules['tokenizers'] = None\n"
        f"import vecalc; space = vecalc.load({str(tmp_path)!r}).space\n"
        "print(space.row('king') is not None)\n"
        "space.encoder.encode(['king'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n"
    assert "a text needs the package tokenizers, which is not installed" in done.stderr


# --- what is loaded when --------------------------------------------------------------------------


def test_the_tokenizer_is_loaded_for_texts_alone(tmp_path: Path) -> None:
    static_model(unigram()).save_pretrained(tmp_path)
    pieces = [
        word[1:] for word in load(tmp_path).space.words() if word.startswith("▁") and word[1:].isalpha()
    ]
    words = loaded("-m", str(tmp_path), f"{pieces[0]} - {pieces[1]}", "--format", "plain")
    assert words.isdisjoint({"tokenizers", "vecalc.calc.texts", "blake3"})
    texts = loaded("-m", str(tmp_path), 'text("king")', "--format", "plain")
    assert "tokenizers" in texts


def test_a_command_line_names_the_package_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    static_model(word_piece()).save_pretrained(tmp_path)
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    code, out, err = vecalc("-m", str(tmp_path), 'text("king")')
    assert (code, out) == (4, "")
    assert "pip install 'vecalc[text]'" in err
