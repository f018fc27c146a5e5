"""Vectors of one model among those of another: of the same width, and yet they share no axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vecalc.calc.resolve import Resolved
from vecalc.calc.values import List, Score, Spaces, Vector, Worth
from vecalc.lang.nodes import has_call
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from vecalc.engine.ranker import Ranker


def strangers(ranker: Ranker, value: Worth, resolved: Resolved, place: str) -> tuple[str, ...]:
    """The note on vectors that are ranked in the space of another model; none where their axes may be shared.

    Of spaces without an encoder nobody knows: those of users and of films are two, and factors of one table.
    """
    for name in sorted(_origin(value, resolved) - {place}):
        if _are_strangers(ranker.spaces[name], ranker.spaces[place]):
            one, other = ranker.caption(name), ranker.caption(place)
            are_known = ranker.spaces[name].encoder and ranker.spaces[place].encoder
            axes = "two models share no axes" if are_known else "they share axes if one model made both"
            turned = f"; map(x, {place}) turns one into the other" if place else ""
            return (f"a vector of {one} ranked in {other}: {axes}{turned}",)
    return ()


def _origin(value: Worth, resolved: Resolved) -> Spaces:
    """The spaces that a value's words come from; of a score all of its words, unless `map` turned some."""
    if isinstance(value, Vector | List):
        return value.spaces
    if isinstance(value, Score) and not has_call(resolved.tree, "map"):
        return frozenset(key.space for key in resolved.vectors)
    return frozenset()


def _are_strangers(one: VectorSpace, other: VectorSpace) -> bool:
    encoders = one.encoder, other.encoder
    identities = {encoder.identity for encoder in encoders if encoder is not None}
    return len(identities) == 2 or (len(identities) == 1 and None in encoders)
