"""The test report: its layout, what passes and what fails, and that nothing that is typed breaks it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from rendering import EVERYTHING, NASTY, NASTY_ERROR, document
from running import FAMILY, vecalc

INSIDE = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}, "testcase": {"failure", "error"}}
LINES = """\
king - man + woman => queen
king => kings @9
king => man @1
cos(king, queen)
kign => queen
[king
"""


def checked(text: str) -> Element:
    """A report whose layout is that of JUnit."""
    root = ElementTree.fromstring(text.encode())  # noqa: S314 - it is our own
    assert root.tag == "testsuites"
    for element in root.iter():
        assert {child.tag for child in element} <= INSIDE.get(element.tag, set())
        if element.tag == "testcase":
            assert element.attrib["name"]
            assert element.attrib["classname"]
            assert len(element) <= 1
        if element.tag in ("failure", "error"):
            assert element.attrib["message"]
            assert element.attrib["type"]
    return root


def test_a_file_of_expectations_is_a_report(tmp_path: Path) -> None:
    (file := tmp_path / "model.vec").write_text(LINES)
    out = tmp_path / "report.xml"
    done = vecalc("-m", FAMILY, "-f", file, "-o", out, "-q")  # the suffix says what it is
    assert (done.code, done.out) == (1, "")
    root = checked(out.read_text("utf-8"))
    cases = list(root.iter("testcase"))
    assert [case.get("name") for case in cases] == LINES.splitlines()
    outcomes = ["".join(child.tag for child in case) for case in cases]
    assert outcomes == ["", "", "failure", "", "error", "error"]
    assert [case.get("line") for case in cases] == [str(number) for number in range(1, 7)]
    assert {case.get("file") for case in cases} == {case.get("classname") for case in cases} == {str(file)}
    (failure,) = root.iter("failure")
    assert failure.get("message", "").startswith("man was expected first, and has rank ")
    assert "1 kings " in (failure.text or "")
    unknown, syntax = root.iter("error")
    assert unknown.get("type") == "unknown word"
    assert "did you mean king" in (unknown.text or "")
    assert syntax.get("type") == "syntax"


def test_a_report_counts_what_the_exit_code_says() -> None:
    for typed, code, bad in (
        (("king => kings @9",), 0, 0),
        (("king => man @1", "zzz"), 1, 2),
        (("zzz",), 3, 1),
    ):
        done = vecalc("-m", FAMILY, *typed, "--format", "junit", "-q")
        root = checked(done.out)
        assert len(list(root.iter("testcase"))) == len(typed)
        assert len(list(root.iter("failure"))) + len(list(root.iter("error"))) == bad
        assert done.code == code


def test_a_report_is_written_line_by_line(tmp_path: Path) -> None:
    """What is there when a run is stopped and resumed is the same as what one run writes."""
    (tmp_path / "q.vec").write_text(LINES)
    whole, resumed = (tmp_path / name for name in ("whole.xml", "resumed.xml"))
    vecalc("-m", FAMILY, "-f", tmp_path / "q.vec", "-o", whole, "-q")
    vecalc("-m", FAMILY, "-f", tmp_path / "q.vec", "-o", resumed, "--resume", "-q")
    assert resumed.read_bytes() == whole.read_bytes()


def test_what_xml_cannot_hold_is_spelled_out() -> None:
    text = document("junit", [*EVERYTHING, NASTY, NASTY_ERROR])
    root = checked(text)
    assert len(list(root.iter("testcase"))) == len(EVERYTHING) + 2
    assert "\\x1b" in text or "\\u001b" in text
    odd = vecalc("--words", "-m", FAMILY, "]]>\x01<!--&\ufffe", "--format", "junit").out
    (case,) = checked(odd).iter("testcase")
    assert case.get("name") == "]]>\\x01<!--&\\ufffe"


def test_a_table_is_no_report() -> None:
    done = vecalc("words", "-m", FAMILY, "--format", "junit")
    assert (done.code, done.out) == (2, "")
    assert "'junit' is for expectations, this is a table" in done.err
