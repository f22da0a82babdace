"""The arithmetic of the transforms, each photo with its own amounts; the conventions are those of torchvision.

`torchvision.transforms.v2` gives all photos of a batch the same amount, and photo by photo it is several times slower.

Photos are float32 [N, C, H, W] in [0, 1] with C = 1 or 3, amounts float [N] on the photos' device. Values may leave
[0, 1]; `changes.changed` brings them back. What a warp brings in from outside is black.
"""

import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

GREY = (0.2989, 0.587, 0.114)  # ITU-R BT.601, rounded as torchvision does


def brightness(images: Tensor, factors: Tensor) -> Tensor:
    """All values times a factor."""
    return images * _column(factors)


def contrast(images: Tensor, factors: Tensor) -> Tensor:
    """The distance from the photo's mean grey times a factor."""
    mean = _grey(images).mean((2, 3), keepdim=True)
    return torch.lerp(mean, images, _column(factors))


def saturation(images: Tensor, factors: Tensor) -> Tensor:
    """The distance from each pixel's own grey times a factor; a grey photo stays as it is."""
    return torch.lerp(_grey(images), images, _column(factors))


def hue(images: Tensor, turns: Tensor) -> Tensor:
    """Hues turned round the circle of HSV, 1 being once around; a grey photo stays as it is."""
    if images.shape[1] == 1:
        return images
    red, green, blue = images.unbind(1)
    value, chroma = images.amax(1), images.amax(1) - images.amin(1)
    safe = chroma.clamp_min(1e-9)
    sector = torch.where(
        value == red,
        (green - blue) / safe,
        torch.where(value == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    sector = sector + 6 * turns.view(-1, 1, 1)
    # The closed form of HSV to RGB: each channel is the value less the chroma times a trapezium over the circle.
    place = torch.remainder(sector.unsqueeze(1) + images.new_tensor([5, 3, 1]).view(1, 3, 1, 1), 6)
    return value.unsqueeze(1) - chroma.unsqueeze(1) * torch.minimum(place, 4 - place).clamp_(0, 1)


def gaussian_blur(images: Tensor, sigma: Tensor, radius: tuple[int, int]) -> Tensor:
    """A width of its own for every photo, as a product of matrices: several times faster than a convolution.

    Args:
        sigma: standard deviations in pixels.
        radius: how far the kernel reaches across and down, in pixels; beyond the edge the photo is reflected.
    """
    across, down = (_blur_matrix(side, reach, sigma) for side, reach in zip(images.shape[:1:-1], radius, strict=True))
    return down.unsqueeze(1) @ images @ across.unsqueeze(1).mT


def _blur_matrix(side: int, radius: int, sigma: Tensor) -> Tensor:
    """Float32 [N, side, side], from a row of pixels to the blurred one."""
    radius = min(radius, side - 1)
    offsets = torch.arange(-radius, radius + 1, device=sigma.device)
    weights = torch.softmax(-(offsets**2) / (2 * sigma.view(-1, 1) ** 2), 1).float()
    at = (torch.arange(side, device=sigma.device).view(-1, 1) + offsets).abs()
    at = side - 1 - (side - 1 - at).abs()
    shape = (len(sigma), side, len(offsets))
    empty = torch.zeros(len(sigma), side, side, device=sigma.device)
    return empty.scatter_add_(2, at.expand(shape), weights.unsqueeze(1).expand(shape))


def gaussian_noise(images: Tensor, deviation: float, seeds: Tensor) -> Tensor:
    """Every value of every channel moved by its own normal draw, each photo's from its own generator."""
    noise, generator = torch.empty(images.shape), torch.Generator()
    for row, seed in zip(noise, seeds.tolist(), strict=True):
        row.normal_(0, deviation, generator=generator.manual_seed(seed))
    return images + noise.to(images.device)


def affine(
    images: Tensor,
    degrees: Tensor | float = 0.0,
    x: Tensor | float = 0.0,
    y: Tensor | float = 0.0,
    scale: Tensor | float = 1.0,
    shear: Tensor | float = 0.0,
    mode: str = "bilinear",
) -> Tensor:
    """Photos sheared, scaled, turned and shifted about their centres, sampled once.

    Args:
        degrees: counter-clockwise.
        x, y: to the right and down, in shares of the width and height.
        scale: above 1 enlarges.
        shear: degrees by which upright lines lean, the upper end to the right.
        mode: "bilinear" or "nearest".
    """
    number, _, height, width = images.shape
    degrees, x, y, scale, shear = (
        torch.as_tensor(part, dtype=torch.float64, device=images.device).expand(number)
        for part in (degrees, x, y, scale, shear)
    )
    cos, sin, lean = torch.cos(torch.deg2rad(degrees)), torch.sin(torch.deg2rad(degrees)), shear.deg2rad().tan()
    # Rows of the inverse map: where in the photo each pixel of the result comes from.
    inverse = torch.stack((cos + lean * sin, lean * cos - sin, sin, cos), 1).view(-1, 2, 2) / scale.view(-1, 1, 1)
    # `affine_grid` measures both axes from -1 to 1 whatever their lengths, so a whole side is 2.
    sides = inverse.new_tensor([width, height])
    inverse = inverse * sides / sides.view(2, 1)
    moved = -inverse @ torch.stack((2 * x, 2 * y), 1).unsqueeze(2)
    grid = F.affine_grid(torch.cat((inverse, moved), 2).float(), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode, "zeros", align_corners=False)


def perspective(images: Tensor, corners: Tensor) -> Tensor:
    """Photos seen aslant: each corner moves inwards to its own place.

    Args:
        corners: float [N, 4, 2], how far the upper left, upper right, lower right and lower left corners move, in
            shares of width and height.
    """
    height, width = images.shape[2:]
    outward = corners.new_tensor([[-1, -1], [1, -1], [1, 1], [-1, 1]]).double()
    start = outward.expand(len(images), 4, 2)
    end = outward * (1 - 2 * corners.double())
    # Eight equations for the homography that leads from the result back to the photo (Heckbert 1989, section 2.2).
    one, nil = torch.ones_like(end[..., :1]), torch.zeros_like(end)
    rows_x = torch.cat((end, one, nil, 0 * one, -start[..., :1] * end), 2)
    rows_y = torch.cat((nil, 0 * one, end, one, -start[..., 1:] * end), 2)
    solved = torch.linalg.solve(torch.cat((rows_x, rows_y), 1), torch.cat((start[..., 0], start[..., 1]), 1))
    matrix = torch.cat((solved, solved.new_ones(len(images), 1)), 1).view(-1, 3, 3).float()
    across, down = ((2 * torch.arange(side, device=images.device) + 1) / side - 1 for side in (width, height))
    plane = torch.stack((across.expand(height, width), down.view(-1, 1).expand(height, width)), 2).view(-1, 2)
    at = F.pad(plane, (0, 1), value=1) @ matrix.transpose(1, 2)
    grid = (at[..., :2] / at[..., 2:]).view(-1, height, width, 2)
    return F.grid_sample(images, grid, "bilinear", "zeros", align_corners=False)


def occlude(images: Tensor, share: float, place: Tensor) -> Tensor:
    """A grey square over part of every photo.

    Args:
        share: the square's side as a share of the photo's shorter side; at least a pixel.
        place: float [N, 2] in [0, 1], from the left and upper to the right and lower edge.
    """
    height, width = images.shape[2:]
    side = max(1, round(share * min(height, width)))
    room = place.new_tensor([width - side, height - side])
    left, top = (place * room).round().unbind(1)
    across, down = (torch.arange(size, device=images.device) for size in (width, height))
    in_columns = (across >= left.view(-1, 1)) & (across < left.view(-1, 1) + side)
    in_rows = (down >= top.view(-1, 1)) & (down < top.view(-1, 1) + side)
    return torch.where((in_rows.unsqueeze(2) & in_columns.unsqueeze(1)).unsqueeze(1), 0.5, images)


def jpeg(images: Tensor, quality: int) -> Tensor:
    """Photos after a round trip through JPEG by Pillow: torchvision's own codec does not load beside every torch."""
    pixels = images.mul(255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    grey = images.shape[1] == 1
    decoded = np.stack([_round_trip(photo[..., 0] if grey else photo, quality) for photo in pixels])
    decoded = torch.from_numpy(decoded.reshape(pixels.shape)).to(images.device)
    return decoded.permute(0, 3, 1, 2).to(images.dtype, memory_format=torch.contiguous_format) / 255


def resample(images: Tensor, share: float) -> Tensor:
    """Photos shrunk to a share of their sides, a pixel at least, and enlarged again, both smoothly."""
    # A page that only reads the registry need not wait for torchvision.
    from facelab._torchvision import v2

    height, width = images.shape[2:]
    small = [max(1, round(share * side)) for side in (height, width)]
    shrunk = v2.functional.resize(images, small, antialias=True)
    return v2.functional.resize(shrunk, [height, width], antialias=True)


def _column(amounts: Tensor) -> Tensor:
    return amounts.float().view(-1, 1, 1, 1)


def _grey(images: Tensor) -> Tensor:
    """[N, 1, H, W]."""
    if images.shape[1] == 1:
        return images
    return (images * images.new_tensor(GREY).view(1, 3, 1, 1)).sum(1, keepdim=True)


def _round_trip(pixels: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))
