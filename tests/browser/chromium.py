"""A real Chromium without a window, driven over its own debugging socket: no driver program, nothing to install but the browser."""

from __future__ import annotations

import asyncio
import base64
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-port=0",
)  # fmt: skip
PATIENCE = 30.0
_BINARY = 2
_NO_GRAPHICS = "software WebGL"
"""A machine without a graphics card: said of every page that draws."""
_KEYS = {"Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, ""), "ArrowDown": (40, ""), "ArrowRight": (39, ""), "F5": (116, "")}


def program() -> str | None:
    """Where Chromium is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@dataclass(slots=True)
class Page:
    """One tab."""

    socket: ClientWebSocketResponse
    problems: list[str] = field(default_factory=list)
    """What the page's console complained about, and addresses outside of this computer that it asked for."""
    received: bytes = b""
    """Through its sockets."""
    opened: list[str] = field(default_factory=list)
    """Addresses of windows that it opened."""
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _answers: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    async def tell(self, method: str, **said: Any) -> dict[str, Any]:
        """One command of the protocol and its answer."""
        number = next(self._numbers)
        waiting = self._answers[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": number, "method": method, "params": said})
        async with asyncio.timeout(PATIENCE):
            answer = await waiting
        del self._answers[number]
        assert "error" not in answer, answer
        result: dict[str, Any] = answer.get("result", {})
        return result

    async def read(self) -> None:
        """Takes answers and events until the socket ends."""
        async for message in self.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            said = message.json()
            if "id" in said:
                if (waiting := self._answers.get(said["id"])) and not waiting.done():
                    waiting.set_result(said)
            else:
                self._note(said["method"], said["params"])

    def _note(self, event: str, said: Mapping[str, Any]) -> None:
        if event == "Network.webSocketFrameReceived" and said["response"]["opcode"] == _BINARY:
            self.received += base64.b64decode(said["response"]["payloadData"])
        if event == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning") and _NO_GRAPHICS not in said["entry"]["text"]:
            self.problems.append(f"{said['entry']['text']} {said['entry'].get('url', '')}")
        if event == "Runtime.exceptionThrown":
            self.problems.append(str(said["exceptionDetails"].get("exception", said["exceptionDetails"])))
        if event == "Network.requestWillBeSent" and not said["request"]["url"].startswith(
            ("http://127.0.0.1:", "data:", "file:", "about:")
        ):
            self.problems.append(f"asked for {said['request']['url']}")
        if event == "Page.windowOpen":
            self.opened.append(said["url"])

    async def go(self, address: str) -> None:
        """Open an address and wait until it is loaded."""
        await self.tell("Page.navigate", url=address)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def value(self, expression: str) -> Any:
        """What a script says."""
        found = await self.tell("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return found["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait for a condition in the page."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not await self.value(expression):
            assert asyncio.get_running_loop().time() < end, f"waited for {expression}; the console: {self.problems}"
            await asyncio.sleep(0.05)

    async def hear(self, words: str) -> None:
        """Wait for words that come through a socket."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while words.encode() not in self.received:
            assert asyncio.get_running_loop().time() < end, f"waited for {words}"
            await asyncio.sleep(0.05)

    async def press(self, *keys: str) -> None:
        """Keys as a person presses them: a letter, or a name such as Enter."""
        for key in keys:
            code, text = _KEYS.get(key, (ord(key.upper()) if len(key) == 1 else 0, key))
            said = {"key": key, "windowsVirtualKeyCode": code, **({"text": text} if text else {})}
            await self.tell("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **said)
            await self.tell("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    async def look(self, width: int, height: int, *, scheme: str = "light", media: str = "screen", scale: float = 1) -> None:
        """As if on such a display."""
        await self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=width < 600)
        await self.tell("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])

    async def picture(self, file: Path, *, whole: bool = False) -> Path:
        """A PNG of what is to be seen; `whole`: of the whole page."""
        found = await self.tell("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return _keep(file, base64.b64decode(found["data"]))


@asynccontextmanager
async def chromium() -> AsyncIterator[Page]:
    """A fresh browser with one tab."""
    path = program()
    assert path is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = _start(path, profile)
        try:
            async with ClientSession() as session:
                place = await _debugging_place(Path(profile))
                async with session.get(f"{place}/json/list") as answer:
                    address = next(one["webSocketDebuggerUrl"] for one in await answer.json() if one["type"] == "page")
                async with session.ws_connect(address, max_msg_size=0) as socket:
                    page = Page(socket)
                    reading = asyncio.create_task(page.read())
                    for part in ("Page", "Runtime", "Log", "Network"):
                        await page.tell(f"{part}.enable")
                    yield page
                    reading.cancel()
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def _keep(file: Path, data: bytes) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def _start(path: str, profile: str) -> subprocess.Popen[bytes]:
    silent = subprocess.DEVNULL
    return subprocess.Popen([path, *FLAGS, f"--user-data-dir={profile}", "about:blank"], stdin=silent, stdout=silent, stderr=silent)


async def _debugging_place(profile: Path) -> str:
    end = asyncio.get_running_loop().time() + PATIENCE
    while not (file := profile / "DevToolsActivePort").exists() or not file.read_text().strip():
        assert asyncio.get_running_loop().time() < end, "Chromium did not start"
        await asyncio.sleep(0.05)
    return f"http://127.0.0.1:{file.read_text().splitlines()[0]}"
