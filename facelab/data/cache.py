"""Datasets made once: `Once` keeps a few in the process, `read` and `write` keep albums on disk."""

import contextlib
import hashlib
import json
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file
from torch import Tensor

from facelab import paths
from facelab.data.album import Album

FORMAT = 1  # part of every key: raise it when decoding, cropping or this file format changes
MAX_DISK_BYTES = 2 * 1024**3
STALE_SECONDS = 3600  # a half-written file this old has lost its writer

T = TypeVar("T")


class Once(Generic[T]):
    """The `size` values used last, by key; threads that ask for the same key at once compute it once.

    Values are shared between threads: treat them as read-only.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[str, T] = OrderedDict()
        self._busy: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
        self._lock = threading.Lock()

    def get(self, key: str, compute: Callable[[], T]) -> T:
        """The value of `key`; where `compute` raises, nothing is kept and the next caller tries again."""
        with self._lock:
            busy = self._busy.setdefault(key, threading.Lock())
        with busy:
            with self._lock:
                if key in self._values:
                    self._values.move_to_end(key)
                    return self._values[key]
            value = compute()
            with self._lock:
                self._values[key] = value
                if len(self._values) > self._size:
                    self._values.popitem(last=False)
            return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()


def key_of(*parts: str) -> str:
    """SHA-256 (hex) of the parts and the format."""
    return hashlib.sha256(json.dumps([FORMAT, *parts]).encode()).hexdigest()


def read(key: str) -> Album | None:
    """The album stored under `key`; None where there is none or its file is not what was written."""
    file = _file(key)
    try:
        tensors = load(file.read_bytes())
        about = json.loads(tensors.pop("about").numpy().tobytes())
        if about["digest"] != _digest(tensors):
            return None
        os.utime(file)  # for `prune`: many systems do not record when a file was read
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None
    return Album(
        images=tensors["images"],
        labels=tensors["labels"],
        names=tuple(about["names"]),
        source=about["source"],
        parameters={name: tensors[f"parameters.{name}"].numpy() for name in about["parameters"]},
        notes=tuple(about["notes"]),
    )


def write(key: str, album: Album) -> None:
    """Store an album, whole or not at all; a full or read-only disk only costs the time it would have saved."""
    tensors = {"images": album.images, "labels": album.labels}
    tensors |= {f"parameters.{name}": torch.from_numpy(values) for name, values in album.parameters.items()}
    about = {
        "names": album.names,
        "source": album.source,
        "notes": album.notes,
        "parameters": list(album.parameters),
        "digest": _digest(tensors),
    }
    text = torch.from_numpy(np.frombuffer(json.dumps(about).encode(), dtype=np.uint8).copy())
    file = _file(key)
    unfinished = file.with_name(f"{key}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors | {"about": text}, unfinished)
        os.replace(unfinished, file)
        prune(keep=file)
    except (OSError, SafetensorError):
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def prune(keep: Path | None = None) -> None:
    """Remove the albums used longest ago until the rest fit into `MAX_DISK_BYTES`, and what broken writers left."""
    found = []
    for file in _file("").parent.iterdir():
        with contextlib.suppress(OSError):  # another process prunes as well
            state = file.stat()
            if file.suffix == ".part" and state.st_mtime < time.time() - STALE_SECONDS:
                file.unlink()
            elif file.suffix == ".safetensors":
                found.append((file != keep, -state.st_mtime, state.st_size, file))
    total = 0
    for removable, _, size, file in sorted(found):
        total += size
        if removable and total > MAX_DISK_BYTES:
            with contextlib.suppress(OSError):
                file.unlink()


def _file(key: str) -> Path:
    return paths.cache() / "faces" / f"{key}.safetensors"


def _digest(tensors: dict[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(memoryview(tensors[name].contiguous().numpy()).cast("B"))
    return digest.hexdigest()
