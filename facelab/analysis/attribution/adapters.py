"""Captum's classes where they need a change. Captum takes a second and a half to import: import this where needed."""

from captum.attr import LRP, GuidedBackprop, NoiseTunnel, Saliency
from captum.attr._utils.lrp_rules import EpsilonRule, IdentityRule
from torch import Tensor, nn

from facelab.models.layers import Standardize

EPSILON_LAYERS = (
    nn.Linear,
    nn.Conv2d,
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.MaxPool2d,
    nn.AvgPool2d,
    nn.AdaptiveAvgPool2d,
    nn.Flatten,
    nn.Identity,
    nn.Sequential,
)
"""Through these LRP shares relevance in proportion to the parts of a sum. `Sequential` is a layer when empty."""
PASSED_LAYERS = (nn.ReLU, nn.Tanh, nn.Dropout)
"""What captum's LRP hands relevance through unchanged."""


class QuietGuidedBackprop(GuidedBackprop):
    """Without the warning on each call: under threads `warnings.catch_warnings` would not hold it back."""

    def attribute(self, photos: Tensor, target: Tensor) -> Tensor:
        try:
            self.model.apply(self._register_hooks)
            return self.gradient_func(self.forward_func, (photos,), target)[0]
        finally:
            self._remove_hooks()


class GivenNoise(NoiseTunnel):
    """With noise drawn beforehand, float [samples, C, H, W]: captum draws from torch's global generator, which other
    threads draw from as well. Every photo gets the same noise, so that it does not depend on its neighbours."""

    def __init__(self, method: Saliency, noise: Tensor) -> None:
        super().__init__(method)
        self.noise = noise

    def _add_noise_to_input(self, photos: Tensor, stdev: float, samples: int) -> Tensor:
        noise, self.noise = self.noise.split([samples, len(self.noise) - samples])
        return photos.repeat_interleave(samples, 0) + stdev * noise.repeat(len(photos), 1, 1, 1)


def lrp(model: nn.Module) -> LRP:
    """LRP with a rule on every layer; relevance passes the standardisation unchanged."""
    for layer in model.modules():
        if isinstance(layer, Standardize):
            layer.rule = IdentityRule()
        elif type(layer) not in PASSED_LAYERS and not any(True for _ in layer.children()):
            # Also on layers that no photo meets: captum wants a rule on every one.
            layer.rule = EpsilonRule()
    return LRP(model)


def without_rule(layer: nn.Module) -> bool:
    return not isinstance(layer, (Standardize, *EPSILON_LAYERS)) and type(layer) not in PASSED_LAYERS
