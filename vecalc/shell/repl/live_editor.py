"""The line edited by prompt_toolkit: colours, completions, suggestions, blocks, answers while one types."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Always, Condition, has_focus, is_searching
from prompt_toolkit.filters.app import emacs_insert_mode
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor
from prompt_toolkit.output.color_depth import ColorDepth
from prompt_toolkit.styles import BaseStyle, DynamicStyle, Style

from vecalc.errors import UsageError
from vecalc.lang.parse import terminals
from vecalc.render.visible import visible
from vecalc.shell.display import wants_color
from vecalc.shell.repl import CONTINUED, PROMPT, history, prompt_commands
from vecalc.shell.repl.completer import completions
from vecalc.shell.repl.entries import entries
from vecalc.shell.repl.highlighting import Highlighting
from vecalc.shell.repl.live_answers import LiveAnswers
from vecalc.shell.repl.themes import styles
from vecalc.shell.repl.toolbar import live_line, status_line

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

BUFFER = "DEFAULT_BUFFER"  # what prompt_toolkit calls the text that is edited
SWITCH = 0.001  # seconds until a thread that computes lets a key through; Python's own 5 ms add up


class LiveEditor:
    """See `Editor`."""

    def __init__(self, session: Session) -> None:
        self.session = session
        earlier, why = history.load()
        session.tell([why] if why else [])
        self._history = _Remembered(earlier)
        self._is_ready = False
        self._highlighting = Highlighting(session, lambda: self._is_ready)
        self._live = LiveAnswers(self._redraw, self._look_ahead)
        self._color = wants_color(session.request.color, sys.stdout)
        self._styles: dict[str, BaseStyle] = {}
        self._prompt = self._made()
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH)
        self._prompt.app.after_render += self._warm_once

    # --- Editor -----------------------------------------------------------------------------

    def read(self) -> str | None:
        """See `Editor`."""
        try:
            return self._ask("")
        except KeyboardInterrupt:
            return ""
        except EOFError:
            return None

    def more(self, text: str) -> str | None:
        """See `Editor`. The block is edited again as a whole; Enter on a last line that is empty gives up."""
        lines = text.split("\n")
        if len(lines) > 1 and not lines[-1].strip():
            return text
        try:
            return self._ask(f"{text}\n")
        except (KeyboardInterrupt, EOFError):
            return None

    def remember(self, text: str) -> None:
        """See `Editor`."""
        self._history.remember(text)

    def use_keys(self, name: str) -> None:
        """See `Editor`."""
        self._prompt.editing_mode = EditingMode.VI if name == "vi" else EditingMode.EMACS

    def close(self) -> str:
        """See `Editor`."""
        self._live.close()
        sys.setswitchinterval(self._before)
        return history.save(self._history.fresh)

    # --- one line ---------------------------------------------------------------------------

    def _ask(self, text: str) -> str:
        """What is typed, from some text on. Raises `EOFError`, `KeyboardInterrupt`."""
        self._highlighting.forget()
        self._live.begin(self.session.calculator)
        try:
            return self._prompt.prompt(default=text)
        finally:
            self._live.leave()

    def _made(self) -> PromptSession[str]:
        made: PromptSession[str] = PromptSession(
            PROMPT,
            multiline=True,
            prompt_continuation=CONTINUED,
            history=self._history,
            auto_suggest=AutoSuggestFromHistory(),
            completer=_Offered(self.session),
            complete_in_thread=True,
            complete_while_typing=Condition(lambda: self.session.menu),
            input_processors=[HighlightMatchingBracketProcessor(chars="()[]"), self._highlighting],
            bottom_toolbar=self._toolbar,
            key_bindings=self._keys(),
            style=DynamicStyle(self._style),
            include_default_pygments_style=False,
            color_depth=ColorDepth.DEPTH_4_BIT if self._color else ColorDepth.DEPTH_1_BIT,
            enable_open_in_editor=True,
            enable_suspend=True,
            tempfile_suffix=".vec",
        )
        buffer = made.default_buffer
        # The session's own option would turn the menu off for good.
        buffer.enable_history_search = Always()
        buffer.on_text_changed += lambda changed: self._typed(changed.text)
        return made

    def _typed(self, text: str) -> None:
        if self.session.live:
            self._live.ask(self._asked(text)[0])

    def _asked(self, text: str) -> tuple[str, int | None]:
        """What is answered of a text, nothing of a command; and the N of `-k N` at its end."""
        if prompt_commands.is_quit(text) or prompt_commands.command_of(text) is not None:
            return "", None
        with suppress(UsageError):
            return self.session.own_top(text)
        return text, None

    def _style(self) -> BaseStyle:
        theme = self.session.request.theme
        if theme not in self._styles:  # made once: it knows what it has looked up
            self._styles[theme] = Style.from_dict(styles(theme, color=self._color))
        return self._styles[theme]

    def _toolbar(self) -> StyleAndTextTuples:
        size, session = get_app().output.get_size(), self.session
        shown = self._live.shown if session.live else None
        width = size.columns - 1
        text, top = self._asked(self._prompt.default_buffer.text)
        line = live_line(shown, text, session, width, top)
        if session.request.quiet:
            return [*line]
        resting = session.live and self._live.resting
        return [*line, ("", "\n"), *status_line(session, width, resting=resting)]

    # --- in other threads -------------------------------------------------------------------

    def _warm_once(self, _: object) -> None:
        """Load the grammar once the prompt is seen: a start need not wait for it, nor a key."""
        self._prompt.app.after_render -= self._warm_once
        threading.Thread(target=self._warm, name="grammar", daemon=True).start()

    def _warm(self) -> None:
        terminals(self.session.calculator.options.limits.nesting)
        self._is_ready = True
        self._redraw()

    def _look_ahead(self, text: str) -> None:
        """See whether the word that is being typed can become any: else it is unknown already."""
        document = self._prompt.default_buffer.document
        before = document.text_before_cursor
        if not self._highlighting.is_unknown(text, document.cursor_position):
            return
        if next(completions(self.session, before), None) is None:
            self._highlighting.dead_end = before
            self._redraw()

    def _redraw(self) -> None:
        if self._prompt.app.is_running:
            self._prompt.app.invalidate()

    # --- keys -------------------------------------------------------------------------------

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()
        at_text = has_focus(BUFFER) & ~is_searching

        @keys.add("enter", filter=at_text)
        def _enter(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            if buffer.complete_state and buffer.complete_state.current_completion:
                buffer.complete_state = None  # it is taken; the next Enter is for the line
            elif self._goes_on(buffer.text):
                buffer.newline(copy_margin=False)
            else:
                buffer.validate_and_handle()

        @keys.add("escape", "enter", filter=at_text & emacs_insert_mode)
        def _new_line(event: KeyPressEvent) -> None:
            event.current_buffer.newline(copy_margin=False)

        @keys.add("c-d", filter=at_text & Condition(self._is_at_end_of_block))
        def _drop(event: KeyPressEvent) -> None:
            event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

        @keys.add(Keys.BracketedPaste, filter=at_text)
        def _paste(event: KeyPressEvent) -> None:
            text = event.data.replace("\r\n", "\n").replace("\r", "\n")
            event.current_buffer.insert_text(text.rstrip("\n"))

        return keys

    def _goes_on(self, text: str) -> bool:
        """Whether Enter makes a line: a bracket is open, and what is typed does not end in an empty line."""
        if "\n" in text and not text.rpartition("\n")[2].strip():
            return False
        return entries(self.session, text).is_open

    def _is_at_end_of_block(self) -> bool:
        document = self._prompt.default_buffer.document
        return "\n" in document.text and document.is_cursor_at_the_end


class _Remembered(History):
    """The history for prompt_toolkit; the loop says what is remembered, once it is complete."""

    def __init__(self, earlier: list[str]) -> None:
        super().__init__()
        self.earlier = earlier
        self.fresh: list[str] = []

    def load_history_strings(self) -> Iterator[str]:
        """The entries of earlier sessions, the last first."""
        return reversed(self.earlier)

    def append_string(self, string: str) -> None:
        """Nothing: an editor knows only lines."""

    def store_string(self, string: str) -> None:
        """Nothing: they are written in the end."""

    def remember(self, text: str) -> None:
        """Take what was typed, unless it is private, or the same again."""
        last = next(iter([*self.fresh[-1:], *self.earlier[-1:]]), None)
        if (kept := history.kept(text)) and kept != last:
            self.fresh.append(kept)
            super().append_string(kept)


class _Offered(Completer):
    """The completer for prompt_toolkit."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What may stand at the cursor."""
        before = document.text_before_cursor
        for one in completions(self.session, before):
            shown, meta = visible(one.text), visible(one.meta)
            yield Completion(one.text, one.start - len(before), display=shown, display_meta=meta)
