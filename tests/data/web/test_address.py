"""Whom a list may make this computer talk to."""

import socket

import pytest

from facelab.data.web import address
from facelab.data.web.address import connect, is_public
from facelab.errors import DataError

PUBLIC, LOOPBACK = "93.184.216.34", "127.0.0.1"


NOT_PUBLIC = """
    127.0.0.1 127.9.9.9 0.0.0.0 10.0.0.1 172.16.5.4 192.168.1.1 169.254.169.254 100.64.0.1 224.0.0.1 239.1.1.1 240.0.0.1
    255.255.255.255 :: ::1 fe80::1 fe80::1%1 fc00::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1
    2002:7f00:1::1 2002:c0a8:1::1 64:ff9b::7f00:1 64:ff9b:1::1 2001:0:7f00:1:: 2001:db8::1
"""


@pytest.mark.parametrize("ip", NOT_PUBLIC.split())
def test_not_public(ip):
    assert not is_public(ip)


@pytest.mark.parametrize("ip", [PUBLIC, "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public(ip):
    assert is_public(ip)


@pytest.fixture
def names(monkeypatch) -> dict[str, list[list[str]]]:
    """What names mean, one answer after the other."""
    answers: dict[str, list[list[str]]] = {}

    def look_up(host, port, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in answers[host].pop(0)]

    monkeypatch.setattr(address.socket, "getaddrinfo", look_up)
    return answers


@pytest.fixture
def dialled(monkeypatch) -> list[str]:
    """The addresses that are connected to; nobody is there."""
    found = []

    class Socket(socket.socket):
        def connect(self, address):
            found.append(address[0])
            raise ConnectionRefusedError

    monkeypatch.setattr(address.socket, "socket", Socket)
    return found


@pytest.mark.parametrize("host", ["localhost", LOOPBACK, "2130706433", "0x7f.1", "::1", "::ffff:127.0.0.1", "0"])
def test_no_spelling_of_this_computer_gets_through(host, dialled):
    with pytest.raises((DataError, socket.gaierror)):
        connect(host, 80, 1, private=False)
    assert dialled == []


def test_what_is_looked_up_is_what_is_connected_to(names, dialled):
    names["rebinds.example"] = [[PUBLIC], [LOOPBACK]]
    with pytest.raises(ConnectionRefusedError):
        connect("rebinds.example", 80, 1, private=False)
    with pytest.raises(DataError, match="private network"):
        connect("rebinds.example", 80, 1, private=False)
    assert dialled == [PUBLIC]


def test_of_mixed_addresses_only_the_public_are_tried(names, dialled):
    names["mixed.example"] = [[LOOPBACK, PUBLIC, "10.0.0.1"]]
    with pytest.raises(ConnectionRefusedError):
        connect("mixed.example", 80, 1, private=False)
    assert dialled == [PUBLIC]


def test_private_ones_when_allowed(names, dialled):
    names["home.example"] = [["192.168.1.5"]]
    with pytest.raises(ConnectionRefusedError):
        connect("home.example", 80, 1, private=True)
    assert dialled == ["192.168.1.5"]


@pytest.mark.parametrize("host", ["a" * 70, "null\0byte"])
def test_what_is_no_name(host):
    with pytest.raises((DataError, socket.gaierror)):
        connect(host, 80, 1, private=False)
