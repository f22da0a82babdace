"""`load_dataset`: faces or points, whichever a spec asks for."""

from typing import Annotated

from pydantic import Field

from facelab.data.album import Progress
from facelab.data.faces import Faces
from facelab.data.load import load_faces
from facelab.data.points import POINT_SOURCES, Points, PointsSpec, load_points
from facelab.data.specs import FacesSpec

DataSpec = Annotated[FacesSpec | PointsSpec, Field(discriminator="source")]


def load_dataset(spec: DataSpec, progress: Progress | None = None) -> Faces | Points:
    """What `load_faces` or `load_points` gives for `spec`, and as they do."""
    return load_points(spec, progress) if spec.source in POINT_SOURCES else load_faces(spec, progress)
