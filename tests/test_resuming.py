"""A batch that was stopped goes on: the same bytes as an unbroken run, or a refusal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from running import FAMILY, PATIENCE, command, family

from vecalc.shell import resume
from vecalc.space import unfinished

TEXTS = [
    "king - man + woman",
    "A = queen",
    "A + boy",
    "nosuch",
    "cos(king, queen)",
    "A = girl; A - boy; A",
    "king",
]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.txt"
    path.write_text("\n".join(TEXTS * 20) + "\n", "utf-8")
    return path


@pytest.fixture
def at_every_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unfinished, "EVERY", 0.0)
    monkeypatch.setattr(unfinished, "SHARE", 0)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # nothing here outlives the machine


class Stop(BaseException):
    """The machine goes down."""


def stopped_after(count: int, monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    """Run until so many answers are noted, then die between two of them."""
    note, noted = resume.ResumableBatch.note, 0

    def then_die(self: resume.ResumableBatch, *args: object, **kwargs: object) -> None:
        nonlocal noted
        note(self, *args, **kwargs)  # type: ignore[arg-type]
        noted += 1
        if noted == count:
            raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(resume.ResumableBatch, "note", then_die)
        with pytest.raises(Stop):
            family(*arguments)


# Every format stops behind its head and among answers; the other places are nothing to a format.
PLACES = [1, 2, 4, 5, 6, 100]
STOPS = [("jsonl", count) for count in PLACES]
STOPS += [(form, count) for form in ("json", "csv", "plain", "markdown") for count in (1, 5)]


@pytest.mark.parametrize(("form", "count"), STOPS)
@pytest.mark.usefixtures("at_every_answer")
def test_a_killed_batch_goes_on(
    form: str, count: int, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    unbroken = family("-f", questions, "-o", whole, "--format", form)
    again = ("-f", questions, "-o", broken, "--format", form, "--resume")
    stopped_after(count, monkeypatch, *again)
    assert not broken.exists()
    with (tmp_path / "broken.part").open("ab") as stream:  # what was written and not noted
        stream.write(b"half an answ")
    done = family(*again)
    assert done.code == unbroken.code == 1
    assert f"{count:,} answers are there already" in done.err
    assert broken.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "questions.txt", "whole"]


def test_without_an_earlier_run_it_is_a_batch(questions: Path, tmp_path: Path) -> None:
    family("-f", questions, "-o", tmp_path / "a.jsonl")
    assert family("-f", questions, "-o", tmp_path / "b.jsonl", "--resume").code == 1
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


@pytest.mark.usefixtures("at_every_answer")
@pytest.mark.parametrize("change", ["questions", "option", "model"])
def test_another_batch_is_refused(
    change: str, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = ["-f", questions, "-o", tmp_path / "out.jsonl", "--resume"]
    stopped_after(5, monkeypatch, *again)
    kept = (tmp_path / "out.jsonl.part").read_bytes()
    if change == "questions":
        questions.write_text("king\n", "utf-8")
    elif change == "option":
        again += ["-k", "3"]
    else:
        other = tmp_path / "other.txt"
        other.write_bytes(FAMILY.read_bytes() + b"\n")
        again += ["-m", f"more={other}"]
    done = family(*again)
    assert done.code == 5
    assert "other input, models or options; remove this file" in done.err
    assert (tmp_path / "out.jsonl.part").read_bytes() == kept


def test_a_damaged_note_is_refused(questions: Path, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl.resume").write_text("{", "utf-8")
    assert family("-f", questions, "-o", tmp_path / "out.jsonl", "--resume").code == 5


@pytest.mark.usefixtures("at_every_answer")
def test_answers_that_are_gone_are_missed(
    questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = ("-f", questions, "-o", tmp_path / "out.jsonl", "--resume")
    stopped_after(5, monkeypatch, *again)
    (tmp_path / "out.jsonl.part").unlink()
    done = family(*again)
    assert done.code == 5
    assert "the answers so far are gone" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["-f", "-", "-o", "out.jsonl"],
        ["king", "-o", "out.jsonl"],
        ["-f", "q.txt"],
        ["-f", "q.txt", "-o", "out.npy"],
    ],
)
def test_what_can_not_go_on_says_so(arguments: list[str]) -> None:
    done = family(*arguments, "--resume")
    assert done.code == 2
    assert "--resume" in done.err


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.part", "out.jsonl.resume"])
def test_what_is_read_is_not_written_to(name: str, questions: Path, tmp_path: Path) -> None:
    (tmp_path / name).symlink_to(questions)
    before = questions.read_bytes()
    done = family("-f", questions, "-o", tmp_path / "out.jsonl", "--resume")
    assert (done.code, questions.read_bytes()) == (2, before)
    assert "input and output are the same file" in done.err


def test_a_link_stays_one_and_a_file_keeps_its_permissions(questions: Path, tmp_path: Path) -> None:
    whole, link = tmp_path / "whole.jsonl", tmp_path / "link.jsonl"
    whole.touch(0o640)
    link.symlink_to(whole)
    assert family("-f", questions, "-o", link, "--resume").code == 1
    assert link.is_symlink()
    assert whole.stat().st_mode & 0o777 == 0o640
    assert whole.read_bytes().count(b"\n") == family("-f", questions, "--format", "jsonl").out.count("\n")


@pytest.mark.usefixtures("at_every_answer")
def test_a_batch_that_stopped_at_an_error_is_not_gone_on_with(
    questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = tmp_path / "whole.jsonl", tmp_path / "broken.jsonl"
    assert family("-f", questions, "-o", whole, "--bail").code == 1
    again = ("-f", questions, "-o", broken, "--bail", "--resume")
    stopped_after(2, monkeypatch, *again)  # the second is the error
    assert family(*again).code == 1
    assert broken.read_bytes() == whole.read_bytes()


def test_ctrl_c_leaves_a_note_and_a_hint(tmp_path: Path) -> None:
    questions, output = tmp_path / "q.txt", tmp_path / "out.jsonl"
    questions.write_text("max(king, queen) + man\nking * queen\n" * 40_000, "utf-8")
    arguments = ("-m", FAMILY, "-f", questions, "-o", output, "--resume")
    running = subprocess.Popen(command(*arguments), stderr=subprocess.PIPE, env=os.environ)
    note = tmp_path / "out.jsonl.resume"
    until = time.monotonic() + PATIENCE
    while not note.exists() and time.monotonic() < until:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert b"the same command goes on from there" in told
    noted = json.loads(note.read_text("utf-8"))
    part = (tmp_path / "out.jsonl.part").read_bytes()
    size = noted["sizes"]["out.jsonl.part"]
    assert part[:size].count(b"\n") == noted["facts"]["answers"] > 0
