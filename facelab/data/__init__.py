"""Where faces come from: every source yields `Faces`, whole and in memory."""

from facelab.data.faces import SPLITS, Faces
from facelab.data.load import SOURCES, Source, available, download, load_faces
from facelab.data.specs import FacesSpec, FolderSpec, GeneratedSpec, LfwSpec, OlivettiSpec, OrlSpec, Split

__all__ = [
    "SOURCES",
    "SPLITS",
    "Faces",
    "FacesSpec",
    "FolderSpec",
    "GeneratedSpec",
    "LfwSpec",
    "OlivettiSpec",
    "OrlSpec",
    "Source",
    "Split",
    "available",
    "download",
    "load_faces",
]
