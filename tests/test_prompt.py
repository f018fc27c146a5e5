"""The prompt as a person meets it: on a terminal of its own, a line at a time."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from embedders import write_textual
from running import family, write_model
from terminal import CONTINUED, Open, Terminal


def test_it_says_what_it_is_and_leaves_on_ctrl_d(open_prompt: Open) -> None:
    terminal = open_prompt(long_way=True)
    banner = terminal.until()
    assert "vecalc" in banner
    assert "family.txt · 13 words × 4" in banner
    assert "'help' for help" in banner
    terminal.child.sendeof()
    assert terminal.leaves() == 0


@pytest.mark.parametrize("word", ["quit", "exit"])
def test_it_leaves_on_request(word: str, prompt: Terminal) -> None:
    prompt.child.sendline(word)
    assert prompt.leaves() == 0


def test_lines_are_divided_at_blanks(open_prompt: Open) -> None:
    terminal = open_prompt(dimensions=(40, 50))
    for shown in (terminal.until(), terminal.says("set format")):
        assert len(lines := shown.splitlines()) > 1
        assert max(map(len, lines)) <= 50
        assert " ".join(shown.split()).endswith(("Ctrl-D to leave", ")"))


def test_quiet_has_no_banner(open_prompt: Open) -> None:
    assert open_prompt("--quiet").until().strip() == ""


def test_an_expression_is_answered(prompt: Terminal) -> None:
    answer = prompt.says("king - man + woman")
    assert re.search(r"1\s+queen", answer)
    assert "13 words × 4 · norm rms · cos" in answer


def test_how_it_is_read_is_shown(prompt: Terminal) -> None:
    assert prompt.says("man : king :: woman : ?").startswith("= king - man + woman\n")
    assert "= king" not in prompt.says("king  -man+woman")  # no other way than it was typed
    assert "= king" not in family("man : king :: woman : ?", "--format", "table").out


def test_names_and_functions_live_on(prompt: Terminal) -> None:
    assert prompt.says("A = king") == ""
    assert prompt.says("double(x) = 2*x") == ""
    assert prompt.says("norm(double(A))/norm(A)") == "2\n"


def test_the_last_answer_is_an_underscore(prompt: Terminal) -> None:
    prompt.says("king - man + woman")
    assert prompt.says("norm(_)/norm(king - man + woman)") == "1\n"
    prompt.says("king - man + woman")
    assert re.search(r"·\s+queen", prompt.says("_1"))


def test_the_words_of_an_answer_go_with_it(prompt: Terminal) -> None:
    assert "unknown word '_'; there is no answer yet" in prompt.says("_ + king")
    prompt.says("king")
    prompt.says("3 + 4")
    assert prompt.says("_") == "7\n"
    said = prompt.says("_1")  # of the last answer that had words, and said so
    assert 'note: _1 is "kings", of the answer to king: the last had no words' in said
    assert re.search(r"·\s+kings", said)
    assert "note: _1" not in prompt.says("_1")  # it is the last answer's by now
    prompt.says("3 + 4")
    assert "# _1: the words of _1; the last answer had none" in prompt.says("vars")
    prompt.says("queen")
    assert "unknown word '_2'; the last answer has 1 neighbour" in prompt.says("_2")
    prompt.says("kign")
    assert prompt.says("norm(_ - queen)") == "0\n"


def test_what_is_answered_before_the_prompt_is_its_last_answer(open_prompt: Open) -> None:
    terminal = open_prompt("-i", "king - man", "2*_ + woman")
    assert "unknown word" not in terminal.until()
    assert terminal.says("norm(_ - (2*(king - man) + woman))") == "0\n"


def test_a_mistake_has_a_caret_and_ends_nothing(prompt: Terminal) -> None:
    shown = prompt.says("king + kign")
    lines = shown.splitlines()
    assert lines[0].startswith("vecalc: 1:8: unknown word 'kign'; did you mean king")
    assert lines[1:3] == ["    king + kign", "           ^^^^"]
    assert "kings" in prompt.says("king")


def test_an_open_bracket_goes_on(prompt: Terminal) -> None:
    prompt.child.sendline("(king - man")
    prompt.until(CONTINUED)
    assert re.search(r"1\s+queen", prompt.says("+ woman)"))


def test_an_open_bracket_can_be_given_up(prompt: Terminal) -> None:
    prompt.child.sendline("(king - man")
    prompt.until(CONTINUED)
    assert "vecalc: 1:" in prompt.says("")
    prompt.child.sendline("(king - man")
    prompt.until(CONTINUED)
    prompt.until_it_rests()
    prompt.child.sendintr()
    prompt.until()
    assert "kings" in prompt.says("king")


def test_ctrl_c_drops_the_line(prompt: Terminal) -> None:
    prompt.child.send("king - no such thing")
    prompt.until_it_rests()
    prompt.child.sendintr()
    prompt.until()
    assert "kings" in prompt.says("king")


def test_ctrl_c_ends_a_long_answer_and_not_the_prompt(open_prompt: Open, tmp_path: Path) -> None:
    prompt = open_prompt("--limit", "size=1000000")
    prompt.until()
    searches = ", ".join(f"nearest({i} * x, 2)" for i in range(1, 4_000))
    (tmp_path / "slow.vec").write_text(f"slow(x) = mean([{searches}])\n", "utf-8")
    assert "note: read slow.vec" in prompt.says("load slow.vec")
    prompt.child.sendline("slow(king)")
    prompt.until_it_works()
    prompt.child.sendintr()
    shown = prompt.until()
    assert "interrupted" in shown
    assert "Traceback" not in shown
    assert "kings" in prompt.says("king")


# --- commands -------------------------------------------------------------------------------


def test_help_lists_the_commands_and_explains_a_topic(prompt: Terminal) -> None:
    shown = prompt.says("help")
    for name in ("help", "set", "vars", "del", "find", "models", "use", "save", "load", "quit"):
        assert re.search(rf"^.{{9}}{name}\b", shown, re.MULTILINE), name
    assert "slerp" in prompt.says("help slerp")
    assert "there is no help on 'nonsense'" in prompt.says("help nonsense")


def test_a_formula_is_no_command(prompt: Terminal) -> None:
    for line in ("help + king", "help * king", "help / king", "help => king", "find = help; find"):
        assert "unknown word 'help'" in prompt.says(line), line


def test_set_shows_and_changes_options(prompt: Terminal) -> None:
    shown = prompt.says("set")
    assert "norm = rms" in shown
    assert "top = 1" in shown
    assert prompt.says("set norm unit") == ""
    assert prompt.says("set top 2") == ""
    answer = prompt.says("king")
    assert "norm unit" in answer
    assert re.search(r"^\s+2\s", answer, re.MULTILINE)
    assert "set norm: it can't be 'rsm'; did you mean rms? choose rms, unit or raw" in prompt.says(
        "set norm rsm"
    )
    assert "there is no setting 'nrom'; did you mean norm?" in prompt.says("set nrom unit")


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("set metric l2", r" · l2$"),
        ("set format plain", r"^1\tkings\t0\.99"),
        ("set precision 1", r"kings +1\.0 "),
        ("set match q*", r"1  queen "),
        ("set first 4", r"1  man "),
        ("set exclude none", r"1  king "),
        ("set min-score 0.9999", r"^no candidate is left$"),
        ("set format vector", r"^1\.4"),
    ],
)
def test_an_option_changes_the_answer(change: str, shown: str, prompt: Terminal) -> None:
    assert not re.search(shown, prompt.says("king"), re.MULTILINE)
    assert prompt.says(change) == ""
    assert re.search(shown, prompt.says("king"), re.MULTILINE)


def test_exact_and_oov_change_how_words_are_read(prompt: Terminal) -> None:
    assert "KING read as king" in prompt.says("KING")
    assert prompt.says("set exact on") == ""
    assert "unknown word 'KING'" in prompt.says("KING")
    assert prompt.says("set oov skip") == ""
    assert "KING is unknown and was left out" in prompt.says("KING + king")


def test_phrases_and_lists_of_ones_own(prompt: Terminal, tmp_path: Path) -> None:
    assert "read as: king - man" in prompt.says('phrase("king without man")')
    assert 'phrase("king without man") is read as king - man' in " ".join(
        prompt.says("king without man").split()
    )
    (tmp_path / "german.words").write_text("[without]\nohne\n", "utf-8")
    assert prompt.says(f"set phrase-words {tmp_path / 'german.words'}") == ""
    assert "german.words" in prompt.says("set")
    assert "read as: king - man" in prompt.says('phrase("king ohne man")')
    assert "unknown section" in said_of_broken_lists(prompt, tmp_path)
    assert "read as: king - man" in prompt.says('phrase("king ohne man")')
    assert prompt.says("set phrase-words english") == ""
    assert "unknown word 'ohne'" in prompt.says('phrase("king ohne man")')


def said_of_broken_lists(prompt: Terminal, folder: Path) -> str:
    (folder / "broken.words").write_text("[ohne]\n", "utf-8")
    return prompt.says(f"set phrase-words {folder / 'broken.words'}")


def test_words_takes_a_line_as_it_stands(prompt: Terminal) -> None:
    assert prompt.says("set words on") == ""
    assert "unknown word 'king - man'" in prompt.says("king - man")
    assert "unknown word '('" in prompt.says("(")
    assert re.search(r"·\s+king", prompt.says("king"))
    assert prompt.says("set words off") == ""
    assert "queen" in prompt.says("king - man + woman")


def test_vars_and_del(prompt: Terminal) -> None:
    assert prompt.says("vars") == "nothing is bound\n"
    prompt.says("A = king")
    prompt.says("f(x) = 2*x")
    assert prompt.says("vars").splitlines() == ["A = king", "f(x) = 2 * x"]
    assert prompt.says("del A") == ""
    assert prompt.says("vars").splitlines() == ["f(x) = 2 * x"]
    assert "'A' is not bound" in prompt.says("del A")


def test_find_lists_words(prompt: Terminal) -> None:
    assert [line.split()[1] for line in prompt.says("find k*").splitlines()] == ["king", "kings"]
    assert "no word matches zz*" in prompt.says("find zz*")
    assert [line.split()[1] for line in prompt.says("find *ings").splitlines()] == ["kings"]
    assert [line.split()[1] for line in prompt.says("find /^k/").splitlines()] == ["king", "kings"]


def test_models_and_use(prompt: Terminal, tmp_path: Path) -> None:
    assert re.fullmatch(r"family.txt  13 words × 4  /.*family.txt  \(default\)\n", prompt.says("models"))
    write_model(tmp_path / "few.txt", ["one", "two", "three"])
    shown = prompt.says("use few.txt")
    assert "note: family stays loaded: family:king is its word" in shown
    assert re.search(r"^family  13 words × 4  .*family.txt\n", shown, re.MULTILINE)
    assert re.search(r"^few     3 words × 4   few.txt  \(default\)\n", shown, re.MULTILINE)
    assert re.search(r"1\s+(two|three)", prompt.says("one"))
    assert re.search(r"1\s+kings", prompt.says("family:king"))
    assert re.search(r"1\s+kings", (prompt.says("use family"), prompt.says("king"))[1])
    assert re.search(r"few_2 +3 words × 4 +few.txt  \(default\)", prompt.says("use few_2=few.txt"))
    assert re.search(r"few_3 +3 words × 4\s+/.*few.txt\s+\(default\)", prompt.says(f"use {tmp_path}/few.txt"))
    np.savez(tmp_path / "parts.npz", words=np.array(["one", "two"]), a=np.eye(2, 4), b=np.eye(2, 4))
    assert re.search(
        r"part +2 words × 4\s.*npz#a\s+\(default\)", prompt.says(f"use part={tmp_path}/parts.npz#a")
    )
    assert "it is not clear which array is meant" in prompt.says(f"use {tmp_path}/parts.npz").replace(
        "\n", " "
    )
    assert "no such file" in prompt.says("use nowhere.txt")
    assert "a model is missing" in prompt.says("use")


def test_use_embeds_lines(open_prompt: Open, tmp_path: Path) -> None:
    write_textual(tmp_path / "pot")
    write_textual(tmp_path / "other", seed=6)
    (tmp_path / "docs.txt").write_text("cheap pizza\nslow delivery\nthe soup was cold\n")
    prompt = open_prompt("-m", "pot=pot")
    prompt.until()
    assert "docs: 3 lines of docs.txt, as texts, by pot" in prompt.says("use docs=docs.txt")
    assert "more: 3 lines of docs.txt, as texts, by pot" in prompt.says("use more=docs.txt")
    assert "as texts, by other" in prompt.says("use apart=docs.txt --embed other")
    assert "several models could embed" in prompt.says("use last=docs.txt").replace("\n", " ")


def test_the_embedder_of_the_command_line_is_for_its_own_models(open_prompt: Open, tmp_path: Path) -> None:
    write_textual(tmp_path / "pot")
    (tmp_path / "docs.txt").write_text("cheap pizza\nslow delivery\n")
    prompt = open_prompt("-m", "docs=docs.txt", "--embed", "pot")
    prompt.until()
    assert "starter  " in prompt.says("use starter")


def test_settings_are_shown_as_they_are_typed(prompt: Terminal) -> None:
    shown = prompt.says("set").splitlines()
    assert {"in = none", "exact = off", "pager = on"} <= set(shown)
    for line in shown:
        assert "can't be" not in prompt.says(f"set {line.replace(' = ', ' ')}"), line


def test_scores_and_another_space_to_rank_in(prompt: Terminal, tmp_path: Path) -> None:
    assert "1  queen " in prompt.says("cos(?, king - man + woman)")
    assert "1  queen " in prompt.says("2 * _")
    assert "queen" in prompt.says("cos(?, _1)")
    write_model(tmp_path / "few.txt", ["one", "two", "three"])
    prompt.says("use few=few.txt")
    assert "set in: there is no space 'nope'; loaded: family, few" in prompt.says("set in nope")
    assert prompt.says("set in family") == ""
    assert "in = family\n" in prompt.says("set")
    assert not re.search(r"\b(two|three)\b", prompt.says("one"))
    assert prompt.says("set in none") == ""
    assert re.search(r"\b(two|three)\b", prompt.says("one"))


def test_save_and_load(prompt: Terminal, tmp_path: Path, open_prompt: Open) -> None:
    prompt.says("A = king - man")
    prompt.says("f(x) = 2*x")
    assert prompt.says("save mine.vec") == "vecalc: note: wrote mine.vec\n"
    assert (tmp_path / "mine.vec").read_text("utf-8").splitlines() == ["A = king - man", "f(x) = 2 * x"]
    other = open_prompt()
    other.until()
    assert "note: read mine.vec" in other.says("load mine.vec")
    assert re.search(r"1\s+queen", other.says("A + woman"))
    assert "a file is missing" in other.says("load")
    assert "can't be read" in other.says("load nowhere.vec")


# --- around it ------------------------------------------------------------------------------


def test_the_history_is_private_and_lives_on(tmp_path: Path, open_prompt: Open) -> None:
    pytest.importorskip("readline")
    terminal = open_prompt()
    terminal.until()
    terminal.says("king - man + woman")
    terminal.says(" queen")
    terminal.child.sendeof()
    terminal.leaves()
    history = tmp_path / "history"
    assert history.stat().st_mode & 0o077 == 0
    assert history.read_text("utf-8").splitlines() == ["king - man + woman"]


def test_an_expression_can_come_first(open_prompt: Open) -> None:
    terminal = open_prompt("-i", "A = king", "A - man + woman")
    assert re.search(r"queen", terminal.until())
    assert "kings" in terminal.says("A")


def test_an_unknown_format_is_told_before_the_prompt(open_prompt: Open) -> None:
    terminal = open_prompt("--format", "tabel")
    terminal.child.expect("there is no format 'tabel'")
    assert terminal.leaves() == 2


def test_control_characters_do_not_come_back(prompt: Terminal) -> None:
    prompt.child.send("king + \x16\x07\n")  # Ctrl-V quotes the next character
    shown = prompt.until()
    assert "\x07" not in shown.partition("vecalc:")[2]
    assert "kings" in prompt.says("king")


def test_use_trusts_no_pickle_whatever_the_command_line_trusts(open_prompt: Open, tmp_path: Path) -> None:
    marker = tmp_path / "code was run"
    (tmp_path / "model.kv").write_bytes(b"cposix\nsystem\n(Vtouch '" + bytes(marker) + b"'\ntR.")
    prompt = open_prompt("--trust-pickle")
    prompt.until()
    assert "would run code: names posix.system" in prompt.says("use model.kv").replace("\n", " ")
    assert not marker.exists()
