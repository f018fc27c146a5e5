"""What a command may take, whatever it is given: memory by the size of its files, and seconds."""

from __future__ import annotations

from pathlib import Path

import pytest
from bounded import MB, bounded, memory_for
from hostile import MODELS
from running import FAMILY


def test_what_takes_too_much_is_seen(tmp_path: Path) -> None:
    taken = bounded("-m", FAMILY, "king", note=tmp_path / "note", memory=memory_for(FAMILY))
    assert taken.code == 0
    assert 5 * MB < taken.memory < 200 * MB
    with pytest.raises(AssertionError, match=r"MB, .* exit code 0"):
        bounded("-m", FAMILY, "king", note=tmp_path / "note", memory=5 * MB)


DOORS = {"-m": ["w1"], "import": ["--name", "x"], "models check": [], "convert": ["out.bin"]}
QUICK = ("5,000 numbers wide", "parquet, one long word", "parquet, a false footer", "pickle of None")


def _models() -> list[object]:
    """Each hostile model at each door; a few of them in every run."""
    quick = [(name, "import") for name in QUICK]
    return [
        pytest.param(name, door, id=f"{name} {door}", marks=[] if (name, door) in quick else pytest.mark.slow)
        for name in MODELS
        for door in DOORS
    ]


@pytest.mark.parametrize(("name", "door"), _models())
def test_8_24_no_small_model_takes_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, door: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = MODELS[name](tmp_path)
    kept = {"VECALC_CACHE_DIR": str(tmp_path / "cache"), "VECALC_MODELS": str(tmp_path / "models")}
    command = [*door.split(), path, *DOORS[door]]
    taken = bounded(*command, note=tmp_path / "note", memory=memory_for(path), **kept)
    assert taken.code in (0, 1, 3, 4), taken.err  # 1: something is wrong in it; 3: another word is asked for
    assert len(taken.err.splitlines()) <= 3
