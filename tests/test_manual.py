"""`--generate`: the manual page and the shells' scripts, as man and the shells take them."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from running import PATIENCE, vecalc

from vecalc.shell import registry
from vecalc.shell.cli.command import vecalc as command

needs_groff = pytest.mark.skipif(shutil.which("groff") is None, reason="no groff here to set the page with")


def page() -> str:
    done = vecalc("--generate", "man")
    assert (done.code, done.err) == (0, "")
    return done.out


def test_the_page_has_every_option_and_command() -> None:
    shown = page().replace("\\-", "-")
    for option in command.params:
        for name in (*option.opts, *option.secondary_opts):
            assert not name.startswith("-") or re.search(rf"(\\fB|, | / ){re.escape(name)}\b", shown), name
    for name in registry.names():
        assert f"\\fBvecalc {name}\\fR" in shown


def test_no_line_of_the_page_is_a_command_by_accident() -> None:
    known = {".TH", ".SH", ".SS", ".TP", ".nf", ".fi"}
    assert {line.split()[0] for line in page().splitlines() if line[:1] in (".", "'")} <= known


@needs_groff
def test_the_page_is_set_without_a_complaint() -> None:
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-P-c"],
        input=page(),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert done.stderr == ""
    assert "vecalc 'king - man + woman'" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shells_script_asks_the_program(shell: str) -> None:
    done = vecalc("--generate", shell)
    assert done.code == 0
    assert f"{shell}_complete" in done.out


def test_what_can_be_generated_is_named() -> None:
    done = vecalc("--generate", "html")
    assert done.code == 2
    assert "man" in done.err
