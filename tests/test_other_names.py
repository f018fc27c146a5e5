"""Names of other tools' functions: each is answered with an expression that there is."""

from __future__ import annotations

import re

import pytest
from blocks import spaces

import vecalc
from vecalc.calc.functions import FUNCTIONS
from vecalc.calc.other_names import OTHER_NAMES, here
from vecalc.engine.prelude import functions as prelude_functions

ASKED = [
    "similarity",
    "cosine",
    "cosine_similarity",
    "distance",
    "euclidean",
    "length",
    "magnitude",
    "most_similar",
    "most_similar_cosmul",
    "doesnt_match",
    "n_similarity",
    "closer_than",
    "relative_cosine_similarity",
    "wmdistance",
    "average",
    "normalize",
    "similar_by_word",
    "get_vector",
    "word_vec",
    "get_nearest_neighbors",
    "get_analogies",
    "vector_norm",
    "similar_by_vector",
    "most_similar_to_given",
    "rank_by_centrality",
    "words_closer_than",
    "get_mean_vector",
    "get_sentence_vector",
    "get_word_vector",
    "cosineSimilarity",
    "wordVec",
]


@pytest.mark.parametrize("name", ASKED)
def test_an_error_says_what_it_is_here(name: str) -> None:
    with pytest.raises(vecalc.errors.UnknownName) as caught:
        vecalc.Calculator(spaces()).value(f"{name}(king, queen)")
    found = here(name)
    assert found is not None
    assert caught.value.message == f"there is no function '{name}'"
    assert caught.value.hint == str(found)
    assert found.expression in caught.value.hint


@pytest.mark.parametrize("expression", sorted({found.expression for found in OTHER_NAMES.values()}))
def test_what_is_proposed_can_be_computed(expression: str) -> None:
    space = next(iter(spaces().values()))
    calculator = vecalc.Calculator({"": space, "NAME": space}, vecalc.Options(rank=False))
    for name, word in zip("abcdx", ["king", "queen", "man", "woman", "bread"], strict=True):
        expression = re.sub(rf"\b{name}\b", word, expression)
    assert calculator(expression).ok


def test_no_name_is_a_function_here() -> None:
    ours = {name.replace("_", "").lower() for name in (*FUNCTIONS, *prelude_functions())}
    assert not ours & OTHER_NAMES.keys()
    assert all(name == name.replace("_", "").lower() for name in OTHER_NAMES)


def test_a_function_of_ones_own_may_have_such_a_name() -> None:
    assert float(vecalc.Calculator(spaces()).value("similarity(a, b) = 2; similarity(king, queen)")) == 2
