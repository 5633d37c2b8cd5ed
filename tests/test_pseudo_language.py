"""No word that a patient reads stands in Python: with every word of the content accented, nothing plain is left.

The pack is copied and every word of its English accented. A patient is then enrolled, answers the first
questionnaires, lives through a session and some check-ins, and looks at progress and data. What is left plain in
what reached them would have come from the code. Exceptions by design: what the patient wrote, codes of answers
in the data page's second column, names of instruments and zones, file names.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from coachbot.authoring.pack import Pack, load_pack
from coachbot.engine.asks import Ask, FreeText, Number, Several, TimeOfDay, Wait
from tests.conftest import ROOT
from tests.service.house import House, Person

ACCENTED = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")
#: What stays as it is in a words file: formulas, placeholders, targets of links and pictures.
_KEPT = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{\w+\}|\]\([^)]*\)|https?://\S+)", re.DOTALL)
_CHOICE = re.compile(r"^([-*] [a-z0-9_]+:)(.*)$")
#: What the patient writes: no vowels, so that it can't be taken for a word of ours.
MINE = "Brmfl"
#: Not words of ours: zones, and the instruments' names in the data page.
NAMES = ("Europe/Berlin", "Berlin", "rmdq", "nrs", "gad7", "phq9", "pcs", "pseq")
_BAD = {"no", "later", "another_day", "pause_here", "not_now", "stop_all", "leave", "no_more", "not_today", "more_time"}


# -- the language -----------------------------------------------------------------------------------------
def accented(text: str) -> str:
    """A text with every vowel accented, formulas and targets left alone."""
    return "".join(part if _KEPT.fullmatch(part) else part.translate(ACCENTED) for part in _KEPT.split(text))


def accented_words(source: str) -> str:
    """A words file with its texts and labels accented; headings and codes stay."""
    return "\n".join(
        line if line.startswith("#") else
        f"{found[1]}{accented(found[2])}" if (found := _CHOICE.match(line)) else accented(line)
        for line in source.split("\n")
    )  # fmt: skip


def accented_values(value: Any) -> Any:
    """A word list with its values accented; keys stay."""
    if isinstance(value, dict):
        return {key: accented_values(one) for key, one in value.items()}
    return accented(value) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The pack in the accented language."""
    root = tmp_path_factory.mktemp("pseudo")
    for folder in ("dialogs", "content"):
        shutil.copytree(ROOT / folder, root / folder)
    for path in (root / "content" / "en").rglob("*.md"):
        path.write_text(accented_words(path.read_text("utf-8")), "utf-8")
    for name in ("export", "progress", "site"):
        path = root / "content" / "en" / f"{name}.yaml"
        path.write_text(yaml.safe_dump(accented_values(yaml.safe_load(path.read_text("utf-8")))), "utf-8")
    return load_pack(root)


# -- the patient -----------------------------------------------------------------------------------------
class Life:
    """Somebody who answers whatever is asked, in the friendliest way."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.person: Person = house.stranger()

    def answer(self) -> bool:
        """Answer the open question; False if there is none."""
        prompt = self.house.record(self.person).conversation.prompt
        if prompt is None:
            return False
        ask = self.house.coach.world.pack.library.dialogs[prompt.dialog].states[prompt.state].ask
        codes = [code for code, _ in prompt.labels]
        if isinstance(ask, Wait):
            self.house.travel(timedelta(minutes=3))
        elif isinstance(ask, Several):
            for code in [] if "none" in codes else ask.of[: ask.least]:
                self.house.press(self.person, code, prompt.token)
            self.house.press(self.person, "none" if "none" in codes else "done", prompt.token)
        elif codes:
            self.house.press(self.person, self._choice(prompt.dialog, prompt.state, codes), prompt.token)
        else:
            self.house.say(self.person, _typed(ask, prompt.state))
        return True

    def _choice(self, dialog: str, state: str, codes: list[str]) -> str:
        if dialog.startswith("screening/") and codes == ["yes", "no"]:
            met = self._met(state)
            return next(code for code in codes if code not in met)
        return next((code for code in codes if code not in _BAD), codes[0])

    def _met(self, question: str) -> Any:
        screening = self.house.coach.world.pack.screenings["sct_cse"]
        return next(one.get("when_met", {}) for one in screening["questions"] if one["code"] == question)

    def talk(self) -> None:
        """Answer until nothing is open."""
        for _ in range(200):
            if not self.answer():
                return
        pytest.fail(f"the talk does not end: {self.house.place(self.person)}")

    def live(self, days: int) -> None:
        """Some days, with every question answered when it comes."""
        end = self.house.clock.now() + timedelta(days=days)
        while self.house.clock.now() < end:
            with self.house.store.reading() as tx:
                due = tx.next_timer()
            assert due is not None
            self.house.travel(due.due_at - self.house.clock.now())
            self.talk()


def _typed(ask: Ask | None, state: str) -> str:
    if isinstance(ask, Number):
        return str(int(min(max(ask.low or 0, 40), ask.high or 40)))
    if isinstance(ask, TimeOfDay):
        return "19:00" if "evening" in (ask.name, state) else "08:00"
    return "Berlin" if isinstance(ask, FreeText) and ask.name in ("city", "where") else MINE


@pytest.fixture(scope="module")
def life(pseudo: Pack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """A patient who has been through enrolment, questionnaires, a session, check-ins, progress and data."""
    house = House(tmp_path_factory.mktemp("house"), pseudo, datetime(2026, 3, 4, 9, tzinfo=UTC))
    one = Life(house)
    house.send(one.person, kind="start", text=house.code())
    one.talk()
    house.coach.enrolments.confirm(house.enrolment_code(one.person), MINE)
    house.settle()
    one.talk()
    one.live(days=5)
    for wish in ("progress", "my data"):
        house.say(one.person, wish)
        one.talk()
    for words in ("qwrtz", "back", "kljhg", "menu", "I want to kill myself", "stop"):
        house.say(one.person, words)
    house.send(one.person, kind="attachment", attachment="photo")
    house.press(one.person, "yes", "0123456789")
    yield one
    house.store.close()


def plain(text: str) -> str:
    """What is left plain in a text, exceptions taken out."""
    for name in NAMES:
        text = text.replace(name, "")
    words = re.findall(r"[^\W\d_]+", re.sub(r"&\w+;|https?://\S+", " ", text))
    return " ".join(word for word in words if word != MINE and re.search("[aeiouAEIOU]", word))


def test_the_walk_went_through_enrolment_a_session_and_checkins(life: Life) -> None:
    progress = life.house.progress(life.person)
    assert "sct_1" in progress.attended
    assert "baseline" in progress.assessments
    assert len(life.person.messages) > 150


def test_every_message_label_and_description_is_accented(life: Life) -> None:
    left = {
        found: message.body
        for message in life.person.messages
        for text in (message.body.get("text"), message.body.get("alt"), *(label for _, label in message.labels))
        if (found := plain(str(text or "")))
    }
    assert left == {}


def test_the_page_of_my_data_is_accented(life: Life) -> None:
    media = [message.body for message in life.person.messages if message.body.get("media")]
    page = next(body for body in media if str(body["name"]).endswith(".html"))
    with life.house.store.reading() as tx:
        row = tx.media(life.person.id, int(page["media"]))
    assert row is not None
    text = row.content.decode()
    body = text[text.index("<body>") :]
    without_values = re.sub(r"</td><td>.*?</td></tr>", "</td></tr>", body)
    by_coach = re.sub(r'<p class="me">.*?</p>', "", without_values)
    assert plain(re.sub(r"<[^>]+>", " ", by_coach)) == ""


def test_the_picture_of_my_progress_is_accented(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from coachbot.service import progress

    seen: list[str] = []
    saved = Figure.savefig

    def savefig(figure: Figure, *args: Any, **more: Any) -> None:
        saved(figure, *args, **more)
        seen.extend(text.get_text() for text in figure.findobj(Text))

    monkeypatch.setattr(Figure, "savefig", savefig)
    house, patient = life.house, life.person.id
    with house.store.reading() as tx:
        record, diary, responses = tx.load([patient])[patient], tx.diary(patient), tx.responses(patient)
    progress.draw(house.coach.world, record, diary, responses)
    assert any(seen)
    assert [text for text in seen if plain(text)] == []
    assert plain(progress.describe(house.coach.world, record, diary)) == ""
