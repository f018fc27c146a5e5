"""Kills, full disks and broken ones at exact system calls, in everything that writes (faults 30, 32, 88, 93).

Whatever call of an operation is hit: it says 0 only when its result is there and right, otherwise a line and
its exit code; what was there before stays or is replaced as a whole; the same command, given again, comes to
the right end; and then nothing else lies about. The operations are those of operations.py.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from exact import KILL, KILLED, Ran, Server, points, unsynced, unusable
from operations import OPERATIONS, Home, Operation, Ways, undisturbed
from serving import GOOD, STATIC, repository, serving

from vecalc.shell import registry
from vecalc.shell.commands.models import ACTIONS

# How many kills, and as many errors, are placed at least: the net must not shrink unseen.
LEAST = {
    "import": 15,
    "import over an older one": 24,
    "import of texts": 19,
    "first use of texts": 25,
    "first use": 25,
    "use after the file was replaced": 28,
    "convert to gensim_native": 8,
    "convert to npy": 10,
    "convert to npz": 7,
    "convert to parquet": 10,
    "convert to safetensors": 9,
    "convert over older files": 13,
    "answers with --resume": 34,
    "features": 17,
    "features with --resume": 43,
    "explain": 7,
    "compare": 8,
    "diff": 7,
    "eval": 8,
    "models add --import": 19,
    "models remove, an imported one": 17,
    "models prune": 11,
    "models pull": 27,
    "models pull, of the hub": 34,
}
LEAST_OF_OTHERS, LEAST_OF_ALL = 4, 500

# They write nothing, unless to standard output, or to a server.
WRITE_NOTHING = {"help", "models path", "publish"}


def test_the_table_has_every_command_that_writes() -> None:
    actions = {f"models {action}" for action in ACTIONS}
    there_are = {"", *registry.names(), *actions} - {"models"} - WRITE_NOTHING
    assert {operation.name for operation in OPERATIONS.values()} == there_are


def test_the_table_has_enough_faults() -> None:
    assert LEAST.keys() <= OPERATIONS.keys()
    assert sum(LEAST.get(name, LEAST_OF_OTHERS) for name in OPERATIONS) >= LEAST_OF_ALL


# --- the net --------------------------------------------------------------------------------


def _part(state: dict[str, str], whole: tuple[str, ...]) -> dict[str, str]:
    """What a state has of the places that are old or new; names that begin with a dot are nobody's."""
    return {
        name: content
        for name, content in state.items()
        if any(fnmatch(name, pattern) for pattern in whole)
        and not any(part.startswith(".") for part in Path(name).parts)
    }


def _wrong_at_once(operation: Operation, ways: Ways, ran: Ran, state: dict[str, str]) -> Iterator[str]:
    """What is wrong right after a fault."""
    said = [line for line in ran.err.splitlines() if not line.startswith(("vecalc: note: ", "  "))]
    said = [line for line in said if operation.name != "models pull" or line.startswith("vecalc: ")]
    if operation.goes_on and said:
        ran = ran._replace(code=5)
    if ran.code not in (0, 4, 5, KILLED):
        yield f"exit code {ran.code}: {ran.err[:300]}"
    elif ran.code in (4, 5) and (len(said) != 1 or not said[0].startswith("vecalc: ")):
        yield f"exit code {ran.code} says: {ran.err[:300]!r}"
    elif ran.code == 0 and said:
        yield f"exit code 0 says: {ran.err[:300]!r}"
    here = _part(state, operation.whole)
    old, new = (_part(way, operation.whole) for way in (ways.before, ways.once))
    if ran.code == 0 and (here != new or ran.out != ways.done.out):
        yield f"exit code 0 without the result: {_difference(here, new)}{ran.out[:100]}"
    elif here not in (old, new):
        yield f"neither old nor new: {_difference(here, old)}"


def _difference(here: dict[str, str], right: dict[str, str]) -> str:
    more, fewer = sorted(here.keys() - right.keys()), sorted(right.keys() - here.keys())
    other = sorted(name for name in here.keys() & right.keys() if here[name] != right[name])
    named = (("more", more), ("missing", fewer), ("other", other))
    return "; ".join(f"{what} {names}" for what, names in named if names)


def _wrong(home: Home, ways: Ways, ran: Ran) -> Iterator[str]:
    """What is wrong after a run that was disturbed, and after the next one."""
    yield from _wrong_at_once(home.operation, ways, ran, home.state())
    lacking = [(4, "")] if home.operation.may_lack and ran.code == KILLED else []
    if (probed := home.probe()) not in (*ways.probes, *lacking):
        yield f"the probe says {probed}"
    again = home.go_on()
    differs = home.operation.same and again.code == 0 and again.out != ways.done.out
    if again.code not in home.operation.again or differs:
        yield f"the next run ends with {again.code}: {again.out[:200]}{again.err[:300]}"
    state = home.state()
    if state not in (ways.once, ways.twice):
        yield f"after the next run: {_difference(state, ways.once)}"


each_operation = pytest.mark.parametrize("name", OPERATIONS, scope="module")


@pytest.fixture(scope="session")
def around() -> Iterator[tuple[Server, str]]:
    """What forks all the runs, and the address of all that is pulled."""
    with Server() as server, serving(pages={**GOOD, **repository(STATIC)}) as (url, _):
        yield server, url


@pytest.fixture(scope="module")
def place(name: str, around: tuple[Server, str], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Where an operation takes place, for all of its tests."""
    server, url = around
    return Home(tmp_path_factory.mktemp("place"), server, OPERATIONS[name], url)


@pytest.fixture(scope="module")
def ways(place: Home) -> Ways:
    """How it goes undisturbed."""
    place.restore()
    return undisturbed(place)


@pytest.fixture
def home(place: Home) -> Home:
    """The same place, as it was before the operation."""
    place.restore()
    return place


@pytest.fixture(scope="session")
def strace() -> None:
    if why := unusable():
        pytest.skip(why)


@pytest.mark.slow
@pytest.mark.usefixtures("strace")
@each_operation
def test_30_32_88_93_whatever_call_is_hit(name: str, ways: Ways, home: Home) -> None:
    hits, found = [], []
    for point in points(home.look().calls, home.folder):
        home.restore()
        ran = home.disturb(point)
        hits += [point] * ran.hit
        found += [f"{point}: exit code {ran.code}; {wrong}" for wrong in _wrong(home, ways, ran)]
    kills = sum(point.fault == KILL for point in hits)
    assert not found, "\n" + "\n".join(found)
    assert min(kills, len(hits) - kills) >= LEAST.get(name, LEAST_OF_OTHERS)


def test_what_is_not_on_the_disk_is_seen() -> None:
    calls = ['9 write(3</a/.x/y>, "z", 1) = 1', '9 rename("/a/.x", "/a/x") = 0']
    assert list(unsynced("\n".join(calls), Path("/a"))) == ["/a/.x/y is renamed and not on the disk"]
    assert list(unsynced("\n".join([calls[0], "8 fsync(4</a/.x/y>) = 0", calls[1]]), Path("/a"))) == []


@pytest.mark.slow
@pytest.mark.usefixtures("strace")
@each_operation
def test_31_nothing_takes_its_name_before_it_is_on_the_disk(name: str, home: Home) -> None:
    home.run()
    home.restore()
    calls = home.look().calls
    assert any(points(calls, home.folder))
    assert list(unsynced(calls, home.folder)) == []


RANDOM_KILLS = 4


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="its processes keep their streams in memory")
@each_operation
def test_30_67_whenever_it_is_killed(name: str, ways: Ways, home: Home) -> None:
    """Between system calls, too, and without strace."""
    rng = random.Random(name)  # noqa: S311
    found = []
    started = time.monotonic()
    home.run()
    takes = time.monotonic() - started
    for _ in range(RANDOM_KILLS):
        home.restore()
        after = rng.uniform(0, takes)
        ran = home.kill(after)
        found += [f"{after:.3f} of {takes:.3f} s: {wrong}" for wrong in _wrong(home, ways, ran)]
    assert not found, "\n" + "\n".join(found)
