"""What may have been meant by a name that isn't there: near spellings, and what others call the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

NEAR = 0.6  # of 1, by difflib's measure: two letters in five may differ
_NOTHING: Mapping[str, str] = {}


def near(
    typed: str,
    known: Iterable[str],
    called: Mapping[str, str] = _NOTHING,
    most: int = 1,
    cutoff: float = NEAR,
) -> list[str]:
    """The names that may be meant, likeliest first; `called` are other words for them.

    Upper and lower case make no difference.
    """
    import difflib

    names = {name.lower(): name for name in known if name}
    same = called.get(typed.lower(), "")
    if same.lower() in names:
        return [names[same.lower()]]
    if typed.lower() in names:
        return [names[typed.lower()]]
    close = difflib.get_close_matches(typed.lower(), [*names, *called], n=most + len(called), cutoff=cutoff)
    meant = (names.get(called.get(found, found).lower(), "") for found in close)
    return list(dict.fromkeys(filter(None, meant)))[:most]


def did_you_mean(
    typed: str, known: Iterable[str], called: Mapping[str, str] = _NOTHING, most: int = 1
) -> str:
    """The same as a question for a hint; "" where nothing is near."""
    found = near(typed, known, called, most)
    return f"did you mean {' or '.join(found)}?" if found else ""
