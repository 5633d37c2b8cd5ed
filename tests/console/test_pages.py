"""What the pages show, and what they do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from coachbot.authoring.pack import Pack
from coachbot.service.records import Changes
from coachbot.service.staff.doors import IDLE_S
from tests.console.conftest import Clinic
from tests.service.house import Person
from tests.service.staff.conftest import PASSWORD

SITE = Path(__file__).parents[1] / "site.yaml"


def evening(clinic: Clinic, person: Person) -> None:
    """The calendar opens the check-in of this practice day."""
    clinic.house.arm(person, "plan")
    clinic.house.travel_to(person, 11, "19:05")


# -- today --------------------------------------------------------------------------------------------
def test_today_shows_the_gravest_alert_first_with_the_patients_words(clinic: Clinic) -> None:
    visitor, first, second = clinic.visitor("therapist"), clinic.patient(), clinic.patient()
    clinic.house.say(first, "my therapist")
    clinic.house.say(first, "Please ring <b>me</b>")
    clinic.house.say(second, "i want to kill myself")
    page = visitor.get("/today").text
    assert page.index("Crisis: thoughts of self-harm") < page.index("A message for you")
    assert "Please ring &lt;b&gt;me&lt;/b&gt;" in page
    assert "i want to kill myself" in page


def _with_numbers(clinic: Clinic, phone: str, contact: str) -> Person:
    person = clinic.patient()
    record = clinic.house.record(person)
    record = replace(record, profile=replace(record.profile, phone=phone, contact=contact))
    with clinic.house.store.writing() as tx:
        tx.save(Changes(profiles={person.id: record}))
    return person


def test_whom_to_ring_stands_beside_a_grave_alert_and_is_audited(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    person = _with_numbers(clinic, "+49 (0)170 123 45 67", "My sister Ana, 030/555 01 02")
    assert "tel:" not in visitor.get("/today").text + visitor.get(f"/patients/{person.id}").text
    clinic.house.say(person, "i want to kill myself")
    for path in ("/today", f"/patients/{person.id}"):
        page = visitor.get(path).text
        assert 'href="tel:+491701234567"' in page
        assert 'href="tel:0305550102"' in page
        assert "My sister Ana" in page
    lines = clinic.rooms.audit.lines(subject=person.id)
    assert {"patient.number", "patient.read"} <= {line.action for line in lines}
    visitor.post(f"/patients/{person.id}/acknowledge", alert=clinic.house.alert(person, "crisis").id)
    assert "tel:" not in visitor.get("/today").text


def test_where_no_number_was_told_the_page_says_what_to_do_instead(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), _with_numbers(clinic, "", "<b>ring</b> 12")
    clinic.house.say(person, "i want to kill myself")
    page = visitor.get("/today").text
    assert "No number of theirs is known." in page
    assert f'href="/patients/{person.id}#numbers"' in page
    assert "ring the person to call, or <a href" in page
    assert f'href="/patients/{person.id}#write">take over the talk</a>' in page
    assert "follow the clinic's own procedure" in page
    assert 'id="numbers"' in visitor.get(f"/patients/{person.id}").text
    assert "tel:" not in page
    assert "&lt;b&gt;ring&lt;/b&gt; 12" in page


def test_the_clinic_enters_a_number_which_then_stands_beside_the_alert_and_in_no_audit(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    clinic.house.say(person, "i want to kill myself")
    place = f"/patients/{person.id}"
    wrong = visitor.post(f"{place}/numbers", phone="ask at the desk", contact="")
    assert (wrong.status_code, "is no telephone number" in wrong.text) == (409, True)
    done = visitor.post(f"{place}/numbers", phone=" +49 170  1234567", contact="Ana, 030 5550102")
    assert done.headers["location"] == f"{place}#numbers"
    assert 'href="tel:+491701234567"' in visitor.get("/today").text
    profile = clinic.house.record(person).profile
    assert (profile.phone, profile.contact) == ("+49 170 1234567", "Ana, 030 5550102")
    lines = clinic.rooms.audit.lines(subject=person.id)
    assert "patient.numbers" in {line.action for line in lines}
    assert not [line for line in lines if "170" in line.detail]


def test_the_clinic_says_in_which_country_somebody_is(tmp_path: Path, pack: Pack) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(f"{SITE.read_text('utf-8')}\ncountry: DE\n", "utf-8")
    clinic = Clinic(tmp_path, pack, site=site)
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    place = f"/patients/{person.id}"
    page = visitor.get(place).text
    assert page.index('<option value="DE">Germany') < page.index('<option value="AF">Afghanistan')
    assert "is no ISO code" in visitor.post(f"{place}/country", country="Atlantis").text
    assert visitor.post(f"{place}/country", country="TH").headers["location"] == f"{place}#country"
    assert clinic.house.record(person).profile.country == "TH"
    page = visitor.get(place).text
    assert '<option value="TH" selected>Thailand' in page
    assert "In a country without crisis numbers" in page
    visitor.post(f"{place}/country", country="")
    assert clinic.house.record(person).profile.country == ""
    clinic.house.store.close()


def test_where_a_site_names_no_country_nobody_is_asked_for_one(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    assert 'id="country"' not in visitor.get(f"/patients/{person.id}").text


def test_i_have_seen_it_takes_an_alert_away_under_ones_name(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    clinic.house.say(person, "i want to kill myself")
    alert = clinic.house.alert(person, "crisis")
    done = visitor.post(f"/patients/{person.id}/acknowledge", alert=alert.id, back="today")
    assert done.headers["location"].endswith("today")
    assert clinic.house.alert(person, "crisis").acknowledged_by.startswith("therapist")
    assert "Nobody's alert is open." in visitor.get("/today").text


def test_who_asks_for_a_person_and_writes_is_one_row(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    clinic.house.say(person, "I want to talk to my therapist")
    clinic.house.say(person, "It is about the stairs")
    waiting = [alert for alert in clinic.house.alerts(person) if alert.kind in ("message", "hand_over")]
    assert len(waiting) == 2
    page = visitor.get("/today").text
    assert "It is about the stairs" in page
    assert page.count("I&#39;ve seen it") + page.count("I've seen it") == 1
    numbers = re.search(r'name="alert" value="([\d ]+)"', page)
    assert numbers is not None
    visitor.post(f"/patients/{person.id}/acknowledge", alert=numbers[1], back="today")
    assert all(alert.acknowledged_at for alert in clinic.house.alerts(person))


def test_silent_patients_and_missed_assessments_are_listed(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    clinic.house.travel(timedelta(days=25))
    page = visitor.get("/today").text
    assert "26 whole days" in page or "25 whole days" in page
    assert re.search(r"week 4</span>", page)
    assert person.id in page


def test_a_worry_that_nobody_answered_tells_staff_what_to_do(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    clinic.house.say(person, "there is a way out and I think about it")
    clinic.house.travel(timedelta(minutes=61))
    page = visitor.get("/today").text
    assert "A worry: asked about openly" in page
    assert "without an answer, ring" in page


def test_assessments_that_close_within_three_days_are_listed_until_they_are_missed(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    clinic.house.travel(timedelta(days=17))  # day 31 of 35
    assert "None within 3 days" in visitor.get("/today").text
    clinic.house.travel(timedelta(days=1))
    page = visitor.get("/today").text
    assert "week 4 closes in 3 days" in page
    assert page.count(person.id) >= 1
    clinic.house.travel(timedelta(days=4))
    page = visitor.get("/today").text
    assert "None within 3 days" in page
    assert re.search(r"week 4</span>", page)


def test_an_assessment_that_is_done_does_not_close(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    clinic.patient(assessments=("baseline", "week_4"))
    clinic.house.travel(timedelta(days=20))
    assert "None within 3 days" in visitor.get("/today").text


def test_what_closes_soon_is_shown_to_those_who_treat_alone(clinic: Clinic) -> None:
    clinic.patient()
    clinic.house.travel(timedelta(days=20))
    for role in ("researcher", "author"):
        assert "closes in" not in clinic.visitor(role).get("/today").text


# -- patients -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("search", "found"), [("", True), ("ki", True), ("KIM", True), ("im", False), ("zoe", False)])
def test_patients_are_found_by_the_beginnings_of_their_names(clinic: Clinic, search: str, found: bool) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    answer = visitor.post("/patients", search=search)
    assert (person.id in visitor.get(answer.headers["location"]).text) == found


def test_what_was_searched_for_stands_in_no_address(clinic: Clinic) -> None:
    visitor, other, _ = clinic.visitor("therapist"), clinic.visitor("therapist"), clinic.patient()
    place = visitor.post("/patients", search="Kim Lehmann", show="active").headers["location"]
    assert place.startswith("/patients?show=active&find=")
    assert "Lehmann" not in unquote(place)
    page = visitor.get(place).text
    assert 'value="Kim Lehmann"' in page
    assert not re.search(r'(href|action)="[^"]*(Kim|Lehmann)', page)
    assert 'value="Kim Lehmann"' not in other.get(place).text
    longer = visitor.post("/patients", search="K").headers["location"]
    assert len(longer.partition("find=")[2]) == len(place.partition("find=")[2])


@pytest.mark.parametrize("find", ["x", "%00", "A" * 5000, "=" * 40])
def test_a_search_that_nobody_sealed_is_none(clinic: Clinic, find: str) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    assert person.id in visitor.get(f"/patients?find={find}").text


def test_a_filter_shows_only_those(clinic: Clinic) -> None:
    visitor, resting, other = clinic.visitor("therapist"), clinic.patient(safety_hold=True), clinic.patient()
    page = visitor.get("/patients?show=resting").text
    assert resting.id in page
    assert other.id not in page


# -- one patient --------------------------------------------------------------------------------------
def test_the_talk_stands_there_with_what_became_of_each_message(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    evening(clinic, person)
    clinic.house.press(person, "all")
    page = visitor.get(f"/patients/{person.id}").text
    assert "Did you get to your core exercises today" in page
    assert "[Yes, all of it]" in page
    assert "delivered" in page


def test_a_note_is_kept_sealed_and_shown_to_staff(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    assert visitor.post(f"/patients/{person.id}/note", text="rang, will come on Friday").status_code == 303
    assert "rang, will come on Friday" in visitor.get(f"/patients/{person.id}").text
    with clinic.house.store.reading() as tx:
        rows = tx._connection.exec_driver_sql("SELECT body FROM note").fetchall()
    assert b"Friday" not in rows[0][0]


def test_a_hand_over_from_beginning_to_end(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    place = f"/patients/{person.id}"
    visitor.post(f"{place}/take-over")
    visitor.post(f"{place}/write", text="How are you?")
    clinic.house.settle()
    assert person.last.body["by"] == "person"
    assert "How are you?" in visitor.get(place).text
    visitor.post(f"{place}/hand-back")
    clinic.house.settle()
    assert "talking with the program again" in person.texts[-1]


def test_today_says_who_is_in_a_talk_and_that_the_patient_waits_there(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    place = f"/patients/{person.id}"
    visitor.post(f"{place}/take-over")
    assert "therapist 0 is in this talk; last heard" in visitor.get("/today").text
    clinic.house.say(person, "are you there?")
    assert "the patient has waited for an answer since" in visitor.get("/today").text
    visitor.post(f"{place}/write", text="Yes, I am.")
    assert "has waited for an answer" not in visitor.get("/today").text
    clinic.house.say(person, "it pulls in my leg")
    clinic.house.travel(timedelta(hours=4))
    for path in ("/today", place):
        assert "therapist 0 was in this talk and has not answered any more." in visitor.get(path).text


def test_two_persons_do_not_write_into_one_talk(clinic: Clinic) -> None:
    one, two, person = clinic.visitor("therapist"), clinic.visitor("therapist"), clinic.patient()
    one.post(f"/patients/{person.id}/take-over")
    refused = two.post(f"/patients/{person.id}/take-over")
    assert refused.status_code == 409
    assert "has taken over this talk already" in refused.text
    assert two.post(f"/patients/{person.id}/write", text="hello").status_code == 409


def test_a_therapist_takes_on_a_patient_of_nobody_but_no_more(clinic: Clinic) -> None:
    visitor, other, person = clinic.visitor("therapist"), clinic.hire("Other", "therapist"), clinic.patient()
    assert visitor.post(f"/patients/{person.id}/care", staff=other).status_code == 409
    assert visitor.post(f"/patients/{person.id}/care", staff=visitor.number).status_code == 303
    with clinic.house.store.reading() as tx:
        assert tx.carers(person.id) == {visitor.number}


def test_every_act_stands_in_the_audit_without_words_of_anybody(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    visitor.post(f"/patients/{person.id}/note", text="a secret remark")
    visitor.post(f"/patients/{person.id}/rule-out", exercise="bridge")
    lines = clinic.rooms.audit.lines(subject=person.id)
    assert {"patient.note", "patient.rule-out"} <= {line.action for line in lines}
    assert "exercise=bridge" in [line.detail for line in lines]
    assert not [line for line in lines if "secret" in line.detail]
    assert clinic.rooms.audit.faults()[1] == []


def test_a_refused_act_stands_in_the_audit_too(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    assert visitor.post(f"/patients/{person.id}/confirm").status_code == 409
    assert "patient.confirm.refused" in clinic.actions()


# -- why ----------------------------------------------------------------------------------------------
def story(clinic: Clinic, visitor: Any, person: Person, number: int = -1) -> str:
    with clinic.house.store.reading() as tx:
        row = tx.outbox(person.id)[number]["id"]
    return str(visitor.get(f"/patients/{person.id}/why/{row}").text)


def test_a_planned_message_tells_its_rule_window_and_words(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    evening(clinic, person)
    told = story(clinic, visitor, person)
    assert "The coach wrote first: the evening check-in." in told
    assert "one of the days that they chose for the exercises at home" in told
    assert "Planned for Wed 11 Mar, 19:00 on the patient" in told
    assert "After Wed 11 Mar, 23:00 it would have been too late" in told
    assert "the second time that day that the coach wrote first; a day has 2 at most" in told
    assert "cse/checkin did_you" in told


def test_the_names_of_rules_and_guards_stand_in_the_folded_part_alone(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    evening(clinic, person)
    plain, _, folded = story(clinic, visitor, person).partition("<details")
    for inner in ("practice_day", "touch:", "cse/", "today.", "did_you"):
        assert inner not in plain
        assert inner in folded
    assert "<code>" not in plain


def test_words_of_a_person_name_who_wrote_them(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    visitor.post(f"/patients/{person.id}/take-over")
    visitor.post(f"/patients/{person.id}/write", text="How are you?")
    clinic.house.settle()
    assert "therapist 0 wrote this in the talk." in story(clinic, visitor, person)


def test_what_time_alone_brought_is_told_as_such(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    evening(clinic, person)
    clinic.house.say(person, "my therapist")
    clinic.house.say(person, "please ring me about my shoes")
    visitor.post(f"/patients/{person.id}/take-over")
    clinic.house.travel(timedelta(hours=30))
    with clinic.house.store.reading() as tx:
        told = [visitor.get(f"/patients/{person.id}/why/{row['id']}").text for row in tx.outbox(person.id)]
    assert any("nobody wrote any more: the coach came back" in page for page in told)


def test_an_answer_tells_what_was_answered_and_what_guards_saw(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    evening(clinic, person)
    clinic.house.press(person, "all")
    assert "[Yes, all of it]" in story(clinic, visitor, person)
    for words in ("20", "4", "8"):
        clinic.house.say(person, words)
    told = story(clinic, visitor, person)
    assert "pain_after" in told
    assert "= 8" in told


def test_what_was_held_back_that_day_is_told_with_its_reason(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient(paused_from="2026-03-10")
    clinic.house.arm(person, "plan")
    clinic.house.travel(timedelta(hours=1))
    clinic.house.say(person, "menu")
    told = story(clinic, visitor, person)
    assert "<strong>The morning note</strong>: a pause holds" in told


def test_no_patient_ever_gets_the_reasons(clinic: Clinic) -> None:
    person = clinic.patient()
    evening(clinic, person)
    bodies = [set(message.body) for message in person.messages]
    assert not [body for body in bodies if body & {"rule", "chose", "because", "said", "why"}]


# -- measures -----------------------------------------------------------------------------------------
def test_a_researcher_meets_no_name_no_talk_and_nothing_of_the_arm(clinic: Clinic) -> None:
    visitor = clinic.visitor("researcher")
    twins = [clinic.house.patient(arm) for arm in ("combined", "exercise")]
    for person in twins:
        clinic.house.say(person, "hello")
    listed = visitor.get("/measures").text
    pages = [visitor.get(f"/measures/{person.id}").text for person in twins]
    for text in (listed, *pages):
        assert not re.search(r"\bKim\b|combined|compassion|sct|session", text)
        assert "hello" not in text
    codes = [clinic.house.enrolment_code(person) for person in twins]
    same = [page.replace(code, "CODE").replace(t.id, "ID") for page, code, t in zip(pages, codes, twins, strict=True)]
    assert same[0] == same[1]
    rows = [re.search(rf"<tr>\s*<th[^>]*>[^\n]*{code}.*?</tr>", listed, re.S) for code in codes]
    plain = [r[0].replace(code, "CODE").replace(t.id, "ID") for r, code, t in zip(rows, codes, twins, strict=True) if r]
    assert plain[0] == plain[1]


# -- doors --------------------------------------------------------------------------------------------
def test_a_form_without_its_token_is_refused(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    refused = visitor.client.post(f"/patients/{person.id}/note", data={"text": "x", "csrf": "wrong"})
    assert refused.status_code == 403


@pytest.mark.parametrize("header", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_a_form_of_another_site_is_refused(clinic: Clinic, header: dict[str, str]) -> None:
    visitor, person = clinic.visitor("therapist"), clinic.patient()
    data = {"text": "x", "csrf": visitor.csrf()}
    assert visitor.client.post(f"/patients/{person.id}/note", data=data, headers=header).status_code == 403


def test_every_answer_carries_the_headers_that_keep_harm_out(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    for path in ("/today", "/sign-in", "/nowhere", "/static/console.css"):
        headers = visitor.get(path).headers
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-frame-options"] == "DENY"
    assert visitor.get("/today").headers["cache-control"] == "no-store"


def test_no_page_has_a_script_or_style_of_its_own(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("admin"), clinic.patient()
    evening(clinic, person)
    for path in ("/today", "/patients", f"/patients/{person.id}", "/team", "/audit"):
        page = visitor.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)|javascript:", page), path
        assert len(page.encode()) < 100_000


def test_the_cookie_is_out_of_reach(clinic: Clinic) -> None:
    name = "Lin"
    clinic.hire(name, "therapist")
    fields = {"name": name, "password": "a long enough one", "code": clinic.code(clinic.secrets[name])}
    cookie = clinic.browser().post("/sign-in", data=fields, follow_redirects=False).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "secure" in cookie
    assert "samesite" in cookie


def test_half_an_hour_without_a_click_leads_back_to_the_sign_in(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    clinic.house.clock.seconds += IDLE_S + 1
    assert visitor.get("/today").headers["location"].endswith("sign-in")


def test_many_tries_from_one_place_are_slowed(clinic: Clinic) -> None:
    browser = clinic.browser()
    tries = [{"name": f"n{n}", "password": "x", "code": "1"} for n in range(21)]
    statuses = [browser.post("/sign-in", data=fields).status_code for fields in tries]
    assert statuses[:20] == [401] * 20
    assert statuses[20] == 429


def test_a_new_account_from_the_team_page_to_the_first_sign_in(clinic: Clinic) -> None:
    page = clinic.visitor("admin").post("/team/add", name="Noa", role="therapist").text
    found = re.search(r"/begin/([\w-]+)", page)
    secret = re.search(r"Secret for the app</dt><dd><code>(\w+)", page)
    assert found
    assert secret
    browser = clinic.browser()
    fields = {"password": "three words together", "again": "three words together", "code": clinic.code(secret[1])}
    assert browser.post(f"/begin/{found[1]}", data=fields, follow_redirects=False).status_code == 303
    clinic.house.clock.seconds += 30
    signed = {"name": "noa", "password": "three words together", "code": clinic.code(secret[1])}
    assert browser.post("/sign-in", data=signed, follow_redirects=False).status_code == 303


def test_the_link_of_a_new_account_leads_to_where_the_console_is_mounted(clinic: Clinic) -> None:
    outer = FastAPI()
    outer.mount("/coach/staff", clinic.app)
    clinic.hire("Ada", "admin")
    browser = TestClient(outer, base_url="https://clinic.example")
    fields = {"name": "Ada", "password": PASSWORD, "code": clinic.code(clinic.secrets["Ada"])}
    assert browser.post("/coach/staff/sign-in", data=fields, follow_redirects=False).status_code == 303
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get("/coach/staff/account").text)
    assert csrf
    page = browser.post("/coach/staff/team/add", data={"csrf": csrf[1], "name": "Noa", "role": "therapist"}).text
    link = re.search(r"https://clinic\.example/\S+?/begin/[\w-]+", page)
    assert link
    assert "Welcome, Noa" in browser.get(link[0]).text


def test_a_session_attended_in_a_group_is_offered_no_more(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    person = clinic.patient(visitor.number)
    assert 'value="sct_3"' in visitor.get(f"/patients/{person.id}").text
    assert visitor.post(f"/patients/{person.id}/attend", session="sct_3").status_code == 303
    assert clinic.house.progress(person).attended[-1] == "sct_3"
    assert 'value="sct_3"' not in visitor.get(f"/patients/{person.id}").text
    assert visitor.post(f"/patients/{person.id}/attend", session="sct_3").status_code == 409
    assert visitor.post(f"/patients/{person.id}/attend", session="sct_99").status_code == 409


def test_a_session_of_the_other_arm_cant_be_attended(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    person = clinic.house.patient("exercise")
    assert visitor.post(f"/patients/{person.id}/attend", session="sct_3").status_code == 409


def test_an_address_that_is_none_has_a_way_back(clinic: Clinic) -> None:
    for visitor in (clinic.visitor("nobody"), clinic.visitor("therapist")):
        answer = visitor.get("/no-such-page")
        assert answer.status_code == 404
        assert "To the first page" in answer.text
        assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_what_ends_something_asks_once_more_without_a_script(clinic: Clinic) -> None:
    visitor, person = clinic.visitor("admin"), clinic.patient()
    clinic.house.say(person, "i want to kill myself")
    team, page = visitor.get("/team").text, visitor.get(f"/patients/{person.id}").text
    for text, label in ((team, "Close"), (team, "New secret and link"), (page, "End the rest")):
        assert f'<details class="sure"><summary>{label}</summary>' in text
        assert f"Yes: {label}</button>" in text


def test_the_audit_names_the_account_in_a_line(clinic: Clinic) -> None:
    visitor = clinic.visitor("admin")
    lin = clinic.hire("Lin Example", "therapist")
    clinic.doors.change(lin, active=False, by=visitor.number)
    assert f"{lin} therapist closed (Lin Example)" in visitor.get("/audit").text
