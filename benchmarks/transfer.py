"""What generated people are worth for real ones: verification on LFW by a network that saw them alone, or first."""

import sys
from dataclasses import replace

import torch
from torch import nn

from benchmarks.row import Row, rate
from facelab import models
from facelab.data import DrawnPairsSpec, GeneratedSpec, Pairs, Split, load_pairs
from facelab.errors import DataError
from facelab.labs.siamese import VERIFIER
from facelab.recognition.embedders import WHOLE
from facelab.training import fit, interval, predict
from facelab.training.numerics import choose, keep_memory, set_threads
from facelab.training.verification import recalibrate

PEOPLE, PHOTOS = 1000, 10
GENERATED_EPOCHS, EPOCHS = 14, 14
MIDDLE = 0.545  # how far down generated photos what is in the middle of LFW photos lies, by dlib's landmarks
SHARES = (1.0, 0.25, 0.05)
CONFIG = VERIFIER.replace({"epochs": EPOCHS, "model.discriminant": False})
ALONE, PUBLISHED = 0.62, 0.704


def transfer() -> list[Row]:
    """Generated people alone; then LFW's own, or a part of them, with and without generated people before."""
    try:
        real = load_pairs(CONFIG.data)
    except DataError as error:
        print(error, file=sys.stderr)
        return []
    keep_memory()
    pretrained = models.build(CONFIG.model, real, CONFIG.seed)
    _train(pretrained, generated(), GENERATED_EPOCHS)
    recalibrate(pretrained, *real.split("validation"), choose(pretrained, CONFIG))
    weights = {name: value.clone() for name, value in pretrained.state_dict().items()}
    right, total = _right(pretrained, real)
    rows = [
        Row(
            f"LFW test pairs by a network of {PEOPLE:,} generated people alone, threshold from dev train",
            rate(right, total),
            f"{PUBLISHED:.1%}, published of networks trained on LFW",
            f"{right / total:.1%}",
            f"at least {ALONE:.0%}",
            right / total >= ALONE,
        )
    ]
    for share in SHARES:
        part = some_people(real, share)
        answers = []
        for start in (weights, None):
            model = models.build(CONFIG.model, real, CONFIG.seed)
            if start:
                model.load_state_dict(start)
            _train(model, part, EPOCHS)
            answers.append(_right(model, real))
        (before, _), (plain, _) = answers
        low, _ = interval(plain, total)
        rows.append(
            Row(
                f"The same after {share:.0%} of LFW's development people, {EPOCHS} epochs",
                f"{rate(before, total)} with generated people before",
                f"{rate(plain, total)} without",
                f"{100 * (before - plain) / total:+.1f} points",
                "does not hurt: not below the interval of the other",
                before / total >= low,
            )
        )
    return rows


def generated() -> Pairs:
    """Pairs of generated people, cut as the verifier sees LFW."""
    size, crop = CONFIG.input_shape[1], CONFIG.data.crop / WHOLE["generated"]
    spec = DrawnPairsSpec(
        faces=GeneratedSpec(people=PEOPLE, photos=PHOTOS, size=round(size / crop)),
        split=Split(train=0.94, validation=0.05, test=0.01),
    )
    pairs = load_pairs(spec)
    side = pairs.images.shape[2]
    left, top = (side - size) // 2, round(MIDDLE * side - size / 2)
    return replace(pairs, images=pairs.images[:, :, top : top + size, left : left + size].contiguous())


def some_people(pairs: Pairs, share: float) -> Pairs:
    """The same pairs with photos of a share of the people to train on."""
    rows = pairs.photos["train"]
    people = pairs.labels[rows].unique()
    chosen = people[
        torch.randperm(len(people), generator=torch.Generator().manual_seed(0))[: round(share * len(people))]
    ]
    return replace(pairs, photos=pairs.photos | {"train": rows[torch.isin(pairs.labels[rows], chosen)]})


def _train(model: nn.Module, pairs: Pairs, epochs: int) -> None:
    set_threads(model)
    for record in fit(model, pairs, CONFIG.replace({"epochs": epochs})):
        if record.kind == "epoch":
            print(f"epoch {record.epoch:.0f}: {record.metrics['validation_accuracy']:.1%}", file=sys.stderr, flush=True)


def _right(model: nn.Module, pairs: Pairs) -> tuple[int, int]:
    """How many test pairs are judged right, of how many."""
    images, same = pairs.split("test")
    answers = predict(model, images, choose(model, CONFIG)).argmax(1)
    return int((answers == same).sum()), len(same)
