"""Notices by e-mail, against a mail server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from coachbot.carriers.mail import Mailbox, MailCarrier, mailbox_of
from coachbot.errors import DeliveryError, SettingsError
from coachbot.service.notices.records import Notice, Way
from coachbot.settings import load_settings
from tests.carriers.servers import Post, mail_server

WAY = Way(1, 7, "email", datetime(2026, 3, 11, tzinfo=UTC), "lin@clinic.example")
NOTICE = Notice(42, 1, "alert:9", "first high", {"text": "Please look: K7F2.", "title": "coachbot: look soon"}, 0.0)


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as made:
        yield made


def carrier(post: Post) -> MailCarrier:
    return MailCarrier(Mailbox("127.0.0.1", post.port, "coach@clinic.example", security="none"), patience_s=5)


def test_a_notice_arrives_as_a_mail(post: Post) -> None:
    asyncio.run(carrier(post).carry(WAY, NOTICE))
    (mail,) = post.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "lin@clinic.example", "coach@clinic.example", "coachbot: look soon"
    )  # fmt: skip
    assert mail.get_payload().strip() == "Please look: K7F2."
    assert post.recipients == ["lin@clinic.example"]


def test_a_mail_that_is_sent_again_carries_the_same_name(post: Post) -> None:
    for _ in range(2):
        asyncio.run(carrier(post).carry(WAY, NOTICE))
    assert {mail["Message-ID"] for mail in post.mails} == {"<notice-42@clinic.example>"}


def test_a_line_break_in_a_title_makes_no_header(post: Post) -> None:
    notice = Notice(1, 1, "a", "b", {"text": "x", "title": "a\nBcc: everybody@example.org"}, 0.0)
    with pytest.raises(ValueError, match="linefeed"):
        asyncio.run(carrier(post).carry(WAY, notice))
    assert post.mails == []


@pytest.mark.parametrize(("answer", "permanent"), [("550 nobody", True), ("451 later", False)])
def test_a_refused_mailbox_is_final_or_not(post: Post, answer: str, permanent: bool) -> None:
    post.answers.append(answer)
    with pytest.raises(DeliveryError) as raised:
        asyncio.run(carrier(post).carry(WAY, NOTICE))
    assert raised.value.permanent is permanent


def test_a_server_that_hangs_up_is_tried_again(post: Post) -> None:
    post.hang_up = True
    with pytest.raises(DeliveryError) as raised:
        asyncio.run(carrier(post).carry(WAY, NOTICE))
    assert raised.value.permanent is False


# -- settings -------------------------------------------------------------------------------------------
def test_without_a_server_there_is_no_mailbox() -> None:
    assert mailbox_of(load_settings(smtp_host="")) is None


def test_the_password_comes_from_a_file_and_is_never_printed(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("a secret one\n")
    settings = load_settings(smtp_host="mail.example", smtp_from="c@x.example", smtp_user="c", smtp_password_file=file)
    box = mailbox_of(settings)
    assert box is not None
    assert (box.password, "secret" in repr(box)) == ("a secret one", False)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "COACHBOT_SMTP_FROM"),
        ({"smtp_from": "c@x.example", "smtp_user": "c"}, "belong together"),
        ({"smtp_from": "c@x.example", "smtp_password_file": Path("nowhere")}, "can't be read"),
        (
            {"smtp_from": "c@x.example", "smtp_user": "c", "smtp_password": SecretStr("p"), "smtp_security": "none"},
            "only sealed",
        ),
    ],
)
def test_what_is_half_set_is_refused_in_one_line(given: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        mailbox_of(load_settings(smtp_host="mail.example", **given))
