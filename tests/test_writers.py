"""Formats that can be written: one suite over all that the finder finds; what is written is read back."""

from __future__ import annotations

import gzip
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from data import data_file, needs_data, write_store
from folding import all_hold
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vecalc.codecs.float_text import lines
from vecalc.errors import FileProblem, StorageProblem, UsageError, VecalcError
from vecalc.formats.load import load
from vecalc.formats.save import form_of, save, spoken, writers
from vecalc.sources.word_text import shown
from vecalc.space import VectorSpace
from vecalc.space.matrix import MatrixSpace
from vecalc.space.selection import Selection
from vecalc.space.store import open_store

FORMS = sorted(writers())
TEXTS = ("glove", "word2vec_text")
GZIPPED = [form for form in FORMS if getattr(writers()[form], "GZIPPED", False)]
WORDS = [
    "the",
    "king",
    "naïve",
    "日本",
    "👑",
    "1984",
    "</s>",
    "a\u00a0b",
    "+",
    "-0.5",
    '"',
    "it's",
    "nan",
    "x" * 300,
]
ROWS = np.random.default_rng(2).normal(size=(len(WORDS), 4)).astype(np.float32)
# Words that mean something to a format, to a reader, to a spreadsheet, to JSON, or to nobody.
NASTY = [
    *("new york", "windows 95", "a  b", " a", "a ", "\ta", "a\t", "a\tb", "a\nb", "\n", "a\r", "\r\n"),
    *("", " ", "\0", "a\0b", "\x1b[31m", "\u2028", "\x85", "a\x0bb", "\ufeff", "\ufeffa", "e\u0301"),
    *('"', "'", '""', "\\", "\\n", "a,b", "=1+1", "-k", "{", "[", "null", "true", "None", "inf", "1e5"),
    *("king - man", "0.5*(A*B)", "*", "//", "#", "1_0", "\u202eabc", "\udce9t", "\ud800"),
    *("PK\x03\x04", "(dp0", "5 5", "PAR1", "\x93NUMPY", "BZh91AY&SY"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_waiting_for_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


def space_of(words: Sequence[str], rows: np.ndarray | None = None) -> MatrixSpace:
    if rows is None:
        rows = np.random.default_rng(5).normal(size=(len(words), 4)).astype(np.float32)
    return MatrixSpace(list(words), rows, "small")


def read(path: Path) -> VectorSpace:
    loaded = load(path, encoding_errors="surrogateescape")
    # Rows of fewer than four numbers tell little of where a word of a binary file ends; and "0e0" is a word.
    said = ("not UTF-8", "words that may go on behind a blank", "the first of them are numbers")
    assert not [note for note in loaded.notes if not any(part in note for part in said)]
    return loaded.space


def assert_same(path: Path, space: VectorSpace) -> None:
    """Words and float32 numbers of a file, bit for bit."""
    found = read(path)
    rows = range(len(space))
    assert list(found.words()) == list(space.words())
    assert found.vectors(rows, np.float32).tobytes() == space.vectors(rows, np.float32).tobytes()


def path_for(folder: Path, form: str) -> Path:
    return folder / f"model{writers()[form].SUFFIXES[0]}"


def test_the_formats_that_are_read_by_everybody_are_written() -> None:
    assert {"word2vec_text", "word2vec_binary", "glove"} <= set(FORMS)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_back_exactly(tmp_path: Path, form: str) -> None:
    path = path_for(tmp_path, form)
    saved = save(space_of(WORDS, ROWS), path)
    assert (saved.form, saved.files[0]) == (form, path)
    assert sorted(tmp_path.iterdir()) == sorted(saved.files)
    assert all(file.name.startswith("model") for file in saved.files)
    assert saved.size == sum(file.stat().st_size for file in tmp_path.iterdir())
    assert_same(path, space_of(WORDS, ROWS))


@pytest.mark.parametrize("form", FORMS)
def test_numbers_of_any_size_are_read_back_exactly(tmp_path: Path, form: str) -> None:
    numbers = [0, -0.0, 1, -1, 0.1, 1e-4, 9.9e-5, 999.9999, 1000, 123456.7, 2**24 + 2, 3.4028235e38, -3.4e38]
    numbers += [1e-38, 1.4e-45, -1.1754944e-38, 1 / 3, 16777216, 5e-5, 0.00010001]
    rows = np.array([numbers, numbers[::-1]], np.float32)
    rows[:, 0] = -1  # floats whose bytes all look like text can't be told from text
    save(space_of(["a", "b"], rows), path_for(tmp_path, form))
    assert_same(path_for(tmp_path, form), space_of(["a", "b"], rows))


@pytest.mark.parametrize("form", FORMS)
def test_a_word_is_carried_exactly_or_refused_by_name(tmp_path: Path, form: str) -> None:
    def check(word: str, place: int) -> None:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        words = ["the", "king", "naïve", "of"]
        words[place] = word
        said = refusal(space_of(words), path_for(folder, form))
        if said is None:
            assert_same(path_for(folder, form), space_of(words))
            return
        assert "\n" not in said.message
        assert shown(word) in said.message
        assert said.hint
        assert not list(folder.iterdir())

    all_hold(itertools.product(NASTY, (0, 3)), lambda each: check(*each), ascii)


@pytest.mark.parametrize(
    ("word", "why"),
    [("na\udcefve", "it is not UTF-8"), ("\ud800", "it is not UTF-8"), ("a\0", "NUL"), ("", "blank")],
)
def test_npz_itself_refuses_the_first_word_that_it_cannot_hold(tmp_path: Path, word: str, why: str) -> None:
    """Whoever calls its writer; nothing is written."""
    space = space_of(["king", word, "b\0"])
    with pytest.raises(UsageError, match=why) as caught:
        writers()["npz"].write(tmp_path / "model.npz", space)
    assert f"{shown(word)} (row 2)" in caught.value.message
    assert not list(tmp_path.iterdir())


def refusal(space: MatrixSpace, path: Path) -> VecalcError | None:
    try:
        save(space, path, force=True)
    except VecalcError as said:
        return said
    return None


any_word = st.text(st.characters(exclude_categories=()), max_size=6) | st.sampled_from(NASTY)
finite = st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def spaces(draw: st.DrawFn) -> MatrixSpace:
    words = draw(st.lists(any_word, min_size=1, max_size=10, unique=True))
    return space_of(words, draw(arrays(np.float32, (len(words), draw(st.integers(1, 5))), elements=finite)))


@pytest.mark.parametrize("examples", [20, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("form", FORMS)
def test_any_space_is_carried_exactly_or_refused(
    tmp_path_factory: pytest.TempPathFactory, form: str, examples: int
) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(spaces())
    def check(space: MatrixSpace) -> None:
        folder = tmp_path_factory.mktemp("any")
        if refusal(space, path_for(folder, form)) is None:
            assert_same(path_for(folder, form), space)
        else:
            assert not list(folder.iterdir())

    check()


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_more_rows_than_fit_in_a_block(tmp_path: Path, form: str) -> None:
    rows = np.random.default_rng(8).normal(size=(20_000, 4)).astype(np.float32)
    space = space_of([f"w{i}" for i in range(len(rows))], rows)
    taken: list[int] = []
    save(space, path_for(tmp_path, form), tap=taken.append)
    assert_same(path_for(tmp_path, form), space)
    assert sum(taken) == len(rows)


@pytest.mark.parametrize("form", FORMS)
def test_a_part_of_a_mapped_store_is_written(tmp_path: Path, form: str) -> None:
    store = open_store(write_store(tmp_path / "store", WORDS, ROWS.astype(np.float16)))
    part = Selection(store, np.array([1, 3, 4]), "unit")
    (tmp_path / "out").mkdir()
    save(part, path_for(tmp_path / "out", form))
    found = read(path_for(tmp_path / "out", form))
    assert list(found.words()) == [WORDS[1], WORDS[3], WORDS[4]]
    assert np.allclose(found.lengths(range(3)), 1, atol=1e-6)
    assert 0 < part.loss < 1e-6


# --- files appear whole or not at all -------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_exists_is_replaced_only_on_request(tmp_path: Path, form: str) -> None:
    path = path_for(tmp_path, form)
    save(space_of(WORDS, ROWS), path)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(UsageError, match="exists") as caught:
        save(space_of(["other"]), path)
    assert "--force" in caught.value.hint
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before
    path.chmod(0o640)
    save(space_of(["other"]), path, force=True)
    assert list(read(path).words()) == ["other"]
    assert path.stat().st_mode & 0o777 == 0o640


class Failing:
    """Lets some calls through, and fails the others."""

    def __init__(self, name: str, owner: object, good: int, patch: pytest.MonkeyPatch) -> None:
        self.inner, self.left, self.failed = getattr(owner, name), good, False
        patch.setattr(owner, name, self.called())

    def called(self) -> Callable[..., object]:
        return lambda *given, **options: self(*given, **options)  # noqa: PLW0108 - binds to a Path

    def __call__(self, *given: object, **options: object) -> object:
        self.left -= 1
        if self.left < 0:
            self.failed = True
            raise OSError(28, "No space left on device")
        return self.inner(*given, **options)


@pytest.mark.parametrize(("name", "owner"), [("fsync", os), ("replace", Path)])
@pytest.mark.parametrize("form", FORMS)
def test_whatever_fails_nothing_is_left_behind(tmp_path: Path, form: str, name: str, owner: object) -> None:
    for good in range(20):
        with pytest.MonkeyPatch.context() as patch:
            failing = Failing(name, owner, good, patch)
            said = refusal(space_of(WORDS, ROWS), path_for(tmp_path, form))
        if said is None:  # what went wrong was no more than the folder's own fsync, or nothing
            assert_same(path_for(tmp_path, form), space_of(WORDS, ROWS))
            for file in tmp_path.iterdir():
                file.unlink()
        else:
            assert isinstance(said, StorageProblem)
            assert "No space left" in said.message
            assert not list(tmp_path.iterdir())
        if not failing.failed:
            return
    pytest.fail("it never came to an end")


SEVERAL = ("npy", "safetensors")  # their words stand in a file beside the rows


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("form", SEVERAL)
def test_files_that_replace_others_do_so_together(tmp_path: Path, form: str, lasting: bool) -> None:
    """Whichever rename fails, and between any two, a reader finds the old model, the new one or an error."""
    path = path_for(tmp_path, form)
    old, new = space_of(WORDS, ROWS), space_of(WORDS[::-1], -ROWS)
    for good in range(20):
        for file in tmp_path.iterdir():
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        save(old, path)
        before = {file: file.read_bytes() for file in tmp_path.iterdir()}
        with pytest.MonkeyPatch.context() as patch:
            renaming = Renaming(good, lasting, lambda: assert_one_of(path, old, new))
            patch.setattr(Path, "replace", lambda path, goal, to=renaming: to(path, goal))
            said = refusal(new, path)
        assert_one_of(path, old, new)
        if said is None:
            assert_same(path, new)
            assert sorted(tmp_path.iterdir()) == sorted(before)
            assert good > len(before)
            return
        assert isinstance(said, StorageProblem)
        kept = {file.name: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
        if lasting:  # what was put aside can't be put back, but is not lost
            assert kept == {file.name: data for file, data in before.items()}
        else:
            assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before
    pytest.fail("it never came to an end")


class Renaming:
    """`Path.replace` that looks around before each call, and fails at one, or from one on."""

    def __init__(self, good: int, lasting: bool, look: Callable[[], None]) -> None:
        self.left, self.lasting, self.look, self.inner = good, lasting, look, Path.replace

    def __call__(self, path: Path, goal: Path) -> None:
        self.look()
        self.left -= 1
        if self.left == -1 or (self.lasting and self.left < 0):
            raise OSError(28, "No space left on device")
        self.inner(path, goal)


def assert_one_of(path: Path, *spaces: MatrixSpace) -> None:
    """What a reader finds is one of these spaces, or nothing to load."""
    try:
        found = read(path)
    except FileProblem:
        assert not path.exists()
        return
    rows = range(len(found))
    seen = (list(found.words()), found.vectors(rows, np.float32).tobytes())
    assert seen in [(list(s.words()), s.vectors(rows, np.float32).tobytes()) for s in spaces]


@pytest.mark.parametrize("form", FORMS)
def test_blocks_that_fail_leave_nothing_behind(tmp_path: Path, form: str) -> None:
    class Broken(Selection):
        def blocks(self) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
            yield next(iter(super().blocks()))
            raise FileProblem("gone", where="x")

    with pytest.raises(FileProblem, match="gone"):
        save(Broken(space_of(WORDS, ROWS)), path_for(tmp_path, form))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_no_reader_takes_are_refused(tmp_path: Path, form: str, bad: float) -> None:
    rows = ROWS.copy()
    rows[2, 1] = bad
    with pytest.raises(UsageError, match="row 3 holds a number that is not finite"):
        save(space_of(WORDS, rows), path_for(tmp_path, form))
    assert not list(tmp_path.iterdir())


def test_no_words_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no word"):
        save(Selection(space_of(WORDS, ROWS), np.empty(0, np.int64)), tmp_path / "m.txt")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("there.txt")
    save(space_of(WORDS, ROWS), tmp_path / "link.txt", force=True)
    assert (tmp_path / "link.txt").is_symlink()
    assert_same(tmp_path / "there.txt", space_of(WORDS, ROWS))


# --- which format ---------------------------------------------------------------------------


def test_every_suffix_has_one_format() -> None:
    suffixes = [suffix for writer in writers().values() for suffix in writer.SUFFIXES]
    assert len(suffixes) == len(set(suffixes))
    for form, writer in writers().items():
        assert all(form_of(Path(f"a.b{suffix.upper()}")) == form for suffix in writer.SUFFIXES)


def test_the_longest_suffix_decides_and_a_name_beats_it() -> None:
    assert form_of(Path("a.glove.txt")) == "glove"
    assert form_of(Path("a.txt.gz")) == "word2vec_text"
    assert form_of(Path("a.txt"), "word2vec-binary") == "word2vec_binary"
    for path, form in (("a.unknown", ""), ("a", ""), ("a.txt", "nonsense")):
        with pytest.raises(UsageError) as caught:
            form_of(Path(path), form)
        assert "word2vec-binary (.bin .w2v)" in caught.value.hint


@pytest.mark.parametrize("form", GZIPPED)
def test_gzipped(tmp_path: Path, form: str) -> None:
    plain = path_for(tmp_path, form)
    save(space_of(WORDS, ROWS), plain)
    named = plain.with_name(plain.name + ".gz")
    save(space_of(WORDS, ROWS), named)
    asked = plain.with_name("asked.dat")
    save(space_of(WORDS, ROWS), asked, form, gzip=True)
    assert named.read_bytes() == asked.read_bytes()  # the same bytes whatever the time and the name
    assert gzip.decompress(named.read_bytes()) == plain.read_bytes()
    assert_same(named, space_of(WORDS, ROWS))


def test_what_is_not_gzipped_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers()["glove"], "GZIPPED", False)
    for form in sorted({"glove", *FORMS}.difference(GZIPPED) | {"glove"}):
        with pytest.raises(UsageError, match=f"{spoken(form)} files are not gzipped"):
            save(space_of(WORDS, ROWS), path_for(tmp_path, form), gzip=True)


# --- text -----------------------------------------------------------------------------------


def test_numbers_are_as_short_as_can_be() -> None:
    row = np.array([[0.1, -0.25, 3, 0, 1e-4, 0.10001, 123.456, 1e10, 2.5e-7]], np.float32)
    assert lines(row) == [b"0.1 -0.25 3.0 0.0 1e-04 0.10001 123.456 1e+10 2.5e-07"]


@settings(deadline=None)
@given(arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 40)), elements=finite))
def test_a_number_reads_back_and_is_no_longer_than_numpy_writes_it(rows: np.ndarray) -> None:
    for row, line in zip(rows, lines(rows), strict=True):
        fields = line.split()
        assert np.array([float(field) for field in fields], np.float32).tobytes() == row.tobytes()
        assert all(len(field) <= len(str(best)) + 1 for field, best in zip(fields, row, strict=True))


@needs_data
@pytest.mark.parametrize("form", TEXTS)
def test_real_text_comes_out_as_it_went_in(tmp_path: Path, form: str) -> None:
    source = data_file("glove-twitter-11925x25/glove-twitter-11925x25.glove.txt.gz")
    save(load(source).space, path_for(tmp_path, form))
    assert_same(path_for(tmp_path, form), load(source).space)


@pytest.mark.parametrize("form", ["word2vec_text", "word2vec_binary"])
def test_gensim_reads_what_is_written(tmp_path: Path, form: str) -> None:
    save(space_of(WORDS, ROWS), path_for(tmp_path, form))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from gensim.models import KeyedVectors

        kv = KeyedVectors.load_word2vec_format(
            str(path_for(tmp_path, form)), binary=form == "word2vec_binary"
        )
    if form == "word2vec_binary":  # gensim splits lines of text at more than blanks
        assert kv.index_to_key == WORDS
    assert kv.vectors.tobytes() == ROWS.tobytes()
