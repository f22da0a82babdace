"""Who is on a generated photo: `Person`, every trait by name.

Lengths are in head units: 1 is half the height of an average head (about 11 cm), so a head is about 2 high and 1.5
wide; tilts are slopes.
"""

from dataclasses import dataclass, fields

import numpy as np

GRAINS = 2**24  # seeds of fine texture; whole numbers below this are exact in float32
ALIKE = 0.35
"""How far look-alikes differ, as a share of how far any two people do."""

HAIR_STYLES: dict[str, tuple[float, float]] = {
    "bald": (0.0, 0.7),
    "buzz": (0.1, 0.7),
    "short": (0.3, 1.0),
    "side part": (0.3, 0.8),
    "quiff": (0.2, 1.0),
    "receding": (0.0, 0.6),
    "short curls": (0.5, 1.1),
    "afro": (0.7, 0.9),
    "pixie": (0.8, 0.6),
    "bob": (1.3, 0.3),
    "bob with fringe": (1.0, 0.1),
    "long": (1.7, 0.4),
    "long with fringe": (0.9, 0.1),
    "long curls": (1.3, 0.45),
    "bun": (0.9, 0.35),
    "tied back": (0.8, 0.25),
}
"""How frequent each way to wear hair is at masculinity -1 and at +1; `cuts.CUTS` says what it looks like."""
BEARDS = ("full", "moustache", "goatee", "chin strap")


@dataclass(frozen=True)
class Person:
    """The identity: what stays the same on all of a person's photos.

    Attributes:
        masculinity: a latent, about -1.5 to 1.5, that moves jaw, brow, lips, beard and hair length together.
        age: years, 18 to 75; deepens folds and lines. Drawn with it: grey hair and where hair recedes.
        fullness: -1 (gaunt) to 1 (round): cheeks, jaw and neck.
        tone: skin from lightest (0) to darkest (1).
        undertone: -1 (cool, rosy) to 1 (warm, golden).
        redness: how much blood shows in cheeks, nose and lips, 0 to 1.
        freckles: 0 (none) to 1.
        head_width, head_depth, jaw_width, face_length: half extents in head units.
        jaw_square: exponent of the jaw's superellipse; 2 is round.
        chin, cheekbones, brow_ridge: how far they stand out, in head units.
        forehead: how far it leans back, -1 to 1.
        eye_height, eye_spacing, eye_width: of the eyes' middles and half their width, in head units.
        eye_opening: height over width.  eye_tilt: of the outer corner, up.  eye_depth: how deep they are set, -1 to 1.
        lid_fold: 0 (a deep crease over the eye) to 1 (none: the fold hangs over it).
        iris: from dark brown (0) over hazel and green to blue (1).
        brow_height, brow_thickness, brow_arch, brow_tilt: in head units over the eye.  brow_density: 0 to 1.
        nose_length, nose_width, nose_bridge, nose_tip: in head units.
        nose_hump: of the bridge, -1 (hollow) to 1.  nose_tilt: of the tip, -1 (down) to 1 (up).
        mouth_height, mouth_width, lip_upper, lip_lower: in head units.  mouth_curve: of its corners at rest, -1 to 1.
        ear_size, ear_spread: scale, and how far the ears stand out in head units.
        neck: scale of its width.
        hair_style: index into `HAIR_STYLES`.
        hair_tone: from white-blond (0) to black (1); hair_red and hair_grey: shares, 0 to 1.
        hair_length, hair_volume: scales of the hair's length and thickness.
        hair_line: height of the hairline over the middle of the head.  hair_part: side of the parting, -1 to 1.
        beard: 0 (none) over stubble to 1 (full).  beard_style: index into `BEARDS`, what is grown beyond stubble.
        grain: seed of strands, freckles, moles and blotches.
    """

    masculinity: float
    age: float
    fullness: float
    tone: float
    undertone: float
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
    forehead: float
    eye_height: float
    eye_spacing: float
    eye_width: float
    eye_opening: float
    eye_tilt: float
    eye_depth: float
    lid_fold: float
    iris: float
    brow_height: float
    brow_thickness: float
    brow_arch: float
    brow_tilt: float
    brow_density: float
    nose_length: float
    nose_width: float
    nose_bridge: float
    nose_tip: float
    nose_hump: float
    nose_tilt: float
    mouth_height: float
    mouth_width: float
    mouth_curve: float
    lip_upper: float
    lip_lower: float
    ear_size: float
    ear_spread: float
    neck: float
    hair_style: int
    hair_tone: float
    hair_red: float
    hair_grey: float
    hair_length: float
    hair_volume: float
    hair_line: float
    hair_part: float
    beard: float
    beard_style: int
    grain: int

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Person":
        """A person at random; skin tone and age are spread evenly, shapes follow clipped normal distributions."""

        def normal(mean: float, deviation: float) -> float:
            return float(mean + deviation * np.clip(rng.normal(), -2, 2))

        masculinity = normal(rng.choice((-0.8, 0.8)), 0.3)
        age = 18 + 57 * float(rng.beta(1.2, 2.0))
        fullness = float(np.clip(normal(0, 0.5), -1, 1))
        tone = float(rng.uniform())
        # Dark eyes and hair go with dark skin; with light skin everything occurs.
        hair_tone = float(np.clip(1 - (1 - tone) * rng.beta(1.1, 1.6) * 1.3, 0, 1))
        hair_red = float(rng.beta(0.6, 1.6)) * (1 - tone)
        hair_grey = float(np.clip((age - 44) / 28 + normal(0, 0.3), 0, 1))
        if rng.uniform() < (0.4 if masculinity < 0 else 0.25) * max(hair_tone, hair_grey):  # dark and grey hair is dyed
            hair_tone, hair_red, hair_grey = float(rng.uniform(0.1, 0.8)), float(rng.uniform()), 0.0
        style = _style(rng, masculinity, age)
        beard = max(0.0, normal(0.5, 0.5)) if masculinity > 0.3 else 0.0
        return cls(
            masculinity=masculinity,
            age=age,
            fullness=fullness,
            tone=tone,
            undertone=float(rng.uniform(-1, 1)),
            redness=float(rng.uniform()),
            freckles=max(0.0, normal(-0.2, 0.5)) * (1 - tone),
            head_width=normal(0.735 + 0.01 * masculinity, 0.03),
            head_depth=normal(0.86, 0.03),
            jaw_width=normal(0.575 + 0.03 * masculinity + 0.03 * fullness, 0.038),
            jaw_square=normal(2.35 + 0.2 * masculinity, 0.22),
            face_length=normal(1.05 + 0.015 * masculinity, 0.05),
            chin=normal(0.06 + 0.02 * masculinity, 0.025),
            cheekbones=normal(0.035 - 0.01 * masculinity, 0.02),
            brow_ridge=normal(0.03 + 0.02 * masculinity, 0.014),
            forehead=float(np.clip(normal(0.2 * masculinity, 0.5), -1, 1)),
            eye_height=normal(0.02, 0.022),
            eye_spacing=normal(0.30, 0.018),
            eye_width=normal(0.152 - 0.004 * masculinity, 0.009),
            eye_opening=normal(0.365 - 0.02 * masculinity, 0.032),
            eye_tilt=normal(0.06 - 0.03 * masculinity, 0.07),
            eye_depth=float(np.clip(normal(0.2 * masculinity, 0.5), -1, 1)),
            lid_fold=float(rng.beta(0.8, 1.6)),
            iris=float(np.clip((1 - tone) * rng.uniform(-0.3, 1.35), 0, 1)),
            brow_height=normal(0.225 - 0.022 * masculinity, 0.02),
            brow_thickness=normal(0.060 + 0.012 * masculinity, 0.016),
            brow_arch=normal(0.028 - 0.012 * masculinity, 0.015),
            brow_tilt=normal(0.02 - 0.02 * masculinity, 0.08),
            brow_density=float(np.clip(normal(0.65 + 0.1 * masculinity, 0.25), 0, 1)),
            nose_length=normal(0.405 + 0.012 * masculinity, 0.035),
            nose_width=normal(0.125 + 0.01 * masculinity + 0.03 * (tone - 0.5), 0.016 + 0.008 * tone),
            nose_bridge=normal(0.075 + 0.015 * masculinity, 0.025),
            nose_tip=normal(0.155, 0.022),
            nose_hump=float(np.clip(normal(0.1 * masculinity, 0.45), -1, 1)),
            nose_tilt=float(np.clip(normal(-0.15 * masculinity, 0.45), -1, 1)),
            mouth_height=normal(-0.635, 0.022),
            mouth_width=normal(0.25 + 0.008 * masculinity, 0.024),
            mouth_curve=float(np.clip(normal(0.4, 0.4), -1, 1)),
            lip_upper=normal(0.064 - 0.009 * masculinity + 0.015 * (tone - 0.5), 0.012 + 0.007 * tone),
            lip_lower=normal(0.086 - 0.009 * masculinity + 0.02 * (tone - 0.5), 0.013 + 0.007 * tone),
            ear_size=normal(1.0 + 0.04 * masculinity, 0.1),
            ear_spread=normal(0.095, 0.025),
            neck=normal(1 + 0.09 * masculinity + 0.06 * fullness, 0.05),
            hair_style=style,
            hair_tone=hair_tone,
            hair_red=hair_red,
            hair_grey=hair_grey,
            hair_length=normal(1.0, 0.28),
            hair_volume=normal(1.0, 0.18),
            hair_line=normal(0.75 + 0.02 * max(0.0, masculinity) * (age - 18) / 20, 0.05),
            hair_part=float(rng.uniform(-1, 1)),
            beard=min(1.0, beard),
            beard_style=int(rng.choice(len(BEARDS), p=(0.5, 0.2, 0.2, 0.1))),
            grain=int(rng.integers(GRAINS)),
        )

    def alike(self, rng: np.random.Generator) -> "Person":
        """A look-alike, as of the same family: another person, `ALIKE` of the way from this one to anybody of this
        sex, with the same hair style."""
        other = Person.draw(rng)
        while other.masculinity * self.masculinity < 0:
            other = Person.draw(rng)
        return self.towards(other, ALIKE, grain=other.grain)

    def towards(self, other: "Person", share: float, **kept: float) -> "Person":
        """A person `share` of the way from this one (0) to another (1); what has no between is that of the nearer.

        Args:
            kept: fields by name, whose values are taken as given.
        """
        nearer = self if share < 0.5 else other
        mixed = {
            field.name: getattr(nearer, field.name)
            if field.type is int
            else float((1 - share) * getattr(self, field.name) + share * getattr(other, field.name))
            for field in fields(Person)
        }
        return Person(**(mixed | kept))


def _style(rng: np.random.Generator, masculinity: float, age: float) -> int:
    """An index into `HAIR_STYLES`; baldness and receding hair come with age."""
    share = float(np.clip((masculinity + 1) / 2, 0, 1))
    weights = np.array([(1 - share) * woman + share * man for woman, man in HAIR_STYLES.values()])
    names = list(HAIR_STYLES)
    weights[names.index("bald")] *= age / 45
    weights[names.index("receding")] *= max(0.0, age - 28) / 20
    return int(rng.choice(len(weights), p=weights / weights.sum()))
