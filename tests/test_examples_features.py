"""The measuring examples run on small data, and tell a clear case from its opposite."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from data import as_text

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"


def run(*command: str | Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    if path is not None:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, check=False, env=environment, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return done


def table(text: str, key: int = 0) -> dict[str, list[str]]:
    """The rows of a Markdown table by one of their cells; the first of each."""
    rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in text.splitlines()
        if " | " in line
    ]
    return {row[key]: row for row in reversed(rows)}


def number(cell: str) -> float:
    return float(cell.split(maxsplit=1)[0])


# --- colors ---------------------------------------------------------------------------------


def norms(path: Path) -> Path:
    """Feature norms of six things, each of one color; one name is ambiguous, one feature no color."""
    colors = {
        "blood": "red",
        "tomato": "red",
        "grass": "green",
        "frog": "green",
        "sky": "blue",
        "sea": "blue",
    }
    lines = ["Concept,Feature,Num"] + [f"{thing},is_{color},1" for thing, color in colors.items()]
    lines += ["bat_(animal),is_black,1", "blood,is_liquid,1"]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


@pytest.mark.slow
def test_colors_are_measured_against_the_sum(tmp_path: Path) -> None:
    words = ["color", "red", "green", "blue", "blood", "tomato", "grass", "frog", "sky", "sea"]
    traits = np.repeat(np.eye(3), 2, axis=0)
    rows = np.vstack([[1, 0.9, 0.8], np.eye(3), traits + 0.01])  # every thing is its color
    model = tmp_path / "clear.txt"
    model.write_bytes(as_text(words, rows.astype(np.float32)))
    out = run(sys.executable, EXAMPLES / "blood_and_color.py", norms(tmp_path / "norms.csv.gz"), model).stdout
    assert "starter: 6 of 6 things, 11 colors" in out
    _, case, clear = out.split("clear.txt: ")
    assert case.startswith("red among 8 words, A = blood, B = color")
    assert table(case, key=1)["`A*B`"][2] == "2"  # behind tomato
    assert clear.startswith("6 of 6 things, 3 colors, chance 0.611")
    found = table(clear, key=1)
    assert number(found["`A*B`"][2]) == 1.0 > number(found["`A*B`"][3])  # not so with the colors of others
    assert found["`B`"][2].startswith(found["`B`"][3])  # the word `color` alone can't know:
    assert found["`B`"][8] == "4"  # red comes first for all things
    assert float(found["`B`"][9]) <= 1.0


# --- geometry and phrases -------------------------------------------------------------------


@pytest.mark.slow
def test_the_geometry_of_products(tmp_path: Path) -> None:
    rows = np.random.default_rng(3).normal(size=(300, 64)).astype(np.float32)
    model = tmp_path / "random.txt"
    model.write_bytes(as_text([f"w{i}" for i in range(300)], rows))
    sys.path.insert(0, str(EXAMPLES))
    try:
        import product_geometry

        import vecalc

        space = vecalc.load(model).space
        rows = product_geometry.disguise(space)
        lengths = {norm: float(share) for norm, formula, share, _ in rows if formula == "`A*B`"}
        kept = {formula: number(share) for norm, formula, share in product_geometry.rotated(space)}
    finally:
        sys.path.remove(str(EXAMPLES))
    assert lengths["rms"] == pytest.approx(1, abs=0.1)
    assert lengths["unit"] == pytest.approx(1 / 8, abs=0.02)  # 1/√64
    assert kept["`A + B`"] == kept["`without(A, B)`"] == 1.0
    assert kept["`A*B`"] < 0.2


def test_phrases_are_compared_with_people(tmp_path: Path) -> None:
    nouns = [f"n{i}" for i in range(12)]
    rows = np.zeros((13, 4), np.float32)
    rows[0] = 1
    rows[1:, 0], rows[1:, 1] = np.cos(np.arange(12) / 8), np.sin(np.arange(12) / 8)
    model = tmp_path / "nouns.txt"
    model.write_bytes(as_text(["big", *nouns], rows))
    lines = [f'{i},"big n0,big {noun}",{9 - i / 2}' for i, noun in enumerate(nouns)]
    annotations = tmp_path / "pairs.csv"
    annotations.write_text(
        "Pid,Pair,Sem_Sim\n" + "\n".join([*lines, '99,"big zzz,big n1",1', '98,"big n2,n1 n3",5']) + "\n"
    )
    out = run(sys.executable, "-c", PHRASES, EXAMPLES, annotations, model).stdout
    assert "nouns.txt: 12 of 14 pairs, those with one adjective" in out
    found = table(out, key=1)
    assert number(found["`B`"][2]) == 1.0
    assert found["`A`"][2] == "none: the same for all pairs"


# Without the built-in space, which has none of these words.
PHRASES = """
import sys, pathlib
sys.path.insert(0, sys.argv[1])
import judging, phrases, vecalc
judging.RESAMPLES = 20
phrases.measure(vecalc.load(sys.argv[3]).space, phrases.read(pathlib.Path(sys.argv[2])))
"""


# --- films and users ------------------------------------------------------------------------


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with the two commands that the script calls."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, arguments in (("python", ""), ("vecalc", "-m vecalc ")):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec {sys.executable} {arguments}"$@"\n')
        script.chmod(0o755)
    return folder


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no sh")
def test_the_product_of_factors_predicts_ratings(tmp_path: Path, programs: Path) -> None:
    random = np.random.default_rng(4)
    users, films = random.choice((-1, 1), (80, 2)), random.choice((-1, 1), (60, 2))
    ratings = 3 + (users @ films.T) / 2 + random.normal(0, 0.2, (80, 60))  # taste, and nothing else
    rows = [f"{u},{f},{ratings[u, f]:.2f},0" for u in range(80) for f in range(60) if random.random() < 0.6]
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\n" + "\n".join(rows) + "\n")
    out = run(
        "sh", EXAMPLES / "films_and_users.sh", tmp_path / "ratings.csv", tmp_path / "out", path=programs
    ).stdout
    found = {name.strip("`"): number(row[1]) for name, row in table(out).items() if row[1][:1].isdigit()}
    assert found["ridge: u*f"] < 0.5 * found["ridge: [u; f]"]
    assert found["ridge: u·f"] < 0.5 * found["biases"]
    for useless in ("u", "f", "u + f", "u*f of another film", "u·f of another film"):
        assert found[f"ridge: {useless}"] > 0.8 * found["biases"], useless


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no sh")
def test_a_missing_scikit_learn_is_told_before_the_long_steps(tmp_path: Path, programs: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['sklearn'] = None\n")
    script = EXAMPLES / "films_and_users.sh"
    done = subprocess.run(
        ["sh", script, tmp_path / "no ratings.csv", tmp_path / "out"],
        env={"PATH": f"{programs}:/usr/bin:/bin", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "films_and_users: scikit-learn is needed to judge the features: pip install scikit-learn\n"
    )
    assert not (tmp_path / "out").exists()


# --- batches --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["attention", "non_american_food", "model_tests"])
def test_a_batch_runs_and_its_expectations_hold(name: str) -> None:
    done = run(sys.executable, "-m", "vecalc", "-f", EXAMPLES / f"{name}.vec")
    assert "FAIL" not in done.stdout
    assert ("PASS" in done.stdout) == (name != "non_american_food")
