"""A batch shared among workers is that of one machine, byte for byte, whatever happens to them.

The workers of these tests are threads of this process; test_cluster_machines.py has real ones.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from blocks import FILES, read_blocks
from distributed import KilledWorker
from running import FAMILY, Done, family, loaded

from vecalc.cluster import batch, ranges
from vecalc.cluster.connection import ClusterAddress, checked
from vecalc.cluster.ranges import LinePart, binds, parts
from vecalc.cluster.worker import Job, Overwhelmed, Receipt
from vecalc.errors import UsageError
from vecalc.lang.nodes import Bind, Define
from vecalc.lang.parse import parse

TEXTS = [
    "king - man + woman",
    "A = queen",
    "A + boy",
    "nosuch",
    "f(x) = x + A",
    "cos(king, queen)",
    "A = girl; A - boy; f(A)",
    "# of no account",
    "",
    "queen => king @1",
    "B + A where B = king",
    "C = nosuch",
    "C + king",
]
FORMATS = ("jsonl", "json", "csv", "tsv", "plain", "markdown", "junit", "table", "vector")


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.txt"
    path.write_bytes(b"\xef\xbb\xbf" + "\n".join(TEXTS * 20).encode())
    return path


class Here:
    """A cluster in this process. A part that holds a poison kills its workers; after so many it is lost."""

    where = "here"
    tries = 3

    def __init__(self, poison: str = "", lost_after: int | None = None) -> None:
        self.poison, self.lost_after = poison.encode(), lost_after
        self.fault: Exception = KilledWorker("part", None, 2)  # type: ignore[no-untyped-call]
        self.sent: list[LinePart] = []
        self.keys = set[str]()
        self.pool = ThreadPoolExecutor(3)
        self.client = self

    def threads(self) -> int:
        return 1

    def notes(self) -> tuple[str, ...]:
        return ("so many workers",)

    def submit(
        self, work: Callable[[Job, LinePart], Receipt], job: Job, part: LinePart, *, key: str, pure: bool
    ) -> Future[Receipt]:
        assert not pure
        assert key not in self.keys  # dask would give the outcome of the first
        self.keys.add(key)
        self.sent.append(part)
        if self.lost_after is not None and len(self.sent) > self.lost_after:
            gone = Future[Receipt]()
            gone.cancel()
            gone.set_running_or_notify_cancel()
            return gone
        return self.pool.submit(self._work, work, pickle.dumps((job, part)))

    def _work(self, work: Callable[[Job, LinePart], Receipt], sent: bytes) -> Receipt:
        job, part = pickle.loads(sent)  # noqa: S301 - as dask does
        data = Path(part.path).read_bytes()[part.start : part.end]
        bound = any(self.poison.decode() in line.text for line in part.bound or ())
        if self.poison and (self.poison in data or bound) and not part.fatal:
            raise self.fault
        received: Receipt = pickle.loads(pickle.dumps(work(job, part)))  # noqa: S301
        return received

    def cancel(self, _: object, **__: Any) -> None:
        self.pool.shutdown(cancel_futures=True)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Done, Here]]:
    def run(*arguments: str | Path, here: Here | None = None) -> tuple[Done, Here]:
        found = here or Here()

        @contextmanager
        def connected(_: object) -> Iterator[Here]:
            yield found

        monkeypatch.setattr(batch, "connected", connected)
        return family(*arguments, "--cluster", "local:2", "-q"), found

    return run


Shared = Callable[..., tuple[Done, Here]]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_that_of_one_machine(
    form: str, questions: Path, tmp_path: Path, shared: Shared
) -> None:
    one, many = tmp_path / "one", tmp_path / "many"
    alone = family("-f", questions, "-o", one, "--format", form, "-q")
    done, here = shared("-f", questions, "-o", many, "--format", form)
    assert len(here.sent) > 10
    assert many.read_bytes() == one.read_bytes()
    assert (done.code, done.err) == (alone.code, alone.err)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many", "one", "questions.txt"]


def test_notes_are_told_as_on_one_machine(questions: Path, tmp_path: Path, shared: Shared) -> None:
    """Also those on lines that only bind names, once and at the end; those on the cluster come first."""
    questions.write_text("A = King\nB = Man\nA + Queen\nA - B\n" * 30, "utf-8")
    shared("-f", questions, "-o", tmp_path / "quiet.jsonl")
    alone = family("-f", questions, "-o", tmp_path / "one.jsonl")
    done = family("-f", questions, "-o", tmp_path / "many.jsonl", "--cluster", "local:2")  # not -q
    assert "King read as king" in alone.err
    assert done.err == f"vecalc: note: so many workers\n{alone.err}"


def test_several_files_and_words(tmp_path: Path, shared: Shared) -> None:
    files = [tmp_path / name for name in ("a.txt", "empty.txt", "b.txt")]
    files[0].write_text("# nothing\n" * 40 + "A = king\n" * 3 + "A\nA + man\n" * 20, "utf-8")
    files[1].write_text("", "utf-8")
    files[2].write_bytes(b"A + woman\nking\xff\n" + b"A" * (1 << 21) + b"\nqueen\n")
    named = [argument for file in files for argument in ("-f", file)]
    for more in ([], ["--words"]):
        one, many = tmp_path / "one.csv", tmp_path / "many.csv"
        alone = family(*named, "-o", one, "-q", *more)
        done, _ = shared(*named, "-o", many, *more)
        assert (many.read_bytes(), done) == (one.read_bytes(), alone)


@pytest.mark.parametrize("poison", ["king / 7", "P = king / 7", "king / 7; nosuch"])
@pytest.mark.parametrize("place", [0, 77, -1])
def test_82_a_line_that_ends_workers_is_one_error_and_the_rest_goes_on(
    poison: str, place: int, tmp_path: Path, shared: Shared
) -> None:
    lines = ["A = king", "A + queen", "man - boy"] * 30
    lines.insert(place, poison) if place >= 0 else lines.append(poison)
    path, many = tmp_path / "q.txt", tmp_path / "many.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    here = Here("/ 7")
    if place > 0:
        here.fault = Overwhelmed()
    done, here = shared("-f", path, "-o", many, here=here)
    assert done.code == 1
    assert "this line ended 3 workers, one after the other" in done.err
    path.write_text("\n".join(line if line != poison else "nosuch" for line in lines), "utf-8")
    family("-f", path, "-o", tmp_path / "one.jsonl")
    told = many.read_text("utf-8").splitlines()
    wanted = (tmp_path / "one.jsonl").read_text("utf-8").splitlines()
    differing = [pair for pair in zip(told, wanted, strict=True) if pair[0] != pair[1]]
    assert len(differing) == 1
    assert '"kind":"remote"' in differing[0][0].replace(" ", "")
    assert len(here.sent) < 40


def test_83_what_is_done_is_kept_and_gone_on_with(questions: Path, tmp_path: Path, shared: Shared) -> None:
    one, many = tmp_path / "one.jsonl", tmp_path / "many.jsonl"
    alone = family("-f", questions, "-o", one, "-q")
    lost, here = shared("-f", questions, "-o", many, here=Here(lost_after=9))
    assert lost.code == 6
    assert "the scheduler is lost; " in lost.err
    assert "go on with: vecalc --resume" in lost.err
    assert not many.exists()
    for wrong, told in (
        ([], "an unfinished run is kept here: --resume goes on"),
        (["--resume", "-k", "3"], "another input, models or options"),
    ):
        refused, _ = shared("-f", questions, "-o", many, *wrong)
        assert (refused.code, told in refused.err.replace("; ", ": ")) == (5, True), refused.err
    plain = family("-f", questions, "-o", many, "--resume")
    assert (plain.code, "another --cluster" in plain.err) == (5, True), plain.err
    for file in sorted((tmp_path / "many.jsonl.parts").iterdir())[:1]:
        file.write_bytes(b"damaged")
    (tmp_path / "many.jsonl.parts" / "stray").touch()
    again, here = shared("-f", questions, "-o", many, "--resume")
    assert 0 < len(here.sent) < 16
    assert (again.code, many.read_bytes()) == (alone.code, one.read_bytes())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many.jsonl", "one.jsonl", "questions.txt"]


def test_answers_that_do_not_arrive_are_sent_for_again(
    questions: Path, tmp_path: Path, shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the folder of the output is not the same one there."""
    is_sound = Receipt.is_sound
    seen = list[str]()

    def late(receipt: Receipt, folder: Path) -> bool:
        seen.append(receipt.file)
        return is_sound(receipt, folder) and seen.count(receipt.file) > 1

    with monkeypatch.context() as patch:
        patch.setattr(Receipt, "is_sound", late)
        done, _ = shared("-f", questions, "-o", tmp_path / "many.jsonl")
        assert done.code == 1
        patch.setattr(Receipt, "is_sound", lambda *_: False)
        done, _ = shared("-f", questions, "-o", tmp_path / "never.jsonl")
    assert done.code == 5
    assert "share the folder of -o among all machines" in done.err


# --- what can't be ----------------------------------------------------------------------------


def test_what_makes_no_sense_says_so(questions: Path, tmp_path: Path) -> None:
    out = ["-o", tmp_path / "out.jsonl"]
    here = ["--cluster", "local:2"]
    wrong: list[tuple[list[str | Path], str]] = [
        ([*here], "have to be in a file"),
        (["king", *out, *here], "and nothing else"),
        (["-e", "king", "-f", questions, *out, *here], "and nothing else"),
        (["-f", questions, *out, "-i", *here], "and nothing else"),
        (["-f", "-", *out, *here], "have to be in a file"),
        (["-", *out, *here], "have to be in a file"),
        (["-f", questions, *here], "to a file (-o)"),
        (["-f", questions, "-o", "-", *here], "to a file (-o)"),
        (["-f", questions, *out, "--bail", *here], "one line after the other"),
        (["-f", questions, *out, "--among", "-", *here], "standard input"),
        (["-f", tmp_path, *out, *here], "is not a file"),
        (["-f", questions, "-o", tmp_path / "out.npy", *here], "an array can't be written in parts"),
        (["-f", questions, *out, "--cluster", "local:0"], "is no cluster"),
        (["-f", questions, *out, "--cluster", ""], "is no cluster"),
        (["-f", questions, *out, "--cluster", "http://x:1"], "is no cluster"),
        (["-f", questions, *out, "--cluster", "tcp://10.0.0.1:8786"], "--insecure-cluster"),
    ]
    for arguments, told in wrong:
        done = family(*arguments)
        assert (done.code, done.err.count("\n"), told in done.err) == (2, 1, True), (arguments, done.err)
    assert [path.name for path in tmp_path.iterdir()] == ["questions.txt"]


def test_addresses() -> None:
    assert checked("local:4", insecure=False) == 4
    assert checked("tcp://localhost", insecure=False) == ClusterAddress("tcp", "localhost", 8786)
    assert checked("tcp://[::1]:9", insecure=False) == ClusterAddress("tcp", "::1", 9)
    assert str(checked("tls://[fd00::1]:9/", insecure=False)) == "tls://[fd00::1]:9"
    assert checked("tcp://10.0.0.1:9", insecure=True) == ClusterAddress("tcp", "10.0.0.1", 9)
    for wrong in ("tcp://", "tcp://a b:1", "tcp://127.0.0.1.evil.org:1", "tcp://localhost:1@evil.org"):
        with pytest.raises(UsageError):
            checked(wrong, insecure=False)


def test_75_nobody_there_is_told_soon(questions: Path, tmp_path: Path) -> None:
    done = family("-f", questions, "-o", tmp_path / "out.jsonl", "--cluster", "tcp://127.0.0.1:1")
    assert (done.code, done.err.count("\n")) == (6, 1), done.err
    assert "there is no dask scheduler that answers: Connection refused" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["questions.txt"]


def test_dask_is_loaded_for_a_cluster_alone(questions: Path, tmp_path: Path) -> None:
    found = loaded("-m", FAMILY, "king", "-o", tmp_path / "out.txt")
    assert not [name for name in found if name.startswith(("dask", "distributed", "vecalc.cluster"))]


# --- parts ------------------------------------------------------------------------------------


def test_parts_are_the_file(questions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = questions.read_bytes()
    found = list(parts([str(questions)], binding=True))
    assert b"".join(data[part.start : part.end] for part in found) == data
    assert [part.first for part in found[1:]] == [part.first + part.lines for part in found[:-1]]
    assert [part.begins for part in found] == [True] + [False] * (len(found) - 1)
    half, other = found[3].halves()
    assert (half.start, half.end, other.end) == (found[3].start, other.start, found[3].end)
    assert [line.where for line in other.bound or ()][-1] == f"{questions}:{other.first - 1}" or half.bound
    monkeypatch.setattr(ranges, "BINDING", 3)
    with pytest.raises(UsageError, match="more than 3 lines, or long ones, bind names"):
        list(parts([str(questions)], binding=True))


def test_no_line_that_binds_is_missed() -> None:
    """Of all expressions of the language's cases; most of those that bind nothing are told from them."""
    bound = missed = 0
    for block in (block for file in FILES for block in read_blocks(file)):
        for line in block.text.split("\n"):
            try:
                statements = parse(line)
            except Exception:  # noqa: S112 - what does not parse binds nothing
                continue
            if any(isinstance(statement, Bind | Define) for statement in statements):
                bound += 1
                missed += not binds(line)
    assert bound > 50
    assert missed == 0
    harmless = ["topk(king, k=3)", "king => queen", "A where A = king, f(x) = x"]
    assert not any(map(binds, harmless))
    assert all(map(binds, ["f(x, k=3) = x^k", "king; A=b", "where's = king", "king\rA = 3"]))


def test_places_are_those_of_every_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.bin").touch()
    for named, wanted in {
        "m.bin": f"{tmp_path}/m.bin",
        "m.bin#part": f"{tmp_path}/m.bin#part",
        "lines:m.bin": f"lines:{tmp_path}/m.bin",
        "sqlite:m.bin#t": f"sqlite:{tmp_path}/m.bin#t",
        "news": "news",
        "!cat m.bin": "!cat m.bin",
        "milvus://m.bin:1/x": "milvus://m.bin:1/x",
        "": "",
    }.items():
        assert batch.absolute(named) == wanted
