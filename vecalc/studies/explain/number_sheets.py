"""A number explained: is it a large one, for this formula and this space?"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from vecalc.answers import Sheet
from vecalc.arrays import Floats
from vecalc.calc.evaluate import evaluate
from vecalc.calc.functions import SLOW
from vecalc.calc.resolve import Key
from vecalc.calc.values import Scalar
from vecalc.engine.question import Computed
from vecalc.engine.ranker import Ranker
from vecalc.errors import VecalcError
from vecalc.lang.nodes import Call, Node, walk
from vecalc.studies.axes.background import SEED, Background
from vecalc.studies.axes.rotated import stability_of
from vecalc.studies.explain import measures
from vecalc.studies.explain.measures import Figure

DRAWS = 2_000  # evaluations with random words
NODES = 400_000  # operations they may take together, some seconds
FEWEST = 100  # draws that a percentile can be told from


def sheets(ranker: Ranker, workings: Computed, number: Scalar) -> list[Sheet]:
    """What was measured: the number among those of random words, and its axes."""
    resolved = workings.resolved
    found = [Figure("value", number.value, "the result")]
    found += _among_random(ranker, workings, number.value)
    found += measures.of_rotation(stability_of(ranker, resolved.tree, resolved.vectors, number))
    return [measures.sheet(found)]


def _among_random(ranker: Ranker, workings: Computed, number: float) -> list[Figure]:
    tree = workings.resolved.tree
    nodes = list(walk(tree))
    draws = min(DRAWS, NODES // len(nodes))
    is_slow = any(isinstance(node, Call) and node.name in SLOW for node in nodes)
    if not workings.resolved.vectors or is_slow or draws < FEWEST:
        return []
    drawn = np.sort(list(_drawn(ranker, tree, workings.resolved.vectors, draws)))
    if len(drawn) < FEWEST:
        return []
    below = float(np.searchsorted(drawn, number) / len(drawn))
    what = f"with random words in place of its own, {len(drawn):,} times"
    return [
        Figure("percentile", below, f"share below it, {what}"),
        Figure("random mean", float(drawn.mean()), f"mean {what}"),
        Figure("random deviation", float(drawn.std()), f"deviation {what}"),
    ]


def _drawn(ranker: Ranker, tree: Node, known: Collection[Key], draws: int) -> Iterator[float]:
    """The values of the tree with random words in place of its words and texts, without those that do not
    exist.
    """
    keys = {space: [key for key in known if key.space == space] for space in {key.space for key in known}}
    backgrounds = {space: Background(ranker.spaces[space]) for space in keys}
    if any(len(background) < FEWEST for background in backgrounds.values()):
        return
    random = np.random.default_rng(SEED)
    for _ in range(draws):
        vectors: dict[Key, Floats] = {}
        for space, own in keys.items():
            vectors.update(zip(own, backgrounds[space].draw(random, len(own)), strict=True))
        try:
            found = evaluate(tree, vectors, ranker.options.norm, ranker).value
        except VecalcError:  # such as a logarithm of what is negative for these words
            continue
        if isinstance(found, Scalar):
            yield found.value
