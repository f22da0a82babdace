"""A network of `facelab.models` as code: the same layers under the same names, and the same first weights."""

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from math import prod

from facelab.models import ACTIVATIONS, Block, ConvNetConfig, EncoderConfig, MLPConfig
from facelab.models.shapes import POOL, block_shapes, feature_shape
from facelab.runs.export.residual import REPEATS, meets_lone_values, residual_code

LINE = 120
DenseConfig = MLPConfig | ConvNetConfig

STANDARDIZE = '''\
class Standardize(nn.Module):
    """Subtracts each channel's mean and divides by its standard deviation; both are saved with the weights."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(3, 1, 1))
        self.register_buffer("std", torch.ones(3, 1, 1))

    def fit(self, images):
        for index, channel in enumerate(images.unbind(1)):
            std, mean = torch.std_mean(channel.double() / 255, correction=0)
            self.mean[index], self.std[index] = mean, std if std > 1e-6 else 1

    def forward(self, x):
        return (x - self.mean) / self.std
'''

LAYERS = '''\
class Layers(nn.Sequential):
    """Layers one after the other, by name."""

    def __init__(self, **layers):
        super().__init__(OrderedDict(layers))
'''

RESIDUAL = '''\
class Residual(Layers):
    """Adds its input to what its layers make of it (He et al. 2016)."""

    def forward(self, x):
        return x + super().forward(x)
'''

BATCH_NORM = '''\
class {name}(nn.{name}):
    """Normalises a lone value, which has no variance, by the running statistics."""

    def forward(self, x):
        if self.training and x.numel() == x.shape[1]:
            return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)
        return super().forward(x)
'''

INITIALIZE = '''\
def initialize(net):
    """{text}; biases {biases}."""
    for {name}, module in net.{modules}:
        if isinstance(module, {layers}):
{weights}
'''

INITS = {
    "kaiming_uniform": "Uniform with standard deviation gain / sqrt(inputs per unit), He et al. 2015",
    "xavier": "Uniform with variance 2 / (inputs + outputs), Glorot & Bengio 2010",
    "normal": "Normal with standard deviation {std}",
    "koch": "Normal with standard deviation 0.01 in convolutions and 0.2 elsewhere, Koch et al. 2015",
}
BIASES = {"koch": ("too, around 0.5", "nn.init.normal_(module.bias, 0.5, 0.01)")}
GAINS = {
    "relu": "math.sqrt(2)",
    "leaky_relu": 'nn.init.calculate_gain("leaky_relu")',
    "tanh": "5 / 3",
}


def network_code(config: EncoderConfig, input_shape: tuple[int, int, int], classes: int) -> list[str]:
    """The classes and functions that make the network, called `Net` with an `initialize` beside it."""
    norms = [BATCH_NORM.format(name=name) for name in _lone_value_norms(config, input_shape)]
    if config.kind == "residual":
        network = [LAYERS, *norms, *residual_code(config, input_shape, classes)]
    else:
        layers = list(_blocks(config, input_shape)) if config.kind == "convnet" else []
        hidden = list(_hidden(config, input_shape))
        network = [LAYERS] if layers or hidden else []
        if any(name == "Residual" for name, _ in hidden):
            network.append(RESIDUAL)
        network += [*norms, _net(config, input_shape, classes, layers, hidden)]
    return [STANDARDIZE, *network, _initialize(config)]


def call(name: str, arguments: Iterable[str], indent: int) -> str:
    """A call as one argument of another: on one line if it fits there, else an argument a line."""
    arguments, margin = list(arguments), " " * indent
    line = f"{margin}{name}({', '.join(arguments)}),"
    if len(line) <= LINE:
        return line
    inner = "".join(f"{margin}    {argument},\n" for argument in arguments)
    return f"{margin}{name}(\n{inner}{margin}),"


def _blocks(config: ConvNetConfig, input_shape: tuple[int, int, int]) -> Iterator[tuple[str, list[str]]]:
    channels = input_shape[0]
    for index, block in enumerate(config.blocks):
        (_, *side), input_shape = block_shapes(block, index, input_shape)
        arguments = [f"conv={_conv(block, channels, bias=not config.batch_norm)}"]
        if config.batch_norm:
            arguments.append(f"norm={'' if side == [1, 1] else 'nn.'}BatchNorm2d({block.channels})")
        arguments.append(f"activation={_activation(config.activation)}")
        if block.pool != "none":
            arguments.append(f"pool=nn.{ {'max': 'MaxPool2d', 'average': 'AvgPool2d'}[block.pool] }({POOL})")
        channels = block.channels
        yield "Layers", arguments


def _conv(block: Block, inputs: int, bias: bool) -> str:
    options = {"stride": (block.stride, 1), "padding": (block.padding, 0), "bias": (bias, True)}
    changed = [f"{name}={value}" for name, (value, default) in options.items() if value != default]
    return f"nn.Conv2d({', '.join([str(inputs), str(block.channels), str(block.kernel), *changed])})"


def _hidden(config: DenseConfig, input_shape: tuple[int, int, int]) -> Iterator[tuple[str, list[str]]]:
    widths = (_features(config, input_shape), *config.hidden)
    dense = config.kind == "mlp"
    activation = config.activation if dense else config.hidden_activation or config.activation
    for index, (inputs, outputs) in enumerate(pairwise(widths)):
        norm = dense and config.batch_norm
        arguments = [f"linear=nn.Linear({inputs}, {outputs}{', bias=False' if norm else ''})"]
        if norm:
            arguments.append(f"norm=BatchNorm1d({outputs})")
        arguments.append(f"activation={_activation(activation)}")
        if config.dropout and (dense or index == len(config.hidden) - 1):
            arguments.append(f"dropout=nn.Dropout({config.dropout})")
        residual = dense and config.residual and inputs == outputs
        yield "Residual" if residual else "Layers", arguments


def _features(config: DenseConfig, input_shape: tuple[int, int, int]) -> int:
    return prod(input_shape if config.kind == "mlp" else feature_shape(config, input_shape))


def _activation(name: str) -> str:
    return f"nn.{ACTIVATIONS[name].module.__name__}()"


def _lone_value_norms(config: EncoderConfig, input_shape: tuple[int, int, int]) -> Iterator[str]:
    """The kinds of batch norm that meet a single value per channel in a batch of one, where torch's own raises."""
    if config.kind == "mlp" and config.batch_norm and config.hidden:
        yield "BatchNorm1d"
    if config.kind == "residual" and meets_lone_values(config, input_shape):
        yield "BatchNorm2d"
    if config.kind == "convnet" and config.batch_norm:
        shapes = []
        for index, block in enumerate(config.blocks):
            conv, input_shape = block_shapes(block, index, input_shape)
            shapes.append(conv[1:])
        if (1, 1) in shapes:
            yield "BatchNorm2d"


def _sequential(name: str, layers: list[tuple[str, list[str]]]) -> list[str]:
    if not layers:
        return []
    lines = [f"        self.{name} = nn.Sequential("]
    for (kind, arguments), equal in groupby(layers):
        times = len(list(equal))
        lines += [call(kind, arguments, 12)] * times if times < REPEATS else [_repeated(kind, arguments, times)]
    return [*lines, "        )"]


def _repeated(kind: str, arguments: list[str], times: int) -> str:
    line = f"            *({kind}({', '.join(arguments)}) for _ in range({times})),"
    if len(line) <= LINE:
        return line
    layer = call(kind, arguments, 16).removesuffix(",")
    return f"            *(\n{layer}\n                for _ in range({times})\n            ),"


def _net(
    config: DenseConfig,
    input_shape: tuple[int, int, int],
    classes: int,
    blocks: list[tuple[str, list[str]]],
    hidden: list[tuple[str, list[str]]],
) -> str:
    width = config.hidden[-1] if config.hidden else _features(config, input_shape)
    drops = config.kind == "convnet" and config.dropout
    return "\n".join(
        [
            "class Net(nn.Module):",
            f'    """Images float [B, 3, {input_shape[1]}, {input_shape[2]}] in [0, 1] to logits [B, {classes}]."""',
            "",
            "    def __init__(self):",
            "        super().__init__()",
            "        self.standardize = Standardize()",
            *_sequential("blocks", blocks),
            *([f"        self.dropout = nn.Dropout({config.dropout})"] if drops else []),
            *_sequential("hidden", hidden),
            f"        self.output = nn.Linear({width}, {classes})",
            "",
            "    def forward(self, x):",
            f"        x = {'self.blocks(self.standardize(x))' if blocks else 'self.standardize(x)'}.flatten(1)",
            *(["        x = self.dropout(x)"] if drops else []),
            f"        return self.output({'self.hidden(x)' if hidden else 'x'})",
            "",
        ]
    )


def _initialize(config: EncoderConfig) -> str:
    dense = config.kind == "mlp"
    gain = GAINS.get(config.activation, repr(ACTIVATIONS[config.activation].gain))
    scaled = config.init == "kaiming_uniform" and gain != "1.0"
    weights = {
        "kaiming_uniform": [
            *([f'gain = 1 if name == "output" else {gain}'] if scaled else []),
            f"bound = {'gain * ' if scaled else ''}math.sqrt(3 / module.weight[0].numel())",
            "nn.init.uniform_(module.weight, -bound, bound)",
        ],
        "xavier": ["nn.init.xavier_uniform_(module.weight)"],
        "normal": [f"nn.init.normal_(module.weight, std={config.init_std})"],
        "koch": [
            f"nn.init.normal_(module.weight, std={'0.2' if dense else '0.01 if module.weight.dim() == 4 else 0.2'})"
        ],
    }[config.init]
    text, bias = BIASES.get(config.init, ("start at zero", "nn.init.zeros_(module.bias)"))
    biases = [bias]
    if config.kind == "residual" or config.batch_norm:  # whose layers have no bias
        biases = ["if module.bias is not None:", f"    {bias}"]
    return INITIALIZE.format(
        text=INITS[config.init].format(std=config.init_std),
        biases=text,
        name="name" if scaled else "_",
        modules="named_modules()",
        layers="nn.Linear" if dense else "(nn.Linear, nn.Conv2d)",
        weights="\n".join(f"            {line}" for line in [*weights, *biases]),
    )
