"""One registry of optimizers: name -> torch optimizer, made from the settings; and their state as plain tensors."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop

from facelab.training.config import OptimizerConfig


def _sgd(parameters: Iterable[nn.Parameter], config: OptimizerConfig) -> Optimizer:
    return SGD(
        parameters,
        lr=config.learning_rate,
        momentum=config.momentum,
        # torch refuses Nesterov without momentum, where it would change nothing.
        nesterov=config.nesterov and config.momentum > 0,
        weight_decay=config.weight_decay,
    )


def _adam(parameters: Iterable[nn.Parameter], config: OptimizerConfig) -> Optimizer:
    # Fused saves 30 % of a step on small networks; for SGD it gains nothing.
    return Adam(parameters, lr=config.learning_rate, weight_decay=config.weight_decay, fused=True)


def _adamw(parameters: Iterable[nn.Parameter], config: OptimizerConfig) -> Optimizer:
    return AdamW(parameters, lr=config.learning_rate, weight_decay=config.weight_decay, fused=True)


def _rmsprop(parameters: Iterable[nn.Parameter], config: OptimizerConfig) -> Optimizer:
    return RMSprop(parameters, lr=config.learning_rate, momentum=config.momentum, weight_decay=config.weight_decay)


OPTIMIZERS: dict[str, Callable[[Iterable[nn.Parameter], OptimizerConfig], Optimizer]] = {
    "sgd": _sgd,
    "adam": _adam,
    "adamw": _adamw,
    "rmsprop": _rmsprop,
}


def state_tensors(optimizer: Optimizer) -> dict[str, Tensor]:
    """What `optimizer` remembers, by `<index of the parameter>.<name>`; not copied."""
    return {
        f"{index}.{name}": value
        for index, state in optimizer.state_dict()["state"].items()
        for name, value in state.items()
        if value is not None
    }


def load_state_tensors(optimizer: Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put a copy of what `state_tensors` gave back into an optimizer of the same kind and parameters."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, key = name.split(".")
        parameter = parameters[int(index)]
        # Fused optimizers walk weights and moments by address: both must be laid out alike.
        layout = parameter if tensor.shape == parameter.shape else tensor
        state.setdefault(int(index), {})[key] = torch.empty_like(layout, requires_grad=False).copy_(tensor)
    optimizer.load_state_dict(optimizer.state_dict() | {"state": state})
