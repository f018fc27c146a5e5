"""Answers to what is typed so far, computed in a thread of their own after a short pause.

Only the last text counts: what is stale is dropped between two stages, and two are never computed at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from vecalc.answers import Answer
from vecalc.engine.calculator import Calculator
from vecalc.engine.marks import Kinds, kinds
from vecalc.engine.preview import NotWanted, Preview

PAUSE = 0.06  # seconds without a key before anything is computed: fast typing has half of it between two keys
SLOW = 0.3  # seconds; what takes longer twice in a row (at first, files are read from the disk) rests
REST = 20  # times as long as it took: at most a twentieth of the time is spent on such answers
PATIENCE = 0.5  # seconds that Enter waits for a stage that is under way, at most


class Shown(NamedTuple):
    """An answer, and the text that it answers."""

    text: str
    answer: Answer


class _Cost:
    """What answers of one kind took lately."""

    def __init__(self) -> None:
        self.slow = 0  # in a row
        self.rests_until = 0.0

    def took(self, seconds: float) -> None:
        self.slow = self.slow + 1 if seconds > SLOW else 0
        if self.slow > 1:
            self.rests_until = monotonic() + REST * seconds


class LiveAnswers:
    """The thread; `changed` is called in it when there is something new to show."""

    def __init__(self, changed: Callable[[], None], also: Callable[[str], None]) -> None:
        self.shown: Shown | None = None
        self.resting = False  # the last text was not answered since such texts take long
        self._changed = changed
        self._also = also  # what else is to be found out about a text, once it is answered
        self._preview: Preview | None = None
        self._costs: dict[Kinds, _Cost] = {}
        self._turn = threading.Condition()
        self._waiting: tuple[str, float] | None = None  # a text, and when its pause is over
        self._number = 0  # of the last text
        self._is_busy = False
        self._is_over = False
        self._thread: threading.Thread | None = None

    def begin(self, calculator: Calculator) -> None:
        """A new line begins, with what is bound and set by now."""
        preview = Preview(calculator)
        with self._turn:
            self.shown, self.resting = None, False
            self._preview = preview if preview.is_free else None
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="live answers", daemon=True)
            self._thread.start()

    def ask(self, text: str) -> None:
        """The text has become this one."""
        with self._turn:
            self._number += 1
            self._waiting = (text, monotonic() + PAUSE)
            if not text.strip():
                self.shown = None
            self._turn.notify_all()

    def leave(self) -> None:
        """Nothing is wanted any more; wait a little until nothing is under way."""
        with self._turn:
            self._number += 1
            self._waiting = None
            self._turn.wait_for(lambda: not self._is_busy, PATIENCE)

    def close(self) -> None:
        """End the thread."""
        with self._turn:
            self._is_over = True
            self._number += 1
            self._turn.notify_all()
        if self._thread is not None:
            self._thread.join(PATIENCE)

    # --- in the thread ----------------------------------------------------------------------

    def _work(self) -> None:
        while (task := self._next()) is not None:
            text, number = task
            try:
                self._answer(text, number)
                self._changed()
                if number == self._number:
                    self._also(text)
            except NotWanted:
                pass
            except Exception:  # noqa: S110 - whatever it is, it is told when the text is entered, not while it is typed
                pass
            finally:
                with self._turn:
                    self._is_busy = False
                    self._turn.notify_all()

    def _next(self) -> tuple[str, int] | None:
        """The next text whose pause is over, and its number; None at the end."""
        with self._turn:
            while not self._is_over:
                if self._waiting is None:
                    self._turn.wait()
                elif (left := self._waiting[1] - monotonic()) > 0:
                    self._turn.wait(left)
                else:
                    text, self._waiting = self._waiting[0], None
                    self._is_busy = True
                    return text, self._number
        return None

    def _answer(self, text: str, number: int) -> None:
        preview = self._preview
        if preview is None or not text.strip():
            return
        cost = self._costs.setdefault(kinds(text), _Cost())
        self.resting = cost.rests_until > monotonic()
        if self.resting:
            return
        start = monotonic()
        answer = preview.look(text, lambda: number == self._number)
        cost.took(monotonic() - start)
        with self._turn:
            if answer is not None and number == self._number:
                self.shown = Shown(text, answer)
