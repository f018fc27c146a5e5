"""What every module that draws must do, with every drawing and with labels that mean something to somebody.

How they look on a terminal is in tests/pictures: `VECALC_GOLDEN=write pytest tests/test_plot_pictures.py`.
"""

from __future__ import annotations

import os
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plotting import DRAWERS, NASTY, cloud, drawings, family
from rendering import SGR

from vecalc.errors import UsageError
from vecalc.plots import Bars, Colouring, Heat, Histogram, Look, Scatter
from vecalc.plots.canvas import Canvas
from vecalc.plots.figure_text import LONGEST, as_text
from vecalc.plots.label_places import Box, Room, beside
from vecalc.plots.terminal import draw as draw_text
from vecalc.render import Style
from vecalc.render.visible import visible
from vecalc.render.width import columns
from vecalc.studies.plot import PlotPlan, plot

GOLDEN = Path(__file__).parent / "pictures"
BEGINS = {".png": b"\x89PNG\r\n", ".svg": b"<?xml", ".pdf": b"%PDF-"}
NICE = drawings(("king", "queen", "man", "woman", "apple"))
ROUGH = drawings(NASTY)


# --- all that draw ---------------------------------------------------------------------------


def test_the_drawers_are_found() -> None:
    assert set(DRAWERS) >= {".txt", ".png", ".svg", ".pdf"}


@pytest.mark.parametrize("suffix", sorted(DRAWERS.keys() - {".pdf"}))
def test_a_drawing_is_drawn_and_always_alike(suffix: str) -> None:
    draws_alike(suffix, "map with names", Look(suffix))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", DRAWERS)
@pytest.mark.parametrize("name", NICE)
def test_every_drawing_is(name: str, suffix: str) -> None:
    draws_alike(suffix, name, Look(suffix, "dark"))


def draws_alike(suffix: str, name: str, look: Look) -> None:
    data = DRAWERS[suffix].draw(NICE[name], look)
    assert data.startswith(BEGINS.get(suffix, b""))
    assert data == DRAWERS[suffix].draw(NICE[name], look)


@pytest.mark.parametrize("suffix", sorted(DRAWERS.keys() & {".svg", ".txt", ".html"}))
def test_labels_are_data(suffix: str) -> None:
    for name in ROUGH if suffix == ".txt" else ("map with names", "bars"):
        holds_data(suffix, name)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", DRAWERS)
def test_labels_are_data_in_every_drawing(suffix: str) -> None:
    for name in ROUGH:
        holds_data(suffix, name)


def holds_data(suffix: str, name: str) -> None:
    """No label acts or breaks out, whatever is in it."""
    data = DRAWERS[suffix].draw(ROUGH[name], Look(suffix))
    if suffix in (".png", ".pdf"):
        return
    text = SGR.sub("", data.decode("utf-8"))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe\uffff]", text)
    if suffix == ".svg":
        assert "script" not in {element.tag.lower() for element in ET.fromstring(text).iter()}  # noqa: S314


# --- figures ---------------------------------------------------------------------------------


def texts(svg: bytes) -> str:
    """All the text of an SVG file."""
    return "\n".join("".join(element.itertext()) for element in ET.fromstring(svg).iter() if element.text)  # noqa: S314


def test_an_svg_holds_every_label_as_text() -> None:
    draw = DRAWERS[".svg"].draw
    labels = ("$x^2$", "a < b", "king & queen", "x" * 300, "100 %", "\x1b[31mred")
    for name in ("heat", "bars", "histogram"):
        found = texts(draw(drawings(labels)[name], Look(".svg")))
        wanted = (labels[0], labels[-1]) if name == "histogram" else labels
        for label in wanted:
            assert as_text(label, LONGEST) in found, (name, label)
    spread = cloud(labels)._replace(places=np.array([[i, i % 2] for i in range(6)]) * 4.0)
    found = texts(draw(spread, Look(".svg")))
    for label in labels:
        assert as_text(label, LONGEST) in found, label


def test_the_users_matplotlib_has_no_say(tmp_path: Path) -> None:
    import matplotlib

    draw = DRAWERS[".svg"].draw
    before = draw(NICE["map"], Look(".svg"))
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "savefig.dpi": 20}):
        assert draw(NICE["map"], Look(".svg")) == before
        assert matplotlib.rcParams["font.size"] == 30


def test_characters_without_a_glyph_are_told() -> None:
    notes = DRAWERS[".png"].notes
    assert notes(NICE["map"], Look(".png")) == ()
    told = notes(cloud(("king", "\U00012000\U00012001")), Look(".png"))
    assert len(told) == 1
    assert "2 characters are in no font that is installed" in told[0]


def test_without_matplotlib_there_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for suffix in BEGINS:
        with pytest.raises(
            UsageError, match="needs the package matplotlib, which is not installed"
        ) as caught:
            DRAWERS[suffix].draw(NICE["map"], Look(suffix))
        assert caught.value.hint.startswith("pip install 'vecalc[plot]'")


# --- labels ----------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(40, 200))
def test_no_label_covers_another(seed: int, n: int, width: int) -> None:
    """Each label stands whole in the text: what covered one would have cut it."""
    labels = tuple(f"label{i}x" for i in range(n))
    text = draw_text(cloud(labels, seed), Look(".txt", width=width)).decode()
    body = text.split("└")[0].partition("\n")[2]
    shown = re.findall(r"label\d+x", body)
    assert len(shown) == len(set(shown))
    assert body.count("label") == len(shown)
    told = re.search(r"labels: ([\d,]+) of", text)
    assert len(shown) == (int(told[1]) if told else n)
    assert max(map(columns, body.splitlines())) <= width


@settings(max_examples=40)
@given(st.lists(st.tuples(*[st.integers(0, 50)] * 2, *[st.integers(1, 12)] * 2), max_size=40))
def test_room_is_given_once(wanted: list[tuple[int, int, int, int]]) -> None:
    room, given_away = Room(60, 60), []
    for box in wanted:
        found = room.first_free([Box(*box)])
        if found is not None:
            given_away.append(found)
    taken = np.zeros((64, 64), int)
    for box in given_away:
        taken[int(box.x) : int(box.x + box.width), int(box.y) : int(box.y + box.height)] += 1
    assert taken.max(initial=0) <= 1
    assert taken[60:].sum() == taken[:, 60:].sum() == 0


def test_a_label_is_beside_its_point_and_never_on_it() -> None:
    for box in beside(10, 10, 6, 1, (1.5, 0.5)):
        assert not (box.x < 10 < box.x + box.width and box.y < 10 < box.y + box.height)


def test_a_canvas_puts_wide_and_combining_characters_where_they_belong() -> None:
    canvas = Canvas(10, 1, Style(False, 10))
    canvas.write(0, 0, "東京e\u0301x")
    canvas.write(8, 0, "abc")
    assert list(canvas.lines()) == ["東京e\u0301x  ab\n"]
    canvas.line((0.5, 0.5), (9.5, 0.5))
    assert "東京" in next(canvas.lines())


# --- the terminal ----------------------------------------------------------------------------

SHOWN = {
    "analogy": ("king - man + woman", PlotPlan()),
    "words": ("king, queen, man, woman, apple, bread", PlotPlan(axes="king, apple", colour="frequency")),
    "heat": ("cos([king, queen, apple], [man, woman])", PlotPlan()),
    "bars": ("cos(?, king)", PlotPlan(kind="bars")),
    "histogram": ("cos(?, king)", PlotPlan()),
}


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_golden_pictures(width: int) -> None:
    calculator = family()
    parts = []
    for text, plan in SHOWN.values():
        drawing = plot(calculator, text, plan)
        for only_ascii in (False, True):
            look = Look(".txt", width=width, ascii=only_ascii)
            shown = draw_text(drawing, look).decode()
            assert max(map(columns, shown.splitlines())) <= width
            assert shown.isascii() or not only_ascii
            parts.append(shown)
    path, found = GOLDEN / f"{width}.txt", "\n".join(parts)
    if os.environ.get("VECALC_GOLDEN") == "write":
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8")


def test_colours_are_there_when_they_are_wanted() -> None:
    for name, drawing in NICE.items():
        plain = draw_text(drawing, Look(".txt")).decode()
        painted = draw_text(drawing, Look(".txt", color=True)).decode()
        assert "\x1b" not in plain, name
        assert "\x1b[" in painted, name


def test_without_colours_letters_and_digits_stand_for_them() -> None:
    names = draw_text(NICE["map with names"], Look(".txt")).decode()
    assert "a queen (1)  b man (1)" in names
    assert re.search("a king|king a", names)
    numbers = draw_text(NICE["map with numbers"], Look(".txt")).decode()
    assert "from 0, which is 0, to 9, which is 3" in numbers


def test_points_without_a_value_have_a_key() -> None:
    drawing = NICE["map with names"]
    without = len(drawing.labels) - 2
    names = ("",) * without + ("a", "b")
    sizes = np.array([np.nan] * without + [1, 2])
    for colouring in (Colouring("kind", names), Colouring("size", sizes)):
        for look in (Look(".txt"), Look(".txt", color=True), Look(".svg")):
            shown = DRAWERS[look.suffix].draw(drawing._replace(colouring=colouring), look).decode()
            assert f"none ({without})" in shown, (colouring.name, look)


def test_thousands_of_points_are_dots_and_some_have_labels() -> None:
    drawing = cloud(tuple(f"w{i}" for i in range(5_000)))
    text = draw_text(drawing, Look(".txt", width=80)).decode()
    assert re.search(r"labels: \d+ of 5,000", text)
    assert len(re.findall("[\u2801-\u28ff]", text)) > 200
    plain = draw_text(drawing, Look(".txt", width=80, ascii=True)).decode()
    assert plain.isascii()


def test_every_kind_of_drawing_has_an_example() -> None:
    assert {type(drawing) for drawing in NICE.values()} == {Scatter, Heat, Bars, Histogram}


def test_the_words_of_an_analogy_have_labels_at_any_width() -> None:
    """If there is no other room, on an arrow."""
    drawing = plot(family(), "king - man + woman")
    for width in range(40, 201, 8):
        body = draw_text(drawing, Look(".txt", width=width)).decode().partition("\n")[2]
        assert "king - man +" in body, width
        assert re.search(r"\bking\b(?! -)", body), width


def test_a_label_without_room_is_counted_and_a_long_one_cut() -> None:
    same = cloud(tuple("abcdefghijklmnop"))
    crowd = same._replace(places=np.zeros((16, 2)), arrows=())
    text = draw_text(crowd, Look(".txt", width=60)).decode()
    shown = int(re.search(r"labels: (\d+) of 16", text)[1])  # type: ignore[index]
    assert 1 <= shown <= 8
    long = draw_text(cloud(("x" * 300, "y")), Look(".txt", width=60)).decode()
    assert re.search(r"\bx{19}…", long)


def test_titles_and_remarks_are_visible() -> None:
    drawing = NICE["map"]._replace(title="\x1b[31mred", remarks=("\x07bell",))
    text = draw_text(drawing, Look(".txt")).decode()
    assert visible("\x1b[31mred") in text
    assert visible("\x07bell") in text
