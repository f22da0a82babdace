"""What a network answers, and how good that is."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from facelab.training.numerics import Numerics, plain

EVALUATION_BATCH = 64
"""Feature maps of more photos than this outgrow the memory that is at hand: 256 take twice to five times as long."""


def predict(
    model: nn.Module,
    inputs: Tensor,
    numerics: Numerics | None = None,
    ask: Callable[[Tensor], Tensor] | None = None,
) -> Tensor:
    """What the model answers in evaluation mode, float32 on the CPU; the modes of the model's parts are put back.

    Args:
        inputs: uint8 [N, 3, H, W] or float32 [N, D], or pairs uint8 [N, 2, C, H, W], on any device; N may be 0.
        numerics: how to compute, from `numerics.choose`; float32 on the model's device if not given.
        ask: the method of the model to call, such as `model.embed`; its logits, [N, classes], if not given.
    """
    numerics = numerics or plain(model)
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        # no_grad, not inference_mode: whatever the model keeps from here must still be trainable afterwards.
        with torch.no_grad(), numerics.autocast():
            batches = inputs.split(EVALUATION_BATCH)
            parts = [(ask or model)(numerics.inputs(batch.to(numerics.device))) for batch in batches]
    finally:
        for module, mode in modes.items():
            module.training = mode
    return torch.cat(parts).float().cpu()


def loss_and_accuracy(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    """Mean cross-entropy and the share of right answers; both NaN without examples."""
    if not len(labels):
        return math.nan, math.nan
    return F.cross_entropy(logits, labels).item(), (logits.argmax(1) == labels).double().mean().item()


def interval(right: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share of right answers (Wilson 1927): (low, high), both in [0, 1]."""
    if not total:
        return 0.0, 1.0
    share = right / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    # Rounding must not leave the share outside.
    low, high = min(share, (centre - spread) / scale), max(share, (centre + spread) / scale)
    return max(0.0, low), min(1.0, high)
