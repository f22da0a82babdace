"""From a photo to faces that can be compared: found, brought to one place, embedded, and judged by known pairs."""

from facelab.recognition.align import align
from facelab.recognition.detect import ALIGNED, FoundFace, at_box, find
from facelab.recognition.dlib import Box
from facelab.recognition.embedders import Description, Embedder, embedder, embedders
from facelab.recognition.face_space import STRANGE
from facelab.recognition.identify import Classifier, Gallery, Identification, classifier, identify
from facelab.recognition.reference import embed
from facelab.recognition.verify import Verdict, verify

__all__ = [
    "ALIGNED",
    "STRANGE",
    "Box",
    "Classifier",
    "Description",
    "Embedder",
    "FoundFace",
    "Gallery",
    "Identification",
    "Verdict",
    "align",
    "at_box",
    "classifier",
    "embed",
    "embedder",
    "embedders",
    "find",
    "identify",
    "verify",
]
