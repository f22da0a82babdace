"""How quickly the app answers, as a person with a browser feels it."""

import json
import os
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

import numpy as np

from benchmarks.row import Row
from facelab.data import GeneratedSpec, load_faces
from tests.e2e.browser import LOSS_POINTS, find_chromium, launch, serve

CONTROLS, PAUSE_MS = 80, 300


def app() -> list[Row]:
    """Opening it cold, pressing Train, and changing a control while a run trains."""
    path = find_chromium()
    if path is None:
        return [Row("The app in a browser", "no Chromium found", "", "", "", False)]
    with tempfile.TemporaryDirectory() as home, launch(path) as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(60_000)
        start = time.perf_counter()
        with serve(Path(home), "--server.enableAgentApi", "true") as url:
            page.goto(url)
            page.get_by_role("link", name="Train a network").wait_for()
            opened = time.perf_counter() - start
            _make_faces(home)
            page.goto(f"{url}/train?epochs=400")
            button = page.get_by_role("button", name="Train", exact=True)
            button.wait_for()
            page.wait_for_timeout(15_000)
            start = time.perf_counter()
            button.click()
            page.wait_for_function(f"({LOSS_POINTS})() > 0")
            point = time.perf_counter() - start
            served = _server_seconds(url, page.url)
            page.get_by_text("Schedule and stopping").click()
            drawn = [_change(page, name) for name in ["SGD", "Adam"] * (CONTROLS // 2)]
            page.get_by_role("button", name="Stop", exact=True).click()
    control = "A control on the Train page while a run trains, a browser watching it"
    return [
        Row("From `streamlit run` to a usable page", f"{opened:.1f} s", "", "", "at most 4 s", opened <= 4),
        Row(
            "From pressing Train to the first point on the chart",
            f"{point:.1f} s",
            "",
            "",
            "at most 1.5 s",
            point <= 1.5,
        ),
        _control(f"{control}: the server's answer", served),
        _control(f"{control}: drawn, in a headless Chromium on the same cores", drawn),
    ]


def _control(what: str, seconds: list[float]) -> Row:
    p95 = float(np.quantile(seconds, 0.95))
    answer = f"p95 {1000 * p95:.0f} ms, median {1000 * np.median(seconds):.0f} ms"
    return Row(what, answer, "", "", "p95 at most 400 ms", p95 <= 0.4)


def _server_seconds(url: str, address: str) -> list[float]:
    """Seconds from sending a control's value to the whole page having run, in a second tab without a browser."""

    def ask(**values) -> dict:
        request = urllib.request.Request(
            f"{url}/_stcore/agent/interact", json.dumps(values).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    query = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)
    session = ask(page="train", query_params=query)["session_id"]
    taken = []
    for size in range(65, 65 + CONTROLS):
        start = time.perf_counter()
        answer = ask(session_id=session, widget_state={"batch_size": size})
        taken.append(time.perf_counter() - start)
        assert answer["status"] == "ready", answer["status"]
    return taken


def _make_faces(home: str) -> None:
    """The default faces, cached before the page asks for them."""
    os.environ["FACELAB_HOME"] = home
    load_faces(GeneratedSpec())


def _change(page, optimizer: str) -> float:
    """Seconds from clicking another optimizer to the page drawn with, or without, what only that one needs.

    Told by the page's own clock: a person does not wait for a test driver's checks before its click.
    """
    page.get_by_role("combobox", name="Optimizer").click()
    option = page.get_by_role("option", name=optimizer, exact=True)
    option.wait_for()
    page.evaluate(WATCH, optimizer == "SGD")
    option.click()
    taken = page.evaluate("window.changed")
    page.wait_for_timeout(PAUSE_MS)
    return taken / 1000


WATCH = """wanted => {
    const there = () => document.querySelector('input[aria-label="Momentum"]') !== null;
    window.changed = new Promise(done => document.addEventListener('click', () => {
        const start = performance.now();
        const look = () => there() === wanted ? done(performance.now() - start) : requestAnimationFrame(look);
        requestAnimationFrame(look);
    }, {once: true, capture: true}));
}"""
