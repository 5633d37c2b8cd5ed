"""The commands, as an operator types them: what they print, and how they fail."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from coachbot.testing.wechatapi import FakeWeChat

#: Each test reads a whole pack anew, most of them in a process of its own.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
SITE = Path(__file__).parent / "site.yaml"
BROKEN = "dialog: one\nstart: here\nstates:\n  here: {say: true, next: nowhere}\n"


def coachbot(*arguments: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, with its data in a temporary folder."""
    env = {**os.environ, "COACHBOT_DATA": str(data), "COACHBOT_SITE": str(SITE), **environment}
    return subprocess.run(
        [sys.executable, "-m", "coachbot", *arguments],
        capture_output=True, text=True, env=env, cwd=data if data.is_dir() else None, timeout=60,
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fails_with_one_line(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode not in (0, None)
    assert "Traceback" not in result.stderr
    told = "coachbot made a new database"  # no fault
    lines = [line for line in result.stderr.splitlines() if line.strip() and not line.startswith(told)]
    assert len(lines) == 1, result.stderr
    for word in words:
        assert word in lines[0]


# -- places ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "command", [("alerts",), ("incidents",), ("enrolment", "list"), ("export",), ("staff", "list"), ("audit", "verify")]
)
def test_a_command_that_reads_makes_no_empty_data_folder(tmp_path: Path, command: tuple[str, ...]) -> None:
    data = tmp_path / "mistyped"
    fails_with_one_line(coachbot(*command, data=data), "no database yet", "COACHBOT_DATA")
    assert not data.exists()


def test_an_invitation_may_begin_an_installation_and_says_so(tmp_path: Path) -> None:
    result = coachbot("invite", "sct_cse", "combined", data=tmp_path / "new")
    assert result.returncode == 0
    assert "made a new database" in result.stderr


def test_links_carry_the_public_address(tmp_path: Path) -> None:
    public = {"COACHBOT_ADDRESS": "https://coach.example.org/"}
    result = coachbot("invite", "sct_cse", "combined", data=tmp_path, **public)
    code = result.stdout.strip()
    assert f"https://coach.example.org/c/{code}" in result.stderr
    assert "127.0.0.1" not in result.stderr
    drawn = coachbot("qr", "--code", code, data=tmp_path, **public)
    assert f"https://coach.example.org/c/{code}" in drawn.stdout
    fails_with_one_line(coachbot("invite", "sct_cse", "combined", data=tmp_path, COACHBOT_ADDRESS="coach"), "ADDRESS")


def test_a_qr_code_without_any_address_to_open_names_the_cure_in_one_line(tmp_path: Path) -> None:
    for command in (("qr",), ("qr", "--code", "ABCD-EFGH-JKMN-PQRS")):
        fails_with_one_line(coachbot(*command, data=tmp_path), "COACHBOT_ADDRESS", "COACHBOT_TELEGRAM_TOKEN")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("run",), ("demo",), ("schema", "/proc/nope"), ("alerts",)])
def test_a_place_that_cannot_be_written_is_one_clear_line(command: tuple[str, ...]) -> None:
    fails_with_one_line(coachbot(*command, data=Path("/proc/nope")), "/proc/nope")


def test_the_version_is_told(tmp_path: Path) -> None:
    result = coachbot("--version", data=tmp_path)
    assert result.returncode == 0
    assert result.stdout.startswith("coachbot ")


@pytest.mark.parametrize("command", [("check",), ("instruments", "list")])
def test_a_folder_without_a_pack_is_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    fails_with_one_line(coachbot(*command, str(tmp_path / "nope"), data=tmp_path), "nope", "dialogs/")


def test_check_is_clean_on_the_pack_that_ships(tmp_path: Path) -> None:
    result = coachbot("check", str(ROOT), data=tmp_path)
    assert result.returncode == 0, result.stdout
    assert "0 errors" in result.stdout


def test_a_broken_pack_lists_every_fault_and_fails(tmp_path: Path) -> None:
    (tmp_path / "dialogs").mkdir()
    (tmp_path / "dialogs" / "one.yaml").write_text(BROKEN)
    (tmp_path / "dialogs" / "two.yaml").write_text("dialog: two\ndialog: two\n")
    (tmp_path / "content" / "en").mkdir(parents=True)
    result = coachbot("check", str(tmp_path), data=tmp_path)
    assert result.returncode == 1
    assert "dialogs/one.yaml:4" in result.stdout
    assert "dialogs/two.yaml:2" in result.stdout


def test_a_broken_pack_refuses_to_start_and_lists_every_fault(tmp_path: Path) -> None:
    (tmp_path / "dialogs").mkdir()
    (tmp_path / "dialogs" / "one.yaml").write_text(BROKEN)
    (tmp_path / "content" / "en").mkdir(parents=True)
    result = coachbot("run", data=tmp_path, COACHBOT_PACK=str(tmp_path))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "dialogs/one.yaml:4" in result.stderr


def test_a_wrong_database_url_is_one_clear_line(tmp_path: Path) -> None:
    fails_with_one_line(coachbot("run", data=tmp_path, COACHBOT_DATABASE="mysterydb://here"), "mysterydb")
    fails_with_one_line(coachbot("enrolment", "list", data=tmp_path, COACHBOT_DATABASE="mysterydb://here"), "mysterydb")


def test_a_database_that_is_none_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "coachbot.db").write_text("this is a shopping list, and a rather long one at that" * 40)
    fails_with_one_line(coachbot("enrolment", "list", data=tmp_path), "coachbot.db")


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    fails_with_one_line(coachbot("enrolment", "list", data=tmp_path / "file" / "data"), "file")


def test_a_missing_key_of_existing_data_is_one_clear_line(tmp_path: Path) -> None:
    assert coachbot("invite", "sct_cse", "combined", data=tmp_path).returncode == 0
    (tmp_path / "keys.json").unlink()
    fails_with_one_line(coachbot("enrolment", "list", data=tmp_path), "key")


@pytest.mark.parametrize("command", ["worker", "web", "sender"])
def test_several_processes_on_one_file_are_refused_in_one_clear_line(tmp_path: Path, command: str) -> None:
    result = coachbot(command, data=tmp_path / "none", COACHBOT_PORT=str(free_port()))
    fails_with_one_line(result, "on PostgreSQL only", "coachbot run")
    assert not (tmp_path / "none").exists()


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        fails_with_one_line(coachbot("run", data=tmp_path, PORT=port), port)


def test_a_missing_pack_is_one_clear_line(tmp_path: Path) -> None:
    fails_with_one_line(coachbot("run", data=tmp_path, COACHBOT_PACK=str(tmp_path / "nowhere")), "COACHBOT_PACK")


def test_an_invitation_is_a_code_of_four_groups(tmp_path: Path) -> None:
    result = coachbot("invite", "sct_cse", "combined", data=tmp_path)
    assert [len(group) for group in result.stdout.strip().split("-")] == [4, 4, 4, 4]


def test_an_unknown_arm_names_those_there_are(tmp_path: Path) -> None:
    fails_with_one_line(coachbot("invite", "sct_cse", "placebo", data=tmp_path), "placebo", "combined", "exercise")


def test_the_burden_is_within_the_rules_and_equal_in_both_arms(tmp_path: Path) -> None:
    result = coachbot("burden", data=tmp_path)
    assert result.returncode == 0, result.stdout
    assert "kept: at most 2 a day and 12 a week" in result.stdout
    assert "BROKEN" not in result.stdout


def test_a_dialog_is_drawn_as_mermaid(tmp_path: Path) -> None:
    result = coachbot("draw", "cse/checkin", data=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "did_you" in result.stdout


def test_drawing_an_unknown_dialog_is_one_clear_line(tmp_path: Path) -> None:
    fails_with_one_line(coachbot("draw", "cse/chekin", data=tmp_path), "cse/chekin")


def test_all_exercises_are_drawn_on_one_sheet(tmp_path: Path) -> None:
    result = coachbot("draw", "--exercises", "--output", str(tmp_path / "sheet.png"), data=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "24 exercises" in result.stdout
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_exercise_picture_is_one_clear_line(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "content/exercises", tmp_path / "pack/content/exercises")
    (tmp_path / "pack/content/exercises/pictures/clam_start.png").unlink()
    (tmp_path / "pack/dialogs").mkdir()
    result = coachbot("draw", "--exercises", "--pack", str(tmp_path / "pack"), data=tmp_path)
    fails_with_one_line(result, "clam_start.png", "start picture of 'clam'")


@pytest.mark.parametrize("arguments", [(), ("cse/checkin", "--exercises"), ("cse/checkin", "--output", "sheet.png")])
def test_drawing_wants_either_a_dialog_or_the_exercises(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    fails_with_one_line(coachbot("draw", *arguments, data=tmp_path), "dialog's name", "--exercises")


@pytest.mark.parametrize("command", ["check", "draw", "schema", "test", "play", "demo", "run", "invite", "alerts"])
def test_every_command_explains_itself(command: str, tmp_path: Path) -> None:
    result = coachbot(command, "--help", data=tmp_path)
    assert result.returncode == 0
    assert len(result.stdout) > 100


def test_nobody_is_invited_before_the_clinic_has_given_its_own_crisis_numbers(tmp_path: Path) -> None:
    fails_with_one_line(coachbot("invite", "sct_cse", "combined", data=tmp_path, COACHBOT_SITE=""), "COACHBOT_SITE")


def test_a_site_file_without_crisis_numbers_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("languages: {en: {name: A clinic, therapist: Kim, reads_when: daily, privacy: sealed}}\n")
    result = coachbot("invite", "sct_cse", "combined", data=tmp_path, COACHBOT_SITE=str(site))
    fails_with_one_line(result, "languages.en.emergency", "languages.en.crisis_line")


def test_a_crisis_line_left_as_in_the_example_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    words = (
        "name: A clinic, therapist: Kim, reads_when: daily, privacy: sealed, emergency: 112, crisis_line: the number"
    )
    site.write_text(f"languages: {{en: {{{words}}}}}\n")
    result = coachbot("invite", "sct_cse", "combined", data=tmp_path, COACHBOT_SITE=str(site))
    fails_with_one_line(result, "languages.en.crisis_line", "nobody could ring it")


def test_a_language_that_the_pack_does_not_have_is_refused(tmp_path: Path) -> None:
    result = coachbot("invite", "sct_cse", "combined", data=tmp_path, COACHBOT_LANGUAGE="de")
    fails_with_one_line(result, "COACHBOT_LANGUAGE", "there is en")


WECHAT = {
    "COACHBOT_WECHAT_APPID": "wx0123456789",
    "COACHBOT_WECHAT_SECRET": "made-up",
    "COACHBOT_WECHAT_TOKEN": "madeup",
}


def test_check_warns_of_touchpoints_that_nothing_rings_for_on_wechat(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(SITE.read_text() + "wechat: {templates: {checkin: {id: T1, fields: {thing1: what}}}}\n")
    told = coachbot("check", str(ROOT), data=tmp_path, COACHBOT_SITE=str(site), **WECHAT).stdout
    assert "SITE_001 warning: programme 'sct_cse' has touchpoints of the kind 'assessment'" in told
    assert "kind 'checkin'" not in told
    assert "SITE_001" not in coachbot("check", str(ROOT), data=tmp_path, COACHBOT_SITE=str(site)).stdout


def test_check_and_invite_refuse_a_country_without_numbers(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    denmark = "{name: Denmark, emergency: 112, crisis_line: the number}"
    site.write_text(SITE.read_text() + f"country: DE\ncountries: {{DK: {{languages: {{en: {denmark}}}}}}}\n")
    lacking = "countries.DK.languages.en.crisis_line"
    told = coachbot("check", str(ROOT), data=tmp_path, COACHBOT_SITE=str(site))
    assert (told.returncode, f"{site} SITE_003 " in told.stdout, lacking in told.stdout) == (1, True, True)
    fails_with_one_line(coachbot("invite", "sct_cse", "combined", data=tmp_path, COACHBOT_SITE=str(site)), lacking)


def test_a_wechat_code_without_an_invitation_is_one_clear_line(tmp_path: Path) -> None:
    fails_with_one_line(coachbot("qr", "--wechat", data=tmp_path, **WECHAT), "--wechat --code CODE")


def test_a_wechat_account_half_set_is_one_clear_line(tmp_path: Path) -> None:
    given = {name: value for name, value in WECHAT.items() if not name.endswith("TOKEN")}
    fails_with_one_line(coachbot("run", data=tmp_path, **given), "COACHBOT_WECHAT_TOKEN")


def test_a_wechat_code_is_written_for_an_invitation(tmp_path: Path) -> None:
    pytest.importorskip("segno", reason="segno is not installed: pip install 'coachbot[wechat]'")
    with FakeWeChat("wx0123456789", "made-up") as wechat:
        told = coachbot(
            "qr", "--wechat", "--code", "ABCD-EFGH", "--output", "w.svg", data=tmp_path,
            **WECHAT, COACHBOT_WECHAT_API=wechat.url,
        )  # fmt: skip
    assert told.stdout.strip().endswith("http://weixin.qq.com/q/ABCDEFGH"), told.stderr
    assert b"<svg" in (tmp_path / "w.svg").read_bytes()
