"""axe-core finds no serious fault on any page: the staff's, the web chat's, the page of a round."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import PHONE, Patient, Therapist

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parent.parent.parent
AXE = Path(os.environ.get("COACHBOT_TEST_AXE") or ROOT / ".cache/node_modules/axe-core/axe.min.js")
STAFF = (
    "today", "patients", "broadcasts", "broadcasts/new", "invitations", "programme", "programme/dialog?id=cse/checkin",
    "site", "team", "audit?check=1", "account",
)  # fmt: skip


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip(f"axe-core is not at {AXE}: make axe (needs npm), or set COACHBOT_TEST_AXE")
    return AXE.read_text("utf-8")


def serious(page: Any, axe: str) -> list[str]:
    """The serious faults of a page as it now stands: rule and place."""
    page.evaluate(axe)
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:120]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def test_axe_finds_a_fault_where_there_is_one(newcomer: Patient, axe: str) -> None:
    newcomer.page.evaluate("document.body.append(document.createElement('button'))")
    assert any("button-name" in one for one in serious(newcomer.page, axe))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_web_chat(newcomer: Patient, axe: str, scheme: str) -> None:
    newcomer.page.emulate_media(color_scheme=scheme)
    newcomer.press("Yes, let's begin")
    assert serious(newcomer.page, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_staff(therapist: Therapist, axe: str, scheme: str) -> None:
    therapist.until("patients", "Noor Haddad")
    page = therapist.page
    patient = page.get_by_role("link", name="Noor Haddad").first.get_attribute("href").rpartition("/")[2]
    page.emulate_media(color_scheme=scheme)
    if scheme == "dark":
        page.set_viewport_size(PHONE)
    faults: dict[str, list[str]] = {}
    for path in (*STAFF, f"patients/{patient}", f"patients/{patient}/summary"):
        therapist.open(path)
        if found := serious(page, axe):
            faults[path] = found
    assert faults == {}


def test_the_page_for_signing_in(chromium: Any, newcomer: Patient, axe: str) -> None:
    page = chromium.new_page()
    page.goto(f"{newcomer.url}/staff/sign-in")
    page.get_by_label("Password").wait_for()
    found = serious(page, axe)
    page.close()
    assert found == []
