"""Notebooks: the magics, as a person types them, and the example as Jupyter runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from running import FAMILY

import vecalc
from vecalc import errors

NOTEBOOK = Path(__file__).parents[1] / "examples" / "notebook.ipynb"
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def ipython() -> Iterator[Any]:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    yield InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    InteractiveShell.clear_instance()


@pytest.fixture
def run(ipython: Any) -> Iterator[Run]:
    """Runs a cell; what it is worth, or raises what it raised."""
    ipython.run_line_magic("load_ext", "vecalc")

    def cell(text: str) -> Any:
        done = ipython.run_cell(text)
        done.raise_error()
        return done.result

    yield cell
    ipython.run_line_magic("unload_ext", "vecalc")


def words(answer: vecalc.Answer) -> list[str]:
    return answer.to_pandas()["word"].tolist()


def test_a_line_is_an_answer(run: Run) -> None:
    answer = run("%vecalc king - man + woman")
    assert isinstance(answer, vecalc.Answer)
    assert words(answer)[0] == "queen"
    assert run("x = %vecalc 2^10\nx.result.value") == 1024


def test_options_stand_before_the_expression_and_count_for_it(run: Run) -> None:
    three = run(f"%vecalc -m '{FAMILY}' -k 3 --norm=unit king - man + woman")
    assert (len(three.result.neighbours), three.asked.norm, three.asked.model) == (3, "unit", "family.txt")
    after = run("%vecalc king")
    assert (len(after.result.neighbours), after.asked.norm, after.asked.model) == (10, "rms", "starter")
    assert run("%vecalc -k2 -king + queen").asked.expr == "-king + queen"
    assert run("%vecalc -- -king + queen").asked.expr == "-king + queen"
    assert run("%vecalc --norm raw -k 2 \"king\" - 'man'").asked.expr == "\"king\" - 'man'"


def test_options_without_an_expression_stay(run: Run) -> None:
    assert repr(run(f"%vecalc -m f={FAMILY} -m starter -k 2")).endswith("f=<f: 13 words × 4>>")
    assert len(run("%vecalc f:king").result.neighbours) == 2
    assert len(run("%vecalc -k 1 f:king").result.neighbours) == 1
    assert run("%vecalc --metric dot") is run("%vecalc")
    both = run("%vecalc f:king")
    assert (len(both.result.neighbours), both.asked.metric) == (2, "dot")


def test_names_stay_bound_and_the_last_answer_has_one(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("%vecalc royal = king-man") is None
    assert capsys.readouterr().out == "vecalc: note: king-man read as king - man\n"
    assert words(run("%vecalc royal + woman"))[0] == "queen"
    assert words(run("%vecalc _")) == words(run("%vecalc royal + woman"))
    assert words(run("%vecalc --let 'c=queen' -k 1 --exclude none c")) == ["queen"]


def test_a_cell_is_a_batch(run: Run) -> None:
    answers = run(f"%%vecalc -m '{FAMILY}' -k 1\nroyal = king - man\n\n# a remark\nroyal + woman\nkong\n2^10")
    assert isinstance(answers, vecalc.Answers)
    assert [(one.asked.id, one.error is None) for one in answers] == [(4, True), (5, False), (6, True)]
    assert words(answers[0]) == ["queen"]
    assert answers[2].result == vecalc.Number(1024)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%vecalc --foo king", "%vecalc: no such option '--foo'; %vecalc? shows its options"),
        ("%vecalc -o out.txt king", "%vecalc: no such option '-o'"),
        ("%vecalc --norm foo king", "%vecalc --norm: there is no 'foo'; choose rms, unit or raw; %vecalc?"),
        ("%vecalc -k", "%vecalc: option '-k' requires an argument"),
        ("%vecalc -m a=x -m a=y king", "the name 'a' is given twice"),
        ("%vecalc -m nope.bin king", "nope.bin: no such file"),
        ("%vecalc king + kign", "1:8: unknown word 'kign'"),
        ("%%vecalc king\nqueen", "%%vecalc: expressions stand below it"),
        ("%vecalc --let '1=2' king", "--let"),
    ],
)
def test_what_is_wrong_is_told(line: str, message: str, run: Run) -> None:
    with pytest.raises(errors.VecalcError) as caught:
        run(line)
    assert message in str(caught.value)


def test_an_error_is_shown_without_our_frames(
    run: Run, ipython: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for cell in ("%vecalc king + kign", "import vecalc\nvecalc.Calculator()('king + kign')"):
        ipython.run_cell(cell)
        shown = capsys.readouterr().out + capsys.readouterr().err
        first, *marked = shown.strip("\n").split("\n")
        assert first.startswith("UnknownWords: 1:8: unknown word 'kign'; did you mean king")
        assert marked == ["    king + kign", "           ^^^^"]


def test_help_lists_the_options(run: Run, ipython: Any) -> None:
    text = ipython.find_line_magic("vecalc").__doc__
    for option in ("--norm", "-k, --top", "--among", "-m, --model", "--let"):
        assert option in text
    assert "--output" not in text


def test_in_a_terminal_an_answer_is_its_table(run: Run, ipython: Any) -> None:
    def shown(value: object) -> str:
        return str(ipython.display_formatter.formatters["text/plain"](value))

    answer = run("%vecalc -k 1 king")
    assert shown(answer) == str(answer)
    assert shown([answer]) == f"[{answer!r}]"
    assert shown(vecalc.Answers([answer])) == f"king\n{answer}"


@pytest.mark.slow
def test_the_notebook_runs_and_every_answer_is_a_table() -> None:
    import nbformat
    from nbclient import NotebookClient

    held = json.loads(NOTEBOOK.read_text("utf-8"))
    assert all(not cell.get("outputs") and not cell.get("execution_count") for cell in held["cells"])
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [len(found) for found in outputs].count(0) == 2  # %load_ext, and a name that is bound
    for found in outputs:
        assert all(output["output_type"] == "execute_result" for output in found)
        assert all(
            "text/html" in output["data"] or "dtype" in output["data"]["text/plain"] for output in found
        )
        assert all("image/png" not in output["data"] for output in found)
    assert "queen" in outputs[0][0]["data"]["text/html"]


USER = """
import pandas as pd
import vecalc

calculate = vecalc.Calculator("starter", k=5, norm="unit")
space: vecalc.VectorSpace = vecalc.open("starter", strict=True)
spaces: dict[str, vecalc.VectorSpace] = vecalc.open({"a": "starter", "b": space})
both = vecalc.Calculator({"": vecalc.load("vectors.txt"), "b": space}, vecalc.Options(k=3))


def first(answer: vecalc.Answer) -> str:
    match answer.result:
        case vecalc.Ranking(neighbours) | vecalc.Scored(neighbours):
            return neighbours[0].word
        case vecalc.Number(value):
            return f"{value:.3f}"
        case _:
            return str(answer.error)


answer = calculate("king")
frame = answer.to_pandas()
shown: str = first(answer) + str(answer.plot(kind="map"))
answers = vecalc.Answers(calculate.answers(["king", vecalc.Question("queen")]))
calculate.plot("king, queen", axes=("man", "woman")).save("x.svg", theme="dark")
record: dict[str, object] = answers[0].to_dict()
reveal_type(answer)
"""
WRONG = """
import vecalc

vecalc.Calculator(k="5")
vecalc.Calculator(nrom="unit")
vecalc.open("starter", stict=True)
vecalc.Calculator()("king").plot(kind="pie")
"""


@pytest.mark.slow
def test_a_users_script_is_checked_by_the_types(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER)
    (tmp_path / "wrong.py").write_text(WRONG)
    (tmp_path / "mypy.ini").write_text(
        "[mypy]\nstrict = True\n[mypy-pandas.*,polars.*,pyarrow.*]\nignore_missing_imports = True\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "user.py", "wrong.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert not [line for line in lines if line.startswith("user.py") and ": error: " in line], done.stdout
    assert any("PythonAnswer" in line for line in lines if line.startswith("user.py"))
    assert {int(line.split(":")[1]) for line in lines if line.startswith("wrong.py")} == {4, 5, 6, 7}, (
        done.stdout
    )


def test_several_expressions_on_a_line_have_an_answer_each(run: Run) -> None:
    answers = run("%vecalc -k 1 king - man + woman; kign; 2^10")
    assert isinstance(answers, vecalc.Answers)
    assert [one.error is None for one in answers] == [True, False, True]
    assert isinstance(run("%vecalc A = king; A + woman"), vecalc.Answer)


def test_names_that_other_models_do_not_know_are_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("%vecalc royal = king - man")
    run(f"%vecalc -m '{FAMILY}' king")
    assert "names of other models are not known to these: royal" in capsys.readouterr().out
    run(f"%vecalc -m '{FAMILY}' queen")
    run("%vecalc royal")
    assert "not known" not in capsys.readouterr().out
