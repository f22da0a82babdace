"""Attribution by any method, on a private copy of the network."""

import torch
from torch import Tensor, nn

from facelab.analysis.attribution.methods import METHODS, Method
from facelab.analysis.attribution.subject import Subject, dissect, undisturbed
from facelab.errors import AnalysisError


def attribute(model: nn.Module, photos: Tensor, targets: int | Tensor, method: str, **options) -> Tensor:
    """How much each pixel of the photos counts for a network's answer.

    The network is copied; its hooks, gradients and modes stay as they are, and it may be used meanwhile.

    Args:
        model: takes float [B, C, H, W] in [0, 1], returns logits [B, classes].
        photos: float [B, C, H, W] in [0, 1].
        targets: the class whose logit is explained: one for all photos, or int64 [B].
        method: a key of `METHODS`.
        options: of its function.

    Returns:
        float32 [B, C, H, W] on the CPU; for grad_cam and occlusion, which do not tell channels apart, [B, 1, H, W].

    Raises:
        AnalysisError: the method is unknown or does not suit the network, or photos or targets are not right for it.
    """
    chosen = _method(method)
    subject = dissect(model, photos)
    if reason := chosen.refuses(subject):
        raise AnalysisError(reason)
    with undisturbed(photos.device):
        targets = checked_targets(subject, photos, targets)
        # Captum warns where it has to switch gradients on itself.
        private_photos = photos.detach().float().clone(memory_format=torch.contiguous_format).requires_grad_()
        return chosen.function(subject, private_photos, targets, **options).detach().float().cpu()


def refusals(model: nn.Module, photos: Tensor) -> dict[str, str | None]:
    """For each of `METHODS`, a plain sentence why it cannot be used with a network, or None where it can.

    Raises:
        AnalysisError: the network cannot take these photos.
    """
    subject = dissect(model, photos)
    return {name: method.refuses(subject) for name, method in METHODS.items()}


def checked_targets(subject: Subject, photos: Tensor, targets: int | Tensor) -> Tensor:
    """Targets as int64 [B].

    Raises:
        AnalysisError: there is no such class, or not one target for each photo.
    """
    targets = torch.as_tensor(targets, device=photos.device)
    if targets.ndim and targets.shape != photos.shape[:1]:
        raise AnalysisError(f"There are {len(photos)} photos but {targets.numel()} targets: give one to each photo.")
    if targets.is_floating_point() or targets.min() < 0 or targets.max() >= subject.outputs:
        raise AnalysisError(
            f"A target is not among the network's classes: give whole numbers from 0 to {subject.outputs - 1}."
        )
    return targets.long().expand(len(photos)).clone()


def _method(name: str) -> Method:
    if name not in METHODS:
        raise AnalysisError(f"There is no method {name!r}: choose one of {', '.join(METHODS)}.")
    return METHODS[name]
