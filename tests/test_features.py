"""`vecalc features`: formulas over the rows of a table become columns for a model."""

from __future__ import annotations

import csv
import doctest
import itertools
import json
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from folding import tried
from hypothesis import strategies as st
from running import FAMILY, Done, vecalc

import vecalc as package
from vecalc.calc.functions import FUNCTIONS
from vecalc.calc.values import array
from vecalc.errors import ExpressionError, NoValue, TypeMismatch, UnknownWords, UsageError, VecalcError
from vecalc.space.matrix import MatrixSpace
from vecalc.studies.features import feature_run as features_run
from vecalc.studies.features.maker import Maker

WORDS = ["king", "queen", "man", "woman", "prince", "princess"]
SPACE = package.load(FAMILY).space


def calculator(**options: Any) -> package.Calculator:
    return package.Calculator(SPACE, package.Options(**options))


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text("a,b,label\nking,queen,1\nman,woman,0\nprince,king,1\n")
    return path


def write(path: Path, rows: int) -> Path:
    """A table of pairs, all of them different for a while."""
    chosen = itertools.islice(itertools.cycle(itertools.permutations(WORDS, 2)), rows)
    path.write_text("a,b\n" + "".join(f"{a},{b}\n" for a, b in chosen))
    return path


# --- values ---------------------------------------------------------------------------------

FORMULAS = [
    "u*v", "u + v - king", "u @ v", "2*u - v/2", "abs(u - v)^2", "-u", "cos(u, v)", "norm(u + v)",
    "unit(u*v + u)", "rms(u + 2*v)", "raw(u) * v", "raw(u*v)", "u ^ 2", "u / norm(v)", "sqrt(abs(u))",
    "log(abs(u) + 1)", "exp(-u)", "tanh(u)", "sigmoid(u)", "sign(u)", "clip(u, -1, 1)", "mean(u, v, king)",
    "sum([u, v])", "avg(u, v)", "min(u, v)", "max(u, 0)", "max(cos(u, man), cos(u, woman))",
    "mean(norm(u), 3)", "project(u, king + v)", "without(u, king)", "bind(u, v)", "unbind(u, v)",
    "concat(u, v, u*v)", "interact(u, v)", "dist(u, v)", "absdiff(u, v)", "combined(u, v)",
    "lerp(u, v, 0.3)", "dilate(u, v)", "u*v where t = 2", "reflect(u, king)", "sim01(u, v)",
    "analogy(u, v, king)", "attend(u, [v, king])", "without(u, king, queen)", "slerp(u, king + queen, 0.2)",
    "angle(u, v)", "mean(nearest(u, 2))", "u + mean(nearest(king, 2))",
    "cos(u, relation([king, man], [queen, woman]))", "medoid(u, v, king)", "u - u", "u + v - u - v",
    "mean(cos(u, [king, man]))", "max(dist([v, king], u) / 2)", "sum(u @ [king, man] + norm([king, man]))",
    "std(cos(u, [king]))", "sum(cos([u, v], king))", "mean(cos(u, v) * cos(king, [man, woman]))",
    "sum(attend([u, v], [king, man]))", "len(nearest(u, 2))", "rnd([u], [v], [king, man])",
    "king * queen", "norm(u) + 1", "cos(u - u + v, v)", "center(u) + v", "debias(u, v)", "slerp(u, v, 0.5)",
    "sum(u)", "std(u)", "std(u, v, king)", "max(u, norm(v))", "project(u, v, u + king)",
    "u ^ cos(u, v) where u = abs(u)",
]  # fmt: skip


@pytest.mark.parametrize("norm", ["rms", "unit", "raw"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_a_row_is_worth_what_the_expression_is_worth(formula: str, norm: str) -> None:
    calculate = calculator(norm=norm)
    rows = list(itertools.permutations(WORDS[:4], 2))
    columns = {"u": [u for u, _ in rows], "v": [v for _, v in rows]}
    made = package.features(calculate, [formula], columns, kind="float64")
    for (u, v), values in zip(rows, made.values, strict=True):
        expected = array(calculate.value(f"({formula}) where u = {u}, v = {v}"))
        np.testing.assert_allclose(values, np.atleast_1d(expected), rtol=1e-9, atol=1e-9)


def test_every_function_on_whole_columns_is_compared() -> None:
    text = " ".join(FORMULAS)
    whole = {name for name, function in FUNCTIONS.items() if function.by_row} - {"raw"}
    assert whole - {name for name in FUNCTIONS if f"{name}(" in text} == {"map"}  # it wants two spaces


def test_formulas_on_whole_columns_are_not_computed_row_by_row() -> None:
    columns = {"u": WORDS, "v": WORDS[::-1]}
    alone = mock.patch("vecalc.calc.column_formula.ColumnFormula._alone", side_effect=AssertionError)
    with alone:
        package.features(
            calculator(),
            ["u*v", "cos(u, v)", "cos(u, relation([king], [queen]))", "mean(cos(u, [king, man]))"],
            columns,
        )
        with pytest.raises(AssertionError):
            package.features(calculator(), ["medoid(u, v, v)"], columns)


@tried(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)), min_size=1, max_size=20))
def test_rows_do_not_know_of_each_other(rows: list[tuple[str, str]]) -> None:
    columns = {"u": [u for u, _ in rows], "v": [v for _, v in rows]}
    formulas = ["u*v + u", "without(u, v + king)", "cos(u, v)"]
    together = package.features(calculator(), formulas, columns, kind="float64").values
    for i, (u, v) in enumerate(rows):
        alone = package.features(calculator(), formulas, {"u": [u], "v": [v]}, kind="float64").values
        assert np.array_equal(together[i : i + 1], alone)


def test_the_example_in_the_docstring_runs() -> None:
    result = doctest.testmod(sys.modules["vecalc.studies.features.in_memory"], extraglobs={"vecalc": package})
    assert (result.attempted > 0, result.failed) == (True, 0)


def test_columns_are_named_for_their_formulas() -> None:
    made = package.features(
        calculator(), ["prod = a*b", "cos = cos(a, b)", "a"], {"a": ["king"], "b": ["man"]}
    )
    assert made.names == tuple([f"prod_{i}" for i in range(4)] + ["cos"] + [f"e3_{i}" for i in range(4)])


def test_a_named_formula_and_a_function_hold_for_the_next() -> None:
    formulas = ["half(x) = x/2; h = half(a)", "h * 2", "t = 3; a*t"]
    made = package.features(calculator(), formulas, {"a": ["king"]}, kind="float64")
    king = array(calculator().value("king"))
    np.testing.assert_allclose(made.values[0], np.concatenate([king / 2, king, 3 * king]))


def test_a_cell_that_is_no_word_and_reads_as_a_number_is_one() -> None:
    made = package.features(
        calculator(), ["t*norm(a)", "slerp(a, queen, t)"], {"a": ["king"] * 2, "t": [0.5, "1"]}
    )
    np.testing.assert_allclose(made.values[:, 0], [1, 2])
    np.testing.assert_allclose(made.values[1, 1:], array(calculator().value("queen")), rtol=1e-6)


def test_words_and_numbers_in_one_column_make_different_features() -> None:
    with pytest.raises(TypeMismatch, match="e1 is a number here and a vector"):
        package.features(calculator(), ["a*2"], {"a": ["king", "7"]})


def test_names_are_bound_to_columns_of_spaces() -> None:
    calculate = package.Calculator({"users": SPACE, "films": SPACE}, package.Options(norm="raw"))
    columns = {"user_id": ["king"], "film": ["man"]}
    made = package.features(
        calculate, ["u*f"], columns, bind=["u=users:user_id", "f=films:film"], kind="float64"
    )
    assert np.array_equal(made.values[0], array(calculate.value("users:king * films:man")))


@pytest.mark.parametrize("formula", ["center({})", "map({}, films)", "center({}) @ center(king)"])
def test_a_column_belongs_to_its_space(formula: str) -> None:
    turned = np.asarray(SPACE.vectors(range(len(SPACE))))[:, ::-1] + 1
    films = MatrixSpace([SPACE.word(row) for row in range(len(SPACE))], turned.astype(np.float32))
    calculate = package.Calculator({"users": SPACE, "films": films})
    columns = {"id": ["queen", "man"]}
    made = package.features(calculate, [formula.format("u")], columns, bind=["u=users:id"], kind="float64")
    for word, values in zip(columns["id"], made.values, strict=True):
        expected = array(calculate.value(formula.format(f"users:{word}")))
        np.testing.assert_allclose(values, np.atleast_1d(expected), rtol=1e-9, atol=1e-9)


def test_widths_that_do_not_fit_name_the_columns() -> None:
    other = package.load(Path(__file__).parent / "cases" / "space.txt").space
    calculate = package.Calculator({"users": SPACE, "films": other})
    with pytest.raises(TypeMismatch, match="users:u") as raised:
        package.features(calculate, ["u*f"], {"u": ["king"], "f": ["king"]}, bind=["u=users:u", "f=films:f"])
    assert raised.value.where == "row 0"


def test_nearest_looks_in_the_space_of_the_column_and_leaves_out_its_word() -> None:
    made = package.features(calculator(), ["mean(nearest(a, 1))"], {"a": ["king"]}, kind="float64")
    assert np.array_equal(made.values[0], array(calculator().value("mean(nearest(king, 1))")))
    assert not np.array_equal(made.values[0], array(calculator().value("king")))


# --- unknown words, and formulas without a value --------------------------------------------

HOLES = {"a": ["king", "kign", "queen"], "b": ["man", "man", "man"]}


def test_an_unknown_word_is_an_error_with_its_place() -> None:
    with pytest.raises(UnknownWords, match="kign") as raised:
        package.features(calculator(), ["a*b"], HOLES)
    assert raised.value.where == "row 1"
    assert "king" in raised.value.hint
    assert "--unknown skip" in raised.value.hint


def test_rows_with_unknown_words_are_left_out() -> None:
    made = package.features(calculator(), ["a*b"], HOLES, unknown="skip")
    assert made.rows.tolist() == [0, 2]
    assert made.notes == ("column a, unknown words, their rows are left out: 1 (kign)",)


def test_an_unknown_word_is_zero_at_every_norm() -> None:
    made = package.features(
        calculator(), ["a*b", "a + b", "attend(b, [a, a])"], HOLES, unknown="zero", kind="float64"
    )
    man = array(calculator().value("man"))
    np.testing.assert_allclose(made.values[1], np.concatenate([np.zeros(4), man, np.zeros(4)]))


def test_an_unknown_word_is_the_mean_of_all() -> None:
    made = package.features(calculator(norm="raw"), ["a"], HOLES, unknown="mean", kind="float64")
    np.testing.assert_allclose(made.values[1], SPACE.vectors(range(len(SPACE))).mean(axis=0), rtol=1e-6)


def test_an_unknown_word_makes_nan_of_its_own_features_only() -> None:
    made = package.features(calculator(), ["a*b", "b"], HOLES, unknown="nan")
    assert np.isnan(made.values[1, :4]).all()
    assert np.isfinite(made.values[1, 4:]).all()
    assert np.isfinite(made.values[[0, 2]]).all()


def test_a_column_that_no_formula_uses_may_hold_anything() -> None:
    assert package.features(calculator(), ["b"], HOLES).notes == ()


@pytest.mark.parametrize("formula", ["cos(a - b, b)", "slerp(a - b, b, 0)"])
def test_a_formula_without_a_value(formula: str) -> None:
    columns = {"a": ["king", "man", "queen"], "b": ["man"] * 3}
    with pytest.raises(NoValue) as raised:
        package.features(calculator(), [formula], columns)
    assert raised.value.where == "row 1"
    skipped = package.features(calculator(), [formula], columns, no_value="skip")
    assert skipped.rows.tolist() == [0, 2]
    filled = package.features(calculator(), [formula], columns, no_value="nan")
    assert np.isnan(filled.values).any(axis=1).tolist() == [False, True, False]
    assert "rows without a value, NaN: 1" in filled.notes[0]
    assert np.array_equal(skipped.values, filled.values[[0, 2]])


@pytest.mark.parametrize("formula", ["without(a, king - king)", "a / 0", "norm(a) + log(-king @ king)"])
def test_what_has_no_value_in_any_row_is_a_problem_of_rows(formula: str) -> None:
    columns = {"a": ["king", "man"]}
    with pytest.raises(NoValue) as alone:
        calculator().value(f"({formula}) where a = king")
    with pytest.raises(NoValue) as raised:
        package.features(calculator(), [formula], columns)
    assert (raised.value.where, raised.value.message) == ("row 0", alone.value.message)
    with pytest.raises(NoValue, match="no value in any of the first rows"):
        package.features(calculator(), [formula], columns, no_value="nan")


def test_a_number_too_large_for_the_type() -> None:
    with pytest.raises(NoValue, match="range of float32"):
        package.features(calculator(), ["norm(a) * 1e300"], {"a": ["king"]})
    made = package.features(calculator(), ["norm(a) * 1e300"], {"a": ["king"]}, kind="float64")
    assert made.values[0, 0] == array(calculator().value("norm(king) * 1e300")) > 1e300


def test_other_spellings_are_told() -> None:
    made = package.features(calculator(), ["a"], {"a": ["King", "king", "QUEEN", "King"]})
    assert made.notes == ("column a, read in another spelling: 3 (King as king, QUEEN as queen)",)
    with pytest.raises(UnknownWords):
        package.features(calculator(exact=True), ["a"], {"a": ["King"]})


@pytest.mark.parametrize(
    ("formulas", "columns", "more", "kind"),
    [
        (["a*"], {"a": ["king"]}, {}, ExpressionError),
        (["a*kign"], {"a": ["king"]}, {}, UnknownWords),
        (["f(x) = x"], {"a": ["king"]}, {}, UsageError),
        (["a => king"], {"a": ["king"]}, {}, TypeMismatch),
        (["x = a", "x = a"], {"a": ["king"]}, {}, UsageError),
        (["x = a", "x_0 = norm(a)"], {"a": ["king"]}, {}, UsageError),
        (["[a, a]"], {"a": ["king"]}, {}, TypeMismatch),
        (["a"], {"a": ["king"], "b": []}, {}, UsageError),
        (["a"], {"a": []}, {}, NoValue),
        (["a"], {"a": ["king"]}, {"bind": ["u=nowhere"]}, UsageError),
        (["a"], {"a": ["king"]}, {"bind": ["nowhere"]}, UsageError),
        (["a"], {"a": ["king"]}, {"bind": ["u=a", "u=a"]}, UsageError),
        (["a"], {"a": ["king"], "a ": ["king"], "_1": [""], "1": [""]}, {}, UsageError),
        (["a"], {"a": ["king"]}, {"unknown": "guess"}, UsageError),
        (["a"], {"a": ["king"]}, {"kind": "int8"}, UsageError),
        (["a"], {"a": ["kign"]}, {"unknown": "skip"}, NoValue),
        (["a"], {"a": ["kign"]}, {"unknown": "nan"}, NoValue),
    ],
)  # fmt: skip
def test_mistakes(formulas: list[str], columns: Any, more: Any, kind: type[VecalcError]) -> None:
    with pytest.raises(kind):
        package.features(calculator(), formulas, columns, **more)


# --- the command ----------------------------------------------------------------------------


def features(*arguments: str | Path, **how: Any) -> Done:
    """The command with the family's words as the model."""
    return vecalc("features", *arguments, "-m", FAMILY, **how)


def test_every_format_holds_the_same(pairs: Path, tmp_path: Path) -> None:
    expected = package.features(calculator(), ["prod = a*b", "cos(a, b)"], {
        "a": ["king", "man", "prince"], "b": ["queen", "woman", "king"]
    })  # fmt: skip
    for suffix in ("npy", "npz", "csv", "tsv", "parquet"):
        keep = () if suffix == "npy" else ("--keep", "label")
        out = tmp_path / f"out.{suffix}"
        done = features(pairs, "-e", "prod = a*b", "-e", "cos(a, b)", "-o", out, *keep)
        assert (done.code, done.err) == (0, "")
        assert done.out == f"3 rows x 5 features, float32, norm rms, in {out}\n"
        names, values, labels = read(out)
        assert names == list(expected.names)
        assert np.array_equal(values, expected.values), suffix
        assert labels == ([] if suffix == "npy" else ["1", "0", "1"])
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def read(path: Path) -> tuple[list[str], np.ndarray, list[str]]:
    """Names, values and labels of a file of features."""
    match path.suffix:
        case ".npy":
            facts = json.loads(path.with_suffix(".columns.json").read_text())
            return facts["columns"], np.load(path), []
        case ".npz":
            held = np.load(path)
            assert held["lines"].tolist() == [2, 3, 4]
            return held["columns"].tolist(), held["features"], held["keep_label"].tolist()
        case ".parquet":
            import pyarrow.parquet

            columns = pyarrow.parquet.read_table(path).to_pydict()
        case _:
            with path.open(newline="") as stream:
                rows = list(csv.reader(stream, delimiter="\t" if path.suffix == ".tsv" else ","))
            columns = {name: column for name, *column in zip(*rows, strict=True)}
    labels = columns.pop("label")
    return list(columns), np.array(list(columns.values()), np.float32).T, labels


def test_parquet_is_read_too(pairs: Path, tmp_path: Path) -> None:
    features(pairs, "-e", "x = a@b", "-o", tmp_path / "one.parquet", "--keep", "a")
    done = features(
        tmp_path / "one.parquet", "-e", "x * norm(a)", "-o", tmp_path / "two.csv", "--type", "float64"
    )
    assert done.code == 0, done.err
    assert (tmp_path / "two.csv").read_text().startswith("e1\n")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1nothing")
    done = features(tmp_path / "broken.parquet", "-e", "a", "-o", tmp_path / "three.csv")
    assert done.code == 4
    assert not (tmp_path / "three.csv").exists()


@pytest.mark.parametrize(("suffix", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_a_spreadsheet_takes_no_text_for_a_formula(tmp_path: Path, suffix: str, delimiter: str) -> None:
    table, out = tmp_path / "table.csv", tmp_path / f"out.{suffix}"
    table.write_text("a,=b\nking,=1+1\nman,@x\nking,plain\n")
    command = [table, "-e", "n = -norm(a)", "--keep", "=b", "-o", out]
    assert features(*command).code == 0
    assert out.read_text().startswith(f"=b{delimiter}n\n=1+1{delimiter}-")
    assert features(*command, "--csv-safe").code == 0
    lines = [line.split(delimiter) for line in out.read_text().splitlines()]
    assert [cell for cell, _ in lines] == ["'=b", "'=1+1", "'@x", "plain"]
    assert all(float(number) < 0 for _, number in lines[1:])  # a number stays one


def test_a_pipe_is_read(tmp_path: Path) -> None:
    done = features("-", "-e", "a@b", "-o", tmp_path / "x.csv", stdin="a,b\nking,queen\n")
    assert done.code == 0, done.err
    assert features("-", "-e", "a@b", "-o", tmp_path / "x.csv", "--resume", stdin="a,b\n").code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["-e", "a*c"], 3, "-e 'a*c':1:3: unknown word 'c'"),
        (["-e", "a", "--keep", "nothing"], 2, "it has a, b, label"),
        (["-e", "a", "--format", "xml"], 2, "no format 'xml'"),
        (["-e", "a*label"], 0, ""),
        (["-e", "label = a", "--keep", "label"], 0, ""),
        (["-e", "label = norm(a)", "--keep", "label"], 2, "both called 'label'"),
        (["-e", "a", "--keep", "label", "--format", "npy"], 2, "no place"),
        (["-e", "a", "--bind", "u=films:b"], 2, "there is no column 'films:b'"),
        ([], 2, "'-e'"),
    ],
)
def test_mistakes_on_the_command_line(
    pairs: Path, tmp_path: Path, arguments: list[str], code: int, told: str
) -> None:
    out = tmp_path / "out.csv"
    done = features(pairs, "-o", out, *arguments)
    assert (done.code, told in done.err) == (code, True), done.err
    assert out.exists() == (code == 0)
    assert not (tmp_path / "out.csv.part").exists()


@pytest.mark.parametrize("output", ["-", ".", "/dev/null"])
def test_features_need_a_file(pairs: Path, output: str) -> None:
    done = features(pairs, "-e", "a", "-o", output, "--format", "csv")
    assert (done.code, done.out) == (2, "")
    assert "features need a file" in done.err


def test_problems_of_the_table_have_a_line(tmp_path: Path) -> None:
    table = tmp_path / "pairs.csv"
    for rows, code, told in [
        ("a,b\nking,queen\nman\n", 4, "pairs.csv:3: has 1 cells, the header 2"),
        ("a,b\nking,queen\nking,wooman\n", 3, "pairs.csv:3: unknown word 'wooman'"),
        ("a,b\n", 4, "has no rows"),
        ("", 4, "has no header line"),
    ]:
        table.write_text(rows)
        done = features(table, "-e", "a*b", "-o", tmp_path / "out.npz")
        assert done.code == code
        assert told in done.err
        assert [path.name for path in tmp_path.iterdir()] == ["pairs.csv"]
    assert features(tmp_path / "absent.csv", "-e", "a", "-o", tmp_path / "out.npz").code == 4


@pytest.mark.parametrize("read", ["out.npy", "out.columns.json", "out.npy.part/values.bin"])
@pytest.mark.parametrize("linked", [False, True])
def test_what_is_read_is_not_written_to(tmp_path: Path, read: str, linked: bool) -> None:
    """The output, the names beside it, and what it has for an unfinished run; also through links."""
    table, out = tmp_path / read, tmp_path / "out.npy"
    table.parent.mkdir(exist_ok=True)
    table.write_text("a,b\nking,queen\n")
    if linked:
        table.rename(tmp_path / "table")
        table.symlink_to(tmp_path / "table")
        table = tmp_path / "table"
    for more in ([], ["--resume"]):
        done = features(table, "-e", "a*b", "-o", out, *more)
        assert (done.code, "input and output are the same file" in done.err) == (2, True)
        assert table.read_text() == "a,b\nking,queen\n"


# --- going on with an interrupted run -------------------------------------------------------


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Maker, "rows_at_once", property(lambda _: 7))


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("suffix", ["npy", "npz", "csv", "parquet"])
def test_an_interrupted_run_goes_on_to_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    table = write(tmp_path / "pairs.csv", 50)
    table.write_text(table.read_text() + "King,queen\nkign,queen\n")
    keep = () if suffix == "npy" else ("--keep", "a")
    command = [table, "-e", "a*b", "-e", "slerp(a, b, 0.3)", "--unknown", "nan", *keep]
    whole, broken = tmp_path / f"whole.{suffix}", tmp_path / f"broken.{suffix}"
    done = features(*command, "-o", whole)
    assert done.code == 0, done.err
    append = features_run._append
    for allowed in range(3, 1000, 3):  # so many blocks before the next blow
        calls = itertools.count(1)

        def blow(*arguments: Any, calls: Any = calls, allowed: int = allowed) -> None:
            if next(calls) == allowed:
                append(*arguments)  # written, but not committed
                raise KeyboardInterrupt
            append(*arguments)

        with mock.patch.object(features_run, "_append", blow):
            again = features(*command, "-o", broken, "--resume")
        if again.code != 130:
            break
        assert not broken.exists()
        assert "--resume goes on" in again.err
    assert again.code == 0, again.err
    assert broken.read_bytes() == whole.read_bytes()
    assert again.err == done.err  # the remarks are those of the whole run
    assert not (tmp_path / f"broken.{suffix}.part").exists()


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("n", range(1, 6))
def test_a_disk_that_is_full_at_the_nth_block(tmp_path: Path, n: int) -> None:
    table = write(tmp_path / "pairs.csv", 30)
    assert features(table, "-e", "a*b", "-o", tmp_path / "whole.npz").code == 0
    calls = itertools.count(1)
    add = features_run.Spool.add

    def full(self: Any, values: Any, *rest: Any) -> None:
        if next(calls) == n:
            add(self, values[:1], *rest)
            raise OSError(28, "No space left on device")
        add(self, values, *rest)

    with mock.patch.object(features_run.Spool, "add", full):
        done = features(table, "-e", "a*b", "-o", tmp_path / "out.npz")
    assert (done.code, done.err.count("No space left")) == (5, 1)
    assert not (tmp_path / "out.npz").exists()
    assert features(table, "-e", "a*b", "-o", tmp_path / "out.npz", "--resume").code == 0
    assert (tmp_path / "out.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()


@pytest.fixture
def unfinished(tmp_path: Path, small_blocks: None) -> Path:
    """A table of which some blocks are done."""
    table = write(tmp_path / "pairs.csv", 30)
    calls = itertools.count(1)
    append = features_run._append

    def blow(*arguments: Any) -> None:
        append(*arguments)
        if next(calls) == 3:
            raise KeyboardInterrupt

    with mock.patch.object(features_run, "_append", blow):
        assert features(table, "-e", "a*b", "-o", tmp_path / "out.npz").code == 130
    assert (tmp_path / "out.npz.part" / "journal.json").is_file()
    return table


def test_an_unfinished_run_is_not_overwritten(unfinished: Path) -> None:
    done = features(unfinished, "-e", "a*b", "-o", unfinished.with_name("out.npz"))
    assert done.code == 5
    assert "--resume goes on, or remove the folder" in done.err
    assert features(unfinished, "-e", "a*b", "-o", unfinished.with_name("out.npz"), "--resume").code == 0


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (["-e", "a+b"], "formulas"),
        (["-e", "a*b", "--norm", "unit"], "norm"),
        (["-e", "a*b", "--type", "float64"], "type"),
        (["-e", "a*b", "--keep", "a"], "keep"),
        (["-e", "a*b", "--unknown", "skip"], "policy"),
        (["-e", "a*b", "--exact"], "exact"),
        (["-e", "a*b", "--let", "t = king"], "names"),
        (["-e", "a*b", "-m", "other=starter"], "model"),
    ],
)
def test_a_run_with_other_settings_is_refused(unfinished: Path, change: list[str], what: str) -> None:
    done = features(unfinished, *change, "-o", unfinished.with_name("out.npz"), "--resume")
    assert done.code == 5
    assert f"made with another {what}" in done.err
    assert features(unfinished, "-e", "a*b", "-o", unfinished.with_name("out.npz"), "--resume").code == 0


def test_a_run_over_another_table_is_refused(unfinished: Path) -> None:
    unfinished.write_text(unfinished.read_text().replace("king,queen", "king,man"))
    done = features(unfinished, "-e", "a*b", "-o", unfinished.with_name("out.npz"), "--resume")
    assert done.code == 5
    assert "another input" in done.err


@pytest.mark.parametrize("damage", ["cut", "garbage", "nothing"])
def test_a_damaged_run_is_refused(unfinished: Path, damage: str) -> None:
    folder = unfinished.with_name("out.npz.part")
    if damage == "cut":
        (folder / "values.bin").write_bytes(b"1234")
    else:
        (folder / "journal.json").write_text("{]" if damage == "garbage" else "[]")
    done = features(unfinished, "-e", "a*b", "-o", unfinished.with_name("out.npz"), "--resume")
    assert done.code == 5
    assert "damaged" in done.err


def test_without_an_unfinished_run_resume_begins(pairs: Path, tmp_path: Path) -> None:
    assert features(pairs, "-e", "a*b", "-o", tmp_path / "out.npy", "--resume").code == 0


def test_a_full_disk_keeps_what_is_done(pairs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.npz"
    full = OSError(28, "No space left on device")
    with mock.patch("vecalc.studies.features.feature_run.write", side_effect=full):
        assert features(pairs, "-e", "a*b", "-o", out).code == 5
    assert features(pairs, "-e", "a*b", "-o", out, "--resume").code == 0
