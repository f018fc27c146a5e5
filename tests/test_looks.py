"""Help and errors on a terminal of any width, and themes wherever they are chosen."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from rendering import SGR
from running import family, vecalc

from vecalc.render import Style
from vecalc.render.help_text import help_text
from vecalc.render.paint import COLORS
from vecalc.render.width import columns

TOPICS = [["help", "syntax"], ["help", "functions"], ["help", "models"], ["help"], ["-h"], ["--help"]]
TOPICS += [["explain", "--help"], ["help", "exit-codes"]]


@pytest.mark.parametrize("line", TOPICS, ids=" ".join)
def test_help_fits_the_terminal_and_is_as_it_is_elsewhere(line: list[str]) -> None:
    """Words stand in the same order; only what has no blank may be wider."""
    piped = vecalc(*line).out
    assert "\x1b" not in piped
    for width in (40, 60, 120):
        look = Style(color=False, width=width)
        shown = help_text(piped, look)
        assert shown.split() == piped.split()
        assert [row for row in shown.splitlines() if columns(row) > width and " " in row.strip()] == []
        assert SGR.sub("", help_text(piped, look._replace(color=True))) == shown
    assert help_text(piped, Style(color=False, width=400)) == piped
    with mock.patch("sys.argv", ["vecalc", "--color", "never"]):
        seen = vecalc(*line, terminal=True, COLUMNS="60", NO_COLOR="1")
    assert max(columns(row) for row in seen.out.splitlines() if " " in row.strip()) <= 60


def test_errors_wrap_at_words_on_a_terminal_only() -> None:
    text = 'phrase("non american f/ood")'
    piped = family(text)
    seen = family(text, terminal=True, COLUMNS="60", NO_COLOR="1")
    assert seen.err != piped.err
    assert " ".join(seen.err.split()) == " ".join(piped.err.split())
    assert max(map(len, seen.err.splitlines())) <= 60
    *_, quoted, caret = seen.err.splitlines()
    assert quoted[caret.index("^") :].startswith("american")


def test_a_theme_is_an_option_a_variable_or_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VECALC_CONFIG", str(tmp_path))
    light, dark = COLORS["light"]["best"], COLORS["dark"]["best"]
    ask = ("king", "-k", "1", "--color", "always", "--format", "table")
    assert dark in family(*ask).out
    assert light in family(*ask, "--theme", "light").out
    assert light in family(*ask, VECALC_THEME="light").out
    (tmp_path / "config.toml").write_text('theme = "light"')
    assert light in family(*ask).out
    assert dark in family(*ask, "--theme", "dark").out
    assert COLORS["light"]["bad"] in family("kign", "--color", "always").err
    assert COLORS["light"]["bad"] in vecalc("-m", "none", "a", "--color=always", "--theme=light").err
