"""A run that was packed is the same run in another store, and a damaged file leaves nothing behind."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import safetensors.torch
import torch

from facelab.errors import FacelabError, RunError
from facelab.runs import RunStore
from facelab.runs.job import execute
from facelab.runs.parcel import pack, unpack

# What belongs to the place and the time at which a run was made, and not to the run.
PLACE = {"id", "created", "started", "ended"}


@pytest.fixture(scope="module")
def packed(tmp_path_factory, config):
    """A store, the id of a run in it, and that run as a file."""
    store = RunStore(f"sqlite:///{tmp_path_factory.mktemp('packed') / 'runs.sqlite'}")
    run_id = store.create(config, "Ours")
    threads = torch.get_num_threads()
    execute(run_id, 1, store.url)
    torch.set_num_threads(threads)
    return store, run_id, pack(store, run_id)


def opened(data):
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return safetensors.torch.load(data), header["__metadata__"]


def layers_of(columns):
    return [name for name in columns if name.startswith("weight_norm.")]


def test_it_comes_out_as_it_went_in(packed, store):
    there, run_id, data = packed
    ours = unpack(store, data)
    before, after = (asdict(each.get(one)) for each, one in ((there, run_id), (store, ours)))
    assert {name: value for name, value in after.items() if name not in PLACE} == {
        name: value for name, value in before.items() if name not in PLACE
    }
    for part in ("steps", "epochs"):
        old, new = getattr(there.history(run_id), part), getattr(store.history(ours), part)
        assert set(new) == set(old)
        assert layers_of(new) == layers_of(old)
        for name, column in old.items():
            np.testing.assert_array_equal(new[name], column)
    (old_steps, old_frames), (steps, frames) = there.frames(run_id, "first_layer"), store.frames(ours, "first_layer")
    assert steps == old_steps
    np.testing.assert_array_equal(frames, old_frames)
    for name in ("weights", "predictions"):
        old, new = there.load_tensors(run_id, name), store.load_tensors(ours, name)
        assert all(torch.equal(new[key], value) for key, value in old.items())


def test_fewer_moments_keep_the_first_and_the_last(packed, store):
    there, run_id, _ = packed
    steps, _ = there.frames(run_id, "first_layer")
    kept, frames = store.frames(unpack(store, pack(there, run_id, moments=3)), "first_layer")
    assert (len(kept), kept[0], kept[-1]) == (3, steps[0], steps[-1])
    assert len(frames) == 3


def test_what_is_not_finished_cannot_be_packed(packed, store, config):
    with pytest.raises(RunError, match="is not finished"):
        pack(store, store.create(config))
    there, run_id, _ = packed
    stopped = store.create(config)
    lease = store.claim(stopped, 1)
    for name in ("weights", "predictions"):
        lease.save_tensors(name, there.load_tensors(run_id, name))
    lease.end("stopped")
    with pytest.raises(RunError, match="is not finished"):
        pack(store, stopped)


def test_a_damaged_file_is_refused_and_leaves_nothing(packed, store):
    data = packed[2]
    tensors, metadata = opened(data)
    facts = json.loads(metadata["run"])

    def changed(tensors=tensors, **values):
        return safetensors.torch.save(tensors, {"run": json.dumps(facts | values)})

    wrong = [
        b"",
        b"no run",
        data[:1000],
        safetensors.torch.save(tensors),
        safetensors.torch.save(tensors, {"run": "{"}),
        safetensors.torch.save(tensors, {"run": "[]"}),
        changed(format=99),
        changed(name=3),
        changed(settings={"epochs": -1}),
        changed(settings=facts["settings"] | {"model": {"kind": "mlp", "hidden": [9]}}),
        changed({name: value for name, value in tensors.items() if not name.startswith("predictions.")}),
        changed(tensors | {"predictions.labels": tensors["predictions.labels"][1:]}),
        changed(tensors | {"predictions.labels": tensors["predictions.labels"].float()}),
        changed(tensors | {"predictions.labels": tensors["predictions.labels"] + 10**9}),
        changed(tensors | {"epochs.epoch": torch.zeros(3)}),
        changed(tensors | {"frames.first_layer.steps": torch.tensor([1])}),
        changed(tensors | {"strange.thing": torch.zeros(1)}),
        changed(tensors | {"steps.step": torch.full_like(tensors["steps.step"], np.inf)}),
        changed(tensors | {"steps.step": torch.full_like(tensors["steps.step"], 1e300)}),
        changed(tensors | {"epochs.step": torch.full_like(tensors["epochs.step"], np.nan)}),
        changed(tensors | {"steps.loss": tensors["steps.loss"][:, None]}),
        changed(tensors | {"frames.first_layer": torch.tensor(1.0)}),
        changed(tensors | {"frames.first_layer.steps": torch.zeros(2, 2)}),
        changed(tensors | {name: value.double() for name, value in tensors.items() if name.startswith("weights.")}),
        safetensors.torch.save(tensors, {"run": "[" * 10_000}),
        changed(settings=3),
    ]
    for file in wrong:
        with pytest.raises(FacelabError) as caught:
            unpack(store, file)
        assert str(caught.value).endswith(".")
    assert store.all() == []
