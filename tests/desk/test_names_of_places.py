"""What clients and accounts are called where somebody decides about them: by one name, and never taken for another."""

from __future__ import annotations

from pathlib import Path

from tests.desk.house import WORKSPACE, house

MIXED = WORKSPACE.replace(
    "{ platform: bluesky, handle: bike.example,", '{ platform: bluesky, handle: bike.example, server: "http://127.0.0.1:9/bluesky",'
)
PRETEND = MIXED.replace("handle: kawa.example,", 'handle: kawa.example, server: "http://localhost:9/bluesky",').partition("  ms-kawa")[
    0
] + (MIXED[MIXED.index("  bs-bike") :].replace(", ms-kawa, ig-kawa", ""))


async def names(root: Path, workspace: str) -> tuple[dict[str, str], str]:
    async with house(root, None, workspace) as h:
        made = await h.desk.new_post(title="Bells", text={"en": "New bells"}, accounts=["bs-bike"])
        return {one.name: one.platform_name for one in await h.desk.accounts()}, made.deliveries[0].platform_name


async def test_beside_real_accounts_those_of_this_computer_are_called_so(tmp_path: Path) -> None:
    accounts, delivery = await names(tmp_path, MIXED)
    assert accounts == {"bs-kawa": "Bluesky", "ms-kawa": "Mastodon", "ig-kawa": "Instagram", "bs-bike": "Bluesky (this computer)"}
    assert delivery == "Bluesky (this computer)"


async def test_where_everything_is_pretend_the_top_line_says_it(tmp_path: Path) -> None:
    accounts, delivery = await names(tmp_path, PRETEND)
    assert accounts == {"bs-kawa": "Bluesky", "bs-bike": "Bluesky"}
    assert delivery == "Bluesky"


async def test_a_client_on_hold_has_the_name_that_people_use(tmp_path: Path) -> None:
    async with house(tmp_path, None) as h:
        await h.desk.hold(client="kawa")
        await h.desk.hold(account="bs-bike")
        assert {hold.name for hold in (await h.desk.overview()).holds} == {"Kawa Wrocław", "bs-bike"}
