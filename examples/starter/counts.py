"""Turn WordNet into sparse tables of how often words meet contexts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from starter.algebra import scale_rows
from starter.morphology import Morphology
from starter.wordnet import Synset, WordNet

# The tag counts of a word's senses are flattened by this power: SemCor is small, and its counts
# say more of which sense is alive than of how much more often the first one is meant.
_SENSE_POWER = 0.3
_FIRST_SENSE, _ANY_SENSE = 0.5, 0.002
_COMMONEST_SHARE = 0.03  # words in more than this share of the glosses are no context at all

_LINKS = {
    "@": "broader", "@i": "broader", "~": "narrower", "~i": "narrower", "+": "derived",
    "\\": "derived", "!": "opposite", "&": "similar", "^": "also", "#p": "whole", "#m": "whole",
    "#s": "whole", "%p": "part", "%m": "part", "%s": "part", "=": "attribute", "*": "entails",
    ">": "causes", "$": "group", "<": "participle", ";c": "topic", ";r": "topic",
    "-c": "in topic", "-r": "in topic",
}  # fmt: skip
# How much of a neighbour's gloss is read along with a meaning's own gloss.
_READ_ALONG = {
    "narrower": 0.5, "derived": 0.5, "similar": 0.5, "whole": 0.5, "part": 0.3, "also": 0.3,
    "topic": 0.3, "attribute": 0.5,
}  # fmt: skip
_BROADER_SHARE, _BROADER_DECAY, _BROADER_STEPS = 1.0, 0.6, 4
# How likely a random walk takes each kind of link.
_STEP = {
    "broader": 1.0, "narrower": 1.0, "derived": 1.0, "similar": 1.0, "whole": 1.5, "part": 1.0,
    "also": 0.5, "topic": 0.5, "in topic": 0.3, "attribute": 1.0, "opposite": 1.0,
    "entails": 0.7, "causes": 0.7, "group": 1.0, "participle": 1.0,
}  # fmt: skip
_WALK_ON = 0.6
# Which neighbours pull a word towards themselves at the end ("same": members of one synset;
# "fellow": other instances of what this is an instance of, as capitals are of each other).
# Each pull has its own power for the senses, sharper than above, sharpest for places and names.
_WORD_PULL = {"same": 0.36, "similar": 0.36, "opposite": 0.36, "derived": 0.216}
_WORD_POWER = 1.0
_PLACE_PULL = {"whole": 1.08, "fellow": 1.08}
_PLACE_POWER = 1.2
# The thousands of one-line biographies tie plain words to rare names: `king` to `ethelred`.
_BIOGRAPHY_SHARE = 0.1
_PERSON_FILE = 18


@dataclass(frozen=True)
class Tables:
    """The sparse tables; rows or columns are base words, meanings (synsets) and context words."""

    senses: Any  # base word x meaning: shares of a word's senses
    glosses: Any  # meaning x context word: counts
    spoken: Any  # base word x meaning: how often the gloss of the meaning uses the word
    reach: Any  # meaning x meaning: whose glosses are read along
    walk: Any  # meaning x meaning: where a short random walk ends
    kin: Any  # base word x base word: which words pull a word, and how much


def build_tables(net: WordNet, morphology: Morphology, bases: list[str]) -> Tables:
    """Count everything once."""
    number = {name: at for at, name in enumerate(net.synsets)}
    rows = {word: at for at, word in enumerate(bases)}
    links = _link_tables(net, number)
    glosses, spoken = _gloss_tables(net, morphology, rows)
    trust = sp.diags([_BIOGRAPHY_SHARE if _is_biography(synset) else 1.0 for synset in net.synsets.values()])
    senses = _sense_table(net, bases, number, _SENSE_POWER)
    pulls = {**links, "same": sp.identity(len(number), format="csr"), "fellow": _fellows(net, number)}
    words = _kin(_sense_table(net, bases, number, _WORD_POWER), pulls, _WORD_PULL)
    places = _kin(_sense_table(net, bases, number, _PLACE_POWER), pulls, _PLACE_PULL)
    return Tables(
        senses=senses,
        glosses=glosses,
        spoken=(spoken @ trust).tocsr(),
        reach=(_reach(links) @ trust).tocsr(),
        walk=_walk(links),
        kin=(words + places).tocsr(),
    )


def _sparse(cells: dict[tuple[int, int], float], shape: tuple[int, int]) -> Any:
    """Make a sparse table from cells; sorted, so that every sum runs in one order."""
    keys = sorted(cells)
    where = np.array(keys, dtype=np.int64).reshape(-1, 2)
    values = np.array([cells[key] for key in keys], dtype=np.float64)
    return sp.csr_matrix((values, (where[:, 0], where[:, 1])), shape=shape)


def _sense_table(net: WordNet, bases: list[str], number: dict[str, int], power: float) -> Any:
    cells: dict[tuple[int, int], float] = {}
    for row, word in enumerate(bases):
        for sense in net.senses.get(word, []):
            weight = sense.count + _ANY_SENSE + (_FIRST_SENSE if sense.rank == 0 else 0.0)
            cells[row, number[sense.synset]] = weight**power
    return scale_rows(_sparse(cells, (len(bases), len(number))), 1.0)


def _gloss_tables(net: WordNet, morphology: Morphology, rows: dict[str, int]) -> tuple[Any, Any]:
    """Count words per gloss: as contexts (by base form) and as base words with vectors.

    A definition's word counts 1, an example's 1/2, and a member of the synset counts 1 in all.
    """
    texts: list[dict[str, float]] = []
    spread: Counter[str] = Counter()
    spoken: dict[tuple[int, int], float] = {}
    for column, synset in enumerate(net.synsets.values()):
        text: dict[str, float] = {}
        for words, weight in ((synset.definition, 1.0), (synset.examples, 0.5)):
            for word in words:
                base = morphology.base(word)
                text[base] = text.get(base, 0.0) + weight
                for form in sorted({word, base} & rows.keys()):
                    spoken[rows[form], column] = spoken.get((rows[form], column), 0.0) + 1.0
        for name in synset.names:
            for word in name:
                base = morphology.base(word)
                text[base] = text.get(base, 0.0) + 1.0 / len(name)
        texts.append(text)
        spread.update(text.keys())
    most = _COMMONEST_SHARE * len(texts)
    contexts = {word: at for at, word in enumerate(sorted(w for w in spread if 2 <= spread[w] <= most))}
    glosses = {
        (row, contexts[word]): weight
        for row, text in enumerate(texts)
        for word, weight in text.items()
        if word in contexts
    }
    return _sparse(glosses, (len(texts), len(contexts))), _sparse(spoken, (len(rows), len(texts)))


def _is_biography(synset: Synset) -> bool:
    return synset.file_number == _PERSON_FILE and any(symbol == "@i" for symbol, _ in synset.links)


def _link_tables(net: WordNet, number: dict[str, int]) -> dict[str, Any]:
    """One table per kind of link, each row summing to one."""
    cells: dict[str, dict[tuple[int, int], float]] = {kind: {} for kind in sorted({*_LINKS.values()})}
    for row, synset in enumerate(net.synsets.values()):
        for symbol, target in synset.links:
            if symbol in _LINKS:
                cells[_LINKS[symbol]][row, number[target]] = 1.0
    size = len(number)
    return {kind: scale_rows(_sparse(found, (size, size)), 1.0) for kind, found in cells.items()}


def _reach(links: dict[str, Any]) -> Any:
    """Say whose glosses are read along: near relations, and the chain of broader meanings."""
    same = sp.identity(links["broader"].shape[0], format="csr")
    total = same + sum(share * links[kind] for kind, share in _READ_ALONG.items())
    step = same
    for _ in range(_BROADER_STEPS):
        step = _BROADER_DECAY * (step @ links["broader"])
        total = total + _BROADER_SHARE * step
    return total.tocsr()


def _walk(links: dict[str, Any]) -> Any:
    """Two steps of a random walk with restart, as matrix products instead of sampled paths.

    Goikoetxea, Soroa and Agirre (2015) sample such walks on WordNet to make a corpus.
    """
    step = scale_rows(sum(chance * links[kind] for kind, chance in _STEP.items()), 1.0)
    same = sp.identity(step.shape[0], format="csr")
    return (same + _WALK_ON * step + _WALK_ON**2 * (step @ step)).tocsr()


def _fellows(net: WordNet, number: dict[str, int]) -> Any:
    """Link each named thing to all things of its kind, itself included, in equal shares."""
    cells = {
        (row, number[target]): 1.0
        for row, synset in enumerate(net.synsets.values())
        for symbol, target in synset.links
        if symbol == "@i"
    }
    kinds = _sparse(cells, (len(number), len(number)))
    return (scale_rows(kinds, 1.0) @ scale_rows(kinds.T.tocsr(), 1.0)).tocsr()


def _kin(senses: Any, links: dict[str, Any], pull: dict[str, float]) -> Any:
    """Say which base words pull each base word along the given links, and how much."""
    step = sum(share * links[kind] for kind, share in pull.items())
    members = scale_rows(senses.T.tocsr(), 1.0)
    pulls = (senses @ step @ members).tocoo()
    others = pulls.row != pulls.col
    cells = (pulls.data[others], (pulls.row[others], pulls.col[others]))
    return sp.csr_matrix(cells, shape=pulls.shape)
