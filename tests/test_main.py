"""The command line, in this process and once in its own: what it prints, what it keeps, and its exit codes."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facelab.__main__ import FAILED, FINE, INTERRUPTED, WRONG, main
from facelab.runs import RunConfig, RunStore
from facelab.terminal import Progress
from facelab.training import Record

SETTINGS = {
    "data.source": "folder",
    "data.size": 28,
    "model.kind": "mlp",
    "model.hidden": "[4]",
    "epochs": 3,
    "batch_size": 4,
    "device": "cpu",
}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("FACELAB_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FACELAB_DATA", raising=False)
    return tmp_path


@pytest.fixture
def photos(tmp_path) -> Path:
    """Two people, one dark and one bright, with 10 photos each."""
    random = np.random.default_rng(0)
    for name, brightness in (("Ann", 0), ("Bo", 100)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(10):
            pixels = random.integers(brightness, brightness + 100, (28, 28, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{number}.png")
    return tmp_path / "photos"


@pytest.fixture
def train(photos):
    """Trains a tiny network, or as `changes` say, and returns the exit code."""

    def run(*options: str, **changes: object) -> int:
        values = {"data.path": str(photos)} | SETTINGS | {name.replace("__", "."): v for name, v in changes.items()}
        return main(["train", *options, *(f"--set={name}={value}" for name, value in values.items())])

    return run


def the_run():
    (run,) = RunStore().all()
    return run


def test_training_prints_the_test_accuracy_with_its_interval(train, capsys):
    assert train("--name", "my\x1b run") == FINE
    printed = capsys.readouterr()
    assert "(my  run): finished at epoch 3 of 3" in printed.out
    assert "Test accuracy 100.0 % (95 % interval 51.0 to 100.0 %, 4 of 4 faces)" in printed.out
    assert printed.err.splitlines()[-1].startswith("epoch 3/3, 0:00 left  train ")
    assert "\r" not in printed.err
    assert the_run().config.model.hidden == (4,)


def test_training_as_json(train, capsys):
    assert train("--json") == FINE
    printed = capsys.readouterr()
    facts, run = json.loads(printed.out), the_run()
    assert printed.err == ""
    assert (facts["run"], facts["status"], facts["epochs"]) == (run.id, "finished", 3)
    assert (facts["test_right"], facts["test_total"], facts["test_accuracy"]) == (4, 4, 1)
    assert facts["test_interval"] == pytest.approx([0.51, 1], abs=0.001)
    assert facts["seconds"] > 0
    assert facts["images_per_second"] > 0
    assert {"message", "best_epoch", "best_validation_accuracy"} < facts.keys()


def test_a_terminal_gets_one_line_rewritten(train, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    assert train() == FINE
    lines = capsys.readouterr().err.split("\n")
    assert len(lines) == 2
    assert "epoch 3.0/3, 0:00 left" in lines[0].split("\r")[-1]
    assert max(map(len, lines[0].split("\r"))) < 40


def test_a_diverged_run_is_a_failure(train, capsys):
    rate = {"optimizer__name": "sgd", "optimizer__learning_rate": 100}
    assert train(**rate, model__activation="identity", model__hidden=[9, 9, 9], epochs=50) == FAILED
    assert "Try a learning rate of 10" in capsys.readouterr().err
    assert the_run().status == "diverged"


def test_a_failed_run_says_why(train, capsys):
    assert train(batch_size=500) == FAILED
    assert "batch_size is 500" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--set=epochs=0"], "epochs must be a whole number at least 1 and at most 10000, but is 0."),
        (["--set=optimizer.rate=1"], "There is no setting optimizer.rate."),
        (["--set=epochs"], "--set takes NAME=VALUE, such as epochs=5, but not 'epochs'."),
        (["--set=model.kind=rnn"], "one of 'mlp', 'convnet', 'residual', 'siamese'."),
        (["--set=data.source=xor"], "xor are points: set model.kind to mlp."),
        (["--set=data.source=table", "--set=model.kind=mlp", "--set=data.path=no.csv"], "There is no file no.csv"),
        (["--set=data.source=folder", "--set=data.path=nowhere"], "There is no folder nowhere"),
        (["--config=missing.json"], "The file missing.json cannot be read: No such file or directory."),
        (["--resume=1"], "There is no run 1"),
        (["--resume=1", "--name=x"], "leave out --config, --set and --name"),
    ],
)
def test_wrong_settings_are_one_sentence(arguments, sentence, capsys):
    assert main(["train", *arguments]) == WRONG
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert RunStore().all() == []


def test_a_network_that_does_not_fit_leaves_no_run_behind(train, capsys):
    assert train(model__kind="convnet", model__blocks='[{"kernel": 31, "padding": 0}]') == WRONG
    assert "needs a feature map of at least 31x31 but gets 28x28" in capsys.readouterr().err
    assert RunStore().all() == []


def test_settings_apply_whatever_their_order(capsys):
    changes = ["data.split.seed=4", "model.hidden=[7]", "data.path=a b", "model.kind=mlp", "data.source=folder"]
    assert main(["train", "--show", *(f"--set={change}" for change in changes)]) == FINE
    config = RunConfig.parse(capsys.readouterr().out)
    assert (config.data.split.seed, config.data.path, config.model.hidden) == (4, "a b", (7,))


def test_settings_change_a_file(tmp_path, capsys):
    given = RunConfig.parse({"epochs": 9, "seed": 2})
    (tmp_path / "config.json").write_text(given.model_dump_json(), encoding="utf-8-sig")  # as Windows' Notepad does
    assert main(["train", "--show", f"--config={tmp_path / 'config.json'}", "--set=seed=3"]) == FINE
    assert RunConfig.parse(capsys.readouterr().out) == given.replace({"seed": 3})


@pytest.fixture
def train_on_points():
    """Trains a tiny network on blobs, and returns the exit code."""
    values = {"data.source": "blobs", "data.points": 60, "model.kind": "mlp", "model.hidden": "[4]", "epochs": 40}
    values |= {"batch_size": 5, "optimizer.learning_rate": 0.02}
    return lambda *options: main(["train", *options, *(f"--set={name}={value}" for name, value in values.items())])


def test_training_on_points(train_on_points, capsys):
    assert train_on_points() == FINE
    printed = capsys.readouterr()
    assert "(MLP 4, adam 0.02, blobs): finished at epoch 40 of 40" in printed.out
    assert "Test accuracy 100.0 % (95 % interval 88.6 to 100.0 %, 30 of 30 points)" in printed.out
    assert "validation" not in printed.out + printed.err
    last = printed.err.splitlines()[-1]
    assert "  train 0." in last
    assert "  test 0." in last


def test_export_of_a_run_on_points_has_no_script(train_on_points, tmp_path, capsys):
    train_on_points("--json")
    run_id = json.loads(capsys.readouterr().out)["run"]
    assert main(["export", run_id, f"--out={tmp_path / 'out'}"]) == FINE
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"config.json", "history.csv", "weights.safetensors"}
    assert main(["export", run_id, "--faces", f"--out={tmp_path / 'more'}"]) == WRONG
    assert "was trained on points: leave out --faces" in capsys.readouterr().err


def press_ctrl_c(monkeypatch, epoch: int, times: int = 1) -> None:
    """As if a user pressed it while the epoch's record is shown."""

    def record(self: Progress, record: Record, epochs: int) -> None:
        if record.kind == "epoch" and record.epoch == epoch:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Progress, "record", record)


def test_ctrl_c_stops_the_run_which_can_go_on(train, capsys, monkeypatch):
    with monkeypatch.context() as patch:
        press_ctrl_c(patch, epoch=2)
        assert train(epochs=5000) == INTERRUPTED
    run = the_run()
    assert run.status == "stopped"
    assert run.test_total == 4
    assert f"train --resume {run.id}" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        press_ctrl_c(patch, epoch=int(run.epoch) + 1)
        assert main(["train", "--resume", run.id]) == INTERRUPTED
    assert the_run().epoch > run.epoch
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_twice_stops_at_once(train, monkeypatch):
    press_ctrl_c(monkeypatch, epoch=1, times=2)
    assert train("--json", epochs=5000) == INTERRUPTED
    assert (the_run().status, the_run().message) == ("stopped", "Interrupted.")


SWEEP = ["sweep", "--set=data.source=blobs", "--set=model.kind=mlp", "--set=model.hidden=[4]", "--set=batch_size=10"]


def test_a_sweep_is_trained_and_ranked(capsys):
    arguments = ["--set=epochs=30", "--set=optimizer.name=sgd", "--vary=optimizer.learning_rate=100,0.1", "--repeats=2"]
    assert main([*SWEEP, *arguments]) == FINE
    printed = capsys.readouterr()
    title, head, best, worst = printed.out.splitlines()
    (kept,) = RunStore().sweeps()
    assert title == f"Sweep {kept.id}, by test accuracy"
    assert head.split() == ["mean", "spread", "members", "diverged"]
    assert best.startswith("learning rate 0.1  100.0 %  0.0 %   2")
    assert worst.split() == ["learning", "rate", "100", "2", "2"]
    assert {run.status for run in RunStore().members(kept.id)} == {"finished", "diverged"}


def test_a_sweep_as_json_with_pairs_and_jobs_of_their_own(capsys):
    arguments = ["--gradients", "--pairs", "--vary=batch_size=10,50", "--vary=model.activation=relu,tanh", "--json"]
    assert main([*SWEEP, "--set=epochs=2", *arguments]) == FINE
    printed = capsys.readouterr()
    assert printed.err == ""
    found = json.loads(printed.out)
    labels = ["batch size 10, activation relu", "batch size 50, activation tanh"]
    assert found["ranked_by"] == "test"
    assert sorted(rank["label"] for rank in found["ranking"]) == labels
    assert [member["label"] for member in found["members"]] == labels
    assert found["members"][1]["values"] == {"batch_size": 50, "model.activation": "tanh"}
    assert {member["status"] for member in found["members"]} == {"finished"}
    curves = RunStore().history(found["members"][0]["run"])
    assert "gradient_norm.output" in curves.epochs


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--vary=optimizer.learning_rate=-1"], "optimizer.learning_rate must be above 0 and at most 100, but is -1."),
        (["--vary=epochs="], "epochs has no values to vary over: give at least one."),
        (["--vary=epochs"], "--vary takes NAME=VALUE,VALUE,... such as batch_size=16,128, but not 'epochs'."),
        (["--vary=epochs=1,2", "--vary=seed=1", "--pairs"], "Pairs need equally many values of every field, but"),
        (["--vary=batch_size=10,1000"], "batch_size is 1000, but there are only 251 examples to train on"),
        (["--set=data.source=generated", "--vary=batch_size=10,1000"], "batch_size is 1000, but there are only 720 "),
        (["--vary=depth=1000000000"], "depth must be a whole number at least 0 and at most 200, but is 1000000000."),
        (["--vary=epochs=" + "[" * 50_000], "epochs must be a whole number at least 1 and at most 10000, but is '[[["),
        (["--vary=epochs=1,1"], "Epochs 1 is there twice: give every value once."),
    ],
)
def test_a_wrong_sweep_is_one_sentence(arguments, sentence, capsys):
    assert main([*SWEEP, *arguments]) == WRONG
    assert capsys.readouterr().err.splitlines()[-1].startswith(sentence)
    assert RunStore().sweeps() == []


def test_runs_are_listed_newest_first(train, capsys):
    train("--name=first")
    train("--name=second")
    capsys.readouterr()
    assert main(["runs"]) == FINE
    head, second, first = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "name", "status", "epoch", "best", "validation", "test"]
    assert second.split()[1:4] == ["second", "finished", "3"]
    assert first.endswith("100.0 %")
    assert main(["runs", "--json", "--limit=1"]) == FINE
    assert [run["name"] for run in json.loads(capsys.readouterr().out)] == ["second"]


def test_export_writes_what_trains_again(train, tmp_path, capsys):
    train()
    capsys.readouterr()
    assert main(["export", the_run().id, "--faces", "--json", f"--out={tmp_path / 'out'}"]) == FINE
    names = {"config.json", "history.csv", "train.py", "weights.safetensors", "faces.zip"}
    assert {Path(file).name for file in json.loads(capsys.readouterr().out)["files"]} == names
    assert {file.name for file in (tmp_path / "out").iterdir()} == names
    assert RunConfig.parse((tmp_path / "out" / "config.json").read_text("utf-8")) == the_run().config
    assert (tmp_path / "out" / "history.csv").read_bytes().count(b"\n") == 5


def test_export_of_what_is_not_there(photos, tmp_path, capsys):
    assert main(["export", "nothing"]) == WRONG
    config = RunConfig.parse({"data": {"source": "folder", "path": str(photos)}, "model": {"kind": "mlp"}})
    run_id = RunStore().create(config)
    assert main(["export", run_id, f"--out={tmp_path / 'out'}"]) == WRONG
    assert "has no weights yet" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_datasets_say_how_to_get_them(capsys):
    assert main(["datasets"]) == FINE
    assert "generated: Generated faces, ready" in capsys.readouterr().out
    assert main(["datasets", "--json"]) == FINE
    sources = {source["source"]: source for source in json.loads(capsys.readouterr().out)}
    assert sources["generated"]["available"]
    assert sources["orl"]["missing"]
    assert (sources["orl"]["kind"], sources["spirals"]["kind"]) == ("faces", "points")
    assert all(sources[name]["available"] for name in ("spirals", "countries", "table", "drawn"))
    assert sources["olivetti"]["download"] == "python -m facelab datasets --download olivetti"


@pytest.mark.parametrize("source", ["orl", "spirals"])
def test_nothing_to_download(source, capsys):
    assert main(["datasets", "--download", source]) == WRONG
    assert f"nothing to download for {source}" in capsys.readouterr().err


COMMANDS = ("datasets", "train", "sweep", "runs", "export", "verify", "identify", "fetch")


@pytest.mark.parametrize("command", [[], *([command] for command in COMMANDS)])
def test_help_loads_nothing_heavy(command):
    code = (
        "import sys; from facelab.__main__ import main\ntry: main()\nexcept SystemExit: print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert "usage: python -m facelab" in done.stdout
    assert done.stdout.endswith("False\n")


def test_wrong_usage_has_its_exit_code():
    done = subprocess.run(
        [sys.executable, "-m", "facelab", "fly"], capture_output=True, text=True, cwd=Path(__file__).parents[1]
    )
    assert done.returncode == WRONG
    assert "invalid choice: 'fly'" in done.stderr


@pytest.fixture(scope="module")
def faces(tmp_path_factory) -> tuple[Path, Path, Path]:
    """Two photos of drawn people and a grey one."""
    from facelab.data.generated import generate

    folder = tmp_path_factory.mktemp("faces")
    drawn = generate(people=3, photos=1, size=128, seed=0).images.permute(0, 2, 3, 1).numpy()
    for name, photo in {"one": drawn[0], "other": drawn[2], "none": np.full((128, 128, 3), 120, np.uint8)}.items():
        Image.fromarray(photo).save(folder / f"{name}.png")
    return tuple(folder / f"{name}.png" for name in ("one", "other", "none"))


def test_verify_says_how_often_it_is_wrong(faces, capsys):
    assert main(["verify", str(faces[0]), str(faces[0]), "--embedder", "reference"]) == FINE
    printed = capsys.readouterr().out
    assert printed.startswith("The same person, with a probability of 99.0 % if either is as likely beforehand")
    assert "Of known pairs of two people it takes " in printed
    assert "Of known pairs of one person it takes " in printed
    assert "dlib's network" in printed


def test_verify_as_json(faces, capsys):
    assert main(["verify", str(faces[0]), str(faces[1]), "--embedder", "reference", "--json"]) == FINE
    facts = json.loads(capsys.readouterr().out)
    assert facts["verified"] == (facts["distance"] <= facts["threshold"])
    assert facts["facial_areas"]["img1"].keys() == {"x", "y", "w", "h"}


def test_verify_refuses_what_it_cannot_compare(faces, photos, train, capsys):
    one, _, none = map(str, faces)
    assert train() == FINE
    for arguments, sentence in (
        ([one, none], "no face to be found on the second photo"),
        (["nowhere.jpg", one], "The first photo: the photo cannot be opened"),
        ([one, one, "--embedder", "nobody"], "There is no run nobody"),
        ([one, one, "--embedder", the_run().id], "does not compare faces"),
    ):
        assert main(["verify", "--embedder", "reference", *arguments]) == WRONG
        assert sentence in capsys.readouterr().err
