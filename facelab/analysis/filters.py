"""What the units of a convolutional network respond to: feature maps, and the patches that excite a unit most.

The filters of its first layer are `facelab.runs.frames.unit_images`. A unit here is one channel of a feature map.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from facelab.analysis.private import private
from facelab.errors import ShapeError
from facelab.models import Field, Window, receptive_field, unit_box
from facelab.training.numerics import plain

BATCH = 64
BEYOND = 128
"""The grey of a patch that reaches outside its photo."""
WINDOWS = nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d
ENDS = nn.Linear | nn.Flatten | nn.AdaptiveAvgPool2d
"""From here on every unit sees the whole image."""


@dataclass(frozen=True)
class Patch:
    """Where a unit responds most in one photo.

    Attributes:
        photo: its row.
        activation: of the unit at that place.
        place: (row, column) in the feature map.
        box: (top, left, bottom, right) of the pixels it sees there, as in `[top:bottom, left:right]`; it may reach
            outside the photo.
    """

    photo: int
    activation: float
    place: tuple[int, int]
    box: tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Peaks:
    """Where each unit of one layer responds most in each photo.

    Attributes:
        field: what the layer's units see.
        width: columns of the feature map.
        values: float32 [N, units], the largest activation in each photo.
        places: int64 [N, units], its place in the feature map, row by row.
    """

    field: Field
    width: int
    values: np.ndarray
    places: np.ndarray

    def patches(self, unit: int, count: int = 9) -> list[Patch]:
        """The `count` photos that excite `unit` most, the strongest first, each with its strongest place."""
        rows = np.argsort(-self.values[:, unit], kind="stable")[:count].tolist()
        found = []
        for row in rows:
            place = divmod(int(self.places[row, unit]), self.width)
            found.append(Patch(row, float(self.values[row, unit]), place, unit_box(self.field, *place)))
        return found


class _Reached(Exception):
    """A forward pass came to the layer that was asked for; there is no need to go on."""

    def __init__(self, output: Tensor) -> None:
        self.output = output


def map_layers(model: nn.Module, input_shape: tuple[int, int, int]) -> dict[str, tuple[int, int, int]]:
    """The layers that put out feature maps, from the first convolution on: their (channels, h, w) by module name."""
    model, shapes = private(model), {}

    def note(name: str, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        shapes[name] = tuple(output.shape[1:])

    for name in _fields(model):
        model.get_submodule(name).register_forward_hook(partial(note, name))
    with torch.no_grad():
        _run(model, torch.zeros(1, *input_shape, device=plain(model).device))
    return shapes


def feature_maps(model: nn.Module, photo: Tensor, layer: str) -> np.ndarray:
    """What each unit of `layer` puts out for one photo, uint8 or float32 [C, H, W]: float32 [units, h, w].

    Raises:
        ShapeError: the network has no such layer, or it puts out no maps.
    """
    return next(_outputs(model, photo[None], layer))[0].cpu().numpy()


def find_peaks(model: nn.Module, images: Tensor, layer: str) -> Peaks:
    """Where every unit of `layer` responds most in each of the photos, uint8 or float32 [N, C, H, W], N at least 1.

    Raises:
        ShapeError: the network has no such layer, or it puts out no maps.
    """
    values, places, width = [], [], 1
    for maps in _outputs(model, images, layer):
        width = maps.shape[3]
        value, place = maps.flatten(2).max(2)
        values.append(value.cpu())
        places.append(place.cpu())
    return Peaks(_fields(model)[layer], width, torch.cat(values).numpy(), torch.cat(places).numpy())


def cut_patches(images: Tensor, patches: list[Patch]) -> np.ndarray:
    """The pixels of patches, uint8 [n, C, side, side], from photos uint8 [N, C, H, W]; `BEYOND` outside the photos."""
    found = []
    for patch in patches:
        top, left, bottom, right = patch.box
        height, width = images.shape[2:]
        cutting = np.full((images.shape[1], bottom - top, right - left), BEYOND, np.uint8)
        rows, columns = slice(max(top, 0), min(bottom, height)), slice(max(left, 0), min(right, width))
        inside = images[patch.photo, :, rows, columns].numpy()
        down, across = rows.start - top, columns.start - left
        cutting[:, down : down + inside.shape[1], across : across + inside.shape[2]] = inside
        found.append(cutting)
    return np.stack(found)


def field_boxes(model: nn.Module, layer: str, place: tuple[int, int]) -> list[dict]:
    """What the unit of `layer` at `place` (row, column) sees, and below it the unit of each earlier layer that is
    centred nearest: {"name", "box"} each, first layer first, as `facelab.plots.receptive_field` takes them.

    Raises:
        ShapeError: the network has no such layer, or it puts out no maps.
    """
    last = _field(model, layer)
    centre = [last.start + at * last.jump for at in place]
    boxes = []
    for field in dict.fromkeys(_fields(model).values()):
        unit = [max(0, round((at - field.start) / field.jump)) for at in centre]
        boxes.append({"name": field.layer, "box": unit_box(field, *unit)})
        if field == last:
            return boxes
    return boxes


def _outputs(model: nn.Module, images: Tensor, layer: str) -> Iterator[Tensor]:
    """What `layer` puts out, [B, units, h, w] per batch; the layers above it are not run."""
    _field(model, layer)
    model = private(model)
    model.get_submodule(layer).register_forward_hook(_leave)
    numerics = plain(model)
    for batch in images.split(BATCH):
        with torch.no_grad():
            try:
                _run(model, numerics.inputs(batch.to(numerics.device)))
            except _Reached as reached:
                yield reached.output


def _leave(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
    raise _Reached(output)


def _run(model: nn.Module, inputs: Tensor) -> None:
    getattr(model, "embed", model)(inputs)


def _field(model: nn.Module, layer: str) -> Field:
    fields = _fields(model)
    if layer not in fields:
        raise ShapeError(f"This network has no feature maps at {layer!r}: choose one of {', '.join(fields) or 'none'}.")
    return fields[layer]


def _fields(model: nn.Module) -> dict[str, Field]:
    """What the units of each layer see, by module name, from the first convolution on to where the maps end.

    Modules count in the order in which they were registered. Activations and norms see what the window below them
    sees, and a residual block's shortcut (`downsample`) lies within what the block's own convolutions see.
    """
    windows, below = [], {}
    for name, module in model.named_modules():
        if isinstance(module, ENDS):
            break
        if next(module.children(), None) is not None or "downsample" in name:
            continue
        if isinstance(module, WINDOWS):
            windows.append(_window(name, module))
        if windows:
            below[name] = len(windows) - 1
    fields = receptive_field(windows)
    return {name: fields[index] for name, index in below.items()}


def _window(name: str, module: nn.Module) -> Window:
    kernel, stride, padding, dilation = (
        value if isinstance(value, int) else value[0]
        for value in (module.kernel_size, module.stride, module.padding, getattr(module, "dilation", 1))
    )
    return Window(name, dilation * (kernel - 1) + 1, stride, padding)
