"""Served files over real sockets, a program of the user's, the choice of a host, and the check of an address."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters.errors import MediaHostError
from adapters.hosts import NoHost, host_for
from adapters.hosts.command import CommandHost
from adapters.hosts.public import check_public
from adapters.hosts.serve import SECRET_FILE, ServeHost, media_secret, run
from adapters.http import Answer, Http
from tests.adapters.loopback import Seen, Writer, reply, serve
from tests.adapters.tries import picture, video

SECRET = b"s" * 32


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http(speed=20.0) as made:
        yield made


@asynccontextmanager
async def serving(assets: Path, listen: str = "127.0.0.1:0") -> AsyncIterator[str]:
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(run(assets, SECRET, listen, ready.set_result))
    try:
        done, _ = await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if task in done:
            await task
        yield await ready
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def get(http: Http, url: str, method: str = "GET", **headers: str) -> Answer:
    answer = await http.request(method, url, headers=headers)
    assert isinstance(answer, Answer), answer
    return answer


# ── serving ──────────────────────────────────────────────────────────────────


async def test_a_file_with_its_type_whole_in_parts_and_head_only(http: Http, tmp_path: Path) -> None:
    film, cup = video(tmp_path), picture(tmp_path)
    raw = film.path.read_bytes()
    async with serving(tmp_path) as url:
        host = ServeHost(url + "/", SECRET)
        address = await host.put(film)
        assert address == await host.put(film)
        whole = await get(http, address)
        assert (whole.status, whole.body, whole.header("content-type")) == (200, raw, "video/mp4")
        assert whole.header("accept-ranges") == "bytes"
        part = await get(http, address, Range="bytes=2-5")
        assert (part.status, part.body, part.header("content-range")) == (206, raw[2:6], f"bytes 2-5/{len(raw)}")
        last = await get(http, address, Range="bytes=-3")
        assert (last.status, last.body) == (206, raw[-3:])
        assert (await get(http, address, Range="bytes=999-")).status == 416
        head = await get(http, address, "HEAD")
        assert (head.status, head.body, head.header("content-length")) == (200, b"", str(len(raw)))
        assert (await get(http, await host.put(cup))).header("content-type") == "image/jpeg"
        assert (await get(http, f"{url}/some/prefix/{address.rpartition('/')[2]}")).status == 200


async def test_nothing_else_is_served(http: Http, tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "key").write_text("the vault's key")
    (assets / "notes.txt").write_text("not an asset")
    cup = picture(assets)
    async with serving(assets) as url:
        name = (await ServeHost(url, SECRET).put(cup)).rpartition("/")[2]
        paths = ["", "/", "/key", "/../key", "/%2e%2e/key", "/..%2fkey", "/%2e%2e%2fkey", "/....//key", "//etc/passwd", "/\\..\\key"]
        names = ["notes.txt", cup.sha256, f"{cup.sha256}.jpg", "%ff%fe", "a" * 5_000]
        names += [name[:-4], f"{name[:-4]}.png.jpg", f"{name}/", f"{name}%00", name.upper(), f"{name[:39]}g.jpg"]
        guesses = [*paths, *(f"/{one}" for one in names)]
        for guess in guesses:
            status, body = await raw_get(url, guess or "/")
            assert status == 404, guess
            assert b"vault" not in body
            assert b"asset" not in body
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            assert (await get(http, f"{url}/{name}", method)).status == 405
        other = (await ServeHost(url, b"x" * 32).put(cup)).rpartition("/")[2]
        assert (await get(http, f"{url}/{other}")).status == 404


async def raw_get(url: str, target: str) -> tuple[int, bytes]:
    """As written: clients tidy up paths before they send them."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body


async def test_a_link_out_of_the_folder_is_not_followed_by_name(http: Http, tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "escape").symlink_to("/etc/passwd")
    async with serving(assets) as url:
        assert (await raw_get(url, "/escape"))[0] == 404


async def test_files_that_come_and_go(http: Http, tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    async with serving(assets) as url:
        assert (await get(http, f"{url}/{'a' * 40}.jpg")).status == 404
        assets.mkdir()
        cup = picture(assets)
        address = await ServeHost(url, SECRET).put(cup)
        assert (await get(http, address)).status == 200
        cup.path.unlink()
        assert (await get(http, address)).status == 404
        with pytest.raises(MediaHostError, match=r"a\.jpg is not in the store"):
            await ServeHost(url, SECRET).put(cup)


async def test_where_it_cannot_listen(tmp_path: Path) -> None:
    async with serving(tmp_path) as url:
        taken = url.removeprefix("http://")
        for listen, words in (
            (taken, "cannot listen"),
            ("8089", "media.listen"),
            ("127.0.0.1:http", "media.listen"),
            ("127.0.0.1:99999", "cannot listen"),
        ):
            with pytest.raises(MediaHostError, match=words):
                async with serving(tmp_path, listen):
                    pass


def test_serving_leaves_signals_to_the_service(tmp_path: Path) -> None:
    program = (
        "import asyncio, signal, sys\n"
        "from pathlib import Path\n"
        "from adapters.hosts.serve import run\n"
        "async def main():\n"
        "    stop = asyncio.Event()\n"
        "    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)\n"
        "    task = asyncio.create_task(run(Path(sys.argv[1]), b's' * 32, '127.0.0.1:0', lambda url: print(url, flush=True)))\n"
        "    await stop.wait()\n"
        "    task.cancel()\n"
        "    await asyncio.gather(task, return_exceptions=True)\n"
        "    print('drained', flush=True)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "drained\n"
        assert process.wait(10) == 0


def test_the_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    first = media_secret(tmp_path)
    assert len(first) == 32
    assert media_secret(tmp_path) == first
    assert stat.S_IMODE((tmp_path / SECRET_FILE).stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == [SECRET_FILE]
    (tmp_path / SECRET_FILE).write_bytes(b"short")
    with pytest.raises(MediaHostError, match="damaged"):
        media_secret(tmp_path)


# ── a program of the user's ──────────────────────────────────────────────────


def command(tmp_path: Path, script: str, timeout: float = 20.0) -> CommandHost:
    return CommandHost((sys.executable, "-c", script), tmp_path, timeout)


async def test_a_command_gets_the_file_and_prints_the_address(tmp_path: Path) -> None:
    cup = picture(tmp_path)
    script = "import sys, os.path; p = sys.argv[1]; open(p, 'rb').read(); print('noise'); print('https://m.example/' + os.path.basename(p))"
    assert await command(tmp_path, script).put(cup) == f"https://m.example/{cup.sha256}.jpg"
    assert os.listdir(tmp_path) == [cup.sha256]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("", "printed no address"),
        ("print('done')", "printed no address: 'done'"),
        ("print('file:///etc/passwd')", "printed no address"),
        ("print('https://m.example/ż.jpg')", "printed no address"),
        ("print('https://m.example/a b.jpg')", "printed no address"),
        ("import sys; sys.exit('no room in the bucket')", "ended with 1: no room in the bucket"),
    ],
)
async def test_commands_that_do_not_do(tmp_path: Path, script: str, words: str) -> None:
    with pytest.raises(MediaHostError, match=words):
        await command(tmp_path, script).put(picture(tmp_path))


async def test_a_command_that_hangs_is_ended(tmp_path: Path) -> None:
    script = f"import os, signal; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); signal.pause()"
    with pytest.raises(MediaHostError, match="longer than 1 s"):
        await command(tmp_path, script, 1.0).put(picture(tmp_path))
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_a_command_without_a_shell(tmp_path: Path) -> None:
    with pytest.raises(MediaHostError, match="could not be started"):
        await CommandHost(("no-such-program-anywhere; true",), tmp_path).put(picture(tmp_path))
    gone = picture(tmp_path, "gone")
    gone.path.unlink()
    with pytest.raises(MediaHostError, match="not in the store"):
        await command(tmp_path, "").put(gone)


# ── which host ───────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Settings:
    host: str = "none"
    public_url: str | None = None
    endpoint: str | None = None
    bucket: str | None = None
    region: str = "auto"
    access_key_env: str = "KEY"
    secret_key_env: str = "SECRET"
    command: tuple[str, ...] = ()


async def test_the_host_of_a_workspace(http: Http, tmp_path: Path) -> None:
    made = [
        host_for(Settings(), tmp_path, http),
        host_for(Settings("serve", public_url="https://m.example"), tmp_path, http),
        host_for(Settings("s3", endpoint="https://s3.example", bucket="b"), tmp_path, http),
        host_for(Settings("command", command=("upload",)), tmp_path, http),
    ]
    assert [host.name for host in made] == ["none", "serve", "s3", "command"]
    for lacking in (Settings("serve"), Settings("s3", endpoint="https://s3.example"), Settings("command")):
        with pytest.raises(MediaHostError):
            host_for(lacking, tmp_path, http)
    with pytest.raises(MediaHostError) as caught:
        await NoHost().put(picture(tmp_path))
    assert "serve" in caught.value.hint


def test_the_workspace_model_fits(http: Http, tmp_path: Path) -> None:
    from config.workspace import MediaHost

    assert isinstance(host_for(MediaHost(), tmp_path, http), NoHost)


def test_the_server_is_imported_only_when_it_is_used() -> None:
    program = "import sys, adapters.hosts, adapters.instagram; print('uvicorn' in sys.modules or 'starlette' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"


# ── the check of an address ──────────────────────────────────────────────────


async def test_a_good_address(http: Http, tmp_path: Path) -> None:
    film = replace(video(tmp_path), name="film.mp4")
    async with serving(tmp_path) as url:
        check = await check_public(await ServeHost(url, SECRET).put(film), http)
    assert check.ok
    assert (check.status, check.content_type, check.length) == (206, "video/mp4", film.size)
    assert check.notes == ("the address is on this computer: the sandbox can fetch from it, Instagram cannot",)


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (302, {"Location": "https://elsewhere.example/"}, "redirects to https://elsewhere.example/"),
        (404, {}, "answers 404"),
        (403, {}, "answers 403"),
        (200, {"Content-Type": "text/html; charset=utf-8"}, "a web page"),
        (200, {"Content-Type": "application/octet-stream"}, "application/octet-stream"),
        (200, {}, "missing"),
    ],
)
async def test_addresses_that_do_not_do(http: Http, status: int, headers: dict[str, str], words: str) -> None:
    async def script(_: Seen, writer: Writer) -> None:
        reply(writer, status, "x", headers)

    async with serve(script) as server:
        check = await check_public(f"{server.url}/cup.jpg", http)
    assert not check.ok
    assert words in check.problems[0]


async def test_a_server_without_ranges_is_noted(http: Http) -> None:
    async def script(_: Seen, writer: Writer) -> None:
        reply(writer, 200, "x" * 10, {"Content-Type": "image/jpeg"})

    async with serve(script) as server:
        check = await check_public(f"{server.url}/cup.jpg", http)
    assert check.ok
    assert check.length == 10
    assert "ranges" in check.notes[1]


async def test_addresses_that_are_none(http: Http) -> None:
    for url, words in (
        ("ftp://m.example/a.jpg", "no http(s) address"),
        ("cup.jpg", "no http(s) address"),
        ("http://127.0.0.1:1/ż.jpg", "outside ASCII"),
        ("http://127.0.0.1:1/a.jpg", "could not connect"),
    ):
        check = await check_public(url, http)
        assert not check.ok
        assert any(words in problem for problem in check.problems), (url, check.problems)
