"""The figures of one post: likes and comments stand on the post, the rest are insights, which differ by kind of post.

Sources: Meta's reference of media insights (metrics per kind, up to 48 hours late, an empty set instead of 0, stories for 24 hours only).
One metric that a kind of post does not have fails the whole call, so each kind asks for its own, and again for the surest ones alone.
"""

from __future__ import annotations

from pydantic import BaseModel

from adapters.contract import Counted, Figures, Limited, NoFigures, Retry, TokenDead
from adapters.http import Answer, Reply
from adapters.instagram.faults import at_step, is_gone, sentence
from adapters.instagram.graph import Graph, GraphId, fault_in

POST = ("reach", "saved", "shares", "reposts")
STORY = ("reach", "replies", "shares", "reposts")
SUREST = ("reach",)
NOT_ALLOWED = (10, *range(200, 300))
"""Codes of a missing permission; 10 also says that too few people have seen it."""


class _Node(BaseModel):
    id: GraphId
    media_product_type: str = ""
    like_count: int | None = None
    """Missing where the author hides it."""
    comments_count: int | None = None


class _Value(BaseModel):
    value: int = 0


class _Insight(BaseModel):
    name: str
    values: tuple[_Value, ...] = ()


class _Insights(BaseModel):
    data: tuple[_Insight, ...]


async def read(graph: Graph, media_id: str) -> Counted:
    """Everything that is told; without the permission for insights at least likes and comments."""
    reply = await graph.read(media_id, {"fields": "media_product_type,like_count,comments_count"})
    node = reply.read(_Node) if isinstance(reply, Answer) and reply.ok else None
    if node is None:
        return _refusal(reply)
    story = node.media_product_type == "STORY"
    told = await _insights(graph, media_id, STORY if story else POST)
    if not isinstance(told, dict):
        return told
    passed = [told[name] for name in ("shares", "reposts") if name in told]
    return Figures(
        likes=None if story else node.like_count,
        replies=told.get("replies") if story else node.comments_count,
        reposts=sum(passed) if passed else None,
        saves=told.get("saved"),
        reach=told.get("reach"),
    )


async def _insights(graph: Graph, media_id: str, names: tuple[str, ...]) -> dict[str, int] | Counted:
    reply = await graph.read(f"{media_id}/insights", {"metric": ",".join(names)})
    told = reply.read(_Insights) if isinstance(reply, Answer) and reply.ok else None
    if told is not None:
        return {one.name: sum(value.value for value in one.values) for one in told.data if one.values}
    fault = fault_in(reply) if isinstance(reply, Answer) else None
    if fault is not None and fault.code in NOT_ALLOWED:
        return {}
    if fault is not None and fault.code == 100 and not is_gone(reply):
        return {} if names == SUREST else await _insights(graph, media_id, SUREST)
    return _refusal(reply)


def _refusal(reply: Reply) -> Counted:
    if is_gone(reply):
        return NoFigures("Instagram tells nothing (more) about this post")
    _, step = at_step(reply)
    return step if isinstance(step, Retry | Limited | TokenDead) else Retry(sentence(reply), code="figures")
