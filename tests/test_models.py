"""`vecalc models`: names that stand for files, what models carry, what is listed, removed, and pruned."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from data import as_binary, as_text
from running import FAMILY, Done, vecalc

from vecalc.library import catalogue
from vecalc.library.cache import folder_of
from vecalc.library.open_model import load
from vecalc.shell.commands.models import ACTIONS
from vecalc.sources import Reading
from vecalc.space.locks import held
from vecalc.space.store import FACTS

WORDS = [f"word{i}" for i in range(7_000)]
ROWS = np.random.default_rng(2).normal(size=(len(WORDS), 40)).astype(np.float32)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without models, in a folder without files."""
    monkeypatch.setenv("VECALC_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("VECALC_MODELS", str(tmp_path / "imported"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


@pytest.fixture
def large(home: Path) -> Path:
    path = home / "large.bin"
    path.write_bytes(as_binary(WORDS, ROWS))
    return path


def models(*arguments: str | Path, **how: Any) -> Done:
    return vecalc("models", *arguments, **how)


def good(*arguments: str | Path) -> str:
    done = models(*arguments)
    assert (done.code, done.err) == (0, "")
    return done.out


def listed() -> dict[str, dict[str, Any]]:
    (sheet, *_) = json.loads(good("--json"))
    return {row["name"]: row for row in sheet["rows"]}


def norm_of(*arguments: str | Path, **environment: str) -> str:
    return vecalc(*arguments, "king", "--json", **environment).records[0]["norm"]


# --- names ----------------------------------------------------------------------------------


def test_without_any_there_is_the_starter() -> None:
    assert listed() == {"starter": listed()["starter"]}
    row = listed()["starter"]
    assert (row["kind"], row["default"], row["words"] >= 60_000) == ("built in", "yes", True)


def test_a_name_can_be_used_wherever_a_file_can() -> None:
    good("add", "family", FAMILY)
    assert vecalc("-m", "family", "king", "-k", "1").words == ["kings"]
    assert vecalc("-m", "f=family", "f:king", "-k", "1").words == ["kings"]
    assert vecalc("king", "-k", "1", VECALC_MODEL="family").words == ["kings"]
    Path("vecalc.toml").write_text('model = ["family"]\n')
    assert vecalc("king", "-k", "1").words == ["kings"]
    assert json.loads(vecalc("-m", "family", "king", "--json").out)[0]["model"] == "family"


def test_an_alias_copies_nothing_and_knows_its_file_from_anywhere(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("mine.txt").write_bytes(FAMILY.read_bytes())
    good("add", "mine", "mine.txt")
    assert good("path", "mine") == f"{home / 'here' / 'mine.txt'}\n"
    monkeypatch.chdir(home)
    assert vecalc("-m", "mine", "king", "-k", "1").words == ["kings"]
    assert sorted(path.name for path in home.iterdir()) == ["config", "here"]


def test_with_import_a_copy_is_kept(large: Path) -> None:
    assert good("add", "mine", large, "--import", "--norm", "unit").startswith("mine: 7,000 words x 40")
    large.unlink()
    assert vecalc("-m", "mine", "word1", "-k", "1").code == 0
    assert (listed()["mine"]["kind"], listed()["mine"]["norm"]) == ("imported", "unit")


def test_a_file_of_that_name_comes_first() -> None:
    good("add", "family", FAMILY)
    Path("family").write_bytes(as_text(["a", "b"], np.eye(2, dtype=np.float32)))
    assert vecalc("-m", "family", "king").code == 3
    assert vecalc("-m", "family", "a").words == ["b"]


def test_the_catalogue_is_its_owners_alone() -> None:
    good("add", "family", FAMILY)
    assert stat.S_IMODE(catalogue.file().stat().st_mode) == 0o600
    assert stat.S_IMODE(catalogue.file().parent.stat().st_mode) == 0o700
    assert [path.name for path in catalogue.file().parent.iterdir()] == ["models.json"]


NAMES = ["../x", "/x", "a/b", "a\\b", "", ".", "..", "a=b", "a:b", "a\0", "a\nb", "x" * 5000]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_no_path(name: str, home: Path) -> None:
    done = models("add", "--", name, FAMILY)
    assert done.code == 2
    assert "can't be a model's name" in done.err
    assert (done.err.count("\n"), len(done.err) < 400) == (1, True)
    for action in ("info", "path", "remove", "default"):
        assert models(action, "--", name).code in (2, 4)
    assert not (home / "config").exists()


def test_removing_an_alias_leaves_the_file() -> None:
    Path("mine.txt").write_bytes(FAMILY.read_bytes())
    good("add", "mine", "mine.txt")
    good("default", "mine")
    done = models("remove", "mine")
    assert (done.code, done.out) == (0, "removed mine\n")
    assert done.err == "vecalc: note: mine was the default; it is the starter now\n"
    assert Path("mine.txt").exists()
    assert list(listed()) == ["starter"]
    assert listed()["starter"]["default"] == "yes"


def test_removing_an_imported_model_asks(large: Path, home: Path) -> None:
    vecalc("import", large, "--name", "mine")
    asked = models("remove", "mine")
    assert (asked.code, "--yes confirms" in asked.err) == (2, True)
    assert "mine" in listed()
    good("remove", "mine", "--yes")
    assert list((home / "imported").iterdir()) == []


@pytest.mark.parametrize(("said", "gone"), [("y\n", True), ("n\n", False), ("", False)])
def test_on_a_terminal_a_person_answers(said: str, gone: bool, large: Path) -> None:
    vecalc("import", large, "--name", "mine")
    with mock.patch("vecalc.shell.display.is_terminal", return_value=True):
        done = models("remove", "mine", stdin=said)
    assert "[y/N]" in done.err
    assert (done.code == 0, "mine" not in listed()) == (gone, gone)


def test_a_model_is_not_overwritten_by_its_name() -> None:
    Path("mine.txt").write_bytes(FAMILY.read_bytes())
    good("add", "mine", "mine.txt")
    done = vecalc("-m", "mine", "king", "-o", "mine.txt")
    assert (done.code, "the same file" in done.err) == (2, True)
    assert Path("mine.txt").read_bytes() == FAMILY.read_bytes()


# --- defaults -------------------------------------------------------------------------------


def test_the_default_model_answers_without_m() -> None:
    good("add", "family", FAMILY)
    assert good("default", "family") == "default: family\n"
    assert good("default") == "family\n"
    assert vecalc("king", "-k", "1").words == ["kings"]
    assert "models.json" in vecalc("config", "show").out
    good("default", "starter")
    assert good("default") == "starter\n"
    assert vecalc("king", "-k", "1").words != ["kings"]


def test_settings_come_before_the_default_model() -> None:
    good("add", "family", FAMILY)
    Path("vecalc.toml").write_text('model = ["starter"]\n')
    done = models("default", "family")
    assert (done.code, "note: starter still comes first" in done.err) == (0, True)
    assert vecalc("king", "-k", "1").words != ["kings"]


def test_a_models_own_norm_counts_where_nobody_says_another() -> None:
    """flag > environment > project > user > model > built in."""
    good("add", "family", FAMILY)
    assert norm_of("-m", "family") == "rms"
    assert good("set", "family", "--norm", "raw") == "family: norm raw, metric as usual\n"
    assert norm_of("-m", "family") == "raw"
    (Path(os.environ["VECALC_CONFIG"]) / "config.toml").write_text('norm = "unit"\n')
    assert norm_of("-m", "family") == "unit"
    Path("vecalc.toml").write_text('norm = "raw"\n')
    assert norm_of("-m", "family") == "raw"
    assert norm_of("-m", "family", VECALC_NORM="unit") == "unit"
    assert norm_of("-m", "family", "--norm", "rms", VECALC_NORM="unit") == "rms"


def test_a_model_can_carry_its_metric_too_and_forget() -> None:
    good("add", "family", FAMILY, "--norm", "raw", "--metric", "dot")
    record = vecalc("-m", "family", "king", "--json").records[0]
    assert (record["norm"], record["metric"]) == ("raw", "dot")
    good("set", "family", "--metric", "none")
    record = vecalc("-m", "family", "king", "--json").records[0]
    assert (record["norm"], record["metric"]) == ("raw", "cos")
    good("set", "starter", "--norm", "unit")
    assert norm_of() == "unit"
    good("set", "starter", "--norm", "none")
    assert norm_of() == "rms"


def test_of_several_models_the_default_ones_norm_counts() -> None:
    good("add", "family", FAMILY, "--norm", "raw")
    assert norm_of("-m", "family", "-m", f"other={FAMILY}") == "raw"
    assert norm_of("-m", f"other={FAMILY}", "-m", "family") == "raw"  # the one without a name is the default
    assert vecalc("-m", f"one={FAMILY}", "-m", "two=family", "one:king", "--json").records[0]["norm"] == "rms"


def test_the_file_itself_carries_nothing() -> None:
    good("add", "family", FAMILY, "--norm", "raw")
    assert norm_of("-m", FAMILY) == "rms"


def test_a_batch_does_not_go_on_at_another_norm() -> None:
    from vecalc.shell.opening import Opened
    from vecalc.shell.request import Request
    from vecalc.shell.resume import about as identity

    good("add", "family", FAMILY)
    Path("in.txt").write_text("king\n")

    def about(**more: Any) -> str:
        request = Request(model=("family",), file=("in.txt",), output="out.jsonl", unset=("norm",), **more)
        opened = Opened(request)
        return identity(opened.request, [], "jsonl", opened.calculator)

    before = about()
    assert about(verify=True) == before
    good("set", "family", "--norm", "raw")
    assert about() != before


# --- what is shown --------------------------------------------------------------------------


def test_the_list_tells_of_aliases_imports_and_conversions(large: Path) -> None:
    good("add", "news", large)
    vecalc("import", large, "--name", "kept")
    vecalc("-m", "news", "word1")
    models_sheet, cache_sheet = json.loads(good("list", "--format", "json"))
    rows = {row["name"]: row for row in models_sheet["rows"]}
    assert list(rows) == ["starter", "kept", "news"]
    for name in ("kept", "news"):
        assert (rows[name]["words"], rows[name]["width"], rows[name]["source"]) == (7_000, 40, str(large))
    assert rows["news"]["size"] == large.stat().st_size
    (row,) = cache_sheet["rows"]
    assert (row["source"], row["state"]) == (str(large), "current")


def test_an_alias_of_nothing_is_listed_as_such() -> None:
    Path("mine.txt").write_bytes(FAMILY.read_bytes())
    good("add", "mine", "mine.txt")
    Path("mine.txt").unlink()
    assert listed()["mine"]["kind"] == "alias of nothing"
    done = vecalc("-m", "mine", "king")
    assert (done.code, "mine.txt: no such file" in done.err) == (4, True)


def test_info_tells_where_a_model_comes_from(large: Path) -> None:
    vecalc("import", large, "--name", "kept", "--type", "float16")
    model, details = json.loads(good("info", "kept", "--json"))
    assert (model["rows"][0]["words"], model["rows"][0]["type"]) == (7_000, "float16")
    told = {row["what"]: row["value"] for row in details["rows"]}
    assert told["source"] == str(large)
    assert told["first words"].startswith("word0, word1")
    assert told["source's digest"].startswith("blake3:")
    assert "word0" in good("info", str(large))
    assert "WordNet 3.0" in good("info", "starter")


def test_every_format_shows_the_list() -> None:
    for form in ("table", "plain", "tsv", "csv", "json", "jsonl", "markdown"):
        assert "starter" in good("--format", form)
    assert models("--format", "vector").code == 2


# --- prune ----------------------------------------------------------------------------------


def pruned(*options: str) -> list[tuple[str, str]]:
    (sheet,) = json.loads(good("prune", "--json", *options))
    return [(row["removed"], row["why"]) for row in sheet["rows"]]


@pytest.fixture
def converted(large: Path) -> Iterator[Path]:
    load(large)
    yield large
    assert not list((Path(os.environ["VECALC_CACHE_DIR"]) / "models").glob(".*"))


def test_what_is_current_stays(converted: Path) -> None:
    assert pruned() == []
    os.utime(converted, ns=(5, 5))  # the same content
    assert pruned() == []
    assert folder_of(converted, Reading()).exists()


def test_what_is_stale_goes(converted: Path) -> None:
    converted.write_bytes(as_binary(WORDS, 2 * ROWS))
    assert pruned() == [(str(converted), "source changed")]
    load(converted)
    converted.unlink()
    assert pruned() == [(str(converted), "source gone")]
    assert not folder_of(converted, Reading()).exists()


def test_what_is_damaged_goes_and_all_goes_on_request(converted: Path) -> None:
    store = folder_of(converted, Reading())
    (store / FACTS).write_bytes(b"{")
    assert pruned() == [(str(store), "damaged")]
    load(converted)
    assert pruned("--all") == [(str(converted), "all")]
    assert load(converted).space.word(3) == "word3"


def test_leftovers_of_killed_builds_go_unless_somebody_is_at_it(converted: Path, home: Path) -> None:
    for parent in (home / "cache" / "models", home / "imported"):
        (parent / ".it.abc.part").mkdir(parents=True)
        (parent / ".it.abc.part" / "vectors.npy").write_bytes(bytes(1000))
    busy = home / "cache" / "models" / ".it.abc.part"
    with held(busy):
        assert pruned() == [(str(home / "imported" / ".it.abc.part"), "left by a killed build")]
    assert pruned() == [(str(busy), "left by a killed build")]


def test_a_model_that_was_moved_aside_by_a_killed_import_is_put_back(large: Path, home: Path) -> None:
    vecalc("import", large, "--name", "kept")
    aside = home / "imported" / ".kept.abc.old"
    aside.mkdir()
    (home / "imported" / "kept").rename(aside / "kept")
    assert pruned() == []
    assert vecalc("-m", "kept", "word1").code == 0
    assert not aside.exists()


def test_prune_says_what_was_freed(converted: Path) -> None:
    converted.unlink()
    out = good("prune", "--format", "table")
    assert "MB freed" in out
    assert "there is nothing to remove" in good("prune", "--format", "table")


def test_a_cache_of_others_is_not_pruned(converted: Path, home: Path) -> None:
    (home / "cache").chmod(0o777)
    done = models("prune", "--all")
    (home / "cache").chmod(0o700)
    assert done.code == 5
    assert folder_of(converted, Reading()).exists()


# --- mistakes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["lsit"], 2, "there is no 'models lsit'; did you mean list? there are list, add"),
        (["add", "x"], 2, "missing argument 'PATH'"),
        (["add", "x", "nowhere.bin"], 4, "nowhere.bin: no such file"),
        (["add", "starter", str(FAMILY)], 2, "the model inside the package"),
        (["info", "nowhere"], 4, "no such file"),
        (["default", "nowhere"], 2, "there is no model 'nowhere'; there are starter"),
        (["set", "starter"], 2, "there is nothing to set"),
        (["set", "starter", "--norm", "l7"], 2, "--norm: there is no 'l7'; choose rms, unit, raw or none"),
        (["set", "nowhere", "--norm", "raw"], 2, "there is no model 'nowhere'"),
        (["remove", "starter"], 2, "the starter can't be removed"),
        (["path", "nowhere"], 2, "there is no model 'nowhere'"),
        (["list", "--norm", "raw"], 2, "no such option '--norm'"),
        (["prune", "x"], 2, "unexpected extra argument"),
    ],
)
def test_mistakes(arguments: list[str], code: int, message: str) -> None:
    done = models(*arguments)
    assert done.code == code
    assert message in done.err
    assert done.err.count("\n") == 1


def test_a_name_is_given_once(large: Path) -> None:
    good("add", "family", FAMILY)
    assert "there is a model 'family' already" in models("add", "family", FAMILY).err
    done = vecalc("import", large, "--name", "family")
    assert (done.code, "is an alias of" in done.err) == (2, True)


@pytest.mark.parametrize(
    "text",
    [
        r'{"format": 1, "models": {"a": {"path": "\u0000"}}}',
        r'{"format": 1, "models": {"a": {"path": "\ud800"}}}',
        r'{"format": 1, "models": {"\ud800": {"path": "/x"}}}',
        "",
        "{",
        "[]",
        "7",
        "[" * 100_000,
        '{"format": 2}',
        '{"format": 1, "default": 5}',
        '{"format": 1, "models": []}',
        '{"format": 1, "models": {"a": 5}}',
        '{"format": 1, "models": {"a": {"path": 5}}}',
        '{"format": 1, "models": {"a": {"norm": "l7"}}}',
        "\udcff",
    ],
    ids=range(15),
)
def test_a_damaged_catalogue_is_named(text: str) -> None:
    catalogue.file().parent.mkdir()
    catalogue.file().write_bytes(text.encode("utf-8", "surrogateescape"))
    for arguments in (["king"], ["-m", "x", "king"], ["models"]):
        done = vecalc(*arguments)
        assert done.code == 4
        assert "models.json: the catalogue is damaged" in done.err
        assert done.err.count("\n") == 1
    assert vecalc("help", "models").code == 0


def test_a_path_of_any_bytes_is_kept() -> None:
    odd = Path(os.fsdecode(b"odd\xff.txt"))
    odd.write_bytes(FAMILY.read_bytes())
    good("add", "odd", odd)
    assert vecalc("-m", "odd", "king", "-k", "1").words == ["kings"]
    assert "odd\\udcff.txt" in good("list")


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_help(action: str) -> None:
    out = good(action, "--help")
    assert out.startswith(f"Usage: vecalc models {action}")
    assert action in good("--help")


def test_the_prompt_takes_up_what_a_model_carries() -> None:
    from vecalc.shell.opening import Opened
    from vecalc.shell.repl import prompt_commands
    from vecalc.shell.repl.session import Session
    from vecalc.shell.request import Request

    good("add", "family", FAMILY, "--norm", "raw")
    request = Request(unset=("norm", "metric"))
    session = Session(Opened(request).calculator, request)
    norms = []
    for line in ("use f=family", "use starter", "use f", "set norm unit", "use starter", "use f"):
        prompt_commands.run(session, line)
        norms.append(session.calculator.options.norm)
    assert norms == ["raw", "rms", "raw", "unit", "unit", "unit"]


def test_names_are_completed_behind_m() -> None:
    from vecalc.shell.cli.command import vecalc as command

    (option,) = (param for param in command.params if param.name == "model")
    context = command.make_context("vecalc", ["x"])

    def completed(typed: str) -> list[str]:
        return [item.value for item in option.shell_complete(context, typed) if item.type == "plain"]

    good("add", "family", FAMILY)
    assert completed("") == ["starter", "family"]
    assert completed("fa") == ["family"]
    assert completed("f=fa") == ["f=family"]
    assert completed("/tm") == []
    catalogue.file().write_text("{")
    assert completed("fa") == []


def test_an_alias_refuses_options_that_it_would_lose(tmp_path: Path) -> None:
    """They say how to read, and an alias is read anew with each -m."""
    for option in (("--encoding", "latin-1"), ("--words-file", "x"), ("--strict",), ("--type", "float16")):
        done = vecalc("models", "add", "lost", FAMILY, *option)
        assert done.code == 2
        assert "add --import to keep a copy" in done.err
    assert "lost" not in vecalc("models", "list").out
