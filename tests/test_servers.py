"""The servers of the tests themselves: they are what they are taken for, and nothing is left of them."""

from __future__ import annotations

from pathlib import Path

import pytest
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


def test_a_milvus_of_ones_own_is_frozen_cut_off_killed_and_restarted(own_milvus: MilvusServer) -> None:
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
    own_milvus.restart()
    assert own_milvus.at.connect().list_collections() == ["kept"]


def test_milvus_is_the_real_one(milvus: Milvus) -> None:
    assert milvus.connect().get_server_version().startswith("v2.3.5")
