"""A campaign's schedule as values: dates, slots, blackouts, quiet hours. Every mistake is said at its place."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from config.brand import Brand
from config.campaign import Campaign
from config.diagnostics import Diagnostic, diagnostic
from config.document import Step
from config.loaded import Blackout, Moved, ResolvedCampaign, SlotRule
from config.nearest import did_you_mean
from config.pace import Quiet, parse_hours
from config.reading import CampaignFiles
from config.times import TimeError, parse_clock, parse_day, parse_rule
from config.workspace import Workspace

_T = TypeVar("_T")


class Scheduling:
    """Turns one campaign's model into values."""

    def __init__(self, files: CampaignFiles, workspace: Workspace, found: list[Diagnostic]) -> None:
        self.files = files
        self.model: Campaign = files.model
        self.workspace = workspace
        self.found = found

    def resolve(self, brands: Mapping[str, Brand], folder: str) -> ResolvedCampaign:
        """The campaign without its posts. `folder`: its path from the workspace."""
        model = self.model
        starts, ends = self._dates()
        accounts = self.known_accounts(model.accounts, ("accounts",))
        return ResolvedCampaign(
            id=model.id,
            title=model.title,
            status=model.status,
            owner=model.owner,
            labels=model.labels,
            starts=starts,
            ends=ends,
            tz=model.timezone or self.workspace.timezone,
            languages=model.languages or self._languages(accounts),
            brand=self._brand(brands, folder, accounts),
            accounts=accounts,
            slots=self._slots(starts),
            blackout=self._blackout(),
            min_gap=model.schedule.min_gap,
            late=model.schedule.late,
            quiet_hours=self._quiet_hours(),
            daily_max=model.schedule.daily_max,
            moved=tuple(Moved(rename.from_, rename.to) for rename in model.moved),
            file=self.files.document.source.file,
            place=self.files.document.place("id"),
        )

    def known_accounts(self, names: tuple[str, ...], path: tuple[Step, ...]) -> tuple[str, ...]:
        """Those accounts that daypart.yaml knows; the others are errors."""
        out = []
        for number, name in enumerate(names):
            if name in self.workspace.accounts:
                out.append(name)
            else:
                hints = did_you_mean(name, self.workspace.accounts, "accounts in daypart.yaml")
                self._say("E302", (*path, number), f"unknown account '{name}'", *hints)
        return tuple(out)

    def _say(self, code: str, path: tuple[Step, ...], message: str, *hints: str) -> None:
        self.found.append(diagnostic(code, self.files.document.place(*path), message, *hints, key=self.model.id))

    def _try(self, parse: Callable[[str], _T], text: str, *path: Step) -> _T | None:
        try:
            return parse(text)
        except TimeError as error:
            self._say(error.code, path, error.message, *error.hints)
            return None

    def _languages(self, accounts: tuple[str, ...]) -> tuple[str, ...]:
        spoken = tuple(dict.fromkeys(tag for name in accounts for tag in self.workspace.accounts[name].languages))
        spoken = spoken or self.workspace.languages()
        if not spoken:
            self._say("E202", (), "'languages' is missing", "write languages: [en], here or at the accounts")
        return spoken

    def _dates(self) -> tuple[date | None, date | None]:
        starts = self._try(parse_day, self.model.starts, "starts") if self.model.starts is not None else None
        ends = self._try(parse_day, self.model.ends, "ends") if self.model.ends is not None else None
        if starts and ends and ends < starts:
            self._say("E412", ("ends",), f"'{ends}' is before the start", f"starts: {starts}")
            return starts, None
        return starts, ends

    def _brand(self, brands: Mapping[str, Brand], folder: str, accounts: tuple[str, ...]) -> Brand | None:
        if self.model.brand is not None:
            path = os.path.normpath(f"{folder}/{self.model.brand}")
            if path not in brands and not (self.files.folder / self.model.brand).is_file():
                near = did_you_mean(path, brands, "brands")
                self._say("E308", ("brand",), f"there is no brand '{self.model.brand}'", *near)
            return brands.get(path)
        clients = {self.workspace.client_of(account) for account in accounts}
        client = self.workspace.clients.get(next(iter(clients)) or "") if len(clients) == 1 else None
        return brands.get(os.path.normpath(client.brand)) if client is not None and client.brand else None

    def _slots(self, starts: date | None) -> dict[str, SlotRule]:
        out = {}
        for name, slot in self.model.schedule.slots.items():
            base: tuple[Step, ...] = ("schedule", "slots", name)
            rule = self._try(parse_rule, slot.rule, *base, "rule")
            clock = self._try(parse_clock, slot.at, *base, "at")
            accounts = self.known_accounts(slot.accounts, (*base, "accounts"))
            if rule is not None and rule.needs_anchor and starts is None:
                self._say("E410", (*base, "rule"), "this rule needs a first day", "write starts: in the campaign, or BYDAY=MO in the rule")
            elif rule is not None and clock is not None:
                place = self.files.document.key_place(*base)
                out[name] = SlotRule(name, slot.rule, clock.isoformat("minutes"), accounts, place)
        return out

    def _blackout(self) -> tuple[Blackout, ...]:
        out = []
        for number, days in enumerate(self.model.schedule.blackout):
            base: tuple[Step, ...] = ("schedule", "blackout", number)
            first = self._try(parse_day, days.from_, *base, "from")
            last = first if days.to is None or days.to == days.from_ else self._try(parse_day, days.to, *base, "to")
            if first is None or last is None:
                continue
            if last < first:
                self._say("E412", (*base, "to"), f"'{last}' is before the start", f"from: {first}")
            else:
                out.append(Blackout(first, last, days.why))
        return tuple(out)

    def _quiet_hours(self) -> tuple[Quiet, ...]:
        spans = enumerate(self.model.schedule.quiet_hours)
        read = [self._try(parse_hours, text, "schedule", "quiet_hours", number) for number, text in spans]
        return tuple(span for span in read if span is not None)
