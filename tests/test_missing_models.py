"""A model that is not there: an address, one that can be fetched, another spelling; at every door."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import vecalc

DOORS = (
    ("-m", "{}", "king"),
    ("words", "-m", "x={}"),
    ("import", "{}", "--name", "x"),
    ("convert", "{}", "out.bin"),
    ("models", "check", "{}"),
    ("models", "info", "{}"),
    ("models", "add", "x", "{}"),
    ("models", "add", "x", "{}", "--import"),
)


@pytest.fixture(autouse=True)
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VECALC_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("VECALC_CONFIG", str(tmp_path / "config"))


def said(*arguments: str) -> str:
    done = vecalc(*arguments)
    assert (done.code, done.out, len(done.err.splitlines())) == (4, "", 1)
    return done.err


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            "https://example.org/a.vec",
            ("https://example.org/a.vec: an address", "curl -LO https://example.org/a.vec"),
        ),
        ("http://example.org/?a=b&c", ("an address", "curl -LO 'http://example.org/?a=b&c'")),
        ("s3://bucket/a.bin", ("s3://bucket/a.bin: an address", "aws s3 cp s3://bucket/a.bin .")),
        ("hf:owner/name", ("hf:owner/name: an address", "vecalc models pull hf:owner/name")),
        ("file:///data/a.vec", ("file:///data/a.vec: an address", "name the file itself: /data/a.vec")),
        (
            "glove-wiki-gigaword-50",
            ("no such file", "`vecalc models pull glove-wiki-gigaword-50` fetches it"),
        ),
        ("glove-wiki-gigawrd-50", ("no such file", "did you mean glove-wiki-gigaword-50", "models pull")),
        ("sarter", ("no such file", "did you mean starter?")),
        ("nothing.like.it", ("no such file", "check the spelling")),
    ],
)
def test_it_says_what_may_have_been_meant(door: tuple[str, ...], name: str, parts: tuple[str, ...]) -> None:
    err = said(*(part.format(name) for part in door))
    for part in parts:
        assert part in err


def test_files_of_nearly_the_same_name_are_proposed(tmp_path: Path) -> None:
    (tmp_path / "vectors.txt").write_text("king 1 2\nqueen 2 1\n")
    assert "did you mean vectors.txt?" in said("-m", "vector.txt", "king")
    assert f"did you mean {tmp_path}/vectors.txt?" in said("-m", f"{tmp_path}/vectors.text", "king")
    assert vecalc("models", "add", "news", "vectors.txt").code == 0
    assert "did you mean news?" in said("-m", "newss", "king")


@pytest.mark.parametrize("name", ["1a", "a-b", "a.b"])
def test_a_name_that_no_space_can_have_is_said(name: str) -> None:
    assert f"'{name}' can't be the name of a space" in said("-m", f"{name}=starter", "king")


def test_a_part_of_a_file_is_no_missing_file(tmp_path: Path) -> None:
    (tmp_path / "vectors.txt").write_text("king 1 2\nqueen 2 1\n")
    for door in (("-m", "vectors.txt#dv", "king"), ("import", "vectors.txt#dv", "--name", "x")):
        assert "no parts to choose from" in said(*door)


def test_a_file_that_is_called_like_an_address_is_one(tmp_path: Path) -> None:
    (tmp_path / "hf:x").write_text("king 1 2\nqueen 2 1\n")
    assert vecalc("-m", "hf:x", "king").words == ["queen"]
