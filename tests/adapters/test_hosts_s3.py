"""Buckets: the signature against an independent implementation, and uploads against a server that checks them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import MediaHostError
from adapters.hosts.s3 import S3Host
from adapters.hosts.sigv4 import EMPTY_SHA256, Keys, presigned, signed_headers
from adapters.http import Answer, Http
from tests.adapters.s3_stage import ACCESS, REGION, SECRET, Bucket, bucket
from tests.adapters.tries import picture, video

NOW = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)
KEYS = Keys(ACCESS, SECRET, REGION)
WORD = st.text(alphabet="abcXYZ019-_.~", min_size=1, max_size=20)


def authorization_of_botocore(method: str, url: str, headers: dict[str, str], payload: str, keys: Keys) -> str:
    request = AWSRequest(method=method, url=url, headers={**headers, "X-Amz-Content-SHA256": payload})
    with patch.object(botocore.auth, "get_current_datetime", lambda: NOW.replace(tzinfo=None)):
        auth = S3SigV4Auth(Credentials(keys.access, keys.secret), "s3", keys.region)
        request.context["payload_signing_enabled"] = True
        with patch.object(S3SigV4Auth, "payload", lambda self, request: payload):
            auth.add_auth(request)
    return str(request.headers["Authorization"])


@settings(max_examples=60, deadline=None)
@given(
    method=st.sampled_from(["PUT", "HEAD", "GET"]),
    host=st.sampled_from(["s3.example", "minio.example:9000", "127.0.0.1:4566"]),
    parts=st.lists(WORD, min_size=1, max_size=4),
    secret=st.text(alphabet=st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1),
    region=st.sampled_from(["auto", "us-east-1", "eu-central-1"]),
    kind=st.sampled_from(["image/jpeg", "video/mp4"]),
)
def test_headers_are_signed_as_botocore_does(method: str, host: str, parts: list[str], secret: str, region: str, kind: str) -> None:
    url, keys = f"https://{host}/{'/'.join(parts)}", Keys(ACCESS, secret, region)
    headers = {"content-type": kind, "content-length": "12"} if method == "PUT" else {}
    ours = signed_headers(method, url, headers, EMPTY_SHA256, keys, NOW)
    theirs = authorization_of_botocore(method, url, {**headers, "host": host}, EMPTY_SHA256, keys)
    assert _parts(ours["authorization"]) == _parts(theirs)


def _parts(authorization: str) -> dict[str, str]:
    return dict(part.strip().split("=", 1) for part in authorization.removeprefix("AWS4-HMAC-SHA256 ").split(","))


@settings(max_examples=40, deadline=None)
@given(
    parts=st.lists(WORD, min_size=1, max_size=3), seconds=st.integers(1, 604_800), host=st.sampled_from(["s3.example", "m.example:9000"])
)
def test_addresses_are_signed_as_botocore_does(parts: list[str], seconds: int, host: str) -> None:
    url = f"https://{host}/{'/'.join(parts)}"
    request = AWSRequest(method="GET", url=url)
    with patch.object(botocore.auth, "get_current_datetime", lambda: NOW.replace(tzinfo=None)):
        S3SigV4QueryAuth(Credentials(ACCESS, SECRET), "s3", REGION, expires=seconds).add_auth(request)
    assert sorted(presigned(url, KEYS, NOW, seconds).split("?")[1].split("&")) == sorted(request.url.split("?")[1].split("&"))


def test_the_secret_is_in_no_text() -> None:
    assert SECRET not in repr(KEYS)


# ── uploads ──────────────────────────────────────────────────────────────────


@pytest.fixture
async def kept() -> AsyncIterator[Bucket]:
    async with bucket() as made:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http(speed=50.0) as made:
        yield made


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", ACCESS)
    monkeypatch.setenv("SECRET", SECRET)


def host(http: Http, url: str, public_url: str | None = None, name: str = "media", secret: str = "SECRET", at: datetime = NOW) -> S3Host:
    return S3Host(
        http, endpoint=url, bucket=name, region=REGION, public_url=public_url, access_key_env="KEY", secret_key_env=secret, now=lambda: at
    )


async def test_a_file_goes_there_once(kept: Bucket, http: Http, tmp_path: Path) -> None:
    cup = picture(tmp_path)
    place = host(http, kept.url + "/", "https://cdn.example/")
    assert await place.put(cup) == f"https://cdn.example/daypart/{cup.sha256}.jpg"
    assert await place.put(cup) == f"https://cdn.example/daypart/{cup.sha256}.jpg"
    path = f"/media/daypart/{cup.sha256}.jpg"
    assert kept.calls == [f"HEAD {path}", f"PUT {path}", f"HEAD {path}"]
    assert kept.objects == {path: (cup.path.read_bytes(), "image/jpeg")}


async def test_a_large_file_is_streamed_whole(kept: Bucket, http: Http, tmp_path: Path) -> None:
    import hashlib

    raw = bytes(range(256)) * 8_192
    film = video(tmp_path)
    film = replace(film, sha256=hashlib.sha256(raw).hexdigest(), size=len(raw))
    film.path.write_bytes(raw)
    await host(http, kept.url).put(film)
    assert list(kept.objects.values()) == [(raw, "video/mp4")]


async def test_a_half_uploaded_object_is_replaced(kept: Bucket, http: Http, tmp_path: Path) -> None:
    cup = picture(tmp_path)
    path = f"/media/daypart/{cup.sha256}.jpg"
    kept.objects[path] = (b"half", "image/jpeg")
    await host(http, kept.url).put(cup)
    assert kept.objects[path][0] == cup.path.read_bytes()


async def test_without_a_public_address_it_is_signed_and_the_same_all_day(kept: Bucket, http: Http, tmp_path: Path) -> None:
    cup = picture(tmp_path)
    address = await host(http, kept.url).put(cup)
    assert address == await host(http, kept.url, at=NOW.replace(hour=23, minute=59)).put(cup)
    assert address != await host(http, kept.url, at=NOW.replace(day=23)).put(cup)
    answer = await http.request("GET", address)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body) == (200, cup.path.read_bytes())
    wrong = await http.request("GET", address[:-1] + ("0" if address[-1] != "0" else "1"))
    assert isinstance(wrong, Answer)
    assert wrong.status == 403


async def test_bytes_other_than_approved_are_not_taken(kept: Bucket, http: Http, tmp_path: Path) -> None:
    cup = picture(tmp_path)
    cup.path.write_bytes(b"x" * cup.size)
    with pytest.raises(MediaHostError, match="XAmzContentSHA256Mismatch"):
        await host(http, kept.url).put(cup)
    assert kept.objects == {}


@pytest.mark.parametrize(
    ("refusal", "hint"),
    [
        ((403, "AccessDenied"), "may not write"),
        ((404, "NoSuchBucket"), "media.bucket"),
        ((403, "RequestTimeTooSkewed"), "clock"),
        ((503, "SlowDown"), ""),
    ],
)
async def test_a_refusal_says_why(kept: Bucket, http: Http, tmp_path: Path, refusal: tuple[int, str], hint: str) -> None:
    kept.refuse = refusal
    with pytest.raises(MediaHostError, match=refusal[1]) as caught:
        await host(http, kept.url).put(picture(tmp_path))
    assert hint in caught.value.hint


async def test_wrong_or_missing_keys(kept: Bucket, http: Http, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "another")
    with pytest.raises(MediaHostError, match="SignatureDoesNotMatch") as caught:
        await host(http, kept.url).put(picture(tmp_path))
    assert "another" not in str(caught.value) + caught.value.hint
    with pytest.raises(MediaHostError) as caught:
        await host(http, kept.url, secret="MISSING").put(picture(tmp_path))
    assert "MISSING" in caught.value.hint


async def test_nobody_there_and_no_file(kept: Bucket, http: Http, tmp_path: Path) -> None:
    with pytest.raises(MediaHostError, match="could not connect"):
        await host(http, "http://127.0.0.1:1").put(picture(tmp_path))
    cup = picture(tmp_path)
    cup.path.unlink()
    with pytest.raises(MediaHostError):
        await host(http, kept.url).put(cup)
