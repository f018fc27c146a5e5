"""What is meant by a model of `-m`: where it lies, how it is to be read, whether it is one of texts."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from vecalc.errors import FileProblem
from vecalc.library.cache import folder_of
from vecalc.library.catalogue import DATABASES, known, without_prefix
from vecalc.library.missing import refuse_missing
from vecalc.sources import Reading
from vecalc.sources.reference import located
from vecalc.texts import FORCED
from vecalc.texts.table_names import is_table


class Meant(NamedTuple):
    """A place, how to read it, and whether texts are asked for by name (`lines:FILE`)."""

    place: Path
    reading: Reading
    forced: bool


def meant(model: str, reading: Reading) -> Meant:
    """What is meant. Raises `FileProblem` for what is not there."""
    place, prefix = without_prefix(model)
    place = str(known(Path(place)))
    refuse_missing(place)
    what = Meant(*located(Path(place), reading), prefix == FORCED)
    if prefix in DATABASES:
        _refuse_others(what, prefix, model)
    return what


def _refuse_others(what: Meant, prefix: str, model: str) -> None:
    """FileProblem for a file of another format than its prefix says."""
    from vecalc.formats.load import form_of

    found, wanted = form_of(what.place, what.reading), prefix[:-1]
    if found != wanted:
        hint = f"leave {prefix} out, and it is read as what it is"
        raise FileProblem(f"a file of the format {found}, and not {wanted}", where=model, hint=hint)


def may_be_texts(what: Meant) -> bool:
    """Whether it can't be read before an embedder is known: texts are asked for, or the column of a table, or
    texts were read before.
    """
    if what.forced or (what.reading.part and is_table(what.reading.member or what.place.name)):
        return True
    folder = folder_of(what.place, what.reading)
    return any(folder.parent.glob(f"{folder.name}-*"))
