"""A WeChat server of our own, over real HTTP on loopback: for tests of service accounts, ours and others'.

    with FakeWeChat() as wechat:
        wechat.callback = "http://127.0.0.1:8000/wechat/callback"
        mei = wechat.person("Mei")
        mei.scans("ABCD-EFGH")                  # follows the account by a code's scene
        mei.writes("hello")                     # posted to the callback, signed, as WeChat does
        print(mei.texts)
        wechat.fail("message/custom/send", Fault(errcode=45011))

It keeps WeChat's own rules where an account can trip over them: bytes of a text, the 48 hours and the five messages
after a patient's word, access tokens that end, media that are forgotten, people who have left, messages that are
posted again until they are acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from coachbot.channels.wechat.envelope import sealed, signature
from coachbot.channels.wechat.flat_xml import write_flat

if TYPE_CHECKING:
    from starlette.responses import Response

LONGEST_BYTES = 2048
WINDOW_S = 48 * 3600
BURST = 5
_MENU = {"buttons": 3, "entries": 5, "button": 16, "entry": 60}


@dataclass(frozen=True, slots=True)
class Fault:
    """How a call goes wrong: by WeChat's own code, or by HTTP. `status` 0 cuts the connection."""

    errcode: int = 0
    status: int = 200
    #: Seconds before anything is answered.
    delay_s: float = 0.0
    #: The call has its effect before.
    after: bool = False
    #: Answer something that is no JSON.
    garbled: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as it stands in a chat."""

    kind: str
    text: str
    fields: Mapping[str, Any]


class RefusalError(Exception):
    """A call that WeChat refuses."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


@dataclass(slots=True)
class Follower:
    """Somebody with a phone, who may follow the account."""

    wechat: FakeWeChat
    openid: str
    name: str
    follows: bool = True
    #: The account is not allowed to write (WeChat's settings of the patient).
    refuses: bool = False
    messages: list[Arrived] = field(default_factory=list)
    heard_at: float | None = None
    left: int = 0

    @property
    def texts(self) -> list[str]:
        """What stands in the chat, from the account; templates by their words."""
        return [message.text for message in self.messages]

    @property
    def last(self) -> Arrived:
        return self.messages[-1]

    # -- what they do ------------------------------------------------------------------------------------
    def writes(self, text: str) -> dict[str, str]:
        """Send a text."""
        return self.sends("text", Content=text)

    def sends(self, kind: str, **fields: str) -> dict[str, str]:
        """Send anything: `image`, `voice`, `location` (Location_X, Location_Y), `link`..."""
        self.heard()
        return self._post({"MsgType": kind, **fields, "MsgId": str(self.wechat.number())})

    def clicks(self, key: str) -> dict[str, str]:
        """Choose an entry of the menu."""
        self.heard()
        return self._event("CLICK", EventKey=key)

    def scans(self, scene: str) -> dict[str, str]:
        """Scan the account's code: to follow it, or as somebody who does."""
        self.heard()
        if self.follows:
            return self._event("SCAN", EventKey=scene)
        self.follows = True
        return self._event("subscribe", EventKey=f"qrscene_{scene}")

    def subscribes(self) -> dict[str, str]:
        """Follow the account, found by its name."""
        self.follows = True
        self.heard()
        return self._event("subscribe", EventKey="")

    def unsubscribes(self) -> dict[str, str]:
        """Leave it."""
        self.follows = False
        return self._event("unsubscribe", EventKey="")

    def repeats(self, message: dict[str, str]) -> dict[str, str]:
        """WeChat posts a message of before once more."""
        self.wechat.post(message)
        return message

    def heard(self) -> None:
        """Their word opens the window (anew)."""
        self.heard_at, self.left = self.wechat.now(), BURST

    def _event(self, event: str, **fields: str) -> dict[str, str]:
        return self._post({"MsgType": "event", "Event": event, **fields})

    def _post(self, fields: dict[str, str]) -> dict[str, str]:
        message = {
            "ToUserName": "gh_coach", "FromUserName": self.openid, "CreateTime": str(self.wechat.second()), **fields
        }  # fmt: skip
        self.wechat.post(message)
        return message


class FakeWeChat:
    """The server. Use it in a `with` block; it listens on a free port of loopback.

    `now` tells the time of the service window, in seconds; a test may put it on.
    """

    def __init__(
        self,
        appid: str = "wx0123456789abcdef",
        secret: str = "a-made-up-app-secret",
        token: str = "madeuptoken",
        *,
        aes_key: bytes | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.appid, self.secret, self.token, self.aes_key = appid, secret, token, aes_key
        self.now = now
        #: Where messages are posted; empty: they wait in `unposted`.
        self.callback = ""
        self.unposted: list[dict[str, str]] = []
        #: Every call as path (without /cgi-bin/) and fields, in order.
        self.calls: list[tuple[str, dict[str, Any]]] = []
        #: How each posting was answered: status and text.
        self.answers: list[tuple[int, str]] = []
        #: How often a message is posted that is not acknowledged.
        self.posts = 3
        self.menu: dict[str, Any] = {}
        #: Are the 48 hours and the five messages kept to?
        self.keeps_window = True
        self.url = ""
        self._lock = threading.RLock()
        self._people: dict[str, Follower] = {}
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._numbers = iter(range(7_000_000_000_000_000_001, 1 << 63))
        self._seconds = iter(range(int(time.time()), 1 << 40))
        self._media: set[str] = set()
        self._granted = ""

    # -- the stage -----------------------------------------------------------------------------------------
    def person(self, name: str, openid: str = "", *, follows: bool = True) -> Follower:
        """Somebody with WeChat."""
        person = Follower(self, openid or f"o{name.lower()}-{self.number()}", name, follows)
        self._people[person.openid] = person
        return person

    def number(self) -> int:
        """A number that was not there before."""
        with self._lock:
            return next(self._numbers)

    def second(self) -> int:
        """A second that no message was written in before."""
        with self._lock:
            return next(self._seconds)

    def fail(self, path: str, *faults: Fault) -> None:
        """The next calls of a path (`message/custom/send`) go wrong, one fault each."""
        self._faults[path].extend(faults)

    def end_token(self) -> None:
        """The access token holds no longer than now."""
        with self._lock:
            self._granted = ""

    def forget_media(self) -> None:
        """Uploads of before are not known any more."""
        self._media.clear()

    def called(self, path: str) -> list[dict[str, Any]]:
        """The fields of every call of a path."""
        return [fields for name, fields in self.calls if name == path]

    # -- posting -------------------------------------------------------------------------------------------
    def post(self, message: Mapping[str, str]) -> int:
        """Post a message to the callback, again while it is not acknowledged. The last status; 0 for no answer."""
        if not self.callback:
            self.unposted.append(dict(message))
            return 0
        status = 0
        for _ in range(self.posts):
            status, text = self.post_raw(write_flat(dict(message)))
            self.answers.append((status, text))
            if status == 200 and text in ("", "success"):
                break
        return status

    def post_raw(self, body: bytes, **query: str) -> tuple[int, str]:
        """Post anything, signed and sealed as the account wants it; `query` replaces parts of the signature."""
        import httpx

        stamp, nonce = str(int(time.time())), str(self.number())
        signed = {"timestamp": stamp, "nonce": nonce, "signature": signature(self.token, stamp, nonce)}
        if self.aes_key is not None:
            envelope = sealed(body, self.aes_key, self.appid)
            signed |= {"encrypt_type": "aes", "msg_signature": signature(self.token, stamp, nonce, envelope)}
            body = write_flat({"ToUserName": "gh_coach", "Encrypt": envelope})
        try:
            answer = httpx.post(self.callback, params={**signed, **query}, content=body, timeout=5.0)
        except httpx.HTTPError:
            return 0, ""
        return answer.status_code, answer.text

    # -- calls ---------------------------------------------------------------------------------------------
    def next_fault(self, path: str) -> Fault | None:
        """The fault that the next call of a path meets."""
        with self._lock:
            return self._faults[path].popleft() if self._faults[path] else None

    def answer(self, path: str, query: Mapping[str, str], fields: dict[str, Any]) -> dict[str, Any]:
        """The result of a call, or RefusalError."""
        with self._lock:
            self.calls.append((path, {name: value for name, value in fields.items() if name != "secret"}))
            if path == "stable_token":
                return self._grant(fields)
            if not self._granted or query.get("access_token") != self._granted:
                raise RefusalError(42001 if query.get("access_token") else 41001, "access_token expired")
            handler = _CALLS.get(path)
            if handler is None:
                raise RefusalError(40066, "invalid url")
            return handler(self, fields)

    def _grant(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        if fields.get("appid") != self.appid:
            raise RefusalError(40013, "invalid appid")
        if fields.get("secret") != self.secret:
            raise RefusalError(40125, "invalid appsecret")
        if not self._granted or fields.get("force_refresh"):
            self._granted = f"granted-{self.number()}"
        return {"access_token": self._granted, "expires_in": 7200}

    def _person(self, fields: Mapping[str, Any]) -> Follower:
        person = self._people.get(str(fields.get("touser")))
        if person is None:
            raise RefusalError(40003, "invalid openid")
        if not person.follows:
            raise RefusalError(43004, "require subscribe")
        return person

    def _send(self, fields: dict[str, Any]) -> dict[str, Any]:
        person, kind = self._person(fields), str(fields.get("msgtype"))
        if kind not in ("text", "image"):
            raise RefusalError(40008, "invalid message type")
        text = str((fields.get("text") or {}).get("content") or "")
        if kind == "text" and not text:
            raise RefusalError(44004, "empty content")
        if len(text.encode()) > LONGEST_BYTES:
            raise RefusalError(45002, "content size out of limit")
        if kind == "image" and (fields.get("image") or {}).get("media_id") not in self._media:
            raise RefusalError(40007, "invalid media_id")
        self._open_window(person)
        person.messages.append(Arrived(kind, text or "<picture>", fields))
        return {}

    def _open_window(self, person: Follower) -> None:
        if person.refuses:
            raise RefusalError(48002, "api forbidden: the user refuses")
        if not self.keeps_window:
            return
        if person.heard_at is None or self.now() - person.heard_at > WINDOW_S:
            raise RefusalError(45015, "response out of time limit or subscription is canceled")
        if person.left < 1:
            raise RefusalError(45047, "out of response count limit")
        person.left -= 1

    def _ring(self, fields: dict[str, Any]) -> dict[str, Any]:
        person = self._person(fields)
        if not str(fields.get("template_id") or "").startswith("T"):
            raise RefusalError(40037, "invalid template_id")
        values = {name: str(data["value"]) for name, data in fields["data"].items()}
        if any(not value or (name.startswith("thing") and len(value) > 20) for name, value in values.items()):
            raise RefusalError(47003, "argument invalid")
        person.messages.append(Arrived("template", " | ".join(values.values()), fields))
        return {"msgid": self.number()}

    def _upload(self, fields: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(fields.get("media"), bytes):
            raise RefusalError(41005, "media data missing")
        media = f"media-{self.number()}"
        self._media.add(media)
        return {"type": "image", "media_id": media, "created_at": int(self.now())}

    def _create_menu(self, fields: dict[str, Any]) -> dict[str, Any]:
        buttons = fields.get("button") or []
        if not 1 <= len(buttons) <= _MENU["buttons"]:
            raise RefusalError(40016, "invalid button size")
        for button in buttons:
            entries = button.get("sub_button") or []
            if len(entries) > _MENU["entries"]:
                raise RefusalError(40023, "invalid sub button size")
            if len(button["name"].encode()) > _MENU["button"]:
                raise RefusalError(40018, "invalid button name size")
            if any(len(entry["name"].encode()) > _MENU["entry"] for entry in entries):
                raise RefusalError(40025, "invalid sub button name size")
        self.menu = fields
        return {}

    def _make_code(self, fields: dict[str, Any]) -> dict[str, Any]:
        scene = str(((fields.get("action_info") or {}).get("scene") or {}).get("scene_str") or "")
        if not 1 <= len(scene) <= 64:
            raise RefusalError(40053, "invalid scene")
        return {"ticket": f"ticket-{scene}", "expire_seconds": 2592000, "url": f"http://weixin.qq.com/q/{scene}"}

    # -- HTTP ----------------------------------------------------------------------------------------------
    def __enter__(self) -> Self:
        from coachbot.testing.botapi import listening

        self._serving = listening(_app(self))
        self.url = self._serving.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._serving.__exit__(None, None, None)


_CALLS: dict[str, Callable[[FakeWeChat, dict[str, Any]], dict[str, Any]]] = {
    "message/custom/send": FakeWeChat._send,
    "message/template/send": FakeWeChat._ring,
    "media/upload": FakeWeChat._upload,
    "menu/create": FakeWeChat._create_menu,
    "qrcode/create": FakeWeChat._make_code,
}


# -- the server ---------------------------------------------------------------------------------------
def _app(wechat: FakeWeChat) -> Any:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def call(request: Request) -> Response:
        path, query = request.path_params["path"], dict(request.query_params)
        fields = await _fields(request)
        fault = wechat.next_fault(path)
        if fault is not None:
            await asyncio.sleep(fault.delay_s)
            if fault.after:
                _quietly(wechat, path, query, fields)
            return _gone_wrong(fault)
        try:
            result = wechat.answer(path, query, fields)
        except RefusalError as error:
            return JSONResponse({"errcode": error.errcode, "errmsg": error.errmsg})
        return JSONResponse(result if "access_token" in result else {"errcode": 0, "errmsg": "ok", **result})

    return Starlette(routes=[Route("/cgi-bin/{path:path}", call, methods=["GET", "POST"])])


def _quietly(wechat: FakeWeChat, path: str, query: Mapping[str, str], fields: dict[str, Any]) -> None:
    try:
        wechat.answer(path, query, fields)
    except RefusalError:
        return


async def _fields(request: Any) -> dict[str, Any]:
    body, kind = await request.body(), request.headers.get("content-type", "")
    if kind.startswith("multipart/"):
        from coachbot.testing.botapi import parts

        return parts(body, kind)
    return dict(json.loads(body)) if body else {}


def _gone_wrong(fault: Fault) -> Response:
    from starlette.responses import JSONResponse, Response

    if fault.status == 0:
        return Response(b"{", 200, {"content-length": "1000"})
    if fault.garbled:
        return Response("<html>bad gateway</html>", fault.status)
    return JSONResponse({"errcode": fault.errcode or fault.status, "errmsg": "a fault on demand"}, fault.status)
