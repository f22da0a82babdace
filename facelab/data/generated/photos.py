"""How a generated photo was taken: `Photo`, every parameter by name, and what a dataset varies.

Everything is drawn without looking at the person, so nothing but the head tells who it is.
"""

from dataclasses import asdict, dataclass, fields

import numpy as np

from facelab.data.generated.people import GRAINS
from facelab.data.specs import Difficulty, Vary

SPREAD: dict[Difficulty, float] = {"easy": 0.45, "normal": 0.8, "hard": 1.5}
"""How far from a plain portrait photos go."""
WEARS: dict[Difficulty, float] = {"easy": 0.0, "normal": 0.8, "hard": 2.5}
"""How often they wear something, and the hair is parted the other way."""

GLASSES = ("none", "round", "square", "sunglasses")
HATS = ("none", "cap", "beanie", "sun hat")
BACKGROUNDS = ("plain", "gradient", "blurred shapes")

CLOSEST = 0.5
"""Metres from the face, nearer than which no photo is taken."""
SENSOR, UNIT = 24.0, 0.11
"""Millimetres of a square sensor's side, and metres of a head unit."""
FIELD = 1.48
"""Half the picture's side in head units, at scale 1."""


@dataclass(frozen=True)
class Photo:
    """The photo parameters: what differs between two photos of the same person; by default a plain portrait.

    Attributes:
        yaw, pitch, roll: the head's pose in degrees; positive yaw faces the picture's right, positive pitch looks up,
            positive roll leans to the picture's right.
        distance: of the camera from the face, in metres; from near, noses are large and ears hide.
        scale: size of the head relative to the usual framing.
        shift_x, shift_y: in shares of the picture's side, to the right and down.
        light_azimuth, light_elevation: where the light comes from, in degrees; 0, 0 is the camera.
        light_strength: share of the light that is directional, 0 to 1; the rest is ambient.
        light_softness: 0 (the sun) to 1 (a large window).
        light_warmth: -1 (blue) to 1 (orange).
        smile: -0.3 (stern) to 1.  mouth_open, brow_raise: 0 to 1.  eyes_closed: 0 (as usual) to 1.
        gaze, gaze_up: where the eyes look relative to the head, -1 (picture's left, down) to 1.
        hair_blown: -1 (to the picture's left) to 1.  hair_turned: 1 if it is parted the other way, else 0.
        glasses, hat, background: indices into `GLASSES`, `HATS`, `BACKGROUNDS`.  scarf: 1 if one is worn, else 0.
        wear_hue: of what is worn, 0 to 1.
        background_hue, background_saturation, background_lightness: the backdrop's colour, each 0 to 1.
        background_contrast: how much the backdrop varies, 0 to 1.
        clothing_hue, clothing_saturation, clothing_lightness: likewise for the shirt.
        exposure: a factor on all light.
        white_balance: the camera's error, -1 (blue) to 1 (orange).
        noise: standard deviation of the sensor noise, in shares of full white.
        blur: standard deviation of the lens blur, in thousandths of the picture's side.
        jpeg: quality, 20 to 100; 100 is not compressed.
        grain: seed of what has no parameter of its own: noise, backdrop's shapes, the garment, frames and folds.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    distance: float = 1.2
    scale: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    light_azimuth: float = -30.0
    light_elevation: float = 30.0
    light_strength: float = 0.6
    light_softness: float = 0.5
    light_warmth: float = 0.1
    smile: float = 0.1
    mouth_open: float = 0.0
    brow_raise: float = 0.0
    eyes_closed: float = 0.0
    gaze: float = 0.0
    gaze_up: float = 0.0
    hair_blown: float = 0.0
    hair_turned: int = 0
    glasses: int = 0
    hat: int = 0
    scarf: int = 0
    wear_hue: float = 0.6
    background: int = 1
    background_hue: float = 0.58
    background_saturation: float = 0.12
    background_lightness: float = 0.55
    background_contrast: float = 0.3
    clothing_hue: float = 0.6
    clothing_saturation: float = 0.25
    clothing_lightness: float = 0.3
    exposure: float = 1.0
    white_balance: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    jpeg: int = 100
    grain: int = 0

    @property
    def focal_length(self) -> float:
        """In millimetres, of a lens that frames the head so from this distance on a sensor of `SENSOR` mm."""
        return SENSOR * self.distance * self.scale / (2 * FIELD * UNIT)

    @classmethod
    def draw(cls, rng: np.random.Generator, vary: Vary = "everything", difficulty: Difficulty = "normal") -> "Photo":
        """A photo at random: snapshots, mostly near frontal, lit from anywhere in front.

        Args:
            vary: what differs from the plain portrait; the same generator draws the same values of it each time.
            difficulty: how far.
        """
        drawn = _drawn(rng, SPREAD[difficulty], WEARS[difficulty])
        if vary == "everything":
            return cls(**drawn)
        return cls(**{name: drawn[name] for name in VARIED[vary]})


VARIED: dict[Vary, tuple[str, ...]] = {
    "everything": tuple(field.name for field in fields(Photo)),
    "pose": ("yaw", "pitch", "roll"),
    "light": ("light_azimuth", "light_elevation", "light_strength", "light_softness", "light_warmth", "exposure"),
    "expression": ("smile", "mouth_open", "brow_raise", "eyes_closed", "gaze", "gaze_up"),
}
"""The parameters of which each choice is."""


def _drawn(rng: np.random.Generator, far: float, worn: float) -> dict[str, float]:
    """Every parameter at random, in the order of the fields.

    Args:
        far: a factor on how far from a plain portrait.
        worn: a factor on how often something is worn.
    """
    uniform = rng.uniform

    def normal(deviation: float, most: float) -> float:
        return float(np.clip(rng.normal(0, deviation * far), -most, most))

    def sometimes(chance: float, least: float, most: float) -> float:
        """0, or with this chance something between."""
        happens, value = uniform() < chance * far, uniform(least, most)
        return value if happens else 0.0

    def one_of(things: tuple[str, ...], chance: float) -> int:
        happens, which = uniform() < min(1.0, chance * worn), int(rng.integers(1, len(things)))
        return which if happens else 0

    drawn = Photo(
        yaw=normal(15, 50),
        pitch=normal(6, 22),
        roll=normal(4, 15),
        distance=float(np.clip(1.2 * np.exp(rng.normal(0, 0.4 * far)), CLOSEST, 4)),
        scale=1 + 0.07 * far * uniform(-1, 1),
        shift_x=0.03 * far * uniform(-1, 1),
        shift_y=0.03 * far * uniform(-1, 1),
        light_azimuth=min(1.0, 0.6 + 0.4 * far) * uniform(-65, 65),
        light_elevation=20 + min(1.0, 0.6 + 0.4 * far) * uniform(-20, 40),
        light_strength=float(np.clip(0.6 + 0.18 * far * uniform(-1, 1), 0, 1)),
        light_softness=uniform(0, 1),
        light_warmth=normal(0.35, 1),
        smile=0.35 + min(1.0, far) * uniform(-0.65, 0.65),
        mouth_open=sometimes(0.3, 0.1, 1.0),
        brow_raise=sometimes(0.4, 0.1, 1.0),
        eyes_closed=max(sometimes(0.06, 0.6, 1.0), sometimes(0.3, 0.05, 0.4)),
        gaze=normal(0.3, 0.8),
        gaze_up=normal(0.15, 0.5),
        hair_blown=normal(0.3, 1),
        hair_turned=int(uniform() < 0.05 * worn),
        glasses=one_of(GLASSES, 0.07),
        hat=one_of(HATS, 0.03),
        scarf=int(uniform() < 0.05 * worn),
        wear_hue=uniform(),
        background=int(rng.integers(len(BACKGROUNDS))),
        background_hue=uniform(),
        background_saturation=uniform(0.0, 0.4),
        background_lightness=uniform(0.15, 0.85),
        background_contrast=uniform(0.1, 1.0),
        clothing_hue=uniform(),
        clothing_saturation=uniform(0.0, 0.7),
        clothing_lightness=uniform(0.1, 0.9),
        exposure=float(np.exp(0.25 * far * uniform(-1, 1))),
        white_balance=normal(0.3, 1),
        noise=0.014 * far * uniform(),
        blur=4 * far * max(0.0, uniform(-1, 1)),
        jpeg=int(100 - 60 * min(1.0, far) * max(0.0, uniform(-1, 1))),
        grain=int(rng.integers(GRAINS)),
    )
    return asdict(drawn)
