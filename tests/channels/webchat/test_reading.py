"""The page, the talk so far, media, pictures, headers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from coachbot.channels.webchat import Hub
from coachbot.channels.webchat.app import create_app
from coachbot.channels.webchat.words import language_for
from coachbot.service.records import MediaRow

from .fakes import PACK, START, WORDS, FakeDesk

pytestmark = pytest.mark.anyio
STATIC = PACK / "coachbot/channels/webchat/static"


async def test_the_page_and_its_files(visit: Any) -> None:
    async with visit() as browser:
        page = await browser.get("/")
        assert page.status_code == 200
        assert WORDS["en"]["title"] in page.text
        for path in re.findall(r'(?:src|href)="(static/[^"]+)"', page.text):
            assert (await browser.get(f"/{path}")).status_code == 200


async def test_no_page_needs_anything_from_elsewhere_or_a_script_inside() -> None:
    for file in STATIC.iterdir():
        text = file.read_text(encoding="utf-8")
        assert "innerHTML" not in text
        assert not re.search(r'(?:src|href|import)\s*[=(]?\s*["\'](?:https?:)?//', text)
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"\son\w+=|\sstyle=|<script(?![^>]*(?:src|application/json))", page)


async def test_every_word_that_is_used_is_there() -> None:
    used: set[str] = set()
    for file in STATIC.glob("*.js"):
        used |= set(re.findall(r"\bword\('(\w+)'", file.read_text(encoding="utf-8")))
    used |= set(re.findall(r"words\.(\w+)", (STATIC / "index.html").read_text(encoding="utf-8")))
    package = (PACK / "coachbot/channels/webchat").glob("*.py")
    for file in package:
        found = re.findall(r'RefusalError\(\d+, "(\w+)"', file.read_text(encoding="utf-8"))
        used |= {f"error_{code}" for code in found}
    assert used <= set(WORDS["en"])
    assert len(used) > 40


async def test_a_deep_link_fills_the_code_in_and_uses_nothing_up(visit: Any, desk: FakeDesk) -> None:
    async with visit() as browser:
        page = await browser.get("/c/ABCD-EFGH")
        nasty = await browser.get("/c/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert 'value="ABCD-EFGH"' in page.text
    assert '<base href="../">' in page.text
    assert "<script>alert" not in nasty.text
    assert desk.updates == []


async def test_the_sign_of_life(visit: Any) -> None:
    async with visit() as browser:
        answer = await browser.get("/healthz")
    assert answer.json() == {"status": "ok"}


async def test_every_answer_has_safe_headers(visit: Any) -> None:
    async with visit() as browser:
        for path in ("/", "/static/chat.js", "/api/lines", "/nowhere", "/healthz"):
            headers = (await browser.get(path)).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["x-frame-options"] == "SAMEORIGIN"
            assert headers["cache-control"] in ("no-store", "no-cache")


@pytest.mark.parametrize("path", ["/nowhere", "/api/nothing", "/static/none.js"])
async def test_what_is_not_there_is_said_in_json(visit: Any, path: str) -> None:
    async with visit() as browser:
        answer = await browser.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"] == "not_found"


async def test_it_can_be_mounted_below_a_path(desk: FakeDesk) -> None:
    inner = create_app(desk, PACK, WORDS, hub=Hub(), title="Riverside")
    outer = Starlette(routes=[Mount("/chat", app=inner)])
    transport = httpx.ASGITransport(app=outer)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
        page = await browser.get("/chat/")
        answer = await browser.post("/chat/api/enter", json={"code": "A"})
        moved = await browser.get(f"/chat/l/{desk.new_link('p-w1')}")
    assert "<title>Riverside</title>" in page.text
    assert "Path=/chat/" in answer.headers["set-cookie"]
    assert moved.headers["location"] == "/chat/"


# -- the talk so far ------------------------------------------------------------------------------------
async def test_lines_after_a_line(patient: Any, desk: FakeDesk) -> None:
    kept = [desk.add("w1", "coach", {"kind": "text", "text": str(n)}) for n in range(3)]
    desk.add("w2", "coach", {"kind": "text", "text": "somebody else's"})
    async with patient() as browser:
        everything = (await browser.get("/api/lines")).json()
        rest = (await browser.get(f"/api/lines?after={kept[0].id}")).json()
        bad = await browser.get("/api/lines?after=first")
    assert [line["id"] for line in everything["lines"]] == [str(line.id) for line in kept]
    assert [line["body"]["text"] for line in rest["lines"]] == ["1", "2"]
    assert everything["lines"][0]["at"].startswith("2026-03-07T09:00")
    assert (bad.status_code, bad.json()["error"]) == (400, "bad_field")


@pytest.mark.parametrize("count", [3, 499, 500, 501, 1100])
async def test_the_newest_lines_and_the_ones_before(patient: Any, desk: FakeDesk, count: int) -> None:
    kept = [desk.add("w1", "coach", {"kind": "text", "text": str(n)}) for n in range(count)]
    async with patient() as browser:
        newest = (await browser.get("/api/lines?last=2")).json()
        before = (await browser.get(f"/api/lines?last=500&before={kept[-2].id}")).json()
    assert [line["body"]["text"] for line in newest["lines"]] == [str(count - 2), str(count - 1)]
    assert newest["more"]
    first = max(0, count - 2 - 500)
    assert [line["body"]["text"] for line in before["lines"]] == [str(n) for n in range(first, count - 2)]
    assert before["more"] is (first > 0)


# -- media and pictures ---------------------------------------------------------------------------------
async def test_media_of_ones_own_only(patient: Any, visit: Any, desk: FakeDesk) -> None:
    desk.devices["other"] = "w2"
    desk.files["p-w1", 7] = MediaRow(7, "p-w1", "progress.png", "image/png", b"png", START)
    desk.files["p-w1", 8] = MediaRow(8, "p-w1", "my däta.html", "text/html", b"<script>", START)
    async with patient() as browser:
        shown = await browser.get("/api/media/7")
        saved = await browser.get("/api/media/8")
        assert (await browser.get("/api/media/9")).status_code == 404
    assert (shown.content, shown.headers["content-type"]) == (b"png", "image/png")
    assert shown.headers["content-disposition"].startswith("inline")
    assert saved.headers["content-disposition"] == "attachment; filename*=UTF-8''my%20d%C3%A4ta.html"
    assert "sandbox" in saved.headers["content-security-policy"]
    async with visit(cookies={"coachbot_device": "other"}) as other:
        assert (await other.get("/api/media/7")).status_code == 404


async def test_a_picture_of_the_pack(visit: Any) -> None:
    async with visit() as browser:
        answer = await browser.get("/picture/exercises/bridge_start.png")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.content == (PACK / "content/exercises/pictures/bridge_start.png").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "exercises/none.png",
        "bridge_start.png",
        "exercises/bridge.yaml",
        "exercises/../exercises/bridge.yaml",
        "../secret.png",
        "exercises/..%2f..%2f..%2fsecret.png",
        "%2e%2e/pictures/secret.png",
        "exercises/%2e%2e/%2e%2e/secret.png",
        "..%2f..%2f..%2f..%2fetc/passwd",
        "/etc/passwd.png",
        "exercises/pictures/link.png",
        "exercises/link.png",
        "exercises/%00.png",
        "exercises/",
        "",
    ],
)
async def test_nothing_else_of_the_disk_is_shown(desk: FakeDesk, tmp_path: Path, path: str) -> None:
    pictures = tmp_path / "content/exercises/pictures"
    pictures.mkdir(parents=True)
    for place in (tmp_path, tmp_path / "content"):
        (place / "secret.png").write_bytes(b"secret")
        (place / "pictures").mkdir(exist_ok=True)
        (place / "pictures/secret.png").write_bytes(b"secret")
    (pictures / "link.png").symlink_to(tmp_path / "secret.png")
    app: FastAPI = create_app(desk, tmp_path, WORDS, hub=Hub())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
        answer = await browser.get(f"/picture/{path}")
    assert answer.status_code == 404
    assert b"secret" not in answer.content


# -- words ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.1", "zh-Hans"),
        ("en;q=0.2, zh-Hans;q=0.9", "zh-Hans"),
        ("en-GB", "en"),
        ("zh;q=broken, en", "en"),
    ],
)
async def test_the_browsers_language(accepted: str, language: str) -> None:
    words = {"en": {"title": "t"}, "zh-Hans": {"title": "t"}}
    assert language_for(words, accepted) == language
