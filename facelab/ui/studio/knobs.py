"""What can be set of a person and of a photo: a range or a choice per field, in named groups."""

import math
from dataclasses import dataclass

from facelab.data.generated.people import BEARDS, HAIR_STYLES
from facelab.data.generated.photos import BACKGROUNDS, CLOSEST, GLASSES, HATS

PERSON, PHOTO, MORPH = "person.", "photo.", "morph."
"""Before a field's name, in the address."""


@dataclass(frozen=True)
class Morph:
    """How far somebody is on the way to another, in per cent."""

    share: int = 50


@dataclass(frozen=True)
class Knob:
    """One field of `Person` or of `Photo`.

    Attributes:
        low, high, step: the range, in the field's own unit.
        unit: written after the number.
        names: of the field's values from 0 on, where it is a choice.
        more: it is seldom needed, and stands apart.
    """

    field: str
    label: str
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    unit: str = ""
    names: tuple[str, ...] = ()
    more: bool = False

    def read(self, text: str) -> float | int | None:
        """The value that `write` wrote so; None where it is none of this knob's."""
        if self.names:
            return self.names.index(text) if text in self.names else None
        try:
            value = float(text)
        except ValueError:
            return None
        return self.rounded(value) if math.isfinite(value) and self.low <= value <= self.high else None

    def write(self, value: float) -> str:
        """A value as the address has it."""
        return self.names[int(value)] if self.names else f"{self.rounded(value):g}"

    def rounded(self, value: float) -> float | int:
        """The nearest value that the knob can take; whole where its steps are."""
        if self.names or isinstance(self.step, int):
            return round(min(max(value, self.low), self.high))
        return round(round(min(max(value, self.low), self.high) / self.step) * self.step, 6)


def _choice(field: str, label: str, names: tuple[str, ...], more: bool = False) -> Knob:
    return Knob(field, label, 0.0, float(len(names) - 1), names=tuple(name.capitalize() for name in names), more=more)


PERSON_GROUPS: dict[str, tuple[Knob, ...]] = {
    "Whole": (
        Knob("age", "Age", 18.0, 75.0, 0.5),
        Knob("fullness", "Fullness", -1.0),
        Knob("tone", "Skin, light to dark"),
        Knob("undertone", "Skin, cool to warm", -1.0),
        Knob("redness", "Redness"),
        Knob("freckles", "Freckles"),
        Knob("masculinity", "Build, feminine to masculine", -1.5, 1.5, more=True),
        Knob("head_width", "Width of the head", 0.66, 0.81, 0.005, more=True),
        Knob("head_depth", "Depth of the head", 0.8, 0.92, 0.005, more=True),
        Knob("neck", "Neck", 0.75, 1.3, more=True),
        Knob("ear_size", "Ears", 0.75, 1.25, more=True),
        Knob("ear_spread", "Ears stand out", 0.03, 0.18, 0.005, more=True),
    ),
    "Face": (
        Knob("face_length", "Length", 0.93, 1.17),
        Knob("jaw_width", "Width of the jaw", 0.42, 0.75),
        Knob("jaw_square", "Jaw, round to square", 1.7, 3.0, 0.05),
        Knob("chin", "Chin", -0.01, 0.14, 0.005),
        Knob("cheekbones", "Cheekbones", -0.015, 0.085, 0.005),
        Knob("forehead", "Forehead leans back", -1.0),
        Knob("brow_ridge", "Brow ridge", -0.02, 0.08, 0.005, more=True),
    ),
    "Eyes and brows": (
        Knob("iris", "Colour, brown to blue"),
        Knob("eye_opening", "Opening", 0.27, 0.46),
        Knob("eye_tilt", "Tilt", -0.11, 0.23),
        Knob("eye_spacing", "Apart", 0.26, 0.34, 0.005),
        Knob("lid_fold", "Fold over the eye"),
        Knob("brow_thickness", "Brows, thin to thick", 0.01, 0.11, 0.005),
        Knob("brow_height", "Height of the brows", 0.16, 0.29, 0.005),
        Knob("brow_density", "Density of the brows", more=True),
        Knob("brow_arch", "Arch of the brows", -0.015, 0.075, 0.005, more=True),
        Knob("brow_tilt", "Tilt of the brows", -0.16, 0.2, more=True),
        Knob("eye_width", "Width of the eyes", 0.125, 0.175, 0.005, more=True),
        Knob("eye_height", "Height of the eyes", -0.025, 0.065, 0.005, more=True),
        Knob("eye_depth", "How deep they are set", -1.0, more=True),
    ),
    "Nose and mouth": (
        Knob("nose_length", "Length of the nose", 0.32, 0.52),
        Knob("nose_width", "Width of the nose", 0.05, 0.2, 0.005),
        Knob("nose_hump", "Bridge, hollow to humped", -1.0),
        Knob("nose_tilt", "Tip, down to up", -1.0),
        Knob("mouth_width", "Width of the mouth", 0.19, 0.31, 0.005),
        Knob("lip_upper", "Upper lip", 0.01, 0.12, 0.005),
        Knob("lip_lower", "Lower lip", 0.02, 0.15, 0.005),
        Knob("mouth_curve", "Corners of the mouth, down to up", -1.0),
        Knob("nose_bridge", "How far the bridge stands out", 0.01, 0.145, 0.005, more=True),
        Knob("nose_tip", "How far the tip stands out", 0.11, 0.2, 0.005, more=True),
        Knob("mouth_height", "Height of the mouth", -0.68, -0.59, 0.005, more=True),
    ),
    "Hair and beard": (
        _choice("hair_style", "Hair", tuple(HAIR_STYLES)),
        Knob("hair_tone", "Hair, blond to black"),
        Knob("hair_red", "Red"),
        Knob("hair_grey", "Grey"),
        Knob("beard", "Beard, none to full"),
        _choice("beard_style", "Style of the beard", BEARDS),
        Knob("hair_length", "Length", 0.44, 1.56, more=True),
        Knob("hair_volume", "Volume", 0.6, 1.4, more=True),
        Knob("hair_line", "Height of the hairline", 0.63, 0.97, more=True),
        Knob("hair_part", "Parting, left to right", -1.0, more=True),
    ),
}

PHOTO_GROUPS: dict[str, tuple[Knob, ...]] = {
    "Pose": (
        Knob("yaw", "Turned, left to right", -50, 50, 1, "°"),
        Knob("pitch", "Looking, down to up", -25, 25, 1, "°"),
        Knob("roll", "Leaning, left to right", -20, 20, 1, "°"),
        Knob("distance", "Distance of the camera", CLOSEST, 4.0, 0.1, " m"),
        Knob("scale", "Size in the picture", 0.85, 1.15, more=True),
        Knob("shift_x", "Moved to the right", -0.1, 0.1, more=True),
        Knob("shift_y", "Moved down", -0.1, 0.1, more=True),
    ),
    "Light": (
        Knob("light_softness", "Sharp to soft"),
        Knob("light_strength", "Share of the lamp"),
        Knob("light_warmth", "Cold to warm", -1.0),
        Knob("light_azimuth", "From the left to the right", -90, 90, 1, "°", more=True),
        Knob("light_elevation", "From below to above", -80, 80, 1, "°", more=True),
    ),
    "Expression": (
        Knob("smile", "Smile", -0.3),
        Knob("mouth_open", "Mouth open"),
        Knob("brow_raise", "Brows raised"),
        Knob("eyes_closed", "Eyes closed"),
        Knob("gaze", "Gaze, left to right", -1.0),
        Knob("gaze_up", "Gaze, down to up", -1.0),
    ),
    "Worn": (
        _choice("glasses", "Glasses", GLASSES),
        _choice("hat", "Hat", HATS),
        _choice("scarf", "Scarf", ("none", "scarf")),
        _choice("hair_turned", "Parting", ("as usual", "other side")),
        Knob("hair_blown", "Hair blown, to the left or right", -1.0),
        Knob("wear_hue", "Hue of what is worn"),
        Knob("clothing_hue", "Hue of the shirt", more=True),
        Knob("clothing_saturation", "Saturation of the shirt", more=True),
        Knob("clothing_lightness", "Lightness of the shirt", more=True),
    ),
    "Background": (
        _choice("background", "Background", BACKGROUNDS),
        Knob("background_hue", "Hue"),
        Knob("background_saturation", "Saturation"),
        Knob("background_lightness", "Lightness"),
        Knob("background_contrast", "Contrast"),
    ),
    "Camera": (
        Knob("exposure", "Exposure", 0.5, 1.6, 0.05),
        Knob("white_balance", "White balance, blue to orange", -1.0),
        Knob("noise", "Noise", 0.0, 0.06, 0.002),
        Knob("blur", "Blur", 0.0, 20.0, 0.5),
        Knob("jpeg", "JPEG quality", 20, 100, 1),
    ),
}
LAMP = ("light_azimuth", "light_elevation")
POSE = ("yaw", "pitch")
"""The fields that the lamp and the portrait are dragged by, across and up."""

GROUPS = {
    PERSON: PERSON_GROUPS,
    PHOTO: PHOTO_GROUPS,
    MORPH: {"Morph": (Knob("share", "Share of the other", 0, 100, 1, " %"),)},
}
KNOBS: dict[str, Knob] = {
    prefix + knob.field: knob for prefix, groups in GROUPS.items() for knobs in groups.values() for knob in knobs
}
"""Every knob by its name in the address."""
