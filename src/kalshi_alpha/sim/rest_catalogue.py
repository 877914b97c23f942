"""What the exchange says of its series, events and markets besides what trading changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kalshi_alpha.core.types import MarketStatus
from kalshi_alpha.sim.market import ListingView
from kalshi_alpha.sim.rest_values import count_text, instant_text, price_text

Json = Mapping[str, object]

# The filter's words, and the statuses of a reply that each matches.
STATUS_FILTERS: Mapping[str, frozenset[MarketStatus]] = {
    "unopened": frozenset({MarketStatus.INITIALIZED}),
    "open": frozenset({MarketStatus.ACTIVE, MarketStatus.INACTIVE}),
    "paused": frozenset({MarketStatus.INACTIVE}),
    "closed": frozenset(
        {
            MarketStatus.CLOSED,
            MarketStatus.DETERMINED,
            MarketStatus.DISPUTED,
            MarketStatus.AMENDED,
        }
    ),
    "settled": frozenset({MarketStatus.FINALIZED}),
}
NO_BID, NO_ASK = "0.0000", "1.0000"
_FULL_E4 = 10_000


@dataclass(frozen=True, slots=True)
class PrintedTrade:
    """A print from before the exchange began, as a tape keeps it."""

    at: datetime
    row: Json


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Texts and terms by ticker, in the venue's own fields.

    Attributes
    ----------
    series
        The inner object of ``GET /series/{ticker}``.
    events
        The inner object of ``GET /events/{ticker}``, without its markets.
    markets
        The fields of a market that trading does not change; the others are filled in.
    fee_changes
        Rows of ``GET /series/fee_changes``.
    schedule
        The inner object of ``GET /exchange/schedule``.
    tape
        Prints from before the exchange began, by market.
    """

    series: Mapping[str, Json] = field(default_factory=dict)
    events: Mapping[str, Json] = field(default_factory=dict)
    markets: Mapping[str, Json] = field(default_factory=dict)
    fee_changes: Sequence[Json] = ()
    schedule: Json = field(default_factory=dict)
    tape: Mapping[str, Sequence[PrintedTrade]] = field(default_factory=dict)


def market_row(terms: Json, view: ListingView) -> dict[str, object]:
    """Return a market as the exchange shows it: its terms, and where it stands.

    A side without bids shows the price 0 for its bid and 1 dollar for the other side's ask,
    with a size of none.
    """
    yes, no = view.yes_bid, view.no_bid
    last = NO_BID if view.last_price_e4 is None else price_text(view.last_price_e4)
    row: dict[str, object] = {
        "market_type": "binary",
        "notional_value_dollars": "1.0000",
        "previous_yes_bid_dollars": NO_BID,
        "previous_yes_ask_dollars": NO_BID,
        "previous_price_dollars": NO_BID,
        "can_close_early": True,
        "expiration_value": "",
        "settlement_bounds_type": "default",
        "exchange_index": 0,
    }
    row |= terms
    row |= {
        "status": str(view.status),
        "close_time": instant_text(view.close_at),
        "yes_bid_dollars": price_text(yes[0]) if yes else NO_BID,
        "yes_ask_dollars": price_text(_FULL_E4 - no[0]) if no else NO_ASK,
        "no_bid_dollars": price_text(no[0]) if no else NO_BID,
        "no_ask_dollars": price_text(_FULL_E4 - yes[0]) if yes else NO_ASK,
        "yes_bid_size_fp": count_text(yes[1] if yes else 0),
        "yes_ask_size_fp": count_text(no[1] if no else 0),
        "last_price_dollars": last if view.last_price_e4 is not None else _before(terms, last),
        "volume_fp": count_text(view.volume_e2),
        "volume_24h_fp": count_text(view.volume_e2),
        "open_interest_fp": count_text(view.open_interest_e2),
        "result": result_text(view),
    }
    if view.settlement_value is not None:
        row["settlement_value_dollars"] = price_text(view.settlement_value.e4)
    if view.settled_at is not None:
        row["settlement_ts"] = instant_text(view.settled_at)
    return row


def result_text(view: ListingView) -> str:
    """Return how a market came out, empty as long as it has not."""
    if view.settlement_value is None:
        return ""
    return {0: "no", _FULL_E4: "yes"}.get(view.settlement_value.e4, "scalar")


def _before(terms: Json, otherwise: str) -> object:
    return terms.get("last_price_dollars", otherwise)
