"""A web of our own on 127.0.0.1, whose pages do what a test tells them, and lists of what it shows."""

import hashlib
import io
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from facelab.data.web import Manners


class Web(ThreadingHTTPServer):
    """Answers by `pages`, path -> what to do with the request; `asked` are the paths in the order of asking, `peak` is
    how many requests `dwell` saw at once."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.lock, self.now, self.peak = threading.Lock(), 0, 0

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what is tested."""

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}{path}"

    def show(self, path: str, content: bytes) -> str:
        self.pages[path] = lambda request: answer(request, 200, content)
        return self.url(path)

    def fail(self, path: str, *statuses: int, **headers: str) -> str:
        """Answers with one status after the other, and with the last for good."""
        left = list(statuses)
        self.pages[path] = lambda request: answer(request, left.pop(0) if len(left) > 1 else left[0], **headers)
        return self.url(path)

    def lead(self, path: str, location: str) -> str:
        return self.fail(path, 302, Location=location)

    def dwell(self, path: str) -> str:
        """Takes a moment to answer."""

        def page(request: BaseHTTPRequestHandler) -> None:
            with self.lock:
                self.now += 1
                self.peak = max(self.peak, self.now)
            time.sleep(0.05)
            with self.lock:  # before the answer: the next request may come as soon as it is there
                self.now -= 1
            answer(request, 200)

        self.pages[path] = page
        return self.url(path)

    def send(self, path: str, *parts: bytes, pause: Callable[[], object] = lambda: None) -> str:
        """Sends these very bytes, then hangs up."""

        def page(request: BaseHTTPRequestHandler) -> None:
            for part in parts:
                request.wfile.write(part)
                pause()

        self.pages[path] = page
        return self.url(path)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.headers.append(dict(self.headers))
        self.server.pages.get(self.path, lambda request: answer(request, 404))(self)

    def log_message(self, *message: object) -> None:
        pass


def answer(request: BaseHTTPRequestHandler, status: int, content: bytes = b"", **headers: str) -> None:
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def manners() -> Callable[..., Manners]:
    """Manners for a web on this computer, in a hurry."""
    return lambda **changes: Manners.parse({"private": True, "pause": 0.01, "timeout": 1, "deadline": 5} | changes)


def photo(seed: int = 0, width: int = 40, height: int = 30, kind: str = "PNG") -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


@pytest.fixture
def make_photo() -> Callable[..., bytes]:
    """The file of a photo of noise: `make_photo(seed, width, height, kind)`."""
    return photo


@pytest.fixture
def line() -> Callable[..., str]:
    """A line of a list, all right unless a part is given: `line(bbox="nonsense")`."""

    def make(content: bytes = b"", **parts: str) -> str:
        whole = {"name": "Ann Lee", "image_id": "7", "face_id": "1", "url": "http://example.com/a.jpg"}
        whole |= {"bbox": "0,0,20,20", "sha256": hashlib.sha256(content).hexdigest()} | parts
        return "\t".join(whole.values())

    return make
