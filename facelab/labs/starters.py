"""Ready-made runs: networks that are trained already, for pages that have nothing to show without one."""

import threading
from dataclasses import dataclass
from pathlib import Path

from facelab.data import GeneratedSpec
from facelab.data.specs import Split
from facelab.errors import RunError, SettingsError, StoreError
from facelab.labs.siamese import VERIFIER
from facelab.models import ConvNetConfig, MLPConfig
from facelab.runs import RunConfig, RunStore
from facelab.runs.parcel import unpack
from facelab.training import OptimizerConfig

FOLDER = Path(__file__).parents[2] / "assets" / "starters"


@dataclass(frozen=True)
class Starter:
    """A ready-made run: its name in the store, what it is good for, and the settings that it was trained with."""

    title: str
    use: str
    config: RunConfig

    def file(self, name: str) -> Path:
        """Where the run lies that `python -m assets.starters` has made and `facelab.runs.parcel` packed."""
        return FOLDER / f"{name}.run"


PEOPLE = GeneratedSpec(people=10, photos=50, size=64, split=Split(train=30, validation=10, test=10))
STARTERS: dict[str, Starter] = {
    "convnet": Starter(
        "Ready-made ConvNet",
        "Filters, feature maps, attribution and invariance",
        RunConfig(data=PEOPLE, model=ConvNetConfig(), epochs=20, batch_size=32),
    ),
    "mlp": Starter(
        "Ready-made MLP",
        "Weight images of hidden units",
        RunConfig(
            data=PEOPLE,
            # Strong decay from small weights leaves of a unit what tells faces apart, and little noise.
            model=MLPConfig(hidden=(48,), init="normal"),
            optimizer=OptimizerConfig(name="sgd", learning_rate=0.01, weight_decay=0.03),
            epochs=150,
            batch_size=64,
        ),
    ),
    "verifier": Starter("Ready-made verifier", "Whether two photos show one person", VERIFIER),
}


def install(store: RunStore) -> list[str]:
    """See that every ready-made run is in a store as it is now; returns their ids, the same in every store.

    Raises:
        RunError: a file is missing or damaged.
        StoreError: the store cannot be written.
    """
    with _lock:
        return [_install(store, name, starter) for name, starter in STARTERS.items()]


_lock = threading.Lock()


def _install(store: RunStore, name: str, starter: Starter) -> str:
    run_id = f"ready-made-{name}"
    if _is_there(store, run_id, starter):
        return run_id
    store.delete(run_id)  # one of another version
    try:
        return unpack(store, starter.file(name).read_bytes(), run_id)
    except OSError as error:
        raise RunError(
            f"The ready-made run {name} is not there: take {starter.file(name).name} from facelab."
        ) from error
    except StoreError:
        # Another server that starts on the same store may have been faster.
        if _is_there(store, run_id, starter):
            return run_id
        raise


def _is_there(store: RunStore, run_id: str, starter: Starter) -> bool:
    try:
        run = store.get(run_id)
        return run.status == "finished" and run.config == starter.config
    except (RunError, SettingsError):
        return False
