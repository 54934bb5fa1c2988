"""Which address a request came from, whether a key may be used from there, and our own address. Pure."""

import ipaddress
import re
from collections.abc import Iterable

HIGHEST_PORT = 65535

_ORIGIN = re.compile(r"https?://([\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:.]+\])(:(?P<port>\d{1,5}))?", re.IGNORECASE)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(peer: str, forwarded_for: str, trusted_proxies: int) -> Address | None:
    """The address of the client, None where it cannot be told: fewer proxies spoke than are trusted.

    Each trusted proxy appends whom it was asked by to X-Forwarded-For, so the client stands that many
    places from its end; what stands further left is the client's own word and is not read.
    """
    hops = [hop for hop in forwarded_for.split(",") if hop.strip()]
    if not trusted_proxies or not hops:
        return _address(peer)
    return _address(hops[-trusted_proxies]) if len(hops) >= trusted_proxies else None


def is_allowed(address: Address | None, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of the networks (CIDR); without networks every address is allowed."""
    networks = list(networks)
    if not networks:
        return True
    return address is not None and any(address in ipaddress.ip_network(network) for network in networks)


def _address(text: str) -> Address | None:
    """An address, also as a proxy may write it: with a port, in brackets, IPv4 inside IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def web_origin(url: str) -> str:
    """A web address of the form `https://host[:port]`, without a slash at its end. Raises ValueError for any other."""
    url = url.strip().rstrip("/")
    match = _ORIGIN.fullmatch(url)
    if match is None or int(match["port"] or 0) > HIGHEST_PORT:
        raise ValueError(f"is {url!r}; write the address that people open, such as https://crm.example.com")
    return url
