"""How quickly the app answers, as a person with a browser feels it."""

import re
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.row import Row
from facelab.data import GeneratedSpec, load_faces
from tests.e2e.browser import find_chromium, launch, serve

CONTROLS = 20
POINTS = """() => [...document.querySelectorAll('.js-plotly-plot')].some(
    plot => plot.data.some(trace => trace.name !== undefined && trace.x && (trace.x.length ?? 1) > 0))"""
COUNT = re.compile(r"^[\d,]+ parameters\. ")
IDLE = "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"


def app() -> list[Row]:
    """Opening it cold, pressing Train, and changing a control while a run trains."""
    path = find_chromium()
    if path is None:
        return [Row("The app in a browser", "no Chromium found", "", "", "", False)]
    with tempfile.TemporaryDirectory() as home, launch(path) as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(60_000)
        start = time.perf_counter()
        with serve(Path(home)) as url:
            served = time.perf_counter()
            page.goto(url)
            page.get_by_role("link", name="Train a network").wait_for()
            opened = time.perf_counter()
            _make_faces(home)
            page.goto(f"{url}/train?epochs=400")
            button = page.get_by_role("button", name="Train", exact=True)
            button.wait_for()
            page.wait_for_timeout(15_000)
            pressed = time.perf_counter()
            button.click()
            page.wait_for_function(POINTS)
            point = time.perf_counter() - pressed
            answers = [_change(page, blocks) for blocks in [2, 3] * (CONTROLS // 2)]
            page.get_by_role("button", name="Stop").click()
    p95 = float(np.quantile(answers, 0.95))
    return [
        Row(
            "From `streamlit run` to a usable page",
            f"{opened - start:.1f} s",
            "",
            "",
            "at most 4 s",
            opened - start <= 4,
        ),
        Row(
            "From opening the address of a cold server",
            f"{opened - served:.1f} s",
            "",
            "",
            "at most 4 s",
            opened - served <= 4,
        ),
        Row("From pressing Train to the first point", f"{point:.2f} s", "", "", "at most 1.5 s", point <= 1.5),
        Row(
            f"A control on the Train page while a run trains, p95 of {CONTROLS}",
            f"{1000 * p95:.0f} ms (median {1000 * np.median(answers):.0f})",
            "",
            "",
            "at most 400 ms",
            p95 <= 0.4,
        ),
    ]


def _make_faces(home: str) -> None:
    """The default faces, cached before the page asks for them."""
    import os

    os.environ["FACELAB_HOME"] = home
    load_faces(GeneratedSpec())


def _change(page, blocks: int) -> float:
    """Seconds from changing the number of convolution blocks to the page counting another number of parameters."""
    field, caption = page.get_by_role("spinbutton", name="Convolution blocks"), page.get_by_text(COUNT)
    before = caption.inner_text()
    field.fill(str(blocks))
    start = time.perf_counter()
    field.press("Enter")
    page.wait_for_function("before => ![...document.querySelectorAll('p')].some(text => text.innerText === before)", arg=before)
    taken = time.perf_counter() - start
    page.wait_for_function(IDLE)
    return taken
