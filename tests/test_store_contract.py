"""One suite for all stores: whatever is asked, they answer as the same model does in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from stores import STORES, expressions
from stores.asking import RANKINGS, told
from stores.model import NASTY, TWINS, model, sample

import vecalc
from vecalc.conditions import columns_of, instant, settled
from vecalc.engine.question import Options
from vecalc.errors import RemoteProblem, SyntaxProblem
from vecalc.lang.condition_parse import parse_condition
from vecalc.search.exact import search
from vecalc.search.scoring import needs_direction
from vecalc.space import Filtered, Measure

pytestmark = pytest.mark.filterwarnings("ignore::vecalc.errors.VecalcWarning")
WORDS = model().words
NEAR = 1e-6  # what a score may differ by; the order of neighbours may not
SETTINGS = (
    *RANKINGS,
    Options(exclude="none", k=1, oov="skip"),
    Options(first=100),
    Options(among=tuple(sample(WORDS, 30))),
    Options(match="k*", exclude="none"),
    Options(min_score=0.5, norm="raw"),
)
KINDS = {"price": "number", "lang": "text", "year": "number", "stocked": "flag", "added": "time"}
QUERIES = np.random.default_rng(7).normal(size=(3, model().vectors.shape[1]))
# Conditions, and whether a record meets them: one row in 1,000, one in 100, a half, all, none, ...
CONDITIONS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "year < 2": lambda of: of["year"] < 2,
    "year between 100 and 119": lambda of: 100 <= of["year"] <= 119,
    "year >= 1000": lambda of: of["year"] >= 1000,
    "year <> -1": lambda of: True,
    "year = -1": lambda of: False,
    "stocked = true": lambda of: of["stocked"],
    "stocked = false and year < 40": lambda of: not of["stocked"] and of["year"] < 40,
    "price < 10": lambda of: of["price"] is not None and of["price"] < 10,
    "not (price < 90)": lambda of: of["price"] is not None and of["price"] >= 90,
    "price is null": lambda of: of["price"] is None,
    "price is not null and not (year < 1990)": lambda of: of["price"] is not None and of["year"] >= 1990,
    """lang = "it's" """: lambda of: of["lang"] == "it's",
    """lang in ('a "b"', "日本")""": lambda of: of["lang"] in ('a "b"', "日本"),
    'lang not in ("en", "fr") and price > 50': (
        lambda of: of["lang"] not in ("en", "fr") and (of["price"] or 0) > 50
    ),
    'lang like "%t_s"': lambda of: of["lang"] == "it's",
    'lang like "it%"': lambda of: of["lang"] == "it's",
    'lang not like "e%" and year < 100': lambda of: of["lang"] != "en" and of["year"] < 100,
    'lang not like "%n%" or price < 1': lambda of: "n" not in of["lang"] or 0 <= (of["price"] or 9) < 1,
    'added >= "2022-06-01T12:00"': lambda of: of["added"] >= datetime(2022, 6, 1, 12, tzinfo=UTC),
    'added < "2020-02" and stocked = true': (
        lambda of: of["added"] < datetime(2020, 2, 1, tzinfo=UTC) and of["stocked"]
    ),
}


class Opened(NamedTuple):
    """The model in a store of some kind."""

    store: Any  # the module of tests/stores
    space: Any  # VectorSpace


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.slow) if hasattr(store, "SERVER") else name
        for name, store in STORES.items()
    ],
)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    store = STORES[request.param]
    server = getattr(store, "SERVER", "")
    place = request.getfixturevalue(server) if server else tmp_path_factory.mktemp(request.param)
    space: Any = vecalc.open(store.filled(model(), place))
    with closing(space) if hasattr(space, "close") else nullcontext():
        yield Opened(store, space)


def test_every_word_and_vector_is_there(opened: Opened) -> None:
    space = opened.space
    assert [*space.words()] == [*WORDS]
    for word in (*NASTY, *TWINS, *sample(WORDS, 100)):
        assert space.row(word) == WORDS.index(word), word
    rows = [7, 3, len(WORDS) - 1, 0]
    assert space.vectors(rows, np.float32).tobytes() == model().vectors[rows].tobytes()
    assert np.concatenate([block for _, block, _ in space.blocks()]).tobytes() == model().vectors.tobytes()


def test_answers_are_those_of_the_model_in_memory(opened: Opened) -> None:
    """Rows that are at hand are ranked by the same code whatever file they come from: once will do."""
    for number, options in enumerate(SETTINGS if opened.space.seeker else SETTINGS[:1]):
        texts = asked_under(number)
        if not can_rank_by(opened.store, options):
            with pytest.raises(RemoteProblem, match=f"its index ranks by .*, not by {options.metric}"):
                told(opened.space, texts, options)
            continue
        found = told(opened.space, texts, options)
        for text, here, there in zip(texts, in_memory(number), found, strict=True):
            assert here[0] == there[0], (text, options)
            assert np.allclose(here[1], there[1], rtol=NEAR, atol=NEAR, equal_nan=True), (text, options)


def test_conditions_hold_before_the_nearest_are_taken(opened: Opened) -> None:
    """k neighbours come whenever k rows meet a condition: those of brute force over the rows that do."""
    metadata, records = opened.space.metadata, model().records()
    if not hasattr(opened.store, "METADATA"):
        return
    kinds = {column.name: column.kind for column in metadata.columns}
    # Some servers count the key among the columns, and files the column of the words.
    assert set(kinds) - {"id", "word"} == set(model().columns)
    asked = 0
    for text, holds in CONDITIONS.items():
        condition = parse_condition(text)
        if any(kinds[name] != KINDS[name] for name in columns_of(condition)):
            continue  # where a store has no kind for the values of a column
        asked += 1
        condition = settled(condition, metadata.columns, text)
        if hasattr(opened.store, "PREFIXES_ONLY") and 'like "%' in text:
            with pytest.raises(SyntaxProblem, match="finds texts by how they begin"):
                metadata.matching(condition)
            continue
        rows = np.array([row for row, record in enumerate(records) if holds(record)], np.int64)
        assert metadata.matching(condition).tolist() == rows.tolist(), text
        among = Filtered(condition) if opened.space.seeker else rows
        expected = search(model().space(), QUERIES, 10, Measure(), rows)
        found = search(opened.space, QUERIES, 10, Measure(), among)
        assert found.rows.shape == (len(QUERIES), min(10, len(rows)))
        assert found.rows.tolist() == expected.rows.tolist(), text
        assert np.allclose(found.scores, expected.scores, rtol=NEAR, atol=NEAR), text
    assert asked >= 8


def test_records_are_what_was_put_in(opened: Opened) -> None:
    if hasattr(opened.store, "METADATA"):
        rows, names = [5, 1_999, 0, 7], ["added", "price", "lang", "year", "stocked"]
        kinds = {column.name: column.kind for column in opened.space.metadata.columns}
        records = model().records()
        wanted = [tuple(cell(records[row][name], kinds[name]) for name in names) for row in rows]
        assert opened.space.metadata.records(rows, names) == wanted


def cell(value: Any, kind: str) -> Any:
    """A value as it is shown: a time as the shortest text of its instant, where it is known to be one."""
    if not isinstance(value, datetime):
        return value
    return instant(value.isoformat()) if kind == "time" else value.isoformat()


def can_rank_by(store: Any, options: Options) -> bool:
    """Whether a server's index ranks by what is asked for; by cos, where only directions count."""
    metric = getattr(store, "METRIC", None)
    directions = needs_direction(Measure(options.metric, options.norm))
    return metric in (None, "cos" if directions else options.metric)


@cache
def in_memory(number: int) -> list[tuple[Any, list[float]]]:
    return told(model().space(), asked_under(number), SETTINGS[number])


def asked_under(setting: int) -> list[str]:
    """All under the usual settings; every third under each other, that no server is asked for a minute."""
    return expressions()[setting % 3 :: 3] if setting else expressions()
