"""The lines below the prompt: the answer to what is typed so far, and what is set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vecalc.engine.question import Options
from vecalc.lang.show import shorten
from vecalc.render.brief import brief
from vecalc.render.visible import visible
from vecalc.render.width import columns

if TYPE_CHECKING:
    from vecalc.shell.repl.live_answers import Shown
    from vecalc.shell.repl.session import Session

Fragments = list[tuple[str, str]]  # class and text, as prompt_toolkit takes them
BETWEEN = " · "
LEAST = 12  # columns for an expression before its answer

# What is set, as it is typed behind `set`, the most important first. Where there is not room for all, what is
# as usual goes first; of that, only the first four are shown at all.
_SET = {
    "top": "k", "norm": "norm", "metric": "metric", "exclude": "exclude", "in": "within", "match": "match",
    "where": "where", "first": "first", "min-score": "min_score", "oov": "oov", "exact": "exact",
    "words": "words",
}  # fmt: skip
_ALWAYS = 4


def live_line(
    shown: Shown | None, text: str, session: Session, width: int, top: int | None = None
) -> Fragments:
    """The last answer there was, of `top` neighbours at most; of another text than that which stands there
    now, with that text.
    """
    if shown is None:
        return []
    pieces = brief(shown.answer, session.request.precision, top)
    is_old = shown.text.strip() != text.strip()
    front = ""
    if is_old:
        asked = visible(" ".join(shown.text.split()))
        room = max(width - columns(pieces[0] if pieces else "") - 2, LEAST)
        front = f"{shorten(asked, room)}: "
    elif shown.answer.notes:
        pieces = [*pieces, *map(visible, shown.answer.notes)]
    line = _fitting(front, pieces, width)
    return [("class:old" if is_old else "class:live", line)] if line.strip() else []


def status_line(session: Session, width: int, *, resting: bool = False) -> Fragments:
    """Model and options; where there is not room for all, what is usual and least important is left out."""
    calculator = session.calculator
    model = visible(calculator.caption(calculator.default))
    usual, now = Options(), calculator.options
    parts: list[tuple[str, bool]] = [(model, True)]
    for place, (name, field) in enumerate(_SET.items()):
        value = getattr(now, field)
        changed = value != getattr(usual, field)
        if changed or place < _ALWAYS:
            parts.append((f"{name} {visible(_typed(value))}", changed))
    if resting:
        parts.append(("live answers rest: they take long", True))
    parts = _with_room(parts, width)
    fragments: Fragments = []
    for i, (text, changed) in enumerate(parts):
        before = BETWEEN if i else ""
        fragments.append(("class:status", before))
        fragments.append(("class:changed" if changed and i else "class:status", text))
    return fragments


def _with_room(parts: list[tuple[str, bool]], width: int) -> list[tuple[str, bool]]:
    """The parts there is room for; the model, in front, is shortened before anything unusual is left out."""
    (model, _), *others = parts
    unusual = BETWEEN.join(["", *(text for text, changed in others if changed)])
    if columns(model + unusual) > width:
        model = shorten(re.split("[/#]", model.rstrip("/#"))[-1], max(width - columns(unusual), LEAST))
    parts = [(model, True), *others]
    while len(parts) > 1 and columns(BETWEEN.join(text for text, _ in parts)) > width:
        least = [i for i, (_, changed) in enumerate(parts) if not changed]
        del parts[least[-1] if least else -1]
    return parts


def _typed(value: object) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _fitting(front: str, pieces: list[str], width: int) -> str:
    """As many pieces, from the first on, as there is room for; the first at least."""
    line = front + (pieces[0] if pieces else "")
    for piece in pieces[1:]:
        if columns(f"{line}{BETWEEN}{piece}") > width:
            break
        line += f"{BETWEEN}{piece}"
    return line
