"""Where webhooks may go: addresses of the public internet, checked once and then used as they were checked."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from demandfirst.engine.language import _

IPAddress = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]
TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 addresses behind a translator stand in the last 32 bits."""
LONGEST = 2000
PORTS = {"https": 443, "http": 80}


class Refused(Exception):
    """Nothing is sent there; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked URL: `addresses` are those to connect to, and no others."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[IPAddress, ...]

    @property
    def authority(self) -> str:
        """The host as it stands in a request."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def at(self, address: IPAddress) -> str:
        """The URL with an address in the place of the name."""
        host = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def read_url(url: str, *, private: bool) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of a URL that may be a receiver's. Raises `Refused`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused(_("this is not a URL")) from None
    if not url.isprintable() or " " in url or len(url) > LONGEST or "\\" in url:
        raise Refused(_("this is not a URL"))
    if parts.scheme not in PORTS or not host:
        raise Refused(_("a receiver's URL begins with https://"))
    if parts.scheme == "http" and not private:
        raise Refused(_("a receiver's URL begins with https://, unless private addresses are allowed"))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Refused(_("a receiver's URL has no user, password or fragment in it"))
    try:
        name = host if ":" in host else host.encode("idna").decode()
    except UnicodeError:
        raise Refused(_("this is not a host name")) from None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, name, port or PORTS[parts.scheme], path


def checked(url: str, *, private: bool, resolver: Resolve = resolve) -> Target:
    """The target of a URL. One address that is not public is enough to refuse it. Raises `Refused`."""
    scheme, host, port, path = read_url(url, private=private)
    try:
        found = tuple(ip_address(text.partition("%")[0]) for text in resolver(host, port))
    except (OSError, ValueError, UnicodeError):
        raise Refused(_("the host name cannot be resolved")) from None
    if not found:
        raise Refused(_("the host name cannot be resolved"))
    if not private and not all(map(public, found)):
        raise Refused(_("the host is not on the public internet"))
    return Target(scheme, host, port, path, found)


def public(address: IPAddress) -> bool:
    """Whether an address, and one that stands inside it, is of the public internet."""
    if isinstance(address, IPv6Address):
        if address.is_site_local:
            return False
        if address in TRANSLATED:
            return public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address.ipv4_mapped is not None:
            return public(address.ipv4_mapped)
        if address.sixtofour is not None and not public(address.sixtofour):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
