"""The library in lines: posts, media, ideas, what is proposed, and the pane about the one under the cursor. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from scheduler.desk.library.views import IdeaView, LibraryPost, MediaDetail, MediaView, Reminder, Suggestion
from scheduler.desk.views import PostView, Sign
from tui.lines.row import Row
from tui.lines.rows import section
from tui.say import say
from tui.text import clean, counted, field_words, full_when, one_line, some, when_words
from tui.told import told

TEXT_SHOWN = 700
"""Letters of a text in the pane; `enter` shows all."""


def post_row(post: LibraryPost, tz: str, now: int) -> Row:
    """One post, by its last use."""
    accounts = tuple(one_line(name) for name in post.accounts)
    return Row(
        key=post.post,
        sign=post.sign,
        when=when_words(post.last_used, tz, now).rsplit(" ", 1)[0] if post.last_used is not None else "",
        client=one_line(post.client_name),
        color=post.client_color,
        account=accounts[0] if len(accounts) == 1 else counted(len(accounts), "account") if accounts else "",
        title=one_line(post.title) or say("no text yet"),
        words=told(one_line(post.words)),
    )


def media_row(media: MediaView) -> Row:
    """One file; what has no alternative text says so."""
    words = say("{words} · in {posts}", words=media.words, posts=counted(media.used, "post"))
    missing = media.kind != "file" and not media.alt
    return Row(
        key=media.sha256,
        sign=Sign.NEEDS_TEXT if missing else Sign.PUBLISHED if media.used else Sign.DRAFT,
        client=one_line(media.client_name),
        color=media.client_color,
        title=one_line(media.name),
        words=(say("no alt text · ") if missing else "") + one_line(words),
    )


def idea_row(idea: IdeaView, tz: str, now: int) -> Row:
    """One idea."""
    return Row(
        key=str(idea.id),
        sign=Sign.DRAFT,
        when=when_words(idea.at, tz, now),
        client=one_line(idea.client_name),
        color=idea.client_color,
        title=one_line(idea.text),
        words=say("by {by}", by=one_line(idea.by)),
    )


def proposed_rows(suggestions: Sequence[Suggestion], reminders: Sequence[Reminder], tz: str, now: int) -> list[Row]:
    """What has rested and could go out again, then what needs a person."""
    again = [
        Row(
            key=f"again:{n}",
            sign=Sign.DRAFT,
            when=when_words(one.at, tz, now),
            client=one_line(one.client_name),
            color=one.client_color,
            account=one_line(one.account),
            title=one_line(one.title),
            words=told(one_line(one.words)),
        )
        for n, one in enumerate(suggestions)
    ]
    needs = [
        Row(
            key=f"needs:{n}",
            sign=Sign.NEEDS_YOU,
            client=one_line(one.client_name),
            color=one.client_color,
            account=one_line(one.about),
            title=told(one_line(one.words)),
        )
        for n, one in enumerate(reminders)
    ]
    return [
        *section(say("COULD GO OUT AGAIN {again}", again=len(again)), again),
        *section(say("NEEDS A PERSON {needs}", needs=len(needs)), needs),
    ]


# ── the pane ─────────────────────────────────────────────────────────────────


def post_detail(line: LibraryPost, post: PostView, tz: str, whole: bool = False) -> Content:
    """Its texts, where each account stands, and what can be done with it."""
    lines = [Content.assemble((f"{told(one_line(line.words))}.", "bold"), (say("  ‹post.duplicate› makes a new draft of it"), "$quiet"))]
    if line.evergreen:
        lines.append(
            Content(
                say(
                    "It comes round again {evergreen}, as a draft to approve. ‹library.evergreen› changes that.",
                    evergreen=one_line(line.evergreen),
                )
            )
        )
    lines += [
        Content(f"{one_line(view.account)}: {told(one_line(view.words))}, {full_when(view.published_at or view.due, tz)}")
        for view in post.deliveries
        if view.kind == "post" and view.part == 1
    ]
    for text in post.texts:
        said = clean(text.text)
        if said.strip():
            cut = said if whole or len(said) <= TEXT_SHOWN else f"{said[:TEXT_SHOWN]}…"
            lines += [Content.assemble((field_words(one_line(text.field)), "$quiet")), Content(cut)]
    if post.brief:
        lines.append(Content.assemble((say("Brief: "), "bold"), one_line(post.brief)))
    return Content("\n").join(lines)


def media_detail(detail: MediaDetail) -> Content:
    """Its shape, its alternative text, who takes it, where it is."""
    media = detail.media
    lines = [Content.assemble((told(one_line(media.words)), "bold"))]
    lines.append(
        Content(say("Alt text: “{alt}”", alt=one_line(media.alt)) if media.alt else say("No alt text: people who cannot see it miss it."))
    )
    taken = [one for one in detail.takes if not one.why_not]
    if taken:
        lines.append(Content(say("✓ taken by {account}", account=some([one_line(one.account) for one in taken], 8))))
    lines += [
        Content(f"✗ {one_line(one.client_name)} · {one_line(one.platform_name)} {one_line(one.account)}: {told(one_line(one.why_not))}")
        for one in detail.takes
        if one.why_not
    ]
    lines += [
        Content(
            say(
                "in {client_name} · {title}: {words}",
                client_name=one_line(use.client_name),
                title=one_line(use.title),
                words=told(one_line(use.words)),
            )
        )
        for use in detail.uses
    ]
    lines.append(Content.assemble((one_line(detail.path), "$quiet")))
    return Content("\n").join(lines)


def idea_detail(idea: IdeaView, tz: str) -> Content:
    """The whole idea and what to do with it."""
    return Content("\n").join(
        [
            Content(clean(idea.text)),
            Content.assemble(
                (
                    say(
                        "kept by {by}, {when}, for {client_name}",
                        by=one_line(idea.by),
                        when=full_when(idea.at, tz),
                        client_name=one_line(idea.client_name),
                    ),
                    "$quiet",
                )
            ),
            Content(say("‹post.duplicate› makes a post of it: the idea is its brief, for you or for the model. ‹post.delete› lets it go.")),
        ]
    )


def suggestion_detail(one: Suggestion, tz: str) -> Content:
    """Why this one, there and then."""
    place = f"{one_line(one.platform_name)} {one_line(one.account)}"
    return Content("\n").join(
        [
            Content(f"{say('{when} on {place}', when=full_when(one.at, tz), place=place)}: {told(one_line(one.words))}"),
            Content(say("‹post.duplicate› makes a draft of it for then. Nothing goes out before a person approves it.")),
        ]
    )


def _goes(one: Reminder) -> str:
    """Where it is done."""
    places = {"approve": say("⏎ goes to Approvals."), "sign_in": say("⏎ goes to Accounts."), "empty": say("⏎ goes to the calendar.")}
    return places.get(one.kind, "")


def reminder_detail(one: Reminder) -> Content:
    """What waits, where it is done, and the same without a screen."""
    about = f"{one_line(one.about)}: " if one.about else ""
    return Content("\n").join(
        [Content(f"{about}{told(one_line(one.words))}."), Content(_goes(one)), Content.assemble((one_line(one.command), "$quiet"))]
    )
