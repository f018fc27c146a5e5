"""Read the WordNet 3.0 database files (format: wndb(5WN), senseidx(5WN))."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
_KEY_TYPES = {"n": 1, "v": 2, "a": 3, "r": 4, "s": 5}
_MARKER = re.compile(r"\((?:a|p|ip)\)$")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_QUOTED = re.compile(r'"([^"]*)"?')


@dataclass(frozen=True)
class Synset:
    """One meaning: its member lemmas, its links to other meanings, and its gloss."""

    part: str
    file_number: int
    members: tuple[tuple[str, int], ...]
    links: tuple[tuple[str, str], ...]
    gloss: str

    @cached_property
    def names(self) -> list[list[str]]:
        """Lower-case words of each member, `new_york` as two words."""
        return [lemma.lower().split("_") for lemma, _ in self.members]

    @cached_property
    def definition(self) -> list[str]:
        """Words of the gloss outside quotation marks."""
        return _WORD.findall(_QUOTED.sub(" ", self.gloss).lower())

    @cached_property
    def examples(self) -> list[str]:
        """Words of the example sentences."""
        return [word for text in _QUOTED.findall(self.gloss) for word in _WORD.findall(text.lower())]


@dataclass(frozen=True)
class Sense:
    """A lemma's use of one synset: tag count in SemCor and rank within its part of speech."""

    synset: str
    part: str
    count: int
    rank: int


@dataclass(frozen=True)
class WordNet:
    """The parsed database."""

    synsets: dict[str, Synset]
    senses: dict[str, list[Sense]]
    exceptions: dict[str, list[tuple[str, str]]]  # inflected form -> (part, base form)

    @cached_property
    def named(self) -> frozenset[str]:
        """Lower-case lemmas that are written with a capital letter in one of their meanings at least."""
        members = (name for synset in self.synsets.values() for name, _ in synset.members)
        return frozenset(name.lower() for name in members if not name.islower())


def read_wordnet(root: Path) -> WordNet:
    """Read everything that the builder needs from a WordNet folder."""
    synsets = dict(_synsets(root))
    counts = _tag_counts(root)
    senses: dict[str, list[Sense]] = defaultdict(list)
    for name, part in PARTS.items():
        for line in _lines(root / f"index.{name}"):
            fields = line.split()
            for rank, offset in enumerate(fields[-int(fields[2]) :]):
                key = _sense_key(fields[0], part + offset, synsets)
                senses[fields[0]].append(Sense(part + offset, part, counts.get(key, 0), rank))
    return WordNet(synsets, dict(senses), _exceptions(root))


def _lines(path: Path) -> Iterator[str]:
    """Yield the data lines; the licence at the head of each file is indented."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith(" "):
            yield line


def _synsets(root: Path) -> Iterator[tuple[str, Synset]]:
    for name, part in PARTS.items():
        for line in _lines(root / f"data.{name}"):
            head, _, gloss = line.partition("|")
            fields = head.split()
            size = int(fields[3], 16)
            stop = 4 + 2 * size
            members = tuple(
                (_MARKER.sub("", fields[at]), int(fields[at + 1], 16)) for at in range(4, stop, 2)
            )
            links = tuple(
                (fields[at], fields[at + 2] + fields[at + 1])
                for at in range(stop + 1, stop + 1 + 4 * int(fields[stop]), 4)
            )
            yield part + fields[0], Synset(fields[2], int(fields[1]), members, links, gloss.strip())


def _tag_counts(root: Path) -> dict[str, int]:
    rows = (line.split() for line in _lines(root / "cntlist.rev"))
    return {key: int(count) for key, _, count in rows}


def _sense_key(lemma: str, synset_id: str, synsets: dict[str, Synset]) -> str:
    """Build the key under which cntlist.rev lists a sense.

    Satellite adjectives are keyed by their head as well, all others leave that field empty.
    """
    synset = synsets[synset_id]
    number = next(number for name, number in synset.members if name.lower() == lemma)
    head = ":"
    if synset.part == "s":
        target = next(target for symbol, target in synset.links if symbol == "&")
        name, head_number = synsets[target].members[0]
        head = f"{name.lower()}:{head_number:02d}"
    return f"{lemma}%{_KEY_TYPES[synset.part]}:{synset.file_number:02d}:{number:02d}:{head}"


def _exceptions(root: Path) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, part in PARTS.items():
        for line in _lines(root / f"{name}.exc"):
            form, *bases = line.split()
            found[form].extend((part, base) for base in bases)
    return dict(found)
