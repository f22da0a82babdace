"""Imports run one way, and only pages know Streamlit.

`ui -> labs -> recognition, analysis -> runs -> training -> models, data`: a part imports parts below it, never one
above or beside it. `plots` imports nothing of ours and can be imported by all, like the modules in `SHARED`. `TOP`, the
command line, may import everything, and no part imports it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = (("ui",), ("labs",), ("recognition", "analysis"), ("runs",), ("training",), ("models", "data"), ("plots",))
HEIGHT = {part: len(LAYERS) - index for index, parts in enumerate(LAYERS) for part in parts}
ISOLATED = "plots"
TOP = {"__main__", "fetch", "identify", "terminal"}
SHARED = {"errors", "settings", "paths", "_torchvision"}
STREAMLIT_HOMES = ("facelab/ui/", "pages/", "app.py")
FILES = sorted(
    file.relative_to(ROOT).as_posix()
    for pattern in ("app.py", "pages/**/*.py", "facelab/**/*.py", "benchmarks/**/*.py")
    for file in ROOT.glob(pattern)
)


def imported(path: str, source: str) -> Iterator[tuple[int, str]]:
    """The line and the dotted name of everything that a file imports, wherever in it."""
    package = path.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def part_of(name: str) -> str | None:
    """The part of facelab that a dotted name lies in; None outside facelab."""
    top, _, rest = name.partition(".")
    return rest.partition(".")[0] if top == "facelab" else None


def offences(path: str, source: str) -> list[str]:
    """What is wrong with a file's imports, one sentence each."""
    own = part_of(path.removesuffix(".py").replace("/", "."))
    found = []
    for line, name in imported(path, source):
        if name.split(".")[0] == "streamlit" and not path.startswith(STREAMLIT_HOMES):
            found.append(f"{path}:{line} imports streamlit")
        part = part_of(name)
        if part is None or part == own or own is None or own in TOP:
            continue
        if own == ISOLATED or (part not in SHARED and HEIGHT.get(part, 99) >= HEIGHT.get(own, 0)):
            found.append(f"{path}:{line} imports {name}")
    return found


@pytest.mark.parametrize("path", FILES)
def test_imports_run_one_way(path):
    assert offences(path, (ROOT / path).read_text("utf-8")) == []


def test_every_part_has_its_place():
    parts = {path.split("/")[1].removesuffix(".py") for path in FILES if path.startswith("facelab/")}
    assert parts - {"__init__"} <= HEIGHT.keys() | SHARED | TOP


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("facelab/training/fit.py", "from facelab.runs.store import RunStore"),
        ("facelab/training/fit.py", "from facelab import runs"),
        ("facelab/training/fit.py", "import facelab.runs.store as store"),
        ("facelab/training/fit.py", "from ..runs import store"),
        ("facelab/training/fit.py", "from .. import runs"),
        ("facelab/training/fit.py", "def later():\n    from facelab.ui import forms"),
        ("facelab/models/mlp.py", "from facelab.data import Faces"),
        ("facelab/data/faces.py", "import facelab.models"),
        ("facelab/analysis/maps.py", "from facelab.recognition import verify"),
        ("facelab/runs/job.py", "from facelab import unheard_of"),
        ("facelab/runs/job.py", "import facelab.__main__"),
        ("facelab/ui/forms.py", "from facelab.terminal import Progress"),
        ("facelab/plots/curves.py", "from facelab.errors import FacelabError"),
        ("facelab/errors.py", "from facelab.data import Faces"),
        ("facelab/plots/curves.py", "import streamlit as st"),
        ("facelab/runs/runner.py", "from streamlit.runtime import exists"),
        ("facelab/__main__.py", "import streamlit.web.cli"),
        ("benchmarks/__main__.py", "import streamlit"),
    ],
)
def test_offenders_are_caught(path, source):
    assert len(offences(path, f'"""A module."""\n{source}\n')) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("facelab/training/fit.py", "from facelab.training.records import Record\nfrom .records import Record"),
        (
            "facelab/training/fit.py",
            "from facelab.errors import DataError\nfrom facelab.data import Faces\nimport torch",
        ),
        ("facelab/data/__init__.py", "from . import faces\nfrom .faces import Faces"),
        ("facelab/data/faces.py", "from facelab import errors, paths"),
        ("facelab/settings.py", "from facelab.errors import SettingsError"),
        ("facelab/plots/curves.py", "from facelab.plots import palette\nimport plotly"),
        ("facelab/ui/forms.py", "import streamlit as st\nfrom facelab import labs, plots, runs"),
        ("facelab/__main__.py", "from facelab import runs, ui"),
        ("pages/train.py", "import streamlit as st\nfrom facelab.ui import forms"),
        ("app.py", "import streamlit as st"),
    ],
)
def test_what_is_allowed(path, source):
    assert offences(path, source) == []
