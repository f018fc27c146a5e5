"""The prompt on a terminal that draws: live answers, colours, completion, suggestions, blocks, keys."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import FAMILY, PATIENCE, command
from screen import Screen

from vecalc.shell.repl import editors
from vecalc.shell.repl.toolbar import _with_room

sys.path.insert(0, str(Path(__file__).parent / "bench"))

import spaces

QUEEN = r"^queen 0\.\d{4} · "  # what the toolbar says of king - man + woman
A_WHILE = 0.3  # seconds in which what must not come would have come

Opened = Iterator[Screen]


@pytest.fixture(scope="module")
def shared(nobodys_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    folder = tmp_path_factory.mktemp("live")
    (folder / "editor").write_text('#!/bin/sh\necho "queen + man" > "$1"\n')
    (folder / "editor").chmod(stat.S_IRWXU)
    screen = Screen(folder, VISUAL=str(folder / "editor"))
    screen.until("^vecalc>")
    yield screen
    screen.terminal.ends()


@pytest.fixture
def live(shared: Screen) -> Screen:
    shared.anew()
    return shared


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[list[Screen]]:
    screens: list[Screen] = []
    yield screens
    for screen in screens:
        screen.terminal.ends()


# --- live answers -----------------------------------------------------------------------------


def test_an_answer_is_there_before_enter(live: Screen) -> None:
    for typed, shown in (
        ("king - man + woman", QUEEN),
        ("cos(king, king)", r"^= 1$"),
        ("[king, queen]", r"^king: kings 0\.\d{4}"),
        ("cos([king, man], [king, man])", r"^king: king 1 · man "),
        ("cos(?, king)", r"^kings 0\.\d{4} · "),
        ("A = king - man + woman", QUEEN),
        ("king - man + woman => queen", "^PASS queen @1: rank 1 · queen "),
        ("KING", "^kings .* · KING read as king$"),
    ):
        live.types(typed)
        live.until(shown, typed)
        live.anew()
        assert live.bar[0] == "", typed


def test_the_number_of_neighbours_at_the_end_of_a_line_is_no_part_of_what_is_answered(live: Screen) -> None:
    live.types("king - man + woman")
    live.until(QUEEN)
    live.types(" -k 3")
    live.until(r"^vecalc> .* -k 3$")
    live.settle(A_WHILE)
    assert re.search(QUEEN, live.bar[0])  # the answer to this line, not the last one there was
    live.anew()
    live.types("queen --top 2")
    live.until(r"^\S+ 0\.\d{4} · \S+ 0\.\d{4}$")  # and no third


def test_what_is_unfinished_or_wrong_shows_no_error_and_no_answer_of_its_own(live: Screen) -> None:
    live.types("king - man + woman")
    live.until(QUEEN)
    for more in (" +", " kign", " + cos(", '"que', "]]"):
        live.types(more)
        live.until(r"^king - man \+ woman: queen 0", more)  # the last good one, and what it is of
    live.settle(A_WHILE)
    assert "vecalc: " not in live.shown
    assert "unknown" not in live.shown
    assert live.line.endswith("]]")


def test_a_preview_has_no_effect(live: Screen) -> None:
    live.types("fresh = queen")
    live.until(r"^(king|woman|prince|princess)\w* 0\.")
    live.anew()
    live.types("fresh", "enter")
    live.until("unknown word 'fresh'")
    live.types("3 + 4", "enter")
    live.until("^7$")
    live.types("man + woman")
    live.until(r"^\S+ 0\.\d{4} · \w+ 0")
    live.types("ctrl-u", "_ * 2", "enter")  # of the last answer, not of the preview
    live.until("^14$")


def test_a_stale_answer_is_not_shown(live: Screen) -> None:
    live.types("king - man + woman", "ctrl-u", "cos(king, king)")
    live.until("^= 1$")
    live.settle(A_WHILE)
    assert live.bar[0] == "= 1"


def test_live_answers_can_be_switched_off(live: Screen) -> None:
    live.enters("set live off")
    live.types("king - man + woman")
    live.until(lambda: live.line.endswith("woman"))
    live.settle(A_WHILE)
    assert live.bar[0] == ""
    live.anew()
    live.enters("set live on")
    live.types("king - man + woman")
    live.until(QUEEN)


# --- colours ----------------------------------------------------------------------------------


def test_unknown_words_are_underlined_once_they_can_be_none(live: Screen) -> None:
    live.types("kin")
    live.settle(A_WHILE)
    assert live.underlined() == ""  # it can become king
    live.types("g + kign - man")
    live.until(lambda: live.underlined() == "kign")
    live.anew()
    live.types("kinx")  # nothing begins so, though the cursor is still there
    live.until(lambda: live.underlined() == "kinx")
    live.anew()
    live.types('nope(king) + "man" + "mna" + x where x = king')
    live.until(lambda: live.underlined() == 'nope"mna"')


def test_parts_have_colours(live: Screen) -> None:
    live.types('cos(king, x) + 12 + "man" where x = king # so')
    live.until(lambda: "# so" in live.line and live.color_of("cos") != "default")
    colors = {part: live.color_of(part) for part in ("cos", "king", "x)", "12", '"man"', "where", "# so")}
    assert colors.pop("king") == "default"
    assert "default" not in colors.values()
    assert len(set(colors.values())) == 5  # where is as a function is
    live.anew()
    live.types("explain king + kign - man")
    live.until(lambda: live.underlined() == "kign")
    assert live.color_of("explain") != "default"
    live.anew()
    live.types("find kign ")
    live.until(lambda: live.color_of("find") != "default")
    assert live.underlined() == ""


def test_the_matching_bracket_is_marked(live: Screen) -> None:
    live.types("(king - (man))")
    live.until(lambda: live.underlined() == "()")
    cells = live.screen.buffer[live.row]
    assert cells[live.line.index("(")].underscore
    assert not cells[live.line.index("(man")].underscore


def test_themes(live: Screen) -> None:
    found = {}
    for theme in ("light", "dark"):
        live.enters(f"set theme {theme}")
        live.types("cos(king, kign) ")
        live.until(lambda: live.underlined() == "kign")
        found[theme] = live.color_of("cos")
        live.anew()
    assert len(set(found.values())) == 2
    live.types("set theme blue", "enter")
    live.until("choose dark or light")


@pytest.mark.parametrize(("arguments", "variables"), [([], {"NO_COLOR": "1"}), (["--color", "never"], {})])
def test_without_colour_there_is_shape(
    arguments: list[str], variables: dict[str, str], opened: list[Screen], tmp_path: Path
) -> None:
    opened.append(screen := Screen(tmp_path, *arguments, **variables))
    screen.until("^vecalc>")
    screen.types("cos(king, kign) ")
    screen.until(lambda: screen.underlined() == "kign")
    screen.until("^family.txt · ")
    cells = [cell for row in screen.screen.buffer.values() for cell in row.values()]
    assert {cell.fg for cell in cells} | {cell.bg for cell in cells} == {"default"}


# --- completion, suggestions, history ---------------------------------------------------------


def test_tab_opens_a_menu_and_enter_takes_from_it(live: Screen) -> None:
    live.types("quee", "tab")
    live.until(lambda: live.line == "vecalc> queen")
    live.anew()
    live.types("set ex", "tab")
    live.until(r"^ +exclude\b.*\n +exact\b", "the menu")
    live.types("tab")
    live.until(lambda: live.line in ("vecalc> set exclude", "vecalc> set exact"))
    line = live.line
    live.types("enter")  # takes it, and does not run the line
    live.until(lambda: not re.search(r"^ +exclude", live.shown, re.MULTILINE))
    live.settle(A_WHILE)
    assert live.line == line


def test_the_menu_can_be_there_while_one_types(live: Screen) -> None:
    live.enters("set menu on")
    live.types("wom")
    live.until(r"^ +woman")
    live.anew()
    live.enters("set menu off")


def test_what_was_typed_before_is_suggested_and_found(live: Screen) -> None:
    for line in ("cos(king, man)", "norm(queen)", "cos(king, woman)", "norm(man)"):
        live.enters(line)
    live.types("norm(q")
    live.until(lambda: live.line == "vecalc> norm(queen)")
    assert live.color_of("ueen") != live.color_of("(q")  # grey, until it is taken
    live.types("right")
    live.until(lambda: live.color_of("ueen") == "default")
    live.anew()
    live.types("cos", "up")
    live.until(lambda: live.line == "vecalc> cos(king, woman)")
    live.types("up")
    live.until(lambda: live.line == "vecalc> cos(king, man)")
    live.types("down")
    live.until(lambda: live.line == "vecalc> cos(king, woman)")
    live.anew()
    live.types("ctrl-r", "queen)")
    live.until(r"norm\(queen\)$")
    live.types("enter", "enter")
    live.until(lambda: live.line == "vecalc>")


# --- blocks -----------------------------------------------------------------------------------


def test_a_block_is_edited_and_remembered_as_one(live: Screen) -> None:
    live.types("(king", "enter", "- man", "enter", "+ woman)")
    live.until(QUEEN)
    live.until(r"^   \.\.\.> \+ woman\)")
    live.types("up", "up", "ctrl-e", " * 2", "enter")  # Enter ends the block wherever it is complete
    live.until(r"^   1 +queen")
    live.until(lambda: live.line == "vecalc>")
    live.enters("7 * 7")
    live.types("(", "up")
    live.until(lambda: live.line == "vecalc> (king * 2")
    live.until(r"^   \.\.\.> - man\n   \.\.\.> \+ woman\)$")
    live.types("enter")
    live.until(lambda: live.line == "vecalc>")


@pytest.mark.parametrize("key", ["ctrl-c", "ctrl-d"])
def test_a_continuation_is_dropped_without_an_error(key: str, live: Screen) -> None:
    live.types("cos(king,", "enter")
    live.until(r"^   \.\.\.>")
    live.types(key)
    live.until(lambda: live.line == "vecalc>")
    live.types("5 + 6", "enter")
    live.until("^11$")
    assert "never closed" not in live.shown.rpartition("cos(king,")[2]


def test_an_empty_line_gives_up(live: Screen) -> None:
    live.types("cos(king,", "enter")
    live.until(r"^   \.\.\.>")
    live.types("enter")
    live.until("the expression ends too early")


def test_an_open_quote_is_told_at_once(live: Screen) -> None:
    live.types('("new', "enter")
    live.until("this quote is never closed")
    live.until(lambda: live.line == "vecalc>")


def test_alt_enter_makes_a_line_and_lines_are_done_one_after_another(live: Screen) -> None:
    live.types("2 + 3", "alt-enter", "set precision 2", "alt-enter", "1 / 3")
    live.until(r"^   \.\.\.> 1 / 3")
    live.types("enter")
    live.until(r"^5\n0\.33$")
    live.enters("set precision none")


def test_pasted_lines_wait_for_enter(live: Screen) -> None:
    live.pastes("10 + 3\n[1,\n 2] @ [3, 4]\n20 + 5\n")
    live.until(r"^   \.\.\.> 20 \+ 5")
    live.settle(A_WHILE)
    assert "\n13\n" not in live.shown
    live.types("enter")
    live.until(r"^13\n11\n25$")


# --- toolbar, keys ----------------------------------------------------------------------------


def test_the_toolbar_says_what_is_set(live: Screen) -> None:
    live.until(lambda: live.bar[1] == "family.txt · top 1 · norm rms · metric cos · exclude inputs")
    live.types("set match q*", "enter")
    live.until(lambda: live.bar[1].endswith("exclude inputs · match q*"))
    assert live.color_of("match", -1) != live.color_of("norm", -1)
    live.types("set match *", "enter")
    live.until(lambda: live.bar[1].endswith("exclude inputs"))


@pytest.mark.parametrize(("columns", "shown"), [(40, 3), (60, 5), (120, 5)])
def test_the_toolbar_fits(columns: int, shown: int, opened: list[Screen], tmp_path: Path) -> None:
    opened.append(screen := Screen(tmp_path, "--metric", "l2", columns=columns))
    screen.until("^family.txt · ")
    assert len(screen.bar[1].split(" · ")) == shown
    assert "metric l2" in screen.bar[1]  # what is not as usual stays the longest
    screen.types("king - man + woman")
    screen.until(r"^queen \d\.")


def test_a_long_model_leaves_room_for_what_is_set() -> None:
    usual, unusual = ("norm rms", False), ("where price < 10", True)
    address = "postgresql://me@a.server.of.a.long.name.example:5432/books#public.novels"
    for width, shown in (
        (110, [address, "norm rms", "where price < 10"]),
        (60, ["public.novels", "norm rms", "where price < 10"]),
        (35, ["public.novels", "where price < 10"]),
        (31, ["public.nove…", "where price < 10"]),
        (20, ["public.nove…"]),
    ):
        assert [text for text, _ in _with_room([(address, True), usual, unusual], width)] == shown


def test_quiet_leaves_the_answer(opened: list[Screen], tmp_path: Path) -> None:
    opened.append(screen := Screen(tmp_path, "--quiet"))
    screen.until("^vecalc>")
    screen.types("king - man + woman")
    screen.until(QUEEN)
    assert "norm rms" not in screen.shown


def test_keys_of_vi_and_an_editor(live: Screen) -> None:
    live.types("set keys vi", "enter", "kingx", "escape")
    live.settle(0.6)  # until Escape is known to begin no other key
    live.types("x", "enter")
    live.until(r"^   1 +kings")
    live.types("set keys emacs", "enter", "edit")
    live.until(r"^vecalc> queen \+ man\n.*\n +1 +well-known")


def test_ctrl_c_clears_and_ctrl_d_leaves(opened: list[Screen], tmp_path: Path) -> None:
    opened.append(screen := Screen(tmp_path))
    screen.until("^vecalc>")
    screen.types("king - man", "enter")
    screen.until(r"^   1 +")
    screen.types(" private", "enter", "(king +", "enter", "man)", "enter")
    screen.until(r"^= king \+ man\n.*\n +1 +prince")
    screen.anew()
    screen.anew()  # a second Ctrl-C ends nothing either
    screen.settle(A_WHILE)
    screen.types("ctrl-d")
    screen.terminal.leaves()
    kept = (tmp_path / "history").read_text("utf-8").split("\n")
    assert kept == ["king - man", "(king +\u2028man)", ""]
    assert (tmp_path / "history").stat().st_mode & 0o077 == 0
    opened.append(other := Screen(tmp_path, VECALC_EDITOR="readline"))
    other.until("^vecalc>")
    other.types("up", "\n")  # one line that means the same
    other.until(r"^vecalc> = king \+ man$")


# --- where it can't be ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["readline", "plain"])
def test_other_editors(name: str, opened: list[Screen], tmp_path: Path) -> None:
    opened.append(screen := Screen(tmp_path, VECALC_EDITOR=name))
    screen.until("^vecalc>")
    screen.types("(king -\n", "man + woman)\n")
    screen.until(r"^   1 +queen")
    screen.types("(king\n")
    screen.until(r"cos\n(.|\n)*\.\.\.>$")
    screen.types("ctrl-d")
    screen.until(lambda: screen.line == "vecalc>")
    screen.types('"new\n')
    screen.until("this quote is never closed")
    assert "norm rms · metric" not in screen.shown
    if name == "readline":
        screen.types("up", "up", "\n")
        screen.until(r"closed(.|\n)*^vecalc> = king - man \+ woman$")


def test_an_editor_that_is_not_there_is_told(opened: list[Screen], tmp_path: Path) -> None:
    opened.append(screen := Screen(tmp_path, VECALC_EDITOR="nano"))
    screen.until(r"VECALC_EDITOR=nano: there is none called so, there are\s+prompt_toolkit, readline, plain")
    screen.until("^family.txt · ")


def test_without_prompt_toolkit_or_readline_lines_are_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import importlib.util

    there = {"prompt_toolkit", "readline"}
    monkeypatch.setattr(editors, "is_capable", lambda: True)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name in there or None)
    assert editors.possible() == ["prompt_toolkit", "readline", "plain"]
    there.remove("prompt_toolkit")
    assert editors.possible() == ["readline", "plain"]
    there.clear()
    assert editors.possible() == ["plain"]
    there.add("prompt_toolkit")
    monkeypatch.setattr(editors, "is_capable", lambda: False)
    assert editors.possible() == ["plain"]


def test_answers_that_go_to_a_file_have_no_prompt_among_them(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    line = command("-m", FAMILY, "-k", "1", "--quiet", "-i")
    variables = os.environ | {"VECALC_HISTORY": os.devnull}
    with subprocess.Popen(
        line, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables
    ) as child:
        os.write(ours, b"king - man + woman\n\x04")
        out, err = child.communicate(timeout=PATIENCE)
    os.close(ours)
    os.close(theirs)
    assert out.decode() == "1\tqueen\t0.958843\n"
    assert err.decode().startswith("vecalc> ")


# --- fast typing ------------------------------------------------------------------------------


@pytest.mark.slow
def test_fast_typing_in_a_large_space_shows_what_enter_answers(opened: list[Screen], tmp_path: Path) -> None:
    """How fast it is, `tests/bench/keystrokes.py` tells."""
    model = spaces.binary(tmp_path, 200_000, 100)
    opened.append(screen := Screen(tmp_path, "-k", "3", "--format", "plain", model=model))
    screen.until("^vecalc>")
    for number in range(3):
        words = [spaces.word(100 * number + i) for i in range(4)]
        for key in "0.5*({0}*{1} + {0} + {1}) - {2} + {3}".format(*words):
            screen.types(key)
            screen.settle(0.05)
        screen.until(lambda: screen.bar[0].count(" · ") == 2 and ":" not in screen.bar[0])
        live = [piece.split()[0] for piece in screen.bar[0].split(" · ")]
        screen.types("enter")
        screen.until(lambda: screen.line == "vecalc>")
        last = re.findall(r"^([123])\t?\s*(\S+)", screen.shown, re.MULTILINE)[-3:]
        assert [word for _, word in last] == live
    assert "vecalc: " not in screen.shown.replace("vecalc: note: ", "")  # of what the cache takes
