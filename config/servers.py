"""What a server's address says by itself: its host, whether that is this computer, whether tokens may go there. Pure."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """Empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_here(host: str) -> bool:
    """Whether a host is this computer itself."""
    try:
        return host == "localhost" or host.endswith(".localhost") or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Whether an address stays on this computer."""
    return is_here(host_of(url))


def is_safe_base(url: str) -> bool:
    """Whether tokens may be sent there: https, or http on this computer."""
    scheme = url.partition(":")[0].lower()
    return bool(host_of(url)) and (scheme == "https" or (scheme == "http" and is_loopback(url)))
