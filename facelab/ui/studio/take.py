"""Taking the photo: rendered once for all who ask for the same, told in words, and taken away as a file."""

import base64
import io
import json
from dataclasses import asdict

import numpy as np
import streamlit as st
from PIL import Image

from facelab.data import Faces
from facelab.data.generated import PERSON, Head, Person, Photo, recorded, render, sculpt
from facelab.data.generated.people import HAIR_STYLES
from facelab.data.generated.photos import GLASSES, HATS

SIDE = 256
"""px of a portrait."""
DIGITS = 6


def is_generated(faces: Faces) -> bool:
    """Whether everything about these people is known."""
    return PERSON + "grain" in faces.truth


def person_in(faces: Faces, number: int) -> Person:
    """A person of generated faces."""
    person, _ = recorded(faces.truth, int((faces.labels == number).nonzero()[0]))
    return person


@st.cache_resource(show_spinner=False, max_entries=16)
def _head(person: Person) -> Head:
    return sculpt(person)


@st.cache_resource(show_spinner=False, max_entries=64)
def take(person: Person, photo: Photo) -> np.ndarray:
    """The photo of a person, uint8 [3, SIDE, SIDE]; nobody changes it."""
    return render(_head(person), photo, SIDE)


def png(person: Person, photo: Photo) -> bytes:
    """The photo as a file; hardly compressed, as that would take longer than to send it."""
    file = io.BytesIO()
    Image.fromarray(take(person, photo).transpose(1, 2, 0)).save(file, "PNG", compress_level=1)
    return file.getvalue()


def picture(person: Person, photo: Photo) -> str:
    """The photo as a data URI."""
    return "data:image/png;base64," + base64.b64encode(png(person, photo)).decode()


def describe(name: str, person: Person, photo: Photo) -> str:
    """The photo in one sentence, for those who cannot see it."""
    pose = _direction(photo.yaw, "to the left", "to the right"), _direction(photo.pitch, "down", "up")
    worn = [kinds[kind] for kinds, kind in ((GLASSES, photo.glasses), (HATS, photo.hat)) if kind]
    parts = (
        f"{name}, {person.age:.0f} years old",
        f"hair: {list(HAIR_STYLES)[person.hair_style]}",
        f"looking {' and '.join(filter(None, pose)) or 'straight ahead'}",
        *(f"with {thing}" for thing in worn),
    )
    return f"{', '.join(parts)}."


def _direction(degrees: float, low: str, high: str) -> str:
    return f"{abs(degrees):.0f}° {low if degrees < 0 else high}" if round(degrees) else ""


def truth(person: Person, photo: Photo) -> str:
    """Every parameter, as JSON; to so many digits that the picture is nearly the same."""
    known = {"person": asdict(person), "photo": asdict(photo)}
    return json.dumps({part: {name: round(of[name], DIGITS) for name in of} for part, of in known.items()}, indent=2)
