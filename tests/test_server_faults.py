"""Servers of vectors that fail, seen from the command line: 6 and one line in bounded time, or the answer."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any

import pytest
from running import PATIENCE, Done, command, vecalc
from servers.milvus import MilvusServer
from servers.postgres import PostgresServer
from stores import STORES
from stores.model import model

pytestmark = pytest.mark.slow
HASTE = ("--store-timeout", "2", "-k", "3", "--quiet")
RECOVERY = ("--store-timeout", "120", "-k", "3", "--quiet")  # Milvus may need a minute after a kill
LINES = (
    "king",
    "paris - france + italy",
    "cos(king, queen)",
    "zzzz",
    "cos(?, king)",
    '"\'"',
    "twin",
    "A - man where A = king",
)


def test_75_76_77_a_postgres_that_fails(
    own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = STORES["postgres"].filled(model(), own_postgres.at)
    port = own_postgres.at.address.rpartition(":")[2].partition("/")[0]
    fails(own_postgres, kept, kept.replace(port, "1"))
    outlives_a_restart(own_postgres, kept)
    monkeypatch.setenv("PGPASSWORD", "a wrong secret")
    assert "password" in told_of_in_a_line(vecalc("-m", kept, "king", *HASTE))


def test_75_76_77_a_milvus_that_fails(own_milvus: MilvusServer) -> None:
    kept = STORES["milvus"].filled(model(), own_milvus.at)
    fails(own_milvus, kept, kept.replace(":19530", ":1"))
    own_milvus.cut()
    assert "answer" in told_of_in_a_line(vecalc("-m", kept, "king", *HASTE))
    own_milvus.mend()
    outlives_a_restart(own_milvus, kept)


def fails(server: Any, kept: str, elsewhere: str) -> None:
    """It isn't there, or is frozen, at any stage; and then it is there again."""
    usual = vecalc("-m", kept, "king", *HASTE)
    assert usual.code == 0, usual
    told_of_in_a_line(vecalc("-m", elsewhere, "king", *HASTE))
    server.freeze()
    assert re.search("no answer|timeout", told_of_in_a_line(vecalc("-m", kept, "king", *HASTE)))
    server.thaw()
    assert vecalc("-m", kept, "king", *HASTE) == usual


def told_of_in_a_line(done: Done) -> str:
    assert (done.code, done.out, done.err.count("\n")) == (6, "", 1), done
    assert "secret" not in done.err
    return done.err


def outlives_a_restart(server: Any, kept: str) -> None:
    """A batch during which the server is killed and started again has the bytes of one without."""
    lines = "".join(f"{line}\n" for line in LINES)
    whole = vecalc("-m", kept, "-f", "-", "--format", "jsonl", *RECOVERY, stdin=lines * 3)
    assert (whole.code, whole.out.count("\n")) == (1, 3 * len(LINES))
    frozen = batch(kept)
    assert frozen.stdin
    assert frozen.stdout
    frozen.stdin.write(lines)
    frozen.stdin.flush()
    told = [frozen.stdout.readline() for _ in LINES]
    server.kill()
    frozen.stdin.write(lines)
    frozen.stdin.flush()
    server.restart()
    told += [frozen.stdout.readline() for _ in LINES]
    out, err = frozen.communicate(lines, timeout=4 * PATIENCE)
    assert "".join(told) + out == whole.out
    assert frozen.returncode == 1
    assert err == whole.err


def batch(kept: str) -> subprocess.Popen[str]:
    """A batch that answers each line at once."""
    pipe = subprocess.PIPE
    arguments = command("-m", kept, "-f", "-", "--format", "jsonl", "--line-buffered", *RECOVERY)
    return subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=dict(os.environ))
