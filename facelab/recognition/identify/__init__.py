"""Who is on a photo: among the people of a network (`Classifier`), or among people enrolled (`Gallery`)."""

from facelab.recognition.identify.answer import Answer, Candidate, Line, Neighbour
from facelab.recognition.identify.classifier import Classifier, classifier
from facelab.recognition.identify.framing import Framing
from facelab.recognition.identify.gallery import Gallery
from facelab.recognition.identify.identify import Identification, Identifier, identify

__all__ = [
    "Answer",
    "Candidate",
    "Classifier",
    "Framing",
    "Gallery",
    "Identification",
    "Identifier",
    "Line",
    "Neighbour",
    "classifier",
    "identify",
]
