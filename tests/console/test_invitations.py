"""The page of invitations: a list looked at, refused by line, or made into cards."""

from __future__ import annotations

import re

from tests.console.conftest import Clinic, Visitor

LIST = "reference,programme,arm\nK-1,sct_cse,combined\nK-2,sct_cse,exercise\n"


def upload(visitor: Visitor, content: bytes, do: str) -> str:
    answer = visitor.client.post(
        "/invitations", data={"csrf": visitor.csrf(), "do": do}, files={"list": ("list.csv", content, "text/csv")}
    )
    return str(answer.text)


def test_a_file_is_looked_at_and_nothing_is_made(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    assert "2 invitations would be made" in upload(visitor, LIST.encode(), "try")
    assert "2 invitations would be made" in upload(visitor, LIST.encode(), "try")


def test_a_file_becomes_cards_with_codes_that_open_and_tell_no_arm(clinic: Clinic) -> None:
    visitor = clinic.visitor("therapist")
    page = upload(visitor, b"\xef\xbb\xbf" + LIST.replace(",", ";").encode(), "make")
    codes = re.findall(r'class="code"><code>([A-Z0-9-]{19})</code>', page)
    assert len(codes) == 2
    assert page.count("<svg") == 2
    cards = page[page.index('<ul class="sheet">') :]
    assert "combined" not in cards
    assert "exercise" not in cards
    person = clinic.house.stranger()
    clinic.house.send(person, kind="start", text=codes[1])
    assert clinic.house.record(person).enrolment is not None
    assert "invite.list" in clinic.actions()


def test_lines_can_be_typed_and_faults_come_back_with_them(clinic: Clinic) -> None:
    visitor = clinic.visitor("admin")
    answer = visitor.post("/invitations", text=LIST + "=1+1,sct_cse,combined\n", do="make")
    assert answer.status_code == 409
    assert "line 4, reference" in answer.text
    assert "K-2,sct_cse,exercise" in answer.text
    assert "2 invitations would be made" in visitor.post("/invitations", text=LIST, do="try").text


def test_a_cell_is_shown_as_text_and_never_as_a_page(clinic: Clinic) -> None:
    page = upload(clinic.visitor("admin"), b"reference,programme,arm\n<script>x</script>,a,b", "make")
    assert "<script>x" not in page


def test_a_file_without_the_visits_token_is_refused(clinic: Clinic) -> None:
    visitor = clinic.visitor("admin")
    answer = visitor.client.post("/invitations", files={"list": ("l.csv", LIST.encode(), "text/csv")})
    assert answer.status_code == 403


def test_a_file_that_is_too_large_and_one_where_none_belongs_are_refused(clinic: Clinic) -> None:
    visitor = clinic.visitor("admin")
    data = {"csrf": visitor.csrf()}
    large = visitor.client.post("/invitations", data=data, files={"list": ("l.csv", b"x" * 2_000_000, "text/csv")})
    assert large.status_code == 413
    assert visitor.client.post("/team/add", data=data, files={"x": ("x", b"x", "text/csv")}).status_code == 415


def test_a_broken_body_is_one_clear_answer(clinic: Clinic) -> None:
    visitor = clinic.visitor("admin")
    for body in (b"", b"--x\r\n\r\n\r\n--x--", b"\x00\xff" * 40):
        answer = visitor.client.post(
            "/invitations", content=body, headers={"content-type": "multipart/form-data; boundary=x"}
        )
        assert answer.status_code in (400, 403)
