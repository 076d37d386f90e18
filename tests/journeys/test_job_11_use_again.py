"""Use again what worked: find it, let it come round by itself, and plan it once more in other words."""

from __future__ import annotations

from datetime import datetime

from scheduler.clock import DAY
from tests.journeys.office import Office, at, next_monday

FIRST, AGAIN = "Latte art for beginners", "Latte art for beginners, now with oat milk"


def used_again(office: Office, key: str) -> None:
    """A new draft that nobody approved, and a rule about the old post: it rests now, and comes to mind again when it has rested."""
    found = office.place("library", "latte", "--json").json["posts"]
    [old] = [post for post in found if post["post"] == key.partition("@")[0]]
    rests = datetime.fromisoformat(old["rests_until"]) - datetime.fromisoformat(old["last_used"])
    assert (old["used"], rests.days) == (1, 60)
    rules = {post["post"]: post["evergreen"] for post in found}
    assert "60 days" in str(rules.pop(key.partition("@")[0]))
    [draft] = rules
    shown = office.place.show(f"{draft}@bs-kawa")
    assert (shown["state"], shown["approval"], shown["due"][:16]) == ("draft", None, f"{next_monday():%Y-%m-%d}T09:00")
    assert AGAIN in office.place("post", "show", f"{draft}@bs-kawa").out
    assert office.place.texts() == [FIRST]
    office.place("post", "delete", draft)  # while a copy waits, the old one is not suggested at all
    assert office.place("library", "--suggest", "--json").json["suggestions"] == []
    office.place.set_clock(60 * DAY)
    [again] = office.place("library", "--suggest", "--json").json["suggestions"]
    assert (again["post"], again["account"]) == (old["post"], "bs-kawa")


async def test_with_keys(office: Office) -> None:
    key = office.published(FIRST, "bs-kawa")
    office.new("Something else entirely", "ms-roof")
    async with office.desk() as hands:
        await hands.press("7", "/")
        await hands.type("latte")
        await hands.press("enter")
        await hands.gone("Something else")
        await hands.press("E")
        await hands.see("Days of rest after each use")
        await hands.type("60 5")
        await hands.press("enter")
        await hands.gone("Days of rest after each use")
        await hands.press("c")
        await hands.see("Use again", "[x] Bluesky bs-kawa")
        await hands.press("tab")
        await hands.type(at(next_monday(), "9:00"))
        await hands.press("enter")
        await hands.see("once more: the draft is made")
        await hands.press("enter")
        await hands.see("Does it fit?")
        await hands.type(AGAIN.removeprefix(FIRST))
        await hands.press("ctrl+s")
        await hands.see("Saved.")
    used_again(office, key)


def test_with_commands(office: Office) -> None:
    key = office.published(FIRST, "bs-kawa")
    office.new("Something else entirely", "ms-roof")
    assert key.partition("@")[0] in office.run("library", "latte").out
    office.run("post", "evergreen", key, "--every", "60", "--most", "5")
    [made] = office.run("post", "reuse", key, "--when", at(next_monday(), "9:00"), "--json").json["deliveries"]
    office.editor(AGAIN)
    office.run("post", "edit", made["post"])
    used_again(office, key)
