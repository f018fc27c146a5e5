"""What is shipped: the wheel and the sdist hold all that is needed and nothing else, and answer."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST = 13_000_000  # bytes of a wheel
PATIENCE = 240

pytestmark = pytest.mark.slow


def build(kind: str, folder: Path, source: Path = ROOT) -> Path:
    """A wheel or an sdist, made by the build backend itself: no network, no environment of its own."""
    script = f"import sys, hatchling.build as b; print(b.build_{kind}(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", script, folder],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", tmp_path_factory.mktemp("sdist"))


def files_of(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def answers(location: Path, folder: Path, *arguments: str) -> str:
    """What the package at a place on the import path answers, from an empty folder, and where it is."""
    script = (
        "import sys, vecalc; print(vecalc.__file__); sys.argv[0] = 'vecalc';"
        "from vecalc.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(location)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    where, _, rest = done.stdout.partition("\n")
    assert Path(where).is_relative_to(location)
    return rest


def test_the_wheel_holds_the_package_the_grammar_and_the_starter(wheel: Path) -> None:
    names = files_of(wheel)
    grammars = [name for name in names if name.endswith(".lark")]
    assert grammars == ["vecalc/grammar/vecalc.lark", "vecalc/grammar/where.lark"]
    for grammar in grammars:
        assert names[grammar] == (ROOT / "grammar" / Path(grammar).name).read_bytes()
    for part in ("facts.json", "vectors.npy", "lengths.npy", "words.txt", "NOTICE"):
        assert f"vecalc/starter/{part}" in names
    for part in ("vecalc/py.typed", "vecalc/prelude.vec", "vecalc/english.words", "vecalc/__main__.py"):
        assert part in names
    pages = {path.name for path in (ROOT / "vecalc/plots/web").iterdir()}
    assert {name.removeprefix("vecalc/plots/web/") for name in names if "/plots/web/" in name} == pages
    assert {"page.html", "page.css", "main.js"} <= pages
    shipped = {name.removeprefix("vecalc/") for name in names if name.endswith(".py")}
    assert shipped == {
        path.relative_to(ROOT / "vecalc").as_posix() for path in (ROOT / "vecalc").rglob("*.py")
    }


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    assert {name.split("/")[0].split("-")[0] for name in files_of(wheel)} == {"vecalc"}
    parts = {part for name in files_of(wheel) for part in name.split("/")}
    assert not [part for part in parts if part == "__pycache__" or part.startswith("test")]
    licences = [name for name in files_of(wheel) if "/licenses/" in name]
    assert sorted(name.split("/licenses/")[1] for name in licences) == ["LICENSE", "vecalc/starter/NOTICE"]


def test_the_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size <= MOST


@pytest.mark.parametrize("which", ["wheel", "sdist"])
def test_no_path_of_this_machine_is_shipped(which: str, request: pytest.FixtureRequest) -> None:
    made = request.getfixturevalue(which)
    if which == "wheel":
        contents = files_of(made)
    else:
        with tarfile.open(made) as archive:
            members = [member for member in archive.getmembers() if member.isfile()]
            contents = {member.name: archive.extractfile(member).read() for member in members}  # type: ignore[union-attr]
    home = str(ROOT).encode()
    assert [name for name, data in contents.items() if home in data] == []


def test_the_sdist_holds_what_its_tests_need_and_builds_the_same_wheel(
    sdist: Path, wheel: Path, tmp_path: Path
) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    for part in (
        "grammar/vecalc.lark",
        "tests/conftest.py",
        "examples/build_starter.py",
        "docs/language.md",
        "Makefile",
    ):
        assert (source / part).is_file()
    (tmp_path / "built").mkdir()
    again = build("wheel", tmp_path / "built", source)
    assert files_of(again) == files_of(wheel)


def zipped(wheel: Path, _: Path) -> Path:
    return wheel


def plain(wheel: Path, folder: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")  # noqa: S202 - of our own making
    return folder / "site"


@pytest.mark.parametrize("place", [plain, zipped])
def test_an_installed_package_knows_its_language(
    place: Callable[[Path, Path], Path], wheel: Path, tmp_path: Path
) -> None:
    """The grammar is read from a folder and from inside a zip alike."""
    location = place(wheel, tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "two.txt").write_text("2 2\na 1 0\nb 0 1\n", "utf-8")
    shown = answers(location, tmp_path / "empty", "-m", str(tmp_path / "two.txt"), "cos(a, a + b)^2")
    assert float(shown) == pytest.approx(0.5)


def test_an_installed_package_answers_from_its_starter(wheel: Path, tmp_path: Path) -> None:
    location = plain(wheel, tmp_path)
    (tmp_path / "empty").mkdir()
    shown = answers(location, tmp_path / "empty", "-k", "1", "king - man + woman")
    assert shown.split("\t")[1] == "queen"


def test_an_editable_install_reads_the_checkouts_grammar() -> None:
    from vecalc.lang.grammar import grammar_text

    assert grammar_text() == (ROOT / "grammar" / "vecalc.lark").read_text("utf-8")
