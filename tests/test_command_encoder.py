"""A program of the user's that encodes texts: as it should be, and everything that one can do wrong."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vecalc.errors import EncoderProblem
from vecalc.texts.command_encoder import BATCH, CommandEncoder
from vecalc.texts.command_output import vectors_of
from vecalc.texts.command_run import SHOWN
from vecalc.texts.encoder_space import EncoderSpace
from vecalc.texts.kept_vectors import KEY, KEYS, ROWS, KeptVectors

# What a vector of a text is to these programs; and one that counts its calls, and the texts of each.
RULE = "lambda s: [float(len(s)), float(sum(map(ord, s)) % 97), 1.0]"
COUNTING = f"""
import json, sys
vector = {RULE}
texts = [line.rstrip("\\n") for line in sys.stdin]
open(sys.argv[1], "a").write(f"{{len(texts)}}\\n")
for text in texts: print(json.dumps(vector(text)))
"""


def vector(text: str) -> list[float]:
    return [float(len(text)), float(sum(map(ord, text)) % 97), 1.0]


def python(code: str, *arguments: str | Path) -> str:
    """A command that runs some Python."""
    return shlex.join([sys.executable, "-c", code, *map(str, arguments)])


def lines(body: str) -> str:
    """A command that does something for each text `s`."""
    return python(f"import sys, json, time\nfor s in map(str.rstrip, sys.stdin):\n    {body}")


GOOD = lines(f"print(json.dumps(({RULE})(s)), flush=True)")
TEXTS = ["a dog", "a cat", "ein Hündchen 🐶", "a dog"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "calls.log"


def calls(log: Path) -> list[int]:
    """How many texts each call of a counting program had."""
    return list(map(int, log.read_text().split())) if log.exists() else []


def keeping(folder: Path) -> Callable[[str], Path]:
    folder.mkdir(exist_ok=True)
    return lambda identity: folder / identity.removeprefix("blake3:")[:16]


# --- as it should be ------------------------------------------------------------------------

AS_ARRAY = "import sys, numpy as np; f = {}; a = np.array([f(l.rstrip('\\n')) for l in sys.stdin], {!r}){}\n"
AS_ARRAY += "np.save(sys.stdout.buffer, a)"


@pytest.mark.parametrize(
    "command",
    [
        GOOD,
        lines(f"print(json.dumps({{'id': 1, 'embedding': ({RULE})(s)}}))"),
        lines(f"print(json.dumps({{'vector': ({RULE})(s), 'text': s}}), end='\\r\\n\\n')"),
        python(AS_ARRAY.format(RULE, "f4", "")),
        python(AS_ARRAY.format(RULE, ">f8", ".copy(order='F')")),
        python(AS_ARRAY.format(RULE, "f2", "")),
        f"cat | {GOOD} 2>/dev/null; echo done >&2",
    ],
    ids=["lists", "embedding", "vector", "npy", "npy-fortran", "npy-half", "pipeline"],
)
def test_texts_have_vectors(command: str) -> None:
    encoder = CommandEncoder(command)
    found = encoder.encode(TEXTS)
    assert found.dtype == np.float32
    assert found.tolist() == [vector(text) for text in TEXTS]
    assert (encoder.dim, encoder.encode([]).shape) == (3, (0, 3))


def test_the_width_of_no_text_is_asked_for() -> None:
    assert CommandEncoder(GOOD).width == 0
    assert CommandEncoder(GOOD).dim == 3
    assert CommandEncoder(GOOD).encode([]).shape == (0, 3)


def test_ten_thousand_texts_in_batches(log: Path, tmp_path: Path) -> None:
    encoder = CommandEncoder(python(COUNTING, log), keeping(tmp_path / "kept"))
    texts = [f"text {i} of many" for i in range(10_000)]
    found = encoder.encode(texts)
    assert found.tolist() == [vector(text) for text in texts]
    assert calls(log) == [BATCH] * 10


def test_a_text_is_asked_for_once(log: Path, tmp_path: Path) -> None:
    """Also by the next process, and beside new ones; equal ones are one."""
    command, kept = python(COUNTING, log), keeping(tmp_path / "kept")
    for texts, asked in ((TEXTS, [3]), (TEXTS, [3]), ([*TEXTS, "new"], [3, 1]), (["new"], [3, 1])):
        found = CommandEncoder(command, kept).encode(texts)
        assert found.tolist() == [vector(text) for text in texts]
        assert calls(log) == asked
    assert CommandEncoder(command, kept).width == 3
    assert CommandEncoder(command + " ", kept).encode(["new"]).tolist() == [vector("new")]
    assert calls(log) == [3, 1, 1]


def test_another_program_of_the_same_name_is_asked_anew(tmp_path: Path) -> None:
    script, kept = tmp_path / "embed.py", keeping(tmp_path / "kept")
    command = shlex.join([sys.executable, str(script)])
    for number in (1, 22):
        script.write_text(f"import sys\nfor line in sys.stdin: print([{number}])")
        assert CommandEncoder(command, kept).encode(["a"]).tolist() == [[number]]


def test_what_it_reads_and_writes_is_not_what_it_is(tmp_path: Path) -> None:
    noted = tmp_path / "noted.log"
    noted.write_text("x")
    one = CommandEncoder(f"{GOOD} --log {noted}").identity
    noted.write_text("xy")
    assert CommandEncoder(f"{GOOD} --log {noted}").identity == one
    noted.chmod(0o700)
    assert CommandEncoder(f"{GOOD} --log {noted}").identity != one
    assert CommandEncoder("echo '").identity != CommandEncoder("echo").identity


def test_blank_texts_are_zeros_and_nobody_is_asked(log: Path) -> None:
    encoder = CommandEncoder(python(COUNTING, log))
    assert encoder.encode(["", "a", " \t\n"]).tolist() == [[0, 0, 0], vector("a"), [0, 0, 0]]
    assert calls(log) == [1]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\v", "\x1c", "\x85", "\u2028", "\n\n"])
def test_a_text_is_a_line(end: str) -> None:
    """Whatever a program takes for the end of one; and it is said."""
    told: list[str] = []
    counted = python("import sys; [print([len(l)]) for l in sys.stdin.read().splitlines()]")
    encoder = CommandEncoder(counted, tell=told.append)
    assert encoder.encode([f"one{end}two", f"three{end}four"]).tolist() == [[7], [10]]
    assert [note.rpartition(": ")[2] for note in told] == ["line ends within texts are sent as blanks"]


def test_half_a_character_is_sent_as_a_mark() -> None:
    told: list[str] = []
    assert CommandEncoder(GOOD, tell=told.append).encode(["a\ud800"]).tolist() == [vector("a?")]
    assert len(told) == 1


def test_a_program_that_writes_before_it_has_read_all() -> None:
    """Much more than a pipe holds, in both directions, and on standard error."""
    texts = [f"{'long ' * 200}{i}" for i in range(BATCH)]
    body = "sys.stderr.write('.' * 5000); print(json.dumps([float(len(s))] * 500), flush=True)"
    found = CommandEncoder(lines(body)).encode(texts)
    assert found.shape == (BATCH, 500)


def test_a_program_that_writes_without_reading() -> None:
    texts = ["long " * 1000 + str(i) for i in range(200)]
    assert CommandEncoder("yes '[1, 2]' | head -n 200").encode(texts).tolist() == [[1, 2]] * 200


def test_what_a_program_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    begun = time.monotonic()
    assert CommandEncoder("sleep 20 & echo '[1]'; cat > /dev/null").encode(["a"]).tolist() == [[1]]
    assert time.monotonic() - begun < 10  # well before it ends; no limit of ours comes into it


# --- as it should not -----------------------------------------------------------------------

FAULTS: dict[str, tuple[str, str]] = {
    "missing": ("no-such-program-anywhere", "it ended with exit status 127; it says: .*no-such-program"),
    "dies": (python("import sys; sys.exit('out of luck')"), "exit status 1; it says: out of luck"),
    "dies late": (f"{GOOD}; exit 3", "it ended with exit status 3"),
    "killed": ("kill -9 $$", "it ended with signal 9"),
    "raises": (lines("raise ValueError(s)"), "ValueError: a dog"),
    "hangs": ("sleep 60", "no answer within 0.7 s"),
    "hangs silently": ("exec > /dev/null 2>&1; sleep 60", "no answer within 0.7 s"),
    "hangs behind": (f"{GOOD}; sleep 60", "no answer within 0.7 s"),
    "says and hangs": ("echo loading >&2; sleep 60", "no answer within 0.7 s; it says: loading"),
    "nothing": ("cat > /dev/null", "0 vectors for 2 texts"),
    "too few": ("head -n 1 | " + GOOD, "1 vector for 2 texts"),
    "too many": (lines("print([1]); print([2])"), "4 vectors for 2 texts"),
    "other widths": (lines("print([1.0] * len(s))"), "vector 2 has 6 numbers, the first 5"),
    "NaN": (lines("print('[NaN, 1]')"), "vector 1 holds NaN or infinity"),
    "infinite": (lines("print([1] if s == 'a dog' else '[1e999]')"), "vector 2 holds NaN or infinity"),
    "too large": (lines("print([1e39])"), "vector 1 holds a number beyond float32"),
    "far too large": (lines("print('[1' + '0' * 400 + ']')"), "line 1 holds a number beyond float64"),
    "digits": (lines("print('[' + '9' * 9000 + ']')"), "is not JSON: \\[9+\\.\\.\\."),
    "text": (lines("print('Loading model', s)"), "line 1 of what it writes is not JSON: Loading model a dog"),
    "binary": ("head -c 99 /dev/zero", "line 1 of what it writes is not JSON"),
    "not UTF-8": (lines("sys.stdout.buffer.write(b'\\xff[1]\\n')"), "is not JSON"),
    "UTF-16": (lines("sys.stdout.buffer.write('[1]\\n'.encode('utf-16'))"), "is not JSON"),
    "empty lists": (lines("print([])"), "line 1 of what it writes is not a vector: \\[\\]"),
    "texts": (lines("print('[\"1\", \"2\"]')"), "is not a vector"),
    "truth": (lines("print('[true, 1]')"), "is not a vector"),
    "nested": (lines("print([[1]])"), "is not a vector"),
    "deep": (lines("print('[' * 100000)"), "line 1 of what it writes is not JSON"),
    "other objects": (lines("print('{\"numbers\": [1]}')"), "is not a vector"),
    "wide": (lines("print([1] * 70000)"), "line 1 has 70,000 numbers; a vector has at most 65,536"),
    "endless": ("cat /dev/zero", "it writes more than 8,388,608 bytes"),
    "endless lines": ("yes '[1]'", "it writes more than 8,388,608 bytes"),
    "array cut": (python(f"{AS_ARRAY.format(RULE, 'f8', '')}\n") + " | head -c 140", "file holds 12"),
    "array of rows": (python(AS_ARRAY.format("lambda s: 1.5", "f8", "")), "1 dimensions"),
    "array of objects": (python(AS_ARRAY.format("lambda s: {}", "O", "")), "Python objects"),
    "array of many": (python(AS_ARRAY.format(RULE, "f8", "[:1]")), "1 vector for 2 texts"),
    "array of NaN": (python(AS_ARRAY.format("lambda s: [float('nan')]", "f4", "")), "vector 1 holds NaN"),
    "array of promises": (
        python("import sys, numpy as np; h = {'descr': '<f8', 'fortran_order': False, 'shape': (2, 60000)}\n"
               "np.lib.format.write_array_header_1_0(sys.stdout.buffer, h)"),
        "the file holds 0",
    ),
    "magic alone": ("printf '\\223NUMPY'", "not a sound numpy .npy header"),
    "a NUL": ("echo \0", "it can't be started"),
    "too long": ("#" * 3_000_000, "3,000,000 characters, a command has at most 65,536"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_program_that_fails_is_one_problem(name: str) -> None:
    command, message = FAULTS[name]
    encoder = CommandEncoder(command, seconds=0.7 if "hangs" in name else 30.0)
    with pytest.raises(EncoderProblem, match=message) as caught:
        encoder.encode(["a dog", "a cat!"])
    assert caught.value.exit_code == 4
    assert caught.value.message.startswith("!")
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < SHOWN + 200


def test_another_width_than_before_is_refused(tmp_path: Path) -> None:
    switch, kept = tmp_path / "width", keeping(tmp_path / "kept")
    switch.write_text("2")
    command = lines(f"print([1.0] * int(open(''.join({list(str(switch))})).read()))")  # not named as a file
    encoder = CommandEncoder(command, kept)
    assert encoder.encode(["a"]).shape == (1, 2)
    switch.write_text("3")
    for again in (encoder, CommandEncoder(command, kept)):
        with pytest.raises(EncoderProblem, match="vectors of 3 numbers, and of 2 before"):
            again.encode(["b"])
        assert again.encode(["a"]).shape == (1, 2)


def running(mark: str) -> bool:
    """Whether a process has this in its command line."""
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return any(mark in line and "ps -eo" not in line for line in found.splitlines())


def gone(mark: str) -> bool:
    """Whether no such process is left, soon."""
    until = time.monotonic() + 10
    while running(mark):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def test_all_of_its_processes_end_with_it() -> None:
    """Also those that would not by themselves."""
    mark = f"6{os.getpid()}.5"
    stubborn = python(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(99)", mark
    )
    with pytest.raises(EncoderProblem, match="no answer"):
        CommandEncoder(f"sleep {mark} & {stubborn} & sleep {mark} | cat", seconds=1).encode(["a"])
    assert gone(mark)


def test_ctrl_c_ends_it(tmp_path: Path) -> None:
    mark = f"7{os.getpid()}.5"
    code = "import sys; from vecalc.texts.command_encoder import CommandEncoder\n"
    code += "CommandEncoder(sys.argv[1]).encode(['a'])"
    begun = tmp_path / "begun"
    command = f"touch {begun}; sleep {mark} & sleep {mark}; wait"
    with subprocess.Popen([sys.executable, "-c", code, command], stderr=subprocess.DEVNULL) as child:
        while not begun.exists():
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        assert child.wait(30)
    assert gone(mark)


# --- what is kept ---------------------------------------------------------------------------


def test_two_at_once_keep_both(tmp_path: Path) -> None:
    """Processes, each with texts of its own and some that all have."""
    code = (
        "import sys; from pathlib import Path; from vecalc.texts.command_encoder import CommandEncoder as C\n"
        "e = C(sys.argv[1], lambda identity: Path(sys.argv[2]) / 'x')\n"
        "for i in range(30): e.encode([f'{sys.argv[3]} {i}', f'all {i}'])"
    )
    command = python("import sys\nfor l in sys.stdin: print([len(l), 2])")
    line = [sys.executable, "-c", code, command, str(tmp_path)]
    children = [subprocess.Popen([*line, name]) for name in ("one", "another")]
    assert [child.wait(60) for child in children] == [0, 0]
    encoder = CommandEncoder("exit 1", lambda _: tmp_path / "x")
    encoder.__dict__["identity"] = CommandEncoder(command).identity
    for name in ("one", "another", "all"):
        assert encoder.encode([f"{name} {i}" for i in range(30)]).shape == (30, 2)


def keys(count: int) -> list[bytes]:
    return [bytes([i % 256, i // 256]).ljust(KEY, b"k") for i in range(count)]


def test_the_oldest_make_room(tmp_path: Path) -> None:
    kept = KeptVectors(tmp_path / "x", most=10 * 4 * 2)
    rows = np.arange(50, dtype=np.float32).reshape(25, 2)
    for first in range(0, 24, 3):
        kept.add(keys(25)[first : first + 3], rows[first : first + 3])
    for again in (kept, KeptVectors(tmp_path / "x", most=80)):
        found = again.found(keys(25))
        assert list(found) == keys(25)[14:24]
        assert np.array_equal(np.stack(list(found.values())), rows[14:24])
    kept.add(keys(25), rows)
    assert list(KeptVectors(tmp_path / "x").found(keys(25))) == keys(25)[15:]
    assert (tmp_path / f"x{ROWS}").stat().st_size == 80


@pytest.mark.parametrize("suffix", [KEYS, ROWS])
def test_what_is_damaged_is_forgotten(suffix: str, tmp_path: Path) -> None:
    """Cut anywhere, or with any byte changed: never another vector, and it is mended by what comes."""
    rows = np.random.default_rng(3).normal(size=(4, 3)).astype(np.float32)
    KeptVectors(tmp_path / "x").add(keys(4), rows)
    place = tmp_path / f"x{suffix}"
    whole = place.read_bytes()
    ways = [whole[:cut] for cut in range(len(whole))]
    ways += [whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :] for at in range(len(whole))]
    for data in [*ways, b"", whole * 3]:
        place.write_bytes(data)
        found = KeptVectors(tmp_path / "x").found(keys(4))
        assert all(np.array_equal(rows[keys(4).index(key)], row) for key, row in found.items())
    kept = KeptVectors(tmp_path / "x")
    place.write_bytes(b"")
    kept = KeptVectors(tmp_path / "x")
    kept.add(keys(4), rows)
    assert np.array_equal(np.stack(list(KeptVectors(tmp_path / "x").found(keys(4)).values())), rows)


def test_what_is_kept_is_private(tmp_path: Path) -> None:
    KeptVectors(tmp_path / "x").add(keys(1), np.ones((1, 2), np.float32))
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("suffix", [KEYS, ROWS])
def test_nothing_is_waited_for_in_the_place_of_what_is_kept(suffix: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / f"x{suffix}")
    told: list[str] = []
    encoder = CommandEncoder(GOOD, lambda _: tmp_path / "x", tell=told.append)
    assert encoder.encode(["a"]).tolist() == [vector("a")]
    assert "its vectors can't be kept" in told[0]


def test_a_cache_that_is_only_read_serves_what_it_has(log: Path, tmp_path: Path) -> None:
    folder, command = tmp_path / "kept", python(COUNTING, log)
    CommandEncoder(command, keeping(folder)).encode(["a"])
    for path in folder.iterdir():
        path.chmod(0o400)
    folder.chmod(0o500)
    assert (
        CommandEncoder(command, lambda _: next(folder.glob(f"*{KEYS}")).with_suffix("")).encode(["a"]).any()
    )
    folder.chmod(0o700)
    assert calls(log) == [1]


# --- what is written ------------------------------------------------------------------------


@given(st.binary(max_size=200), st.integers(0, 4))
def test_any_bytes_are_vectors_or_a_problem(written: bytes, count: int) -> None:
    for data in (written, b"\x93NUMPY" + written, b"[" + written):
        try:
            found = vectors_of(data, count)
        except EncoderProblem:
            continue
        assert len(found) == count


@given(st.lists(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=2, max_size=2)))
def test_numbers_come_back(rows: list[list[float]]) -> None:
    written = "".join(f"{row}\n" for row in rows).encode()
    assert vectors_of(written, len(rows)).tolist() == rows


# --- the space ------------------------------------------------------------------------------


def test_a_space_of_an_encoder_has_no_words() -> None:
    space = EncoderSpace(CommandEncoder(GOOD), "img")
    assert (len(space), space.dim, list(space.words()), list(space.blocks())) == (0, 0, [], [])
    assert (space.row("a"), space.compose("a"), list(space.near("a")), list(space.variants("a"))) == (
        None, None, [], [],
    )  # fmt: skip
    space.encoder.encode(["a"])
    assert space.dim == 3
    assert space.vectors([]).shape == (0, 3)
    with pytest.raises(IndexError):
        space.word(0)
