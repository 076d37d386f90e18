"""The file a client answers: self-contained, harmless whatever stands in it, and with a seal only where a yes is asked for."""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from adapters.contract import MediaItem
from scheduler.errors import NotFoundError, UsageError
from scheduler.signoff.pictures import ident, inline
from tests.desk.house import CAMPAIGN, WORKSPACE, House, house

KEY = "autumn/teaser@bs-kawa"
VOID = {"meta", "img", "br"}
HARMLESS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "nav", "footer", "section", "article", "figure", "figcaption",
    "div", "span", "p", "h1", "h2", "h3", "ol", "li", "a", "img", "br", "strong", "bdi", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
NASTY = '</div><script>alert(1)</script><img src=x onerror="alert(2)"> & "quoted" <b>'


class Parsed(HTMLParser):
    """A page, read as strictly as a machine can: every tag is closed in its order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def of(self, tag: str) -> Iterator[dict[str, str]]:
        return (attrs for name, attrs in self.tags if name == tag)


async def exported(h: House, *more: str, language: str | None = None) -> Parsed:
    file = h.root / "out.html"
    await h.desk.export_review("kawa", more[0] if more else "2026-W49", file, language)  # type: ignore[arg-type]
    return Parsed(file.read_text("utf-8"))


async def ready(h: House, *names: str) -> None:
    await h.connected(*(names or ("bs-kawa",)))
    await h.apply()


async def test_one_post_with_its_seal_time_picture_and_how_to_answer(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await ready(h)
        done = await h.desk.export_review("kawa", "2026-W49", tmp_path / "out.html")
        assert done.words == "Kawa Wrocław, 2026-W49: 1 post, 1 seal to answer, 0 agreed already"
        assert done.waits == ()
        page = Parsed(done.file.read_text("utf-8"))
        view = await h.desk.delivery(KEY)
        assert page.text.count(view.seal) == 2  # under the post, and in the table of all
        assert "Something darker is resting on the shelf." in page.text
        assert "Monday 30 November 2026, 12:15 (CET)" in page.text
        assert "All times: Europe/Warsaw." in page.text
        assert "@kawa.example · Bluesky" in page.text
        assert "Made by people." in page.text
        assert "Send back this seal." in page.text
        [picture] = page.of("img")
        assert picture["alt"] == "Paper bags on a shelf"
        assert "Paper bags on a shelf" in page.text
        shown = Image.open(io.BytesIO(base64.b64decode(picture["src"].removeprefix("data:image/jpeg;base64,"))))
        assert (shown.format, shown.size) == ("JPEG", (1080, 1080))
        assert (await h.desk.history(KEY))[-1].why == f"put into the review file for Kawa Wrocław (seal {view.seal}, Mon 30 Nov 12:15 CET)"
        await h.desk.record_word("Jan", [view.seal])
        assert "Agreed already: Jan, Sun 22 Nov." in (again := await exported(h)).text
        assert view.seal not in again.text


async def test_nothing_in_it_reaches_out_or_runs(tmp_path: Path) -> None:
    nasty = CAMPAIGN.replace("Something darker is resting on the shelf.", f"'{NASTY} https://evil.example/x.png'").replace(
        "alt: Paper bags on a shelf", f"alt: '{NASTY}'"
    )
    workspace = WORKSPACE.replace("name: Kawa Wrocław", 'name: "Kawa <script>alert(3)</script>"')
    async with house(tmp_path, nasty, workspace) as h:
        await ready(h)
        page = await exported(h)
        assert {tag for tag, _ in page.tags} <= HARMLESS
        for _tag, attrs in page.tags:
            assert not [name for name in attrs if name.startswith("on") or name in {"style", "srcset", "action", "background"}]
            assert attrs.get("href", "#").startswith("#")
            assert attrs.get("src", "data:image/jpeg;base64,").startswith("data:image/jpeg;base64,")
        assert NASTY in page.text
        assert [attrs["alt"] for attrs in page.of("img")] == [NASTY]
        assert "Kawa <script>alert(3)</script>" in page.text
        [policy] = [attrs["content"] for attrs in page.of("meta") if attrs.get("http-equiv") == "Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
        body = (tmp_path / "out.html").read_text("utf-8")
        assert "url(" not in body
        assert "@import" not in body


async def test_the_policy_allows_exactly_the_style_that_is_there(tmp_path: Path) -> None:
    import hashlib

    async with house(tmp_path) as h:
        await ready(h)
        await exported(h)
        body = (tmp_path / "out.html").read_text("utf-8")
        [style] = re.findall(r"<style>(.*?)</style>", body, re.S)
        hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"&#x27;sha256-{hashed}&#x27;" in body


async def test_every_account_of_a_post_has_its_own_seal(tmp_path: Path) -> None:
    campaign = CAMPAIGN.replace("[bs-kawa]", "[bs-kawa, ig-kawa]").replace("alt: Paper bags on a shelf", "alt: { en: Bags, pl: Torby }")
    long = "Something darker is resting on the shelf. " + "And it smells of plums and of smoke. " * 5
    campaign = campaign.replace("text: Something darker is resting on the shelf.", f"text: {{ en: '{long}', pl: 'Coś ciemniejszego.' }}")
    async with house(tmp_path, campaign) as h:
        await ready(h, "bs-kawa", "ig-kawa")
        page = await exported(h)
        seals = [(await h.desk.delivery(f"autumn/teaser@{name}")).seal for name in ("bs-kawa", "ig-kawa")]
        assert len(set(seals)) == 2
        assert all(seal in page.text for seal in seals)
        assert len(list(page.of("article"))) == 1
        assert "from here on, readers tap “more”" in page.text  # Instagram folds
        assert [attrs["alt"] for attrs in page.of("img")] == ["Bags", "Bags / Torby"]


async def test_what_nobody_could_approve_has_no_seal(tmp_path: Path) -> None:
    async with house(tmp_path, CAMPAIGN + "  - { id: later, at: 2026-12-01T12:15, brief: Say something }\n") as h:
        await h.apply()  # not connected: connecting gives it another seal
        done = await h.desk.export_review("kawa", "2026-W49", tmp_path / "out.html")
        page = Parsed(done.file.read_text("utf-8"))
        assert done.sealed == 0
        assert done.waits == (
            f"{KEY} has no seal: the account is not connected: daypart account connect bs-kawa",
            "autumn/later@bs-kawa is not in it: it has no text yet",
        )
        assert "Not ready for your answer yet." in page.text
        assert (await h.desk.delivery(KEY)).seal not in page.text


async def test_a_policy_about_who_approves_does_not_keep_the_client_from_reading(tmp_path: Path) -> None:
    async with house(tmp_path, workspace=WORKSPACE + "policy: { approvers: [berta], four_eyes: true }\n") as h:
        await ready(h)
        assert (await h.desk.delivery(KEY)).seal in (await exported(h)).text


async def test_the_words_of_a_model_are_marked_and_what_is_told_stands_in_sentences(tmp_path: Path) -> None:
    async with house(tmp_path, CAMPAIGN.replace("    media:", "    text_ai: generated\n    media:")) as h:
        await ready(h)
        page = await exported(h)
        assert [attrs for attrs in page.of("span") if attrs.get("class") == "ai"]
        assert "Mostly made by AI." in page.text
        assert "AI wrote 100 % of the letters" in page.text
        line = (await h.desk.delivery(KEY)).disclosure.line
        assert f"Readers see the line “{line}”." in page.text


async def test_polish_for_a_polish_client(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await ready(h)
        page = await exported(h, language="pl")
        assert next(page.of("html"))["lang"] == "pl"
        assert "poniedziałek 30 listopada 2026, 12:15 (CET)" in page.text
        assert "Proszę odesłać tę pieczęć." in page.text
        h.workspace("languages: [en]", "languages: [pl, en]")
        h.workspace("languages: [en, pl] }\n  ig", "languages: [pl] }\n  ig")
        assert h.desk._language("kawa") == "pl"


async def test_only_this_client_and_this_week(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await ready(h)
        assert "Nothing is planned for these days yet." in (await exported(h, "2026-W50")).text
        assert KEY.partition("@")[0] not in (await exported(h, "this")).text
        with pytest.raises(NotFoundError, match="there is no client 'kafa'") as caught:
            await h.desk.export_review("kafa", "this")
        assert caught.value.hint == "did you mean 'kawa'?"
        with pytest.raises(UsageError, match="say for which client"):
            await h.desk.export_review(None, "this")
        with pytest.raises(UsageError, match="'soon' is not a week: write this, next, 2026-W47"):
            await h.desk.export_review("kawa", "soon")


async def test_a_file_of_somebody_else_stays(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        await ready(h)
        file = tmp_path / "out.html"
        file.write_text("my notes", "utf-8")
        with pytest.raises(UsageError, match="is no review file"):
            await h.desk.export_review("kawa", "2026-W49", file)
        assert file.read_text("utf-8") == "my notes"
        file.unlink()
        await exported(h)
        await exported(h)  # ours may be made anew
        assert [name for name in os.listdir(tmp_path) if name.startswith(".out")] == []


def item(path: Path, name: str, mime: str = "image/jpeg") -> MediaItem:
    return MediaItem(name * 64, mime, path.stat().st_size, 2000, 1500, None, "", path, name=path.name)


def noisy(path: Path, size: tuple[int, int] = (1400, 1050)) -> Path:
    Image.effect_noise(size, 90).convert("RGB").save(path, quality=95)
    return path


def test_pictures_shrink_until_all_of_them_fit(tmp_path: Path) -> None:
    found = [item(noisy(tmp_path / f"{name}.jpg"), name) for name in "abc"]
    for budget in (1_500_000, 400_000, 120_000):
        shown = inline([*found, found[0]], budget)
        assert set(shown) == {ident(one) for one in found}
        assert sum(len(address) for address in shown.values()) + len(shown[ident(found[0])]) <= budget
    assert len(inline(found, 30_000)) in (1, 2)  # no room for all of them: a card stands there
    assert inline(found, 10) == {}


def test_what_is_no_picture_is_left_out_and_a_clear_one_stands_on_white(tmp_path: Path) -> None:
    broken, clear = tmp_path / "a.jpg", tmp_path / "b.png"
    broken.write_bytes(b"\xff\xd8\xff\xe0 nothing")
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(clear)
    gone = MediaItem("c" * 64, "image/jpeg", 1, 1, 1, None, "", tmp_path / "gone.jpg")
    shown = inline([item(broken, "a"), item(clear, "b", "image/png"), gone])
    [address] = shown.values()
    picture = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
    assert picture.getpixel((20, 20)) == (255, 255, 255)


def test_where_a_photo_was_taken_does_not_leave(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x010E] = "at home, 51.1 N 17.0 E"
    Image.new("RGB", (60, 30), "red").save(path, exif=exif)
    [address] = inline([item(path, "a")]).values()
    assert b"at home" not in base64.b64decode(address.partition(",")[2])


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_a_film_shows_its_cover(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    source = ["-f", "lavfi", "-i", "color=c=red:s=64x64:d=0.4:r=10"]
    subprocess.run(["ffmpeg", "-v", "error", *source, "-pix_fmt", "yuv420p", str(film)], check=True, timeout=60)
    [address] = inline([item(film, "a", "video/mp4")]).values()
    red, green, _ = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).getpixel((32, 32))  # type: ignore[misc]
    assert red > 200 > 60 > green


def _light(color: str) -> float:
    """Relative luminance, as accessibility rules define it."""
    digits = color if len(color) == 6 else "".join(sign * 2 for sign in color)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "paper"])
def test_everything_can_be_read(scheme: int) -> None:
    from scheduler.signoff.style import STYLE

    colors = dict(re.findall(r"--([a-z-]+): #([0-9a-f]{3,6})", re.findall(r":root \{(.*?)\}", STYLE, re.S)[scheme]))
    on = {"ink": ("paper", "card"), "quiet": ("paper", "card"), "seal": ("seal-paper",), "warn": ("card",), "mark": ("card",)}
    for ink, papers in on.items():
        for paper in papers:
            bright, dark = sorted((_light(colors[ink]), _light(colors[paper])), reverse=True)
            assert (bright + 0.05) / (dark + 0.05) >= 4.5, f"{ink} on {paper}"
