from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kalshi_alpha.core.gates import Action, Verdict
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerMode
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.reconcile import Break, BreakKind, Reconciliation
from kalshi_alpha.core.types import Contracts, Money, Side
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.session.report import (
    session_document,
    session_report,
    session_summary,
)
from kalshi_alpha.exec.wiring import DataMode
from order_cases import AT, intent

RUN: Any = SimpleNamespace(
    family="CPI",
    mode="SIM",
    clock=RunClock(AT, ClockSource.SET),
    data_mode=DataMode.SIM,
    environment="sim",
    ledger_mode=LedgerMode.SIM,
    paths=Paths(Path("/nowhere")),
)


def held(*breaks: Break) -> Any:
    verdict = Verdict(True, Action.SIM, AT, (), True, None, ())
    return SimpleNamespace(
        verdict=verdict,
        ended_at=AT + timedelta(hours=2),
        rounds=7,
        solved=3,
        reconciliation=Reconciliation((), breaks, AT),
        killed=False,
    )


def events() -> list[ev.OrderEvent]:
    wanted = intent()
    name = wanted.client_order_id
    return [
        ev.Stated(at=AT, cash=Money.parse("100")),
        ev.Intended(at=AT, client_order_id=name, intent=wanted),
        ev.Accepted(
            at=AT,
            client_order_id=name,
            order_id="v1",
            filled=Contracts(0),
            remaining=wanted.contracts,
        ),
        ev.Filled(
            at=AT,
            client_order_id=name,
            trade_id="t1",
            order_id="v1",
            side=wanted.side,
            price=wanted.price,
            contracts=Contracts.whole(2),
            fee=Money.parse("0.01"),
            is_taker=False,
            filled_at=AT,
        ),
        ev.Cancelled(at=AT, client_order_id=name, removed=wanted.contracts - Contracts.whole(2)),
        ev.Settled(at=AT, ticker=wanted.ticker, revenue=Money.parse("2")),
    ]


def test_money_is_worked_out_of_the_journal_to_the_cent() -> None:
    report = session_report(RUN, held(), events(), [])
    wanted = intent()
    cost = Money.notional(wanted.price, Contracts.whole(2)) + Money.parse("0.01")
    assert wanted.side in set(Side)
    assert report.account.profit == Money.parse("2") - cost
    document = session_document(report)
    assert document["profit_usd"] == str(Money.parse("2") - cost)
    assert (document["orders"], document["orders_filled"]) == (1, 1)
    assert document["order_states"] == {"cancelled": 1}
    assert document["trades"][0]["filled"] == "2.00"
    assert document["mode"] == "SIM"


def test_the_screen_names_breaks_and_alerts() -> None:
    lost = Break(BreakKind.CASH, "cash", "100.00", "99.00")
    text = session_summary(session_report(RUN, held(lost), events(), [("journal", "disk full")]))
    assert "reconciliation: 1 BREAKS" in text
    assert "100.00 here, 99.00 at the venue" in text
    assert "ALERT journal: disk full" in text
    assert "profit " in text
