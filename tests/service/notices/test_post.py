"""The post: what does not arrive is tried again, for so long; what was under way when a process died is not lost."""

from __future__ import annotations

import asyncio

import pytest

from coachbot.errors import DeliveryError
from coachbot.service.ids import real_of
from coachbot.service.notices import post
from coachbot.service.notices.records import Notice
from coachbot.service.notices.watch import Watch
from coachbot.service.staff.records import StaffRow
from tests.service.notices.conftest import Ward
from tests.service.notices.test_alerts import WORDS

#: Each opens a coach of its own.
pytestmark = pytest.mark.slow

_DAY_S = 24 * 3600.0


def danger(ward: Ward, staff: StaffRow) -> Notice:
    """An alert is told of, if it goes well."""
    person = ward.house.patient()
    ward.house.say(person, WORDS)
    ward.carry()
    return ward.notices(f"alert:{ward.house.alert(person, 'crisis').id}")[0]


def state(ward: Ward, notice: Notice) -> Notice:
    return next(one for one in ward.notices() if one.id == notice.id)


def test_what_fails_is_tried_again_after_growing_waits(ward: Ward) -> None:
    lin = ward.hire("Lin")
    ward.carrier.faults = [DeliveryError("not now", permanent=False) for _ in range(3)]
    notice = danger(ward, lin)
    waits = []
    while (held := state(ward, notice)).state == "due":
        waits.append(held.due - ward.house.clock.real())
        ward.house.clock.seconds = held.due
        ward.carry()
    assert state(ward, notice).state == "sent"
    assert waits[0] < waits[1] < waits[2]
    assert len(ward.told(lin)) == 2


def test_tries_come_to_an_end(ward: Ward) -> None:
    lin = ward.hire("Lin")
    ward.carrier.faults = [DeliveryError("never", permanent=False) for _ in range(99)]
    notice = danger(ward, lin)
    for _ in range(20):
        ward.house.clock.seconds += _DAY_S
        ward.carry()
    held = state(ward, notice)
    assert (held.state, held.attempts, held.reason) == ("failed", post.TRIES, "never")


def test_what_has_come_to_its_end_goes_after_ninety_days_and_what_is_open_stays(ward: Ward) -> None:
    lin = ward.hire("Lin")
    notice = danger(ward, lin)
    alert = int(notice.subject.partition(":")[2])
    ward.house.clock.seconds = real_of(notice.id) + 91 * _DAY_S
    asyncio.run(ward.house.coach.post.sweep())
    assert notice.id in [one.id for one in ward.notices()]  # nobody has seen the alert: it would be told anew
    ward.house.coach.enrolments.acknowledge(alert, "Somebody else")
    ward.carry()
    asyncio.run(ward.house.coach.post.sweep())
    assert notice.id not in [one.id for one in ward.notices()]
    told = len(ward.told(lin))
    ward.carry()
    assert len(ward.told(lin)) == told


def test_what_is_younger_than_ninety_days_stays(ward: Ward) -> None:
    lin = ward.hire("Lin")
    notice = danger(ward, lin)
    ward.house.coach.enrolments.acknowledge(int(notice.subject.partition(":")[2]), "Somebody else")
    ward.carry()
    ward.house.clock.seconds = real_of(notice.id) + 89 * _DAY_S
    asyncio.run(ward.house.coach.post.sweep())
    assert notice.id in [one.id for one in ward.notices()]


def test_what_never_will_is_not_tried_again(ward: Ward) -> None:
    lin = ward.hire("Lin")
    ward.carrier.faults = [DeliveryError("no such chat", permanent=True)]
    assert state(ward, danger(ward, lin)).state == "failed"
    (incident,) = ward.house.incidents()
    assert (incident.kind, "no such chat" in incident.detail) == ("notice", True)


def test_a_wait_that_was_asked_for_is_kept_to(ward: Ward) -> None:
    lin = ward.hire("Lin")
    ward.carrier.faults = [DeliveryError("slowly", permanent=False, retry_after=900)]
    notice = danger(ward, lin)
    assert state(ward, notice).due - ward.house.clock.real() == 900


def test_one_that_was_under_way_when_the_process_died_goes_out_at_the_next_start(ward: Ward) -> None:
    lin, person = ward.hire("Lin"), ward.house.patient()
    ward.house.say(person, WORDS)
    ward.house.coach.notices.work()
    with ward.house.store.writing() as tx:
        assert len(tx.claim_notices(now_real=ward.house.clock.real(), limit=9, lease_s=99)) == 1
    assert ward.carry() == 0
    assert ward.house.coach.post.recover() == 1
    assert ward.carry() == 1
    assert len(ward.told(lin)) == 2


def test_whoever_was_frozen_and_has_the_post_no_more_carries_nothing(ward: Ward) -> None:
    lin = ward.hire("Lin")
    before = ward.told(lin)
    ward.house.coach.post.may_carry = lambda: False
    notice = danger(ward, lin)
    assert ward.told(lin) == before
    ward.house.coach.post.may_carry = lambda: True
    ward.house.coach.post.recover()
    ward.carry()
    assert state(ward, notice).state == "sent"


def test_an_alert_of_a_process_that_died_before_it_told_anybody_is_told(ward: Ward) -> None:
    lin, person = ward.hire("Lin"), ward.house.patient()
    ward.house.say(person, WORDS)
    coach = ward.house.coach
    coach.notices = Watch(coach.world, coach.store, coach.wording)  # a new process knows nothing
    ward.carry()
    assert ward.told(lin)[-1].startswith("Please look")


def test_a_fault_of_one_way_keeps_no_other_waiting(ward: Ward) -> None:
    lin, kai = ward.hire("Lin"), ward.hire("Kai")
    ward.carrier.faults = [DeliveryError("not now", permanent=False)]
    danger(ward, lin)
    assert sorted([len(ward.told(lin)), len(ward.told(kai))]) == [1, 2]


def test_what_was_seen_meanwhile_is_not_told_any_more(ward: Ward) -> None:
    lin = ward.hire("Lin")
    ward.carrier.faults = [DeliveryError("not now", permanent=False)]
    notice = danger(ward, lin)
    ward.house.coach.enrolments.acknowledge(notice.alert, "Somebody")
    ward.house.clock.seconds += 600
    ward.carry()
    assert (state(ward, notice).state, len(ward.told(lin))) == ("needless", 1)
