"""In a whole session nothing leaves this computer: neither the browser nor the server connects to anywhere else."""

import ast
import ipaddress
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from facelab.data.generated import generate
from tests.e2e.browser import ROOT, free_port, wait_for_server

pytestmark = pytest.mark.browser

PAGES = sorted(file.stem for file in (ROOT / "pages").glob("*.py"))
# Python imports it first in every process: the server, its workers, and whatever they start.
WATCH = """
import os, sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        host = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        with open(os.environ["CONNECTIONS"], "a") as file:
            file.write(repr((event, host)) + chr(10))

sys.addaudithook(watch)
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """The address of an app of which every connection is noted down, and the file with the notes."""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "sitecustomize.py").write_text(WATCH)
    notes, port = folder / "connections.txt", free_port()
    notes.touch()
    env = {"FACELAB_HOME": str(folder / "home"), "PYTHONPATH": f"{folder}:{ROOT}", "CONNECTIONS": str(notes)}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen([*command, "--server.headless", "true"], cwd=ROOT, env=os.environ | env)
    wait_for_server(f"http://127.0.0.1:{port}", process)
    yield f"http://127.0.0.1:{port}", notes
    process.terminate()
    process.wait(30)


def is_local(host: object) -> bool:
    """Whether an address of a socket, or a name that is looked up, is this computer."""
    name = host[0] if isinstance(host, tuple) else host
    if not name or name == "localhost" or Path(name).is_absolute():  # a socket in the file system
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def test_neither_the_browser_nor_the_server_connects_to_anywhere_else(page: Page, watched, tmp_path):
    url, notes = watched
    asked: set[str | None] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc or None))
    page.on("websocket", lambda socket: asked.add(urlsplit(socket.url).netloc))
    photo = generate(people=1, photos=1, size=192, seed=3, difficulty="easy").images[0].permute(1, 2, 0).numpy()
    Image.fromarray(np.ascontiguousarray(photo)).save(tmp_path / "a.png")
    for name in PAGES:
        page.goto(f"{url}/{'' if name == 'home' else name}")
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=120_000)
        expect(page.locator(".stApp[data-test-script-state=notRunning]")).to_be_attached(timeout=300_000)
    page.goto(f"{url}/people")
    page.locator("input[type=file]").set_input_files(tmp_path / "a.png")
    expect(page.get_by_text("Added 1 photo of Person 1")).to_be_visible()
    page.goto(f"{url}/train?data.people=4&data.photos=10&data.size=28&epochs=2&batch_size=8")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator(".stMarkdownBadge", has_text="Finished")).to_be_visible(timeout=120_000)

    assert asked <= {urlsplit(url).netloc, None}
    connections = [ast.literal_eval(line) for line in notes.read_text().splitlines()]
    assert connections, "nothing was noted down: not even the workers' connections"
    assert [(event, host) for event, host in connections if not is_local(host)] == []
