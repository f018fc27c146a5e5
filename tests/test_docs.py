"""The documents tell the truth: nothing is missing, links lead somewhere, and examples run as shown.

Where what commands print has changed for good, `VECALC_GOLDEN=write pytest tests/test_docs.py` writes it into
the documents; read the difference, and the sentences around it.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
import wordllama
from running import vecalc

from vecalc.calc.functions import FUNCTIONS, GROUPS
from vecalc.engine.prelude import functions as prelude_functions
from vecalc.formats.recognition import formats
from vecalc.shell import help_topics, registry
from vecalc.shell.cli.command import vecalc as command
from vecalc.shell.repl.prompt_commands import COMMANDS as PROMPT_COMMANDS

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
DOCUMENTS_BY_NAME = {path.name: path for path in DOCUMENTS}
# Commands that set something up or ask a person, and that an example shows without running.
NOT_RUN = re.compile(r"make |pip |pipx |git |python |vecalc$|vecalc -i|vecalc import |time ")


class Fence(NamedTuple):
    """A fenced block of a document."""

    document: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document.name}:{self.line}"


def fences(language: str) -> list[Fence]:
    return [fence for document in DOCUMENTS for fence in _fences(document) if fence.language == language]


def _fences(document: Path) -> Iterator[Fence]:
    text = document.read_text("utf-8")
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield Fence(document, text.count("\n", 0, found.start()) + 1, found[1], found[2])


def reference() -> str:
    return (ROOT / "docs" / "reference.md").read_text("utf-8")


# --- completeness ---------------------------------------------------------------------------


@pytest.mark.parametrize("option", command.params, ids=lambda option: option.name)
def test_every_option_is_in_the_reference(option: click.Parameter) -> None:
    for name in (*option.opts, *option.secondary_opts):
        if name.startswith("-"):
            assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", reference()), name


@pytest.mark.parametrize("name", registry.names())
def test_every_command_is_in_the_reference(name: str) -> None:
    assert f"vecalc {name}" in reference()


@pytest.mark.parametrize("name", registry.names())
def test_every_command_has_a_line_in_the_readme(name: str) -> None:
    assert re.search(
        rf"^\| \[?`vecalc {name}`.* \| .+ \|$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )


@pytest.mark.parametrize("name", PROMPT_COMMANDS)
def test_every_command_of_the_prompt_is_in_the_reference(name: str) -> None:
    assert re.search(rf"`{name}\b", reference())


@pytest.mark.parametrize("name", sorted({*FUNCTIONS, *prelude_functions()}))
def test_every_function_is_in_the_description_of_the_language(name: str) -> None:
    assert re.search(rf"`{name}\(", (ROOT / "docs" / "language.md").read_text("utf-8"))


@pytest.mark.parametrize("name", formats())
def test_every_format_is_named(name: str) -> None:
    text = "".join((ROOT / page).read_text("utf-8") for page in ("docs/files.md", "README.md"))
    assert name.replace("_", " ").lower() in " ".join(text.lower().split())


@pytest.mark.parametrize(
    "topic", [*help_topics.TOPICS, *help_topics.OTHER_NAMES, *FUNCTIONS, *prelude_functions(), *GROUPS]
)
def test_every_topic_has_help(topic: str) -> None:
    done = vecalc("help", topic)
    assert done.code == 0
    assert len(done.out) > 20


def test_what_people_ask_for_is_explained() -> None:
    assert vecalc("help", "tables").out == vecalc("help", "by").out == vecalc("help", "lists").out
    assert "attend(q, keys" in vecalc("help", "attention").out
    assert "mean(t, by=rows) or mean(t, by=columns)" in vecalc("help", "mean").out
    assert "by=" not in vecalc("help", "medoid").out
    assert "of lists a table" in vecalc("help", "syntax").out


# --- links ----------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8")):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path) if path else document
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text("utf-8"), re.MULTILINE)
            anchors = [
                re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
            ]
            assert anchor in anchors, target


# --- examples -------------------------------------------------------------------------------


@pytest.mark.parametrize("fence", fences("python"), ids=str)
def test_python_runs(fence: Fence, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each block, after those before it in the same document, where the files that it names are."""
    (tmp_path / "vectors.txt").write_bytes((ROOT / "tests" / "models" / "family.txt").read_bytes())
    monkeypatch.chdir(with_texts(tmp_path) if fence.document.name == "texts.md" else tmp_path)
    names: dict[str, object] = {}
    for other in _fences(fence.document):
        if other.language == "python" and other.line <= fence.line:
            exec(compile(other.text, str(other), "exec"), names)  # noqa: S102 - our own documents


def with_texts(folder: Path) -> Path:
    """A folder with the examples, and what the page on texts calls `wordllama`."""
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / "wordllama").symlink_to(Path(wordllama.__file__).parent)
    return folder


def shown_runs(fence: Fence) -> Iterator[tuple[str, str]]:
    """Each command of a block, and what is shown below it."""
    for part in re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]:
        line, _, output = part.partition("\n")
        yield line, output


def console_runs() -> list[tuple[str, str, str]]:
    runs = [(str(fence), *run) for fence in fences("console") for run in shown_runs(fence)]
    return [run for run in runs if not NOT_RUN.match(run[1])]


def test_there_are_examples() -> None:
    assert len(console_runs()) > 10
    assert len(fences("python")) > 3


def rewrite(document: Path, old: str, new: str) -> None:
    """Put what is true now in place of what is shown; lines of the same text may stand in another order."""
    if sorted(map(str.rstrip, old.strip().splitlines())) != sorted(map(str.rstrip, new.strip().splitlines())):
        new = "".join(f"{text.rstrip()}\n" for text in new.splitlines())
        document.write_text(document.read_text("utf-8").replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(("place", "line", "output"), console_runs())
def test_a_command_prints_what_is_shown(
    place: str, line: str, output: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(with_texts(tmp_path) if place.startswith("texts.md") else ROOT)
    if line.startswith("cat "):
        text = (ROOT / line.removeprefix("cat ")).read_text("utf-8")
        assert os.environ.get("VECALC_GOLDEN") or output == text
        rewrite(DOCUMENTS_BY_NAME[place.partition(":")[0]], f"$ {line}\n{output}", f"$ {line}\n{text}")
        return
    stdin, line_shown = "", line
    if " | vecalc" in line:
        before, _, line = line.partition(" | ")
        sent = shlex.split(before)
        stdin = sent[-1].replace("\\n", "\n") if sent[0] == "printf" else f"{sent[-1]}\n"
    program, *arguments = shlex.split(line, comments=True)
    assert program == "vecalc", place
    done = vecalc(*arguments, stdin=stdin, COLUMNS="100", NO_COLOR="1", VECALC_CONFIG=str(tmp_path))
    if os.environ.get("VECALC_GOLDEN") == "write":
        rewrite(
            DOCUMENTS_BY_NAME[place.partition(":")[0]],
            f"$ {line_shown}\n{output}",
            f"$ {line_shown}\n{done.err}{done.out}",
        )
        return
    shown = [text.rstrip() for text in output.strip().splitlines()]
    told = [text.rstrip() for text in (done.out + done.err).strip().splitlines()]
    assert sorted(told) == sorted(shown) if done.err else told == shown


# --- the prompt -----------------------------------------------------------------------------


def test_there_is_a_session() -> None:
    assert fences("prompt")


@pytest.mark.parametrize("fence", fences("prompt"), ids=str)
def test_the_prompt_says_what_is_shown(fence: Fence, tmp_path: Path) -> None:
    """Line by line, as they are typed: what each adds to what the lines before it print."""
    lines = re.findall(r"^vecalc> (.*)$", fence.text, re.MULTILINE)
    printed, transcript = "", ""
    for count, line in enumerate(lines, start=1):
        typed = "".join(f"{text}\n" for text in lines[:count])
        done = vecalc("-q", "-f", os.devnull, "-i", "--format", "table", stdin=typed, COLUMNS="80",
                      VECALC_CONFIG=str(tmp_path), VECALC_HISTORY=os.devnull)  # fmt: skip
        assert not done.err
        transcript += f"vecalc> {line}\n{done.out.removeprefix(printed)}"
        printed = done.out
    transcript = "".join(f"{text.rstrip()}\n" for text in transcript.splitlines())
    if os.environ.get("VECALC_GOLDEN") == "write":
        rewrite(fence.document, fence.text, transcript)
        return
    assert transcript == fence.text
