"""The Graph API's manners: error envelopes, `fields=`, instants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from sandbox.clock import SECOND
from sandbox.wire import Reply, reply_json

_TITLES = {
    9: "Application request limit reached", 24: "The requested resource does not exist", 9004: "Only photo or video can be accepted",
    9007: "The media is not ready for publishing", 36000: "The image size is too large", 36001: "The image format is not supported",
    36003: "The aspect ratio is not supported", 36004: "The caption is too long",
}  # fmt: skip


class GraphError(Exception):
    """A refusal in the Graph API's envelope."""

    def __init__(self, code: int, message: str, subcode: int | None = None, *, status: int = 400, transient: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.subcode = subcode
        self.status = status
        self.transient = transient

    def reply(self, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
        """As it goes over the wire."""
        error: dict[str, object] = {"message": str(self), "type": "OAuthException", "code": self.code}
        if self.subcode is not None:
            error |= {"error_subcode": self.subcode, "is_transient": self.transient}
            error |= {"error_user_title": _TITLES.get(self.code, "Cannot do this"), "error_user_msg": str(self)}
        return reply_json({"error": {**error, "fbtrace_id": "sandbox"}}, self.status, headers)


def missing(node: str) -> GraphError:
    """The answer for an id that is not there, or not this caller's."""
    return GraphError(
        100, f"Unsupported request. Object with ID '{node}' does not exist, cannot be loaded due to missing permissions", 33
    )  # fmt: skip


def wanted_fields(text: str) -> list[str]:
    """Names out of `id,caption,children{id,media_type}`, outermost level only."""
    flat = text
    while "{" in flat:
        inner = re.sub(r"\{[^{}]*\}", "", flat)
        if inner == flat:
            break
        flat = inner
    return [name.partition(".")[0].strip() for name in flat.split(",") if name.strip()]


def chosen(node: Mapping[str, object], fields: str) -> dict[str, object]:
    """Only what was asked for, and always the id. Raises GraphError for a field the node does not have."""
    names = wanted_fields(fields)
    for name in names:
        if name not in node:
            raise GraphError(100, f"(#100) Tried accessing nonexisting field ({name}) on node type (sandbox)")
    return {name: node[name] for name in dict.fromkeys([*names, "id"]) if node[name] is not None}


def graph_time(micros: int) -> str:
    """`2026-11-22T10:00:00+0000`."""
    return datetime.fromtimestamp(micros // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
