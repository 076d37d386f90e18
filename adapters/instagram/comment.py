"""The first comment: a publication of its own under a post that is public. Only the list of comments can prove it."""

from __future__ import annotations

from pydantic import BaseModel

from adapters.contract import Absent, CannotTell, Found, Look, Outcome, Publication, Published, Receipt, Refused
from adapters.http import Answer
from adapters.instagram.faults import at_commit, sentence
from adapters.instagram.graph import Created, Graph, GraphId, server_now
from adapters.texts import instant_of, plain

PAGE = 50
PAGES = 4


class Comment(BaseModel):
    """One comment of the list."""

    id: GraphId
    text: str = ""
    timestamp: str = ""
    username: str | None = None


class _Cursors(BaseModel):
    after: str = ""


class _Paging(BaseModel):
    cursors: _Cursors = _Cursors()
    next: str = ""


class CommentPage(BaseModel):
    """A page of comments, newest first."""

    data: list[Comment]
    paging: _Paging = _Paging()


def handle_of(publication: Publication) -> str:
    """What it hangs on; comments have no handle of their own before they exist."""
    return publication.parent.remote_id if publication.parent is not None else ""


async def commit(graph: Graph, publication: Publication) -> Outcome:
    """Write it."""
    if publication.parent is None:
        return Refused("the post of this comment is not public", "no_parent")
    reply = await graph.publish(f"{publication.parent.remote_id}/comments", {"message": publication.text})
    made = reply.read(Created) if isinstance(reply, Answer) and reply.ok else None
    if made is not None and isinstance(reply, Answer):
        return Published(Receipt(made.id, publication.parent.url, server_now(reply)))
    return at_commit(reply)


async def look_up(graph: Graph, publication: Publication, handle: str) -> Look:
    """Our own text, exactly once, among the comments of our own post."""
    if publication.parent is None:
        return CannotTell("the post of this comment is not known")
    comments = await _comments(graph, publication.parent.remote_id)
    if isinstance(comments, str):
        return CannotTell(comments)
    own = handle.removeprefix("@").casefold()
    found = [one for one in comments if plain(one.text) == plain(publication.text) and (one.username or own).casefold() == own]
    if len(found) > 1:
        return CannotTell("the same comment stands there several times", several=True)
    if not found:
        return Absent(proof=False, reason="the comment is not in the list")
    return Found(Receipt(found[0].id, publication.parent.url, instant_of(found[0].timestamp)))


async def _comments(graph: Graph, media: str) -> list[Comment] | str:
    """All of them, or why they could not be read."""
    found: list[Comment] = []
    after = ""
    for _ in range(PAGES):
        params = {"fields": "id,text,timestamp,username", "limit": str(PAGE)} | ({"after": after} if after else {})
        reply = await graph.read(f"{media}/comments", params)
        page = reply.read(CommentPage) if isinstance(reply, Answer) and reply.ok else None
        if page is None:
            return sentence(reply)
        found += page.data
        after = page.paging.cursors.after if page.paging.next else ""
        if not after:
            break
    return found
