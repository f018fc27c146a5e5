"""Models and calculators as Python has them: what may be given, what is told, what is refused."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import pytest
from running import FAMILY
from running import vecalc as command

import vecalc
from vecalc import errors
from vecalc.api.asking import OptionChanges
from vecalc.api.spaces import HowToOpen
from vecalc.engine.question import Options
from vecalc.sources import Reading
from vecalc.space.matrix import MatrixSpace

SUM = "king - man + woman"


def words(answer: vecalc.Answer) -> list[str]:
    return answer.to_pandas()["word"].tolist()


@pytest.fixture
def calculate() -> vecalc.Calculator:
    return vecalc.Calculator(FAMILY, k=3)


# --- models ---------------------------------------------------------------------------------


def test_a_calculator_takes_a_model_in_any_form() -> None:
    loaded = vecalc.load(FAMILY)
    names = list(loaded.space.words())
    rows = {name: row for row, name in enumerate(names)}
    kv = SimpleNamespace(
        index_to_key=names, key_to_index=rows, vectors=loaded.space.vectors(range(len(rows)))
    )
    holder = SimpleNamespace(wv=kv)
    models = [FAMILY, str(FAMILY), vecalc.open(FAMILY), loaded, tuple(loaded), loaded.space, kv, holder]
    assert [words(vecalc.Calculator(model, k=1)(SUM)) for model in models] == [["queen"]] * len(models)
    named = vecalc.Calculator({"a": str(FAMILY), "b": kv, "c": vecalc.open("starter")})
    assert list(named.spaces) == ["a", "b", "c"]
    assert words(named("b:king - b:man + b:woman"))[0] == "queen"
    assert vecalc.Calculator().spaces[""].name == "starter"


@pytest.mark.parametrize("nothing", [3, None, (1, 2), b"x", [FAMILY], {}, {"a": 3}, Options()], ids=repr)
def test_what_is_no_model_is_refused(nothing: Any) -> None:
    with pytest.raises(TypeError, match="it takes a model's name or path, a space,"):
        vecalc.Calculator(nothing)


def test_open_opens_what_the_command_line_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Aliases and imported models by name, parts, paths with an equals sign; large files by the cache."""
    monkeypatch.chdir(tmp_path)
    large = MatrixSpace([f"w{i}" for i in range(4000)], np.ones((4000, 80), np.float32))
    vecalc.save(large, tmp_path / "large.bin")
    Path("a=b.txt").write_bytes(FAMILY.read_bytes())
    assert command("models", "add", "kept", FAMILY, "--import").code == 0
    assert command("models", "add", "alias", FAMILY).code == 0
    for name in ("kept", "alias", "a=b.txt", FAMILY):
        assert words(vecalc.Calculator(name, k=1)(SUM)) == ["queen"]
    with mock.patch("vecalc.library.vector_models.read_into_memory", side_effect=AssertionError):
        space = vecalc.open("large.bin")
    assert space.codes is not None  # what makes a search fast, which only a store has
    assert repr(space) == "<large.bin: 4,000 words × 80>"
    with pytest.raises(errors.FileProblem, match=r"nope\.bin: no such file"):
        vecalc.open("nope.bin")
    with pytest.raises(TypeError, match="no option 'stict'; there are"):
        vecalc.open(FAMILY, stict=True)  # type: ignore[call-overload]


def test_a_models_own_norm_and_metric_count_unless_others_are_named() -> None:
    assert command("models", "add", "own", FAMILY, "--norm", "raw", "--metric", "dot").code == 0
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
    assert {note.rpartition("/")[2] for note in told} == {"odd.txt: malformed rows left out: 1"}
    with pytest.warns(vecalc.VecalcWarning, match="not in the model: 1"):
        vecalc.Calculator(FAMILY, among=["king", "kong"])
    with pytest.raises(errors.FileProblem):
        vecalc.open(odd, strict=True)


def test_options_are_checked(calculate: vecalc.Calculator) -> None:
    for changes in (
        {"norm": "foo"},
        {"k": 0},
        {"k": 2.5},
        {"first": 0},
        {"among": "king"},
        {"among": ["xx"]},
    ):
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
    assert tuple(OptionChanges.__annotations__) == Options._fields
    by_reference = {"member", "part", "parts", "chosen"}
    assert HowToOpen.__annotations__.keys() >= set(Reading._fields) - by_reference


# --- many threads ---------------------------------------------------------------------------


def test_threads_may_share_a_calculator(calculate: vecalc.Calculator) -> None:
    texts = [
        SUM,
        "[king, queen]",
        "cos(?, king)",
        "cos([king], [man, woman])",
        "combined(king, man)",
        "kong",
        "2^10",
    ]
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


def test_of_several_expressions_the_last_is_given_and_said() -> None:
    answer = vecalc.Calculator(k=1)("king; 2^10")
    assert answer.result == vecalc.Number(1024)
    assert answer.notes == ("the last of 2 expressions; answers([text]) gives all of them",)
    assert vecalc.Calculator(k=1)("A = king; A").notes == ()
