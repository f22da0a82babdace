"""A store of an earlier version is opened with everything in it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sql

from facelab.runs import RunConfig, RunStore, Sweep
from facelab.runs.tables import VERSION, blobs, epochs, frames, runs, schema, steps, sweeps

RUNS_2 = """
CREATE TABLE runs (
    id VARCHAR(40) NOT NULL PRIMARY KEY, name VARCHAR(200) NOT NULL, config TEXT NOT NULL, status VARCHAR(20) NOT NULL,
    message TEXT DEFAULT '' NOT NULL, command VARCHAR(20) DEFAULT '' NOT NULL, attempt INTEGER DEFAULT '1' NOT NULL,
    lease VARCHAR(12) DEFAULT '' NOT NULL, runner VARCHAR(40) DEFAULT '' NOT NULL, created DOUBLE PRECISION NOT NULL,
    heartbeat DOUBLE PRECISION NOT NULL, started DOUBLE PRECISION, ended DOUBLE PRECISION,
    epoch DOUBLE PRECISION DEFAULT '0' NOT NULL, step INTEGER DEFAULT '0' NOT NULL,
    images_per_second DOUBLE PRECISION, seconds_left DOUBLE PRECISION, validation_accuracy DOUBLE PRECISION,
    best_epoch INTEGER, best_validation_accuracy DOUBLE PRECISION, test_right INTEGER, test_total INTEGER,
    classes INTEGER, parameters INTEGER, fingerprint VARCHAR(64), threads INTEGER
)
"""
A_RUN = "INSERT INTO runs (id, name, config, status, created, heartbeat) VALUES ('1', 'old', :config, 'finished', 1, 1)"


def columns(connection, table):
    return {column["name"]: column["nullable"] for column in sql.inspect(connection).get_columns(table.name)}


@pytest.fixture
def old(url):
    """The engine of a store of version 2 with a run and its only epoch in it."""
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sql.text(RUNS_2))
        connection.exec_driver_sql("CREATE INDEX ix_runs_created ON runs (created)")
        for table in (schema, epochs, steps, frames, blobs):
            table.create(connection)
        connection.execute(schema.insert().values(version=2))
        connection.execute(sql.text(A_RUN), {"config": RunConfig().model_dump_json()})
        connection.execute(epochs.insert().values(run_id="1", epoch=0, step=0, metrics='{"validation_loss": 2.5}'))
    yield engine
    engine.dispose()


def test_nothing_is_lost(url, old):
    store = RunStore(url)
    (run,) = store.all()
    assert (run.name, run.status, run.config) == ("old", "finished", RunConfig())
    assert (run.sweep, run.tags, run.note, run.people) == (None, "", "", "")
    assert store.history("1").epochs["validation_loss"].tolist() == [2.5]
    assert RunStore(url).all() == [run]


def test_it_is_then_like_a_new_one(url, old):
    store = RunStore(url)
    with old.connect() as connection:
        assert connection.execute(sql.select(schema.c.version)).scalars().all() == [VERSION]
        for table in (runs, sweeps):
            assert columns(connection, table) == {column.name: column.nullable for column in table.c}
            indexes = sql.inspect(connection).get_indexes(table.name)
            assert {index["name"] for index in indexes} == {index.name for index in table.indexes}
    sweep_id = store.create_sweep(Sweep.parse({"vary": [{"field": "epochs", "values": [1, 2]}]}))
    assert [run.member for run in store.members(sweep_id)] == [0, 1]
    store.delete_sweep(sweep_id)
    assert [run.id for run in store.all()] == ["1"]


def test_many_who_open_it_at_once_change_it_once(url, old):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: [run.id for run in RunStore(url).all()], range(8)))
    assert found == [["1"]] * 8
    with old.connect() as connection:
        assert connection.execute(sql.select(sql.func.count()).select_from(sweeps)).scalar() == 0
