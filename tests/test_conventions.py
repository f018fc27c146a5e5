"""The list of conventions (conventions.md) is whole, and names tests that there are; the tests of some."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path

import pytest
from running import FAMILY, family, forked, loaded, vecalc
from test_faults import functions_of

from vecalc.shell import meter
from vecalc.shell.help_topics import EXIT_CODES

HERE = Path(__file__).parent
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
COUNT = 62


@cache
def rows() -> dict[int, str]:
    """The tests of every convention, as they are written: `test_x: name, name; cases/y.txt`."""
    found = ROW.findall((HERE / "conventions.md").read_text("utf-8"))
    assert [int(number) for number, _, _ in found] == list(range(1, COUNT + 1))
    return {int(number): named for number, _, named in found}


def test_every_convention_has_tests_that_there_are() -> None:
    for number, named in rows().items():
        for part in named.split("; "):
            file, _, names = part.partition(": ")
            if file.startswith("cases/"):
                assert (HERE / file).is_file(), (number, part)
                continue
            wanted = {f"test_{name}" for name in names.split(", ")}
            assert wanted <= functions_of(f"{file}.py"), (number, wanted - functions_of(f"{file}.py"))


# --- conventions without a test elsewhere ----------------------------------------------------


def test_exit_codes_are_documented() -> None:
    text = (HERE.parent / "docs" / "reference.md").read_text("utf-8")
    listed = re.findall(
        r"^\| ([\d, ]+) \| ", text.partition("## Exit codes")[2].partition("\n## ")[0], re.MULTILINE
    )
    assert {int(code) for cell in listed for code in cell.split(", ")} == set(EXIT_CODES)
    told = vecalc("help", "exit-codes").out
    assert {int(line.split()[0]) for line in told.splitlines()} == set(EXIT_CODES)


def test_a_dash_is_a_table_too() -> None:
    done = family("--csv", "-", "-e", "cos(a, b)", "--format", "csv", stdin="a,b\nking,king\n")
    assert (done.code, done.err) == (0, "")
    assert "king,king," in done.out


def test_a_file_may_have_it_all(tmp_path: Path) -> None:
    """CRLF, a byte-order mark, blank lines, comments, and no line end at the end."""
    (tmp_path / "q.txt").write_bytes(b"\xef\xbb\xbf# first\r\n\r\nking\r\n   \r\nqueen # second")
    done = family("-f", tmp_path / "q.txt", "--json")
    assert done.code == 0
    assert [(record["id"], record["parsed"]) for record in done.records] == [(3, "king"), (5, "queen")]


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_for_people_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, after a moment, with the time that is left; not where nobody looks or wants it."""
    now = [100.0]
    monkeypatch.setattr(meter.time, "monotonic", lambda: now[0])

    def shown(screen: io.StringIO, *, quiet: bool = False) -> str:
        monkeypatch.setattr("sys.stderr", screen)
        with meter.metered("answering", 100, quiet=quiet) as found:
            for passed in (0.1, 5.0):
                now[0] += passed
                if found is not None:
                    found.add(25)
                if passed < 1:
                    assert screen.getvalue() == ""
        return screen.getvalue()

    assert "50%" in shown(_Screen())
    assert " s left" in shown(_Screen())
    assert shown(_Screen(), quiet=True) == ""
    assert shown(io.StringIO()) == ""


def test_help_is_on_stdout_with_examples_first() -> None:
    short, whole = vecalc("-h"), vecalc("--help")
    for done in (short, whole):
        assert (done.code, done.err) == (0, "")
        assert "vecalc 'king - man + woman'" in done.out
    assert len(short.out) < len(whole.out) / 2
    assert (
        whole.out.index("vecalc 'king - man + woman'") < whole.out.index("Usage:") < whole.out.index("--norm")
    )


def test_no_metadata_is_read_at_a_start() -> None:
    """By it packages are looked through for plug-ins."""
    assert "importlib.metadata" not in loaded("-m", FAMILY, "king")
    assert "importlib.metadata" not in loaded("--help")


def test_a_pipe_is_answered_line_by_line() -> None:
    """Where there is no terminal, lines are answered all the same, and nothing but answers is written."""
    done = forked("-m", FAMILY, "-k", "1", stdin="king - man + woman\nking\n")
    assert (done.code, done.err) == (0, "")
    assert "\x1b" not in done.out
    assert done.words == ["queen", "kings"]
