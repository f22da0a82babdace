"""The app as a person runs it, for browser tests, screenshots and benchmarks: a real server and a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge", "chrome")

LOSS_POINTS = """() => Math.max(0, ...[...document.querySelectorAll('.js-plotly-plot')]
    .filter(plot => plot.layout?.yaxis?.title?.text?.includes('loss'))
    .flatMap(plot => plot._fullData.map(trace => trace.x?.length ?? 0)))"""
"""JavaScript: the points of the loss curve as the browser has them."""


def find_chromium() -> str | None:
    """The browser: `CHROMIUM` if set, else the first found on the path."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(home: Path, *options: str, script: str = "app.py") -> Iterator[str]:
    """The app with its runs in `home`; yields its address, and leaves no process behind."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    env = os.environ | {"FACELAB_HOME": str(home), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([*command, "--server.headless", "true", *options], cwd=ROOT, env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for_server(url, process)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_server(url: str, process: subprocess.Popen, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the app did not start")


@contextmanager
def launch(path: str) -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def wait_until(page: Page, true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what only Python can tell, while the page goes on."""
    for _ in range(int(20 * seconds)):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come true in time")


def place_in(chart: Locator, across: float, up: float) -> tuple[float, float]:
    """Where one of the race's wide charts has a value, which is given as shares of its two axes."""
    box = chart.locator("canvas").bounding_box()
    right = 92 if box["width"] >= 430 else 10
    return box["x"] + 46 + (box["width"] - 46 - right) * across, box["y"] + 10 + (1 - up) * (box["height"] - 48)
