"""Every colour and size that facelab draws with. `.streamlit/config.toml` shares `BLUE` as its primary colour.

The hues are those of Okabe and Ito, "Color Universal Design" (2008), told apart by colour-blind people. Their lightness
is moved to the middle, so that each keeps a contrast of at least 3:1 both on the light and on the dark page.
"""

BLUE = "#1878B9"
ORANGE = "#D08300"
GREEN = "#009E73"
VERMILION = "#D55E00"
PURPLE = "#B0609A"
SKY = "#3A9BCA"
OLIVE = "#8A7F00"
GREY = "#7A7F87"
ON_COLOUR = "#FFFFFF"  # text and ticks that lie on a coloured patch
SHADE = "#101820"  # what shaded sides and edges are mixed with

SPLITS = {"train": BLUE, "validation": ORANGE, "test": PURPLE}
RIGHT = GREEN
WRONG = VERMILION
CHANCE = GREY

# Runs and people, in this order and then again from the start.
CATEGORIES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, OLIVE, GREY)

# Little to much, and first layer to last: lightness is monotonic, ends readable on both pages.
SEQUENTIAL = ("#B9DCF0", "#86BFE0", "#549FCC", BLUE, "#0E5A92", "#0A3F6B")
DEPTH = (SKY, BLUE, "#7A68B0", PURPLE, "#CB5A5E", VERMILION)
DIVERGING = ("#0A3F6B", BLUE, "#7FB6DC", "#FFFFFF", "#F2A488", "#CF4A2F", "#7F1D14")

# What a layer does, in the architecture diagram.
LAYERS = {"input": GREY, "convolution": BLUE, "pooling": ORANGE, "dense": GREEN, "other": PURPLE}

CLEAR = "rgba(0,0,0,0)"
GRID = "rgba(128,136,146,0.20)"
AXIS = "rgba(128,136,146,0.55)"

FONT = 13  # px
SMALL = 11  # px
LINE = 2.2  # px
THIN = 1.2  # px
FAINT = 0.3  # opacity of raw values under their smoothed curve
MARKER = 7  # px
BADGE = 13  # px, the tick or cross on a face
FRAME = 3  # px, the frame around a face
GAP = 0.06  # of a picture's width, between pictures on a sheet
LEGEND = 26  # px, one line of legend
BAR = 10  # px, how thick a colour bar is
DIAGRAM = 360  # px, an architecture
HEIGHT = 340  # px, a curve
ROW = 22  # px, one horizontal bar
FACE = 92  # px, one face on a sheet
SHEET = 760  # px, the width a sheet is laid out for; it shrinks and grows with the page
TILE = 72  # px, one unit on a wall of weights
POINTS = 1500  # most points drawn per curve


def category(index: int) -> str:
    """The colour of the index-th run or person."""
    return CATEGORIES[index % len(CATEGORIES)]


def rgb(colour: str) -> tuple[int, int, int]:
    """'#RRGGBB' as three numbers from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def alpha(colour: str, opacity: float) -> str:
    """'#RRGGBB' made see-through: opacity 0 to 1."""
    red, green, blue = rgb(colour)
    return f"rgba({red},{green},{blue},{opacity:g})"


def mix(first: str, second: str, share: float) -> str:
    """The colour `share` (0 to 1) of the way from the first to the second."""
    pairs = zip(rgb(first), rgb(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def along(scale: tuple[str, ...], count: int) -> list[str]:
    """`count` colours evenly spaced along a scale, from its first to its last."""
    colours = []
    for index in range(count):
        place = index / max(count - 1, 1) * (len(scale) - 1)
        low = min(int(place), len(scale) - 2)
        colours.append(mix(scale[low], scale[low + 1], place - low))
    return colours


def colorscale(scale: tuple[str, ...]) -> list[tuple[float, str]]:
    """A scale as Plotly wants it: (place from 0 to 1, colour)."""
    return [(index / (len(scale) - 1), colour) for index, colour in enumerate(scale)]
