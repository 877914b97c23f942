from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from kalshi_alpha.exec.telemetry.order_events import describe

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
INTENT = OrderIntent(
    series="CPI",
    event_ticker="KXCPI-25MAY",
    ticker="KXCPI-25MAY-T0.3",
    side=Side.YES,
    price=Price.parse("0.3400"),
    contracts=Contracts.whole(10),
    expires_at=NOW + timedelta(hours=1),
    decided_at=NOW,
)
ID = INTENT.client_order_id
INTENDED = ev.Intended(at=NOW, client_order_id=ID, intent=INTENT, group_id="g-1")


def filled(trade_id: str, count: int) -> ev.Filled:
    return ev.Filled(
        at=NOW,
        client_order_id=ID,
        trade_id=trade_id,
        order_id="o-1",
        side=Side.YES,
        price=INTENT.price,
        contracts=Contracts.whole(count),
        fee=Money.parse("0.02"),
        is_taker=False,
        filled_at=NOW,
    )


def test_an_intent_is_told_as_sent_with_everything_that_was_meant() -> None:
    word, said = describe(INTENDED)
    assert word == "sent"
    assert said["client_order_id"] == ID
    assert said["group_id"] == "g-1"
    assert said["intent"] == {
        "series": "CPI",
        "event_ticker": "KXCPI-25MAY",
        "ticker": "KXCPI-25MAY-T0.3",
        "side": Side.YES,
        "price": "0.3400",
        "contracts": "10.00",
        "expires_at": INTENT.expires_at,
        "decided_at": NOW,
        "nonce": 0,
        "fee_max": "0.000000",
        "belief": None,
    }


def test_a_fill_is_partial_until_the_order_is_filled() -> None:
    blotter = Blotter([INTENDED])
    words = []
    for fill in (filled("t-1", 4), filled("t-2", 6)):
        blotter.apply(fill)
        word, said = describe(fill, blotter.orders[ID])
        words.append((word.value, said["contracts"], said["open"], said["ticker"]))
    assert words == [
        ("partial_fill", "4.00", "6.00", "KXCPI-25MAY-T0.3"),
        ("fill", "6.00", "0.00", "KXCPI-25MAY-T0.3"),
    ]


@pytest.mark.parametrize(
    ("event", "word"),
    [
        (ev.Rejected(at=NOW, client_order_id=ID, status=400, code="invalid_order"), "reject"),
        (ev.Lost(at=NOW, client_order_id=ID, why="reset"), "unknown"),
        (ev.Cancelled(at=NOW, client_order_id=ID, removed=Contracts.whole(3)), "cancel"),
        (ev.Reconciled(at=NOW, breaks=0), "reconciled"),
        (ev.Stated(at=NOW, cash=Money.parse("100")), "stated"),
    ],
)
def test_each_event_of_the_journal_has_a_word(event: ev.OrderEvent, word: str) -> None:
    found, said = describe(event)
    assert found == word
    assert said["learnt_at"] == NOW


def test_no_event_of_the_journal_lacks_a_word() -> None:
    from kalshi_alpha.exec.telemetry import order_events

    kinds = set(ev.OrderEvent.__args__)
    assert set(order_events._WORDS) == kinds
