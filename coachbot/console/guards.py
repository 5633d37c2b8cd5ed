"""What keeps harm out of the console: headers, forms that only our own pages can send, a limit on tries."""

from __future__ import annotations

import hmac
import time
from base64 import b64encode
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import Response

#: Largest form, in bytes.
LARGEST_FORM = 64 * 1024
#: Largest form that brings a list along.
LARGEST_UPLOAD = 1_100_000
_MOST_PLACES, _MOST_FIELDS = 10_000, 200
_PLAIN_FORM, _FORM_WITH_FILES = "application/x-www-form-urlencoded", "multipart/form-data"
_UNREADABLE = "This form could not be read. Please load the page anew."

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
}
#: Pages with patients in them are kept nowhere; only the style and the script are.
NOT_KEPT, KEPT = "no-store", "public, max-age=3600"


def guarded(response: Response, *, kept: bool = False) -> Response:
    """The response with every security header."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)  # a page may bring a policy of its own
    response.headers["cache-control"] = KEPT if kept else NOT_KEPT
    return response


def own_style_policy(page: bytes) -> str:
    """The content policy of a page that stands alone, with its style inside: that style, and nothing else."""
    style = page.partition(b"<style>")[2].partition(b"</style>")[0]
    allowed = b64encode(sha256(style).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{allowed}'; frame-ancestors 'none'; base-uri 'none'"


class RefusedError(Exception):
    """A request that is not answered as asked; `status` and a sentence for the page."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Form:
    """What a form brought: fields, and files as they are."""

    fields: Mapping[str, str]
    files: Mapping[str, bytes]


async def form_of(request: Request, *, files: bool = False) -> Form:
    """The fields of a form, the values of one name joined by commas. Never more of it than the limit.

    `files`: it may bring files along, and be larger.
    """
    _from_here(request)
    kind = request.headers.get("content-type", "")
    plain = kind.split(";")[0].strip()
    if plain != _PLAIN_FORM and not (files and plain == _FORM_WITH_FILES):
        raise RefusedError(415, _UNREADABLE)
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > (LARGEST_UPLOAD if files else LARGEST_FORM):
            raise RefusedError(413, "That is too much for one form.")
    try:
        return _with_files(kind, bytes(read)) if plain == _FORM_WITH_FILES else _plain_form(bytes(read))
    except ValueError:
        raise RefusedError(400, _UNREADABLE) from None


def _plain_form(read: bytes) -> Form:
    fields = parse_qs(read.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    return Form({name: ",".join(values).replace("\x00", "") for name, values in fields.items()}, {})


def _with_files(kind: str, read: bytes) -> Form:
    """The parts of a form with files, read by the standard library's mail parser: the two formats are one."""
    if "\r" in kind or "\n" in kind:
        raise ValueError("a header with a line break")
    message = BytesParser(policy=HTTP).parsebytes(b"content-type: " + kind.encode("latin-1") + b"\r\n\r\n" + read)
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in list(message.iter_parts())[:_MOST_FIELDS]:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise ValueError("a part without a name")
        if part.get_filename() is not None:
            files[name] = content
        else:
            fields[name] = content.decode("utf-8").replace("\x00", "")
    return Form(fields, files)


def _from_here(request: Request) -> None:
    """A form of another site is refused: by what the browser says of itself, and by its origin."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise RefusedError(403, "This came from another website and was left alone.")
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise RefusedError(403, "This came from another website and was left alone.")


def check_csrf(expected: str, fields: Mapping[str, str]) -> None:
    """The form must carry the token of this visit."""
    if not hmac.compare_digest(expected.encode(), fields.get("csrf", "").encode()):
        raise RefusedError(403, "This form is too old. Please load the page anew and try again.")


class Tries:
    """At most so many tries from one place in a stretch of real time."""

    def __init__(self, most: int, stretch_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._stretch_s = stretch_s
        self._now = now
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def one_too_many(self, place: str) -> bool:
        """Count a try."""
        now, tries = self._now(), self._seen.setdefault(place, deque())
        self._seen.move_to_end(place)
        while tries and tries[0] <= now - self._stretch_s:
            tries.popleft()
        if len(tries) >= self._most:
            return True
        tries.append(now)
        while len(self._seen) > _MOST_PLACES:
            self._seen.popitem(last=False)
        return False
