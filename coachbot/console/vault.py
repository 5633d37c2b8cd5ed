"""Passwords (Argon2id) and one-time codes (TOTP, RFC 6238): the libraries of the extra `staff` stop here."""

from __future__ import annotations

import hmac

from coachbot.errors import SettingsError

try:
    import pyotp
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError
except ImportError as error:
    raise SettingsError(
        f"the staff's console needs the package '{error.name}': install the extra, pip install 'coachbot[staff]'"
    ) from None

#: Steps of a code before and after this one that are taken, for clocks that are not quite right.
_AROUND = (0, -1, 1)


class ArgonVault:
    """`coachbot.service.staff.ports.Vault`."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        #: Checked in the place of a password that is not there, so that an unknown name takes as long as a known one.
        self._nobody = self._hasher.hash("nobody's password")

    def sealed(self, password: str) -> str:
        """A password as it may be stored."""
        return self._hasher.hash(password)

    def fits(self, sealed: str, password: str) -> bool:
        """Whether it is this password."""
        try:
            return self._hasher.verify(sealed or self._nobody, password) and bool(sealed)
        except (VerificationError, InvalidHashError):
            return False

    def new_secret(self) -> str:
        """A secret for one-time codes, base32 (160 bits)."""
        return pyotp.random_base32()

    def uri(self, secret: str, name: str, issuer: str) -> str:
        """The secret as an authenticator app reads it."""
        return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)

    def step_of(self, secret: str, code: str, real: float) -> int | None:
        """The time step of a right code (this one, the one before or after); None for a wrong one."""
        totp, typed = pyotp.TOTP(secret), "".join(code.split()).encode()
        steps = [int(real) // totp.interval + by for by in _AROUND]
        return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), typed)), None)
