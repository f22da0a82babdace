"""A network's architecture, drawn: feature maps as blocks, vectors as bars, in the order of the forward pass."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import count, figure, nothing

LEVEL = 4  # layers up to which labels lie level; of more they stand upright
SPLIT = 12  # layers up to which labels have two lines
FEWEST = 7  # a diagram of fewer layers is as wide as one of this many
TALL = 1.0  # height of the largest feature map, in units of the distance between layers
WIDE = 0.34  # width of the layer with the most channels
SLANT = (0.17, 0.16)  # how far a block's depth goes right and up, per unit of its height
KINDS = {  # what a layer's kind contains -> its family
    "input": "input",
    "conv": "convolution",
    "pool": "pooling",
    "linear": "dense",
    "dense": "dense",
    "fully": "dense",
}


@dataclass(frozen=True)
class Block:
    """One layer as drawn: the front face's left edge, width and height, and how deep it is (0 to 1)."""

    left: float
    width: float
    height: float
    depth: float

    @property
    def slant(self) -> tuple[float, float]:
        return self.depth * SLANT[0], self.depth * SLANT[1]

    @property
    def bottom(self) -> float:
        return -(self.height + self.slant[1]) / 2

    @property
    def right(self) -> float:
        return self.left + self.width + self.slant[0]


def architecture(layers: list[dict]) -> go.Figure:
    """The diagram of a network.

    A feature map is a block, as high and deep as its pixels and as wide as its channels; a vector is a bar, as high as
    it has features. Sizes are drawn on a root scale: 512 channels beside 3 would leave nothing to see of the 3.

    Args:
        layers: in order, each {"name": str, "kind": str, "shape": tuple (channels, height, width) or (features,),
            "parameters": int}.
    """
    if not layers:
        return nothing("This network has no layers.")
    blocks = _blocks([tuple(layer["shape"]) for layer in layers])
    fig = figure(_alt(layers), palette.DIAGRAM, hovermode="closest", hoverdistance=-1, dragmode="pan")
    faces = (_faces(block, palette.LAYERS[family(layer["kind"])]) for layer, block in zip(layers, blocks, strict=True))
    arrows = [_arrow(before.right, after.left) for before, after in itertools.pairwise(blocks)]
    # All at once: adding one by one copies those before each time.
    fig.update_layout(shapes=list(itertools.chain.from_iterable(faces)), annotations=arrows)
    _add_hover(fig, layers, blocks)
    _add_legend(fig, layers)
    return _label(fig, layers, blocks)


def family(kind: str) -> str:
    """Which of the palette's `LAYERS` a kind such as "Conv2d" belongs to."""
    return next((name for part, name in KINDS.items() if part in kind.lower()), "other")


def _blocks(shapes: list[tuple[int, ...]]) -> list[Block]:
    most_pixels = max((shape[1] for shape in shapes if len(shape) == 3), default=1)
    most_channels = max((shape[0] for shape in shapes if len(shape) == 3), default=1)
    most_features = max((math.prod(shape) for shape in shapes if len(shape) != 3), default=1)
    blocks = []
    for index, shape in enumerate(shapes):
        if len(shape) == 3:
            height = TALL * max((shape[1] / most_pixels) ** 0.7, 0.07)
            width = max(WIDE * (shape[0] / most_channels) ** 0.5, 0.05)
            depth = height
        else:
            height = TALL * max((math.prod(shape) / most_features) ** 0.35, 0.15)
            width, depth = 0.07, 0.12
        blocks.append(Block(index - (width + depth * SLANT[0]) / 2, width, height, depth))
    return blocks


def _faces(block: Block, colour: str) -> Iterator[dict]:
    """Front, top and side of a block, lit from above."""
    (dx, dy), x, y, w, h = block.slant, block.left, block.bottom, block.width, block.height
    front = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    top = [(x, y + h), (x + dx, y + h + dy), (x + w + dx, y + h + dy), (x + w, y + h)]
    side = [(x + w, y), (x + w + dx, y + dy), (x + w + dx, y + h + dy), (x + w, y + h)]
    edge = palette.mix(colour, palette.SHADE, 0.45)
    for corners, light in ((front, 0.12), (top, 0.5), (side, -0.25)):
        fill = palette.mix(colour, palette.ON_COLOUR if light > 0 else palette.SHADE, abs(light))
        path = "M" + "L".join(f"{a:.4g},{b:.4g}" for a, b in corners) + "Z"
        yield {"type": "path", "path": path, "fillcolor": fill, "line": {"color": edge, "width": 0.8}, "layer": "below"}


def _arrow(start: float, end: float) -> dict:
    gap = min(0.06, (end - start) / 5)
    ends = {"x": end - gap, "y": 0, "ax": start + gap, "ay": 0, "xref": "x", "yref": "y", "axref": "x", "ayref": "y"}
    return ends | {"text": "", "arrowhead": 2, "arrowsize": 0.9, "arrowwidth": 1.2, "arrowcolor": palette.GREY}


def _add_hover(fig: go.Figure, layers: list[dict], blocks: list[Block]) -> None:
    fig.add_scatter(
        x=[block.left + block.width / 2 for block in blocks],
        y=[0] * len(blocks),
        mode="markers",
        marker={"opacity": 0, "size": palette.BADGE, "color": palette.GREY},
        text=[
            f"<b>{layer['name']}</b> ({layer['kind']})<br>output {_shape(layer['shape'])}<br>"
            f"{count(layer['parameters'], 'parameter')}"
            for layer in layers
        ],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )


def _add_legend(fig: go.Figure, layers: list[dict]) -> None:
    present = {family(layer["kind"]) for layer in layers}
    for name, colour in palette.LAYERS.items():
        if name in present:
            marker = {"color": colour, "size": palette.BADGE - 3, "symbol": "square"}
            fig.add_scatter(x=[None], y=[None], mode="markers", marker=marker, name=name, hoverinfo="skip")
    fig.update_layout(showlegend=True, legend_itemclick=False, legend_itemdoubleclick=False)


def _label(fig: go.Figure, layers: list[dict], blocks: list[Block]) -> go.Figure:
    """Names under the blocks: level where there is room, else upright."""
    number = len(layers)
    between = "<br>" if number <= SPLIT else "  "
    texts = [f"<b>{layer['name']}</b>{between}{_shape(layer['shape'])}" for layer in layers]
    spare = max(0, FEWEST - number) / 2
    fig.update_xaxes(
        range=[blocks[0].left - 0.15 - spare, max(blocks[-1].right + 0.15, number - 0.6) + spare],
        tickvals=list(range(number)),
        ticktext=texts,
        tickangle=0 if number <= LEVEL else -90,
        showgrid=False,
        showline=False,
        title=None,
    )
    high = max(block.height + block.slant[1] for block in blocks) / 2 + 0.06
    return fig.update_yaxes(range=[-high, high], showticklabels=False, showgrid=False, showline=False)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{side}" for side in shape)


def _alt(layers: list[dict]) -> str:
    first, last = layers[0], layers[-1]
    total = count(sum(layer["parameters"] for layer in layers), "parameter")
    ends = f"from {first['name']} ({_shape(first['shape'])}) to {last['name']} ({_shape(last['shape'])})"
    return f"A network of {count(len(layers), 'layer')} with {total}, {ends}."
