"""Who is on a generated photo and how it was taken: `Person` and `Photo`, every parameter by name.

Lengths are in head units: 1 is half the height of an average head, so a head is about 2 high and 1.5 wide. Angles are
in degrees. Everything about a `Photo` is drawn without looking at the person, so nothing but the face tells who it
is.
"""

from dataclasses import dataclass

import numpy as np

GRAINS = 2**24  # seeds of fine texture; whole numbers below this are exact in float32


@dataclass(frozen=True)
class Person:
    """The identity parameters: what stays the same on all of a person's photos.

    Attributes:
        masculinity: a latent, about -1.5 to 1.5, that moves jaw, brow, lips, beard and hair length together.
        age: years; greys and recedes hair, deepens folds.
        tone: skin from lightest (0) to darkest (1).
        redness: how much blood shows in cheeks, nose and lips, 0 to 1.
        freckles: 0 (none) to 1.
        head_width, head_depth, jaw_width, face_length: half extents in head units.
        jaw_square: exponent of the jaw's superellipse; 2 is round.
        chin, cheekbones, brow_ridge: how far they stand out, in head units.
        eye_*, brow_*, nose_*, mouth_*, lip_*: positions and sizes in head units; tilts are slopes.
        iris: from dark brown (0) over hazel and green to blue (1).
        ear_size, ear_spread: scale, and how far the ears stand out in head units.
        hair_style: index into `HAIR_STYLES`.
        hair_tone: from white-blond (0) to black (1); hair_red and hair_grey: shares, 0 to 1.
        hair_volume: scale of the hair's thickness.  hair_line: height of the hairline over the eyes.
        hair_part: side of the parting, -1 to 1.
        beard: 0 (none) over stubble to 1 (full).
        grain: seed of strands, freckles and blotches.
    """

    masculinity: float
    age: float
    tone: float
    redness: float
    freckles: float
    head_width: float
    head_depth: float
    jaw_width: float
    jaw_square: float
    face_length: float
    chin: float
    cheekbones: float
    brow_ridge: float
    eye_height: float
    eye_spacing: float
    eye_width: float
    eye_opening: float
    eye_tilt: float
    iris: float
    brow_height: float
    brow_thickness: float
    brow_arch: float
    brow_tilt: float
    nose_length: float
    nose_width: float
    nose_bridge: float
    nose_tip: float
    mouth_height: float
    mouth_width: float
    lip_upper: float
    lip_lower: float
    ear_size: float
    ear_spread: float
    hair_style: int
    hair_tone: float
    hair_red: float
    hair_grey: float
    hair_volume: float
    hair_line: float
    hair_part: float
    beard: float
    grain: int

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Person":
        """A person at random; skin tone and age are spread evenly, shapes follow clipped normal distributions."""

        def normal(mean: float, deviation: float) -> float:
            return float(mean + deviation * np.clip(rng.normal(), -2, 2))

        masculinity = normal(rng.choice((-0.8, 0.8)), 0.3)
        age = 18 + 57 * float(rng.beta(1.2, 2.0))
        tone = float(rng.uniform())
        # Dark eyes and hair go with dark skin; with light skin everything occurs.
        hair_tone = float(np.clip(1 - (1 - tone) * rng.beta(1.1, 1.6) * 1.3, 0, 1))
        style = _style(rng, masculinity, age)
        beard = max(0.0, normal(0.25, 0.45)) if masculinity > 0.3 else 0.0
        return cls(
            masculinity=masculinity,
            age=age,
            tone=tone,
            redness=float(rng.uniform()),
            freckles=max(0.0, normal(-0.2, 0.5)) * (1 - tone),
            head_width=normal(0.765 + 0.01 * masculinity, 0.04),
            head_depth=normal(0.86, 0.035),
            jaw_width=normal(0.62 + 0.035 * masculinity, 0.05),
            jaw_square=normal(2.35 + 0.2 * masculinity, 0.22),
            face_length=normal(1.05 + 0.015 * masculinity, 0.06),
            chin=normal(0.06 + 0.02 * masculinity, 0.025),
            cheekbones=normal(0.035 - 0.01 * masculinity, 0.02),
            brow_ridge=normal(0.04 + 0.022 * masculinity, 0.014),
            eye_height=normal(0.02, 0.022),
            eye_spacing=normal(0.31, 0.02),
            eye_width=normal(0.172 - 0.006 * masculinity, 0.013),
            eye_opening=normal(0.57 - 0.05 * masculinity, 0.085),
            eye_tilt=normal(0.07 - 0.03 * masculinity, 0.09),
            iris=float(np.clip((1 - tone) * rng.uniform(-0.3, 1.35), 0, 1)),
            brow_height=normal(0.235 - 0.022 * masculinity, 0.022),
            brow_thickness=normal(0.066 + 0.012 * masculinity, 0.014),
            brow_arch=normal(0.04 - 0.018 * masculinity, 0.016),
            brow_tilt=normal(0.0, 0.09),
            nose_length=normal(0.42 + 0.01 * masculinity, 0.04),
            nose_width=normal(0.125 + 0.01 * masculinity + 0.03 * (tone - 0.5), 0.019),
            nose_bridge=normal(0.075 + 0.015 * masculinity, 0.028),
            nose_tip=normal(0.17, 0.03),
            mouth_height=normal(-0.70, 0.025),
            mouth_width=normal(0.255 + 0.008 * masculinity, 0.027),
            lip_upper=normal(0.062 - 0.011 * masculinity + 0.015 * (tone - 0.5), 0.016),
            lip_lower=normal(0.085 - 0.011 * masculinity + 0.02 * (tone - 0.5), 0.018),
            ear_size=normal(1.0 + 0.04 * masculinity, 0.1),
            ear_spread=normal(0.13, 0.035),
            hair_style=style,
            hair_tone=hair_tone,
            hair_red=float(rng.beta(0.6, 1.6)) * (1 - tone),
            hair_grey=float(np.clip((age - 42) / 25 + normal(0, 0.25), 0, 1)),
            hair_volume=normal(1.0, 0.18),
            hair_line=normal(0.75 + 0.02 * max(0.0, masculinity) * (age - 18) / 20, 0.04),
            hair_part=float(rng.uniform(-1, 1)),
            beard=min(1.0, beard),
            grain=int(rng.integers(GRAINS)),
        )


@dataclass(frozen=True)
class HairStyle:
    """A way to wear hair.

    Attributes:
        thickness: in head units, over the skull.
        length: how far below the eyes it hangs beside the face, in head units; 0 for hair cut above the ears.
        fringe: how far it falls over the forehead, in head units; negative is combed back or receding.
        curl: 0 (straight) to 1 (tight curls).
        sweep: how strongly the parting shifts hair to one side.
        bun: height of a bun on top, in head units.
        likely: relative frequency at masculinity -1 and at +1.
    """

    thickness: float
    length: float
    fringe: float
    curl: float
    sweep: float
    bun: float
    likely: tuple[float, float]


HAIR_STYLES: dict[str, HairStyle] = {
    "bald": HairStyle(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, (0.0, 0.7)),
    "buzz": HairStyle(0.03, 0.0, 0.0, 0.3, 0.0, 0.0, (0.1, 1.0)),
    "short": HairStyle(0.10, 0.0, 0.02, 0.0, 0.4, 0.0, (0.3, 1.6)),
    "side part": HairStyle(0.14, 0.0, 0.03, 0.0, 1.0, 0.0, (0.3, 1.4)),
    "quiff": HairStyle(0.19, 0.0, -0.03, 0.1, 0.2, 0.0, (0.2, 1.0)),
    "receding": HairStyle(0.07, 0.0, -0.22, 0.1, 0.0, 0.0, (0.0, 0.9)),
    "short curls": HairStyle(0.17, 0.0, 0.04, 0.9, 0.2, 0.0, (0.5, 0.9)),
    "afro": HairStyle(0.34, 0.25, 0.0, 1.0, 0.0, 0.0, (0.6, 0.4)),
    "pixie": HairStyle(0.13, 0.2, 0.22, 0.0, 0.6, 0.0, (0.8, 0.2)),
    "bob": HairStyle(0.14, 0.85, 0.02, 0.0, 0.7, 0.0, (1.3, 0.05)),
    "bob with fringe": HairStyle(0.14, 0.8, 0.30, 0.0, 0.1, 0.0, (1.0, 0.02)),
    "long": HairStyle(0.13, 1.9, 0.0, 0.1, 0.8, 0.0, (1.7, 0.15)),
    "long with fringe": HairStyle(0.13, 1.9, 0.28, 0.1, 0.3, 0.0, (0.9, 0.02)),
    "long curls": HairStyle(0.22, 1.3, 0.03, 0.85, 0.5, 0.0, (1.2, 0.1)),
    "bun": HairStyle(0.07, 0.0, -0.02, 0.0, 0.1, 0.34, (0.9, 0.15)),
    "tied back": HairStyle(0.08, 0.0, -0.01, 0.0, 0.4, 0.0, (1.0, 0.1)),
}


def _style(rng: np.random.Generator, masculinity: float, age: float) -> int:
    """An index into `HAIR_STYLES`; baldness and receding hair come with age."""
    share = float(np.clip((masculinity + 1) / 2, 0, 1))
    weights = np.array([(1 - share) * style.likely[0] + share * style.likely[1] for style in HAIR_STYLES.values()])
    names = list(HAIR_STYLES)
    weights[names.index("bald")] *= age / 45
    weights[names.index("receding")] *= max(0.0, age - 28) / 20
    return int(rng.choice(len(weights), p=weights / weights.sum()))


@dataclass(frozen=True)
class Photo:
    """The photo parameters: what differs between two photos of the same person.

    Attributes:
        yaw, pitch, roll: the head's pose in degrees; positive yaw faces the picture's right, positive pitch looks up,
            positive roll leans to the picture's right.
        light_azimuth, light_elevation: where the light comes from, in degrees; 0, 0 is the camera.
        light_strength: share of the light that is directional, 0 to 1; the rest is ambient.
        light_warmth: -1 (blue) to 1 (orange).
        exposure: a factor on all light.
        smile: -0.3 (stern) to 1.  mouth_open, brow_raise: 0 to 1.  squint: 0 (eyes as usual) to 1 (nearly shut).
        gaze: where the eyes look relative to the head, -1 (picture's left) to 1.
        background_hue, background_saturation, background_lightness: the backdrop's colour, each 0 to 1.
        background_contrast: how much the backdrop varies, 0 to 1.
        clothing_hue, clothing_saturation, clothing_lightness: likewise for the shirt.
        scale: size of the head relative to the usual framing.
        shift_x, shift_y: in shares of the picture's side, to the right and down.
        noise: standard deviation of the sensor noise, in shares of full white.
        grain: seed of noise and backdrop.
    """

    yaw: float
    pitch: float
    roll: float
    light_azimuth: float
    light_elevation: float
    light_strength: float
    light_warmth: float
    exposure: float
    smile: float
    mouth_open: float
    brow_raise: float
    squint: float
    gaze: float
    background_hue: float
    background_saturation: float
    background_lightness: float
    background_contrast: float
    clothing_hue: float
    clothing_saturation: float
    clothing_lightness: float
    scale: float
    shift_x: float
    shift_y: float
    noise: float
    grain: int

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Photo":
        """A photo at random: snapshots, mostly near frontal, lit from anywhere in front."""
        uniform = rng.uniform
        return cls(
            yaw=float(np.clip(rng.normal(0, 16), -38, 38)),
            pitch=float(np.clip(rng.normal(0, 6), -15, 15)),
            roll=float(np.clip(rng.normal(0, 4), -10, 10)),
            light_azimuth=uniform(-65, 65),
            light_elevation=uniform(0, 55),
            light_strength=uniform(0.45, 0.8),
            light_warmth=float(np.clip(rng.normal(0.1, 0.35), -1, 1)),
            exposure=uniform(0.85, 1.2),
            smile=uniform(-0.3, 1.0),
            mouth_open=max(0.0, uniform(-1.2, 1.0)),
            brow_raise=max(0.0, uniform(-0.8, 1.0)),
            squint=max(0.0, uniform(-0.6, 0.5)),
            gaze=uniform(-0.6, 0.6),
            background_hue=uniform(0, 1),
            background_saturation=uniform(0.0, 0.4),
            background_lightness=uniform(0.15, 0.85),
            background_contrast=uniform(0.1, 1.0),
            clothing_hue=uniform(0, 1),
            clothing_saturation=uniform(0.0, 0.7),
            clothing_lightness=uniform(0.1, 0.9),
            scale=uniform(0.93, 1.07),
            shift_x=uniform(-0.03, 0.03),
            shift_y=uniform(-0.03, 0.03),
            noise=uniform(0.0, 0.012),
            grain=int(rng.integers(GRAINS)),
        )
