"""Asks a server at `connect` what it is and what it allows."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from adapters.errors import ConnectError
from adapters.http import Answer, Http
from adapters.mastodon.facts import Configuration, Facts


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _NodeLink(_Shape):
    rel: str = ""
    href: str = ""


class _NodeLinks(_Shape):
    links: tuple[_NodeLink, ...] = ()


class _Software(_Shape):
    name: str
    version: str = ""


class _NodeInfo(_Shape):
    software: _Software


class _Instance(_Shape):
    version: str = ""
    configuration: Configuration = Configuration()
    max_toot_chars: int | None = None
    """What servers said before there was a configuration."""


async def ask_server(http: Http, server: str, token: str) -> Facts:
    """As much as it says; a server that has no such address is unknown software with default limits. Raises ConnectError when it
    could not be asked: what is kept now is believed as long as the account is connected."""
    instance = await _instance(http, server, token)
    software = await _software(http, server) or _from_version(instance.version)
    configuration = instance.configuration
    if instance.max_toot_chars is not None and configuration.statuses.max_characters is None:
        statuses = configuration.statuses.model_copy(update={"max_characters": instance.max_toot_chars})
        configuration = configuration.model_copy(update={"statuses": statuses})
    return Facts(software=software.name.lower(), version=software.version or instance.version, configuration=configuration)


async def _software(http: Http, server: str) -> _Software | None:
    reply = await _asked(http, f"{server}/.well-known/nodeinfo")
    links = reply.read(_NodeLinks) if reply.ok else None
    here = urlsplit(server).netloc
    for link in links.links if links is not None else ():
        if "nodeinfo" not in link.rel or urlsplit(link.href).netloc != here:
            continue
        answer = await _asked(http, link.href)
        told = answer.read(_NodeInfo) if answer.ok else None
        if told is not None:
            return told.software
    return None


async def _instance(http: Http, server: str, token: str) -> _Instance:
    for version in ("v2", "v1"):
        reply = await _asked(http, f"{server}/api/{version}/instance", {"Authorization": f"Bearer {token}"})
        instance = reply.read(_Instance) if reply.ok else None
        if instance is not None:
            return instance
    return _Instance()


async def _asked(http: Http, url: str, headers: Mapping[str, str] | None = None) -> Answer:
    reply = await http.request("GET", url, headers={"Accept": "application/json", **(headers or {})})
    if isinstance(reply, Answer) and reply.whole and reply.status < 500 and reply.status not in (408, 429):
        return reply
    why = f"it answered {reply.status}" if isinstance(reply, Answer) else reply.reason
    raise ConnectError(f"{urlsplit(url).netloc} did not say what software it is: {why}", "try again in a minute")


def _from_version(version: str) -> _Software:
    """Without nodeinfo nothing proves what a server does with a key, so its class stays the careful one."""
    return _Software(name="unknown", version=version)
