"""Regular expressions: the same words as Python's engine finds, and an end to every pattern."""

from __future__ import annotations

import random
import re
import warnings
from pathlib import Path

import pytest
from running import loaded, vecalc

from vecalc.errors import UsageError
from vecalc.space import regular
from vecalc.space.patterns import pattern

FORTY = "a" * 40 + "!"
ENDLESS = ["/(a|a)*$/", "/(a|aa)+$/", "/^(a|b|ab|a)*c?$/", "/(?=(a|a)+$)/"]
HARMLESS = [
    *("/ing$/", "/^un/", "/^[a-z]+$/", "/(foo|bar)/", "/.*a.*b.*c/", "/[aeiou]{3}/", "/a{,2}b/", "/a{e}/"),
    *(
        "/(?i)King/",
        r"/^\w+-\w+$/",
        "/^(un|re).*ed$/",
        r"/(.)\1/",
        "/^(?!.*a)/",
        r"/\bking\b/",
        "/([a-z]+-)+/",
    ),
    *(
        "/[[a]/",
        "/[a||b]/",
        r"/\{e<=1}/",
        "/{/",
        r"/\N{LATIN SMALL LETTER A}/",
        "/a{}/",
        "/[{]x/",
        "/([a-z]+-)+/",
    ),
]


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular, "SECONDS", 0.2)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.txt"
    path.write_text(f"3 2\n{FORTY} 1 0\nb 0 1\nking 1 1\n", "utf-8")
    return path


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("text", ENDLESS)
def test_90_a_pattern_that_never_ends_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match=r"took longer than 0\.2 seconds: it can match in too many ways"):
        pattern(text).matches(FORTY)


@pytest.mark.parametrize("text", ["/(a+)+$/", "/(.*)*x/", "/(x+x+)+y/"])
def test_90_patterns_that_python_tries_for_ever_are_answered(text: str) -> None:
    assert not pattern(text).matches(FORTY)


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize(
    "arguments", [["words", "/(a|a)*$/"], ["--match", "/(a|a)*$/", "b"], ["convert", "--match", "/(a|a)*$/"]]
)
def test_every_command_ends(arguments: list[str], model: Path, tmp_path: Path) -> None:
    paths = [model, tmp_path / "o.txt"] if arguments[0] == "convert" else ["-m", model]
    done = vecalc(*arguments, *paths)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "/(a|a)*$/ took longer than" in done.err


@pytest.mark.usefixtures("short_patience")
def test_a_batch_ends_at_once_and_does_not_wait_for_each_line(model: Path) -> None:
    done = vecalc("-m", model, "--match", "/(a|a)*$/", stdin="b\n" * 1000)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1


@pytest.mark.usefixtures("short_patience")
def test_settings_of_a_folder_can_not_hang_it(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (model.parent / "vecalc.toml").write_text(f'model = "{model.name}"\nmatch = "/(a|a)*$/"\n', "utf-8")
    monkeypatch.chdir(model.parent)
    done = vecalc("b")
    assert done.code == 2
    assert "it can match in too many ways" in done.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/a{99999999999}/", "its repetitions come to more than 1,000,000 characters"),
        ("/((a{1000}){1000}){1000}/", "its repetitions come to more than 1,000,000 characters"),
        (f"/{'a{1000}' * 200}/", "its repetitions come to more than 1,000,000 characters"),
        (f"/{'[a-z]|' * 400}/", "it has more than 2,000 characters"),
        (f"/{'(' * 900}a{')' * 900}/", "too many brackets inside each other"),
        (f"/{'(?:' * 300}a{')*' * 300}/", "too many brackets inside each other"),
        ("/(?R)/", "unknown extension ?R"),
        ("/(/", "missing ), unterminated subpattern"),
    ],
)
def test_what_is_too_large_or_no_expression_is_one_short_line(text: str, told: str, model: Path) -> None:
    done = vecalc("words", "-m", model, text)
    assert done.code == 2
    assert told in done.err
    assert len(done.err.splitlines()) == 1
    assert len(done.err) < 300


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_patterns_find_what_python_finds(text: str) -> None:
    rng = random.Random(1)  # noqa: S311
    words = ["".join(rng.choices("aabbcefiknoruxy-{}eK", k=rng.randrange(1, 70))) for _ in range(2000)]
    words += [
        "king",
        "King",
        "un-king",
        "foobar",
        "unasked",
        "the king is",
        "a{e}",
        "a{}",
        "café-au",
        "{x",
        "[x",
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        expected = list(filter(re.compile(text[1:-1]).search, words))
    assert list(filter(pattern(text).matches, words)) == expected


def test_words_of_any_length_are_read_by_one_rule() -> None:
    for text in (r"/^\w+$/", "/^.[^a]+$/"):
        wanted = pattern(text)
        for word in ("हिन्दी", "cafe\u0301", "x_1", "x-", "bब"):
            assert bool(wanted.matches(word)) == bool(wanted.matches(word * 60)), (text, word)


def test_the_second_engine_is_loaded_only_where_it_is_needed(model: Path) -> None:
    assert "regex" not in loaded("words", "-m", model, "/ing$/")
    assert "regex" in loaded("words", "-m", model, r"/\bk/")


def test_90_a_glob_of_thousands_of_characters_is_refused() -> None:
    done = vecalc("words", "[" * 20_000)
    assert (done.code, done.out) == (2, "")
    assert "a pattern may have 1,000 characters, not 20,000" in done.err


def test_90_a_setting_of_thousands_of_digits_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vecalc.toml").write_text(f"top = {'9' * 5_000}")
    monkeypatch.chdir(tmp_path)
    done = vecalc("king")
    assert done.code == 4
    assert "vecalc.toml: not TOML: Exceeds the limit" in done.err
