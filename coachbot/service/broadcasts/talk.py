"""A broadcast written in a member's own chat: text, audience, time, a rehearsal's summary, then send or cancel.

The office does the work, so that every guard of the console holds here too: blinding, whose patients, a second person.
No patient's name and no preview on a real patient comes into the chat; those stay in the console.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coachbot.errors import StaffError
from coachbot.service.broadcasts.office import Broadcasts
from coachbot.service.broadcasts.records import Broadcast
from coachbot.service.broadcasts.rehearsal import Rehearsal
from coachbot.service.notices.records import StaffUpdate
from coachbot.service.notices.wording import Wording
from coachbot.service.staff.records import StaffRow
from coachbot.service.staff.talk import Answer, Choices

COMMAND = "broadcast"
#: Typed, it does what the button does.
_STOP = "cancel"
_FIELDS = "{{ patient.name }}"
#: What the buttons of this talk say; all begin alike, so that they are told from others.
CANCEL, EVERYBODY, NOW, SEND, WRITE = "bcancel", "beverybody", "bnow", "bsend", "bwrite"
Talk = Mapping[str, Any]


class BroadcastTalk:
    """The talk, one message at a time; what was said so far is kept with the way."""

    def __init__(self, office: Broadcasts, wording: Wording, language: str) -> None:
        self._office = office
        self._wording = wording
        self._say = wording.say
        self._language = language

    def read(self, staff: StaffRow, update: StaffUpdate, talk: Talk) -> Answer | None:
        """The answer to an update; None if it belongs to no broadcast."""
        code, text = str(update.body.get("code") or ""), str(update.body.get("text") or "").strip()
        word, _, rest = text.partition(" ")
        if code == COMMAND or word.lower() == f"/{COMMAND}":
            return self._begin(staff, rest.strip())
        if code.startswith("b") and update.body.get("kind") == "press":
            return self._press(staff, code, talk)
        if not talk or not staff.may("compose"):
            return None
        if code == _STOP or text.lower() == f"/{_STOP}":
            return self._cancelled(staff, talk)
        return self._typed(staff, text, talk)

    def _begin(self, staff: StaffRow, text: str) -> Answer:
        if not staff.may("compose"):
            return Answer(self._say("not_yours"))
        return self._worded(staff, text, {}) if text else self._ask_text({})

    def _worded(self, staff: StaffRow, text: str, talk: Talk) -> Answer:
        """What stands against a text whoever it goes to is told at once."""
        if faults := self._office.faults_of_text({self._language: text}, staff):
            return self._faulty(faults, talk)
        return self._ask_audience({**talk, "text": text})

    # -- questions -------------------------------------------------------------------------------------
    def _ask_text(self, talk: Talk) -> Answer:
        return Answer(self._say("ask_text", fields=_FIELDS), [self._cancel], {**talk, "step": "text"})

    def _ask_audience(self, talk: Talk) -> Answer:
        choices = [(EVERYBODY, self._say("everybody_button")), self._cancel]
        return Answer(self._say("ask_audience"), choices, {**talk, "step": "audience"})

    def _ask_when(self, talk: Talk) -> Answer:
        choices = [(NOW, self._say("now_button")), self._cancel]
        return Answer(self._say("ask_when"), choices, {**talk, "step": "when"})

    @property
    def _cancel(self) -> tuple[str, str]:
        return CANCEL, self._say("cancel_button")

    # -- answers ---------------------------------------------------------------------------------------
    def _press(self, staff: StaffRow, code: str, talk: Talk) -> Answer:
        step = talk.get("step")
        if code == CANCEL and talk:
            return self._cancelled(staff, talk)
        if code == EVERYBODY and step == "audience":
            return self._ask_when({**talk, "audience": ""})
        if code == NOW and step == "when":
            return self._rehearsed(staff, {**talk, "at": ""})
        if code == WRITE and step == "confirm":
            return self._ask_text(talk)
        if code == SEND and step == "confirm":
            return self._sent(staff, talk)
        return Answer(self._say("nothing_open"), talk=talk)

    def _typed(self, staff: StaffRow, text: str, talk: Talk) -> Answer | None:
        match talk.get("step"):
            case "text" if talk.get("number"):
                return self._rehearsed(staff, {**talk, "text": text})
            case "text":
                return self._worded(staff, text, talk)
            case "audience":
                return self._asked_audience(text, talk)
            case "when":
                return self._asked_time(staff, text, talk)
            case _:
                return None

    def _asked_audience(self, text: str, talk: Talk) -> Answer:
        try:
            self._office.audience_of(text)
        except StaffError as error:
            return _again(error, self._ask_audience(talk))
        return self._ask_when({**talk, "audience": text})

    def _asked_time(self, staff: StaffRow, text: str, talk: Talk) -> Answer:
        try:
            return self._rehearsed(staff, {**talk, "at": self._office.time_of(text)})
        except StaffError as error:
            return _again(error, self._ask_when(talk))

    def _rehearsed(self, staff: StaffRow, talk: Talk) -> Answer:
        """The draft is written, and rehearsed; what stands against it is told, and nothing goes out."""
        try:
            one = self._office.write(staff, self._fields(talk), int(talk.get("number") or 0))
        except StaffError as error:  # a filter that this role must not use
            return _again(error, self._ask_audience(talk))
        talk = {**talk, "number": one.id}
        if faults := self._office.faults(one, staff):
            return self._faulty(faults, talk)
        told = self._office.rehearse(staff, one.id, masked=True)
        if told.faults:
            return self._faulty(told.faults, talk)
        return Answer(self._summary(staff, one, told), self._last_choices(), {**talk, "step": "confirm"})

    def _faulty(self, faults: Sequence[str], talk: Talk) -> Answer:
        text = self._say("faults", faults="\n".join(f"- {fault}" for fault in faults))
        return Answer(text, [self._cancel], {**talk, "step": "text"})

    def _fields(self, talk: Talk) -> Mapping[str, str]:
        return {
            "title": f"From the chat: {' '.join(str(talk['text']).split())[:50]}",
            "audience": str(talk.get("audience") or ""),
            "at": str(talk.get("at") or ""),
            f"text.{self._language}": str(talk["text"]),
        }

    def _last_choices(self) -> Choices:
        return [(SEND, self._say("send_button")), (WRITE, self._say("write_button")), self._cancel]

    def _summary(self, staff: StaffRow, one: Broadcast, told: Rehearsal) -> str:
        lines = [self._say("rehearsed", get=told.get, meant=told.meant, when=self._when(one, told))]
        for name, reasons in (("suppressed", told.suppressed), ("waits", told.waiting)):
            if reasons:
                lines.append(self._say(name, reasons=self._reasons(reasons)))
        if self._office.needs_second(staff, one):
            lines.append(self._say("second_person"))
        return "\n\n".join([*lines, self._say("the_text", text=one.texts[self._language])])

    def _when(self, one: Broadcast, told: Rehearsal) -> str:
        if told.first is None or told.last is None:
            return self._say("nobody_gets_it")
        if not one.at:
            return self._say("when_now")
        first, last = self._wording.day_clock(told.first), self._wording.day_clock(told.last)
        return self._say("when_between", first=first, last=last)

    def _reasons(self, reasons: Mapping[str, int]) -> str:
        return ", ".join(
            self._say("reason", count=count, why=self._say(f"held_{why}")) for why, count in reasons.items()
        )

    # -- the end ---------------------------------------------------------------------------------------
    def _sent(self, staff: StaffRow, talk: Talk) -> Answer:
        sent = self._office.send(staff, int(talk["number"]))
        return Answer(self._say("waiting" if sent.state == "waiting" else "scheduled"))

    def _cancelled(self, staff: StaffRow, talk: Talk) -> Answer:
        if talk.get("number"):
            self._office.cancel(staff, int(talk["number"]))
        return Answer(self._say("cancelled"))


def _again(error: StaffError, asked: Answer) -> Answer:
    """The question once more, below what was wrong with the answer."""
    return Answer(f"{error}\n\n{asked.text}", asked.choices, asked.talk)
