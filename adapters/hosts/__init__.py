"""Public addresses for platforms that fetch media: none, served from this computer, a bucket, or a program of yours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from adapters.contract import MediaHost
from adapters.errors import MediaHostError
from adapters.hosts.none import NoHost

if TYPE_CHECKING:
    from adapters.http import Http

__all__ = ["HostSettings", "NoHost", "host_for"]


class HostSettings(Protocol):
    """`media:` of daypart.yaml."""

    @property
    def host(self) -> str:
        """none, serve, s3 or command."""

    @property
    def public_url(self) -> str | None:
        """What stands in front of the file's name."""

    @property
    def endpoint(self) -> str | None:
        """The bucket's server."""

    @property
    def bucket(self) -> str | None:
        """Its name."""

    @property
    def region(self) -> str:
        """For the signature."""

    @property
    def access_key_env(self) -> str:
        """Name of an environment variable."""

    @property
    def secret_key_env(self) -> str:
        """Name of an environment variable."""

    @property
    def command(self) -> Sequence[str]:
        """Program and arguments."""


def host_for(settings: HostSettings, state_folder: Path, http: Http) -> MediaHost:
    """The media host of a workspace; each is imported only when it is used. Raises MediaHostError."""
    match settings.host:
        case "serve":
            return _serve(settings, state_folder)
        case "s3":
            return _s3(settings, http)
        case "command":
            return _command(settings, state_folder)
        case _:
            return NoHost()


def _serve(settings: HostSettings, state_folder: Path) -> MediaHost:
    from adapters.hosts.serve import ServeHost, media_secret  # starlette and uvicorn: 90 ms

    if not settings.public_url:
        raise MediaHostError("media.host is serve, and media.public_url is not set", "it is what others see in front of the file's name")
    return ServeHost(settings.public_url, media_secret(state_folder))


def _s3(settings: HostSettings, http: Http) -> MediaHost:
    from adapters.hosts.s3 import S3Host

    if not settings.endpoint or not settings.bucket:
        raise MediaHostError("media.host is s3, and media.endpoint or media.bucket is not set")
    return S3Host(
        http,
        endpoint=settings.endpoint,
        bucket=settings.bucket,
        region=settings.region,
        public_url=settings.public_url,
        access_key_env=settings.access_key_env,
        secret_key_env=settings.secret_key_env,
    )


def _command(settings: HostSettings, state_folder: Path) -> MediaHost:
    from adapters.hosts.command import CommandHost

    if not settings.command:
        raise MediaHostError("media.host is command, and media.command is not set")
    return CommandHost(settings.command, state_folder)
