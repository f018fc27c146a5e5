"""How the prompt treats people: settings, help, habits from elsewhere, what it says and asks."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import FAMILY, HARD, write_model
from terminal import CODES, PROMPT, Open

from vecalc.shell.exceptions import as_problem
from vecalc.shell.help_topics import TOPICS
from vecalc.shell.opening import Opened
from vecalc.shell.registry import names as shell_commands
from vecalc.shell.repl import habits, history, prompt_commands, prompt_options
from vecalc.shell.repl.entries import expression_of
from vecalc.shell.repl.session import Session
from vecalc.shell.request import Request


class Talk:
    """A session without a terminal, and what it says to a line, notes and problems included."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *models: str | Path, **options: object) -> None:
        unset = tuple(name for name in ("norm", "metric", "model", "file") if name not in options)
        request = Request(model=tuple(map(str, models)), format="table", unset=unset)._replace(**options)  # type: ignore[arg-type]
        opened = Opened(request)
        self.session = Session(opened.calculator, opened.request)
        self.capsys = capsys

    def __call__(self, line: str) -> str:
        self.capsys.readouterr()
        try:
            if not prompt_commands.run(self.session, line):
                self.session.answer(line)
        except Exception as problem:
            self.session.complain(as_problem(problem))
        said = self.capsys.readouterr()
        assert "a fault in vecalc itself" not in said.err
        return said.err + said.out


@pytest.fixture
def say(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Talk]:
    """A session over the family's words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VECALC_HISTORY", str(tmp_path / "history"))
    monkeypatch.setenv("VECALC_CONFIG", str(tmp_path / "config"))
    talk = Talk(capsys, FAMILY, top=1)
    yield talk
    talk.session.close()


# --- settings -------------------------------------------------------------------------------


def test_a_bare_set_shows_the_setting_and_what_it_can_be(say: Talk) -> None:
    assert say("set norm") == "norm = rms   (rms, unit, raw)\n"
    assert say("set match") == "match = *   (*, a glob such as q*, or /regex/)\n"
    assert say("set exact") == "exact = off   (on, off)\n"
    say("set match q*")
    assert say("set match").startswith("match = q*")  # to look at it changes nothing
    for name in prompt_options.SETTINGS:
        before = say("set")
        assert say(f"set {name}").startswith(f"{name} = ")
        assert say("set") == before


def test_set_proposes_what_was_meant_and_names_no_option_of_the_shell(say: Talk) -> None:
    assert "set: there is no setting 'nrom'; did you mean norm?" in say("set nrom unit")
    assert "set norm: it can't be 'rsm'; did you mean rms? choose rms, unit or raw" in say("set norm rsm")
    assert "set format: it can't be 'tabel'; did you mean table?" in say("set format tabel").replace(
        "\n", " "
    )
    assert "set in: there is no space 'x'; loaded: family.txt" in say("set in x")
    assert "set match: " in say("set match /[/")
    assert "set top: it can't be '0'; it is a whole number from 1" in say("set top 0")
    for name in prompt_options.SETTINGS:
        assert "--" not in say(f"set {name} no~such~value"), name


def test_reset_and_default_are_what_was_in_force_at_the_start(
    capsys: pytest.CaptureFixture[str], say: Talk
) -> None:
    before = say("set")
    for change in (
        "norm unit",
        "top 3",
        "match q*",
        "first 4",
        "min-score 0.5",
        "format json",
        "precision 2",
    ):
        say(f"set {change}")
    say("set exact on")
    assert say("set norm default") == ""
    assert say("set norm").startswith("norm = rms")
    assert "back to top 1, first all, match *, min-score none" in say("reset").replace("\n", " ")
    assert say("set") == before
    assert "all settings are as they were" in say("reset")
    say("set top 3")
    say("reset top")
    assert say("set") == before
    given = Talk(capsys, FAMILY, norm="raw")  # by a flag or a settings file
    given("set norm unit")
    given("reset")
    assert given("set norm").startswith("norm = raw")


def test_default_is_a_models_own_norm_where_nobody_said_another(
    say: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "models.json").write_text(
        f'{{"format": 1, "models": {{"news": {{"path": "{FAMILY}", "norm": "raw"}}}}}}', "utf-8"
    )
    talk = Talk(capsys, FAMILY)
    talk("use news")
    assert talk("set norm").startswith("norm = raw")
    talk("set norm unit")
    talk("use news")
    assert talk("set norm").startswith("norm = unit")  # what somebody said stays
    talk("set norm default")
    assert talk("set norm").startswith("norm = raw")


def test_where_nothing_is_left_the_note_says_why_and_the_table_says_it(say: Talk) -> None:
    say("set match K*")
    said = say("king")
    assert said.count("no candidate is left") == 1
    assert re.search(r"^vecalc: note: .*\bK\*", said)
    say("set match default")
    say("set min-score 2")
    assert "note: in force: min-score 2.0; reset min-score lifts it" in say("king")
    say("set format plain")
    assert say("king").startswith("vecalc: note: no candidate is left")


def test_a_number_of_neighbours_for_one_line(say: Talk) -> None:
    def ranks(said: str) -> int:
        return len(re.findall(r"^\s+\d+ ", said, re.MULTILINE))

    assert [ranks(say(line)) for line in ("king", "king -k 3", "king - man --top 2", "king")] == [1, 3, 2, 1]
    assert ranks(say("cos(?, king) -k 4")) == 4
    assert "unknown word 'kign'" in say("kign -k 3")
    assert ranks(say("king")) == 1
    assert ranks(say("explain king -k 2")) > 2
    assert "--norm: an option of the command line; set norm unit" in say("king --norm unit")
    assert "unknown word 'k'" in say("king - k")
    assert "it is a whole number from 1" in say("king -k 0")


# --- the last answer, names -----------------------------------------------------------------


def test_words_of_an_earlier_answer_are_never_silently_another_ones(say: Talk) -> None:
    say("king")
    assert "note" not in say("_1 - man")
    say("king")
    say("3 + 4")
    assert say("_") == "7\n"
    assert 'note: _1 is "kings", of the answer to king: the last had no words' in say("cos(_1, man)")
    assert "note: _1 is" in say("explain _1")
    say("set min-score 2")  # nothing is left: an answer without words
    say("queen")
    assert 'note: _1 is "kings", of the answer to' in say("_1")
    assert "note: _1" not in say('"_1"')
    assert "the last one with neighbours" in say("_7").replace("\n", " ")


def test_a_number_before_any_ranking_has_no_words(say: Talk) -> None:
    assert "unknown word '_1'; there is no answer yet" in say("_1")
    say("3 + 4")
    assert "unknown word '_1'; no answer has had neighbours yet" in say("_1")


def test_a_name_that_hides_a_word_is_told_of_once(say: Talk) -> None:
    assert 'note: king is a name now; the word is "king", in quotes' in say("king = queen")
    assert say("king = man") == ""
    assert say("A = queen") == ""
    assert "0\n" in say("norm(king - man)")
    assert re.search(r"·\s+king ", say('"king"'))


# --- help -----------------------------------------------------------------------------------


def test_help_fits_a_screen(say: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = say("help").splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) <= 80
    for width in (60, 40):
        monkeypatch.setenv("COLUMNS", str(width))
        assert max(map(len, say("help").splitlines())) <= width


def test_there_is_help_on_everything(say: Talk) -> None:
    for name in ("quit", "exit", *prompt_commands.COMMANDS):
        assert say(f"help {name}").startswith((f"{name} ", f"{name}\n", "quit, exit")), name
    for name, setting in prompt_options.SETTINGS.items():
        assert f"{setting.what}; now {prompt_options.typed(say.session, name)}" in say(f"help {name}"), name
    for name in (*TOPICS, *shell_commands(), "attention", "slerp", "rms", "l2", "variants"):
        assert "there is no help" not in say(f"help {name}"), name
    assert "‖x‖" in say("help norm")
    assert "scale" in say("help norm") or "how long word vectors are taken" in say("help norm")
    assert "diff is a command of the shell" in say("help diff")
    assert "--csv-safe" not in say("help explain")  # what can't be typed here
    assert "vecalc explain --help" in say("help explain")
    assert "there is no help on 'functons'; did you mean functions?" in say("help functons")
    assert "there is no help on '\\x1b'" in say("help \x1b")


def test_a_question_mark_asks_what_is_known(say: Talk, tmp_path: Path) -> None:
    assert say("?") == say("help")
    assert say("cos?") == say("?cos") == say("help cos")
    assert re.search(r'"king", by frequency\n    family.txt: word \d+ of 13\n', say("king?"))
    say("king = queen")
    assert 'king = queen\n    a bound name; the word is "king", in quotes\n' in say("king?")
    say("double(x) = 2 * x")
    assert "double(x) = 2 * x\n    defined here\n" in say("double?")
    write_model(tmp_path / "ask.txt", ["what?", "?", "other"])
    say("use ask.txt")
    assert "ask: word" in say("other?")
    assert re.search(r"·\s+what\?", say("what?"))  # a token of the vocabulary is the token


# --- habits from elsewhere ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("\\h", "answers  explain EXPR"),
        ("/help", "answers  explain EXPR"),
        (":help set", "set [NAME [VALUE]]"),
        ("/vars", "nothing is bound"),
        ("!ls -l", "!ls: the prompt runs no other programs"),
        ("top 5", "top: a setting; set top 5"),
        ("norm unit", "norm: a setting; set norm unit"),
        ("words kin*", "words: a command of the shell; here: find kin*"),
        ("diff king", "diff: a command of the shell; in the shell: vecalc diff --help"),
        ("convert", "convert: a command of the shell"),
        ("config", "config: a command of the shell"),
        ("undo", "undo: nothing is undone here; del NAME forgets a name"),
        ("vecalc king - man", "vecalc: you are in it already; without it: king - man"),
        ("favorite", "there are none"),
        ("history x", "history: 'x' is no number of lines"),
    ],
)
def test_what_hands_type_is_done_or_told_how(typed: str, told: str, say: Talk) -> None:
    assert told in say(typed).replace("\n", " ") or told in say(typed)


def test_no_word_is_hidden_by_a_habit(say: Talk, tmp_path: Path) -> None:
    words = ["undo", "config", "top", "words", "history", "clear", "reset", "/help", "!ls", "\\h", "x?"]
    write_model(tmp_path / "habits.txt", [*words, "other"])
    say("use habits.txt")
    for word in words:
        told = say(word)
        if word in prompt_commands.COMMANDS:
            assert f'{word} is a command; the word is "{word}", in quotes' in told, word
            assert "is a command" not in say(word)
            told = say(f'"{word}"')
        assert re.search(rf"·\s+{re.escape(word)} ", told) or word == "\\h", word
    for line in ("top - words", "history + clear", "config * undo"):
        assert "score" in say(line), line


@pytest.mark.parametrize("line", [*habits.QUIT, "/quit", "\\q", " quit "])
def test_the_ways_to_leave(line: str) -> None:
    assert prompt_commands.is_quit(line)


def test_history_shows_what_was_typed_but_for_private_lines(say: Talk) -> None:
    say("king")
    say(" queen")
    say("man \x1b")
    assert say("history") == "king\nman \\x1b\nhistory\n"
    assert say("history 1") == "history 1\n"
    assert say("history 0") == "nothing was typed yet\n"


def test_a_password_of_an_address_is_kept_nowhere(say: Talk, tmp_path: Path) -> None:
    address, shown = "postgresql://me:top/se@cret@nowhere.invalid/d#t", "postgresql://me@nowhere.invalid/d#t"
    say(f"use a={address} --embed milvus://u:two words@nowhere.invalid/c")
    for command in ("tee", "once", "save"):
        assert f"{shown}: a store on a server" in say(f"{command} {address}").replace("\n", " ")
    assert f"use a={shown} --embed milvus://u@nowhere.invalid/c\ntee {shown}\n" in say("history")
    say(f'favourite f = "{address}" + king')
    say("tee answers.jsonl")
    say(f'[king, "{address}"]')
    say("set oov skip")
    say(f'A = "{address}" + king')
    say("save mine.vec")
    say(f'"{address}" + king')
    say("tee")
    (tmp_path / "history").write_text(f"use {address}\n", "utf-8")
    assert history.load() == ([f"use {shown}"], "")
    assert history.kept(f"use {address}") == f"use {shown}"
    assert history.kept(f" use {address}") == ""
    assert history.kept("http://a:80/ me@here") == "http://a:80/ me@here"
    for name in ("mine.vec", "answers.jsonl", "config/favourites.vec"):
        written = (tmp_path / name).read_text("utf-8")
        assert shown in written, name
        assert "se@cret" not in written, name


def test_history_shows_a_block_in_its_lines_and_counts_it_once(say: Talk, tmp_path: Path) -> None:
    (tmp_path / "history").write_bytes("king\n(king +\u2028  man)\n".encode() + b"queen \xff\n")
    say("(man -\n  king)")
    assert say("history 4") == "(king +\n  man)\nqueen \\udcff\n(man -\n  king)\nhistory 4\n"
    (tmp_path / "history").unlink()
    (tmp_path / "history").mkdir()
    said = say("history 1")
    assert "vecalc: note: " in said
    assert said.endswith("history 1\n")


# --- models and files -----------------------------------------------------------------------


def test_use_keeps_the_starter(capsys: pytest.CaptureFixture[str], say: Talk) -> None:
    talk = Talk(capsys)
    told = talk(f"use {FAMILY}")
    assert "note: starter stays loaded: starter:king is its word" in told
    assert re.search(r"^starter .* built in\n", told, re.MULTILINE)
    assert re.search(rf"^family  .* {re.escape(str(FAMILY))}  \(default\)\n", told, re.MULTILINE)
    assert re.search(r"·\s+king ", talk("starter:king -k 1"))
    assert "built in  (default)" in talk("use starter")
    assert "stays loaded" not in talk(f"use {FAMILY}")  # said once, nor is it loaded again
    assert talk("models").count("family") == 2


def test_load_and_save_say_what_they_did(say: Talk, tmp_path: Path) -> None:
    say("A = king")
    say("f(x) = 2 * x")
    assert say("save mine.vec") == "vecalc: note: wrote mine.vec\n"
    say("del A")
    assert say("load mine.vec") == "vecalc: note: read mine.vec: A, f()\n"
    (tmp_path / "empty.vec").touch()
    assert say("load empty.vec") == "vecalc: note: read empty.vec: nothing\n"


@pytest.mark.parametrize("name", ["once", "save", "tee"])
def test_where_nobody_can_be_asked_nothing_is_replaced(name: str, say: Talk, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("[1]", "utf-8")
    assert "old.json: there is a file already" in say(f"{name} old.json")
    say("king")
    assert (tmp_path / "old.json").read_text("utf-8") == "[1]"
    assert "there is a file already" not in say(f"{name} new.json")


def test_only_yes_replaces_a_file(say: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answering(text: str | BaseException) -> None:
        def reply(question: str) -> str:
            asked.append(question)
            if isinstance(text, BaseException):
                raise text
            return text

        monkeypatch.setattr("builtins.input", reply)

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    for number, text in enumerate(["", "n", "no", "q", "yess", EOFError(), KeyboardInterrupt(), "y", "YES "]):
        path = tmp_path / f"{number}.vec"
        path.write_text("B = man\n", "utf-8")
        answering(text)
        said = say(f"save {path.name}")
        agreed = text in ("y", "YES ")
        assert asked[number] == f"{path.name} is there: replace it? [y/N] "
        assert ("wrote" in said, "left as it is" in said) == (agreed, not agreed)
        assert (path.read_text("utf-8") == "B = man\n") == (not agreed)


# --- on a terminal --------------------------------------------------------------------------


def test_long_help_is_paged(open_prompt: Open) -> None:
    terminal = open_prompt(PAGER="sed s/^/paged:/")
    terminal.until()
    assert "paged:" in terminal.says("help functions")
    assert "paged:" not in terminal.says("help cos")
    terminal.child.setwinsize(8, 80)
    assert "paged:" in terminal.says("help")


def test_the_start_up_file_asks_nothing(open_prompt: Open, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "startup.txt").write_text("A = king\nsave old.vec\n", "utf-8")
    (tmp_path / "old.vec").write_text("B = man\n", "utf-8")
    terminal = open_prompt()
    assert "old.vec: there is a file already" in terminal.until().replace("\n", " ")
    assert (tmp_path / "old.vec").read_text("utf-8") == "B = man\n"


def test_words_in_help_and_lists_are_data(say: Talk, tmp_path: Path) -> None:
    write_model(tmp_path / "hard.txt", [word for word in HARD if "\n" not in word])
    say("use hard.txt")
    for word in HARD:
        for line in (f"help {word}", f"find {word}", f"set match {word}", f"{word}?"):
            assert not re.search("[\x1b\x07\u202e]", say(line)), line
        say("set match default")


@pytest.mark.parametrize(
    ("line", "expression"),
    [
        ("king - (man", "king - (man"),
        ("explain (king", "(king"),
        ("plot [king", "[king"),
        ("compare (king, man", "(king; man"),
        ("favourite royal = (king", " (king"),
        ("favourite (royal", ""),
        ("save names(1", ""),
        ("find [kq", ""),
        ("# (king", ""),
    ],
)
def test_what_may_go_on_in_the_next_line_is_the_expression_of_a_line(line: str, expression: str) -> None:
    assert expression_of(line) == expression


def test_help_fits_a_terminal_in_its_colours(open_prompt: Open) -> None:
    terminal = open_prompt("--color", "always", COLUMNS="50", NO_COLOR="")
    terminal.until()
    terminal.says("set pager off")

    def said(line: str) -> str:
        terminal.child.sendline(line)
        terminal.child.expect(PROMPT)
        return str(terminal.child.before)

    def colours(shown: str, text: str) -> list[str]:
        return re.findall(rf"\x1b\[([\d;]+)m{re.escape(text)}\x1b\[0m", shown)

    for line, coloured in (
        ("help", ["settings", "del NAME"]),
        ("help set", ["phrase-words"]),
        ("diff?", ["What to compute:", "-e EXPR"]),
        ("cos?", []),
    ):
        shown = said(line)
        plain = [CODES.sub("", one) for one in shown.split("\n")]
        assert max(map(len, plain[1:])) <= 50, line
        assert all(colours(shown, text) for text in coloured), line
    # What stands beside options is fitted once: it goes on where it began.
    of_diff = CODES.sub("", said("diff?"))
    assert re.search(r"\n  -f, --file FILE  Expressions, one a line;.*\n {19}\S", of_diff)
    of_theme = {}
    for theme in ("light", "dark"):
        said(f"set theme {theme}")
        of_theme[theme] = colours(said("help set"), "phrase-words") + colours(said("diff?"), "-e EXPR")
    assert len(set(of_theme["light"])) == len(set(of_theme["dark"])) == 1
    assert of_theme["light"] != of_theme["dark"]
