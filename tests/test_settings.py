"""Settings: flag > environment > project file > user file > built in; where they are, and what is refused."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from running import FAMILY, Done, family, vecalc

from vecalc.shell.settings import KEYS

KING = "1\tkings\t0.999015\n"


class Place(NamedTuple):
    """A user's configuration folder, and a project's folder that the program is started in."""

    user: Path
    project: Path

    def run(self, *arguments: str | Path, **environment: str) -> Done:
        return vecalc(*arguments, VECALC_CONFIG=str(self.user), **environment)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    found = Place(tmp_path / "config", tmp_path / "project")
    found.user.mkdir()
    found.project.mkdir()
    monkeypatch.chdir(found.project)
    return found


# Two values of a setting, and a third for the flag, each telling by an answer's record.
SETTINGS = {
    "norm": ("raw", "unit", "rms"),
    "metric": ("dot", "l2", "cos"),
    "top": (1, 2, 3),
    "exclude": ("none", "variants", "inputs"),
}
SOURCES = ("user", "project", "environment", "flag")


def shown(done: Done, name: str) -> object:
    assert done.code == 0, done.err
    record = json.loads(done.out)[0]
    words = [result["word"] for result in record["results"]]
    if name == "exclude":
        return "none" if "king" in words else "inputs" if "kings" in words else "variants"
    return len(words) if name == "top" else record[name]


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("present", [SOURCES[:n] for n in range(len(SOURCES) + 1)], ids=len)
def test_the_nearer_source_wins(name: str, present: tuple[str, ...], place: Place) -> None:
    one, other, third = SETTINGS[name]
    values = {"user": one, "project": other, "environment": one, "flag": other}
    flags, environment = [], {}
    for source in present:
        line = f"{name} = {json.dumps(values[source])}\n"
        if source == "user":
            (place.user / "config.toml").write_text(line, "utf-8")
        elif source == "project":
            (place.project / "vecalc.toml").write_text(line, "utf-8")
        elif source == "environment":
            environment[f"VECALC_{name.upper()}"] = str(values[source])
        else:
            flags = [f"--{name}", str(values[source])]
    expected = values[present[-1]] if present else {"top": 10}.get(name, third)
    assert shown(place.run("-m", FAMILY, "king", "--json", *flags, **environment), name) == expected


def test_a_farther_source_still_sets_what_nearer_ones_leave_open(place: Place) -> None:
    (place.user / "config.toml").write_text('norm = "raw"\ntop = 1\n', "utf-8")
    (place.project / "vecalc.toml").write_text("top = 2\n", "utf-8")
    done = place.run("-m", FAMILY, "king", "--json")
    assert (shown(done, "norm"), shown(done, "top")) == ("raw", 2)


def test_the_model_can_be_set(place: Place) -> None:
    assert place.run("king", "-k", "1", VECALC_MODEL=str(FAMILY)).out == KING
    (place.user / "config.toml").write_text(f"model = [{json.dumps(str(FAMILY))}]\n", "utf-8")
    assert place.run("king", "-k", "1").out == KING
    (place.user / "config.toml").write_text(f"model = {json.dumps(str(FAMILY))}\n", "utf-8")
    assert place.run("king", "-k", "1").out == KING
    assert place.run("-m", "absent.bin", "king").code == 4


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("exact = true", lambda done: done.code == 3),
        ("quiet = true", lambda done: done.err == ""),
        ("header = false", lambda done: "expr" not in done.out),
        ('format = "markdown"', lambda done: "| rank |" in done.out),
        ("precision = 2", lambda done: "0.97," in done.out),
        ("first = 5", lambda done: "apple" not in done.out),
        ('match = "q*"', lambda done: done.out.count("\n") == 2),
        ("min-score = 1", lambda done: "no candidate" in done.err),
    ],
)
def test_every_other_key_does_something(line: str, changed: Callable[[Done], bool], place: Place) -> None:
    def run() -> Done:
        return place.run("-m", FAMILY, "paris", *([] if "format" in line else ["--format", "csv"]))

    assert not changed(run())
    (place.user / "config.toml").write_text(line, "utf-8")
    assert changed(run())


def test_colour_and_oov_can_be_set(place: Place) -> None:
    (place.user / "config.toml").write_text('color = "always"\noov = "skip"', "utf-8")
    done = place.run("-m", FAMILY, "king - xyzzy", "--format", "table")
    assert done.code == 0
    assert "\x1b[" in done.out


@pytest.mark.parametrize("value", ["0", "false", "no", "off"])
def test_a_switch_in_the_environment_can_be_off(value: str) -> None:
    assert family("paris", VECALC_EXACT=value).code == 0
    assert family("paris", VECALC_EXACT="1").code == 3


# --- mistakes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "what"),
    [
        ("tpo = 5", 4, "there is no setting 'tpo'; there are model, top,"),
        ("top = ", 4, "not TOML"),
        ('top = "many"', 4, "'top' must be a whole number"),
        ("top = true", 4, "'top' must be a whole number"),
        ("top = 1.5", 4, "'top' must be a whole number"),
        ("model = [1]", 4, "'model' must be a list of texts"),
        ("norm = []", 4, "'norm' must be a text"),
        ("exact = 1", 4, "'exact' must be true or false"),
        ('min-score = "high"', 4, "'min-score' must be a number"),
        ("top = 1979-05-27", 4, "'top' must be a whole number"),
        ("norm = {}", 4, "'norm' must be a text"),
        ("top = 0", 2, "config.toml: top: "),
        ('norm = "l1"', 2, "norm: there is no 'l1'; choose rms, unit or raw"),
        ('output = "x"', 4, "there is no setting 'output'"),
        ("debug = true", 4, "there is no setting 'debug'"),
    ],
)
def test_a_bad_file_is_named(text: str, code: int, what: str, place: Place) -> None:
    path = place.user / "config.toml"
    path.write_text(text, "utf-8")
    done = place.run("-m", FAMILY, "king")
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"vecalc: {path}: ")
    assert what in done.err
    assert place.run("--help").code == place.run("config", "path").code == 0


def test_a_bad_project_file_is_named(place: Place) -> None:
    (place.project / "vecalc.toml").write_bytes(b'norm = "\xff"')
    done = place.run("-m", FAMILY, "king")
    assert (done.code, done.err.startswith("vecalc: vecalc.toml: the settings can't be read")) == (4, True)


@pytest.mark.parametrize(("name", "value"), [("TOP", "many"), ("NORM", "l1"), ("EXACT", "perhaps")])
def test_a_bad_variable_is_named(name: str, value: str) -> None:
    done = family("king", **{f"VECALC_{name}": value})
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"vecalc: environment VECALC_{name}: {name.lower()}: ")


# --- vecalc config --------------------------------------------------------------------------


def test_config_path_names_both_files(place: Place) -> None:
    done = place.run("config", "path")
    assert done == Done(0, f"{place.user / 'config.toml'}\n{place.project / 'vecalc.toml'}\n", "")


def test_config_init_writes_a_commented_file_once(place: Place) -> None:
    path = place.user / "config.toml"
    assert place.run("config", "init") == Done(0, f"wrote {path}\n", "")
    template = path.read_text("utf-8")
    assert all(not line or line.startswith("#") for line in template.splitlines())
    assert place.run("-m", FAMILY, "king", "-k", "1").out == KING
    again = place.run("config", "init")
    assert (again.code, again.out) == (2, "")
    assert "there is a file already" in again.err


def test_every_line_of_the_commented_file_is_a_setting(place: Place) -> None:
    place.run("config", "init")
    path = place.user / "config.toml"
    lines = [line.removeprefix("# ") for line in path.read_text("utf-8").splitlines() if " = " in line]
    assert len(lines) >= 10
    path.write_text("\n".join(line for line in lines if not line.startswith("model")), "utf-8")
    assert set(tomllib.loads("\n".join(lines))) <= set(KEYS)
    assert place.run("-m", FAMILY, "king").code == 0


def test_config_init_makes_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert vecalc("config", "init", VECALC_CONFIG=str(folder)).code == 0
    assert (folder / "config.toml").is_file()
    (tmp_path / "file").touch()
    assert vecalc("config", "init", VECALC_CONFIG=str(tmp_path / "file" / "below")).code == 5


@pytest.mark.parametrize("action", [["config"], ["config", "show"]])
def test_config_show_tells_every_setting_and_its_origin(action: list[str], place: Place) -> None:
    (place.user / "config.toml").write_text('norm = "raw"\ntop = 7\n', "utf-8")
    (place.project / "vecalc.toml").write_text('norm = "unit"\nexact = true\n', "utf-8")
    done = place.run(*action, VECALC_METRIC="dot")
    told = dict(line.split("  # ", 1) for line in done.out.splitlines())
    origins = {setting.strip(): origin.strip() for setting, origin in told.items()}
    assert origins['norm = "unit"'] == "vecalc.toml"
    assert origins["exact = true"] == "vecalc.toml"
    assert origins["top = 7"] == str(place.user / "config.toml")
    assert origins['metric = "dot"'] == "environment VECALC_METRIC"
    assert origins['model = ["starter"]'] == origins["# first is not set"] == "built in"
    assert set(tomllib.loads(done.out)) == set(KEYS) - {"first", "match", "min-score", "precision", "format"}


# --- the user's prelude ---------------------------------------------------------------------


def test_the_users_prelude_is_read(place: Place) -> None:
    text = "\ufeffhalf(x) = x/2   # half of it\r\n\r\nRULER = king\n"
    (place.user / "prelude.vec").write_text(text, "utf-8", newline="")
    assert place.run("-m", FAMILY, "half(RULER) - man + woman", "-k", "1").code == 0
    assert place.run("-m", FAMILY, "RULER", "-k", "1").out == KING


@pytest.mark.parametrize(
    ("text", "code", "what"),
    [
        (b"half(x) = x/2\ng(x) = nosuch(x)\n", 3, ":2:8: there is no function 'nosuch'"),
        (b"A = king\n\nB = (A\n", 3, ":3:5: "),
        (b"A = king\nA + man\n", 3, ":2:1: only definitions can stand here"),
        (b"A = kign\n", 3, ":1:5: unknown word 'kign'"),
        (b"A = \xff\n", 4, ": byte 5 is not UTF-8"),
    ],
)
def test_a_bad_prelude_is_named_with_its_line(text: bytes, code: int, what: str, place: Place) -> None:
    path = place.user / "prelude.vec"
    path.write_bytes(text)
    done = place.run("-m", FAMILY, "king")
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"vecalc: {path}{what}")


# --- places ---------------------------------------------------------------------------------


def test_the_xdg_folders_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert vecalc("config", "path").out.startswith(str(tmp_path / "config" / "vecalc" / "config.toml"))
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert vecalc("config", "path").out.startswith(str(tmp_path / ".config" / "vecalc" / "config.toml"))
