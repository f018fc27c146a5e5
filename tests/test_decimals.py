"""The fast way to read rows of numbers says what the slow one says, or leaves them to it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from folding import tried
from hypothesis import given
from hypothesis import strategies as st

from vecalc.codecs.float_parsing import DecimalTable, table

WORD = st.text(st.sampled_from("abé.-5_'"), min_size=1, max_size=6)
PLAIN = st.from_regex(r"-?([0-9]{1,7}\.[0-9]{0,8}|[0-9]{0,3}\.[0-9]{1,12})", fullmatch=True)


def slowly(text: bytes) -> tuple[list[bytes], np.ndarray]:
    fields = [line.split(b" ") for line in text.split(b"\n")[:-1]]
    with np.errstate(over="ignore"):
        rows = np.array([[float(x) for x in f[1:] if x] for f in fields]).astype(np.float32)
    return [f[0] for f in fields], rows


def same(found: DecimalTable, text: bytes) -> bool:
    words, rows = slowly(text)
    return found.words == words and found.rows.tobytes() == rows.tobytes()


@tried(
    st.lists(st.tuples(WORD, st.lists(PLAIN, min_size=3, max_size=3)), min_size=1), st.sampled_from(["", " "])
)
def test_plain_rows_are_read_to_the_last_bit(lines: list[tuple[str, list[str]]], end: str) -> None:
    text = "".join(f"{word} {' '.join(numbers)}{end}\n" for word, numbers in lines).encode()
    found = table(text, 3)
    assert found is not None
    assert same(found, text)


EXPONENTS = st.from_regex(r"-?([0-9]{1,9}\.?[0-9]{0,9}|\.[0-9]{1,9})[eE][+-]?[0-9]{1,3}", fullmatch=True)
FLOAT32 = st.floats(width=32, allow_infinity=False, allow_nan=False)
FEW = 20  # lines: where there are many exponents, they are left alone
E_WORD = st.text(st.sampled_from("1e-E.+5"), min_size=1, max_size=6)


@tried(
    st.lists(st.tuples(E_WORD, st.lists(PLAIN | EXPONENTS, min_size=3, max_size=3)), min_size=1, max_size=FEW)
)
def test_numbers_with_an_exponent_are_read_to_the_last_bit(lines: list[tuple[str, list[str]]]) -> None:
    """Among others, behind words that look like them."""
    text = "".join(f"{word} {' '.join(numbers)}\n" for word, numbers in lines).encode()
    found = table(text, 3)
    assert found is not None
    assert same(found, text)


@pytest.mark.parametrize("write", [lambda x: str(np.float32(x)), "{:.6e}".format, "{:.17E}".format])
@given(rows=st.lists(st.lists(FLOAT32, min_size=3, max_size=3), max_size=FEW))
def test_what_is_written_of_float32_is_read_to_the_last_bit(
    write: Callable[[float], str], rows: list[list[float]]
) -> None:
    text = "".join(f"1e5 {' '.join(map(write, row))}\n" for row in [[0.5, 1e-5, -1e30], *rows]).encode()
    found = table(text, 3)
    assert found is not None
    assert same(found, text)


@given(st.binary(max_size=60))
def test_anything_is_read_alike_or_left_alone(noise: bytes) -> None:
    text = b"king 0.25 -0.5\n" + noise + b"\nqueen 1.0 2.0\n"
    found = table(text, 2)
    assert found is None or same(found, text)


@given(st.text(st.sampled_from("01.- \nae+"), max_size=40))
def test_what_looks_like_rows_is_read_alike_or_left_alone(noise: str) -> None:
    text = noise.encode() + b"\n"
    found = table(text, 2)
    assert found is None or same(found, text)


@given(st.lists(st.floats(-10, 10, width=32), min_size=4, max_size=4))
def test_float32_written_in_full_reads_back(numbers: list[float]) -> None:
    row = np.array(numbers, np.float32)
    text = f"king {' '.join(np.format_float_positional(x, unique=True, trim='0') for x in row)}\n".encode()
    found = table(text, 4)
    assert found is None or np.array_equal(found.rows[0], row)


@pytest.mark.parametrize(
    "line",
    [
        b"king +1e-5 0.5",
        b"king 1e-5x 0.5",
        b"king 1e 0.5",
        b"king e5 0.5",
        b"king 1e5e5 0.5",
        b"king 1e--5 0.5",
        b"king 1_0e5 0.5",
        b"king 1e5 0.5\r",
        b"king 1e5",
        b"king 1e5 2e5 3e5",
        b"1e5 1e5",
        b"king 123456789012345678901e5 0.5",
        b"king +0.5 0.5",
        b"king 1 0.5",  # no point
        b"king 0.5",
        b"king 0.5 0.5 0.5",
        b"king  0.5 0.5",
        b"king 0.5 0.5\r",
        b"king 0.5 0.5  ",
        b" 0.5 0.5",
        b"king - 0.5",
        b"king . 0.5",
        b"king -. 0.5",
        b"king --0.5 0.5",
        b"king 0.1.2 0.5",
        b"king 0.1234567890123456 0.5",  # more digits than a float64 holds exactly
        b"king 0.5x 0.5",
        b"king 0,5 0.5",
        b"",
    ],
)
def test_what_is_not_plain_is_left_alone(line: bytes) -> None:
    assert table(b"queen 0.25 0.5\n" + line + b"\n", 2) is None


def test_where_exponents_are_no_exception_they_are_left_alone() -> None:
    text = b"king 1e-05 0.5\n" * 1000
    assert table(text, 2) is None
    assert table(text[:1500], 2) is not None


def test_a_number_too_large_is_infinite() -> None:
    found = table(b"king 1e39 -1e999\n", 2)
    assert found is not None
    assert found.rows.tolist() == [[np.inf, -np.inf]]


def test_of_no_text_there_is_no_table() -> None:
    assert table(b"", 2) is table(b"\n", 2) is None


def test_minus_zero_keeps_its_sign() -> None:
    found = table(b"king -0.0 0.0\nking -0e5 -1e-999\n", 2)
    assert found is not None
    assert np.signbit(found.rows).tolist() == [[True, False], [True, True]]
