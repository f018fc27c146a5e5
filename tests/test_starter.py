"""The shipped starter space holds what it promises, judged from its files with numpy alone."""

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

STARTER = Path(__file__).parents[1] / "vecalc" / "starter"


@pytest.fixture(scope="module")
def words():
    return (STARTER / "words.txt").read_bytes().decode("utf-8").removesuffix("\n").split("\n")


@pytest.fixture(scope="module")
def place(words):
    return {word: at for at, word in enumerate(words)}


@pytest.fixture(scope="module")
def stored():
    return np.load(STARTER / "vectors.npy")


@pytest.fixture(scope="module")
def unit(stored):
    rows = stored.astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def nearest(unit, words, place):
    def find(target, without, count):
        order = np.argsort(-(unit @ target), kind="stable")[: count + len(without)]
        return [words[at] for at in order if words[at] not in without][:count]

    return find


@pytest.fixture
def vector(unit, place):
    return lambda word: unit[place[word]]


def test_facts_name_the_files_as_they_are(stored):
    text = (STARTER / "facts.json").read_text(encoding="utf-8")
    facts = json.loads(text)
    assert text == json.dumps(facts, indent=2, sort_keys=True) + "\n"
    assert (facts["format"], facts["name"], facts["order"]) == (1, "starter", "frequency")
    assert (facts["rows"], facts["width"], facts["type"]) == (*stored.shape, str(stored.dtype))
    assert set(facts["digests"]) == {"vectors.npy", "lengths.npy", "words.txt"}
    for name, digest in facts["digests"].items():
        assert hashlib.sha256((STARTER / name).read_bytes()).hexdigest() == digest


def test_vectors_are_plain_bytes_with_full_range(stored):
    assert stored.dtype == np.int8
    assert stored.flags.c_contiguous
    assert len(stored) >= 60_000
    assert np.abs(stored.astype(np.int16)).max(axis=1).tolist() == [127] * len(stored)


def test_lengths_belong_to_the_rows(stored):
    lengths = np.load(STARTER / "lengths.npy")
    assert lengths.dtype == np.float32
    exact = np.sqrt((stored.astype(np.int64) ** 2).sum(axis=1).astype(np.float64))
    assert np.array_equal(lengths, exact.astype(np.float32))


def test_words_are_lower_case_and_single(words, stored):
    assert len(words) == len(set(words)) == len(stored)
    assert all(word == word.lower().strip() and word.isalpha() for word in words)
    assert words[0] == "the"


def test_names_of_today_are_in(place):
    names = "obama google beijing microsoft toyota einstein messi zuckerberg huawei netflix bbc fbi opec"
    assert set(names.split()) <= place.keys()


def test_files_stay_small():
    assert sum(path.stat().st_size for path in STARTER.iterdir()) < 14_000_000


def test_notice_carries_all_licences():
    notice = (STARTER / "NOTICE").read_text(encoding="utf-8")
    assert "WordNet 3.0 Copyright 2006 by Princeton University" in notice
    assert "Copyright 2000-2011 by Kevin Atkinson" in notice
    assert "Public Domain Dedication and License (PDDL)" in notice
    assert "Jeffrey Pennington, Richard Socher and Christopher D. Manning" in notice


def ranks(values):
    """Ranks from 1, ties sharing their mean."""
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    return (last - (sizes - 1) / 2)[group]


@pytest.mark.parametrize(("name", "least", "known", "total"), [
    ("wordsim353.tsv", 0.73, 353, 353),
    ("simlex999.txt", 0.50, 998, 999),
])  # fmt: skip
def test_similarity_follows_people(unit, place, name, least, known, total):
    folder = Path(find_spec("gensim").submodule_search_locations[0]) / "test" / "test_data"
    lines = (folder / name).read_text(encoding="utf-8").lower().splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    pairs = [(unit[place[a]] @ unit[place[b]], float(rating)) for a, b, rating, *_ in rows
             if a in place and b in place]  # fmt: skip
    assert (len(pairs), len(rows)) == (known, total)
    ours, theirs = np.array(pairs).T
    assert np.corrcoef(ranks(ours), ranks(theirs))[0, 1] >= least


def test_king_less_man_plus_woman_is_queen(nearest, vector):
    target = vector("king") - vector("man") + vector("woman")
    assert nearest(target, ["king", "man", "woman"], 1) == ["queen"]


def test_paris_less_france_plus_italy_gives_rome(nearest, vector):
    target = vector("paris") - vector("france") + vector("italy")
    assert nearest(target, ["paris", "france", "italy"], 1) == ["rome"]


def test_blood_plus_color_gives_red(nearest, vector):
    assert "red" in nearest(vector("blood") + vector("color"), ["blood", "color"], 3)


def test_blood_times_color_gives_red(nearest, vector, unit):
    a, b = (vector(word) * np.sqrt(unit.shape[1]) for word in ("blood", "color"))
    assert "red" in nearest(0.5 * (a * b + a + b), ["blood", "color"], 3)


def test_eat_plus_food_less_american_gives_meals(nearest, vector):
    found = nearest(vector("eat") + vector("food") - vector("american"), ["eat", "food", "american"], 10)
    assert {"breakfast", "meal", "lunch"} <= set(found)


@pytest.mark.parametrize(("word", "near"), [
    ("king", "queen"), ("queen", "king"), ("man", "woman"), ("woman", "girl"),
    ("dog", "hound"), ("cat", "feline"), ("happy", "joyful"), ("computer", "software"),
])  # fmt: skip
def test_neighbours_make_sense(nearest, vector, word, near):
    assert near in nearest(vector(word), [word], 10)


@pytest.mark.parametrize(("one", "many", "other", "others"), [
    ("dog", "dogs", "cat", "cats"), ("big", "bigger", "small", "smaller"), ("go", "going", "eat", "eating"),
])  # fmt: skip
def test_grammatical_forms_are_parallel(nearest, vector, one, many, other, others):
    target = vector(many) - vector(one) + vector(other)
    assert nearest(target, [one, many, other], 1) == [others]
