"""What the model is to be asked for a post: its brief as a person fills it in. Approvals hold the model's words against its facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import Connection, text, update

from config.resolved import ResolvedBrief
from scheduler.clean import clean, clean_line
from scheduler.desk.model.asking import languages_of
from scheduler.desk.post.reading import brief_of
from scheduler.desk.post.sheet import Sheet
from scheduler.desk.views import Done
from scheduler.desk.write.views import FACT_MOST, FACTS_MOST, TOPIC_MOST, RequestView
from scheduler.desk.write.writing import Writing, first_words
from scheduler.errors import UsageError
from scheduler.lifecycle import FINAL
from scheduler.store.statements import POST

VARIANTS = 3
"""Texts asked for where nobody said how many: who asks a model wants to choose."""


class Requesting(Writing):
    """One brief a post, filled in by a file, a sheet, an idea, or here."""

    async def request(self, post: str) -> RequestView:
        """The post's brief; where it has none, its title, and the tone that was wanted last for the same client."""
        sheet = await self.sheet(post)
        brief = brief_of(sheet.brief)
        known = languages_of(sheet, self.workspace.languages() or ("en",))
        said = first_words({name: saved.origins for name, saved in sheet.texts.items()}).strip()
        tone = "" if brief is not None else await self.store.read(lambda conn: _last_tone(conn, sheet))
        brief = brief or ResolvedBrief("" if said or sheet.sources.outputs else sheet.title, tone=tone)
        return RequestView(
            topic=clean(brief.goal),
            facts=tuple(clean_line(fact) for fact in brief.points),
            tone=clean_line(brief.tone),
            languages=tuple(language for language in brief.languages if language in known),
            known=known,
            written=bool(said),
            fixed=_fixed(sheet, self._file_of(sheet)),
        )

    async def keep_request(
        self,
        post: str,
        *,
        topic: str | None = None,
        facts: Sequence[str] | None = None,
        tone: str | None = None,
        languages: Sequence[str] | None = None,
    ) -> Done:
        """Fill in the post's brief; None leaves a field as it is. Raises UsageError for a post from files: its brief stands there."""
        sheet = await self.sheet(post)
        if fixed := _fixed(sheet, self._file_of(sheet)):
            raise UsageError(fixed, "then `daypart apply`" if sheet.managed_by == "files" else "make a new post")
        before = brief_of(sheet.brief)
        brief = before or ResolvedBrief("", variants=VARIANTS)
        if topic is not None:
            brief = replace(brief, goal=_topic(topic))
        if facts is not None:
            brief = replace(brief, points=_facts(facts))
        if tone is not None:
            brief = replace(brief, tone=clean_line(tone)[:FACT_MOST])
        if languages is not None:
            brief = replace(brief, languages=_known(languages, languages_of(sheet, self.workspace.languages() or ("en",))))
        if brief == before:
            return Done("the model is asked for the same as before", (sheet.post,))
        await self.change(lambda conn: _keep(conn, sheet, brief))

        async def back() -> Done:
            await self.change(lambda conn: _keep(conn, sheet, before))
            return Done("what the model is asked for is as it was", (sheet.post,))

        undo = self.undoable("take the change of the brief back", back)
        return Done("kept: what the model is asked for", (sheet.post,), undo)


def _fixed(sheet: Sheet, file: str | None) -> str:
    """Why the brief cannot change here; empty: it can."""
    if sheet.managed_by == "files":
        file = file or "its file"
        return f"the brief of this post stands in {file}: edit it there"
    if sheet.seats and all(seat.unit.state in FINAL for seat in sheet.seats):
        return "this post is public or cancelled: its text cannot change any more"
    return ""


def _keep(conn: Connection, sheet: Sheet, brief: ResolvedBrief | None) -> None:
    said = json.dumps(asdict(brief), ensure_ascii=False) if brief is not None else None
    conn.execute(update(POST).where(POST.c.id == sheet.post_id).values(brief=said))


def _topic(words: str) -> str:
    topic = clean(words).strip()
    if len(topic) > TOPIC_MOST:
        raise UsageError(f"the topic has {len(topic):,} characters; {TOPIC_MOST:,} are the most", "say it shorter")
    return topic


def _facts(lines: Sequence[str]) -> tuple[str, ...]:
    """One per line, each once; a fact that is cut off would be another one."""
    facts = tuple(dict.fromkeys(fact for line in lines if (fact := clean_line(line).strip())))
    if len(facts) > FACTS_MOST:
        raise UsageError(f"these are {len(facts)} facts; {FACTS_MOST} are the most", "leave out what the text need not say")
    if long := next((fact for fact in facts if len(fact) > FACT_MOST), ""):
        raise UsageError(f"a fact has {len(long):,} characters; {FACT_MOST} are the most: “{long[:40]}…”", "one fact per line")
    return facts


def _known(languages: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    for language in languages:
        if language not in known:
            raise UsageError(f"'{clean_line(language)}' is no language of this post", f"languages: {', '.join(known)}")
    return tuple(dict.fromkeys(languages))


def _last_tone(conn: Connection, sheet: Sheet) -> str:
    """As the newest other post of the same client was asked for."""
    client = next((seat.account.client for seat in sheet.seats), None)
    sql = (
        "SELECT json_extract(p.brief, '$.tone') FROM post p WHERE p.id <> :post AND json_extract(p.brief, '$.tone') <> ''"
        " AND EXISTS (SELECT 1 FROM delivery d WHERE d.post_id = p.id AND d.client IS :client) ORDER BY p.id DESC LIMIT 1"
    )
    said = conn.execute(text(sql), {"post": sheet.post_id, "client": client}).scalar_one_or_none()
    return str(said or "")
