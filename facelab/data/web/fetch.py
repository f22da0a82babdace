"""Files from the web, politely: few at once, fewer of one server, and again only where that may help."""

import random
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from urllib.parse import urlsplit

from pydantic import Field

from facelab.data.web.request import Again, Limits, Stopped, Target, ask
from facelab.errors import DataError
from facelab.settings import Settings

LOOK_EVERY = 0.2  # seconds
LONGEST_PAUSE = 30.0  # seconds; a server that asks for more is left alone


class Manners(Settings):
    """How the web is asked. Times are seconds.

    `parallel` and `per_host` bound the requests under way, `timeout` the wait for the next byte and `deadline` that for
    a whole answer. What may pass is tried `retries` times more, `pause` later and then after twice as long each time.
    `private` allows addresses that are not public. `contact` is told to the servers, such as a mail address.
    """

    parallel: int = Field(8, ge=1, le=64)
    per_host: int = Field(2, ge=1, le=16)
    timeout: float = Field(10, gt=0, le=300)
    deadline: float = Field(60, gt=0, le=3600)
    retries: int = Field(2, ge=0, le=10)
    pause: float = Field(1, ge=0, le=30)
    redirects: int = Field(4, ge=0, le=10)
    max_bytes: int = Field(20_000_000, ge=1, le=200_000_000)
    private: bool = False
    contact: str = Field("", max_length=200, pattern=r"^[ -~]*$")

    @property
    def user_agent(self) -> str:
        """Who asks, for a server's log."""
        return (
            f"facelab (teaching software, fetches the photos of its user's list){self.contact and '; '}{self.contact}"
        )


def fetch_all(urls: list[str], manners: Manners) -> Iterator[tuple[str, bytes | DataError] | None]:
    """Every address with its file, or with why there is none, in the order in which they come.

    At least every `LOOK_EVERY` seconds something is yielded, None if there is no news. Closing the generator stops
    what is under way.
    """
    fetcher = _Fetcher(manners)
    turns = _Turns(urls, manners.per_host)
    pool = ThreadPoolExecutor(manners.parallel, thread_name_prefix="facelab-fetch")
    under_way: dict[Future[bytes], str] = {}
    try:
        while True:
            # No more than can be under way, so that finished files do not pile up while the caller is busy.
            while len(under_way) < manners.parallel and (url := turns.take()) is not None:
                under_way[pool.submit(fetcher.get, url)] = url
            if not under_way:
                return
            finished, _ = wait(under_way, LOOK_EVERY, FIRST_COMPLETED)
            for future in finished:
                url = under_way.pop(future)
                turns.done(url)
                try:
                    yield url, future.result()
                except DataError as error:
                    yield url, error
            if not finished:
                yield None
    finally:
        fetcher.stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)


class _Turns:
    """Addresses, one of each server in turn, and of none more at once than allowed: a slow server holds up no other."""

    def __init__(self, urls: list[str], per_host: int) -> None:
        self._per_host, self._busy = per_host, Counter[str]()
        self._left: dict[str, deque[str]] = defaultdict(deque)
        for url in urls:
            self._left[_server(url)].append(url)
        self._free = deque(self._left)  # those with addresses left that may be asked now

    def take(self) -> str | None:
        """The next address, None where all servers are busy or nothing is left."""
        if not self._free:
            return None
        server = self._free.popleft()
        self._busy[server] += 1
        url = self._left[server].popleft()
        if self._left[server] and self._busy[server] < self._per_host:
            self._free.append(server)
        return url

    def done(self, url: str) -> None:
        """One that was taken is not under way any more."""
        server = _server(url)
        if self._left[server] and self._busy[server] == self._per_host:
            self._free.append(server)
        self._busy[server] -= 1


def _server(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # no address; `Target.parse` says so
        return ""


class _Fetcher:
    """Fetches for many threads, and bounds how many of them ask one server, also where addresses lead on to it."""

    def __init__(self, manners: Manners) -> None:
        self.manners, self.stopped = manners, threading.Event()
        self._doors: dict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(manners.per_host))
        self._lock = threading.Lock()

    def get(self, url: str) -> bytes:
        """
        Raises:
            DataError: the file cannot be had.
            Stopped: `stopped` was set.
        """
        attempt = 0
        while True:
            try:
                return self._follow(url)
            except Again as problem:
                # Up to half as much again, so that many threads do not come back at once.
                pause = max(problem.seconds, self.manners.pause * 2**attempt * random.uniform(1, 1.5))
                if attempt == self.manners.retries or pause > LONGEST_PAUSE:
                    raise DataError(str(problem)) from None
                if self.stopped.wait(pause):
                    raise Stopped from None
                attempt += 1

    def _follow(self, url: str) -> bytes:
        """The file at an address, or where that leads on to."""
        manners = self.manners
        for _ in range(manners.redirects + 1):
            target = Target.parse(url)
            with self._lock:
                door = self._doors[target.host]
            with door:
                limits = Limits(manners.timeout, time.monotonic() + manners.deadline, manners.max_bytes, self.stopped)
                answer = ask(target, limits, manners.user_agent, manners.private)
            if isinstance(answer, bytes):
                return answer
            url = answer
        raise DataError(f"The address of the photo leads on more than {manners.redirects} times.")
