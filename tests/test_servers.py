"""The servers of the tests themselves: they are what they are taken for, and nothing is left of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from servers.housed import LOOK, PATIENCE
from servers.milvus import Milvus, MilvusServer
from servers.postgres import Postgres, PostgresServer

HERE = Path(__file__).parent


def test_postgres_has_vectors_and_a_database_for_everyone(postgres: Postgres) -> None:
    with postgres.database() as own, own.connect() as connection:
        assert connection.execute("select '[3,4]'::vector <-> '[0,0]'").fetchone() == (5.0,)
    with postgres.connect() as connection:
        assert connection.execute("select count(*) from pg_database where datname like 'own%'").fetchone()


def test_a_postgres_of_ones_own_is_frozen_killed_and_restarted(own_postgres: PostgresServer) -> None:
    psycopg = pytest.importorskip("psycopg")
    with own_postgres.at.connect() as connection:
        connection.execute("create table kept as select 7 as number")
    own_postgres.freeze()
    with pytest.raises(psycopg.OperationalError, match="timeout"):
        own_postgres.at.connect(connect_timeout=2)
    own_postgres.thaw()
    own_postgres.at.connect().close()
    own_postgres.kill()
    with pytest.raises(psycopg.OperationalError, match="refused"):
        own_postgres.at.connect()
    own_postgres.restart()
    with own_postgres.at.connect() as connection:
        assert connection.execute("select number from kept").fetchone() == (7,)
    with pytest.raises(psycopg.OperationalError, match="password"):
        Postgres(own_postgres.at.address, "wrong").connect()


@pytest.mark.slow
def test_a_milvus_of_ones_own_is_frozen_cut_off_and_killed(own_milvus: MilvusServer) -> None:
    grpc = pytest.importorskip("grpc")
    pymilvus = pytest.importorskip("pymilvus")
    client = own_milvus.at.connect()
    client.create_collection("kept", dimension=2)
    for stop, go_on in ((own_milvus.freeze, own_milvus.thaw), (own_milvus.cut, own_milvus.mend)):
        stop()
        with pytest.raises(grpc.RpcError, match="DEADLINE"):
            client.list_collections(timeout=1)
        go_on()
        assert client.list_collections() == ["kept"]
    own_milvus.kill()
    with pytest.raises(pymilvus.MilvusException, match="server unavailable"):
        client.list_collections(timeout=1)


@pytest.mark.slow
def test_milvus_is_the_real_one(milvus: Milvus) -> None:
    assert milvus.connect().get_server_version().startswith("v2.3.5")


def test_no_server_outlives_what_it_was_started_for(postgres: Postgres, tmp_path: Path) -> None:
    """The run may be killed, or what keeps the server."""
    for dies in ("run", "keeper"):
        told = tmp_path / dies
        run = subprocess.Popen(["sleep", "infinity"])
        command = [sys.executable, "-m", "servers", "postgres", "--until", str(run.pid), "--tell", str(told)]
        environment = os.environ | {
            "PYTEST_DEBUG_TEMPROOT": str(tmp_path)
        }  # one that is killed leaves its files
        keeper = subprocess.Popen(command, cwd=HERE, env=environment)
        while keeper.poll() is None and not told.exists():
            time.sleep(LOOK)
        server = Postgres(**json.loads(told.read_text("utf-8")))
        server.connect().close()
        (run if dies == "run" else keeper).kill()
        keeper.wait(PATIENCE)
        while is_there(server):
            time.sleep(LOOK)
        run.kill()
        run.wait()


def is_there(server: Postgres) -> bool:
    import psycopg

    try:
        server.connect().close()
    except psycopg.OperationalError:
        return False
    return True
