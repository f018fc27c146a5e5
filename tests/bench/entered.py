"""How many files of the package a run enters: python tests/bench/entered.py 'king - man + woman'.

A file counts when one of its functions runs, in any thread; what a module does while it is loaded does not.
Each file that is entered is one that a reader has to open to follow an answer. The report is on stderr.
"""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import FrameType

import vecalc.__main__ as program

PACKAGE = str(Path(program.__file__).parent) + "/"


class Entered:
    """The functions that ran, by the file that they are in."""

    def __init__(self) -> None:
        self.functions: dict[str, set[str]] = defaultdict(set)

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """See `sys.setprofile`."""
        code = frame.f_code
        if event != "call" or not code.co_flags & CO_OPTIMIZED or not code.co_filename.startswith(PACKAGE):
            return  # the bodies of modules and classes are not functions
        above: FrameType | None = frame
        while above := above.f_back if above else None:
            if above.f_code.co_name == "<module>" and above.f_code.co_filename.startswith(PACKAGE):
                return  # a module that is being loaded
        self.functions[code.co_filename.removeprefix(PACKAGE)].add(code.co_qualname)


def main(arguments: list[str]) -> int:
    """Run a command line, and print how many files it enters, then each with its functions."""
    entered = Entered()
    threading.setprofile(entered)
    sys.setprofile(entered)
    try:
        code = program.run(arguments)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    found = sorted(entered.functions.items())
    print(f"{len(found)} files, {sum(len(names) for _, names in found)} functions", file=sys.stderr)
    for file, names in found:
        print(f"{file}: {', '.join(sorted(names))}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
