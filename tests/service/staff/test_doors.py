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


def _inside(clinic: Clinic, name: str = "Lin") -> tuple[doors.Guest, str]:
    """Somebody signed in, and their secret."""
    _, secret = clinic.hire(name)
    guest = clinic.doors.guest(clinic.sign_in(name, secret) or "")
    assert guest is not None
    return guest, secret


def test_a_new_password_wants_the_present_one_and_a_code_and_then_counts(clinic: Clinic) -> None:
    guest, secret = _inside(clinic)
    with pytest.raises(StaffError, match="did not work"):
        clinic.doors.change_password(guest, "not the present one", "five quite plain words", clinic.code(secret))
    with pytest.raises(StaffError, match="did not work"):
        clinic.doors.change_password(guest, PASSWORD, "five quite plain words", "000000")
    clinic.doors.change_password(guest, PASSWORD, "five quite plain words", clinic.code(secret))
    clinic.later(30)
    assert clinic.sign_in("Lin", secret) is None
    assert clinic.sign_in("Lin", secret, "five quite plain words")
    assert clinic.actions().count("staff.password.failed") == 2


def test_a_new_password_ends_every_other_visit_and_goes_on_in_this_browser(clinic: Clinic) -> None:
    guest, secret = _inside(clinic)
    elsewhere = clinic.sign_in("Lin", secret) or ""
    token = clinic.doors.change_password(guest, PASSWORD, "five quite plain words", clinic.code(secret))
    here = clinic.doors.guest(token)
    assert here is not None
    assert here.visit.csrf != guest.visit.csrf
    assert clinic.doors.guest(elsewhere) is None


def test_the_code_of_a_sign_in_changes_no_password(clinic: Clinic) -> None:
    _, secret = clinic.hire("Lin")
    code = clinic.code(secret)
    guest = clinic.doors.guest(clinic.doors.sign_in("Lin", PASSWORD, code) or "")
    assert guest is not None
    with pytest.raises(StaffError, match="each code works once"):
        clinic.doors.change_password(guest, PASSWORD, "five quite plain words", code)


def test_a_new_password_is_a_good_one_and_another_one(clinic: Clinic) -> None:
    guest, secret = _inside(clinic)
    with pytest.raises(StaffError, match="at least 12 characters"):
        clinic.doors.change_password(guest, PASSWORD, "short", clinic.code(secret))
    with pytest.raises(StaffError, match="choose another one"):
        clinic.doors.change_password(guest, PASSWORD, PASSWORD, clinic.code(secret))


def test_five_wrong_tries_at_an_open_browser_shut_the_account(clinic: Clinic) -> None:
    guest, secret = _inside(clinic)
    for _ in range(doors.MOST_TRIES):
        with pytest.raises(StaffError):
            clinic.doors.change_password(guest, "guessed by somebody", "five quite plain words", clinic.code(secret))
    with pytest.raises(StaffError):
        clinic.doors.change_password(guest, PASSWORD, "five quite plain words", clinic.code(secret))
    assert clinic.sign_in("Lin", secret) is None
    assert clinic.actions()[-2:] == ["staff.password.refused", "sign_in.refused"]


def test_new_codes_count_from_the_first_one_that_comes_back(clinic: Clinic) -> None:
    guest, secret = _inside(clinic)
    renewal = clinic.doors.renew_codes(guest, PASSWORD, clinic.code(secret))
    assert renewal.secret in renewal.uri
    clinic.later(30)
    with pytest.raises(StaffError, match="not the code"):
        clinic.doors.take_codes(guest, renewal.secret, clinic.code(secret))
    assert clinic.sign_in("Lin", secret)
    clinic.doors.take_codes(guest, renewal.secret, clinic.code(renewal.secret))
    clinic.later(30)
    assert clinic.sign_in("Lin", secret) is None
    assert clinic.sign_in("Lin", renewal.secret)
    with pytest.raises(StaffError, match="too old"):
        clinic.doors.take_codes(guest, renewal.secret, clinic.code(renewal.secret))


def test_a_secret_that_was_not_offered_or_to_somebody_else_or_long_ago_is_not_taken(clinic: Clinic) -> None:
    guest, secret = _inside(clinic)
    other, theirs = _inside(clinic, "Somebody else")
    renewal = clinic.doors.renew_codes(other, PASSWORD, clinic.code(theirs))
    own = clinic.vault.new_secret()
    for one in (renewal.secret, own):
        with pytest.raises(StaffError, match="too old"):
            clinic.doors.take_codes(guest, one, clinic.code(one))
    mine = clinic.doors.renew_codes(guest, PASSWORD, clinic.code(secret)).secret
    clinic.later(doors.RENEW_S)
    with pytest.raises(StaffError, match="too old"):
        clinic.doors.take_codes(guest, mine, clinic.code(mine))


def test_an_offered_secret_is_not_in_the_database(clinic: Clinic) -> None:
    guest, secret = _inside(clinic)
    renewal = clinic.doors.renew_codes(guest, PASSWORD, clinic.code(secret))
    with clinic.house.store.reading() as tx:
        rows = tx._connection.exec_driver_sql("SELECT * FROM staff_ticket").fetchall()  # type: ignore[attr-defined]
    assert len(rows) == 1
    assert renewal.secret not in str(rows)
