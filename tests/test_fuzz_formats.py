"""A thousand damaged files of every format: each ends in a space or in a problem that is named.

What was found is mended, and kept as a test of its own in test_format_faults.py. `python tests/fuzzing.py
FORMAT N N+1 FOLDER` makes mutant N again.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzzing import findings, good_files

from vecalc.formats.load import load
from vecalc.formats.recognition import formats

FORMS = sorted(formats())


@pytest.mark.parametrize("form", FORMS)
def test_every_format_has_good_files(tmp_path: Path, form: str) -> None:
    assert good_files(form), f"tests/fuzzing.py: GOOD needs a function that makes a file of {form}"
    for number, make in enumerate(good_files(form)):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert len(load(make(folder), encoding_errors="surrogateescape").space)


def test_some_damaged_files(tmp_path: Path) -> None:
    """Of all formats in one process: it takes longer to begin than to read them."""
    assert list(findings(",".join(FORMS), 15 * len(FORMS), tmp_path)) == []


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_many_damaged_files(tmp_path: Path, form: str) -> None:
    assert list(findings(form, 1000, tmp_path)) == []
