"""Every error that coachbot raises on purpose; each text names the place and the cure.

CoachbotError
├── SettingsError        a setting is missing or wrong
├── StoreError           the database cannot be opened, or is not ours
│   ├── KeyMissing       the master key of existing data is missing
│   ├── StoreLost        the connection to the database broke under a transaction
│   └── StoreBusy        another process holds the same rows
├── EnrolmentError       a code, a consent or a confirmation does not fit
├── StaffError           an account, a role, a password or a page that is not theirs
└── DeliveryError        a messenger did not take a message (permanent or not)
"""

from __future__ import annotations


class CoachbotError(Exception):
    """Something that the person at the keyboard can mend; shown as one line, without a traceback."""

    exit_code = 2


class SettingsError(CoachbotError):
    """A setting is missing or wrong."""


class StoreError(CoachbotError):
    """The database cannot be opened, or is not ours."""

    exit_code = 3


class KeyMissing(StoreError):
    """The master key that sealed the existing data is missing or another."""


class StoreLost(StoreError):
    """The connection to the database broke or cannot be had. What was not committed is rolled back, and can be done
    again."""


class StoreBusy(StoreError):
    """Another process holds the same rows for too long, or both waited for each other; all was rolled back."""


class EnrolmentError(CoachbotError):
    """A code, a consent or a confirmation does not fit."""


class StaffError(CoachbotError):
    """An account, a role, a password or a one-time code does not fit."""


class DeliveryError(Exception):
    """A messenger did not take a message.

    `permanent`: it never will. `retry_after`: the account must be quiet for so many seconds. `doubt`: it may have
    taken the message all the same (the answer never came). `gone`: the patient has shut the chat. `window`: the
    messenger takes no more until the patient's next word.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool,
        retry_after: float | None = None,
        doubt: bool = False,
        gone: bool = False,
        window: bool = False,
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after = retry_after
        self.doubt = doubt
        self.gone = gone
        self.window = window
