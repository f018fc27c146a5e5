"""Real servers for tests: Postgres 16 with pgvector, and Milvus 2.3.5.

A test asks for one by a fixture; nothing runs that no test asks for.

- `postgres`, `milvus`: one for the whole run, shared by all its workers. So nobody may stop it, and each test
  takes names of its own: `with postgres.database() as own` is a database of one's own with the extension. An
  address of a store begins with `own.address` or `milvus.address`; the password is in the environment
  (PGPASSWORD). `connect()` is a connection of psycopg, or a client of pymilvus.
- `own_postgres`, `own_milvus`: one for a single test, at `.at`, as above; the test may `freeze()`, `thaw()`,
  `kill()` and `restart()` it, and `cut()` and `mend()` the cable to Milvus. It takes one second or three to
  start, and Milvus eight to start again, so such a test does many things.

By hand: `python -m tests.servers postgres` says where it is, and stops it at Ctrl-C.

Nothing outlives a run, however it ends: a server dies with the process that started it, the one that keeps a
shared one watches the run, and what root alone may make (a user, a network) is in namespaces, which go with
their last process.
"""
