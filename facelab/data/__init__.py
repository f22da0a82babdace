"""Where faces and points come from: every source yields `Faces` or `Points`, whole and in memory."""

from facelab.data.dataset import DataSpec, load_dataset
from facelab.data.faces import SPLITS, Faces
from facelab.data.load import SOURCES, Source, available, download, load_faces
from facelab.data.points import POINT_SOURCES, Points, PointsSpec, load_points, save_table
from facelab.data.specs import FacesSpec, FolderSpec, GeneratedSpec, LfwSpec, OlivettiSpec, OrlSpec, Split

__all__ = [
    "POINT_SOURCES",
    "SOURCES",
    "SPLITS",
    "DataSpec",
    "Faces",
    "FacesSpec",
    "FolderSpec",
    "GeneratedSpec",
    "LfwSpec",
    "OlivettiSpec",
    "OrlSpec",
    "Points",
    "PointsSpec",
    "Source",
    "Split",
    "available",
    "download",
    "load_dataset",
    "load_faces",
    "load_points",
    "save_table",
]
