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
from pathlib import Path
from typing import Any

from vecalc.errors import FileProblem
from vecalc.formats.pickled_machine import CHECKED, DAMAGED, FREE, Machine
from vecalc.formats.pickled_opcodes import HANDLERS, PUSHED

# Three million words take 13 million opcodes as gensim 4 saves them, three times that in older files.
OPCODES = 100_000_000
# Words, numbers and what is kept of them take two bytes an opcode or more, the objects of older files a
# little less; what is all opcodes and no content is refused where it stands.
BYTES_OF_FOUR = 5


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
                    machine.look()
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
