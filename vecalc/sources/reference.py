"""What a person may name: FILE, FILE#PART, FILE.zip:MEMBER, FILE.zip:MEMBER#PART; or FILE.zip/MEMBER.

A file that is really called so is meant first: `c#notes.txt` is a file where there is one.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from vecalc.sources import Reading

LIST = "?"  # FILE#? asks which parts there are
ARCHIVE = re.compile(r"\.zip[:/]", re.IGNORECASE)  # what stands between an archive and its member


def located(path: Path, reading: Reading) -> tuple[Path, Reading]:
    """The file that is meant, and how it is to be read, with its part and member in it.

    Nothing is split off where nothing could be meant by it: a name without a file stays as it is, so that a
    problem shows what was typed.
    """
    words = os.path.abspath(reading.words_file) if reading.words_file else ""  # noqa: PTH100 - links stay
    reading = reading._replace(words_file=words)
    typed = str(path)
    if _exists(typed):
        return path, reading
    rest, sign, part = typed.rpartition("#")
    if not (sign and rest):
        rest, part = typed, ""
    if _exists(rest):
        return Path(rest), reading._replace(part=part)
    for match in ARCHIVE.finditer(rest):
        if _exists(archive := rest[: match.end() - 1]):
            return Path(archive), reading._replace(member=rest[match.end() :], part=part)
    return path, reading


def behind(reading: Reading) -> str:
    """What stands behind the file's own name where this member and part of it are meant; "" for the whole."""
    member = f":{reading.member}" if reading.member else ""
    return f"{member}#{reading.part}" if reading.part else member


def _exists(path: str) -> bool:
    try:
        return os.path.exists(path)  # noqa: PTH110 - the path as it was typed
    except ValueError:  # a NUL
        return False
