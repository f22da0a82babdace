"""Where faces and points come from: every source yields `Faces` or `Points`, whole and in memory."""

from facelab.data.dataset import ALL_SOURCES, DataSpec, available, download, load_dataset
from facelab.data.faces import SPLITS, Faces
from facelab.data.load import SOURCES, Source, load_faces
from facelab.data.pairs import PAIR_SOURCES, DrawnPairsSpec, LfwPairsSpec, Pairs, PairsSpec, load_pairs
from facelab.data.points import POINT_SOURCES, Points, PointsSpec, load_points, save_table
from facelab.data.specs import FacesSpec, FolderSpec, GeneratedSpec, LfwSpec, OlivettiSpec, OrlSpec, PeopleSpec, Split

__all__ = [
    "ALL_SOURCES",
    "PAIR_SOURCES",
    "POINT_SOURCES",
    "SOURCES",
    "SPLITS",
    "DataSpec",
    "DrawnPairsSpec",
    "Faces",
    "FacesSpec",
    "FolderSpec",
    "GeneratedSpec",
    "LfwPairsSpec",
    "LfwSpec",
    "OlivettiSpec",
    "OrlSpec",
    "Pairs",
    "PairsSpec",
    "PeopleSpec",
    "Points",
    "PointsSpec",
    "Source",
    "Split",
    "available",
    "download",
    "load_dataset",
    "load_faces",
    "load_pairs",
    "load_points",
    "save_table",
]
