"""The cache may be absent, full, broken or raced for; what it hands out is what was made."""

import errno
import os
import threading
import time

import numpy as np
import pytest
import torch
from safetensors import SafetensorError

from facelab.data import cache
from facelab.data.album import Album


def album(seed: int = 0) -> Album:
    pixels = np.random.default_rng(seed).integers(0, 256, (6, 3, 28, 28), dtype=np.uint8)
    return Album(
        images=torch.from_numpy(pixels),
        labels=torch.tensor([0, 0, 0, 1, 1, 1]),
        names=("Ann <b>", "Bjørn"),
        source="6 photos.",
        parameters={"yaw": np.linspace(-1, 1, 6, dtype=np.float32)},
        notes=("Skipped one.",),
    )


def test_what_is_written_is_read():
    cache.write("key", album())
    stored = cache.read("key")
    assert stored.images.equal(album().images)
    assert stored.labels.equal(album().labels)
    assert (stored.names, stored.source, stored.notes) == (album().names, album().source, album().notes)
    assert np.array_equal(stored.parameters["yaw"], album().parameters["yaw"])
    assert stored.parameters["yaw"].dtype == np.float32


def test_nothing_stored_is_none():
    assert cache.read("key") is None


@pytest.mark.parametrize("damage", ["truncate", "flip", "empty", "text"])
def test_a_corrupt_file_is_none(damage):
    cache.write("key", album())
    file = cache._file("key")
    whole = file.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    file.write_bytes({"truncate": whole[:-9], "flip": bytes(flipped), "empty": b"", "text": b"hello, world"}[damage])
    assert cache.read("key") is None


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), SafetensorError("I/O error")])
def test_a_full_disk_is_not_fatal(monkeypatch, error):
    def full(tensors, file):
        file.write_bytes(b"half")
        raise error

    monkeypatch.setattr(cache, "save_file", full)
    cache.write("key", album())
    assert cache.read("key") is None
    assert list(cache._file("key").parent.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_not_fatal(home):
    home.write_text("a file where the folder should be")
    cache.write("key", album())
    assert cache.read("key") is None


def test_prune_removes_what_was_used_longest_ago(monkeypatch):
    for age, key in enumerate(["newest", "middle", "oldest"]):
        cache.write(key, album())
        os.utime(cache._file(key), (time.time() - 100 * age,) * 2)
    size = cache._file("oldest").stat().st_size
    cache.read("oldest")  # counts as use
    monkeypatch.setattr(cache, "MAX_DISK_BYTES", 2 * size)
    cache.prune()
    assert {file.stem for file in cache._file("").parent.iterdir()} == {"newest", "oldest"}


def test_prune_keeps_what_was_just_written(monkeypatch):
    monkeypatch.setattr(cache, "MAX_DISK_BYTES", 1)
    cache.write("old", album())
    cache.write("new", album())
    assert {file.stem for file in cache._file("").parent.iterdir()} == {"new"}


def test_prune_removes_what_dead_writers_left():
    cache.write("key", album())
    left, busy = (cache._file("key").with_name(f"{name}.part") for name in ("left", "busy"))
    left.touch()
    busy.touch()
    os.utime(left, (0, 0))
    cache.prune()
    assert busy.exists()
    assert not left.exists()


def test_once_keeps_the_values_used_last():
    once, made = cache.Once(2), []

    def make(key):
        return once.get(key, lambda: made.append(key) or key)

    for key in ["a", "b", "a", "c", "a", "b"]:
        assert make(key) == key
    assert made == ["a", "b", "c", "b"]


def test_threads_that_ask_for_the_same_compute_once():
    once, started, results = cache.Once(2), [], []

    def slow():
        started.append(1)
        time.sleep(0.05)
        return object()

    threads = [threading.Thread(target=lambda: results.append(once.get("key", slow))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 1
    assert len({id(result) for result in results}) == 1


def test_once_keeps_no_failure():
    once = cache.Once(2)
    with pytest.raises(ZeroDivisionError):
        once.get("key", lambda: 1 / 0)
    assert once.get("key", lambda: 7) == 7
