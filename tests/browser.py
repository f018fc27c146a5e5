"""Pages in a browser without a network: headless Chromium, as the system has it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def started() -> Iterator[Browser]:
    """A browser. Where there is none the tests are skipped, but not where everything has to be tested."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium: try apt install chromium")
    with sync_playwright() as playwright:
        # Its sandbox wants to be nobody special; what is opened is the tests' own.
        rights = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=rights)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, file: Path, **looks: Any) -> Iterator[Page]:
    """A file in a window of its own, drawn: nothing but the file is asked for, and nothing goes wrong."""
    window = {"viewport": {"width": 1000, "height": 700}, "reduced_motion": "reduce"} | looks
    context = browser.new_context(offline=True, **window)
    asked: list[str] = []
    wrong: list[str] = []
    context.on("request", lambda request: asked.append(request.url.partition("#")[0]))
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("console", lambda message: wrong.append(message.text))
    page = context.new_page()
    show(page, file)
    yield page
    context.close()
    assert set(asked) <= {file.as_uri()}, asked
    assert wrong == [], wrong


def show(page: Page, file: Path, link: str = "") -> None:
    """Open the file anew, with a link's state."""
    page.goto("about:blank")
    page.goto(f"{file.as_uri()}{link}")
    settle(page)


def settle(page: Page) -> None:
    """Two frames: what was asked for in the first is drawn in the second."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def state(page: Page) -> dict[str, str]:
    """What the page's link keeps."""
    found: dict[str, str] = page.evaluate("window.vecalc.state()")
    return found


def place(page: Page, label: str) -> tuple[float, float]:
    """Where the point of a label is in the window."""
    left, top = page.evaluate(
        """label => {
            const { stage, drawing } = window.vecalc, at = 2 * drawing.labels.indexOf(label);
            const [left, top] = stage.view.toScreen(drawing.places[at], drawing.places[at + 1]);
            const box = stage.top.getBoundingClientRect();
            return [box.left + left, box.top + top];
        }""",
        label,
    )
    return left, top
