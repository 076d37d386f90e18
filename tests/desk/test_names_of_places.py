"""A pretend account beside a real one is called so wherever somebody decides about it."""

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
