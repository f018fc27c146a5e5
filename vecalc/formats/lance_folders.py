"""Lance's folders: TABLE.lance, or a folder of such, as LanceDB keeps them; the newest version of a table.

TABLE.lance/_versions/N.manifest     a version: its number, or how far that is from the largest there can be
TABLE.lance/data/                    the rows
"""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

from vecalc.sources import Reading

SUFFIX = ".lance"
VERSIONS = "_versions"
_DATA = "data"
_MANIFEST = re.compile(r"(\d{1,20})\.manifest")
_LARGEST = (1 << 64) - 1
_FROM_THE_END = 20  # digits of a version that is counted from there, so that the newest comes first
LOOKED_AT = 100_000  # names in a folder


def lance_model(folder: Path, reading: Reading) -> tuple[Path, Reading] | None:
    """The newest manifest of the table that is meant of a folder, its name being the part; None for no Lance.

    Of several tables of which none is named it is the first, whose reader says which there are.
    """
    if folder.suffix == SUFFIX and (manifest := newest(folder)):
        part = f"{folder.stem}.{reading.part}" if reading.part else folder.stem
        return manifest, reading._replace(part=part)
    tables = tables_in(folder)
    if not tables:
        return None
    named = [name for name in tables if reading.part == name or reading.part.startswith(f"{name}.")]
    return tables[max(named, key=len) if named else min(tables)], reading


def tables_in(folder: Path) -> dict[str, Path]:
    """The newest manifests of the tables in a folder, by their names."""
    try:
        inner = sorted(entry for entry in islice(folder.iterdir(), LOOKED_AT) if entry.suffix == SUFFIX)
    except OSError:
        return {}
    found = {entry.stem: newest(entry) for entry in inner}
    return {name: manifest for name, manifest in found.items() if manifest}


def newest(table: Path) -> Path | None:
    """The manifest of the newest version of a table."""
    try:
        names = [entry.name for entry in islice((table / VERSIONS).iterdir(), LOOKED_AT)]
    except OSError:
        return None
    manifests = [name for name in names if _MANIFEST.fullmatch(name)]
    return table / VERSIONS / max(manifests, key=version_of) if manifests else None


def version_of(manifest: str) -> int:
    """The version that the name of a manifest tells."""
    digits = manifest.partition(".")[0]
    return _LARGEST - int(digits) if len(digits) == _FROM_THE_END else int(digits)


def is_manifest(file: Path) -> bool:
    """Whether a file is called like the manifest of a table."""
    return file.parent.name == VERSIONS and _MANIFEST.fullmatch(file.name) is not None


def lasting(file: Path) -> Path:
    """What stays when the model changes: of a manifest, of which every version has its own, its table."""
    return file.parents[1] if is_manifest(file) else file


def size_of_table(manifest: Path) -> int:
    """The bytes of the rows of a table, those that were removed included."""
    files = islice((manifest.parents[1] / _DATA).iterdir(), LOOKED_AT)
    return sum(file.stat().st_size for file in files)
