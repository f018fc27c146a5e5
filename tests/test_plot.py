"""What is drawn of an expression: its points, laws of their places, what the picture keeps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plotting import family
from running import write_model

import vecalc
from vecalc.engine.calculator import Calculator
from vecalc.errors import LimitExceeded, TypeMismatch, UnknownWords, UsageError, VecalcError
from vecalc.plots import Bars, Heat, Histogram, Scatter
from vecalc.search import Measure
from vecalc.studies.plot import Around, PlotPlan, plot
from vecalc.studies.plot.plot_sheets import sheet_of
from vecalc.studies.plot.projection import MEASURED, SAMPLE, kept, pca
from vecalc.studies.plot.several_texts import parts_of


def drawn(text: str | list[str], **plan: object) -> Scatter:
    found = plot(family(), text, PlotPlan(**plan))  # type: ignore[arg-type]
    assert isinstance(found, Scatter)
    return found


def at(drawing: Scatter, label: str) -> np.ndarray:
    return drawing.places[drawing.labels.index(label)]


# --- which points there are ------------------------------------------------------------------


def test_words_with_commas_are_points() -> None:
    for text in ("king, queen, man", "[king, queen, man]", ["king", "queen, man"]):
        drawing = drawn(text)
        assert drawing.labels == ("king", "queen", "man")
        assert set(drawing.roles) == {"given"}
        assert drawing.arrows == ()


def test_an_analogy_is_a_parallelogram_among_its_neighbours() -> None:
    """Its arrows are the same step, in any linear projection: king - man is the result - woman."""
    for text in (
        "king - man + woman",
        "woman + king - man",
        "king + woman - man",
        "analogy(man, king, woman)",
    ):
        drawing = drawn(text)
        labels = drawing.labels
        named = {(labels[a], labels[b]) for a, b in drawing.arrows}
        assert len(named) == 2, text
        (first, second) = (drawing.places[b] - drawing.places[a] for a, b in drawing.arrows)
        np.testing.assert_allclose(first, second, atol=1e-12)
        assert {drawing.roles[labels.index(word)] for word in ("king", "man", "woman")} == {"given"}
        assert drawing.roles[labels.index(text)] == "result"
        assert drawing.roles[labels.index("queen")] == "context"
    drawing = drawn("king - man + woman")
    named = {(drawing.labels[a], drawing.labels[b]) for a, b in drawing.arrows}
    assert named == {("man", "king"), ("woman", "king - man + woman")}


def test_other_sums_have_no_arrows_that_mean_nothing() -> None:
    assert drawn("king + woman").arrows == ()
    assert drawn("king - 2*man + woman").arrows == ()
    assert drawn("king - man + man").arrows == ()
    difference = drawn("king - man")
    assert [tuple(difference.labels[i] for i in arrow) for arrow in difference.arrows] == [("man", "king")]


def test_context_is_the_nearest_words() -> None:
    calculator = family()
    near = [near.word for near in calculator("king - man + woman").result.neighbours]  # type: ignore[union-attr]
    drawing = drawn("king - man + woman", context=4)
    assert set(drawing.labels[4:]) >= set(near[:4])
    assert drawn("king - man + woman", context=0).labels == ("king", "man", "woman", "king - man + woman")
    assert drawn("king, man").labels == ("king", "man")
    around = drawn("king, apple", context=1)
    assert set(around.labels) == {"king", "apple", "kings", "bread"}


def test_a_found_list_stands_around_its_word() -> None:
    drawing = drawn("nearest(king, 3)")
    assert drawing.labels[0] == "king"
    assert drawing.roles == ("given", "context", "context", "context")


def test_a_word_is_one_point_however_often_it_comes() -> None:
    assert drawn("king, king, nearest(king, 2), king").labels.count("king") == 1
    labels = drawn(["king - man, queen - woman"]).labels
    assert labels.count("king") == 1
    assert len(labels) == len(set(labels))


def test_all_words_are_points_and_fewer_if_that_is_said() -> None:
    assert len(drawn([], everything=True).labels) == 13
    both = drawn("king - man + woman", everything=True)
    assert len(both.labels) == 14
    calculator = family()
    calculator.set(first=5)
    found = plot(calculator, [], PlotPlan(everything=True))
    assert isinstance(found, Scatter)
    assert found.labels == ("man", "woman", "king", "queen", "prince")
    calculator.set(first=None, match="k*")
    found = plot(calculator, [], PlotPlan(everything=True))
    assert isinstance(found, Scatter)
    assert found.labels == ("king", "kings")


def test_a_name_that_was_bound_is_known() -> None:
    calculator = family()
    calculator("A = king; A")
    found = plot(calculator, "A, queen")
    assert isinstance(found, Scatter)
    assert found.labels == ("king", "queen")


def test_commas_within_something_divide_nothing() -> None:
    calculator = family()
    cases = {
        "king, queen": ["king", "queen"],
        "nearest(king, 3), cos(?, king)": ["nearest(king, 3)", "cos(?, king)"],
        "A - B where A = king, B = man": ["A - B where A = king, B = man"],
        "(king, queen": ["(king, queen"],
        '"a, b" , king ': ['"a, b"', "king"],
        "2*king , -man": ["2*king", "-man"],
        "": [],
    }
    assert {text: parts_of(calculator, text) for text in cases} == cases


# --- where they are --------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 9))
def test_pca_is_what_numpy_decomposes(seed: int, n: int, d: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(n, d)) * np.linspace(3, 1, d)
    places, shares = pca(vectors)
    centred = vectors - vectors.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    both = min(2, len(s))
    np.testing.assert_allclose(np.abs(places[:, :both]), np.abs(u[:, :both] * s[:both]), atol=1e-8)
    assert (places[:, both:] == 0).all()
    if centred.any():
        np.testing.assert_allclose(shares[:both], (s**2 / (s**2).sum())[:both], atol=1e-9)
    for axis in places.T:
        farthest = np.abs(axis) >= np.abs(axis).max() * (1 - 1e-9)
        assert axis[farthest.argmax()] >= 0


def test_many_vectors_have_the_same_components_by_their_covariance() -> None:
    vectors = np.random.default_rng(1).normal(size=(2_500, 6)) * [5, 4, 3, 2, 1, 1]
    u, s, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    places, shares = pca(vectors)
    np.testing.assert_allclose(np.abs(places), np.abs(u[:, :2] * s[:2]), atol=1e-6)
    np.testing.assert_allclose(shares, (s**2 / (s**2).sum())[:2])


def test_what_has_no_spread_has_places_all_the_same() -> None:
    for vectors in (np.ones((5, 3)), np.zeros((3, 2)), np.full((1, 4), 7.0)):
        places, shares = pca(vectors)
        assert (places == 0).all()
        assert shares == (0.0, 0.0)
    assert "100% of their variance" in drawn("king, man").remarks[0]


def test_kept_is_counted_by_brute_force() -> None:
    random = np.random.default_rng(3)
    vectors, places = random.normal(size=(30, 5)), random.normal(size=(30, 2))
    for metric in ("cos", "dot", "l2"):
        shares, of = kept(vectors, places, Measure(metric))  # type: ignore[arg-type]
        assert of == 10
        for i in range(30):
            others = [j for j in range(30) if j != i]
            if metric == "l2":
                key = {j: -float(np.linalg.norm(vectors[i] - vectors[j])) for j in others}
            else:
                key = {j: float(vectors[i] @ vectors[j]) for j in others}
            if metric == "cos":
                key = {j: value / float(np.linalg.norm(vectors[j])) for j, value in key.items()}
            true = set(sorted(others, key=lambda j: -key[j])[:10])
            seen = set(sorted(others, key=lambda j: float(np.linalg.norm(places[i] - places[j])))[:10])
            assert shares[i] == len(true & seen) / 10, (metric, i)


def test_of_few_points_half_of_the_others_count_and_of_many_some_are_looked_at() -> None:
    assert [kept(np.eye(n), np.eye(n, 2), Measure()).of for n in (1, 2, 3, 8, 22)] == [0, 0, 1, 3, 10]
    many = np.random.default_rng(4).normal(size=(MEASURED + 1, 2))
    shares, _ = kept(many, many, Measure("l2"))
    assert np.isfinite(shares).sum() == SAMPLE
    assert np.nanmin(shares) == 1.0


def test_two_expressions_are_axes() -> None:
    """A score with the point for `?`; a vector stands for the cosine with it."""
    calculator = family()
    drawing = drawn("king, queen, king - man", axes="king - queen, cos(?, apple)", context=0)
    for text, label in (("king", "king"), ("queen", "queen"), ("king - man", "king - man")):
        x = calculator(f"cos({text}, king - queen)").result.value  # type: ignore[union-attr]
        y = calculator(f"cos({text}, apple)").result.value  # type: ignore[union-attr]
        np.testing.assert_allclose(at(drawing, label), [x, y], atol=1e-12)
    assert drawing.axes == ("cos(?, king - queen)", "cos(?, apple)")
    assert not drawing.even
    norms = drawn("king, bread", axes="norm(raw(?)), norm(?)")
    np.testing.assert_allclose(at(norms, "king"), [np.sqrt(8), 2.0])
    np.testing.assert_allclose(at(norms, "bread")[1], 2.0)


def test_the_same_question_has_the_same_picture() -> None:
    texts = (
        "king - man + woman",
        "nearest(queen, 5), apple",
        "cos(?, king)",
        "cos([king, man], [king, apple])",
    )
    for text in texts:
        assert str(plot(family(), text)) == str(plot(family(), text))


@pytest.mark.slow
def test_tsne_is_the_same_each_time_and_needs_some_points() -> None:
    pytest.importorskip("sklearn")
    first, second = (drawn([], everything=True, by="tsne") for _ in range(2))
    np.testing.assert_array_equal(first.places, second.places)
    assert "t-SNE" in first.remarks[0]
    with pytest.raises(UsageError, match="t-SNE is for 4 to"):
        drawn("king, queen", by="tsne")


def test_without_scikit_learn_tsne_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sklearn.manifold", None)
    with pytest.raises(UsageError, match="scikit-learn, which is not installed") as caught:
        drawn([], everything=True, by="tsne")
    assert caught.value.hint == "pip install 'vecalc[tsne]'"


# --- neighbours and colours ------------------------------------------------------------------


def test_true_neighbours_are_those_of_the_full_space(tmp_path: Path) -> None:
    space = vecalc.load(write_model(tmp_path / "m.txt", [f"w{i}" for i in range(300)])).space
    drawing = plot(Calculator(space), "w0, w1, w2 - w3", PlotPlan(near=5))
    assert isinstance(drawing, Scatter)
    near = drawing.near
    assert near is not None
    vectors = space.vectors(np.arange(300))
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert near.words[: len(drawing.labels)] == drawing.labels
    for i, label in enumerate(drawing.labels):
        row = space.row(label)
        query = units[row] if row is not None else units[2] * 1.0 - units[3]
        cosines = units @ query / np.linalg.norm(query)
        if row is not None:
            cosines[row] = -2
        best = np.argsort(-cosines)[:5]
        assert [near.words[place] for place in near.rows[i]] == [f"w{j}" for j in best]
        np.testing.assert_allclose(near.scores[i], cosines[best], atol=1e-6)


def test_few_words_have_few_neighbours() -> None:
    near = drawn("king, queen", near=20).near
    assert near is not None
    assert near.rows.shape == (2, 20)
    assert ((near.rows >= 0).sum(axis=1) == 12).all()
    assert np.isnan(near.scores[near.rows < 0]).all()


def test_colours_are_ranks_numbers_or_names(tmp_path: Path) -> None:
    ranks = drawn("king, man, king - man", colour="frequency", context=0).colouring
    assert ranks is not None
    np.testing.assert_allclose(ranks.values, [np.log10(3), 0, np.nan])
    cosines = drawn("king, man", colour="king").colouring
    assert cosines is not None
    np.testing.assert_allclose(cosines.values[0], 1.0)
    table = tmp_path / "t.csv"
    table.write_text("rank,name,kind,size\n1,king,male,3\n2,queen,female,\n3,apple,,7\n")
    names = drawn("king, queen, man", colour=f"{table}#kind").colouring
    assert names is not None
    assert (names.name, names.values) == ("kind", ("male", "female", ""))
    sizes = drawn("king, queen, apple", colour=f"{table}#size").colouring
    assert sizes is not None
    np.testing.assert_allclose(np.asarray(sizes.values, float), [3, np.nan, 7])


def test_what_lacks_a_colour_is_told(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("name,kind\nking,male\n")
    told: list[str] = []
    plot(family(), "king, man", PlotPlan(colour=f"{table}#kind"), Around(tell=told.append))
    assert told == [f"{table}: 1 of 2 points are not in its column name"]


# --- other pictures --------------------------------------------------------------------------


def test_tables_scores_and_rankings_have_pictures_of_their_own() -> None:
    calculator = family()
    heat = plot(calculator, "cos([king, queen], [man, apple])")
    assert isinstance(heat, Heat)
    assert (heat.table.rows, heat.table.columns) == (("king", "queen"), ("man", "apple"))
    bars = plot(calculator, "cos([king, queen], man)")
    assert isinstance(bars, Bars)
    assert bars.labels == ("king", "queen")
    best = plot(calculator, "cos(?, king)", PlotPlan(kind="bars"))
    assert isinstance(best, Bars)
    assert best.labels[0] == "kings"
    ranking = plot(calculator, "king - man + woman", PlotPlan(kind="bars"))
    assert isinstance(ranking, Bars)
    assert ranking.labels[0] == "queen"
    assert ranking.axis == "cos"
    words = plot(calculator, "cos(?, king)", PlotPlan(kind="map"))
    assert isinstance(words, Scatter)
    assert words.labels[0] == "kings"


def test_a_histogram_counts_every_candidate_once() -> None:
    drawing = plot(family(), "cos(?, king)")
    assert isinstance(drawing, Histogram)
    assert drawing.counts.sum() == 12  # all but king
    assert drawing.marks[0][0] == "kings"
    vectors = family().spaces[""].vectors(np.arange(13))
    cosines = vectors @ vectors[2] / np.linalg.norm(vectors, axis=1) / np.linalg.norm(vectors[2])
    edges = drawing.edges + np.array([-1e-9, *np.zeros(39), 1e-9])  # the ends are numbers themselves
    np.testing.assert_array_equal(drawing.counts, np.histogram(np.delete(cosines, 2), edges)[0])


BAD: dict[str, tuple[str, PlotPlan, type[VecalcError], str]] = {
    "a number": ("cos(king, queen)", PlotPlan(), TypeMismatch, "a number is no picture"),
    "a score among others": ("king, cos(?, king)", PlotPlan(), TypeMismatch, "a score has no place"),
    "nothing": ("", PlotPlan(), UsageError, "an expression is missing"),
    "unknown words": ("king, kign", PlotPlan(), UnknownWords, "kign"),
    "a map as bars": ("king, queen", PlotPlan(kind="bars"), UsageError, "can't be drawn as bars"),
    "a table as a map": (
        "cos([king, man], [man])",
        PlotPlan(kind="map"),
        UsageError,
        "drawn as map",
    ),
    "one axis": ("king, man", PlotPlan(axes="king"), UsageError, "a map has two axes, 1 given"),
    "a number as axis": ("king, man", PlotPlan(axes="king, 3"), TypeMismatch, "this is a number"),
    "a colour of nothing": ("king, man", PlotPlan(colour="kign"), UnknownWords, "kign"),
    "other widths": ("king, [1, 2]", PlotPlan(), TypeMismatch, "have no map in common"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_can_t_be_drawn_is_said(case: str) -> None:
    text, plan, kind, message = BAD[case]
    with pytest.raises(kind) as caught:
        plot(family(), text, plan)
    assert message in str(caught.value)


def test_no_more_points_than_a_map_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vecalc.studies.plot.points.MOST", 10)
    with pytest.raises(LimitExceeded, match="a map of 13 points; 10 are drawn at most"):
        drawn([], everything=True)


def test_a_drawing_is_a_table_of_its_numbers() -> None:
    sheet = sheet_of(drawn("king - man + woman", context=1, colour="frequency"))
    assert [c.name for c in sheet.columns] == [
        "label",
        "x",
        "y",
        "role",
        "kept",
        "log10 of the frequency rank",
    ]
    assert sheet.rows[3][0] == "king - man + woman"
    assert sheet.rows[3][-1] is None
    histogram = sheet_of(plot(family(), "cos(?, king)"))
    assert sum(row[2] for row in histogram.rows) == 12  # type: ignore[misc]
    table = sheet_of(plot(family(), "cos([king, queen], [man, apple])"))
    assert [row[:2] for row in table.rows] == [
        ("king", "man"), ("king", "apple"), ("queen", "man"), ("queen", "apple")
    ]  # fmt: skip
