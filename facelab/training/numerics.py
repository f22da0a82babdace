"""Where and how the arithmetic runs: device, precision, memory format and threads."""

import ctypes
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from facelab.errors import SettingsError
from facelab.training.config import TrainingConfig

FEWEST_CHANNELS = 16
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Of glibc's malloc.h."""


@dataclass(frozen=True)
class Numerics:
    """The choice made for one network: see `choose`."""

    device: torch.device
    bfloat16: bool
    channels_last: bool

    @property
    def layout(self) -> torch.memory_format:
        """How four-dimensional tensors lie in memory."""
        return torch.channels_last if self.channels_last else torch.contiguous_format

    def place(self, model: nn.Module) -> nn.Module:
        """Move `model` to the device and lay its weights out for it."""
        return model.to(self.device, memory_format=self.layout)

    def inputs(self, batch: Tensor) -> Tensor:
        """A batch as a network takes it: uint8 images become float32 in [0, 1]."""
        if batch.dtype == torch.uint8:
            layout = self.layout if batch.dim() == 4 else torch.contiguous_format  # pairs have five dimensions
            batch = batch.to(torch.float32, memory_format=layout).div_(255)
        return batch

    def autocast(self) -> AbstractContextManager:
        """The context for forward passes."""
        return torch.autocast(self.device.type, torch.bfloat16) if self.bfloat16 else nullcontext()


def choose(model: nn.Module, config: TrainingConfig) -> Numerics:
    """What is fastest for `model` without losing accuracy.

    Convolutions on a CPU that computes in bfloat16 (AVX512-BF16, AMX) run 2.5 to 3 times faster in bfloat16 *and*
    channels-last, either alone gains less; without those instructions bfloat16 is slower. Small dense networks gain
    nothing from it.

    Raises:
        SettingsError: the configured device is not in this computer.
    """
    device = _device(config.device)
    convolutional = is_convolutional(model)
    if config.precision == "auto":
        bfloat16 = convolutional and BFLOAT16_IS_FAST[device.type]()
    else:
        bfloat16 = config.precision == "bfloat16"
    channels_last = convolutional and device.type != "mps" and (bfloat16 or not _corrupts_memory(model))
    return Numerics(device, bfloat16, channels_last)


def _corrupts_memory(model: nn.Module) -> bool:
    """Whether a layer is such that torch 2.13 writes where it must not: in float32 and channels-last the backward pass
    of a 1x1 convolution with a stride, fewer than 16 channels and an odd batch ends the process on two threads."""
    return any(
        isinstance(module, nn.Conv2d)
        and module.kernel_size == (1, 1)
        and module.stride != (1, 1)
        and module.in_channels < FEWEST_CHANNELS
        for module in model.modules()
    )


def plain(model: nn.Module) -> Numerics:
    """Float32 on the device where `model` is."""
    parameter = next(model.parameters(), None)
    device = torch.device("cpu") if parameter is None else parameter.device
    return Numerics(device, bfloat16=False, channels_last=False)


def is_convolutional(model: nn.Module) -> bool:
    """Whether convolutions are what `model` spends its time on."""
    return any(isinstance(module, nn.Conv2d) for module in model.modules())


BFLOAT16_IS_FAST: dict[str, Callable[[], bool]] = {
    "cpu": lambda: torch.cpu.get_capabilities().get("avx512_bf16", False),
    "cuda": lambda: torch.cuda.is_bf16_supported(including_emulation=False),
    "mps": lambda: False,
}
DEVICES: dict[str, Callable[[], bool]] = {
    "cuda": torch.cuda.is_available,
    "mps": torch.backends.mps.is_available,
    "cpu": lambda: True,
}


def _device(name: str) -> torch.device:
    if name == "auto":
        name = next(device for device, available in DEVICES.items() if available())
    if not DEVICES[name]():
        raise SettingsError(f"device is {name!r}, but this computer has none: choose auto or cpu.")
    return torch.device(name)


def keep_memory() -> None:
    """Let this process keep what freed tensors took.

    glibc gives large blocks back to the system at once, and the next training step, which wants the same ones, has
    every page of them made anew: a fifth of a convolutional network's time. Without glibc nothing is done.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL("libc.so.6").mallopt
        mallopt(M_MMAP_THRESHOLD, 1 << 30)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # on Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def set_threads(model: nn.Module, jobs: int = 1) -> int:
    """Give this process the torch threads that suit `model` beside `jobs - 1` other jobs; returns how many.

    One is best for dense networks, every free core for convolutions; more threads than free cores are many times
    slower.
    """
    threads = max(1, cores() // max(jobs, 1)) if is_convolutional(model) else 1
    torch.set_num_threads(threads)
    return threads
