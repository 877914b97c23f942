"""What is at risk against every cap that holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from kalshi_alpha.config.pal_policy import PalPolicy
from kalshi_alpha.config.pilot import PilotCaps
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.types import Money
from kalshi_alpha.exec.desk.desk import CapUse
from kalshi_alpha.exec.holdings import exposures_of
from kalshi_alpha.exec.monitors.drawdown_state import DrawdownFile
from kalshi_alpha.exec.ramp.readings import ladder_cap, strike_cap


def of_ledger(rows: Iterable[LedgerEntry], policy: PalPolicy, at: datetime) -> tuple[CapUse, ...]:
    """Return what open rows have at risk by strike and by ladder, mode by mode.

    What was forecast of an order counts until it is known what filled.

    Parameters
    ----------
    rows
        Rows that are not settled.
    policy
        Position limits.
    at
        The clock: an order past its end rests no longer.
    """
    every = tuple(rows)
    known = {_order_of(row) for row in every if row.kind is EntryKind.FILLED}
    strikes: dict[tuple[str, str], int] = defaultdict(int)
    ladders: dict[tuple[str, str], int] = defaultdict(int)
    one_of: dict[str, LedgerEntry] = {}
    for row in every:
        if row.kind is EntryKind.EXPECTED and _order_of(row) in known:
            continue
        at_risk = sum(each.at_risk.e6 for each in exposures_of(row, at, {}))
        if at_risk:
            strikes[row.mode.value, row.market_ticker] += at_risk
            ladders[row.mode.value, row.event_ticker] += at_risk
            one_of[row.market_ticker] = one_of[row.event_ticker] = row
    of_strike, of_ladder = strike_cap(policy), ladder_cap(policy)
    return (
        *(
            CapUse("ladder", event, mode, Money(used), of_ladder(one_of[event]))
            for (mode, event), used in sorted(ladders.items())
        ),
        *(
            CapUse("strike", ticker, mode, Money(used), of_strike(one_of[ticker]))
            for (mode, ticker), used in sorted(strikes.items())
        ),
    )


def _order_of(row: LedgerEntry) -> tuple[object, ...]:
    return row.mode, row.environment, row.market_ticker, row.side, row.as_of


def of_journal(blotter: Blotter, account: str, caps: PilotCaps) -> tuple[CapUse, ...]:
    """Return what the journal's account has at risk against the pilot's caps."""
    mode = account or "journal"
    total = CapUse("pilot total", "session", mode, blotter.at_risk, _usd(caps.total_usd))
    intents = [order.intent for order in blotter.orders.values()]
    events = sorted({intent.event_ticker for intent in intents})
    tickers = sorted({intent.ticker for intent in intents})
    ladders = [
        CapUse("pilot ladder", event, mode, used, _usd(caps.ladder_usd))
        for event in events
        if (used := blotter.ladder_at_risk(event)).e6
    ]
    strikes = [
        CapUse("pilot strike", ticker, mode, used, _usd(caps.strike_usd))
        for ticker in tickers
        if (used := blotter.strike_at_risk(ticker)).e6
    ]
    return (total, *ladders, *strikes)


def of_scan(document: Mapping[str, Any], family: str) -> Iterator[CapUse]:
    """Yield the value at risk of a scan against its limit, where the scan tells both."""
    found = document.get("value_at_risk")
    if not isinstance(found, dict):
        return
    used, limit = found.get("usd"), found.get("limit_usd")
    if isinstance(used, int | float) and isinstance(limit, int | float):
        mode = str(document.get("mode", "")).lower()
        yield CapUse("value at risk", family, mode, _usd(used), _usd(limit))


def of_drawdown(found: DrawdownFile) -> tuple[CapUse, ...]:
    """Return how far profit fell against each limit, as it was last looked at."""
    return tuple(
        CapUse(
            f"drawdown {each.span.value}",
            each.mode,
            each.mode,
            Money.parse(each.fallen_usd),
            Money.parse(each.limit_usd),
        )
        for each in found.falls
    )


def _usd(dollars: Decimal | float) -> Money:
    return Money(round(Decimal(str(dollars)) * 1_000_000))
