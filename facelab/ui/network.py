"""A network before it is trained: its diagram, its layers as a table, what its units see."""

import streamlit as st
from plotly.graph_objects import Figure

from facelab import plots
from facelab.data import Faces, Pairs
from facelab.errors import FacelabError
from facelab.models import ConvNetConfig, Layer, ModelConfig, layer_table, receptive_field, unit_box
from facelab.ui.figures import cached, show

DRAWN = ("conv", "flatten", "linear")
"""Kinds of layers in the diagram; the table has the others too."""
SIDES = ("height", "width")


def check(model: ModelConfig | None, faces: Faces | Pairs | None) -> bool:
    """Whether these faces can go through this network; if not, the page says at which layer it ends."""
    if model is None or faces is None:
        return False
    try:
        layer_table(model, faces.input_shape, faces.classes)
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return False
    return True


def show_network(model: ModelConfig, faces: Faces | Pairs) -> None:
    """Diagram, table and receptive field of the network that the controls describe."""
    encoder = model.branch if model.kind == "siamese" else model
    layers = layer_table(model, faces.input_shape, faces.classes)
    st.subheader("The network")
    tabs = ["Diagram", "Layers"] + (["Receptive field"] if encoder.kind == "convnet" else [])
    diagram, table, *field = st.tabs(tabs, key="network", on_change="rerun")
    if diagram.open:
        with diagram:
            _show_diagram(model, layers, faces)
    if table.open:
        with table:
            _show_table(layers)
    if field and field[0].open:
        with field[0]:
            _show_receptive_field(encoder, layer_table(encoder, faces.input_shape, faces.classes), faces)


def _show_diagram(model: ModelConfig, layers: list[Layer], faces: Faces | Pairs) -> None:
    rows = [("input", "photo", faces.input_shape, 0)]
    rows += [
        (layer.name, layer.kind, layer.output_shape, layer.parameters)
        for layer in layers
        if (layer.kind.split()[0] in DRAWN or "pool" in layer.kind or layer.name == "distance")
        and ".shortcut." not in layer.name  # a way past what is drawn, not a step after it
    ]
    total = sum(layer.parameters for layer in layers)
    becomes = f"a photo becomes {faces.classes} scores, one for each person"
    if model.kind == "siamese":
        becomes = "each of two photos goes through the same layers; the last compares what has become of them"
    show(_diagram(tuple(rows)), "architecture", f"{total:,} parameters. From left to right {becomes}.")


@cached
def _diagram(rows: tuple[tuple, ...]) -> Figure:
    return plots.architecture([dict(zip(("name", "kind", "shape", "parameters"), row, strict=True)) for row in rows])


def _show_table(layers: list[Layer]) -> None:
    columns = {
        "Layer": [layer.name for layer in layers],
        "Kind": [layer.kind for layer in layers],
        "Output": [" x ".join(map(str, layer.output_shape)) for layer in layers],
        "Parameters": [layer.parameters for layer in layers],
        "Multiply-adds": [layer.multiply_adds for layer in layers],
    }
    numbers = {name: st.column_config.NumberColumn(format="localized") for name in ("Parameters", "Multiply-adds")}
    st.dataframe(columns, hide_index=True, column_config=numbers)
    widest = max(layers, key=lambda layer: layer.parameters)
    busiest = max(layers, key=lambda layer: layer.multiply_adds)
    st.caption(
        f"Most of the parameters are in {widest.name}, most of the arithmetic in {busiest.name}. Multiply-adds are for "
        "one photo going forward."
    )


def _show_receptive_field(model: ConvNetConfig, layers: list[Layer], faces: Faces | Pairs) -> None:
    fields = receptive_field(model)
    shapes = {layer.name: layer.output_shape for layer in layers}
    name = st.select_slider(
        "Layer", [field.layer for field in fields], value=fields[-1].layer, key="field.layer", bind="query-params"
    )
    chosen = next(index for index, field in enumerate(fields) if field.layer == name)
    side = shapes[name][-1]
    row, column = (_unit(axis, side) for axis in SIDES)
    # The same place of the photo in every layer before: the unit whose square is centred nearest.
    centre = [fields[chosen].start + at * fields[chosen].jump for at in (row, column)]
    boxes = []
    for field in fields[: chosen + 1]:
        last = shapes[field.layer][-1] - 1
        unit = [min(max(round((place - field.start) / field.jump), 0), last) for place in centre]
        boxes.append({"name": field.layer, "box": unit_box(field, *unit)})
    picture, table = st.columns(2)
    with picture:
        show(
            plots.receptive_field(faces.images[0].numpy(), boxes),
            "receptive field",
            "Each square is what one unit of that layer can see. A feature larger than the last square has to be put "
            "together by the fully connected layers.",
        )
    table.dataframe(
        {
            "Layer": [field.layer for field in fields],
            "Size (pixels)": [field.size for field in fields],
            "Stride (pixels)": [field.jump for field in fields],
            "First centre (pixel)": [field.start for field in fields],
        },
        hide_index=True,
    )


def _unit(axis: str, side: int) -> int:
    if side == 1:
        return 0
    label = {"height": "Unit, from the top", "width": "Unit, from the left"}[axis]
    return st.slider(label, 0, side - 1, side // 2, key=f"field.{axis}.{side}")
