"""The augmentation of a config as code: what is switched on, with the same random draws as `facelab.training.augment`.

facelab draws a number per image for every change of a group as soon as one of the group is on; the script does too, so
that both see the same images.
"""

import math
from string import Template

from facelab.training import AugmentationConfig
from facelab.training.augment import ERASED_AREA, ERASED_ASPECT, GREY

MOVES = ("rotate", "shear", "scale", "translate")
COLOURS = ("brightness", "contrast", "saturation")
SPREAD = {"move", "tilt", "recolour"}
"""The groups that draw from a range around no change, and so may be left out by chance."""

SOMETIMES = Template('''\
def sometimes(count, *shape):
    """Random numbers in [0, 1), or 0.5, by which nothing changes: each counts with probability $chance."""
    numbers, chances = torch.rand(count, 2, *shape).unbind(1)
    return torch.where(chances < $chance, numbers, 0.5)
''')

FLIP = Template('''\
def $name(images):
    """Mirrors each image with probability $flip."""
    mirrored = (torch.rand(len(images)) < $flip).to(images.device).view(-1, 1, 1, 1)
    return torch.where(mirrored, images.flip(3), images)
''')

MOVE = Template('''\
def $name(images):
    """Changes the place and shape of each image on its own, by one affine map."""
    $draws = $random(5, len(images)).to(images.device)
$changes
    matrix = [$matrix]
    grid = F.affine_grid(torch.stack(matrix, 1).view(-1, 2, 3), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)
''')

TILT = Template('''\
def $name(images):
    """Tilts each image on its own, as if it were seen aslant and from near."""
    still = torch.eye(2, 3, device=images.device).expand(len(images), 2, 3)
    grid = F.affine_grid(still, list(images.shape), align_corners=False)
    tilt = (2 * $random(2, len(images)) - 1).T.to(images.device) * $perspective
    distance = 1 + (grid * tilt.view(-1, 1, 1, 2)).sum(3, keepdim=True)
    return F.grid_sample(images, grid / distance, padding_mode="border", align_corners=False)
''')

COLOUR = Template('''\
def $name(images):
    """Changes the colours of each image on its own."""
    $draws = $random(3, len(images), 1, 1, 1).to(images.device)
$changes
    return images
''')

DRAIN = Template('''\
def $name(images):
    """Takes the colour from each image with probability $grey."""
    drained = (torch.rand(len(images)) < $grey).to(images.device).view(-1, 1, 1, 1)
    weights = torch.tensor($weights, device=images.device).view(3, 1, 1)
    return torch.where(drained, (images * weights).sum(1, keepdim=True), images)
''')

BLUR = Template('''\
def $name(images):
    """Blurs each image by a Gaussian of its own width: one grouped convolution per axis."""
    sigma = (torch.rand(len(images), 1) * $blur).clamp_min(1e-3).to(images.device)
    offsets = torch.arange($first, $stop, device=images.device)
    kernel = torch.softmax(-(offsets**2) / (2 * sigma**2), 1).repeat_interleave(3, 0)
    flat = images.reshape(1, -1, HEIGHT, WIDTH)
    flat = F.pad(flat, ($radius, $radius, 0, 0), mode="reflect")
    flat = F.conv2d(flat, kernel.view(-1, 1, 1, $width), groups=len(kernel))
    flat = F.pad(flat, (0, 0, $radius, $radius), mode="reflect")
    flat = F.conv2d(flat, kernel.view(-1, 1, $width, 1), groups=len(kernel))
    return flat.view(-1, 3, HEIGHT, WIDTH)
''')

ERASE = Template('''\
def $name(images):
    """Covers a part of each image with grey, with probability $erase (Zhong et al. 2020)."""
    area = torch.empty(len(images)).uniform_($least_area, $most_area) * HEIGHT * WIDTH
    aspect = torch.empty(len(images)).uniform_(math.log($least_aspect), math.log($most_aspect)).exp()
    tall, wide = (area * aspect).sqrt(), (area / aspect).sqrt()
    top, left = torch.rand(len(images)) * (HEIGHT - tall), torch.rand(len(images)) * (WIDTH - wide)
    chosen = torch.rand(len(images)) < $erase
    top, left, tall, wide = (side.view(-1, 1, 1, 1) for side in (top, left, tall, wide))
    rows, columns = torch.arange(HEIGHT).view(-1, 1), torch.arange(WIDTH)
    inside = (rows >= top) & (rows < top + tall) & (columns >= left) & (columns < left + wide)
    return torch.where((inside & chosen.view(-1, 1, 1, 1)).to(images.device), 0.5, images)
''')

CHAIN = Template('''\
def augment(images):
    """Random changes, drawn anew for every image: float [B, 3, H, W] in [0, 1] to the same."""
    return $calls
''')


def augmentation_code(config: AugmentationConfig, input_shape: tuple[int, ...]) -> list[str]:
    """The functions that change training images, the last of them called `augment`; none where nothing is on."""
    groups = {
        "flip": (_flip, ("flip",)),
        "move": (_move, MOVES),
        "tilt": (_tilt, ("perspective",)),
        "recolour": (_colour, COLOURS),
        "drain": (_drain, ("grey",)),
        "blur": (lambda config, name: _blur(config, name, input_shape), ("blur",)),
        "erase": (_erase, ("erase",)),
    }
    used = {name: make for name, (make, fields) in groups.items() if any(getattr(config, field) for field in fields)}
    helpers = [SOMETIMES.substitute(chance=config.chance)] if config.chance < 1 and SPREAD & used.keys() else []
    if len(used) == 1:
        return [*helpers, *(make(config, "augment") for make in used.values())]
    calls = "images"
    for name in used:
        calls = f"{name}({calls})"
    functions = [make(config, name) for name, make in used.items()]
    return [*helpers, *functions, CHAIN.substitute(calls=calls)] if functions else []


def _random(config: AugmentationConfig) -> str:
    """What draws numbers in [0, 1), of which 0.5 stands for no change."""
    return "sometimes" if config.chance < 1 else "torch.rand"


def _flip(config: AugmentationConfig, name: str) -> str:
    return FLIP.substitute(name=name, flip=config.flip)


def _move(config: AugmentationConfig, name: str) -> str:
    on = {field: bool(getattr(config, field)) for field in MOVES}
    lines = {
        "rotate": f"    angle = (2 * angle - 1) * math.radians({config.rotate:g})\n"
        "    cos, sin = torch.cos(angle), torch.sin(angle)",
        "shear": f"    shear = torch.tan((2 * shear - 1) * math.radians({config.shear:g}))",
        "scale": f"    scale = 1 / (1 + (2 * scale - 1) * {config.scale})",
        "translate": f"    x, y = (4 * x - 2) * {config.translate}, (4 * y - 2) * {config.translate}",
    }
    changes = [lines[field] for field in MOVES if on[field]]
    cos, sin = ("cos", "sin") if on["rotate"] else ("1", "0")
    shear, scale = "shear" if on["shear"] else "0", "scale" if on["scale"] else "1"
    x, y = ("x", "y") if on["translate"] else ("0", "0")
    entries = [
        _product(cos, scale),
        _product(_difference(_product(shear, cos), sin), scale),
        x,
        _product(sin, scale),
        _product(_sum(_product(shear, sin), cos), scale),
        y,
    ]
    constants = {"0": "zero", "1": "one"}
    used = [constant for constant in constants if constant in entries]
    changes += [f"    {constants[c]} = torch.{constants[c]}s(len(images), device=images.device)" for c in used]
    drawn = {"angle": "rotate", "shear": "shear", "scale": "scale", "x": "translate", "y": "translate"}
    draws = ", ".join(value if on[field] else "_" for value, field in drawn.items())
    matrix = ", ".join(constants.get(entry, entry) for entry in entries)
    return MOVE.substitute(name=name, draws=draws, random=_random(config), changes="\n".join(changes), matrix=matrix)


def _tilt(config: AugmentationConfig, name: str) -> str:
    return TILT.substitute(name=name, random=_random(config), perspective=config.perspective)


def _colour(config: AugmentationConfig, name: str) -> str:
    on = [field for field in COLOURS if getattr(config, field)]
    changes = [f"    {field} = 1 + (2 * {field} - 1) * {getattr(config, field)}" for field in on]
    if config.contrast or config.saturation:
        changes.append(f"    grey = torch.tensor({list(GREY)}, device=images.device).view(3, 1, 1)")
    lines = {
        "brightness": "    images = (images * brightness).clamp(0, 1)",
        "contrast": "    mean = (images * grey).sum(1, keepdim=True).mean((2, 3), keepdim=True)\n"
        "    images = (mean + (images - mean) * contrast).clamp(0, 1)",
        "saturation": "    shades = (images * grey).sum(1, keepdim=True)\n"
        "    images = (shades + (images - shades) * saturation).clamp(0, 1)",
    }
    changes += [lines[field] for field in on]
    draws = ", ".join(field if field in on else "_" for field in COLOURS)
    return COLOUR.substitute(name=name, draws=draws, random=_random(config), changes="\n".join(changes))


def _drain(config: AugmentationConfig, name: str) -> str:
    return DRAIN.substitute(name=name, grey=config.grey, weights=list(GREY))


def _blur(config: AugmentationConfig, name: str, input_shape: tuple[int, ...]) -> str:
    radius = min(math.ceil(3 * config.blur), input_shape[1] - 1, input_shape[2] - 1)
    numbers = {"first": -radius, "stop": radius + 1, "radius": radius, "width": 2 * radius + 1}
    return BLUR.substitute(name=name, blur=config.blur, **numbers)


def _erase(config: AugmentationConfig, name: str) -> str:
    areas = {"least_area": ERASED_AREA[0], "most_area": ERASED_AREA[1]}
    aspects = {"least_aspect": ERASED_ASPECT[0], "most_aspect": ERASED_ASPECT[1]}
    return ERASE.substitute(name=name, erase=config.erase, **areas, **aspects)


def _product(*factors: str) -> str:
    """The factors as one expression, without those that change nothing."""
    if "0" in factors:
        return "0"
    return " * ".join(factor for factor in factors if factor != "1") or "1"


def _sum(a: str, b: str) -> str:
    if a == "0":
        return b
    return f"({a} + {b})"


def _difference(a: str, b: str) -> str:
    if b == "0":
        return a
    return f"-{b}" if a == "0" else f"({a} - {b})"
