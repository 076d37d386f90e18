"""A brief as the model gets it, with its variables."""

from __future__ import annotations

from config.document import Step
from config.names import Scope
from config.passages import from_yaml
from config.reading import PostFiles
from config.resolved import ResolvedBrief


def resolve_brief(post: PostFiles, scope: Scope, language: str) -> ResolvedBrief | None:
    """The post's brief; its variables stand in the campaign's first language."""
    brief = post.model.brief
    if brief is None:
        return None
    base = (*post.base, "brief")

    def one(text: str, *path: Step) -> str:
        return scope.fill(from_yaml(post.document, (*base, *path), text), language) if text else ""

    def many(texts: tuple[str, ...], name: str) -> tuple[str, ...]:
        return tuple(one(text, name, number) for number, text in enumerate(texts))

    return ResolvedBrief(
        goal=one(brief.goal, "goal"),
        points=many(brief.points, "points"),
        call_to_action=one(brief.call_to_action, "call_to_action"),
        audience=one(brief.audience, "audience"),
        tone=one(brief.tone, "tone"),
        must=many(brief.must, "must"),
        never=many(brief.never, "never"),
        links=many(brief.links, "links"),
        handles=many(brief.handles, "handles"),
        length=brief.length,
        variants=brief.variants,
        kind=brief.kind,
        seconds=brief.seconds,
    )
