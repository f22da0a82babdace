"""What is taken away from a run says what it is, and trains again without facelab to the same weights."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image

from facelab import models
from facelab.data import SPLITS, Faces
from facelab.errors import RunError
from facelab.runs import History, RunConfig, RunStore
from facelab.runs.export import config_json, faces_zip, files, folder_names, history_csv, script, weights
from facelab.training import AugmentationConfig, fit, predict
from facelab.training.augment import augment
from facelab.training.numerics import set_threads

SIDE = 28
QUICK = {"device": "cpu", "precision": "float32", "epochs": 3, "batch_size": 8}
MLP = {"kind": "mlp", "hidden": [12, 12, 12]}
CONVNET = {"kind": "convnet", "blocks": [{"channels": 4, "pool": "max"}], "hidden": [8]}
RESIDUAL = MLP | {"residual": True, "batch_norm": True}
POOLED = CONVNET | {"batch_norm": True, "blocks": [{"channels": 4, "pool": "max"}, {"channels": 6, "pool": "average"}]}
TO_A_POINT = CONVNET | {"batch_norm": True, "blocks": [{"channels": 4, "kernel": 28, "padding": 0}], "hidden": []}
RESNET = {"kind": "residual", "widths": [16, 32], "dropout": 0.3}
NETWORKS = {
    "linear": {"kind": "mlp", "hidden": []},
    "deep": MLP | {"hidden": [16] * 4, "dropout": 0.5, "activation": "tanh", "init": "xavier"},
    "residual": RESIDUAL,
    "sigmoid": MLP | {"activation": "sigmoid"},
    "normal": MLP | {"activation": "leaky_relu", "init": "normal", "init_std": 0.1},
    "elu": MLP | {"activation": "elu", "residual": True, "hidden": [16, 8]},
    "pooled": POOLED,
    "point": TO_A_POINT,
    "two activations": CONVNET | {"activation": "gelu", "hidden_activation": "sigmoid", "hidden": [8, 8]},
    "koch": CONVNET | {"init": "koch", "batch_norm": True},
    "koch, dense": MLP | {"init": "koch"},
    "residual network": RESNET,
    "one stage": RESNET | {"widths": [16], "blocks": 3, "pool": "none", "init": "koch"},
    "down to a point": RESNET | {"widths": [16] * 6, "blocks": 4, "stem_stride": 2, "activation": "gelu"},
    "strided": CONVNET | {"blocks": [{"channels": 5, "kernel": 5, "stride": 2, "padding": 0}], "dropout": 0.25},
}
TRAININGS = {
    "sgd": {"optimizer": {"name": "sgd", "nesterov": True, "weight_decay": 0.01}, "schedule": {"name": "step"}},
    "rmsprop": {"optimizer": {"name": "rmsprop"}, "schedule": {"name": "exponential", "gamma": 0.8}, "clip_norm": 0.5},
    "adamw": {"optimizer": {"name": "adamw"}, "schedule": {"name": "cosine"}, "label_smoothing": 0.1},
    "one cycle": {"optimizer": {"name": "sgd", "learning_rate": 0.05}, "schedule": {"name": "one_cycle"}},
    "l1": {"l1": 0.01, "optimizer": {"name": "sgd"}},
    "rising momentum": {"optimizer": {"name": "sgd", "momentum_epochs": 2}},
    "rising momentum in rmsprop": {
        "optimizer": {"name": "rmsprop", "momentum_epochs": 5},
        "schedule": {"name": "cosine"},
    },
    "changes": {
        "changes": [{"epoch": 1, "learning_rate": 0.003, "batch_size": 5}, {"epoch": 2, "weight_decay": 0.1}],
        "schedule": {"name": "exponential", "gamma": 0.5},
    },
    "changes in one cycle": {
        "optimizer": {"name": "sgd", "learning_rate": 0.05},
        "schedule": {"name": "one_cycle"},
        "changes": [{"epoch": 1, "l1": 0.01, "batch_size": 16}, {"epoch": 1, "learning_rate": 0.03}],
    },
    "dropout": {"model": MLP | {"dropout": 0.3}},
    "odd last batch": {"model": RESIDUAL, "batch_size": 17},
    "a point": {"model": TO_A_POINT, "batch_size": 17},
    "residual network": {"model": RESNET},
    "odd last batch at a point": {"model": RESNET | {"widths": [16] * 6}, "batch_size": 33, "epochs": 1},
    "augmentation": {"model": CONVNET, "augmentation": {"flip": 0.5, "translate": 0.1, "erase": 0.5}},
    "patience": {"early_stopping": {"patience": 1}, "optimizer": {"learning_rate": 0.03}, "epochs": 30},
    "bfloat16": {"model": CONVNET, "precision": "bfloat16", "epochs": 1},
}
AUGMENTATIONS = [
    {"flip": 0.5},
    {"rotate": 20},
    {"shear": 10},
    {"scale": 0.2, "flip": 0.3},
    {"rotate": 20, "shear": 10, "scale": 0.2, "flip": 0.5, "translate": 0.1},
    {"perspective": 0.3},
    {"perspective": 0.2, "shear": 10, "contrast": 0.2},
    {"brightness": 0.3},
    {"contrast": 0.3, "saturation": 0.3},
    {"grey": 0.5},
    {"blur": 1.5},
    {"blur": 0.7, "erase": 0.7, "translate": 0.2, "saturation": 0.5, "grey": 0.3},
    {"chance": 0.5, "rotate": 20, "scale": 0.2},
    {"chance": 0.3, "perspective": 0.3},
    {"chance": 0.7, "flip": 0.5, "shear": 10, "brightness": 0.3, "contrast": 0.3, "erase": 0.5},
    {"chance": 0.5, "flip": 0.5},
]
EVERYTHING = [
    *TRAININGS.values(),
    *({"model": model} for model in NETWORKS.values()),
    *({"augmentation": changes} for changes in AUGMENTATIONS),
    *({"device": "mps", "model": model} for model in (CONVNET, RESNET)),
]


@pytest.fixture(scope="module")
def faces() -> Faces:
    """Three people in mixed order, 34 photos to train on; noise around a colour each."""
    random = np.random.default_rng(0)
    labels = torch.from_numpy(random.permutation(np.arange(57) % 3))
    images = random.integers(0, 120, (57, 3, SIDE, SIDE)) + 50 * labels.numpy()[:, None, None, None]
    splits = dict(zip(SPLITS, torch.arange(57).split([34, 11, 12]), strict=True))
    return Faces.of(torch.from_numpy(images.astype(np.uint8)), labels, ("Ann Lee", "Cy/Poe", "Bo"), splits, "noise")


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def settings(**changes) -> RunConfig:
    return RunConfig.parse({"model": MLP} | QUICK | changes)


def module(config: RunConfig, faces: Faces) -> dict:
    """The names that the script for `config` defines."""
    names = {"__name__": "train"}
    exec(compile(script(config, faces.input_shape, faces.names), "train.py", "exec"), names)
    return names


def trained(config: RunConfig, faces: Faces, model: torch.nn.Module | None = None) -> torch.nn.Module:
    model = model or models.build(config.model, faces, config.seed)
    for _ in fit(model, faces, config):
        pass
    return model


def assert_same(ours: dict, theirs: dict, **tolerance) -> None:
    assert ours.keys() == theirs.keys()
    for name in ours:
        torch.testing.assert_close(ours[name], theirs[name], msg=lambda text, name=name: f"{name}: {text}", **tolerance)


@pytest.mark.parametrize("given", [True, False], ids=["given weights", "its own weights"])
@pytest.mark.parametrize("model", [RESIDUAL, POOLED, RESNET | {"dropout": 0}], ids=["MLP", "ConvNet", "ResNet"])
def test_script_and_zip_reproduce_a_run(model, given, faces, tmp_path):
    config = settings(model=model, optimizer={"name": "sgd", "learning_rate": 0.01})
    start = models.build(config.model, faces, seed=99 if given else config.seed)
    safetensors.torch.save_file(start.state_dict(), tmp_path / "start.safetensors")
    (tmp_path / "train.py").write_text(script(config, faces.input_shape, faces.names), encoding="utf-8")
    zipfile.ZipFile(io.BytesIO(faces_zip(faces))).extractall(tmp_path / "faces")
    command = [sys.executable, "train.py", "--faces=faces", *(["--weights=start.safetensors"] if given else [])]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    set_threads(start)  # as a job does: sums of another number of threads are rounded otherwise
    expected = trained(config, faces, start).state_dict()
    network = models.build(config.model, faces)
    network.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True), strict=True)
    assert_same(network.state_dict(), expected, atol=1e-4, rtol=1e-4)
    images, labels = faces.split("test")
    right = int((predict(network, images).argmax(1) == labels).sum())
    assert done.stdout.count("\n") == config.epochs + 1
    assert f"{right} of 12 faces)" in done.stdout


@pytest.mark.parametrize("changes", TRAININGS.values(), ids=TRAININGS)
def test_script_trains_as_fit_does(changes, faces, capsys):
    config = settings(**changes)
    names = module(config, faces)
    network = names["Net"]()
    network.load_state_dict(models.build(config.model, faces, config.seed).state_dict())
    if config.model.kind != "mlp":
        network.to(memory_format=torch.channels_last)
    names["train"](network, *faces.split("train"), faces.split("validation"))
    tolerance = 2e-2 if config.precision == "bfloat16" else 1e-4
    assert_same(network.state_dict(), trained(config, faces).state_dict(), atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("model", NETWORKS.values(), ids=NETWORKS)
def test_script_starts_from_the_same_network(model, faces):
    config = settings(model=model, seed=5)
    names = module(config, faces)
    torch.manual_seed(names["SEED"])
    network = names["Net"]()
    names["initialize"](network)
    network.standardize.fit(faces.split("train")[0])
    ours = models.build(config.model, faces, config.seed)
    assert_same(ours.state_dict(), network.state_dict(), atol=1e-6, rtol=1e-6)
    images = torch.rand(4, 3, SIDE, SIDE)
    torch.testing.assert_close(ours.eval()(images), network.eval()(images), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("changes", AUGMENTATIONS, ids=" ".join)
def test_script_changes_images_as_facelab_does(changes, faces):
    names = module(settings(augmentation=changes), faces)
    images = torch.rand(9, 3, SIDE, SIDE)
    torch.manual_seed(3)
    expected = augment(images, AugmentationConfig(**changes))
    torch.manual_seed(3)
    torch.testing.assert_close(names["augment"](images), expected, atol=1e-4, rtol=0)


def test_script_stops_where_the_loss_diverges(faces):
    config = settings(model=MLP | {"activation": "identity"}, optimizer={"name": "sgd", "learning_rate": 100}, epochs=9)
    names = module(config, faces)
    network = names["Net"]()
    names["initialize"](network)
    with pytest.raises(SystemExit, match=r"Diverged in epoch \d: .* lower learning rate"):
        names["train"](network, *faces.split("train"), faces.split("validation"))


@pytest.mark.parametrize("changes", EVERYTHING)
def test_script_is_tidy(changes, faces):
    text = script(settings(**changes), faces.input_shape, [*faces.names, *(f"Person {n}" for n in range(20))])
    command = [sys.executable, "-m", "ruff", "format", "--line-length=120", "--diff", "-"]
    assert subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout == ""
    assert "import facelab" not in text


@pytest.mark.parametrize(
    ("data", "model", "subject"),
    [("moons", "mlp", "points"), ("pairs", "siamese", "pairs"), ("lfw_pairs", "siamese", "pairs")],
)
def test_there_is_no_script_but_for_faces(data, model, subject):
    config = RunConfig.parse({"data": {"source": data}, "model": {"kind": model}})
    with pytest.raises(RunError, match=f"is for runs on faces, but this one is on {subject}: take its weights instead"):
        script(config, config.input_shape, ("a", "b"))


def test_script_holds_only_what_its_settings_need(faces):
    text = script(settings(), faces.input_shape, faces.names)
    assert not [
        word
        for word in ("ropout", "augment", "onv2d", "Norm", "clip", "patience", "schedule", "omentum")
        if word in text
    ]


def test_names_cannot_become_code(faces):
    names = ['"]; import os; ["', "\\", "a\nb", '"""', "${seed}", "\u2028"]
    assert module(settings(), Faces.of(faces.images, faces.labels, tuple(names), faces.splits, ""))["PEOPLE"] == (
        folder_names(names)
    )


def test_zip_holds_every_split_in_order(faces):
    archive = zipfile.ZipFile(io.BytesIO(faces_zip(faces)))
    entries = sorted((name for name in archive.namelist() if name.startswith("test/")), key=lambda name: name[-8:])
    images, labels = faces.split("test")
    assert [entry.split("/")[1] for entry in entries] == [["Ann Lee", "Cy_Poe", "Bo"][label] for label in labels]
    pixels = np.stack([np.asarray(Image.open(archive.open(entry))) for entry in entries])
    assert (pixels == images.permute(0, 2, 3, 1).numpy()).all()
    assert len(archive.namelist()) == 57
    assert faces_zip(faces) == faces_zip(faces)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Zoë Öst", "Zoë Öst"),
        ("王秀英", "王秀英"),
        ("Zoe\u0308", "Zoë"),
        ("../../etc", "_.._.._etc"),
        ("..", "_"),
        ("/root", "_root"),
        ("C:\\x", "C__x"),
        ("con", "_con"),
        ("Aux.txt", "_Aux.txt"),
        ("COM¹", "_COM¹"),
        ("Connie", "Connie"),
        ("J. R.", "J. R_"),
        (".hidden", "_.hidden"),
        (" a ", "a"),
        ("", "_"),
        ("a\0b\u202ec\ud800", "a_b_c_"),
    ],
)
def test_folder_names_are_safe(name, folder):
    assert folder_names([name]) == [folder]


def test_folder_names_are_unique_and_short():
    assert folder_names(["Ann", "ann", "ANN", "Ann (2)"]) == ["Ann", "ann (2)", "ANN (3)", "Ann (2) (2)"]
    long = folder_names(["é" * 500, "é" * 501])
    assert len(set(long)) == 2
    assert max(len(folder.encode()) for folder in long) < 200


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(f"sqlite:///{(tmp_path / 'runs.sqlite').as_posix()}")


def test_config_is_what_the_command_line_reads(store):
    run = store.get(store.create(settings(seed=7)))
    assert RunConfig.parse(config_json(run)) == run.config
    assert '\n  "seed": 7' in config_json(run)


def test_history_is_one_row_per_epoch():
    epochs = {"epoch": [0, 1], "train_loss": [np.nan, 0.25], "gradient_norm.output": [np.nan, 1 / 3]}
    text = history_csv(History({}, {name: np.array(values, float) for name, values in epochs.items()}))
    assert list(csv.DictReader(io.StringIO(text))) == [
        {"epoch": "0", "train_loss": "", "gradient_norm.output": ""},
        {"epoch": "1", "train_loss": "0.25", "gradient_norm.output": "0.333333333"},
    ]


def test_weights_explain_themselves(store, faces, monkeypatch, tmp_path):
    run_id = store.create(settings())
    with pytest.raises(RunError, match="no weights yet"):
        weights(store, run_id)
    lease = store.claim(run_id, 1)
    lease.save_tensors("weights", {"output.bias": torch.arange(3.0)})
    lease.describe(fingerprint=faces.fingerprint)
    monkeypatch.setattr(files, "load_dataset", lambda spec: faces)
    (tmp_path / "weights.safetensors").write_bytes(weights(store, run_id))
    with safetensors.safe_open(tmp_path / "weights.safetensors", "pt") as file:
        assert RunConfig.parse(file.metadata()["config"]) == settings()
        assert json.loads(file.metadata()["people"]) == ["Ann Lee", "Cy/Poe", "Bo"]
        assert json.loads(file.metadata()["input_shape"]) == [3, 64, 64]
        assert file.get_tensor("output.bias").tolist() == [0, 1, 2]


def test_weights_name_nobody_where_the_faces_have_changed(store, faces, monkeypatch):
    run_id = store.create(settings())
    lease = store.claim(run_id, 1)
    lease.save_tensors("weights", {"output.bias": torch.zeros(3)})
    lease.describe(fingerprint="of other faces")
    monkeypatch.setattr(files, "load_dataset", lambda spec: faces)
    assert b"Ann Lee" not in weights(store, run_id)
