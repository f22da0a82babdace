"""What expressions move: blendshapes of the open mouth, the smile and raised brows."""

import numpy as np

from facelab.data.generated.features import fold, lip_line, lip_share
from facelab.data.generated.people import Person
from facelab.data.generated.scene import bump, step

LIP = 0.014  # the lips part over this height on either side of the line between them
DROP = 0.20  # radians by which the jaw turns about its joint
JOINT = (-0.05, 0.0)  # height and depth of the joint, before the ear
PART = 0.035  # how far a full smile parts the lips


def gap(person: Person, x: np.ndarray, opened: float, smile: float) -> np.ndarray:
    """How far the lips are apart, in head units."""
    share = np.sqrt(lip_share(person, x))
    return share * (0.72 * DROP * opened + PART * parting(smile))


def parting(smile: float) -> float:
    """0 to 1: broad smiles show teeth."""
    return float(np.clip((smile - 0.3) / 0.7, 0, 1))


def blendshapes(person: Person, rest: np.ndarray, ahead: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Open mouth, smile and raised brows: what each adds in full, float32 [V, 3].

    Args:
        rest: points on the bare skull, [V, 3].
        ahead: how far their directions look forward, [V].
    """
    x, y, z = rest.T
    side, front = np.abs(x), step(0.05, 0.35, ahead)
    v, share = y - lip_line(person, x), lip_share(person, x)
    return (
        _opened(person, x, y, z, v, share, front),
        _smiled(person, x, y, v, share, front),
        _raised(person, side, y, front),
    )


def _opened(person, x, y, z, v, share, front) -> np.ndarray:
    """The jaw turns about its joint; the lips part along their line and the cheeks stretch."""
    side = np.abs(x)
    cheek = step(0.10, -0.30, v) * step(-0.05, 0.45, z)
    lips = step(LIP, -LIP, v)
    within = np.sqrt(share)
    jaw = cheek * (1 - within) + lips * within
    inside = bump(0, v, (0, 0), (1, 0.7 * LIP)) * within
    up, ahead = JOINT
    moved = np.zeros((len(x), 3))
    moved[:, 1] = -DROP * np.clip(z - ahead, 0, None) * jaw
    moved[:, 2] = DROP * (y - up) * jaw * 0.7 - 0.10 * inside
    moved[:, 0] = -0.12 * x * bump(side, v, (person.mouth_width, 0), (0.12, 0.10)) * front
    return moved.astype(np.float32)


def _smiled(person, x, y, v, share, front) -> np.ndarray:
    """Corners go out, up and back, lips thin and part, cheeks rise and fold."""
    side, width, eye = np.abs(x), person.mouth_width, person.eye_height
    corner = bump(side, v, (width, 0), (0.11, 0.10)) * front
    along = np.clip(side / width, 0, 1.25)
    near = np.exp(-0.5 * (v / 0.12) ** 2) * step(1.9, 1.0, side / width) * front
    cheek = bump(side, y, (0.37, eye - 0.24), (0.13, 0.11)) * front
    lid = bump(side, y, (person.eye_spacing, eye - 0.10), (0.13, 0.05)) * front
    lips = step(LIP, -LIP, v) * np.sqrt(share)
    moved = np.zeros((len(x), 3))
    moved[:, 0] = np.sign(x) * (0.018 * corner + 0.045 * along**1.2 * near)
    moved[:, 1] = 0.058 * corner + 0.018 * near * along**2 + 0.035 * cheek + 0.012 * lid
    moved[:, 1] -= PART * lips * step(-0.35, 0.0, v)
    moved[:, 2] = 0.045 * cheek - 0.020 * corner - 0.030 * near * (1 - 0.4 * along)
    moved[:, 2] -= 0.016 * fold(person, side, y) * front + 0.03 * bump(0, v, (0, 0), (1, 0.7 * LIP)) * np.sqrt(share)
    return moved.astype(np.float32)


def _raised(person, side, y, front) -> np.ndarray:
    moved = np.zeros((len(y), 3))
    moved[:, 1] = (
        0.065 * bump(side, y, (person.eye_spacing, person.eye_height + person.brow_height), (0.25, 0.09)) * front
    )
    return moved.astype(np.float32)
