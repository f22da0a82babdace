"""facelab from a terminal: `python -m facelab train|sweep|runs|export|verify|identify|datasets|fetch`.

What needs torch is imported inside the commands, so that `--help` answers at once.
"""

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facelab import fetch, identify
from facelab.errors import FacelabError, SettingsError
from facelab.terminal import CtrlC, Progress, one_line, percent, print_json

if TYPE_CHECKING:
    from facelab.recognition import Embedder, Verdict
    from facelab.runs import Rank, Run, RunConfig, RunStore, Sweep, Vary
    from facelab.training import Record

FINE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
PROGRAM = "python -m facelab"
LOOK_SECONDS = 0.2
"""The time between two looks at what the workers have done."""

EPILOG = f"""\
examples:
  {PROGRAM} datasets
  {PROGRAM} train --set epochs=5
  {PROGRAM} runs
  {PROGRAM} export --help
  {PROGRAM} verify one.jpg other.jpg
  {PROGRAM} identify one.jpg --run ready-made-convnet

Runs and caches lie in the folder that FACELAB_HOME names, real datasets are found in the one that FACELAB_DATA names.
Exit codes: {FINE} fine; {FAILED} the run failed or diverged; {WRONG} wrong usage or settings, or something is missing;
{INTERRUPTED} interrupted.
"""
TRAIN_EPILOG = f"""\
examples:
  {PROGRAM} train --set model.kind=mlp --set model.hidden=[300] --set optimizer.learning_rate=0.01
  {PROGRAM} train --set data.source=spirals --set model.kind=mlp --set model.hidden=[8,8] --set batch_size=10
  {PROGRAM} train --set data.source=folder --set data.path=photos --set data.size=32 --json
  {PROGRAM} train --config config.json --name "with dropout" --set model.dropout=0.5
  {PROGRAM} train --show

The app shows the run while it trains. Ctrl-C stops it and keeps it, with its weights so far; a second Ctrl-C does not
wait for them.
"""
SWEEP_EPILOG = f"""\
examples:
  {PROGRAM} sweep --config config.json --vary optimizer.learning_rate=1,0.1,0.01 --repeats 3
  {PROGRAM} sweep --set data.source=spirals --set model.kind=mlp --vary depth=1,2,6 --vary width=8,16 --json
  {PROGRAM} sweep --vary batch_size=16,128 --vary epochs=5,20 --pairs

Trains every combination of the values on all cores, and ranks them by the mean accuracy over the repeats: on the
validation split, or on the test split where there is none. The app shows every member while it trains. Ctrl-C stops
them and keeps them.
"""
EXPORT_EPILOG = f"""\
Writes config.json (for train --config), history.csv (one row per epoch), weights.safetensors and, for a run on
faces, train.py, a PyTorch script that trains the same network without facelab. Files of these names are replaced.

example:
  {PROGRAM} export 260131-120000-a1b2c3 --faces --out my-run
"""
VERIFY_EPILOG = f"""\
examples:
  {PROGRAM} verify one.jpg other.jpg
  {PROGRAM} verify one.jpg other.jpg --embedder reference --json

Compares the largest face on each photo. The answer is never certain: it comes with how often the embedder is wrong on
known pairs. Nothing is sent anywhere. The exit code is {FINE} for either answer.
"""


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names may hold letters that this terminal has not
            stream.reconfigure(errors="replace")
    arguments = _parser().parse_args(argv)
    try:
        return arguments.command(arguments)
    except FacelabError as error:
        print(one_line(str(error)), file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE


def datasets(arguments: argparse.Namespace) -> int:
    """List where faces, pairs and points can come from, or download one of them."""
    from facelab.data import ALL_SOURCES, PAIR_SOURCES, SOURCES, download

    if arguments.download:
        with Progress(arguments.json) as progress:
            download(arguments.download, lambda share: progress.show(f"Downloading: {share:.0%}"))
    found = []
    for name, source in ALL_SOURCES.items():
        missing = source.available()
        command = f"{PROGRAM} datasets --download {name}" if missing and source.download else None
        kind = "faces" if name in SOURCES else "pairs" if name in PAIR_SOURCES else "points"
        facts = {"source": name, "kind": kind, "title": source.title, "description": source.description}
        found.append(facts | {"available": missing is None, "missing": missing, "download": command})
    if arguments.json:
        print_json(found)
        return FINE
    for source in found:
        print(f"{source['source']}: {source['title']}, {'ready' if source['available'] else 'not here'}")
        for line in filter(None, (source["description"], source["missing"], source["download"])):
            print(f"    {line}")
    return FINE


def train(arguments: argparse.Namespace) -> int:
    """Train one run in this process, in the store that the app shows."""
    from facelab.runs import RunStore
    from facelab.runs.job import execute

    if arguments.resume and (arguments.config or arguments.set or arguments.name):
        raise SettingsError("--resume goes on with the run's own settings: leave out --config, --set and --name.")
    config = None if arguments.resume else _settings(arguments.config, arguments.set)
    if config and arguments.show:
        print(config.model_dump_json(indent=2))
        return FINE
    store = RunStore()
    config = config or store.get(arguments.resume).config
    with Progress(arguments.json) as progress:
        _prepare(config, progress)
        if arguments.resume:
            run_id, attempt = arguments.resume, store.requeue(arguments.resume)
        else:
            run_id, attempt = store.create(config, arguments.name), 1
        with CtrlC() as ctrl_c:  # from here on there is something to keep

            def listen(record: "Record") -> None:
                progress.record(record, config.epochs)
                if ctrl_c.first() and record.kind != "end":
                    store.ask(run_id, "stop")

            try:
                execute(run_id, attempt, store.url, listen)
            except KeyboardInterrupt:
                ctrl_c.pressed = True
    run = store.get(run_id)
    if arguments.json:
        print_json(_facts(run))
    else:
        _print_result(run)
    if ctrl_c.pressed and run.status == "stopped":
        print(f"Go on with {PROGRAM} train --resume {run_id}", file=sys.stderr)
        return INTERRUPTED
    return FINE if run.status in ("finished", "stopped", "paused") else FAILED


def sweep(arguments: argparse.Namespace) -> int:
    """Train many versions of one run, several at a time, and rank them."""
    from facelab.runs import RunStore, Sweep, rank, runner
    from facelab.runs.room import check

    base = _settings(arguments.config, arguments.set)
    values = {"vary": list(map(_vary, arguments.vary)), "how": "pairs" if arguments.pairs else "grid"}
    wanted = Sweep.parse({"base": base, "repeats": arguments.repeats, "gradients": arguments.gradients} | values)
    store = RunStore()
    with Progress(arguments.json) as progress:
        check(wanted)
        _prepare(base, progress)
        workers = runner(store)
        try:
            sweep_id = workers.submit_sweep(wanted, arguments.name)
            interrupted = _follow(store, sweep_id, len(wanted.members()), progress)
        finally:
            workers.close()
    members = store.members(sweep_id)
    split, ranks = rank(wanted, members)
    if arguments.json:
        print_json(_sweep_facts(sweep_id, wanted, members, split, ranks))
    else:
        _print_ranking(sweep_id, split, ranks)
    if interrupted:
        return INTERRUPTED
    return FAILED if any(run.status in ("failed", "lost") for run in members) else FINE


def runs(arguments: argparse.Namespace) -> int:
    """List the runs, the newest first."""
    from facelab.runs import RunStore

    found = RunStore().all(arguments.limit)
    if arguments.json:
        print_json([_facts(run) for run in found])
        return FINE
    rows = [("id", "name", "status", "epoch", "best validation", "test")]
    for run in found:
        accuracies = (run.best_validation_accuracy, run.test_accuracy)
        rows.append((run.id, one_line(run.name), run.status, f"{run.epoch:.0f}", *map(percent, accuracies)))
    _print_table(rows)
    return FINE


def export(arguments: argparse.Namespace) -> int:
    """Write what can be taken away from a run into a folder."""
    from facelab.data import load_faces
    from facelab.runs import RunStore
    from facelab.runs.export import config_json, faces_zip, history_csv, script, weights

    store = RunStore()
    run = store.get(arguments.run)
    contents: dict[str, str | bytes] = {
        "config.json": config_json(run),
        "history.csv": history_csv(store.history(run.id)),
        "weights.safetensors": weights(store, run.id),
    }
    if run.config.subject == "faces":
        faces = load_faces(run.config.data)
        contents["train.py"] = script(run.config, faces.input_shape, faces.names)
        if arguments.faces:
            contents["faces.zip"] = faces_zip(faces)
    elif arguments.faces:
        raise SettingsError(f"The run {run.id} was trained on {run.config.subject}: leave out --faces.")
    folder = arguments.out or Path(f"facelab-{run.id}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise SettingsError(f"The folder {folder} cannot be written: {error.strerror}.") from None
    written = [str(folder / name) for name in contents]
    if arguments.json:
        print_json({"run": run.id, "files": written})
    else:
        print(*written, sep="\n")
    return FINE


def verify(arguments: argparse.Namespace) -> int:
    """Say whether two photos show the same person."""
    from facelab.recognition import embedder, verify

    verdict = verify(arguments.first, arguments.second, arguments.embedder)
    if arguments.json:
        print_json(verdict.as_json())
    else:
        _print_verdict(verdict, embedder(verdict.embedder), (arguments.first, arguments.second))
    return FINE


def _parser() -> argparse.ArgumentParser:
    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Train networks on faces, or on points in the plane, and keep the runs.",
        epilog=EPILOG,
        formatter_class=text,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[argparse.Namespace], int], epilog: str = "") -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, help=command.__doc__, description=command.__doc__, epilog=epilog, formatter_class=text
        )
        added.add_argument("--json", action="store_true", help="print the result as JSON, and no progress")
        added.set_defaults(command=command)
        return added

    command = add("datasets", datasets)
    command.add_argument("--download", metavar="SOURCE", help="get this one from the network first")
    fetch.add_options(add("fetch", fetch.fetch, fetch.EPILOG))
    command = add("train", train, TRAIN_EPILOG)
    command.add_argument("--config", type=Path, metavar="FILE", help="settings as JSON; the defaults without it")
    command.add_argument("--set", action="append", metavar="NAME=VALUE", help="change one setting; may be repeated")
    command.add_argument("--name", default="", help="what to call the run")
    command.add_argument("--resume", metavar="RUN", help="go on with a run that was paused, stopped, failed or lost")
    command.add_argument("--show", action="store_true", help="print the settings as JSON instead of training")
    command = add("sweep", sweep, SWEEP_EPILOG)
    command.add_argument("--config", type=Path, metavar="FILE", help="the base's settings; the defaults without it")
    command.add_argument("--set", action="append", metavar="NAME=VALUE", help="change one setting of the base")
    command.add_argument(
        "--vary",
        action="append",
        required=True,
        metavar="NAME=VALUE,...",
        help="what differs: a setting, depth or width; may be repeated",
    )
    command.add_argument("--pairs", action="store_true", help="the first values together, then the second, and so on")
    command.add_argument("--repeats", type=int, default=1, metavar="N", help="train each so often, with other seeds")
    command.add_argument("--gradients", action="store_true", help="record the gradient norms of every layer")
    command.add_argument("--name", default="", help="what to call the sweep")
    command = add("runs", runs)
    command.add_argument("--limit", type=int, metavar="N", help="only the N newest")
    command = add("export", export, EXPORT_EPILOG)
    command.add_argument("run", metavar="RUN", help="the id of a run, as `runs` lists it")
    command.add_argument("--out", type=Path, metavar="FOLDER", help="where to write; by default ./facelab-RUN")
    command.add_argument("--faces", action="store_true", help="also faces.zip: the photos, for train.py")
    command = add("verify", verify, VERIFY_EPILOG)
    command.add_argument("first", type=Path, metavar="PHOTO", help="a photo with a face")
    command.add_argument("second", type=Path, metavar="PHOTO", help="another")
    command.add_argument(
        "--embedder", default="starter", metavar="NAME", help="starter, reference, or the id of a finished run on pairs"
    )
    identify.add_options(add("identify", identify.identify, identify.EPILOG))
    return parser


def _settings(file: Path | None, changes: list[str] | None) -> "RunConfig":
    from facelab.runs import RunConfig

    config = RunConfig()
    if file:
        try:
            config = RunConfig.parse(file.read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise SettingsError(f"The file {file} cannot be read: {reason}.") from None
    return config.replace(dict(map(_change, changes or ())))


def _change(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise SettingsError(f"--set takes NAME=VALUE, such as epochs=5, but not {text!r}.")
    try:
        return name.strip(), json.loads(value)
    except (ValueError, RecursionError):
        return name.strip(), value


def _prepare(config: "RunConfig", progress: "Progress") -> None:
    """Load the data and check that the network fits them, so that a mistake leaves no failed run behind."""
    from facelab import models
    from facelab.data import load_dataset

    data = load_dataset(config.data, lambda share: progress.show(f"Preparing the {config.subject}: {share:.0%}"))
    models.layer_table(config.model, data.input_shape, data.classes)


def _facts(run: "Run") -> dict[str, Any]:
    """A run as JSON: accuracies are shares, times are seconds."""
    names = ("test_accuracy", "test_interval", "test_right", "test_total", "best_epoch", "best_validation_accuracy")
    facts = {"run": run.id, "name": run.name, "status": run.status, "message": run.message}
    facts |= {name: getattr(run, name) for name in names}
    seconds = run.ended - run.started if run.started and run.ended else None
    return facts | {"epochs": run.epoch, "seconds": seconds, "images_per_second": run.images_per_second}


def _vary(text: str) -> "Vary":
    """One --vary."""
    from facelab.runs import Vary
    from facelab.runs.sweep import values_of

    name, equals, values = text.partition("=")
    if not equals:
        raise SettingsError(f"--vary takes NAME=VALUE,VALUE,... such as batch_size=16,128, but not {text!r}.")
    return Vary.parse({"field": name.strip(), "values": values_of(values)})


def _follow(store: "RunStore", sweep_id: str, total: int, progress: Progress) -> bool:
    """Tell how far its members are until all have ended; whether Ctrl-C was pressed."""
    with CtrlC() as ctrl_c:
        while active := [run for run in store.members(sweep_id) if run.active]:
            left = sum(1 - run.epoch / run.config.epochs for run in active)
            progress.show(f"{total - len(active)} of {total} members done, {1 - left / total:.0%} of all epochs")
            if ctrl_c.first():
                store.ask_sweep(sweep_id, "stop")
            time.sleep(LOOK_SECONDS)
        return ctrl_c.pressed


def _sweep_facts(sweep_id: str, wanted: "Sweep", runs: "list[Run]", split: str, ranks: "list[Rank]") -> dict[str, Any]:
    """A sweep as JSON: accuracies are shares, times are seconds."""
    ranking = [
        {"label": rank.label, "mean": rank.mean, "spread": rank.spread, "diverged": rank.diverged} for rank in ranks
    ]
    expected = wanted.members()
    members = [
        {"label": member.label, "values": member.values, "repeat": member.repeat} | _facts(run)
        for run in runs
        for member in (expected[run.member],)
    ]
    return {"sweep": sweep_id, "ranked_by": split, "ranking": ranking, "members": members}


def _print_ranking(sweep_id: str, split: str, ranks: "list[Rank]") -> None:
    print(f"Sweep {sweep_id}, by {split} accuracy")
    rows = [("", "mean", "spread", "members", "diverged")]
    for rank in ranks:
        counts = (str(len(rank.members)), str(rank.diverged or ""))
        rows.append((rank.label, percent(rank.mean), percent(rank.spread), *counts))
    _print_table(rows)


def _print_table(rows: list[tuple[str, ...]]) -> None:
    """Rows of the same length in columns as wide as they have to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _print_result(run: "Run") -> None:
    print(f"Run {run.id} ({one_line(run.name)}): {run.status} at epoch {run.epoch:g} of {run.config.epochs}")
    if run.message:
        print(run.message, file=sys.stderr if run.status in ("failed", "diverged") else sys.stdout)
    if run.best_validation_accuracy is not None:
        print(f"Best validation accuracy {percent(run.best_validation_accuracy)}, in epoch {run.best_epoch}")
    if run.test_interval:
        low, high = (100 * bound for bound in run.test_interval)
        interval, right = f"95 % interval {low:.1f} to {high:.1f} %", f"{run.test_right} of {run.test_total}"
        print(f"Test accuracy {percent(run.test_accuracy)} ({interval}, {right} {run.config.subject})")


def _print_verdict(verdict: "Verdict", by: "Embedder", files: tuple[Path, Path]) -> None:
    from facelab.recognition.face_space import STRANGE
    from facelab.recognition.scores import operating_point

    answer, side = ("The same person", "at most") if verdict.verified else ("Two people", "above")
    print(
        f"{answer}, with a probability of {percent(verdict.confidence)} if either is as likely beforehand: the "
        f"distance is {verdict.distance:.3f}, {side} the threshold of {verdict.threshold:.3f}."
    )
    errors = operating_point(by.known.distances, by.known.same, verdict.threshold)
    for share, of, taken in (
        (errors.false_accepts, "two people", "one person"),
        (errors.false_rejects, "one person", "two people"),
    ):
        bounds = f"95 % interval {percent(share.low)} to {percent(share.high)}, {share.count} of {share.total}"
        print(f"Of known pairs of {of} it takes {percent(share.value)} for {taken} ({bounds}).")
    for file, count, seen in zip(files, verdict.found, verdict.descriptions, strict=True):
        if count > 1:
            print(f"{one_line(file.name)} shows {count} faces, of which the largest was compared.")
        if seen.strangeness > STRANGE:
            print(f"The face on {one_line(file.name)} looks like nothing in training: do not rely on the answer.")
    print(f"{by.title}: {by.about}")


if __name__ == "__main__":
    sys.exit(main())
