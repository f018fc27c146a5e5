"""The program as a process: pipes that close, full disks, signals, locales, streams that are missing."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running import FAMILY, PATIENCE, Done, command, forked, process, vecalc

KING = "1\tkings\t0.999015\n"
FULL = Path("/dev/full")


class Running:
    """A process with pipes."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self.child = child
        assert child.stdin
        assert child.stdout
        assert child.stderr
        self.stdin, self.stdout, self.stderr = child.stdin, child.stdout, child.stderr

    def send(self, text: str) -> None:
        self.stdin.write(text.encode())
        self.stdin.flush()

    def ends(self) -> int:
        """The exit code."""
        return self.child.wait(PATIENCE)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert self.child.poll() is None, self.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def wait_until_it_waits(self) -> None:
        """Until it has used no time of the processor for a while: it has begun, and wants input."""
        used = Path(f"/proc/{self.child.pid}/stat")
        before = ""
        for _ in range(100):
            now = " ".join(used.read_text().split()[13:15]) if used.exists() else before
            time.sleep(0.1)
            if now == before:
                return
            before = now


@contextlib.contextmanager
def started(*arguments: str | Path) -> Iterator[Running]:
    """A process, and none in the end, whatever happens."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command(*arguments), stdin=pipe, stdout=pipe, stderr=pipe) as child:
        try:
            yield Running(child)
        finally:
            child.kill()


def shell(line: str, *arguments: str | Path) -> Done:
    """A command line of the shell, in which "$@" is the program with its arguments."""
    done = subprocess.run(
        ["sh", "-c", line, "sh", *command("-m", FAMILY, *arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return Done(done.returncode, done.stdout, done.stderr)


# --- streams --------------------------------------------------------------------------------


def test_the_installed_command_answers() -> None:
    script = Path(sys.executable).parent / "vecalc"
    done = subprocess.run(
        [script, "-m", FAMILY, "king", "-k", "1"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, KING, "")


def test_stdin_that_stays_open_is_not_waited_for() -> None:
    with started("-m", FAMILY, "king", "-k", "1") as program:
        assert program.ends() == 0
        assert program.stdout.read().decode() == KING


def test_a_closed_pipe_is_silent() -> None:
    with started("-m", FAMILY, "--format", "jsonl") as program:
        program.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            program.stdin.write(b"king\n" * 20_000)
            program.stdin.close()
        assert program.ends() == 141
        assert program.stderr.read() == b""


@pytest.mark.parametrize("arguments", [["king"], ["help", "functions"], ["--help"], ["--version"]])
def test_a_pipe_that_was_never_read_is_silent(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            command(*arguments), stdout=write, stderr=subprocess.PIPE, check=False, timeout=PATIENCE
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("arguments", [["king"], ["king", "--json"], ["help", "functions"], ["--help"]])
def test_a_full_disk_is_told(arguments: list[str]) -> None:
    with FULL.open("wb") as full:
        done = subprocess.run(
            command(*arguments), stdout=full, stderr=subprocess.PIPE, check=False, timeout=PATIENCE
        )
    assert done.returncode == 5
    assert done.stderr == b"vecalc: standard output: No space left on device\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('"$@" king <&-', Done(0, KING, "")),
        ('"$@" <&-', Done(0, "", "")),
        ('"$@" kign 2>&-', Done(3, "", "")),
        ('"$@" kign 2>/dev/full', Done(5, "", "")),
        ('"$@" king >&-', Done(5, "", "vecalc: standard output: Bad file descriptor\n")),
    ],
)
def test_missing_streams(line: str, expected: Done) -> None:
    assert shell(line, "-k", "1") == expected


def test_stdout_by_another_name_is_not_replaced(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    assert shell(f'(echo before; "$@"; echo after) > {log}', "king", "-k", "1", "-o", "/dev/stdout").code == 0
    assert sorted(log.read_text("utf-8").splitlines()) == sorted(["before", KING.rstrip(), "after"])
    assert shell('"$@" | cat', "king", "-k", "1", "-o", "/dev/stdout").out == KING


def test_answers_come_while_the_pipe_is_open() -> None:
    """Each line at once, for a program that asks the next only when it has read the last."""
    with started("-m", FAMILY, "-k", "1", "--line-buffered") as program:
        for asked, answer in (("king", "kings"), ("queen", "princess"), ("king - man + woman", "queen")):
            program.send(f"{asked}\n")
            assert program.stdout.readline().decode() == f"# {asked}\n"
            assert program.stdout.readline().decode().split("\t")[1] == answer
        program.stdin.close()
        assert program.ends() == 0


# --- signals --------------------------------------------------------------------------------

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS)
def test_signals_end_a_batch_without_a_traceback(number: signal.Signals) -> None:
    with started("-m", FAMILY, "--line-buffered", "--format", "jsonl") as program:
        program.send("king\n")
        assert program.stdout.readline().startswith(b'{"schema": 1')
        program.child.send_signal(number)
        assert program.ends() == 128 + number
        assert (program.stdout.read(), program.stderr.read()) == (b"", b"")


@pytest.mark.parametrize("number", SIGNALS)
def test_signals_remove_what_is_unfinished(number: signal.Signals, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old", "utf-8")
    with started("-m", FAMILY, "-o", target) as program:
        program.send("king\n")
        program.wait_for(lambda: any(tmp_path.glob(".out.txt.*.part")))
        # Python ends by the signal itself where it comes while a module defines a namedtuple: 130 to a shell.
        program.wait_until_it_waits()
        program.child.send_signal(number)
        assert program.ends() == 128 + number
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]
    assert target.read_text("utf-8") == "old"


def test_a_signal_in_a_callback_is_not_lost() -> None:
    """What is raised there Python drops; it has callbacks of its own while it imports."""
    program = """
import os, signal, sys, time, weakref
from vecalc import __main__ as entry

class Thing: ...

def work(arguments):
    thing = Thing()
    reference = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGTERM))
    del thing
    time.sleep(30)

entry._outcome = lambda arguments: (entry._end_cleanly_on_signals(), work(arguments))
entry.main()
"""
    done = subprocess.run([sys.executable, "-c", program], timeout=PATIENCE, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (143, b"")


# --- locales --------------------------------------------------------------------------------

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "PYTHONCOERCECLOCALE": "0"}


def test_an_ascii_terminal_gets_ascii() -> None:
    table = vecalc("-m", FAMILY, "king", "-k", "1", terminal=True, encoding="ascii")
    assert table.code == 0
    assert table.out.isascii()
    assert "##########" in table.out
    assert vecalc("help", "functions", terminal=True, encoding="ascii").code == 0
    assert "na\\xefve" in vecalc("naïve", terminal=True, encoding="ascii").err


@pytest.mark.parametrize("form", ["plain", "json", "csv"])
def test_pipes_are_utf_8_in_any_locale(form: str) -> None:
    """Arguments, standard input and output alike: the same bytes as in a UTF-8 locale."""
    for arguments, text in ((["α = king; α", "naïve"], b""), ([], "naïve\nα = king; α\n".encode())):
        line = ["-m", FAMILY, "-k", "1", "--format", form, *arguments]
        done = process(*line, stdin=text, **ASCII)
        assert "naïve" in done.out
        usual = forked(*line, stdin=text)
        assert (done.code, done.out) == (usual.code, usual.out)


def test_a_dumb_terminal_gets_no_codes() -> None:
    assert "\x1b" not in process("-m", FAMILY, "kign", "--format", "table", TERM="dumb").err


# --- the cache ------------------------------------------------------------------------------


def test_the_parsers_tables_are_kept_where_the_variable_says(tmp_path: Path) -> None:
    cold = process("-m", FAMILY, "king", VECALC_CACHE_DIR=str(tmp_path / "cache"))
    (tables,) = (tmp_path / "cache").iterdir()
    assert tables.name.startswith("grammar-")
    assert tables.stat().st_mode & 0o077 == 0
    assert process("-m", FAMILY, "king", VECALC_CACHE_DIR=str(tmp_path / "cache")) == cold
    tables.write_text("{}", "utf-8")
    assert process("-m", FAMILY, "king", VECALC_CACHE_DIR=str(tmp_path / "cache")) == cold


def test_a_cache_that_cannot_be_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = process("-m", FAMILY, "king", "-k", "1", VECALC_CACHE_DIR=str(tmp_path / "file"))
    assert done == Done(0, KING, "")


# --- memory ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kilobytes", [50_000, 100_000, 150_000])
def test_43_a_limit_of_memory_is_told(kilobytes: int) -> None:
    """numpy can't be loaded then, and its OpenBLAS ends a process with a line and a code of its own."""
    done = shell(f'ulimit -v {kilobytes}; "$@"', "king")
    assert done == Done(5, "", "vecalc: not enough memory; close something, or use a smaller model\n")
    helped = subprocess.run(
        ["sh", "-c", f'ulimit -v {kilobytes}; "$@"', "sh", *command("help", "syntax")],
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (helped.returncode, helped.stderr) == (0, b"")


# --- the network ----------------------------------------------------------------------------


def test_no_socket_is_opened() -> None:
    """An answer, help and a batch work in a process that may not make a connection."""
    script = """
import socket, sys
def refuse(*_, **__): raise AssertionError("a socket was opened")
socket.socket = socket.create_connection = refuse
from vecalc.__main__ import run
sys.exit(max(run(["king - man + woman"]), run(["help", "models"]), run(["-f", "-"])))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], input=b"king\n", capture_output=True, check=False, timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (0, b"")
