"""A standalone PyTorch script that trains a run's network: what an engineer would write by hand for these settings."""

import json
from collections.abc import Iterable, Sequence

from facelab.errors import RunError
from facelab.runs.config import RunConfig
from facelab.runs.export.archive import folder_names
from facelab.runs.export.augmentation import augmentation_code
from facelab.runs.export.network import LINE, network_code
from facelab.runs.export.template import EVALUATE, HEAD, LOAD, MAIN, ONE_CYCLE, TRAIN, render
from facelab.training import Change, OptimizerConfig, ScheduleConfig
from facelab.training.evaluate import EVALUATION_BATCH
from facelab.training.schedule import MOMENTUM_START

DEVICES = {
    "auto": '"cuda" if torch.cuda.is_available() else "cpu"',
    "cpu": '"cpu"',
    "cuda": '"cuda"',
    "mps": '"mps"',
}
OPTIMIZERS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"}


def script(config: RunConfig, input_shape: tuple[int, int, int], names: Sequence[str]) -> str:
    """Python source that needs torch, numpy and pillow alone, and reads the faces that `faces_zip` writes.

    Only what `config` uses is in it. On the CPU in float32, with the same faces, it goes through the same weights as
    `facelab.training.fit`, up to rounding; "auto" precision becomes float32.

    Args:
        input_shape: (3, H, W).
        names: of the people, by label.

    Raises:
        ShapeError: the network cannot take such images.
        RunError: the run is not on faces.
    """
    if config.subject != "faces":
        raise RunError(
            f"The script is for runs on faces, but this one is on {config.subject}: take its weights instead."
        )
    model, augmentation = config.model, augmentation_code(config.augmentation, input_shape)
    l1 = config.l1 or any(change.l1 for change in config.changes)
    one_cycle = config.schedule.name == "one_cycle"
    values = {
        "title": f"the network of a facelab run ({config.summary()})",
        "size": f"{input_shape[2]}x{input_shape[1]}",
        "precision": _precision(config),
        "people": _list("PEOPLE", folder_names(names)),
        "evaluation_batch": EVALUATION_BATCH,
        "height": input_shape[1],
        "width": input_shape[2],
        "patience": config.early_stopping.patience,
        "device": DEVICES[config.device],
        "learning_rate": config.optimizer.learning_rate,
        "optimizer": _optimizer(config.optimizer),
        "weight_decay": config.optimizer.weight_decay,
        "schedule": "" if config.changes else _schedule(config.schedule),
        "change_list": _changes(config.changes),
        "factor": _factor(config.schedule),
        "momentum": _momentum(config.optimizer),
        "and_l1": ', "l1": L1' if l1 else "",
        "randomness": " and ".join(["augmentation"] * bool(augmentation) + ["dropout"] * bool(model.dropout)),
    }
    values |= {
        name: getattr(config, name) for name in ("seed", "epochs", "batch_size", "label_smoothing", "l1", "clip_norm")
    }
    flags = {
        "patience": config.early_stopping.patience,
        "layers": model.kind != "mlp" or model.hidden,
        "convolutions": model.kind != "mlp",
        "channels_last": model.kind != "mlp" and config.device != "mps",
        "bfloat16": config.precision == "bfloat16",
        "per_epoch": values["schedule"],
        "one_cycle": one_cycle and not config.changes,
        "changes": config.changes,
        "changes_every_step": bool(config.changes) and one_cycle,
        "changes_every_epoch": config.changes and not one_cycle,
        "l1": l1,
        "l1_constant": l1 and not config.changes,
        "l1_changes": l1 and config.changes,
        "augment": augmentation,
        "random": augmentation or model.dropout,
        "smoothing": config.label_smoothing,
        "clip": config.clip_norm,
        "momentum": values["momentum"],
    }
    on = {name for name, wanted in flags.items() if wanted}
    before = (HEAD, LOAD)
    after = (EVALUATE, *[ONE_CYCLE] * flags["changes_every_step"], TRAIN, MAIN)
    return "\n\n".join(
        [
            *(render(part, on, **values) for part in before),
            *network_code(model, input_shape, len(names)),
            *augmentation,
            *(render(part, on, **values) for part in after),
        ]
    )


def _precision(config: RunConfig) -> str:
    if config.precision == "auto" and config.model.kind != "mlp":
        return "float32, facelab in bfloat16 where the\nprocessor is fast at it"
    return config.precision.replace("auto", "float32")


def _list(name: str, items: Iterable[str]) -> str:
    """A list of strings as code, on as many lines as it needs."""
    literals = [json.dumps(item, ensure_ascii=False) for item in items]
    line = f"{name} = [{', '.join(literals)}]"
    if len(line) <= LINE:
        return line
    return "\n".join([f"{name} = [", *(f"    {literal}," for literal in literals), "]"])


def _optimizer(config: OptimizerConfig) -> str:
    options: dict[str, object] = {"lr": "LEARNING_RATE"}
    if config.name in ("sgd", "rmsprop") and config.momentum:
        options["momentum"] = config.momentum
    if config.name == "sgd" and config.momentum and config.nesterov:
        options["nesterov"] = True
    if config.weight_decay or config.name == "adamw":  # whose default is not 0
        options["weight_decay"] = config.weight_decay
    if config.name in ("adam", "adamw"):
        options["fused"] = True
    arguments = ", ".join(f"{name}={value}" for name, value in options.items())
    return f"torch.optim.{OPTIMIZERS[config.name]}(net.parameters(), {arguments})"


def _momentum(config: OptimizerConfig) -> str:
    """What momentum rises to in an epoch, as code; empty where it stays."""
    if config.name not in ("sgd", "rmsprop") or config.momentum <= MOMENTUM_START or not config.momentum_epochs:
        return ""
    rise = config.momentum - MOMENTUM_START
    return f"{MOMENTUM_START} + {rise:.9g} * min((epoch - 1) / {config.momentum_epochs}, 1)"


def _schedule(config: ScheduleConfig) -> str:
    """torch's scheduler for a rate that changes from epoch to epoch; empty for the others."""
    return {
        "step": f"StepLR(optimizer, {config.step_epochs}, {config.gamma})",
        "exponential": f"ExponentialLR(optimizer, {config.gamma})",
        "cosine": "CosineAnnealingLR(optimizer, EPOCHS)",
    }.get(config.name, "")


def _changes(changes: Sequence[Change]) -> str:
    """What changes in mid-training, by the number of finished epochs."""
    merged: dict[int, dict[str, float]] = {}
    for change in changes:
        values = change.model_dump(exclude_none=True)
        merged.setdefault(values.pop("epoch"), {}).update(values)
    lines = [f"    {epoch}: {json.dumps(values)}," for epoch, values in sorted(merged.items())]
    return "\n".join(["CHANGES = {  # from so many finished epochs on", *lines, "}"])


def _factor(config: ScheduleConfig) -> str:
    """The same rates as code, for a script that sets them itself; empty for a constant one."""
    return {
        "step": f" * {config.gamma} ** ((epoch - 1) // {config.step_epochs})",
        "exponential": f" * {config.gamma} ** (epoch - 1)",
        "cosine": " * (1 + math.cos(math.pi * (epoch - 1) / EPOCHS)) / 2",
        "one_cycle": " * one_cycle((epoch - 1) * len(batches) + step, EPOCHS * len(batches))",
    }.get(config.name, "")
