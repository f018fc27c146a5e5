"""What limits an answer: options given twice add up or are refused, and what is in force is told."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from running import vecalc

FILMS = "examples/rated_films.csv"


def test_conditions_and_columns_add_up(tmp_path: Path) -> None:
    asked = ("-q", "-m", FILMS, "Alien")
    twice = vecalc(*asked, "--where", "price < 8 or price > 100", "--where", 'lang="en"', "--show", "price")
    assert twice.code == 0
    assert twice.out == vecalc(*asked, "--where", 'price < 8 and lang = "en"', "--show", "price").out
    assert [line.split("\t")[1] for line in twice.out.splitlines()] == ["Heat", "Her", "Up"]
    both = vecalc(*asked, "--show", "price", "--show", "lang,price")
    assert both.out == vecalc(*asked, "--show", "price,lang").out
    wrong = vecalc(*asked, "--where", "price < 8", "--where", "lang = en")
    assert wrong.code == 3
    assert "(price < 8) and (lang = en)" in wrong.err
    part = ("--where", "price < 8", "--where", 'lang = "en"')
    assert [
        line.split("\t")[1] for line in vecalc("words", "-q", "-m", FILMS, *part).out.splitlines()[1:]
    ] == [
        "Heat",
        "Up",
        "Her",
    ]
    assert vecalc("convert", "-q", FILMS, tmp_path / "part.txt", *part).code == 0
    assert (tmp_path / "part.txt").read_text().splitlines()[0] == "3 4"


def test_a_second_pattern_list_or_model_is_refused() -> None:
    for name in ("--match", "--among", "--in"):
        for second in ((name, "b*"), (f"{name}=b*",)):
            refused = vecalc("king", name, "a*", *second)
            assert (refused.code, refused.out) == (2, "")
            assert refused.err.startswith(f"vecalc: {name}: it is given twice; ")
    assert vecalc("king", "-q", "--top", "5", "--top", "2").out.count("\n") == 2  # an alias may have one, too


def test_what_was_in_force_is_told_beside_the_norm_and_the_metric() -> None:
    asked = ("-q", "-m", FILMS, "--where", "price < 8", "--first", "9")
    explained = vecalc("explain", *asked, "Alien").out
    assert "metric\tcos\nonly\tfirst 9\nonly\twhere price < 8\n" in explained
    compared = json.loads(vecalc("compare", *asked, "Alien", "Up", "--only", "product", "--json").out)
    assert "only: first 9, where price < 8" in compared[-1]["remarks"]
    other = vecalc("diff", *asked, "-m", f"b={FILMS}", "-e", "Alien", "--json").out
    assert "norm rms, metric cos, first 9, where price < 8" in other
    limited, free = (json.loads(vecalc(*some, "--json").out) for some in ((*asked, "Alien"), ("-q", "king")))
    schema = json.loads(vecalc("--generate", "schema").out)
    for document in (limited, free):
        jsonschema.validate(document, schema)
    assert limited[0]["limits"] == ["first 9", "where price < 8"]
    assert "limits" not in free[0]


def test_a_condition_that_another_model_fits_says_which() -> None:
    both = ("-q", "-m", f"a={FILMS}", "-m", "starter", "--where", "price < 8")
    refused = vecalc(*both, "king")
    assert refused.err == (
        "vecalc: --where: starter has no metadata; they fit a: --in a ranks there, a:WORD is a word of it\n"
    )
    assert vecalc(*both, "a:Heat").code == 0
    for more, code, part in (
        (("-m", "starter", "-m", f"b={FILMS}", "king"), 2, "they fit b: --in b ranks there, b:WORD is"),
        (("-m", "starter", "king"), 2, "tables with further columns"),
    ):
        refused = vecalc("-q", "--where", "price < 8", *more)
        assert refused.code == code, refused.err
        assert part in refused.err


def test_help_and_variables_of_options_that_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("--cluster", "--where", "--resume", "--csv"):
        assert vecalc("help", name).out.startswith(name)
    monkeypatch.setenv("VECALC_TOP", "1")
    assert vecalc("king").err == ""
    monkeypatch.setenv("VECALC_WHERE", "price < 8")
    monkeypatch.setenv("VECALC_SHOW", "price")
    told = vecalc("king")
    assert told.code == 0
    assert told.err.count("\n") == 1
    assert "no settings: VECALC_SHOW, VECALC_WHERE" in told.err
    assert vecalc("king", "-q").err == ""
