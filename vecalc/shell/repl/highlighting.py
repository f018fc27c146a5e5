"""What is typed, in colours: by `engine.marks`, and the commands of the prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments

from vecalc.engine.marks import Marked, marked
from vecalc.errors import Span
from vecalc.shell.repl import prompt_commands
from vecalc.shell.repl.entries import expression_of

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session


class Highlighting(Processor):
    """Styles the parts of the text; an unknown word is underlined once it is not what is being typed."""

    def __init__(self, session: Session, is_ready: Callable[[], bool]) -> None:
        self.session = session
        self.is_ready = is_ready  # until the grammar is loaded nothing is styled: a key must not wait for it
        self.dead_end = ""  # a text that no completion goes on with
        self._known: tuple[str, list[tuple[str, Span]]] = ("", [])

    def forget(self) -> None:
        """What is known, bound and set may be another from now on."""
        self._known, self.dead_end = ("", []), ""

    def is_unknown(self, text: str, end: int) -> bool:
        """Whether the word that ends somewhere in a text is an unknown one."""
        return self.is_ready() and any(
            style == "unknown" and span.end == end for style, span in self._styles(text)
        )

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """The fragments of a line with their styles."""
        document, number = transformation_input.document, transformation_input.lineno
        if not self.is_ready() or not document.text:
            return Transformation(transformation_input.fragments)
        start = document.translate_row_col_to_index(number, 0)
        line = document.lines[number]
        fragments = explode_text_fragments(transformation_input.fragments)
        assert fragment_list_to_text(fragments).startswith(line)  # noqa: S101 - a suggestion comes behind it
        for style, span in self._styles(document.text):
            is_typed = span.end == document.cursor_position and document.text_before_cursor != self.dead_end
            if style == "unknown" and is_typed:
                continue
            for place in range(max(span.start - start, 0), min(span.end - start, len(line))):
                old, text, *more = fragments[place]
                fragments[place] = (f"{old} class:{style}", text, *more)  # type: ignore[assignment]  # a mouse handler may follow
        return Transformation(fragments)

    def _styles(self, text: str) -> list[tuple[str, Span]]:
        if self._known[0] != text:
            self._known = (text, self._fresh(text))
        return self._known[1]

    def _fresh(self, text: str) -> list[tuple[str, Span]]:
        """The styles of a block, line by line where lines are commands."""
        found: list[tuple[str, Span]] = []
        at = 0
        pieces = text.split("\n") if prompt_commands.command_of(text.partition("\n")[0]) else [text]
        for piece in pieces:
            command = prompt_commands.command_of(piece)
            begin = 0
            if command is not None:
                first = len(piece) - len(piece.lstrip())
                begin = first + len(piece.split()[0])
                found.append(("command", Span(at + first, at + begin)))
            if command is None or expression_of(piece):
                parts: list[Marked] = marked(self.session.calculator, piece[begin:])
                shift = at + begin
                found += [(one.mark, Span(one.span.start + shift, one.span.end + shift)) for one in parts]
            at += len(piece) + 1
        return found
