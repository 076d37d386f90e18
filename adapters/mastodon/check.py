"""What can be known before sending a status, and what a reader will see."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.checks import check_common, check_no_mixing, is_video
from adapters.contract import Preview, Problem, Publication
from adapters.counting import graphemes
from adapters.limits import Limits
from adapters.mastodon.facts import Facts
from config.options import MastodonOptions, Poll

PIXELFED_SPOILER = 140


def options_of(publication: Publication) -> MastodonOptions:
    """Its options; the defaults for an account that has none."""
    return publication.options if isinstance(publication.options, MastodonOptions) else MastodonOptions()


def check(publication: Publication, limits: Limits, facts: Facts) -> list[Problem]:
    """Everything at once."""
    options = options_of(publication)
    problems = check_common(publication, limits, prefix=options.spoiler)
    if facts.software in ("mastodon", "unknown"):
        problems += check_no_mixing(publication.media, limits)
    if options.poll is not None:
        problems += _check_poll(publication, options.poll, limits, facts)
    if facts.software == "pixelfed":
        problems += _check_pixelfed(publication, limits)
    return problems


def _check_poll(publication: Publication, poll: Poll, limits: Limits, facts: Facts) -> Iterator[Problem]:
    bounds = facts.configuration.polls
    if publication.media:
        yield Problem("E504", f"{limits.label} takes a poll or media, not both", (), "options.poll")
    if len(poll.options) > bounds.max_options:
        yield Problem("E506", f"{len(poll.options)} answers, {limits.label} takes {bounds.max_options}", (), "options.poll")
    for answer in poll.options:
        if not 0 < graphemes(answer) <= bounds.max_characters_per_option:
            words = (
                f"the answer '{answer}' has {graphemes(answer)} characters, {limits.label} takes 1 to {bounds.max_characters_per_option}"
            )
            yield Problem("E506", words, (), "options.poll")
    if len(set(poll.options)) < len(poll.options):
        yield Problem("E506", "two answers of the poll are the same", (), "options.poll")
    if not bounds.min_expiration <= poll.expires_in <= bounds.max_expiration:
        words = f"the poll is open for {poll.expires_in:,} s, {limits.label} takes {bounds.min_expiration:,} to {bounds.max_expiration:,} s"
        yield Problem("E506", words, (), "options.poll")


def _check_pixelfed(publication: Publication, limits: Limits) -> Iterator[Problem]:
    options = options_of(publication)
    if options.poll is not None:
        yield Problem("E504", f"{limits.label} has no polls", (), "options.poll")
    if options.visibility == "direct":
        yield Problem("E504", f"{limits.label} has no direct posts", (), "options.visibility")
    if (measured := graphemes(options.spoiler)) > PIXELFED_SPOILER:
        over = measured - PIXELFED_SPOILER
        words = f"the content warning has {measured} characters, {limits.label} takes {PIXELFED_SPOILER} ({over} too many)"
        yield Problem("E501", words, (), "options.spoiler")


def preview(publication: Publication, handle: str, label: str) -> Preview:
    """The text, behind its content warning if there is one."""
    options = options_of(publication)
    kinds = ("video" if is_video(item) else "picture" for item in publication.media)
    media = tuple(f"{kind}: {item.alt or 'no alternative text'}" for kind, item in zip(kinds, publication.media, strict=True))
    notes = [f"visibility: {options.visibility}"] if options.visibility != "public" else []
    notes += ["media are marked as sensitive"] if options.sensitive else []
    notes += [f"poll: {' · '.join(options.poll.options)}"] if options.poll is not None else []
    text = f"{options.spoiler}\n[show more]\n{publication.text}" if options.spoiler else publication.text
    folded = len(options.spoiler) + 1 if options.spoiler else None
    return Preview(f"@{handle.removeprefix('@')} · {label}", text, folded, media, tuple(notes))
