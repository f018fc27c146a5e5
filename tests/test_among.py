"""`--among` in every command that has it: no word of the list is dropped or read otherwise without a note."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import FAMILY, family, vecalc
from terminal import Open

from vecalc.shell import registry

GIVEN = "queen,kign,QUEEN,Bread,foo,bar,Apple,queen"
LACKS = "words of --among that are not in the model: 3 (kign, foo, bar)"
OTHERWISE = (
    "words of --among in another spelling: 3 (QUEEN read as queen, Bread read as bread, Apple read as apple)"
)
LINES = {
    "": ["king"],
    "compare": ["king", "man"],
    "convert": ["IN", "out.txt"],
    "diff": ["king", "-m", f"other={FAMILY}"],
    "explain": ["king"],
    "plot": ["king"],
}
every_command = pytest.mark.parametrize("name", LINES)


def taking_among() -> list[str]:
    """The commands that have the option; `vecalc EXPRESSION` is one."""
    own = {name: registry.find(name) for name in registry.names()}
    return [
        "",
        *(name for name, one in own.items() if one and "--among" in str([p.opts for p in one.params])),
    ]


def run(name: str, *options: str | Path, stdin: str = "") -> tuple[int, str]:
    model = [] if name == "convert" else ["-m", FAMILY]
    line = [str(FAMILY) if word == "IN" else word for word in LINES[name]]
    done = vecalc(*name.split(), *line, *model, *options, stdin=stdin)
    return done.code, done.err


def test_every_command_with_the_option_is_tried() -> None:
    assert taking_among() == [*LINES, "publish"]  # to a server, see test_publish


@every_command
def test_what_is_not_found_as_written_is_told_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, err = run(name, "--among", GIVEN)
    assert code == 0
    models = ["other: ", "family: "] if name == "diff" else [""]
    assert err == "".join(f"vecalc: note: {model}{note}\n" for model in models for note in (LACKS, OTHERWISE))
    Path("words.txt").write_text(GIVEN.replace(",", "\n"))
    Path("out.txt").unlink(missing_ok=True)
    assert run(name, "--among", "words.txt") == (code, err)
    Path("out.txt").unlink(missing_ok=True)
    assert run(name, "--among", "words.txt", "-q") == (0, "")


@every_command
def test_a_list_of_unknown_words_is_an_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, err = run(name, "--among", "kign,foo")
    assert code == 2
    assert "--among: none of these words is in the vocabulary" in err


@every_command
def test_a_line_that_is_no_word_is_an_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("words.txt").write_bytes(b"queen\n\xff\n")
    code, err = run(name, "--among", "words.txt")
    assert (code, err.splitlines()[-1]) == (
        4,
        "vecalc: words.txt:2: byte 1 is not UTF-8; save the file as UTF-8",
    )


def test_many_unknown_words_are_counted() -> None:
    done = family("king", "--among", ",".join(["queen", *(f"w{i}" for i in range(1200))]))
    assert "not in the model: 1,200 (w0, w1, w2, ...)\n" in done.err


def test_exact_reads_nothing_otherwise() -> None:
    assert (
        "not in the model: 2 (QUEEN, Bread)" in family("king", "--exact", "--among", "QUEEN,Bread,apple").err
    )


def test_a_space_that_has_none_is_passed_over() -> None:
    """Words of one model are no mistake in the others."""
    models = ["-m", f"a={FAMILY}", "-m", "b=starter"]
    done = vecalc(*models, "b:king", "--among", "knight,leucocite,monarch")
    assert done.err == "vecalc: note: b: words of --among that are not in the model: 1 (leucocite)\n"
    done = vecalc(*models, "king", "--among", "knight,monarch")
    assert (done.code, done.out) == (2, "")


def test_a_model_that_is_used_later_is_told_of_too(open_prompt: Open) -> None:
    prompt = open_prompt("--among", "queen,kign")
    assert "not in the model: 1 (kign)" in prompt.until()
    assert "again: words of --among that are not in the model: 1 (kign)" in prompt.says(f"use again={FAMILY}")
