"""What a session leaves behind: one JSON file, and one screen for whoever held it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from kalshi_alpha.core.ledger.delta import contracts, settled_fills
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.order_rows import OrderSource, rows_of_orders, settlements_seen
from kalshi_alpha.core.ledger.settle import Settlement
from kalshi_alpha.core.ledger.standard_errors import clustered_mean
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.events import Filled, OrderEvent, Settled, Stated
from kalshi_alpha.core.orders.record import OrderRecord
from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.exec.artifacts import head, verdict_document
from kalshi_alpha.exec.session.readiness import PilotTerms
from kalshi_alpha.exec.session.session import Held
from kalshi_alpha.exec.session.session_keys import gate_refusals, monitor_alerts, ramp_keys
from kalshi_alpha.exec.wiring import Run


@dataclass(frozen=True, slots=True)
class Account:
    """Money of a session: what it began and ended with, to the millionth of a dollar."""

    before: Money
    after: Money
    fees: Money
    paid_out: Money

    @property
    def profit(self) -> Money:
        """What the session earned; what is still held counts nothing."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class SessionReport:
    """A session's orders and money, from its journal.

    Attributes
    ----------
    run, held
        Where it was held, and how it went.
    orders
        Every order, oldest first.
    account
        Its money.
    alerts
        What had to be looked at: a word and a sentence each.
    positions
        What is still held at the end, by market: hundredths of contracts, below zero for NO.
    rows
        The account's orders for the ledger, those of earlier sessions too: one that died wrote
        none.
    terms
        What the ramp allowed.
    refused
        How often which order was not placed, and why.
    """

    run: Run
    held: Held
    orders: tuple[OrderRecord, ...]
    account: Account
    alerts: tuple[tuple[str, str], ...]
    positions: Mapping[str, int]
    rows: tuple[LedgerEntry, ...] = ()
    terms: PilotTerms = field(default_factory=PilotTerms)
    refused: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def traded(self) -> tuple[OrderRecord, ...]:
        """Orders that were filled at least in part."""
        return tuple(order for order in self.orders if order.filled.e2)

    @property
    def filled(self) -> Contracts:
        """Contracts filled."""
        return Contracts(sum(order.filled.e2 for order in self.orders))


def session_report(
    run: Run,
    held: Held,
    events: Sequence[OrderEvent],
    alerts: Sequence[tuple[str, str]],
    *,
    earlier: Sequence[OrderEvent] = (),
    settlements: Mapping[str, Settlement] | None = None,
    terms: PilotTerms | None = None,
    refused: Mapping[tuple[str, str], int] | None = None,
) -> SessionReport:
    """Work a session's report out of its journal.

    Parameters
    ----------
    run, held
        Where it was held, and how it went.
    events
        What the session wrote.
    alerts
        What had to be looked at.
    earlier
        What earlier sessions of the account had written before.
    settlements
        What markets paid, where that is known otherwise than from what the venue paid.
    terms, refused
        What the ramp allowed, and which orders were not placed.
    """
    blotter, known = Blotter([*earlier, *events]), Blotter(earlier)
    stated = next((each.cash for each in events if isinstance(each, Stated)), Money(0))
    before = stated if known.cash is None else known.cash
    fees = sum(each.fee.e6 for each in events if isinstance(each, Filled))
    paid = sum(each.revenue.e6 for each in events if isinstance(each, Settled))
    account = Account(before, blotter.cash or before, Money(fees), Money(paid))
    touched = {getattr(each, "client_order_id", "") for each in events}
    orders = tuple(order for key, order in blotter.orders.items() if key in touched)
    source = OrderSource(run.ledger_mode, run.environment, run.clock.source)
    paid_by = settlements_seen([*earlier, *events]) | dict(settlements or {})
    return SessionReport(
        run=run,
        held=held,
        orders=orders,
        account=account,
        alerts=tuple(alerts),
        positions=dict(blotter.positions),
        rows=rows_of_orders(blotter.orders.values(), source, paid_by),
        terms=terms or PilotTerms(),
        refused=dict(refused or {}),
    )


def session_document(report: SessionReport) -> dict[str, Any]:
    """Return what ``pilot_session.json`` holds."""
    held, account = report.held, report.account
    return {
        **head(report.run),
        "family": report.run.family,
        "verdict": verdict_document(held.verdict),
        "ended_at": held.ended_at,
        "rounds": held.rounds,
        "solutions": held.solved,
        "orders": len(report.orders),
        "orders_filled": len(report.traded),
        "order_states": dict(Counter(order.state.value for order in report.orders)),
        "contracts_filled": str(report.filled),
        "taker_fills": sum(f.is_taker for o in report.orders for f in o.fills.values()),
        "cash_before_usd": str(account.before),
        "cash_after_usd": str(account.after),
        "fees_usd": str(account.fees),
        "paid_out_usd": str(account.paid_out),
        "profit_usd": str(account.profit),
        "positions": {ticker: _signed(net) for ticker, net in sorted(report.positions.items())},
        "reconciliation": {
            "at": held.reconciliation.at,
            "breaks": [
                {
                    "kind": each.kind.value,
                    "subject": each.subject,
                    "ours": each.ours,
                    "venue": each.venue,
                }
                for each in held.reconciliation.breaks
            ],
        },
        **_figures(report),
        **ramp_keys(report.run, report.terms),
        "alerts_summary": [
            *monitor_alerts(report.run),
            *({"source": "session", "alert": word, "detail": said} for word, said in report.alerts),
        ],
        "refused": [
            *gate_refusals(held.verdict),
            *(
                {"what": what, "why": why, "times": times}
                for (what, why), times in sorted(report.refused.items())
            ),
        ],
        "trades": [_trade(order) for order in report.traded],
    }


def _figures(report: SessionReport) -> dict[str, Any]:
    """Return what the session's own orders came to, as far as they are settled."""
    own = {order.client_order_id for order in report.orders}
    rows = [row for row in report.rows if row.run_scope.partition(":")[2] in own]
    posted = sum(row.posted_e2 for row in rows)
    fills = settled_fills(rows)
    figures: dict[str, Any] = {
        "fill_ratio": sum(row.filled_e2 for row in rows) / posted if posted else None,
        "settled_fills": len(fills),
        "delta_bps": None,
        "t_stat": None,
    }
    if fills:
        deltas = np.array([fill.delta_bps for fill in fills], dtype=np.float64)
        found = clustered_mean(deltas, contracts(fills), [fill.risk_unit for fill in fills])
        figures |= {"delta_bps": found.mean, "t_stat": found.t_stat}
    return figures


def session_summary(report: SessionReport) -> str:
    """Return one screen: verdict, orders, money, comparison."""
    held, account = report.held, report.account
    run = report.run
    said = "GO" if held.verdict.go else f"NO-GO ({', '.join(held.verdict.words)})"
    breaks = held.reconciliation.breaks
    agrees = "agrees with the venue to the cent" if not breaks else f"{len(breaks)} BREAKS"
    when = f"{_clock(run.clock.at)} to {_clock(held.ended_at)}"
    filled = f"{len(report.traded)} filled, {report.filled} contracts"
    cash = f"cash {_usd(account.before)} -> {_usd(account.after)}"
    lines = [
        f"{run.family} {run.mode} {when}: {said}",
        f"{len(report.orders)} orders, {filled}; {held.rounds} looks, {held.solved} solutions",
        *[_trade_line(order) for order in report.traded],
        f"{cash}, fees {_usd(account.fees)}, paid out {_usd(account.paid_out)}",
        f"profit {_usd(account.profit)}",
        *[f"  held: {_signed(net)} {ticker}" for ticker, net in sorted(report.positions.items())],
        f"reconciliation: {agrees}",
    ]
    lines += [
        f"  {each.kind.value} {each.subject}: {each.ours} here, {each.venue} at the venue"
        for each in breaks
    ]
    lines += [f"  ALERT {word}: {sentence}" for word, sentence in report.alerts]
    lines += [f"  {found.reason.value}: {found.detail}" for found in held.verdict.reasons]
    return "\n".join(lines)


def _trade(order: OrderRecord) -> dict[str, Any]:
    fills = tuple(order.fills.values())
    return {
        "client_order_id": order.client_order_id,
        "ticker": order.intent.ticker,
        "side": order.intent.side.value,
        "price": str(order.intent.price),
        "contracts": str(order.intent.contracts),
        "filled": str(order.filled),
        "fee_usd": str(Money(sum(fill.fee.e6 for fill in fills))),
        "first_fill_at": min(fill.filled_at for fill in fills),
        "state": order.state.value,
    }


def _trade_line(order: OrderRecord) -> str:
    return (
        f"  {order.intent.ticker:<22} {order.intent.side.value.upper():<3} "
        f"{order.filled} of {order.intent.contracts} @ {order.intent.price}  {order.state.value}"
    )


def _signed(net_e2: int) -> str:
    return f"{Contracts(abs(net_e2))} {'YES' if net_e2 > 0 else 'NO'}"


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _usd(amount: Money) -> str:
    return f"{'-' if amount.e6 < 0 else ''}${abs(amount.e6) / 1e6:,.4f}"
