"""The composition root: the only module that knows every concrete class."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import time
from functools import partial
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from coachbot.authoring.pack import Pack, load_pack
from coachbot.authoring.plain import read_plain
from coachbot.engine.answers.times import possible_times
from coachbot.errors import SettingsError
from coachbot.programme.places import zone_guesser
from coachbot.safety import Tongue, Watch, detector_from, tongue_from
from coachbot.service.afterwards import AfterwardsWork
from coachbot.service.broadcasts.office import Broadcasts
from coachbot.service.broadcasts.running import Runner
from coachbot.service.channels import Counter
from coachbot.service.desk import Desk
from coachbot.service.duty import Duty
from coachbot.service.enrolments import Enrolments
from coachbot.service.exercising import ExerciseBook
from coachbot.service.ids import IdSource
from coachbot.service.inbox import Inbox
from coachbot.service.pacing import Pace
from coachbot.service.ports import Channel, Clock, Store
from coachbot.service.records import Address, OutboxRow, Update
from coachbot.service.sender import Sender
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.board import Board
from coachbot.service.staff.care import Care
from coachbot.service.staff.chart import Charts
from coachbot.service.staff.doors import Doors
from coachbot.service.staff.why import Reasons
from coachbot.service.staffing import Member, staff_from
from coachbot.service.turns import Turns
from coachbot.service.world import SafetyRule, World
from coachbot.service.writer import InlineWriter, Writer
from coachbot.settings import Settings

log = logging.getLogger("coachbot")

_SMALL_WORDS = ("export", "progress", "doctor_page", "channel", "webchat", "terminal", "telegram", "wechat")
_SITE_CODE = "site"
#: Objects more than were let go before the collector looks: far more than a group of turns makes at once.
_COLLECT_AFTER = 50_000


def pack_at(root: Path) -> Path:
    """A folder that an author named. Raises SettingsError where there is no pack."""
    if not ((root / "dialogs").is_dir() or (root / "content").is_dir()):
        raise SettingsError(f"{root}: there is no pack here; name a folder with dialogs/ and content/")
    return root


def pack_root(settings: Settings) -> Path:
    """Where the pack lies: the setting, the wheel's own, or the working tree's."""
    if settings.pack is not None:
        if not (settings.pack / "dialogs").is_dir():
            raise SettingsError(f"COACHBOT_PACK: there is no folder {settings.pack / 'dialogs'}")
        return settings.pack
    inside = Path(str(files("coachbot"))) / "pack"
    return inside if inside.is_dir() else Path(str(files("coachbot"))).parent


# -- the world ----------------------------------------------------------------------------------------
def build_world(
    pack: Pack,
    clock: Clock,
    channels: Mapping[str, Channel],
    *,
    site: Path | None = None,
    rng: Random | None = None,
    demo: bool = False,
) -> World:
    """Everything that turns share: read once, never changed."""
    places = read_plain(pack.root / "content" / "places.yaml")
    functions = {"guess_zone": zone_guesser(places["cities"], places["by_clock"], _told_times(pack))}
    rests = tuple((pack.safety.rules.get("while_paused") or {}).get("rests") or ())
    library = replace(pack.library, functions=functions, rests=rests)
    pack = replace(pack, library=library)
    facts, duty, hours, approve_above = _site(pack, site)
    return World(
        pack=pack,
        clock=clock,
        ids=IdSource(),
        rng=rng or Random(),
        watch=_watch(pack),
        tongue=_tongue(pack),
        rules=_rules(pack),
        item_rules=_item_rules(pack),
        duty=duty,
        static=_static(pack, facts),
        site=facts,
        capabilities={name: channel.capabilities for name, channel in channels.items()},
        small_words=_small_words(pack),
        exercises=ExerciseBook(pack),
        person_hours=float(hours),
        demo=demo,
        approve_above=approve_above,
        attendable=_attendable(pack),
        unanswered=dict.fromkeys(pack.instruments),
    )


def _watch(pack: Pack) -> Watch:
    return Watch(detector_from(pack.safety.lexicons, pack.safety.worded), pack.safety.likeness, pack.safety.order)


def _told_times(pack: Pack) -> Callable[[str], Sequence[time]]:
    """The times of day that a text may mean, in whichever of the pack's languages."""
    phrases = [pack.library.phrases_for(language) for language in _languages(pack)]
    return lambda text: [one for words in phrases for one in possible_times(text, words)]


def _tongue(pack: Pack) -> Tongue:
    """What tells a text in a language that no lexicon of danger is for; without its file nothing does."""
    file = pack.root / "content" / "safety" / "languages.yaml"
    return tongue_from(read_plain(file) if file.is_file() else {}, tuple(pack.safety.lexicons))


def _languages(pack: Pack) -> list[str]:
    return sorted(pack.words.languages)


def _small_words(pack: Pack) -> dict[str, dict[str, Mapping[str, str]]]:
    found: dict[str, dict[str, Mapping[str, str]]] = {}
    for language in _languages(pack):
        folder = pack.root / "content" / language
        found[language] = {
            name: read_plain(folder / f"{name}.yaml") for name in _SMALL_WORDS if (folder / f"{name}.yaml").is_file()
        }
    return found


def _site(pack: Pack, own: Path | None) -> tuple[dict[str, dict[str, Any]], Duty, float, int]:
    """The site's facts by language, its duty hours, for how many hours a person may be silent in a talk taken over,
    and to how many patients one person alone may send; a site's own file goes over the demo's."""
    common = read_plain(pack.root / "content" / "site.yaml")
    facts = {
        language: dict(read_plain(pack.root / "content" / language / "site.yaml"))
        for language in _languages(pack)
        if (pack.root / "content" / language / "site.yaml").is_file()
    }
    if own is not None:
        if not own.is_file():
            raise SettingsError(f"COACHBOT_SITE: there is no file {own}")
        site = read_plain(own)
        common = {**common, **site}
        facts = {**facts, **_own_facts(own, site, facts)}
    broadcast = common.get("broadcast") or {}
    approve_above = int(broadcast.get("approve_above", 50))
    return facts, _duty(common["duty"]), float(common["hand_over"]["silent_hours"]), approve_above


#: What a site must say of itself in each language, so that nobody in danger reads another clinic's numbers.
_REQUIRED = ("name", "therapist", "reads_when", "emergency", "crisis_line", "privacy")


def _own_facts(own: Path, site: Mapping[str, Any], shipped: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    languages = site.get("languages") or {}
    missing = [
        f"languages.{language}.{name}" for language in shipped for name in _REQUIRED
        if not (languages.get(language) or {}).get(name)
    ]  # fmt: skip
    if missing:
        raise SettingsError(f"COACHBOT_SITE: {own} lacks {', '.join(missing)}")
    return {language: {**shipped.get(language, {}), **values} for language, values in languages.items()}


def staff_of(site: Path | None) -> tuple[Member, ...]:
    """The staff that a site's own file names; nobody without one."""
    return staff_from(read_plain(site).get("staff") or [], str(site)) if site is not None else ()


def _duty(data: Mapping[str, Any]) -> Duty:
    hours = {day: (time.fromisoformat(first), time.fromisoformat(last)) for day, (first, last) in data["hours"].items()}
    return Duty(ZoneInfo(data["zone"]), hours, frozenset(str(day) for day in data.get("holidays") or ()))


def _rules(pack: Pack) -> dict[str, SafetyRule]:
    return {
        kind: SafetyRule(
            kind=kind,
            priority=rule["priority"],
            dialog=rule["dialog"],
            static=rule.get("static", kind),
            acknowledge_minutes=int(rule["acknowledge_minutes"]),
            pause=bool(rule["pause"]),
            cooldown_minutes=int(rule["cooldown_minutes"]),
            silence_minutes=int(rule.get("silence_minutes") or 0),
            once=bool(rule.get("once")),
            escalate_to=str(rule.get("escalate_to") or ""),
        )
        for kind, rule in pack.safety.rules["kinds"].items()
    }


def _item_rules(pack: Pack) -> dict[str, tuple[str, str]]:
    by_dialog = {rule["dialog"]: kind for kind, rule in pack.safety.rules["kinds"].items()}
    return {
        kind: (by_dialog[dialog], "top" if kind.endswith("_high") else "high")
        for kind, dialog in pack.safety.dialogs.items()
        if kind.startswith("item_") and dialog in by_dialog
    }


def _static(pack: Pack, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The safety texts with the site's own numbers put in, by plain replacement: no template can fail."""
    filled: dict[str, dict[str, str]] = {}
    default = facts[pack.library.default_language]
    for language, sections in pack.safety.static.items():
        values = facts.get(language, default)
        filled[language] = {name: _filled(text, values) for name, text in sections.items()}
    return filled


def _filled(text: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        if isinstance(value, str | int):
            text = text.replace("{" + name + "}", str(value))
    return text


def _attendable(pack: Pack) -> dict[str, bool]:
    codes = {code for programme in pack.programmes.values() for arm in programme.arms for code in arm.sessions}
    return dict.fromkeys(sorted(codes), False)


# -- the application ----------------------------------------------------------------------------------
@dataclass(slots=True)
class Coach:
    """All use cases over one store, wired. What a command or a channel needs, it takes from here."""

    world: World
    store: Store
    writer: Writer
    inbox: Inbox
    turns: Turns
    sender: Sender
    enrolments: Enrolments
    broadcasting: Runner
    site: int

    def desk(
        self, channel: str, receive: Callable[[Update], Future[bool]] | None = None, account_code: str = "default"
    ) -> Desk:
        """The service's side of one account of a channel."""
        with self.store.writing() as tx:
            account = tx.account(channel, account_code, self.site)
        return Desk(self.store, self.world.clock, receive or self._receive_inline, account, channel)

    def counter(self, channel: str, pack: Path, receive: Callable[[Update], Future[bool]] | None = None) -> Counter:
        """The service as a channel finds it when it is opened."""
        shelves = self.world.small_words
        words = {language: shelf[channel] for language, shelf in shelves.items() if channel in shelf}
        language = self.world.pack.library.default_language
        return Counter(lambda code: self.desk(channel, receive, code), words, pack, language)

    def _receive_inline(self, update: Update) -> Future[bool]:
        return self.writer.submit(lambda: self.inbox.store([update])[0])

    def settle(self, *, send: bool = True) -> None:
        """Run what is due and what waits until nothing is left. For inline use."""
        while self._work_once() or (send and asyncio.run(self.sender.drain())):
            pass

    def _work_once(self) -> int:
        return self.turns.run_timers() + self.turns.drain() + self.broadcasting.work()

    def tick(self) -> int:
        """Fire every timer that is due. Returns how many."""
        fired = 0
        while count := self.turns.run_timers():
            fired += count
        return fired


@dataclass(frozen=True, slots=True)
class StaffRooms:
    """The staff's side of the use cases."""

    audit: Audit
    doors: Doors
    board: Board
    charts: Charts
    reasons: Reasons
    care: Care
    broadcasts: Broadcasts
    world: World


def staff_rooms(coach: Coach) -> StaffRooms:
    """The staff's side, over the same store and writer. Raises SettingsError without the extra `staff`."""
    from coachbot.console.vault import ArgonVault

    store, world, writer = coach.store, coach.world, coach.writer
    audit = Audit(store, world.clock, writer)
    return StaffRooms(
        audit,
        Doors(store, world.clock, writer, world.ids, ArgonVault(), audit),
        Board(store, world),
        Charts(store, world),
        Reasons(store),
        Care(store, world.clock, writer, world.ids, coach.enrolments, audit),
        Broadcasts(world, store, writer, audit),
        world,
    )


def spare_the_collector() -> None:
    """For the engine process, once all is loaded: the cyclic collector looks seldom, and never through the pack.

    What a group of turns makes is let go by itself at its end; a collection in its midst would only walk through it.
    """
    gc.freeze()
    gc.set_threshold(max(_COLLECT_AFTER, gc.get_threshold()[0]), *gc.get_threshold()[1:])


def assemble(
    settings: Settings,
    store: Store,
    clock: Clock,
    channels: Mapping[str, Channel],
    *,
    pack: Pack | None = None,
    writer: Writer | None = None,
    do_afterwards: Callable[[Callable[[], None]], None] | None = None,
    rng: Random | None = None,
    demo: bool = False,
    forget: Callable[[str], None] = lambda patient: None,
    pace: Pace | None = None,
) -> Coach:
    """Wire everything. `do_afterwards` runs heavy work elsewhere; without it, at once."""
    pack = pack or load_pack(pack_root(settings))
    world = build_world(pack, clock, channels, site=settings.site, rng=rng, demo=demo)
    writer = writer or InlineWriter()
    work = AfterwardsWork(world, store, writer, forget)

    def afterwards(pieces: Any) -> None:
        job = partial(work.do, pieces)
        do_afterwards(job) if do_afterwards else job()

    turns = Turns(world, store, afterwards)
    with store.writing() as tx:
        site = tx.site(_SITE_CODE)
    inbox = Inbox(store, clock, world.ids, site, settings.language)

    def gone(to: Address, row: OutboxRow) -> None:
        update = Update(to.account, to.channel, to.chat, f"gone-{row.id}", "blocked")
        writer.submit(lambda: inbox.store([update]))
        writer.wake()

    sender = Sender(store, clock, channels, writer, pace=pace, gone=gone)
    enrolments = Enrolments(world, store, turns, site)
    return Coach(world, store, writer, inbox, turns, sender, enrolments, Runner(world, store), site)
