"""Near spellings and patterns: whatever makes them fast, they are what looking at every word would give."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from vecalc.calc.unknown import unknown_words
from vecalc.errors import UsageError
from vecalc.lang.nodes import Word
from vecalc.space import affixes, spelling
from vecalc.space.matrix import MatrixSpace
from vecalc.space.patterns import matching_rows, pattern
from vecalc.space.selection import Selection
from vecalc.space.signatures import Letters
from vecalc.space.spelling import SHORTEST, Near, fold, tolerated
from vecalc.space.store import open_store
from vecalc.space.store_writer import write_store
from vecalc.space.words import Vocabulary, WordFile, WordList, lines_of

WORDS = ["the", "King", "king", "sign", "kings", "naïve", "naive", "un", "undo", "Undo", "unhappy", "running"]
WORDS += ["новый", "Новая", "слово", "слова", "don't", "don’t", "日本語", "[x]", "a.b", "a*b", "x\\y", "24-7"]

letters = st.text("abkKéÉ'’жЖ日1", min_size=1, max_size=9)


def by_looking_at_all(words: list[str], key: str, limit: int) -> list[str]:
    """Near spellings as the docstring of `Near.to` says, word by word."""
    variants: dict[str, list[tuple[int, bool, int]]] = {}
    for row, word in enumerate(words):
        one, other = fold(key), fold(word)
        cost = OSA.distance(one, other) - (one in other or other in one)
        if min(len(one), len(other)) >= SHORTEST and cost <= tolerated(len(one)):
            other_case = (word.islower(), word.isupper()) != (key.islower(), key.isupper())
            variants.setdefault(other, []).append((cost + (row >= spelling.FREQUENT), other_case, row))
    merits = []
    for other, found in variants.items():
        cost, _, row = min(found)
        merits.append((cost, sorted(fold(key)) != sorted(other), fold(key)[0] != other[0], row))
    return [words[merit[-1]] for merit in sorted(merits)[:limit]]


def near(words: list[str], key: str, limit: int) -> list[str]:
    return [words[row] for row in Near(WordList(words)).to(key, limit)]


@settings(deadline=None)
@given(st.lists(letters, min_size=1, max_size=40), letters, st.integers(1, 5))
def test_near_words_are_those_that_looking_at_all_finds(words: list[str], key: str, limit: int) -> None:
    assert near(words, key, limit) == by_looking_at_all(words, key, limit)


@given(letters, letters)
def test_letters_never_tell_that_a_word_is_further_than_it_is(word: str, other: str) -> None:
    word, other = fold(word), fold(other)
    bound = Letters(lines_of([other])).bound(word)[0]
    assert bound <= OSA.distance(word, other) - (word in other or other in word) or word == other


@pytest.mark.parametrize(("typed", "meant"), [("kign", "king"), ("Kign", "King"), ("KIGN", "King")])
def test_of_variants_the_one_in_the_same_case_is_meant(typed: str, meant: str) -> None:
    assert near(["the", "King", "king"], typed, 1) == [meant]


def test_a_rare_word_is_found_and_comes_after_a_frequent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["sign", "king", "xylophone"]
    assert near(words, "kign", 3) == ["king", "sign"]
    monkeypatch.setattr(spelling, "FREQUENT", 1)
    assert near(words, "kign", 3) == ["sign", "king"]
    assert near(words, "xylophnoe", 3) == ["xylophone"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("governmnet", "government"),
        ("recieve", "receive"),
        ("acommodation", "accommodation"),
        ("kign", "king"),
    ],
)
def test_among_a_hundred_thousand_words(typed: str, meant: str) -> None:
    text = np.random.default_rng(3).integers(ord("a"), ord("w"), 700_000, np.uint8).tobytes().decode()
    scraps = [text[i : i + 7] for i in range(0, len(text), 7)]
    assert near([*scraps[:50_000], meant, *scraps[50_000:]], typed, 1) == [meant]


@pytest.mark.parametrize("word", ["", "a", "ab", "a" * 10_000, "\ud800xy", "日本", "\n\n\n", "\udce9ab"])
def test_what_is_no_misspelt_word_has_no_near_one(word: str) -> None:
    assert near(["abc", "xyz\n", "one two"], word, 3) in ([], ["abc"])


# --- patterns -------------------------------------------------------------------------------

PATTERNS = [
    *("un*", "*ing", "un", "*", "?", "*o*", "????", "[A-Z]*", "*[!a-z]*", "[[]x]", "un[dh]*", "", "*un*"),
    *("a.b", "a[*]b", "x\\y", "Kin?", "*é*", "na?ve", "日*", "нов*", "*'*", "zzz", "un*\n", "[", "a]"),
    *("/^un/", "/ing$/", "/^un$/", "/n/", "/^.{3}$/", "/(?i)^UN/", "/un|king/", "/unx?/", "/kings*/", "/./"),
    *("/un+/", "/[aeiou]{2}/", "/^[A-Z]/", r"/\d/", r"/a\.b/", "/a.b/", "/^/", "/$/", "/a$b/", "/n^/", "//"),
    *("/ов/", "/u*?n/", "/ung*?/", "/x[yz]un/", "/]/", "/^^un/", "/un$$/", "/(un)?x/", "/u{0}n/", "/\n/"),
]


def vocabularies(words: list[str], folder: Path) -> list[Vocabulary]:
    rows = np.ones((len(words), 2), np.float32)
    write_store(folder / "store", [(words, rows)], name="")
    mapped = open_store(folder / "store")
    return [WordList(words), WordFile("".join(f"{w}\n" for w in words).encode()), mapped._words]  # type: ignore[attr-defined]


Known = tuple[list[str], list[Vocabulary]]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> list[Known]:
    """Lists of words, and the vocabularies of each."""
    folder = tmp_path_factory.mktemp("known")
    lists = (WORDS, [*(f"filler{i}" for i in range(400)), *WORDS], ["un"], ["x", "un"])
    return [(words, vocabularies(words, folder / str(len(words)))) for words in lists]


@pytest.mark.parametrize("text", PATTERNS)
def test_a_pattern_finds_what_matching_every_word_finds(known: list[Known], text: str) -> None:
    wanted = pattern(text)
    for words, theirs in known:
        expected = [row for row, word in enumerate(words) if wanted.matches(word)]
        for number, vocabulary in enumerate(theirs):
            assert matching_rows(vocabulary, wanted).tolist() == expected, number


glob = st.text("un*?[]!é-k^", max_size=6)
regex = st.text("un.*+?^$|()[]é\\d{}k1,", max_size=7).map(lambda text: f"/{text}/")


@settings(deadline=None)
@given(glob | regex, st.lists(st.text("unké1\\", min_size=1, max_size=5), min_size=1, max_size=60))
def test_any_pattern_finds_what_matching_every_word_finds(text: str, words: list[str]) -> None:
    try:
        wanted = pattern(text)
    except UsageError:
        return
    expected = [row for row, word in enumerate(words) if wanted.matches(word)]
    assert matching_rows(WordList(words), wanted).tolist() == expected


def test_most_patterns_are_found_by_a_text_in_them() -> None:
    needles = {
        text: pattern(text).needle for text in ("un*", "*ing", "*o*n", "/ing$/", "/^un/", "king", "/a?/")
    }
    assert needles == {
        "un*": "\nun",
        "*ing": "ing\n",
        "*o*n": "n\n",
        "/ing$/": "ing\n",
        "/^un/": "\nun",
        "king": "\nking\n",
        "/a?/": "",
    }


def test_a_bad_expression_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=re.escape("/(/ is not a regular expression")):
        pattern("/(/")


# --- a part of a space ----------------------------------------------------------------------


def test_a_selection_is_a_space_of_its_own() -> None:
    rows = np.random.default_rng(1).normal(size=(len(WORDS), 3)).astype(np.float32)
    part = Selection(MatrixSpace(WORDS, rows), np.array([1, 2, 4, 9]))
    assert (len(part), part.dim, list(part.words())) == (4, 3, ["King", "king", "kings", "Undo"])
    assert [part.row(word) for word in ("the", "king", "Undo", "absent")] == [None, 1, 3, None]
    assert [part.word(row) for row in range(4)] == list(part.words())
    assert part.variants("KING") == [0, 1]
    assert list(part.near("kigns")) == ["kings"]
    assert part.matching(pattern("*n*")).tolist() == [0, 1, 2, 3]
    assert part.matching(pattern("un*")).tolist() == []
    assert part.vectors([3, 0], np.float32).tolist() == rows[[9, 1]].tolist()
    assert np.array_equal(np.concatenate([block for _, block, _ in part.blocks()]), rows[[1, 2, 4, 9]])
    assert np.allclose(part.lengths([0]), np.linalg.norm(rows[1]))


# --- beside a separator ---------------------------------------------------------------------


def meant(words: list[str], key: str, limit: int = 3) -> list[str]:
    return list(MatrixSpace(words, np.ones((len(words), 2), np.float32)).near(key, limit))


@pytest.mark.parametrize(
    ("words", "typed", "wanted"),
    [
        (["кот_NOUN", "котёнок_NOUN"], "кот", ["кот_NOUN"]),
        (["кот_NOUN", "котёнок_NOUN"], "КОТ", ["кот_NOUN"]),
        (["bark|VERB", "bark|NOUN", "barker|NOUN"], "bark", ["bark|VERB", "bark|NOUN"]),
        (["I_PRON", "is_AUX"], "i", ["I_PRON"]),
        (["/c/en/tea_pot", "/c/en/teapot", "/c/en/pot"], "pot", ["/c/en/pot", "/c/en/tea_pot"]),
        (["/c/en/tea_pot"], "Tea-Pot", ["/c/en/tea_pot"]),
        (["E/Ada_Lovelace", "E/Ada"], "ada lovelace", ["E/Ada_Lovelace"]),
        (["The Third Man (1949)", "Third Man, The (1999)"], "The Third Man", ["The Third Man (1949)"]),
        (["<http://x.org/resource/Oslo>"], "oslo", ["<http://x.org/resource/Oslo>"]),
        (["urn:oslo:2"], "Oslo", ["urn:oslo:2"]),
        (["##ant", "ants"], "ant", ["##ant", "ants"]),
        (["▁ox", "Ġcow"], "ox", ["▁ox"]),
        (["▁ox", "Ġcow"], "cow", ["Ġcow"]),
        (["une·école", "école🏫"], "École", ["une·école", "école🏫"]),
        (["e\u0301cole_N"], "école", ["e\u0301cole_N"]),
        (["école_N"], "e\u0301cole", ["école_N"]),
        (["ax’s", "ax's", "axe", "naïve"], "ax", []),
        (["naïve", "ve_X"], "ve", ["ve_X"]),
        (["ax_" + "long" * 200, "ax_N"], "ax", ["ax_N"]),
        (["Ox_N", "ox_N", "OX_N", "ox_V"], "ox", ["Ox_N", "ox_V"]),
    ],
)
def test_a_word_beside_a_separator_is_found(words: list[str], typed: str, wanted: list[str]) -> None:
    assert meant(words, typed) == wanted


def test_a_place_is_kept_for_what_is_spelled_like_it() -> None:
    assert meant(["a_kign", "b_kign", "c_kign", "king"], "kign") == ["a_kign", "b_kign", "king"]


def test_rare_words_beside_a_separator_come_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(affixes, "FREQUENT", 1)
    assert meant(["king", "kign|N"], "kign") == ["king", "kign|N"]


pieces = st.lists(st.sampled_from(["a", "ab", "é", "Ж", "x1", "A", "'", "’"]), min_size=1, max_size=3).map(
    "".join
)
joined = st.lists(pieces | st.sampled_from([*"_|/ -(>", "·", "▁", "、", "😀"]), min_size=1, max_size=6).map(
    "".join
)


@settings(deadline=None)
@given(st.lists(joined, min_size=1, max_size=30), pieces)
def test_looking_at_bytes_finds_what_looking_at_words_finds(words: list[str], typed: str) -> None:
    def is_beside(word: str) -> bool:
        parts = re.split(r"[_|/ \-(>·▁、😀]", fold(word))
        return fold(typed) in parts

    found = affixes.rows_beside(lines_of(words), typed, len(words))
    assert sorted(found) == [row for row, word in enumerate(words) if is_beside(word)]


def test_words_beside_a_separator_are_found_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [f"w{i}_N" for i in range(50)]
    monkeypatch.setattr(affixes, "AT_ONCE", 7)
    assert [meant(words, f"W{i}", 1) for i in (0, 6, 7, 49)] == [["w0_N"], ["w6_N"], ["w7_N"], ["w49_N"]]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([f"/c/en/w{i}" for i in range(9)], ("/c/en/", "", False)),
        ([*(f"/c/en/w{i}" for i in range(4)), *(f"/c/de/w{i}" for i in range(4))], ("/c/", "", False)),
        ([f"w{i}_NOUN" for i in range(9)], ("", "_NOUN", False)),
        ([f"w{i}|{tag}" for i in range(9) for tag in ("NOUN", "VERB", "X")], ("", "|NOUN", True)),
        ([f"w{i}</w>" for i in range(9)], ("", "</w>", False)),
        ([f"▁w{i}" for i in range(9)], ("▁", "", False)),
        ([f"Ġw{i}" for i in range(9)], ("Ġ", "", False)),
        ([f"w{i}" for i in range(9)], ("", "", False)),
        ([f"a{i}_b{i}" for i in range(9)], ("", "", False)),
        (["/c/en/w"] * 4, ("", "", False)),
        ([*(f"x/w{i}" for i in range(5)), *(f"w{i}" for i in range(5))], ("", "", False)),
    ],
)
def test_what_most_words_carry(words: list[str], wanted: tuple[str, str, bool]) -> None:
    assert affixes.carried(MatrixSpace(words, np.ones((len(words), 2), np.float32))) == wanted


def hint(words: list[str], *typed: str) -> str:
    space = MatrixSpace(words, np.ones((len(words), 2), np.float32))
    return unknown_words([(Word(word), space) for word in typed]).hint


def test_what_most_words_carry_is_said_once() -> None:
    words = [f"/c/en/{word}" for word in ("ox", "cow", "ant", "bee", "elk")]
    said = "most words of this vocabulary begin with /c/en/"
    assert hint(words, "ox") == f'did you mean "/c/en/ox" (rank 1)? {said}'
    assert hint(words, "ox", "cow") == f'ox: "/c/en/ox" (rank 1)? cow: "/c/en/cow" (rank 2)? {said}'
    assert hint(words, "zebra") == f"no word of this vocabulary is spelled like it; {said}"
    assert said not in hint(words, "/c/en/zebra")


def test_it_is_said_of_no_word_that_nothing_is_spelled_like_it_unless_it_was_looked_for() -> None:
    far = "no word of this vocabulary is spelled like"
    assert hint(["oxen"], "ox") == ""
    assert hint(["oxen"], "q" * 201) == "near spellings are sought for words of up to 200 letters"
    assert hint(["oxen"], "ox", "zebra") == f"{far} 'zebra'"
    many = [f"{letter * 4}" for letter in "bcdfghjklm"]
    assert hint(["zebra"], *many, "zebr").startswith(f"{far} 'bbbb' or 'cccc'")
    assert hint(["zebra"], *many, "zebr").endswith("'mmmm'")
