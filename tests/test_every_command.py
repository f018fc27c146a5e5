"""What every command must do, whoever wrote it: the commands are found, and one without an example fails."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from unittest import mock

import numpy as np
import pytest
from lark import Lark
from running import PATIENCE, command, vecalc
from workplace import (
    CASES,
    EXAMPLES,
    Case,
    contents,
    each,
    every_name,
    family,
    furnish,
    good,
    link,
    write,
)
from workplace import run as run_case

from vecalc.__main__ import run
from vecalc.lang import grammar, shapes

pytestmark = pytest.mark.usefixtures("workplace")


WRITING = [case for case in CASES if case.writes]
OPENING = [case for case in CASES if case.opens]
WANT_SERVERS = ("models pull", "publish")
WORKING = [case for case in CASES if case.name not in WANT_SERVERS]


def test_every_command_has_an_example() -> None:
    assert set(EXAMPLES) == every_name()


@each(*WORKING)
def test_the_examples_work(case: Case) -> None:
    done = run_case(case)
    assert (done.code, bool(done.out)) == (case.code, True), done.err


# --- files that are read are not written over -----------------------------------------------

SAME = "input and output are the same file"
MODELS = {
    "a file": ("model.txt", "model.txt"),
    "a link": ("link.txt", "model.txt"),
    "its link": ("model.txt", "link.txt"),
    "its hard link": ("model.txt", "hard.txt"),
    "an alias": ("news", "model.txt"),
    "a link to an alias's file": ("news", "link.txt"),
    "an imported model": ("kept", "imported/kept/vectors.npy"),
    "its folder": ("imported/kept", "imported/kept/words.txt"),
    "what lies beside": ("rows.npy", "rows.words"),
    "a part": ("parts.npz#rows", "parts.npz"),
    "a part of an alias": ("parts#rows", "parts.npz"),
    "an alias of a part": ("part", "parts.npz"),
    "a member": ("packed.zip:first.txt", "packed.zip"),
    "a member by a path": ("packed.zip/second.txt", "packed.zip"),
    "an alias of a member": ("member", "packed.zip"),
}


def refuses(case: Case, model: str, out: str, **variables: str) -> None:
    before = contents(Path())
    given = [] if case.name in ("convert", "features") else ["--format", "csv"]  # theirs are in their lines
    done = run_case(case, model, out, *given, **variables)
    assert (done.code, done.out) == (2, "")
    assert SAME in done.err, done.err
    assert contents(Path()) == before


@each(*(case for case in OPENING if case.writes))
def test_no_model_is_written_over(case: Case) -> None:
    link("link.txt", "model.txt")
    link("hard.txt", "model.txt", hard=True)
    words, rows = family()
    np.save("rows.npy", rows)
    write("rows.words", "".join(f"{word}\n" for word in words).encode())
    with_parts()
    for model, out in MODELS.values():
        refuses(case, model, out)


def with_parts() -> None:
    """Files of several models, and names of some."""
    words, rows = family()
    np.savez("parts.npz", words=np.array(words), rows=rows, others=rows[::-1])
    with zipfile.ZipFile("packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write("model.txt", "first.txt")
        archive.write("second.txt")
    for name, path in (
        ("parts", "parts.npz"),
        ("part", "parts.npz#rows"),
        ("member", "packed.zip:first.txt"),
    ):
        good("models", "add", name, path)


@each(*OPENING)
@pytest.mark.parametrize(
    "model", [model for name, (model, _) in MODELS.items() if "part" in name or "member" in name]
)
def test_a_part_of_a_file_is_a_model_everywhere(case: Case, model: str) -> None:
    with_parts()
    done = run_case(case, model)
    assert done.code in (0, case.code), done.err
    assert done.out


@each(*OPENING)
def test_what_is_no_part_of_a_file_is_none_anywhere(case: Case) -> None:
    with_parts()
    for wrong in ("parts.npz", "parts.npz#nothing", "packed.zip", "packed.zip:nothing.txt", "kept#rows"):
        done = run_case(case, wrong)
        assert done.code != 0, wrong


@each(*(case for case in OPENING if case.writes and "-m MODEL" in case.line))
def test_nor_is_one_that_a_setting_names(case: Case) -> None:
    unnamed = Case(case.name, case.line.replace("-m MODEL", ""))
    for model in ("model.txt", "news"):
        refuses(unnamed, "", "model.txt", VECALC_MODEL=model)
    good("models", "default", "news")
    refuses(unnamed, "", "model.txt")


@each(*WRITING)
def test_no_other_file_is_written_over(case: Case) -> None:
    for read in case.files():
        refuses(case, "second.txt", read)


@each(*WRITING)
def test_nor_is_one_of_the_users_own(case: Case) -> None:
    for own in ("config/prelude.vec", "config/config.toml", "config/models.json", "vecalc.toml"):
        refuses(case, "model.txt", own)


def test_nor_what_comes_from_standard_input_or_goes_to_standard_output() -> None:
    """`>> questions.txt` would answer its own answers without end."""
    for line in ("< questions.txt -o questions.txt", "-f questions.txt >> questions.txt"):
        done = subprocess.run(
            ["sh", "-c", f'"$@" {line}', "sh", *command("-m", "model.txt")],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 2, line
        assert SAME in done.stderr
        assert Path("questions.txt").read_text("utf-8") == "king\nqueen - woman\n"


def test_the_vectors_of_a_gensim_model_are_not_written_over() -> None:
    gensim = pytest.importorskip("gensim.models")
    words, rows = family()
    vectors = gensim.KeyedVectors(4)
    vectors.add_vectors(words, rows)
    vectors.save("parts.kv", separately=["vectors"])
    assert Path("parts.kv.vectors.npy").is_file()
    case = Case("words", "words -m MODEL")
    refuses(case, "parts.kv", "parts.kv.vectors.npy")
    refuses(case, "parts.kv", "parts.kv")


# --- formats of files -----------------------------------------------------------------------


@each(*WRITING)
def test_an_unknown_suffix_is_refused(case: Case) -> None:
    line = re.sub(r" --(to|format) \S+", "", case.line)  # which says what the suffix doesn't
    for out in ("out.xlsx", "out.foo", "out.csv.zip"):
        done = run_case(Case(case.name, line), "model.txt", out)
        assert (done.code, done.out) == (2, "")
        assert re.search(r"the suffix names no format|there is no format", done.err), done.err
        assert not Path(out).exists()


@each(*(case for case in WRITING if case.name not in ("convert", "features", "models pull")))
def test_a_format_that_is_named_goes_under_any_name(case: Case) -> None:
    assert run_case(case, "model.txt", "out.xlsx", "--format", "json").code == case.code
    json.loads(Path("out.xlsx").read_text("utf-8"))


@each(*(case for case in WRITING if case.name not in ("convert", "features", "models pull")))
def test_a_suffix_is_not_overruled_by_a_setting(case: Case) -> None:
    assert run_case(case, "model.txt", "out.json", VECALC_FORMAT="csv").code == case.code
    json.loads(Path("out.json").read_text("utf-8"))


# --- what a model carries -------------------------------------------------------------------


@each(*(case for case in OPENING if "norm" in case.options))
def test_a_models_own_norm_and_metric_count_and_are_reported(case: Case) -> None:
    """The same bytes as with options, and the norm is in them."""
    if case.name == "features":
        case = Case(case.name, case.line.replace("cos(a, b)", "norm(a)"))

    def outcome(*options: str) -> str:
        form = [] if case.name == "features" else ["--format", "json"]
        done = run_case(case, "news", "", *form, *options)
        assert done.code == 0, done.err
        return done.out + (Path("out.csv").read_text("utf-8") if case.name == "features" else "")

    metric = ["--metric", "dot"] if "metric" in case.options else []
    usual, told = outcome(), outcome("--norm", "raw", *metric)
    good("models", "set", "news", "--norm", "raw", "--metric", "dot")
    assert outcome() == told
    assert "raw" in told
    if "similarity" not in case.line and "cos" not in case.line:  # of a cosine nothing else changes
        assert re.sub("raw|dot", "", told) != re.sub("rms|cos", "", usual)
    assert outcome("--norm", "unit") != told  # what is said on the command line comes first


# --- the start ------------------------------------------------------------------------------

READING = [case for case in OPENING if case.name in ("", "compare", "diff", "eval", "explain", "features")]


@each(*READING)
def test_the_kept_parser_tables_are_used(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_parsers()
    assert run_case(case).code == 0  # makes the tables
    forget_parsers()
    monkeypatch.setattr(Lark, "__init__", mock.Mock(side_effect=AssertionError("built anew")))
    assert run_case(case).code == 0


def forget_parsers() -> None:
    """As at the start of a process."""
    grammar._kept = None
    for cached in (grammar.build_parser, shapes._parsed):
        cached.cache_clear()


# --- notes, errors, tracebacks --------------------------------------------------------------

BROKEN = {  # what goes wrong in a command, where it is no missing model
    "help": "help nonsense",
    "config": "config nonsense",
    "import": "import nowhere.txt",
    "models list": "models list --format nonsense",
    "models prune": "models prune --format nonsense",
    "models add": "models add more nowhere.txt",
    "models default": "models default nowhere",
    "models path": "models path nowhere",
    "models remove": "models remove nowhere",
    "models set": "models set nowhere --norm raw",
    "models pull": "models pull --timeout 1",
    "publish": "publish nowhere.bin postgresql://127.0.0.1:9/database#words",
}


def broken(case: Case) -> list[str]:
    return BROKEN[case.name].split() if case.name in BROKEN else case.arguments("nowhere.bin")


@each(*(case for case in CASES if "quiet" in case.options))
def test_quiet_is_quiet_but_for_errors(case: Case) -> None:
    assert run_case(case, "model.txt", "", "-q").err == "" or case.name in WANT_SERVERS
    done = vecalc(*broken(case), "-q")
    assert (done[0] > 0, done[2].startswith("vecalc: ")) == (True, True)


@each(
    *(
        case
        for case in OPENING
        if "quiet" in case.options and case.name not in ("models check", "models info")
    )
)
def test_without_quiet_what_was_put_up_with_is_told(case: Case) -> None:
    assert "vecalc: note: model.txt: " in run_case(case).err


@each(*CASES)
def test_debug_shows_where_and_what(case: Case) -> None:
    plain, told = vecalc(*broken(case)), vecalc(*broken(case), "--debug")
    assert told[0] == plain[0] > 0
    assert plain[2].startswith("vecalc: ")
    assert "Traceback" not in plain[2]
    assert told[2].startswith("Traceback (most recent call last)")
    assert told[2].endswith(plain[2])


# --- pipes and disks ------------------------------------------------------------------------


@contextlib.contextmanager
def writing_to(number: int, *, buffered: bool) -> Iterator[None]:
    """Standard output is this file; without a buffer as under PYTHONUNBUFFERED."""
    raw = io.FileIO(number, "wb")
    stream = io.TextIOWrapper(
        io.BufferedWriter(raw) if buffered else raw, "utf-8", write_through=not buffered
    )  # type: ignore[type-var]
    with mock.patch.object(sys, "stdout", stream):
        yield
    with contextlib.suppress(OSError):
        stream.close()


def code_of(case: Case, number: int, *, buffered: bool) -> tuple[int, str]:
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with writing_to(number, buffered=buffered), mock.patch.object(sys, "stderr", err):
        code = run(case.arguments())
    err.seek(0)
    return code, "".join(line for line in err if "note:" not in line)


@each(*WORKING)
@pytest.mark.parametrize("buffered", [True, False])
def test_a_closed_pipe_is_silent(case: Case, buffered: bool) -> None:
    read, written = os.pipe()
    os.close(read)
    assert code_of(case, written, buffered=buffered) == (141, "")


@each(*WORKING)
@pytest.mark.parametrize("buffered", [True, False])
def test_a_full_disk_is_told(case: Case, buffered: bool) -> None:
    told = "vecalc: standard output: No space left on device\n"
    assert code_of(case, os.open("/dev/full", os.O_WRONLY), buffered=buffered) == (5, told)


def limited(line: str, *, unbuffered: str) -> subprocess.CompletedProcess[str]:
    """A line of the shell, in which "$@" is the program, as Python is often run in containers."""
    return subprocess.run(
        ["bash", "-c", line, "bash", *command("-k", "39000")],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
    )


@pytest.mark.parametrize(
    ("line", "unbuffered"),
    [
        ("king", "1"),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in [("king", ""), ("words", "1"), ("king --json", "1")]
        ),
    ],
)
def test_what_the_system_takes_in_part_is_not_lost(line: str, unbuffered: str) -> None:
    """A disk that fills up in the middle of a write (here a limit of a file's size), a reader that leaves."""
    full = limited(f'ulimit -f 300; "$@" {line} > out.txt', unbuffered=unbuffered)
    assert (full.returncode, full.stderr) == (5, "vecalc: standard output: File too large\n")
    left = limited(f'"$@" {line} | head -c 100 > /dev/null; exit ${{PIPESTATUS[0]}}', unbuffered=unbuffered)
    assert (left.returncode, left.stderr) == (141, "")
    whole = limited(f'"$@" {line} | wc -c', unbuffered=unbuffered)
    assert int(whole.stdout) > 600_000


@pytest.mark.slow
@each(*WORKING)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_processes_end_like_that_as_well(case: Case, unbuffered: str) -> None:
    read, written = os.pipe()
    os.close(read)
    catalogue = Path("config/models.json")
    before = catalogue.read_bytes()
    with Path("/dev/full").open("wb") as full:
        for number, code in ((written, 141), (full.fileno(), 5)):
            shutil.rmtree("imported/fresh", ignore_errors=True)
            catalogue.write_bytes(before)
            furnish()
            done = subprocess.run(
                command(*case.arguments()),
                stdout=number,
                stderr=subprocess.PIPE,
                check=False,
                timeout=PATIENCE,
                env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            )
            assert done.returncode == code
            assert b"Exception ignored" not in done.stderr
    os.close(written)


# --- Ctrl-C ---------------------------------------------------------------------------------

CODE = str(Path(run.__code__.co_filename).parent)


class Interrupting:
    """Counts calls within the program, and presses Ctrl-C at one of them."""

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.calls = 0

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        # What is not exhausted is called once more to be closed, where Python drops what is raised.
        left_out = frame.f_code.co_name in ("run", "<genexpr>")
        if event == "call" and frame.f_code.co_filename.startswith(CODE) and not left_out:
            self.calls += 1
            if self.calls == self.at:
                raise KeyboardInterrupt


def interrupted(case: Case, at: int) -> tuple[tuple[int, str, str], int]:
    counting = Interrupting(at)
    sys.setprofile(counting)
    try:
        return vecalc(*case.arguments()), counting.calls
    finally:
        sys.setprofile(None)


@each(*WORKING)
def test_ctrl_c_ends_it_at_any_moment(case: Case) -> None:
    catalogue = Path("config/models.json")
    before = catalogue.read_bytes()
    interrupted(case, 0)  # what is kept in the process from then on, such as a file's layout, saves calls
    catalogue.write_bytes(before)
    _, calls = interrupted(case, 0)
    for at in (calls // 10, calls // 2, calls * 9 // 10):
        catalogue.write_bytes(before)
        (code, _, err), _ = interrupted(case, max(at, 12))
        assert code == 130
        assert "Traceback" not in err
    assert [str(path) for path in Path().rglob(".*.part")] == []
