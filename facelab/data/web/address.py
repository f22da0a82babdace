"""Which computers may be asked: judged by the very address that is connected to, so that no name can stand for another.

A list is written by strangers. Without this check its lines could make a user's computer call the router, the printer
or a cloud's metadata service, directly, by a redirect, or by a name that changes its meaning between check and use
(DNS rebinding; OWASP, Server-Side Request Forgery Prevention).
"""

import socket
import time
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from facelab.errors import DataError

PUBLIC_V6 = IPv6Network("2000::/3")  # all that is assigned for use in the whole internet
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
MOST_TRIED = 4  # addresses of one server


def is_public(address: str) -> bool:
    """Whether a numeric address belongs to the whole internet: not private, loopback, link-local, multicast, reserved.

    What an IPv6 address wraps (IPv4-mapped, 6to4, NAT64) is judged by the IPv4 address inside.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None)
        if inside is None:
            # Python's own is_global calls multicast and the old site-local addresses global.
            return ip in PUBLIC_V6 and ip.is_global
        ip = inside
    return ip.is_global and not ip.is_multicast


def connect(host: str, port: int, seconds: float, private: bool) -> socket.socket:
    """A connection to the first of a host's addresses that may be asked and answers.

    Args:
        host: a name, or an address in figures.
        port: of TCP.
        seconds: to wait for all addresses together; looking up a name takes as long as the system lets it.
        private: whether addresses that are not public may be asked as well.

    Raises:
        DataError: it does not exist, or all its addresses are private.
        OSError: nobody answers.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (UnicodeError, ValueError, OverflowError):
        raise DataError("The address of the photo names no server.") from None
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise
        raise DataError("The server does not exist any more.") from None
    allowed = [entry for entry in found if private or is_public(entry[4][0])]
    if not allowed:
        raise DataError("The address of the photo leads into a private network, where facelab fetches nothing.")
    until = time.monotonic() + seconds
    problem: OSError = TimeoutError()
    for family, kind, protocol, _, address in allowed[:MOST_TRIED]:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(max(until - time.monotonic(), 0.001))
            connection.connect(address)
        except OSError as error:
            connection.close()
            problem = error
        else:
            return connection
    raise problem
