"""What a pickle holds, found out without running it.

Python's unpickler calls whatever a file names. Here `pickletools` decodes the opcodes, and each of them does
one of a few harmless things: plain values go on a stack, a name is looked up in `pickled_names` and stays two
texts, and what would be a call or an instance becomes an `Inert`, which remembers what it would have been
made of. Nothing is imported or called on behalf of the file, and of its values only texts and numbers are
hashed and compared; a name that is not in the tables is refused where it stands, used or not.
"""

from __future__ import annotations

import pickletools
import struct
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

from vecalc.codecs.pickled_machine import CHECKED, FREE, Inert, Machine
from vecalc.codecs.pickled_names import (
    BAGS,
    BYTES,
    DICTIONARIES,
    ENCODE,
    MADE,
    RECONSTRUCTOR,
    Name,
    known,
    of_library,
)
from vecalc.errors import FileProblem
from vecalc.sources import DAMAGED
from vecalc.sources.word_text import shown

# Three million words take 13 million opcodes as gensim 4 saves them, three times that in older files.
OPCODES = 100_000_000
# Words, numbers and what is kept of them take two bytes an opcode or more, the objects of older files a
# little less; what is all opcodes and no content is refused where it stands.
BYTES_OF_FOUR = 5
LATEST = 5  # protocol

Handler: TypeAlias = Callable[[Machine, Any], object]  # whatever comes back is dropped


def inert(data: bytes, path: Path, honest: int) -> tuple[Any, int]:
    """The value of a pickle, of plain values and `Inert`s, and how many bytes it takes.

    `honest` is the size that its limits are taken from: less than it has, where it was compressed too well.

    Raises `FileProblem` for a pickle that is damaged, names what it may not, or is beyond a limit.
    """
    machine = Machine(len(data), honest)
    position = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of odd escapes in texts
            for count, (opcode, argument, place) in enumerate(pickletools.genops(data)):
                position = place or 0
                if count % CHECKED == 0:
                    machine.look(position)
                    if count > OPCODES:
                        machine.refuse(f"more than {OPCODES:,} opcodes")
                    if count > FREE + 4 * min(position, honest) // BYTES_OF_FOUR:
                        machine.refuse("it has far more opcodes than a model of its size")
                if opcode.name in PUSHED:
                    machine.stack.append(argument)
                elif opcode.name == "STOP":
                    return machine.stack.pop(), position + 1
                else:
                    HANDLERS[opcode.name](machine, argument)
    except FileProblem as problem:
        raise problem.at(where=f"{path}:byte {position:,}") from None
    except (ValueError, IndexError, KeyError, OverflowError, struct.error) as problem:
        message = f"damaged pickle: {type(problem).__name__} behind this byte"
        raise FileProblem(message, where=f"{path}:byte {position:,}", hint=DAMAGED) from None
    raise FileProblem("the pickle has no end", where=str(path), hint=DAMAGED)


# --- names and what is made of them ----------------------------------------------------------


def _global(machine: Machine, module: str, name: str) -> Name:
    found = known(module, name)
    if found is None:
        names = f"names {shown(f'{module}.{name}')[1:-1]}"
        if (kind := of_library(module)) is not None:
            what, convert = kind
            machine.refuse_to_run(f"{names}; it holds {what}", convert)
        machine.refuse_to_run(names)
    return found


def _made(machine: Machine, name: Any, arguments: Any) -> Any:
    """What a call of a name would give. Nothing is called."""
    if not isinstance(name, Name):
        machine.refuse_to_run("calls something that is not a name")
    if name not in MADE:
        machine.refuse_to_run(f"calls {name}")
    if type(arguments) is not tuple:
        raise ValueError("arguments that are not a tuple")
    if name in DICTIONARIES:
        return {}
    if name == BYTES and not arguments:
        return b""
    if name == ENCODE:  # how Python 3 writes bytes for Python 2
        text, *encoding = arguments
        if type(text) is not str or encoding not in (["latin1"], ["latin-1"], ["iso-8859-1"]):
            raise ValueError("not bytes written as text")
        return text.encode("latin-1")
    if name == RECONSTRUCTOR:
        return _instance(machine, next(iter(arguments), None), ())
    return Inert(name, arguments)


def _instance(machine: Machine, name: Any, arguments: Any) -> Inert:
    if not isinstance(name, Name) or name not in BAGS:
        machine.refuse_to_run(f"makes an instance of {name if isinstance(name, Name) else 'no class'}")
    return Inert(name, arguments if type(arguments) is tuple else ())


def _reduce(machine: Machine, _: object) -> None:
    arguments = machine.stack.pop()
    machine.push(_made(machine, machine.stack.pop(), arguments))


def _new(machine: Machine, _: object) -> None:
    arguments = machine.stack.pop()
    machine.push(_instance(machine, machine.stack.pop(), arguments))


def _new_with_keywords(machine: Machine, _: object) -> None:
    if machine.stack.pop() != {}:
        machine.refuse_to_run("makes an instance with keywords")
    _new(machine, None)


def _instance_since_mark(machine: Machine, argument: str) -> None:
    module, _, name = argument.partition(" ")
    arguments = tuple(machine.since_mark())
    machine.push(_instance(machine, _global(machine, module, name), arguments))


def _object_since_mark(machine: Machine, _: object) -> None:
    name, *arguments = machine.since_mark()
    machine.push(_instance(machine, name, tuple(arguments)))


def _named(machine: Machine, argument: str) -> None:
    module, _, name = argument.partition(" ")
    machine.stack.append(_global(machine, module, name))


def _named_on_stack(machine: Machine, _: object) -> None:
    name = machine.text(machine.stack.pop())
    machine.stack.append(_global(machine, machine.text(machine.stack.pop()), name))


def _build(machine: Machine, _: object) -> None:
    """Keep the state; that of gensim's instances is a dictionary of attributes."""
    state = machine.stack.pop()
    target = machine.stack[-1]
    if type(target) is not Inert or target.state is not None:
        machine.refuse_to_run("sets the state of something that has none")
    if target.name in BAGS and not (type(state) is dict and all(type(key) is str for key in state)):
        machine.refuse(f"a {target.name.name} without a dictionary of attributes", DAMAGED)
    target.state = state


# --- containers ------------------------------------------------------------------------------

_PLAIN = frozenset({str, int, float, bytes, bool, type(None), Inert})  # an Inert hashes by its identity


def _hashable(machine: Machine, items: Iterable[Any]) -> None:
    """Keys and members are plain: nested tuples could take a stack's depth, or forever, to hash."""
    for item in items:
        if type(item) not in _PLAIN:
            machine.refuse("it has a key that is neither text nor number")


def _set_items(machine: Machine, items: list[Any]) -> None:
    _hashable(machine, items[::2])
    machine.top(dict).update(zip(items[::2], items[1::2], strict=True))


def _dictionary(machine: Machine, _: object) -> None:
    items = machine.since_mark()
    machine.push({})
    _set_items(machine, items)


def _append(machine: Machine, _: object) -> None:
    value = machine.stack.pop()
    machine.top(list).append(value)


def _extend(machine: Machine, _: object) -> None:
    items = machine.since_mark()
    machine.top(list).extend(items)


def _add_items(machine: Machine, items: list[Any]) -> None:
    _hashable(machine, items)
    machine.top(set).update(items)


def _frozen(machine: Machine, _: object) -> None:
    items = machine.since_mark()
    _hashable(machine, items)
    machine.push(frozenset(items))


def _tuple_of(count: int) -> Handler:
    def handle(machine: Machine, _: object) -> None:
        items = [machine.stack.pop() for _ in range(count)]
        machine.push(tuple(reversed(items)))

    return handle


# --- the rest --------------------------------------------------------------------------------


def _frame(machine: Machine, size: int) -> None:
    if size > machine.whole:
        raise ValueError("a frame longer than the file")


def _protocol(machine: Machine, number: int) -> None:
    if number > LATEST:
        machine.refuse(f"its protocol {number} is not known", DAMAGED)


def _refused(what: str) -> Handler:
    def handle(machine: Machine, _: object) -> None:
        machine.refuse_to_run(what)

    return handle


PUSHED = frozenset(
    (
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
        *("UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    )
)
HANDLERS: dict[str, Handler] = {
    "NONE": lambda machine, _: machine.stack.append(None),
    "NEWTRUE": lambda machine, _: machine.stack.append(True),
    "NEWFALSE": lambda machine, _: machine.stack.append(False),
    "EMPTY_LIST": lambda machine, _: machine.push([]),
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    "EMPTY_SET": lambda machine, _: machine.push(set()),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "LIST": lambda machine, _: machine.push(machine.since_mark()),
    "TUPLE": lambda machine, _: machine.push(tuple(machine.since_mark())),
    "TUPLE1": _tuple_of(1),
    "TUPLE2": _tuple_of(2),
    "TUPLE3": _tuple_of(3),
    "DICT": _dictionary,
    "FROZENSET": _frozen,
    "APPEND": _append,
    "APPENDS": _extend,
    "ADDITEMS": lambda machine, _: _add_items(machine, machine.since_mark()),
    "SETITEM": lambda machine, _: _set_items(machine, [machine.stack.pop(), machine.stack.pop()][::-1]),
    "SETITEMS": lambda machine, _: _set_items(machine, machine.since_mark()),
    "MARK": lambda machine, _: machine.mark(),
    "POP": lambda machine, _: machine.throw_away(),
    "POP_MARK": lambda machine, _: machine.since_mark(),
    "DUP": lambda machine, _: machine.stack.append(machine.stack[-1]),
    "MEMOIZE": lambda machine, _: machine.remember(len(machine.memo)),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), Machine.remember),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), Machine.recall),
    "PROTO": _protocol,
    "FRAME": _frame,
    "GLOBAL": _named,
    "STACK_GLOBAL": _named_on_stack,
    "REDUCE": _reduce,
    "BUILD": _build,
    "NEWOBJ": _new,
    "NEWOBJ_EX": _new_with_keywords,
    "INST": _instance_since_mark,
    "OBJ": _object_since_mark,
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), _refused("calls what a registry of extensions holds")),
    **dict.fromkeys(("PERSID", "BINPERSID"), _refused("asks its reader for a persistent object")),
    **dict.fromkeys(("NEXT_BUFFER", "READONLY_BUFFER"), _refused("asks its reader for a buffer")),
}
