"""Runs small enough to be over in a second, and the two kinds of database."""

import os
import uuid

import numpy as np
import pytest
import sqlalchemy as sql
from PIL import Image

from facelab.runs import RunConfig, RunStore

POSTGRES = os.environ.get("FACELAB_TEST_POSTGRES")


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    """A folder with one folder of photos per person: three shades of noise."""
    folder = tmp_path_factory.mktemp("people")
    random = np.random.default_rng(0)
    for person, shade in {"Ada": 60, "Ben": 120, "Cleo": 180}.items():
        (folder / person).mkdir()
        for number in range(10):
            pixels = np.clip(random.normal(shade, 60, (28, 28, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / person / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def config(photos):
    """Ten epochs of a small dense network with dropout, which draws on the random state."""
    return RunConfig.parse(
        {
            "data": {"source": "folder", "path": str(photos), "size": 28},
            "model": {"kind": "mlp", "hidden": [8], "dropout": 0.2},
            "batch_size": 4,
            "epochs": 10,
        }
    )


@pytest.fixture(scope="session")
def crowd(tmp_path_factory):
    """A folder with one folder of photos for each of ten people, who differ in their colours."""
    folder = tmp_path_factory.mktemp("crowd")
    random = np.random.default_rng(0)
    for person in range(10):
        (folder / f"Person {person}").mkdir()
        face = random.integers(0, 256, (1, 1, 3))
        for number in range(5):
            pixels = np.clip(random.normal(face, 40, (28, 28, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"Person {person}" / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def pairs_config(crowd):
    """Four epochs of a small Siamese network on the photos of six people."""
    return RunConfig.parse(
        {
            "data": {"source": "pairs", "pairs": 60, "faces": {"source": "folder", "path": str(crowd), "size": 28}},
            "model": {"kind": "siamese", "embedding": 4, "branch": {"kind": "mlp", "hidden": [8], "dropout": 0.2}},
            "batch_size": 6,
            "epochs": 4,
        }
    )


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.skipif(not POSTGRES, reason="FACELAB_TEST_POSTGRES is not set")),
    ]
)
def url(request, tmp_path):
    """An empty database: a new file, or a schema of its own on the server."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'runs.sqlite'}"
        return
    schema = f"test_{uuid.uuid4().hex}"
    engine = sql.create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sql.schema.CreateSchema(schema))
        here = sql.make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"})
        yield here.render_as_string(hide_password=False)
        connection.execute(sql.schema.DropSchema(schema, cascade=True))
    engine.dispose()


@pytest.fixture
def store(url):
    return RunStore(url)


@pytest.fixture
def local_store(tmp_path):
    """A store for tests in which the kind of database makes no difference."""
    return RunStore(f"sqlite:///{tmp_path / 'runs.sqlite'}")
