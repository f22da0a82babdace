"""Every way to say which pixels made a network answer as it does.

A method's function takes a `Subject`, photos float32 [B, C, H, W] in [0, 1] and targets int64 [B], and returns the
attribution to the logits of the targets. Captum is imported in these functions: it takes a second and a half.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from facelab.analysis.attribution.baselines import BASELINES
from facelab.analysis.attribution.subject import Subject

PIXELS_AT_ONCE = 64 * 64 * 64
"""Of photos that go through a network together where many are made out of one: more would take gigabytes."""
WINDOWS = 8
"""Occlusion's window is the photo's sides over this."""


@dataclass(frozen=True)
class Method:
    """A way to attribute.

    Attributes:
        title: as people know it.
        shows: one plain sentence on what its map shows.
        paper: authors and year.
        function: see the module.
        signed: whether a pixel's sign says for or against the target. Where it does not, it says only whether the
            pixel should get brighter or darker, and its size is what matters.
        refuses: a plain sentence why it cannot be used with a network, or None where it can.
    """

    title: str
    shows: str
    paper: str
    function: Callable[..., Tensor]
    signed: bool
    refuses: Callable[[Subject], str | None] = lambda subject: None


def at_once(photos: Tensor) -> int:
    """How many photos of this size may go through a network together."""
    return max(1, PIXELS_AT_ONCE // photos[0, 0].numel())


def saliency(subject: Subject, photos: Tensor, targets: Tensor) -> Tensor:
    """The size of the gradient, [B, C, H, W]."""
    from captum.attr import Saliency

    return Saliency(subject.model).attribute(photos, targets)


def input_x_gradient(subject: Subject, photos: Tensor, targets: Tensor) -> Tensor:
    """The gradient times the photo, [B, C, H, W]."""
    from captum.attr import InputXGradient

    return InputXGradient(subject.model).attribute(photos, targets)


def integrated_gradients(
    subject: Subject, photos: Tensor, targets: Tensor, baseline: str = "black", steps: int = 64
) -> Tensor:
    """The mean gradient on the straight line from a baseline to the photo, times their difference, [B, C, H, W].

    Args:
        baseline: a key of `BASELINES`. Pixels that are as the baseline get nothing.
        steps: at which the gradient is taken.
    """
    from captum.attr import IntegratedGradients

    return IntegratedGradients(subject.model).attribute(
        photos,
        BASELINES[baseline](photos.detach()),
        targets,
        n_steps=steps,
        internal_batch_size=max(at_once(photos), len(photos)),
    )


def smoothgrad(
    subject: Subject, photos: Tensor, targets: Tensor, samples: int = 32, noise: float = 0.15, seed: int = 0
) -> Tensor:
    """The mean gradient over noisy copies of the photo, [B, C, H, W].

    Args:
        samples: noisy copies of each photo.
        noise: standard deviation; pixels go from 0 to 1.
        seed: of the noise.
    """
    from captum.attr import Saliency

    from facelab.analysis.attribution.adapters import GivenNoise

    drawn = torch.randn(samples, *photos.shape[1:], generator=torch.Generator().manual_seed(seed)).to(photos.device)
    return GivenNoise(Saliency(subject.model), drawn).attribute(
        photos,
        nt_samples=samples,
        nt_samples_batch_size=min(samples, max(1, at_once(photos) // len(photos))),
        stdevs=noise,
        target=targets,
        abs=False,
    )


def guided_backprop(subject: Subject, photos: Tensor, targets: Tensor) -> Tensor:
    """The gradient with negative parts cut off at every ReLU, [B, C, H, W]."""
    from facelab.analysis.attribution.adapters import QuietGuidedBackprop

    return QuietGuidedBackprop(subject.model).attribute(photos, targets)


def grad_cam(subject: Subject, photos: Tensor, targets: Tensor) -> Tensor:
    """The last feature maps weighted by their mean gradients, positive part, enlarged to one map [B, 1, H, W]."""
    from captum.attr import LayerAttribution, LayerGradCam

    cam = LayerGradCam(subject.model, subject.last_maps.layer)
    maps = cam.attribute(photos, targets, relu_attributions=True)
    return LayerAttribution.interpolate(maps, photos.shape[-2:], "bilinear")


def guided_grad_cam(subject: Subject, photos: Tensor, targets: Tensor) -> Tensor:
    """Guided backprop times Grad-CAM, [B, C, H, W]."""
    return guided_backprop(subject, photos, targets) * grad_cam(subject, photos, targets)


def occlusion(
    subject: Subject,
    photos: Tensor,
    targets: Tensor,
    window: int | None = None,
    stride: int | None = None,
    baseline: str = "mean colour",
) -> Tensor:
    """How much the logit falls when a window is covered, mean over the windows on a pixel, [B, 1, H, W].

    Args:
        window: px, the side of the square that is covered, in all channels; else an eighth of the photo's.
        stride: px from window to window; else half a window.
        baseline: what the window shows, a key of `BASELINES`.
    """
    from captum.attr import Occlusion

    _, channels, *sides = photos.shape
    window = window or max(1, round(min(sides) / WINDOWS))
    stride = stride or max(1, window // 2)
    with torch.no_grad():
        # The channels are covered together, so all get the same.
        return Occlusion(subject.model).attribute(
            photos,
            (channels, window, window),
            (channels, stride, stride),
            BASELINES[baseline](photos.detach()),
            targets,
            perturbations_per_eval=max(1, at_once(photos) // len(photos)),
        )[:, :1]


def lrp(subject: Subject, photos: Tensor, targets: Tensor) -> Tensor:
    """The logit handed back from layer to layer in proportion to what each input gave (epsilon rule), [B, C, H, W]."""
    from facelab.analysis.attribution import adapters

    return adapters.lrp(subject.model).attribute(photos, targets)


def without_relu(subject: Subject) -> str | None:
    if not subject.relus:
        return (
            "Guided backprop changes what passes back through ReLUs, and this network has none: choose saliency, which "
            "would look the same."
        )
    if subject.relus > sum(isinstance(call.layer, nn.ReLU) for call in subject.calls):
        return (
            "Guided backprop finds only ReLUs that are layers, and this network calls some as a function: choose "
            "another method."
        )
    return None


def without_maps(subject: Subject) -> str | None:
    if subject.last_maps is None:
        return "Grad-CAM needs feature maps, and this network has no convolution: choose another method."
    if subject.last_maps.output[0, 0].numel() == 1:
        return (
            "Grad-CAM needs feature maps that say where, and those of the last convolution have one pixel: choose "
            "another method."
        )
    return None


def without_rules(subject: Subject) -> str | None:
    from facelab.analysis.attribution.adapters import without_rule

    if not subject.chained:
        return (
            "LRP hands relevance from one layer to the one before, and this network has a step between layers, such as "
            "a residual connection: choose another method."
        )
    if unknown := sorted({type(call.layer).__name__ for call in subject.calls if without_rule(call.layer)}):
        return f"LRP has no rule for {' and '.join(unknown)}: choose another method, or a network of ReLU or Tanh."
    return None


METHODS: dict[str, Method] = {
    "saliency": Method(
        "Saliency",
        "How much the score changes when a pixel changes a little.",
        "Simonyan et al. 2014",
        saliency,
        signed=False,
    ),
    "input_x_gradient": Method(
        "Input × gradient",
        "What a pixel adds to the score if the network were as straight everywhere as it is at this photo.",
        "Shrikumar et al. 2016",
        input_x_gradient,
        signed=True,
    ),
    "integrated_gradients": Method(
        "Integrated Gradients",
        "What a pixel adds to the score on the way from an empty photo to this one; all pixels together add up to it.",
        "Sundararajan et al. 2017",
        integrated_gradients,
        signed=True,
    ),
    "smoothgrad": Method(
        "SmoothGrad",
        "Saliency without its grain: the mean gradient over noisy copies of the photo.",
        "Smilkov et al. 2017",
        smoothgrad,
        signed=False,
    ),
    "guided_backprop": Method(
        "Guided backprop",
        "Which details excite the network; it draws edges well, whoever is asked for.",
        "Springenberg et al. 2015",
        guided_backprop,
        signed=False,
        refuses=without_relu,
    ),
    "grad_cam": Method(
        "Grad-CAM",
        "In which part of the photo the last feature maps speak for the target.",
        "Selvaraju et al. 2017",
        grad_cam,
        signed=True,
        refuses=without_maps,
    ),
    "guided_grad_cam": Method(
        "Guided Grad-CAM",
        "Guided backprop's details where Grad-CAM says that they count.",
        "Selvaraju et al. 2017",
        guided_grad_cam,
        signed=False,
        refuses=lambda subject: without_maps(subject) or without_relu(subject),
    ),
    "occlusion": Method(
        "Occlusion",
        "How much the score falls when a window of the photo is covered.",
        "Zeiler & Fergus 2014",
        occlusion,
        signed=True,
    ),
    "lrp": Method(
        "Relevance propagation (LRP)",
        "How the score is shared out among the pixels, layer by layer, by what each gave.",
        "Bach et al. 2015",
        lrp,
        signed=True,
        refuses=without_rules,
    ),
}
