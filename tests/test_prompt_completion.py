"""What is offered where the cursor is: the same for every editor."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from running import HARD
from terminal import Open

from vecalc.answers import Ranking
from vecalc.engine import prelude
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Options
from vecalc.errors import FileProblem
from vecalc.library import catalogue
from vecalc.shell.repl import completer, prompt_commands, prompt_options
from vecalc.shell.repl.completer import completions, of_part
from vecalc.shell.repl.prompt_command import Takes
from vecalc.shell.repl.session import Session
from vecalc.shell.request import Request
from vecalc.space import prefixes
from vecalc.space.matrix import MatrixSpace
from vecalc.space.prefixes import Prefixes
from vecalc.space.spelling import fold
from vecalc.space.words import WordList

FILMS = [
    *("the", "new", "News", "New York", "Matrix, The (1999)", "new-born", "don't", "matrix", "king"),
    *("Forrest Gump (1994)", 'say "so"', "where", "it's", "mat", "NEWEST", "back\\slash", "42"),
]


def space_of(words: list[str]) -> MatrixSpace:
    """A space in which each word is its own nearest by far."""
    return MatrixSpace(WordList(words), np.eye(len(words), max(len(words), 2), dtype=np.float32))


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session over films, which are also loaded as `users`, in a folder with some files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my files").mkdir()
    (tmp_path / "my files" / "a b.txt").touch()
    (tmp_path / ".hidden").touch()
    films = space_of(FILMS)
    calculator = Calculator({"films": films, "users": films}, Options(exclude="none"))
    return Session(calculator, Request(model=("films=films.npy", "users=films.npy"), format="table"))


def texts(session: Session, line: str) -> list[str]:
    """The whole line, with each thing that is offered in its place."""
    return [line[: one.start] + one.text for one in completions(session, line)]


def metas(session: Session, line: str) -> dict[str, str]:
    return {one.text: one.meta for one in completions(session, line)}


# --- words ----------------------------------------------------------------------------------


def test_words_in_any_case_the_most_frequent_first(session: Session) -> None:
    assert texts(session, "New") == ["new", "News", '"New York"', "new-born", "NEWEST"]
    found = ['"Matrix, The (1999)"', "matrix", "mat"]
    assert texts(session, "king - mat") == [f"king - {one}" for one in found]
    assert metas(session, "kin") == {"king": "word 9"}
    assert texts(session, "cos(king, kin") == ["cos(king, king"]
    assert "new-born" in texts(session, "new-b")
    assert '"where"' in texts(session, "wher")
    assert texts(session, "users:kin") == ["users:king"]
    assert texts(session, "users:4") == ["users:42"]
    assert "users:" in texts(session, "us")


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ('"Matr', '"Matrix, The (1999)"'),
        ('"matrix, th', '"Matrix, The (1999)"'),
        ("'Forrest G", "'Forrest Gump (1994)'"),
        ("king - 'it", "king - 'it\\'s'"),
        ('king + "say', 'king + "say \\"so\\""'),
        ("'say", "'say \"so\"'"),
        ('"new y', '"New York"'),
        ('users:"Forr', 'users:"Forrest Gump (1994)"'),
        ('"New York" - "don', '"New York" - "don\'t"'),
        ("king - don", 'king - "don\'t"'),
        ('"back\\\\', '"back\\\\slash"'),
    ],
)
def test_a_word_in_quotes_has_one_pair_of_them(line: str, whole: str, session: Session) -> None:
    assert whole in texts(session, line)
    assert not list(completions(session, whole))  # nothing is left to be completed


def test_what_is_offered_is_read_as_the_word() -> None:
    """A word as it is offered, in quotes of both kinds and without, is answered as this very word."""
    for word in [*FILMS, *HARD, "a'b", "\\", "tab\there", "_1", "cos", "set", "x:y", "é\u0301"]:
        calculator = Calculator(space_of([word, "zz"]), Options(exclude="none", k=1))
        session = Session(calculator, Request(format="table"))
        first = unicodedata.normalize("NFC", word)[0]
        begin = first if first not in "\\\"'" else f"\\{first}"
        lines = [f"'{begin}", f'"{begin}', *([word[:2]] if word[:2].isalpha() else [])]
        for line in lines:
            offered = [one.text for one in completions(session, line) if one.meta.startswith("word ")]
            assert len(offered) == 1, (word, line, offered)
            result = calculator(offered[0]).result
            assert isinstance(result, Ranking)
            assert result.neighbours[0].word == word, (word, line, offered)


# --- names, functions -----------------------------------------------------------------------


def test_names_functions_and_what_each_is(session: Session) -> None:
    session.answer("A = king - mat")
    session.answer("twice(x, n=2) = n * x")
    assert metas(session, "A")["A"] == "king - mat"
    assert metas(session, "king + twi") == {"twice(": "twice(x, n=2)"}
    assert metas(session, "king + cos(")["A"] == "king - mat"
    assert metas(session, "slerp")["slerp("].startswith("slerp(a, b, ")
    assert prelude.signatures().keys() == prelude.functions().keys()
    assert metas(session, "dilat")["dilate("] == prelude.signatures()["dilate"]
    assert texts(session, "del tw") == ["del twice"]


def test_the_words_of_an_answer_do_not_fill_the_list(session: Session) -> None:
    session.answer("king")
    assert {"_", "_1", "_10"} <= {*texts(session, "_")}
    for line in ("", "king - ", "del "):
        offered = texts(session, line)
        assert f"{line}_" in offered
        assert f"{line}_1" not in offered


def test_a_bound_name_or_a_command_leaves_the_word_in_quotes(session: Session) -> None:
    session.answer("king = mat")
    assert texts(session, "kin") == ["king", '"king"']


# --- what commands take ---------------------------------------------------------------------


def test_every_command_says_what_it_takes(session: Session) -> None:
    assert {*completer.TAKES} == {*get_args(Takes)}
    for name, command in prompt_commands.COMMANDS.items():
        assert command.takes in completer.TAKES, name
        assert (command.takes == "nothing") >= (not command.argument), name
        offered = texts(session, f"{name} ")
        assert all(one.startswith(f"{name} ") for one in offered)
        assert bool(offered) >= (command.takes in ("expression", "file", "model", "setting", "topic")), name
        assert name in [one.text for one in completions(session, name[:2])]


def test_every_setting_and_all_its_values(session: Session) -> None:
    assert texts(session, "set ") == [f"set {name}" for name in prompt_options.SETTINGS]
    assert texts(session, "reset ") == [f"reset {name}" for name in prompt_options.SETTINGS]
    for name, setting in prompt_options.SETTINGS.items():
        offered = metas(session, f"set {name} ")
        assert {*setting.choices(session), "default"} <= {*offered}, name
        assert metas(session, f"set {name[:-1]}")[name] == prompt_options.typed(session, name)
        for choice in setting.choices(session):  # and each can be set
            prompt_options.change(session, f"{name} {choice}")
            assert prompt_options.typed(session, name) == choice
    assert texts(session, "set min-s") == ["set min-score"]
    assert texts(session, "set norm r") == ["set norm rms", "set norm raw"]
    assert texts(session, "set in u") == ["set in users"]


def test_models_files_topics(session: Session) -> None:
    assert texts(session, "use ") == ["use films", "use users", "use starter", "use my files/"]
    assert metas(session, "use f") == {"films": "17 words, loaded"}
    assert texts(session, "use news=my") == ["use news=my files/"]
    assert texts(session, "use news=x.txt --embed us") == ["use news=x.txt --embed users"]
    for name in ("once", "tee", "save", "load"):
        assert texts(session, f"{name} ") == [f"{name} my files/"]
        assert texts(session, f"{name} .h") == [f"{name} .hidden"]
        assert texts(session, f"{name} my files/a") == [f"{name} my files/a b.txt"]
        assert texts(session, f"{name} no/such/folder") == []
    assert texts(session, "help synt") == ["help syntax"]
    assert {"help tee", "help texts"} <= {*texts(session, "help te")}
    assert "help slerp" in texts(session, "help sle")
    assert "help diff" in texts(session, "help dif")
    assert texts(session, "find mat") == ["find Matrix, The (1999)", "find matrix", "find mat"]


def test_expressions_behind_commands(session: Session) -> None:
    assert texts(session, "explain kin") == ["explain king"]
    assert texts(session, "compare king, kin") == ["compare king, king"]
    assert texts(session, "favourite royal = kin") == ["favourite royal = king"]
    assert texts(session, "set - kin") == ["set - king"]  # a formula
    assert texts(session, "A = kin") == ["A = king"]


def test_a_home_folder_is_known(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert texts(session, "once ~/") == ["once ~/my files/"]
    assert texts(session, "once ~nobody-at-all/") == []


# --- the parts of readline ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "part", "found"),
    [
        ('"Matr', "Matr", ['Matrix, The (1999)"', 'matrix"']),  # the first quotation mark is there
        ('"Forr', "Forr", ["Forrest Gump (1994)"]),  # and the last comes by itself
        ('"Matrix, T', "T", ['The (1999)"']),
        ("set min-s", "s", ["score"]),
        ("use my", "my", ["my files/"]),
        ("once my files/a", "a", ["a b.txt"]),
        ("king - kin", "kin", ["king"]),
        ("users:kin", "kin", ["king"]),
        ('"new y', "y", []),  # what stands before the part can't be changed to New
    ],
)
def test_an_editor_that_replaces_a_part_gets_what_fits_there(
    line: str, part: str, found: list[str], session: Session
) -> None:
    assert of_part(session, line, len(line) - len(part)) == found


def test_tab_completes_quotes_hyphens_and_files(open_prompt: Open, tmp_path: Path) -> None:
    pytest.importorskip("readline")
    words = ["Matrix, The (1999)", "Forrest Gump (1994)", "king"]
    np.savez(tmp_path / "model.npz", words=np.array(words), vectors=np.eye(3, dtype=np.float32))
    terminal = open_prompt("-m", "films=model.npz", VECALC_EDITOR="readline")
    terminal.until()
    for typed, shown in [
        ("use mo\t", r"model +3 words"),
        ('"Matr\t', r"·\s+Matrix, The \(1999\)"),
        ('cos(king, "Matr\t)', r"^0\n"),
        ('cos(king, "Matrix, T\t)', r"^0\n"),
        ("cos(king, 'Forrest G\t)", r"^0\n"),
        ("Forr\t - king", r"Forrest Gump \(1994\)"),
        ("set min-s\t 0.5", r"^$"),
        ("set min-score", r"min-score = 0\.5"),
    ]:
        said = terminal.says(typed)
        assert re.search(shown, said, re.MULTILINE), (typed, said)


# --- many words -----------------------------------------------------------------------------


def test_the_index_finds_what_a_look_at_every_word_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(9)
    letters = ["a", "A", "b", "é", "ß", "ｅ", "\ud800", " ", "common beginning of many words: "]
    words = ["".join(random.choice(letters, size)) for size in random.integers(1, 7, 1_000)]
    words = [*dict.fromkeys(words)]
    monkeypatch.setattr(prefixes, "AT_ONCE", 100)
    monkeypatch.setattr(prefixes, "LOOKED_AT", 50_000)
    index = Prefixes(
        space_of(words[:1])
        if not words
        else MatrixSpace(WordList(words), np.ones((len(words), 1), np.float32))
    )
    index.wait()
    for prefix in ["", *letters, "ab", "É", "SS", "abba", "nothing", *words[:40]]:
        expected = [(word, row) for row, word in enumerate(words) if fold(word).startswith(fold(prefix))]
        for most in (1, 7, 5_000):
            assert index.beginning(prefix, most) == expected[:most], (prefix, most)


def test_an_empty_vocabulary_has_nothing_to_offer() -> None:
    index = Prefixes(MatrixSpace(WordList([]), np.empty((0, 2), np.float32)))
    assert index.beginning("a", 5) == []


def test_a_damaged_catalogue_is_no_reason_to_offer_nothing_else(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VECALC_CONFIG", str(tmp_path))
    (tmp_path / "models.json").write_text("{", "utf-8")
    assert texts(session, "use u") == []  # the names of models are in it
    assert texts(session, "kin") == ["king"]
    with pytest.raises(FileProblem):
        catalogue.names()
