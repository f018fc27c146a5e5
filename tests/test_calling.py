"""Which command a command line calls, what help there is on each, and what the shell completes."""

from __future__ import annotations

import pytest
from running import FAMILY, family, forked, vecalc

from vecalc.shell import registry
from vecalc.shell.cli.command import vecalc as program
from vecalc.shell.cli.completion import completions
from vecalc.shell.commands.models import ACTIONS

# --- help -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", registry.names())
def test_help_on_a_command_is_its_own_help(name: str) -> None:
    asked, own = vecalc("help", name), vecalc(name, "--help")
    assert asked.code == own.code == 0
    assert asked.out.endswith(own.out)
    assert own.out.startswith(f"Usage: vecalc {name}")


def test_a_name_that_is_a_topic_too_tells_both() -> None:
    out = vecalc("help", "models").out
    assert out.index("-m FILE reads") < out.index("Usage: vecalc models")


# --- a command behind options ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("behind", "first"),
    [
        (["-m", FAMILY, "explain", "king"], ["explain", "-m", FAMILY, "king"]),
        (
            ["-m", FAMILY, "-k", "2", "compare", "king", "man"],
            ["compare", "king", "man", "-m", FAMILY, "-k", "2"],
        ),
        (["-qk2", "-m", FAMILY, "words"], ["words", "-q", "-k", "2", "-m", FAMILY]),
        (["-qk", "2", f"--model={FAMILY}", "words"], ["words", "-q", "-k", "2", "-m", FAMILY]),
        (["--json", "models", "list"], ["models", "list", "--json"]),
        (["-h", "explain"], ["explain", "-h"]),
    ],
)
def test_a_command_is_found_behind_options(behind: list[str], first: list[str]) -> None:
    done = vecalc(*behind)
    assert done == vecalc(*first)
    assert done.code == 0
    assert done.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["-k", "1", "king", "explain"],  # a word stands before it
        ["-k", "1", "-e", "words"],
        ["-k", "1", "--", "words"],
        ["-k", "1", "help", "+", "me"],
        ["-k", "1", "help - man"],
    ],
)
def test_other_places_hold_words(arguments: list[str]) -> None:
    assert "unknown word" in family(*arguments).err


def test_the_value_of_an_option_is_no_command() -> None:
    assert family("-k", "1", "--let", "words", "king").err.startswith("vecalc: --let: 'words' binds nothing")


# --- hints ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["words", "+", "letters"], "an expression is written in quotes: vecalc 'words + letters'"),
        (["models", "-", "cars"], "an expression is written in quotes: vecalc 'models - cars'"),
        (["help", "* me", "-k", "2"], "an expression is written in quotes: vecalc 'help * me'"),
        (["-k", "1", "help"], "as a word, help is written -e help"),
    ],
)
def test_where_an_expression_may_be_meant_it_is_told_how(arguments: list[str], hint: str) -> None:
    done = vecalc(*arguments)
    assert done.code == 2
    assert done.err.endswith(f"; {hint}\n")


@pytest.mark.parametrize(
    "arguments",
    [["explain", "-x"], ["models", "cars"], ["convert", "x"], ["features", "-"], ["words", "*g", "-x"]],
)
def test_and_nowhere_else(arguments: list[str]) -> None:
    done = vecalc(*arguments)
    assert done.code == 2
    assert "written" not in done.err
    assert "-e " not in done.err


# --- the shell ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("ex", ["explain"]),
        ("", [*registry.names()]),
        ("-m x.bin comp", ["compare"]),
        ("models ch", ["check"]),
        ("models check --sam", ["--sample"]),
        ("models ", [*ACTIONS]),
        ("explain --met", ["--metric"]),
        ("--norm ", ["rms", "unit", "raw"]),
        ("eval an", ["analogies"]),
        ("config p", ["path"]),
        ("help sy", ["syntax"]),
        ("help expl", ["explain"]),
    ],
)
def test_the_shell_completes(line: str, wanted: list[str]) -> None:
    *arguments, typed = line.split(" ")
    assert sorted(item.value for item in completions(arguments, typed, program)) == sorted(wanted)


@pytest.mark.parametrize("line", ["king ex", "-m ex", "import ve", "-- ex", "config path i", "-f ex"])
def test_elsewhere_it_completes_files(line: str) -> None:
    *arguments, typed = line.split(" ")
    assert [(item.type, item.value) for item in completions(arguments, typed, program)] == [("file", "")]


def test_a_shell_is_answered() -> None:
    for line, wanted in [("vecalc expl", "explain"), ("vecalc explain --met", "--metric")]:
        count = str(line.count(" "))
        done = forked(_VECALC_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=count)
        assert (done.code, done.out, done.err) == (0, f"plain,{wanted}\n", "")
    assert "_VECALC_COMPLETE" in forked(_VECALC_COMPLETE="fish_source").out
    assert forked(_VECALC_COMPLETE="nosuch_source").code == 1
