"""How staff come in, and how they do not."""

from __future__ import annotations

import pytest

from coachbot.errors import StaffError
from coachbot.service.staff import doors
from tests.service.staff.conftest import PASSWORD, Clinic


def test_name_password_and_code_together_open_the_door(clinic: Clinic) -> None:
    number, secret = clinic.hire("Dr Lin")
    token = clinic.sign_in("  dr LIN ", secret)
    assert token
    guest = clinic.doors.guest(token)
    assert guest is not None
    assert guest.staff.id == number
    assert clinic.actions() == ["staff.add", "staff.password", "sign_in"]


def test_none_of_the_three_alone_is_enough(clinic: Clinic) -> None:
    _, secret = clinic.hire("Lin")
    assert clinic.sign_in("Lim", secret) is None
    assert clinic.sign_in("Lin", secret, "a wrong password") is None
    assert clinic.doors.sign_in("Lin", PASSWORD, "000000") is None
    assert clinic.doors.sign_in("Lin", PASSWORD, "") is None


def test_a_code_works_once(clinic: Clinic) -> None:
    _, secret = clinic.hire("Lin")
    code = clinic.code(secret)
    assert clinic.doors.sign_in("Lin", PASSWORD, code)
    assert clinic.doors.sign_in("Lin", PASSWORD, code) is None


def test_five_wrong_tries_shut_the_door_for_a_quarter_of_an_hour(clinic: Clinic) -> None:
    _, secret = clinic.hire("Lin")
    for _ in range(doors.MOST_TRIES):
        assert clinic.sign_in("Lin", secret, "a wrong password") is None
    assert clinic.sign_in("Lin", secret) is None
    clinic.later(doors.LOCKED_S)
    assert clinic.sign_in("Lin", secret)
    assert "sign_in.refused" in clinic.actions()


def test_an_account_without_a_password_lets_nobody_in(clinic: Clinic) -> None:
    welcome = clinic.doors.add("Lin", "therapist")
    for password in ("", "nobody's password"):
        assert clinic.doors.sign_in("Lin", password, clinic.code(welcome.secret)) is None


def test_the_first_link_works_once_and_wants_the_code_of_the_app(clinic: Clinic) -> None:
    welcome = clinic.doors.add("Lin", "therapist")
    with pytest.raises(StaffError, match="code that the app shows"):
        clinic.doors.choose_password(welcome.ticket, PASSWORD, "123456")
    with pytest.raises(StaffError, match="at least 12 characters"):
        clinic.doors.choose_password(welcome.ticket, "short", clinic.code(welcome.secret))
    clinic.doors.choose_password(welcome.ticket, PASSWORD, clinic.code(welcome.secret))
    clinic.later(60)
    with pytest.raises(StaffError, match="was used"):
        clinic.doors.choose_password(welcome.ticket, PASSWORD, clinic.code(welcome.secret))


def test_the_first_link_grows_old(clinic: Clinic) -> None:
    welcome = clinic.doors.add("Lin", "therapist")
    clinic.later(4 * 24 * 3600)
    assert clinic.doors.invited(welcome.ticket) is None


def test_a_visit_ends_when_nothing_happens(clinic: Clinic) -> None:
    _, secret = clinic.hire("Lin")
    token = clinic.sign_in("Lin", secret) or ""
    clinic.later(doors.IDLE_S + 1)
    assert clinic.doors.guest(token) is None


def test_a_visit_ends_after_a_working_day_however_busy(clinic: Clinic) -> None:
    _, secret = clinic.hire("Lin")
    token = clinic.sign_in("Lin", secret) or ""
    seconds = 0.0
    while (guest := clinic.doors.guest(token)) is not None:
        token = guest.token or token
        clinic.later(doors.ROTATE_S)
        seconds += doors.ROTATE_S
    assert doors.LONGEST_S - doors.ROTATE_S <= seconds <= doors.LONGEST_S + doors.ROTATE_S


def test_a_token_is_changed_and_the_old_one_dies_a_minute_later(clinic: Clinic) -> None:
    _, secret = clinic.hire("Lin")
    old = clinic.sign_in("Lin", secret) or ""
    clinic.later(doors.ROTATE_S)
    guest = clinic.doors.guest(old)
    assert guest is not None
    assert guest.token not in ("", old)
    assert clinic.doors.guest(old) is not None
    clinic.later(61)
    assert clinic.doors.guest(old) is None
    assert clinic.doors.guest(guest.token) is not None


def test_signing_out_ends_the_visit(clinic: Clinic) -> None:
    _, secret = clinic.hire("Lin")
    token = clinic.sign_in("Lin", secret) or ""
    guest = clinic.doors.guest(token)
    assert guest is not None
    clinic.doors.sign_out(guest)
    assert clinic.doors.guest(token) is None


def test_closing_an_account_ends_its_visits_at_once(clinic: Clinic) -> None:
    clinic.hire("Ada", "admin")
    number, secret = clinic.hire("Lin")
    token = clinic.sign_in("Lin", secret) or ""
    clinic.doors.change(number, active=False)
    assert clinic.doors.guest(token) is None
    assert clinic.sign_in("Lin", secret) is None


def test_the_last_admin_stays(clinic: Clinic) -> None:
    number, _ = clinic.hire("Ada", "admin")
    for change in ({"active": False}, {"role": "therapist"}):
        with pytest.raises(StaffError, match="last active admin"):
            clinic.doors.change(number, **change)


def test_a_lost_phone_gets_a_new_secret_and_the_old_one_is_over(clinic: Clinic) -> None:
    number, secret = clinic.hire("Lin")
    token = clinic.sign_in("Lin", secret) or ""
    welcome = clinic.doors.begin_again(number)
    assert welcome.secret != secret
    assert clinic.doors.guest(token) is None
    assert clinic.sign_in("Lin", secret) is None


def test_what_stands_in_the_database_opens_nothing(clinic: Clinic) -> None:
    _, secret = clinic.hire("Lin")
    token = clinic.sign_in("Lin", secret) or ""
    with clinic.house.store.reading() as tx:
        dump = "\n".join(
            str(row)
            for name in ("staff", "staff_visit", "staff_ticket")
            for row in tx._connection.exec_driver_sql(f"SELECT * FROM {name}").fetchall()
        )
    for held in (secret, token, PASSWORD):
        assert held not in dump
