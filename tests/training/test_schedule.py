"""Each schedule against torch's, over whole runs, and momentum that rises."""

import pytest
import torch
from torch.optim import lr_scheduler

from facelab.models import build
from facelab.training import OptimizerConfig, ScheduleConfig, TrainingConfig, fit, steps
from facelab.training.engine import supports
from facelab.training.schedule import SCHEDULES, momentum_at, rate_factor

RATE = 0.3
# For each schedule: torch's, and whether it moves every step rather than every epoch.
TORCH = {
    "constant": (lambda optimizer, epochs, steps: lr_scheduler.ConstantLR(optimizer, factor=1), False),
    "step": (lambda optimizer, epochs, steps: lr_scheduler.StepLR(optimizer, 3, gamma=0.4), False),
    "exponential": (lambda optimizer, epochs, steps: lr_scheduler.ExponentialLR(optimizer, gamma=0.4), False),
    "cosine": (lambda optimizer, epochs, steps: lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs), False),
    "one_cycle": (
        lambda optimizer, epochs, steps: lr_scheduler.OneCycleLR(
            optimizer, max_lr=RATE, total_steps=epochs * steps, cycle_momentum=False
        ),
        True,
    ),
}


def rates_by_torch(name, epochs, steps):
    make, every_step = TORCH[name]
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    schedule, rates = make(optimizer, epochs, steps), []
    for step in range(epochs * steps):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        if (every_step or (step + 1) % steps == 0) and step + 1 < epochs * steps:
            schedule.step()
    return rates


@pytest.mark.parametrize(("epochs", "steps"), [(1, 1), (3, 1), (1, 4), (10, 1), (12, 5)])
@pytest.mark.parametrize("name", SCHEDULES)
def test_whole_run_equals_torch(name, epochs, steps):
    config = ScheduleConfig(name=name, step_epochs=3, gamma=0.4)
    rates = [RATE * rate_factor(config, *divmod(step, steps), steps, epochs) for step in range(epochs * steps)]
    assert rates == pytest.approx(rates_by_torch(name, epochs, steps), rel=1e-9)


@pytest.mark.parametrize("name", SCHEDULES)
def test_fit_follows_the_schedule(mlp, points, name):
    config = TrainingConfig.parse(
        {"batch_size": 16, "epochs": 7, "schedule": {"name": name, "step_epochs": 3, "gamma": 0.4}}
    ).replace({"optimizer.learning_rate": RATE})
    records = list(fit(build(mlp, points), points, config))
    used = [record.metrics["learning_rate"] for record in records if record.kind == "step"]
    assert used == pytest.approx(rates_by_torch(name, 7, 3), rel=1e-9)
    by_epoch = [record.metrics["learning_rate"] for record in records if record.kind == "epoch" and record.step]
    assert by_epoch == used[2::3]


def test_one_cycle_is_planned_for_all_epochs_however_early_it_stops(mlp, points):
    config = TrainingConfig(batch_size=16, epochs=30, schedule={"name": "one_cycle"}, early_stopping={"patience": 1})
    records = list(fit(build(mlp, points), points, config.replace({"optimizer.learning_rate": 30})))
    used = [record.metrics["learning_rate"] for record in records if record.kind == "step"]
    assert records[-1].outcome == "stopped early"
    assert used == pytest.approx([rate * 100 for rate in rates_by_torch("one_cycle", 30, 3)][: len(used)], rel=1e-9)


@pytest.mark.parametrize(
    ("momentum", "epochs", "expected"),
    [
        (0.9, 4, [0.5, 0.6, 0.7, 0.8, 0.9, 0.9]),
        (0.9, 0, [0.9] * 6),
        (0.9, 1, [0.5, *[0.9] * 5]),
        (0.3, 4, [0.3] * 6),
        (0.0, 4, [0.0] * 6),
    ],
)
def test_momentum_rises_from_a_half(momentum, epochs, expected):
    config = OptimizerConfig(momentum=momentum, momentum_epochs=epochs)
    assert [momentum_at(config, epoch) for epoch in range(6)] == pytest.approx(expected)


@pytest.mark.parametrize("name", ["sgd", "rmsprop"])
def test_the_optimizer_sees_the_momentum_of_its_epoch(monkeypatch, mlp, points, name):
    make, made = steps.OPTIMIZERS[name], []
    monkeypatch.setitem(steps.OPTIMIZERS, name, lambda *args: made.append(make(*args)) or made[-1])
    optimizer = {"name": name, "learning_rate": 0.01, "momentum_epochs": 2, "nesterov": True}
    config = TrainingConfig(batch_size=16, epochs=4, optimizer=optimizer)
    assert not supports(build(mlp, points), points.inputs, config)
    records = fit(build(mlp, points), points, config)
    seen = [made[0].param_groups[0]["momentum"] for record in records if record.kind == "step"]
    assert seen == pytest.approx([0.5] * 3 + [0.7] * 3 + [0.9] * 6)


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_rising_momentum_is_nothing_to_optimizers_without(mlp, points, name):
    config = TrainingConfig(batch_size=16, epochs=2, precision="float32", optimizer={"name": name})
    rising = config.replace({"optimizer.momentum_epochs": 2})
    (plain, other), losses = (build(mlp, points), build(mlp, points)), []
    for model, settings in ((plain, config), (other, rising)):
        losses.append([record.metrics["loss"] for record in fit(model, points, settings) if record.kind == "step"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
