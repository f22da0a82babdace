"""Checks on Integrated Gradients and on every map: do the parts add up, and does the map know the weights at all?"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from facelab.analysis.attribution.attribute import checked_targets
from facelab.analysis.attribution.baselines import BASELINES
from facelab.analysis.attribution.subject import dissect, undisturbed
from facelab.analysis.private import private
from facelab.errors import AnalysisError


@dataclass(frozen=True)
class Completeness:
    """Whether Integrated Gradients of one photo add up to what they explain (Sundararajan et al. 2017).

    Attributes:
        attributed: the sum of all attributions.
        difference: the target's logit for the photo less that for the baseline.
    """

    attributed: float
    difference: float

    @property
    def error(self) -> float:
        """How far the sum is from the difference, in logits."""
        return abs(self.attributed - self.difference)

    @property
    def relative(self) -> float:
        """The error as a share of the difference; NaN where there is none."""
        return self.error / abs(self.difference) if self.difference else float("nan")


def completeness(
    model: nn.Module, photos: Tensor, targets: int | Tensor, attribution: Tensor, baseline: str = "black"
) -> list[Completeness]:
    """The completeness of Integrated Gradients, photo by photo.

    Args:
        model, photos, targets: as `attribute` took them.
        attribution: float [B, C, H, W], as it returned.
        baseline: that it was made with, a key of `BASELINES`.

    Raises:
        AnalysisError: photos or targets are not right for the network.
    """
    subject = dissect(model, photos)
    with undisturbed(photos.device), torch.no_grad():
        rows = checked_targets(subject, photos, targets)[:, None]
        photos = photos.float()
        difference = subject.model(photos) - subject.model(BASELINES[baseline](photos))
        pairs = zip(attribution.double().sum((1, 2, 3)), difference.gather(1, rows)[:, 0], strict=True)
        return [Completeness(float(attributed), float(gained)) for attributed, gained in pairs]


def layers_from_top(model: nn.Module) -> list[str]:
    """The names of all convolutions and linear layers, as in `named_modules()`, the output first."""
    return [name for name, module in model.named_modules() if isinstance(module, nn.Linear | nn.Conv2d)][::-1]


def randomised(model: nn.Module, depth: int, seed: int = 0) -> nn.Module:
    """A copy whose top layers have forgotten what they learned (cascading randomisation, Adebayo et al. 2018).

    Weights are drawn as before training: normal with variance 2 / inputs (He et al. 2015), biases zero. A norm that
    follows a layer starts anew with it. A map that stays the same explains nothing that was learned.

    Args:
        model: is read, never changed.
        depth: how many of `layers_from_top` are drawn anew; 0 for none.
        seed: of the weights; the layers that two depths share get the same ones.

    Raises:
        AnalysisError: the network has fewer layers.
    """
    names = layers_from_top(model)
    if not 0 <= depth <= len(names):
        raise AnalysisError(f"This network has {len(names)} layers with weights: randomise 0 to {len(names)} of them.")
    clone = private(model)
    modules = dict(clone.named_modules())
    order, generator = list(modules), torch.Generator().manual_seed(seed)
    places = [order.index(name) for name in names]
    with torch.inference_mode(False), torch.no_grad():
        for start, end in zip(places[:depth], [len(order), *places], strict=False):
            layer, *followers = (modules[name] for name in order[start:end])
            fan_in = layer.weight[0].numel()
            layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator) * (2 / fan_in) ** 0.5)
            if layer.bias is not None:
                layer.bias.zero_()
            for follower in followers:
                if hasattr(follower, "reset_parameters"):
                    follower.reset_parameters()
    return clone


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation of the sizes of two maps, float [H, W]: 1 for the same order, near 0 for unrelated.

    NaN where a map is the same everywhere, and so has no order.
    """
    from scipy.stats import rankdata

    ranks = [rankdata(np.abs(np.asarray(values)).ravel()) for values in (first, second)]
    if any(np.ptp(values) == 0 for values in ranks):
        return float("nan")
    return float(np.corrcoef(*ranks)[0, 1])
