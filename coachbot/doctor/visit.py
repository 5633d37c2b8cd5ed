"""The whole visit, in order. What rests on something that is broken is left out, since it would only say so again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from coachbot.bootstrap import build_world
from coachbot.doctor import clinic, online, place, work
from coachbot.doctor import database as store_checks
from coachbot.doctor.finding import Finding, findings, ok, warn
from coachbot.doctor.place import at_work
from coachbot.packs import pack_root
from coachbot.service.clock import RealClock
from coachbot.service.vitals import vitals
from coachbot.service.world import World
from coachbot.settings import Settings
from coachbot.store import Examination, SqlStore, examine, is_made, open_store, told


def visit(settings: Settings, *, calls: bool = False) -> Iterator[Finding]:
    """Look at everything; `calls`: at what needs the network too."""
    yield ok("settings", "can be read")
    yield from findings("engine", partial(place.engine, settings))
    yield from findings("disk", partial(place.room, settings))
    yield from _of_the_store(settings)
    yield from _of_the_clinic(settings)
    yield from findings("address", partial(work.address, settings))
    yield from findings("channels", partial(work.channels, settings))
    if calls:
        yield from findings("messengers", partial(online.messengers, settings))
        yield from findings("public", partial(online.public, settings))


# -- the store ----------------------------------------------------------------------------------------
def _of_the_store(settings: Settings) -> Iterator[Finding]:
    seen: list[Examination] = []
    yield from findings("database", partial(_examined, settings, seen))
    yield from findings("clock", partial(place.clock, seen[0].newest_real if seen else None))
    if seen and not (seen[0].damage or seen[0].keys) and seen[0].tables == "up to date":
        yield from findings("work", partial(_of_the_work, settings))


def _examined(settings: Settings, seen: list[Examination]) -> Iterator[Finding]:
    if not is_made(settings.database_url):
        yield warn("database", f"{told(settings.database_url)}: there is none yet", "begin with `coachbot run`")
        return
    found = examine(settings.database_url, settings.keys_path)
    seen.append(found)
    files = {"database": found.file} if found.file else {}
    yield from place.rights({**files, "keys": settings.keys_path, "data": settings.data})
    yield from store_checks.database(found)
    yield from store_checks.keys(found)


def _of_the_work(settings: Settings) -> Iterator[Finding]:
    store = open_store(settings.database_url, keys_path=settings.keys_path, synchronous=settings.synchronous)
    try:
        yield from _at_work(settings, store)
    finally:
        store.close()


def _at_work(settings: Settings, store: SqlStore) -> Iterator[Finding]:
    clock = RealClock()
    now = vitals(store, clock)
    with store.reading() as tx:
        accounts, ways = tx.staff(), tx.ways()
    yield from store_checks.backup(None if now.backup_at is None else clock.real() - now.backup_at)
    yield from work.accounts(accounts)
    yield from work.ways(settings, accounts, ways)
    yield from work.waiting(now, runs=bool(at_work(settings)))


# -- the clinic ---------------------------------------------------------------------------------------
def _of_the_clinic(settings: Settings) -> Iterator[Finding]:
    pack = list(findings("pack", lambda: clinic.pack(pack_root(settings))))
    yield from pack
    if all(finding.state == "ok" for finding in pack):
        yield from findings("site", partial(_in_the_world, settings))


def _in_the_world(settings: Settings) -> Iterator[Finding]:
    from coachbot.authoring.pack import load_pack

    world: World = build_world(load_pack(pack_root(settings)), RealClock(), {}, site=settings.site)
    yield from place.zones({str(world.duty.zone), "Europe/Berlin", "Asia/Shanghai"})
    yield from clinic.site(settings, world)
    yield from clinic.duty(settings, world)
