"""The prompt's `plot`: a picture on the screen, or in a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from vecalc.errors import ExpressionError, UnfinishedText, UsageError
from vecalc.shell.opening import InText, about, put
from vecalc.shell.pictures import picture, watching, with_picture
from vecalc.shell.repl import outputs
from vecalc.studies.plot import Around, PlotPlan, plot
from vecalc.studies.plot.plot_sheets import sheet_of

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

_FILE = re.compile(r"(.*\S)\s+-o\s+(\S.*)", re.DOTALL)


def draw(session: Session, argument: str) -> None:
    """Draw what an expression comes to. Raises `UsageError`, and `UnfinishedText` for an open bracket."""
    found = _FILE.fullmatch(argument)
    text, path = (found[1], found[2].strip()) if found else (argument, "")
    if not text:
        raise UsageError("an expression is missing", where="plot", hint="plot nearest(king, 30)")
    output = str(outputs.new_file(session, path)) if path else None
    request, drawer = with_picture(session.request._replace(output=output, format=None))
    plan = PlotPlan(near=getattr(drawer, "NEAR", 0))
    around = Around(lambda note: session.tell([note]), about, watching(request))
    try:
        drawing = plot(session.calculator, text, plan, around)
    except InText as wrong:
        if isinstance(wrong.problem, UnfinishedText):
            raise wrong.problem from None
        session.complain(wrong.problem, wrong.text)
        return
    except ExpressionError as problem:
        session.complain(problem, text)
        return
    if session.once or (output and drawer is None):
        session.once = session.once or output or ""
        session.show_sheets([sheet_of(drawing)])
        return
    data, notes = picture(drawing, drawer, request, "light")
    session.tell(notes)
    if output is None:
        session.show(data.decode())
        return
    put(data, request)
    session.known_files.add(Path(output).resolve())
