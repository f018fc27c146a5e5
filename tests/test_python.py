"""Models, answers and errors as Python has them: what may be given, and what is shown of it."""

from __future__ import annotations

import contextlib
import copy
import importlib
import pickle
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hostile import HOSTILE
from running import FAMILY, vecalc as command, write_model

import vecalc
from vecalc import answers, errors
from vecalc.api import frames
from vecalc.engine.question import Options

SUM = "king - man + woman"


def words(answer: vecalc.Answer) -> list[str]:
    return answer.to_pandas()["word"].tolist()


@pytest.fixture
def calculate() -> vecalc.Calculator:
    return vecalc.Calculator(FAMILY, k=3)


# --- models ---------------------------------------------------------------------------------


def test_a_calculator_takes_a_model_in_any_form(tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what gensim warns of is none of our business
        kv = KeyedVectors(8)
        loaded = vecalc.load(FAMILY)
        kv.add_vectors(list(loaded.space.words()), loaded.space.vectors(range(len(loaded.space)), np.float32))
    holder = type("Word2Vec", (), {"wv": kv})()
    models = [FAMILY, str(FAMILY), vecalc.open(FAMILY), loaded, tuple(loaded), loaded.space, kv, holder]
    found = {tuple(words(vecalc.Calculator(model, k=2)(SUM))) for model in models}
    assert found == {("queen", "princess")} or len(found) == 1
    named = vecalc.Calculator({"a": str(FAMILY), "b": kv, "c": vecalc.open("starter")})
    assert list(named.spaces) == ["a", "b", "c"]
    assert words(named("b:king - b:man + b:woman"))[0] == "queen"
    assert vecalc.Calculator().spaces[""].name == "starter"


@pytest.mark.parametrize("nothing", [3, None, (1, 2), b"x", [FAMILY], {}, {"a": 3}, Options()], ids=repr)
def test_what_is_no_model_is_refused(nothing: Any) -> None:
    with pytest.raises(TypeError, match="it takes a model's name or path, a space, what vecalc.load returns"):
        vecalc.Calculator(nothing)


def test_open_opens_what_the_command_line_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Aliases and imported models by name, parts, paths with an equals sign; large files by the cache."""
    monkeypatch.chdir(tmp_path)
    write_model(tmp_path / "large.bin", rows=4000, width=80)
    Path("a=b.txt").write_bytes(FAMILY.read_bytes())
    assert command("models", "import", FAMILY, "--name", "kept").code == 0
    assert command("models", "alias", "family", FAMILY).code == 0 or command("models", "--help").out
    for name in ("kept", "a=b.txt", FAMILY):
        assert words(vecalc.Calculator(name, k=1)(SUM)) == ["queen"]
    with mock.patch("vecalc.library.vector_models.read_into_memory", side_effect=AssertionError):
        space = vecalc.open("large.bin")
    assert space.codes is not None  # what makes a search fast, which only a store has
    assert repr(space) == "<large.bin: 4,000 words × 80>"
    with pytest.raises(errors.FileProblem, match=r"nope\.bin: no such file"):
        vecalc.open("nope.bin")
    with pytest.raises(TypeError, match="vecalc.open has no option 'stict'; there are"):
        vecalc.open(FAMILY, stict=True)  # type: ignore[call-overload]


def test_a_models_own_norm_and_metric_count_unless_others_are_named() -> None:
    assert command("models", "import", FAMILY, "--name", "own").code == 0
    assert command("models", "set", "own", "--norm", "raw", "--metric", "dot").code == 0
    by_name, opened = vecalc.Calculator("own"), vecalc.Calculator(vecalc.open("own"), norm="unit")
    assert (by_name.options.norm, by_name.options.metric) == ("raw", "dot")
    assert (opened.options.norm, opened.options.metric) == ("unit", "dot")
    as_it_is = vecalc.Calculator("own", Options(k=2))
    assert (as_it_is.options.norm, as_it_is.options.k) == ("rms", 2)


def test_what_was_put_up_with_is_never_silent(tmp_path: Path) -> None:
    odd = tmp_path / "odd.txt"
    odd.write_text("".join(f"word{i} 1 2 {i}\n" for i in range(100)) + "torn 1\n")
    with pytest.warns(vecalc.VecalcWarning, match="odd.txt: ") as caught:
        vecalc.open(odd)
    assert Path(caught[0].filename) == Path(__file__)  # the line of the user's, not one of ours
    told: list[str] = []
    vecalc.open(odd, notes=told.append)
    vecalc.Calculator(odd, notes=told.append)
    vecalc.Calculator(vecalc.load(odd), notes=told.append)
    assert len(told) == 3
    assert len(set(told)) == 1
    with pytest.warns(vecalc.VecalcWarning, match="not in the model: 1"):
        vecalc.Calculator(FAMILY, among=["king", "kong"])
    with pytest.raises(errors.FileProblem):
        vecalc.open(odd, strict=True)


def test_options_are_checked(calculate: vecalc.Calculator) -> None:
    for changes in ({"norm": "foo"}, {"k": 0}, {"k": 2.5}, {"first": 0}, {"among": "king"}, {"among": ["xx"]}):
        before = calculate.options
        with pytest.raises(errors.UsageError):
            calculate.set(**changes)
        assert calculate.options == before
    for make in (calculate.set, vecalc.Calculator):
        with pytest.raises(TypeError, match="there is no option 'kk'; there are k, norm"):
            make(kk=3)
    with pytest.raises(errors.UsageError, match="there is no space 'x'"):
        calculate.use("x")
    with pytest.raises(TypeError, match="several texts"):
        next(calculate.answers("king"))


def test_every_option_can_be_given_by_name() -> None:
    from vecalc.api.asking import OptionChanges
    from vecalc.api.spaces import HowToOpen
    from vecalc.sources import Reading

    assert tuple(OptionChanges.__annotations__) == Options._fields
    by_reference = {"member", "part", "parts", "chosen"}
    assert HowToOpen.__annotations__.keys() >= set(Reading._fields) - by_reference


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
        "vecalc: note: king-man read as king - man",
        "nothing to show: names were only assigned",
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


def test_no_word_can_break_a_page(tmp_path: Path) -> None:
    """Of an answer of any kind: words, labels, names of models and expressions are text, and all of it is seen."""
    evil = [word for word in dict.fromkeys([*HOSTILE, "<script>alert(1)</script>", "</style>", '"><img src=x>', "&lt;"])]
    model = write_words(tmp_path / "<b>model.txt", evil)
    calculate = vecalc.Calculator(model, k=len(evil))
    quoted = [vecalc.quote(word) for word in evil]
    listed = f"[{', '.join(quoted)}]"
    texts = [*quoted, listed, f"cos({listed}, {listed})", f"norm({listed})", "kong", f"attend({quoted[0]}, {listed})"]
    answered = vecalc.Answers(calculate.answers(texts))
    assert sum(one.error is None for one in answered) >= len(quoted)
    for page in (*(one._repr_html_() for one in answered), answered._repr_html_()):
        shown = read(page).text
        assert all(c.isprintable() or c == "\n" for c in shown if c not in "\u200c\u200d")
    for one in answered:
        assert repr(one).isprintable() or "\u200d" in repr(one)
        assert "\x1b" not in str(one)
    assert "<script>alert(1)</script>" in read(answered._repr_html_()).text


def write_words(path: Path, names: list[str]) -> vecalc.VectorSpace:
    from vecalc.space.matrix import MatrixSpace

    rng = np.random.default_rng(3)
    return MatrixSpace(names, rng.normal(size=(len(names), 6)).astype(np.float32), path.name)


def test_a_large_table_is_cut_and_says_so(calculate: vecalc.Calculator) -> None:
    with mock.patch("vecalc.render.hypertext.MOST_ROWS", 2), mock.patch("vecalc.render.hypertext.MOST_COLUMNS", 1):
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
    import io

    import pandas as pd

    texts = [text for text in KINDS.values() if "=" not in text] + ["kong"]
    answered = vecalc.Answers(calculate.answers(texts))
    frame = answered.to_pandas()
    out = command("-m", FAMILY, "-k", "3", "--format", "csv", *(f"-e{t}" for t in texts)).out
    csv = pd.read_csv(io.StringIO(out))
    assert frame.columns.tolist() == csv.columns.tolist()
    for name in frame.columns.drop("error"):
        mine, theirs = frame[name], csv[name]
        if name in ("score", "length"):
            assert mine.to_numpy() == pytest.approx(theirs.to_numpy(), abs=1e-5, nan_ok=True)
        else:
            assert mine.astype(object).where(mine.notna(), None).tolist() == (
                theirs.astype(object).where(theirs.notna(), None).tolist()
            )
    assert frame["error"].dropna().tolist() == ["1:1: " + e.partition(";")[0] for e in []] or frame[
        "error"
    ].dropna().item().startswith("1:1: unknown word 'kong'")
    assert vecalc.to_arrow(answered).to_pydict() == vecalc.to_polars(answered).to_dict(as_series=False)
    assert vecalc.to_pandas([]).columns.tolist() == frame.columns.tolist()
    named = calculate.answers([vecalc.Question("king", "q1"), vecalc.Question("queen", 2)])
    assert set(vecalc.to_pandas(named)["id"]) == {"q1", "2"}


@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_a_package_that_is_missing_is_named(package: str, calculate: vecalc.Calculator) -> None:
    answer = calculate("king")
    to = {"pandas": answer.to_pandas, "polars": answer.to_polars, "pyarrow": answer.to_arrow}[package]
    with mock.patch.dict(sys.modules, {package: None}), pytest.raises(ImportError, match=f"pip install {package}"):
        to()


# --- errors ---------------------------------------------------------------------------------


def every_error() -> Iterator[errors.VecalcError]:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.VecalcError) and kind is not errors.UnknownWords:
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


def test_an_error_as_text_is_the_line_of_the_command_line(calculate: vecalc.Calculator, tmp_path: Path) -> None:
    for text in ("king + kong", "king +* man", "king\n + kong", "king - king", "nrom(king)"):
        with pytest.raises(vecalc.VecalcError) as caught:
            calculate(text)
        said = command("-m", FAMILY, text).err.splitlines()
        assert f"vecalc: {caught.value}" == said[0]
        (answer,) = calculate.answers([text])
        assert str(answer.error) == str(caught.value)
        shown = caught.value._render_traceback_()
        assert shown == [f"{type(caught.value).__name__}: {caught.value}", *said[1:]]
        with pytest.raises(vecalc.VecalcError) as again:
            calculate.value(text)
        assert again.value._render_traceback_() == shown
    for path in (tmp_path / "nope.bin", tmp_path / "no\x1bpe\n.bin"):
        with pytest.raises(vecalc.VecalcError) as caught:
            vecalc.load(path)
        assert f"vecalc: {caught.value}" == command("-m", path, "king").err.rstrip("\n")


# --- many threads ---------------------------------------------------------------------------


def test_threads_may_share_a_calculator(calculate: vecalc.Calculator) -> None:
    texts = [SUM, "[king, queen]", "cos(?, king)", "cos([king], [man, woman])", "combined(king, man)", "kong", "2^10"]
    alone = [one.to_dict() for one in vecalc.Calculator(FAMILY, k=3).answers(texts)]

    def ask(_: int) -> list[dict[str, object]]:
        return [one.to_dict() for text in texts for one in calculate.answers([text])]

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(ask, range(40)))
    finally:
        sys.setswitchinterval(before)
    for one in alone:
        one["id"] = 1
    assert all(some == alone for some in found)
