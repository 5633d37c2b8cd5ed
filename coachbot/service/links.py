"""Links to the page of a round: signed, bound to one patient, one assessment and its opening. None is stored.

Whoever holds the link may fill in the page, as whoever holds a letter may. What makes it useless is looked up when it
is opened (`coachbot.service.pages`): the window, the end of the enrolment, an erasure, the last answer.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

PATH = "q"
_SIGNED_BYTES = 16


@dataclass(frozen=True, slots=True)
class Bearing:
    """What a link was made for."""

    patient: str
    assessment: str
    #: The patient's day on which the assessment was opened (ISO); another opening has another link.
    opening: str


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Makes links and reads them back."""

    key: bytes
    #: Public address of this coach, without a slash at its end; empty if nobody has told it.
    address: str = ""
    #: Channels whose patients are at this web server already: there a link needs no address.
    beside: frozenset[str] = frozenset()

    def link(self, bearing: Bearing, channel: str) -> str:
        """The link for a patient of this channel; empty where none would lead anywhere."""
        if channel in self.beside:
            return f"{PATH}/{self.token(bearing)}"
        return f"{self.address}/{PATH}/{self.token(bearing)}" if self.address else ""

    def token(self, bearing: Bearing) -> str:
        """The part of the link that carries it all: 128 bits of signature, and what they sign."""
        plain = "|".join((bearing.patient, bearing.assessment, bearing.opening)).encode()
        return _text(self._signature(plain) + plain)

    def bearing(self, token: str) -> Bearing | None:
        """What a token was made for; None if it is none of ours."""
        try:
            data = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
            signature, plain = data[:_SIGNED_BYTES], data[_SIGNED_BYTES:]
            patient, assessment, opening = plain.decode().split("|")
        except (ValueError, binascii.Error):
            return None
        if not hmac.compare_digest(signature, self._signature(plain)) or _text(data) != token:
            return None
        return Bearing(patient, assessment, opening)

    def _signature(self, plain: bytes) -> bytes:
        return hmac.digest(self.key, plain, "sha256")[:_SIGNED_BYTES]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
