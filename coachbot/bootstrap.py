"""The composition root: the only module that knows every concrete class."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import time
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from coachbot.authoring.pack import Pack, load_pack
from coachbot.authoring.plain import read_plain
from coachbot.engine.answers.times import possible_times
from coachbot.engine.model import EMPTY
from coachbot.errors import SettingsError
from coachbot.packs import pack_root
from coachbot.programme.places import zone_guesser
from coachbot.safety import Tongue, Watch, detector_from, tongue_from
from coachbot.service.abroad import CALLABLE, PARTS, RUNG, Abroad, abroad_from, filled_in
from coachbot.service.afterwards import AfterwardsWork
from coachbot.service.broadcasts.office import Broadcasts
from coachbot.service.broadcasts.running import Runner
from coachbot.service.broadcasts.talk import BroadcastTalk
from coachbot.service.channels import Counter
from coachbot.service.clinic.clients import Clients
from coachbot.service.clinic.reading import ClinicDesk
from coachbot.service.countries import country_of
from coachbot.service.desk import Desk
from coachbot.service.duty import Duty
from coachbot.service.enrolling.office import InvitationLists
from coachbot.service.enrolments import Enrolments
from coachbot.service.exercising import ExerciseBook
from coachbot.service.ids import IdSource
from coachbot.service.inbox import Inbox
from coachbot.service.links import PageLinks
from coachbot.service.meter import Meter
from coachbot.service.notices.ports import Carrier
from coachbot.service.notices.post import KEPT_DAYS, Post
from coachbot.service.notices.watch import Watch as NoticeWatch
from coachbot.service.notices.wording import Wording
from coachbot.service.pacing import Pace
from coachbot.service.pages import Pages
from coachbot.service.ports import Channel, Clock, Store
from coachbot.service.records import Address, OutboxRow, Update
from coachbot.service.retention import NOTICES, Retention, retention_from
from coachbot.service.sender import Sender
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.board import Board
from coachbot.service.staff.care import Care
from coachbot.service.staff.chart import Charts
from coachbot.service.staff.doors import Doors
from coachbot.service.staff.erasing import Erasing
from coachbot.service.staff.gate import Gate
from coachbot.service.staff.ports import Vault
from coachbot.service.staff.searching import PURPOSE, Searches
from coachbot.service.staff.talk import StaffTalk
from coachbot.service.staff.ways import Ways
from coachbot.service.staff.why import Reasons
from coachbot.service.staffing import Member, staff_from
from coachbot.service.turns import Turns
from coachbot.service.world import SafetyRule, World, Worsening
from coachbot.service.writer import WHENEVER, InlineWriter, Writer
from coachbot.settings import Settings

log = logging.getLogger("coachbot")

_SMALL_WORDS = (
    "export", "progress", "doctor_page", "channel", "webchat", "terminal", "telegram", "wechat", "page", "staff",
)  # fmt: skip
_SITE_CODE = "site"
#: Channels that the same web server serves: a link from there to a page needs no address.
_BESIDE = frozenset({"webchat"})
#: Objects more than were let go before the collector looks: far more than a group of turns makes at once.
_COLLECT_AFTER = 50_000


# -- the world ----------------------------------------------------------------------------------------
def build_world(
    pack: Pack,
    clock: Clock,
    channels: Mapping[str, Channel],
    *,
    site: Path | None = None,
    rng: Random | None = None,
    demo: bool = False,
    links: PageLinks | None = None,
) -> World:
    """Everything that turns share: read once, never changed."""
    places = read_plain(pack.root / "content" / "places.yaml")
    functions = {"guess_zone": zone_guesser(places["cities"], places["by_clock"], _told_times(pack), country_of)}
    rests = tuple((pack.safety.rules.get("while_paused") or {}).get("rests") or ())
    library = replace(pack.library, functions=functions, rests=rests)
    pack = replace(pack, library=library)
    facts, duty, hours, approve_above, kept = _site(pack, site)
    return World(
        pack=pack,
        clock=clock,
        ids=IdSource(),
        rng=rng or Random(),
        watch=_watch(pack),
        tongue=_tongue(pack),
        rules=_rules(pack),
        item_rules=pack.safety.items,
        worsening=tuple(_worsening(pack)),
        duty=duty,
        static=_static(pack, facts),
        site=facts,
        capabilities={name: channel.capabilities for name, channel in channels.items()},
        small_words=_small_words(pack),
        exercises=ExerciseBook(pack),
        links=links or PageLinks(b""),
        person_hours=float(hours),
        demo=demo,
        approve_above=approve_above,
        retention=kept,
        abroad=abroad_of(pack, site, facts),
        staff=staff_of(site),
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


def _site(pack: Pack, own: Path | None) -> tuple[dict[str, dict[str, Any]], Duty, float, int, Mapping[str, int]]:
    """The site's facts by language, its duty hours, for how many hours a person may be silent in a talk taken over,
    to how many patients one person alone may send, and how long things are kept; a site's own file goes over the
    demo's."""
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
    kept = retention_from(common.get("retention") or {}, str(own))
    return facts, _duty(common["duty"]), float(common["hand_over"]["silent_hours"]), approve_above, kept


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
    empty = [
        f"languages.{language}.{name}" for language, values in languages.items() for name in RUNG
        if not CALLABLE.search(str(values.get(name, "")))
    ]  # fmt: skip
    if empty:
        raise SettingsError(
            f"COACHBOT_SITE: {own} has no number or address in {', '.join(empty)}: nobody could ring it"
        )
    return {language: {**shipped.get(language, {}), **values} for language, values in languages.items()}


def staff_of(site: Path | None) -> tuple[Member, ...]:
    """The staff that a site's own file names; nobody without one."""
    return staff_from(read_plain(site).get("staff") or [], str(site)) if site is not None else ()


def prove_site(pack: Pack, site: Path) -> None:
    """Raise SettingsError for what of a site's own file would keep a coach from starting."""
    facts, *_ = _site(pack, site)
    staff_of(site)
    abroad_of(pack, site, facts)


def abroad_of(pack: Pack, site: Path | None, facts: Mapping[str, Mapping[str, Any]]) -> Abroad:
    """The numbers for other countries that a site's own file names; without one there is only one country."""
    return abroad_from(read_plain(site), facts, pack.safety.static, str(site)) if site is not None else Abroad()


def _duty(data: Any) -> Duty:
    try:
        return _read_duty(data)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"COACHBOT_SITE: duty is not understood ({error}); it has a zone such as Europe/Berlin, and hours such as "
            'mon: ["09:00", "17:00"]'
        ) from None


def _read_duty(data: Mapping[str, Any]) -> Duty:
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
            silence=str(rule.get("silence") or "not_safe"),
            once=bool(rule.get("once")),
            yields_to=tuple(rule.get("yields_to") or ()),
            escalate_to=str(rule.get("escalate_to") or ""),
        )
        for kind, rule in pack.safety.rules["kinds"].items()
    }


def _worsening(pack: Pack) -> Iterator[Worsening]:
    watched = pack.safety.rules.get("worsening") or {}
    for one in watched.get("scores") or ():
        score = pack.instruments[one["instrument"]].score(one["score"])
        yield Worsening(one["instrument"], score.code, float(one["by"]), score.higher_is == "worse", watched["kind"])


def _static(pack: Pack, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The safety texts with the site's own numbers put in, by plain replacement: no template can fail."""
    filled: dict[str, dict[str, str]] = {}
    default = facts[pack.library.default_language]
    for language, sections in pack.safety.static.items():
        values = facts.get(language, default)
        filled[language] = {name: filled_in(text, values) for name, text in sections.items() if name not in PARTS}
    return filled


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
    retaining: Retention
    notices: NoticeWatch
    post: Post
    wording: Wording
    #: A code's links, by what they open: each bot, and the web chat.
    links: Callable[[str], Mapping[str, str]]
    site: int

    def desk(
        self, channel: str, receive: Callable[[Update], Future[bool]] | None = None, account_code: str = "default"
    ) -> Desk:
        """The service's side of one account of a channel."""
        with self.store.writing() as tx:
            account = tx.account(channel, account_code, self.site)
        return Desk(self.store, self.world.clock, receive or self._receive_inline, account, channel)

    def pages(
        self, receive: Callable[[Update], Future[bool]] | None = None, settle: Callable[[], None] | None = None
    ) -> Pages:
        """The pages of rounds. `settle` returns once the turns of what was received are committed."""
        with self.store.writing() as tx:
            account = tx.account("page", "default", self.site)
        settle = settle or (partial(self._settled, self.writer) if receive else self.settle)
        return Pages(self.world, self.store, receive or self._receive_inline, account, settle)

    @staticmethod
    def _settled(writer: Writer) -> None:
        writer.submit(lambda: None, WHENEVER).result()

    def counter(
        self,
        channel: str,
        pack: Path,
        receive: Callable[[Update], Future[bool]] | None = None,
        holds: Callable[[int], bool] = lambda account: True,
    ) -> Counter:
        """The service as a channel finds it when it is opened. `holds`: whether an account is this process's own."""
        shelves = self.world.small_words
        words = {language: shelf[channel] for language, shelf in shelves.items() if channel in shelf}
        language = self.world.pack.library.default_language
        return Counter(lambda code: self.desk(channel, receive, code), words, pack, language, holds)

    def _receive_inline(self, update: Update) -> Future[bool]:
        return self.writer.submit(lambda: self.inbox.store([update])[0])

    def settle(self, *, send: bool = True) -> None:
        """Run what is due and what waits until nothing is left. For inline use."""
        while self._work_once() or (send and asyncio.run(self._send())):
            pass

    async def _send(self) -> int:
        return await self.sender.drain() + await self.post.drain()

    def _work_once(self) -> int:
        return self.turns.run_timers() + self.turns.drain() + self.broadcasting.work() + self.notices.work()

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
    searches: Searches
    charts: Charts
    reasons: Reasons
    care: Care
    erasing: Erasing
    broadcasts: Broadcasts
    ways: Ways
    talk: StaffTalk
    lists: InvitationLists
    clients: Clients
    clinic: ClinicDesk
    links: Callable[[str], Mapping[str, str]]
    world: World
    #: The kinds of way by which staff can be told here.
    carried: frozenset[str]
    #: What a channel has remembered, such as a bot's name at its messenger.
    remembered: Callable[[str], str | None]


def staff_rooms(coach: Coach, vault: Vault | None = None) -> StaffRooms:
    """The staff's side, over the same store and writer. Raises SettingsError without the extra `staff`."""
    from coachbot.console.vault import ArgonVault

    store, world, writer = coach.store, coach.world, coach.writer
    clock, ids = world.clock, world.ids
    audit = Audit(store, clock, writer)
    board, care = Board(store, world), Care(store, clock, writer, ids, coach.enrolments, audit)
    broadcasts = Broadcasts(world, store, writer, audit)
    longer = BroadcastTalk(broadcasts, coach.wording, world.pack.library.default_language)
    return StaffRooms(
        audit,
        Doors(store, clock, writer, ids, vault or ArgonVault(), audit),
        board,
        Searches(store.secret(PURPOSE)),
        Charts(store, world),
        Reasons(store),
        care,
        Erasing(store, world, writer, audit),
        broadcasts,
        Ways(store, clock, writer, ids, audit),
        StaffTalk(store, clock, writer, ids, audit, board, care, coach.wording, longer.read),
        InvitationLists(world, store, writer, audit, coach.site),
        Clients(store, clock, writer, ids, audit),
        ClinicDesk(world, store, writer, board, audit),
        coach.links,
        world,
        coach.post.kinds,
        partial(_remembered, store),
    )


def _shut(inbox: Inbox, writer: Writer, to: Address, row: OutboxRow) -> None:
    """A messenger said that the patient has shut the chat: that is an update like any other."""
    update = Update(to.account, to.channel, to.chat, f"gone-{row.id}", "blocked")

    def stored() -> None:
        inbox.store([update])
        writer.wake()  # only now: the writer takes turns before jobs, and would find nothing yet

    writer.submit(stored)


def _links(settings: Settings, store: Store, code: str) -> Mapping[str, str]:
    """Where a code can be used: the bots that have run, and the web chat."""
    from coachbot.channels.telegram.links import links

    return {**links(settings, partial(_remembered, store), code), "web": f"{settings.public}/c/{code}"}


def _remembered(store: Store, name: str) -> str | None:
    with store.reading() as tx:
        return tx.setting(name)


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
    meter: Meter | None = None,
    carriers: Mapping[str, Carrier] = EMPTY,
    name: str = "sender",
    mine: Callable[[], Collection[int]] | None = None,
) -> Coach:
    """Wire everything. `do_afterwards` runs heavy work elsewhere; without it, at once. `carriers` take notices to
    staff, by the kind of way; without them notices wait. `mine`: where there are several senders, the accounts of
    the one called `name`."""
    pack = pack or load_pack(pack_root(settings))
    if settings.language not in pack.words.languages:
        known = ", ".join(_languages(pack))
        raise SettingsError(f"COACHBOT_LANGUAGE: the pack has no '{settings.language}'; there is {known}")
    links = PageLinks(store.secret("page"), settings.address.rstrip("/"), _BESIDE)
    world = build_world(pack, clock, channels, site=settings.site, rng=rng, demo=demo, links=links)
    store.number_to(world.ids.work_as)
    writer = writer or InlineWriter()
    work = AfterwardsWork(world, store, writer, forget)

    def afterwards(pieces: Any) -> None:
        job = partial(work.do, pieces)
        do_afterwards(job) if do_afterwards else job()

    turns = Turns(world, store, afterwards, meter)
    with store.writing() as tx:
        site = tx.site(_SITE_CODE)
        world.ids.rise_above(tx.newest_id())  # the machine's clock may have gone back since the last run
    wording = Wording(world, f"{settings.public}/staff/today")
    inbox = Inbox(store, clock, world.ids, site, settings.language, Gate(clock, world.ids, wording, world.shows_staff))

    gone = partial(_shut, inbox, writer)
    sender = Sender(store, clock, channels, writer, name=name, pace=pace, meter=meter, gone=gone, mine=mine)
    enrolments = Enrolments(world, store, turns, site)
    watch = NoticeWatch(world, store, wording)
    post = Post(store, clock, writer, carriers, kept_days=world.retention.get(NOTICES, KEPT_DAYS))
    return Coach(
        world, store, writer, inbox, turns, sender, enrolments, Runner(world, store), Retention(world, store),
        watch, post, wording, partial(_links, settings, store), site,
    )  # fmt: skip
