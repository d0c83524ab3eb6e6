"""Calls to machines elsewhere: named hosts only, at the very address that was checked, and no further.

A name is looked up once. The connection goes to the address that was found allowed, so a name that leads
elsewhere a moment later gains nothing; TLS still asks for the name. An answer that sends on is a refusal.
"""

import http.client
import socket
import ssl
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from civicwatt_cloud.kit.outbox.errors import AddressNotAllowed, HostNotAllowed, NotAnswered, NotTaken

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

WAIT_S = 10  # for the connection, and for each part of the answer [engineering default]
LARGEST = 64 * 1024  # bytes of an answer
NAT64 = IPv6Network("64:ff9b::/96")  # public addresses behind which IPv4 ones stand
OK = range(200, 300)


class Allowed(NamedTuple):
    """Where calls may go: hosts by name, and networks of one's own, which else are refused."""

    hosts: frozenset[str]
    networks: tuple[Network, ...] = ()


def post(url: str, body: bytes, headers: Mapping[str, str], allowed: Allowed) -> bytes:
    """Send a body and return the answer's.

    Errors: HostNotAllowed, AddressNotAllowed, NotAnswered, NotTaken; none repeats the URL and its key.
    """
    parts = checked(url, allowed)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    address = _address(host, port, allowed)
    if not is_tls and not _is_own(address, allowed):  # unencrypted in one's own networks only
        raise HostNotAllowed(host=host)
    connection = http.client.HTTPConnection(host, port, timeout=WAIT_S)
    connection.auto_open = 0  # it would look the name up again
    try:
        connection.sock = _connected(address, port, host if is_tls else None)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("POST", target, body, dict(headers))
        response = connection.getresponse()
        answer = response.read(LARGEST)
    except (OSError, http.client.HTTPException) as error:
        raise NotAnswered(host=host, detail=type(error).__name__) from error
    finally:
        connection.close()
    if response.status not in OK:
        raise NotTaken(host=host, detail=f"HTTP {response.status}")
    return answer


def checked(url: str, allowed: Allowed) -> SplitResult:
    """The parts of a URL that may be called. Errors: HostNotAllowed."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise HostNotAllowed(host="?") from None
    is_plain = url.isascii() and url.isprintable() and " " not in url
    if (
        not is_plain
        or "@" in parts.netloc
        or parts.scheme not in {"https", "http"}
        or host not in allowed.hosts
    ):
        raise HostNotAllowed(host=host)
    return parts


def is_open(address: Address) -> bool:
    """Whether it is of the open internet: nothing private, local, reserved, or hidden in another."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_open(address.ipv4_mapped)
        if address.sixtofour or address.teredo or address in NAT64:
            return False
    return address.is_global and not address.is_multicast


def _address(host: str, port: int, allowed: Allowed) -> Address:
    """The address to connect to; of several all must be allowed."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotAnswered(host=host, detail=type(error).__name__) from error
    found = [ip_address(row[4][0]) for row in rows]
    for address in found:
        if not (is_open(address) or _is_own(address, allowed)):
            raise AddressNotAllowed(host=host, address=address)
    return found[0]


def _is_own(address: Address, allowed: Allowed) -> bool:
    plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
    return any(plain in network for network in allowed.networks)


def _connected(address: Address, port: int, name: str | None) -> socket.socket:
    opened = socket.create_connection((str(address), port), WAIT_S)
    if name is None:
        return opened
    try:
        return ssl.create_default_context().wrap_socket(opened, server_hostname=name)
    except OSError:
        opened.close()
        raise
