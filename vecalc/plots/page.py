"""A drawing as one HTML file, which is opened from disk and asks for nothing: no server, no network.

The file holds the drawing as data, a style sheet and a script. Its Content-Security-Policy allows nothing
but that style and that script, by their digests; so whatever a label says, none of it is fetched or run. The
script is the files of `web/` in their order, since a page from disk may not import modules. Numbers travel as
base64 of little-endian arrays: 65,000 words with ten neighbours each are some 9 MB. Same drawing, same bytes.
"""

from __future__ import annotations

import json
import pkgutil
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from vecalc.plots import Bars, Colouring, Drawing, Heat, Histogram, Look, Neighbourhoods, Scatter
from vecalc.render.visible import visible

if TYPE_CHECKING:
    from vecalc.arrays import AnyArray

SUFFIXES = (".html", ".htm")

NEAR = 10  # true neighbours of each point that a page wants to have

MOST_IN_A_NOTEBOOK = 2_000_000  # bytes; a notebook keeps every picture in its file
NO_NAME = "(empty)"  # a word without characters could be neither seen nor clicked

_FOLDER = "web"
_SCRIPTS = (
    *("data", "looks", "view", "stage", "gestures", "keys", "link", "search", "side"),  # for every kind
    *(
        "grid",
        "colours",
        "crowd",
        "dots",
        "names",
        "axes",
        "map",
        "chosen",
        "heat",
        "bars",
        "histogram",
        "main",
    ),
)
_Type: TypeAlias = Literal["f4", "f8", "i4", "u1"]
_ROLES = ("given", "result", "context")


def draw(drawing: Drawing, look: Look) -> bytes:
    """The page, UTF-8. Words stand in it as `visible` spells them.

    It opens dark where the look is, else as the reader's system is; its reader can change it.
    """
    style, script = _web("page.css"), _script()
    parts = {
        "policy": _policy(style, script),
        "theme": look.theme,
        "title": escape(_named(drawing.title)),
        "style": f"<style>{style}</style>",
        "data": f'<script type="application/json" id="drawing">{_json(plain(drawing))}</script>',
        "script": f"<script>{script}</script>",
        "remarks": "".join(f"<li>{escape(visible(remark))}</li>" for remark in drawing.remarks),
    }
    # In one pass: what was put in is not looked at again.
    page = re.sub(r"<!--(\w+)-->", lambda found: parts[found[1]], _web("page.html"))
    return page.encode("utf-8")


def fragment(drawing: Drawing) -> str:
    """The page for a notebook: HTML of an <iframe> that can neither reach the notebook nor be reached by it.

    A page of more than `MOST_IN_A_NOTEBOOK` bytes is not shown: the HTML says so, and what to do.
    """
    page = draw(drawing, Look())
    if len(page) > MOST_IN_A_NOTEBOOK:
        title = escape(_named(drawing.title))
        return (
            f"<p>{title}: this picture has {len(page) / 1e6:.1f} MB, too many for a notebook"
            f" (at most {MOST_IN_A_NOTEBOOK / 1e6:.0f} MB); write it to a file or draw fewer words.</p>"
        )
    inside = escape(page.decode("utf-8"))
    return (
        f'<iframe sandbox="allow-scripts" title="{escape(_named(drawing.title))}" srcdoc="{inside}"'
        ' style="width: 100%; height: 600px; border: 1px solid #8884; border-radius: 6px"></iframe>'
    )


def plain(drawing: Drawing) -> dict[str, Any]:
    """The drawing as the script reads it (types: `web/data.js`): texts as they are shown, arrays packed."""
    told = {"title": _named(drawing.title), "remarks": list(map(visible, drawing.remarks))}
    match drawing:
        case Scatter():
            return {"kind": "map", **told, **_scatter(drawing)}
        case Heat():
            table = drawing.table
            return {
                "kind": "heat",
                **told,
                "rows": _places(table.rows, len(table.values)),
                "columns": _places(table.columns, table.values.shape[1]) if table.values.ndim > 1 else [""],
                "values": _packed(table.values, "f8"),
            }
        case Bars():
            return {
                "kind": "bars",
                **told,
                "axis": visible(drawing.axis),
                "labels": list(map(_named, drawing.labels)),
                "values": _packed(drawing.values, "f8"),
            }
        case Histogram():
            return {
                "kind": "histogram",
                **told,
                "axis": visible(drawing.axis),
                "edges": _packed(drawing.edges, "f8"),
                "counts": _packed(drawing.counts, "f8"),
                "marks": [_named(name) for name, _ in drawing.marks],
                "at": _packed(np.array([value for _, value in drawing.marks]), "f8"),
            }


def _scatter(drawing: Scatter) -> dict[str, Any]:
    labels = list(map(_named, drawing.labels))
    return {
        "axes": list(map(visible, drawing.axes)),
        "even": drawing.even,
        "labels": labels,
        "places": _packed(drawing.places, "f4"),
        "roles": _packed(np.array([_ROLES.index(role) for role in drawing.roles]), "u1"),
        "kept": _packed(drawing.kept, "f4"),
        "arrows": _packed(np.array(drawing.arrows), "i4"),
        "near": _near(drawing.near, len(labels)) if drawing.near else None,
        "colouring": _colouring(drawing.colouring) if drawing.colouring else None,
    }


def _near(near: Neighbourhoods, points: int) -> dict[str, Any]:
    """`others` are the words that are not points: row `points + i` of the rows means the i-th of them."""
    return {
        "others": list(map(_named, near.words[points:])),
        "width": near.rows.shape[1],
        "rows": _packed(near.rows, "i4"),
        "scores": _packed(near.scores, "f4"),
    }


def _colouring(colouring: Colouring) -> dict[str, Any]:
    """Numbers; or names, each once, the most frequent first, and a place in them for each point."""
    values, name = colouring.values, visible(colouring.name)
    if not isinstance(values, tuple):
        return {"name": name, "numbers": _packed(values, "f4")}
    shown = list(map(visible, values))
    counts: dict[str, int] = {}
    for value in shown:
        counts[value] = counts.get(value, 0) + 1
    names = sorted(counts, key=lambda value: -counts[value])
    place = {value: at for at, value in enumerate(names)}
    return {
        "name": name,
        "names": names,
        "groups": _packed(np.array([place[value] for value in shown]), "i4"),
    }


def _named(word: str) -> str:
    return visible(word) or NO_NAME


def _places(labels: tuple[str, ...], count: int) -> list[str]:
    """Labels of rows or columns; the place, from 1, where there is none."""
    given = labels or ("",) * count
    return [visible(label) or str(place) for place, label in enumerate(given, start=1)]


def _packed(values: AnyArray, kind: _Type) -> str:
    """An array as text: its type, then base64."""
    return f"{kind}:{b64encode(np.ascontiguousarray(values, dtype='<' + kind).tobytes()).decode('ascii')}"


def _json(value: dict[str, Any]) -> str:
    """JSON that can stand inside a script element: without `<` nothing ends that or begins a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _policy(style: str, script: str) -> str:
    digests = [b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii") for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}';"
        " base-uri 'none'; form-action 'none'"
    )


@cache
def _script() -> str:
    inside = "\n".join(_web(f"{name}.js") for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{inside}}})();\n'


@cache
def _web(name: str) -> str:
    return (pkgutil.get_data("vecalc.plots", f"{_FOLDER}/{name}") or b"").decode("utf-8")
