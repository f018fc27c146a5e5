"""What a command may take, whatever it is given: memory by the size of its files, and seconds."""

from __future__ import annotations

from pathlib import Path

import pytest
from bounded import MB, bounded, memory_for
from running import FAMILY


def test_what_takes_too_much_is_seen(tmp_path: Path) -> None:
    taken = bounded("-m", FAMILY, "king", note=tmp_path / "note", memory=memory_for(FAMILY))
    assert taken.code == 0
    assert 5 * MB < taken.memory < 200 * MB
    with pytest.raises(AssertionError, match=r"MB, .* exit code 0"):
        bounded("-m", FAMILY, "king", note=tmp_path / "note", memory=5 * MB)
