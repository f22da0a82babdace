import ast
import re
import tomllib
from pathlib import Path

import pytest

import facelab
from facelab.plots import palette

ROOT = Path(facelab.__file__).parents[1]
SOURCES = sorted((ROOT / "facelab" / "plots").glob("*.py"))
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
LINES = {*palette.CATEGORIES, *palette.SPLITS.values(), *palette.DEPTH, palette.RIGHT, palette.WRONG, palette.CHANCE}


def luminance(colour):
    """WCAG 2.2, relative luminance."""
    parts = [part / 255 for part in palette.rgb(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    low, high = sorted([luminance(first), luminance(second)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name != "palette.py"], ids=lambda path: path.name)
def test_colours_live_in_the_palette_alone(path):
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(\d", path.read_text())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_plots_import_nothing_else_of_ours(path):
    nodes = list(ast.walk(ast.parse(path.read_text())))
    modules = [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    ours = [name for name in modules if name.split(".")[0] in ("facelab", "torch", "torchvision", "streamlit")]
    assert all(name.startswith("facelab.plots") for name in ours)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("colour", sorted(LINES))
def test_lines_stand_out_on_both_pages(colour, mode):
    assert contrast(colour, THEME[mode]["backgroundColor"]) >= 2.9


def test_the_theme_shares_the_palette():
    assert THEME["light"]["primaryColor"] == THEME["dark"]["primaryColor"] == palette.BLUE
    assert THEME["chartCategoricalColors"] == list(palette.CATEGORIES)
    assert contrast(palette.BLUE, palette.ON_COLOUR) >= 4.5


def test_scales():
    assert palette.along(palette.DEPTH, 1) == [palette.SKY]
    assert palette.along(palette.DEPTH, 5)[-1] == palette.VERMILION
    assert palette.DIVERGING[len(palette.DIVERGING) // 2] == "#FFFFFF"
    assert palette.colorscale(palette.DIVERGING)[3] == (0.5, "#FFFFFF")
    assert palette.category(len(palette.CATEGORIES)) == palette.category(0)
