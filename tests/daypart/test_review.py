"""A client's sign-off from end to end: the file goes out, a seal comes back."""

from __future__ import annotations

from tests.daypart.rig import TEASER, Place, entry, said, tomorrow


def test_the_file_goes_out_and_a_seal_comes_back(planned: Place) -> None:
    week = tomorrow()[:10]
    made = planned("review", "export", "--client", "kawa", "--week", week)
    name = made.out.partition(" ")[0]
    assert "Kawa, " in made.out
    assert "1 post, 1 seal to answer" in made.out
    assert "daypart approve --on-behalf" in made.err
    page = (planned.root / name).read_text("utf-8")
    digest = str(planned.show(TEASER)["digest"])
    seal = f"{digest[:4]} {digest[4:8]}"
    assert page.count(seal) == 2
    assert "put into the review file for Kawa" in planned("history", TEASER).out
    planned("approve", "--on-behalf", "Jan", "--seal", seal)
    again = planned("review", "export", "--client", "kawa", "--week", week, "--json").json
    assert (again["file"], again["posts"], again["sealed"], again["agreed"]) == (name, 1, 0, 1)
    planned.campaign(entry("teaser", said("Something is coming, for 39 zł")))
    planned("apply", "--yes")
    planned("review", "export", "--client", "kawa", "--week", week, "--out", "second.html", "--language", "pl")
    assert "Something is coming, for 39 zł" in (planned.root / "second.html").read_text("utf-8")
    assert '<html lang="pl">' in (planned.root / "second.html").read_text("utf-8")


def test_what_the_export_does_not_understand(planned: Place) -> None:
    assert "say for which client" in planned("review", "export", code=64).err
    assert "there is no client 'kafa'" in planned("review", "export", "--client", "kafa", code=66).err
    assert "'soon' is not a week" in planned("review", "export", "--client", "kawa", "--week", "soon", code=64).err
    assert "cannot be read or written" in planned("review", "export", "--client", "kawa", "--out", "no/such/folder.html", code=74).err
