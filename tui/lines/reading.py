"""Exactly what would become public, as text to read: the model's words underlined, changes, facts, the AI label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from scheduler.desk.views import PartView, ReviewItem, Span
from tui.say import say
from tui.text import Glyphs, clean, counted, full_when, one_line, quoted, sentence, some
from tui.told import told

NOBODY_ASKED: Mapping[str, str] = {}
MODEL = "underline $model"
"""How words of a model are shown until a person rewrites them."""


def marked(text: str, spans: Sequence[Span]) -> Content:
    """Text with the model's words underlined."""
    content = Content(clean(text))
    for span in spans:
        if span.origin == "model" and span.start < len(text):
            content = content.stylize(MODEL, span.start, min(span.end, len(text)))
    return content


def label_words(item: ReviewItem) -> str:
    """`AI-assisted · 34 % of the words are the model's (underlined) · no line, no flag`."""
    parts = [say("AI label: {ai}", ai=told(one_line(item.delivery.ai)))]
    if item.ai_share:
        parts.append(say("{ai_share:.0%} of the letters are the model's (underlined)", ai_share=item.ai_share))
    flags = [name for name, on in item.delivery.disclosure.flags.items() if on]
    line = item.delivery.disclosure.line
    public = [say("tells the platform that AI was used ({flags})", flags=", ".join(flags))] if flags else []
    if line and any(line.strip() in part.text for part in item.parts):  # it is read there: in two languages it would be two labels
        public.append(say("readers are told in the text"))
    elif line:
        public.append(say("readers see “{line}”", line=one_line(line)))
    return " · ".join([*parts, *(public or [say("nothing is told to readers (your policy)")])])


def review_title(items: Sequence[ReviewItem]) -> str:
    """The client's name first, large as a title can be."""
    first = items[0].delivery
    return say(
        "{client_name} · exactly this will go out · {accounts}",
        client_name=one_line(first.client_name),
        accounts=counted(len(items), "account"),
    )


def review(items: Sequence[ReviewItem], tz: str, glyphs: Glyphs, waits: Mapping[str, str] = NOBODY_ASKED) -> Content:
    """One reading pass: each account with its time; a text that several share stands once. `waits`: whose yes is missing, by key."""
    texts = _same_text(items)
    once = len(texts) > 1 and len({(label_words(item), waits.get(item.key, "")) for item in items}) == 1
    check_once = once and len({(item.needs_facts_check, item.facts) for item in items}) == 1
    parts: list[Content] = []
    for same in texts:  # on a small window every line that says the same twice takes one from the texts
        parts += [*_accounts(same, tz, glyphs), *([] if once else _waiting(same, waits)), Content(""), *_texts(same[0])]
        parts += [] if once else [Content(""), _label(same[0])]
        parts += [*_after(same[0], check=not check_once), Content("")]
    last = [*(_to_check(items[0]) if check_once else []), _label(items[0]), *_waiting(items, waits)] if once else []
    return Content("\n").join([*parts[:-1], *last])


def _waiting(items: Sequence[ReviewItem], waits: Mapping[str, str]) -> list[Content]:
    words = dict.fromkeys(waits.get(item.key, "") for item in items)
    return [Content.styled(sentence(told(one_line(one))), "$quiet") for one in words if one]


def _label(item: ReviewItem) -> Content:
    return Content.styled(label_words(item), "bold" if item.ai_share else "$quiet")


def _same_text(items: Sequence[ReviewItem]) -> list[list[ReviewItem]]:
    groups: dict[object, list[ReviewItem]] = {}
    for item in items:
        shown = (
            tuple((p.text, p.media) for p in item.parts),
            item.first_comment,
            label_words(item),
            item.changed,
            tuple(item.options.items()),
        )
        groups.setdefault(shown, []).append(item)
    return list(groups.values())


def _accounts(items: Sequence[ReviewItem], tz: str, glyphs: Glyphs) -> list[Content]:
    lines = []
    for item in items:
        delivery = item.delivery
        where = f"{glyphs.cursor} {one_line(delivery.platform_name)} {one_line(delivery.account)}"
        lines.append(
            Content.assemble(
                (where, "bold $primary"),
                (say(" · {when} · seal {seal}", when=full_when(delivery.due, tz), seal=delivery.seal or item.digest[:8]), "$foreground"),
            )
        )
        if item.blocked:
            lines.append(
                Content.styled(
                    say("  {cross} cannot be approved: {blocked}", cross=glyphs.cross, blocked=told(clean(item.blocked))), "bold $error"
                )
            )
        lines += [
            Content.styled(f"  {glyphs.warn} {told(one_line(problem.message))}", "$warning")
            for problem in item.problems
            if problem.message != item.blocked
        ]
    return lines


def _texts(item: ReviewItem) -> list[Content]:
    lines: list[Content] = []
    for number, part in enumerate(item.parts, 1):
        if len(item.parts) > 1:
            lines.append(Content.styled(say("Part {number} of {parts}", number=number, parts=len(item.parts)), "$quiet"))
        lines += _part(part)
    if item.first_comment:
        lines += [Content.styled(say("First comment"), "$quiet"), Content(clean(item.first_comment))]
    return lines


def _part(part: PartView) -> list[Content]:
    body = marked(part.text, part.spans) if part.text else Content.styled(say("(no text)"), "$quiet")
    return [body, *(Content.styled(say("Picture: {media}", media=one_line(media)), "$quiet") for media in part.media)]


def _after(item: ReviewItem, *, check: bool) -> list[Content]:
    lines: list[Content] = []
    if item.options:
        said = (f"{told(one_line(name))}: {one_line(value)}" for name, value in item.options.items())
        lines.append(Content.styled(" · ".join(said), "$quiet"))
    lines += _to_check(item) if check else []
    if item.changed:
        lines.append(Content.styled(say("Changed since it was last approved:"), "bold"))
        lines += [_diff(line) for line in item.changed]
    return lines


def _to_check(item: ReviewItem) -> list[Content]:
    """Every fact that the brief does not hold, one under the other: none hides behind “and 3 more”."""
    if not item.needs_facts_check:
        return []
    if len(item.facts) < 2:
        return [Content.styled(say("To check: {facts}", facts=facts_words(item)), "$warning")]
    return [Content.styled(say("To check:"), "$warning"), *(Content.styled(f"  [ ] {one_line(fact)}", "$warning") for fact in item.facts)]


def facts_to_tick(items: Sequence[ReviewItem]) -> list[str]:
    """What has to be said to be right, one by one, before a model's words go out; what several accounts say is asked once."""
    asked = [item for item in items if item.needs_facts_check]
    each = [quoted(one_line(fact)) for item in asked for fact in item.facts]
    rest = [facts_words(item) for item in asked if not item.facts]
    return list(dict.fromkeys([*each, *rest]))


def changes(items: Sequence[ReviewItem]) -> Content:
    """What is another since the last yes; accounts with the same change stand together."""
    same: dict[tuple[str, ...], list[ReviewItem]] = {}
    for item in items:
        same.setdefault(item.changed, []).append(item)
    lines: list[Content] = []
    for changed, those in same.items():
        where = ", ".join(f"{one_line(item.delivery.platform_name)} {one_line(item.delivery.account)}" for item in those)
        lines += [Content.styled(where, "bold"), *(_diff(line) for line in changed)]
        lines += [Content.styled(say("  as it was approved, or never approved"), "$quiet")] if not changed else []
        lines.append(Content(""))
    return Content("\n").join([*lines, Content.styled(say("- as it was approved   + as it is now"), "$quiet")])


def _diff(line: str) -> Content:
    color = "$success" if line.startswith("+") else "$error" if line.startswith("-") else "$quiet"
    return Content.styled(f"  {one_line(line)}", color)


def facts_words(item: ReviewItem) -> str:
    """What the tick is about."""
    return (
        some([quoted(one_line(fact)) for fact in item.facts], 6) if item.facts else say("every fact in the text (a model wrote some of it)")
    )


def preview_content(item: ReviewItem, glyphs: Glyphs) -> Content:
    """The composer's preview: what a reader sees, where it folds, what the platform adds."""
    shown = item.preview
    lines = [Content.styled(one_line(shown.header), "bold"), Content("")]
    if shown.folded_at is not None and shown.folded_at < len(shown.text):
        text = clean(shown.text)
        lines.append(
            Content.assemble(
                text[: shown.folded_at], (say("{more} more", more=glyphs.more), "bold $primary"), "\n", (text[shown.folded_at :], "$quiet")
            )
        )
    else:
        lines.append(Content(clean(shown.text)) if shown.text else Content.styled(say("(no text yet)"), "$quiet"))
    lines += [
        Content.styled(f"{glyphs.cross} {told(one_line(problem.message))}", "bold $error")
        for problem in item.problems
        if problem.is_error and problem.field == "text"
    ]
    lines += [Content.styled(f"[{told(one_line(media))}]", "$quiet") for media in shown.media]
    lines += [Content.styled(f"{glyphs.warn} {told(one_line(note))}", "$warning") for note in shown.notes]
    return Content("\n").join(lines)
