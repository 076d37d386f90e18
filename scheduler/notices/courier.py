"""The child process that hands messages to apprise; only this file imports it. Addresses come in and results leave through pipes.

In: one JSON object {"send": bool, "letters": [{"name", "url", "title", "body", "urgent"}]}; without `send` addresses are only read.
Out: a line of JSON for each letter, as soon as it is known: {"name", "problem"}; no problem: it was taken.
Run by its path, apart from our packages, so that nothing else is loaded.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import IO, TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from apprise import AppriseAsset, AppriseResult

SERVICE_SECONDS = 25.0
TOGETHER = 8


class Order(TypedDict):
    """One message for one address."""

    name: str
    url: str
    title: str
    body: str
    urgent: bool


def main() -> None:
    """Send everything, tell what came of each, end at once even if a thread hangs."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints is no answer
    order = json.load(sys.stdin)
    from apprise import AppriseAsset  # 60 ms, and another 100 for the services

    asset = AppriseAsset(
        app_id="daypart", app_desc="daypart", app_url="", async_mode=False, http_redirects=False, interpret_emojis=False,
        interpret_escapes=False, storage_mode="memory", service_timeout=SERVICE_SECONDS,
    )  # fmt: skip
    with ThreadPoolExecutor(TOGETHER) as threads:
        for letter in order["letters"]:
            threads.submit(_handle, letter, order["send"], asset, out)
    out.flush()
    os._exit(0)


def _handle(letter: Order, send: bool, asset: AppriseAsset, out: IO[str]) -> None:
    try:
        problem = _send(letter, send, asset)
    except Exception as error:  # a plugin's own mistake; its words may hold the address
        problem = f"the service's plugin failed ({type(error).__name__})"
    out.write(json.dumps({"name": letter["name"], "problem": problem}) + "\n")
    out.flush()


def _send(letter: Order, send: bool, asset: AppriseAsset) -> str | None:
    """None: it was taken (or the address is good)."""
    from apprise import Apprise
    from apprise.manager_plugins import NotificationManager

    service = Apprise.instantiate(letter["url"], asset=asset)
    if service is None:
        kind = letter["url"].partition("://")[0].lower()
        services = NotificationManager()  # type: ignore[no-untyped-call]  # apprise does not say its type
        known = kind in services or kind in ("http", "https")
        return f"the address is not complete for {kind}" if known else f"there is no service '{kind}://'"
    if not send:
        return None
    sender = Apprise(asset=asset)
    sender.add(service)
    result = sender.notify(
        title=letter["title"], body=letter["body"], body_format="text", notify_type="warning" if letter["urgent"] else "info"
    )
    return None if result else _why(result)


def _why(result: AppriseResult) -> str:
    """The last warning of the service; never its debug lines, which hold addresses and payloads."""
    for service in result:
        if service.status.name == "TIMEOUT":
            return f"no answer in {SERVICE_SECONDS:.0f} s"
        warnings = [entry.message for entry in service.logs() if entry.level in ("WARNING", "ERROR", "CRITICAL")]
        if warnings:
            return " ".join(warnings[-1].split()).rstrip(".")
    return "it was not taken"


if __name__ == "__main__":
    main()
