"""The documents tell the truth: settings, commands, links, the make targets, and the backup that they describe."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main

from coachbot import errors
from coachbot.cli import app
from coachbot.service.ids import IdSource
from coachbot.service.records import Address, Profile
from coachbot.settings import Settings
from coachbot.store import SqlStore, open_store
from tests import postgres

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
COMMANDS = ROOT / "docs" / "commands.md"
OPERATING = ROOT / "docs" / "operating.md"
INTENDED = ROOT / "docs" / "intended-use.md"

_LEFT_OUT = {"dist", "build", "var", "screenshots", "node_modules"}
_KEPT_HIDDEN = {".ci", ".importlinter", ".editorconfig", ".dockerignore", ".gitignore"}


def project_files() -> Iterator[Path]:
    """Every text file that belongs to the project; what tools leave behind does not."""
    for top in sorted(ROOT.iterdir()):
        if top.name in _LEFT_OUT or (top.name.startswith(".") and top.name not in _KEPT_HIDDEN):
            continue
        yield from (path for path in ([top] if top.is_file() else sorted(top.rglob("*"))) if _is_text(path))


def _is_text(path: Path) -> bool:
    binary = {".png", ".pyc", ".woff2", ".ico", ".jpg", ".db"}
    return path.is_file() and path.suffix not in binary and "__pycache__" not in path.parts


def pages() -> list[Path]:
    """The documents: Markdown that is not a patient's."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def rows(page: Path) -> list[list[str]]:
    """The cells of every row of every table of a page."""
    lines = [line.strip() for line in page.read_text("utf-8").splitlines() if line.strip().startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))


# -- settings -----------------------------------------------------------------------------------------
def test_every_setting_stands_in_operating_with_its_default_and_no_other() -> None:
    told = {row[0].strip("`"): row[1] for row in rows(OPERATING) if row[0].startswith("`COACHBOT_")}
    real = {f"COACHBOT_{name.upper()}": _default(field.default) for name, field in Settings.model_fields.items()}
    assert told == real


def _default(value: Any) -> str:
    return f"`{value}`" if value not in (None, "") else "(empty)"


# -- commands -----------------------------------------------------------------------------------------
@dataclass
class Told:
    """A command as a table has it."""

    name: str
    options: set[str]


def told_commands(page: Path) -> list[Told]:
    calls = [row[0].strip("`") for row in rows(page) if row[0].startswith("`coachbot ")]
    return [_told(call.removeprefix("coachbot ")) for call in calls]


def _told(call: str) -> Told:
    name = re.match(r"[a-z-]+( [a-z][a-z-]+)*", call)
    assert name is not None, call
    return Told(name[0], set(re.findall(r"--[a-z-]+", call)))


def real_commands() -> dict[str, set[str]]:
    """Every command, and the options that it takes."""
    found: dict[str, set[str]] = {}
    _collect(typer.main.get_command(app), (), found)
    return found


def _collect(command: Any, names: tuple[str, ...], found: dict[str, set[str]]) -> None:
    if below := getattr(command, "commands", None):
        for name, one in below.items():
            _collect(one, (*names, name), found)
    else:
        found[" ".join(names)] = {option for part in command.params for option in part.opts}


def test_the_page_of_commands_lists_every_command_and_no_other() -> None:
    assert {told.name for told in told_commands(COMMANDS)} == set(real_commands())


def test_the_readme_shows_commands_that_there_are() -> None:
    assert {told.name for told in told_commands(README)} <= set(real_commands())


def test_only_options_that_there_are_are_told() -> None:
    real = real_commands()
    for told in [*told_commands(README), *told_commands(COMMANDS)]:
        assert told.options <= real[told.name], told


def test_commands_named_in_any_page_exist() -> None:
    groups = {name.split()[0] for name in real_commands()}
    for page in pages():
        for word in re.findall(r"`coachbot ([a-z][a-z-]*)", page.read_text("utf-8")):
            assert word in groups, f"{page.relative_to(ROOT)}: coachbot {word}"


def test_make_targets_named_in_any_page_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.M))
    for page in pages():
        text = page.read_text("utf-8")
        said = re.findall(r"(?:`|^|[A-Z]=\d+ )make ([a-z-]+)", text, flags=re.M)
        assert set(said) <= targets, page.relative_to(ROOT)


def test_the_readmes_two_commands_come_first() -> None:
    assert re.findall(r"^make ([a-z-]+)", README.read_text("utf-8"), flags=re.M)[:2] == ["demo", "test"]


# -- errors and incidents -----------------------------------------------------------------------------
def test_every_exit_code_is_told() -> None:
    raised = [kind for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")]
    told = {row[0] for row in rows(OPERATING) if row[0].isdigit()}
    assert {str(kind.exit_code) for kind in raised} | {"0", "1"} == told


def test_every_kind_of_incident_is_told() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "coachbot").rglob("*.py"))
    kinds = set(re.findall(r"\.incident\(\s*\"(\w+)\"", code))
    assert kinds
    assert kinds <= {row[0].strip("`") for row in rows(OPERATING)}


# -- sign-off -----------------------------------------------------------------------------------------
def _what_breaks() -> list[list[str]]:
    """The table of faults: what, what the log says, where it is seen, what to do."""
    _, _, text = OPERATING.read_text("utf-8").partition("### When something breaks")
    lines = [line for line in text.partition("\n### ")[0].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[1:]]


def test_every_line_that_a_fault_leaves_in_the_log_stands_in_the_code() -> None:
    code = " ".join(" ".join(path.read_text("utf-8").split()) for path in (ROOT / "coachbot").rglob("*.py"))
    told = [words for row in _what_breaks() for words in re.findall(r"`([^`]+)`", row[1])]
    assert len(told) > 10
    assert [words for words in told if words not in code] == []


def test_every_fault_is_seen_somewhere_and_by_numbers_that_there_are() -> None:
    known = {name.partition("{")[0] for row in rows(ROOT / "docs" / "monitoring.md") for name in _metrics(row[0])}
    for row in _what_breaks():
        assert len(row) == 4, row
        assert row[3], f"{row[0]}: what is to be done?"
        assert row[1] or row[2], f"{row[0]}: nobody would notice it"
        assert set(_metrics(row[2])) <= known, row[0]


def _metrics(text: str) -> list[str]:
    return re.findall(r"`(coachbot_\w+)", text)


def test_every_file_that_needs_a_sign_off_is_in_the_list() -> None:
    named = re.findall(r"`((?:content|dialogs)/[^`]*)`", INTENDED.read_text("utf-8"))
    waiting = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "content").rglob("*.yaml"))
        if "clinical_sign_off: required" in path.read_text("utf-8")
    ]
    assert waiting
    assert [path for path in waiting if path not in named] == []


def test_every_instrument_is_in_the_list() -> None:
    told = " ".join(row[0] for row in rows(INTENDED)).replace("-", "").lower()
    for path in (ROOT / "content" / "instruments").glob("*.yaml"):
        assert path.stem in told, path.stem


def test_files_named_in_the_list_exist() -> None:
    for name in re.findall(r"`((?:content|dialogs)/[^`]*)`", INTENDED.read_text("utf-8")):
        path = name.replace("LANGUAGE", "en")
        assert (ROOT / path).exists(), name


# -- links --------------------------------------------------------------------------------------------
def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    titles = re.findall(r"^#+ +(.+?)\s*$", text, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        assert place.exists(), f"{target}: there is no such file"
        assert not anchor or anchor in anchors(place), f"{target}: there is no such heading"


def test_the_index_leads_to_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        name = str(page.relative_to(ROOT / "docs"))
        assert name == "index.md" or f"]({name}" in index, name


# -- the talk in the README ---------------------------------------------------------------------------
def test_the_talk_in_the_readme_is_in_the_coachs_own_words() -> None:
    lines = re.findall(r"^coach: +(.+)$", README.read_text("utf-8"), flags=re.M)
    assert len(lines) >= 4
    words = "\n".join(path.read_text("utf-8") for path in (ROOT / "content" / "en").rglob("*.md"))
    plain = re.sub(r"{%.*?%}|\*\*", "", words).replace("{{ patient.name }}", "Mei").replace("{{ diary.cse }}", "1")
    for line in lines:
        assert line in plain, line


# -- what no file may hold ----------------------------------------------------------------------------
#: Written in pieces, so that this file does not hold them.
_HOSTS = [
    "py" "pi.org", "python" "hosted.org", "npm" "js.org", "npm" "js.com", "deb.deb" "ian.org", "docker" ".io",
    "ghcr" ".io", "quay" ".io",
]  # fmt: skip
_PATHS = [
    r"/wo" r"rk/", r"/ro" r"ot/", r"/ho" r"me/\w+/", r"/Us" r"ers/\w+/", r"/opt/" r"(?:pypi|wheels)", r"\.pye" r"nv"
]  # fmt: skip
_DOWNLOADS = r"https?://[^\s\"')>]+/(?:simple/|packages/[0-9a-f]{2}/)"


@pytest.mark.parametrize("pattern", [*map(re.escape, _HOSTS), *(rf"(?<![\w.]){path}" for path in _PATHS), _DOWNLOADS])
def test_no_file_names_a_registry_or_a_path_of_some_machine(pattern: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path, text in _texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert wrong == []


_READ: dict[Path, str] = {}


def _texts() -> dict[Path, str]:
    if not _READ:
        _READ.update({path: path.read_text("utf-8", errors="replace") for path in project_files()})
    return _READ


def test_constraints_are_plain_pins() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    assert lines == sorted(lines, key=str.lower)


# -- the backup of docs/operating.md, for PostgreSQL ---------------------------------------------------
def script(name: str, folder: Path) -> Path:
    """A script of the operating page, saved as the page says."""
    found = re.search(rf"^```sh {name}\n(.*?)^```", OPERATING.read_text("utf-8"), flags=re.M | re.S)
    assert found is not None
    (folder / name).write_text(found[1], "utf-8")
    return folder / name


def _admit(store: SqlStore, *patients: str) -> None:
    ids = IdSource()
    with store.writing() as tx:
        site = tx.site("main")
        account = tx.account("web", "main", site)
        for patient in patients:
            address = Address(ids.next(), account, "web", f"chat of {patient}")
            tx.add_patient(patient, site=site, address=address, profile=Profile(name=f"Name of {patient}"))


@pytest.mark.postgres
@pytest.mark.skipif(
    shutil.which("pg_dump") is None, reason="pg_dump is not installed: apt-get install postgresql-client"
)
def test_a_backup_of_postgresql_brings_back_everybody_but_who_was_erased_since(tmp_path: Path) -> None:
    keys, data, apart = tmp_path / "keys.json", tmp_path / "data.dump", tmp_path / "keys.copy"
    backup, restore = (script(f"{name}-postgres.sh", tmp_path) for name in ("backup", "restore"))
    with postgres.database(keys) as live, postgres.database() as other:
        store = open_store(live, keys_path=keys)
        _admit(store, "pmei", "plin")
        _sh(backup, live, data, apart)
        old = data.read_bytes()
        wrapped = [row.split("\t")[1].removeprefix("\\\\x") for row in apart.read_text().splitlines()]
        assert len(wrapped) == 2
        assert not [key for key in wrapped if bytes.fromhex(key) in old or key.encode() in old]
        with store.writing() as tx:
            tx.erase("pmei")
        store.close()
        _sh(backup, live, data, apart)
        data.write_bytes(old)
        _sh(restore, data, apart, other)
        restored = open_store(other, keys_path=keys)
        with restored.reading() as tx:
            assert {patient: record.profile.name for patient, record in tx.load(["pmei", "plin"]).items()} == {
                "plin": "Name of plin"
            }
            assert tx.find_addresses(1, ["chat of pmei", "chat of plin"]) == {"chat of plin": "plin"}
        restored.close()


def _sh(script: Path, *arguments: object) -> None:
    result = subprocess.run(["sh", str(script), *map(str, arguments)], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
