"""Commands as models: `-m img='!CMD'`, their names, who may name one, and what is kept of them."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from running import command, vecalc

import vecalc as library
from vecalc.engine import identity
from vecalc.errors import FileProblem
from vecalc.library.conversions import MONTH

# The vector of a text counts its letters; a text with "die" in it ends the program.
PROGRAM = """
import json, sys
open("calls", "a").write("x")
for line in sys.stdin:
    if "die" in line: sys.exit("I had to")
    print(json.dumps([1.0 + line.count(letter) for letter in "abcdefghijklmnop"]), flush=True)
"""
CAT, DOG, BIRD = "a big cat", "a dog", "one bird"


def vector(text: str) -> np.ndarray:
    return np.array([1.0 + text.count(letter) for letter in "abcdefghijklmnop"])


def cosine(one: str, other: str) -> float:
    a, b = vector(one), vector(other)
    return float(a @ b / np.sqrt(a @ a * (b @ b)))


@pytest.fixture(autouse=True)
def img(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A model that is a command, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name, folder in (("CACHE_DIR", "cache"), ("MODELS", "imported"), ("CONFIG", "config")):
        monkeypatch.setenv(f"VECALC_{name}", str(tmp_path / folder))
    monkeypatch.delenv("VECALC_MODEL", raising=False)
    Path("embed.py").write_text(PROGRAM)
    return f"!{shlex.quote(sys.executable)} embed.py"


def calls() -> int:
    return len(Path("calls").read_text()) if Path("calls").exists() else 0


# --- as it should be ------------------------------------------------------------------------


def test_texts_are_compared_and_asked_for_once(img: str) -> None:
    for _ in range(2):
        done = vecalc("-m", f"img={img}", f'cos(text("{CAT}"), img:"{DOG}")', "--json")
        assert done.records[0]["value"] == pytest.approx(cosine(CAT, DOG), abs=1e-7)
    assert calls() == 1


def test_the_vector_is_what_the_program_wrote(img: str) -> None:
    done = vecalc("-m", img, f'text("{CAT}")', "--norm", "raw", "--format", "vector", "--precision", "1")
    assert done.out.split() == [f"{number:.1f}" for number in vector(CAT)]


def test_the_width_is_known_once_there_is_a_vector(img: str) -> None:
    (record,) = vecalc("-m", img, "-f", "-", "--json", stdin=f'cos(text("{CAT}"), text("{DOG}"))\n').records
    assert record["value"] == pytest.approx(cosine(CAT, DOG))
    calculate = library.Calculator(_space(img))
    assert calculate(f'cos(text("{CAT}"), text("{DOG}"))').asked.width == 16


def _space(model: str) -> library.VectorSpace:
    from vecalc.library.open_model import open_spaces

    return open_spaces([model]).spaces[""]


def test_lines_are_ranked(img: str) -> None:
    Path("docs.txt").write_text(f"{CAT}\n{DOG}\n{BIRD}\n")
    best = sorted((CAT, DOG, BIRD), key=lambda line: -cosine(line, "cab bag"))
    for models in (
        ("-m", "docs=docs.txt", "--embed", img),
        ("-m", f"img={img}", "-m", "docs=docs.txt", "--in", "docs"),
    ):
        assert vecalc(*models, 'text("cab bag")').words == best
    assert calls() == 2  # the lines, and the text


def test_tables_of_texts_need_no_words(img: str) -> None:
    pairs = [(CAT, DOG, 3), (CAT, BIRD, 2), (DOG, BIRD, 1)]
    Path("pairs.csv").write_text("a,b,score\n" + "".join(f"{a},{b},{s}\n" for a, b, s in pairs), "utf-8")
    done = vecalc("features", "-m", f"img={img}", "-e", "cos(a, b)", "-o", "found.npz", "pairs.csv")
    assert done.code == 0, done.err
    assert np.load("found.npz")["features"][:, 0] == pytest.approx([cosine(a, b) for a, b, _ in pairs])
    done = vecalc("eval", "similarity", "-m", f"img={img}", "--format", "jsonl", "pairs.csv")
    assert done.code == 0, done.err
    assert json.loads(done.out.splitlines()[0])["seen"] == 3


def test_a_run_by_another_command_is_not_gone_on_with(img: str) -> None:
    """Spaces without words differ by what encodes their texts, and not by whether it was asked already."""

    def told() -> object:
        return identity.of_calculator(library.Calculator(_space(img)))["model"]

    first = told()
    assert vecalc("-m", f"img={img}", f'cos("{CAT}", "{DOG}")').code == 0
    assert told() == first
    Path("embed.py").write_text(PROGRAM.replace("1.0 +", "20.0 +"))
    assert told() != first


def test_what_has_no_words_ranks_nothing(img: str) -> None:
    for expression in (f'text("{CAT}")', f'[text("{CAT}"), text("{DOG}")]', f'cos(?, text("{CAT}"))'):
        done = vecalc("-m", f"img={img}", expression)
        assert (done.code, "img encodes texts, and has no words" in done.err) == (3, True), done.err
        assert "--in docs" in done.err


def test_a_batch_goes_on(img: str) -> None:
    lines = [
        f'cos(text("{CAT}"), text("{DOG}"))',
        'cos(text("die"), text("b"))',
        f'cos(text("{DOG}"), text("c"))',
    ]
    done = vecalc("-m", img, "-f", "-", "--format", "jsonl", stdin="\n".join(lines))
    assert done.code == 1
    assert [record["error"] is None for record in done.records] == [True, False, True]
    error = done.records[1]["error"]
    assert (error["kind"], "exit status 1; it says: I had to" in error["message"]) == ("encoder", True)
    assert len([line for line in done.err.splitlines() if "I had to" in line]) == 1


@pytest.mark.parametrize(
    ("model", "options", "code", "message"),
    [
        ("!exit 3", (), 4, "!exit 3: it ended with exit status 3"),
        ("!sleep 99", ("--embed-timeout", "0.3"), 4, "!sleep 99: no answer within 0.3 s; --embed-timeout S"),
        ("!printf '\\033[31m'", (), 4, "is not JSON: \\x1b[31m"),
        ("!", (), 2, "there is no command behind the !"),
        ("! ", (), 2, "there is no command behind the !"),
        ("!cat", ("--embed-timeout", "0"), 2, "--embed-timeout"),
        ("!cat", ("--embed-timeout", "nan"), 2, "--embed-timeout"),
    ],
)
def test_what_is_wrong_is_one_line(model: str, options: tuple[str, ...], code: int, message: str) -> None:
    done = vecalc("-m", f"img={model}", 'cos(text("a"), text("b"))', *options)
    assert (done.code, message in done.err) == (code, True), done.err
    assert len([line for line in done.err.splitlines() if line.startswith("vecalc: ")]) == 1
    assert "\x1b" not in done.err


# --- names ----------------------------------------------------------------------------------


def test_a_command_has_a_name(img: str) -> None:
    assert vecalc("models", "add", "clip", img, "--norm", "raw").out == f"clip: {img}\n"
    assert vecalc("-m", "clip", f'cos(text("{CAT}"), text("{DOG}"))').code == 0
    assert vecalc("-m", "a=clip", f'cos(a:"{CAT}", a:"{DOG}")').code == 0
    assert vecalc("models", "path", "clip").out == f"{img}\n"
    (sheet,) = json.loads(vecalc("models", "list", "--json").out)
    (row,) = [row for row in sheet["rows"] if row["name"] == "clip"]
    assert (row["kind"], row["norm"], row["source"]) == ("command", "raw", img)
    assert vecalc("models", "add", "clip", "x").code == 2
    assert vecalc("models", "default", "clip").code == 0
    assert vecalc(f'cos(text("{CAT}"), text("{DOG}"))').code == 0
    assert vecalc("models", "remove", "clip").code == 0
    assert vecalc("models", "path", "clip").code == 2
    assert calls() == 1


def test_the_name_of_a_command_embeds(img: str) -> None:
    vecalc("models", "add", "clip", img)
    Path("docs.txt").write_text(f"{CAT}\n{DOG}\n")
    assert vecalc("-m", "docs.txt", "--embed", "clip", f'text("{DOG}")').words == [CAT]


@pytest.mark.parametrize("more", [("--import",), ("--embed", "x")])
def test_options_of_files_are_not_for_commands(more: tuple[str, ...], img: str) -> None:
    assert vecalc("models", "add", "clip", img, *more).code == 2
    assert vecalc("models", "add", "clip", "! ").code == 2


@pytest.mark.parametrize(
    "line",
    [
        ("models", "info"),
        ("models", "check"),
        ("import",),
        ("models", "add", "y"),
        ("convert", "-o", "x.npy"),
    ],
)
def test_what_wants_words_runs_no_command(line: tuple[str, ...], img: str) -> None:
    vecalc("models", "add", "clip", img)
    for model in ("clip", img) if line != ("models", "add", "y") else ("clip",):
        assert vecalc(*line, model, *(["out.txt"] if "convert" in line else [])).code in (2, 4)
        with pytest.raises(FileProblem, match="a command, which has no words"):
            library.load(model)
    assert calls() == 0


def test_a_file_that_is_called_like_one_is_a_file() -> None:
    Path("!cat").write_text("king 1 2\nqueen 2 1\n")
    assert vecalc("-m", "./!cat", "king").words == ["queen"]


# --- who names them -------------------------------------------------------------------------


@pytest.mark.parametrize("value", ['"!touch gone"', '["!touch gone"]', '["a=!touch gone", "starter"]'])
def test_a_project_names_no_command(value: str) -> None:
    """It may be a stranger's."""
    Path("vecalc.toml").write_text(f"model = {value}\n")
    for line in (("king",), ("words",), ("models", "list"), ('cos("a", "b")',)):
        done = vecalc(*line)
        assert (done.code, "a project's settings run no commands" in done.err) == (4, True)
    assert not Path("gone").exists()


def test_users_settings_may(img: str) -> None:
    Path("config").mkdir()
    Path("config/config.toml").write_text(f"model = {json.dumps(img)}\n")
    assert vecalc(f'cos(text("{CAT}"), text("{DOG}"))').code == 0
    assert vecalc(f'cos(text("{CAT}"), text("{BIRD}"))', VECALC_MODEL=img).code == 0
    assert calls() == 2


@pytest.mark.parametrize(
    "line",
    [
        ('text("!touch gone")', "--format", "vector"),
        ('cos("!touch gone", "a")',),
        ("!touch gone",),
        ("king", "--in", "!touch gone"),
        ("king", "--among", "!touch gone"),
        ("--csv", "!touch gone", "-e", "A"),
        ("--let", "a=!touch gone", "king"),
    ],
)
def test_an_expression_names_none(line: tuple[str, ...], img: str) -> None:
    vecalc("-m", img, *line)
    vecalc("-m", "starter", *line)
    assert not Path("gone").exists()


# --- what is kept ---------------------------------------------------------------------------


def kept() -> list[Path]:
    return sorted(Path("cache/texts").iterdir())


def test_what_is_kept_is_private_and_pruned(img: str) -> None:
    line = ("-m", img, f'cos(text("{CAT}"), text("{DOG}"))')
    vecalc(*line)
    assert [path.suffix for path in kept()] == [".keys", ".rows"]
    assert {path.stat().st_mode & 0o777 for path in kept()} == {0o600}
    vecalc("models", "prune")
    assert len(kept()) == 2
    for path in kept():
        os.utime(path, (time.time() - MONTH - 9,) * 2)
    vecalc(*line)  # asked for again, it is of use
    vecalc("models", "prune")
    assert (len(kept()), calls()) == (2, 1)
    for path in kept():
        os.utime(path, (time.time() - MONTH - 9,) * 2)
    assert "nobody asks for" in vecalc("models", "prune").out
    assert kept() == []
    vecalc(*line)
    assert "all" in vecalc("models", "prune", "--all").out
    assert kept() == []
    vecalc(*line)
    assert calls() == 3


def test_without_a_cache_it_works_with_a_note(img: str) -> None:
    Path("cache").write_text("in the way")
    line = ("-m", img, f'cos(text("{CAT}"), text("{DOG}"))')
    done = vecalc(*line)
    assert (done.code, done.err.count("its vectors can't be kept")) == (0, 1)
    done = vecalc(*line, "--require-cache")
    assert done.code == 5, done.err


def test_ctrl_c_ends_lines_that_are_embedded() -> None:
    """Also where the program hangs with the second batch."""
    Path("many.txt").write_text("".join(f"line {i}\n" for i in range(5000)))
    Path("hang.sh").write_text(
        'awk \'NR == 1 {print "[1]"; fflush()} NR > 1 {system("touch begun; sleep 77")}\'\n'
    )
    line = command("-m", "d=many.txt", "--embed", "!sh hang.sh", "king")
    with subprocess.Popen(line, stderr=subprocess.DEVNULL) as child:
        until = time.monotonic() + 30
        while not Path("begun").exists() and time.monotonic() < until:
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 130
    assert list(Path("cache/models").iterdir()) == []
