"""Which model, and where: an address that may be used, and a key that is never shown."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from config.secrets import redactor
from config.servers import is_loopback
from drafting.errors import EndpointError

JsonMode = Literal["auto", "json_schema", "json_object", "prompt"]
TokenParam = Literal["max_tokens", "max_completion_tokens"]

_PRIVATE_ENDS = (".local", ".lan", ".internal", ".home.arpa", ".localhost")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A chat-completions endpoint. Raises EndpointError for an address that must not be used."""

    base_url: str
    model: str
    key: str = field(default="", repr=False)
    """Empty for servers that want none."""
    token_param: TokenParam = "max_completion_tokens"
    temperature: float | None = None
    json_mode: JsonMode = "auto"
    max_tokens: int = 2_000
    """Room for one answer."""

    def __post_init__(self) -> None:
        redactor.register(self.key)
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise EndpointError(f"'{self._shown}' is not an address of a model", "write llm.base_url as https://host/v1")
        if parts.username or parts.password:
            raise EndpointError("the model's address must not hold a password", "name the variable with the key in llm.key_env")
        if parts.scheme == "http" and not _is_private(parts.hostname):
            raise EndpointError(
                f"http:// would send your briefs unprotected to {parts.hostname}", "use https://, or a model on this computer or network"
            )

    @property
    def host(self) -> str:
        """Where the text goes, for people and for the record."""
        parts = urlsplit(self.base_url)
        return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""

    @property
    def is_local(self) -> bool:
        """On this computer or network: asked directly, never through a proxy."""
        return _is_private(urlsplit(self.base_url).hostname or "")

    @property
    def is_here(self) -> bool:
        """On this computer: what is sent there leaves it not."""
        return is_loopback(self.base_url)

    @property
    def _shown(self) -> str:
        return self.base_url if "@" not in self.base_url else "…"


def _is_private(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_PRIVATE_ENDS)
    return address.is_loopback or (address.is_private and not address.is_unspecified) or address.is_link_local
