"""The layers that both kinds of network are made of, beyond torch's own."""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from facelab.errors import DataError
from facelab.models.initialization import ACTIVATIONS


class Standardize(nn.Module):
    """Subtracts each channel's mean and divides by its standard deviation, both kept as buffers with the weights.

    Takes and returns float [B, C, ...]. Does nothing until `fit` has seen the training split.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, input_shape: tuple[int, ...]) -> None:
        super().__init__()
        shape = (input_shape[0], *[1] * (len(input_shape) - 1))
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("std", torch.ones(shape))

    def fit(self, inputs: Tensor) -> None:
        """Takes mean and standard deviation from `inputs`: uint8 [N, C, H, W], read as value / 255, or float [N, C].

        A channel that never varies is only centred.

        Raises:
            DataError: there are no inputs.
        """
        if not inputs.numel():
            raise DataError("The training split is empty: give it at least one example.")
        moments = _byte_moments if inputs.dtype == torch.uint8 else _float_moments
        mean, variance = moments(inputs)
        self.mean.copy_(mean.view_as(self.mean))
        self.std.copy_(torch.where(variance > 0, variance.sqrt(), 1.0).view_as(self.std))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.std

    def extra_repr(self) -> str:
        return f"{len(self.mean)}"


def _byte_moments(images: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of each channel of uint8 [N, C, H, W], as float64 [C] on the scale of 0 to 1.

    Counting how often each of the 256 values occurs is exact and needs no float copy of the images.
    """
    counts = torch.stack([torch.bincount(channel.flatten(), minlength=256) for channel in images.unbind(1)])
    shares = counts.double() / counts.sum(1, keepdim=True)
    values = torch.arange(256, dtype=torch.float64) / 255
    mean = (shares * values).sum(1)
    variance = (shares * (values - mean[:, None]) ** 2).sum(1)
    return mean, torch.where((counts > 0).sum(1) > 1, variance, 0.0)


def _float_moments(points: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of each column of float [N, C], as float64 [C]."""
    variance, mean = torch.var_mean(points.double(), dim=0, correction=0)
    varies = (points != points[0]).any(0)
    return mean, torch.where(varies, variance, 0.0)


class _LoneValue(nn.Module):
    """Batch normalisation that also trains where every channel has a single value, as in a batch of one.

    One value has no variance, so torch raises there. It is normalised by the running statistics instead, as in
    evaluation, and leaves them as they are: the last, odd batch of an epoch should not disturb them.
    """

    def forward(self, x: Tensor) -> Tensor:
        if self.training and x.numel() == x.shape[1]:
            return nn.functional.batch_norm(
                x, self.running_mean, self.running_var, self.weight, self.bias, training=False, eps=self.eps
            )
        return super().forward(x)


class BatchNorm1d(_LoneValue, nn.BatchNorm1d):
    """`torch.nn.BatchNorm1d` (Ioffe & Szegedy 2015) for float [B, C] and any batch size from 1."""


class BatchNorm2d(_LoneValue, nn.BatchNorm2d):
    """`torch.nn.BatchNorm2d` (Ioffe & Szegedy 2015) for float [B, C, H, W] and any batch size from 1."""


class Dense(nn.Sequential):
    """A fully connected hidden layer: linear, batch norm, activation, dropout. Float [B, inputs] to [B, outputs].

    A residual layer adds its input to what comes out (He et al. 2016), after dropout, so that the way past the layer
    stays clear. Batch norm brings the bias, so the linear map before it has none.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        activation: str,
        batch_norm: bool = False,
        dropout: float = 0.0,
        residual: bool = False,
    ) -> None:
        parts = OrderedDict[str, nn.Module](linear=nn.Linear(inputs, outputs, bias=not batch_norm))
        if batch_norm:
            parts["norm"] = BatchNorm1d(outputs)
        parts["activation"] = ACTIVATIONS[activation].module()
        if dropout:
            parts["dropout"] = nn.Dropout(dropout)
        super().__init__(parts)
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        out = super().forward(x)
        return x + out if self.residual else out
