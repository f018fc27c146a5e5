"""Postgres with pgvector as a store, tried on the real server."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from running import vecalc
from servers.postgres import Postgres, PostgresServer
from stores.model import TWINS, ZEROS, model
from stores.postgres import filled
from terminal import Open

from vecalc.answers import Answer
from vecalc.conditions import Relation, settled
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Question
from vecalc.errors import RemoteProblem, UsageError
from vecalc.search.exact import search
from vecalc.space import Filtered, Measure
from vecalc.stores import Patience
from vecalc.stores.addresses import address_of
from vecalc.stores.postgresql import PgConnection, connect
from vecalc.stores.served import ServedSpace

pytestmark = pytest.mark.slow
FAST = Patience(connect=2, answer=20)
VECTORS = np.array([[1, 0], [0, 1], [1, 1], [0, 0], [-1, 0]], np.float32)
WORDS = ("east", "north", "Between", "nowhere", "west")


def opened(address: str, patience: Patience = FAST) -> ServedSpace:
    return ServedSpace(connect(address_of(address), patience), "", lambda _: None)


def questions(texts: Iterable[str]) -> Iterator[Question]:
    return (Question(text, number) for number, text in enumerate(texts))


def refused(address: str, patience: Patience = FAST) -> str:
    with pytest.raises(RemoteProblem) as caught:
        connect(address_of(address), patience)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@contextmanager
def tables(postgres: Postgres, *statements: str) -> Iterator[str]:
    """An address with # at the end, of a database of one's own in which something was done."""
    with postgres.database() as own:
        with own.connect() as connection:
            for statement in statements:
                connection.execute(statement)
        yield f"{own.address}#"


def rows_in(table: str, keys: tuple[Any, ...] = (1, 2, 3, 4, 5), columns: str = "id, word, v") -> str:
    values = ", ".join(
        f"('{key}', '{word}', '{vector.tolist()}')"
        for key, word, vector in zip(keys, WORDS, VECTORS, strict=True)
    )
    return f"insert into {table} ({columns}) values {values}"  # noqa: S608 - of a test


# --- tables as people have them -------------------------------------------------------------


def test_keys_of_any_kind_order_the_rows(postgres: Postgres) -> None:
    uuids = tuple(f"{letter}0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" for letter in "badce")
    cases: dict[str, tuple[str, tuple[Any, ...], list[int]]] = {
        "dense": ("int", (7, 6, 8, 9, 10), [1, 0, 2, 3, 4]),
        "gaps": ("bigint", (50, -3, 8, 1 << 40, 9), [1, 2, 4, 0, 3]),
        "texts": ("text", ("b", "Z", "é", "a", "_"), [1, 4, 3, 0, 2]),  # by their code points
        "uuids": ("uuid", uuids, [1, 0, 3, 2, 4]),
    }
    made = [
        f"create table {n} (id {kind} primary key, word text, v vector)" for n, (kind, *_) in cases.items()
    ]
    filled_in = [rows_in(name, keys) for name, (_, keys, _) in cases.items()]
    with tables(postgres, *made, *filled_in) as at:
        for name, (_, _, order) in cases.items():
            space = opened(f"{at}{name}")
            assert [*space.words()] == [WORDS[row] for row in order], name
            assert space.vectors(range(5)).tolist() == VECTORS[order].tolist()
            assert [space.row(WORDS[row]) for row in order] == [*range(5)]
            assert space.variants("NORTH") == [order.index(1)]
            hits = space.search(np.array([[2.0, 1.0]]), 9, Measure())
            words = [space.word(row) for row in hits.rows[0]]
            assert words == ["Between", "east", "north", "west"]  # a zero vector has no direction
            assert (space.metadata is None) == (name in ("dense", "uuids"))


def test_columns_are_found_or_named(postgres: Postgres) -> None:
    with tables(
        postgres,
        'create schema "Über"',
        'create table "Über"."we""ird.n" (id int primary key, label text, v vector(2), "%s; --" vector(3))',
        """insert into "Über"."we""ird.n" values (1, 'a', '[1,0]', '[1,2,3]'), (2, 'b', '[0,1]', '[3,2,1]')
        """,
        "create table two (id int primary key, first text, second text, v vector(2))",
        "insert into two values (1, 'x', 'y', '[1,0]')",
        "create table ids (id int primary key, v vector(2), n numeric)",
        "insert into ids values (5, '[1,0]', 'NaN'), (7, '[1,1]', 1e20)",
        "create table nulls (id int primary key, word text, v vector(2))",
        "insert into nulls values (1, null, '[1,0]'), (2, 'a', null), (3, 'b', '[1,2]')",
        "create table uneven (id int primary key, word text, v vector)",
        "insert into uneven values (1, 'a', '[1,0]'), (2, 'b', '[1,0,1]')",
        "create table keyless (word text, v vector(2))",
        "create table pairs (a int, b int, word text, v vector(2), primary key (a, b))",
        "create table plain (id int primary key, word text)",
        "create table bare (id int primary key, word text, v vector(2))",
    ) as at:
        odd = f'{at}Über.we"ird.n'
        assert "several columns of vectors: v, %s; --" in refused(odd)
        assert opened(f"{odd}.%25s; --").dim == 3
        assert opened(f"{odd}.v").row("b") == 1
        assert "which column holds the words?: ?word=COLUMN" in refused(f"{at}two").replace("; ?", ": ?")
        assert opened(f"{at[:-1]}?word=second#two").row("y") == 0
        assert "no column 'third' for words; there are id, first, second" in refused(
            f"{at[:-1]}?word=third#two"
        )
        ids = opened(f"{at}ids")
        assert ids.row("7") == 1
        assert ids.metadata
        assert ids.metadata.records([0, 1], ["n"]) == [(None,), (1e20,)]
        assert [*opened(f"{at}nulls").words()] == ["b"]
        assert opened(f"{at}nulls").search(np.array([[1.0, 0.0]]), 5, Measure()).rows.tolist() == [[0]]
        assert "its vectors have 2 to 3 numbers" in refused(f"{at}uneven")
        assert "it has no primary key" in refused(f"{at}keyless")
        assert "a primary key (a, b) that is no number or text" in refused(f"{at}pairs")
        assert "vecalc publish" in refused(f"{at}pairs")
        assert "no column of vectors" in refused(f"{at}plain")
        assert "the table has no rows" in refused(f"{at}bare")
        assert "there is no column 'w' of vectors; there are v" in refused(f"{at}bare.w")
        assert "there is no table 'bar'; did you mean bare?" in refused(f"{at}bar")
        assert "a table is missing" in refused(at[:-1])
        with pytest.raises(UsageError, match="no option 'wrod' of an address; there are word, index"):
            connect(address_of(f"{at[:-1]}?wrod=a#two"), FAST)
        with pytest.raises(UsageError, match="there is no index=yep; there are index=yes, index=no"):
            connect(address_of(f"{at[:-1]}?index=yep#ids"), FAST)
        with pytest.raises(UsageError, match="options stand before the #"):
            address_of(f"{at}two?word=first")
        assert "it holds bare, ids, keyless, nulls, pairs, two, uneven" in refused(f"{at}?")


def test_what_changes_meanwhile_is_noticed(postgres: Postgres) -> None:
    made = "create table t (id int primary key, word text, v vector(2))"
    with tables(postgres, made, rows_in("t")) as at:
        space = opened(f"{at}t")
        with Postgres(at[:-1], postgres.password).connect() as other:
            other.execute("insert into t values (6, 'later', '[2, 1]')")
            assert space.row("later") is None
            found = space.search(np.array([[2.0, 1.0]]), 1, Measure())
            assert space.word(found.rows[0, 0]) == "Between"
            fresh = opened(f"{at}t")
            other.execute("delete from t where id = 2")
            with pytest.raises(RemoteProblem, match="rows are missing that were there at the start"):
                fresh.vectors([1])
            other.execute("drop table t")
        with pytest.raises(RemoteProblem, match="the table is gone"):
            space.row("west")


def test_an_index_is_asked_where_it_is_wanted(postgres: Postgres) -> None:
    """It gives what it has, with a note; where that is too little, all rows are looked at."""
    with postgres.database() as own:
        address = filled(model(), own)
        table = address.partition("#")[2]
        with own.connect() as connection:
            connection.execute(f'create index on "{table}" using hnsw (vector vector_cosine_ops)')
        by_index = connect(address_of(address.replace("#", "?index=yes#")), FAST)
        assert not by_index.facts.exact
        assert "an index is asked, which may miss some neighbours" in by_index.facts.notes
        assert connect(address_of(address), FAST).facts.exact
        queries = np.random.default_rng(3).normal(size=(20, 24))
        right = search(model().space(), queries, 10, Measure())
        space = ServedSpace(by_index, "", lambda _: None)
        found = space.search(queries, 10, Measure())
        both = [len({*a.tolist()} & {*b.tolist()}) for a, b in zip(right.rows, found.rows, strict=True)]
        assert sum(both) >= 0.9 * right.rows.size
        few = settled(Relation("year", "<", 20), by_index.facts.columns)
        assert space.search(queries[:2], 10, Measure(), Filtered(few)).rows.shape == (2, 10)
        assert len(space.search(queries[:1], 1_500, Measure()).rows[0]) == 1_500


# --- few questions --------------------------------------------------------------------------


def test_a_batch_asks_for_much_at_once(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[str] = Counter()
    for name in ("find", "variants", "near", "fetch", "stream"):
        plain = getattr(PgConnection, name)

        def counted(*args: Any, plain: Any = plain, name: str = name, **more: Any) -> Any:
            asked[name] += 1
            return plain(*args, **more)

        monkeypatch.setattr(PgConnection, name, counted)
    with postgres.database() as own:
        calculator = Calculator(opened(filled(model(), own)))
        words = [word for word in model().words if word.isalpha() and word not in (*ZEROS, *TWINS)]
        texts = [f"{a} - {b} + {c}" for a, b, c in zip(words, words[300:], words[600:], strict=False)][:700]
        texts += [f"cos({a.title()}, {b})" for a, b in zip(words, words[100:], strict=False)][:300]
        answers = [*calculator.answers(questions(texts))]
    assert len(answers) == len(texts) == 1_000
    assert not any(answer.error for answer in answers)
    assert asked.total() < 80
    assert asked["stream"] < 8  # all vectors once for a chunk, where it has many queries


# --- servers that fail ----------------------------------------------------------------------


def test_76_77_a_server_is_frozen_killed_and_restarted(own_postgres: PostgresServer) -> None:
    at = filled(model(), own_postgres.at)
    short = Patience(connect=2, answer=2)
    space, patient = opened(at, short), opened(at, Patience(connect=2, answer=30))
    king = space.row("king")
    own_postgres.freeze()
    for asked in (
        lambda: space.row("queen"),
        lambda: connect(address_of(at), short),
        lambda: space.vectors([3]),
    ):
        began = time.monotonic()
        with pytest.raises(
            RemoteProblem, match=r"no answer in time|connection is lost|can't be connected to"
        ):
            asked()
        assert time.monotonic() - began < 8
    own_postgres.thaw()
    assert space.row("king") == king
    own_postgres.kill()
    began = time.monotonic()
    assert "it can't be connected to: Connection refused" in refused(at, short)
    assert time.monotonic() - began < 1
    with pytest.raises(RemoteProblem):
        space.row("man")
    texts = ["king - man + woman", "cos(queen, King)", "prince", "nothere"]
    answers: list[Answer] = []
    batch = threading.Thread(target=lambda: answers.extend(Calculator(patient).answers(questions(texts))))
    batch.start()
    time.sleep(0.5)
    own_postgres.restart()
    batch.join()
    local = [*Calculator(model().space()).answers(questions(texts))]
    assert [str(a.error) for a in answers] == [str(a.error) for a in local]
    assert [a.result for a in answers][1:2] == [a.result for a in local][1:2]
    space.row("woman")  # and the one that had failed


def test_75_78_79_errors_are_of_one_line_without_a_password(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = postgres.address.partition("@")[2]
    monkeypatch.delenv("PGPASSWORD")
    with postgres.database() as own:
        table = filled(model(), own).partition("#")[2]
        mine = own.address.replace("vecalc@", f"vecalc:{postgres.password}@")
        with own.connect() as connection:
            connection.execute("create table other (id int primary key, word text, v vector(3))")
            connection.execute("insert into other values (1, 'a', '[1,2,3]')")
        cases = {
            f"postgresql://vecalc:secret@{host}#{table}": "the password is wrong; PGPASSWORD holds it",
            f"postgresql://nobody:secret@{host}#{table}": "the password is wrong",
            f"{mine}x#{table}": "there is no such database",
            f"{mine}#none": "there is no table 'none'",
            "postgresql://a:secret@127.0.0.1:9/b#c": "Connection refused",
            "postgresql://a:secret@h:port/b#c": "this is not an address",
            f"postgresql://vecalc@{host}#{table}": "it wants a password",
        }
        for address, message in cases.items():
            for more in ((), ("--debug",)):
                done = vecalc("-m", address, "king", "--store-timeout", "3", *more)
                assert done.code == (2 if "not an address" in message else 6), done
                assert message in done.err, done.err
                assert "secret" not in done.err + done.out
                assert more or done.err.count("\n") == 1
        word = "\"x'] or 1==1 or word in ['x\""
        done = vecalc("-m", f"{mine}#{table}", word)
        assert (done.code, done.out) == (3, "")
        assert "unknown word" in done.err
        done = vecalc("-m", f"{mine}#{table}", "-m", f"o={mine}#other", "king + o:a")
        assert done.code == 3  # vectors of another width never leave here


# --- opened by address ----------------------------------------------------------------------


def test_an_address_stands_wherever_a_model_does(
    postgres: Postgres, workplace: None, open_prompt: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its password is seen nowhere."""
    monkeypatch.delenv("PGPASSWORD")
    secret = postgres.password
    with postgres.database() as own:
        address = filled(model(), own).replace("vecalc@", f"vecalc:{secret}@")
        shown = address.replace(f":{secret}", "")
        seen: list[str] = []

        def run(*arguments: str, **environment: str) -> str:
            done = vecalc(*arguments, **environment)
            assert done.code == 0, done
            seen.append(done.out + done.err)
            return done.out

        right = run("-m", address, "king - man + woman", "--format", "plain")
        assert run("-m", f"docs={address}", "docs:king - docs:man + docs:woman", "--in", "docs") == right
        assert shown in run("-m", address, "king", "--json")
        run("models", "add", "served", address)
        assert run("-m", "served", "king - man + woman") == right
        assert shown in run("models", "list")
        assert shown in run("models", "info", "served")
        assert run("models", "path", "served").strip() == shown
        check = vecalc("models", "check", address)
        seen.append(check.out + check.err)
        assert shown in check.out
        assert shown in run("models", "info", address, "--json")
        run("models", "default", "served")
        assert run("king - man + woman") == right
        assert shown in run("config", "show", VECALC_MODEL=address)
        assert run("king - man + woman", VECALC_MODEL=address) == right
        run("import", address, "--name", "copied")
        assert run("-m", "copied", "king - man + woman") == right
        run("convert", "served", "out.parquet", "--force")
        assert run("-m", "out.parquet", "king - man + woman") == right
        run("compare", "king", "man", "-m", address)
        Path("vecalc.toml").write_text(f'model = "{address}"\n', "utf-8")
        done = vecalc("king")
        seen.append(done.err)
        assert "a project's settings connect to no servers" in done.err
        Path("vecalc.toml").unlink()
        prompt = open_prompt()
        prompt.until()
        seen += [prompt.says(f"use {address}"), prompt.says("king - man + woman"), prompt.says("models")]
        assert shown in seen[-1]
        seen.append(prompt.says(f"use {address}x"))
    assert secret not in "".join(seen[:-4] + seen[-3:-1])
