"""Every file that is kept or written whole: one suite over all that the registry and `keeping` name."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from data import as_binary
from forking import LINUX, Forked
from keeping import ACTIONS, KEPT, KINDS, ROWS, at, failing
from running import FAMILY, PATIENCE, command, forked, vecalc

import vecalc as package
from vecalc.errors import FileProblem, StorageProblem
from vecalc.library import paths
from vecalc.space.atomic import leftovers
from vecalc.space.locks import alone
from vecalc.space.store import FACTS

AT_ONCE = 30
# Those that run a whole command each time take long.
TRIED = [
    pytest.param(name, marks=[pytest.mark.slow] if name in ("models.json", "conversion") else [])
    for name in ACTIONS
]
WRITTEN_BY_THEIR_USER = {"config.toml", "vecalc.toml", "prelude.vec", "startup.txt"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, folder in (("CONFIG", "config"), ("CACHE_DIR", "cache"), ("MODELS", "imported")):
        monkeypatch.setenv(f"VECALC_{name}", str(tmp_path / folder))
    monkeypatch.setenv("VECALC_HISTORY", str(tmp_path / "state" / "history"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def program(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", Path(__file__).with_name("keeping.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=8 * PATIENCE,
    )
    assert done.stderr == ""
    assert done.returncode == 0


def begun(*arguments: str, sooner: bool = False) -> subprocess.Popen[bytes]:
    """A command that others run beside, asked for its exit code alone; `sooner`: see forking.py."""
    nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    if sooner and LINUX:
        return Forked(arguments, **nowhere, env=os.environ)
    return subprocess.Popen(command(*arguments), **nowhere)


# --- the registry -----------------------------------------------------------------------------


def test_every_kept_file_is_tried() -> None:
    names = {kept.path().name for kept in paths.KEPT}
    assert names == {*KEPT, *WRITTEN_BY_THEIR_USER}


def test_no_file_is_kept_outside_the_registry() -> None:
    """Whoever asks for the folder of the configuration, or of the history, has something to keep there."""
    package_folder = Path(package.__file__).parent
    asking = {
        str(path.relative_to(package_folder))
        for path in package_folder.rglob("*.py")
        if "config_folder()" in (text := path.read_text("utf-8")) or "history_file()" in text
    }
    assert asking == {"library/paths.py", "library/conversions.py"}


# --- many at once -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", TRIED)
def test_92_of_what_many_write_at_once_nothing_is_lost(name: str) -> None:
    program("at-once", name, str(AT_ONCE))
    seen = ACTIONS[name].seen()
    assert len(seen) == 1 if ACTIONS[name].replaces else seen == set(range(1, AT_ONCE + 1))
    assert leftovers(ACTIONS[name].folder()) == []


@pytest.mark.slow
def test_92_thirty_commands_at_once_keep_thirty_aliases(home: Path) -> None:
    (home / "config").mkdir()
    with alone(home / "config"):  # else one might have ended before the next begins
        commands = [begun("models", "add", f"n{i}", str(FAMILY), sooner=True) for i in range(1, AT_ONCE + 1)]
        with pytest.raises(subprocess.TimeoutExpired):
            commands[0].wait(0.2)
    assert [one.wait(8 * PATIENCE) for one in commands] == [0] * AT_ONCE
    assert KEPT["models.json"].seen() == set(range(1, AT_ONCE + 1))


def test_only_one_of_many_writes_the_first_settings(home: Path) -> None:
    commands = [begun("config", "init") for _ in range(4)]
    assert sorted(one.wait(PATIENCE) for one in commands) == [0, 2, 2, 2]


# --- faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=["full", "broken"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TRIED)
def test_88_whichever_call_fails_it_is_seen_and_the_old_stays(name: str, kind: str, number: int) -> None:
    """The last one, too; and the next run succeeds."""
    action = ACTIONS[name]
    action.do(1)
    for n in range(1, 500):
        before = action.seen()
        with at(kind, n, failing(number)) as calls:
            try:
                action.do(2 * n)
                failed = False
            except StorageProblem:
                failed = True
        seen = action.seen()
        assert seen == before if failed else 2 * n in seen
        assert leftovers(action.folder()) == []
        action.do(2 * n + 1)
        assert 2 * n + 1 in action.seen()
        if calls.count < n:
            assert n > 1, "nothing failed"
            assert not failed
            return
    pytest.fail("it never came to an end")


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind == "rename" else pytest.mark.slow) for kind in KINDS]
)
@pytest.mark.parametrize("name", TRIED)
def test_93_what_a_killed_run_leaves_is_swept_by_the_next(name: str, kind: str) -> None:
    program("killed", name, kind)


# --- in the place of a file -------------------------------------------------------------------

IN_PLACE = ("pipe", "zeros", "folder", "socket")


@pytest.fixture(params=IN_PLACE)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def put(kind: str, path: Path) -> Path:
    """Something that is not a file in the place of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "zeros":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "socket":
            with socket.socket(socket.AF_UNIX) as bound:  # its path may have 100 characters
                here = Path.cwd()
                os.chdir(path.parent)
                bound.bind(path.name)
                os.chdir(here)
    return path


READING: dict[str, tuple[str, ...]] = {
    "config.toml": ("king",),
    "vecalc.toml": ("king",),
    "prelude.vec": ("king",),
    "models.json": ("models",),
}


@pytest.mark.parametrize("name", READING)
def test_91_what_is_not_a_file_in_the_place_of_one_ends_a_command(name: str, kind: str, home: Path) -> None:
    path = put(kind, next(kept for kept in paths.KEPT if kept.path().name == name).path())
    done = forked(*READING[name])
    assert (done.code, done.out) == (4, "")
    assert done.err.startswith(f"vecalc: {path}: ")
    assert "not a regular file" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("kept", paths.KEPT, ids=lambda kept: kept.path().name)
def test_91_no_kept_file_is_waited_for_or_read_without_end(kept: paths.Kept, kind: str) -> None:
    put(kind, kept.path())
    with pytest.raises(FileProblem, match="not a regular file"):
        kept.read()
    with pytest.raises(FileProblem, match="not a regular file"):
        kept.change(lambda _: b"")


@pytest.mark.parametrize("kept", paths.KEPT, ids=lambda kept: kept.path().name)
def test_91_no_kept_file_is_larger_than_makes_sense(kept: paths.Kept) -> None:
    kept.path().parent.mkdir(exist_ok=True)
    kept.path().touch()
    os.truncate(kept.path(), kept.most + 1)
    with pytest.raises(FileProblem, match="larger than"):
        kept.read()
    os.truncate(kept.path(), kept.most)
    assert len(kept.read() or b"") == kept.most


def test_91_tables_of_the_grammar_that_are_not_a_file_are_made_anew(kind: str, home: Path) -> None:
    assert forked("king", "-k", "1").code == 0
    (tables,) = (home / "cache").glob("grammar-*.json")
    put(kind, tables)
    done = forked("king", "-k", "1")
    assert (done.code, done.err) == (0, "")
    assert leftovers(home / "cache") == []
    assert tables.is_file() != (kind == "folder")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["-m", "check", "verify"])
def test_91_no_part_of_a_store_is_waited_for(how: str, kind: str, home: Path) -> None:
    ACTIONS["store"].do(1)
    store = home / "here" / "store"
    commands = {
        "-m": ["-m", "store", '"1-1"'],
        "verify": ["-m", "store", '"1-1"', "--verify"],
        "check": ["models", "check", "store"],
    }
    for part in sorted(store.iterdir()):
        data = part.read_bytes()
        put(kind, part)
        done = forked(*commands[how])
        # Without its facts the folder is one of words and vectors, which can be read as such.
        assert done.code in ((0, 1, 4) if part.name == FACTS else (1, 4)), (part, done)
        part.rmdir() if kind == "folder" else part.unlink()
        part.write_bytes(data)
    assert forked(*commands[how]).code in (0, 1)


def test_91_a_list_of_words_or_definitions_must_be_a_file(kind: str, home: Path) -> None:
    path = put(kind, home / "here" / "words.txt")
    done = forked("models", "check", FAMILY, "--words", path)
    assert (done.code, "not a regular file" in done.err) == (4, True)
    with pytest.raises(FileProblem, match="not a regular file"):
        paths.text_of(path)  # what `load` calls


def test_what_the_user_names_to_be_read_as_it_comes_may_be_a_pipe(home: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' -m vecalc -m '{FAMILY}' -k 1 -f <(echo king)"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_90_settings_that_nest_without_end_are_told(home: Path) -> None:
    Path("vecalc.toml").write_text(f"a = {'[' * 100_000}")
    done = vecalc("king")
    assert done.code == 4
    assert "vecalc.toml: its values are nested too deeply" in done.err


# --- models -----------------------------------------------------------------------------------


@pytest.fixture
def imported(home: Path) -> Path:
    file = home / "model.bin"
    file.write_bytes(as_binary([f"w{row}" for row in range(len(ROWS))], ROWS))
    assert vecalc("import", file, "--name", "it").code == 0
    assert vecalc("models", "set", "it", "--norm", "raw").code == 0
    return file


# A process for every line of input, which is killed at the call of that number; and how it ended.
REMOVED = f"""
import os, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from keeping import at
from running import vecalc
for n in map(int, sys.stdin):
    if not (child := os.fork()):
        with at(sys.argv[1], n, lambda: os.kill(os.getpid(), signal.SIGKILL)):
            vecalc("models", "remove", "it", "--yes")
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""


@pytest.fixture
def removed(kind_of_call: str) -> Iterator[Callable[[int], int]]:
    """Remove the model in a process that is killed at its n-th call of a kind: the signal that ended it."""
    line = [sys.executable, "-W", "ignore", "-c", REMOVED, kind_of_call]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as removing:

        def at_call(n: int) -> int:
            print(n, file=removing.stdin, flush=True)
            return int(removing.stdout.readline())  # type: ignore[union-attr]

        yield at_call


@pytest.mark.slow
@pytest.mark.parametrize("kind_of_call", ["rename", "unlink"])
def test_93_what_is_left_of_a_killed_removal_is_swept_and_passes_nothing_on(
    kind_of_call: str, removed: Callable[[int], int], imported: Path, home: Path
) -> None:
    for n in range(1, 50):
        ended = removed(n)
        assert vecalc("import", imported, "--name", "it").code == 0
        assert leftovers(home / "imported") == []
        carried = vecalc("-m", "it", "w1", "--json", "-k", "1").records[0]["norm"]
        assert carried == ("raw" if n == 1 and kind_of_call == "rename" else "rms")
        if not ended:
            assert n > 1
            return
        assert ended == signal.SIGKILL
        assert vecalc("models", "set", "it", "--norm", "raw").code == 0
    pytest.fail("it never came to an end")


def test_a_model_that_was_removed_by_hand_passes_nothing_on(imported: Path, home: Path) -> None:
    import shutil

    shutil.rmtree(home / "imported" / "it")
    assert vecalc("import", imported, "--name", "it").code == 0
    assert vecalc("-m", "it", "w1", "--json").records[0]["norm"] == "rms"
