"""Pictures as one HTML file: what is in it, that nothing gets out of it, and what it does in a browser."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import opened, place, settle, show, started, state
from playwright.sync_api import Browser, Page, expect
from running import HARD, family

from vecalc.answers import Tabled
from vecalc.plots import Bars, Colouring, Drawing, Heat, Histogram, Look, Neighbourhoods, Scatter
from vecalc.plots.page import MOST_IN_A_NOTEBOOK, draw, fragment

HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "&lt;b&gt;",
    "'\"`${1}\\",
    "a\u2028b",
    "\ud800",
    "שלום",
    "👩‍🚀",
    "<!--data-->",
    "",
    "__proto__",
    *HARD,
)


def some_map(count: int, others: int = 5, k: int = 4, **more: Any) -> tuple[Scatter, np.ndarray]:
    """Points on two of ten components, with their true neighbours among them and others; and the vectors."""
    vectors = np.random.default_rng(count).normal(size=(count + others, 10))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    words = tuple(f"word{place}" for place in range(count + others))
    table = vectors[:count] @ vectors.T
    table[np.arange(count), np.arange(count)] = -2
    rows = np.argsort(-table, axis=1, kind="stable")[:, :k]
    drawing = Scatter(
        title=f"{count} words",
        axes=("component 1", "component 2"),
        labels=words[:count],
        places=vectors[:count, :2],
        roles=("given",) * count,
        kept=np.full(count, 0.5),
        near=Neighbourhoods(words, rows, np.take_along_axis(table, rows, 1)),
        remarks=("Two of ten components.",),
    )
    return drawing._replace(**more), vectors


PARALLELOGRAM = Scatter(
    title="king - man + woman",
    axes=("component 1", "component 2"),
    labels=("king", "man", "woman", "king - man + woman", "queen"),
    places=np.array([[2, 1], [-1, 1.7], [-1, -0.7], [2, -1.4], [1.5, -0.6]]),
    roles=("given", "given", "given", "result", "context"),
    kept=np.full(5, np.nan),
    arrows=((1, 0), (2, 3)),
)
TABLE = np.array([[1, -0.25, np.nan], [0.5, 0, 0.125]])
DRAWINGS: dict[str, Drawing] = {
    "map": some_map(30)[0],
    "arrows": PARALLELOGRAM,
    "heat": Heat("cos(L, M)", Tabled(("a", "b"), ("x", "y", "z"), TABLE)),
    "column": Heat("length(L)", Tabled(("a", ""), (), np.array([1.0, 2.0]))),
    "bars": Bars("near", "cos", ("a", "b", "c"), np.array([0.5, -0.25, np.inf]), ("three",)),
    "histogram": Histogram("cos(?, a)", "cos", np.array([0, 0.5, 1]), np.array([3.0, 1]), (("b", 0.9),)),
}
NASTY: dict[str, Drawing] = {
    "map": Scatter(
        HOSTILE[0],
        HOSTILE[:2],  # type: ignore[arg-type]
        HOSTILE,
        np.random.default_rng(1).normal(size=(len(HOSTILE), 2)),
        ("given",) * len(HOSTILE),
        np.ones(len(HOSTILE)),
        near=Neighbourhoods(
            (*HOSTILE, HOSTILE[0]),
            np.tile([1, len(HOSTILE)], (len(HOSTILE), 1)),
            np.ones((len(HOSTILE), 2)),
        ),
        colouring=Colouring(HOSTILE[1], HOSTILE),
        remarks=HOSTILE,
    ),
    "heat": Heat(HOSTILE[0], Tabled(HOSTILE, HOSTILE, np.ones((len(HOSTILE), len(HOSTILE)))), HOSTILE),
    "bars": Bars(HOSTILE[0], HOSTILE[0], HOSTILE, np.arange(float(len(HOSTILE))), HOSTILE),
    "histogram": Histogram(
        HOSTILE[0],
        HOSTILE[0],
        np.array([0.0, 1]),
        np.ones(1),
        tuple((mark, 0.5) for mark in HOSTILE),
        HOSTILE,
    ),
}


def drawn(drawing: Drawing) -> str:
    return draw(drawing, Look()).decode("utf-8")


def data_of(page: str) -> dict[str, Any]:
    (inside,) = re.findall(r'<script type="application/json" id="drawing">(.*?)</script>', page, re.DOTALL)
    found: dict[str, Any] = json.loads(inside)
    return found


# --- the file ---------------------------------------------------------------------------------------


def test_a_page_runs_its_own_script_and_nothing_else() -> None:
    """The policy names the digests of the one style sheet and the one script; labels make no element."""
    for drawing in (*DRAWINGS.values(), *NASTY.values()):
        page = drawn(drawing)
        scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
        styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
        assert (len(scripts), len(styles), page.count("<script"), page.count("<img")) == (1, 1, 2, 0)
        digests = [base64.b64encode(hashlib.sha256(x.encode()).digest()).decode() for x in scripts + styles]
        (policy,) = re.findall(r'Content-Security-Policy" content="(.*?)"', page)
        assert policy.startswith("default-src 'none'; ")
        assert [digest for digest in digests if f"'sha256-{digest}'" not in policy] == []
        assert policy.count("sha256-") == 2
        assert "unsafe" not in policy
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page)
        assert page == drawn(drawing)


def test_a_page_has_all_of_the_drawing() -> None:
    drawing, _ = some_map(30, colouring=Colouring("kind", ("a", "b", "b") * 10))
    data = data_of(drawn(drawing))
    assert data["labels"] == list(drawing.labels)
    assert data["near"]["others"] == [f"word{place}" for place in range(30, 35)]
    rows = np.frombuffer(base64.b64decode(data["near"]["rows"].removeprefix("i4:")), "<i4")
    assert drawing.near is not None
    assert rows.reshape(30, 4).tolist() == drawing.near.rows.tolist()
    assert data["colouring"]["names"] == ["b", "a"]
    heat = data_of(drawn(DRAWINGS["column"]))
    assert (heat["rows"], heat["columns"]) == (["a", "2"], [""])


def test_scripts_and_styles_of_pages_are_all_used() -> None:
    """A file beside the others that no page holds would be dead."""
    from vecalc.plots import page

    folder = Path(page.__file__).parent / "web"
    held = drawn(PARALLELOGRAM)
    for file in folder.glob("*.*"):
        if file.suffix != ".html":
            assert file.read_text("utf-8") in held, file.name
        assert len(file.read_text("utf-8").splitlines()) <= 250


def test_a_page_of_the_largest_size_stays_small() -> None:
    count, k = 65_000, 10
    words = tuple(f"word{place:05}" for place in range(count))
    near = Neighbourhoods(words, np.zeros((count, k), np.int64), np.zeros((count, k)))
    drawing = some_map(5)[0]._replace(
        labels=words, places=np.zeros((count, 2)), roles=("given",) * count, kept=np.zeros(count), near=near
    )
    drawing = drawing._replace(colouring=Colouring("rank", np.zeros(count)))
    assert len(draw(drawing, Look())) < 15_000_000
    assert "too many for a notebook" in fragment(drawing)


def test_a_fragment_is_a_frame_that_holds_the_page() -> None:
    for drawing in (*DRAWINGS.values(), *NASTY.values()):
        frame = fragment(drawing)
        assert re.match(
            r'<iframe sandbox="allow-scripts" title="[^"<>]*" srcdoc="[^"]*"[^<>]*></iframe>$', frame
        )
        (inside,) = re.findall(r'srcdoc="([^"]*)"', frame)
        assert html.unescape(inside) == drawn(drawing)
        assert len(frame) < MOST_IN_A_NOTEBOOK


# --- in a browser -----------------------------------------------------------------------------------

Write = Callable[[Drawing], Path]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as found:
        yield found


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(drawing: Drawing) -> Path:
        file = tmp_path / "picture.html"
        file.write_bytes(draw(drawing, Look()))
        return file

    return written


def near_of(page: Page) -> list[tuple[str, str]]:
    """The neighbours that the panel lists."""
    words = page.locator(".near .word").all_inner_texts()
    return list(zip(words, page.locator(".near .score").all_inner_texts(), strict=True))


@pytest.mark.slow
def test_every_kind_opens_from_disk_light_and_dark(browser: Browser, write: Write) -> None:
    for drawing in (*DRAWINGS.values(), *NASTY.values()):
        for scheme in ("light", "dark"):
            with opened(browser, write(drawing), color_scheme=scheme) as page:
                expect(page.locator("h1")).not_to_be_empty()
                assert page.locator("html").get_attribute("data-theme") == scheme
                assert page.locator("img, #stage script").count() == 0
                page.get_by_role("button", name=re.compile("colours$")).click()
                assert page.locator("html").get_attribute("data-theme") != scheme
                page.keyboard.press("?")
                expect(page.get_by_role("dialog")).to_be_visible()
                page.keyboard.press("Escape")
                page.emulate_media(media="print")
                assert not page.locator("nav").is_visible()


@pytest.mark.slow
def test_a_map_moves_and_zooms_about_the_pointer(browser: Browser, write: Write) -> None:
    with opened(browser, write(some_map(40)[0])) as page:
        left, top = place(page, "word7")
        page.mouse.move(left, top)
        page.mouse.wheel(0, -300)
        settle(page)
        assert place(page, "word7") == pytest.approx((left, top), abs=1)  # it stays below the pointer
        zoomed = float(state(page)["zoom"])
        assert zoomed > 1.5
        page.keyboard.press("+")
        assert float(state(page)["zoom"]) == pytest.approx(1.5 * zoomed)
        page.keyboard.press("-")
        before = place(page, "word7")
        page.mouse.move(300, 300)
        page.mouse.down()
        page.mouse.move(340, 320, steps=4)
        page.mouse.up()
        assert place(page, "word7") == pytest.approx((before[0] + 40, before[1] + 20), abs=1)
        assert "word" not in state(page)  # a drag is no click
        page.keyboard.press("ArrowLeft")
        assert place(page, "word7")[0] == pytest.approx(before[0] + 100, abs=1)
        page.keyboard.press("0")
        assert state(page) == {}


@pytest.mark.slow
def test_a_click_lists_the_true_neighbours(browser: Browser, write: Write) -> None:
    drawing, vectors = some_map(40)
    with opened(browser, write(drawing)) as page:
        for word in (3, 17):
            page.mouse.click(*place(page, f"word{word}"))
            scores = vectors @ vectors[word]
            best = [other for other in np.argsort(-scores) if other != word][:4]
            assert near_of(page) == [(f"word{x}", f"{scores[x]:.4f}".replace("-", "−")) for x in best]
            assert state(page)["word"] == f"word{word}"
            inside = [f"word{x}" for x in best if x < 40]
            assert page.locator(".near button .word").all_inner_texts() == inside
            assert f"word{word}: nearest are word{best[0]}" in page.locator("#said").inner_text()
        page.locator(".near button").first.click()
        assert state(page)["word"] == inside[0]
        page.keyboard.press("Escape")
        assert "word" not in state(page)


@pytest.mark.slow
def test_hovering_tells_of_a_point(browser: Browser, write: Write) -> None:
    drawing, vectors = some_map(40, colouring=Colouring("length", np.arange(40.0)))
    with opened(browser, write(drawing)) as page:
        page.mouse.move(*place(page, "word7"))
        tip = page.locator("#tip")
        expect(tip).to_contain_text("word7")
        expect(tip).to_contain_text(f"component 1: {vectors[7, 0]:.4f}".replace("-", "−"))
        expect(tip).to_contain_text("length: 7")
        expect(tip).to_contain_text("50 % of its nearest")
        page.mouse.move(5, 300)
        expect(tip).to_be_hidden()


@pytest.mark.slow
def test_search_finds_parts_of_words_and_flies_there_without_a_mouse(browser: Browser, write: Write) -> None:
    drawing = some_map(40)[0]
    labels = ("Köln", "köl", "the KÖLN", *drawing.labels[3:])
    with opened(browser, write(drawing._replace(labels=labels))) as page:
        page.keyboard.press("/")
        page.keyboard.type("KÖL")
        assert page.locator(".hits .word").all_inner_texts() == ["köl", "Köln", "the KÖLN"]
        assert page.locator("#said").inner_text() == "3 hits"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert state(page) == {"word": "Köln", "find": "KÖL"}
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        assert state(page) == {}
        page.keyboard.press("n")
        first = state(page)["word"]
        page.keyboard.press("n")
        assert state(page)["word"] != first
        page.keyboard.press("p")
        assert state(page)["word"] == first


@pytest.mark.slow
def test_a_link_keeps_what_is_shown(browser: Browser, write: Write) -> None:
    drawing = some_map(40, colouring=Colouring("kind", ("a", "b") * 20))[0]
    file = write(drawing._replace(labels=("twin", "twin", *drawing.labels[2:])))
    with opened(browser, file) as page:
        page.keyboard.press("+")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("t")
        page.locator("#find").fill("twin")
        page.locator(".hits button").nth(1).click()
        page.locator(".groups button", has_text="b").click()
        page.get_by_role("button", name="Copy a link").click()
        link = page.get_by_role("textbox", name="Link").input_value()
        kept = state(page)
        assert set(kept) == {"x", "y", "zoom", "word", "copy", "find", "only", "theme"}
        show(page, file, f"#{link.partition('#')[2]}")
        assert state(page) == kept
        assert page.locator("#find").input_value() == "twin"
        page.evaluate("location.hash = '#zoom=2&word=word9'")
        expect(page.locator("#chosen h3")).to_have_text("word9")
        assert state(page)["zoom"] == "2"
        page.evaluate("location.hash = '#zoom=x&word=nobody&x=1e999&only=c'")  # of another file, or mistyped
        expect(page.locator("#chosen h3")).to_have_count(0)
        assert state(page) == {}


@pytest.mark.slow
def test_a_legend_shows_one_group_alone(browser: Browser, write: Write) -> None:
    drawing = some_map(40, colouring=Colouring("kind", ("a", "b") * 20))[0]
    with opened(browser, write(drawing)) as page:
        hidden = place(page, "word1")
        page.locator(".groups button", has_text="a").click()
        settle(page)
        named = page.evaluate("vecalc.stage.painter.names.placed.map(name => name.point)")
        assert named
        assert all(point % 2 == 0 for point in named)
        page.mouse.click(*hidden)
        assert state(page).get("word") != "word1"
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        assert state(page) == {}


PIXEL = """([left, top]) => {
    const { stage } = window.vecalc, box = stage.below.getBoundingClientRect(), ratio = stage.ratio;
    const { width, height } = stage.below;
    const copy = Object.assign(document.createElement("canvas"), { width, height });
    const context = copy.getContext("2d");
    context.drawImage(stage.below, 0, 0);
    const at = [(left - box.left) * ratio, (top - box.top) * ratio].map(Math.round);
    return [...context.getImageData(at[0] - 1, at[1] - 1, 3, 3).data]
        .filter((_, part) => part % 4 === 3).reduce((most, alpha) => Math.max(most, alpha), 0);
}"""


@pytest.mark.slow
def test_arrows_are_drawn(browser: Browser, write: Write) -> None:
    def ink(page: Page, share: float) -> int:
        """How dark the picture is between man and king."""
        (left, top), (right, bottom) = place(page, "man"), place(page, "king")
        alpha: int = page.evaluate(PIXEL, [left + share * (right - left), top + share * (bottom - top)])
        return alpha

    shares = (0.23, 0.41, 0.57, 0.73)
    with opened(browser, write(PARALLELOGRAM)) as page:
        expect(page.locator("#legend")).to_contain_text("result")
        with_arrow = [ink(page, share) for share in shares]
        page.evaluate("() => { vecalc.drawing.arrows = new Int32Array(); vecalc.stage.paintNow(); }")
        assert min(with_arrow) > 200
        without = [ink(page, share) for share in shares]
        assert sum(alpha == 0 for alpha in without) >= 2  # but for lines of the grid
        names = page.evaluate("vecalc.stage.painter.names.placed.map(name => name.text)")
        assert set(names) == set(PARALLELOGRAM.labels)


BOXES = """() => {
    const { names } = vecalc.stage.painter;
    return names.placed.map(({ left, middle, point }) => [left, middle, names.widths[point]]);
}"""


@pytest.mark.slow
def test_names_of_words_do_not_cover_each_other(browser: Browser, write: Write) -> None:
    with opened(browser, write(some_map(2000)[0])) as page:
        shares = []
        for _ in range(4):
            boxes = np.array(page.evaluate(BOXES))
            left, middle, wide = boxes.T
            across = (left[:, None] < (left + wide)[None]) & (left[None] < (left + wide)[:, None])
            covered = across & (np.abs(middle[:, None] - middle[None]) < 15)
            assert covered.sum() == len(boxes)  # each but itself
            seen = page.evaluate("vecalc.stage.painter.dots.look(vecalc.stage.view, null)")
            shares.append(len(boxes) / seen)
            page.keyboard.press("+")
            page.keyboard.press("+")
            settle(page)
        assert sorted(shares) == shares  # the nearer, the more
        assert shares[-1] > 4 * shares[0]


@pytest.mark.slow
def test_a_phone_has_a_sheet_and_fingers(browser: Browser, write: Write) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with opened(browser, write(some_map(40)[0]), device_scale_factor=3, **phone) as page:
        handle = page.locator("#handle")
        assert handle.get_attribute("aria-expanded") == "false"
        page.touchscreen.tap(*place(page, "word7"))
        expect(page.locator("#chosen h3")).to_have_text("word7")
        assert handle.get_attribute("aria-expanded") == "true"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        handle.click()
        assert handle.get_attribute("aria-expanded") == "false"
        page.evaluate(
            """() => {
                const target = vecalc.stage.top, box = target.getBoundingClientRect();
                const send = (type, id, x, y) => target.dispatchEvent(new PointerEvent(type, { pointerId: id,
                    pointerType: "touch", clientX: box.left + x, clientY: box.top + y, bubbles: true }));
                target.setPointerCapture = () => {};
                send("pointerdown", 1, 150, 200);
                send("pointerdown", 2, 250, 200);
                send("pointermove", 1, 100, 200);
                send("pointermove", 2, 300, 200);
                send("pointerup", 1, 100, 200);
                send("pointerup", 2, 300, 200);
            }"""
        )
        assert float(state(page)["zoom"]) == pytest.approx(2, rel=0.01)


@pytest.mark.slow
def test_labels_are_data_in_a_browser(browser: Browser, write: Write) -> None:
    """Each stands where it belongs as text; the page has no element and no message of theirs."""
    with opened(browser, write(NASTY["map"])) as page:
        page.locator("#find").fill("onerror")
        page.keyboard.press("Enter")
        expect(page.locator("#chosen h3")).to_have_text(HOSTILE[0])
        assert near_of(page) == [(HOSTILE[1], "1.0000"), (HOSTILE[0], "1.0000")]
        page.locator("#find").fill("\\ud800")
        assert page.locator(".hits .word").all_inner_texts() == ["\\ud800"]
        assert page.title() == HOSTILE[0]


CELL = """() => {
    const box = vecalc.stage.top.getBoundingClientRect(), [left, top] = vecalc.stage.view.toScreen(2.5, -1.5);
    return [box.left + left, box.top + top];
}"""


@pytest.mark.slow
def test_heat_maps_bars_and_histograms(browser: Browser, write: Write) -> None:
    with opened(browser, write(DRAWINGS["heat"])) as page:
        page.keyboard.press("ArrowDown")
        expect(page.locator("#chosen")).to_have_text("1a, x")
        page.keyboard.press("ArrowRight")
        expect(page.locator("#chosen")).to_have_text("−0.2500a, y")
        page.keyboard.press("ArrowRight")
        expect(page.locator("#chosen")).to_have_text("no valuea, z")
        page.locator("#find").fill("b")
        page.keyboard.press("Enter")
        assert state(page)["cell"] == "3"
        kept = state(page)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("cell=3"))
        page.reload()
        assert state(page) == kept
        page.mouse.move(*page.evaluate(CELL))
        expect(page.locator("#tip")).to_have_text("b, z0.1250")
    with opened(browser, write(DRAWINGS["bars"])) as page:
        assert page.locator("tbody .value").all_inner_texts() == ["0.5000", "−0.2500", "∞"]
        widths = page.evaluate(
            "[...document.querySelectorAll('.track i')].map(bar => bar.getBoundingClientRect().width)"
        )
        assert widths[0] == pytest.approx(2 * widths[1], rel=0.05)
        page.locator("#find").fill("b")
        assert page.locator("tbody .label").all_inner_texts() == ["b"]
    with opened(browser, write(DRAWINGS["histogram"])) as page:
        heights = page.evaluate(
            "[...document.querySelectorAll('svg .bar')].map(bar => Number(bar.getAttribute('height')))"
        )
        assert heights[0] == pytest.approx(3 * heights[1])
        page.locator(".paper").focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("#said").inner_text() == "0 to 0.5000: 3 words"
        page.locator("summary").click()
        assert page.locator("details tr").all_inner_texts() == [
            "0 to 0.5000\t3",
            "0.5000 to 1\t1",
            "b\t0.9000",
        ]


@pytest.mark.slow
def test_forty_thousand_points_are_drawn_and_found(browser: Browser, write: Write) -> None:
    drawing = some_map(30)[0]
    count = 40_000
    places = np.random.default_rng(2).normal(size=(count, 2))
    large = drawing._replace(
        labels=tuple(f"w{point}" for point in range(count)), places=places, roles=("given",) * count,
        kept=np.full(count, np.nan), near=None, colouring=Colouring("rank", np.arange(float(count))),
    )  # fmt: skip
    with opened(browser, write(large)) as page:
        seen = page.evaluate(
            "vecalc.stage.contexts[0].getImageData(100, 0, 500, 600).data.filter(x => x).length"
        )
        assert seen > 100_000
        page.locator("#find").fill("w39999")
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        settle(page)
        distances = np.hypot(*(places - places[39999]).T)
        distances[39999] = np.inf
        assert distances.min() > 0
        page.mouse.click(*place(page, "w39999"))
        assert state(page)["word"] == "w39999"
        print("ms a frame:", page.evaluate("vecalc.stage.took"))  # noqa: T201 - told, never asserted


@pytest.mark.slow
def test_without_scripts_a_page_says_why_it_is_empty(browser: Browser, write: Write) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(write(PARALLELOGRAM).as_uri())
    expect(page.get_by_text("the script has not run")).to_be_visible()
    context.close()


@pytest.mark.slow
def test_a_notebooks_frame_works(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "notebook.html"
    file.write_text(f"<!doctype html><title>notebook</title>{fragment(PARALLELOGRAM)}", "utf-8")
    context = browser.new_context(offline=True)
    wrong: list[str] = []
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    page = context.new_page()
    page.goto(file.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("#find").fill("queen")
    frame.locator(".hits button").click()
    expect(frame.locator("#chosen h3")).to_have_text("queen")
    page.wait_for_timeout(300)  # a state is written then, where it can be
    assert wrong == []
    context.close()


@pytest.mark.slow
def test_the_command_writes_a_page_that_opens(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "map.html"
    done = family("plot", "king - man + woman", "-o", file)
    assert done.code == 0, done.err
    with opened(browser, file) as page:
        assert page.title() == "king - man + woman"
        expect(page.locator("#about li").first).not_to_be_empty()
        page.mouse.click(*place(page, "king"))
        expect(page.locator("#chosen h3")).to_have_text("king")
        # The command's own answer, words and scores.
        best = family("king", "-k", "10", "--precision", "4")
        assert len(best.words) == 10
        listed = [f"{word}\t{score.replace('−', '-')}" for word, score in near_of(page)]
        assert listed == [line.partition("\t")[2] for line in best.out.splitlines()]
