"""`vecalc plot` as people meet it: pictures on the screen and in files, their numbers, what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from running import family as with_family
from running import loaded, vecalc
from terminal import Terminal

PICTURES = {"matplotlib", "sklearn", "plotille", "PIL", "vecalc.plots", "vecalc.studies.plot"}


def test_on_a_terminal_it_is_a_picture_and_elsewhere_its_numbers() -> None:
    shown = with_family("plot", "king - man + woman", terminal=True, COLUMNS="70").out
    assert "◆" in shown
    assert "component 1" in shown
    assert "\x1b[" in shown
    piped = with_family("plot", "king - man + woman")
    assert piped.out.splitlines()[1] == "# label\tx\ty\trole\tkept"
    assert "\x1b" not in with_family("plot", "king", "--format", "table").out
    dumb = with_family("plot", "king, man", terminal=True, encoding="ascii", NO_COLOR="1").out
    assert dumb.isascii()
    assert "o king" in dumb or "king o" in dumb


def test_the_numbers_are_tables_for_programs() -> None:
    (document,) = json.loads(with_family("plot", "king, man", "--json").out)
    assert (document["sheet"], document["title"]) == ("points", "king, man")
    assert [row["label"] for row in document["rows"]] == ["king", "man"]
    rows = list(csv.DictReader(io.StringIO(with_family("plot", "cos(?, king)", "--format", "csv").out)))
    assert sum(int(row["count"]) for row in rows) == 12


def test_a_file_is_written_by_its_suffix_and_told_with_its_size(tmp_path: Path) -> None:
    for suffix, begin in ((".svg", "<?xml"), (".txt", "king, man"), (".csv", "label,"), (".json", "[")):
        path = tmp_path / f"map{suffix}"
        done = with_family("plot", "king, man", "-o", path)
        assert done.code == 0, done.err
        assert path.read_text("utf-8").startswith(begin), suffix
        if suffix in (".svg", ".txt"):
            assert done.out.startswith(f"{path}: ")
            assert done.out.endswith((" kB\n", " bytes\n"))
        before = path.read_bytes()
        with_family("plot", "king, man", "-o", path)
        assert path.read_bytes() == before
    assert "\x1b" not in (tmp_path / "map.txt").read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.csv", "map.json", "map.svg", "map.txt"]


def test_a_file_that_is_read_is_not_written_over(tmp_path: Path) -> None:
    table = tmp_path / "kinds.txt"
    table.write_text("name,kind\nking,male\n")
    done = with_family("plot", "king, man", "--colour", f"{table}#kind", "-o", table)
    assert done.code == 2
    assert "input and output are the same file" in done.err
    assert table.read_text() == "name,kind\nking,male\n"


def test_an_unknown_suffix_says_which_there_are(tmp_path: Path) -> None:
    done = with_family("plot", "king", "-o", tmp_path / "map.gif")
    assert done.code == 2
    assert "the suffix names no format; pictures: " in done.err
    assert ".png" in done.err


ERRORS = {
    ("cos(king, queen)",): (3, "a number is no picture; a vector or a list is drawn as a map"),
    ("king, kign",): (3, "unknown word 'kign'"),
    (): (2, "an expression is missing"),
    ("king", "--kind", "heat"): (2, "--kind: this can't be drawn as heat; but as map or bars"),
    ("king, man", "--axes", "apple"): (2, "--axes: a map has two axes, 1 given"),
    ("king, man", "--axes", "apple, kign"): (3, "unknown word 'kign'"),
    ("king, man", "--colour", "5"): (3, "a number for each point is a score with ? or a vector"),
}


@pytest.mark.parametrize("arguments", ERRORS, ids=" ".join)
def test_what_is_wrong_is_one_line_in_its_text(arguments: tuple[str, ...]) -> None:
    code, message = ERRORS[arguments]
    done = with_family("plot", *arguments, "--format", "table")
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    if "kign" in message:  # the mark stands below the text that is wrong
        text, mark = done.err.splitlines()[1:3]
        assert text[mark.index("^") :].startswith("kign")


def test_notes_on_how_words_are_read_are_told() -> None:
    assert "King read as king" in with_family("plot", "King, man", "--format", "table").err


def test_lines_of_a_file_are_points(tmp_path: Path) -> None:
    lines = tmp_path / "said.txt"
    lines.write_text("the king was good\ncheap food\nslow delivery\n")
    from embedders import write_textual

    write_textual(tmp_path / "pot")
    arguments = ("-m", tmp_path / "pot", "-m", f"docs={lines}", "--embed", tmp_path / "pot")
    done = vecalc("plot", "--all", "--in", "docs", *arguments, "--json")
    assert done.code == 0, done.err
    labels = [row["label"] for row in json.loads(done.out)[0]["rows"]]
    assert labels == ["the king was good", "cheap food", "slow delivery"]


def test_other_answers_load_nothing_of_pictures() -> None:
    assert loaded("king - man + woman", "--format", "plain").isdisjoint(PICTURES)
    assert loaded("plot", "--help").isdisjoint({*PICTURES, "numpy"})
    assert loaded("plot", "king", "--format", "table").isdisjoint({"matplotlib", "sklearn", "scipy"})


# --- at the prompt ---------------------------------------------------------------------------


def test_the_prompt_draws_on_the_screen_and_into_files(prompt: Terminal, tmp_path: Path) -> None:
    shown = prompt.says("plot king - man + woman")
    assert "king - man + woman" in shown
    assert "component 1" in shown
    path = tmp_path / "new.svg"
    assert f"{path}: " in prompt.says(f"plot king, man -o {path}")
    assert path.read_text("utf-8").startswith("<?xml")
    assert "unknown word 'kign'" in prompt.says("plot king, kign")
    assert "an expression is missing" in prompt.says("plot")
    other = tmp_path / "other.svg"
    other.write_text("mine")
    prompt.child.sendline(f"plot king -o {other}")
    prompt.until("replace it")
    assert "left as it is" in prompt.says("n")
    assert other.read_text() == "mine"
    numbers = tmp_path / "numbers.csv"
    prompt.says(f"plot king, man -o {numbers}")
    assert numbers.read_text().startswith("label,x,y,role,kept\n")


def test_a_table_has_no_place_among_all_words() -> None:
    done = with_family("plot", "cos([king, queen], [man, woman])", "--all")
    assert done.code == 3
    assert "is not a vector or list, so it has no point; leave --all out" in " ".join(done.err.split())


def test_options_of_maps_are_told_where_no_map_is_drawn() -> None:
    done = with_family("plot", "cos([king, queen], [man, woman])", "--by", "tsne", "--context", "3")
    assert "--by, --context: only maps have a use for it, and this is drawn as heat" in done.err
