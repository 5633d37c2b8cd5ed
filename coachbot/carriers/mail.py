"""Notices by e-mail: the standard library's SMTP, in a thread."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

from coachbot.errors import DeliveryError, SettingsError
from coachbot.service.notices.records import Notice, Way
from coachbot.settings import Settings

PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The mail server, and who writes."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    #: `starttls`, `tls` or `none`.
    security: str = "starttls"


def mailbox_of(settings: Settings) -> Mailbox | None:
    """The mail server of these settings; None without one. Raises SettingsError for what is half set."""
    if not settings.smtp_host:
        return None
    if not settings.smtp_from:
        raise SettingsError("COACHBOT_SMTP_FROM: name the address that notices to staff come from")
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
    if settings.smtp_password_file is not None:
        password = _read(settings.smtp_password_file)
    if bool(password) != bool(settings.smtp_user):
        raise SettingsError("COACHBOT_SMTP_USER and COACHBOT_SMTP_PASSWORD belong together; set both, or neither")
    if password and settings.smtp_security == "none" and settings.smtp_host not in ("127.0.0.1", "::1", "localhost"):
        raise SettingsError("COACHBOT_SMTP_SECURITY: a password goes over the net only sealed; use starttls or tls")
    return Mailbox(
        settings.smtp_host, settings.smtp_port, settings.smtp_from, settings.smtp_user, password, settings.smtp_security
    )


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"COACHBOT_SMTP_PASSWORD_FILE: {path} can't be read ({error.strerror})") from None


class MailCarrier:
    """`coachbot.service.notices.ports.Carrier` by e-mail."""

    def __init__(self, mailbox: Mailbox, patience_s: float = PATIENCE_S) -> None:
        self._mailbox = mailbox
        self._patience_s = patience_s

    async def carry(self, way: Way, notice: Notice) -> None:
        """Send one mail. A repeated one carries the same Message-ID, so that mailboxes can fold the two."""
        await asyncio.to_thread(self._send, _written(self._mailbox, way, notice))

    def _send(self, mail: EmailMessage) -> None:
        box = self._mailbox
        try:
            with self._connected() as server:
                if box.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if box.user:
                    server.login(box.user, box.password)
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code = max((refusal[0] for refusal in error.recipients.values()), default=550)
            raise DeliveryError(f"the mailbox was refused ({code})", permanent=code >= 500) from None
        except smtplib.SMTPAuthenticationError:
            raise DeliveryError("the mail server refuses user and password", permanent=False) from None
        except smtplib.SMTPResponseException as error:
            raise DeliveryError(f"the mail server says {error.smtp_code}", permanent=False) from None
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(f"no mail could be sent ({type(error).__name__})", permanent=False) from None

    def _connected(self) -> smtplib.SMTP:
        box = self._mailbox
        if box.security == "tls":
            return smtplib.SMTP_SSL(
                box.host, box.port, timeout=self._patience_s, context=ssl.create_default_context()
            )  # fmt: skip
        return smtplib.SMTP(box.host, box.port, timeout=self._patience_s)


def _written(box: Mailbox, way: Way, notice: Notice) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = box.sender
    mail["To"] = way.address
    mail["Subject"] = str(notice.body.get("title") or "coachbot")
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<notice-{notice.id}@{box.sender.rpartition('@')[2].strip('>') or 'coachbot'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(str(notice.body["text"]))
    return mail
