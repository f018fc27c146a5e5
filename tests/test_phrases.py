"""Phrases: whatever is said becomes an expression that says the same again, by the lists in force."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import family, vecalc, write_model
from textual import textual

import vecalc as api
from vecalc.calc.values import array
from vecalc.errors import FileProblem, NoValue, UnknownWords
from vecalc.lang.nodes import Word, walk
from vecalc.lang.phrase_lists import PhraseLists, Role, phrase_lists
from vecalc.lang.phrases import read_phrase
from vecalc.lang.show import quote, show
from vecalc.space.matrix import MatrixSpace

WORDS = [
    "want", "food", "american", "eat", "sugar", "salt", "tasty", "New_York", "ice cream", "well-known", "US",
    "us", "C++", "non-stop", "rock'n'roll", "where", "24-hour", "naïve", "👑", "not", "the", "5", "wein",
    "bier", "frei",
]  # fmt: skip


def calculator(**options: object) -> api.Calculator:
    rows = np.random.default_rng(7).normal(size=(len(WORDS), 16)).astype(np.float32)
    return api.Calculator(MatrixSpace(WORDS, rows), api.Options(**options))  # type: ignore[arg-type]


def reading(text: str, lists: str = "") -> str:
    return calculator(phrase_words=lists)(f"phrase({quote(text)})").parsed


def neighbours(answer: api.Answer) -> object:
    assert isinstance(answer.result, api.Ranking)
    return answer.result.neighbours


# --- what it means ----------------------------------------------------------------------------


def test_the_question_that_began_it_all() -> None:
    one = calculator()
    answer = one('phrase("I want non american food")')
    assert answer.parsed == "want + food - american"
    assert answer.notes == ("read as: want + food - american",)
    assert neighbours(answer) == neighbours(one("want + food - american"))
    assert reading("I want to eat non-american food") == "want + eat + food - american"
    without = one('phrase("non american food", negate=without)')
    assert without.parsed == "without(food, american)"
    assert neighbours(without) == neighbours(one("without(food, american)"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("new york food", "New_York + food"),
        ("New York", "New_York"),
        ("NON US food, not for us", "food - US"),
        ("ice cream without sugar", '"ice cream" - sugar'),
        ("non-stop C++", 'non-stop + "C++"'),
        ("well known food", "well-known + food"),
        ("👑 food", '"👑" + food'),
        ("a 24-hour food", "24-hour + food"),
        ("where is the food", "food"),
        ("food’s salt", "food + salt"),
    ],
)
def test_tokens_of_any_kind_are_words(text: str, expected: str) -> None:
    assert reading(text) == expected


def test_trees_from_elsewhere_may_have_phrases() -> None:
    (tree,) = api.parse('phrase("food without sugar")')
    names = {"A": tree}
    first, second = calculator().answers([api.Question("A", 1, names), api.Question("food - sugar")])  # type: ignore[arg-type]
    assert neighbours(first) == neighbours(second)
    done = vecalc("compare", 'phrase("food without sugar")', "king", "-k", "2")
    assert (done.code, done.err) == (0, "vecalc: note: read as: food - sugar\n")


def test_several_words_are_a_text_where_the_model_reads_texts() -> None:
    """So there is no hint that they may be a phrase."""
    space = calculator().spaces[""]
    question = [api.Question("non american food")]
    (words,) = calculator().answers(question)
    (texts,) = api.Calculator(textual(space, WORDS)).answers(question)
    assert words.error is not None
    assert words.error.hint == 'phrase("non american food") is read as food - american'
    assert texts.error is None


def test_a_token_of_several_words_begins_and_ends_with_what_says_something() -> None:
    known = {"a ball": "a-ball", "new york": "new_york", "sports": "sports", "ball": "ball"}
    read = read_phrase("sports in new york without a ball", phrase_lists(""), known.get)
    assert show(read.tree) == "sports + new_york - ball"


def test_a_mistake_is_pointed_at_in_the_text() -> None:
    text = 'want + phrase("food without suger")'
    with pytest.raises(UnknownWords) as raised:
        calculator()(text)
    span = raised.value.span
    assert span is not None
    assert text[span.start : span.end] == "suger"
    assert "sugar" in raised.value.suggestions


def test_exact_words_are_joined_as_the_vocabulary_has_them() -> None:
    one = calculator(exact=True)
    assert one('phrase("New York food")').parsed == "New_York + food"
    with pytest.raises(UnknownWords, match="'new', 'york'"):
        one('phrase("new york food")')


def test_a_name_is_read_each_time_with_its_note() -> None:
    one = calculator()
    one.define('diet = phrase("food without sugar")')
    assert one("diet + salt").notes == ("read as: food - sugar",)
    assert neighbours(one("diet + salt")) == neighbours(one("food - sugar + salt"))
    one.define("phrase(x) = 2 * x")  # a definition of one's own is what is called
    for own in (one('phrase("food")'), calculator()('phrase("food") where phrase(x) = 2 * x')):
        assert own.parsed.startswith('phrase("food")')
        assert own.notes == ()


# --- whatever is said ---------------------------------------------------------------------------

SAID = st.lists(
    st.one_of(
        st.sampled_from(
            [*WORDS, "new york", "non-american", "sugar-free", "tasty/salt", ", ", ".", "(", '"', "-"]
        ),
        st.sampled_from([" ".join(entry) for entry in phrase_lists().roles]),
        st.text(max_size=4),
    ),
    max_size=12,
)


@given(SAID, st.sampled_from([" ", "", ", "]), st.sampled_from(["minus", "without"]))
@settings(max_examples=300, deadline=None)
def test_any_phrase_is_an_expression_that_says_it_again(said: list[str], joint: str, way: str) -> None:
    """Words that the vocabulary lacks are left out; where nothing is left, that is said."""
    text = joint.join(said)
    one = calculator()
    answer = next(iter(one.answers([api.Question(f"phrase({quote(text)}, negate={way})")])))
    if isinstance(answer.error, UnknownWords):
        assert all(word.word and 0 <= word.span.start < word.span.end for word in answer.error.missing)
        assert api.parse(answer.parsed)
        return
    if isinstance(answer.error, NoValue):
        return
    assert answer.error is None
    again = calculator()
    assert np.array_equal(
        array(again.value(answer.parsed)), array(one.value(f"phrase({quote(text)}, negate={way})"))
    )


@given(SAID)
@settings(max_examples=200, deadline=None)
def test_every_word_of_a_reading_is_in_the_phrase(said: list[str]) -> None:
    text = " ".join(said)
    try:
        tree = read_phrase(text, phrase_lists(), lambda word: word if word in WORDS else None).tree
    except NoValue:
        return
    for node in walk(tree):
        assert 0 <= node.span.start < node.span.end <= len(text)
        if isinstance(node, Word):
            assert node.text.split(" ")[0] in text
    assert api.parse(show(tree))


def test_a_long_phrase_is_read_in_no_time() -> None:
    text = " ".join(["food without sugar, salt", "non-american"] * 1500)
    answer = calculator()(f"phrase({quote(text)})")
    assert answer.parsed.count("- ") == 3000
    assert "--limit size" in str(
        next(iter(calculator().answers([api.Question(f"phrase({quote(text * 2)})")]))).error.hint
    )  # type: ignore[union-attr]


# --- lists ----------------------------------------------------------------------------------------

GERMAN = """\
[not]
nicht
[without]
ohne, kein, keine
[stop words]
ich, will, ein, eine, einen, der, die, das
[ends]
mit
[and]
und
[suffixes]
frei
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ich will ein bier ohne salt und sugar", "bier - salt - sugar"),
        ("kein wein mit salt", "salt - wein"),
        ("nicht american food", "food - american"),
        ("sugar-frei food", "food - sugar"),
        ("not food", "not + food"),
    ],
)
def test_a_language_of_ones_own(text: str, expected: str) -> None:
    assert reading(text, GERMAN) == expected


def test_the_list_of_the_manual_has_the_forms_of_its_words() -> None:
    manual = (Path(__file__).parent.parent / "docs" / "language.md").read_text("utf-8")
    lists = "[without]" + manual.split("```\n[without]", 1)[1].split("```", 1)[0]
    assert "außer" in lists
    for no in ("kein", "keine", "keinen", "keinem", "keiner", "keines"):
        assert reading(f"food mit {no} wein", lists) == "food - wein"
    for free in ("frei", "freies", "freien", "los", "losen"):
        assert reading(f"den sugar-{free} wein", lists) == "wein - sugar"


def test_what_is_known_to_be_free_of_something_needs_no_hyphen() -> None:
    assert reading("sugar free food") == "food - sugar"
    assert reading("not sugar free food") == "sugar + food"
    assert "unknown word 'free'" in str(
        next(iter(calculator().answers([api.Question('phrase("want free food")')]))).error
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nicht lieber wein", "-wein"),
        ("lieber wein als food", "wein - food"),
        ("lieber wein. als food", "wein + food"),
        ("wein als food", "wein + food"),
        ("lieber als wein", "wein"),  # nothing is between them
        ("lieber " + "und wein " * 8 + "als food", " + ".join(["wein"] * 8) + " + food"),  # too far apart
    ],
)
def test_an_entry_may_have_other_words_in_its_middle(text: str, expected: str) -> None:
    lists = "[not]\nnicht\n[without]\nlieber ... als\n[stop words]\nlieber, als\n[and]\nund\n"
    assert reading(text, lists) == expected


def test_a_file_may_add_to_english() -> None:
    added = "[english]\n[stop words]\ntasty # a remark\n[without]\nexpelling\n"
    assert reading("tasty food without sugar", added) == "food - sugar"
    assert reading("food expelling sugar and salt", added) == "food - sugar - salt"
    again = phrase_lists("[stop words]\nnon\n[english]\n")
    assert again.role("non") is Role.STOP  # what is said here counts, wherever it stands


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no words that negate"),
        ("\n", "has no words that negate"),
        ("[stop words]\nder\n", "has no words that negate"),
        ("nicht\n", "has words outside of a section"),
        ("[english]\nnicht\n", "has words outside of a section"),
        ("[nicht]\nkein\n", "has an unknown section"),
    ],
)
def test_lists_that_say_nothing_are_refused(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "own.words"
    path.write_text(text, "utf-8")
    done = family("--phrase-words", path, 'phrase("king")')
    assert (done.code, done.out) == (4, "")
    assert f"{path}" in done.err
    assert told in done.err
    if text:
        with pytest.raises(FileProblem, match=told):
            phrase_lists(text)


def test_lists_that_can_not_be_read(tmp_path: Path) -> None:
    assert "can't be read" in family("--phrase-words", tmp_path / "none", "king").err
    (tmp_path / "latin").write_bytes(b"[not]\nn\xe3o\n")
    assert "not UTF-8" in family("--phrase-words", tmp_path / "latin", "king").err


def english() -> PhraseLists:
    return phrase_lists()


def test_the_english_lists_are_sound() -> None:
    assert {*english().roles.values()} == {*Role}
    text = (Path(api.__file__).parent / "english.words").read_text("utf-8")
    body = [line.split("#")[0] for line in text.splitlines() if not line.startswith("[")]
    assert {*english().halves.values()} == {Role.NOT, Role.WITHOUT}
    entries = [entry.strip() for line in body for entry in line.split(",") if entry.strip()]
    twice = {entry for entry in entries if entries.count(entry) > 1}
    assert twice == {"non", "anti", "less", "-"}  # as words and as affixes
    assert all(entry == entry.casefold() for entry in entries)


# --- on the command line --------------------------------------------------------------------------


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model.txt", ["want", "food", "american", "sugar", "wein", "bier"])


def test_a_column_of_phrases(model: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("text\nnon american food\nfood without sugar\nthe\n", "utf-8")
    done = vecalc("-m", model, "--csv", table, "-e", "phrase(text)", "--json", "-k", "1")
    first, second, third = done.records
    assert first["notes"] == ["read as: food - american"]
    assert second["results"] == vecalc("-m", model, "food - sugar", "--json", "-k", "1").records[0]["results"]
    assert "nothing is left of the phrase" in third["error"]["message"]


def test_features_read_a_phrase_once_and_no_column(model: Path, tmp_path: Path) -> None:
    table, output = tmp_path / "table.csv", tmp_path / "out.csv"
    table.write_text("a\nfood\nwant\n", "utf-8")
    common = ("features", table, "-m", model, "-o", output)
    done = vecalc(*common, "-e", 'cos(a, phrase("food without sugar"))')
    assert done.code == 0
    assert "read as: food - sugar" in done.err
    plain = output.read_text("utf-8").splitlines()[1:]
    assert vecalc(*common, "-e", "cos(a, food - sugar)").code == 0
    assert output.read_text("utf-8").splitlines()[1:] == plain
    refused = vecalc(*common, "-e", "norm(phrase(a))")
    assert refused.code == 3
    assert "vecalc --csv reads the phrase of each row" in refused.err


def test_explain_shows_the_tree(model: Path) -> None:
    done = vecalc("explain", "-m", model, 'phrase("want non american food")', "--json")
    rows = json.loads(done.out)
    tree = next(sheet for sheet in rows if sheet["title"] == "Tree") if isinstance(rows, list) else rows
    assert "- american" in json.dumps(tree)
    assert "want + food - american" in done.out


def test_own_lists_from_flag_and_settings(model: Path, tmp_path: Path) -> None:
    lists = tmp_path / "german.words"
    lists.write_text(GERMAN, "utf-8")
    text = 'phrase("bier ohne sugar")'
    told = "vecalc: note: read as: bier - sugar\n"
    assert vecalc("-m", model, text, "--phrase-words", lists).err == told
    assert vecalc("-m", model, text, VECALC_PHRASE_WORDS=str(lists)).err == told
    assert "unknown word 'ohne'" in vecalc("-m", model, text).err
    done = vecalc("-m", model, "bier", "ohne", "sugar", "--phrase-words", lists)
    assert done.err == f"vecalc: note: read as one phrase: {text}\n{told}"
    output = vecalc("-m", model, text, "--phrase-words", lists, "-o", lists, "--format", "csv")
    assert "input and output are the same file" in output.err
