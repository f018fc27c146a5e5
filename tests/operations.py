"""Everything of vecalc that writes: a table of commands, and a folder in which they run.

`OPERATIONS` is the table: a command that writes has an entry there, and is then disturbed at every call
(test_exact_faults.py).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from data import as_binary
from embedders import write_textual
from exact import Point, Ran, Server

from vecalc.formats.save import writers
from vecalc.shell import registry

AT_EVERY_ANSWER = {"vecalc.space.unfinished:EVERY": 0.0, "vecalc.space.unfinished:SHARE": 0}  # a note
AT_EVERY_FIFTH_ROW = {**AT_EVERY_ANSWER, "vecalc.studies.features.maker:MOST_ROWS": 5}
EVERY_FILE = {
    "vecalc.library.vector_models:WORTH_STORING": 0
}  # is worth a store of its own, also a small one

# What lies in the folder before: two models that differ, questions, a table, pairs of words.
ANSWER = ("-m", "m.bin", "w3 + w4", "-k", "3")
BATCH = ("-m", "m.bin", "-f", "q.txt", "-k", "2", "--format", "jsonl", "-o", "out.jsonl")
FEATURES = ("features", "t.csv", "-m", "m.bin", "-e", "p*q", "-e", "cos(p, q)", "-o", "out.npz")
IMPORT = ("import", "m.bin", "--name", "x")
OLDER = ("import", "other.bin", "--name", "x")
REPLACED = ("replace", "m.bin", "other.bin")  # not of vecalc: another file takes the name
SEVERAL_FILES = (".npy", ".safetensors")  # the words lie beside the vectors
WARM = ("-m", "m.bin", "w1")  # and so the tables of the parser are there
Line = tuple[str, ...]


class Operation(NamedTuple):
    """A command that writes, and what is to be so whatever call of it is hit.

    `whole` are patterns of the places, below the folder of everything, that hold the old or the new after any
    fault, and the new after exit code 0. `probe` is a command whose answer is that of before or of after.
    """

    command: Line
    before: tuple[Line, ...] = ()
    whole: tuple[str, ...] = ()
    probe: Line = ()
    may_lack: bool = False  # after a kill the probe may find no model: of several files, one is put last
    next: Line = ()  # what is given after a fault, where it is not the same command
    again: tuple[int, ...] = (0,)  # how that may end once all was done
    goes_on: bool = False  # what fails is told, and does not end it: the prompt
    same: bool = True  # whether it prints the same after a fault
    stdin: str = ""
    changed: dict[str, Any] = {}  # noqa: RUF012 - never changed itself

    @property
    def name(self) -> str:
        """The command as it is called: `models add`, `import`; "" for an answer."""
        first, *rest = self.command
        return f"models {rest[0]}" if first == "models" else first if registry.find(first) else ""


def _writes(*command: str) -> Operation:
    """A command whose only file is the one behind `-o`."""
    return Operation((*command, "-o", "out.csv"), whole=("work/out.csv",))


def _converts(suffix: str, *before: Line) -> Operation:
    line = ("convert", "m.bin", f"out{suffix}", "--force")
    if suffix in SEVERAL_FILES:
        return Operation(line, before, probe=("-m", f"out{suffix}", "w3"), may_lack=True)
    return Operation(line, before, (f"work/out{suffix}",))


OPERATIONS: dict[str, Operation] = {
    "import": Operation(IMPORT, (), ("models/x*",), ("-m", "x", "w3")),
    "import over an older one": Operation(IMPORT, (OLDER,), ("models/x*",), ("-m", "x", "w3")),
    "import of texts": Operation(
        ("import", "said.txt", "--name", "x", "--embed", "pot"),
        (),
        ("models/x*",),
        ("-m", "x", 'text("king")'),
    ),
    "first use of texts": Operation(("-m", "said.txt", "--embed", "pot", 'text("king")')),
    "first use": Operation(ANSWER, changed=EVERY_FILE),
    "use after the file was replaced": Operation(ANSWER, (ANSWER, REPLACED), changed=EVERY_FILE),
    "the parser's tables": Operation(("-m", "m.bin", "w3")),
    **{f"convert to {name}": _converts(writer.SUFFIXES[0]) for name, writer in writers().items()},
    "convert over older files": _converts(".npy", ("convert", "other.bin", "out.npy")),
    "convert over an older file": _converts(".bin", ("convert", "other.bin", "out.bin")),
    "answers": Operation(BATCH, (WARM,), ("work/out.jsonl",)),
    "answers over older ones": Operation(
        BATCH, (("-m", "m.bin", "w1", "-o", "out.jsonl"),), ("work/out.jsonl",)
    ),
    "answers with --resume": Operation(
        (*BATCH, "--resume"), (WARM,), ("work/out.jsonl",), changed=AT_EVERY_ANSWER
    ),
    "features": Operation(FEATURES, (WARM,), ("work/out.npz",), next=(*FEATURES, "--resume")),
    "features with --resume": Operation(
        (*FEATURES, "--resume"), (WARM,), ("work/out.npz",), changed=AT_EVERY_FIFTH_ROW
    ),
    "words": _writes("words", "-m", "m.bin", "-k", "9"),
    "explain": _writes("explain", "-m", "m.bin", "w1 + w2"),
    "plot, as a table": _writes("plot", "-m", "m.bin", "w1 + w2"),
    "plot": Operation(("plot", "-m", "m.bin", "w1 + w2", "-o", "out.txt"), whole=("work/out.txt",)),
    "compare": _writes("compare", "-m", "m.bin", "w1", "w2"),
    "diff": _writes("diff", "-m", "a=m.bin", "-m", "b=other.bin", "w1"),
    "eval": _writes("eval", "-m", "m.bin", "similarity", "pairs.csv"),
    "config init": Operation(("config", "init"), whole=("config/config.toml",), again=(0, 2)),
    "models add": Operation(("models", "add", "y", "m.bin"), (OLDER,), ("config/models.json",), again=(0, 2)),
    "models add --import": Operation(
        ("models", "add", "y", "m.bin", "--import", "--norm", "raw"), again=(0, 2)
    ),
    "models set": Operation(("models", "set", "x", "--norm", "raw"), (OLDER,), ("config/models.json",)),
    "models default": Operation(("models", "default", "x"), (OLDER,), ("config/models.json",)),
    "models remove, an alias": Operation(
        ("models", "remove", "y"),
        (("models", "add", "y", "m.bin"),),
        ("config/models.json", "work*"),
        again=(0, 2),
    ),
    "models remove, an imported one": Operation(
        ("models", "remove", "x", "--yes"), (OLDER, ("models", "set", "x", "--norm", "raw")), again=(0, 2)
    ),
    "models prune": Operation(
        ("models", "prune"), (IMPORT, ANSWER, REPLACED), ("models*",), same=False, changed=EVERY_FILE
    ),
    "models pull": Operation(
        ("models", "pull", "family-4", "--as", "x", "--yes"), (), ("models/x*",), ("-m", "x", "king")
    ),
    "vectors of a command": Operation(("-m", "!sed 's/.*/[1, 2]/'", 'cos(text("a"), text("b"))')),
    "models pull, of the hub": Operation(
        ("models", "pull", "hf:owner/static", "--as", "x", "--yes"), (), ("models/x*",), ("-m", "x", "king")
    ),
    "models list": _writes("models", "list"),
    "models info": _writes("models", "info", "m.bin"),
    "models check": _writes("models", "check", "m.bin"),
    "favourite": Operation(
        ("-m", "m.bin", "-i", "w1"),
        stdin="favourite a = w3\n",
        whole=("config/favourites.vec",),
        goes_on=True,
    ),
}


# --- a folder of everything -----------------------------------------------------------------


class Home:
    """All that a run can write to, below one folder; and ways to have it as it was."""

    def __init__(self, folder: Path, server: Server, operation: Operation, url: str) -> None:
        self.folder = folder / "all"
        self.template = folder / "template"
        self.server = server
        self.operation = operation
        places = ("CACHE_DIR", "MODELS", "CONFIG", "HISTORY")
        self.environment = {f"VECALC_{name}": str(self.folder / name.lower()) for name in places}
        self.environment["VECALC_CACHE_DIR"] = str(self.folder / "cache")
        self.environment |= {
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "VECALC_DATA_URL": url,
            "HF_ENDPOINT": url,
        }
        _write_inputs(self.folder / "work")
        for line in operation.before:
            self.prepare(line)
        shutil.copytree(self.folder, self.template)

    def how(self, stdin: str = "") -> dict[str, Any]:
        """How everything runs here."""
        return {
            "cwd": self.folder / "work",
            "environment": self.environment,
            "changed": self.operation.changed,
            "stdin": stdin,
        }

    def prepare(self, line: Line) -> None:
        """Do what comes before the operation."""
        if line[0] == "replace":
            (self.folder / "work" / line[2]).replace(self.folder / "work" / line[1])
        else:
            ran = self.server.run(line, **self.how())
            assert ran.code == 0, ran

    def restore(self) -> None:
        """Have everything as it was before the operation."""
        shutil.rmtree(self.folder)
        shutil.copytree(self.template, self.folder)

    def run(self) -> Ran:
        """The operation, undisturbed."""
        return self.server.run(self.operation.command, **self.how(self.operation.stdin))

    def go_on(self) -> Ran:
        """What is given after a fault, undisturbed."""
        line = self.operation.next or self.operation.command
        return self.server.run(line, **self.how(self.operation.stdin))

    def look(self) -> Ran:
        """The same, with its calls."""
        return self.server.look(self.operation.command, **self.how(self.operation.stdin))

    def disturb(self, point: Point) -> Ran:
        """The same, with a fault."""
        return self.server.disturb(point, self.operation.command, **self.how(self.operation.stdin))

    def kill(self, after: float) -> Ran:
        """The same, killed after so many seconds."""
        return self.server.run(self.operation.command, kill_after=after, **self.how(self.operation.stdin))

    def probe(self) -> tuple[int, str]:
        """What the probe answers."""
        if not self.operation.probe:
            return 0, ""
        how = self.how()
        how["environment"] = how["environment"] | {"VECALC_CACHE_DIR": str(self.template.with_name("probed"))}
        ran = self.server.run(self.operation.probe, **how)
        return ran.code, ran.out

    def state(self) -> dict[str, str]:
        """Every file and folder, with what it holds."""
        return dict(_contents(self.folder))


def _write_inputs(work: Path) -> None:
    work.mkdir(parents=True)
    words = [f"w{i}" for i in range(60)]
    rows = np.random.default_rng(1).normal(size=(60, 8)).astype(np.float32)
    (work / "m.bin").write_bytes(as_binary(words, rows))
    (work / "said.txt").write_text("the king was good\ncheap food\nslow delivery\n", "utf-8")
    write_textual(work / "pot")
    (work / "other.bin").write_bytes(as_binary(words[:50], rows[:50] * rows[9]))
    (work / "q.txt").write_text("".join(f"w{i} + w{i + 1}\n" for i in range(6)), "utf-8")
    (work / "t.csv").write_text("p,q\n" + "".join(f"w{i},w{i + 1}\n" for i in range(20)), "utf-8")
    (work / "pairs.csv").write_text("".join(f"w{i},w{i + 1},{i}\n" for i in range(20)), "utf-8")


def _contents(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        yield str(path.relative_to(folder)), "folder" if path.is_dir() else _content(path)


def _content(path: Path) -> str:
    """The bytes of a file, but for what differs from run to run: see `VARYING`."""
    data = path.read_bytes()
    if path.suffix == ".kv":  # gensim notes the time
        return f"{len(data)} bytes"
    for start, forget in VARYING.items():
        if path.name.startswith(start):
            try:
                return json.dumps(
                    {key: value for key, value in json.loads(data).items() if key not in forget}
                )
            except ValueError:  # half written
                break
    return data.hex()


# Times of a store's source are others for every copy; Lark numbers its rules in any order.
VARYING = {"facts.json": ("source", "beside", "changed_ns"), "grammar-": ("data", "memo")}


# --- undisturbed ----------------------------------------------------------------------------


class Ways(NamedTuple):
    """How an operation goes undisturbed: before it, after it, and after it was done twice."""

    before: dict[str, str]
    once: dict[str, str]
    twice: dict[str, str]
    done: Ran
    probes: tuple[tuple[int, str], ...]  # of before and after


def undisturbed(home: Home) -> Ways:
    before, probed = home.state(), home.probe()
    done = home.run()
    assert done.code == 0, done
    once = home.state()
    again = home.go_on()
    assert again.code in home.operation.again, again
    twice = home.state()
    return Ways(before, once, twice, done, (probed, home.probe()))
