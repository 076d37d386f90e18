"""A week's report as Markdown, a part per client: to read, to send, to print. Text of others is never markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.times import from_micros
from scheduler.clean import shorten
from scheduler.phrases.book import Voice
from scheduler.report.model import NAMES, AccountWeek, ClientWeek, Counts, Hour, Posted, WeekReport
from scheduler.when import clock_words, day_words

_MARKS = re.compile(r"([\\`*_\[\]<>|#~!])")
COUNTED = {
    "likes": "{count} likes",
    "replies": "{count} replies",
    "reposts": "{count} reposts",
    "saves": "{count} saves",
    "reach": "{count} reach",
}
HEADS = tuple(name.capitalize() for name in NAMES)
TITLE = 60


def as_markdown(report: WeekReport, language: str | None = None) -> str:
    """The whole report, each client's part in the client's language, or all of it in one."""
    parts = ["\n".join(_Part(client, report, Voice(language or client.language)).lines()) for client in report.clients]
    if not parts:
        voice = Voice(language or "en")
        parts = [f"# {voice.say('Report')} · {_days(report, voice)}\n\n{voice.say('Nothing was published in this week.')}\n"]
    return "\n\n".join(parts).rstrip() + "\n"


def plain(words: str) -> str:
    """Text of others on one line, with every sign that Markdown would take for its own made harmless."""
    return _MARKS.sub(r"\\\1", " ".join(words.split()))


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'s' * (number != 1)}"


def _days(report: WeekReport, voice: Voice) -> str:
    return voice.say(f"{report.week}, {report.first.day} {report.first:%b} – {report.last.day} {report.last:%b %Y}")


@dataclass(frozen=True)
class _Part:
    """A client's week in words."""

    client: ClientWeek
    report: WeekReport
    voice: Voice

    def lines(self) -> Iterator[str]:
        """Line by line."""
        client, say = self.client, self.voice.say
        yield f"# {say('Report')} · {plain(client.name)} · {_days(self.report, self.voice)}"
        yield ""
        accounts = len({post.account for post in client.posts})
        on = say(f" on {accounts:,} account{'s' * (accounts != 1)}")
        yield f"**{say(_many(len(client.posts), 'post'))}{on}** · {self._totals(client.counts)}"
        yield ""
        dash = say("A dash is a figure that the platform does not tell.")
        yield f"{say('The week before:')} {self._before()}. {say(f'Times are in {self.report.tz}.')} {dash}"
        if client.best is not None:
            yield ""
            yield f"- {say('Best:')} {self._named(client.best)}"
            if client.worst is not None:
                yield f"- {say('Fewest interactions:')} {self._named(client.worst)}"
        yield from ("", f"## {say('Accounts')}", "")
        yield from self._accounts(client.accounts)
        if client.posts:
            yield from ("", f"## {say('Posts')}", "")
            yield from self._posts(client.posts)
            yield from ("", f"## {say('Who approved what')}", "")
            yield from self._proofs(client.posts)
        names = tuple(account.platform_name for account in client.accounts)
        notes = [note for note in self.report.footnotes if note.startswith(names)]
        if notes:
            yield ""
            yield from (f"- {say(note)}" for note in notes)

    # ── figures ──

    def _figure(self, count: int | None) -> str:
        """`1,204`, or a dash where nobody tells."""
        return "–" if count is None else self.voice.number(count)

    def _hours(self, hours: Sequence[Hour]) -> str:
        """`18:00 (41 on average, 4 posts), 9:00 (…)`."""
        say = self.voice.say
        return ", ".join(f"{hour.hour}:00 ({say(f'{hour.mean:.0f} on average')}, {say(_many(hour.posts, 'post'))})" for hour in hours)

    def _totals(self, counts: Counts) -> str:
        """`240 likes · 12 replies`; only what is told."""
        told = [(name, counts.get(name)) for name in NAMES]
        said = [self.voice.say(COUNTED[name].format(count=f"{count:,}")) for name, count in told if count is not None]
        return " · ".join(said) or self.voice.say("no figures yet")

    def _before(self) -> str:
        """What the week before had."""
        before = self.client.before.interactions
        figures = "" if before is None else f", {self._interactions(before)}"
        return f"{self.voice.say(_many(self.client.posts_before, 'post'))}{figures}"

    def _interactions(self, count: int) -> str:
        return self.voice.say(f"{count:,} interactions")

    # ── tables ──

    def _accounts(self, accounts: Sequence[AccountWeek]) -> Iterator[str]:
        yield from self._head("Account", "Posts", *HEADS, "Best hours")
        for account in accounts:
            name = f"{plain(account.platform_name)} {plain(account.account)}"
            hours = self._hours(account.hours) or self.voice.say("too few posts to say")
            problem = f"; {plain(self.voice.say(account.problem))}" if account.problem else ""
            yield _row([name, str(account.posts), *(self._figure(account.counts.get(n)) for n in NAMES), hours + problem])

    def _posts(self, posts: Sequence[Posted]) -> Iterator[str]:
        say = self.voice.say
        yield from self._head("When", "Account", "Post", *HEADS, "Note")
        for post in posts:
            title = _short(post.title) + (f" ({say(f'{post.parts} parts')})" if post.parts > 1 else "")
            name = f"[{title}](<{_address(post.url)}>)" if post.url else title
            figures = (self._figure(post.counts.get(n)) for n in NAMES)
            yield _row([self._when(post.published_at), plain(post.account), name, *figures, plain(say(post.note)) or " "])

    def _proofs(self, posts: Sequence[Posted]) -> Iterator[str]:
        say = self.voice.say
        yield from self._head("Post", "Approved by", "When", "AI label", "Told to readers", "Seal")
        for post in posts:
            by = plain(post.approved_by) or "–"
            if post.on_behalf:
                by += f", {say('for the client:')} {self.voice.quoted(plain(post.on_behalf))}"
            at = self._when(post.approved_at) if post.approved_at is not None else "–"
            told = plain(say(post.told) or say("nothing"))
            yield _row([f"{plain(post.account)}: {_short(post.title)}", by, at, plain(say(post.ai)), told, post.seal])

    def _head(self, *cells: str) -> Iterator[str]:
        said = (self.voice.say(cell) for cell in cells)
        yield _row([cell[:1].upper() + cell[1:] for cell in said])
        yield _row(["---:" if cell in HEADS or cell == "Posts" else "---" for cell in cells])

    def _named(self, post: Posted) -> str:
        figures = self._interactions(post.counts.interactions or 0)
        return f"{self.voice.quoted(_short(post.title))}, {plain(post.account)}, {self._when(post.published_at)}: {figures}"

    def _when(self, at: int) -> str:
        return self.voice.say(f"{day_words(at, self.report.tz)} {clock_words(at, self.report.tz)}")


def _short(title: str) -> str:
    """Whole words, as text."""
    return plain(shorten(title, TITLE))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _address(url: str) -> str:
    return re.sub(r"[<>|\\\s]", "", url)


def local_iso(at: int | None, tz: str) -> str:
    """RFC 3339 with the zone's offset, or empty."""
    return "" if at is None else from_micros(at, tz).isoformat(timespec="seconds")
