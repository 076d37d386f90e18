"""Posts that went out, with figures of several days, as the engine and the service would have left them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, update

from adapters.contract import Figures, NoFigures
from scheduler.figures import rows
from scheduler.figures.rows import Reading
from scheduler.store.statements import ACCOUNT, COUNTING, DELIVERY
from tests.desk.house import House, instant

THREE = """\
version: 1
id: autumn
title: Autumn
languages: [en]
posts:
  - id: beans
    accounts: [ig-kawa]
    at: 2026-11-23T09:00
    text: "Beans *for* | everyone"
    media: [{ path: media/shelf.jpg, alt: Paper bags }]
  - { id: milk, accounts: [bs-kawa], at: 2026-11-24T18:00, text: Milk from the hill }
  - { id: bells, accounts: [bs-bike], at: 2026-11-24T18:00, text: "=HYPERLINK(1) Bells" }
  - { id: later, accounts: [bs-kawa], at: 2026-11-27T18:00, text: Not yet }
"""


@dataclass
class Reported:
    """A house where time has passed and posts went out."""

    house: House

    @classmethod
    async def open(cls, house: House) -> Reported:
        """Three posts approved and published on Monday and Tuesday, one that waits; it is Friday noon."""
        house.campaign(THREE)
        await house.connected("bs-kawa", "ms-kawa", "ig-kawa", "bs-bike")
        await house.apply()
        made = cls(house)
        for key in ("autumn/beans@ig-kawa", "autumn/milk@bs-kawa", "autumn/bells@bs-bike"):
            await house.approve(key)
        await made.publish("autumn/beans@ig-kawa", "2026-11-23T09:00")
        await made.publish("autumn/milk@bs-kawa", "2026-11-24T18:00")
        await made.publish("autumn/bells@bs-bike", "2026-11-24T18:00")
        house.clock.now = instant("2026-11-27T12:00")
        return made

    async def publish(self, key: str, at: str) -> None:
        """As the engine leaves it."""
        number = abs(hash(key)) % 10**9
        await self.house.put(key, "published", published_at=instant(at), remote_id=f"r{number}", remote_url=f"https://example.org/{number}")

    async def told(self, key: str, day: str, figures: Figures | NoFigures) -> None:
        """As the service keeps what it read at noon of that day."""
        delivery = (await self.house.desk.delivery(key)).id
        at = instant(f"{day}T12:00")

        def operation(conn: Connection) -> None:
            account = conn.execute(DELIVERY.select().where(DELIVERY.c.id == delivery)).one().account_id
            rows.keep(conn, Reading(account, [(delivery, figures)]), day, at)

        await self.house.desk.store.write(operation)

    async def trouble(self, account: str, words: str) -> None:
        """The last reading of an account's figures did not work."""

        def operation(conn: Connection) -> None:
            account_id = conn.execute(ACCOUNT.select().where(ACCOUNT.c.name == account)).one().id
            values = {"at": self.house.clock.now, "problem": words}
            if conn.execute(update(COUNTING).where(COUNTING.c.account_id == account_id).values(values)).rowcount == 0:
                conn.execute(insert(COUNTING).values(account_id=account_id, **values))

        await self.house.desk.store.write(operation)
