"""From a photo to faces that can be compared: found, brought to one place, embedded, and judged by known pairs."""

from facelab.recognition.align import align
from facelab.recognition.detect import FoundFace, at_box, find
from facelab.recognition.dlib import Box
from facelab.recognition.embedders import Description, Embedder, embedder, embedders
from facelab.recognition.face_space import STRANGE
from facelab.recognition.reference import embed
from facelab.recognition.verify import Verdict, verify

__all__ = [
    "STRANGE",
    "Box",
    "Description",
    "Embedder",
    "FoundFace",
    "Verdict",
    "align",
    "at_box",
    "embed",
    "embedder",
    "embedders",
    "find",
    "verify",
]
