"""Products of unsigned with signed bytes by MLAS, the kernels within onnxruntime.

onnxruntime runs graphs; the one here has a single node, `MatMulInteger` (ONNX operator set 10), with the
queries as its constant, which are packed once. Its codes are bytes from 1 to 255: those of the store with 128
added, which the node takes away again (its zero point). On processors without AMX that is two to three times
as fast as products of signed bytes, and as float32.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime

from vecalc.arrays import AnyArray, Small

SHIFT = 128  # what makes a code an unsigned byte
HALF = 64  # two products of 255 with it are below 2^15
_UNSIGNED, _SIGNED, _WHOLE = 2, 3, 6  # numbers of TensorProto.DataType: uint8, int8, int32
_OPERATORS, _LAYOUT = 10, 8  # the operator set, and the version of the format that every onnxruntime reads
_ERRORS = 3  # the severity of what is logged

onnxruntime.set_default_logger_severity(_ERRORS)


def with_queries(queries: Small) -> Callable[[Small], AnyArray]:
    """A function from codes [b, w] int8 to their products [b, q] int32 with queries [q, w] int8."""
    run = _session(_graph(np.ascontiguousarray(queries.T))).run
    kept = threading.local()

    def multiply(codes: Small) -> AnyArray:
        space = kept.__dict__.get("space")
        if space is None or space.size < codes.size:
            space = kept.space = np.empty(codes.size, np.uint8)
        shifted = space[: codes.size].reshape(codes.shape)
        np.bitwise_xor(codes.view(np.uint8), SHIFT, out=shifted)
        return np.asarray(run(None, {"codes": shifted})[0])

    return multiply


def is_exact(largest: int) -> bool:
    """Whether no sum on the way overflows for queries up to `largest`, on this processor."""
    terms = np.array([1, -1], np.int8)
    queries = np.repeat(largest * terms, 16)[:, None] * np.ones((1, 64), np.int8)
    multiply = with_queries(queries.astype(np.int8))
    return all(
        np.array_equal(multiply(codes), codes.astype(np.int64) @ queries.T)
        for codes in (np.full((count, 64), 127 * sign, np.int8) for count in (1, 16) for sign in (1, -1))
    )


def _session(graph: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # ours share out the codes
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


# --- the graph, in the encoding of Protocol Buffers (protobuf.dev/programming-guides/encoding) ----


def _graph(constant: Small) -> bytes:
    """A ModelProto: `products = MatMulInteger(codes, constant [w, q], 128)`; see onnx.proto."""
    names = [_text(1, name) for name in ("codes", "queries", "shift")]  # NodeProto.input
    node = b"".join(names) + _text(2, "products") + _text(4, "MatMulInteger")
    shape = b"".join(map(_number_field(1), constant.shape))
    queries = shape + _number_field(2)(_SIGNED) + _text(8, "queries") + _field(9, constant.tobytes())
    shift = _number_field(2)(_UNSIGNED) + _text(8, "shift") + _field(9, bytes([SHIFT]))
    graph = _field(1, node) + _text(2, "products") + _field(5, queries) + _field(5, shift)
    graph += _field(11, _matrix("codes", _UNSIGNED)) + _field(12, _matrix("products", _WHOLE))
    return _number_field(1)(_LAYOUT) + _field(7, graph) + _field(8, _number_field(2)(_OPERATORS))


def _matrix(name: str, kind: int) -> bytes:
    """A ValueInfoProto: a matrix of any shape."""
    shape = b"".join(_field(1, _text(2, side)) for side in ("rows", f"width of {name}"))
    return _text(1, name) + _field(2, _field(1, _number_field(1)(kind) + _field(2, shape)))


def _field(number: int, content: bytes) -> bytes:
    return _number(number << 3 | 2) + _number(len(content)) + content


def _text(number: int, content: str) -> bytes:
    return _field(number, content.encode())


def _number_field(number: int) -> Callable[[int], bytes]:
    return lambda value: _number(number << 3) + _number(value)


def _number(value: int) -> bytes:
    """A number in groups of seven bits, the last of them without a mark."""
    groups = bytearray()
    while value > 127:
        groups.append(value & 127 | 128)
        value >>= 7
    return bytes([*groups, value])
