"""Files of numbers and nothing else, known by the list of words beside them: named, with what to do.

GloVe writes `vectors.bin` beside `vectors.txt` and `vocab.txt`: for each word twice (as itself, as context)
its numbers and a bias, float64. The projector of TensorBoard has float32 in `tensors.bytes` beside
`metadata.tsv`. How many numbers a row has is nowhere in such a file. Source: glove.c of GloVe 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vecalc.errors import FileProblem
from vecalc.formats.word_files import names_in
from vecalc.formats.wordlists import places
from vecalc.sources import MAX_WIDTH, Head, Source
from vecalc.sources.word_text import shown

_ASKED = 1 << 10  # numbers that are looked at
_SMALLEST, _LARGEST = 1e-12, 1e6  # of numbers of vectors, zero apart
_PLAIN = re.compile(r"[\w.-]+")
_COPIES = 2  # of a word in GloVe's file


def refuse_raw(head: Head, source: Source) -> None:
    """FileProblem for a file that has a list of words beside it, and room for a row of numbers for each."""
    path, size = source.path, source.size
    for words, listed in _lists(source) if size else ():
        if not words:
            continue
        both, rest = divmod(size or 0, 8 * _COPIES * words)
        if not rest and 2 <= both <= MAX_WIDTH + 1 and _plausible(head, "<f8"):
            convert = f"np.fromfile('{_typed(path.name)}').reshape(2, -1, {both}).sum(0)[:, :-1]"
            message = f"GloVe's own binary file, which is not read: {words:,} words of {listed}, "
            message += f"{both - 1:,} numbers and a bias each"
            hint = f"load vectors.txt, which it writes as well; or {_numpy(path, convert)}"
            raise FileProblem(message, where=str(path), hint=hint)
        for kind, item in (("<f4", 4), ("<f8", 8)):
            width, rest = divmod(size or 0, item * words)
            if not rest and 1 <= width <= MAX_WIDTH and _plausible(head, kind):
                message = (
                    f"numbers without a header; as float{8 * item} they make a row of {width:,} for each "
                )
                message += f"of the {words:,} words of {listed}"
                convert = f"np.fromfile('{_typed(path.name)}', {kind!r}).reshape(-1, {width})"
                raise FileProblem(message, where=str(path), hint=_numpy(path, convert))


def _numpy(path: Path, convert: str) -> str:
    saved = f"np.save('{_typed(path.stem)}.npy', {convert})"
    return f'python -c "import numpy as np; {saved}" makes an array of it'


def _typed(name: str) -> str:
    """A name as it may be typed between quotes; none is shown that a shell would read in its own way."""
    return name if _PLAIN.fullmatch(name) else "FILE"


def _lists(source: Source) -> Iterator[tuple[int, str]]:
    """How many words the lists beside a file have, and their names."""
    for place in places(source):
        try:
            names = names_in(source.open(place), named=False)
        except FileProblem:  # it may be anything
            continue
        if names is not None:
            yield len(names.words) - names.headed, shown(place.name)
            if names.maybe_headed and not names.headed:
                yield len(names.words) - 1, shown(place.name)


def _plausible(head: Head, kind: str) -> bool:
    """Whether the first bytes are numbers of this type such as vectors have."""
    size = np.dtype(kind).itemsize
    count = min(len(head.data) // size, _ASKED)
    with np.errstate(invalid="ignore", over="ignore"):
        numbers = np.abs(np.frombuffer(head.data[: count * size], kind).astype(np.float64))
    usual = (numbers == 0) | ((numbers > _SMALLEST) & (numbers < _LARGEST))
    return bool(count and usual.all() and numbers.any())
