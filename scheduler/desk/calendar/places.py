"""Free slots: places in the week that campaigns name and no post has taken, kept free of posts too near and of quiet hours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, text

from config.loaded import Loaded, ResolvedCampaign
from config.times import from_micros
from config.workspace import Workspace
from scheduler.clean import clean_line
from scheduler.clock import DAY, MINUTE
from scheduler.desk.calendar.views import NEAR_MINUTES, Filter, FreeSlot
from scheduler.slots import HORIZON_DAYS, Busy, Place, Want, open_places

_PLANNED = text(
    "SELECT a.name, d.due, d.tz FROM delivery d JOIN account a ON a.id = d.account_id WHERE d.due >= :first AND d.due < :last"
    " AND d.parent_id IS NULL AND d.state NOT IN ('cancelled', 'missed', 'refused')"
)
_TAKEN = text("SELECT series_id, local_date FROM series_slot WHERE local_date >= :first")


def read_busy(conn: Connection, now: int, workspace: Workspace) -> Busy:
    """What stands in the way from now to the horizon."""
    first = from_micros(now - DAY).date()
    taken = {(row.series_id, date.fromisoformat(row.local_date)) for row in conn.execute(_TAKEN, {"first": first.isoformat()})}
    busy = Busy(taken=taken, paces={name: workspace.pace_of(name) for name in workspace.accounts})
    for name, due, tz in conn.execute(_PLANNED, {"first": now - 2 * DAY, "last": now + (HORIZON_DAYS + 2) * DAY}):
        busy.add(name, due, from_micros(due, tz).date())
    return busy


def find_free(loaded: Loaded, busy: Busy, wanted: Filter, names: Sequence[str], first: date, last: date, now: int) -> list[FreeSlot]:
    """Free slots of the accounts on local days of the span, by time."""
    wants = [want for campaign in loaded.campaigns.values() for want in _wants(campaign, names, wanted)]
    found = [
        _free(want, place, loaded.workspace)
        for want, place in open_places(wants, busy, loaded.campaigns, now)
        if first <= place.day <= last and not busy.too_near(want.account, place.at.instant, NEAR_MINUTES * MINUTE)
    ]
    return sorted(found, key=lambda slot: (slot.at, slot.account, slot.slot))


def _wants(campaign: ResolvedCampaign, names: Sequence[str], wanted: Filter) -> Iterable[Want]:
    if campaign.status != "active" or wanted.campaign not in (None, campaign.id):
        return
    for name in names:
        slots = tuple(slot.name for slot in campaign.slots.values() if name in (slot.accounts or campaign.accounts))
        if slots:
            yield Want(f"{campaign.id}/?@{name}", name, campaign.id, slots)


def _free(want: Want, place: Place, workspace: Workspace) -> FreeSlot:
    client = workspace.client_of(want.account)
    return FreeSlot(
        at=place.at.instant,
        day=place.day,
        time=place.at.wall[11:16],
        tz=place.at.tz,
        slot=place.slot,
        campaign=want.campaign,
        account=want.account,
        client=client,
        client_name=clean_line(workspace.clients[client].name) if client else clean_line(workspace.name),
        note={"gap": "the clocks go forward that night, so it is later", "fold": "that time comes twice, it is the first", "": ""}[
            place.shift
        ],
    )
