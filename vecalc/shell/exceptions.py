"""Exceptions that are nobody's mistake in an expression, told like those that are.

What can't be read is a `FileProblem` before it comes here, and so is what can't be written a `StorageProblem`
that names its file. So the errors of the system that are left are those of standard output, and those that
name a file themselves.
"""

from __future__ import annotations

from vecalc.errors import StorageProblem, VecalcError

WANTING = ("failed to map segment", "cannot allocate memory")  # what the loader says of a library


def as_problem(fault: Exception) -> VecalcError:
    """What the user is told: a problem of the machine by its name, a fault of ours as what it is."""
    match fault:
        case VecalcError():
            return fault
        case MemoryError():
            return not_enough_memory()
        case ImportError() if any(what in str(fault).lower() for what in WANTING):
            return not_enough_memory()
        case RuntimeError() if "can't start new thread" in str(fault):
            return not_enough_memory()
        case OSError(strerror=str(why), filename=name):
            return StorageProblem(why, where=str(name) if name else "standard output")
    what = f"a fault in vecalc itself: {type(fault).__name__}: {fault}"
    return VecalcError(what, hint="please report it; --debug shows where")


def not_enough_memory() -> StorageProblem:
    """What is told where memory runs out."""
    return StorageProblem("not enough memory", hint="close something, or use a smaller model")
