"""The cache under faults: whole or absent at any time, ours alone, built once, and never a mixture."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from unittest import mock

import numpy as np
import pytest
from data import as_binary, as_text
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from running import PATIENCE, command, vecalc

from vecalc.errors import FileProblem, NotWritable, StorageProblem
from vecalc.formats.load import convert
from vecalc.library import kept_stores
from vecalc.library.cache import CacheUse, building, folder_of
from vecalc.library.open_model import load
from vecalc.library.vector_models import WORTH_STORING
from vecalc.sources import Reading
from vecalc.space import atomic, files, quantization, store_files, store_writer
from vecalc.space.store import FACTS, open_store
from vecalc.space.store_writer import write_store

WIDTH = 40
WORDS = [f"word{i}" for i in range(7_000)]
ROWS = np.random.default_rng(2).normal(size=(len(WORDS), WIDTH)).astype(np.float32)
ONE_LINE = 1


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("VECALC_MODELS", str(tmp_path / "imported"))
    return tmp_path / "cache"


@pytest.fixture
def file(cache: Path) -> Path:
    path = cache.parent / "model.bin"
    path.write_bytes(as_binary(WORDS, ROWS))
    assert path.stat().st_size >= WORTH_STORING
    return path


def store_of(file: Path) -> Path:
    return folder_of(file, Reading())


def asked(file: Path, *options: str) -> Any:
    return vecalc("-m", file, "word1", "-k", "1", *options)


def is_whole(file: Path, rows: np.ndarray[Any, Any] = ROWS) -> bool:
    """Whether a run now answers by the file, from a store that is complete."""
    right = np.array_equal(load(file).space.vectors([3], np.float32), rows[3:4])
    return right and (store_of(file) / FACTS).exists()


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.suffix in (".part", ".old"))


# --- the n-th call fails --------------------------------------------------------------------


class Counted:
    """A file whose n-th write, over all files, does not work."""

    def __init__(self, stream: IO[bytes], fails: Callable[[], None]) -> None:
        self._stream = stream
        self._fails = fails

    def write(self, data: Any) -> int:
        self._fails()
        return self._stream.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __enter__(self) -> Counted:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


@contextmanager
def renames_by(first: Callable[..., Any], exchange: Callable[..., bool]) -> Iterator[None]:
    with (
        mock.patch.object(Path, "rename", first(Path.rename)),
        mock.patch.object(atomic, "exchange", exchange),
    ):
        yield


@contextmanager
def failing(what: str, at: int, fault: Exception) -> Iterator[list[int]]:
    """The `at`-th write (of facts), fsync, rename or coding of rows raises; the list counts all calls."""
    count = [0]

    def fails() -> None:
        count[0] += 1
        if count[0] == at:
            raise fault

    def first(true: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            fails()
            return true(*arguments, **named)

        return call

    def counted(path: Path) -> Counted:
        return Counted(files.private_file(path), fails)

    patch = {
        "write": lambda: mock.patch.multiple(store_files, private_file=counted),
        "facts": lambda: mock.patch.multiple(store_writer, private_file=counted),
        "fsync": lambda: mock.patch.object(os, "fsync", first(os.fsync)),
        "rename": lambda: renames_by(first, first(atomic.exchange)),
        "rename in two steps": lambda: renames_by(first, lambda *_: False),
        "allocation": lambda: mock.patch.object(quantization, "encode", first(quantization.encode)),
    }[what]
    with patch():
        yield count


@pytest.mark.parametrize(
    "old", [pytest.param(False, id="first"), pytest.param(True, id="anew", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("what", ["write", "facts", "fsync", "rename", "rename in two steps", "allocation"])
def test_whatever_fails_the_cache_is_absent_or_whole_and_the_next_run_succeeds(
    what: str, old: bool, file: Path, cache: Path
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    fault: Exception = MemoryError() if what == "allocation" else full
    rows = ROWS
    if old:
        load(file)
    for at in range(1, 200):
        if old:  # another content each time, so that there is an old store that does not count any more
            rows = ROWS * np.float32(1 + at)
            file.write_bytes(as_binary(WORDS, rows))
        with failing(what, at, fault) as count:
            failed = False
            try:
                load(file)
            except (StorageProblem, MemoryError):
                failed = True
        assert leftovers(cache) == []
        if not failed:
            open_store(store_of(file))
        assert is_whole(file, rows)
        if count[0] < at:
            break
        if not old:
            shutil.rmtree(store_of(file))
    assert 1 < at < 199


KILLED = """
import os, signal, sys
from pathlib import Path
from unittest import mock
from vecalc.library.open_model import load
from vecalc.space import files, quantization, store_files, store_writer

file, what = Path(sys.argv[1]), sys.argv[2]

def child(at):
    count = 0
    def first(true):
        def call(*arguments, **named):
            nonlocal count
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return true(*arguments, **named)
        return call
    module, name = {"fsync": (os, "fsync"), "rename": (Path, "rename"), "open": (store_files, "private_file"),
                    "facts": (store_writer, "private_file"), "rows": (quantization, "encode")}[what]
    with mock.patch.object(module, name, first(getattr(module, name))):
        load(file)
    os._exit(0)

at = 0
while True:
    at += 1
    if (pid := os.fork()) == 0:
        child(at)
    status = os.waitpid(pid, 0)[1]
    if status == 0:
        break
    assert os.WTERMSIG(status) == signal.SIGKILL
    if (pid := os.fork()) == 0:
        ok = len(load(file).space) == 7000
        ok &= not list(Path(os.environ["VECALC_CACHE_DIR"], "models").glob(".*"))
        os._exit(0 if ok else 7)
    assert os.waitpid(pid, 0)[1] == 0
    assert os.system(f"rm -r '{os.environ['VECALC_CACHE_DIR']}/models'") == 0
print(at)
"""


@pytest.mark.slow
@pytest.mark.parametrize("what", ["fsync", "rename", "open", "facts", "rows"])
def test_after_a_kill_at_any_moment_the_next_run_builds(what: str, file: Path, cache: Path) -> None:
    """`kill -9` at the n-th call, for n = 1, 2, ...; the run after it answers, and tidies up."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", KILLED, file, what],
        capture_output=True,
        text=True,
        check=False,
        timeout=4 * PATIENCE,
        env=os.environ | {"VECALC_CACHE_DIR": str(cache)},
    )
    assert done.stderr == ""
    assert int(done.stdout) > 1


def test_a_full_disk_is_an_error_that_tells_what_is_needed(file: Path, cache: Path) -> None:
    with failing("write", 20, OSError(errno.ENOSPC, "No space left on device")):
        done = asked(file)
    assert done.code == 5
    assert "No space left on device; the store needs about" in done.err
    assert "MB are free; make room" in done.err
    assert done.err.count("\n") == ONE_LINE
    assert leftovers(cache) == []
    assert asked(file).code == 0


def test_a_full_disk_during_an_import_is_one_too(file: Path, cache: Path) -> None:
    with failing("write", 20, OSError(errno.ENOSPC, "No space left on device")):
        done = vecalc("import", file)
    assert done.code == 5
    assert "needs about" in done.err
    assert list((cache.parent / "imported").iterdir()) == []


# --- damaged --------------------------------------------------------------------------------


def flipped(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def with_facts(store: Path, **changes: object) -> None:
    facts = json.loads((store / FACTS).read_text("utf-8"))
    (store / FACTS).write_text(json.dumps(facts | changes), "utf-8")


def other_byte_order(path: Path) -> None:
    array = np.load(path)
    np.save(path, array.astype(array.dtype.newbyteorder()))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "vectors cut": lambda store: os.truncate(store / "vectors.npy", 5_000),
    "vectors cut by a byte": lambda store: os.truncate(
        store / "vectors.npy", (store / "vectors.npy").stat().st_size - 1
    ),
    "codes gone": lambda store: (store / "codes.npy").unlink(),
    "codes empty": lambda store: (store / "codes.npy").write_bytes(b""),
    "words longer": lambda store: (store / "words.txt").write_bytes(
        (store / "words.txt").read_bytes() + b"x\n"
    ),
    "header flipped": lambda store: flipped(store / "vectors.npy", 1),
    "facts flipped": lambda store: flipped(store / FACTS, 0),
    "facts empty": lambda store: (store / FACTS).write_bytes(b""),
    "facts huge": lambda store: (store / FACTS).write_bytes(b"[" * 3_000_000),
    "another version": lambda store: with_facts(store, format=2),
    "a list for digests": lambda store: with_facts(store, digests=[]),
    "other sizes": lambda store: with_facts(store, sizes={"vectors.npy": "many"}),
    "other rows": lambda store: with_facts(store, rows=10**12),
    "other byte order": lambda store: other_byte_order(store / "lengths.npy"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_store_is_found_before_it_is_mapped_and_made_again(
    name: str, file: Path, cache: Path
) -> None:
    first = asked(file)
    DAMAGE[name](store_of(file))
    again = asked(file)
    assert (again.code, again.out, again.err) == (0, first.out, "")
    open_store(store_of(file))


@pytest.mark.parametrize("part", ["codes.npy", "vectors.npy", "residuals.npy", "words.txt", "exact.npy"])
def test_one_wrong_byte_is_found_by_verifying(part: str, file: Path, cache: Path) -> None:
    load(file)
    before = (store_of(file) / part).read_bytes()
    flipped(store_of(file) / part, len(before) - 3)
    assert asked(file, "--verify").code == 0
    assert (store_of(file) / part).read_bytes() == before


def test_an_imported_model_with_a_wrong_byte_is_refused_by_verifying(file: Path, cache: Path) -> None:
    vecalc("import", file, "--name", "mine")
    assert vecalc("-m", "mine", "word1", "--verify").code == 0
    flipped(cache.parent / "imported" / "mine" / "codes.npy", 9_000)
    done = vecalc("-m", "mine", "word1", "--verify")
    assert done.code == 4
    assert "codes.npy: damaged" in done.err
    assert "import the model again" in done.err


def test_another_content_with_the_same_size_and_time_is_another_file(file: Path, cache: Path) -> None:
    load(file)
    before = file.stat().st_mtime_ns
    file.write_bytes(as_binary(WORDS, 2 * ROWS))
    os.utime(file, ns=(before, before))
    assert is_whole(file, 2 * ROWS)


def test_a_reader_keeps_the_data_that_it_opened(file: Path, cache: Path) -> None:
    old = load(file).space
    file.write_bytes(as_binary(WORDS, 2 * ROWS))
    assert is_whole(file, 2 * ROWS)
    assert np.array_equal(old.vectors([3, 6_999], np.float32), ROWS[[3, 6_999]])
    assert old.word(6_999) == WORDS[-1]


@given(
    part=st.integers(0, 9),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=4),
)
@example(part=1, flips=[(0.015625, 2)])  # a shorter header, so that no number lies where it should
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_import_answers_or_says_so(
    part: int, flips: list[tuple[float, int]], tmp_path: Path, cache: Path
) -> None:
    """Any bytes of any file changed: a result, or one of our errors; never a fault, never a crash."""
    store = cache.parent / "imported" / "bad"
    shutil.rmtree(store, ignore_errors=True)
    write_store(store, [(WORDS[:50], ROWS[:50, :8])], name="bad")
    path = sorted(store.iterdir())[part]
    data = bytearray(path.read_bytes())
    for where, what in flips:
        data[int(where * len(data))] ^= what
    path.write_bytes(data)
    for arguments in (["-m", "bad", "word1 + WORD7 - xyz"], ["-m", "bad", "word9", "-k", "50"]):
        assert vecalc(*arguments).code in (0, 3, 4)
    for action in (["models", "info", "bad"], ["models", "check", "bad"], ["models"]):
        assert vecalc(*action).code in (0, 1, 4)


def test_a_header_that_is_no_python_is_damage(tmp_path: Path) -> None:
    """numpy's reader of old headers raises a TokenError where a bracket is not closed."""
    write_store(tmp_path / "store", [(["a", "b"], np.eye(2, dtype=np.float32))], name="it")
    path = tmp_path / "store" / "residuals.npy"
    path.write_bytes(path.read_bytes().replace(b"}", b"(", 1))
    with pytest.raises(FileProblem, match="damaged"):
        open_store(tmp_path / "store")


def test_an_index_that_leads_nowhere_is_damage(tmp_path: Path) -> None:
    write_store(tmp_path / "store", [(["a", "b"], np.eye(2, dtype=np.float32))], name="it")
    index = np.load(tmp_path / "store" / "exact.npy")
    index[1] = 7
    np.save(tmp_path / "store" / "exact.npy", index)
    with pytest.raises(FileProblem, match="its index of words leads nowhere"):
        open_store(tmp_path / "store").row("a")


# --- two at once ----------------------------------------------------------------------------


@pytest.fixture
def busy(file: Path, cache: Path) -> Iterator[None]:
    """Somebody else is converting the file."""
    with building(store_of(file), str(file), CacheUse()):
        yield


@pytest.mark.usefixtures("busy")
def test_who_does_not_want_to_wait_is_told(file: Path) -> None:
    done = asked(file, "--no-wait")
    assert done.code == 5
    assert "model.bin: another vecalc is converting it; try again later, or without --no-wait" in done.err


def test_the_second_waits_and_takes_what_the_first_made(file: Path, cache: Path) -> None:
    with building(store_of(file), str(file), CacheUse()):
        second = subprocess.Popen(
            command("-m", file, "word1", "-k", "1"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"VECALC_CACHE_DIR": str(cache)},
        )
        assert second.stderr is not None
        told = second.stderr.readline()
        convert(file, store_of(file), name=file.name)
        made = (store_of(file) / "vectors.npy").stat().st_mtime_ns
    out, _ = second.communicate(timeout=PATIENCE)
    assert told.startswith("vecalc: note: waiting for another vecalc, which is converting ")
    assert second.returncode == 0
    assert out.startswith("1\tword")
    assert (store_of(file) / "vectors.npy").stat().st_mtime_ns == made


def test_what_a_large_model_takes_is_told_before(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_stores, "WORTH_SAYING", 0)
    size = file.stat().st_size * 5 / 4 / 1e6
    folder = store_of(file).parent
    told = f"vecalc: note: model.bin: some {size:,.0f} MB go into the cache ({folder})\n"
    assert asked(file).err == told
    assert asked(file).err == ""  # it is there
    shutil.rmtree(folder)
    assert asked(file, "-q").err == ""


HOLDING = """
import sys, time
from pathlib import Path
from vecalc.library.cache import CacheUse, building
with building(Path(sys.argv[1]), "it", CacheUse()):
    print("held", flush=True)
    time.sleep(600)
"""


def test_the_lock_of_a_killed_builder_is_free_at_once(file: Path, cache: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDING, store_of(file)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"VECALC_CACHE_DIR": str(cache)},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert asked(file, "--no-wait").code == 5
    holder.send_signal(signal.SIGKILL)
    holder.wait(PATIENCE)
    holder.stdout.close()
    assert asked(file, "--no-wait").code == 0


def test_without_locks_a_model_is_kept_all_the_same(file: Path, cache: Path) -> None:
    with mock.patch.object(fcntl, "flock", side_effect=OSError(errno.ENOLCK, "No locks available")):
        assert asked(file, "--no-wait", "--require-cache").code == 0
    assert is_whole(file)


def test_without_locks_there_is_never_a_mixture(tmp_path: Path) -> None:
    """Two write stores of the same shape under one name, again and again; a reader sees one or the other."""
    store = tmp_path / "store"
    sources = [(1, [f"a{i}" for i in range(50)]), (2, [f"b{i}" for i in range(50)])]

    def write(number: int) -> None:
        value, words = sources[number]
        for _ in range(25):
            write_store(store, [(words, np.full((50, 8), value, np.float32))], name="it")

    def seen() -> set[tuple[str, float]]:
        space = open_store(store)
        return {(space.word(row)[0], float(space.vectors([row])[0, 0])) for row in (0, 49)}

    write_store(store, [(sources[0][1], np.full((50, 8), 1, np.float32))], name="it")
    found = []
    with ThreadPoolExecutor(2) as pool:
        writing = [pool.submit(write, number) for number in (0, 1)]
        while not all(one.done() for one in writing):
            with suppress(FileProblem):  # for a moment there is none
                found.append(seen())
        for one in writing:
            one.result()
    assert found
    assert all(mixture in ({("a", 1.0)}, {("b", 2.0)}) for mixture in found)
    assert leftovers(tmp_path) == []


# --- ours alone -----------------------------------------------------------------------------


def test_the_cache_is_its_owners_alone(file: Path, cache: Path) -> None:
    load(file)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (cache, *cache.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def anothers(path: Path) -> None:
    os.chown(path, 65_534, -1, follow_symlinks=False)


OPENED: dict[str, Callable[[Path], object]] = {
    "everybody may write to it": lambda path: path.chmod(path.stat().st_mode | 0o002),
    "a symbolic link": linked,
}
if hasattr(os, "geteuid") and os.geteuid() == 0:
    OPENED["it belongs to another user"] = anothers


@pytest.mark.parametrize("what", OPENED)
@pytest.mark.parametrize("place", ["cache", "models", "store", "file"])
def test_a_cache_that_others_could_have_written_is_refused(
    place: str, what: str, file: Path, cache: Path
) -> None:
    load(file)
    store = store_of(file)
    OPENED[what]({"cache": cache, "models": store.parent, "store": store, "file": store / "codes.npy"}[place])
    done = asked(file)
    assert done.code == 5
    assert what in done.err
    assert "VECALC_CACHE_DIR" in done.err
    assert done.err.count("\n") == ONE_LINE


def test_a_link_to_nowhere_is_no_cache(file: Path, cache: Path) -> None:
    cache.symlink_to(cache.with_name("nowhere"))
    assert asked(file).code == 5
    assert not cache.with_name("nowhere").exists()


# --- without a place ------------------------------------------------------------------------


@contextmanager
def no_folder(number: int) -> Iterator[None]:
    with mock.patch.object(Path, "mkdir", side_effect=OSError(number, os.strerror(number))):
        yield


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOENT])
def test_where_nothing_can_be_kept_one_note_says_so(number: int, file: Path, cache: Path) -> None:
    with no_folder(number):
        done, required = asked(file), asked(file, "--require-cache")
    assert done.code == 0
    assert done.err.count("\n") == ONE_LINE
    assert "read into memory, it can't be kept in the cache" in done.err
    assert done.out.startswith("1\tword")
    assert (required.code, required.out) == (5, "")
    assert os.strerror(number) in required.err


def only_for_reading(path: Any, flags: int, *more: int, true: Any = os.open) -> int:
    if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        raise OSError(errno.EROFS, "Read-only file system")
    return true(path, flags, *more)


def test_a_cache_that_is_only_read_serves_what_it_has(file: Path, cache: Path) -> None:
    first = asked(file)
    with (
        mock.patch.object(Path, "mkdir", side_effect=OSError(errno.EROFS, "Read-only file system")),
        mock.patch.object(os, "open", only_for_reading),
    ):
        assert asked(file, "--require-cache") == first


@pytest.mark.parametrize(
    ("number", "what"),
    [
        (errno.EMFILE, "this process has too many files open"),
        (errno.ENFILE, "this machine has too many files open"),
        (errno.ENOMEM, "not enough memory"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_resource_that_ran_out_is_named(number: int, what: str, file: Path, cache: Path) -> None:
    with failing("write", 3, OSError(number, os.strerror(number))):
        done = asked(file)
    assert done.code == 5
    assert what in done.err
    assert leftovers(cache) == []


def test_no_home_directory_is_an_error_that_names_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.delenv("XDG_CACHE_HOME")
    with mock.patch.object(Path, "home", side_effect=RuntimeError("no home")):
        done = vecalc("king")
    assert done.code == 5
    assert "no home directory" in done.err
    assert "VECALC_CACHE_DIR" in done.err


def test_the_kinds_of_failure_are_told_apart() -> None:
    kinds = {
        number: type(files.unwritable(Path("x"), OSError(number, os.strerror(number)))).__name__
        for number in (errno.EROFS, errno.EACCES, errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.EIO)
    }
    assert list(kinds.values()) == [
        *("NotWritable", "NotWritable", "NoSpace", "NoSpace", "StorageProblem", "StorageProblem")
    ]
    assert issubclass(NotWritable, StorageProblem)


# --- names ----------------------------------------------------------------------------------

NAMES = ["../x", "/x", "a\0b", "a\nb", "x" * 5_000, "..", ".", "\udcff", "a\u202eb", "C:x", "~/x/../../y"]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_models_name_never_leads_out_of_its_folder(name: str, file: Path, cache: Path) -> None:
    before = sorted(cache.parent.rglob("*"))
    for arguments in (["import", file, f"--name={name}"], ["-m", name, "word1"]):
        done = vecalc(*arguments)
        assert done.code in (2, 4)
        assert done.err.count("\n") == ONE_LINE
    assert sorted(cache.parent.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["a\nb.txt", "x" * 200 + ".txt", "..txt", "-.txt", "\u202e.txt"], ids=range(5)
)
def test_a_files_name_never_leads_out_of_the_cache(name: str, file: Path, cache: Path) -> None:
    odd = cache.parent / name
    odd.write_bytes(as_text(WORDS, ROWS))
    load(odd)
    (store,) = (cache / "models").iterdir()
    assert store.name.isascii()
    assert store.name.isprintable()
    assert is_whole(odd)
