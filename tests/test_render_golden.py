"""Every output format as users see it, compared with the files in tests/golden.

After a wanted change write them anew and read the difference before it is committed:

    VECALC_GOLDEN=write pytest tests/test_render_golden.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from rendering import FORMATS, MATRIX, NASTY, NASTY_ERROR, NUMBERS, ORDINARY, document

from vecalc.answers import Answer
from vecalc.render import Style

FOLDER = Path(__file__).parent / "golden"
SEVERAL = Style(color=False, width=80, several=True)
DOCUMENTS: dict[str, tuple[str, list[Answer], Style]] = {
    **{name: (name, ORDINARY, SEVERAL) for name in FORMATS},
    **{f"{name}-alone": (name, ORDINARY[:1], Style(color=False, width=80)) for name in FORMATS},
    **{
        f"{name}-nasty": (name, [NASTY, NASTY_ERROR], SEVERAL)
        for name in FORMATS
        if name not in ("csv", "vector")
    },
    **{f"{name}-table": (name, [MATRIX, NUMBERS], SEVERAL) for name in ("csv", "plain", "table")},
    "table-color": ("table", ORDINARY, SEVERAL._replace(color=True)),
    "table-narrow": ("table", ORDINARY, SEVERAL._replace(width=30)),
    "table-ascii": ("table", ORDINARY, SEVERAL._replace(ascii=True, header=False, precision=2)),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_golden(name: str) -> None:
    form, answers, style = DOCUMENTS[name]
    text = document(form, answers, style)
    file = FOLDER / f"{name}.txt"
    if os.environ.get("VECALC_GOLDEN") == "write":
        file.write_bytes(text.encode())
    assert file.read_bytes().decode() == text


def test_no_golden_is_left_over() -> None:
    assert {file.stem for file in FOLDER.glob("*.txt")} == set(DOCUMENTS)
