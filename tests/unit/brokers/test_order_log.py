from __future__ import annotations

import asyncio

import pytest

from kalshi_alpha.brokers.order_log import OrderLog
from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.orders.errors import IllegalEvent
from kalshi_alpha.core.orders.events import OrderEvent
from live_desk import MemoryJournal
from order_cases import ID, accepted, cancelled, filled, intended, intent, withheld


def test_it_begins_where_the_journal_ended() -> None:
    log = OrderLog(MemoryJournal([intended(), accepted()]))
    assert [o.client_order_id for o in log.blotter.resting()] == [ID]


def test_what_is_written_is_durable_at_once() -> None:
    journal = MemoryJournal()
    log = OrderLog(journal)
    log.write(intended(), accepted())
    assert journal.events == [intended(), accepted()]
    assert journal.commits == 1


def test_what_is_learnt_is_known_at_once_and_written_together_soon() -> None:
    journal = MemoryJournal()

    async def session() -> None:
        log = OrderLog(journal)
        log.write(intended())
        log.learn(accepted())
        log.learn(filled(300))
        assert log.blotter.orders[ID].fills_e2 == 300
        assert journal.commits == 1
        await asyncio.sleep(0)
        assert journal.events == [intended(), accepted(), filled(300)]
        assert journal.commits == 2

    asyncio.run(session())


def test_what_waits_goes_out_with_the_next_intent_and_before_it() -> None:
    journal = MemoryJournal()
    second = intended(intent(nonce=1))

    async def session() -> None:
        log = OrderLog(journal)
        log.write(intended())
        log.learn(accepted())
        log.write(second)
        assert journal.events == [intended(), accepted(), second]
        assert journal.commits == 2
        await asyncio.sleep(0)
        assert journal.commits == 2

    asyncio.run(session())


def test_without_an_event_loop_what_is_learnt_is_written_at_once() -> None:
    journal = MemoryJournal()
    log = OrderLog(journal)
    log.write(intended())
    assert log.learn(accepted()) is None
    assert journal.events == [intended(), accepted()]


def test_an_event_that_cannot_follow_is_not_written_and_those_before_it_are() -> None:
    journal = MemoryJournal()
    log = OrderLog(journal)
    with pytest.raises(IllegalEvent):
        log.write(intended(), accepted(), withheld(), cancelled())
    assert journal.events == [intended(), accepted()]
    assert isinstance(log.learn(withheld()), IllegalEvent)


def test_everyone_who_listens_hears_of_each_event_once() -> None:
    heard: list[OrderEvent] = []
    log = OrderLog(MemoryJournal([intended()]), heard.append)
    log.write(accepted(), filled(100))
    assert heard == [accepted(), filled(100)]


def test_a_journal_that_fails_is_said_once_and_never_written_again() -> None:
    journal = MemoryJournal(fails_at=2)
    said: list[str] = []
    log = OrderLog(journal, on_failure=said.append)
    log.write(intended())
    with pytest.raises(TornFile):
        log.write(accepted())
    assert (log.failure, said) == ("orders.sqlite: disk full", ["orders.sqlite: disk full"])
    journal.fails_at = None
    log.write(filled(100))
    assert journal.events == [intended()]
    assert log.blotter.orders[ID].fills_e2 == 100


def test_a_failure_that_nobody_waits_for_is_said_too() -> None:
    said: list[str] = []

    async def session() -> OrderLog:
        log = OrderLog(MemoryJournal(fails_at=2), on_failure=said.append)
        log.write(intended())
        log.learn(accepted())
        await asyncio.sleep(0)
        return log

    assert asyncio.run(session()).failure == "orders.sqlite: disk full"
    assert said == ["orders.sqlite: disk full"]
