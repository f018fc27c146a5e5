"""Work that takes long shows so on a terminal, and leaves no trace there."""

from __future__ import annotations

import time

import pytest
from running import vecalc
from workplace import CASES, Case, each, every_name

from vecalc.shell import meter

# What is over at once, asks a person, or has a meter of its own while it fetches.
SHORT = {"config", "help", "models add", "models default", "models list", "models path", "models prune"}
SHORT |= {"models pull", "models remove", "models set", "import"}
SHORT |= {"publish"}  # as long as nobody answers
LONG = [case for case in CASES if case.name not in SHORT]


def screen(written: str) -> list[str]:
    """What a terminal shows in the end."""
    lines = []
    for line in written.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return lines


@pytest.mark.usefixtures("workplace")
@each(*LONG)
def test_long_work_is_seen_and_leaves_nothing(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter, "PATIENCE", 0.0)
    monkeypatch.setenv("NO_COLOR", "1")
    seen = vecalc(*case.arguments(), terminal=True)
    assert seen.code == case.code, seen.err
    assert "\rvecalc: " in seen.err
    told = [line for line in screen(seen.err) if line and not line.startswith(("vecalc: note: ", "  "))]
    assert told == []
    assert not meter._running
    for quiet in (vecalc(*case.arguments(), "-q", terminal=True), vecalc(*case.arguments())):
        assert "\r" not in quiet.err


def test_all_other_commands_are_short() -> None:
    assert {case.name for case in LONG} | SHORT == every_name()


def test_a_meter_says_what_it_knows() -> None:
    now = time.monotonic()

    def state(done: int, total: int | None, behind: float = 0.0) -> str:
        made = meter.Meter("reading", total)
        made.began, made.done, made.complete_at = now, done, now + 10 - behind
        return made._state(now + 10)

    assert state(0, 100) == state(0, None) == "10 s"
    assert state(50, None) == "50, 5 a second"
    assert state(50, 100) == "50%, 10 s left"
    assert state(100, 100, 4) == "100 %, finishing for 4 s"
