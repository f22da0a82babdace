"""A private copy of a network to be looked into, and what one photo meets on its way through it.

Captum hangs hooks on the network that it explains, and two calls at once disturb each other's. So every attribution
works on a copy of its own, and the network that was given is only read.
"""

import copy
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from facelab.analysis.private import private
from facelab.errors import AnalysisError


@dataclass(frozen=True)
class Call:
    """A layer without layers inside, what it was given and gave for one photo, and how often that had been changed."""

    layer: nn.Module
    input: Tensor
    output: Tensor
    version: int


@dataclass(frozen=True)
class Subject:
    """A private copy and its anatomy.

    Attributes:
        model: the copy: float32, in evaluation, without hooks; no layer changes its input in place or is called twice.
        calls: every layer in the order in which a photo meets them.
        chained: whether the photo goes from each layer straight to the next, so that the layers are the whole network.
        relus: how many ReLUs autograd has seen, as a layer or as a function.
        outputs: how many numbers the network returns for a photo.
    """

    model: nn.Module
    calls: tuple[Call, ...]
    chained: bool
    relus: int
    outputs: int

    @property
    def last_maps(self) -> Call | None:
        """The last convolution's feature maps after the norms and activations behind it; None without convolutions."""
        convolutions = [index for index, call in enumerate(self.calls) if isinstance(call.layer, nn.Conv2d)]
        if not convolutions:
            return None
        last = convolutions[-1]
        shape = self.calls[last].output.shape
        return [call for call in self.calls[last:] if call.output.shape == shape][-1]


@contextmanager
def undisturbed(device: torch.device) -> Iterator[None]:
    """Gradients on, inference mode and autocast off, whatever the caller has set for this thread."""
    with torch.inference_mode(False), torch.enable_grad(), torch.autocast(device.type, enabled=False):
        yield


def dissect(model: nn.Module, photos: Tensor) -> Subject:
    """A private copy of `model`, and its anatomy found with the first of `photos`, float [B, C, H, W] in [0, 1].

    Raises:
        AnalysisError: these are no such photos, or the network cannot take them.
    """
    if photos.ndim != 4 or not photos.is_floating_point() or not len(photos):
        shape = "x".join(map(str, photos.shape))
        raise AnalysisError(
            f"These photos are {photos.dtype} of shape {shape}: give floats from 0 to 1 of shape (photos, channels, "
            "height, width)."
        )
    clone = private(model)
    with undisturbed(photos.device):
        # Added to zero, the photo is no leaf, and may be worked on in place.
        photo = photos[:1].float().clone().requires_grad_() + 0
        calls, output = _follow(clone, photo)
        if shared := [layer for layer, times in Counter(call.layer for call in calls).items() if times > 1]:
            for layer in shared:
                _untie(clone, layer, sum(call.layer is layer for call in calls))
            calls, output = _follow(clone, photo)
    relus = sum(node.name() == "ReluBackward0" for node in _graph(output))
    return Subject(clone, calls, _chained(photo, calls, output), relus, output.shape[-1])


def _follow(model: nn.Module, photo: Tensor) -> tuple[tuple[Call, ...], Tensor]:
    """Every call of a layer while `photo` goes through, and what comes out."""
    calls: list[Call] = []

    def note(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        calls.append(Call(layer, inputs[0], output, output._version))

    leaves = [module for module in model.modules() if not any(True for _ in module.children())]
    handles = [leaf.register_forward_hook(note) for leaf in leaves]
    try:
        output = model(photo)
    except RuntimeError as error:
        shape = "x".join(map(str, photo.shape[1:]))
        raise AnalysisError(
            f"This network cannot take photos of shape {shape}: give them the size and the channels it was trained on."
        ) from error
    finally:
        for handle in handles:
            handle.remove()
    return tuple(calls), output


class InTurn(nn.Module):
    """Copies of a layer that a network calls several times, one for each call, so that each can be told apart."""

    def __init__(self, layer: nn.Module, times: int) -> None:
        super().__init__()
        self.copies = nn.ModuleList(copy.deepcopy(layer) for _ in range(times))
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return self.copies[(self.calls - 1) % len(self.copies)](x)


def _untie(model: nn.Module, layer: nn.Module, times: int) -> None:
    copies = InTurn(layer, times)
    for parent in list(model.modules()):
        # Not `named_children`, which passes over the second name of a layer.
        for name, child in parent._modules.items():
            if child is layer:
                parent._modules[name] = copies


def _chained(photo: Tensor, calls: tuple[Call, ...], output: Tensor) -> bool:
    """Whether each layer's input is the output before it, as it was, at most seen in another shape."""
    links = [(photo, photo), *((call.input, call.output) for call in calls), (output, output)]
    handed_on = all(given.data_ptr() == taken.data_ptr() for (_, given), (taken, _) in pairwise(links))
    return handed_on and all(call.output._version == call.version for call in calls)


def _graph(output: Tensor) -> Iterator[torch.autograd.graph.Node]:
    """Every node of the graph that autograd has built."""
    waiting, seen = [output.grad_fn], set()
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting.extend(parent for parent, _ in node.next_functions)
            yield node
