"""Write a Reel: hook and beats with their seconds, what is said, shown and seen, until it takes no longer than it may."""

from __future__ import annotations

from tests.journeys.office import Office

POST = "desk/cocoa"
BEATS = (
    ("Stop scrolling, it snows chocolate", "IT SNOWS", "cocoa over foam", 3.0),
    ("From Tuesday in both shops", "From Tuesday", "", 3.5),
)
SCRIPT = """target: 7 s

[3 s]
voice: Stop scrolling, it snows chocolate
screen: IT SNOWS
shot: cocoa over foam

[3.5 s]
voice: From Tuesday in both shops
screen: From Tuesday
"""


def filmable(office: Office) -> None:
    """Two beats within seven seconds, nothing too long to say, and the caption beside them."""
    found = office.place("post", "script", POST, "--json").json
    assert [(one["voice"], one["screen"], one["shot"], one["seconds"]) for one in found["beats"]] == list(BEATS)
    assert (found["target"], found["planned"]) == (7, 6.5)
    assert [one["problems"] for one in found["beats"]] == [[], []]
    assert "Cocoa weather." in office.place("post", "show", f"{POST}@bs-kawa").out


async def test_with_keys(office: Office) -> None:
    office.place("post", "new", "--title", "Cocoa", "--text", "en=", "--account", "bs-kawa")
    async with office.desk() as hands:
        await hands.press("3")
        await hands.see("DRAFTS 1")
        await hands.press("enter")
        await hands.see("Does it fit?")
        await hands.type("Cocoa weather.")
        await hands.press("ctrl+t")
        await hands.see("No script yet.")
        for number, (voice, screen, shot, _) in enumerate(BEATS, 1):
            await hands.press("n")
            await hands.see(f"New beat {number}")
            await hands.type(voice)
            await hands.press("tab")
            await hands.type(screen)
            if shot:
                await hands.press("tab")
                await hands.type(shot)
            await hands.press("enter")
            await hands.see(f"▸ {number} ")
        await hands.press("+")
        await hands.see("3–6.5 s")
        await hands.press("T", "ctrl+u")
        await hands.type("7")
        await hands.press("enter")
        await hands.see("of 7 read aloud")
    filmable(office)


def test_with_commands(office: Office) -> None:
    office.run("post", "new", "--title", "Cocoa", "--text", "en=Cocoa weather.", "--account", "bs-kawa")
    office.run("post", "script", POST, "--file", "-", given=SCRIPT)
    assert office.run("post", "script", POST).out == SCRIPT
    filmable(office)
