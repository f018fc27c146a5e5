"""What a command may take, whatever it is given: memory by the size of its files, and seconds (fault 90).

The files, expressions and patterns are those of hostile.py; a command answers them, or refuses them with a
line that names a limit of its own.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from bounded import EXPRESSION, MB, Taken, bounded, memory_for
from hostile import (
    A_WORD_FOR_PATTERNS,
    EXPRESSIONS,
    LONGEST_EXPRESSION,
    MODELS,
    PATTERNS,
    SETTINGS,
    TABLES,
)
from running import FAMILY


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for everything that is kept."""
    for name in ("CACHE_DIR", "MODELS", "CONFIG"):
        monkeypatch.setenv(f"VECALC_{name}", str(tmp_path / "home" / name))
    return tmp_path


def assert_answered_or_refused(taken: Taken, *codes: int) -> None:
    shown = taken.err[:300]
    assert taken.code in (0, *codes), shown
    assert taken.code == 0 or taken.err.startswith("vecalc: "), shown
    assert taken.code == 0 or len(taken.err.splitlines()) <= 3, (
        shown
    )  # an expression, and what is wrong in it


def test_what_takes_too_much_is_seen(home: Path) -> None:
    taken = bounded("-m", FAMILY, "king", memory=memory_for(FAMILY))
    assert taken.code == 0
    assert 5 * MB < taken.memory < 200 * MB
    with pytest.raises(AssertionError, match=r"MB, .* exit code 0"):
        bounded("-m", FAMILY, "king", memory=5 * MB)


DOORS = {"-m": ["w1"], "import": ["--name", "x"], "models check": [], "convert": ["out.bin"]}
QUICK = ("5,000 numbers wide", "parquet, a false footer", "pickle of None")


def _models() -> list[object]:
    """Each hostile model with the doors that it is tried at; a few of them in every run."""
    quick = [pytest.param(name, ["import"], id=f"{name}, import") for name in QUICK]
    slow = {name: [door for door in DOORS if name not in QUICK or door != "import"] for name in MODELS}
    return quick + [pytest.param(*one, id=one[0], marks=pytest.mark.slow) for one in slow.items()]


@pytest.mark.parametrize(("name", "doors"), _models())
def test_8_24_no_small_model_takes_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, doors: list[str]
) -> None:
    path = MODELS[name](tmp_path)
    for number, door in enumerate(doors):  # each in a folder where nothing is kept yet
        here = tmp_path / str(number)
        here.mkdir()
        monkeypatch.chdir(here)
        kept = {"VECALC_CACHE_DIR": str(here / "cache"), "VECALC_MODELS": str(here / "models")}
        command = [*door.split(), path, *DOORS[door]]
        taken = bounded(*command, memory=memory_for(path), **kept)
        # 1: something is wrong in it; 3: another word is asked for
        assert taken.code in (0, 1, 3, 4), (door, taken.err)
        assert len(taken.err.splitlines()) <= 3, (door, taken.err)


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_90_a_hostile_table_is_read_or_refused_in_little(name: str, home: Path) -> None:
    path = TABLES[name](home)
    column = "c0" if path.suffix == ".csv" else "word"
    batch = ["--csv", path, "-m", FAMILY, "-e", column, "-k", "1"]
    features = ["features", path, "-m", FAMILY, "-e", column, "--unknown", "skip", "-o", home / "out.npz"]
    for command in (batch, features):
        taken = bounded(*command, memory=memory_for(path))
        assert_answered_or_refused(taken, 1, 3, 4)


@pytest.mark.slow
def test_61_a_line_of_a_gigabyte_takes_no_memory(home: Path) -> None:
    lines = home / "lines.txt"
    with lines.open("wb") as stream:
        stream.write(b"king\n")
        stream.truncate(1_000 * MB)
    taken = bounded("-m", FAMILY, "-f", lines, "-k", "1", memory=100 * MB)
    assert taken.code == 1
    assert taken.out.startswith("# king\n1\tkings")
    assert "longer than 1,048,576 bytes" in taken.err


@pytest.mark.slow
@pytest.mark.parametrize("name", SETTINGS)
def test_90_hostile_settings_are_refused(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = SETTINGS[name](home)
    monkeypatch.chdir(home)
    assert_answered_or_refused(bounded("king", memory=memory_for(path)), 2, 4)
    monkeypatch.chdir("/")
    (home / "home" / "CONFIG").mkdir(parents=True)
    path.rename(home / "home" / "CONFIG" / "config.toml")
    assert_answered_or_refused(bounded("king", memory=memory_for(FAMILY)), 2, 4)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_90_a_hostile_expression_is_answered_or_refused_in_little(name: str, home: Path) -> None:
    assert len(EXPRESSIONS[name]) <= LONGEST_EXPRESSION
    taken = bounded("-e", EXPRESSIONS[name], memory=EXPRESSION)
    assert_answered_or_refused(taken, 3)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern[:40])
def test_90_a_hostile_pattern_ends(pattern: str, home: Path) -> None:
    path = home / "model.txt"
    path.write_text(f"2 2\n{A_WORD_FOR_PATTERNS} 1 2\nking 2 1\n", "utf-8")
    for command in (["words", "-m", path, pattern], ["-m", path, "king", "--match", pattern]):
        assert_answered_or_refused(bounded(*command, memory=memory_for(path)), 1, 2, 3)
