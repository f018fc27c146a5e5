"""Answers and errors as Python and a notebook show them: as text, HTML, and data frames."""

from __future__ import annotations

import copy
import io
import pickle
import re
import sys
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from rendering import EVERYTHING, NASTY_WORDS
from running import FAMILY
from running import vecalc as command

import vecalc
from vecalc import answers, errors
from vecalc.lang.nodes import Word
from vecalc.lang.show import quote
from vecalc.render.visible import visible
from vecalc.space.matrix import MatrixSpace

SUM = "king - man + woman"


@pytest.fixture
def calculate() -> vecalc.Calculator:
    return vecalc.Calculator(FAMILY, k=3)


# --- what is shown --------------------------------------------------------------------------

KINDS = {
    "ranking": SUM,
    "score": "cos(?, king)",
    "list": "[king, queen]",
    "matrix": "cos([king, queen], [man, woman])",
    "numbers": "norm([king, queen])",
    "number": "2^10",
    "attention": "attend(king, [queen, man])",
    "names": "A = king - man",
    "expectation": f"{SUM} => queen @3",
}


def test_an_answer_shows_itself_as_the_command_line_does(calculate: vecalc.Calculator) -> None:
    for text in KINDS.values():
        if "=" in text and "=>" not in text:
            continue
        answer = calculate(text)
        shown = command("-m", FAMILY, "-k", "3", "--format", "table", text, COLUMNS="80").out.rstrip("\n")
        with mock.patch.dict("os.environ", COLUMNS="80"):
            assert str(answer) == f"{answer}" == shown
        assert len(repr(answer)) < 150
        assert "\n" not in repr(answer)
    assert repr(calculate(SUM)).startswith(f"<Answer '{SUM}': queen 0.")
    assert repr(calculate("2^10")) == "<Answer '2^10': 1024>"
    assert str(calculate("A = king-man")).splitlines() == [
        "nothing to show: names were only assigned",
        "vecalc: note: king-man read as king - man",
    ]


def test_an_answer_can_be_printed_where_there_are_no_blocks(calculate: vecalc.Calculator) -> None:
    with mock.patch("sys.stdout") as stdout:
        stdout.encoding = "ascii"
        str(calculate(SUM)).encode("ascii")


def test_an_answer_stays_the_value_that_it_is(calculate: vecalc.Calculator) -> None:
    answer = calculate("2^10")
    assert isinstance(answer, vecalc.Answer)
    assert isinstance(answer, answers.Answer)
    asked, _, _, result, *_ = answer
    assert (asked.expr, result) == ("2^10", vecalc.Number(1024.0))
    for same in (pickle.loads(pickle.dumps(answer)), copy.copy(answer), copy.deepcopy(answer)):  # noqa: S301
        assert same == answer
        assert type(same) is vecalc.Answer
    assert len(pickle.dumps(calculate(SUM))) < 5000  # without the model
    assert isinstance(answer._replace(notes=("x",)), vecalc.Answer)


class _Reader(HTMLParser):
    """The tags of a page, which must be closed in order; its attributes and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.open.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            assert re.fullmatch(r"[a-z]{0,6}|width:[\d.]+%|background:rgba\([\d,.]+\)", value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    assert reader.tags <= {"div", "style", "table", "thead", "tbody", "tr", "th", "td", "pre"}
    assert reader.attributes <= {"class", "style"}
    assert not re.search(r"https?:|@import|url\(", page)
    return reader


def test_the_page_of_an_answer_says_what_the_table_says(calculate: vecalc.Calculator) -> None:
    for text in KINDS.values():
        answer = calculate(text)
        page = read(answer._repr_html_()).text
        for part in re.findall(r"\w[\w.]*", re.sub(r"[█▏▎▍▌▋▊▉]", "", str(answer).replace("vecalc: ", ""))):
            if answer.result is not None:
                assert part in page, (text, part)
        assert all(note in page for note in answer.notes)
    (failed,) = calculate.answers(["king + kong"])
    assert "1:8: unknown word 'kong'" in read(failed._repr_html_()).text
    assert "       ^^^^" in read(failed._repr_html_()).text


def test_no_word_can_break_a_page() -> None:
    """Words, labels, names of models, expressions and errors are text, in an answer of any kind."""
    tags = ["<script>alert(1)</script>", "</style>", '"><img src=x>', "&lt;"]
    names = [*dict.fromkeys(NASTY_WORDS), *tags]
    rows = np.random.default_rng(3).normal(size=(len(names), 6)).astype(np.float32)
    calculate = vecalc.Calculator(MatrixSpace(names, rows, "<b>model"), k=len(names))
    quoted = [vecalc.quote(tag) for tag in tags]
    listed = f"[{', '.join(quoted)}]"
    texts = [*quoted, listed, f"cos({listed}, {listed})", f"norm({listed})", f"attend({quoted[0]}, {listed})"]
    answered = vecalc.Answers([*calculate.answers(texts), *map(vecalc.Answer._make, EVERYTHING)])
    assert [one.error for one in answered[: len(texts)]] == [None] * len(texts)
    shown = read(answered._repr_html_()).text
    assert all(visible(line) == line for line in shown.split("\n"))
    for one in answered:
        assert visible(repr(one)) == repr(one)
        assert all(visible(line) == line for line in str(one).split("\n"))
    assert all(tag in shown for tag in tags)


def test_a_large_table_is_cut_and_says_so(calculate: vecalc.Calculator) -> None:
    with mock.patch.multiple("vecalc.render.hypertext", MOST_ROWS=2, MOST_COLUMNS=1):
        page = read(calculate("cos([king, queen, man], [man, woman])")._repr_html_()).text
    assert "2 of 3 rows, 1 of 2 columns; to_pandas() has all of it" in page
    assert "woman" not in page


# --- frames ---------------------------------------------------------------------------------


def test_frames_of_each_kind_say_the_same_in_every_package(calculate: vecalc.Calculator) -> None:
    columns = {
        "ranking": ["rank", "word", "score"],
        "score": ["rank", "word", "score"],
        "list": ["place", "label", "length", "rank", "word", "score"],
        "matrix": ["label", "man", "woman"],
        "numbers": ["label", "value"],
        "number": ["value"],
    }
    for kind, names in columns.items():
        answer = calculate(KINDS[kind])
        arrow, polars = answer.to_arrow(), answer.to_polars()
        assert arrow.column_names == polars.columns == names
        assert arrow.to_pydict() == polars.to_dict(as_series=False)
        pandas = answer.to_pandas()
        if "label" in names and kind != "list":
            assert pandas.index.tolist() == arrow["label"].to_pylist()
            pandas = pandas.reset_index(names="label")
        assert pandas.to_dict("list") == arrow.to_pydict()
    matrix = calculate("cos([king, king], [king, king])")
    assert matrix.to_polars().columns == ["label", "king", "king_2"]
    assert matrix.to_pandas().columns.tolist() == ["king", "king"]
    assert calculate("cos([king], [queen])").to_pandas().loc["king", "queen"] == pytest.approx(
        float(calculate.value("cos(king, queen)"))
    )
    (failed,) = calculate.answers(["kong"])
    with pytest.raises(errors.UnknownWords):
        failed.to_pandas()
    with pytest.raises(errors.NoValue, match="only assigned"):
        calculate("A = king").to_pandas()


def test_many_answers_are_one_frame(calculate: vecalc.Calculator) -> None:
    """The cells of `--format csv`."""
    texts = [text for text in KINDS.values() if "=" not in text] + ["kong"]
    answered = vecalc.Answers(calculate.answers(texts))
    frame = answered.to_pandas()
    asked = [part for text in texts for part in ("-e", text)]
    out = command("-m", FAMILY, "-k", "3", "--format", "csv", *asked).out
    csv = pd.read_csv(io.StringIO(out))
    assert frame.columns.tolist() == csv.columns.tolist()
    for name in frame.columns.drop("error"):  # of `passed` both are empty: no text expects anything
        mine, theirs = frame[name], csv[name]
        if name in ("score", "length"):
            assert mine.to_numpy() == pytest.approx(theirs.to_numpy(), abs=1e-5, nan_ok=True)
        else:
            assert mine.astype(object).where(mine.notna(), None).tolist() == (
                theirs.astype(object).where(theirs.notna(), None).tolist()
            )
    assert frame["error"].dropna().item().startswith(f"1:1: {csv['error'].dropna().item()}")
    assert vecalc.to_arrow(answered).to_pydict() == vecalc.to_polars(answered).to_dict(as_series=False)
    assert vecalc.to_pandas([]).columns.tolist() == frame.columns.tolist()
    named = calculate.answers([vecalc.Question("king", "q1"), vecalc.Question("queen", 2)])
    assert set(vecalc.to_pandas(named)["id"]) == {"q1", "2"}


@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_a_package_that_is_missing_is_named(package: str, calculate: vecalc.Calculator) -> None:
    answer = calculate("king")
    to = {"pandas": answer.to_pandas, "polars": answer.to_polars, "pyarrow": answer.to_arrow}[package]
    missing = mock.patch.dict(sys.modules, {package: None})
    with missing, pytest.raises(ImportError, match=f"pip install {package}"):
        to()


def test_that_nothing_is_left_is_said_once() -> None:
    for more in ({"min_score": 2.0}, {"match": "K*"}, {"match": "king*", "first": 1, "exclude": "inputs"}):
        answer = vecalc.Calculator(FAMILY, **more)("king")
        assert answer.notes[0].startswith("no candidate is left")
        for shown in (str(answer), answer._repr_html_(), repr(answer)):
            assert shown.count("no candidate is left") == 1
        assert ("no word matches K*" in str(answer)) == (more.get("match") == "K*")


# --- pictures -------------------------------------------------------------------------------


def test_a_notebook_shows_a_picture_in_a_frame_that_reaches_nothing(tmp_path: Path) -> None:
    words = ["king", "</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a&amp;b"]
    space = MatrixSpace(words, np.random.default_rng(0).normal(size=(len(words), 4)))
    for text in ("king", quote(words[2])):  # the second is a title that would end a tag
        picture = vecalc.Calculator(space).plot(text, everything=True, kind="map")
        assert set(words) <= set(picture.drawing.labels)
        shown = picture._repr_html_()
        tag = r'<iframe sandbox="allow-scripts" title="[^"<>]*" srcdoc="([^"<>]*)" style="[^"<>]*">'
        frame = re.fullmatch(f"{tag}</iframe>", shown)
        assert frame is not None  # nothing beside it, and no word ends an attribute
        picture.save(tmp_path / "x.html")
        page = unescape(frame[1])
        assert page == (tmp_path / "x.html").read_text("utf-8")
        assert page.count("<script") == page.count("</script>") == 2
        assert "<img" not in page


def test_an_answer_is_drawn_as_the_command_line_draws_it(
    calculate: vecalc.Calculator, tmp_path: Path
) -> None:
    for kind in ("ranking", "list", "matrix", "numbers", "score"):
        picture = calculate(KINDS[kind]).plot()
        shown = command(
            "plot", "-m", FAMILY, "-k", "3", KINDS[kind], terminal=True, COLUMNS="80", NO_COLOR="1"
        )
        with mock.patch.dict("os.environ", COLUMNS="80"):
            assert str(picture) == shown.out.rstrip("\n")
        assert picture.drawing.title in repr(picture)
        assert "\n" not in repr(picture)
    picture.save(tmp_path / "x.txt")
    assert (tmp_path / "x.txt").read_text("utf-8").startswith(picture.drawing.title)
    with pytest.raises(errors.UsageError, match=r"x\.gif: the suffix names no picture; pictures: \."):
        picture.save(tmp_path / "x.gif")
    with pytest.raises(errors.UsageError, match="theme can't be 'blue'"):
        picture.save(tmp_path / "x.svg", theme="blue")
    with pytest.raises(errors.UsageError, match="kind can't be 'pie'"):
        calculate.plot("king", kind="pie")
    with pytest.raises(TypeError, match="a plot has no option 'typ'; there are kind, by"):
        calculate.plot("king", typ="map")
    axes = calculate.plot("king, queen, man", axes=("woman - man", "king")).drawing.axes
    assert axes == calculate.plot("king, queen, man", axes="woman - man, king").drawing.axes


def test_a_picture_is_of_the_answer_whatever_has_changed_since(calculate: vecalc.Calculator) -> None:
    calculate("A = king")
    answer = calculate("A")
    before = answer.plot(kind="bars")
    calculate.set(norm="raw", metric="dot", k=1)
    calculate("A = queen")
    assert str(answer.plot(kind="bars")) == str(before)
    with pytest.raises(errors.UsageError, match="lost its calculator"):
        pickle.loads(pickle.dumps(answer)).plot()  # noqa: S301
    named = next(calculate.answers([vecalc.Question("king", names={"king": Word("queen", quoted=True)})]))
    with pytest.raises(errors.UsageError, match="the names in it stand for something else by now"):
        named.plot()
    (failed,) = calculate.answers(["kong"])
    with pytest.raises(errors.UnknownWords):
        failed.plot()


# --- errors ---------------------------------------------------------------------------------


def every_error() -> Iterator[errors.VecalcError]:
    for kind in vars(errors).values():
        if (
            isinstance(kind, type)
            and issubclass(kind, errors.VecalcError)
            and kind is not errors.UnknownWords
        ):
            yield kind("it is so", span=errors.Span(2, 4), hint="do this", where="here", suggestions=["x"])
    missing = errors.MissingWord("kong", errors.Span(0, 4), ("king",))
    yield errors.UnknownWords([missing], hint="did you mean king?")


def test_errors_can_be_pickled_and_copied() -> None:
    found = list(every_error())
    assert len(found) > 15
    for error in found:
        error.text = "a kong"
        for same in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
            assert type(same) is type(error)
            assert same.__dict__ == error.__dict__
            assert (str(same), same.args) == (str(error), error.args)


def test_an_error_is_told_as_on_the_command_line(calculate: vecalc.Calculator, tmp_path: Path) -> None:
    for text in ("king + kong", "king +* man", "king\n + kong", "king - king", "nrom(king)"):
        with pytest.raises(vecalc.VecalcError) as caught:
            calculate(text)
        said = command("-m", FAMILY, text).err.splitlines()
        assert f"vecalc: {caught.value}" == said[0]
        (answer,) = calculate.answers([text])
        assert str(answer.error) == str(caught.value)
        shown = caught.value._render_traceback_()
        assert shown == [f"{type(caught.value).__name__}: {caught.value}", *said[1:]]
        if text != "king - king":  # which has a value, and no neighbours
            with pytest.raises(vecalc.VecalcError) as again:
                calculate.value(text)
            assert again.value._render_traceback_() == shown
    for path in (tmp_path / "nope.bin", tmp_path / "no\x1bpe\n.bin"):
        with pytest.raises(vecalc.VecalcError) as caught:
            vecalc.load(path)
        assert f"vecalc: {caught.value}" == command("-m", path, "king").err.rstrip("\n")
