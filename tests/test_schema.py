"""Every JSON that vecalc writes is what its schema says, from all commands and of every kind of answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest
from rendering import EVERYTHING, IN_ROW, document
from running import FAMILY, Done, refuse, vecalc
from workplace import CASES, Case, furnish, run

from vecalc.answers import SCHEMA
from vecalc.render import Style

STYLE = Style(color=False, width=80, several=True)


@cache
def schema() -> dict[str, Any]:
    done = vecalc("--generate", "schema")
    assert (done.code, done.err) == (0, "")
    return dict(json.loads(done.out))


@cache
def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def documents(text: str) -> list[Any]:
    """A JSON array, or JSON lines; NaN and Infinity are neither."""
    texts = [text] if text.startswith("[") else text.splitlines()
    return [json.loads(one, parse_constant=refuse) for one in texts]


def check(text: str) -> list[Any]:
    found = documents(text)
    for one in found:
        validator().validate(one)
    return found


@pytest.fixture(scope="module", autouse=True)
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        place = tmp_path_factory.mktemp("workplace")
        patch.chdir(place)
        for name in ("CONFIG", "CACHE_DIR", "DATA_DIR"):
            patch.setenv(f"VECALC_{name}", str(place / name.partition("_")[0].lower()))
        furnish()
        yield


def asked(case: Case, form: str) -> Done:
    return run(case, "model.txt", "", "--format", form, "-q")


def test_every_command_writes_what_the_schema_says() -> None:
    """Those that write records; found by themselves, so that a new one is checked, too."""
    seen = set()
    for case in CASES:
        if "format" not in case.options or "--format" in case.line or case.name == "models pull":
            continue
        for form in ("json", "jsonl"):
            done = asked(case, form)
            assert done.code == case.code, (case.line, done.err)
            if case.name in ("import", "models add"):
                continue
            assert check(done.out) or form == "jsonl", case.line  # a table may have no rows
        seen.add(case.name)
    named = ["compare", "diff", "eval", "explain", "words", "models list", "models info", "models check"]
    assert seen >= {"", *named}


def test_every_kind_of_answer_is_in_the_schema() -> None:
    for form in ("json", "jsonl"):
        found = check(document(form, [*EVERYTHING, IN_ROW], STYLE))
        answers = found[0] if form == "json" else found
        assert all(answer["schema"] == SCHEMA for answer in answers)
        keys = {key for answer in answers for key in answer}
        assert keys >= {"expected", "attention", "row", "results", "value", "rows", "values", "error"}
        assert any("missing" in answer["error"] for answer in answers if answer["error"])


TYPED = (
    *("king", "cos(?, king)", "cos(king, man)", "[king, man]", "cos([king, man], [queen, woman])"),
    *("attend([king, man], [queen, woman])", "king - man + woman => queen @1", "king => man @1"),
    *("zzz +", "zzz", "norm([king, man])", "A = king; A - man", "King"),
)


def test_what_is_typed_is_in_the_schema() -> None:
    kinds = schema()["$defs"]["asked"]["properties"]["type"]["enum"]
    for form in ("json", "jsonl"):
        done = vecalc("-m", FAMILY, *(part for line in TYPED for part in ("-e", line)), "--format", form)
        found = check(done.out)
        answers = found[0] if form == "json" else found
        assert len(answers) == len(TYPED)
        assert {answer["type"] for answer in answers} == set(kinds)
    assert check(vecalc("-m", FAMILY, "zzz", "--json").out)
    assert check(vecalc("--csv", "table.csv", "-e", "cos(a, b)", "-m", FAMILY, "--json").out)


CHANGES: list[dict[str, Any]] = [{"new": 1}, {"schema": 2}, {"norm": "l7"}, {"results": None}, {"error": {}}]


@pytest.mark.parametrize("change", CHANGES)
def test_the_schema_is_strict(change: dict[str, Any]) -> None:
    (answer,) = documents(vecalc("-m", FAMILY, "king", "--format", "jsonl").out)
    validator().validate(answer)
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(answer | change)
    with pytest.raises(jsonschema.ValidationError):
        validator().validate({key: value for key, value in answer.items() if key != "notes"})
    sheet = documents(vecalc("words", "-m", FAMILY, "--json").out)[0][0]
    with pytest.raises(jsonschema.ValidationError):
        validator().validate([sheet | {"new": 1}])
