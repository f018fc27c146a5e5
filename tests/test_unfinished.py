"""Everything that resumes: killed, stopped, full or damaged anywhere, and two at once.

Whatever is done to it, a run gives the bytes of an unbroken one or exit code 5, never 0 with others; and the
next run gives the right ones, at the latest when what the message says was done.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from machine import FULL, STOP, Ended, Machine
from running import FAMILY, Done, vecalc

from vecalc.shell import registry
from vecalc.shell.cli.command import vecalc as main_command


class Case(NamedTuple):
    """A command line that can be gone on with: its options, what it reads and writes, and its exit code."""

    options: tuple[str, ...]
    reads: str
    holds: str
    writes: str
    code: int = 0


QUESTIONS = "king - man + woman\n\nA = queen\nA + boy\nnosuch\ncos(king, queen)\n"
TABLE = "a,b\nking,queen\nman,woman\nprince,king\nKing,woman\nman,king\n"
CASES = {
    "": [
        Case(("-f", "q.txt"), "q.txt", QUESTIONS, "out.jsonl", 1),
        Case(("-f", "q.txt", "--format", "json"), "q.txt", QUESTIONS, "out.json", 1),
        Case(("--csv", "t.csv", "-e", "a - b"), "t.csv", TABLE, "out.csv"),
    ],
    "features": [
        Case(("features", "t.csv", "-e", "a*b", "--keep", "a"), "t.csv", TABLE, "out.npz"),
        Case(("features", "t.csv", "-e", "a*b"), "t.csv", TABLE, "out.npy"),
        Case(("features", "t.csv", "-e", "norm(a - b)", "--keep", "b"), "t.csv", TABLE, "out.csv"),
    ],
}
SOME = 13  # changes from one that is hit to the next, in the tests that are run each time
MIDDLE = 24  # a change of a file when something is noted, and more is to come
ALL = [pytest.param(case, id=f"{name}-{case.writes}") for name, cases in CASES.items() for case in cases]
ONE_EACH = [pytest.param(cases[0], id=name or "batch") for name, cases in CASES.items()]


def test_every_command_that_resumes_is_here() -> None:
    known: dict[str, click.Command | None] = {name: registry.find(name) for name in registry.names()}
    known[""] = main_command
    assert {n for n, c in known.items() if c and any(p.name == "resume" for p in c.params)} == set(CASES)


class Bench:
    """A case in a folder of its own, and the bytes that it has to give."""

    def __init__(self, folder: Path, case: Case) -> None:
        self.folder = folder
        self.case = case
        (folder / case.reads).write_text(case.holds, "utf-8")
        assert self.run().code == case.code
        self.right = self.outputs()
        assert case.writes in self.right
        self.clean()

    def command(self, *more: str, output: str | Path = "") -> list[str]:
        options = [str(self.folder / o) if o == self.case.reads else o for o in self.case.options]
        return [*options, "-o", str(self.folder / (output or self.case.writes)), *more, "-m", str(FAMILY)]

    def run(self) -> Done:
        return vecalc(*self.command("--resume"))

    def _kinds(self) -> tuple[list[Path], list[Path]]:
        """Outputs, and what lies beside them."""
        outputs = {self.case.writes, f"{Path(self.case.writes).stem}.columns.json"}
        found = [path for path in self.folder.iterdir() if path.name != self.case.reads]
        return [p for p in found if p.name in outputs], [p for p in found if p.name not in outputs]

    def outputs(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self._kinds()[0]}

    def left(self) -> list[Path]:
        """What lies beside the output."""
        return self._kinds()[1]

    def files_left(self) -> list[Path]:
        return sorted(f for path in self.left() for f in (path.iterdir() if path.is_dir() else [path]))

    def clean(self, *, outputs: bool = True) -> None:
        for path in [*self.left(), *(self._kinds()[0] if outputs else [])]:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def is_right(self, ended: Done | Ended) -> bool:
        """Whether a run succeeded; then its bytes are the right ones, and if not it says so in one line."""
        if ended.code == self.case.code:
            assert self.outputs() == self.right
            return True
        assert ended.code == 5, ended.err
        assert ended.err.splitlines()[-1].startswith("vecalc: ")
        assert "standard output" not in ended.err
        return False

    def ends_well(self) -> None:
        """The next run gives the right bytes and leaves nothing, once what may be damaged is removed."""
        if not self.is_right(self.run()):
            self.clean(outputs=False)
            assert self.is_right(self.run())
        assert self.left() == []


@pytest.fixture
def bench(tmp_path: Path, case: Case) -> Bench:
    folder = tmp_path / "bench"
    folder.mkdir()
    return Bench(folder, case)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with Machine(tmp_path_factory.mktemp("machine") / "err") as machine:
        yield machine


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with Machine(tmp_path_factory.mktemp("other") / "err") as machine:
        yield machine


# --- killed, and out of space ---------------------------------------------------------------


def every(hit: Callable[[int], Ended], step: int, first: int = 1) -> Iterator[tuple[int, Ended]]:
    """What became of a run that is hit at its first change of a file, at a later one, ... until it is not."""
    for at in range(first, 10_000, step):
        ended = hit(at)
        yield at, ended
        if not (ended.killed or ended.stopped or ended.code == 5):
            return


def go_on_after_kills(bench: Bench, machine: Machine, step: int, before: int = 0) -> int:
    """Kill a run, or one that goes on with what a kill at the change `before` has left; how often."""
    count = 0
    command = bench.command("--resume")
    if before:
        machine.run(*command, at=before)
    for at, ended in every(lambda at: machine.run(*command, at=at), step):
        count += ended.killed
        assert bench.is_right(machine.run(*command) if ended.killed else ended), at
        assert bench.left() == []
        bench.clean()
        if before:
            machine.run(*command, at=before)
    return count


@pytest.mark.slow
@pytest.mark.parametrize("case", ALL)
def test_67_every_format_goes_on_after_a_kill(bench: Bench, machine: Machine) -> None:
    assert go_on_after_kills(bench, machine, step=5) > 3


@pytest.mark.parametrize("case", ONE_EACH)
def test_67_a_run_that_is_killed_goes_on_to_the_same_bytes(bench: Bench, machine: Machine) -> None:
    assert go_on_after_kills(bench, machine, step=SOME) > 3


@pytest.mark.slow
@pytest.mark.parametrize("case", ONE_EACH)
@pytest.mark.parametrize("before", [0, MIDDLE])
def test_67_killed_at_every_change_of_a_file(bench: Bench, machine: Machine, before: int) -> None:
    assert go_on_after_kills(bench, machine, 1, before) > 20


@pytest.mark.parametrize("case", ONE_EACH)
def test_a_change_that_fails_is_told_with_its_file(bench: Bench, machine: Machine) -> None:
    fail_at(bench, machine, step=SOME)


@pytest.mark.slow
@pytest.mark.parametrize("case", ONE_EACH)
def test_32_every_change_fails_once(bench: Bench, machine: Machine) -> None:
    fail_at(bench, machine, step=1)


def fail_at(bench: Bench, machine: Machine, step: int) -> None:
    for at, ended in every(lambda at: machine.run(*bench.command("--resume"), at=at, what=FULL), step):
        if not bench.is_right(ended):
            assert str(bench.folder) in ended.err
            assert bench.is_right(machine.run(*bench.command("--resume"))), at
        elif at < 5:
            raise AssertionError(at)
        bench.clean()


# --- two at once ----------------------------------------------------------------------------


@pytest.mark.parametrize("case", ONE_EACH)
def test_87_the_second_of_two_is_refused(bench: Bench, machine: Machine, other: Machine) -> None:
    """By whatever way it names the output, and whether it means to resume or not."""
    link = bench.folder.parent / "link"
    link.symlink_to(bench.folder / bench.case.writes)
    suffix = ["--format", Path(bench.case.writes).suffix[1:]]
    again = f"../{bench.folder.name}/{bench.case.writes}"
    assert machine.run(*bench.command("--resume"), at=10, what=STOP).stopped
    for command in [
        bench.command("--resume"),
        bench.command(),
        bench.command("--resume", *suffix, output=link),
        bench.command(*suffix, output=link),
        bench.command("--resume", output=again),
        bench.command(output=again),
    ]:
        done = other.run(*command)
        assert (done.code, done.err.count("\n")) == (5, 1)
        assert "another vecalc is writing it; wait until it has ended" in done.err
    assert bench.is_right(machine.go_on())
    assert bench.left() == []
    assert link.is_symlink()


def two_at_once(bench: Bench, machine: Machine, other: Machine, step: int, *, locks: bool) -> None:
    """One stops in the middle, the other runs, the one goes on. Whoever succeeds has the right bytes."""
    command = bench.command("--resume")
    for at, first in every(lambda at: machine.run(*command, at=at, what=STOP, locks=locks), step):
        if not first.stopped:
            assert bench.is_right(first)
            break
        second = bench.is_right(other.run(*command, locks=locks))
        first_is_right = bench.is_right(machine.go_on())
        assert first_is_right or second or not locks, at
        bench.ends_well()
        bench.clean()


@pytest.mark.parametrize("case", ONE_EACH)
@pytest.mark.parametrize("locks", [True, False])
def test_87_two_at_once(bench: Bench, machine: Machine, other: Machine, locks: bool) -> None:
    two_at_once(bench, machine, other, SOME, locks=locks)


@pytest.mark.slow
@pytest.mark.parametrize("case", ONE_EACH)
@pytest.mark.parametrize("locks", [True, False])
def test_87_two_at_once_anywhere(bench: Bench, machine: Machine, other: Machine, locks: bool) -> None:
    two_at_once(bench, machine, other, 1, locks=locks)


@pytest.mark.slow
@pytest.mark.parametrize("case", ONE_EACH)
@pytest.mark.parametrize("locks", [True, False])
def test_87_pairs_at_random(bench: Bench, machine: Machine, other: Machine, locks: bool) -> None:
    """The second starts at some time, with or without --resume; one of three is killed at some change."""
    chance = random.Random(87)  # noqa: S311
    for _ in range(25):
        machine.start(*bench.command("--resume"), locks=locks)
        time.sleep(chance.uniform(0, 0.1))
        killed_at = chance.choice([0, 0, chance.randrange(1, 60)])
        other.start(*bench.command(*chance.choice([["--resume"], []])), at=killed_at, locks=locks)
        ended = [machine.ended(), other.ended()]
        for one in ended:
            assert one.killed or bench.is_right(one) or one.code == 5
        bench.ends_well()
        bench.clean()


# --- damaged --------------------------------------------------------------------------------


def flipped(path: Path, place: float) -> None:
    data = bytearray(path.read_bytes() or b"\0")
    data[int(place * (len(data) - 1))] ^= 1
    path.write_bytes(data)


def link_to_other(path: Path) -> None:
    victim = path.with_name("victim")
    path.rename(victim)
    path.symlink_to(victim)


def changed(path: Path, *names: tuple[str, str]) -> None:
    text = path.read_text("utf-8", "surrogateescape")
    for old, new in names:
        text = text.replace(old, new)
    path.write_text(text, "utf-8", "surrogateescape")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"more"),
    "garbage": lambda path: path.write_bytes(os.urandom(path.stat().st_size)),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "first bit": lambda path: flipped(path, 0.0),
    "middle bit": lambda path: flipped(path, 0.5),
    "last bit": lambda path: flipped(path, 1.0),
    "folder": lambda path: (path.unlink(), path.mkdir()),
    "pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "link": link_to_other,
    "other answers": lambda path: changed(path, ('"answers": 2', '"answers": 3'), ('"rows": 2', '"rows": 4')),
    "future": lambda path: changed(path, ('"version": 2', '"version": 3')),
    "JSON": lambda path: path.write_text("[]"),
    "deep": lambda path: path.write_text("[" * 100_000),
}


def damaged(bench: Bench, machine: Machine, damages: Iterable[str]) -> None:
    """Damage each file of what a kill in the middle leaves: some answers or rows, and a note of them."""
    assert machine.run(*bench.command("--resume"), at=MIDDLE).killed
    assert any(b'"facts": {"' in path.read_bytes() for path in bench.files_left())
    sound = bench.folder.with_name("sound")
    shutil.copytree(bench.folder, sound)
    files = [path.relative_to(bench.folder) for path in bench.files_left()]
    for name, damage in itertools.product(files, damages):
        shutil.rmtree(bench.folder)
        shutil.copytree(sound, bench.folder)
        DAMAGES[damage](bench.folder / name)
        bench.is_right(bench.run())
        bench.ends_well()


@pytest.mark.parametrize("case", ONE_EACH)
def test_87_a_damaged_run_is_refused_or_goes_on_to_the_same_bytes(bench: Bench, machine: Machine) -> None:
    damaged(bench, machine, ["missing", "half", "longer", "middle bit"])


@pytest.mark.slow
@pytest.mark.parametrize("case", ALL)
def test_87_damaged_in_every_way(bench: Bench, machine: Machine) -> None:
    damaged(bench, machine, DAMAGES)
