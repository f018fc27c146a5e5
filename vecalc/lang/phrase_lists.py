"""The lists by which a phrase is read: what falls away, what negates, and how far.

The English ones are `english.words`, whose comments say what its sections are; one's own have the same form.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from vecalc.errors import FileProblem

ENGLISH = "english"  # the section that adds the English lists
BETWEEN = "..."  # in an entry: other words of the phrase


class Role(StrEnum):
    """What an entry does in a phrase, by the section that it stands in."""

    NON = "non"  # negates the next word
    NOT = "not"  # negates the next word, or what follows a verb
    WITHOUT = "without"  # negates a noun phrase
    VERB = "verbs"  # is passed by a negation
    AND = "and"  # continues what a WITHOUT negates
    OR = "or"  # continues what is negated
    END = "ends"  # ends what is negated
    PRONOUN = "pronouns"  # does so, too; by itself it is a word
    STOP = "stop words"  # falls away

    @property
    def negates(self) -> bool:
        """Whether it takes something away."""
        return self in (Role.NON, Role.NOT, Role.WITHOUT)


SPEECH = frozenset({Role.NON, Role.NOT, Role.WITHOUT, Role.END, Role.STOP})  # that no list of words has


class PhraseLists(NamedTuple):
    """Roles by the words of an entry, in small letters; what negates before and behind a word."""

    roles: Mapping[tuple[str, ...], Role]
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    longest: int  # words of an entry
    halves: Mapping[tuple[tuple[str, ...], str], Role]  # of entries with something between their words

    def role(self, word: str) -> Role | None:
        """That of one word; None for one that says something."""
        return self.roles.get((folded(word),))


_AFFIXES = ("prefixes", "suffixes")
_SECTIONS = (*Role, *_AFFIXES, ENGLISH)


def folded(word: str) -> str:
    """A word as lists have it: in small letters, with the plain apostrophe."""
    return word.casefold().replace("’", "'")


@lru_cache(maxsize=8)
def phrase_lists(text: str = "", where: str = "phrase words") -> PhraseLists:
    """The lists of a text, or the English ones where it is empty. Raises `FileProblem`.

    `where` names the text in errors, which add the line.
    """
    roles: dict[tuple[str, ...], Role] = {}
    halves: dict[tuple[tuple[str, ...], str], Role] = {}
    affixes: dict[str, dict[str, None]] = {name: {} for name in _AFFIXES}
    for section, entry in _entries(text or _english(), where):
        if section == ENGLISH:
            english = phrase_lists()
            roles, halves = {**english.roles, **roles}, {**english.halves, **halves}
            affixes["prefixes"].update(dict.fromkeys(english.prefixes))
            affixes["suffixes"].update(dict.fromkeys(english.suffixes))
        elif section in affixes:
            affixes[section][entry] = None
        elif BETWEEN in entry:
            first, _, last = entry.partition(BETWEEN)
            halves[tuple(first.split()), last.strip()] = Role(section)
        else:
            roles[tuple(entry.split())] = Role(section)
    if not any(role.negates for role in roles.values()):
        raise FileProblem("has no words that negate", where=where, hint=_HINT)
    # Of two affixes that fit the longer is meant.
    before, behind = (tuple(sorted(affixes[name], key=len, reverse=True)) for name in _AFFIXES)
    return PhraseLists(roles, before, behind, max(map(len, roles)), halves)


_HINT = "sections [non], [not], [without], [stop words], ...: vecalc help phrases"


def _entries(text: str, where: str) -> Iterator[tuple[str, str]]:
    """The entries of a text with their sections; a section [english] is an entry of itself."""
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        content = folded(line.split("#", 1)[0].strip())
        if content.startswith("[") and content.endswith("]"):
            section = content[1:-1].strip()
            if section not in _SECTIONS:
                named = ", ".join(f"[{name}]" for name in _SECTIONS)
                raise FileProblem(
                    "has an unknown section", where=f"{where}:{number}", hint=f"there are {named}"
                )
            if section == ENGLISH:
                yield section, ""
            continue
        entries = list(filter(None, map(str.strip, content.split(","))))
        if entries and section in ("", ENGLISH):
            raise FileProblem("has words outside of a section", where=f"{where}:{number}", hint=_HINT)
        yield from ((section, entry) for entry in entries)


def _english() -> str:
    return (pkgutil.get_data("vecalc", "english.words") or b"").decode("utf-8")
