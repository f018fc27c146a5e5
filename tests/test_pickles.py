"""No file runs code: pickles are read by what they say and nothing is run (faults A20 to A22)."""

from __future__ import annotations

import bz2
import collections
import functools
import gzip
import os
import pickle
import pickletools
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import vecalc

from vecalc.codecs.pickled import inert
from vecalc.codecs.pickled_machine import Inert
from vecalc.errors import FileProblem, VecalcError
from vecalc.formats.gensim_native import recognise
from vecalc.formats.load import load
from vecalc.sources import Head

WORDS = ["king", "queen", "naïve", "日本", "a b"]
ROWS = np.random.default_rng(4).normal(size=(len(WORDS), 3)).astype(np.float32)
KV = b"\x80\x04\x8c\x1bgensim.models.keyedvectors\x8c\x0cKeyedVectors\x93)\x81"  # an instance without a state


def keyed_vectors(**attributes: object) -> KeyedVectors:
    kv = KeyedVectors(ROWS.shape[1])
    kv.add_vectors(WORDS, ROWS)
    vars(kv).update(attributes)
    return kv


def pickled(value: object, protocol: int = 4) -> bytes:
    return pickle.dumps(value, protocol)


def problem(path: Path) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        load(path)
    assert caught.value.where.startswith(str(path))
    assert caught.value.hint
    return caught.value


class Calls:
    """Pickled as a call of anything with anything."""

    def __init__(self, function: Callable[..., Any], *arguments: object) -> None:
        self.made_by = function, arguments

    def __reduce__(self) -> tuple[object, ...]:
        return self.made_by


def hostile(marker: Path) -> dict[str, bytes]:
    """What would touch the marker, in every way that a pickle can call, or try to."""
    touch, path = f"touch '{marker}'", str(marker).encode()
    system = Calls(os.system, touch)
    line = touch.encode()
    text = b"\x8c" + bytes([len(line)]) + line
    return {
        "os.system": pickled(system),
        "eval": pickled(Calls(eval, f"open({str(marker)!r}, 'w')")),
        "exec": pickled(Calls(exec, f"open({str(marker)!r}, 'w')")),
        "__import__": pickled(Calls(__import__, "os")),
        "open": pickled(Calls(open, str(marker), "w")),
        "getattr": pickled(Calls(getattr, Calls(__import__, "os"), "system")),
        "functools.partial": pickled(functools.partial(os.system, touch)),
        "Path.touch": pickled(Calls(Path.touch, marker)),
        "numpy.load": pickled(Calls(np.load, str(marker), None, True)),
        "numpy.fromfile": pickled(Calls(np.fromfile, str(marker))),
        "gensim.utils.unpickle": b"cgensim.utils\nunpickle\n(V" + path + b"\ntR.",
        "a method of an allowed class": b"cgensim.models.keyedvectors\nKeyedVectors.load\n(V"
        + path
        + b"\ntR.",
        "an allowed name called": b"cgensim.utils\ncall_on_class_only\n(tR.",
        "hash called": b"cbuiltins\nhash\n(I1\ntR.",
        "an allowed class called": b"cgensim.models.keyedvectors\nKeyedVectors\n(I3\ntR.",
        "protocol 0": b"cposix\nsystem\n(V" + line + b"\ntR.",
        "INST": b"\x80\x02(V" + line + b"\niposix\nsystem\n.",
        "INST without a protocol": b"(V" + line + b"\niposix\nsystem\n.",
        "OBJ": b"\x80\x02(cposix\nsystem\nV" + line + b"\no.",
        "OBJ of a call": b"\x80\x02(cbuiltins\nhash\nV" + line + b"\no.",
        "NEWOBJ": b"\x80\x02cposix\nsystem\n(V" + line + b"\nt\x81.",
        "NEWOBJ of an allowed function": b"\x80\x02cbuiltins\nhash\n(V" + line + b"\nt\x81.",
        "NEWOBJ_EX": b"\x80\x04cposix\nsystem\n(V" + line + b"\nt}\x92.",
        "NEWOBJ_EX with keywords": KV[:-2] + b")}\x8c\x01a\x8c\x01bs\x92.",
        "STACK_GLOBAL": b"\x80\x04\x8c\x05posix\x8c\x06system\x93" + text + b"\x85R.",
        "STACK_GLOBAL with dots": b"\x80\x04\x8c\x05numpy\x8c\x19ndarray.__class__.__base__\x93.",
        "STACK_GLOBAL from the memo": b"\x80\x04\x8c\x05posix\x940\x8c\x06systemh\x00\x8c\x06system\x93.",
        "STACK_GLOBAL of no texts": b"\x80\x04K\x01K\x02\x93.",
        "BUILD of a class": b"\x80\x04cgensim.models.keyedvectors\nKeyedVectors\n}\x8c\x01aK\x01sb.",
        "BUILD of a dictionary": b"\x80\x04}}\x8c\x09__class__cposix\nsystem\nsb.",
        "BUILD with a function": KV + b"}\x8c\x0c__setstate__cposix\nsystem\nsb.",
        "BUILD without a dictionary": KV + b"cposix\nsystem\nb.",
        "an extension": b"\x80\x04\x82\x01.",
        "a persistent id": b"\x80\x02X\x05\0\0\0postQ.",
        "a persistent id in text": b"cgensim.utils\ncall_on_class_only\nPpost\n.",
        "a buffer": b"\x80\x05\x97.",
        "in an extra attribute": pickled(keyed_vectors(extra=system)),
        "in an attribute of its own": pickled(keyed_vectors(vectors=system)),
        "as a word": pickled(keyed_vectors(index_to_key=[system])),
        "thrown away": b"\x80\x04cposix\nsystem\n" + text + b"\x85R0" + pickled(keyed_vectors())[2:],
        "beside real vectors": pickled([keyed_vectors(), system]),
        "as numpy's scalar of objects": pickled(keyed_vectors(extra=np.array([system], object))),
        "a subclass of dict": pickled(collections.UserDict(a=1)),
        "a reducer": b"ccopyreg\n__newobj__\n(cposix\nsystem\nV" + line + b"\ntR.",
    }


NAMES = sorted(hostile(Path("marker")))


@pytest.mark.parametrize("what", NAMES)
def test_a_hostile_pickle_is_refused_and_does_not_run(tmp_path: Path, what: str) -> None:
    path, marker = tmp_path / "model.kv", tmp_path / "code was run"
    path.write_bytes(hostile(marker)[what])
    problem(path)
    assert not marker.exists()


@pytest.mark.parametrize(
    "what", ["os.system", "eval", "numpy.load", "in an extra attribute", "protocol 0", "INST"]
)
def test_the_name_that_would_run_is_told(tmp_path: Path, what: str) -> None:
    path = tmp_path / "model.kv"
    path.write_bytes(hostile(tmp_path / "marker")[what])
    message = problem(path).message
    assert "would run code: names " in message
    assert any(name in message for name in ("posix.system", "builtins.eval", "numpy.load", "nt.system"))


@pytest.mark.parametrize("name", ["model.bin", "model.txt", "model.npy", "model.vec", "model"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_no_name_and_no_compression_hides_a_pickle(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    path, marker = tmp_path / name, tmp_path / "code was run"
    path.write_bytes(pack(hostile(marker)["in an extra attribute"]))
    assert "would run code: names" in problem(path).message
    assert not marker.exists()


def test_a_pickle_that_no_reader_knows_is_not_run_either(tmp_path: Path) -> None:
    path, marker = tmp_path / "model", tmp_path / "code was run"
    for beginning in (b"I1\n0", b"N0", b"K\x010", b"]0"):
        path.write_bytes(beginning + hostile(marker)["protocol 0"])
        problem(path)
    path.write_bytes(bz2.compress(hostile(marker)["os.system"]))
    problem(path)
    assert not marker.exists()


def test_the_command_exits_with_4_in_one_line(tmp_path: Path) -> None:
    path, marker = tmp_path / "model.kv", tmp_path / "code was run"
    path.write_bytes(hostile(marker)["in an extra attribute"])
    done = vecalc("-m", path, "king")
    assert (done.code, done.out) == (4, "")
    assert len(done.err.splitlines()) == 1
    assert "would run code: names posix.system" in done.err
    assert "--trust-pickle" in done.err
    assert not marker.exists()


# What a trusted pickle may do


def test_only_who_says_so_has_gensim_load_a_pickle(tmp_path: Path) -> None:
    path, marker = tmp_path / "model.kv", tmp_path / "code was run"
    path.write_bytes(hostile(marker)["in an extra attribute"])
    done = vecalc("-m", path, "--trust-pickle", "king")
    assert done.code == 0
    assert marker.exists()
    assert "handed to gensim" in done.err


@pytest.mark.parametrize("command", [("words", "-m", "{}"), ("convert", "{}", "out.txt")])
def test_every_command_that_opens_a_model_can_be_told_so(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path, marker = tmp_path / "model.kv", tmp_path / "code was run"
    path.write_bytes(hostile(marker)["in an extra attribute"])
    arguments = [part.format(path) for part in command]
    assert (vecalc(*arguments).code, marker.exists()) == (4, False)
    assert (vecalc(*arguments, "--trust-pickle").code, marker.exists()) == (0, True)


@pytest.mark.parametrize("key", ["trust-pickle = true", "trust_pickle = true"])
def test_no_settings_file_can_trust_a_pickle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.kv").write_bytes(hostile(tmp_path / "marker")["in an extra attribute"])
    Path("vecalc.toml").write_text(key)
    assert vecalc("-m", "model.kv", "king").code == 4
    Path("vecalc.toml").unlink()
    done = vecalc("-m", "model.kv", "king", VECALC_TRUST_PICKLE="1")
    assert done.code == 4
    assert not (tmp_path / "marker").exists()


def test_what_gensim_cannot_load_is_a_problem_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "model.kv"
    path.write_bytes(pickled({"king": [1.0]}))
    with pytest.raises(FileProblem, match=r"gensim can't load it|has no words"):
        load(path, trust_pickle=True)


@pytest.mark.parametrize("size", [0x80, 0x280, 0x480, 0x630280])
def test_a_safetensors_header_is_not_taken_for_a_pickle(size: int) -> None:
    data = struct.pack("<Q", size) + b'{"embeddings":{"dtype":"F32",'
    assert not recognise(Head(data, complete=False))


# What costs too much


def bombs() -> dict[str, bytes]:
    nested = b"\x80\x02" + b"(" * 100_000 + b"t" * 100_000 + b"."
    doubled = b"\x80\x02)" + b"q\0h\0\x86" * 60
    return {
        "a tuple in tuples, as a key": b"\x80\x02}" + nested[2:-1] + b"K\x01s.",
        "a tuple of itself sixty times, as a key": b"\x80\x02}" + doubled[2:] + b"K\x01s.",
        "the same in a frozen set": b"\x80\x04(" + doubled[2:] + b"\x91.",
        "nesting": nested,
        "lists in lists": b"\x80\x02" + b"]" * 50_000 + b"a" * 49_999 + b".",
        "a place in the memo beyond any": b"\x80\x02Nr\xff\xff\xff\xff.",
        "bytes that are not there": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 62) + b"x.",
        "a text that is not there": b"\x80\x04\x8d" + struct.pack("<Q", 1 << 62) + b"x.",
        "a number of a billion bytes": b"\x80\x02\x8b" + struct.pack("<i", 1 << 30) + b"x.",
        "a number of a negative size": b"\x80\x02\x8b" + struct.pack("<i", -5) + b"x.",
        "a number of a million digits": b"\x80\x02I" + b"9" * 1_000_000 + b"\n.",
        "a frame beyond the file": b"\x80\x04\x95" + struct.pack("<Q", 1 << 60) + b"N.",
        "a million empty lists": b"\x80\x02" + b"]" * 1_000_000 + b".",
        "a million marks": b"\x80\x02" + b"(" * 1_000_000 + b".",
        "memos without end": b"\x80\x04N" + b"\x94" * 300_000 + b".",
        "values thrown away": b"\x80\x04" + b"K\x010" * 400_000 + b"N.",
        "a state again and again": KV + b"}b" * 5_000 + b"K\x01b" * 300_000 + b".",
        "values without end": b"\x80\x04" + b"J\0\1\2\3" * 200_000 + b".",
        "values between marks without end": b"\x80\x04" + (b"(" + b"J\0\1\2\3" * 2_000) * 100 + b".",
        "an odd escape": b"\x80\x02S'\\<'\n.",
        "a protocol to come": b"\x80\x09N.",
        "no end": b"\x80\x04N",
        "an empty stack": b"\x80\x04.",
        "a place in the memo that is empty": b"\x80\x04h\x07.",
    }


@pytest.mark.slow
@pytest.mark.parametrize("what", sorted(bombs()))
def test_a_bomb_is_refused_in_little_memory(tmp_path: Path, what: str) -> None:
    path = tmp_path / "model.kv"
    path.write_bytes(bombs()[what])
    tracemalloc.start()
    try:
        problem(path)
        assert tracemalloc.get_traced_memory()[1] < 50 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("unit", [b"N\x94", b"]", b")\x85", b"K\x01", b"(", b"\x8f", b"]\x940h\0"])
def test_a_compressed_bomb_is_refused_in_little_memory(tmp_path: Path, unit: bytes) -> None:
    path = tmp_path / "model.kv"
    path.write_bytes(gzip.compress(b"\x80\x04" + unit * (4_000_000 // len(unit)) + b"."))
    tracemalloc.start()
    try:
        problem(path)
        assert tracemalloc.get_traced_memory()[1] < 60 << 20
    finally:
        tracemalloc.stop()


def shaped(shape: object, kind: str = "f4", data: bytes = ROWS.tobytes()) -> bytes:
    """Keyed vectors whose matrix says of itself what it likes."""
    state = keyed_vectors(vectors=None)

    class Claims:
        def __reduce__(self) -> tuple[object, ...]:
            made = np._core.multiarray._reconstruct, (np.ndarray, (0,), b"b")  # type: ignore[attr-defined]
            return (*made, (1, shape, np.dtype(kind), False, data))

    state.vectors = Claims()
    return pickled(state)


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ((1 << 40, 1 << 40), "f4"),
        ((5, 1 << 61), "f4"),
        ((-5, -3), "f4"),
        ((5, 4), "f4"),
        ((15,), "f4"),
        ((1, 5, 3), "f4"),
        ((5, 3), "f8"),
        ((5, 3), "i4"),
        ((5, 3), "O"),
        ("53", "f4"),
        ((5.0, 3.0), "f4"),
    ],
)
def test_a_matrix_is_what_its_bytes_are(tmp_path: Path, shape: object, kind: str) -> None:
    path = tmp_path / "model.kv"
    path.write_bytes(shaped(shape, kind))
    assert "matrix" in problem(path).message


def test_an_honest_matrix_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.kv"
    path.write_bytes(shaped((5, 3)))
    assert np.array_equal(load(path).space.vectors(range(5), np.float32), ROWS)


# Any other bytes


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("value", [None, 1, "king", [1], {"a": (1, "b")}, {1, 2}, b"x", np.ones(3)])
def test_a_pickle_without_vectors_says_so(tmp_path: Path, protocol: int, value: object) -> None:
    path = tmp_path / "model.kv"
    path.write_bytes(pickled(value, protocol))
    problem(path)


@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_of_a_real_one_is_read(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "model.kv"
    keyed_vectors().save(str(path), pickle_protocol=protocol)
    space = load(path).space
    assert list(space.words()) == WORDS
    assert np.array_equal(space.vectors(range(5), np.float32), ROWS)


GOOD = [pickled(keyed_vectors(), protocol) for protocol in (0, 2, 4, 5)]
OPCODES = sorted(opcode.code.encode("latin-1") for opcode in pickletools.opcodes)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good pickle with some bytes, or some opcodes, in the place of others."""
    data = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(data)))
        new = draw(
            st.one_of(st.binary(max_size=4), st.sampled_from(OPCODES), st.just(data[place : place + 30]))
        )
        data[place : place + draw(st.integers(0, 6))] = new
    return bytes(data)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutated())
def test_a_mutated_pickle_ends_in_a_result_or_a_problem(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "model.kv"
    path.write_bytes(data or b"\0")
    try:
        space = load(path).space
    except VecalcError:
        return
    assert len(list(space.words())) == len(space)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(OPCODES), st.binary(max_size=3)), max_size=60))
def test_any_opcodes_make_plain_values_or_a_problem(parts: list[bytes]) -> None:
    try:
        value, _ = inert(b"\x80\x04" + b"".join(parts), Path("model"), 1000)
    except FileProblem:
        return
    plain = (type(None), bool, int, float, str, bytes, bytearray, list, dict, tuple, set, frozenset, Inert)
    assert isinstance(value, plain)
