"""What all use cases share and never change: the pack, the site, the channels' abilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from coachbot.authoring.pack import Pack
from coachbot.safety import Tongue, Watch
from coachbot.service.abroad import HOME, Abroad
from coachbot.service.duty import Duty
from coachbot.service.exercising import ExerciseBook
from coachbot.service.ids import IdSource
from coachbot.service.links import PageLinks
from coachbot.service.ports import Capabilities, Clock
from coachbot.service.records import Profile
from coachbot.service.staffing import Member


@dataclass(frozen=True, slots=True)
class SafetyRule:
    """What a danger sets off. Every number is the site's to edit, with its source in the file."""

    kind: str
    priority: str
    dialog: str
    #: Section of `safety/static.md` shown before anything else.
    static: str
    acknowledge_minutes: int
    #: Does exercise and education rest until a clinician ends it?
    pause: bool
    #: Minutes in which staff are not alerted again; the help is shown every time.
    cooldown_minutes: int
    #: Minutes without an answer that count as "not safe"; 0 for no such question.
    silence_minutes: int = 0
    #: What silence means: `not_safe` (top priority, asked again) or `tell` (high priority, told to a person).
    silence: str = "not_safe"
    #: Within the cooldown it is neither found nor asked about again: for what is a question and no certainty.
    once: bool = False
    #: Nor is it asked about while a talk about one of these kinds is open: they lead where the question would.
    yields_to: tuple[str, ...] = ()
    #: Role of the staff who are called when nobody has acknowledged in time.
    escalate_to: str = ""


@dataclass(frozen=True, slots=True)
class Worsening:
    """A score, and by how much worse it must lie than before for a person to look."""

    instrument: str
    score: str
    by: float
    higher_is_worse: bool
    #: The kind of danger it is told as.
    kind: str


@dataclass(frozen=True, slots=True)
class World:
    """The unchanging surroundings of a turn."""

    pack: Pack
    clock: Clock
    ids: IdSource
    rng: Random
    watch: Watch
    #: Tells texts in a language that no lexicon of danger is for.
    tongue: Tongue
    rules: Mapping[str, SafetyRule]
    #: Safety kind of an instrument's answer (`item_phq9_p9_top`) to the rule it leads to, and its priority.
    item_rules: Mapping[str, tuple[str, str]]
    duty: Duty
    #: Language to section to text, placeholders already filled with the site's own, as it holds at home.
    static: Mapping[str, Mapping[str, str]]
    #: Language to the site's facts, as they hold at home.
    site: Mapping[str, Mapping[str, Any]]
    capabilities: Mapping[str, Capabilities]
    #: Language to name to the small word lists of pages and pictures (`export`, `progress`).
    small_words: Mapping[str, Mapping[str, Mapping[str, str]]]
    exercises: ExerciseBook
    #: Links to the page of a round.
    links: PageLinks
    #: Hours without a word of the person who took over, after which the coach comes back.
    person_hours: float = 3.0
    demo: bool = False
    #: A broadcast to more patients than this waits for a second person.
    approve_above: int = 50
    #: Kind of what is kept to days after the end of an enrolment; what is not named is kept.
    retention: Mapping[str, int] = field(default_factory=dict)
    worsening: tuple[Worsening, ...] = ()
    #: Facts and texts as they hold in other countries.
    abroad: Abroad = field(default_factory=Abroad)
    #: The site's own list of people, with roles and phone numbers.
    staff: tuple[Member, ...] = ()
    #: Codes that `attended` may hold, all false: the ground for the facts.
    attendable: Mapping[str, bool] = field(default_factory=dict)
    #: Every instrument as never answered.
    unanswered: Mapping[str, None] = field(default_factory=dict)

    def shows_staff(self, channel: str) -> bool:
        """Whether a chat of this channel can be a member's own; of a channel that is not here, nothing is known."""
        capabilities = self.capabilities.get(channel)
        return capabilities is None or capabilities.staff_chats

    def whereabouts(self, profile: Profile) -> str:
        """Whose numbers a patient needs now: those of home, of a named country, or of a country without any."""
        return self.abroad.where(profile, self.clock.now())

    def site_for(self, language: str, where: str = HOME) -> Mapping[str, Any]:
        """The site's facts in a language, or in the default one, as they hold in a country."""
        default = self.pack.library.default_language
        there = self.abroad.facts_at(where, language) or self.abroad.facts_at(where, default)
        return there or self.site.get(language) or self.site[default]

    def site_of(self, profile: Profile) -> Mapping[str, Any]:
        """The site's facts as they hold for a patient: in their language, and where they are."""
        return self.site_for(profile.language, self.whereabouts(profile))

    def words_for(self, language: str, name: str) -> Mapping[str, str]:
        """A small word list in a language, or in the default one."""
        default = self.small_words[self.pack.library.default_language]
        return self.small_words.get(language, default).get(name) or default[name]

    def static_for(self, language: str, section: str, variant: str = "", where: str = HOME) -> str:
        """A safety text that depends on no template; `crisis_left_open` is a variant of `crisis`, if there is one."""
        default = self.pack.library.default_language
        there = self.abroad.static_at(where, language) or self.abroad.static_at(where, default)
        texts = there or self.static.get(language) or self.static[default]
        return texts.get(f"{section}_{variant}") or texts[section]

    def help_for(self, profile: Profile, section: str, variant: str = "") -> str:
        """A safety text for a patient: in their language, with the numbers of where they are."""
        return self.static_for(profile.language, section, variant, self.whereabouts(profile))
