"""The part of a line that a place stands in, and carets under exactly its columns.

Wide characters take two columns, control characters are spelled out, a tab is a few blanks: carets
are counted in what is shown, not in characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vecalc.errors import Span
from vecalc.render.visible import visible_parts
from vecalc.render.width import columns

_TAB = "    "


def excerpts(line: str, spans: Sequence[Span], room: int, cut: str) -> Iterator[tuple[str, str]]:
    """Pieces of the line of at most `room` columns that show where the spans begin, and their carets.

    Spans are in order; one that stands in a piece already shown is marked there. `cut` marks the ends
    that were left out.
    """
    waiting = list(spans)
    while waiting:
        first = min(waiting[0].start, len(line))
        window = _window(line, first, room - 2 * columns(cut))
        here = [span for span in waiting if span.start < window.end or span is waiting[0]]
        waiting = waiting[len(here) :]
        yield _marked(line, window, here, cut)


def _marked(line: str, window: Span, spans: Sequence[Span], cut: str) -> tuple[str, str]:
    front = cut if window.start > 0 else ""
    back = cut if window.end < len(line) else ""
    # What a character looks like depends on its neighbours, so the whole piece is spelled before it is cut.
    piece = _parts(line[window.start : window.end])
    carets = ""
    for span in spans:
        start = columns(front + "".join(piece[: max(span.start - window.start, 0)]))
        end = columns(front + "".join(piece[: max(span.end - window.start, 0)]))
        carets = carets.ljust(start)
        carets += "^" * max(end - len(carets), int(len(carets) == start))  # one even for the end of the text
    return front + "".join(piece) + back, carets


def _window(line: str, at: int, room: int) -> Span:
    """The range of characters around `at` that fits into the room, what comes after it first filled half."""
    if len(line) <= room and columns(_shown(line)) <= room:
        return Span(0, len(line))
    start, left = _reach(line, at, -1, room // 2)
    end, left = _reach(line, at, 1, room - room // 2 + left)
    start, _ = _reach(line, start, -1, left)
    return Span(start, max(end, min(at + 1, len(line))))


def _reach(line: str, at: int, step: int, room: int) -> tuple[int, int]:
    """How far from `at` one gets in the room, in the direction of `step`, and the room that is left."""
    while (at < len(line)) if step > 0 else (at > 0):
        width = columns(_shown(line[at if step > 0 else at - 1]))
        if width > room:
            break
        at, room = at + step, room - width
    return at, room


def _shown(text: str) -> str:
    return "".join(_parts(text))


def _parts(text: str) -> list[str]:
    """What each character is shown as."""
    return [_TAB if char == "\t" else shown for char, shown in zip(text, visible_parts(text), strict=True)]
