"""What a dialog is, and where one patient stands: frozen data, free of any language.

A `Library` holds every dialog of a pack, compiled once and shared by all patients. A `Conversation`
is one patient's place in it: a stack of frames and the prompt now open. `coachbot.engine.step`
carries a conversation from one event to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeAlias

from coachbot.engine.answers.phrases import Phrases
from coachbot.engine.asks import Ask
from coachbot.engine.changing import quick
from coachbot.engine.machine import DialogMachine

#: What a slot can hold; dates and times are ISO text, "missing" is None.
Value: TypeAlias = str | int | float | bool | tuple[str, ...] | None
#: Slots and facts as guards and templates see them.
Scope: TypeAlias = Mapping[str, Any]
#: A compiled guard or expression; raises nothing that `coachbot check` lets through.
Expression: TypeAlias = Callable[[Scope], Any]

SlotScope = Literal["dialog", "programme", "always"]


class _Nothing(Mapping[str, Any]):
    """The empty mapping: unlike a dict it cannot change, so it can be a default of frozen data.

    It answers by the methods of an empty dict, without a frame of Python: a turn asks it a dozen times.
    """

    __slots__ = ()
    _dict: ClassVar[dict[str, Any]] = {}
    __getitem__ = _dict.__getitem__
    __iter__ = _dict.__iter__
    __len__ = _dict.__len__
    __contains__ = _dict.__contains__
    get = _dict.get

    def __hash__(self) -> int:
        return 0


EMPTY: Mapping[str, Any] = _Nothing()


@dataclass(frozen=True, slots=True)
class Slot:
    """A named place for an answer."""

    name: str
    #: choice several number scale yes_no time date text flag
    type: str
    scope: SlotScope = "dialog"


@dataclass(frozen=True, slots=True)
class Branch:
    """One way on from a state: by answer, by guard, or `else` (neither)."""

    to: str
    answer: str | None = None
    guard: Expression | None = None
    #: The guard as the author wrote it, for drawings and messages.
    source: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """Another dialog talked through from inside a state."""

    #: The dialog's name, or "" if a fact names it.
    dialog: str = ""
    #: Folder of the dialogs a fact may name, such as `education/`.
    folder: str = ""
    #: Expression that yields the name inside `folder`.
    by: Expression | None = None
    #: Slots handed in.
    given: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to be done (`do:`), its arguments still expressions."""

    name: str
    arguments: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """One state of a dialog. Order within it: say or ask, do, call, then next or end."""

    name: str
    says: bool = False
    ask: Ask | None = None
    do: tuple[Action, ...] = ()
    call: Call | None = None
    branches: tuple[Branch, ...] = ()
    end: str | None = None
    quiet: bool = False
    #: Heard even among messages without a sound: the end of a silence, for whoever has closed the eyes.
    sounds: bool = False
    #: Messages with the same group replace each other where the channel can edit.
    in_place: str | None = None
    #: What a risky answer means: a safety kind per answer code (`{"a1": "item_phq9_p9_high"}`).
    dangers: Mapping[str, str] = EMPTY
    #: The section of the words that this state shows; its own name unless shared.
    section: str = ""


@dataclass(frozen=True, slots=True)
class Dialog:
    """One compiled dialog."""

    id: str
    #: Hash of machine and words; stored with every turn.
    version: str
    summary: str
    start: str
    states: Mapping[str, State]
    machine: DialogMachine
    slots: Mapping[str, Slot] = EMPTY
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    moved: Mapping[str, str] = EMPTY
    keeps: bool = False
    arms: tuple[str, ...] = ()
    #: Words stand under this path (`content/<language>/<words>.md`); the id unless shared.
    words: str = ""
    #: `dialog`, `practice`, `instrument`, `education`, `exercise` or `screening`: where it came from.
    origin: str = "dialog"
    #: Every slot of the dialog as missing, the ground on which answers are laid.
    blank: Mapping[str, None] = EMPTY


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A word that stands above every dialog, and the dialog it opens."""

    code: str
    dialog: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something hard that a patient says, and the dialog that answers it."""

    code: str
    dialog: str
    #: Also read in an answer in the patient's own words; its dialog follows once the answer is stored.
    after_text: bool = False
    #: An answer that was to be kept (`as: kept`) and tells of it is not kept; its dialog follows.
    not_kept: bool = False


def _nothing_read(text: str, language: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Moments:
    """The hard moments of a pack, the gravest first."""

    of: tuple[Moment, ...] = ()
    #: The code of the gravest moment in a text, given the patient's language; None for most texts.
    read: Callable[[str, str], str | None] = _nothing_read
    #: Beginnings of the names of dialogs in which no moment is read.
    never_in: tuple[str, ...] = ()
    #: Beginnings of the names of dialogs in which harsh words are asked for: no moment follows an answer there.
    never_after: tuple[str, ...] = ()

    def in_text(self, text: str, language: str) -> Moment | None:
        """The moment a text tells of."""
        code = self.read(text, language)
        return next((one for one in self.of if one.code == code), None)

    def opened_by(self, dialog: str) -> Moment | None:
        """The moment that a dialog answers."""
        return next((one for one in self.of if one.dialog == dialog), None)


@dataclass(frozen=True, slots=True)
class Library:
    """Every dialog of a pack, and what reading answers needs in each language."""

    dialogs: Mapping[str, Dialog]
    phrases: Mapping[str, Phrases]
    interrupts: Mapping[str, str] = EMPTY
    #: Safety kind to follow-up dialog.
    safety: Mapping[str, str] = EMPTY
    #: `guess_zone` and other calculations that fill slots: name to pure function.
    functions: Mapping[str, Callable[..., Mapping[str, Value]]] = EMPTY
    #: Beginnings of the names of dialogs that rest while a clinician's rest lasts.
    rests: tuple[str, ...] = ()
    default_language: str = "en"
    #: Hours after which an unanswered prompt of an unprompted dialog is nudged, once.
    nag_after_hours: float = 3.0
    #: Hours after which a silent talk that does not keep gives way to the next.
    stale_after_hours: float = 1.0
    moments: Moments = Moments()

    def phrases_for(self, language: str) -> Phrases:
        """Phrases of a language, or of the default language where it has none."""
        return self.phrases.get(language) or self.phrases[self.default_language]


Opener = Literal["touchpoint", "patient", "interrupt", "safety", "call", "remind", "staff"]


@quick
@dataclass(frozen=True, slots=True)
class Passed:
    """A question already answered in a frame, so that "back" can return to it."""

    state: str
    slots: Mapping[str, Value]


@quick
@dataclass(frozen=True, slots=True)
class Frame:
    """One dialog on the stack."""

    dialog: str
    version: str
    state: str
    opened: Opener
    slots: Mapping[str, Value] = EMPTY
    #: The planned touchpoint that opened it, such as `morning@2026-03-09`.
    touchpoint: str | None = None
    passed: tuple[Passed, ...] = ()
    #: Pace of a guided practice: 1.0 as written, more is slower.
    pace: float = 1.0
    #: The open question of this frame while another talk stands on top of it.
    parked: Prompt | None = None
    #: When it was put on the stack; kept for instruments, whose answers tell when they were first shown.
    since: datetime | None = None

    def at(self, state: str) -> Frame:
        """The same frame in another state."""
        return replace(self, state=state)


PromptMode = Literal["open", "paused", "confirm_stop", "offer_skip"]


@quick
@dataclass(frozen=True, slots=True)
class Prompt:
    """The question now open. Its token makes an older button harmless."""

    token: str
    dialog: str
    state: str
    asked_at: datetime
    #: Code and the label the patient saw, in order; filled after rendering.
    labels: tuple[tuple[str, str], ...] = ()
    tries: int = 0
    chosen: tuple[str, ...] = ()
    mode: PromptMode = "open"
    #: What the patient wrote when the coach had to ask back.
    held: str = ""
    nagged: bool = False
    #: A question that must not be skipped lightly was skipped once, and has been asked again.
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was answered of one round on its page. The talk passes over it, and the page over what the talk asked."""

    #: Questionnaire to slot to answer; None was left out on purpose.
    answers: Mapping[str, Mapping[str, Value]] = EMPTY
    #: Questionnaires that are finished, wherever they were.
    done: tuple[str, ...] = ()
    #: Questions that must not be skipped lightly, were skipped once and are asked again: `phq9.p9`.
    again: tuple[str, ...] = ()
    #: Questionnaire to the moment of its first answer (ISO).
    since: Mapping[str, str] = EMPTY
    #: Questionnaires that the talk was asking already when that answer came.
    talked: tuple[str, ...] = ()

    def begun_in(self, instrument: str) -> str:
        """`page` if a questionnaire was begun on the page, else `chat`."""
        return "page" if instrument in self.since and instrument not in self.talked else "chat"


NO_SHEET = Sheet()


@quick
@dataclass(frozen=True, slots=True)
class Conversation:
    """Where one patient stands. `facts` are given anew at every turn and never stored."""

    patient: str
    frames: tuple[Frame, ...] = ()
    prompt: Prompt | None = None
    #: Slots that outlive dialogs: scope `programme` and `always`.
    programme_slots: Mapping[str, Value] = EMPTY
    always_slots: Mapping[str, Value] = EMPTY
    #: The last few closed prompts: token and how it closed (`answered`, `lapsed`).
    closed: tuple[tuple[str, str], ...] = ()
    #: True while a kept talk waits without an open question.
    resting: bool = False
    #: Dialog of a round (`assessment/week_4`) to what was answered on its page.
    sheets: Mapping[str, Sheet] = EMPTY
    facts: Scope = field(default=EMPTY, compare=False)
