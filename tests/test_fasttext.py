"""fastText's models: read as gensim reads them, and hostile ones refused before anything is allocated."""

from __future__ import annotations

import gzip
import importlib.util
import io
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data import data_file, needs_data
from gensim.models import FastText
from gensim.models.fasttext import load_facebook_vectors, save_facebook_model
from gensim.models.fasttext_inner import compute_ngrams_bytes, ft_hash_bytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import vecalc

from vecalc.errors import FileProblem, VecalcError
from vecalc.formats.load import convert, load
from vecalc.space.store import open_store
from vecalc.space.subwords import LONGEST_NGRAM, LONGEST_WORD, Subwords

UNKNOWN = ["governmentz", "rejecction", "жжук", "日本語", "a b", "Ωx", "\U0001f600", "", "x" * 40, "<>", "é"]
WORDS = ["the", "king", "naïve", "日本", "</s>"]
ROWS = np.random.default_rng(6).normal(size=(len(WORDS) + 7, 3)).astype("<f4")


# --- n-grams -----------------------------------------------------------------------------------

characters = st.sampled_from("abé東\u0301<> ~\x7f\x80\xff\u0100\U0001f600\ud83d\udc80")
words_of_all_kinds = st.text(characters, max_size=12)


@given(st.lists(words_of_all_kinds, max_size=8), st.integers(0, 4), st.integers(0, 4), st.integers(1, 99))
def test_ngrams_are_those_of_fasttext(words: list[str], shortest: int, more: int, buckets: int) -> None:
    """Signed bytes, characters of several bytes, no lone < or >: against gensim's port of fastText."""
    words = [word for word in words if not any("\ud800" <= c <= "\udfff" for c in word)]
    subwords = Subwords(np.zeros((buckets, 1), np.float32), shortest, shortest + more)
    ids, counts = subwords.ngrams([word.encode() for word in words])
    begin = 0
    for word, count in zip(words, counts.tolist(), strict=True):
        expected = [ft_hash_bytes(n) % buckets for n in compute_ngrams_bytes(word, shortest, shortest + more)]
        assert sorted(ids[begin : begin + count].tolist()) == sorted(expected)
        begin += count
    assert begin == len(ids)


def test_a_known_hash_with_bytes_above_127() -> None:
    """FNV-1a of 32 bits takes é for 0xffffffc3 0xffffffa9, as a signed char is in C."""
    state = 2166136261
    for byte in "<é>".encode():
        state = ((state ^ (byte | 0xFFFFFF00 if byte > 127 else byte)) * 16777619) & 0xFFFFFFFF
    ids, _ = Subwords(np.zeros((1 << 20, 1), np.float32), 3, 3).ngrams(["é".encode()])
    assert ids.tolist() == [state % (1 << 20)]


@pytest.mark.parametrize("word", ["x" * (LONGEST_WORD + 1), "half \ud83d", ""])
def test_what_has_no_ngrams_has_no_vector(word: str) -> None:
    assert Subwords(np.ones((5, 2), np.float32), 3, 6).vector(word) is None


def test_many_ngrams_are_summed_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    subwords = Subwords(np.random.default_rng(1).normal(size=(50, 4)).astype(np.float32), 2, 5)
    words = [word.encode() for word in ("", "a", "government", "日本語", "x" * 40)]
    whole = subwords.composed(words, np.zeros((5, 4), np.float32))
    monkeypatch.setattr("vecalc.space.subwords._GATHERED", 12)
    assert subwords.composed(words, np.zeros((5, 4), np.float32)) == pytest.approx(whole, abs=1e-5)


@pytest.mark.parametrize(("shortest", "longest"), [(-1, 3), (4, 3), (3, LONGEST_NGRAM + 1)])
def test_ngrams_of_no_length_are_no_ngrams(shortest: int, longest: int) -> None:
    with pytest.raises(ValueError, match="n-grams"):
        Subwords(np.ones((5, 2), np.float32), shortest, longest)


# --- files, and gensim -------------------------------------------------------------------------


def lee() -> Path:
    """The Lee vectors, which lie inside gensim's package."""
    spec = importlib.util.find_spec("gensim")
    assert spec is not None
    (root,) = spec.submodule_search_locations or ()
    return Path(root) / "test" / "test_data" / "lee_fasttext.bin"


def check_same(space: Any, kv: Any) -> None:
    assert list(space.words()) == kv.index_to_key
    assert space.vectors(range(len(space)), np.float32) == pytest.approx(kv.vectors, abs=1e-6)
    for word in UNKNOWN:
        if word not in kv.key_to_index:
            composed = space.compose(word)
            assert (np.zeros(space.dim) if composed is None else composed) == pytest.approx(
                kv[word], abs=1e-6
            )


REAL = {
    "fasttext-small/lee_fasttext.bin": (1762, 10),
    "fasttext-small/lee_fasttext_new.bin": (1763, 10),
    "fasttext-small/crime-and-punishment.bin": (291, 5),
    "fasttext-small/non_ascii_fasttext.bin": (171, 2),
    "fasttext-small/toy-model.bin": (22, 5),
    "finalfusion-testdata/fasttext.bin": (157, 50),
}


@needs_data
@pytest.mark.parametrize("name", REAL)
def test_models_are_read_as_gensim_reads_them(tmp_path: Path, name: str) -> None:
    """From the file, from a store of it, and from its compressed form."""
    path = data_file(name)
    kv = load_facebook_vectors(str(path))
    space = load(path).space
    assert (len(space), space.dim) == REAL[name]
    check_same(space, kv)
    convert(path, tmp_path / "store", name="model")
    check_same(open_store(tmp_path / "store"), kv)
    packed = tmp_path / "model.bin.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    check_same(load(packed).space, kv)


@needs_data
def test_words_that_are_not_utf8_keep_their_bytes() -> None:
    """fastText hashes the bytes of the file; gensim, told the encoding, those of the decoded word."""
    path = data_file("fasttext-small/cp852_fasttext.bin")
    with pytest.raises(FileProblem, match="not UTF-8"):
        load(path)
    space = load(path, encoding_errors="surrogateescape").space
    kv = load_facebook_vectors(str(path), encoding="cp852")
    assert [w.encode("utf-8", "surrogateescape").decode("cp852") for w in space.words()] == kv.index_to_key
    plain = [row for row, word in enumerate(kv.index_to_key) if word.isascii()]
    assert plain
    assert space.vectors(plain, np.float32) == pytest.approx(kv.vectors[plain], abs=1e-6)


@needs_data
def test_a_supervised_model_is_refused_as_gensim_refuses_it() -> None:
    with pytest.raises(FileProblem, match="supervised"):
        load(data_file("fasttext-small/pang_lee_polarity_fasttext.bin"))


@pytest.mark.parametrize("options", [{}, {"min_n": 1, "max_n": 1}, {"max_n": 0}, {"sg": 1, "hs": 1}])
def test_what_gensim_writes_for_fasttext_is_read(tmp_path: Path, options: dict[str, int]) -> None:
    sentences = [["cat", "dog", "naïve", "日本"]] * 5
    model = FastText(sentences, vector_size=4, min_count=1, bucket=20, **options)
    path = tmp_path / "model.bin"
    save_facebook_model(model, str(path))
    space = load(path).space
    assert list(space.words()) == model.wv.index_to_key
    assert space.vectors(range(4), np.float32) == pytest.approx(model.wv.vectors, abs=1e-6)
    assert (space.compose("cats") is None) == ("max_n" in options and options["max_n"] == 0)


def test_a_store_of_float16_halves_the_ngrams_too(tmp_path: Path) -> None:
    for kind in ("float32", "float16"):
        convert(lee(), tmp_path / kind, name="lee", kind=kind)
    sizes = [(tmp_path / kind / "subwords.npy").stat().st_size for kind in ("float16", "float32")]
    assert sizes[0] < 0.51 * sizes[1]
    exact, rounded = (open_store(tmp_path / kind).compose("governmentz") for kind in ("float32", "float16"))
    assert rounded == pytest.approx(exact, rel=1e-2)
    assert not np.array_equal(rounded, exact)


def test_a_store_whose_ngrams_are_damaged_is_refused(tmp_path: Path) -> None:
    convert(lee(), tmp_path / "lee", name="lee")
    facts = (tmp_path / "lee" / "facts.json").read_text()
    for wrong in ('"longest": 600', '"longest": "6"', '"longest": 2', '"gone": 6'):
        (tmp_path / "lee" / "facts.json").write_text(facts.replace('"longest": 6', wrong))
        with pytest.raises(FileProblem, match="n-grams"):
            open_store(tmp_path / "lee")
    (tmp_path / "lee" / "facts.json").write_text(facts)
    rows = np.load(tmp_path / "lee" / "subwords.npy")
    np.save(tmp_path / "lee" / "subwords.npy", np.ones((3, 3), np.float32))
    with pytest.raises(FileProblem, match="damaged: it has 164 bytes"):
        open_store(tmp_path / "lee")
    np.save(tmp_path / "lee" / "subwords.npy", rows.reshape(2 * len(rows), -1))  # as many bytes
    with pytest.raises(FileProblem, match="promises"):
        open_store(tmp_path / "lee")


# --- unknown words in expressions --------------------------------------------------------------


def ask(*arguments: str, **how: Any) -> Any:
    return vecalc("-m", lee(), "-k", "3", *arguments, **how)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("government", {"government,": 0.986399, "Government": 0.984932, "recovery": 0.973009}),
        ("governmentz", {"government,": 0.981848, "based": 0.97335, "authority": 0.973257}),
        ("rejecction", {"present": 0.969086, "but": 0.967643, "jobs": 0.966099}),
    ],
)
def test_neighbours_are_the_published_ones(word: str, expected: dict[str, float]) -> None:
    (record,) = ask(word, "--json").records
    assert [found["word"] for found in record["results"]] == list(expected)
    scores = [found["score"] for found in record["results"]]
    assert scores == pytest.approx(list(expected.values()), abs=1.001e-6)


def test_a_word_that_is_read_by_its_subwords_is_explained() -> None:
    for text in ("cos(governmentz, police)", "governmentz - police"):
        done = vecalc("explain", "-m", lee(), "--format", "jsonl", text)
        assert done.code == 0, done.err
        ranks = {one["word"]: one["frequency rank"] for one in done.records if one["sheet"] == "words"}
        assert ranks["governmentz"] is None
        assert ranks["police"] is not None


def test_an_unknown_word_is_read_by_its_subwords_and_says_so() -> None:
    done = ask("governmentz")
    assert (done.code, "governmentz read by its subwords" in done.err) == (0, True)
    (record,) = ask("governmentz + POLICE", "--json").records
    assert record["notes"] == ["governmentz read by its subwords", "POLICE read as police"]
    (record,) = ask("governmentz", "-k", "2000", "--json").records
    assert (len(record["results"]), record["excluded"]) == (1762, [])


def test_other_spellings_come_first() -> None:
    assert "GOVERNMENT read as Government" in ask("GOVERNMENT").err
    assert "subwords" not in ask("GOVERNMENT").err


def test_exact_stops_at_the_vocabulary() -> None:
    done = ask("--exact", "governmentz")
    assert (done.code, "did you mean" in done.err) == (3, True)


def test_oov_skip_has_nothing_to_skip() -> None:
    skipped, kept = ask("--oov", "skip", "governmentz + police"), ask("governmentz + police")
    assert skipped.out == kept.out
    assert "left out" not in skipped.err


def test_expectations_need_a_row() -> None:
    assert ask("governmentz => based @2").code == 0
    done = ask("government => governmentz")
    assert (done.code, "unknown word 'governmentz'" in done.err) == (3, True)


def test_hyphens_stay_minus_signs_between_words() -> None:
    assert ask("government-police").out == ask("government - police").out
    assert ask("governmentz-police").out == ask("governmentz - police").out


def test_a_batch_answers_every_line() -> None:
    done = ask("-f", "-", "--json", stdin="governmentz\nnearest(rejecction, 2)\nnorm(governmentz)\n")
    assert done.code == 0
    assert [record["error"] for record in done.records] == [None] * 3


def test_in_a_named_space_and_beside_one_without_subwords(tmp_path: Path) -> None:
    model = tmp_path / "plain.txt"
    model.write_text("king 1 0\nqueen 0 1\n")
    models = ("-m", f"lee={lee()}", "-m", f"plain={model}")
    assert vecalc(*models, "lee:governmentz", "-k", "1").words == ["government,"]
    done = vecalc(*models, "plain:kings")
    assert (done.code, "unknown word 'kings'" in done.err) == (3, True)


def test_every_unknown_word_of_a_space_without_subwords_is_still_reported(tmp_path: Path) -> None:
    model = tmp_path / "plain.txt"
    model.write_text("king 1 0\nqueen 0 1\n")
    assert "'abcd', 'efgh'" in vecalc("-m", model, "abcd + efgh").err


# --- damaged and hostile files -----------------------------------------------------------------

ARGUMENTS = {
    "dim": 3, "ws": 5, "epoch": 5, "min_count": 1, "neg": 5, "word_ngrams": 1, "loss": 2, "model": 2,
    "bucket": 7, "minn": 2, "maxn": 3, "lr": 100,
}  # fmt: skip


def model(
    *,
    version: int = 12,
    words: list[bytes] | None = None,
    counts: tuple[int, int, int] | None = None,
    pruned: int = -1,
    kind: int = 0,
    quantized: int = 0,
    matrix: tuple[int, int] | None = None,
    rows: bytes = ROWS.tobytes(),
    **arguments: int,
) -> bytes:
    """A fastText model of five words and seven buckets, with some numbers other than they should be."""
    words = [word.encode() for word in WORDS] if words is None else words
    size = len(words)
    out = io.BytesIO()
    out.write(struct.pack("<2i12id", 793712314, version, *(ARGUMENTS | arguments).values(), 1e-4))
    out.write(struct.pack("<3iqq", *(counts or (size, size, 0)), 99, pruned))
    for word in words:
        out.write(word + b"\0" + struct.pack("<qb", 3, kind))
    out.write(struct.pack("<B2q", quantized, *(matrix or (size + 7, 3))) + rows)
    out.write(struct.pack("<B2q", 0, size, 3) + ROWS[:size].tobytes())
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(data: bytes) -> Path:
        path = tmp_path / "model.bin"
        path.write_bytes(data)
        return path

    return write


def problem(path: Path, **reading: object) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        load(path, **reading)
    assert caught.value.where.startswith(str(path))
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("version", [11, 12])
def test_the_small_model_is_sound(file: Callable[[bytes], Path], version: int) -> None:
    path = file(model(version=version))
    check_same(load(path).space, load_facebook_vectors(str(path)))


HUGE = 2**31 - 1
HOSTILE = {
    "another version": {"version": 13},
    "a version of long ago": {"version": 1},
    "a supervised model": {"model": 3},
    "labels": {"counts": (5, 4, 1)},
    "a quantized matrix": {"quantized": 1},
    "a flag that is none": {"quantized": 7},
    "a pruned dictionary": {"pruned": 3},
    "a huge bucket": {"bucket": HUGE},
    "a huge width": {"dim": HUGE},
    "a wide matrix": {"dim": 60_000},
    "no width": {"dim": 0},
    "a negative width": {"dim": -3},
    "a negative bucket": {"bucket": -7},
    "no kind of model": {"model": 9},
    "an absurd longest n-gram": {"maxn": HUGE},
    "an absurd shortest n-gram": {"minn": HUGE},
    "negative n-grams": {"minn": -2},
    "a huge dictionary": {"counts": (HUGE, HUGE, 0)},
    "an empty dictionary": {"counts": (0, 0, 0)},
    "a negative dictionary": {"counts": (-5, -5, 0)},
    "counts that disagree": {"counts": (5, 4, 0)},
    "a label among the words": {"kind": 1},
    "a matrix of other rows": {"matrix": (11, 3)},
    "a huge matrix": {"matrix": (2**62, 2**62)},
    "a negative matrix": {"matrix": (-12, -3)},
    "rows that are missing": {"rows": ROWS[:4].tobytes()},
    "a newline in a word": {"words": [b"a", b"b\nc", b"d", b"e", b"f"]},
    "no NUL": {"words": [b"x" * (LONGEST_WORD + 9)]},
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_27_hostile_models_are_refused_before_allocation(
    file: Callable[[bytes], Path], what: str, pack: Callable[[bytes], bytes]
) -> None:
    path = file(pack(model(**HOSTILE[what])))  # type: ignore[arg-type]
    tracemalloc.start()
    try:
        problem(path)
        assert tracemalloc.get_traced_memory()[1] < 50 << 20
    finally:
        tracemalloc.stop()


def test_27_the_command_exits_with_4(file: Callable[[bytes], Path]) -> None:
    done = vecalc("-m", file(model(quantized=1)), "king")
    assert (done.code, done.out, len(done.err.splitlines())) == (4, "", 1)
    assert "quantized" in done.err


def test_a_wrong_magic_number_is_no_model(file: Callable[[bytes], Path]) -> None:
    problem(file(b"\0" + model()[1:]))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_model_cut_anywhere_is_refused(
    file: Callable[[bytes], Path], pack: Callable[[bytes], bytes]
) -> None:
    data = model()
    for size in range(len(data) - 1, 0, -7):
        problem(file(pack(data[:size])))


def test_data_behind_the_model_need_a_word_of_the_user(file: Callable[[bytes], Path]) -> None:
    path = file(model() + b"more")
    assert "after the last" in problem(path).message
    assert len(load(path, allow_trailing=True).space) == len(WORDS)


def test_a_row_that_is_not_finite_names_its_word(file: Callable[[bytes], Path]) -> None:
    rows = ROWS.copy()
    rows[1, 2] = np.inf
    path = file(model(rows=rows.tobytes()))
    assert "'king'" in problem(path, strict=True).message
    assert "king" not in set(load(path).space.words())


def test_ngrams_that_are_not_finite_make_no_vector(file: Callable[[bytes], Path]) -> None:
    rows = ROWS.copy()
    rows[len(WORDS) :] = np.nan
    path = file(model(words=[b"a", b"b", b"c", b"d", b"e"], minn=3, rows=rows.tobytes()))
    done = vecalc("-m", path, "--skip-bad-rows", "abcdef")
    assert done.code in (3, 4)
    assert "nan" not in done.out


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_mutated_model_ends_in_a_result_or_a_problem(tmp_path: Path, data: st.DataObject) -> None:
    good = bytearray(model())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(4, len(good)))
        good[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    path = tmp_path / "model.bin"
    path.write_bytes(good)
    try:
        space = load(path, encoding_errors="surrogateescape").space
    except VecalcError:
        return
    assert len(list(space.words())) == len(space)
    composed = space.compose("unheard")
    assert composed is None or composed.shape == (space.dim,)
