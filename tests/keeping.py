"""Everything that is written whole or kept from run to run, as actions to break off, repeat, and do at once.

As a program, `keeping.py at-once NAME N` does an action in N processes at once, and `keeping.py killed NAME
KIND` in processes that are killed (`kill -9`) at their first, second, ... call of a kind, each followed by
one that is left alone.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
from running import FAMILY, vecalc

from vecalc.engine.calculator import Calculator
from vecalc.errors import StorageProblem
from vecalc.lang import parse
from vecalc.library import catalogue, paths
from vecalc.shell.repl import favourites, line_editor
from vecalc.space import atomic
from vecalc.space.store import open_store
from vecalc.space.store_writer import write_store


class Action(NamedTuple):
    """What number `i` writes, what can be seen of all numbers, and whether the last alone is to be seen."""

    do: Callable[[int], None]  # raises StorageProblem
    seen: Callable[[], set[int]]
    folder: Callable[[], Path]
    replaces: bool = False


def place() -> Path:
    """Where outputs go."""
    return Path(os.environ["VECALC_CONFIG"]).parent / "here"


def good(*arguments: str | Path) -> None:
    done = vecalc(*arguments)
    if done.code == StorageProblem.exit_code:
        raise StorageProblem(done.err)
    assert (done.code, done.err) == (0, ""), done


# --- kept files -------------------------------------------------------------------------------

CALCULATOR = Calculator(catalogue.starter())


def add_alias(i: int) -> None:
    good("models", "add", f"n{i}", FAMILY)


def aliases() -> set[int]:
    return {int(name[1:]) for name in catalogue.names() if name != catalogue.STARTER}


def keep_favourite(i: int) -> None:
    session = SimpleNamespace(calculator=CALCULATOR)  # all that is needed of one
    favourites.favourite(session, f"n{i} = king")  # type: ignore[arg-type]


def remember(i: int) -> None:
    """What a prompt does in which one line is typed."""
    line_editor.readline.clear_history()
    told: list[str] = []
    session: Any = SimpleNamespace(tell=told.extend)
    editor = line_editor.ReadlineEditor(session)
    editor.remember(f"n{i}")
    told += filter(None, [editor.close()])
    if told:
        raise StorageProblem(told[0])


def remembered() -> set[int]:
    return {int(line[1:]) for line in (paths.HISTORY.read() or b"").decode().split()}


# --- written whole ----------------------------------------------------------------------------


def write_output(i: int) -> None:
    with atomic.written_whole(place() / "out.txt") as stream:
        for _ in range(3):
            stream.write(b"%d\n" % i * 10_000)


def output() -> set[int]:
    path = place() / "out.txt"
    lines = path.read_text().split() if path.exists() else []
    assert len(lines) in (0, 30_000)
    return set(map(int, lines))


ROWS = np.arange(40 * 300, dtype=np.float32).reshape(300, 40) + 1


def write_a_store(i: int) -> None:
    words = [f"{i}-{row}" for row in range(len(ROWS))]
    write_store(place() / "store", [(words, ROWS * i)], name="it")


def store() -> set[int]:
    if not (place() / "store").exists():
        return set()
    space = open_store(place() / "store")
    words = list(space.words())
    seen = {int(word.partition("-")[0]) for word in words}
    assert np.array_equal(space.vectors(range(len(ROWS)), np.float32), ROWS * max(seen))
    assert all(space.row(word) == row for row, word in enumerate(words))
    return seen


def convert_model(i: int) -> None:
    source = place().parent / f"from-{i}.txt"
    rows = "".join(f"w{row} {i} {row}\n" for row in range(1, 400))
    source.write_text(f"399 2\n{rows}")
    good("convert", source, place() / "out.npy", "--force", "-q")


def conversion() -> set[int]:
    path = place() / "out.npy"
    return set(np.load(path)[:, 0].astype(int).tolist()) if path.exists() else set()


KEPT: dict[str, Action] = {
    "models.json": Action(add_alias, aliases, paths.config_folder),
    "favourites.vec": Action(
        keep_favourite, lambda: {int(name[1:]) for name in favourites.names()}, paths.config_folder
    ),
    "history": Action(remember, remembered, lambda: paths.history_file().parent),
}
WHOLE: dict[str, Action] = {
    "output": Action(write_output, output, place, replaces=True),
    "store": Action(write_a_store, store, place, replaces=True),
    "conversion": Action(convert_model, conversion, place, replaces=True),
}
ACTIONS = KEPT | WHOLE


# --- faults -----------------------------------------------------------------------------------


class Calls:
    """Counts calls of a kind, and has the n-th do something else first."""

    def __init__(self, at: int, fault: Callable[[], object]) -> None:
        self.at = at
        self.fault = fault
        self.count = 0

    def counted(self, true: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self.come()
            return true(*arguments, **named)

        return call

    def come(self) -> None:
        self.count += 1
        if self.count == self.at:
            self.fault()

    def opened(self, target: int | Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        """What `os.fdopen` or `Path.open` gives, whose writes are counted: those of the last flush, too."""
        if "b" not in mode or "r" in mode:
            return io.open(target, mode, *more, **named)  # noqa: UP020
        calls = self

        class Raw(io.FileIO):
            def write(self, data: Any, /) -> int:
                calls.come()
                return super().write(data)

        raw = Raw(target, mode.replace("b", ""))
        return io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)


def patches(kind: str, calls: Calls) -> list[Any]:
    renames: list[tuple[Any, str]] = [(Path, "rename"), (Path, "replace"), (atomic, "exchange")]
    found: list[tuple[Any, str]] = {
        "write": [],
        "fsync": [(os, "fsync")],
        "rename": renames,
        "unlink": [(os, "unlink"), (os, "rmdir")],
    }[kind]
    made = [mock.patch.object(owner, name, calls.counted(getattr(owner, name))) for owner, name in found]
    if kind == "write":

        def by_path(path: Path, *more: Any, **named: Any) -> Any:
            return calls.opened(path, *more, **named)

        made = [mock.patch.object(os, "fdopen", calls.opened), mock.patch.object(Path, "open", by_path)]
    return made


KINDS = ("write", "fsync", "rename")


@contextmanager
def at(kind: str, n: int, fault: Callable[[], object]) -> Iterator[Calls]:
    calls = Calls(n, fault)
    made = patches(kind, calls)
    for patch in made:
        patch.start()
    try:
        yield calls
    finally:
        for patch in made:
            patch.stop()


def failing(number: int) -> Callable[[], None]:
    def fail() -> None:
        raise OSError(number, os.strerror(number))

    return fail


# --- as a program -----------------------------------------------------------------------------


def _child(work: Callable[[], object]) -> int:
    if (pid := os.fork()) == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            sys.stderr.write(traceback.format_exc())
            sys.stderr.flush()
        finally:
            os._exit(code)
    return pid


def _seen(action: Action) -> set[int]:
    """What can be seen, by a process of its own: this one must not come to have threads before it forks."""
    reading, writing = os.pipe()
    pid = _child(lambda: os.write(writing, json.dumps(sorted(action.seen())).encode()))
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        told = stream.read()
    assert os.waitpid(pid, 0)[1] == 0
    return set(json.loads(told))


def at_once(name: str, number: int) -> None:
    """Every process begins when all are there."""
    parse.parse("king")  # what takes long and all of them need; but no threads, which a fork does not copy
    ready, go = os.pipe()
    children = []
    for i in range(1, number + 1):

        def work(i: int = i) -> None:
            os.close(go)
            os.read(ready, 1)  # ends when the last end is closed
            ACTIONS[name].do(i)

        children.append(_child(work))
    os.close(go)
    codes = [os.waitpid(pid, 0)[1] for pid in children]
    assert set(codes) == {0}, codes


def killed(name: str, kind: str) -> None:
    """The n-th call is the last, for n = 1, 2, ...; the next run finds its way."""
    action = ACTIONS[name]
    for n in range(1, 500):
        before = _seen(action)

        def work(n: int = n) -> None:
            with at(kind, n, lambda: os.kill(os.getpid(), signal.SIGKILL)):
                action.do(2 * n)

        status = os.waitpid(_child(work), 0)[1]
        pid = _child(lambda n=n: action.do(2 * n + 1))  # type: ignore[misc]
        assert os.waitpid(pid, 0)[1] == 0
        seen = _seen(action)
        assert 2 * n + 1 in seen
        assert action.replaces or before <= seen
        assert atomic.leftovers(action.folder()) == [], (n, atomic.leftovers(action.folder()))
        if status == 0:
            assert n > 1, "nothing was killed"
            return
        assert os.WTERMSIG(status) == signal.SIGKILL
    raise AssertionError("it never came to an end")


if __name__ == "__main__":
    {"at-once": lambda name, n: at_once(name, int(n)), "killed": killed}[sys.argv[1]](*sys.argv[2:])
