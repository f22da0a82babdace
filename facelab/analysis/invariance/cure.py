"""Which augmentation teaches a network to bear a transform."""

from facelab.runs import RunConfig

CURES: dict[str, dict[str, float]] = {
    "brightness": {"brightness": 0.8},
    "contrast": {"contrast": 0.8},
    "saturation": {"saturation": 1.0},
    "colour_jitter": {"brightness": 0.6, "contrast": 0.6, "saturation": 0.6},
    "gaussian_blur": {"blur": 3.0},
    "rotation": {"rotate": 90.0},
    "translation": {"translate": 0.4},
    "scale": {"scale": 0.6},
    "shear": {"shear": 45.0},
    "affine": {"rotate": 30.0, "translate": 0.15, "scale": 0.3, "shear": 20.0},
    "perspective": {"perspective": 0.4, "scale": 0.4},
    "horizontal_flip": {"flip": 0.5},
    "occlusion": {"erase": 0.5},
}
"""By transform, the augmentation that draws the like of it for every training photo; the others have none."""


def cured(config: RunConfig, transform: str) -> RunConfig | None:
    """A run's settings with a transform as augmentation, on top of those they have; None if nothing draws the like."""
    cure = CURES.get(transform)
    if cure is None:
        return None
    known = config.augmentation.model_dump()
    return config.replace({f"augmentation.{name}": max(value, known[name]) for name, value in cure.items()})
