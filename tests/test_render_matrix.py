"""Tables of numbers on a terminal: how full they are by its width, their shades, and that nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, takewhile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rendering import FORMATS, NASTY_TABLE, SGR, asked, document
from rich.cells import cell_len

from vecalc.answers import Answer, Rows, Tabled, Weights
from vecalc.render import THEMES, Style, Theme
from vecalc.render.paint import COLORS
from vecalc.render.shades import Scale

WIDE = Style(color=False, width=100)
COLORED = Style(color=True, width=100)


def words(count: int, front: str = "word") -> tuple[str, ...]:
    return tuple(f"{front}{i}" for i in range(1, count + 1))


def drawn(
    rows: Sequence[str], columns: Sequence[str], values: np.ndarray, width: int = 80, **looks: bool | int
) -> list[str]:
    """The lines of a table, without the caption."""
    shown = Answer(asked(), result=Tabled(tuple(rows), tuple(columns), values))
    style = Style(color=False, width=width)._replace(**looks)  # type: ignore[arg-type]
    return re.split("starter [·-] ", document("table", [shown], style))[0].splitlines()


def cosines(count: int) -> np.ndarray:
    """A symmetric table with ones on its diagonal, and numbers of either sign."""
    places = np.arange(count)
    return np.cos((places[:, None] - places) * 2.2) * 0.97 ** np.abs(places[:, None] - places)


@pytest.mark.parametrize(
    ("count", "width", "first"),
    [
        (3, 80, "word1   1.0000  -0.5708  -0.2892"),
        (10, 80, "word1    1.00   -.57   -.29    .87   -.72    .00"),
        (10, 100, "word1    1.0000  -0.5708  -0.2892   0.8673"),
        (20, 80, " 1 word1  1.00 -.57 -.29  .87 -.72  .00  .67 -.77"),
        (50, 80, " 1 word1  X--9-.7-2"),
        (50, 60, " 1 word1  X--9-.7-2"),
        (50, 120, " 1 word1   X - - 9 - . 7 - 2"),
    ],
)
def test_a_table_is_as_full_as_there_is_room(count: int, width: int, first: str) -> None:
    lines = drawn(words(count), words(count), cosines(count), width)
    assert [line for line in lines if line.startswith(first)]
    assert max(map(cell_len, lines)) <= max(width, 76)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_fifty_words_fit_on_a_screen(width: int) -> None:
    lines = drawn(words(50), words(50), cosines(50), width)
    assert 2 + 50 < len(lines) <= 2 + 50 + 2
    heads = "".join(tens + units for tens, units in zip(*lines[:2], strict=True)).split()
    assert "".join(heads) == "".join(map(str, range(1, 51)))
    assert lines[52].startswith("tenths: X is 1")
    for place, line in enumerate(lines[2:52]):
        figures = re.sub(r"^ *\d+ \w+", "", line).replace(" ", "")
        tenths = np.round(10 * cosines(50)[place])
        assert figures == "".join("-" if t < 0 else ".123456789X"[int(t)] for t in tenths)


def test_pieces_have_all_columns_once() -> None:
    lines = drawn(words(30), words(30), cosines(30) * 20, 100)
    heads = [line.split() for line in lines if line.startswith("     ")]
    assert len(heads) > 1
    assert list(chain(*heads)) == [str(i) for i in range(1, 31)]
    rows = [line.split()[2:] for line in lines if line.startswith(" 7 word7 ")]
    assert list(chain(*rows)) == [f"{number:z.1f}" for number in cosines(30)[6] * 20]


def test_numbered_columns_have_a_legend_where_the_rows_are_none() -> None:
    lines = drawn(words(3), words(20, "column"), cosines(20)[:3])
    legend = ", ".join(f"{i} column{i}" for i in range(1, 21))
    start = next(i for i, line in enumerate(lines) if line.startswith("columns"))
    assert " ".join(lines[start:]) == f"columns: {legend}"
    assert max(map(len, lines)) <= 80
    assert not re.search("column$", "\n".join(lines), re.MULTILINE)  # no word is divided
    same = drawn(words(20), words(20), cosines(20))
    assert not [line for line in same if line.startswith("columns")]


@pytest.mark.parametrize("width", [1, 30, 80])
def test_long_labels_fold_and_lose_nothing(width: int) -> None:
    long = " + ".join(words(40)).replace(" ", "_")
    _, *lines = drawn([long, "b"], ["a"], np.array([[0.5], [0.25]]), width)
    rest = [line.replace("0.5000", "").replace("0.2500", "") for line in lines]
    assert "".join(line.strip() for line in rest) == long + "b"
    lines = drawn(["a", "b"], [long], np.array([[0.5], [0.25]]), width)
    start = lines.index("columns: 1")
    assert "".join(lines[start + 1 :]) == long
    lines = lines[:start]
    assert max(map(len, lines)) <= max(width, 24)
    assert lines[-2:] == ["1 a 0.5000".replace("0.5000", ".50"), "2 b .25"]


def test_wide_characters_align() -> None:
    lines = drawn(["漢字仮名", "cafe\u0301", "a", ""], ["長い", "b"], np.eye(4)[:, :2])
    assert len({cell_len(line) for line in lines}) == 1
    assert [line.split()[0] for line in lines[1:]] == ["漢字仮名", "cafe\u0301", "a", "4"]


def test_what_is_left_out_is_counted() -> None:
    lines = drawn(words(1000), words(1000), cosines(1000) * 3)
    assert len(lines) < 500
    assert lines[-1] == "100 of 1,000 rows, 44 of 1,000 columns; all: --format plain, csv or json"
    assert "100 word100 " in lines[-2]
    flat = drawn(words(1000), (), cosines(1000)[0])
    assert flat[-1] == "100 of 1,000 rows; all: --format plain, csv or json"
    assert flat[-2].split()[0] == "word100"


@pytest.mark.parametrize("shape", [(0,), (0, 2), (2, 0)])
def test_an_empty_table_says_so(shape: tuple[int, ...]) -> None:
    rows, columns = words(shape[0]), words(shape[1]) if len(shape) > 1 else ()
    shown = Answer(asked(), result=Tabled(rows, columns, np.zeros(shape)))
    assert document("table", [shown]).startswith("the table is empty\n")
    for name in FORMATS:
        assert document(name, [shown]) == document(name, [shown])


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ([0.02, 0.013], ["0.0200", "0.0130"]),
        ([2e-5, 1e-5], ["2e-05", "1e-05"]),
        ([22.627, 0.0], ["22.6270", "0.0000"]),
        ([2e7, 1.0], ["20000000", "1"]),
        ([0.0, 0.0], ["0.0000", "0.0000"]),
    ],
)
def test_decimals_suit_the_largest_number(numbers: list[float], shown: list[str]) -> None:
    assert drawn(["a"], ["b", "c"], np.array([numbers]))[1].split()[1:] == shown
    assert [line.split()[1] for line in drawn(["b", "c"], (), np.array(numbers))[1:]] == shown


def test_precision_is_kept_and_takes_pieces() -> None:
    lines = drawn(words(20), words(20), cosines(20), precision=6)
    assert lines[1].split()[1:3] == ["word1", "1.000000"]
    assert max(map(len, lines)) <= 80


# --- bars ------------------------------------------------------------------------------------


def test_bars_of_numbers() -> None:
    lines = drawn(["a", "b", "c"], (), np.array([1.0, 0.5, -0.01]))
    assert [line.rpartition("  ")[2] for line in lines[1:3]] == ["█" * 10, "█████"]
    assert lines[3] == "c  -0.0100"


def test_bars_below_zero_go_to_the_left() -> None:
    lines = drawn(["a", "b", "c"], (), np.array([4.0, -2.0, 0.0]), ascii=True)
    assert lines[1:] == ["a   4.0000            ##########", "b  -2.0000       #####", "c   0.0000"]


# --- shades ----------------------------------------------------------------------------------


def scale(*numbers: float) -> Scale:
    return Scale.of(Tabled(("a",), words(len(numbers)), np.array([numbers])))


@pytest.mark.parametrize(
    ("numbers", "value", "share"),
    [
        ((-0.2, 1.0), 0.5, 0.5),  # cosines are what they are,
        ((-0.2, 0.6), 0.6, 0.6),
        ((0.02, 0.01), 0.01, 0.5),  # but not weights, which would all be small,
        ((-30.0, 10.0), 10.0, 1 / 3),
        ((0.0, 0.0), 0.0, 0.0),
        ((-0.2, 1.0000000000000002), 1.0000000000000002, 1.0),
    ],
)
def test_shares(numbers: tuple[float, ...], value: float, share: float) -> None:
    assert scale(*numbers).share(value) == pytest.approx(share, abs=1e-12)


def test_shades_of_distances_go_from_the_nearest_to_the_farthest() -> None:
    near = scale(16.0, 18.0, 20.0)
    assert len({near.shade(value) for value in (16.0, 18.0, 20.0)}) == 3
    assert near.shade(16.0) == scale(-1.0, 1.0).shade(0.0)
    assert near.shade(20.0) == scale(-1.0, 1.0).shade(1.0)


def test_shades_tell_signs_apart() -> None:
    whole = scale(-1.0, 1.0)
    shades = {whole.shade(value) for value in np.linspace(-1, 1, 201)}
    assert len(shades) == 19
    assert whole.shade(0.5) != whole.shade(-0.5)
    assert whole.shade(0.01) == whole.shade(-0.01)


def test_numbers_can_be_read_on_every_shade() -> None:
    """The contrast that WCAG 2.1 asks for is 4.5."""
    for theme in THEMES:
        for value in np.linspace(-1, 1, 201):
            shade = scale(-1.0, 1.0).shade(value, theme)
            text, back = (int(code) for code in re.findall(r"(?<=8;5;)\d+", shade))
            assert contrast(luminance(text), luminance(back)) >= 4.5, (theme, value)


@pytest.mark.parametrize(("theme", "back"), [("dark", 0.0), ("light", 1.0)])
def test_every_colour_can_be_read_on_the_background_of_its_theme(theme: Theme, back: float) -> None:
    for role, codes in COLORS[theme].items():
        for code in re.findall(r"(?<=38;5;)\d+", codes):
            drawn = role.startswith("bar")  # 3 is enough for what is a picture, no text
            assert contrast(luminance(int(code)), back) >= (3 if drawn else 4.5), (theme, role)


def contrast(one: float, other: float) -> float:
    light, dark = sorted((one, other), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: int) -> float:
    """Relative luminance of one of xterm's colours from 16 on, by WCAG."""
    steps = (0, 95, 135, 175, 215, 255)
    at = color - 16
    levels = [steps[at // 36], steps[at // 6 % 6], steps[at % 6]] if at < 216 else [8 + 10 * (at - 216)] * 3
    linear = [x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in np.array(levels) / 255]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_every_cell_is_shaded_and_nothing_else() -> None:
    shown = Answer(asked(), result=Tabled(words(12), words(12), cosines(12)))
    lines = document("table", [shown], COLORED).splitlines()
    assert [line.count(";48;5;") for line in lines] == [0, *[12] * 12, 0]
    assert [SGR.sub("", line) for line in lines] == document("table", [shown], WIDE).splitlines()


def test_nasty_labels_are_visible() -> None:
    text = document("table", [NASTY_TABLE], WIDE)
    assert "[red]" in text
    assert r"\x1b[31mred\x1b[0m" in "".join(text.split())


LABELS = st.text(st.sampled_from("ab 漢é\u0301👩\x1b\u202e-0."), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 12), st.integers(1, 40), st.integers(1, 130), st.booleans())
def test_any_table_fits_its_width_and_shows_its_numbers(
    data: st.DataObject, n: int, m: int, width: int, fixed: bool
) -> None:
    rows = data.draw(st.lists(LABELS, min_size=n, max_size=n))
    columns = data.draw(st.lists(LABELS, min_size=m, max_size=m))
    values = np.random.default_rng(n * m).normal(size=(n, m)).clip(-1, 1).round(3)
    lines = drawn(rows, columns, values, width, header=False, **({"precision": 3} if fixed else {}))
    remark = re.compile(r"columns: |tenths: |[\d,]+ of [\d,]+( rows,|$)")
    shown = list(takewhile(lambda line: not remark.match(line), lines))
    assert max(map(cell_len, shown)) <= max(width, 24)
    if fixed and " columns; all: --format " not in " ".join(lines):
        assert len(re.findall(r"-?\d\.\d{3}", "".join(shown))) >= n * m


def test_weights_over_many_keys_say_where_all_of_them_are() -> None:
    keys = words(1000)
    weights = (Weights(keys, (0.001,) * 1000, "a"), Weights(keys, (0.001,) * 1000, "b"))
    shown = Answer(asked(), result=Rows((), np.zeros((0, 2))), attention=weights)
    lines = document("table", [shown]).splitlines()
    assert re.fullmatch(r"2 of 2 rows, \d+ of 1,000 columns; all: --format json", lines[-2])
