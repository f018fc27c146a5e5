"""Several expressions in one text, with commas between them."""

from __future__ import annotations

from vecalc.engine.as_typed import read
from vecalc.engine.calculator import Calculator
from vecalc.errors import NOWHERE, SyntaxProblem
from vecalc.lang.nodes import ListOf


def parts_of(calculator: Calculator, text: str) -> list[str]:
    """The expressions between the commas of a text, or the text itself where it is one."""
    if "," not in text:
        return [text.strip()] if text.strip() else []
    try:
        statements = read(calculator, f"[{text}]", calculator.scope.names)[0]
    except SyntaxProblem:
        return [text.strip()]
    (found,) = statements if len(statements) == 1 else (None,)
    if not isinstance(found, ListOf) or any(item.span == NOWHERE for item in found.items):
        return [text.strip()]
    ends = [item.span.start - 1 for item in found.items[1:]]
    pieces = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    return [piece.strip().removesuffix(",").strip() for piece in pieces]
