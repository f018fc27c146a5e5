"""Several lines that are typed as one, and the one line that means the same."""

from __future__ import annotations

from vecalc.lang.parse import terminals
from vecalc.lang.runs import Structure


def one_line(block: str) -> str:
    """A line that means what a block of lines does: line ends are blanks in brackets, and `;` outside."""
    if "\n" not in block:
        return block
    structure = Structure(block, terminals())
    parts: list[str] = []
    for item, around in zip(structure.items, structure.around, strict=True):
        if item.kind == "end":
            parts = [*parts[:-1], parts[-1].rstrip()] if parts else parts
            parts.append(" " if around >= 0 else "; ")
        elif item.kind == "quote":
            parts.append(item.text.replace("\n", r"\n"))
        elif item.kind != "comment":
            parts.append(
                item.text.lstrip() if item.kind == "blank" and parts[-1:] in (["; "], [" "]) else item.text
            )
    return "".join(parts).strip()
