"""From loaded files to what they want of every key: files measured, slots dealt, texts composed and labelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.contract import MediaItem
from config.loaded import Loaded
from config.media import probe
from config.resolved import Fixed, InSlot, ResolvedPost
from config.times import from_micros
from drafting.provenance import Attributed
from scheduler import lifecycle
from scheduler.accounts.named import Checkers, StoredAccount
from scheduler.content.compose import Script, compose, item_of, script_of
from scheduler.content.labels import NOTHING_KNOWN, Sources, drafted_of, label
from scheduler.plan.stored import Stored, busy_without
from scheduler.plan.wanted import FileUnit, said_before, said_of, timing_of
from scheduler.slots import Busy, Dealt, Want, deal
from scheduler.units.model import EDITABLE, Timing, Unit, Wanted


@dataclass(frozen=True, slots=True)
class Gathering:
    """What the files want, with everything it takes to compare it with the store."""

    loaded: Loaded
    stored: Stored
    accounts: Mapping[str, StoredAccount]
    checkers: Checkers
    sources: Mapping[str, Sources]
    """By `campaign/post`."""
    renames: Mapping[str, str]
    """New key → old key."""
    now: int
    repack: bool = False

    def units(self) -> list[FileUnit]:
        """Every key of the files, in their order."""
        dealt = self._deal()
        return [self._unit(post, dealt) for post in self.loaded.posts]

    def _unit(self, post: ResolvedPost, dealt: Mapping[str, Dealt]) -> FileUnit:
        known = self._known(post)
        found = dealt.get(post.key)
        if isinstance(post.when, InSlot) and found is None and known is not None:
            timing: Timing | None = known.timing
        else:
            timing = timing_of(post, self.loaded.campaigns[post.campaign], found)
        why = found.why if found is not None else ""
        wanted, origins = self._wanted(post, timing)
        return FileUnit(post, wanted, timing, why, origins)

    def _wanted(self, post: ResolvedPost, timing: Timing | None) -> tuple[Wanted, Attributed | None]:
        if not post.parts:
            return Wanted(), None
        account, workspace, sources = self.accounts[post.account], self.loaded.workspace, self.sources_of(post)
        script = self.script(post)
        labelled = label(script, sources, workspace.policy, workspace.join)
        due = timing.due if timing is not None and timing.due is not None else 0
        wanted = self.checkers.wanted(compose(script, account.target, labelled.told, due), account.account)
        by_model = bool(sources.before or sources.drafted) or labelled.ai_share > 0
        return wanted, labelled.origins if by_model else None

    def script(self, post: ResolvedPost) -> Script:
        """The post with its files measured."""
        return script_of(post, [tuple(item_of(media, probe(media.path)) for media in part.media) for part in post.parts])

    def sources_of(self, post: ResolvedPost) -> Sources:
        """Where its texts come from: what this store recorded, and what the file says."""
        known = self.sources.get(f"{post.campaign}/{post.post}", NOTHING_KNOWN)
        return Sources(known.outputs, drafted_of(post), post.text_ai, known.before)

    def _known(self, post: ResolvedPost) -> Unit | None:
        return self.stored.side.units.get(self.renames.get(post.key, post.key))

    # ── slots ──

    def _deal(self) -> dict[str, Dealt]:
        wants: list[Want] = []
        moving: list[Unit] = []
        for post in self.loaded.posts:
            if not isinstance(post.when, InSlot):
                continue
            known = self._known(post)
            if known is not None and not self._is_dealt(post, known):
                continue
            if known is not None:
                moving.append(known)
            held = self.stored.held.get(known.key) if known is not None else None
            wants.append(Want(post.key, post.account, post.campaign, post.when.slots, held))
        busy = busy_without(self.stored.room, moving)
        busy.paces = {name: self.loaded.workspace.pace_of(name) for name in self.loaded.workspace.accounts}
        self._add_fixed(busy)
        return deal(wants, busy, self.loaded.campaigns, self.now, repack=self.repack)

    def _add_fixed(self, busy: Busy) -> None:
        """Posts of the files with a time of their own stand in the way too, also before the store has them."""
        for post in self.loaded.posts:
            if isinstance(post.when, Fixed) and post.when.instant > self.now and self._known(post) is None:
                busy.add(post.account, post.when.instant, from_micros(post.when.instant, post.when.tz).date())

    def _is_dealt(self, post: ResolvedPost, known: Unit) -> bool:
        """Whether a known key takes part: it may still change, and no person gave it a time of its own."""
        if known.state == lifecycle.State.CANCELLED:
            return True
        asked_anew = said_of(post) != said_before(known.applied)
        return known.state in EDITABLE and (known.timing.slot is not None or asked_anew)


def media_of(units: Sequence[FileUnit]) -> list[MediaItem]:
    """All files of all units."""
    return [item for unit in units for publication in unit.wanted.publications for item in publication.media]
