"""A test report as CI servers read it: a case for each answer, passed, failed (`=>` was missed) or an error.

The layout is that of JUnit: `testsuites`, `testsuite`, `testcase` with `failure` or `error`. The attributes
that count them (`tests`, `failures`, `errors`) are left out, for a report is written while the lines are
answered; whoever reads it counts its cases. A line without an expectation passes when it has an answer.
"""

from __future__ import annotations

import re
from html import escape

from vecalc.answers import Answer, Expected, Ranking, Scored
from vecalc.render import Style
from vecalc.render.cells import heading
from vecalc.render.visible import visible

HOLDS = "expectations"  # what a document of this format can hold
# What XML 1.0 has no way to write, not even as a reference; section 2.2 of its specification.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def begin(style: Style) -> str:
    """The report opens, and its only suite."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite name="vecalc">\n'


def answer(answer: Answer, style: Style, index: int) -> str:
    """One test case."""
    asked = answer.asked
    file, _, line = asked.where.rpartition(":")
    place = {"file": file, "line": line} if file and line.isdecimal() else {}
    case = _attributes(classname=file or asked.model, name=heading(answer), **place)
    outcome = _outcome(answer)
    return f"<testcase{case}>\n{outcome}</testcase>\n" if outcome else f"<testcase{case}/>\n"


def end(style: Style) -> str:
    """The suite and the report close."""
    return "</testsuite>\n</testsuites>\n"


def _outcome(answer: Answer) -> str:
    """What keeps a case from passing; "" for one that passes."""
    if (error := answer.error) is not None:
        told = "; ".join(filter(None, (error.message, error.hint)))
        return f"<error{_attributes(message=error.message, type=error.kind)}>{_safe(told)}</error>\n"
    if (wanted := answer.expected) is None or wanted.passed:
        return ""
    attributes = _attributes(message=_missed(wanted), type="expectation")
    return f"<failure{attributes}>{_safe(_found(answer))}</failure>\n"


def _missed(wanted: Expected) -> str:
    """What was expected, and what came."""
    place = "first" if wanted.at == 1 else f"among the first {wanted.at}"
    rank = "is no candidate" if wanted.rank is None else f"has rank {wanted.rank:,}"
    return f"{wanted.word} was expected {place}, and {rank}"


def _found(answer: Answer) -> str:
    """The neighbours that came instead."""
    if not isinstance(answer.result, Ranking | Scored):
        return ""
    return ", ".join(f"{near.rank} {near.word} {near.score:.6f}" for near in answer.result.neighbours)


def _attributes(**values: str) -> str:
    return "".join(f' {name}="{_safe(value)}"' for name, value in values.items())


def _safe(text: str) -> str:
    """Text that is neither markup nor anything that XML can't hold: controls are spelled out."""
    spelled = _FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", visible(text))
    return escape(spelled)
