"""Trying to break a network: our sweep beside the same transforms photo by photo through Pillow."""

import time
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.row import Row
from facelab import models
from facelab._torchvision import v2
from facelab.analysis.invariance import STRENGTHS, TRANSFORMS, Sweep, flip_strength, probabilities, sweep, transformed
from facelab.data import GeneratedSpec, load_faces
from facelab.runs import RunConfig
from facelab.training import fit
from facelab.training.numerics import set_threads

PHOTOS = 1000
SAMPLE = 100  # photos that the plain way is timed on, for it takes minutes on all
CONFIG = RunConfig().replace({"epochs": 10, "data": GeneratedSpec(people=40, photos=42, seed=7)})
BILINEAR = v2.InterpolationMode.BILINEAR

PLAIN = {
    "brightness": lambda strength: v2.ColorJitter(brightness=0.8 * strength),
    "contrast": lambda strength: v2.ColorJitter(contrast=0.8 * strength),
    "saturation": lambda strength: v2.ColorJitter(saturation=strength),
    "hue": lambda strength: v2.ColorJitter(hue=0.5 * strength),
    "colour_jitter": lambda strength: v2.ColorJitter(*[0.6 * strength] * 3, hue=0.15 * strength),
    "gaussian_blur": lambda strength: v2.GaussianBlur(2 * int(np.ceil(9.6 * strength)) + 1, [3.2 * strength] * 2),
    "rotation": lambda strength: v2.RandomRotation(90 * strength, BILINEAR),
    "translation": lambda strength: v2.RandomAffine(0, (0.4 * strength, 0.4 * strength), interpolation=BILINEAR),
    "scale": lambda strength: v2.RandomAffine(
        0, scale=(1 - 0.6 * strength, 1 + 0.6 * strength), interpolation=BILINEAR
    ),
    "shear": lambda strength: v2.RandomAffine(0, shear=45 * strength, interpolation=BILINEAR),
    "perspective": lambda strength: v2.RandomPerspective(0.8 * strength, p=1),
    "horizontal_flip": lambda strength: v2.RandomHorizontalFlip(strength),
}
"""The same distributions by torchvision's own classes, on Pillow images of 64x64."""


def _plain(model: nn.Module, images: Tensor, labels: Tensor) -> np.ndarray:
    """Right answers bool [T, S, N] the usual way: Pillow image, transform, tensor, batch, float32."""
    to_pil, to_tensor = v2.ToPILImage(), v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
    photos = [to_pil(image) for image in images]
    right = []
    torch.manual_seed(0)
    for kind in PLAIN.values():
        for strength in STRENGTHS:
            change = kind(strength) if strength else v2.Identity()
            with torch.no_grad():
                batch = torch.stack([to_tensor(change(photo)) for photo in photos])
                right.append((model(batch).argmax(1) == labels).numpy())
    return np.stack(right).reshape(len(PLAIN), len(STRENGTHS), -1)


def _swept(model: nn.Module, images: Tensor, labels: Tensor) -> Sweep:
    *_, result = sweep(model, images, labels, list(PLAIN))
    return result


def invariance() -> list[Row]:
    """12 transforms x 9 strengths x 1,000 photos of 64x64 through a small ConvNet, and one photo with all sliders."""
    faces = load_faces(CONFIG.data)
    model = models.build(CONFIG.model, faces, 0)
    set_threads(model)
    for _ in fit(model, faces, CONFIG):
        pass
    model.eval()
    # Photos that it has not learned, and then some that it has, so that there are a thousand.
    rows = torch.cat([faces.splits[name] for name in ("test", "validation", "train")])[:PHOTOS]
    images, labels = faces.images[rows], faces.labels[rows]
    few = torch.arange(PHOTOS)[:: PHOTOS // SAMPLE]
    _swept(model, images[:64], labels[:64])

    marks = [time.perf_counter()]
    result = _swept(model, images, labels)
    marks.append(time.perf_counter())
    plain = _plain(model, images[few], labels[few])
    marks.append(time.perf_counter())
    ours, theirs = (end - start for start, end in pairwise(marks))
    theirs *= PHOTOS / SAMPLE
    differences = result.shares[..., few.numpy()] - plain
    mean = differences.mean(2)
    # Different draws, so each cell may miss its 95 % interval one time in twenty.
    spread = 1.96 * np.sqrt((differences.var(2) + 1 / SAMPLE) / SAMPLE)
    within = float((np.abs(mean) <= spread).mean())
    return [
        Row(
            "12 transforms x 9 strengths x 1,000 photos of 64x64 through a small ConvNet",
            f"{ours:.1f} s",
            f"{theirs:.0f} s (photo by photo through Pillow, from {SAMPLE} photos)",
            f"{theirs / ours:.1f} times",
            "within 20 s, at least 5 times",
            bool(ours <= 20 and theirs >= 5 * ours),
        ),
        Row(
            "Its accuracies",
            f"{result.accuracy.mean():.1%}",
            f"{plain.mean():.1%} (on a tenth)",
            f"{within:.0%} of {mean.size} within the interval",
            "at least 90 %",
            bool(within >= 0.9),
        ),
        _one(model, images[0]),
    ]


def _one(model: nn.Module, photo: Tensor) -> Row:
    strengths = dict.fromkeys(TRANSFORMS, 0.2)
    seconds, searches = [], []
    for _ in range(20):
        start = time.perf_counter()
        probabilities(model, transformed(photo, strengths))
        seconds.append(time.perf_counter() - start)
    for name in ("rotation", "gaussian_blur"):
        start = time.perf_counter()
        flip_strength(model, photo, name)
        searches.append(time.perf_counter() - start)
    middle = float(np.median(seconds))
    return Row(
        f"One photo through all {len(TRANSFORMS)} sliders and the network",
        f"{1000 * middle:.0f} ms",
        f"{1000 * max(searches):.0f} ms (where its answer flips)",
        "",
        "at most 50 ms",
        middle <= 0.05,
    )
