"""`Engine`: one small dense network in the compiled passes of `facelab.training.kernels`.

It trains the module's own weights: they are moved into one vector that the module and the passes share.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from facelab.errors import DataError
from facelab.models import ACTIVATIONS, MLP, MLPConfig, blank
from facelab.models.flat import flat_parts, flatten
from facelab.training.config import TrainingConfig
from facelab.training.numerics import choose
from facelab.training.schedule import rates, timetable
from facelab.training.workspace import NONE, UNWATCHED, How, Net, Watch

ACTIVATION_NAMES = {type(entry.module()): name for name, entry in ACTIVATIONS.items()}
MOMENTS = {
    "sgd": ("momentum_buffer", None),
    "adam": ("exp_avg", "exp_avg_sq"),
    "adamw": ("exp_avg", "exp_avg_sq"),
    "rmsprop": ("momentum_buffer", "square_avg"),
}
"""What torch's optimizers call the engine's first and second moments."""
LARGEST = 64 * 64
"""Weights of a layer up to which the compiled passes beat torch's matrix products."""
VIEW = 128
"""Examples that are evaluated together: as many as leave the activations in the fastest memory."""
STRETCH = 1 << 20
"""Steps in one call of the compiled passes, at most: their rates and losses are kept in memory."""

ARRAYS = ("losses", "right", "seen", "learning_rates", "norms")


def supports(model: nn.Module, inputs: Tensor, config: TrainingConfig) -> bool:
    """Whether the engine can train `model` on `inputs` under `config`, and is faster at it than torch."""
    return trainable(model, inputs, config) and max(layer.weight.numel() for layer in _linear(model)) <= LARGEST


def trainable(model: nn.Module, inputs: Tensor, config: TrainingConfig) -> bool:
    """Whether the engine can train `model`: a multilayer perceptron as it was built, on float32 [N, D] on the CPU.

    Hooks, frozen weights, lower precision and a rising momentum are for autograd.
    """
    if config.optimizer.momentum_epochs:
        return False
    if type(model) is not MLP or inputs.dtype != torch.float32 or inputs.dim() != 2:
        return False
    numerics = choose(model, config)
    return (
        numerics.device.type == "cpu" == inputs.device.type
        and not numerics.bfloat16
        and not any(_hooks(part) for part in (*model.modules(), *model.parameters()))
        and all(parameter.requires_grad and parameter.dtype == torch.float32 for parameter in model.parameters())
        and all(type(layer.activation) in ACTIVATION_NAMES for layer in model.hidden)
        and inputs.shape[1:] == model.standardize.mean.shape
    )


def warm() -> None:
    """Compile the passes, which takes ten seconds, or load what an earlier process has compiled."""
    points = torch.randn(4, 2), torch.arange(4) % 2
    one = Engine(blank(MLPConfig(hidden=(2,)), (2,), 2), *points, TrainingConfig(batch_size=2))
    one.train(1)
    one.evaluate(*points)


def _linear(model: MLP) -> list[nn.Linear]:
    return [module for module in model.modules() if isinstance(module, nn.Linear)]


def _hooks(part: nn.Module | nn.Parameter) -> bool:
    names = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return any(getattr(part, name, None) for name in names)


@dataclass(frozen=True)
class Trained:
    """What came of `Engine.train`.

    Attributes:
        losses: float32 [n], of every step finished; with label smoothing and dropout, as trained on.
        right: int64 [n], how many examples of the batch were answered right; `seen`, int64 [n], how many it had.
        learning_rates: float64 [n].
        norms: float64 [samples, layers], the layers' gradient norms where they were asked for.
        diverged: whether the loss of the step after these was no finite number; there is nothing to go on from.
    """

    losses: np.ndarray
    right: np.ndarray
    seen: np.ndarray
    learning_rates: np.ndarray
    norms: np.ndarray
    diverged: bool


class Engine:
    """One network in the engine: it trains the module's own weights, in place, and needs no autograd.

    Parameters and buffers of `model` become views of one vector, `values`, float32 [P], in the order of
    `facelab.models.flatten`: writing to them is writing to the engine. Batches are those of `fit`. The same seed gives
    the same weights, bit for bit, however the steps are divided among calls. Training and evaluation release the
    interpreter, so engines run side by side in threads; one engine belongs to one thread at a time.
    """

    def __init__(self, model: MLP, inputs: Tensor, labels: Tensor, config: TrainingConfig) -> None:
        """Prepare to train on inputs float32 [N, D] with labels int64 [N].

        Raises:
            SettingsError: a batch is larger than the training split.
            DataError: a label that no output of the network stands for.
        """
        # Numba takes half a second to import, which pages that train nothing should not wait for.
        from facelab.training import kernels

        self._kernels = kernels
        self.model, self.values = model, _shared(model)
        self._inputs, self._labels = self.prepared(inputs, labels)
        self._plan, self._dropout = _plan(model)
        self._moments = [np.zeros_like(self.values) for _ in range(2)]
        self._grad, self._order = np.zeros_like(self.values), np.empty(len(labels), np.int64)
        self._clock = np.zeros(3, np.int64)  # steps, finished epochs, steps in the present epoch
        self._tracked = [layer.norm.num_batches_tracked for layer in model.hidden if hasattr(layer, "norm")]
        self.view = self._net(VIEW)
        self._net_of_batch: tuple[int, Net] = (0, self.view)
        self._config = config
        timetable(config, len(labels))

    @property
    def step(self) -> int:
        """Optimizer steps so far."""
        return int(self._clock[0])

    @property
    def epoch(self) -> float:
        """Epochs so far; a fraction within one."""
        epoch, within = self._clock[1:].tolist()
        return epoch + within / self._steps_per_epoch(self._config.at(epoch)) if within else float(epoch)

    def train(self, steps: int) -> Trained:
        """Go on for so many steps, across epochs and past the last; fewer if the loss is no longer a finite number."""
        parts = [self.advance(steps)[0]]
        while not parts[-1].diverged and (left := steps - sum(len(part.losses) for part in parts)) > 0:
            parts.append(self.advance(left)[0])
        joined = [np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS]
        return Trained(*joined, diverged=parts[-1].diverged)

    def evaluate(self, inputs: Tensor, labels: Tensor) -> tuple[float, float]:
        """Mean cross-entropy and the share of right answers in evaluation mode; both NaN without examples."""
        return self._kernels.measure(self.view, *self.prepared(inputs, labels), 0, len(labels))

    def advance(self, steps: int, gradient_stride: int = 0, watch: Watch | None = None) -> tuple[Trained, int]:
        """At most so many steps with the same settings, and which of `kernels`' endings they had.

        Args:
            gradient_stride: take the layers' gradient norms in every so many steps of an epoch; 0 for never.
            watch: what to take down after each epoch.
        """
        _, epoch, within = self._clock.tolist()
        config = self._config.at(epoch)
        each, optimizer = self._steps_per_epoch(config), config.optimizer
        ends = [(change.epoch - epoch) * each - within for change in config.changes if change.epoch > epoch]
        steps = min([steps, STRETCH, *ends])
        epochs = range(epoch, epoch - (-(within + steps) // each))
        speed = np.concatenate([rates(config, each_epoch, each) for each_epoch in epochs])[within : within + steps]
        positions = np.arange(within, within + steps) % each
        samples = np.count_nonzero(positions % gradient_stride == 0) if gradient_stride else 0
        losses, right = np.empty(steps, np.float32), np.empty(steps, np.int64)
        norms = np.empty((samples, len(self._plan)))
        how = How(
            optimizer=list(MOMENTS).index(optimizer.name),
            momentum=optimizer.momentum,
            nesterov=optimizer.nesterov,
            decay=optimizer.weight_decay,
            l1=config.l1,
            clip=config.clip_norm,
            smoothing=config.label_smoothing,
            batch=config.batch_size,
            seed=config.seed,
            gradient_stride=gradient_stride,
        )
        done, ending = self._kernels.train(
            self._wide(config.batch_size),
            self.view,
            how,
            watch or UNWATCHED,
            self._inputs,
            self._labels,
            self._order,
            speed,
            self._clock,
            losses,
            right,
            norms,
        )
        seen = np.where(positions == each - 1, len(self._labels) - (each - 1) * config.batch_size, config.batch_size)
        for tracked in self._tracked:
            tracked += int((seen[:done] > 1).sum())
        taken = norms[: np.count_nonzero(positions[:done] % gradient_stride == 0) if gradient_stride else 0]
        diverged = ending == self._kernels.DIVERGED
        return Trained(losses[:done], right[:done], seen[:done], speed[:done], taken, diverged), ending

    def prepared(self, inputs: Tensor, labels: Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Standardised float32 [N, D] and int64 [N], as the passes take them.

        Raises:
            DataError: the network has no such class.
        """
        classes = self.model.output.out_features
        # The passes would write beyond their memory.
        if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
            raise DataError(f"Labels must lie between 0 and {classes - 1}, one for each output of the network.")
        with torch.no_grad():
            standard = self.model.standardize(inputs.float())
        return np.ascontiguousarray(standard.numpy()), np.ascontiguousarray(labels.numpy().astype(np.int64))

    def optimizer_state(self) -> dict[str, Tensor]:
        """What torch's optimizer would remember, named as `optimizers.state_tensors` does; not copied."""
        if not self.step:
            return {}
        state = {}
        for index, (parameter, place) in enumerate(self._places()):
            for name, moments in self._named_moments():
                state[f"{index}.{name}"] = torch.from_numpy(moments[place]).view_as(parameter)
            if self._config.optimizer.name != "sgd":
                state[f"{index}.step"] = torch.tensor(float(self.step))
        return state

    def restore(self, step: int, epoch: int, within: int, state: dict[str, Tensor]) -> None:
        """Go on from another training's step, `within` steps into an epoch, with what its optimizer remembered.

        The weights are the module's.
        """
        more, within = divmod(within, self._steps_per_epoch(self._config.at(epoch)))
        self._clock[:] = step, epoch + more, within
        if within:
            self._kernels.shuffle(self._order, self._config.seed * 1_000_003 + epoch)
        for index, (_, place) in enumerate(self._places()):
            for name, moments in self._named_moments():
                if f"{index}.{name}" in state:
                    moments[place] = state[f"{index}.{name}"].reshape(-1).numpy()

    def _steps_per_epoch(self, config: TrainingConfig) -> int:
        return -(-len(self._labels) // config.batch_size)

    def _named_moments(self) -> list[tuple[str, np.ndarray]]:
        optimizer = self._config.optimizer
        named = zip(MOMENTS[optimizer.name], self._moments, strict=True)
        return [
            (name, moments) for name, moments in named if name and (optimizer.momentum or name != "momentum_buffer")
        ]

    def _places(self) -> list[tuple[Tensor, slice]]:
        """The parameters and their places in `values`, in the order of `model.parameters()`."""
        return [(tensor, place) for _, tensor, place in flat_parts(self.model) if isinstance(tensor, nn.Parameter)]

    def _wide(self, batch: int) -> Net:
        if self._net_of_batch[0] != batch:
            self._net_of_batch = batch, self._net(batch)
        return self._net_of_batch[1]

    def _net(self, columns: int) -> Net:
        rows = int(self._plan[-1, self._kernels.ROW] + self._plan[-1, self._kernels.OUTPUTS])
        # Batch norm keeps one number more per unit.
        a, d, g, h = (np.zeros((rows, columns + extra), np.float32) for extra in (0, 0, 0, 1))
        sums, labels = np.zeros((4, columns), np.float32), np.zeros(columns, np.int64)
        return Net(self.values, self._grad, *self._moments, self._plan, self._dropout, a, d, g, h, sums, labels)


def _shared(model: nn.Module) -> np.ndarray:
    """The model's floating-point state as one vector, of which its tensors become views."""
    parts = list(flat_parts(model))
    values = torch.from_numpy(flatten(model))
    for _, tensor, place in parts:
        tensor.data = values[place].view_as(tensor)
    return values.numpy()


def _plan(model: MLP) -> tuple[np.ndarray, np.ndarray]:
    """What the passes must know of each layer, int64 [layers, 10], and its dropout, float64 [layers]."""
    from facelab.training import kernels

    places = {name: place for name, _, place in flat_parts(model)}
    layers = [(f"hidden.{index}.linear", layer.linear, layer) for index, layer in enumerate(model.hidden)]
    row, lines, dropout = layers[0][1].in_features if layers else model.output.in_features, [], []
    for name, linear, layer in [*layers, ("output", model.output, None)]:
        norm = name.replace("linear", "norm")
        has_norm = layer is not None and hasattr(layer, "norm")
        last = f"{norm}.bias" if has_norm else f"{name}.bias"
        lines.append(
            [
                row,
                lines[-1][0] if lines else 0,
                linear.out_features,
                linear.in_features,
                places[f"{name}.weight"].start,
                NONE if linear.bias is None else places[f"{name}.bias"].start,
                places[f"{norm}.weight"].start if has_norm else NONE,
                places[last].stop,
                kernels.FUNCTIONS.index(ACTIVATION_NAMES[type(layer.activation)]) if layer is not None else NONE,
                bool(layer is not None and layer.residual),
            ]
        )
        dropout.append(layer.dropout.p if layer is not None and hasattr(layer, "dropout") else 0.0)
        row += linear.out_features
    return np.array(lines, np.int64), np.array(dropout)
