"""A bucket of any S3-compatible server: the file goes there once, under the hash of its bytes."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from adapters.contract import MediaItem
from adapters.errors import MediaHostError
from adapters.hosts.names import ending_of
from adapters.hosts.sigv4 import EMPTY_SHA256, Keys, presigned, signed_headers
from adapters.http import Answer, Http, NotReached, Reply

FOLDER = "daypart"
CHUNK_BYTES = 256 * 1024
PRESIGNED_SECONDS = 2 * 86_400
"""Counted from the last midnight, so it holds for a day at least: as long as a container lives."""
_CODE = re.compile(r"<Code>([^<]{1,100})</Code>")
_HINTS = {
    "InvalidAccessKeyId": "the access key is not known to the server",
    "SignatureDoesNotMatch": "the secret key or media.region is wrong",
    "AccessDenied": "the key may not write to the bucket",
    "NoSuchBucket": "make the bucket, or correct media.bucket",
    "RequestTimeTooSkewed": "this computer's clock is wrong",
    "AuthorizationHeaderMalformed": "media.region is wrong",
}


class S3Host:
    """`media: { host: s3 }`. Path-style addresses, which every server understands."""

    name: ClassVar[str] = "s3"

    def __init__(
        self,
        http: Http,
        *,
        endpoint: str,
        bucket: str,
        region: str,
        public_url: str | None,
        access_key_env: str,
        secret_key_env: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._http = http
        self._bucket = f"{endpoint.rstrip('/')}/{quote(bucket)}"
        self._region = region
        self._public_url = public_url.rstrip("/") if public_url else None
        self._variables = (access_key_env, secret_key_env)
        self._now = now

    async def put(self, item: MediaItem) -> str:
        """Upload it unless it is there already."""
        key = f"{FOLDER}/{item.sha256}.{ending_of(item.mime)}"
        url, keys = f"{self._bucket}/{key}", self._keys()
        if not await self._is_there(url, item, keys):
            await self._upload(url, item, keys)
        if self._public_url is not None:
            return f"{self._public_url}/{key}"
        midnight = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        return presigned(url, keys, midnight, PRESIGNED_SECONDS)

    def _keys(self) -> Keys:
        values = [os.environ.get(name, "") for name in self._variables]
        lacking = [name for name, value in zip(self._variables, values, strict=True) if not value]
        if lacking:
            raise MediaHostError("the bucket's keys are not set", f"set {', '.join(lacking)} in the environment of the service")
        return Keys(values[0], values[1], self._region)

    async def _is_there(self, url: str, item: MediaItem, keys: Keys) -> bool:
        headers = signed_headers("HEAD", url, {}, EMPTY_SHA256, keys, self._now())
        reply = await self._http.request("HEAD", url, headers=headers)
        if not isinstance(reply, Answer):
            raise _error(reply)
        return reply.status == 200 and reply.header("content-length") == str(item.size)

    async def _upload(self, url: str, item: MediaItem, keys: Keys) -> None:
        """The server compares the bytes with their signed hash, so a broken or other file is never taken."""
        headers = {"content-type": item.mime, "content-length": str(item.size)}
        signed = signed_headers("PUT", url, headers, item.sha256, keys, self._now())
        reply = await self._http.request("PUT", url, headers=signed, content=_chunks(item.path))
        if not isinstance(reply, Answer) or not reply.ok:
            raise _error(reply)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk


def _error(reply: Reply) -> MediaHostError:
    if not isinstance(reply, Answer):
        hint = "is media.endpoint right?" if isinstance(reply, NotReached) else ""
        return MediaHostError(f"the bucket's server: {reply.reason}", hint)
    code = _CODE.search(reply.body.decode("utf-8", "replace"))
    said = code[1] if code else str(reply.status)
    return MediaHostError(f"the bucket's server refused the file ({said})", _HINTS.get(said, ""))
