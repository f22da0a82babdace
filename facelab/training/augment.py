"""Augmentation drawn per image. (`torchvision.transforms.v2` draws once for a whole batch.)"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from facelab.training.config import AugmentationConfig

ERASED_AREA = (0.02, 0.2)
ERASED_ASPECT = (0.5, 2.0)
GREY = (0.299, 0.587, 0.114)


def augment(images: Tensor, config: AugmentationConfig) -> Tensor:
    """Images changed at random, each on its own; draws come from torch's global generator on the CPU.

    Args:
        images: float32 [B, C, S, S] in [0, 1], in colour or, with one channel, grey.

    Returns:
        float32 [B, C, S, S] in [0, 1]; `images` itself where nothing is switched on.
    """
    for step in STEPS:
        images = step(images, config)
    return images


def _spread(images: Tensor, width: float, config: AugmentationConfig) -> Tensor:
    """One number per image, uniform in [-width, width], or 0 where this change is left out."""
    drawn = (torch.rand(len(images)) * 2 - 1).mul_(width)
    if config.chance < 1:
        drawn *= torch.rand(len(images)) < config.chance
    return drawn.to(images.device)


def _factors(images: Tensor, width: float, config: AugmentationConfig) -> Tensor:
    return (1 + _spread(images, width, config)).view(-1, 1, 1, 1)


def _chosen(images: Tensor, probability: float) -> Tensor:
    """Which images are changed, bool [B, 1, 1, 1]."""
    return (torch.rand(len(images)) < probability).to(images.device).view(-1, 1, 1, 1)


def _flip(images: Tensor, config: AugmentationConfig) -> Tensor:
    if not config.flip:
        return images
    return torch.where(_chosen(images, config.flip), images.flip(3), images)


def _move(images: Tensor, config: AugmentationConfig) -> Tensor:
    """Rotation, shear, scale and translation as one affine map, so that pixels are sampled once.

    What comes in from outside repeats the edge.
    """
    if not any((config.rotate, config.shear, config.scale, config.translate)):
        return images
    angle = _spread(images, math.radians(config.rotate), config)
    shear = torch.tan(_spread(images, math.radians(config.shear), config))
    scale = 1 / (1 + _spread(images, config.scale, config))
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    # The image is 2 wide in the coordinates of `affine_grid`.
    x, y = _spread(images, 2 * config.translate, config), _spread(images, 2 * config.translate, config)
    rows = (cos, shear * cos - sin, x, sin, shear * sin + cos, y)
    grid = F.affine_grid(torch.stack(rows, 1).view(-1, 2, 3), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _tilt(images: Tensor, config: AugmentationConfig) -> Tensor:
    """The picture turned about its upright and its level axis, seen from near; the edge is repeated around it."""
    if not config.perspective:
        return images
    still = torch.eye(2, 3, device=images.device).expand(len(images), 2, 3)
    grid = F.affine_grid(still, list(images.shape), align_corners=False)
    across, down = _spread(images, config.perspective, config), _spread(images, config.perspective, config)
    distance = 1 + (grid * torch.stack((across, down), 1).view(-1, 1, 1, 2)).sum(3, keepdim=True)
    return F.grid_sample(images, grid / distance, padding_mode="border", align_corners=False)


def _colour(images: Tensor, config: AugmentationConfig) -> Tensor:
    """Brightness scales all values, contrast their distance from the mean grey, saturation that from each grey."""
    if not any((config.brightness, config.contrast, config.saturation)):
        return images
    images = (images * _factors(images, config.brightness, config)).clamp_(0, 1)
    mean = _grey(images).mean((2, 3), keepdim=True)
    images = (mean + (images - mean) * _factors(images, config.contrast, config)).clamp_(0, 1)
    grey = _grey(images)
    return (grey + (images - grey) * _factors(images, config.saturation, config)).clamp_(0, 1)


def _drain(images: Tensor, config: AugmentationConfig) -> Tensor:
    """Some images in shades of grey."""
    if not config.grey:
        return images
    return torch.where(_chosen(images, config.grey), _grey(images), images)


def _grey(images: Tensor) -> Tensor:
    """[B, 1, S, S]."""
    if images.shape[1] == 1:
        return images
    return (images * images.new_tensor(GREY).view(1, 3, 1, 1)).sum(1, keepdim=True)


def _blur(images: Tensor, config: AugmentationConfig) -> Tensor:
    """A Gaussian of its own width for every image: one grouped convolution per axis."""
    if not config.blur:
        return images
    batch, channels, height, width = images.shape
    radius = min(math.ceil(3 * config.blur), height - 1, width - 1)
    offsets = torch.arange(-radius, radius + 1, device=images.device, dtype=images.dtype)
    sigma = (torch.rand(batch) * config.blur).clamp_min(1e-3).to(images.device)
    kernel = torch.softmax(-(offsets**2) / (2 * sigma.view(-1, 1) ** 2), 1).repeat_interleave(channels, 0)
    flat = images.reshape(1, batch * channels, height, width)
    for shape, padding in (((1, -1), (radius, radius, 0, 0)), ((-1, 1), (0, 0, radius, radius))):
        weight = kernel.view(batch * channels, 1, *shape)
        flat = F.conv2d(F.pad(flat, padding, mode="reflect"), weight, groups=batch * channels)
    return flat.view(batch, channels, height, width)


def _erase(images: Tensor, config: AugmentationConfig) -> Tensor:
    """A grey rectangle over part of some images (Zhong et al. 2020, random erasing)."""
    if not config.erase:
        return images
    batch, _, height, width = images.shape
    area = torch.empty(batch).uniform_(*ERASED_AREA) * height * width
    aspect = torch.empty(batch).uniform_(math.log(ERASED_ASPECT[0]), math.log(ERASED_ASPECT[1])).exp()
    tall, wide = (area * aspect).sqrt(), (area / aspect).sqrt()
    top, left = torch.rand(batch) * (height - tall), torch.rand(batch) * (width - wide)
    chosen = torch.rand(batch) < config.erase
    rows, columns = torch.arange(height).view(1, -1), torch.arange(width).view(1, -1)
    inside_rows = (rows >= top.view(-1, 1)) & (rows < (top + tall).view(-1, 1))
    inside_columns = (columns >= left.view(-1, 1)) & (columns < (left + wide).view(-1, 1))
    mask = inside_rows.unsqueeze(2) & inside_columns.unsqueeze(1) & chosen.view(-1, 1, 1)
    return torch.where(mask.unsqueeze(1).to(images.device), 0.5, images)


Step = Callable[[Tensor, AugmentationConfig], Tensor]
STEPS: tuple[Step, ...] = (_flip, _move, _tilt, _colour, _drain, _blur, _erase)
