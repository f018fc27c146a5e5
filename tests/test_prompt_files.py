"""What the prompt keeps and writes: files of answers, favourites, its start; keys and long answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from running import FAMILY
from terminal import Open, Terminal

# --- once -----------------------------------------------------------------------------------


def test_once_sends_one_answer_to_a_file(prompt: Terminal, tmp_path: Path) -> None:
    assert prompt.says("once answer.json") == "vecalc: note: the next answer goes to answer.json\n"
    assert prompt.says("king - man + woman") == "vecalc: note: wrote answer.json\n"
    (record,) = json.loads((tmp_path / "answer.json").read_text("utf-8"))
    assert record["results"][0]["word"] == "queen"
    assert "kings" in prompt.says("king")


def test_once_waits_for_an_answer(prompt: Terminal, tmp_path: Path) -> None:
    prompt.says("once answer.txt")
    assert "unknown word" in prompt.says("kign")
    assert not (tmp_path / "answer.txt").exists()
    prompt.says("king; queen - woman")
    assert [line.split("\t")[0] for line in (tmp_path / "answer.txt").read_text("utf-8").splitlines()] == [
        *("# king; queen - woman", "1", "# king; queen - woman", "1")
    ]


def test_once_takes_tables_and_arrays(prompt: Terminal, tmp_path: Path) -> None:
    prompt.says("once why.json")
    assert prompt.says("explain king - man") == "vecalc: note: wrote why.json\n"
    assert "neighbours" in {
        sheet["sheet"] for sheet in json.loads((tmp_path / "why.json").read_text("utf-8"))
    }
    prompt.says("once king.npy")
    prompt.says("king")
    assert np.load(tmp_path / "king.npy").shape == (1, 4)


@pytest.mark.parametrize("name", ["once", "tee", "save"])
def test_a_loaded_model_is_not_written_over(name: str, prompt: Terminal, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_bytes(FAMILY.read_bytes())
    prompt.says("use mine.txt")
    assert "input and output are the same file" in prompt.says(f"{name} mine.txt")
    prompt.says("king")
    assert (tmp_path / "mine.txt").read_bytes() == FAMILY.read_bytes()


@pytest.mark.parametrize("name", ["once", "save"])
def test_a_file_of_another_session_is_not_replaced(name: str, prompt: Terminal, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("A = king\n", "utf-8")
    prompt.child.sendline(f"{name} old.txt")
    assert "old.txt is there: replace it?" in prompt.until(r"\[y/N\] ")
    assert "old.txt: it was left as it is" in prompt.says("")
    prompt.says("king")
    assert (tmp_path / "old.txt").read_text("utf-8") == "A = king\n"
    prompt.says("load old.txt")  # what is loaded may be saved again
    assert "replace it?" not in prompt.says(f"{name} old.txt")
    prompt.says(f"{name} new.txt")
    prompt.says("king")
    assert "replace it?" not in prompt.says(f"{name} new.txt")
    (tmp_path / "other.txt").write_text("B = man\n", "utf-8")
    prompt.child.sendline(f"{name} other.txt")
    prompt.until(r"\[y/N\] ")
    prompt.says("y")
    prompt.says("king")
    assert (tmp_path / "other.txt").read_text("utf-8") != "B = man\n"


@pytest.mark.parametrize("name", ["once", "tee"])
def test_a_suffix_that_names_no_format_is_refused_at_once(
    name: str, prompt: Terminal, tmp_path: Path
) -> None:
    assert "answer.xlsx: the suffix names no format; there are .csv, .json" in prompt.says(
        f"{name} answer.xlsx"
    ).replace("\n", "")
    assert "kings" in prompt.says("king")
    assert not (tmp_path / "answer.xlsx").exists()


def test_once_says_what_it_needs(prompt: Terminal) -> None:
    assert "a file is missing" in prompt.says("once")
    assert "nowhere: there is no such folder" in prompt.says("once nowhere/answer.txt")
    assert "kings" in prompt.says("king")


# --- tee ------------------------------------------------------------------------------------


def words(path: Path) -> list[str]:
    return [json.loads(line)["results"][0]["word"] for line in path.read_text("utf-8").splitlines()]


def test_tee_writes_answers_as_well(prompt: Terminal, tmp_path: Path) -> None:
    assert prompt.says("tee log.jsonl") == "vecalc: note: answers go to log.jsonl as well\n"
    assert "queen" in prompt.says("king - man + woman")
    assert words(tmp_path / "log.jsonl") == ["queen"]  # at once
    assert "kings" in prompt.says("king")
    assert prompt.says("tee") == "vecalc: note: answers no longer go to log.jsonl\n"
    prompt.says("man")
    assert words(tmp_path / "log.jsonl") == ["queen", "kings"]


def test_tee_goes_on_with_a_file_of_lines_and_no_other(open_prompt: Open, tmp_path: Path) -> None:
    for _ in range(2):
        terminal = open_prompt()
        terminal.until()
        terminal.says("tee log.csv")
        terminal.says("king")
        terminal.child.sendeof()
        terminal.leaves()
    lines = (tmp_path / "log.csv").read_text("utf-8").splitlines()
    assert [line.count("kings") for line in lines] == [0, 1, 1]
    (tmp_path / "log.json").write_text("[]\n", "utf-8")
    terminal = open_prompt()
    terminal.until()
    terminal.child.sendline("tee log.json")
    terminal.until(r"\[y/N\] ")
    assert "it was left as it is" in terminal.says("n")
    terminal.child.sendline("tee log.json")
    terminal.until(r"\[y/N\] ")
    assert "answers go to log.json as well" in terminal.says("y")


def test_the_end_of_the_session_completes_what_tee_writes(prompt: Terminal, tmp_path: Path) -> None:
    prompt.says("tee log.json")
    prompt.says("king")
    prompt.child.sendeof()
    prompt.leaves()
    assert len(json.loads((tmp_path / "log.json").read_text("utf-8"))) == 1


def test_a_full_disk_ends_tee_and_not_the_prompt(prompt: Terminal) -> None:
    prompt.says("tee /dev/full")
    assert "No space left" in prompt.says("king")
    assert "No space left" not in prompt.says("king")


# --- favourites -----------------------------------------------------------------------------


def test_favourites_live_on(open_prompt: Open, tmp_path: Path) -> None:
    terminal = open_prompt()
    terminal.until()
    assert "there are none" in terminal.says("favourite")
    assert terminal.says("favourite royal = king - man + woman") == ""
    assert terminal.says("favourite man = man") == ""
    assert terminal.says("favourite man =") == ""
    other = open_prompt()
    other.until()
    assert other.says("favourite") == "royal = king - man + woman\n"
    assert re.search(r"1\s+queen", other.says("favourite royal"))
    assert other.says("favorite") == other.says("favourite")  # as it is spelled elsewhere
    assert "note: read config/favourites.vec" in other.says("load config/favourites.vec")
    assert re.search(r"1\s+queen", other.says("royal"))


def test_a_favourite_is_checked_when_it_is_kept(prompt: Terminal) -> None:
    assert "ends too early" in prompt.says("favourite royal = king -")
    assert "'2x' is not a name" in prompt.says("favourite 2x = king")
    assert "there is no favourite 'royal'" in prompt.says("favourite royal")
    assert "there is no favourite 'royal'" in prompt.says("favourite royal =")


# --- the start ------------------------------------------------------------------------------


def test_the_start_up_file_is_done_first(open_prompt: Open, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    lines = ["# mine", "set norm unit", "f(x) = (x", "  + king)", "kign", "A = queen"]
    (tmp_path / "config" / "startup.txt").write_text("\n".join(lines), "utf-8")
    terminal = open_prompt()
    shown = " ".join(terminal.until().split())
    assert "startup.txt:5:1: unknown word 'kign'" in shown
    assert "norm unit" in terminal.says("A")
    assert "queen" in terminal.says("f(woman) - man")
    assert re.search(r"vecalc: 1:1: unknown word", terminal.says("kign"))


def test_a_start_up_file_that_can_not_be_read_is_told(open_prompt: Open, tmp_path: Path) -> None:
    (tmp_path / "config" / "startup.txt").mkdir(parents=True)
    terminal = open_prompt()
    assert "startup.txt: can't be read" in " ".join(terminal.until().split())
    assert "kings" in terminal.says("king")


# --- the line and the screen ----------------------------------------------------------------


def test_keys_of_vi(prompt: Terminal) -> None:
    pytest.importorskip("readline")
    assert "choose emacs or vi" in prompt.says("set keys ed")
    assert prompt.says("set keys vi") == ""
    prompt.child.send("kingx\x1bx")  # Escape, and the last letter is deleted
    assert "kings" in prompt.says("")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("fav\t", "there are none"),
        ("set preci\t x", "set precision: it can't be 'x'"),
        ("help syn\t", "Operators, loosest first"),
        ("quee\t => queen", "FAIL"),
    ],
)
def test_tab_completes(typed: str, shown: str, prompt: Terminal) -> None:
    pytest.importorskip("readline")
    assert shown in prompt.says(typed)


def test_what_is_taller_than_the_screen_is_paged(open_prompt: Open) -> None:
    terminal = open_prompt("-k", "12", PAGER="sed s/^/paged:/")
    terminal.until()
    assert "paged:" not in terminal.says("king")
    terminal.child.setwinsize(8, 80)
    assert "paged:" in terminal.says("king")
    terminal.says("set pager off")
    assert "paged:" not in terminal.says("king")


# --- what is kept means the same --------------------------------------------------------------


def test_what_is_saved_means_the_same_wherever_it_is_loaded(prompt: Terminal) -> None:
    """A function keeps what its names were, and a word that is called like a name stays the word."""
    prompt.says("royal = king - man")
    prompt.says("f(x) = x + royal")
    prompt.says("royal = bread")
    prompt.says("g(x) = y + x where y = royal")
    shown = {line: prompt.says(line) for line in ("f(woman)", "g(man)")}
    assert "wrote names.vec" in prompt.says("save names.vec")
    for name in ("royal", "f", "g"):
        prompt.says(f"del {name}")
    prompt.says("royal = apple")
    assert "read names.vec: royal, f(), g()" in prompt.says("load names.vec")
    assert {line: prompt.says(line) for line in shown} == shown


def test_a_word_that_became_a_name_is_saved_in_quotes(prompt: Terminal) -> None:
    prompt.says("king - man")
    prompt.says("man = prince")
    prompt.says("v = _ + woman")
    assert 'v = king - "man" + woman' in prompt.says("vars").replace("(", "").replace(")", "")


def test_a_table_of_ones_own_takes_no_answers(prompt: Terminal, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("first,second\nking,queen\n", "utf-8")
    assert "it is not a file of answers; it begins with first,second" in prompt.says("tee own.csv")
    assert own.read_text("utf-8") == "first,second\nking,queen\n"
    assert "there is no such folder" in prompt.says("once nowhere/answer.csv")
