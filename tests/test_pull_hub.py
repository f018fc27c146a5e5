"""`vecalc models pull hf:OWNER/NAME` against a server of our own."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections import namedtuple
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from array_files import ROWS, WORDS, in_safetensors
from running import Done, vecalc
from safetensors.numpy import save
from serving import (
    COMMIT,
    Answer,
    babbles,
    drips,
    freezes,
    refuses_tokens,
    repository,
    sends,
    sends_on,
    serving,
    status,
    wants,
)

from vecalc.library.download import LEAST_RATE

SECRET = "hf_" + "s" * 34


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("VECALC_MODELS", str(tmp_path / "imported"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def static(tmp_path: Path) -> dict[str, bytes]:
    """The files of a static model's repository, with much that is not wanted."""
    made = tmp_path / "made"
    made.mkdir()
    in_safetensors(made, WORDS, ROWS)
    files = {path.name: path.read_bytes() for path in made.iterdir()}
    others = {
        "README.md": b"# hello",
        "pytorch_model.bin": b"pickle",
        "run.py": b"import os",
        "vocab.txt.gz": b"",
    }
    return {**others, **files, "onnx/model.onnx": b"onnx", "config.json": b'{"normalize": true}'}


def pull(url: str, *arguments: str, yes: bool = True, **environment: str) -> Done:
    return vecalc("models", "pull", *arguments, *(["--yes"] if yes else []), HF_ENDPOINT=url, **environment)


def kept(home: Path) -> list[str]:
    """Everything that lies in the models folder or among the downloads."""
    places = (home / "imported", home / "cache" / "downloads")
    return sorted(path.name for place in places if place.exists() for path in place.iterdir())


def network(*, layers: int = 3) -> bytes:
    tensors = {"embeddings.word_embeddings.weight": np.ones((9, 4), np.float32)}
    tensors |= {f"layer.{i}.weight": np.ones((4, 4), np.float32) for i in range(layers)}
    return save(tensors)


# --- as it should be ------------------------------------------------------------------------


def test_a_model_is_fetched_and_kept_under_its_name(static: dict[str, bytes], home: Path) -> None:
    with serving(pages=repository(static)) as (url, asked):
        done = pull(url, "hf:owner/static")
    assert done.code == 0, done.err
    assert f"static: {len(WORDS)} words x 5" in done.out
    assert kept(home) == ["static"]
    assert vecalc("-m", "static", "king", "-k", "1").words
    place = f"/owner/static/resolve/{COMMIT}/"
    taken = {path.removeprefix(place) for path in asked if path.startswith(place)}
    assert taken == {"model.safetensors", "tokenizer.json", "config.json"}


def test_sizes_and_digests_are_shown_before_and_after(static: dict[str, bytes]) -> None:
    with serving(pages=repository(static)) as (url, _):
        lines = pull(url, "hf:owner/static").err.splitlines()
    rows, words = static["model.safetensors"], static["tokenizer.json"]
    sha256 = hashlib.sha256(rows).hexdigest()
    whole = len(rows) + len(words) + len(static["config.json"])
    assert lines[0] == f"owner/static at {COMMIT}: {whole:,} bytes, licence: mit"
    assert (
        lines[1]
        == f"  {url}/owner/static/resolve/{COMMIT}/model.safetensors  {len(rows)} bytes  sha256 {sha256}"
    )
    blob = hashlib.sha1(f"blob {len(words)}\0".encode() + words, usedforsecurity=False).hexdigest()
    assert f"  tokenizer.json: {len(words):,} bytes, git {blob}, as announced" in lines
    assert f"  model.safetensors: {len(rows):,} bytes, sha256 {sha256}, as announced" in lines


def test_it_asks_first_and_fetches_no_rows_before(static: dict[str, bytes], home: Path) -> None:
    with serving(pages=repository(static)) as (url, asked):
        done = pull(url, "hf:owner/static", yes=False)
    assert (done.code, "--yes confirms" in done.err) == (2, True)
    assert [path for path in asked if path.endswith("tokenizer.json")] == []
    assert kept(home) == []


def test_a_revision_is_pinned_to_its_commit(static: dict[str, bytes], home: Path) -> None:
    pages = repository(static)
    first = pages.pop("/api/models/owner/static?blobs=true")
    with serving(pages={**pages, "/api/models/owner/static/revision/refs%2Fpr%2F1?blobs=true": first}) as (
        url,
        _,
    ):
        assert pull(url, "hf:owner/static").code == 6
        assert pull(url, "hf:owner/static@refs/pr/1", "--as", "mine").code == 0
    assert kept(home) == ["mine"]


def test_a_sentence_transformer_of_static_rows(static: dict[str, bytes], home: Path) -> None:
    modules = [{"idx": 0, "path": "0_StaticEmbedding", "type": "x.StaticEmbedding"}, {"path": "1_Normalize"}]
    files = {f"0_StaticEmbedding/{name}": static[name] for name in ("model.safetensors", "tokenizer.json")}
    files |= {"modules.json": json.dumps(modules).encode(), "0_StaticEmbedding/run.py": b"", "model.bin": b""}
    with serving(pages=repository(files)) as (url, asked):
        done = pull(url, "hf:owner/static")
    assert done.code == 0, done.err
    assert kept(home) == ["static"]
    assert not [path for path in asked if path.endswith((".py", ".bin"))]


def test_a_whole_network_says_so_before_it_is_fetched(home: Path) -> None:
    files = {"model.safetensors": network(), "tokenizer.json": b"{}"}
    with serving(pages=repository(files)) as (url, asked):
        done = pull(url, "hf:owner/static", yes=False)
    assert "a whole network: 4 tensors in model.safetensors" in done.err
    assert "such as embeddings.word_embeddings.weight, 9 x 4, is read" in done.err
    assert done.code == 2
    assert len(asked) == 3  # the list, and the beginning of the rows, twice


def test_shards_are_fetched_with_their_index(home: Path) -> None:
    names = [f"model-0000{i}-of-00002.safetensors" for i in (1, 2)]
    files = {name: network() for name in names} | {
        "model.safetensors.index.json": b"{}",
        "other.safetensors": b"",
    }
    with serving(pages=repository(files)) as (url, _):
        done = pull(url, "hf:owner/static", yes=False)
    shown = [
        line.split()[0].rpartition("/")[2] for line in done.err.splitlines() if line.startswith("  http")
    ]
    assert shown == [*names, "model.safetensors.index.json"]


# --- tokens ---------------------------------------------------------------------------------


def test_what_is_gated_wants_a_token(static: dict[str, bytes], home: Path) -> None:
    pages = {path: wants(SECRET, answer) for path, answer in repository(static).items()}
    with serving(pages=pages) as (url, _):
        done = pull(url, "hf:owner/static")
        assert (done.code, done.err.count("\n")) == (6, 1)
        assert "401 Unauthorized; there is no owner/static, or it is private or gated" in done.err
        wrong = pull(url, "hf:owner/static", HF_TOKEN="hf_wrong")  # noqa: S106 - it is wrong
        assert (wrong.code, "hf_wrong" in wrong.err) == (6, False)
        done = pull(url, "hf:owner/static", HF_TOKEN=f" {SECRET}\n")
    assert (done.code, SECRET in done.err + done.out) == (0, False)
    assert kept(home) == ["static"]


def test_a_token_goes_to_no_other_host(static: dict[str, bytes], home: Path) -> None:
    """Large files lie elsewhere; what moved within the hub is guarded still."""
    pages, rows = repository(static), f"/owner/static/resolve/{COMMIT}/model.safetensors"
    with serving(pages={"/rows": refuses_tokens(pages[rows])}) as (other, asked):
        guarded = {path: wants(SECRET, answer) for path, answer in pages.items()}
        listed = guarded.pop("/api/models/owner/static?blobs=true")
        guarded |= {rows: wants(SECRET, sends_on(f"{other}/rows")), "/moved": listed}
        guarded["/api/models/owner/static?blobs=true"] = wants(SECRET, sends_on("/moved"))
        with serving(pages=guarded) as (url, _):
            done = pull(url, "hf:owner/static", HF_TOKEN=SECRET)
    assert done.code == 0, done.err
    assert asked == ["/rows"] * 3


@pytest.mark.parametrize("token", ["a\nHost: b", "ä", "\x1b[31m"])
def test_a_token_that_is_none_is_not_shown(token: str) -> None:
    done = pull("http://127.0.0.1:1", "hf:owner/static", HF_TOKEN=token)
    assert done.err == "vecalc: HF_TOKEN: the token holds what no token does\n"
    assert done.code == 2


def test_a_token_is_not_sent_where_others_can_read_it(static: dict[str, bytes]) -> None:
    """To a mirror without TLS that is not this machine."""
    with (
        mock.patch("vecalc.library.download._LOOPBACK", ()),
        serving(pages={path: refuses_tokens(page) for path, page in repository(static).items()}) as (url, _),
    ):
        assert pull(url, "hf:owner/static", HF_TOKEN=SECRET).code == 0


# --- as it should not -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *(
            "hf:",
            "hf:/",
            "hf:owner/",
            "hf:owner/name/more",
            "hf:../name",
            "hf:owner/..",
            "hf:.x/y",
            "hf:o/n@",
        ),
        *(
            "hf:o/n@../x",
            "hf:o/n?x=1",
            "hf:o n/x",
            "hf:o/n\n",
            "hf:o/\x1b[31m",
            "hf:http://x/y",
            "hf:" + "x" * 999,
        ),
    ],
)
def test_a_name_that_is_no_repository(name: str) -> None:
    done = pull("http://127.0.0.1:1", name)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "not a repository of the hub" in done.err
    assert len(done.err) < 400


def lists(**told: object) -> Answer:
    """A hub that knows of one file."""
    return sends(json.dumps({"sha": COMMIT, "siblings": [told]}).encode())


API = "/api/models/owner/static?blobs=true"
FILE = f"/owner/static/resolve/{COMMIT}/model.safetensors"
FAULTS: dict[str, tuple[str, Answer, str]] = {
    "no repository": (API, status(404), "404 Not Found; there is no owner/static"),
    "gated": (API, status(403), "set HF_TOKEN"),
    "busy": (API, status(429), "try again later"),
    "no JSON": (API, sends(b"<html>"), "not what the hub says of a model"),
    "a list": (API, sends(b"[]"), "not what the hub says"),
    "nothing": (API, sends(b"{}"), "not what the hub says"),
    "no commit": (API, sends(b'{"sha": "../..", "siblings": []}'), "not what the hub says"),
    "no sizes": (API, lists(rfilename="model.safetensors"), "does not say how large model.safetensors is"),
    "absurd": (API, lists(rfilename="x", size=1 << 60), "not what the hub says"),
    "negative": (API, lists(rfilename="x", size=-1), "not what the hub says"),
    "deep": (API, sends(b"[" * 99_999), "not what the hub says"),
    "endless": (API, sends(bytes(17 << 20)), "more than the 16,777,216 bytes"),
    "frozen": (API, freezes, "no answer for 0.3 s"),
    "no HTTP": (API, babbles, "does not speak as expected"),
    "to http": (API, sends_on("ftp://127.0.0.1/x"), "sends us on to ftp:"),
    "to a file": (FILE, sends_on("file:///etc/passwd"), "'file:///etc/passwd' is not allowed"),
    "rows missing": (FILE, status(404), "the server answers 404"),
    "rows dripping": (FILE, drips, f"it sends less than {LEAST_RATE:,} bytes a second"),
    "no rows": (FILE, sends(b"x" * 150), "it is not a sound safetensors file"),
    "a long header": (FILE, sends(b"\xff" * 150), "it is not a sound safetensors file"),
    "empty rows": (FILE, sends(b""), "it is not a sound safetensors file"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_hub_that_fails_is_told_and_leaves_nothing(name: str, static: dict[str, bytes], home: Path) -> None:
    page, answer, message = FAULTS[name]
    with serving(pages={**repository(static), page: answer}) as (url, _):
        done = pull(url, "hf:owner/static", "--timeout", "0.3")
    assert (done.code, message in done.err) == (6, True), done.err
    assert len([line for line in done.err.splitlines() if line.startswith("vecalc: ")]) == 1
    assert kept(home) == []


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_another_file_than_announced_is_refused(name: str, static: dict[str, bytes], home: Path) -> None:
    changed = static[name][:-1] + b"~"
    page = f"/owner/static/resolve/{COMMIT}/{name}"
    for data, message in ((changed, "was announced"), (changed + b"x", "bytes that were announced"),
                          (changed[:-9], "were announced")):  # fmt: skip
        with serving(pages={**repository(static), page: sends(data)}) as (url, _):
            done = pull(url, "hf:owner/static")
        assert (done.code, message in done.err) == (6, True), done.err
        assert kept(home) == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"pytorch_model.bin": b"x", "config.json": b""}, "what it has runs code, or may: pytorch_model.bin"),
        (
            {"a/b.safetensors": b"", "c.safetensors": b""},
            "it has no model.safetensors, but a/b.safetensors, c.saf",
        ),
        ({"README.md": b""}, "it holds README.md"),
        ({}, "it holds nothing"),
        ({"../model.safetensors": b"", "/model.safetensors": b""}, "but ../model.safetensors"),
    ],
)
def test_a_repository_without_rows(files: dict[str, bytes], message: str) -> None:
    with serving(pages=repository(files)) as (url, _):
        done = pull(url, "hf:owner/static")
    assert (done.code, message in done.err) == (2, True), done.err


@pytest.mark.parametrize("path", ["../up", "/abs", "a/../..", "", ".", ".hidden", "a\x1bb", 5, None])
def test_modules_lead_out_of_no_folder(path: object, static: dict[str, bytes], home: Path) -> None:
    files = {
        **static,
        "modules.json": json.dumps([{"path": path}]).encode(),
        f"{path}/model.safetensors": b"x",
    }
    with serving(pages=repository(files)) as (url, _):
        assert pull(url, "hf:owner/static").code == 0
    assert kept(home) == ["static"]


@pytest.mark.parametrize("modules", [b"", b"{}", b"[]", b"[1]", b"[[]]", b"\xff"])
def test_modules_that_are_none(modules: bytes, static: dict[str, bytes], home: Path) -> None:
    with serving(pages=repository({**static, "modules.json": modules})) as (url, _):
        done = pull(url, "hf:owner/static")
    assert done.code in (0, 6)
    assert done.err.count("Traceback") == 0


def test_a_disk_without_room_is_told_before(static: dict[str, bytes], home: Path) -> None:
    usage = namedtuple("usage", "total used free")
    with (
        mock.patch.object(shutil, "disk_usage", return_value=usage(10, 10, 3)),
        serving(pages=repository(static)) as (url, asked),
    ):
        done = pull(url, "hf:owner/static")
    assert (done.code, "3 bytes are free" in done.err) == (5, True)
    assert not [path for path in asked if path.endswith("tokenizer.json")]
    assert kept(home) == []


def test_what_was_fetched_is_not_fetched_again(static: dict[str, bytes], home: Path) -> None:
    """Where an import fails for the disk's sake."""
    import errno
    import os

    from vecalc.space import store_writer

    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with serving(pages=repository(static)) as (url, asked):
        with mock.patch.object(store_writer, "private_file", side_effect=full):
            assert pull(url, "hf:owner/static").code == 5
        assert [name.startswith("static-") for name in kept(home)] == [True]
        assert pull(url, "hf:owner/static").code == 0
    assert [path for path in asked if path.endswith("tokenizer.json")] == [
        f"/owner/static/resolve/{COMMIT}/tokenizer.json"
    ]
    assert kept(home) == ["static"]


def test_ctrl_c_leaves_nothing(static: dict[str, bytes], home: Path) -> None:
    with serving(pages=repository(static)) as (url, _), mock.patch(
        "vecalc.library.offers._hash", side_effect=KeyboardInterrupt
    ):  # fmt: skip
        assert pull(url, "hf:owner/static").code == 130
    assert kept(home) == []


def test_files_that_are_no_model_are_not_kept(static: dict[str, bytes], home: Path) -> None:
    with serving(pages=repository({**static, "tokenizer.json": b"{}"})) as (url, _):
        assert pull(url, "hf:owner/static").code == 4
    assert kept(home) == []


def test_an_answer_that_is_packed_is_not_unpacked(static: dict[str, bytes]) -> None:
    """Nobody asked for it: a bomb stays what it is."""
    with serving(pages={**repository(static), API: sends(gzip.compress(bytes(1 << 20)))}) as (url, _):
        assert pull(url, "hf:owner/static").code == 6
