"""Servers as they should be, and as they are."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import closing

import pytest

from facelab.data.web import address, request
from facelab.data.web.fetch import fetch_all
from facelab.errors import DataError, SettingsError

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def get(manners):
    """What one address gives: bytes, or the sentence of the refusal."""

    def fetch(url: str, **changes: object) -> bytes | str:
        ((asked, answer),) = filter(None, fetch_all([url], manners(**changes)))
        assert asked == url
        return str(answer) if isinstance(answer, DataError) else answer

    return fetch


def test_a_file_and_who_asks_for_it(web, get):
    url = web.show("/a%20b/%C3%A9?q=1&r=%2F", b"photo")
    assert get(url, contact="lab@example.com") == b"photo"
    assert get(web.url("/a b/é?q=1&r=%2F#part")) == b"photo"
    assert web.headers[0]["User-Agent"].startswith("facelab (")
    assert web.headers[0]["User-Agent"].endswith("; lab@example.com")
    assert web.headers[0]["Host"] == f"127.0.0.1:{web.server_port}"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("file:///etc/passwd", "The address of the photo does not begin with http:// or https://."),
        ("ftp://example.com/a.jpg", "The address of the photo does not begin with http:// or https://."),
        ("photo.jpg", "The address of the photo does not begin with http:// or https://."),
        ("http://", "The address of the photo names no server."),
        ("http://a b/", "The address of the photo names no server."),
        ("http://example.com:0/", "The address of the photo names no server."),
        ("http://[::1", "The address of the photo is none."),
        ("http://example.com:port/", "The address of the photo is none."),
        (f"http://{'a' * 70}.com/", "The address of the photo is none."),
        ("http://a..b/", "The address of the photo is none."),
    ],
)
def test_what_is_no_address_of_the_web(get, url, sentence):
    assert get(url) == sentence


def test_this_computer_is_not_asked_unless_allowed(web, get):
    assert "private network" in get(web.show("/a", b"secret"), private=False)
    assert web.asked == []


def test_a_missing_file_is_asked_for_once(web, get):
    assert get(web.url("/none")) == "The server answered 404 (Not Found)."
    assert web.asked == ["/none"]


def test_what_may_pass_is_tried_again(web, get):
    def recover(handler):
        web.show("/a", b"photo")
        handler.send_response(503)
        handler.end_headers()

    web.pages["/a"] = recover
    assert get(web.url("/a")) == b"photo"
    assert web.asked == ["/a", "/a"]


def test_until_it_is_enough(web, get):
    assert get(web.fail("/a", 500, 429, 503), retries=2) == "The server answered 503 (Service Unavailable)."
    assert len(web.asked) == 3


def test_pauses_grow(web, get):
    started = time.monotonic()
    get(web.fail("/a", 503), retries=2, pause=0.1)
    assert 0.3 <= time.monotonic() - started < 2


def test_a_server_says_when_to_come_back(web, get):
    url = web.fail("/soon", 429, 404, Retry_After="1")
    started = time.monotonic()
    assert get(url) == "The server answered 404 (Not Found)."
    assert time.monotonic() - started >= 1
    assert get(web.fail("/late", 503, Retry_After="86400")) == "The server answered 503 (Service Unavailable)."
    assert web.asked.count("/late") == 1


def test_redirects_are_followed(web, get):
    web.show("/there", b"photo")
    web.lead("/here", "/there")
    assert get(web.lead("/a", web.url("/here"))) == b"photo"


def test_but_not_for_ever(web, get):
    web.lead("/b", "/a")
    assert get(web.lead("/a", "/b"), redirects=3) == "The address of the photo leads on more than 3 times."
    assert len(web.asked) == 4


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://x/", "javascript:1"])
def test_nor_out_of_the_web(web, get, location):
    assert get(web.lead("/a", location)) == "The address of the photo does not begin with http:// or https://."


def test_nor_into_a_private_network(web, get, monkeypatch):
    monkeypatch.setattr(address, "is_public", lambda ip: ip == "127.0.0.1")
    web.show("/secret", b"secret")
    assert "private network" in get(web.lead("/a", web.url("/secret", host="127.0.0.2")), private=False)
    assert web.asked == ["/a"]


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 5000\r\n\r\n",
        OK + b"\r\n" + b"x" * 5000,
        OK + b"Transfer-Encoding: chunked\r\n\r\n400\r\n" + b"x" * 1024 + b"\r\n400\r\n" + b"x" * 1024,
    ],
)
def test_too_much_is_refused(web, get, answer):
    assert get(web.send("/a", answer), max_bytes=1000) == "The file has more than 0.001 MB."
    assert len(web.asked) == 1


@pytest.mark.parametrize("start", [OK + b"\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n"])
def test_endless_answers_end(web, get, start, monkeypatch):
    monkeypatch.setattr(request, "OVERHEAD_BYTES", 100_000)
    sent = 0

    def page(handler):
        nonlocal sent
        handler.wfile.write(start)
        while True:
            sent += handler.wfile.write(b"x" * 10_000)

    web.pages["/a"] = page
    assert get(web.url("/a"), max_bytes=1000) in (
        "The file has more than 0.001 MB.",
        "The server does not stop sending.",
    )
    assert sent < 20_000_000  # what the system's buffers take


def test_closed_midway_is_tried_again(web, get):
    cut_off = OK + b"Content-Length: 10\r\n\r\nhalf"
    assert get(web.send("/a", cut_off)) == "The server closed the connection before the end of the file."
    assert len(web.asked) == 3
    chunk = OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf"
    assert get(web.send("/b", chunk)) == "The server closed the connection before the end of the file."


def test_nothing_said_is_tried_again(web, get):
    assert get(web.send("/a", b"")) == "The server closed the connection."
    assert len(web.asked) == 3


@pytest.mark.parametrize(
    "answer",
    [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", OK + b"X: " + b"x" * 70_000, OK + b"X: 1\r\n" * 200 + b"\r\n"],
)
def test_no_http(web, get, answer):
    assert get(web.send("/a", answer)) == "The server's answer is not HTTP."


def test_a_server_that_stalls(web, get):
    never = threading.Event()
    url = web.send("/a", OK + b"Content-Length: 10\r\n\r\nhalf", pause=lambda: never.wait(5))
    started = time.monotonic()
    assert get(url, timeout=0.3, retries=0) == "The server did not answer in time."
    assert time.monotonic() - started < 2
    never.set()


@pytest.mark.parametrize("answer", [OK + b"X: " + b"x" * 100, OK + b"\r\n" + b"x" * 100])
def test_a_server_that_drips(web, get, answer):
    drops = [bytes([letter]) for letter in answer]
    url = web.send("/a", *drops, pause=lambda: time.sleep(0.05))
    started = time.monotonic()
    assert get(url, timeout=0.3, deadline=0.6, retries=0) == "The server did not answer in time."
    assert time.monotonic() - started < 2


def test_nobody_there(get):
    assert get("http://127.0.0.1:1/") == "The server takes no connections."


@pytest.mark.parametrize(
    ("code", "sentence", "times"),
    [
        (socket.EAI_NONAME, "The server does not exist any more.", 1),
        (socket.EAI_AGAIN, "The server's name cannot be looked up just now.", 3),
    ],
)
def test_names_that_mean_nothing(get, monkeypatch, code, sentence, times):
    asked = []

    def look_up(*host, **options):
        asked.append(host)
        raise socket.gaierror(code, "")

    monkeypatch.setattr(address.socket, "getaddrinfo", look_up)
    assert get("http://gone.example/") == sentence
    assert len(asked) == times


@pytest.mark.parametrize(("per_host", "most"), [(1, 1), (3, 3), (16, 4)])
def test_few_at_once_and_fewer_of_one_server(web, manners, per_host, most):
    urls = [web.dwell(f"/{number}") for number in range(12)]
    answers = filter(None, fetch_all(urls, manners(parallel=4, per_host=per_host)))
    assert sorted(answers) == sorted((url, b"") for url in urls)
    assert web.peak == most


def test_a_slow_server_holds_up_no_other(web, manners):
    release = threading.Event()
    slow = [f"/slow{number}" for number in range(9)]
    web.pages |= dict.fromkeys(slow, lambda handler: release.wait(5))
    quick = {web.show(f"/quick{number}", b"").replace("127.0.0.1", "localhost") for number in range(9)}
    urls = [*map(web.url, slow), *quick]
    with closing(fetch_all(urls, manners(parallel=4, per_host=2, timeout=5))) as files:
        found = filter(None, files)
        assert {next(found)[0] for _ in quick} == quick
    assert len(set(web.asked) & set(slow)) == 2
    release.set()


def test_servers_that_lead_on_to_one_are_bounded_too(web, manners):
    web.lead("/a", web.dwell("/one"))
    urls = [web.url("/a", host) for host in ("localhost", "127.1", "2130706433", "0x7f.1")]
    answers = filter(None, fetch_all(urls, manners(parallel=4, per_host=1)))
    assert sorted(answers) == sorted((url, b"") for url in urls)
    assert web.peak == 1


def test_closing_stops_what_is_under_way(web, manners):
    release = threading.Event()
    web.pages["/a"] = lambda handler: release.wait(10)
    files = fetch_all([web.url("/a")], manners(timeout=10, deadline=10))
    assert next(files) is None
    files.close()
    started = time.monotonic()
    for thread in threading.enumerate():
        if thread.name.startswith("facelab-fetch"):
            thread.join(5)
    assert time.monotonic() - started < 1
    release.set()


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate")
def test_certificates_are_checked(web, get, tmp_path, monkeypatch):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    web.socket = context.wrap_socket(web.socket, server_side=True)
    url = web.show("/a", b"photo").replace("http://127.0.0.1", "https://localhost")
    assert get(url) == "The server's certificate is not valid."
    trusting = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr(request, "_trust", lambda: trusting)
    assert get(url) == b"photo"
    assert get(url.replace("localhost", "127.0.0.1")) == "The server's certificate is not valid."


@pytest.mark.parametrize("wrong", [{"parallel": 0}, {"timeout": -1}, {"contact": "a\r\nCookie: b"}, {"speed": 1}])
def test_manners_have_limits(manners, wrong):
    with pytest.raises(SettingsError):
        manners(**wrong)
