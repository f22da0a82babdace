"""A random stream that training and its caller never share."""

from typing import Self

import torch
from torch import Tensor

GENERATORS = {"cpu": torch, "cuda": torch.cuda, "mps": torch.mps}


class PrivateRandom:
    """Inside `with`, torch's global generators continue a stream of our own; outside they are the caller's, untouched.

    Dropout can only draw from the global generators, so they are swapped. `state` is the stream between two blocks.
    """

    def __init__(self, device: torch.device, seed: int) -> None:
        self.devices = dict.fromkeys(("cpu", device.type))
        self.seed(seed)

    def seed(self, seed: int) -> None:
        """Begin the stream anew; not inside `with`."""
        self.state = {name: torch.Generator(name).manual_seed(seed).get_state() for name in self.devices}

    def __enter__(self) -> Self:
        self._callers = self._swap(self.state)
        return self

    def __exit__(self, *exception: object) -> None:
        self.state = self._swap(self._callers)

    def _swap(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        before = {}
        for name in state:
            before[name] = GENERATORS[name].get_rng_state()
            GENERATORS[name].set_rng_state(state[name])
        return before
