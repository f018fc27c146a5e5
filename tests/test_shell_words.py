"""What a shell has taken apart: one expression or phrase again, several expressions, or an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from embedders import write_textual
from running import FAMILY, family, vecalc, write_model

ONE_EXPRESSION = [
    "king - man",
    "king - man + woman",
    "- man + king",
    "king + man -k 5",
    "-k 5 king + man",
    "king -k 5 + man",
    "2 * king",
    "2* king",
    "king *2",
    "king +woman",
    "king , queen",
    "king / 2 ^ 2",
    "king @ queen",
    "man : king :: woman : ?",
    "king - x where x = man",
    "[king, queen]",
    "cos( king, queen )",
    "king - man => queen",
]


@pytest.mark.parametrize("line", ONE_EXPRESSION)
def test_signs_that_stand_alone_make_one_expression(line: str) -> None:
    arguments = line.split(" ")
    text = line.replace("-k 5 ", "").removesuffix(" -k 5")
    done, quoted = family(*arguments, stdin="queen\n"), family(text, *(["-k", "5"] if "-k" in line else []))
    note = f"vecalc: note: read as one expression: {text}\n"
    assert (done.code, done.out, done.err) == (quoted.code, quoted.out, note + quoted.err)
    assert family(*arguments, "-q").err == family(text, "-q").err


@pytest.mark.parametrize(
    ("line", "phrase"),
    [
        ("king not man", "king - man"),
        ("not a king but not without queen", "queen - king"),
        ("I want the king", "want + king"),
        ("king without man, queen or woman", "king - man - queen - woman"),
    ],
)
def test_words_with_a_negation_are_one_phrase(line: str, phrase: str, tmp_path: Path) -> None:
    model = write_model(tmp_path / "m.txt", ["king", "queen", "man", "woman", "want", "boy"])
    done = vecalc("-m", model, *line.split(" "))
    told = f'vecalc: note: read as one phrase: phrase("{line}")\nvecalc: note: read as: {phrase}\n'
    assert done.code == 0
    assert done.err == told
    assert done.out == vecalc("-m", model, phrase).out


def test_where_the_model_reads_texts_words_are_a_text_as_in_quotes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_textual(tmp_path / "pot")
    words = ["the", "cats", "without", "dogs"]
    for of in (("-m", "pot"), ("explain", "-m", "pot"), ("diff", "-m", "pot", "-m", "b=pot")):
        done, quoted = vecalc(*of, *words), vecalc(*of, " ".join(words))
        assert done.code == quoted.code == 0, done.err
        assert (done.out, done.err) == (quoted.out, quoted.err)
        assert "read as a text" in done.err
        assert "phrase" not in done.err
    model = write_model(tmp_path / "m.txt", words)
    assert "read as one phrase" in vecalc("-m", "pot", *words, "--exact").err
    assert "read as one phrase" in vecalc("diff", "-m", "pot", "-m", model, *words).err
    assert "read as one phrase" in vecalc("-m", model, "-m", "b=pot", *words).err


def test_a_function_before_its_arguments_is_said_to_be_one() -> None:
    assert (
        "note: cos is a function, in quotes: vecalc 'cos(king, queen)'\n"
        in family("cos", "king", "queen").err
    )
    assert "note: dot is a function, in quotes: vecalc 'dot(king)'\n" in family("dot", "king").err
    assert "is a function" not in family("cos").err
    assert "is a function" not in family("king", "cos").err


def test_how_words_are_read_is_not_told_of_a_line_that_has_no_model() -> None:
    done = vecalc("king", "-man", "+", "woman")
    assert "read as one" not in done.err
    assert "'king - man + woman'" in done.err


@pytest.mark.parametrize(
    "line", ["king queen", "man woman he she", "a b c", "king man woman", "he the", "not never", "king 'and'"]
)
def test_words_alone_are_expressions_of_their_own(line: str) -> None:
    arguments = line.replace("'", '"').split(" ")
    done = family(*arguments)
    assert [text for text in done.out.splitlines() if text in {f"# {word}" for word in arguments}] == [
        f"# {word}" for word in arguments
    ]
    assert "read as one" not in done.err


def test_words_stay_expressions_with_words_and_names() -> None:
    assert "read as one" not in family("--words", "king", "not", "man").err
    assert "read as one" not in family("--let", "x = king", "x", "the", "man").err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["king", "-"], "a - between expressions; put the whole expression in quotes"),
        (["-", "king"], "a - between expressions; put the whole expression in quotes"),
        (["king - man", "+", "woman"], "in quotes: vecalc '(king - man) + woman'"),
        (["king - man", "queen *"], "ends too early"),  # both have blanks: they were in quotes
        (["king", "-queen"], "if -queen is part of an expression, write it in quotes: vecalc 'king - queen'"),
        (["king", "-man", "+", "woman"], "in quotes: vecalc 'king - man + woman'; check the spelling"),
        (["-man", "+", "king"], "in quotes: vecalc '-man + king'"),
        (["king", "-mnope"], "vecalc 'king - mnope'"),
    ],
)
def test_what_a_shell_took_apart_and_is_not_certain_is_shown_in_quotes(
    arguments: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = vecalc(*arguments, stdin="queen\n")
    assert done.code != 0
    assert told in done.err


def test_the_files_that_a_shell_puts_in_place_of_a_star_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b c", ".hidden"):
        (tmp_path / name).touch()
    done = family("king", "a.txt", "b c", "2")
    assert done.code == 2
    assert done.err.endswith("put the expression in quotes: vecalc 'king * 2'\n")
    assert family("king", "a.txt", "2").code == 3  # not all of them
    for name in ("a.txt", "b c"):
        (tmp_path / name).unlink()
    (tmp_path / "queen").touch()
    assert family("king", "queen", "man").code == 0  # a file that is called like a word


def test_an_expression_of_a_command_is_joined_as_well() -> None:
    done = vecalc("explain", "king", "-", "man", "--json", "-m", FAMILY)
    assert done.err == "vecalc: note: read as one expression: king - man\n"
    assert done.out == vecalc("explain", "king - man", "--json", "-m", FAMILY).out
    refused = vecalc("compare", "king", "-", "man", "woman", "-m", FAMILY)
    assert refused.code == 2
    assert "each in quotes" in refused.err
