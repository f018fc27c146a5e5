"""Which editor of lines a terminal gets."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import TYPE_CHECKING

from vecalc.shell.display import is_terminal
from vecalc.shell.repl import Editor

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

EDITORS = ("prompt_toolkit", "readline", "plain")  # best first
VARIABLE = "VECALC_EDITOR"


def editor(session: Session) -> Editor:
    """The best editor that the terminal and this Python have, or else what `VECALC_EDITOR` names."""
    wanted = os.environ.get(VARIABLE, "")
    here = possible()
    if wanted and wanted not in here:
        why = f"there is none called so, there are {', '.join(EDITORS)}"
        why = "not here" if wanted in EDITORS else why
        session.tell([f"{VARIABLE}={wanted}: {why}; the editor is {here[0]}"])
        wanted = ""
    match wanted or here[0]:
        case "prompt_toolkit":
            from vecalc.shell.repl.live_editor import LiveEditor

            return LiveEditor(session)
        case "readline":
            from vecalc.shell.repl.line_editor import ReadlineEditor

            return ReadlineEditor(session)
    from vecalc.shell.repl.plain_editor import PlainEditor

    return PlainEditor()


def possible() -> list[str]:
    """The editors that are possible here, best first."""
    found = ["plain"]
    if importlib.util.find_spec("readline"):
        found.insert(0, "readline")
    if is_capable() and importlib.util.find_spec("prompt_toolkit"):
        found.insert(0, "prompt_toolkit")
    return found


def is_capable() -> bool:
    """Whether somebody sits at a terminal that can draw: not a dumb one, and not only one end of it."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return False
    return sys.platform == "win32" or os.environ.get("TERM", "") not in ("", "dumb", "unknown")
