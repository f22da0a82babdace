"""`load_dataset`: faces, pairs of them, or points, whichever a spec asks for; and whether they are on this computer."""

from typing import Annotated

from pydantic import Field

from facelab.data.album import Progress
from facelab.data.faces import Faces
from facelab.data.load import SOURCES, Source, by_steps, load_faces
from facelab.data.pairs import PAIR_SOURCES, Pairs, PairsSpec, load_pairs
from facelab.data.points import POINT_SOURCES, Points, PointsSpec, load_points
from facelab.data.specs import FacesSpec
from facelab.errors import DataError

ALL_SOURCES = SOURCES | PAIR_SOURCES | POINT_SOURCES
DataSpec = Annotated[FacesSpec | PairsSpec | PointsSpec, Field(discriminator="source")]


def load_dataset(spec: DataSpec, progress: Progress | None = None) -> Faces | Pairs | Points:
    """What `load_faces`, `load_pairs` or `load_points` gives for `spec`, and as they do."""
    if spec.source in POINT_SOURCES:
        return load_points(spec, progress)
    return load_pairs(spec, progress) if spec.source in PAIR_SOURCES else load_faces(spec, progress)


def available(source: str) -> str | None:
    """None where `source` can be loaded now, else one sentence saying what is missing and what to do.

    Raises:
        DataError: there is no such source.
    """
    return _source(source).available()


def download(source: str, progress: Progress | None = None) -> None:
    """Get a source from the network into the cache folder, checked against its checksum.

    Raises:
        DataError: there is nothing to download for `source`, or the download failed; a next try starts afresh.
    """
    fetch = _source(source).download
    if fetch is None:
        raise DataError(f"There is nothing to download for {source}.")
    fetch(by_steps(progress))


def _source(name: str) -> Source:
    if name not in ALL_SOURCES:
        raise DataError(f"There is no source {name!r}; the sources are {', '.join(ALL_SOURCES)}.")
    return ALL_SOURCES[name]
