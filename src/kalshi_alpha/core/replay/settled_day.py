"""A replayed day as ledger rows, exactly as a live run would have written and settled them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.ledger.closing_mid import QuoteSnapshot, closing_quote
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.settle import Settlement, settle
from kalshi_alpha.core.replay.clocks import from_us
from kalshi_alpha.core.replay.engine import DayReplay, ReplayOrder
from kalshi_alpha.core.replay.fills import UNKNOWN
from kalshi_alpha.core.replay.market_view import MarketView
from kalshi_alpha.core.replay.results import result_known_at
from kalshi_alpha.core.replay.touches import ABSENT
from kalshi_alpha.core.types import Price

RUN_SCOPE = "replay"
ENVIRONMENT = "offline"
_HOUR_S = 3600.0
_TICK_E4 = 100


def ledger_rows(day: DayReplay, family: str) -> tuple[LedgerEntry, ...]:
    """Return a settled row for every order that came to rest, in the order of deciding.

    Where the recording does not say when a market settled, the family's lag after the close stands
    for it: monitors, capital-hours and the ledger know no result before its source has published.
    """
    hashes: dict[int, str] = {}
    rows = []
    for order in day.orders:
        if order.refused:
            continue
        pmf = order.forecast.pmf
        sha256 = hashes.setdefault(id(pmf), _pmf_sha256(pmf))
        rows.append(_row(day.views[order.event], order, family, sha256))
    return tuple(settle(rows, settlements(day.views, family))[0])


def settlements(views: Sequence[MarketView], family: str) -> dict[str, Settlement]:
    """Return what every market of the day paid, as far as it is known, and from when on."""
    found = {}
    for view in views:
        tape = view.event.tape
        known_at = result_known_at(tape, family)
        for market in tape.markets:
            if market.yes_payout_e4 is not None:
                found[market.ticker] = Settlement(Price(market.yes_payout_e4), known_at)
    return found


def _row(view: MarketView, order: ReplayOrder, family: str, sha256: str) -> LedgerEntry:
    proposal, shrink = order.proposal, order.proposal.ev_shrink
    filled_at = from_us(int(order.fills.at_us[0])) if order.fills.at_us.size else None
    knows_touch = order.touch_size_e2 != UNKNOWN
    return LedgerEntry(
        mode=LedgerMode.OFFLINE,
        environment=ENVIRONMENT,
        clock_source=ClockSource.SET,
        kind=EntryKind.FILLED,
        as_of=order.clock.at,
        run_scope=RUN_SCOPE,
        series=proposal.series_ticker,
        event_ticker=proposal.event_ticker,
        market_ticker=proposal.market_ticker,
        family=family,
        quantity=proposal.quantity,
        risk_unit=proposal.risk_unit,
        side=proposal.side,
        strike=proposal.strike,
        price_e4=proposal.price.e4,
        posted_e2=proposal.contracts.e2,
        filled_e2=order.fills.total_e2,
        fee_e6=order.fee.e6,
        p=proposal.prob_pooled,
        p_model=proposal.prob_model,
        m_at_fill=proposal.prob_market,
        shrink=shrink.s,
        w_bin=shrink.w_bin,
        adverse=shrink.lambda_adv,
        placed_at=order.clock.at,
        pmf_sha256=sha256,
        lead_hours=_hours(proposal.closes_at, filled_at or order.clock.at),
        filled_at=filled_at,
        close_mid=_closing_mid(view, order) if filled_at is not None else None,
        touch_e4=order.touch_e4 if knows_touch else None,
        touch_depth_e2=order.touch_size_e2 if knows_touch else None,
        tick_e4=_TICK_E4 if knows_touch else None,
    )


def _hours(closes_at: datetime, at: datetime) -> float:
    return (closes_at - at).total_seconds() / _HOUR_S


def _closing_mid(view: MarketView, order: ReplayOrder) -> float | None:
    """Return our side's last valid mid before the close, by the rule of the live ledger."""
    touch = view.touch(order.market, np.array([view.close_us], dtype=np.int64))
    if touch.bid_e4[0] == ABSENT:
        return None
    # A quote that was recorded stands until it changes; one that prints show is as old as they.
    seen_us = int(touch.seen_us[0]) if view.is_inferred else view.close_us
    snapshot = QuoteSnapshot(
        from_us(seen_us), Price(int(touch.bid_e4[0])), Price(int(touch.ask_e4[0]))
    )
    found = closing_quote([snapshot], view.event.tape.closes_at)
    return found.mid(order.proposal.side) if isinstance(found, QuoteSnapshot) else None


def _pmf_sha256(pmf: GridPmf) -> str:
    head = f"{pmf.grid.step}|{pmf.lo}|".encode()
    return hashlib.sha256(head + pmf.probs.tobytes()).hexdigest()
