"""docs/coming-from.md: what stands in its tables is run on both sides, and gives the same words and numbers.

gensim is itself; fastText, word2vec's programs and spaCy are what they compute, written in numpy.
"""

from __future__ import annotations

import json
import re
import shlex
import warnings
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from data import data_file, needs_data
from running import Done, vecalc

PAGE = Path(__file__).parents[1] / "docs" / "coming-from.md"
NEWS = data_file("googlenews-8000x300/googlenews-8000x300.w2v.txt.gz")
PAIRS, QUESTIONS = "eval-wordsim353/combined.tab", "eval-google-analogies/questions-words.txt"
SOME = 600  # lines of analogies
CLOSE = 2e-6  # six digits are printed, and others compute in float32


class Row(NamedTuple):
    """A row of a table: what is typed there, and here."""

    section: str
    theirs: str
    ours: str


def rows() -> list[Row]:
    found = []
    for section in re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        for line in re.findall(r"^\| (.*) \|$", section, re.MULTILINE):
            theirs, ours = line.split(" | ", 1)
            found.append(Row(section.partition("\n")[0], theirs, ours))
    return [row for row in found if "vecalc" in row.ours and row.ours != "vecalc"]


CALLS = [row for row in rows() if row.theirs.startswith("`") and not row.theirs.startswith("`fasttext ")]

MEASURED = [row for row in CALLS if ".evaluate_" in row.theirs]

# --- theirs ---------------------------------------------------------------------------------


@cache
def kv() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from gensim.models import KeyedVectors

        return KeyedVectors.load_word2vec_format(str(NEWS))


def vector(word: str) -> np.ndarray:
    row: np.ndarray = kv().get_vector(word).astype(np.float64)
    return row


def unit(x: np.ndarray) -> np.ndarray:
    row: np.ndarray = x / np.linalg.norm(x)
    return row


def nearest(query: np.ndarray, k: int, without: tuple[str, ...] = ()) -> list[tuple[str, float]]:
    matrix = kv().vectors.astype(np.float64)
    cosines = matrix @ unit(query) / np.linalg.norm(matrix, axis=1)
    order = np.argsort(-cosines, kind="stable")
    words = ((kv().index_to_key[row], float(cosines[row])) for row in order)
    return [pair for pair in words if pair[0] not in without][:k]


class FastText:
    """What fastText's own code computes (`FastText::getNN`, `getAnalogies`, `getSentenceVector`)."""

    def get_word_vector(self, word: str) -> np.ndarray:
        return vector(word)

    def get_sentence_vector(self, text: str) -> np.ndarray:
        row: np.ndarray = np.mean([unit(vector(word)) for word in text.split()], axis=0)
        return row

    def get_nearest_neighbors(self, word: str, k: int = 10) -> list[tuple[float, str]]:
        return [(score, found) for found, score in nearest(vector(word), k, (word,))]

    def get_analogies(self, a: str, b: str, c: str, k: int = 10) -> list[tuple[float, str]]:
        query = unit(vector(a)) - unit(vector(b)) + unit(vector(c))
        return [(score, found) for found, score in nearest(query, k, (a, b, c))]


class Doc:
    """A text of spaCy, `nlp(text)`: its vector is the mean of those of its words."""

    def __init__(self, text: str) -> None:
        self.vector: np.ndarray = np.mean([vector(word) for word in text.split()], axis=0)
        self.vector_norm = float(np.linalg.norm(self.vector))

    def similarity(self, other: Doc) -> float:
        return float(self.vector @ other.vector / self.vector_norm / other.vector_norm)


class Pipeline:
    """As much of spaCy's `nlp` as the page uses: `nlp.vocab.vectors.most_similar` gives rows and scores."""

    def __init__(self) -> None:
        self.vocab = self.vectors = self

    def __call__(self, text: str) -> Doc:
        return Doc(text)

    def most_similar(self, queries: np.ndarray, n: int) -> list[tuple[str, float]]:
        (query,) = queries
        return nearest(query, n)


def typed(program: str, words: list[str]) -> list[tuple[str, float]]:
    """What `distance.c` and `word-analogy.c` print for a line of words: their N is 40."""
    units = [unit(vector(word)) for word in words]
    query = np.sum(units, axis=0) if program == "distance" else units[1] - units[0] + units[2]
    return nearest(query, 40, tuple(words))


def their_answer(row: Row) -> Any:
    codes = re.findall(r"`([^`]+)`", row.theirs)
    if row.section == "word2vec in C":
        return typed(codes[0], codes[1].split())
    names = {"kv": kv(), "np": np, "model": FastText(), "nlp": Pipeline(), "__builtins__": {"len": len}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of gensim's own calls
        return eval(codes[0], names)  # noqa: S307 - our own page


# --- ours -----------------------------------------------------------------------------------


def our_answer(row: Row) -> Done:
    command = re.findall(r"`(vecalc [^`]+)`", row.ours)[0]
    _, *arguments = shlex.split(command)
    done = vecalc("-m", NEWS, *arguments)
    assert done.code == 0, done.err
    return done


def check(theirs: Any, done: Done) -> None:
    """The same answer, of whatever kind."""
    lines = [line for line in done.out.splitlines() if not line.startswith("# rank")]
    match theirs:
        case str():  # one word: the label of the only row, or the first neighbour
            label = re.fullmatch(r"# 1: (.*), length .*", lines[0])
            assert theirs == (label[1] if label else lines[0].split("\t")[1])
        case [str(), *_]:
            assert [line.split("\t")[1] for line in lines] == theirs
        case [(_, _), *_]:
            pairs = [(one, other) if isinstance(one, str) else (other, one) for one, other in theirs]
            found = [line.split("\t") for line in lines]
            assert [word for _, word, _ in found] == [word for word, _ in pairs]
            assert [float(score) for *_, score in found] == pytest.approx(
                [float(score) for _, score in pairs], abs=CLOSE
            )
        case np.ndarray(ndim=1) if len(theirs) == kv().vector_size:
            assert np.array(lines[0].split(), float) == pytest.approx(theirs, abs=CLOSE)
        case np.ndarray(ndim=1) | list():
            assert [float(line) for line in lines] == pytest.approx(list(theirs), abs=CLOSE)
        case _:  # a number, or the first one of a row
            assert float(lines[0].split("\t")[0]) == pytest.approx(float(theirs), abs=CLOSE)


# --- the tests ------------------------------------------------------------------------------


@needs_data
@pytest.mark.parametrize("row", [row for row in CALLS if row not in MEASURED], ids=lambda row: row.theirs)
def test_both_sides_of_a_row_answer_alike(row: Row) -> None:
    check(their_answer(row), our_answer(row))


@needs_data
@pytest.mark.parametrize("row", MEASURED, ids=lambda row: row.theirs)
def test_both_sides_measure_alike(row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pairs.tsv").write_bytes(data_file(PAIRS).read_bytes())
    some = data_file(QUESTIONS).read_text("utf-8").splitlines(keepends=True)[:SOME]
    Path("questions-words.txt").write_text("".join(some), "utf-8")
    theirs = their_answer(row)
    _, *arguments = shlex.split(row.ours.strip("`"))
    done = vecalc(*arguments, "-m", NEWS, "--json", "--resamples", "100", "--quiet")
    assert done.code == 0, done.err
    found = json.loads(done.out)[0]["rows"][0]
    if "pairs" in row.theirs:
        assert found["Spearman"] == pytest.approx(float(theirs[1][0]), abs=1e-9)
        assert found["Pearson"] == pytest.approx(float(theirs[0][0]), abs=CLOSE)
    else:
        assert found["accuracy"] == pytest.approx(theirs[0])


NAMES = """most_similar(positive restrict_vocab topn most_similar_cosmul similar_by_vector rank( similarity(
n_similarity distances doesnt_match closer_than relative_cosine_similarity evaluate_word_pairs kv["king"]
evaluate_word_analogies get_nearest_neighbors get_analogies word-analogy `distance` vector_norm
vectors.most_similar get_sentence_vector"""
OTHERS = ("wmdistance", "save_word2vec_format", "print-word-vectors", "compute-accuracy", "fasttext nn")


def test_the_page_names_what_people_look_for() -> None:
    """So that no row is lost, or read as no call."""
    calls = " ".join(row.theirs for row in CALLS)
    for name in NAMES.split():
        assert name in calls, name
    text = PAGE.read_text("utf-8")
    for name in OTHERS:
        assert name in text, name
    assert len(CALLS) > 30


@needs_data
def test_the_odd_one_is_that_of_gensim() -> None:
    """In random company, of frequent words."""
    rng = np.random.default_rng(5)
    words = [word for word in kv().index_to_key[:2000] if word.isalpha()]
    for count in (3, 4, 5, 8):
        for _ in range(5):
            some = [words[i] for i in rng.choice(len(words), count, replace=False)]
            quoted = ", ".join(f'"{word}"' for word in some)
            done = vecalc("-m", NEWS, "-k", "1", "--exact", "--", f"odd({quoted})")
            assert done.out.startswith(f"# 1: {kv().doesnt_match(some)}, length"), some


@needs_data
def test_a_rank_is_that_of_gensim() -> None:
    rng = np.random.default_rng(6)
    words = [word for word in kv().index_to_key[:2000] if word.isalpha()]
    pairs = [[words[i] for i in rng.choice(len(words), 2, replace=False)] for _ in range(20)]
    lines = "".join(f'rank("{word}", "{of}")\n"{of}" => "{word}" @8000\n' for of, word in pairs)
    done = vecalc("-m", NEWS, "-k", "1", "--exact", "--json", stdin=lines)
    records = done.records
    for i, (of, word) in enumerate(pairs):
        wanted = kv().rank(of, word)
        assert records[2 * i]["value"] == wanted
        assert records[2 * i + 1]["expected"]["rank"] == wanted
