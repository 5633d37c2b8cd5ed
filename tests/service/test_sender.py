"""The sender keeps order, pace and patience, and writes down how each row ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from coachbot.errors import DeliveryError
from coachbot.service.clock import StandingClock
from coachbot.service.pacing import Pace
from coachbot.service.ports import Capabilities, Rate
from coachbot.service.records import Address, OutboxRow, PatientRecord
from coachbot.service.sender import Sender
from coachbot.service.writer import InlineWriter
from tests.service.test_pacing import Time
from tests.store.house import NOW, House


@dataclass
class Messenger:
    """Takes messages, or raises what it was told to, by text."""

    capabilities: Capabilities
    name: str = "web"
    taken: list[tuple[str, str, float]] = field(default_factory=list)
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    now: Callable[[], float] = lambda: 0.0
    rows: list[OutboxRow] = field(default_factory=list)
    under_way: dict[str, int] = field(default_factory=dict)
    #: Texts whose calls are not answered before something happens.
    hangs: dict[str, asyncio.Event] = field(default_factory=dict)

    async def deliver(self, to: Address, row: OutboxRow) -> str:
        assert not self.under_way.get(to.chat), "two calls to one chat at once"
        self.under_way[to.chat] = 1
        await asyncio.sleep(0)
        self.under_way[to.chat] = 0
        text = str(row.body.get("text"))
        if text in self.hangs:
            await self.hangs[text].wait()
        if self.faults.get(text):
            raise self.faults[text].pop(0)
        self.taken.append((to.chat, text, self.now()))
        self.rows.append(row)
        return f"m{len(self.taken)}"

    @property
    def texts(self) -> list[str]:
        return [text for _, text, _ in self.taken]


class Bench:
    """A sender over a real store, on clocks that stand."""

    def __init__(self, house: House, **can: Any) -> None:
        self.house = house
        self.time = Time()
        self.clock = StandingClock(NOW)
        self.messenger = Messenger(Capabilities(deduplicates=False, **can), now=self.time.monotonic)
        self.gone: list[str] = []
        self.sender = Sender(
            house.store, self.clock, {"web": self.messenger}, InlineWriter(),
            pace=self.time.pace(), rng=Random(1), gone=lambda to, row: self.gone.append(to.chat),
        )  # fmt: skip

    def drain(self) -> int:
        return asyncio.run(self.sender.drain())

    def state(self, record: PatientRecord, text: str) -> tuple[str, str]:
        return self.house.ledger(record)[text]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.store.close()


def test_a_chat_gets_its_rows_in_order_and_one_at_a_time(house: House) -> None:
    bench, mei = Bench(house), house.patient()
    house.send(*(house.message(mei, f"m{n}") for n in range(5)))
    assert bench.drain() == 5
    assert bench.messenger.texts == ["m0", "m1", "m2", "m3", "m4"]


def test_rows_leave_at_the_chats_pace(house: House) -> None:
    bench = Bench(house, chat_rate=Rate(1, 2))
    mei = house.patient()
    house.send(*(house.message(mei, f"m{n}") for n in range(4)))
    bench.drain()
    assert [round(at - 100, 3) for _, _, at in bench.messenger.taken] == [0, 0, 1, 2]


def test_many_chats_leave_at_the_accounts_pace(house: House) -> None:
    bench = Bench(house, account_rate=Rate(10, 1))
    for n in range(20):
        house.send(house.message(house.patient(f"p{n}"), f"m{n}", lane=1))
    assert bench.drain() == 20
    assert bench.time.now - 100 == pytest.approx(1.9, abs=0.6)


def test_an_answer_overtakes_a_great_many_mornings(house: House) -> None:
    bench = Bench(house, account_rate=Rate(10, 1))
    for n in range(40):
        house.send(house.message(house.patient(f"p{n}"), f"morning {n}", lane=1))
    answers = house.message(house.patient("panswer"), "your answer")

    async def scene() -> None:
        sending = asyncio.create_task(bench.sender.drain())
        while len(bench.messenger.taken) < 3:
            await asyncio.sleep(0)
        house.send(answers)
        await sending

    asyncio.run(scene())
    assert bench.messenger.texts.index("your answer") < 20
    assert len(bench.messenger.texts) == 41


def test_retry_after_holds_the_account_and_costs_a_row_nothing(house: House) -> None:
    bench, mei, bo = Bench(house), house.patient("pmei"), house.patient("pbo")
    house.send(house.message(mei, "one"), house.message(mei, "two"), house.message(bo, "three"))
    bench.messenger.faults["one"] = [DeliveryError("429", permanent=False, retry_after=30)]
    bench.drain()
    assert "one" not in bench.messenger.texts
    assert "two" not in bench.messenger.texts
    assert bench.state(mei, "one")[0] == "due"
    before = len(bench.messenger.taken)
    assert bench.drain() == 0
    bench.time.now += 31
    bench.drain()
    assert bench.messenger.texts[before:] in (["one", "two"], ["one", "three", "two"])
    with house.store.reading() as tx:
        assert house.run(tx, "SELECT attempts FROM outbox ORDER BY id")[0] == (1,)


def test_another_account_goes_on_while_one_is_held(house: House) -> None:
    bench, mei = Bench(house), house.patient("pmei")
    with house.store.writing() as tx:
        other = tx.account("web", "second", house.site)
        address = Address(house.ids.next(), other, "web", "elsewhere")
        tx.add_patient("pbo", site=house.site, address=address, profile=mei.profile)
    bo = house.load("pbo")
    bench.messenger.faults["one"] = [DeliveryError("429", permanent=False, retry_after=30)]
    house.send(house.message(mei, "one"))
    bench.drain()
    house.send(house.message(mei, "two"), house.message(bo, "three"))
    bench.drain()
    assert bench.messenger.texts == ["three"]


def test_a_passing_fault_is_tried_again_later_and_the_chat_waits_for_it(house: House) -> None:
    bench, mei = Bench(house), house.patient()
    bench.messenger.faults["one"] = [DeliveryError("502", permanent=False)]
    house.send(house.message(mei, "one"), house.message(mei, "two"))
    assert bench.drain() == 0
    assert bench.state(mei, "one") == ("due", "502")
    bench.clock.hold(NOW.replace(minute=1))
    bench.drain()
    assert bench.messenger.texts == ["one", "two"]


def test_a_fault_for_good_is_marked_and_the_chat_goes_on(house: House) -> None:
    bench, mei = Bench(house), house.patient()
    bench.messenger.faults["one"] = [DeliveryError("400: too long", permanent=True)]
    house.send(house.message(mei, "one"), house.message(mei, "two"))
    assert bench.drain() == 1
    assert bench.state(mei, "one") == ("failed", "400: too long")


def test_a_shut_chat_is_told_to_the_service(house: House) -> None:
    bench, mei = Bench(house), house.patient()
    bench.messenger.faults["one"] = [DeliveryError("403", permanent=True, gone=True)]
    house.send(house.message(mei, "one"))
    bench.drain()
    assert bench.gone == [mei.address.chat]


@pytest.mark.parametrize(("policy", "state"), [("skip", "failed"), ("resend", "due")])
def test_a_row_in_doubt_goes_by_its_own_word(house: House, policy: str, state: str) -> None:
    bench, mei = Bench(house), house.patient()
    bench.messenger.faults["one"] = [DeliveryError("no answer", permanent=False, doubt=True)]
    house.send(house.message(mei, "one", on_doubt=policy))
    bench.drain()
    assert bench.state(mei, "one")[0] == state


def test_a_row_that_was_in_doubt_says_so_once_it_is_sent(house: House) -> None:
    bench, mei = Bench(house), house.patient()
    bench.messenger.faults["one"] = [
        DeliveryError("no answer", permanent=False, doubt=True),
        DeliveryError("too many", permanent=False, retry_after=1),
    ]
    house.send(house.message(mei, "one"))
    bench.drain()
    assert bench.state(mei, "one") == ("due", "in doubt: no answer")
    for _ in range(2):
        bench.clock.hold(bench.clock.now() + timedelta(seconds=10))
        bench.time.now += 10
        bench.drain()
    assert bench.state(mei, "one") == ("sent", "in doubt")


def test_a_row_that_was_refused_plainly_is_not_in_doubt(house: House) -> None:
    bench, mei = Bench(house), house.patient()
    bench.messenger.faults["one"] = [DeliveryError("later", permanent=False)]
    house.send(house.message(mei, "one"))
    bench.drain()
    bench.clock.hold(bench.clock.now() + timedelta(seconds=10))
    bench.drain()
    assert bench.state(mei, "one") == ("sent", "")


def test_told_to_stop_what_is_under_way_is_still_written_down(house: House) -> None:
    bench, mei = Bench(house), house.patient()
    house.send(house.message(mei, "one"))

    async def scene() -> None:
        running = asyncio.create_task(bench.sender.run())
        while not bench.messenger.under_way:
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(scene())
    assert bench.state(mei, "one")[0] == "sent"


def test_a_call_that_hangs_does_not_keep_an_account_shut_that_opens_again(house: House) -> None:
    bench, mei, bo = Bench(house), house.patient(), house.patient("pbo")
    sender = Sender(house.store, bench.clock, {"web": bench.messenger}, InlineWriter(), pace=Pace(), rng=Random(1))
    hangs = bench.messenger.hangs["hangs"] = asyncio.Event()
    bench.messenger.faults["held"] = [DeliveryError("too many", permanent=False, retry_after=0.05)]
    house.send(house.message(mei, "hangs"), house.message(bo, "held"))

    async def scene() -> None:
        running = asyncio.create_task(sender.run(idle_s=0.05))
        async with asyncio.timeout(5):
            while "held" not in bench.messenger.texts:
                await asyncio.sleep(0.01)
        assert "hangs" not in bench.messenger.texts
        hangs.set()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(scene())
    assert bench.state(bo, "held")[0] == "sent"


# -- messages that change a message -----------------------------------------------------------------------
def changing(house: House, **can: Any) -> Bench:
    return Bench(house, closes_buttons=True, **can)


def test_closing_names_the_message_with_the_buttons(house: House) -> None:
    bench, mei = changing(house), house.patient()
    question = house.message(mei, "Did you?", token="t1")
    house.send(question)
    bench.drain()
    close = OutboxRow(house.ids.next(), mei.id, mei.address.id, {"kind": "close"}, NOW, token="t1")
    house.send(close)
    bench.drain()
    shown = bench.messenger.rows[-1].shown
    assert shown is not None
    assert (shown.remote_id, shown.body["text"]) == ("m1", "Did you?")


def test_closing_what_was_never_sent_makes_no_call(house: House) -> None:
    bench, mei = changing(house), house.patient()
    house.send(OutboxRow(house.ids.next(), mei.id, mei.address.id, {"kind": "close", "text": "c"}, NOW, token="t1"))
    assert bench.drain() == 0
    assert bench.state(mei, "c") == ("suppressed", "there is nothing to take away")


def test_items_of_a_group_change_one_message_until_something_comes_between(house: House) -> None:
    bench, mei = changing(house), house.patient()
    for text, group in (("item 1", "g"), ("item 2", "g"), ("other", ""), ("item 3", "g")):
        house.send(house.message(mei, text, in_place=group))
        bench.drain()
    changed = [row.shown.remote_id if row.shown else "" for row in bench.messenger.rows]
    assert changed == ["", "m1", "", ""]


def test_buttons_that_the_next_item_replaces_are_not_taken_away_first(house: House) -> None:
    bench, mei = changing(house), house.patient()
    house.send(house.message(mei, "item 1", in_place="g", token="t1"))
    bench.drain()
    close = OutboxRow(house.ids.next(), mei.id, mei.address.id, {"kind": "close", "text": "c"}, NOW, token="t1")
    house.send(close, house.message(mei, "item 2", in_place="g", token="t2"))
    bench.drain()
    assert bench.messenger.texts == ["item 1", "item 2"]


def test_the_token_of_a_message_is_found_by_the_messengers_id(house: House) -> None:
    bench, mei = changing(house), house.patient()
    house.send(house.message(mei, "Did you?", token="t1"))
    bench.drain()
    with house.store.reading() as tx:
        assert tx.token_at(mei.id, "m1") == "t1"
        assert tx.token_at(mei.id, "m9") == ""
