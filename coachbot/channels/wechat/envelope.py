"""WeChat's signature, and its sealed envelope: AES-256-CBC over 16 random bytes, a length, the message, the app id.

The signature of plain mode does not cover the message; that of the sealed mode does. So an account with a key takes
sealed messages alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

#: WeChat pads to 32 bytes, though the block of AES has 16.
_BLOCK = 32
_HEAD = 20


class EnvelopeError(Exception):
    """An envelope that does not open, or that was sealed for somebody else."""


def signature(token: str, *parts: str) -> str:
    """The SHA-1 over the token and the parts in the order of the alphabet, as WeChat signs."""
    return hashlib.sha1("".join(sorted((token, *parts))).encode()).hexdigest()


def is_signed(given: str, token: str, *parts: str) -> bool:
    """Whether the signature fits; takes equally long whatever it is."""
    return bool(given) and hmac.compare_digest(given.encode(), signature(token, *parts).encode())


def sealed(message: bytes, key: bytes, appid: str) -> str:
    """A message in its envelope."""
    inner = secrets.token_bytes(16) + struct.pack(">I", len(message)) + message + appid.encode()
    padding = _BLOCK - len(inner) % _BLOCK
    encryptor = _cipher(key).encryptor()
    return base64.b64encode(encryptor.update(inner + bytes([padding]) * padding) + encryptor.finalize()).decode()


def opened(envelope: str, key: bytes, appid: str) -> bytes:
    """The message in an envelope. Raises EnvelopeError, which quotes nothing of it."""
    try:
        raw = base64.b64decode(envelope, validate=True)
    except (binascii.Error, ValueError):
        raise EnvelopeError("the envelope is no base64") from None
    if not raw or len(raw) % 16:
        raise EnvelopeError("the envelope has a wrong length")
    decryptor = _cipher(key).decryptor()
    inner = decryptor.update(raw) + decryptor.finalize()
    padding = inner[-1]
    if not 1 <= padding <= _BLOCK or padding > len(inner) - _HEAD:
        raise EnvelopeError("the envelope does not open with this key")
    return _message(inner[:-padding], appid)


def _message(inner: bytes, appid: str) -> bytes:
    (length,) = struct.unpack(">I", inner[16:_HEAD])
    if length > len(inner) - _HEAD:
        raise EnvelopeError("the envelope does not open with this key")
    if not hmac.compare_digest(inner[_HEAD + length :], appid.encode()):
        raise EnvelopeError("the envelope is for another account")
    return inner[_HEAD : _HEAD + length]


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
