"""Products of codes: each library gives what whole numbers give, and the fastest is found by trial."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from folding import tried
from hypothesis import strategies as st
from running import vecalc

from vecalc.errors import UsageError
from vecalc.search import products
from vecalc.space.quantization import LARGEST

every_product = pytest.mark.parametrize("name", products.FINDERS)


def of(name: str) -> products.Product:
    """A product that must be here: the tests are of all of them."""
    one = products.FINDERS[name]()
    assert one is not None, f"{name} is missing"
    return one


def check(one: products.Product, codes: np.ndarray, queries: np.ndarray) -> None:
    found = one.with_queries(queries)(codes)
    assert found.dtype == np.int32
    assert np.array_equal(found, codes.astype(np.int64) @ queries.astype(np.int64).T)


@tried(st.sampled_from(list(products.FINDERS)), st.data())
def test_products_are_those_of_whole_numbers(name: str, data: st.DataObject) -> None:
    one = of(name)
    width = data.draw(st.sampled_from([64, 128, 320, 1024, 1088, 2112]))
    rows, count = data.draw(st.integers(1, 70)), data.draw(st.sampled_from([1, 2, 3, 15, 16, 17, 64, 257]))
    random = np.random.default_rng(data.draw(st.integers(0, 1 << 32)))
    extreme = data.draw(st.floats(0, 1))  # the share of numbers that are as large as can be

    def some(shape: tuple[int, int], most: int) -> np.ndarray:
        usual = random.integers(-most, most, shape, endpoint=True)
        ends = most * random.choice([-1, 1], shape)
        return np.where(random.random(shape) < extreme, ends, usual).astype(np.int8)

    check(one, some((rows, width), LARGEST), some((count, width), one.largest))


@every_product
@pytest.mark.parametrize("rows", [1, 5, 64])
@pytest.mark.parametrize("count", [1, 16, 40])
def test_the_largest_sums_there_can_be(name: str, rows: int, count: int) -> None:
    """All of one sign: whatever adds up in few bits overflows here."""
    one = of(name)
    for signs in ((1, 1), (1, -1), (-1, -1)):
        codes = np.full((rows, 4096), signs[0] * LARGEST, np.int8)
        check(one, codes, np.full((count, 4096), signs[1] * one.largest, np.int8))


@every_product
def test_rows_of_other_memory(name: str) -> None:
    """Every second row of a larger matrix, and memory that can't be written to."""
    one = of(name)
    codes = np.random.default_rng(0).integers(-LARGEST, LARGEST, (64, 64), np.int8, endpoint=True)
    codes.flags.writeable = False
    queries = codes[:20] // 2
    multiply = one.with_queries(queries)
    assert np.array_equal(multiply(codes[::2]), multiply(codes)[::2])
    assert np.array_equal(multiply(codes), codes.astype(np.int64) @ queries.astype(np.int64).T)


# --- the choice -------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a new process, where nobody has named one."""
    monkeypatch.delenv(products.VARIABLE, raising=False)
    monkeypatch.setattr(products, "_CHOICES", {})
    monkeypatch.setattr(products, "_DONE", products.Counter())


def test_the_fastest_is_chosen_once_there_is_enough_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def speeds(width: int, count: int) -> dict[products.Product, float]:
        asked.append((width, count))
        return {of("numkong"): 1.0, of("blas"): 3.0, of("mlas"): 2.0}

    monkeypatch.setattr(products, "speeds", speeds)
    first = products.chosen(320, 256, 1_000)
    assert first is not None
    assert (first.name, asked) == ("numkong", [])
    for _ in range(3):
        later = products.chosen(320, 256, 10_000_000)
        assert later is not None
        assert later.name == "blas"
    assert asked == [(320, 256)]
    alone = products.chosen(320, 1, 10_000_000)
    assert alone is not None
    assert alone.name == "numkong"


def test_without_numkong_few_queries_are_left_to_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "_numkong", lambda: None)
    assert products.chosen(320, 1, 1_000) is None
    several = products.chosen(320, 32, 1_000)
    assert several is not None
    assert several.name == "blas"


def test_a_trial_knows_the_faster() -> None:
    found = products.speeds(64, 16)
    assert {one.name for one in found} == set(products.FINDERS)
    assert all(0 < speed < 1e15 for speed in found.values())


def test_a_name_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(products.VARIABLE, "gpu")
    with pytest.raises(UsageError, match="VECALC_PRODUCT=gpu: there is none called so"):
        products.chosen(320, 1, 1)


def test_a_library_that_is_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(products.VARIABLE, "mlas")
    monkeypatch.setitem(products.FINDERS, "mlas", lambda: None)
    with pytest.raises(UsageError, match="not installed") as caught:
        products.chosen(320, 1, 1)
    assert caught.value.hint == "pip install 'vecalc[fast]'"


# --- for a user -------------------------------------------------------------------------------


def test_a_batch_is_the_same_by_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    rows = random.standard_normal((6_000, 40)).astype(np.float32)
    path = tmp_path / "many.bin"
    path.write_bytes(b"6000 40\n" + b"".join(b"w%d " % i + row.tobytes() for i, row in enumerate(rows)))
    lines = tmp_path / "lines.txt"
    lines.write_text("".join(f"w{i} - w{i + 1} + w{i + 2}\n" for i in range(400)), "utf-8")
    found = set()
    for name in products.FINDERS:
        monkeypatch.setenv(products.VARIABLE, name)
        found.add(vecalc("-m", path, "-f", lines, "--format", "jsonl").out)
    assert len(found) == 1
    assert len(found.pop().splitlines()) == 400


def test_the_version_says_which_one(monkeypatch: pytest.MonkeyPatch) -> None:
    last = vecalc("--version").out.splitlines()[-1]
    assert last.startswith("products of batches ")
    assert all(name in last for name in products.FINDERS)
    monkeypatch.setenv(products.VARIABLE, "blas")
    assert vecalc("--version").out.splitlines()[-1].startswith("products of batches blas (")
