"""What Tab completes: every option's values and every argument, asked directly; and in the real shells."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import click
import pexpect
import pyte
import pytest
from running import FAMILY, vecalc
from workplace import command_of, every_name

from vecalc.calc.functions import FUNCTIONS
from vecalc.library.missing import COLLECTION
from vecalc.shell import help_topics
from vecalc.shell.cli.command import vecalc as program
from vecalc.shell.cli.completion import completions, words_of
from vecalc.shell.display import formats

PATIENCE = 20  # seconds; a shell shows what Tab completes in a tenth of one


def shown(line: str) -> list[str]:
    """What Tab offers at the end of a line, `FILES` where files are offered."""
    arguments, typed = words_of(f"vecalc {line}")
    return [
        item.value if item.type == "plain" else "FILES" for item in completions(arguments, typed, program)
    ]


def options() -> Iterator[tuple[str, click.Option]]:
    """Every option of every command that takes a value."""
    for name in sorted(every_name()):
        for param in command_of(name).params:
            if isinstance(param, click.Option) and not param.is_flag:
                yield name, param


def test_every_choice_is_offered_and_nothing_else() -> None:
    seen = 0
    for command, option in options():
        if not isinstance(option.type, click.Choice):
            continue
        for name in option.opts:
            seen += 1
            choices = list(option.type.choices)
            assert shown(f"{command} {name} ") == choices, (command, name)
            first = choices[0]
            assert first in shown(f"{command} {name} {first[:2]}")
            if name.startswith("--"):
                assert shown(f"{command} {name}={first[:2]}")[0] == f"{name}={first}"
    assert seen > 30


def test_no_option_stands_where_a_value_is_due() -> None:
    for command, option in options():
        for name in option.opts:
            for typed in ("", "-", "--"):
                found = shown(f"{command} {name} {typed}")
                assert not any(value.startswith("-") for value in found), (command, name, found)


def test_files_are_offered_for_options_that_take_files() -> None:
    for command, option in options():
        takes = "FILE" in (option.metavar or "") or option.name == "embed"
        assert ("FILES" in shown(f"{command} {option.opts[-1]} ")) == takes, (command, option.opts)
    assert shown("-k ") == shown("--let ") == shown("--precision ") == []


def test_every_argument_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VECALC_CONFIG", "VECALC_CACHE_DIR", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    good = vecalc("models", "add", "aunt", FAMILY)
    assert good.code == 0, good.err
    topics = shown("help ")
    assert {*help_topics.TOPICS, "explain", "models", *FUNCTIONS, "attention", "top", "where"} <= {*topics}
    assert shown("models pull ") == list(COLLECTION)
    assert shown("models pull glove-twitter-2") == ["glove-twitter-25", "glove-twitter-200"]
    for action in ("info", "check"):
        assert shown(f"models {action} ") == ["starter", "aunt", "FILES"]
    for action in ("remove", "default", "path", "set"):
        assert shown(f"models {action} ") == ["starter", "aunt"]
        assert shown(f"models {action} au") == ["aunt"]
    assert shown("-m ") == shown("words -m ") == shown("--embed ") == ["starter", "aunt", "FILES"]
    assert shown("-m x=au") == ["x=aunt", "FILES"]
    assert shown("--model=x=au") == ["--model=x=aunt", "FILES"]
    assert shown("-m users=a.txt -m b.txt --in ") == ["users", "b.txt"]
    assert shown("--format ") == [*formats(), "npy"]
    assert shown("--limit wo") == ["words=", "work="]
    assert "word2vec-text" in shown("convert a b --to ")
    assert shown("eval ") == ["analogies", "similarity"]
    assert shown("eval analogies ") == shown("-f ") == shown("king ") == ["FILES"]
    asked = vecalc(_VECALC_COMPLETE="zsh_complete", COMP_WORDS="vecalc --version ")
    assert asked.out.startswith("plain,compare\n")


@pytest.mark.parametrize(
    ("line", "words", "typed"),
    [
        ("vecalc ", [], ""),
        ("vecalc he", [], "he"),
        ("vecalc 'king - man' ", ["king - man"], ""),
        ("vecalc 'king - m", [], "king - m"),
        ('vecalc -e "a b" --no', ["-e", "a b"], "--no"),
        ("vecalc a\\ b c\\ ", ["a b"], "c "),
    ],
)
def test_a_line_is_taken_apart_as_a_shell_does(line: str, words: list[str], typed: str) -> None:
    assert words_of(line) == (words, typed)


def test_bash_replaces_what_stands_behind_its_word_breaks() -> None:
    asked = {"_VECALC_COMPLETE": "bash_complete", "COMP_WORDS": "vecalc --norm=r"}
    assert vecalc(**asked, COMP_WORDBREAKS=" =:").out == "plain,rms\nplain,raw\n"
    assert vecalc(**asked, COMP_WORDBREAKS=" ").out == "plain,--norm=rms\nplain,--norm=raw\n"


# --- the shells themselves -------------------------------------------------------------------

START = {  # how each begins with no settings of its own, and how it takes up the script
    "bash": (["--norc", "--noprofile", "-i"], 'bind "set bell-style none"; eval "$(vecalc --generate bash)"'),
    "zsh": (["-f", "-i"], 'autoload -Uz compinit; compinit -u -D; eval "$(vecalc --generate zsh)"'),
    "fish": (
        ["--no-config", "-i"],
        "function fish_prompt; echo 'GO> '; end; vecalc --generate fish | source",
    ),
}
TABS = (  # what is typed before Tab, and what then stands on the screen
    ("vecalc --metric ", r"cos +dot +l2"),
    ("vecalc --format=mark", r"--format=markdown$"),
    ("vecalc -k 1 -m aun", r"-m aunt$"),
    ("vecalc models pull glove-twitter-1", r"pull glove-twitter-100$"),
    ("vecalc help exit-", r"help exit-codes$"),
    ("vecalc --csv pai", r"--csv pairs\\ of\\ words\.csv$"),
    ("vecalc -f fold", r"-f folder/$"),
    ("vecalc models che", r"models check$"),
)


class Shell:
    """A shell on a terminal of its own."""

    def __init__(self, name: str, arguments: list[str], **variables: str) -> None:
        self.child = pexpect.spawn(
            name, arguments, env=os.environ | variables, encoding="utf-8", dimensions=(40, 160)
        )
        self.screen = pyte.Screen(160, 40)
        self._stream = pyte.Stream(self.screen)

    def waits_for(self, pattern: str) -> None:
        """Until a line of the screen matches."""
        end = monotonic() + PATIENCE
        while monotonic() < end:
            if any(re.search(pattern, line.rstrip()) for line in self.screen.display):
                return
            with suppress(pexpect.TIMEOUT):
                self._stream.feed(self.child.read_nonblocking(1 << 16, 0.2))
        pytest.fail(f"{pattern} is not to be seen:\n" + "\n".join(filter(str.strip, self.screen.display)))

    def begins_anew(self) -> None:
        """The line is dropped, and nothing stands on the screen but the prompt."""
        self.child.send("\x05\x15\x0c")
        self.waits_for("^GO>$")
        sleep(0.1)  # what zsh and fish show below the line goes a moment later


@pytest.mark.slow
@pytest.mark.parametrize("name", [*START])
def test_tab_in_a_real_shell(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which(name) is None:
        if os.environ.get("CI"):
            pytest.fail(f"there is no {name} here: .ci/run installs it")
        pytest.skip(f"there is no {name} here to press Tab in")
    monkeypatch.chdir(tmp_path)
    vecalc("models", "add", "aunt", FAMILY)
    Path("pairs of words.csv").write_text("a,b\n")
    Path("folder").mkdir()
    Path("bin").mkdir()
    script = Path("bin/vecalc")
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m vecalc "$@"\n')
    script.chmod(0o755)
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    arguments, settings = START[name]
    shell = Shell(name, arguments, PATH=path, TERM="xterm", PS1="GO> ", INPUTRC="/dev/null")
    try:
        shell.child.sendline(f"{settings}; echo rea''dy")
        shell.waits_for("^ready")
        for typed, wanted in TABS:
            shell.begins_anew()
            shell.child.send(typed)
            shell.waits_for(re.escape(typed.strip()))
            shell.child.send("\t\t" if name == "bash" else "\t")
            shell.waits_for(wanted)
    finally:
        shell.child.close(force=True)
