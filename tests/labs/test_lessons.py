"""Every lesson shows what its sentence says, whatever the seed."""

from functools import cache, partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from facelab.analysis import Folded, answers, highest_rate_that_holds
from facelab.data.points import load_points
from facelab.labs import LESSONS, PLAYGROUND
from facelab.models import blank, build, unflatten
from facelab.training import fit, fit_many

SEEDS = (0, 1, 2)
EVERY_EPOCH = 10_000


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@cache
def trained(name, turned=False, **changes):
    """A lesson's trainings: `metrics` by name [seeds, epochs + 1], points, models, epochs and `fit_many`'s results."""
    config = LESSONS[name].config(turned).replace(changes)
    points, configs = load_points(config.data), [config.replace({"seed": seed}) for seed in SEEDS]
    models = [build(config.model, points, seed) for seed in SEEDS]
    *_, last = fit_many(models, points, configs, records=EVERY_EPOCH, frames=min(config.epochs, 50) + 1)
    fitted = last.fitted
    metrics = {}
    if all(one.outcome == "finished" for one in fitted):
        metrics = {metric: np.stack([one.metrics[metric] for one in fitted]) for metric in fitted[0].metrics}
    return SimpleNamespace(config=config, configs=configs, points=points, models=models, fitted=fitted, metrics=metrics)


def final(run, metric):
    return run.metrics[metric][:, -1]


def film(run, index):
    """The networks of one training's frames."""
    for weights in run.fitted[index].frames:
        model = blank(run.config.model, run.points.input_shape, run.points.classes)
        unflatten(model, weights)
        yield Folded(model)


def given(run, network):
    """Which countries are the answer to any test city: bool [classes]."""
    return np.isin(np.arange(run.points.classes), answers(network, run.points, run.points.splits["test"]))


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_said_in_one_sentence_and_sets_only_what_differs(name):
    lesson, before = LESSONS[name], PLAYGROUND.flat()
    assert lesson.watch.endswith(".")
    assert ". " not in lesson.watch
    assert len(lesson.watch.split()) <= 35
    for settings, start, end in (
        (lesson.settings, before, lesson.config().flat()),
        (lesson.turn[1], lesson.config().flat(), lesson.config(turned=True).flat()),
    ):
        assert [setting for setting in settings if setting in start and start[setting] == end[setting]] == []
    assert bool(lesson.turn[0]) == bool(lesson.turn[1])


def test_titles_are_different():
    assert len({lesson.title for lesson in LESSONS.values()}) == len(LESSONS)


def test_xor():
    line, patient, bent = trained("xor"), trained("xor", epochs=2000), trained("xor", turned=True)
    for run in (line, patient):
        assert (abs(final(run, "test_accuracy") - 0.5) < 0.1).all()
    assert (final(bent, "test_accuracy") > 0.85).all()


def test_depth():
    def passes(run):
        assert (run.metrics["test_accuracy"].max(1) > 0.9).all()
        return (run.metrics["test_accuracy"] > 0.9).argmax(1)

    wide, deep = trained("depth"), trained("depth", turned=True)
    assert (passes(wide) > 200).all()
    assert (passes(deep) < 100).all()
    sizes = [sum(weights.numel() for weights in run.models[0].parameters()) for run in (wide, deep)]
    assert abs(sizes[0] / sizes[1] - 1) < 0.05


def test_rates():
    low, high = trained("rates"), trained("rates", turned=True)
    between = trained("rates", **{"optimizer.learning_rate": 0.01})
    assert (np.ptp(low.metrics["test_loss"], axis=1) < 0.05).all()
    assert (np.abs(np.diff(high.metrics["test_accuracy"][:, 10:])).max(1) > 0.1).all()
    assert (final(high, "test_loss") > 0.3).all()
    assert (final(between, "test_loss") < 0.1).all()
    assert (final(between, "test_accuracy") > 0.97).all()


def test_divergence():
    run, held = trained("divergence"), trained("divergence", turned=True)
    for config, fitted in zip(run.configs, run.fitted, strict=True):
        assert fitted.outcome == "diverged"
        assert fitted.epoch < 1
        assert fitted.last_loss > 1e6 * fitted.metrics["test_loss"][0]
        untrained = partial(build, config.model, run.points, config.seed)
        rate = highest_rate_that_holds(untrained, run.points, config, config.epochs)
        assert held.config.optimizer.learning_rate < rate < config.optimizer.learning_rate
    assert (final(held, "test_accuracy") > 0.97).all()


def test_overfitting():
    run, decayed = trained("overfitting"), trained("overfitting", turned=True)
    assert len(run.points.splits["train"]) == 8
    assert (final(run, "train_accuracy") == 1).all()
    assert (final(run, "train_loss") < 0.01).all()
    test_loss = run.metrics["test_loss"]
    assert (test_loss.argmin(1) < 50).all()
    assert (final(run, "test_loss") > 2 * test_loss.min(1)).all()
    assert (final(decayed, "train_accuracy") == 7 / 8).all()
    assert (final(decayed, "test_loss") < 1.1 * test_loss.min(1)).all()
    assert (final(decayed, "test_accuracy") > final(run, "test_accuracy") + 0.02).all()


def test_batch_norm():
    without, rescued = trained("batch_norm"), trained("batch_norm", turned=True)
    inputs, _ = without.points.split("train")

    def passed_on(run):
        """How large the last hidden layer's output is before training."""
        for config in run.configs:
            yield build(config.model, run.points, config.seed).train().embed(inputs).std().item()

    assert max(passed_on(without)) < 1e-6
    assert min(passed_on(rescued)) > 0.3
    assert (np.ptp(without.metrics["test_loss"], axis=1) < 0.001).all()
    assert (final(rescued, "test_accuracy") > 0.95).all()


def test_vanishing():
    sigmoids, relus = trained("vanishing"), trained("vanishing", turned=True)

    def reaching(run):
        """The gradient of the first layer as a share of the last one's, in the first epoch."""
        for config in run.configs:
            records = fit(build(config.model, run.points, config.seed), run.points, config)
            metrics = next(record.metrics for record in records if record.epoch == 1 and record.kind == "epoch")
            yield metrics["gradient_norm.hidden.0.linear"] / metrics["gradient_norm.output"]

    assert max(reaching(sigmoids)) < 1e-5
    assert min(reaching(relus)) > 0.05
    assert (final(sigmoids, "test_accuracy") < 0.6).all()
    assert (final(sigmoids, "test_loss") > 0.68).all()
    assert (final(relus, "test_accuracy") > 0.97).all()


def test_dead_relus():
    def dead(run):
        """Whether a unit is zero at every training point, in each frame: bool [frames, units] of each training."""
        inputs, _ = run.points.split("train")
        for index in range(len(SEEDS)):
            yield np.stack([(network(inputs)[0][0] == 0).all(0).numpy() for network in film(run, index)])

    run = trained("dead_relus")
    for frames in dead(run):
        assert not frames[0].any()
        assert frames[-1].sum() >= 6
        assert (frames[1:] >= frames[:-1]).all(), "one came back to life"
    assert (final(run, "test_accuracy") < 0.8).all()
    alive = trained("dead_relus", turned=True)
    assert not any(frames.any() for frames in dead(alive))
    assert (final(alive, "test_accuracy") > 0.97).all()


def test_the_poor_network_loses_most_countries():
    run = trained("countries_worst")
    assert (abs(final(run, "test_accuracy") - 2 / 3) < 0.05).all()
    assert all(given(run, Folded(model)).mean() < 0.45 for model in run.models)
    assert LESSONS["countries_worst"].config(turned=True) == LESSONS["countries_best"].config()


def test_the_good_network_finds_every_country_and_those_with_many_cities_first():
    run = trained("countries_best")
    assert (final(run, "test_accuracy") > 0.97).all()
    cities = np.bincount(run.points.labels[run.points.splits["train"]])
    for index in range(len(SEEDS)):
        _, first, *_, last = (given(run, network) for network in film(run, index))
        assert 10 < first.sum() < 30
        assert np.median(cities[first]) > 3 * np.median(cities[~first])
        assert last.all()
