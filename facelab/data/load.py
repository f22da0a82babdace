"""`load_faces`: the faces that a spec asks for, from whichever source, made once."""

import hashlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from facelab.data import cache, folder, lfw, olivetti
from facelab.data.album import Album, Progress, check_memory
from facelab.data.faces import Faces
from facelab.data.people import load as people
from facelab.data.specs import FacesSpec, FolderSpec, GeneratedSpec, LfwSpec, OlivettiSpec, OrlSpec, PeopleSpec
from facelab.data.splits import split_per_person

KEPT_IN_MEMORY = 4
NEWS = 0.01  # a progress callback hears of steps at least this large: on a page each call is a message

_albums: cache.Once[Album] = cache.Once(KEPT_IN_MEMORY)
_faces: cache.Once[Faces] = cache.Once(KEPT_IN_MEMORY)


@dataclass(frozen=True)
class Source:
    """Where faces come from.

    Attributes:
        spec: its settings model.
        title: its name in a list.
        description: one sentence for whoever chooses.
        load: (spec, progress) -> Album; raises DataError.
        signature: changes when the same spec would load other photos; raises DataError.
        available: None where it can be loaded now, else one sentence saying what is missing and what to do.
        download: gets it from the network, or None where there is nothing to download; raises DataError.
        private: its photos are somebody's own, and are never kept in a cache that others use.
    """

    spec: type[Any]
    title: str
    description: str
    load: Callable[[Any, Progress], Album]
    signature: Callable[[Any], str]
    available: Callable[[], str | None] = lambda: None
    download: Callable[[Progress], None] | None = None
    private: bool = False


def _load_generated(spec: GeneratedSpec, progress: Progress) -> Album:
    check_memory(spec.people * spec.photos, spec.size)
    from facelab.data.generated import generate

    made = generate(spec.people, spec.photos, spec.size, spec.seed, progress, spec.vary, spec.difficulty, spec.family)
    source = f"{len(made.labels):,} generated photos of {len(made.names):,} people who do not exist."
    return Album(torch.as_tensor(made.images), torch.as_tensor(made.labels), made.names, source, made.parameters)


def _signature_generated(spec: GeneratedSpec) -> str:
    """Of the generator's own code: a changed generator draws other faces from the same seed."""
    module = importlib.util.find_spec("facelab.data.generated")
    folders = module.submodule_search_locations
    files = sorted(Path(folders[0]).glob("*.py")) if folders else [Path(module.origin)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


SOURCES: dict[str, Source] = {
    "generated": Source(
        GeneratedSpec,
        "Generated faces",
        "People who do not exist, drawn by facelab itself: as many as you like, and nobody's privacy at stake.",
        _load_generated,
        _signature_generated,
    ),
    "lfw": Source(
        LfwSpec,
        "Labeled Faces in the Wild",
        "Press photos of 5,749 public figures under everyday light and pose; for research (Huang et al. 2007).",
        lfw.load,
        lfw.signature,
        lfw.missing,
        lfw.download,
    ),
    "olivetti": Source(
        OlivettiSpec,
        "Olivetti faces",
        "40 people x 10 grey portraits of 64x64 pixels taken in a laboratory; small and easy.",
        olivetti.load,
        olivetti.signature,
        olivetti.missing,
        olivetti.download,
    ),
    "orl": Source(
        OrlSpec,
        "AT&T (ORL) Database of Faces",
        "The 400 portraits that Olivetti is cut from, 92x112 pixels; AT&T Laboratories Cambridge.",
        folder.load_orl,
        folder.signature_orl,
        folder.missing_orl,
    ),
    "folder": Source(
        FolderSpec,
        "Your own folder",
        "A folder with one folder of photos per person; the photos stay on this computer.",
        folder.load,
        folder.signature,
    ),
    "people": Source(
        PeopleSpec,
        "People that you enrolled",
        "Whoever you named and photographed on the People page; the photos stay on this computer.",
        people.load,
        people.signature,
        private=True,
    ),
}


def load_faces(spec: FacesSpec, progress: Progress | None = None) -> Faces:
    """The faces of `spec`: from memory, else from the cache on disk, else from their source.

    The same `Faces` object is handed to everyone in the process who asks for it: treat it as read-only. Of a private
    source every call reads the photos anew, and nothing of them stays.

    Args:
        spec: any of the `FacesSpec` models.
        progress: is told the share done, 0 to 1, in this thread.

    Raises:
        DataError: one sentence saying what is missing, too small or too large, and what to do.
    """
    tell = by_steps(progress)
    source = SOURCES[spec.source]
    if source.private:
        faces = _divided(source.load(spec, tell), spec)
    else:
        photos = spec.model_dump_json(exclude={"split"})  # another split needs no new decoding
        key = cache.key_of(photos, source.signature(spec))
        faces = _faces.get(
            cache.key_of(key, spec.split.model_dump_json()),
            lambda: _divided(kept_album(key, lambda: source.load(spec, tell)), spec),
        )
    tell(1.0)
    return faces


def _divided(album: Album, spec: FacesSpec) -> Faces:
    splits, notes = split_per_person(album.labels, spec.split, album.names)
    return Faces.of(
        album.images, album.labels, album.names, splits, album.source, album.parameters, (*album.notes, *notes)
    )


def kept_album(key: str, make: Callable[[], Album]) -> Album:
    """The album called `key`: from memory, else from the cache on disk, else made and kept in both."""

    def read_or_make() -> Album:
        album = cache.read(key)
        if album is None:
            album = make()
            cache.write(key, album)
        return album

    return _albums.get(key, read_or_make)


def by_steps(progress: Progress | None) -> Progress:
    """`progress`, told only of steps of `NEWS` or more; nobody where it is None."""
    told = -1.0

    def tell(share: float) -> None:
        nonlocal told
        if progress is not None and (share >= told + NEWS or (share >= 1 > told)):
            told = share
            progress(min(share, 1.0))

    return tell
