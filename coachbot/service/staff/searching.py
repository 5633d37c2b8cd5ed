"""What staff search for: a patient's name, which never stands in an address.

Addresses are kept: by browsers, by proxies, in logs. So the words of a search go into the address sealed, by a key of
this installation and for one member alone; whoever finds the address learns nothing, and going back still works.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PURPOSE = "staff-search"
_NONCE = 12
#: Longest search, in characters, and so the longest that is ever opened.
LONGEST = 60
_LONGEST_SEALED = 400


class Searches:
    """Seals the words of a search, and opens them again."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)

    def sealed(self, staff: int, words: str) -> str:
        """The words as an address may carry them; empty for none."""
        words = " ".join(words.split())[:LONGEST]
        if not words:
            return ""
        nonce = urandom(_NONCE)
        # Padded, so that the length of a name does not tell it.
        plain = words.encode().ljust(4 * LONGEST)
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, plain, _place(staff))).decode()

    def opened(self, staff: int, sealed: str) -> str:
        """The words again; empty for what is not this member's, or damaged."""
        if not sealed or len(sealed) > _LONGEST_SEALED:
            return ""
        try:
            read = urlsafe_b64decode(sealed)
            return self._cipher.decrypt(read[:_NONCE], read[_NONCE:], _place(staff)).decode().strip()
        except (ValueError, InvalidTag):
            return ""


def _place(staff: int) -> bytes:
    return f"{PURPOSE}|{staff}".encode()
