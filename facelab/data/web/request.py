"""One request for one file: http.client over a socket whose every wait and every byte is counted."""

import http.client
import io
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from functools import cache
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

from facelab.data.web.address import connect
from facelab.errors import DataError

PORTS = {"http": 80, "https": 443}
HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}", re.ASCII)
LEFT_ALONE = "%/:=&?~+!$,;'@()*[]|"  # in an address: what has a meaning there, and what is quoted already

LEADS_ON = {301, 302, 303, 307, 308}
MAY_PASS = {408, 425, 429, 500, 502, 503, 504}
TICK = 0.2  # seconds between two looks at whether to stop
PART_BYTES = 2**16
OVERHEAD_BYTES = 2**20  # an answer's headers and the marks between its chunks


class Again(Exception):
    """What may pass: the sentence, and after how many seconds the server wants to be asked again."""

    def __init__(self, sentence: str, seconds: float = 0) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class Stopped(Exception):
    """Nobody wants the answer any more."""


@dataclass(frozen=True)
class Limits:
    """Seconds to wait for the next byte, the `time.monotonic()` by which all must be there, the most bytes of the
    file, and the event that ends everything."""

    timeout: float
    deadline: float
    max_bytes: int
    stopped: threading.Event

    def check(self) -> None:
        """
        Raises:
            Stopped, TimeoutError: it is over.
        """
        if self.stopped.is_set():
            raise Stopped
        if time.monotonic() > self.deadline:
            raise TimeoutError


@dataclass(frozen=True)
class Target:
    """An address taken apart: what is asked of whom. `path` is quoted, with the query."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """
        Raises:
            DataError: it is no address, or not one of the web.
        """
        try:
            parts = urlsplit(url.strip())
            scheme, port = parts.scheme, parts.port
            host = (parts.hostname or "").encode("idna").decode()
        except ValueError:
            raise DataError("The address of the photo is none.") from None
        if scheme not in PORTS:
            raise DataError("The address of the photo does not begin with http:// or https://.")
        if not HOST.fullmatch(host) or port == 0:
            raise DataError("The address of the photo names no server.")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(url, scheme, host, port or PORTS[scheme], quote(path, LEFT_ALONE))

    @property
    def authority(self) -> str:
        """The Host header's value."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def ask(target: Target, limits: Limits, user_agent: str, private: bool) -> bytes | str:
    """The file that a server has, or the address to which it leads on.

    No proxy is used, whatever the environment says: it would connect in our place, to addresses that nobody checks.

    Raises:
        Again: there is no answer, or one that may be another the next time.
        DataError: there is none, and will be none.
        Stopped: `limits.stopped` was set.
    """
    try:
        limits.check()
        with connect(target.host, target.port, limits.timeout, private) as connection:
            connection.settimeout(limits.timeout)
            if target.scheme == "https":
                with _trust().wrap_socket(connection, server_hostname=target.host) as safe:
                    return _exchange(safe, target, limits, user_agent)
            return _exchange(connection, target, limits, user_agent)
    except tuple(PROBLEMS) as error:
        kind, sentence = next(
            (kind, sentence) for known, (kind, sentence) in PROBLEMS.items() if isinstance(error, known)
        )
        raise kind(sentence) from None


def _exchange(connection: socket.socket, target: Target, limits: Limits, user_agent: str) -> bytes | str:
    client = http.client.HTTPConnection(target.authority)
    client.sock = _Counted(connection, limits)
    headers = {"Host": target.authority, "User-Agent": user_agent, "Accept": "image/*", "Connection": "close"}
    client.request("GET", target.path, headers=headers)
    response = client.getresponse()
    if response.status in LEADS_ON and (location := response.getheader("Location")):
        return urljoin(target.url, location)
    if response.status != http.HTTPStatus.OK:
        meaning = http.client.responses.get(response.status, "unknown")
        sentence = f"The server answered {response.status} ({meaning})."
        if response.status not in MAY_PASS:
            raise DataError(sentence)
        wanted = response.getheader("Retry-After", "")
        raise Again(sentence, float(wanted) if re.fullmatch(r"\d{1,9}", wanted, re.ASCII) else 0)
    return _body(response, limits.max_bytes)


def _body(response: http.client.HTTPResponse, max_bytes: int) -> bytes:
    body = bytearray()
    if (response.length or 0) <= max_bytes:
        while part := response.read(min(PART_BYTES, max_bytes + 1 - len(body))):
            body += part
        if response.length:
            raise http.client.IncompleteRead(b"")
        if len(body) <= max_bytes:
            return bytes(body)
    raise DataError(f"The file has more than {max_bytes / 1e6:g} MB.")


class _Counted(io.RawIOBase):
    """A socket as http.client uses one. A server that sends a byte now and then keeps any plain timeout from passing,
    and lengths that lie keep http.client reading: here time and bytes run out."""

    def __init__(self, connection: socket.socket, limits: Limits) -> None:
        self._connection, self._limits = connection, limits
        self._bytes_left = limits.max_bytes + OVERHEAD_BYTES

    def sendall(self, request: bytes) -> None:
        self._connection.sendall(request)
        self._connection.settimeout(TICK)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        stalled = time.monotonic() + self._limits.timeout
        while True:
            self._limits.check()
            try:
                got = self._connection.recv_into(buffer)
            except TimeoutError:
                if time.monotonic() > stalled:
                    raise
                continue
            self._bytes_left -= got
            if self._bytes_left < 0:
                raise DataError("The server does not stop sending.")
            return got

    def close(self) -> None:
        """Nothing: http.client closes the socket before the answer is read, counting on a copy of it. Ours closes
        when the exchange is over."""


@cache
def _trust() -> ssl.SSLContext:
    """Certificates are checked against those that the computer trusts; reading them takes a moment."""
    return ssl.create_default_context()


PROBLEMS: dict[type[Exception], tuple[type[Again] | type[DataError], str]] = {
    socket.gaierror: (Again, "The server's name cannot be looked up just now."),
    ssl.SSLCertVerificationError: (DataError, "The server's certificate is not valid."),
    ssl.SSLError: (Again, "No safe connection to the server can be made."),
    TimeoutError: (Again, "The server did not answer in time."),
    ConnectionRefusedError: (Again, "The server takes no connections."),
    ConnectionError: (Again, "The server closed the connection."),
    http.client.IncompleteRead: (Again, "The server closed the connection before the end of the file."),
    http.client.HTTPException: (DataError, "The server's answer is not HTTP."),
    OSError: (Again, "The server cannot be reached."),
    ValueError: (DataError, "The server's answer is not HTTP."),
}
"""What goes wrong -> how it is told, the first that fits; what is raised `Again` may pass."""
