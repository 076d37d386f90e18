"""What the model is asked for a post: its brief, the brand's voice, and how much room each language has. Pure."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from adapters.counting import graphemes
from adapters.limits import Limits
from config.brand import Brand
from config.resolved import ResolvedBrief
from config.workspace import Llm, Policy, Workspace
from drafting.disclosure import Case, disclose
from drafting.endpoint import Endpoint
from drafting.errors import EndpointError
from drafting.request import CaptionRequest, Voice
from scheduler.desk.post.sheet import Seat, Sheet
from scheduler.errors import SettingsError

NO_MODEL = "No model is set up. Everything else works."
NO_MODEL_HINT = "name one under `llm:` in daypart.yaml: base_url and model"


def endpoint_of(llm: Llm | None, environ: Mapping[str, str] = os.environ) -> Endpoint:
    """The workspace's endpoint. Raises SettingsError when there is none, or when it must not be used."""
    if llm is None:
        raise SettingsError(NO_MODEL, NO_MODEL_HINT)
    try:
        return Endpoint(
            llm.base_url,
            llm.model,
            environ.get(llm.key_env, ""),
            token_param=llm.token_param,
            temperature=llm.temperature,
            json_mode=llm.json_mode,
        )
    except EndpointError as error:
        raise SettingsError(str(error), error.hint) from error


def brief_for(sheet: Sheet, brief: ResolvedBrief | None, text: str) -> ResolvedBrief:
    """The post's brief; where it names no topic, what is written so far says what it is about."""
    said = brief or ResolvedBrief("")
    return said if said.goal else replace(said, goal=text.strip() or sheet.title)


def languages_of(sheet: Sheet, fallback: Sequence[str]) -> tuple[str, ...]:
    """Every language a text is needed in."""
    return tuple(dict.fromkeys(language for seat in sheet.seats for language in seat.languages if language)) or tuple(fallback)


def request_for(
    language: str,
    sheet: Sheet,
    brief: ResolvedBrief,
    workspace: Workspace,
    brand: Brand | None,
    limits: Callable[[Seat], Limits],
    recent: Sequence[str],
    progress: Callable[[str], None],
) -> CaptionRequest:
    """One caption in one language, for all accounts that post in it."""
    seats = [seat for seat in sheet.seats if language in seat.languages or not seat.languages]
    line = _line(seats, language, workspace.policy)
    return CaptionRequest(
        brief=brief,
        language=language,
        targets=tuple(_room(limits(seat), seat, line, workspace.join) for seat in seats),
        languages=workspace.languages(),
        voice=voice_of(brand, language),
        media=max((len(files) for seat in seats for files in seat.media), default=0),
        facts=(brand.name,) if brand else (),
        disclosure_line=line,
        recent=tuple(recent),
        progress=progress,
    )


def voice_of(brand: Brand | None, language: str) -> Voice:
    """How a brand sounds in a language."""
    if brand is None:
        return Voice()
    examples = brand.examples.get(language) or brand.examples.get("")
    return Voice(
        description=brand.voice_in(language),
        always=brand.always,
        never=brand.never,
        emoji=brand.emoji,
        hashtags_max=brand.hashtags.max,
        hashtags_always=brand.hashtags.always,
        examples=(examples,) if examples else (),
    )


def _line(seats: Sequence[Seat], language: str, policy: Policy) -> str:
    """The line a wholly generated text would carry; it takes room."""
    lines = {
        disclose(Case(target=seat.account.account.platform, text="generated", language=language, ai_line=policy.ai_line)).line
        for seat in seats
    }
    return max((line for line in lines if line), key=len, default="")


def _room(limits: Limits, seat: Seat, line: str, join: str) -> Limits:
    """Where languages share an account, each has its share of the room; a link needs some as well."""
    shares = max(1, len(seat.languages))
    taken = graphemes(join) * (shares - 1)
    if seat.link is not None:
        taken += 1 + (limits.text.link_weight or graphemes(seat.link.url))
    if shares == 1 and not taken:
        return limits
    most = max(1, (limits.text.maximum - taken) // shares)
    size = None if limits.text.max_bytes is None else limits.text.max_bytes // shares
    return replace(limits, text=replace(limits.text, maximum=most, max_bytes=size))
