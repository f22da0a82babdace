"""Runs on enrolled people: seen by those whose they are, and forgotten to the last byte."""

import sqlite3
from pathlib import Path

import numpy as np
import optuna
import pytest
import torch

from facelab.data import load_faces
from facelab.data.people import EMPTY, KEPT, People, folder_of, new_key, pack, write
from facelab.data.people.owner import FILE
from facelab.errors import RunError, SettingsError, StoreError
from facelab.runs import RunConfig, RunStore, Sweep, job, people, resume, runner, searching
from facelab.runs.search import searches, storage_of, study_of
from facelab.runs.spaces import Search
from tests.runs.records import epoch, row_counts, step

NAMES = ("Wilhelmina Quax", "Xanthippe Brzyk")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("FACELAB_HOME", str(tmp_path))
    return tmp_path


def enrolled() -> People:
    random, group = np.random.default_rng(0), EMPTY
    for shade, name in enumerate(NAMES, start=1):
        for _ in range(5):
            noise = random.integers(0, 80, (250, 250, 3), dtype=np.uint8)
            group = group.add(name, noise + np.uint8(80 * shade))
    return group


def config_of(key: str, **changes) -> RunConfig:
    data = {"source": "people", "key": key, "size": 28}
    settings = {"data": data, "model": {"kind": "mlp", "hidden": [4]}, "batch_size": 2, "epochs": 2}
    return RunConfig.parse(settings).replace(changes)


def pairs_of(key: str) -> RunConfig:
    faces = {"source": "people", "key": key, "size": 28}
    return RunConfig.parse({"data": {"source": "pairs", "faces": faces}, "model": {"kind": "siamese"}})


def test_a_run_knows_whose_people_it_trains_on(store):
    key = new_key()
    assert config_of(key).people == pairs_of(key).people == key
    assert config_of(KEPT).people == KEPT
    assert RunConfig().people == ""
    assert store.get(store.create(pairs_of(key))).people == key
    sweep_id = store.create_sweep(swept(config_of(key)))
    assert store.sweep(sweep_id).people == key
    assert {run.people for run in store.members(sweep_id)} == {key}


def swept(base: RunConfig, field="epochs", values=(1, 2)) -> Sweep:
    return Sweep.parse({"base": base, "vary": [{"field": field, "values": list(values)}]})


def test_a_sweep_is_on_the_people_of_one_key(store):
    with pytest.raises(SettingsError, match="one group of enrolled people only"):
        store.create_sweep(swept(config_of(KEPT), "data.key", [new_key(), KEPT]))
    mixed = store.create_sweep(swept(config_of(KEPT), "data.source", ["people", "generated"]))
    assert [run.people for run in store.members(mixed)] == [KEPT, ""]
    assert store.sweep(mixed).people == KEPT


@pytest.fixture
def mine():
    return new_key()


@pytest.fixture
def whose(store, mine):
    """The ids of a run and of a sweep with one member for each of: nobody, those kept, mine, another session."""
    ids = {}
    for who, key in {"nobody": None, "kept": KEPT, "mine": mine, "theirs": new_key()}.items():
        config = config_of(key) if key else RunConfig()
        ids[who] = store.create(config), store.create_sweep(swept(config, values=[1]))
        lease = store.claim(ids[who][0], 1)
        lease.record([epoch(0), step(1, weights=[1.0])])
        lease.save_tensors("weights", {"a": torch.zeros(3)})
    return ids


def test_everybody_sees_their_own_runs_and_those_of_all(store, whose, mine):
    view = store.seen_by([mine])
    for who in ("nobody", "kept", "mine"):
        run_id, sweep_id = whose[who]
        assert view.get(run_id) == store.get(run_id)
        assert view.sweep(sweep_id) == store.sweep(sweep_id)
        assert view.load_tensors(run_id, "weights").keys() == {"a"}
        assert view.recorded(run_id) == (1, 0)
    known = {run_id for who, (run_id, _) in whose.items() if who != "theirs"}
    assert {run.id for run in view.all(members=False)} == known
    assert len(view.all()) == 6
    assert len(view.sweeps()) == 3
    assert len(store.all()) == 8
    assert len(store.seen_by([]).all()) == 4
    assert [run.id for run in view.all(limit=2, members=False)] == [whose["mine"][0], whose["kept"][0]]


@pytest.mark.parametrize(
    "use",
    [
        RunStore.get,
        RunStore.load_model,
        RunStore.requeue,
        lambda store, run_id: store.ask(run_id, "stop"),
        lambda store, run_id: store.rename(run_id, "x"),
        lambda store, run_id: store.annotate(run_id, note="x"),
    ],
)
def test_runs_of_another_session_do_not_exist(store, whose, mine, use):
    run_id = whose["theirs"][0]
    with pytest.raises(RunError, match="There is no"):
        use(store.seen_by([mine]), run_id)
    assert store.get(run_id).status == "running"


def test_of_runs_of_another_session_there_is_nothing_to_read_or_delete(store, whose, mine):
    view, (run_id, sweep_id) = store.seen_by([mine]), whose["theirs"]
    own = whose["mine"][0]
    histories = view.histories([run_id, own])
    assert list(histories) == [run_id, own]
    assert [len(histories[name].epochs.get("epoch", ())) for name in histories] == [0, 1]
    assert not len(view.history(run_id).steps["step"])
    assert view.last_frames([run_id, own], "weights").keys() == {own}
    assert view.frames(run_id, "weights") == ([], [])
    assert view.load_bytes(run_id, "weights") is None
    assert view.recorded(run_id) == (-1, -1)
    assert view.members(sweep_id) == []
    with pytest.raises(RunError, match=f"There is no sweep {sweep_id}"):
        view.sweep(sweep_id)
    view.ask_sweep(sweep_id, "stop")
    view.delete(run_id)
    view.delete_sweep(sweep_id)
    assert store.get(run_id)
    assert [run.status for run in store.members(sweep_id)] == ["queued"]


def files_with(home: Path, *needles: bytes) -> list[tuple[str, bytes]]:
    """Which needles are in which files, contents and names."""
    return [
        (file.name, needle)
        for file in home.rglob("*")
        for needle in needles
        if needle in str(file).encode() or (file.is_file() and needle in file.read_bytes())
    ]


def trained(key: str, store: RunStore) -> list[str]:
    """People enrolled under a key, with a run and a sweep on them; the ids of the runs."""
    write(enrolled(), folder_of(key))
    config = config_of(key)
    run_id, sweep_id = store.create(config.replace({"seed": 7})), store.create_sweep(swept(config))
    ids = [run_id, *(run.id for run in store.members(sweep_id))]
    for each in ids:
        job.execute(each, 1, store.url)
    assert store.get(run_id).status == "finished", store.get(run_id).message
    failed = store.create(config.replace({"batch_size": 999}), NAMES[1])
    job.execute(failed, 1, store.url)
    assert store.get(failed).status == "failed"
    return [*ids, failed, sweep_id]


@pytest.mark.parametrize("key", [KEPT, new_key()])
def test_nothing_is_left_of_forgotten_people(local_store, home, key):
    other = local_store.create(RunConfig(), "another run")
    ids = trained(key, local_store)
    plan = Search.parse({"base": config_of(KEPT), "spaces": [{"field": "epochs", "low": 1, "high": 9}]})
    study_of(plan, local_store).set_user_attr("search", plan.model_dump_json())

    config = config_of(key)
    row = enrolled().shots(NAMES[0])[0].pixels[100].tobytes()
    small = load_faces(config.data).images[0, 0, 14].numpy().tobytes()
    weights = local_store.load_tensors(ids[0], "weights")
    weight = next(iter(weights.values())).numpy().tobytes()[:64]
    photo = pack(enrolled())[1000:1100]
    needles = [*(name.encode() for name in NAMES), *map(str.encode, ids), photo, row, small, weight]
    needles += [f'"key":"{key}"'.encode()]
    found = {needle for _, needle in files_with(home, *needles)}
    assert {NAMES[0].encode(), *map(str.encode, ids), photo, weight, needles[-1]} <= found  # the test would see them

    people.forget(key, local_store)
    assert not files_with(home, *needles)
    assert not folder_of(key).exists()
    assert [run.id for run in local_store.all()] == [other]
    assert (searches(local_store) == []) == (key == KEPT)
    people.forget(key, local_store)


def test_a_run_on_people_is_deleted_without_a_trace(local_store, home):
    ids = trained(KEPT, local_store)
    weight = next(iter(local_store.load_tensors(ids[0], "weights").values())).numpy().tobytes()[:64]
    local_store.delete(ids[0])
    assert not files_with(home, ids[0].encode(), weight)
    local_store.delete_sweep(ids[-1])
    assert not files_with(home, ids[-1].encode())


def test_forgetting_takes_the_rows_of_every_kind_of_database(store):
    key, other = new_key(), new_key()
    store.create_sweep(swept(config_of(key)))
    store.create(pairs_of(key))
    kept = store.create(config_of(other))
    store.forget(key)
    assert [run.id for run in store.all()] == [kept]
    assert store.sweeps() == []
    store.forget("")


def test_a_reader_that_stays_is_told_of(local_store, home, monkeypatch):
    monkeypatch.setattr("facelab.runs.database.LOCK_SECONDS", 0.2)
    patient = RunStore(local_store.url)
    patient.create(config_of(KEPT))
    reader = sqlite3.connect(home / "runs.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM runs").fetchall()
    with pytest.raises(StoreError, match="something is left of what was deleted; try again"):
        patient.forget(KEPT)
    reader.close()
    patient.forget(KEPT)


def test_a_job_whose_people_are_forgotten_ends(local_store):
    write(enrolled(), folder_of(KEPT))
    run_id = local_store.create(config_of(KEPT, epochs=1000))
    seen = []

    def listen(record):
        seen.append(record)
        if len(seen) == 50:
            people.forget(KEPT, local_store)

    job.execute(run_id, 1, local_store.url, listen)
    assert local_store.all() == []
    assert row_counts(local_store)["epochs"] == row_counts(local_store)["blobs"] == 0


def test_sessions_whose_server_is_gone_are_swept_up(local_store):
    gone, here = new_key(), new_key()
    for key in (gone, here, KEPT):
        write(enrolled(), folder_of(key))
    for key in (gone, KEPT):
        (folder_of(key) / FILE).unlink()
    (folder_of(KEPT).parent / "somebody's folder").mkdir()
    runs = {key: local_store.create(config_of(key)) for key in (gone, here, KEPT)}
    people.sweep_up(local_store)
    assert not folder_of(gone).exists()
    assert len(list(folder_of(KEPT).parent.iterdir())) == 3
    assert {run.id for run in local_store.all()} == {runs[here], runs[KEPT]}


def test_what_could_not_be_swept_up_waits_for_the_next_start(local_store, monkeypatch, caplog):
    key = new_key()
    write(enrolled(), folder_of(key))
    monkeypatch.setattr(people, "is_gone", lambda folder: True)

    def locked(_store, _key):
        raise StoreError("The store is locked.")

    with monkeypatch.context() as patch:
        patch.setattr(RunStore, "forget", locked)
        people.sweep_up(local_store)
    assert "not all forgotten yet: The store is locked." in caplog.text
    assert [file.name for file in folder_of(key).iterdir()] == [FILE]
    people.sweep_up(local_store)
    assert not folder_of(key).exists()


SPACE = {"field": "epochs", "low": 1, "high": 9}


def test_a_search_is_on_people_that_are_kept_or_on_none(local_store, mine):
    assert study_of(Search.parse({"base": config_of(KEPT), "spaces": [SPACE]}), local_store)
    keys = {"field": "data.key", "choices": [KEPT, mine]}
    for settings in ({"base": config_of(mine), "spaces": [SPACE]}, {"base": config_of(KEPT), "spaces": [keys]}):
        with pytest.raises(SettingsError, match="for all who use this computer to see: keep your people on it first"):
            searching.queue(Search.parse(settings), local_store.seen_by([mine]))


def test_a_search_of_another_session_does_not_exist(local_store, mine):
    base = {"kept": config_of(KEPT), "mine": config_of(mine), "theirs": config_of(new_key()), "nobody": RunConfig()}
    plans = {who: Search.parse({"base": config, "spaces": [SPACE]}) for who, config in base.items()}
    for plan in plans.values():
        study = optuna.create_study(storage=storage_of(local_store), study_name=plan.id)
        study.set_user_attr("search", plan.model_dump_json())
    view = local_store.seen_by([mine])
    assert searches(view) == [plans["nobody"], plans["mine"], plans["kept"]]
    assert searches(local_store.seen_by([]), 1) == [plans["nobody"]]
    assert len(searches(local_store)) == 4
    assert searching.find(plans["mine"].id, view) == plans["mine"]
    with pytest.raises(RunError, match="There is no search"):
        searching.find(plans["theirs"].id, view)
    people.forget_runs(mine, local_store)
    assert plans["mine"] not in searches(local_store)


def test_one_session_does_not_resume_the_runs_of_another(local_store):
    key = new_key()
    run_id = local_store.create(config_of(key))
    local_store.ask(run_id, "pause")
    with pytest.raises(RunError, match="There is no run"):
        resume(run_id, local_store.seen_by([new_key()]))


def test_the_runner_serves_all_sessions(local_store):
    first, second = new_key(), new_key()
    ours = runner(local_store.seen_by([first]))
    try:
        run_id = ours.submit(config_of(second))
        local_store.ask(run_id, "pause")
        resume(run_id, local_store.seen_by([second]))
        assert local_store.get(run_id).attempt == 2
    finally:
        ours.close()
