"""Instagram's stand-in: it fetches, it makes you wait, it publishes a container once, and it says no in the Graph API's words."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from PIL import Image

from tests.sandbox.people import Shelf, film, graph, picture, shelf
from tests.sandbox.wire import Seen, ask
from tests.sandbox_process import Sandbox

HOSTS = ("instagram", "facebook")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """Pictures and films at public addresses."""
    folder = tmp_path_factory.mktemp("media")
    jpeg, mp4 = picture(folder), film(folder)
    png = BytesIO()
    Image.open(BytesIO(jpeg)).save(png, "PNG")
    with shelf(
        {
            "/a.jpg": (200, "image/jpeg", jpeg),
            "/b.jpg": (200, "image/jpeg", picture(folder, seed=2)),
            "/tall.jpg": (200, "image/jpeg", picture(folder, 400, 700)),
            "/wide.jpg": (200, "image/jpeg", picture(folder, 800, 300)),
            "/small.jpg": (200, "image/jpeg", picture(folder, 300, 300)),
            "/large.jpg": (200, "image/jpeg", jpeg + bytes(8_388_608)),
            "/png.jpg": (200, "image/jpeg", png.getvalue()),
            "/page.jpg": (200, "text/html", jpeg),
            "/moved.jpg": (302, "image/jpeg", b""),
            "/torn.jpg": (200, "image/jpeg", jpeg[: len(jpeg) // 2]),
            "/film.mp4": (200, "video/mp4", mp4),
            "/short.mp4": (200, "video/mp4", film(folder, seconds=1.0)),
            "/long.mp4": (200, "video/mp4", film(folder, seconds=62.0)),
            "/last.mp4": (200, "video/mp4", _moov_last(mp4)),
            "/no.mp4": (200, "video/mp4", b"this is not a film at all, sorry"),
        }
    ) as served:
        yield served


def _moov_last(mp4: bytes) -> bytes:
    """The index behind the pictures, as cameras write it."""
    first = int.from_bytes(mp4[:4], "big")
    second = first + int.from_bytes(mp4[first : first + 4], "big")
    return mp4[:first] + mp4[second:] + mp4[first:second]


@pytest.fixture
def insta(sandbox: Sandbox) -> Sandbox:
    """Nothing has to wait."""
    for host in HOSTS:
        sandbox.settings(host, image_seconds=0, video_seconds=0)
    return sandbox


def _container(sandbox: Sandbox, host: str = "instagram", **form: str) -> str:
    return str(graph(sandbox, "POST", "me/media", host=host, **form).send().json()["id"])


def _status(sandbox: Sandbox, container: str, host: str = "instagram") -> str:
    return str(graph(sandbox, "GET", container, host=host, fields="status_code,status").send().json()["status_code"])


def _publish(sandbox: Sandbox, container: str, host: str = "instagram") -> Seen:
    return graph(sandbox, "POST", "me/media_publish", host=host, creation_id=container).send()


def _codes(seen: Seen) -> tuple[int, int | None]:
    error = seen.json()["error"]
    assert error["fbtrace_id"] == "sandbox"
    return error["code"], error.get("error_subcode")


def _until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.02)


# ── who ──────────────────────────────────────────────────────────────────────


def test_who_one_is_by_either_login(sandbox: Sandbox) -> None:
    direct = graph(sandbox, "GET", "me", fields="user_id,username,account_type").send().json()
    assert (direct["username"], direct["account_type"]) == ("kawa", "BUSINESS")
    [page] = (
        graph(sandbox, "GET", "me/accounts", host="facebook", fields="id,name,access_token,tasks,instagram_business_account")
        .send()
        .json()["data"]
    )
    assert page["instagram_business_account"]["id"] == direct["user_id"]
    assert "CREATE_CONTENT" in page["tasks"]
    as_page = graph(sandbox, "GET", f"{direct['user_id']}", host="facebook", token=page["access_token"], fields="username").send().json()
    assert as_page == {"username": "kawa", "id": direct["user_id"]}


def test_dead_tokens_and_other_peoples_accounts(sandbox: Sandbox) -> None:
    assert _codes(graph(sandbox, "GET", "me", token="expired").send()) == (190, 463)
    assert _codes(graph(sandbox, "GET", "me", token="wrong").send()) == (190, None)
    assert _codes(graph(sandbox, "GET", "me", token="").send()) == (2500, None)
    other = graph(sandbox, "GET", "me", token="sandbox-bosko", fields="user_id").send().json()["user_id"]
    assert _codes(graph(sandbox, "GET", f"{other}/content_publishing_limit").send()) == (100, 33)
    in_query = ask("GET", f"{sandbox.at('instagram')}/v25.0/me?{urlencode({'access_token': 'sandbox-kawa', 'fields': 'username'})}")
    assert in_query.send().json()["username"] == "kawa"


def test_a_renewed_token_is_the_same_person(sandbox: Sandbox) -> None:
    told = graph(sandbox, "GET", "refresh_access_token", grant_type="ig_refresh_token").send().json()
    assert told["access_token"] != "sandbox-kawa"
    assert told["expires_in"] > 5_000_000
    assert graph(sandbox, "GET", "me", token=told["access_token"], fields="username").send().json()["username"] == "kawa"
    assert _codes(graph(sandbox, "GET", "refresh_access_token", token="expired", grant_type="ig_refresh_token").send()) == (190, 463)


# ── a picture from container to comment ──────────────────────────────────────


@pytest.mark.parametrize("host", HOSTS)
def test_a_picture_goes_public_only_when_published(insta: Sandbox, files: Shelf, host: str) -> None:
    container = _container(insta, host, image_url=f"{files.url}/a.jpg", caption="Zażółć", alt_text="a cup", is_ai_generated="true")
    assert _status(insta, container, host) == "FINISHED"
    assert insta.ledger() == []
    assert "facebookexternalhit" in files.asked[-1]
    media = _publish(insta, container, host).json()["id"]
    assert media != container
    assert _status(insta, container, host) == "PUBLISHED"
    [entry] = insta.ledger()
    sha = hashlib.sha256(ask("GET", f"{files.url}/a.jpg").send().body).hexdigest()
    assert (entry["platform"], entry["account"], entry["id"], entry["text"]) == (host, "kawa", media, "Zażółć")
    assert (entry["media"], entry["alt"], entry["flags"]["is_ai_generated"]) == ([sha], ["a cup"], True)
    read = graph(insta, "GET", media, host=host, fields="id,permalink,timestamp,caption,media_product_type,is_ai_generated").send().json()
    assert read["is_ai_generated"] is True
    assert (read["media_product_type"], read["permalink"]) == ("FEED", entry["url"])


def test_waiting_for_a_container(sandbox: Sandbox, files: Shelf) -> None:
    sandbox.settings("instagram", image_seconds=30)
    container = _container(sandbox, image_url=f"{files.url}/a.jpg")
    assert _status(sandbox, container) == "IN_PROGRESS"
    assert _codes(_publish(sandbox, container)) == (9007, 2207027)
    sandbox.settings("clock", now=int((time.time() + 60) * 1_000_000))
    assert _status(sandbox, container) == "FINISHED"
    assert _publish(sandbox, container).status == 200


def test_a_container_dies_after_a_day(insta: Sandbox, files: Shelf) -> None:
    waiting, published = (_container(insta, image_url=f"{files.url}/a.jpg") for _ in range(2))
    _publish(insta, published)
    insta.settings("clock", now=int((time.time() + 86_500) * 1_000_000))
    assert (_status(insta, waiting), _status(insta, published)) == ("EXPIRED", "PUBLISHED")
    assert _codes(_publish(insta, waiting)) == (-2, 2207020)
    assert len(insta.ledger()) == 1


def test_a_container_publishes_once(insta: Sandbox, files: Shelf) -> None:
    container = _container(insta, image_url=f"{files.url}/a.jpg")
    assert _publish(insta, container).status == 200
    assert _codes(_publish(insta, container)) == (24, 2207006)
    assert len(insta.ledger()) == 1


def test_the_pessimistic_platform_doubles(insta: Sandbox, files: Shelf) -> None:
    insta.settings("instagram", pessimistic=True)
    container = _container(insta, image_url=f"{files.url}/a.jpg")
    assert _publish(insta, container).json()["id"] != _publish(insta, container).json()["id"]
    assert len(insta.ledger()) == 2


def test_of_ten_at_once_one_publishes(insta: Sandbox, files: Shelf) -> None:
    container = _container(insta, image_url=f"{files.url}/a.jpg")
    seen: list[Seen] = []
    racers = [threading.Thread(target=lambda: seen.append(_publish(insta, container))) for _ in range(10)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(answer.status or 0 for answer in seen) == [200] + [400] * 9
    assert len(insta.ledger()) == 1


@pytest.mark.parametrize("call", ["container", "status", "commit"])
@pytest.mark.parametrize("point", ["before", "after"])
def test_a_container_can_run_out_at_any_call(insta: Sandbox, files: Shelf, call: str, point: str) -> None:
    insta.fault("instagram", call, "expire", point)
    container = _container(insta, image_url=f"{files.url}/a.jpg")
    first = _status(insta, container)
    published = _publish(insta, container)
    assert _status(insta, container) == "EXPIRED"
    assert _codes(published) == (-2, 2207020)
    assert len(insta.ledger()) == (call == "commit" and point == "after")
    assert first == ("FINISHED" if call == "commit" or (call, point) == ("status", "after") else "EXPIRED")


# ── other kinds ──────────────────────────────────────────────────────────────


def test_a_carousel_of_pictures_and_a_film(insta: Sandbox, files: Shelf) -> None:
    first = _container(insta, image_url=f"{files.url}/a.jpg", is_carousel_item="true", alt_text="first")
    second = _container(insta, video_url=f"{files.url}/film.mp4", media_type="VIDEO", is_carousel_item="true")
    _until(lambda: _status(insta, second) == "FINISHED", "the film")
    assert _codes(_publish(insta, first)) == (24, 2207006)
    parent = _container(insta, media_type="CAROUSEL", children=f"{first},{second}", caption="two", is_ai_generated="true")
    media = _publish(insta, parent).json()["id"]
    [entry] = insta.ledger()
    assert (len(entry["media"]), entry["alt"], entry["flags"]["media_type"]) == (2, ["first", ""], "CAROUSEL")
    read = graph(insta, "GET", media, fields="media_type,children{id},is_ai_generated").send().json()
    assert (read["media_type"], len(read["children"]["data"]), read["is_ai_generated"]) == ("CAROUSEL_ALBUM", 2, True)


def test_a_carousel_needs_two_to_ten_items_made_for_it(insta: Sandbox, files: Shelf) -> None:
    child = _container(insta, image_url=f"{files.url}/a.jpg", is_carousel_item="true")
    alone = _container(insta, image_url=f"{files.url}/a.jpg")
    for children, codes in ((child, (100, 2207028)), (",".join([child] * 11), (100, 2207028)), (f"{child},{alone}", (100, None))):
        assert _codes(graph(insta, "POST", "me/media", media_type="CAROUSEL", children=children).send()) == codes
    insta.settings("instagram", image_seconds=30)
    waiting = _container(insta, image_url=f"{files.url}/a.jpg", is_carousel_item="true")
    early = graph(insta, "POST", "me/media", media_type="CAROUSEL", children=f"{child},{waiting}")
    assert _codes(early.send()) == (9007, 2207027)
    for name in ("is_ai_generated", "caption"):
        order = {"image_url": f"{files.url}/a.jpg", "is_carousel_item": "true", name: "true"}
        assert _codes(graph(insta, "POST", "me/media", **order).send()) == (100, None)


def test_a_reel(insta: Sandbox, files: Shelf) -> None:
    container = _container(insta, media_type="REELS", video_url=f"{files.url}/film.mp4", caption="rolling")
    _until(lambda: _status(insta, container) == "FINISHED", "the film")
    media = _publish(insta, container).json()["id"]
    read = graph(insta, "GET", media, fields="media_type,media_product_type,permalink").send().json()
    assert (read["media_type"], read["media_product_type"], "/reel/" in read["permalink"]) == ("VIDEO", "REELS", True)


def test_a_story_takes_any_shape_and_is_in_no_list(insta: Sandbox, files: Shelf) -> None:
    container = _container(insta, media_type="STORIES", image_url=f"{files.url}/tall.jpg")
    media = _publish(insta, container).json()["id"]
    assert insta.ledger()[0]["kind"] == "story"
    assert graph(insta, "GET", "me/media", fields="id").send().json()["data"] == []
    assert [story["id"] for story in graph(insta, "GET", "me/stories", fields="id").send().json()["data"]] == [media]


# ── what it refuses ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        ("/small.jpg", (36003, 2207009)),
        ("/tall.jpg", (36003, 2207009)),
        ("/wide.jpg", (36003, 2207009)),
        ("/large.jpg", (36000, 2207004)),
        ("/png.jpg", (36001, 2207005)),
        ("/torn.jpg", (36001, 2207005)),
        ("/page.jpg", (9004, 2207052)),
        ("/moved.jpg", (9004, 2207052)),
        ("/missing.jpg", (9004, 2207052)),
        ("/zażółć.jpg", (9004, 2207052)),
    ],
)
def test_pictures_it_does_not_take(insta: Sandbox, files: Shelf, path: str, codes: tuple[int, int]) -> None:
    assert _codes(graph(insta, "POST", "me/media", image_url=files.url + path).send()) == codes
    if path == "/moved.jpg":
        assert files.asked[-1].startswith(path), "a redirect was followed"


def test_an_address_where_nobody_answers(insta: Sandbox) -> None:
    assert _codes(graph(insta, "POST", "me/media", image_url="http://127.0.0.1:1/a.jpg").send()) == (9004, 2207052)
    assert _codes(graph(insta, "POST", "me/media", image_url="ftp://127.0.0.1/a.jpg").send()) == (9004, 2207052)


@pytest.mark.parametrize(
    ("path", "kind", "subcode"),
    [
        ("/no.mp4", "REELS", 2207026),
        ("/short.mp4", "REELS", 2207026),
        ("/last.mp4", "REELS", 2207026),
        ("/long.mp4", "STORIES", 2207026),
        ("/a.jpg", "REELS", 2207052),
        ("/missing.mp4", "REELS", 2207052),
    ],
)
def test_films_fail_while_the_container_waits(insta: Sandbox, files: Shelf, path: str, kind: str, subcode: int) -> None:
    container = _container(insta, media_type=kind, video_url=files.url + path)
    _until(lambda: _status(insta, container) == "ERROR", "the failure")
    told = graph(insta, "GET", container, fields="status").send().json()["status"]
    assert str(subcode) in told
    assert _codes(_publish(insta, container)) == (24, 2207006)
    assert insta.ledger() == []


@pytest.mark.parametrize(
    ("form", "codes"),
    [
        ({"caption": "x" * 2201}, (36004, 2207010)),
        ({"caption": "#a " * 31}, (36004, 2207010)),
        ({"caption": "@a " * 21}, (36004, 2207010)),
        ({"alt_text": "x" * 1001}, (100, None)),
        ({"media_type": "VIDEO"}, (100, 2207023)),
        ({"media_type": "HOLOGRAM"}, (100, 2207023)),
        ({"media_type": "REELS"}, (100, None)),
        ({"image_url": ""}, (100, None)),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_containers_that_cannot_be_made(insta: Sandbox, files: Shelf, form: dict[str, str], codes: tuple[int, int | None]) -> None:
    order = {"image_url": f"{files.url}/a.jpg", **form}
    assert _codes(graph(insta, "POST", "me/media", **order).send()) == codes


def test_the_quota(insta: Sandbox, files: Shelf) -> None:
    insta.settings("instagram", quota_total=1)
    first, second = (_container(insta, image_url=f"{files.url}/a.jpg") for _ in range(2))
    _publish(insta, first)
    [told] = graph(insta, "GET", "me/content_publishing_limit", fields="config,quota_usage").send().json()["data"]
    assert told == {"quota_usage": 1, "config": {"quota_total": 1, "quota_duration": 86_400}}
    assert _codes(_publish(insta, second)) == (9, 2207042)
    assert _status(insta, second) == "FINISHED"


def test_a_field_that_does_not_exist_fails_the_whole_read(insta: Sandbox, files: Shelf) -> None:
    container = _container(insta, image_url=f"{files.url}/a.jpg")
    assert _codes(graph(insta, "GET", container, fields="status_code,error_message").send()) == (100, None)
    assert _codes(graph(insta, "GET", container, token="sandbox-bosko", fields="status_code").send()) == (100, 33)
    assert _codes(graph(insta, "GET", "17000000000000000", fields="status_code").send()) == (100, 33)
    assert graph(insta, "GET", container).send().json() == {"id": container}


# ── reading back ─────────────────────────────────────────────────────────────


def test_the_list_of_media_is_newest_first_and_starts_where_asked(insta: Sandbox, files: Shelf) -> None:
    start = int(time.time())
    made: list[str] = []
    for hours, path in enumerate(("/a.jpg", "/b.jpg", "/a.jpg")):
        insta.settings("clock", now=(start + hours * 3600) * 1_000_000)
        made.append(_publish(insta, _container(insta, image_url=files.url + path, caption=f"n{hours}")).json()["id"])
    data = graph(insta, "GET", "me/media", fields="id,caption,timestamp").send().json()["data"]
    assert [medium["id"] for medium in data] == made[::-1]
    since = graph(insta, "GET", "me/media", fields="id", since=str(start + 1800)).send().json()["data"]
    assert [medium["id"] for medium in since] == made[:0:-1]
    page = graph(insta, "GET", "me/media", fields="id", limit="2").send().json()
    rest = graph(insta, "GET", "me/media", fields="id", after=page["paging"]["cursors"]["after"]).send().json()["data"]
    assert [medium["id"] for medium in rest] == made[:1]
    insta.settings("instagram", read_lag_seconds=5000)
    assert [m["id"] for m in graph(insta, "GET", "me/media", fields="id").send().json()["data"]] == made[:1]


def test_comments(insta: Sandbox, files: Shelf) -> None:
    media = _publish(insta, _container(insta, image_url=f"{files.url}/a.jpg")).json()["id"]
    said = graph(insta, "POST", f"{media}/comments", message="first!").send().json()["id"]
    again = graph(insta, "POST", f"{media}/comments", message="first!").send().json()["id"]
    assert said != again
    graph(insta, "POST", f"{said}/replies", message="indeed").send()
    told = graph(insta, "GET", f"{media}/comments", fields="id,text,timestamp,username,replies{id}").send().json()["data"]
    assert [(comment["id"], comment["text"]) for comment in told] == [(again, "first!"), (said, "first!")]
    assert len(told[1]["replies"]["data"]) == 1
    entries = [entry for entry in insta.ledger() if entry["kind"] == "comment"]
    assert [(entry["text"], entry["reply_to"]) for entry in entries] == [("first!", media), ("first!", media), ("indeed", said)]
    assert _codes(graph(insta, "POST", f"{media}/comments", message=" ").send()) == (100, None)
    assert _codes(graph(insta, "POST", "18000000000000000/comments", message="x").send()) == (100, 33)


def test_deleting_needs_the_facebook_login(insta: Sandbox, files: Shelf) -> None:
    for host, status in (("instagram", 400), ("facebook", 200)):
        media = _publish(insta, _container(insta, host, image_url=f"{files.url}/a.jpg"), host).json()["id"]
        assert graph(insta, "DELETE", media, host=host).send().status == status
    assert [entry["flags"].get("deleted", False) for entry in insta.ledger()] == [False, True]


def test_being_throttled_looks_like_the_graph_api(insta: Sandbox, tmp_path: Path) -> None:
    insta.fault("instagram", "container", "429", seconds=30)
    seen = graph(insta, "POST", "me/media").send()
    assert _codes(seen) == (80002, None)
    assert seen.headers["retry-after"] == "30"
