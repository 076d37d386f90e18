"""Whether an address is one that Instagram could fetch: asked for from here, as far as that can tell."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from adapters.hosts.names import ENDINGS
from adapters.http import Answer, Http, Lost, NotReached
from config.servers import is_loopback


@dataclass(frozen=True, slots=True)
class PublicCheck:
    """What was seen."""

    url: str
    status: int | None
    content_type: str
    length: int | None
    """Bytes of the whole file, where the server says."""
    problems: tuple[str, ...]
    """These stop Instagram."""
    notes: tuple[str, ...]
    """These may."""

    @property
    def ok(self) -> bool:
        """Nothing speaks against it."""
        return not self.problems


async def check_public(url: str, http: Http) -> PublicCheck:
    """Fetch the first bytes and look at what comes with them."""
    problems, notes = _of_address(url)
    if not urlsplit(url).hostname:
        return PublicCheck(url, None, "", None, tuple(problems), tuple(notes))
    reply = await http.request("GET", url, headers={"Range": "bytes=0-1023"})
    match reply:
        case NotReached() | Lost():
            return PublicCheck(url, None, "", None, (*problems, reply.reason), tuple(notes))
        case _:
            problems += _of_answer(reply)
            notes += _notes(reply)
            return PublicCheck(url, reply.status, _type(reply), _length(reply), tuple(problems), tuple(notes))


def _of_address(url: str) -> tuple[list[str], list[str]]:
    problems, notes = [], []
    if not url.isascii():
        problems.append("the address has signs outside ASCII")
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        problems.append("this is no http(s) address")
    elif is_loopback(url):
        notes.append("the address is on this computer: the sandbox can fetch from it, Instagram cannot")
    elif urlsplit(url).scheme == "http":
        notes.append("the address is not https")
    return problems, notes


def _of_answer(answer: Answer) -> list[str]:
    if 300 <= answer.status < 400:
        return [f"it redirects to {answer.header('location') or 'somewhere else'}: give the final address"]
    if answer.status not in {200, 206}:
        return [f"it answers {answer.status}"]
    kind = _type(answer)
    if kind == "text/html":
        return ["it is a web page, not the file itself"]
    if kind not in ENDINGS:
        return [f"its content type is {kind or 'missing'}; Instagram wants image/jpeg, video/mp4 or video/quicktime"]
    return []


def _notes(answer: Answer) -> list[str]:
    if answer.status not in {200, 206}:
        return []
    notes = [] if answer.status == 206 else ["the server sends whole files only; ranges help with videos"]
    return notes if _length(answer) is not None else [*notes, "the server does not say how long the file is"]


def _type(answer: Answer) -> str:
    return answer.header("content-type").partition(";")[0].strip().lower()


def _length(answer: Answer) -> int | None:
    total = answer.header("content-range").rpartition("/")[2] if answer.status == 206 else answer.header("content-length")
    return int(total) if total.isdecimal() else None
